//! Locked months: once the figures of a centre's month are settled, nothing that would change them is imported, replaced or taken back,
//! until a quality manager opens the month again and says why (ISO 9001 7.5.3.2, 9.1.3).

use std::collections::BTreeSet;

use chrono::Datelike;

use super::PublishScorecard;
use super::overlap::{self, Place};
use crate::actor::{Actor, Permission};
use crate::db::{Conn, new_id};
use crate::error::{Error, Problem, Result};
use crate::kpi::model::Batch;
use crate::kpi::model_import::Lock;
use crate::kpi::period::Period;
use crate::kpi::{store, store_import, store_measures};
use crate::ledger::{Event, WriteTx};
use crate::organisation::{self, Centre};
use crate::text::{Lang, t};

/// Longest reason, in characters.
const LONGEST: usize = 1000;

/// Which month of which centre is to be locked, or opened again.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize, utoipa::ToSchema)]
#[schema(as = KpiLockMonth)]
#[serde(deny_unknown_fields)]
pub struct LockMonth {
    /// Code of the centre.
    pub centre: String,
    /// The month: `2026-10`.
    pub month: String,
    /// Why.
    pub reason: String,
}

/// A lock and its centre.
pub struct LockedMonth {
    /// The lock.
    pub lock: Lock,
    /// The centre.
    pub centre: Centre,
}

/// The months of the centres that this actor may see that are locked, and those opened again; newest first.
///
/// # Errors
/// [`Error::NotFound`] for whoever may not read KPIs.
pub fn locks(conn: &mut Conn, actor: &Actor) -> Result<Vec<LockedMonth>> {
    let centres = super::centres(conn, actor)?;
    let with_centre = |lock: Lock| {
        let centre = centres.iter().find(|centre| centre.id == lock.centre_id)?.clone();
        Some(LockedMonth { lock, centre })
    };
    Ok(store_import::locks(conn)?.into_iter().filter_map(with_centre).collect())
}

/// Locks a month of a centre.
///
/// # Errors
/// [`Error::Invalid`] naming the field; [`Error::Conflict`] when it is locked.
pub fn lock_month(tx: &mut WriteTx<'_>, command: &LockMonth) -> Result<Lock> {
    turn(tx, command, true)
}

/// Opens a locked month again.
///
/// # Errors
/// [`Error::Invalid`] naming the field; [`Error::Conflict`] when it is not locked.
pub fn unlock_month(tx: &mut WriteTx<'_>, command: &LockMonth) -> Result<Lock> {
    turn(tx, command, false)
}

/// Locks the month whose card was just published, unless it is locked.
///
/// # Errors
/// As [`lock_month`].
pub fn lock_published(tx: &mut WriteTx<'_>, published: &PublishScorecard) -> Result<()> {
    tx.actor.require(Permission::ManageKpis)?;
    let centre = organisation::centres(tx)?.into_iter().find(|centre| centre.code == published.centre).ok_or(Error::NotFound)?;
    if store_import::lock(tx, &centre.id, &published.period)?.is_some_and(|lock| lock.locked) {
        return Ok(());
    }
    let reason = t(Lang::Zh, "kpii-lock-published", &[]) + " / " + &t(Lang::En, "kpii-lock-published", &[]);
    lock_month(tx, &LockMonth { centre: centre.code, month: published.period.clone(), reason }).map(drop)
}

fn turn(tx: &mut WriteTx<'_>, command: &LockMonth, locked: bool) -> Result<Lock> {
    tx.actor.require(Permission::ManageKpis)?;
    let actor = std::sync::Arc::clone(&tx.actor);
    let (centre, reason) = checked(tx, &actor, command)?;
    tx.actor.require_at(Permission::ManageKpis, &centre.id)?;
    let known = store_import::lock(tx, &centre.id, &command.month)?;
    if known.as_ref().is_some_and(|lock| lock.locked) == locked {
        let code = if locked { "kpi-lock-already" } else { "kpi-lock-open" };
        return Err(Error::Conflict(Problem::whole(code).with("centre", &centre.code).with("month", &command.month)));
    }
    let lock = Lock {
        id: known.as_ref().map_or_else(new_id, |lock| lock.id.clone()),
        centre_id: centre.id.clone(),
        month: command.month.clone(),
        locked,
        reason: reason.clone(),
        changed_by: tx.actor.name.clone(),
        changed_at: tx.now,
        row_version: known.as_ref().map_or(1, |lock| lock.row_version),
    };
    let lock = match known {
        None => {
            store_import::insert_lock(tx, &lock)?;
            lock
        }
        Some(_) => {
            let mut lock = lock;
            store_import::update_lock(tx, &mut lock)?;
            lock
        }
    };
    let what = format!("{} {}", centre.code, lock.month);
    let event = match locked {
        true => Event::new("kpi.lock", "centre", &centre.id, &what),
        false => Event::new("kpi.unlock", "centre", &centre.id, &what),
    };
    tx.record(event.because(Some(&reason)).detail("month", lock.month.clone()));
    Ok(lock)
}

