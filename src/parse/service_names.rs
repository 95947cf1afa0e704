//! Service names in place of port numbers, as netstat prints them without `-n`.
//!
//! The names and numbers are those of the file `services` that comes with Windows; its source is the
//! IANA Service Name and Transport Protocol Port Number Registry (RFC 6335). A machine may have added
//! names of its own: a name that is not here has no number, nor has `wsd`, which stands for two.

use crate::record::Protocol;

/// Number of a service, by its name in any case.
pub(crate) fn port(name: &str, protocol: Protocol) -> Option<u16> {
    let is_named = |(known, _, over): &&(&str, u16, Over)| {
        known.eq_ignore_ascii_case(name)
            && match over {
                Over::Both => true,
                Over::Tcp => protocol == Protocol::Tcp,
                Over::Udp => protocol == Protocol::Udp,
            }
    };
    SERVICES.iter().find(is_named).map(|(_, port, _)| *port)
}

/// The protocols over which a service has its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Over {
    Both,
    Tcp,
    Udp,
}
use Over::{Both, Tcp, Udp};

const SERVICES: &[(&str, u16, Over)] = &[
    ("echo", 7, Both),
    ("discard", 9, Both),
    ("systat", 11, Both),
    ("daytime", 13, Both),
    ("qotd", 17, Both),
    ("chargen", 19, Both),
    ("ftp-data", 20, Tcp),
    ("ftp", 21, Tcp),
    ("ssh", 22, Tcp),
    ("telnet", 23, Tcp),
    ("smtp", 25, Tcp),
    ("time", 37, Both),
    ("rlp", 39, Udp),
    ("nameserver", 42, Both),
    ("nicname", 43, Tcp),
    ("domain", 53, Both),
    ("bootps", 67, Udp),
    ("bootpc", 68, Udp),
    ("tftp", 69, Udp),
    ("gopher", 70, Tcp),
    ("finger", 79, Tcp),
    ("http", 80, Tcp),
    ("hosts2-ns", 81, Both),
    ("kerberos", 88, Both),
    ("hostname", 101, Tcp),
    ("iso-tsap", 102, Tcp),
    ("rtelnet", 107, Tcp),
    ("pop2", 109, Tcp),
    ("pop3", 110, Tcp),
    ("sunrpc", 111, Both),
    ("auth", 113, Tcp),
    ("uucp-path", 117, Tcp),
    ("sqlserv", 118, Tcp),
    ("nntp", 119, Tcp),
    ("ntp", 123, Udp),
    ("epmap", 135, Both),
    ("netbios-ns", 137, Both),
    ("netbios-dgm", 138, Udp),
    ("netbios-ssn", 139, Tcp),
    ("imap", 143, Tcp),
    ("sql-net", 150, Tcp),
    ("sqlsrv", 156, Tcp),
    ("pcmail-srv", 158, Tcp),
    ("snmp", 161, Udp),
    ("snmptrap", 162, Udp),
    ("print-srv", 170, Tcp),
    ("bgp", 179, Tcp),
    ("irc", 194, Tcp),
    ("ipx", 213, Udp),
    ("rtsps", 322, Both),
    ("mftp", 349, Both),
    ("ldap", 389, Tcp),
    ("https", 443, Both),
    ("microsoft-ds", 445, Both),
    ("kpasswd", 464, Both),
    ("isakmp", 500, Udp),
    ("crs", 507, Both),
    ("exec", 512, Tcp),
    ("biff", 512, Udp),
    ("login", 513, Tcp),
    ("who", 513, Udp),
    ("cmd", 514, Tcp),
    ("syslog", 514, Udp),
    ("printer", 515, Tcp),
    ("talk", 517, Udp),
    ("ntalk", 518, Udp),
    ("efs", 520, Tcp),
    ("router", 520, Udp),
    ("ulp", 522, Both),
    ("timed", 525, Udp),
    ("tempo", 526, Tcp),
    ("irc-serv", 529, Both),
    ("courier", 530, Tcp),
    ("conference", 531, Tcp),
    ("netnews", 532, Tcp),
    ("netwall", 533, Udp),
    ("uucp", 540, Tcp),
    ("klogin", 543, Tcp),
    ("kshell", 544, Tcp),
    ("dhcpv6-client", 546, Both),
    ("dhcpv6-server", 547, Both),
    ("afpovertcp", 548, Both),
    ("new-rwho", 550, Udp),
    ("rtsp", 554, Both),
    ("remotefs", 556, Tcp),
    ("rmonitor", 560, Udp),
    ("monitor", 561, Udp),
    ("nntps", 563, Both),
    ("whoami", 565, Both),
    ("ms-shuttle", 568, Both),
    ("ms-rome", 569, Both),
    ("http-rpc-epmap", 593, Both),
    ("hmmp-ind", 612, Both),
    ("hmmp-op", 613, Both),
    ("ldaps", 636, Tcp),
    ("doom", 666, Both),
    ("msexch-routing", 691, Both),
    ("kerberos-adm", 749, Both),
    ("kerberos-iv", 750, Udp),
    ("mdbs_daemon", 800, Both),
    ("ftps-data", 989, Tcp),
    ("ftps", 990, Tcp),
    ("telnets", 992, Tcp),
    ("imaps", 993, Tcp),
    ("ircs", 994, Tcp),
    ("pop3s", 995, Both),
    ("activesync", 1034, Tcp),
    ("kpop", 1109, Tcp),
    ("nfsd-status", 1110, Tcp),
    ("nfsd-keepalive", 1110, Udp),
    ("nfa", 1155, Both),
    ("phone", 1167, Udp),
    ("opsmgr", 1270, Both),
    ("ms-sql-s", 1433, Both),
    ("ms-sql-m", 1434, Both),
    ("ms-sna-server", 1477, Both),
    ("ms-sna-base", 1478, Both),
    ("wins", 1512, Both),
    ("ingreslock", 1524, Tcp),
    ("stt", 1607, Both),
    ("l2tp", 1701, Udp),
    ("pptconference", 1711, Both),
    ("pptp", 1723, Tcp),
    ("msiccp", 1731, Both),
    ("remote-winsock", 1745, Both),
    ("ms-streaming", 1755, Both),
    ("msmq", 1801, Both),
    ("radius", 1812, Udp),
    ("radacct", 1813, Udp),
    ("msnp", 1863, Both),
    ("ssdp", 1900, Both),
    ("close-combat", 1944, Both),
    ("nfsd", 2049, Udp),
    ("knetd", 2053, Tcp),
    ("mzap", 2106, Both),
    ("qwave", 2177, Both),
    ("directplay", 2234, Both),
    ("ms-olap3", 2382, Both),
    ("ms-olap4", 2383, Both),
    ("ms-olap1", 2393, Both),
    ("ms-olap2", 2394, Both),
    ("ms-theater", 2460, Both),
    ("wlbs", 2504, Both),
    ("ms-v-worlds", 2525, Both),
    ("sms-rcinfo", 2701, Both),
    ("sms-xfer", 2702, Both),
    ("sms-chat", 2703, Both),
    ("sms-remctrl", 2704, Both),
    ("msolap-ptp2", 2725, Both),
    ("icslap", 2869, Both),
    ("cifs", 3020, Both),
    ("xbox", 3074, Both),
    ("ms-dotnetster", 3126, Both),
    ("ms-rule-engine", 3132, Both),
    ("msft-gc", 3268, Both),
    ("msft-gc-ssl", 3269, Both),
    ("ms-cluster-net", 3343, Both),
    ("ms-wbt-server", 3389, Both),
    ("ms-la", 3535, Both),
    ("pnrp-port", 3540, Both),
    ("teredo", 3544, Both),
    ("p2pgroup", 3587, Both),
    ("ws-discovery", 3702, Both),
    ("dvcprov-port", 3776, Both),
    ("msfw-control", 3847, Tcp),
    ("msdts1", 3882, Tcp),
    ("sdp-portmapper", 3935, Both),
    ("net-device", 4350, Both),
    ("ipsec-msft", 4500, Both),
    ("llmnr", 5355, Both),
    ("rrac", 5678, Both),
    ("dccm", 5679, Both),
    ("ms-licensing", 5720, Both),
    ("directplay8", 6073, Both),
    ("ms-do", 7680, Both),
    ("man", 9535, Tcp),
    ("rasadv", 9753, Both),
    ("imip-channels", 11320, Both),
    ("directplaysrvr", 47624, Both),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_for_numbers() {
        assert_eq!(port("http", Protocol::Tcp), Some(80));
        assert_eq!(port("Microsoft-DS", Protocol::Tcp), Some(445));
        assert_eq!(port("nonesuch", Protocol::Tcp), None);
    }

    #[test]
    fn one_name_may_differ_by_protocol() {
        assert_eq!(port("syslog", Protocol::Udp), Some(514));
        assert_eq!(port("syslog", Protocol::Tcp), None);
    }

    #[test]
    fn the_table_goes_up() {
        assert!(SERVICES.is_sorted_by_key(|(_, port, _)| *port));
    }
}
