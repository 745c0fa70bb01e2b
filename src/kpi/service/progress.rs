//! Readings under way in this process: who asks for one that takes longer than a moment is told how far it is, and asks again. Who comes
//! while all places are taken waits for one and is not forgotten.
//!
//! Invariant: a file is read by one reading at a time; however a reading ends, its place is free again.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::error::{Error, Result};

/// Readings at a time: each takes two cores and, for some kinds, a folder of sorted runs.
const AT_ONCE: usize = 2;
/// Readings that are under way or wait for a place: each has a thread.
const MOST: usize = 64;
/// Who asks waits so long before being told how far it is.
const MOMENT: Duration = Duration::from_millis(1500);
const LOOKS: u32 = 30;

static READINGS: Readings = Readings::new();

struct Readings {
    known: Mutex<BTreeMap<String, Arc<Progress>>>,
    /// How many have a place.
    running: Mutex<usize>,
    freed: Condvar,
}

/// How far a reading is.
#[derive(Debug, Default)]
pub struct Progress {
    /// Bytes of the file.
    pub total: u64,
    /// It is an import, not a preview.
    pub imports: bool,
    bytes: AtomicU64,
    lines: AtomicU64,
    runs: AtomicBool,
}

impl Progress {
    /// It waits for a place.
    #[must_use]
    pub fn waits(&self) -> bool {
        !self.runs.load(Ordering::Relaxed)
    }

    /// Bytes read so far.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed).min(self.total)
    }

    /// Lines read so far; of packed files and workbooks unknown, that is 0.
    #[must_use]
    pub fn lines(&self) -> u64 {
        self.lines.load(Ordering::Relaxed)
    }
}

/// Counts what is read.
pub(super) struct Counted<'p, R> {
    inner: R,
    progress: &'p Progress,
    text: Option<bool>,
}

impl<'p, R> Counted<'p, R> {
    pub(super) fn new(inner: R, progress: &'p Progress) -> Self {
        Self { inner, progress, text: None }
    }
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        let bytes = buffer.get(..count).unwrap_or_default();
        let text = *self.text.get_or_insert_with(|| !bytes.starts_with(b"PK") && !bytes.starts_with(&[0x1f, 0x8b]));
        if text {
            self.progress.lines.fetch_add(memchr::memchr_iter(b'\n', bytes).count() as u64, Ordering::Relaxed);
        }
        self.progress.bytes.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

impl Readings {
    const fn new() -> Self {
        Self { known: Mutex::new(BTreeMap::new()), running: Mutex::new(0), freed: Condvar::new() }
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<String, Arc<Progress>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn running(&self) -> MutexGuard<'_, usize> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin(&'static self, id: &str, (total, imports): (u64, bool), work: Box<dyn FnOnce(&Progress) + Send>) -> Result<bool> {
        let progress = Arc::new(Progress { total, imports, ..Progress::default() });
        {
            let mut all = self.known();
            if all.contains_key(id) || all.len() >= MOST {
                return Ok(false);
            }
            all.insert(id.to_owned(), Arc::clone(&progress));
        }
        let known = Known(self, id.to_owned());
        let run = move || {
            let place = Place::take(self);
            progress.runs.store(true, Ordering::Relaxed);
            work(&progress);
            drop(known);
            drop(place);
        };
        std::thread::Builder::new().name("reading".into()).spawn(run).map_err(Error::internal)?;
        Ok(true)
    }
}

/// A reading that is known until it has ended, however it ends.
struct Known(&'static Readings, String);

impl Drop for Known {
    fn drop(&mut self) {
        self.0.known().remove(&self.1);
    }
}

/// A place, free again when it is dropped.
struct Place(&'static Readings);

impl Place {
    /// Waits for a place.
    fn take(readings: &'static Readings) -> Self {
        let mut running = readings.running();
        while *running >= AT_ONCE {
            running = readings.freed.wait(running).unwrap_or_else(PoisonError::into_inner);
        }
        *running += 1;
        Self(readings)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        *self.0.running() -= 1;
        self.0.freed.notify_one();
    }
}

/// The reading of a file, if one is under way or waits for its place.
pub(super) fn of(id: &str) -> Option<Arc<Progress>> {
    READINGS.known().get(id).cloned()
}

/// Starts work on a file in a thread of its own, as soon as a place is free; false: the file is being read already, or too many wait.
///
/// # Errors
/// When the system gives no thread.
pub(super) fn begin(id: &str, total: u64, imports: bool, work: impl FnOnce(&Progress) + Send + 'static) -> Result<bool> {
    READINGS.begin(id, (total, imports), Box::new(work))
}

/// Waits for a moment, or until the reading of a file has ended.
pub(super) fn wait(id: &str) {
    for _ in 0..LOOKS {
        if of(id).is_none() {
            return;
        }
        std::thread::sleep(MOMENT / LOOKS);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    #[test]
    fn who_comes_too_early_waits_and_is_not_forgotten() {
        static OWN: Readings = Readings::new();
        let (done, ended) = channel();
        let gates: Vec<_> = (0..4)
            .map(|number| {
                let (open, gate) = channel::<()>();
                let done = done.clone();
                let work = move |_: &Progress| {
                    gate.recv().unwrap();
                    done.send(number).unwrap();
                };
                assert!(OWN.begin(&format!("file {number}"), (1, false), Box::new(work)).unwrap());
                open
            })
            .collect();
        assert!(!OWN.begin("file 3", (1, true), Box::new(|_| ())).unwrap(), "a file is read once at a time");
        assert_eq!(OWN.known().len(), 4);
        for open in &gates {
            open.send(()).unwrap();
        }
        let mut numbers: Vec<i32> = (0..4).map(|_| ended.recv_timeout(Duration::from_secs(10)).unwrap()).collect();
        numbers.sort_unstable();
        assert_eq!(numbers, [0, 1, 2, 3]);
        for _ in 0..1000 {
            if OWN.known().is_empty() && *OWN.running() == 0 {
                return;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        panic!("a place was not freed");
    }
}
