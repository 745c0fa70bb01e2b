//! The days of a kept file by blocks of lines, so that the rows of a month are found in a file of any size without reading all of it.
//! Derived: made while a file is read for the first time, and made again when it is lost.
//!
//! Invariant: a block begins where a record begins; the header and any blocks put together are a file of their own.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::NaiveDate;
use flate2::read::MultiGzDecoder;
use serde::{Deserialize, Serialize};

use super::tally::date;

/// Lines of a block.
const LINES: u64 = 2048;
/// The header ends within the first lines, if blocks are to be told apart at all.
const HEAD: u64 = 64;

/// Where the blocks of a file begin and which days they hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blocks {
    /// The text is GB18030.
    pub gb18030: bool,
    blocks: Vec<Block>,
}

/// Some lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Block {
    /// Number of its first line, from 1.
    line: u64,
    /// Its first byte in the unpacked file.
    start: u64,
    /// First and last day that its rows add to; none when they add to none.
    days: Option<(NaiveDate, NaiveDate)>,
}

/// Notes blocks while a file is read: where lines begin, and, somewhat later, which of them are records of which days.
#[derive(Debug, Default)]
pub(super) struct Noting {
    starts: Arc<Mutex<Starts>>,
    /// Line, first and last day of each block that began with a record.
    found: Vec<(u64, Option<(i64, i64)>)>,
}

/// Where some lines begin.
#[derive(Debug)]
struct Starts {
    line: u64,
    byte: u64,
    at: Vec<(u64, u64)>,
}

impl Default for Starts {
    fn default() -> Self {
        Self { line: 1, byte: 0, at: vec![(1, 0)] }
    }
}

impl Noting {
    /// Passes a file through.
    pub(super) fn reading<R: Read + Send>(&self, inner: R) -> impl Read + Send + use<R> {
        Noted { inner, starts: Arc::clone(&self.starts) }
    }

    /// A row and the days that it adds to.
    pub(super) fn row(&mut self, line: u64, days: impl Iterator<Item = i64> + Clone) {
        let begins = match self.found.last() {
            None => true,
            Some(_) => line.is_multiple_of(LINES),
        };
        if begins {
            self.found.push((line, None));
        }
        if let (Some((_, span)), Some(first), Some(last)) = (self.found.last_mut(), days.clone().min(), days.max()) {
            *span = Some(span.map_or((first, last), |(from, to)| (from.min(first), to.max(last))));
        }
    }

    /// The blocks; none when the file is too small or too odd to need any.
    pub(super) fn finish(self, gb18030: bool) -> Option<Blocks> {
        let starts = std::mem::take(&mut *self.starts.lock().unwrap_or_else(PoisonError::into_inner));
        if self.found.first()?.0 > HEAD {
            return None;
        }
        let block = |(line, days): (u64, Option<(i64, i64)>)| {
            let known = starts.at.binary_search_by_key(&line, |at| at.0).ok()?;
            let start = starts.at.get(known)?.1;
            Some(Block { line, start, days: days.map(|(from, to)| (date(from), date(to))) })
        };
        let blocks = self.found.into_iter().map(block).collect::<Option<Vec<Block>>>()?;
        Some(Blocks { gb18030, blocks })
    }
}

struct Noted<R> {
    inner: R,
    starts: Arc<Mutex<Starts>>,
}

impl<R: Read> Read for Noted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        let mut starts = self.starts.lock().unwrap_or_else(PoisonError::into_inner);
        for end in memchr::memchr_iter(b'\n', buffer.get(..count).unwrap_or_default()) {
            starts.line += 1;
            if starts.line <= HEAD || starts.line.is_multiple_of(LINES) {
                let place = (starts.line, starts.byte + end as u64 + 1);
                starts.at.push(place);
            }
        }
        starts.byte += count as u64;
        Ok(count)
    }
}

/// A kept file as it was before it was packed.
pub(super) enum Unpacked {
    /// It was not packed.
    Plain(File),
    /// It is packed with gzip.
    Gzip(Box<MultiGzDecoder<BufReader<File>>>),
}

impl Unpacked {
    /// Looks at the first bytes of a file.
    pub(super) fn open(mut file: File) -> io::Result<Self> {
        let mut magic = Vec::with_capacity(2);
        Read::by_ref(&mut file).take(2).read_to_end(&mut magic)?;
        file.rewind()?;
        let gzip = magic == [0x1f, 0x8b];
        Ok(if gzip {
            Self::Gzip(Box::new(MultiGzDecoder::new(BufReader::with_capacity(1 << 16, file))))
        } else {
            Self::Plain(file)
        })
    }

    fn skip(&mut self, bytes: u64) -> io::Result<()> {
        match self {
            Self::Plain(file) => file.seek(SeekFrom::Current(i64::try_from(bytes).map_err(io::Error::other)?)).map(drop),
            Self::Gzip(file) => io::copy(&mut file.take(bytes), &mut io::sink()).map(drop),
        }
    }
}

