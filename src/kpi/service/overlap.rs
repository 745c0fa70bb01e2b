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

/// A live batch that owns some of the places of a file.
#[derive(Debug, Clone)]
pub struct Owner {
    /// The batch.
    pub batch: Batch,
    /// The days in question, as ranges.
    pub days: String,
    /// Its days that the file does not have, as ranges; none when the file covers all of it.
    pub lost: Option<String>,
}

/// The live batches that own any of these places, by number; with each its supplements, which cannot stand alone.
///
/// # Errors
/// When the database refuses.
pub(super) fn owners(conn: &mut Conn, source: &str, places: &BTreeSet<Place>) -> Result<Vec<Owner>> {
    let mut found: BTreeMap<i64, (Batch, BTreeSet<NaiveDate>)> = BTreeMap::new();
    for (id, days) in owning(conn, source, places)? {
        let batch = store::batch(conn, &id)?;
        for supplement in store::supplements(conn, batch.number)? {
            found.entry(supplement.number).or_insert_with(|| (supplement, BTreeSet::new()));
        }
        found.entry(batch.number).or_insert_with(|| (batch, BTreeSet::new())).1.extend(days);
    }
    let mut owners = Vec::new();
    for (batch, days) in found.into_values() {
        let lost = lost(conn, &batch, places)?;
        owners.push(Owner { days: ranges(&days), lost, batch });
    }
    Ok(owners)
}

/// The live batches that own any of these places, to be replaced. A supplement may stand beside the batch that it completes and beside
/// its other supplements.
///
/// # Errors
/// [`Error::Conflict`] when there are some and they are not to be replaced, or would be replaced only in part.
pub(super) fn check(
    conn: &mut Conn,
    source: &str,
    places: &BTreeSet<Place>,
    replace: bool,
    completes: Option<i64>,
) -> Result<Vec<Batch>> {
    let mut owners = owners(conn, source, places)?;
    if let Some(main) = completes {
        owners.retain(|owner| owner.batch.number != main && owner.batch.supplements != Some(main));
    }
    if owners.is_empty() {
        return Ok(Vec::new());
    }
    if !replace || completes.is_some() {
        let told: Vec<String> = owners.iter().map(|owner| format!("{} ({})", owner.batch.label(), owner.days)).collect();
        return Err(Error::Conflict(Problem::whole("kpi-overlap").with("batches", told.join("; "))));
    }
    if let Some(Owner { batch, lost: Some(lost), .. }) = owners.iter().find(|owner| owner.lost.is_some()) {
        let problem = Problem::whole("kpi-replace-partial").with("batch", batch.label()).with("days", lost);
        return Err(Error::Conflict(problem.with("number", batch.number)));
    }
    Ok(owners.into_iter().map(|owner| owner.batch).collect())
}

/// The owning batches with the days in question.
fn owning(conn: &mut Conn, source: &str, places: &BTreeSet<Place>) -> Result<BTreeMap<String, BTreeSet<NaiveDate>>> {
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

/// The days of a batch that a file does not have, as ranges.
fn lost(conn: &mut Conn, batch: &Batch, places: &BTreeSet<Place>) -> Result<Option<String>> {
    let cells = store_measures::cells_of(conn, &batch.id)?;
    let missing: BTreeSet<NaiveDate> =
        cells.into_iter().filter(|cell| !places.contains(&(cell.centre_id.clone(), cell.day))).map(|cell| cell.day).collect();
    Ok((!missing.is_empty()).then(|| ranges(&missing)))
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
