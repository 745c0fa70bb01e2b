//! Who owns a source × centre × day: a file that touches an owned one is refused, naming the batch, unless it takes the batch's place
//! and covers all of it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate};

use super::batches::knows;
use super::import::read_mapping;
use super::prepared::Prepared;
use crate::actor::Actor;
use crate::db::Conn;
use crate::error::{Error, Problem, Result};
use crate::kpi::measures::{Histogram, Measures};
use crate::kpi::model::{Batch, MeasureRow};
use crate::kpi::period::Period;
use crate::kpi::rows::totals_of;
use crate::kpi::vocabulary::SourceKind;
use crate::kpi::{store, store_measures};
use crate::{evidence, organisation};

/// Centre id and day.
pub(super) type Place = (String, NaiveDate);

/// A live batch that owns some of the places of a file.
#[derive(Debug, Clone)]
pub struct Owner {
    /// The batch.
    pub batch: Batch,
    /// The days in question, as ranges; of a batch of several centres by centre.
    pub days: String,
    /// Its days that the file does not have, in the same way; none when the file covers all of it.
    pub lost: Option<String>,
}

/// The live batches that own any of the places of a file, by number; with each its supplements, which cannot stand alone. The days are told
/// of centres that this actor may see; those of others are an ellipsis.
///
/// # Errors
/// When the database refuses.
pub(super) fn owners(
    conn: &mut Conn,
    actor: &Actor,
    (kind, source): (SourceKind, &str),
    places: &BTreeSet<Place>,
) -> Result<Vec<Owner>> {
    let mut found: BTreeMap<i64, (Batch, BTreeSet<Place>)> = BTreeMap::new();
    for (id, owned) in owning(conn, source, places)? {
        let batch = store::batch(conn, &id)?;
        for supplement in store::supplements(conn, batch.number)? {
            found.entry(supplement.number).or_insert_with(|| (supplement, BTreeSet::new()));
        }
        found.entry(batch.number).or_insert_with(|| (batch, BTreeSet::new())).1.extend(owned);
    }
    let mut centres = organisation::centres(conn)?;
    centres.retain(|centre| knows(actor, &centre.id));
    let codes: BTreeMap<String, String> = centres.into_iter().map(|centre| (centre.id, centre.code)).collect();
    let mut owners = Vec::new();
    for (batch, owned) in found.into_values() {
        let cells = store_measures::cells_of(conn, &batch.id)?.into_iter();
        let all: BTreeSet<Place> = cells.map(|cell| (cell.centre_id, cell.day)).collect();
        let several = all.iter().any(|place| all.first().is_some_and(|first| first.0 != place.0));
        let told = |places: &BTreeSet<Place>| if several { by_centre(places, &codes) } else { ranges(&days(places)) };
        let mut lost: BTreeSet<Place> = all.difference(places).cloned().collect();
        if kind == SourceKind::Learning && !lost.is_empty() {
            keep_lost(conn, &batch, places, &mut lost)?;
        }
        owners.push(Owner { days: told(&owned), lost: (!lost.is_empty()).then(|| told(&lost)), batch });
    }
    Ok(owners)
}

/// The live batches whose days a file has, to be replaced. A supplement may stand beside the batch that it completes and beside its other
/// supplements.
///
/// # Errors
/// [`Error::Conflict`] when there are some and they are not to be replaced, or not those, or would be replaced only in part.
pub(super) fn check(conn: &mut Conn, actor: &Actor, file: &Prepared) -> Result<Vec<Batch>> {
    let mut owners = owners(conn, actor, (file.kind, &file.source), &file.places)?;
    if let Some(main) = file.supplements {
        owners.retain(|owner| owner.batch.number != main && owner.batch.supplements != Some(main));
    }
    let told = |owners: &[&Owner]| {
        let one = |owner: &&Owner| format!("{} ({})", owner.batch.label(), owner.days);
        owners.iter().map(one).collect::<Vec<_>>().join("; ")
    };
    if !owners.is_empty() && (!file.replace || file.supplements.is_some()) {
        let all: Vec<&Owner> = owners.iter().collect();
        return Err(Error::Conflict(Problem::whole("kpi-overlap").with("batches", told(&all))));
    }
    let expected = |owner: &&Owner| file.replaces.as_ref().is_some_and(|numbers| !numbers.contains(&owner.batch.number));
    let unseen: Vec<&Owner> = owners.iter().filter(expected).collect();
    if !unseen.is_empty() {
        return Err(Error::Conflict(Problem::whole("kpi-overlap-unseen").with("batches", told(&unseen))));
    }
    if let Some(Owner { batch, lost: Some(lost), .. }) = owners.iter().find(|owner| owner.lost.is_some()) {
        let problem = Problem::whole("kpi-replace-partial").with("batch", batch.label()).with("days", lost);
        return Err(Error::Conflict(problem.with("number", batch.number)));
    }
    Ok(owners.into_iter().map(|owner| owner.batch).collect())
}

