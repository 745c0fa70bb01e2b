//! The measures of centre × day × channel as they grow. Waits are noted as they come and folded into the histogram of their cell
//! some hundred at a time; when there are many cells, all of them move to the common store, so that memory follows the cells, not the rows.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use ahash::AHashMap;
use chrono::{Days, NaiveDate};

use super::CellKey;
use super::plan::Codes;
use crate::kpi::measures::{Histogram, Measures};

/// Waits noted before they are folded in.
const NOTED: usize = 256;
/// Seconds below which noted waits are counted; those above, which are few, are sorted.
const SHORT: usize = 512;
/// Marks a noted wait as that of an abandoned contact.
const ABANDONED: u16 = 1 << 15;
/// Cells a worker holds before it hands them over.
const HELD: usize = 2048;
const RECENT: usize = 1024;
/// Cells moved to the store at a time.
const BATCH: usize = 256;

/// One cell under way.
#[derive(Default)]
pub(super) struct Cell {
    pub(super) measures: Measures,
    waits: Vec<u16>,
}

impl Cell {
    #[inline]
    pub(super) fn waited(&mut self, seconds: u32, abandoned: bool) {
        if seconds < u32::from(ABANDONED) {
            let mark = if abandoned { ABANDONED } else { 0 };
            if self.waits.len() >= NOTED {
                self.fold(&mut Vec::new());
            }
            self.waits.push(seconds as u16 | mark);
        } else {
            self.fold_one(seconds, abandoned);
        }
    }

    #[cold]
    fn fold_one(&mut self, seconds: u32, abandoned: bool) {
        let histogram = if abandoned { &mut self.measures.wait_abandoned } else { &mut self.measures.wait_answered };
        histogram.add_ascending([(seconds, 1)], &mut Vec::new());
    }

    #[cold]
    fn fold(&mut self, scratch: &mut Vec<u8>) {
        let (mut answered, mut abandoned) = (Seconds::default(), Seconds::default());
        for wait in self.waits.drain(..) {
            let seconds = if wait & ABANDONED == 0 { &mut answered } else { &mut abandoned };
            seconds.count(wait & !ABANDONED);
        }
        answered.add_to(&mut self.measures.wait_answered, scratch);
        abandoned.add_to(&mut self.measures.wait_abandoned, scratch);
    }
}

/// Some noted waits, counted by second.
struct Seconds {
    counts: [u16; SHORT],
    /// A bit for each second that was met.
    met: [u64; SHORT / 64],
    long: Vec<u16>,
}

impl Default for Seconds {
    fn default() -> Self {
        Self { counts: [0; SHORT], met: [0; SHORT / 64], long: Vec::new() }
    }
}

impl Seconds {
    #[inline]
    fn count(&mut self, wait: u16) {
        let second = usize::from(wait);
        match self.counts.get_mut(second) {
            Some(count) => {
                *count += 1;
                self.met[second / 64] |= 1 << (second % 64);
            }
            None => self.long.push(wait),
        }
    }

    fn add_to(mut self, histogram: &mut Histogram, scratch: &mut Vec<u8>) {
        if self.met == [0; SHORT / 64] && self.long.is_empty() {
            return;
        }
        self.long.sort_unstable();
        let short = self.met.iter().zip((0..).step_by(64)).flat_map(|(met, first)| bits(*met).map(move |bit| first + bit));
        let short = short.map(|second: usize| (second as u32, u64::from(self.counts[second])));
        histogram.add_ascending(short.chain(self.long.iter().map(|wait| (u32::from(*wait), 1))), scratch);
    }
}

/// The bits of a word that are set, the lowest first.
fn bits(word: u64) -> impl Iterator<Item = usize> {
    let mut left = word;
    std::iter::from_fn(move || {
        let bit = left.trailing_zeros() as usize;
        left &= left.wrapping_sub(1);
        (bit < 64).then_some(bit)
    })
}

