//! The output contract of a socket: keys, their order, types and values.
//!
//! JSON, NDJSON, CSV and TSV print these columns, filters and `--sort` know them by these names.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::net::IpAddr;

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

use crate::join::{Evidence, OwnedSocket};
use crate::record::Process;
use crate::state::State;

/// Type of a column in the contract; every one may be absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// Text.
    Text,
    /// A whole number, from 0.
    Number,
    /// Yes or no.
    Flag,
    /// A list of texts.
    Texts,
    /// A list of `{image_name, source, line}`.
    Candidates,
}

macro_rules! columns {
    ($($variant:ident $name:literal $type:ident $doc:literal,)+) => {
        /// A key of the output contract.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Column { $(#[doc = $doc] $variant,)+ }

        impl Column {
            /// Every column, in the order of the contract.
            pub const ALL: &[Column] = &[$(Column::$variant,)+];

            /// The key.
            pub fn name(self) -> &'static str {
                match self { $(Column::$variant => $name,)+ }
            }

            /// The type of its values.
            pub fn value_type(self) -> Type {
                match self { $(Column::$variant => Type::$type,)+ }
            }

            /// What it means, in a phrase.
            pub fn meaning(self) -> &'static str {
                match self { $(Column::$variant => $doc,)+ }
            }
        }
    };
}

columns! {
    Source "source" Text "file name as given, `-` for standard input, or `live`",
    Line "line" Number "from 1, in the source; absent live",
    Snapshot "snapshot" Number "from 1, within the capture",
    Protocol "protocol" Text "`tcp` or `udp`",
    Family "family" Text "`ipv4` or `ipv6`, absent for a host name",
    LocalAddress "local_address" Text "as printed, without brackets, zone kept",
    LocalPort "local_port" Number "absent where a service name stood that is not known",
    ForeignAddress "foreign_address" Text "as printed, without brackets; absent for `*:*`",
    ForeignPort "foreign_port" Number "absent for `*` and for a service name that is not known",
    LocalPortName "local_port_name" Text "the service name that stood there",
    ForeignPortName "foreign_port_name" Text "the service name that stood there",
    State "state" Text "canonical; absent for UDP and for words not known",
    StateText "state_text" Text "what stood there, where it differs",
    StateInferred "state_inferred" Flag "was the state inferred from other rows?",
    Pid "pid" Number "process identifier",
    Owner "owner" Text "how the socket has an owner, or why it has none",
    ImageName "image_name" Text "file name of the program",
    ImageNameTruncated "image_name_truncated" Flag "was the name cut at the width of its column?",
    Services "services" Texts "short names of the services in the process",
    Component "component" Text "the component line of `netstat -b`",
    OffloadState "offload_state" Text "of `netstat -t`",
    Template "template" Text "of `netstat -y`",
    TimeInStateMs "time_in_state_ms" Number "of `netstat -i`, in milliseconds",
    OwnerSource "owner_source" Text "the source that names the owner",
    OwnerLine "owner_line" Number "the line that names the owner, from 1",
    Candidates "candidates" Candidates "what disagrees, for `conflict` and `ambiguous`",
    Host "host" Text "the machine, where the capture names it",
    CapturedAt "captured_at" Text "the time, where the capture gives it, as RFC 3339",
    Path "path" Text "full path of the program",
    CommandLine "command_line" Text "command line of the process",
    ParentPid "parent_pid" Number "process identifier of the parent",
    StartTime "start_time" Text "when the process started, as RFC 3339",
    UserName "user_name" Text "who runs the process",
}

impl Column {
    /// The column of this name, in any case.
    pub fn from_name(name: &str) -> Option<Column> {
        Column::ALL.iter().copied().find(|column| column.name().eq_ignore_ascii_case(name))
    }