fn checked(conn: &mut Conn, actor: &Actor, command: &LockMonth) -> Result<(Centre, String)> {
    let mut problems = Vec::new();
    if !is_month(&command.month) {
        problems.push(Problem::field("month", "kpi-lock-month"));
    }
    let reason = command.reason.trim().to_owned();
    if reason.is_empty() {
        problems.push(Problem::field("reason", "required"));
    } else if reason.chars().count() > LONGEST {
        problems.push(Problem::field("reason", "kpi-lock-reason").with("max", LONGEST));
    }
    let seen = |centre: &Centre| actor.may_at(Permission::ManageKpis, &centre.id) || actor.may_at(Permission::ReadKpis, &centre.id);
    let centre = organisation::centres(conn)?.into_iter().find(|centre| centre.code == command.centre && seen(centre));
    match centre {
        Some(centre) if problems.is_empty() => Ok((centre, reason)),
        Some(_) => Err(Error::Invalid(problems)),
        None => {
            problems.push(Problem::field("centre", "kpi-lock-centre").with("centre", &command.centre));
            Err(Error::Invalid(problems))
        }
    }
}

fn is_month(text: &str) -> bool {
    text.len() == 7 && !text.contains('W') && !text.contains('Q') && Period::parse(text).is_ok()
}

/// The locks on the months of these places.
///
/// # Errors
/// When the database refuses.
pub(super) fn on(conn: &mut Conn, places: &BTreeSet<Place>) -> Result<Vec<Lock>> {
    let months: BTreeSet<(String, String)> =
        places.iter().map(|(centre, day)| (centre.clone(), format!("{:04}-{:02}", day.year(), day.month()))).collect();
    let touched = |lock: &Lock| lock.locked && months.contains(&(lock.centre_id.clone(), lock.month.clone()));
    Ok(store_import::locks(conn)?.into_iter().filter(touched).collect())
}

/// Whether taking a batch back would change a locked month.
///
/// # Errors
/// When the database refuses.
pub fn is_locked(conn: &mut Conn, batch: &Batch) -> Result<bool> {
    let supplements = store::supplements(conn, batch.number)?;
    let replaced = store::replaced_by(conn, &batch.id)?;
    let counting: Vec<&Batch> = std::iter::once(batch).chain(&supplements).collect();
    let mut places: BTreeSet<Place> = BTreeSet::new();
    for one in counting.iter().copied().chain(&replaced) {
        places.extend(store_measures::days_of(conn, &one.id)?);
    }
    // Mostly no month is locked that it has days of, and nothing need be compared.
    if on(conn, &places)?.is_empty() {
        return Ok(false);
    }
    let changed = overlap::undone(conn, &counting, &replaced)?;
    Ok(!on(conn, &changed)?.is_empty())
}

/// Refuses a change of what is locked.
///
/// # Errors
/// [`Error::Conflict`] naming centre, month, who locked it and the cure.
pub(super) fn check(conn: &mut Conn, places: &BTreeSet<Place>) -> Result<()> {
    let locks = on(conn, places)?;
    let Some(first) = locks.first() else { return Ok(()) };
    let centres = organisation::centres(conn)?;
    let code = centres.iter().find(|centre| centre.id == first.centre_id).map(|centre| centre.code.clone()).unwrap_or_default();
    let problem = Problem::whole("kpi-locked").with("centre", code).with("month", &first.month).with("by", &first.changed_by);
    Err(Error::Conflict(problem.with("reason", &first.reason).with("more", locks.len() - 1)))
}

#[cfg(test)]
mod tests {
    use super::is_month;

    #[test]
    fn a_month_is_a_month() {
        assert!(is_month("2026-10"));
        for other in ["2026-13", "2026-Q4", "2026-W4", "2026-1", "2026-10-01", ""] {
            assert!(!is_month(other), "{other}");
        }
    }
}
