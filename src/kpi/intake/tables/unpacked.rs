//! A look at a workbook before anything of it is read: how large its parts unpack, measured and not believed, and that no piece of text
//! in them is larger than a cell can be. What passes can be read in bounded memory.

use std::io::{Read, Seek};

use super::super::error::IntakeError;

/// Most parts of a workbook.
const PARTS: usize = 10_000;
/// Largest sheet, unpacked: a million rows of some twenty columns.
const SHEET: u64 = 4 << 30;
/// The texts of all cells, which are held in memory.
const STRINGS: u64 = 64 << 20;
/// Any other part: styles, names of sheets.
const OTHER: u64 = 16 << 20;
/// Longest stretch without a tag; a cell holds at most 32,767 characters.
const STRETCH: usize = 1 << 20;

/// Refuses a workbook that unpacks to more than may be.
pub(super) fn check(file: impl Read + Seek) -> Result<(), IntakeError> {
    let broken = |error: zip::result::ZipError| IntakeError::Workbook(error.to_string());
    let mut archive = zip::ZipArchive::new(file).map_err(broken)?;
    if archive.len() > PARTS {
        return Err(IntakeError::Workbook(format!("it has {} parts", archive.len())));
    }
    for number in 0..archive.len() {
        let part = archive.by_index(number).map_err(broken)?;
        let name = part.name().map_err(broken)?.into_owned();
        let read = [".xml", ".rels"].iter().any(|ending| name.to_ascii_lowercase().ends_with(ending));
        if read {
            measure(part, &name)?;
        }
    }
    Ok(())
}

fn measure(mut part: impl Read, name: &str) -> Result<(), IntakeError> {
    let lower = name.to_ascii_lowercase();
    let limit = match () {
        () if lower.contains("worksheets/") => SHEET,
        () if lower.contains("sharedstrings") => STRINGS,
        () => OTHER,
    };
    let refused = |limit: u64| IntakeError::WorkbookSize { part: name.to_owned(), limit: limit >> 20 };
    let (mut buffer, mut size, mut stretch) = (vec![0; 1 << 16], 0, 0);
    loop {
        let count = part.read(&mut buffer).map_err(|error| IntakeError::Workbook(error.to_string()))?;
        if count == 0 {
            return Ok(());
        }
        size += count as u64;
        if size > limit {
            return Err(refused(limit));
        }
        let mut start = 0;
        for tag in memchr::memchr_iter(b'<', &buffer[..count]) {
            if stretch + tag - start > STRETCH {
                return Err(refused(STRETCH as u64));
            }
            (stretch, start) = (0, tag);
        }
        stretch += count - start;
        if stretch > STRETCH {
            return Err(refused(STRETCH as u64));
        }
    }
}
