//! What happened beside the figures of a KPI: turns of the cycles on it, and documents that those cycles wrote their new way into. Read from
//! the log, so that nothing here knows the slices above.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate, NaiveTime, TimeZone};
use serde::Deserialize;

use crate::db::{Conn, Instant};
use crate::error::Result;
use crate::ledger::store::{EventRow, Filter, list};
use crate::organisation::{self, Centre};

/// Most cycles of the organisation that are looked through, the newest first.
const CYCLES: i64 = 500;
/// Most events of a chart.
const MOST: i64 = 400;
/// What cycles do that can move a KPI.
const TURNS: &[&str] = &["cycle.do", "cycle.action_done", "cycle.check", "cycle.act", "cycle.close"];
/// How a document becomes effective.
const RELEASES: &[&str] = &["documents.release", "documents.adopt"];

#[derive(Deserialize)]
struct Leaf {
    #[serde(default)]
    images: Vec<Image>,
}

#[derive(Deserialize)]
struct Image {
    table: String,
    row: Option<CycleRow>,
}

/// What is asked of the row of a cycle; rows of other tables have none of it.
#[derive(Deserialize)]
struct CycleRow {
    #[serde(default)]
    kpi_code: String,
    #[serde(default)]
    centre_id: String,
    #[serde(default)]
    act_document: Option<String>,
}

fn cycle_in(event: &EventRow) -> Option<CycleRow> {
    let leaf: Leaf = serde_json::from_str(&event.leaf).ok()?;
    leaf.images.into_iter().find(|image| image.table == "cycles")?.row
}

/// An event that stands on a day of the centre.
pub(crate) struct Mark {
    pub(crate) day: NaiveDate,
    pub(crate) event: EventRow,
}

/// The events that belong to a KPI of a centre between two days, oldest first.
///
/// # Errors
/// When the database refuses.
pub(crate) fn marks(conn: &mut Conn, centre: &Centre, code: &str, (from, to): (NaiveDate, NaiveDate)) -> Result<Vec<Mark>> {
    let opened = Filter { action: Some("cycle.open".to_owned()), ..Filter::default() };
    let mut cycles: BTreeSet<String> = BTreeSet::new();
    for event in list(conn, &opened, CYCLES)? {
        if cycle_in(&event).is_some_and(|row| row.kpi_code == code && row.centre_id == centre.id) {
            cycles.insert(event.object_id);
        }
    }
    if cycles.is_empty() {
        return Ok(Vec::new());
    }
    let zone = organisation::zone_of(centre)?;
    let start =
        |day: NaiveDate| zone.from_local_datetime(&day.and_time(NaiveTime::MIN)).earliest().map(|at| Instant::new(at.to_utc()));
    let until = to.checked_add_days(Days::new(1)).and_then(start);
    let mut documents: BTreeSet<String> = BTreeSet::new();
    let turns = Filter { actions: Some(TURNS), until, ..Filter::default() };
    let mut found: Vec<EventRow> =
        list(conn, &turns, MOST)?.into_iter().filter(|event| cycles.contains(&event.object_id)).collect();
    documents.extend(found.iter().filter_map(cycle_in).filter_map(|row| row.act_document));
    found.retain(|event| start(from).is_none_or(|first| event.at >= first));
    if !documents.is_empty() {
        let releases = Filter { actions: Some(RELEASES), from: start(from), until, ..Filter::default() };
        let named = |event: &EventRow| event.object_label.split_whitespace().next().is_some_and(|code| documents.contains(code));
        found.extend(list(conn, &releases, MOST)?.into_iter().filter(named));
    }
    found.sort_by_key(|event| event.seq);
    let day = |event: EventRow| Mark { day: event.at.utc().with_timezone(&zone).date_naive(), event };
    Ok(found.into_iter().map(day).collect())
}

/// The day on which the last cycle on a KPI was closed, if one was.
pub(crate) fn last_close(marks: &[Mark]) -> Option<NaiveDate> {
    marks.iter().rev().find(|mark| mark.event.action == "cycle.close").map(|mark| mark.day)
}
