//! Random sockets, process lists and captures, and the text that Windows prints for them.

use std::fs;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::path::Path;
use std::sync::OnceLock;

use portjoin::{Endpoint, Family, Process, Protocol, Socket, State};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use unicode_width::UnicodeWidthChar;

use crate::{entries, fixtures};

/// Title and heading of netstat with PIDs, as each language prints them.
const HEADINGS: [(&str, &str, &str); 15] = [
    (
        "en",
        "Active Connections",
        "  Proto  Local Address          Foreign Address        State           PID",
    ),
    (
        "de",
        "Aktive Verbindungen",
        "  Proto  Lokale Adresse         Remoteadresse          Status           PID",
    ),
    ("fr", "Connexions actives", "  Proto  Adresse locale         Adresse distante       État"),
    (
        "es",
        "Conexiones activas",
        "  Proto  Dirección local          Dirección remota        Estado           PID",
    ),
    (
        "it",
        "Connessioni attive",
        "  Proto  Indirizzo locale       Indirizzo esterno      Stato           PID",
    ),
    (
        "pt-BR",
        "Conexões ativas",
        "  Proto  Endereço local          Endereço externo        Estado           PID",
    ),
    (
        "nl",
        "Actieve verbindingen",
        "  Proto  Lokaal adres           Extern adres           Status          PID",
    ),
    (
        "pl",
        "Aktywne połączenia",
        "  Protokół  Adres lokalny          Obcy adres             Stan            PID",
    ),
    (
        "ru",
        "Активные подключения",
        "  Имя    Локальный адрес        Внешний адрес          Состояние       PID",
    ),
    (
        "uk",
        "Активні підключення",
        "  Протокол  Локальна адреса        Зовнішня адреса        Стан            PID",
    ),
    (
        "tr",
        "Etkin Bağlantılar",
        "  Proto  Yerel Adres            Yabancı Adres          Durum           PID",
    ),
    (
        "ja",
        "アクティブな接続",
        "  プロトコル  ローカル アドレス      外部アドレス           状態            PID",
    ),
    (
        "ko",
        "활성 연결",
        "  프로토콜  로컬 주소              외부 주소              상태            PID",
    ),
    ("zh-CN", "活动连接", "  协议  本地地址          外部地址        状态           PID"),
    (
        "zh-TW",
        "使用中連線",
        "  協定   本機位址               外部位址               狀態            PID",
    ),
];

/// States as German Windows prints them.
const GERMAN_STATES: [(State, &str); 9] = [
    (State::Listening, "ABHÖREN"),
    (State::Established, "HERGESTELLT"),
    (State::TimeWait, "WARTEND"),
    (State::CloseWait, "SCHLIESSEN_WARTEN"),
    (State::FinWait1, "FIN_WARTEN_1"),
    (State::FinWait2, "FIN_WARTEN_2"),
    (State::SynSent, "SYN_GESENDET"),
    (State::SynReceived, "SYN_EMPFANGEN"),
    (State::Closing, "SCHLIESSEND"),
];

/// A table of netstat: its language, whether it has PIDs, and its sockets, TCP before UDP.
#[derive(Debug, Clone)]
pub struct Netstat {
    pub language: &'static str,
    title: &'static str,
    heading: String,
    pub sockets: Vec<Socket>,
}

impl Netstat {
    /// The lines, and in `sockets` the numbers of their lines where the first is `first_line`.
    pub fn lines(&mut self, first_line: usize) -> Vec<String> {
        let head = [String::new(), self.title.into(), String::new(), self.heading.clone()];
        for (index, socket) in self.sockets.iter_mut().enumerate() {
            socket.line = first_line + head.len() + index;
        }
        let padding = if self.language == "ja" { 10 } else { 5 };
        head.into_iter().chain(self.sockets.iter().map(|socket| row(socket, padding))).collect()
    }
}

/// `"  %-5s  %-21s  %-21s  %-12s    %u"`; without a PID nothing follows the state.
fn row(socket: &Socket, padding: usize) -> String {
    let protocol = socket.protocol.name().to_uppercase();
    let (local, foreign) = (endpoint_text(&socket.local), endpoint_text(&socket.foreign));
    let state = socket.state_text.as_deref().or(socket.state.map(State::name)).unwrap_or_default();
    let start = format!("  {protocol:<padding$}  {local:<21}  {foreign:<21}  ");
    match socket.pid {
        Some(pid) => format!("{start}{state:<12}    {pid}"),
        None => start + state,
    }
}

