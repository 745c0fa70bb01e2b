//! Readings under way in this process: who asks for one that takes longer than a moment is told how far it is, and asks again.
//!
//! Invariant: a file is read by one reading at a time; however a reading ends, its place is free again.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::error::{Error, Result};

/// Readings at a time: each takes two cores and, for some kinds, a folder of sorted runs.
const AT_ONCE: usize = 2;
/// Who asks waits so long before being told how far it is.
const MOMENT: Duration = Duration::from_millis(1500);
const LOOKS: u32 = 30;

static UNDER_WAY: Mutex<BTreeMap<String, Arc<Progress>>> = Mutex::new(BTreeMap::new());

/// How far a reading is.
#[derive(Debug, Default)]
pub struct Progress {
    /// Bytes of the file.
    pub total: u64,
    /// It is an import, not a preview.
    pub imports: bool,
    bytes: AtomicU64,
    lines: AtomicU64,
}

impl Progress {
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

fn under_way() -> MutexGuard<'static, BTreeMap<String, Arc<Progress>>> {
    UNDER_WAY.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The reading of a file, if one is under way.
pub(super) fn of(id: &str) -> Option<Arc<Progress>> {
    under_way().get(id).cloned()
}

/// Frees the place of a reading, however it ends.
struct Place(String);

impl Drop for Place {
    fn drop(&mut self) {
        under_way().remove(&self.0);
    }
}

/// Starts work on a file in a thread of its own, unless one is under way or no place is free.
///
/// # Errors
/// When the system gives no thread.
pub(super) fn begin(id: &str, total: u64, imports: bool, work: impl FnOnce(&Progress) + Send + 'static) -> Result<()> {
    let progress = Arc::new(Progress { total, imports, ..Progress::default() });
    {
        let mut all = under_way();
        if all.contains_key(id) || all.len() >= AT_ONCE {
            return Ok(());
        }
        all.insert(id.to_owned(), Arc::clone(&progress));
    }
    let place = Place(id.to_owned());
    let run = move || {
        work(&progress);
        drop(place);
    };
    std::thread::Builder::new().name("reading".into()).spawn(run).map(drop).map_err(Error::internal)
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
