//! Sorting more than fits in memory: records of forty bytes are sorted in runs that lie in nameless files, and merged when read.
//!
//! Invariant: memory holds one run and, while merging, a small buffer per run.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// Records of a run: forty megabytes.
const RUN: usize = 1 << 20;
/// Runs merged into one when there are so many, which bounds the open files.
const RUNS: usize = 64;
const BYTES: usize = 40;

/// What is sorted: by key, then time, then number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Event {
    /// Whose it is.
    pub(super) key: u128,
    /// When, in seconds.
    pub(super) time: i64,
    /// Number of the row.
    pub(super) row: u64,
    /// What it is, as its counter says.
    pub(super) what: u64,
}

impl Event {
    fn bytes(&self) -> [u8; BYTES] {
        let mut bytes = [0; BYTES];
        let parts: [&[u8]; 4] =
            [&self.key.to_le_bytes(), &self.time.to_le_bytes(), &self.row.to_le_bytes(), &self.what.to_le_bytes()];
        let mut at = 0;
        for part in parts {
            if let Some(to) = bytes.get_mut(at..at + part.len()) {
                to.copy_from_slice(part);
            }
            at += part.len();
        }
        bytes
    }

    fn of(bytes: &[u8; BYTES]) -> Self {
        let word = |at: usize| bytes.get(at..).and_then(<[u8]>::first_chunk::<8>).map_or(0, |eight| u64::from_le_bytes(*eight));
        let key = u128::from(word(0)) | u128::from(word(8)) << 64;
        Self { key, time: word(16) as i64, row: word(24), what: word(32) }
    }
}

/// Takes records in any order and gives them back sorted.
pub(super) struct Sorter {
    folder: PathBuf,
    run: Vec<Event>,
    limit: usize,
    files: Vec<File>,
}

impl Sorter {
    /// Runs go to nameless files of this folder.
    pub(super) fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), run: Vec::new(), limit: RUN, files: Vec::new() }
    }

    pub(super) fn push(&mut self, event: Event) -> io::Result<()> {
        self.run.push(event);
        if self.run.len() >= self.limit { self.spill() } else { Ok(()) }
    }

    fn spill(&mut self) -> io::Result<()> {
        self.run.sort_unstable();
        let run = std::mem::take(&mut self.run);
        let file = self.written(run.iter().copied().map(Ok))?;
        self.run = run;
        self.run.clear();
        self.files.push(file);
        if self.files.len() >= RUNS {
            let merged = Merge::of(std::mem::take(&mut self.files), Vec::new())?;
            let file = self.written(merged)?;
            self.files.push(file);
        }
        Ok(())
    }

    fn written(&self, events: impl Iterator<Item = io::Result<Event>>) -> io::Result<File> {
        let mut to = BufWriter::with_capacity(1 << 16, tempfile::tempfile_in(&self.folder)?);
        for event in events {
            to.write_all(&event?.bytes())?;
        }
        to.into_inner().map_err(io::IntoInnerError::into_error)
    }

    /// All records in order.
    pub(super) fn sorted(mut self) -> io::Result<Merge> {
        self.run.sort_unstable();
        Merge::of(self.files, self.run)
    }
}

enum Run {
    File(BufReader<File>),
    Memory(std::vec::IntoIter<Event>),
}

impl Run {
    fn next(&mut self) -> io::Result<Option<Event>> {
        match self {
            Self::Memory(events) => Ok(events.next()),
            Self::File(file) => {
                let mut bytes = [0; BYTES];
                match file.read_exact(&mut bytes) {
                    Ok(()) => Ok(Some(Event::of(&bytes))),
                    Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
                    Err(error) => Err(error),
                }
            }
        }
    }
}

/// The records of several runs in order.
pub(super) struct Merge {
    runs: Vec<Run>,
    next: BinaryHeap<Reverse<(Event, usize)>>,
}

impl Merge {
    fn of(files: Vec<File>, rest: Vec<Event>) -> io::Result<Self> {
        let mut runs = Vec::new();
        for mut file in files {
            file.seek(SeekFrom::Start(0))?;
            runs.push(Run::File(BufReader::with_capacity(1 << 15, file)));
        }
        runs.push(Run::Memory(rest.into_iter()));
        let mut next = BinaryHeap::new();
        for (number, run) in runs.iter_mut().enumerate() {
            next.extend(run.next()?.map(|event| Reverse((event, number))));
        }
        Ok(Self { runs, next })
    }
}

impl Iterator for Merge {
    type Item = io::Result<Event>;

    fn next(&mut self) -> Option<Self::Item> {
        let Reverse((event, number)) = self.next.pop()?;
        match self.runs.get_mut(number).map_or(Ok(None), Run::next) {
            Ok(following) => self.next.extend(following.map(|event| Reverse((event, number)))),
            Err(error) => return Some(Err(error)),
        }
        Some(Ok(event))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn sorts_like_sort(
            parts in prop::collection::vec((0_u128..20, any::<i64>(), any::<u64>()), 0..600),
            limit in 1_usize..40,
        ) {
            let folder = tempfile::tempdir().unwrap();
            let mut sorter = Sorter { limit, ..Sorter::new(folder.path()) };
            let mut events: Vec<Event> =
                parts.iter().map(|part| Event { key: part.0 << 100 | part.0, time: part.1, row: part.2, what: !part.2 }).collect();
            for event in &events {
                sorter.push(*event).unwrap();
            }
            events.sort_unstable();
            prop_assert_eq!(sorter.sorted().unwrap().collect::<io::Result<Vec<_>>>().unwrap(), events);
            prop_assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "the files have no names");
        }
    }
}
