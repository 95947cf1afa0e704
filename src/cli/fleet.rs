//! Many files, some at a time on every core, and their rows in the order of the files.
//!
//! Files can only belong together within a folder, once there are enough of them ([`are_many`]), and within those
//! whose names have something in common, once a folder has enough. So a batch is some folders, or a part of a large
//! one, and what it gives is what it would give among all.

use std::collections::{HashMap, HashSet, VecDeque};
use std::io::{self, BufWriter, Write};
use std::panic;
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::sync::{Mutex, PoisonError};
use std::thread;

use portjoin::capture::{Others, are_many, folder, name_in_common};

use super::batch::{self, Asked, Said};
use super::find::Found;
use super::input::{How, Inputs};
use super::side_by_side::cores;

/// How many files are read by one thread before it takes others.
const BATCH: usize = 32;

/// How many blocks of rows wait for those before them, for each thread.
const BLOCKS: usize = 16;

/// Reads, joins and writes all files.
pub fn write(
    files: Vec<Found>,
    how: How,
    asked: &Asked<'_>,
    out: &mut dyn Write,
) -> io::Result<Said> {
    let cores = cores();
    if cores == 1 || files.len() <= BATCH {
        let mut said = Said::default();
        let mut captures = 0;
        let mut batches = Batches::new(files, how);
        while let Some(Batch { inputs, files, others }) = batches.next() {
            let inputs = inputs.and_read(&files, how);
            let first = captures;
            let count = |count| {
                captures += count;
                Some(first)
            };
            said.append(batch::write(inputs, others, asked, count, out)?);
        }
        return Ok(said);
    }
    side_by_side(Batches::new(files, how), cores, how, asked, out)
}

/// A batch that a thread took, between the one before and the one behind.
struct Taken {
    number: usize,
    batch: Batch,
    /// Where the batch before tells how many captures there are up to it.
    before: Receiver<usize>,
    /// Where that is told to the batch behind.
    behind: SyncSender<usize>,
    rows: SyncSender<Vec<u8>>,
}

/// What there is to take.
struct Supply {
    batches: Batches,
    taken: usize,
    before: Receiver<usize>,
}

impl Supply {
    /// The next batch; its rows are awaited in their turn.
    fn take(&mut self, turns: &mpsc::Sender<Receiver<Vec<u8>>>) -> Option<Taken> {
        let batch = self.batches.next()?;
        let (rows, awaited) = mpsc::sync_channel(BLOCKS);
        turns.send(awaited).ok()?;
        let (behind, before) = mpsc::sync_channel(1);
        let before = std::mem::replace(&mut self.before, before);
        self.taken += 1;
        Some(Taken { number: self.taken, batch, before, behind, rows })
    }
}

fn side_by_side(
    batches: Batches,
    cores: usize,
    how: How,
    asked: &Asked<'_>,
    out: &mut dyn Write,
) -> io::Result<Said> {
    let (start, before) = mpsc::sync_channel(1);
    // There is room for one.
    let _ = start.send(0);
    let supply = Mutex::new(Supply { batches, taken: 0, before });
    let (turns, in_turn) = mpsc::channel();
    thread::scope(|scope| {
        let work = |turns: mpsc::Sender<Receiver<Vec<u8>>>| {
            let mut said = Vec::new();
            loop {
                let taken = supply.lock().unwrap_or_else(PoisonError::into_inner).take(&turns);
                let Some(Taken { number, batch, before, behind, rows }) = taken else { break };
                let inputs = batch.inputs.and_read(&batch.files, how);
                let first = |count| {
                    let first = before.recv().ok()?;
                    behind.send(first + count).ok()?;
                    Some(first)
                };
                let mut rows = BufWriter::with_capacity(1 << 16, Rows(rows));
                let written = batch::write(inputs, batch.others, asked, first, &mut rows);
                match written.and_then(|of_batch| rows.flush().map(|()| of_batch)) {
                    Ok(of_batch) => said.push((number, of_batch)),
                    // Nobody reads the rows any more.
                    Err(_) => break,
                }
            }
            said
        };
        let threads: Vec<_> = (0..cores)
            .map(|_| {
                let turns = turns.clone();
                scope.spawn(move || work(turns))
            })
            .collect();
        drop(turns);
        let written = in_turn.into_iter().try_for_each(|rows| {
            rows.into_iter().try_for_each(|block: Vec<u8>| out.write_all(&block))
        });
        let said = threads
            .into_iter()
            .flat_map(|thread| thread.join().unwrap_or_else(|bug| panic::resume_unwind(bug)));
        let mut said: Vec<(usize, Said)> = said.collect();
        written?;
        said.sort_by_key(|(number, _)| *number);
        let mut all = Said::default();
        said.into_iter().for_each(|(_, of_batch)| all.append(of_batch));
        Ok(all)
    })
}