    /// What a row has in this column.
    pub fn value<'r>(self, row: &'r OwnedSocket<'_>) -> Value<'r> {
        let socket = row.socket;
        let own = row.evidence.and_then(|evidence| evidence.process);
        let described_by = || own.into_iter().chain(row.described_by.iter().copied());
        let detail =
            |of: fn(&'r Process) -> Option<&'r str>| Value::maybe(described_by().find_map(of));
        match self {
            Column::Source if row.source.is_live => Value::text("live"),
            Column::Source => Value::text(&row.source.name),
            Column::Line if row.source.is_live => Value::Null,
            Column::Line => Value::count(socket.line),
            Column::Snapshot => Value::count(row.snapshot),
            Column::Protocol => Value::text(socket.protocol.name()),
            Column::Family => Value::maybe(socket.family().map(|family| family.name())),
            Column::LocalAddress => Value::maybe(socket.local.address.as_deref()),
            Column::LocalPort => Value::number(socket.local.port),
            Column::ForeignAddress => Value::maybe(socket.foreign.address.as_deref()),
            Column::ForeignPort => Value::number(socket.foreign.port),
            Column::LocalPortName => Value::maybe(socket.local.port_name.as_deref()),
            Column::ForeignPortName => Value::maybe(socket.foreign.port_name.as_deref()),
            Column::State => Value::maybe(row.state.map(State::name)),
            Column::StateText => Value::maybe(socket.state_text.as_deref()),
            Column::StateInferred => Value::Flag(row.state_inferred),
            Column::Pid => Value::number(socket.pid),
            Column::Owner => Value::text(row.owner.name()),
            Column::ImageName => Value::maybe(row.image_name()),
            Column::ImageNameTruncated => match &row.evidence {
                Some(evidence) => Value::Flag(evidence.truncated),
                None => Value::Null,
            },
            Column::Services if row.services.is_empty() => Value::Null,
            Column::Services => Value::Texts(&row.services),
            Column::Component => Value::maybe(socket.component.as_deref()),
            Column::Template => Value::maybe(socket.template.as_deref()),
            Column::TimeInStateMs => Value::number(socket.time_in_state_ms),
            Column::OffloadState => Value::maybe(socket.offload_state.as_deref()),
            Column::OwnerSource => match &row.evidence {
                Some(evidence) => Value::text(&evidence.source.name),
                None => Value::Null,
            },
            Column::OwnerLine if row.source.is_live => Value::Null,
            Column::OwnerLine => match &row.evidence {
                Some(evidence) => Value::count(evidence.line),
                None => Value::Null,
            },
            Column::Candidates if row.candidates.is_empty() => Value::Null,
            Column::Candidates => Value::Candidates(&row.candidates),
            Column::Host => Value::maybe(row.host),
            Column::UserName => detail(|process| process.user_name.as_deref()),
            Column::Path => detail(|process| process.path.as_deref()),
            Column::CommandLine => detail(|process| process.command_line.as_deref()),
            Column::ParentPid => {
                Value::number(described_by().find_map(|process| process.parent_pid))
            }
            Column::CapturedAt => Value::maybe(row.captured_at),
            Column::StartTime => detail(|process| process.start_time.as_deref()),
        }
    }

    /// Orders two rows by this column: numbers and addresses by value, text without case, what is
    /// absent last.
    pub fn compare(self, a: &OwnedSocket<'_>, b: &OwnedSocket<'_>) -> Ordering {
        let (a, b) = (self.value(a), self.value(b));
        match (&a, &b) {
            (Value::Null, Value::Null) => Ordering::Equal,
            (Value::Null, _) => Ordering::Greater,
            (_, Value::Null) => Ordering::Less,
            (Value::Number(a), Value::Number(b)) => a.cmp(b),
            (Value::Flag(a), Value::Flag(b)) => a.cmp(b),
            _ if matches!(self, Column::LocalAddress | Column::ForeignAddress) => {
                address_key(&a.plain()).cmp(&address_key(&b.plain()))
            }
            _ => a.plain().to_lowercase().cmp(&b.plain().to_lowercase()),
        }
    }
}

/// Addresses by value, IPv4 first, names behind them by letter.
fn address_key(text: &str) -> (u8, u128, String) {
    let bare = text.split_once('%').map_or(text, |(address, _)| address);
    match bare.parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) => (4, u128::from(address.to_bits()), String::new()),
        Ok(IpAddr::V6(address)) => (6, address.to_bits(), text.to_owned()),
        Err(_) => (u8::MAX, u128::MAX, text.to_lowercase()),
    }
}

