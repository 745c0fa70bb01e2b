//! The one-time code: eight symbols of 32, that is 40 bits, behind the budget of guesses.

use chrono::Duration;
use rand::RngExt;

use crate::db::{Conn, Instant};
use crate::error::{Error, Result};
use crate::ledger::{Ledger, sha256_hex};
use crate::organisation;
use crate::web::session::same;

/// Symbols that nobody confuses when typing them from a console.
const SYMBOLS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
/// The code is good for so long.
const HOURS: i64 = 24;
const KEY: &str = "setup_code";

/// Makes a new code while there is no organisation; the one before is worth nothing from then on.
///
/// # Errors
/// When the database refuses.
pub fn issue(ledger: &Ledger) -> Result<Option<String>> {
    if ledger.db.read(done)? {
        // An installation set up by an older version still holds its last one.
        ledger.write_unaudited(|tx| used(tx))?;
        return Ok(None);
    }
    let bits: u64 = rand::rng().random();
    let symbol = |place: u32| SYMBOLS.get(((bits >> (5 * place)) & 31) as usize).map_or('A', |byte| char::from(*byte));
    let symbols: String = (0..8).map(symbol).collect();
    let (head, tail) = symbols.split_at(4);
    let code = format!("{head}-{tail}");
    let hash = hash(&code);
    ledger.write_unaudited(move |tx| {
        let until = Instant::new(tx.now.utc() + Duration::hours(HOURS));
        organisation::set_setting(tx, KEY, &format!("{hash} {}", until.rfc3339()))
    })?;
    Ok(Some(code))
}

/// Forgets the code, in the write that has used it.
///
/// # Errors
/// When the database refuses.
pub(super) fn used(conn: &mut Conn) -> Result<()> {
    organisation::clear_setting(conn, KEY)
}

/// Whether set-up is over.
///
/// # Errors
/// When the database refuses.
pub(super) fn done(conn: &mut Conn) -> Result<bool> {
    match organisation::get(conn) {
        Ok(_) => Ok(true),
        Err(Error::NotFound) => Ok(false),
        Err(error) => Err(error),
    }
}

fn hash(code: &str) -> String {
    let plain: String = code.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
    sha256_hex(format!("set-up {plain}").as_bytes())
}

/// The hash of the code that holds now.
///
/// # Errors
/// When the database refuses.
pub(super) fn current(conn: &mut Conn, now: Instant) -> Result<Option<String>> {
    let Some(stored) = organisation::setting(conn, KEY)? else { return Ok(None) };
    let Some((hash, until)) = stored.split_once(' ') else { return Ok(None) };
    let until = chrono::DateTime::parse_from_rfc3339(until).map_err(Error::internal)?;
    Ok((now.utc() < until).then(|| hash.to_owned()))
}

/// Checks a typed code within the budget of guesses; answers its hash.
///
/// # Errors
/// [`Error::TooMany`] when the budget is used up; [`Error::Invalid`] when it is wrong or too old.
pub(super) fn check(ledger: &Ledger, typed: &str, network: &str) -> Result<String> {
    // Counted per network: a stranger's guesses must not keep the owner out.
    crate::people::spend_guess(ledger, &format!("set-up {network}"), network)?;
    let now = Instant::new(ledger.clock.now());
    let current = ledger.db.read(|conn| current(conn, now))?;
    current.filter(|hash_now| same(hash_now, &hash(typed))).ok_or_else(|| Error::field("setup_code", "setup-code-wrong"))
}