/// The store that the workers share.
pub(super) type Store = Mutex<BTreeMap<CellKey, Measures>>;

/// The cells of one worker.
pub(super) struct Cells {
    index: AHashMap<u64, u32>,
    recent: Vec<(u64, u32)>,
    held: Vec<(u64, Cell)>,
    /// Emptied lists of waits, to be used again.
    spare: Vec<Vec<u16>>,
    scratch: Vec<u8>,
    limit: usize,
    asked: u64,
}

impl Cells {
    pub(super) fn new() -> Self {
        Self {
            index: AHashMap::new(),
            recent: vec![(u64::MAX, 0); RECENT],
            held: Vec::new(),
            spare: Vec::new(),
            scratch: Vec::new(),
            limit: HELD,
            asked: 0,
        }
    }

    /// The cell of a day (counted from 1970-01-01), centre and channel.
    #[inline]
    pub(super) fn at(&mut self, day: i64, centre: u16, channel: u16) -> &mut Cell {
        let number = self.number(day, centre, channel);
        self.numbered(number)
    }

    /// The cell of a number, until cells are handed over.
    #[inline(always)]
    pub(super) fn numbered(&mut self, number: u32) -> &mut Cell {
        &mut self.held[number as usize].1
    }

    /// The number of a cell.
    #[inline(always)]
    pub(super) fn number(&mut self, day: i64, centre: u16, channel: u16) -> u32 {
        let key = u64::from(day as u32) << 32 | u64::from(centre) << 16 | u64::from(channel);
        let slot = (key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 54) as usize & (RECENT - 1);
        self.asked += 1;
        if self.recent[slot].0 != key {
            let next = self.held.len() as u32;
            let number = *self.index.entry(key).or_insert(next);
            if number == next {
                self.held.push((key, Cell { waits: self.spare.pop().unwrap_or_default(), ..Cell::default() }));
            }
            self.recent[slot] = (key, number);
        }
        self.recent[slot].1
    }

    /// True when the cells should be handed over.
    pub(super) fn full(&self) -> bool {
        self.held.len() >= self.limit
    }

    /// Moves all cells to the store.
    pub(super) fn hand_over(&mut self, store: &Store, centres: &Codes, channels: &Codes) {
        // In a file without order cells come back again and again: hold more of them rather than merge them over and over.
        if self.asked < self.held.len() as u64 * 32 {
            self.limit = self.limit.saturating_mul(4);
        }
        self.asked = 0;
        self.index.clear();
        self.recent.fill((u64::MAX, 0));
        let names =
            [centres, channels].map(|codes| (0..codes.len() as u16).map(|number| codes.name(number)).collect::<Vec<Arc<str>>>());
        let mut finished = Vec::with_capacity(BATCH);
        while !self.held.is_empty() {
            for (key, mut cell) in self.held.drain(self.held.len().saturating_sub(BATCH)..) {
                cell.fold(&mut self.scratch);
                if self.spare.len() < HELD {
                    self.spare.push(cell.waits);
                }
                finished.extend(cell_key(key, &names).map(|key| (key, cell.measures)));
            }
            let mut store = store.lock().unwrap_or_else(PoisonError::into_inner);
            for (key, measures) in finished.drain(..) {
                match store.get_mut(&key) {
                    Some(known) => known.merge(&measures),
                    None => {
                        store.insert(key, measures);
                    }
                }
            }
        }
    }
}

fn cell_key(key: u64, names: &[Vec<Arc<str>>; 2]) -> Option<CellKey> {
    let days = i64::from((key >> 32) as u32 as i32);
    let epoch = NaiveDate::default();
    let day = if days < 0 { epoch - Days::new(days.unsigned_abs()) } else { epoch + Days::new(days.unsigned_abs()) };
    let centre = names[0].get(usize::from((key >> 16) as u16))?;
    let channel = names[1].get(usize::from(key as u16))?;
    Some(CellKey { centre: Arc::clone(centre), day, channel: Arc::clone(channel) })
}
