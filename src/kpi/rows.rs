//! Measures as rows and back. Invariant: a row says exactly what the measures say, so that both have the same hash.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::intake::CellKey;
use super::measures::{Histogram, Measures};
use super::model::MeasureRow;
use super::quantities::{CONTACT_REVENUE, Quantities};
use super::totals::Totals;
use crate::error::{Error, Result};

/// What has no column of its own.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Extra {
    ignored: u64,
    wait_answered_s: u64,
    resolved: u64,
    resolved_known: u64,
    csat: [u64; 5],
    revenue_minor: i64,
    /// What sources other than call logs delivered.
    #[serde(default, skip_serializing_if = "Quantities::is_empty")]
    named: Quantities,
}

/// What a file comes to, cell by cell: measures of calls and named quantities, either or both.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Cells {
    pub(super) calls: BTreeMap<CellKey, Measures>,
    pub(super) quantities: BTreeMap<CellKey, Quantities>,
}

impl Cells {
    /// All cells, each once, in order.
    pub(super) fn keys(&self) -> BTreeSet<&CellKey> {
        self.calls.keys().chain(self.quantities.keys()).collect()
    }

    /// What a cell comes to.
    pub(super) fn totals(&self, key: &CellKey) -> Totals {
        let contacts = self.calls.get(key).cloned().unwrap_or_default();
        Totals { contacts, named: self.quantities.get(key).cloned().unwrap_or_default() }
    }

    /// The row of a cell.
    ///
    /// # Errors
    /// When a count does not fit a column.
    pub(super) fn row(&self, batch_id: &str, source: &str, centre_id: &str, key: &CellKey) -> Result<MeasureRow> {
        let none = Measures::default();
        row_of(batch_id, source, centre_id, key, (self.calls.get(key).unwrap_or(&none), self.quantities.get(key)))
    }

    /// Takes in the row of a cell.
    ///
    /// # Errors
    /// When what is stored cannot be read.
    pub(super) fn take(&mut self, key: CellKey, row: &MeasureRow) -> Result<()> {
        let Totals { contacts, named } = totals_of(row)?;
        if !named.is_empty() {
            self.quantities.insert(key.clone(), named);
        }
        if contacts != Measures::default() {
            self.calls.insert(key, contacts);
        }
        Ok(())
    }
}

fn whole(count: u64) -> Result<i64> {
    i64::try_from(count).map_err(Error::internal)
}

fn count(whole: i64) -> Result<u64> {
    u64::try_from(whole).map_err(Error::internal)
}

fn row_of(
    batch_id: &str,
    source: &str,
    centre_id: &str,
    key: &CellKey,
    (m, quantities): (&Measures, Option<&Quantities>),
) -> Result<MeasureRow> {
    let extra = Extra {
        ignored: m.ignored,
        wait_answered_s: m.wait_answered_s,
        resolved: m.resolved,
        resolved_known: m.resolved_known,
        csat: m.csat,
        revenue_minor: m.revenue_minor,
        named: quantities.cloned().unwrap_or_default(),
    };
    Ok(MeasureRow {
        batch_id: batch_id.to_owned(),
        source: source.to_owned(),
        centre_id: centre_id.to_owned(),
        day: key.day,
        channel: key.channel.to_string(),
        offered: whole(m.offered())?,
        answered: whole(m.answered)?,
        abandoned: whole(m.abandoned)?,
        abandoned_early: whole(m.abandoned_before_queue)?,
        handled: whole(m.handled)?,
        talk_s: whole(m.talk_s)?,
        hold_s: whole(m.hold_s)?,
        wrap_s: whole(m.wrap_s)?,
        handle_sq: m.handle_square.to_string(),
        wait_answered: m.wait_answered.to_text(),
        wait_abandoned: m.wait_abandoned.to_text(),
        extra: serde_json::to_string(&extra)?,
    })
}

/// Everything that a row says: the measures of calls, all zero for a row of another source, and what else has a name.
///
/// # Errors
/// When what is stored cannot be read.
pub(super) fn totals_of(row: &MeasureRow) -> Result<Totals> {
    let extra: Extra = serde_json::from_str(&row.extra)?;
    let contacts = Measures {
        answered: count(row.answered)?,
        abandoned: count(row.abandoned)?,
        abandoned_before_queue: count(row.abandoned_early)?,
        ignored: extra.ignored,
        wait_answered_s: extra.wait_answered_s,
        talk_s: count(row.talk_s)?,
        hold_s: count(row.hold_s)?,
        wrap_s: count(row.wrap_s)?,
        handled: count(row.handled)?,
        handle_square: row.handle_sq.parse().map_err(Error::internal)?,
        resolved: extra.resolved,
        resolved_known: extra.resolved_known,
        csat: extra.csat,
        revenue_minor: extra.revenue_minor,
        wait_answered: Histogram::from_text(&row.wait_answered).map_err(Error::internal)?,
        wait_abandoned: Histogram::from_text(&row.wait_abandoned).map_err(Error::internal)?,
    };
    Ok(Totals { contacts, named: extra.named })
}

