//! How the rows of each kind of source become named quantities. The names and what they count stand in `docs-templates/kpi/measures.toml`.

mod complaints;
mod contacts;
mod evaluations;
mod figures;
mod improvements;
mod learning;
mod shipments;
mod surveys;

use std::io;
use std::path::Path;

use super::error::IntakeError;
use super::records::{Place, Record};
use super::rows::Sound;
use super::tally::{Delivered, Tallies};
use crate::kpi::mapping::{RowMapping, SourceKind, SourceMapping};

/// Counts the rows of a kind.
pub(super) trait Counter {
    /// The names that the mapping delivers.
    fn delivered(&self) -> Delivered;

    /// Refuses a row whose fields do not go together.
    fn check(&self, _: &Record) -> Sound<()> {
        Ok(())
    }

    /// Counts a row that was checked.
    fn count(&mut self, record: &Record, tallies: &mut Tallies) -> io::Result<()>;

    /// Counts what only the whole file tells.
    fn finish(self: Box<Self>, _: &mut Tallies) -> io::Result<()> {
        Ok(())
    }
}

/// The counter of a mapping; what it sorts lies in the scratch folder.
pub(super) fn counter(mapping: &SourceMapping, scratch: &Path) -> Box<dyn Counter> {
    let rows = &mapping.rows;
    match rows.kind {
        SourceKind::Interactions => Box::new(contacts::Contacts::new(mapping, scratch)),
        SourceKind::Surveys => Box::new(surveys::Surveys::new(rows)),
        SourceKind::Evaluations => Box::new(evaluations::Evaluations::new(rows, scratch)),
        SourceKind::Learning => Box::new(learning::Learning::new(rows)),
        SourceKind::Workforce => Box::new(figures::Workforce::new(rows)),
        SourceKind::Finance => Box::new(figures::Finance::new(rows)),
        SourceKind::Shipments => Box::new(shipments::Shipments::new(rows)),
        SourceKind::Complaints => Box::new(complaints::Complaints::new(rows, scratch)),
        SourceKind::Improvements => Box::new(improvements::Improvements::new(rows)),
    }
}

/// The names whose fields a mapping has.
fn names(rows: &RowMapping, table: &[(&str, &[&'static str])]) -> Vec<&'static str> {
    table.iter().filter(|(field, _)| rows.has(field)).flat_map(|(_, names)| names.iter().copied()).collect()
}

/// The word numbers that a code field can give; all of them when it is not read from a table.
fn words(rows: &RowMapping, field: &str) -> Vec<u16> {
    use crate::kpi::mapping::ReadRule;
    match rows.field(field).map(|rule| &rule.read) {
        Some(ReadRule::Code { table, .. }) => table.values().copied().collect(),
        Some(ReadRule::SameCode(number)) => vec![*number],
        _ => Vec::new(),
    }
}

/// A day and a place in one number, with eight bits to spare.
fn packed(day: i64, place: Place, spare: u8) -> u64 {
    u64::from(day as i32 as u32) << 32 | u64::from(place.centre) << 16 | u64::from(place.channel.min(0xff)) << 8 | u64::from(spare)
}

fn unpacked(what: u64) -> (i64, Place, u8) {
    let day = i64::from((what >> 32) as u32 as i32);
    (day, Place { centre: (what >> 16) as u16, channel: (what >> 8) as u16 & 0xff }, what as u8)
}

/// An error of the scratch folder.
pub(super) fn scratch_failed(error: &io::Error) -> IntakeError {
    IntakeError::Keep(error.to_string())
}
