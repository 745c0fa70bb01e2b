//! Budgets of guesses: per account and per network, one count over all paths (sign-in, token, set-up code), kept in the database
//! so that a restart or a second server forgets nothing. Delay, never a lock for good.

use super::store;
use crate::db::Instant;
use crate::error::{Error, Result};
use crate::ledger::{BookTx, Ledger};

/// Guesses per account in a window.
const PER_ACCOUNT: i64 = 10;
/// Guesses per network in a window; offices share an address.
const PER_NETWORK: i64 = 100;
/// Length of the window.
const WINDOW_SECONDS: i64 = 900;

/// Takes one guess from the budgets before it is evaluated.
///
/// # Errors
/// [`Error::TooMany`] with the seconds to wait.
pub fn spend(ledger: &Ledger, account: &str, network: &str) -> Result<()> {
    let keys = [(format!("account:{account}"), PER_ACCOUNT), (format!("network:{network}"), PER_NETWORK)];
    let wait = ledger.write_unaudited(move |tx| {
        let mut wait = 0;
        for (key, limit) in &keys {
            wait = wait.max(count(tx, key, *limit)?);
        }
        Ok(wait)
    })?;
    if wait > 0 { Err(Error::TooMany(wait)) } else { Ok(()) }
}

/// Counts a guess; answers how long to wait, 0 = go on.
fn count(tx: &mut BookTx<'_>, key: &str, limit: i64) -> Result<i64> {
    let now = tx.now;
    let (start, count) = match store::attempts(tx, key)? {
        Some((start, count)) if age(start, now) < WINDOW_SECONDS => (start, count),
        _ => (now, 0),
    };
    if count >= limit {
        return Ok(WINDOW_SECONDS - age(start, now));
    }
    store::set_attempts(tx, key, start, count + 1)?;
    Ok(0)
}

fn age(start: Instant, now: Instant) -> i64 {
    (now.utc() - start.utc()).num_seconds().max(0)
}

/// Gives an account its budget back after a success.
///
/// # Errors
/// When the database refuses.
pub(super) fn forgive(ledger: &Ledger, account: &str) -> Result<()> {
    let key = format!("account:{account}");
    ledger.write_unaudited(move |tx| store::clear_attempts(tx, &key))
}
