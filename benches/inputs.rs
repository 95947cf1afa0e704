//! Inputs for `benches/run`: invented captures, logs and fleets. Churn and order are assumptions, not measurements.
// Makes the benchmark inputs. Build: rustc -O gen.rs; run: ./gen OUTDIR GIGABYTES (CHURN_DIV=n: 1 row in n replaced per table; SHUF=1: order shuffled)
use std::fmt::Write as _;
use std::fs;
use std::io::{BufWriter, Write};
struct R(u64);
impl R {
    fn n(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
    fn u(&mut self, k: u64) -> u64 {
        (self.n() >> 11) % k
    }
    fn f(&mut self) -> f64 {
        (self.n() >> 11) as f64 / (1u64 << 53) as f64
    }
}
const NAMES: &[&str] = &[
    "svchost.exe",
    "System",
    "chrome.exe",
    "msedge.exe",
    "sqlservr.exe",
    "w3wp.exe",
    "java.exe",
    "node.exe",
    "OneDrive.exe",
    "Teams.exe",
    "lsass.exe",
    "wininit.exe",
    "services.exe",
    "spoolsv.exe",
    "explorer.exe",
    "nginx.exe",
    "postgres.exe",
    "vmms.exe",
    "MsMpEng.exe",
    "SearchIndexer.exe",
    "Microsoft.SharePoint.Exe",
    "dns.exe",
    "Code.exe",
    "python.exe",
    "mysqld.exe",
    "redis-server.exe",
    "httpd.exe",
    "RuntimeBroker.exe",
    "ApplicationFrameHost.exe",
    "My Program Name.exe",
];
fn procs(r: &mut R, n: usize) -> (Vec<u32>, String) {
    let mut s = String::from(
        "\r\nImage Name                     PID Session Name        Session#    Mem Usage\r\n========================= ======== ================ =========== ============\r\n",
    );
    let mut pids = vec![];
    let row = |s: &mut String, name: &str, pid: u32, sess: &str, sn: u32, mem: u64| {
        let t: String = name.chars().take(25).collect();
        let m = {
            let d = mem.to_string();
            let mut o = String::new();
            for (i, c) in d.chars().enumerate() {
                if i > 0 && (d.len() - i) % 3 == 0 {
                    o.push(',')
                }
                o.push(c)
            }
            o
        };
        let _ =
            write!(s, "{:<25} {:>8} {:<16} {:>11} {:>12}\r\n", t, pid, sess, sn, format!("{m} K"));
    };
    row(&mut s, "System Idle Process", 0, "Services", 0, 8);
    row(&mut s, "System", 4, "Services", 0, 2136);
    let mut p = 8;
    for _ in 2..n {
        p += 4 * (1 + r.u(40) as u32);
        let nm = NAMES[(r.u(NAMES.len() as u64)) as usize];
        let con = r.u(3) == 0;
        row(
            &mut s,
            nm,
            p,
            if con { "Console" } else { "Services" },
            con as u32,
            1000 + r.u(900_000),
        );
        pids.push(p);
    }
    (pids, s)
}
fn v4(r: &mut R) -> String {
    format!("{}.{}.{}.{}", 1 + r.u(222), r.u(256), r.u(256), 1 + r.u(254))
}
fn v6(r: &mut R) -> String {
    match r.u(4) {
        0 => "::1".into(),
        1 => format!(
            "fe80::{:x}:{:x}:{:x}:{:x}%{}",
            r.u(65536),
            r.u(65536),
            r.u(65536),
            r.u(65536),
            1 + r.u(20)
        ),
        2 => format!("2001:db8:{:x}:{:x}::{:x}", r.u(65536), r.u(65536), 1 + r.u(65535)),
        _ => format!(
            "2603:1030:{:x}:{:x}:{:x}:{:x}:{:x}:{:x}",
            1 + r.u(65535),
            1 + r.u(65535),
            1 + r.u(65535),
            1 + r.u(65535),
            1 + r.u(65535),
            1 + r.u(65535)
        ),
    }
}
fn line(proto: &str, l: &str, f: &str, st: &str, pid: u32) -> String {
    format!("  {:<5}  {:<21}  {:<21}  {:<14}  {}\r\n", proto, l, f, st, pid)
}
const HDR: &str = "\r\nActive Connections\r\n\r\n  Proto  Local Address          Foreign Address        State           PID\r\n";
fn sock(r: &mut R, pids: &[u32]) -> String {
    let pid = if r.u(200) == 0 {
        0
    } else if r.u(300) == 0 {
        99999
    } else {
        pids[(r.f() * r.f() * pids.len() as f64) as usize]
    };
    let x = r.u(100);
    if x < 8 {
        let six = r.u(3) == 0;
        let a = if six {
            "[::]".into()
        } else if r.u(2) == 0 {
            "0.0.0.0".to_string()
        } else {
            format!("10.20.30.{}", r.u(8))
        };
        line(
            "TCP",
            &format!(
                "{a}:{}",
                [80, 135, 443, 445, 1433, 3389, 5040, 5432, 8080, 49664 + r.u(40)]
                    [r.u(10) as usize]
            ),
            if six { "[::]:0" } else { "0.0.0.0:0" },
            "LISTENING",
            pid,
        )
    } else if x < 20 {
        let six = r.u(3) == 0;
        let a = if six {
            format!("[{}]", v6(r))
        } else if r.u(2) == 0 {
            "0.0.0.0".into()
        } else {
            format!("10.20.30.{}", r.u(8))
        };
        line(
            "UDP",
            &format!(
                "{a}:{}",
                [53, 123, 445, 500, 1900, 5353, 5355, 49152 + r.u(16000)][r.u(8) as usize]
            ),
            "*:*",
            "",
            pid,
        )
    } else {
        let st = [
            "ESTABLISHED",
            "ESTABLISHED",
            "ESTABLISHED",
            "ESTABLISHED",
            "ESTABLISHED",
            "TIME_WAIT",
            "TIME_WAIT",
            "CLOSE_WAIT",
            "SYN_SENT",
            "FIN_WAIT_1",
            "FIN_WAIT_2",
            "LAST_ACK",
            "CLOSING",
            "SYN_RECEIVED",
        ][r.u(14) as usize];
        let pid = if st == "TIME_WAIT" { 0 } else { pid };
        if r.u(6) == 0 {
            let a = v6(r);
            let b = v6(r);
            line(
                "TCP",
                &format!("[{a}]:{}", 1024 + r.u(64000)),
                &format!("[{b}]:{}", [443, 80, 1433, 5432, 8443][r.u(5) as usize]),
                st,
                pid,
            )
        } else if r.u(4) == 0 {
            line(
                "TCP",
                &format!("127.0.0.1:{}", 1024 + r.u(64000)),
                &format!("127.0.0.1:{}", 1024 + r.u(64000)),
                st,
                pid,
            )
        } else {
            let a = format!("10.20.30.{}", r.u(8));
            let b = v4(r);
            line(
                "TCP",
                &format!("{a}:{}", 1024 + r.u(64000)),
                &format!("{b}:{}", [443, 80, 1433, 5432, 8443, 22, 3389, 27017][r.u(8) as usize]),
                st,
                pid,
            )
        }
    }
}
fn table(r: &mut R, pids: &[u32], n: usize) -> String {
    let mut v: Vec<String> = (0..n).map(|_| sock(r, pids)).collect();
    v.sort_by_key(|l| (l.as_bytes()[2], l.contains('[')));
    let mut s = String::from(HDR);
    for l in v {
        s.push_str(&l)
    }
    s
}
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let d = &a[1];
    let gb: f64 = a.get(2).map(|x| x.parse().unwrap()).unwrap_or(1.0);
    let mut r = R(0x9E3779B97F4A7C15);
    fs::create_dir_all(d).unwrap();
    let w = |p: &str, s: &str| fs::write(format!("{d}/{p}"), s).unwrap();
    let (p, t) = procs(&mut r, 50);
    w("a.tasklist", &t);
    w("a.netstat", &table(&mut r, &p, 60));
    let (p, t) = procs(&mut r, 400);
    w("b.tasklist", &t);
    w("b.netstat", &table(&mut r, &p, 65000));
    // c: evolving log; ~5% of rows churn per snapshot
    let (p, t) = procs(&mut r, 400);
    w("c.tasklist", &t);
    let f = fs::File::create(format!("{d}/c.netstat")).unwrap();
    let mut o = BufWriter::with_capacity(1 << 20, f);
    let mut wr = 0u64;
    let lim = (gb * 1e9) as u64;
    let mut rows = 0u64;
    let mut snaps = 0u64;
    let churn_div: usize = std::env::var("CHURN_DIV").ok().map_or(20, |s| s.parse().unwrap());
    let shuf = std::env::var("SHUF").is_ok();
    let mut cur: Vec<String> = (0..1500).map(|_| sock(&mut r, &p)).collect();
    let key = |l: &String| (l.as_bytes()[2], l.contains('['));
    cur.sort_by_key(key);
    while wr < lim {
        let target = (300.0 + 2700.0 * (0.5 + 0.5 * ((snaps as f64) / 400.0).sin())) as usize;
        let ch = cur.len() / churn_div;
        for _ in 0..ch {
            let i = r.u(cur.len() as u64) as usize;
            cur.swap_remove(i);
        }
        while cur.len() > target {
            let i = r.u(cur.len() as u64) as usize;
            cur.swap_remove(i);
        }
        let add = ch.max(1);
        for _ in 0..add.max(target.saturating_sub(cur.len())) {
            cur.push(sock(&mut r, &p));
        }
        if shuf {
            for i in (1..cur.len()).rev() {
                let j = r.u(i as u64 + 1) as usize;
                cur.swap(i, j)
            }
        } else {
            cur.sort_by(|a, b| (key(a), a).cmp(&(key(b), b)));
        }
        o.write_all(HDR.as_bytes()).unwrap();
        wr += HDR.len() as u64;
        for l in &cur {
            o.write_all(l.as_bytes()).unwrap();
            wr += l.len() as u64;
        }
        rows += cur.len() as u64;
        snaps += 1;
    }
    o.flush().unwrap();
    eprintln!("c: {wr} bytes {rows} rows {snaps} snapshots");
    if gb >= 1.0 {
        for i in 0..10000 {
            let dd = format!("{d}/fleet/h{:02}/host{:05}", i % 100, i);
            fs::create_dir_all(&dd).unwrap();
            let np = 30 + r.u(60) as usize;
            let ns = 30 + r.u(120) as usize;
            let (p, t) = procs(&mut r, np);
            fs::write(format!("{dd}/tasklist.txt"), t).unwrap();
            fs::write(format!("{dd}/netstat.txt"), table(&mut r, &p, ns)).unwrap();
        }
    }
}
