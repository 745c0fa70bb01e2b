//! Who owns a source × centre × day: a file that touches an owned one is refused, naming the batch, unless it takes the batch's place
//! and covers all of it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate};

use crate::db::Conn;
use crate::error::{Error, Problem, Result};
use crate::kpi::model::Batch;
use crate::kpi::{store, store_measures};

/// Centre id and day.
pub(super) type Place = (String, NaiveDate);

/// The live batches that own any of these places, to be replaced.
///
/// # Errors
/// [`Error::Conflict`] when there are some and they are not to be replaced, or would be replaced only in part.
pub(super) fn check(conn: &mut Conn, source: &str, places: &BTreeSet<Place>, replace: bool) -> Result<Vec<Batch>> {
    let owners = owners(conn, source, places)?;
    if owners.is_empty() {
        return Ok(Vec::new());
    }
    let mut batches = Vec::new();
    for (id, days) in owners {
        batches.push((store::batch(conn, &id)?, days));
    }
    batches.sort_by_key(|(batch, _)| batch.number);
    if !replace {
        let told: Vec<String> = batches.iter().map(|(batch, days)| format!("{} ({})", batch.label(), ranges(days))).collect();
        return Err(Error::Conflict(Problem::whole("kpi-overlap").with("batches", told.join("; "))));
    }
    for (batch, _) in &batches {
        covers(conn, batch, places)?;
    }
    Ok(batches.into_iter().map(|(batch, _)| batch).collect())
}

/// The owning batches with the days in question.
fn owners(conn: &mut Conn, source: &str, places: &BTreeSet<Place>) -> Result<BTreeMap<String, BTreeSet<NaiveDate>>> {
    let mut spans: BTreeMap<&String, (NaiveDate, NaiveDate)> = BTreeMap::new();
    for (centre, day) in places {
        let span = spans.entry(centre).or_insert((*day, *day));
        *span = (span.0.min(*day), span.1.max(*day));
    }
    let mut found: BTreeMap<String, BTreeSet<NaiveDate>> = BTreeMap::new();
    for (centre, (from, to)) in spans {
        for (day, batch) in store_measures::owned(conn, source, centre, from, to)? {
            if places.contains(&(centre.clone(), day)) {
                found.entry(batch).or_default().insert(day);
            }
        }
    }
    Ok(found)
}

fn covers(conn: &mut Conn, batch: &Batch, places: &BTreeSet<Place>) -> Result<()> {
    let cells = store_measures::cells_of(conn, &batch.id)?;
    let missing: BTreeSet<NaiveDate> =
        cells.into_iter().filter(|cell| !places.contains(&(cell.centre_id.clone(), cell.day))).map(|cell| cell.day).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let problem = Problem::whole("kpi-replace-partial").with("batch", batch.label()).with("days", ranges(&missing));
    Err(Error::Conflict(problem.with("number", batch.number)))
}

/// Days as ranges: `2026-03-01 – 2026-03-04, 2026-03-09`; at most six of them.
fn ranges(days: &BTreeSet<NaiveDate>) -> String {
    let mut spans: Vec<(NaiveDate, NaiveDate)> = Vec::new();
    for day in days {
        match spans.last_mut() {
            Some((_, last)) if last.checked_add_days(Days::new(1)) == Some(*day) => *last = *day,
            _ => spans.push((*day, *day)),
        }
    }
    let mut told: Vec<String> =
        spans.iter().take(6).map(|(from, to)| if from == to { from.to_string() } else { format!("{from} – {to}") }).collect();
    if spans.len() > told.len() {
        told.push("…".into());
    }
    told.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_told_as_ranges() {
        let days = ["2026-03-01", "2026-03-02", "2026-03-03", "2026-03-09"].map(|day| day.parse().unwrap());
        assert_eq!(ranges(&days.into_iter().collect()), "2026-03-01 – 2026-03-03, 2026-03-09");
    }
}
