//! Ports that the kernel or a service of Windows is known for. Knowledge by port, never proof.

use crate::record::Protocol;

/// What a port is known for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// The component, for people.
    pub component: &'static str,
    /// The short name of the service that asks for the port, where there is one.
    pub service: Option<&'static str>,
}

const fn known(component: &'static str, service: Option<&'static str>) -> Known {
    Known { component, service }
}

/// What PID 4 is known to listen for on this port, by captures and Microsoft's documentation.
pub fn behind_the_kernel(protocol: Protocol, port: u16) -> Option<Known> {
    let known = match (protocol, port) {
        (Protocol::Tcp, 445) => known("SMB (srv2.sys)", Some("LanmanServer")),
        (Protocol::Tcp, 139) => known("SMB over NetBT (netbt.sys)", Some("LanmanServer")),
        (Protocol::Udp, 137 | 138) => known("NetBIOS over TCP/IP (netbt.sys)", None),
        (Protocol::Tcp, 5985 | 5986 | 47001) => known("WinRM, through http.sys", Some("WinRM")),
        (Protocol::Tcp, 5357 | 5358) => known("WSDAPI, through http.sys", Some("FDResPub")),
        (Protocol::Tcp, 2869) => known("UPnP device host, through http.sys", Some("SSDPSRV")),
        (Protocol::Tcp, 10243) => known("Windows Media Player sharing, through http.sys", None),
        (Protocol::Tcp, 80 | 443) => known("http.sys, for IIS or another web program", None),
        (Protocol::Tcp, 1723) => known("RRAS (raspptp.sys)", Some("RemoteAccess")),
        _ => return None,
    };
    Some(known)
}

/// The service that is known to listen on this port in an svchost.
pub fn of_svchost(protocol: Protocol, port: u16) -> Option<&'static str> {
    match (protocol, port) {
        (Protocol::Tcp, 135) => Some("RpcSs"),
        (Protocol::Tcp | Protocol::Udp, 3389) => Some("TermService"),
        (Protocol::Udp, 1900) => Some("SSDPSRV"),
        (Protocol::Udp, 5355) => Some("Dnscache"),
        (Protocol::Udp, 123) => Some("W32Time"),
        (Protocol::Udp, 500 | 4500) => Some("IKEEXT"),
        _ => None,
    }
}
