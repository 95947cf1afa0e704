//! Work that several threads do side by side, and what it gives in its order.

use std::num::NonZero;
use std::panic;
use std::sync::mpsc;
use std::thread;

/// How many threads there are work for on this machine.
pub fn cores() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get)
}

/// Does every piece of some work, each thread with a state of its own, and hands on what the pieces give, in their
/// order. `take` gives `false` where it wants no more.
///
/// Hardly more is held than one piece for each thread: who is ahead waits.
pub fn in_order<State, Given: Send>(
    pieces: usize,
    threads: usize,
    state: impl Fn() -> State + Sync,
    work: impl Fn(&mut State, usize) -> Given + Sync,
    mut take: impl FnMut(usize, Given) -> bool,
) {
    thread::scope(|scope| {
        let (state, work) = (&state, &work);
        let (workers, in_turn): (Vec<_>, Vec<_>) = (0..threads.max(1))
            .map(|first| {
                let (given, awaited) = mpsc::sync_channel(0);
                let worker = scope.spawn(move || {
                    let mut state = state();
                    for piece in (first..pieces).step_by(threads.max(1)) {
                        if given.send(work(&mut state, piece)).is_err() {
                            break;
                        }
                    }
                });
                (worker, awaited)
            })
            .unzip();
        for (piece, awaited) in (0..pieces).zip(in_turn.iter().cycle()) {
            if !awaited.recv().is_ok_and(|given| take(piece, given)) {
                break;
            }
        }
        drop(in_turn);
        for worker in workers {
            worker.join().unwrap_or_else(|bug| panic::resume_unwind(bug));
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(pieces: usize, threads: usize, most: usize) -> Vec<usize> {
        let mut given = Vec::new();
        let work = |done: &mut usize, piece: usize| {
            *done += 1;
            piece * 10 + usize::from(*done == 0)
        };
        in_order(
            pieces,
            threads,
            || 0,
            work,
            |piece, one| {
                assert_eq!(one, piece * 10);
                given.push(one);
                given.len() < most
            },
        );
        given
    }

    #[test]
    fn what_is_given_comes_in_order_until_no_more_is_wanted() {
        for threads in 1..5 {
            assert_eq!(given(7, threads, 100), [0, 10, 20, 30, 40, 50, 60]);
            assert_eq!(given(7, threads, 2), [0, 10]);
            assert_eq!(given(0, threads, 2), [0; 0]);
        }
    }
}