/// What stands in one column of one row.
#[derive(Debug, Clone)]
pub enum Value<'a> {
    /// Nothing.
    Null,
    /// Text, as it stood in the capture: not safe for a terminal.
    Text(&'a str),
    /// A whole number.
    Number(u64),
    /// Yes or no.
    Flag(bool),
    /// A list of texts, as they stood in the capture.
    Texts(&'a [&'a str]),
    /// Rows of process lists that disagree.
    Candidates(&'a [Evidence<'a>]),
}

impl<'a> Value<'a> {
    fn text(text: &'a str) -> Self {
        Value::Text(text)
    }

    fn maybe(text: Option<&'a str>) -> Self {
        text.map_or(Value::Null, Value::Text)
    }

    fn number(number: Option<impl Into<u64>>) -> Self {
        number.map_or(Value::Null, |number| Value::Number(number.into()))
    }

    fn count(count: usize) -> Self {
        Value::Number(count as u64)
    }

    /// As one text: empty where absent, lists joined by `;`. Not safe for a terminal.
    pub fn plain(&self) -> Cow<'a, str> {
        match self {
            Value::Null => Cow::Borrowed(""),
            Value::Text(text) => Cow::Borrowed(text),
            Value::Number(number) => Cow::Owned(number.to_string()),
            Value::Flag(flag) => Cow::Borrowed(if *flag { "true" } else { "false" }),
            Value::Texts(texts) => Cow::Owned(texts.join(";")),
            Value::Candidates(candidates) => {
                let one = |evidence: &Evidence<'_>| {
                    format!("{}@{}:{}", evidence.image_name, evidence.source.name, evidence.line)
                };
                Cow::Owned(candidates.iter().map(one).collect::<Vec<_>>().join(";"))
            }
        }
    }
}

impl Serialize for Value<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Value::Null => serializer.serialize_none(),
            Value::Text(text) => serializer.serialize_str(text),
            Value::Number(number) => serializer.serialize_u64(*number),
            Value::Flag(flag) => serializer.serialize_bool(*flag),
            Value::Texts(texts) => texts.serialize(serializer),
            Value::Candidates(candidates) => {
                let mut list = serializer.serialize_seq(Some(candidates.len()))?;
                for candidate in *candidates {
                    list.serialize_element(&Candidate(candidate))?;
                }
                list.end()
            }
        }
    }
}

struct Candidate<'a>(&'a Evidence<'a>);

impl Serialize for Candidate<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(3))?;
        map.serialize_entry("image_name", self.0.image_name)?;
        map.serialize_entry("source", &*self.0.source.name)?;
        map.serialize_entry("line", &self.0.line)?;
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_stand_in_the_order_of_the_contract() {
        let names: Vec<&str> = Column::ALL.iter().map(|column| column.name()).collect();
        assert_eq!(names.len(), 33);
        assert_eq!(names.first(), Some(&"source"));
        assert_eq!(names.last(), Some(&"user_name"));
        assert!(names.iter().all(|name| Column::from_name(name).is_some()));
    }

    #[test]
    fn addresses_sort_by_value() {
        let mut texts = ["hosta", "192.0.2.10", "fe80::1%12", "192.0.2.9", "::1"];
        texts.sort_by_key(|text| address_key(text));
        assert_eq!(texts, ["192.0.2.9", "192.0.2.10", "::1", "fe80::1%12", "hosta"]);
    }
}