impl Read for Unpacked {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(file) => file.read(buffer),
            Self::Gzip(file) => file.read(buffer),
        }
    }
}

/// The header of a file and those of its blocks that hold some days, as a file of their own.
pub(super) struct Chosen {
    inner: Unpacked,
    /// First byte and the one behind the last; none: to the end.
    spans: VecDeque<(u64, Option<u64>)>,
    at: u64,
    /// Lines of this file and of the whole one, where each block begins.
    lines: Vec<(u64, u64)>,
}

impl Blocks {
    /// The part of a file that holds rows of some days.
    pub(super) fn choose(&self, file: Unpacked, from: NaiveDate, to: NaiveDate) -> Chosen {
        let (mut line, head) = self.blocks.first().map_or((1, 0), |block| (block.line, block.start));
        let (mut spans, mut lines) = (VecDeque::from([(0, Some(head))]), vec![(1, 1)]);
        for (at, block) in self.blocks.iter().enumerate() {
            if !block.days.is_some_and(|days| days.0 <= to && from <= days.1) {
                continue;
            }
            let next = self.blocks.get(at + 1);
            match spans.back_mut() {
                Some((_, end)) if *end == Some(block.start) => *end = next.map(|next| next.start),
                _ => spans.push_back((block.start, next.map(|next| next.start))),
            }
            lines.push((line, block.line));
            line += next.map_or(0, |next| next.line - block.line);
        }
        Chosen { inner: file, spans, at: 0, lines }
    }
}

impl Chosen {
    /// Gives the number in the whole file of a line of this one.
    pub(super) fn numbers(&self) -> impl Fn(u64) -> u64 + use<> {
        let lines = self.lines.clone();
        move |line| {
            let block = lines.partition_point(|(mine, _)| *mine <= line).saturating_sub(1);
            lines.get(block).map_or(line, |(mine, whole)| line - mine + whole)
        }
    }
}

impl Read for Chosen {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some((start, end)) = self.spans.front().copied() {
            if self.at < start {
                self.inner.skip(start - self.at)?;
                self.at = start;
            }
            let left = end.map_or(u64::MAX, |end| end.saturating_sub(self.at));
            let room = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
            let count = self.inner.read(buffer.get_mut(..room).unwrap_or_default())?;
            if count > 0 || buffer.is_empty() {
                self.at += count as u64;
                return Ok(count);
            }
            self.spans.pop_front();
        }
        Ok(0)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn day(of: u64) -> NaiveDate {
        date(20_000 + i64::try_from(of).unwrap())
    }

    /// A header of two lines and a thousand rows a day, some of them over two lines.
    fn file() -> String {
        let mut text = String::from("\u{feff}note\nline,day\n");
        let mut line = 3;
        for row in 0..30_000_u64 {
            let wide = row % 700 == 699;
            text += &format!("{line},{}{}\n", row / 1000, if wide { ",\"two\nlines\"" } else { "" });
            line += if wide { 2 } else { 1 };
        }
        text
    }

    fn blocks(text: &str) -> Blocks {
        let mut noting = Noting::default();
        io::copy(&mut noting.reading(text.as_bytes()), &mut io::sink()).unwrap();
        for row in text.lines().skip(2).filter_map(|row| row.split_once(',')) {
            let (line, rest) = (row.0.parse().unwrap(), row.1.split(',').next().unwrap());
            noting.row(line, std::iter::once(20_000 + rest.parse::<i64>().unwrap()));
        }
        noting.finish(false).unwrap()
    }

    fn kept(bytes: &[u8]) -> Unpacked {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        file.rewind().unwrap();
        Unpacked::open(file).unwrap()
    }

    #[test]
    fn the_days_asked_for_are_found_with_their_line_numbers() {
        let text = file();
        let blocks = blocks(&text);
        assert!(blocks.blocks.len() > 10);
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(text.as_bytes()).unwrap();
        for bytes in [text.clone().into_bytes(), packed.finish().unwrap()] {
            for (from, to) in [(0, 0), (7, 8), (29, 29), (0, 29), (40, 50)] {
                let mut chosen = blocks.choose(kept(&bytes), day(from), day(to));
                let number = chosen.numbers();
                let mut part = String::new();
                chosen.read_to_string(&mut part).unwrap();
                assert!(part.starts_with("\u{feff}note\nline,day\n"));
                let mut found = 0;
                for (at, row) in (1..).zip(part.lines()).skip(2) {
                    let Some((line, rest)) = row.split_once(',') else { continue };
                    assert_eq!(number(at), line.parse::<u64>().unwrap());
                    let of: u64 = rest.split(',').next().unwrap().parse().unwrap();
                    found += u64::from((from..=to).contains(&of));
                }
                assert_eq!(found, if from < 30 { (to - from + 1) * 1000 } else { 0 });
                assert!(part.len() < text.len() || to - from > 20);
            }
        }
    }
}