fn endpoint_text(endpoint: &Endpoint) -> String {
    let port = endpoint.port.map_or("*".into(), |port| port.to_string());
    match (&endpoint.address, endpoint.family) {
        (Some(address), Some(Family::Ipv6)) => format!("[{address}]:{port}"),
        (Some(address), _) => format!("{address}:{port}"),
        (None, _) => format!("*:{port}"),
    }
}

/// A table in any language, with or without PIDs, with `rows` many sockets.
pub fn netstat(rows: std::ops::Range<usize>) -> impl Strategy<Value = Netstat> {
    (vec(socket(), rows), select(&HEADINGS[..]), any::<bool>()).prop_map(
        |(mut sockets, (language, title, heading), with_pids)| {
            sockets.sort_by_key(|socket| socket.protocol);
            let german = |state| GERMAN_STATES.iter().find(|(known, _)| Some(*known) == state);
            for socket in &mut sockets {
                socket.pid = socket.pid.filter(|_| with_pids);
                if let Some((_, text)) = german(socket.state).filter(|_| language == "de") {
                    socket.state_text = Some((*text).to_owned());
                }
            }
            let heading = if with_pids { heading } else { heading.trim_end_matches("PID") };
            Netstat { language, title, heading: heading.trim_end().to_owned(), sockets }
        },
    )
}

fn socket() -> impl Strategy<Value = Socket> {
    let pid = prop_oneof![(0u32..40).prop_map(|n| n * 4), any::<u32>()];
    let is_udp = any::<bool>();
    (is_udp, endpoint(), endpoint(), any::<bool>(), state(), pid).prop_map(
        |(is_udp, local, foreign, has_peer, state, pid)| {
            let protocol = if is_udp { Protocol::Udp } else { Protocol::Tcp };
            Socket {
                local,
                foreign: if is_udp && !has_peer { Endpoint::default() } else { foreign },
                state: (!is_udp).then_some(state),
                pid: Some(pid),
                ..Socket::new(0, protocol)
            }
        },
    )
}

fn state() -> impl Strategy<Value = State> {
    let states: Vec<State> = State::names().filter_map(State::from_text).collect();
    assert_eq!(states.len(), State::names().count());
    select(states)
}

fn endpoint() -> impl Strategy<Value = Endpoint> {
    let quad = prop_oneof![Just(0), Just(0x7f00_0001), any::<u32>()];
    let ipv4 = quad.prop_map(|bits| (Ipv4Addr::from(bits).to_string(), Family::Ipv4));
    let group = prop_oneof![2 => Just(0), 1 => any::<u16>()];
    let ipv6 =
        (proptest::array::uniform8(group), option::of(1u32..100)).prop_map(|(groups, zone)| {
            let zone = zone.map(|zone| format!("%{zone}")).unwrap_or_default();
            (format!("{}{zone}", Ipv6Addr::from(groups)), Family::Ipv6)
        });
    let port = prop_oneof![select(vec![0, 53, 80, 443, 49152, 65535]), any::<u16>()];
    (prop_oneof![ipv4, ipv6], port).prop_map(|((address, family), port)| Endpoint {
        address: Some(address),
        family: Some(family),
        port: Some(port),
        port_name: None,
    })
}

/// How a `tasklist` prints its list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// With the widths of the ruler.
    Table([usize; 5]),
    Csv,
}

/// Vista and later, XP, German Vista and later, German XP.
const RULERS: [[usize; 5]; 4] =
    [[25, 8, 16, 11, 12], [25, 6, 16, 8, 12], [25, 8, 16, 11, 15], [25, 5, 16, 10, 15]];

/// A process list: its layout, whether it is German, and its processes.
#[derive(Debug, Clone)]
pub struct List {
    pub layout: Layout,
    pub processes: Vec<Process>,
}

impl List {
    /// The lines; sets in `processes` what is lost where the name is cut, and the numbers of lines.
    pub fn lines(&mut self, first_line: usize) -> Vec<String> {
        let german = matches!(self.layout, Layout::Table([_, _, _, _, 15]));
        let heading = if german {
            ["Abbildname", "PID", "Sitzungsname", "Sitz.-Nr.", "Speichernutzung"]
        } else {
            ["Image Name", "PID", "Session Name", "Session#", "Mem Usage"]
        };
        let mut lines = match self.layout {
            Layout::Csv => vec![csv(&heading.map(str::to_owned))],
            Layout::Table(widths) => vec![
                String::new(),
                under(widths, &heading.map(str::to_owned)),
                widths.map(|width| "=".repeat(width)).join(" "),
            ],
        };
        let head = first_line + lines.len();
        for (index, process) in self.processes.iter_mut().enumerate() {
            process.line = head + index;
            if let Layout::Table([width, ..]) = self.layout {
                process.image_name = cut(&process.image_name, width).trim_end().to_owned();
                process.image_name_truncated = width_of(&process.image_name) == width;
            }
            let cells = cells(process, if german { '.' } else { ',' });
            lines.push(match self.layout {
                Layout::Csv => csv(&cells),
                Layout::Table(widths) => under(widths, &cells),
            });
        }
        lines
    }
}

