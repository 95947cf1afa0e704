//! What words for states mean that are not known.

use super::Snapshot;
use crate::record::{Protocol, Socket};
use crate::state::State;

/// Ports on which every Windows listens: the endpoint mapper of RPC, and SMB.
const ALWAYS_LISTENING: [u16; 2] = [135, 445];

/// What a snapshot says of the states in it that are words not known. It holds for that snapshot alone.
///
/// A TCP row with foreign port 0 listens, in any language, as long as one word stands on all such rows.
/// Where there are two (`netstat -q`), the one on ports 135 or 445 means LISTENING and the other BOUND, unless it
/// looks like LISTENING itself.
/// PID 0 stands on TIME_WAIT rows alone. Nothing else is guessed.
#[derive(Debug, Clone, Copy)]
pub struct Inference<'a> {
    /// The word for LISTENING, where it is not one that is known.
    listening: Option<&'a str>,
    listening_is_known: bool,
    bound_is_shown: bool,
}

impl Inference<'_> {
    /// The state of a socket, and whether it was inferred.
    pub fn state_of(&self, socket: &Socket) -> (Option<State>, bool) {
        if socket.state.is_some() || socket.protocol == Protocol::Udp {
            return (socket.state, false);
        }
        let text = socket.state_text.as_deref();
        let inferred = if text.is_some() && text == self.listening {
            Some(State::Listening)
        } else if socket.foreign.port == Some(0) {
            match text {
                Some(word) if is_like(word, State::Listening) || is_like(word, State::Bound) => {
                    None
                }
                Some(_) => self.listening_is_known.then_some(State::Bound),
                None => (!self.bound_is_shown).then_some(State::Listening),
            }
        } else {
            (socket.pid == Some(0)).then_some(State::TimeWait)
        };
        (inferred, inferred.is_some())
    }
}

/// Could the word be this state, cut or misread? Then it says nothing for certain.
fn is_like(word: &str, state: State) -> bool {
    let word: String =
        word.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect();
    let name = state.name();
    let wrong = name.len() / 3;
    let same = word.chars().zip(name.chars()).filter(|(a, b)| a == b).count();
    word.contains(name)
        || (word.chars().count().abs_diff(name.len()) <= wrong && same + wrong >= name.len())
}

impl<'a> Snapshot<'a> {
    /// How the words of this snapshot that are no known states are to be read.
    pub fn inference(&self) -> Inference<'a> {
        let tcp = || self.sockets().filter(|socket| socket.protocol == Protocol::Tcp);
        let known = |state: State| tcp().any(|socket| socket.state == Some(state));
        let unknown = |socket: &&'a Socket| socket.state.is_none();
        let listens_everywhere = |socket: &&'a Socket| {
            socket.foreign.port == Some(0)
                && socket.local.port.is_some_and(|port| ALWAYS_LISTENING.contains(&port))
        };
        let mut words: Vec<&str> = tcp()
            .filter(unknown)
            .filter(|socket| socket.foreign.port == Some(0))
            .filter_map(|socket| socket.state_text.as_deref())
            .collect();
        words.sort_unstable();
        words.dedup();
        let of_known_listeners = || {
            let mut rows = tcp().filter(unknown).filter(listens_everywhere);
            rows.find_map(|socket| socket.state_text.as_deref())
        };
        let listening = match words.as_slice() {
            _ if known(State::Listening) => None,
            [only] => Some(*only).filter(|word| !is_like(word, State::Bound)),
            _ => of_known_listeners(),
        };
        Inference {
            listening,
            listening_is_known: known(State::Listening) || listening.is_some(),
            bound_is_shown: known(State::Bound) || words.len() > 1,
        }
    }
}