/// Rows on their way to the thread that writes.
struct Rows(SyncSender<Vec<u8>>);

impl Write for Rows {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.send(bytes.to_vec()).map_err(|_| io::ErrorKind::BrokenPipe)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Files that are read together.
struct Batch {
    /// What had to be read to know where the batch ends.
    inputs: Inputs,
    /// What is still to be read.
    files: Vec<Found>,
    others: Others,
}

/// Files that stay together, whatever the batch: those of a folder, or some of a large one.
struct Unit {
    files: Vec<Found>,
    /// The place of the large folder of which they are a part.
    part_of: Option<usize>,
}

/// Hands out files in their order.
struct Batches {
    units: VecDeque<Unit>,
    how: How,
    /// Was enough read of the call for the rest to be told apart?
    are_many: bool,
    /// The folder of which enough was read.
    many_of: Option<usize>,
}

impl Batches {
    fn new(files: Vec<Found>, how: How) -> Self {
        Batches { units: units(files).into(), how, are_many: false, many_of: None }
    }

    fn next(&mut self) -> Option<Batch> {
        let first = self.units.pop_front()?;
        let begins_a_folder = first.part_of.is_some() && first.part_of != self.many_of;
        if !self.are_many || begins_a_folder {
            return Some(self.beginning(first));
        }
        let others = if first.part_of.is_some() { Others::InTheFolder } else { Others::InTheCall };
        let part_of = first.part_of;
        let mut files = first.files;
        while files.len() < BATCH
            && let Some(unit) = self.units.pop_front_if(|unit| unit.part_of == part_of)
        {
            files.extend(unit.files);
        }
        Some(Batch { inputs: Inputs::default(), files, others })
    }

    /// A batch at whose end enough was read of the call, and of the folder in the midst of which it ends.
    fn beginning(&mut self, first: Unit) -> Batch {
        let was_first = !self.are_many;
        let mut inputs = Inputs::default();
        let mut of_folder = (None, 0);
        let mut next = Some(first);
        while let Some(unit) = next {
            if unit.part_of.is_none() || unit.part_of != of_folder.0 {
                of_folder = (unit.part_of, inputs.sources.len());
            }
            inputs = inputs.and_read(&unit.files, self.how);
            self.are_many = self.are_many || are_many(&inputs.sources);
            let ends_inside = self
                .units
                .front()
                .is_some_and(|next| next.part_of.is_some() && next.part_of == of_folder.0);
            let sources = inputs.sources.get(of_folder.1..).unwrap_or_default();
            if ends_inside && are_many(sources) {
                self.many_of = of_folder.0;
            }
            let is_enough = self.are_many && (!ends_inside || self.many_of == of_folder.0);
            next = if is_enough { None } else { self.units.pop_front() };
        }
        let others = if was_first && self.units.is_empty() || !self.are_many {
            Others::None
        } else {
            Others::InTheCall
        };
        Batch { inputs, files: Vec::new(), others }
    }
}

/// The files of every folder; of a large one, those whose names have something in common. Where a folder comes
/// twice, all files are one unit.
fn units(files: Vec<Found>) -> Vec<Unit> {
    let mut folders: Vec<(String, Vec<Found>)> = Vec::new();
    for found in files {
        let of_file = folder(&found.path.to_string_lossy()).to_owned();
        match folders.last_mut() {
            Some((last, files)) if *last == of_file => files.push(found),
            _ => folders.push((of_file, vec![found])),
        }
    }
    let mut seen = HashSet::new();
    if !folders.iter().all(|(folder, _)| seen.insert(folder.as_str())) {
        let files = folders.into_iter().flat_map(|(_, files)| files).collect();
        return vec![Unit { files, part_of: None }];
    }
    let mut units = Vec::new();
    for (index, (_, files)) in folders.into_iter().enumerate() {
        if files.len() <= BATCH {
            units.push(Unit { files, part_of: None });
            continue;
        }
        let mut places: HashMap<String, usize> = HashMap::new();
        let mut of_folder: Vec<Unit> = Vec::new();
        for found in files {
            let name = name_in_common(&found.path.to_string_lossy());
            let place = *places.entry(name).or_insert(of_folder.len());
            match of_folder.get_mut(place) {
                Some(unit) => unit.files.push(found),
                None => of_folder.push(Unit { files: vec![found], part_of: Some(index) }),
            }
        }
        units.extend(of_folder);
    }
    units
}