fn cells(process: &Process, group: char) -> [String; 5] {
    let memory = process.mem_usage_kib.map_or("N/A".to_owned(), |kib| match kib {
        0..1000 => format!("{kib} K"),
        1000..1_000_000 => format!("{}{group}{:03} K", kib / 1000, kib % 1000),
        _ => {
            format!("{}{group}{:03}{group}{:03} K", kib / 1_000_000, kib / 1000 % 1000, kib % 1000)
        }
    });
    [
        process.image_name.clone(),
        process.pid.to_string(),
        process.session_name.clone().unwrap_or_default(),
        process.session_number.map(|number| number.to_string()).unwrap_or_default(),
        memory,
    ]
}

fn csv(cells: &[String; 5]) -> String {
    cells.each_ref().map(|cell| format!("\"{cell}\"")).join(",")
}

/// Names to the left, numbers to the right, padded by display width.
fn under(widths: [usize; 5], cells: &[String; 5]) -> String {
    let mut line = String::new();
    for (index, (cell, width)) in cells.iter().zip(widths).enumerate() {
        let padding = " ".repeat(width.saturating_sub(width_of(cell)));
        let blank = if index > 0 { " " } else { "" };
        let is_number = matches!(index, 1 | 3 | 4);
        let (before, after) = if is_number { (&*padding, "") } else { ("", &*padding) };
        line += &format!("{blank}{before}{cell}{after}");
    }
    line
}

/// Cells on a screen; what acts or combines takes none.
fn width_of(text: &str) -> usize {
    text.chars().map(|c| c.width().unwrap_or(0)).sum()
}

/// The characters that fit.
fn cut(name: &str, width: usize) -> &str {
    let ends = name.char_indices().map(|(at, c)| at + c.len_utf8());
    let fitting = ends.take_while(|end| width_of(&name[..*end]) <= width);
    &name[..fitting.last().unwrap_or(0)]
}

/// A list in any layout, with PIDs that fit it.
pub fn list() -> impl Strategy<Value = List> {
    let tables = select(&RULERS[..]).prop_map(Layout::Table);
    (prop_oneof![3 => tables, 1 => Just(Layout::Csv)], vec(process(), 1..12)).prop_map(
        |(layout, mut processes)| {
            for process in &mut processes {
                if let Layout::Table([_, width, ..]) = layout {
                    process.pid %= 10_u32.pow(width.try_into().unwrap());
                }
            }
            List { layout, processes }
        },
    )
}

fn process() -> impl Strategy<Value = Process> {
    let session = select(vec!["Services", "Console", "RDP-Tcp#1", "31C5CE94259D4006"]);
    (image_name(), any::<u32>(), option::of(session), 0u32..70, option::of(0u64..100_000_000))
        .prop_map(|(image_name, pid, session_name, session_number, mem_usage_kib)| Process {
            image_name,
            pid,
            session_name: session_name.map(str::to_owned),
            session_number: Some(session_number),
            mem_usage_kib,
            ..Process::default()
        })
}

/// A name that a file of Windows may have, some of them longer than the column, and a hostile one.
fn image_name() -> impl Strategy<Value = String> {
    prop_oneof![
        2 => select(vec!["System", "System Idle Process", "svchost.exe", "Docker Desktop.exe"])
            .prop_map(str::to_owned),
        4 => "[A-Za-z_{(!$%&'@~][A-Za-z0-9 ._+,=()#-]{0,40}[A-Za-z0-9]",
        1 => "[0-9]{1,3}[a-z][a-z 0-9]{0,9}\\.exe",
        3 => "[a-zéÖЖ微信メモ장]{1,16}\\.exe",
        1 => "[a-z][\x00\x07\x1b\u{b}\u{85}\u{2028}\u{202e}\u{200b},`<']{0,9}[a-z]",
    ]
}