/// SHA-256 over all measures of a source, in the order of centre code, day and channel, and then over all named quantities in the same
/// order; hexadecimal. That a log told a revenue of nothing follows from its mapping and is left out, as it always was.
///
/// # Errors
/// When the quantities cannot be written.
pub(super) fn measures_hash(source: &str, cells: &Cells) -> Result<String> {
    let mut hash = Sha256::new_with_prefix(format!("{source}\n"));
    for (key, m) in &cells.calls {
        let csat = m.csat.map(|n| n.to_string()).join(",");
        let line = format!(
            "{} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {}\n",
            key.centre,
            key.day,
            key.channel,
            m.answered,
            m.abandoned,
            m.abandoned_before_queue,
            m.ignored,
            m.wait_answered_s,
            m.talk_s,
            m.hold_s,
            m.wrap_s,
            m.handled,
            m.handle_square,
            m.resolved,
            m.resolved_known,
            csat,
            m.revenue_minor,
            m.wait_answered.to_text(),
            m.wait_abandoned.to_text(),
        );
        hash.update(line.as_bytes());
    }
    for (key, quantities) in &cells.quantities {
        let mut quantities = quantities.clone();
        if quantities.flows.get(CONTACT_REVENUE) == Some(&0) {
            quantities.flows.remove(CONTACT_REVENUE);
        }
        if quantities.is_empty() {
            continue;
        }
        let told = serde_json::to_string(&quantities)?;
        hash.update(format!("{} {} {} {told}\n", key.centre, key.day, key.channel).as_bytes());
    }
    Ok(hex::encode(hash.finalize()))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use chrono::NaiveDate;

    use super::*;

    #[test]
    fn a_row_says_what_the_measures_say() {
        let key =
            CellKey { centre: Arc::from("HD"), day: NaiveDate::from_ymd_opt(2026, 3, 2).unwrap(), channel: Arc::from("voice") };
        let measures = Measures {
            answered: 7,
            abandoned: 2,
            abandoned_before_queue: 1,
            ignored: 3,
            wait_answered_s: 40,
            talk_s: 700,
            hold_s: 10,
            wrap_s: 70,
            handled: 7,
            handle_square: 100_000,
            resolved: 5,
            resolved_known: 6,
            csat: [1, 0, 0, 2, 3],
            revenue_minor: -250,
            wait_answered: Histogram::from_pairs([(0, 4), (10, 3)]),
            wait_abandoned: Histogram::from_pairs([(60, 2)]),
        };
        let mut more = Quantities::default();
        more.add_flow("transferred", 3);
        more.add_level("headcount", key.day, 40);
        let calls = BTreeMap::from([(key.clone(), measures)]);
        let plain = Cells { calls: calls.clone(), quantities: BTreeMap::new() };
        let both = Cells { calls, quantities: BTreeMap::from([(key.clone(), more.clone())]) };
        let other = Cells { calls: BTreeMap::new(), quantities: BTreeMap::from([(key.clone(), more.clone())]) };
        for cells in [&plain, &both, &other] {
            let row = cells.row("b", "hotline", "c", &key).unwrap();
            let mut again = Cells::default();
            again.take(key.clone(), &row).unwrap();
            assert_eq!(&again, cells);
            assert_eq!(measures_hash("hotline", &again).unwrap(), measures_hash("hotline", cells).unwrap());
        }
        let row = both.row("b", "hotline", "c", &key).unwrap();
        assert_eq!((row.offered, row.wait_answered.as_str()), (9, "0:4,10:3"));
        assert_eq!(totals_of(&row).unwrap(), Totals { contacts: both.calls[&key].clone(), named: more });
        assert_eq!(totals_of(&other.row("b", "wfm", "c", &key).unwrap()).unwrap().contacts, Measures::default());
        assert!(!plain.row("b", "hotline", "c", &key).unwrap().extra.contains("named"), "as it was before there were others");
    }

    #[test]
    fn any_difference_changes_the_hash() {
        let key = CellKey { centre: Arc::from("HD"), day: NaiveDate::default(), channel: Arc::from("voice") };
        let hash = |answered, transferred| {
            let mut quantities = Quantities::default();
            quantities.add_flow("transferred", transferred);
            let calls = BTreeMap::from([(key.clone(), Measures { answered, ..Measures::default() })]);
            measures_hash("a", &Cells { calls, quantities: BTreeMap::from([(key.clone(), quantities)]) }).unwrap()
        };
        assert_ne!(hash(1, 1), hash(2, 1));
        assert_ne!(hash(1, 1), hash(1, 2));
        assert_eq!(hash(1, 1), hash(1, 1));
    }
}
