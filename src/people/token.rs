//! API tokens: `cairn_<id>_<secret>`, shown once; a SHA-256 of the 256-bit secret is kept. Scoped to permissions, with a last day.

use chrono::NaiveDate;
use rand::RngExt;

use super::model::{NewToken, TokenRow, User};
use super::store;
use crate::actor::{Actor, Permission, Who};
use crate::db::{Conn, Json, new_id};
use crate::error::{Error, Problem, Result};
use crate::ledger::{Event, WriteTx, sha256_hex};
use crate::web::session::same;

/// A token lives at most so long.
const MAX_DAYS: i64 = 366;

/// Makes a token for oneself; answers its row and the text that is shown this once.
///
/// # Errors
/// [`Error::Invalid`] for an empty name, an unknown scope, or a last day in the past or too far off; a token cannot make tokens.
pub fn create_token(tx: &mut WriteTx<'_>, command: &NewToken, today: NaiveDate) -> Result<(TokenRow, String)> {
    tx.actor.require(Permission::UseTokens)?;
    if !matches!(tx.actor.who, Who::Person) {
        return Err(Error::forbidden("token-makes-token"));
    }
    validate(command, today)?;
    let secret = hex::encode(rand::rng().random::<[u8; 32]>());
    let row = TokenRow {
        id: new_id(),
        user_id: tx.actor.id.clone(),
        name: command.name.trim().to_owned(),
        scopes: Json::of(&command.scopes)?,
        created_at: tx.now,
        expires_on: command.expires_on,
        revoked_at: None,
        row_version: 1,
    };
    store::insert_token(tx, &row, &sha256_hex(secret.as_bytes()))?;
    tx.record(Event::new("token.create", "user", &row.user_id, &tx.actor.name.clone()).detail("token", row.name.clone()));
    let text = format!("cairn_{}_{secret}", row.id);
    Ok((row, text))
}

fn validate(command: &NewToken, today: NaiveDate) -> Result<()> {
    let mut problems = Vec::new();
    if command.name.trim().is_empty() {
        problems.push(Problem::field("name", "required"));
    }
    let unknown = command.scopes.iter().find(|scope| !Permission::ALL.iter().any(|p| p.as_str() == scope.as_str()));
    if command.scopes.is_empty() {
        problems.push(Problem::field("scopes", "required"));
    } else if let Some(scope) = unknown {
        problems.push(Problem::field("scopes", "unknown-scope").with("scope", scope));
    }
    let days = (command.expires_on - today).num_days();
    if !(0..=MAX_DAYS).contains(&days) {
        problems.push(Problem::field("expires_on", "token-days").with("max", MAX_DAYS));
    }
    if problems.is_empty() { Ok(()) } else { Err(Error::Invalid(problems)) }
}

/// Ends one of one's own tokens for good.
///
/// # Errors
/// [`Error::NotFound`] when it is not one's own.
pub fn revoke_token(tx: &mut WriteTx<'_>, id: &str) -> Result<()> {
    tx.actor.require(Permission::UseTokens)?;
    let (mut row, _) = store::token(tx, id)?;
    if row.user_id != tx.actor.id {
        return Err(Error::NotFound);
    }
    if row.revoked_at.is_none() {
        row.revoked_at = Some(tx.now);
        store::update_token(tx, &mut row)?;
        tx.record(Event::new("token.revoke", "user", &row.user_id, &tx.actor.name.clone()).detail("token", row.name));
    }
    Ok(())
}

/// One's own tokens, newest first.
///
/// # Errors
/// When the database refuses.
pub fn tokens_of(conn: &mut Conn, actor: &Actor) -> Result<Vec<TokenRow>> {
    store::tokens_of(conn, &actor.id)
}

/// Id and secret.
fn split(text: &str) -> Option<(&str, &str)> {
    text.strip_prefix("cairn_")?.split_once('_')
}

fn fits(secret: &str, hash: &str) -> bool {
    same(&sha256_hex(secret.as_bytes()), hash)
}

pub(super) fn check(conn: &mut Conn, text: &str, today: NaiveDate) -> Result<(User, TokenRow)> {
    let (id, secret) = split(text).ok_or(Error::Unauthenticated)?;
    let (row, hash) = store::token(conn, id).map_err(|error| match error {
        Error::NotFound => Error::Unauthenticated,
        other => other,
    })?;
    let runs = row.revoked_at.is_none() && row.expires_on >= today && fits(secret, &hash);
    let user = store::user(conn, &row.user_id)?;
    if runs && user.active { Ok((user, row)) } else { Err(Error::Unauthenticated) }
}
