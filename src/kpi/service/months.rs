//! The sums of whole months, kept beside the days so that cards and boards read months. They change in the write that changes which days
//! are live.
//!
//! Invariant: the sums of a month are the merge of its live days, whichever way they came to be ([`wrong_months`] finds what is otherwise).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;

use crate::actor::Actor;
use crate::db::Conn;
use crate::error::Result;
use crate::kpi::compact::{pack, unpack};
use crate::kpi::model::MeasureRow;
use crate::kpi::period::Period;
use crate::kpi::rows::totals_of;
use crate::kpi::totals::Totals;
use crate::kpi::{store_measures, store_months};
use crate::ledger::{Ledger, WriteTx};

/// Months of one write while all are made again.
const PER_WRITE: usize = 50;

/// Centre id and first day.
pub type Month = (String, NaiveDate);

/// The months that days of centres belong to.
pub(super) fn of_days<'a>(days: impl Iterator<Item = &'a (String, NaiveDate)>) -> BTreeSet<Month> {
    days.map(|(centre, day)| (centre.clone(), Period::month_of(*day).from)).collect()
}

/// The sums of a month: of each channel by its code, of all together by no code.
type Sums = BTreeMap<String, Totals>;

/// Adds what a new batch delivers. Adding up is exact, so the days that were there before need not be read again.
///
/// # Errors
/// When the database refuses.
pub(super) fn add(tx: &mut WriteTx<'_>, rows: &[MeasureRow]) -> Result<()> {
    let mut months: BTreeMap<Month, Sums> = BTreeMap::new();
    for row in rows {
        let sums = months.entry((row.centre_id.clone(), Period::month_of(row.day).from)).or_default();
        sums.entry(row.channel.clone()).or_default().take(totals_of(row)?);
    }
    for ((centre, month), channels) in months {
        let (before, more) = (store_months::of_month(tx, &centre, month)?, with_all(channels));
        match unpacked(before, &more) {
            Some(before) => store_months::put(tx, &centre, month, packed(&added(before, more)))?,
            // What is not ours, or knows no channels yet, is made from the days, to which the new ones belong by now.
            None => renew_one(tx, &centre, month)?,
        }
    }
    Ok(())
}

/// Makes months again from their live days.
///
/// # Errors
/// When the database refuses.
pub(super) fn renew(tx: &mut WriteTx<'_>, months: &BTreeSet<Month>) -> Result<()> {
    months.iter().try_for_each(|(centre, month)| renew_one(tx, centre, *month))
}

fn renew_one(tx: &mut WriteTx<'_>, centre: &str, month: NaiveDate) -> Result<()> {
    let sums = summed(tx, centre, month)?;
    store_months::clear(tx, centre, month)?;
    store_months::put(tx, centre, month, packed(&sums))
}

/// The merge of the live days of a month; empty without any.
fn summed(conn: &mut Conn, centre: &str, month: NaiveDate) -> Result<Sums> {
    let mut channels = Sums::new();
    for row in store_measures::live(conn, centre, month, Period::month_of(month).to)? {
        let totals = totals_of(&row)?;
        channels.entry(row.channel).or_default().take(totals);
    }
    Ok(with_all(channels))
}

/// Channels and all of them together.
fn with_all(mut channels: Sums) -> Sums {
    if !channels.is_empty() {
        let all = Totals::total(channels.values());
        channels.insert(String::new(), all);
    }
    channels
}

fn added(mut sums: Sums, more: Sums) -> Sums {
    for (channel, totals) in more {
        sums.entry(channel).or_default().take(totals);
    }
    sums
}

fn packed(sums: &Sums) -> BTreeMap<String, Vec<u8>> {
    sums.iter().map(|(channel, totals)| (channel.clone(), pack(totals))).collect()
}

/// The sums of a month that more is added to; none where they cannot be read, or the month knows no channels.
fn unpacked(rows: BTreeMap<String, Vec<u8>>, more: &Sums) -> Option<Sums> {
    let known = rows.is_empty() || (rows.len() > 1 && rows.contains_key(""));
    let wanted = rows.into_iter().filter(|(channel, _)| known && more.contains_key(channel));
    let sums = wanted.map(|(channel, bytes)| Some((channel, unpack(&bytes)?))).collect::<Option<_>>();
    sums.filter(|_| known)
}

/// The months whose sums are not the merge of their live days.
///
/// # Errors
/// When the database refuses.
pub fn wrong_months(conn: &mut Conn) -> Result<BTreeSet<Month>> {
    let mut all = of_days(store_months::owned_days(conn)?.iter());
    all.extend(store_months::keys(conn)?);
    let mut wrong = BTreeSet::new();
    for (centre, month) in all {
        if store_months::of_month(conn, &centre, month)? != packed(&summed(conn, &centre, month)?) {
            wrong.insert((centre, month));
        }
    }
    Ok(wrong)
}

/// Makes those months again whose sums are wrong; gives how many.
///
/// # Errors
/// When the database refuses.
pub(super) fn repair(ledger: &Ledger, actor: &Arc<Actor>) -> Result<usize> {
    let wrong: Vec<Month> = ledger.db.read(wrong_months)?.into_iter().collect();
    for part in wrong.chunks(PER_WRITE) {
        let part: BTreeSet<Month> = part.iter().cloned().collect();
        ledger.write(actor, move |tx| renew(tx, &part))?;
    }
    Ok(wrong.len())
}

/// Makes the sums of a database that was filled before there were any.
///
/// # Errors
/// When the database refuses.
pub fn prepare_months(ledger: &Ledger) -> Result<()> {
    if ledger.db.read(store_months::never_made)? {
        repair(ledger, &Arc::new(Actor::system()))?;
    }
    Ok(())
}
