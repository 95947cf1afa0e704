//! `portjoin collect`: a batch file that takes a capture where portjoin itself does not run.
//!
//! It runs what live mode runs, in that order, into one file; above the output of each command stands a heading
//! with machine and time, by which the file is read as one capture.

use std::io::{self, Write};

use clap::{Args, ValueEnum};

/// What is asked of `portjoin collect`.
#[derive(Debug, Args)]
pub struct Collect {
    /// The oldest Windows it is for; every later one runs it as well
    #[arg(long, value_enum, value_name = "ERA", default_value_t = For::Windows10)]
    windows: For,
}

/// The Windows that a batch file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum For {
    /// XP and Server 2003: no netsh
    #[value(name = "2003")]
    Server2003,
    /// Vista and Server 2008
    #[value(name = "2008")]
    Server2008,
    /// 10 and Server 2016: also ports that are bound and do not listen
    #[value(name = "10")]
    Windows10,
}

const BEGINNING: &str = r#"@echo off
rem Which program uses which port: takes what portjoin reads into one file beside this one.
rem Run it as administrator where you can. It changes nothing and sends nothing.
setlocal
set SYSTEM=%SystemRoot%\System32
set OUT=%~dp0portjoin-%COMPUTERNAME%.txt
if exist "%OUT%" del "%OUT%"
"#;

const END: &str = r#"echo Written: %OUT%
goto :eof

:run
set NOW=-
call :now
echo %*
echo ===== portjoin %COMPUTERNAME% %NOW% %* =====>>"%OUT%"
%SYSTEM%\%* >>"%OUT%" 2>&1
echo.>>"%OUT%"
goto :eof

"#;

/// WMI gives the time as `20261123173000.123000+060`, the offset in minutes.
const NOW_BY_WMIC: &str = r#":now
set D=
for /f "tokens=2 delims==" %%t in ('%SYSTEM%\wbem\wmic.exe os get localdatetime /value 2^>nul') do set D=%%t
if not defined D goto :eof
set /a MINUTES=1%D:~22,3%-1000
set /a HOURS=%MINUTES%/60
set /a MINUTES=%MINUTES%-60*%HOURS%
set HOURS=0%HOURS%
set MINUTES=0%MINUTES%
set NOW=%D:~0,4%-%D:~4,2%-%D:~6,2%T%D:~8,2%:%D:~10,2%:%D:~12,2%%D:~21,1%%HOURS:~-2%:%MINUTES:~-2%
goto :eof
"#;

/// Later Windows have no wmic.
const NOW_BY_POWERSHELL: &str = r#":now
set SHELL=%SYSTEM%\WindowsPowerShell\v1.0\powershell.exe
for /f %%t in ('%SHELL% -NoProfile -Command "[DateTime]::UtcNow.ToString('s')+'Z'" 2^>nul') do set NOW=%%t
goto :eof
"#;

const PROCESSES: [&str; 2] = ["tasklist /fo csv", "tasklist /svc /fo csv"];

const SERVICES: &str = "sc queryex";

const FACTS: [&str; 9] = [
    "netsh int ipv4 show excludedportrange protocol=tcp",
    "netsh int ipv4 show excludedportrange protocol=udp",
    "netsh int ipv6 show excludedportrange protocol=tcp",
    "netsh int ipv6 show excludedportrange protocol=udp",
    "netsh int ipv4 show dynamicport tcp",
    "netsh int ipv4 show dynamicport udp",
    "netsh interface portproxy show all",
    "netsh http show servicestate view=requestq",
    "netsh http show urlacl",
];

/// Writes the batch file, with the line ends of Windows.
///
/// # Errors
///
/// What `out` gives.
pub fn write(asked: &Collect, mut out: impl Write) -> io::Result<()> {
    let netstat = match asked.windows {
        For::Windows10 => "netstat -anoq",
        For::Server2003 | For::Server2008 => "netstat -ano",
    };
    let mut commands: Vec<&str> = PROCESSES.to_vec();
    commands.extend([netstat, "tasklist /fo csv", SERVICES]);
    if asked.windows != For::Server2003 {
        commands.extend(FACTS);
    }
    let runs: String = commands.iter().map(|command| format!("call :run {command}\n")).collect();
    let now = match asked.windows {
        For::Windows10 => NOW_BY_POWERSHELL,
        For::Server2003 | For::Server2008 => NOW_BY_WMIC,
    };
    let batch = [BEGINNING, &runs, END, now].concat();
    out.write_all(batch.replace('\n', "\r\n").as_bytes())
}