/// The places of a file whose measures are not those that count already: a register that is delivered whole each month changes few days.
/// Days that only the batches had whose place it takes are among them.
///
/// # Errors
/// When the database refuses.
pub(super) fn changed(conn: &mut Conn, file: &Prepared, replaced: &[Batch]) -> Result<BTreeSet<Place>> {
    let mut live = Keyed::new();
    for (centre, (from, to)) in spans(&file.places) {
        put(&mut live, store_measures::live_of(conn, &file.source, centre, from, to)?);
    }
    let mut changed = BTreeSet::new();
    for row in file.rows.iter() {
        let mut before = live.remove(&(row.centre_id.clone(), row.day, row.channel.clone())).unwrap_or_default();
        // They say the same, but for the batch that brought them.
        before.iter_mut().for_each(|before| before.batch_id.clone_from(&row.batch_id));
        if before.as_slice() != std::slice::from_ref(row) {
            changed.insert((row.centre_id.clone(), row.day));
        }
    }
    for ((centre, day, _), rows) in live {
        let place = (centre, day);
        let goes = rows.iter().any(|row| replaced.iter().any(|batch| batch.id == row.batch_id));
        if goes || file.places.contains(&place) {
            changed.insert(place);
        }
    }
    Ok(changed)
}

/// The places whose measures change when a batch is taken back with its supplements, and what they had replaced counts again.
///
/// # Errors
/// When the database refuses.
pub(super) fn undone(conn: &mut Conn, counting: &[&Batch], replaced: &[Batch]) -> Result<BTreeSet<Place>> {
    let (mut now, mut then) = (Keyed::new(), Keyed::new());
    for batch in counting {
        put(&mut now, store_measures::of_batch(conn, &batch.id)?);
    }
    for batch in replaced {
        put(&mut then, store_measures::of_batch(conn, &batch.id)?);
    }
    let mut changed = BTreeSet::new();
    for (key, mut rows) in now {
        let mut before = then.remove(&key).unwrap_or_default();
        rows.iter_mut().chain(&mut before).for_each(|row| row.batch_id.clear());
        if rows != before {
            changed.insert((key.0, key.1));
        }
    }
    changed.extend(then.into_keys().map(|key| (key.0, key.1)));
    Ok(changed)
}

/// Measures by centre, day and channel.
type Keyed = BTreeMap<(String, NaiveDate, String), Vec<MeasureRow>>;

fn put(keyed: &mut Keyed, rows: Vec<MeasureRow>) {
    for row in rows {
        keyed.entry((row.centre_id.clone(), row.day, row.channel.clone())).or_default().push(row);
    }
}

/// Leaves of the days that a later register of agents does not have those that would be lost with the earlier one. Stocks of longer than a
/// year ago are counted at the ends of months only, so that days between them that hold nothing else grow thin as registers follow each
/// other.
fn keep_lost(conn: &mut Conn, batch: &Batch, places: &BTreeSet<Place>, lost: &mut BTreeSet<Place>) -> Result<()> {
    let mapping = evidence::text(conn, &batch.mapping_hash)?;
    if read_mapping(&mapping, batch.default_centre.as_deref())?.rows.kind != SourceKind::Learning {
        return Ok(());
    }
    let mut eventful: BTreeSet<Place> = BTreeSet::new();
    for row in store_measures::of_batch(conn, &batch.id)? {
        if !holds_stocks_only(&row)? {
            eventful.insert((row.centre_id, row.day));
        }
    }
    let reached = spans(places);
    lost.retain(|place| {
        let within = reached.get(place.0.as_str()).is_some_and(|(from, to)| (*from..=*to).contains(&place.1));
        !within || eventful.contains(place) || place.1 == Period::month_of(place.1).to
    });
    Ok(())
}