/// Lines as bytes: each with a line end of its own, the whole in one of the encodings with a mark, or in
/// UTF-8 without one.
pub fn saved(lines: &[String], ends: &[Index], encoding: usize) -> Vec<u8> {
    let end = |index: usize| match ends {
        [] => "\r\n",
        ends => ends[index % ends.len()].get(&["\r\n", "\n", "\r\r\n"]),
    };
    let text: String =
        lines.iter().enumerate().flat_map(|(index, line)| [line.as_str(), end(index)]).collect();
    let marked = || format!("\u{feff}{text}");
    match encoding {
        0 => text.into_bytes(),
        1 => marked().into_bytes(),
        2 => marked().encode_utf16().flat_map(u16::to_le_bytes).collect(),
        _ => marked().encode_utf16().flat_map(u16::to_be_bytes).collect(),
    }
}

/// The bytes of every capture in `fixtures/`.
pub fn captures() -> &'static [Vec<u8>] {
    static CAPTURES: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    CAPTURES.get_or_init(|| {
        let mut captures = Vec::new();
        collect(&fixtures(), &mut captures);
        captures
    })
}

fn collect(folder: &Path, captures: &mut Vec<Vec<u8>>) {
    for path in entries(folder) {
        if path.is_dir() {
            collect(&path, captures);
        } else if path.extension().is_some_and(|extension| extension == "txt") {
            captures.push(fs::read(&path).unwrap());
        }
    }
}

/// Any bytes, any text of the words that formats look for, and any capture, damaged.
pub fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        1 => vec(any::<u8>(), 0..600),
        3 => words().prop_map(String::into_bytes),
        6 => (select(captures()), vec(damage(), 0..6)).prop_map(|(mut bytes, damages)| {
            for (kind, from, to, at) in damages {
                apply(&mut bytes, kind, [from, to, at]);
            }
            bytes
        }),
    ]
}

type Damage = (u8, Index, Index, Index);

fn damage() -> impl Strategy<Value = Damage> {
    any::<Damage>()
}

/// Deletes, inserts, moves, repeats or replaces a range, or cuts the rest off.
fn apply(bytes: &mut Vec<u8>, kind: u8, places: [Index; 3]) {
    if bytes.is_empty() {
        return;
    }
    let [a, b, at] = places.map(|place| place.index(bytes.len()));
    let (from, to) = (a.min(b), a.max(b).min(a.min(b) + 300));
    let range = bytes[from..to].to_vec();
    match kind % 6 {
        0 => drop(bytes.drain(from..to)),
        1 => bytes.truncate(from),
        2 => drop(bytes.splice(at..at, range)),
        3 => bytes[at] = kind,
        4 => {
            bytes.drain(from..to);
            let at = at.min(bytes.len());
            bytes.splice(at..at, range);
        }
        _ => {
            let other = &captures()[places[0].index(captures().len())];
            let from = places[1].index(other.len() + 1);
            let part = other[from..(from + 300).min(other.len())].to_vec();
            bytes.splice(at..at, part);
        }
    }
}

/// Words, signs and line ends in any order.
pub fn words() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        6 => select(WORDS).prop_map(str::to_owned),
        2 => select(vec![" ", "  ", "\n", "\n", "\r\n"]).prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
        1 => any::<u32>().prop_map(|number| number.to_string()),
    ];
    (vec(word, 0..60), select(vec!["", " "])).prop_map(|(words, gap)| words.join(gap))
}

#[rustfmt::skip]
const WORDS: &[&str] = &[
    "TCP", "udp", "TCPv6", "tcp6", "0.0.0.0:80", "[::1]:53", "[fe80::1%4]:546", "*:*", "*", ":", "x.x.x.x:1", "host:http",
    "LISTENING", "TIME_WAIT", "InHost", "4", "0", "99999", "PID", "Proto", "\n [svchost.exe]\n", "\n  Dnscache\n", "\n Can not obtain ownership information\n", "Active Connections", "svchost.exe",
    "========================= ======== ============================================", "== == ==", "==========",
    "Image Name", "\"Image Name\",\"PID\",\"Services\"", "\"a.exe\",\"4\",\"N/A\"", "\"", ",", "\"a\"", "N/A", "Services", "K", "1,234 K",
    "INFO: No tasks are running which match the specified criteria.", "C:\\>", "PS C:\\>", "[SRV1]: PS C:\\>", "netstat", "-ano",
    "| findstr", "user@host:~$", "===== SRV-1 =====", "Host Name:", "unix ", "tcp        0      0 0.0.0.0:22", "Proto Recv-Q Send-Q",
    "IPv4 Statistics", "Route Table", "...", "[...]", ">", "#", "<br>", "&nbsp;", "&gt;", "```", "<pre>", "\\[", "|", "//", "\u{85}", "\u{2028}", "\0", "\u{b}", "\u{feff}", "\t", "微信.exe", "ABHÖREN",
];