/// How long those waited who were not signed off on the day that a register reaches: the next one tells it of its own last day.
const WAITING: &str = "proficiency_open_days";

fn holds_stocks_only(row: &MeasureRow) -> Result<bool> {
    let totals = totals_of(row)?;
    let stock = |(name, spread): (&String, &Histogram)| name == WAITING || spread.is_empty();
    let still = totals.named.flows.values().all(|count| *count == 0) && totals.named.spreads.iter().all(stock);
    Ok(still && totals.contacts == Measures::default())
}

/// First and last day of each centre.
pub(super) fn spans(places: &BTreeSet<Place>) -> BTreeMap<&str, (NaiveDate, NaiveDate)> {
    let mut spans: BTreeMap<&str, (NaiveDate, NaiveDate)> = BTreeMap::new();
    for (centre, day) in places {
        let span = spans.entry(centre).or_insert((*day, *day));
        *span = (span.0.min(*day), span.1.max(*day));
    }
    spans
}

/// Refuses to let a batch count again whose days belong to others by now.
///
/// # Errors
/// [`Error::Conflict`] naming them.
pub(super) fn free(conn: &mut Conn, batch: &Batch, places: &BTreeSet<Place>) -> Result<()> {
    let mut others = Vec::new();
    for id in owning(conn, &batch.source, places)?.into_keys() {
        others.push(store::batch(conn, &id)?.label());
    }
    if others.is_empty() {
        return Ok(());
    }
    let problem = Problem::whole("kpi-undo-owned").with("batch", batch.label()).with("batches", others.join("; "));
    Err(Error::Conflict(problem))
}

/// The owning batches with the places in question.
fn owning(conn: &mut Conn, source: &str, places: &BTreeSet<Place>) -> Result<BTreeMap<String, BTreeSet<Place>>> {
    let mut found: BTreeMap<String, BTreeSet<Place>> = BTreeMap::new();
    for (centre, (from, to)) in spans(places) {
        for (day, batch) in store_measures::owned(conn, source, centre, from, to)? {
            let place = (centre.to_owned(), day);
            if places.contains(&place) {
                found.entry(batch).or_default().insert(place);
            }
        }
    }
    Ok(found)
}

fn days(places: &BTreeSet<Place>) -> BTreeSet<NaiveDate> {
    places.iter().map(|place| place.1).collect()
}

/// The days of each centre: `HD 2026-03-01 – 2026-03-04; ZB 2026-03-09`. What has no code here is an ellipsis.
fn by_centre(places: &BTreeSet<Place>, codes: &BTreeMap<String, String>) -> String {
    let mut found: BTreeMap<&str, BTreeSet<NaiveDate>> = BTreeMap::new();
    let mut hidden = false;
    for (centre, day) in places {
        match codes.get(centre) {
            Some(code) => {
                found.entry(code).or_default().insert(*day);
            }
            None => hidden = true,
        }
    }
    let told = found.into_iter().map(|(code, days)| format!("{code} {}", ranges(&days)));
    told.chain(hidden.then(|| "…".to_owned())).collect::<Vec<_>>().join("; ")
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

    #[test]
    fn days_are_told_by_centre_and_those_of_hidden_centres_not_at_all() {
        let place = |centre: &str, day: &str| (centre.to_owned(), day.parse().unwrap());
        let places = [place("1", "2026-03-01"), place("1", "2026-03-02"), place("2", "2026-03-02"), place("3", "2026-03-05")];
        let code = |id: &str, code: &str| (id.to_owned(), code.to_owned());
        let codes = [code("1", "HD"), code("2", "BJ")].into_iter().collect();
        assert_eq!(by_centre(&places.into_iter().collect(), &codes), "BJ 2026-03-02; HD 2026-03-01 – 2026-03-02; …");
    }
}
