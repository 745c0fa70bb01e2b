//! Queries of people.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::model::{GrantRow, SessionRow, TokenRow, User};
use crate::db::schema::{attempts, credentials, grants, ledger_head, sessions, token_secrets, tokens, users};
use crate::db::{Conn, Instant};
use crate::error::{Error, Result};
use crate::ledger::{BookTx, Fact, FactTable, WriteTx};

/// The fact tables of this slice.
pub const FACTS: &[FactTable] = &[User::TABLE, GrantRow::TABLE, TokenRow::TABLE];

pub(super) fn user(conn: &mut Conn, id: &str) -> Result<User> {
    Ok(users::table.find(id).select(User::as_select()).first(conn)?)
}

pub(super) fn user_by_login(conn: &mut Conn, key: &str) -> Result<Option<User>> {
    Ok(users::table.filter(users::login_key.eq(key)).select(User::as_select()).first(conn).optional()?)
}

pub(super) fn users_after(conn: &mut Conn, after: &str, limit: i64) -> Result<Vec<User>> {
    Ok(users::table.filter(users::login_key.gt(after)).order(users::login_key).limit(limit).select(User::as_select()).load(conn)?)
}

pub(super) fn users_by_ids(conn: &mut Conn, ids: &[String]) -> Result<Vec<User>> {
    let mut all = Vec::new();
    for chunk in ids.chunks(500) {
        let found: Vec<User> = users::table.filter(users::id.eq_any(chunk)).select(User::as_select()).load(conn)?;
        all.extend(found);
    }
    Ok(all)
}

pub(super) fn grants_of(conn: &mut Conn, user: &str) -> Result<Vec<GrantRow>> {
    Ok(grants::table.filter(grants::user_id.eq(user)).order(grants::id).select(GrantRow::as_select()).load(conn)?)
}

/// Active people who hold one of the roles today.
pub(super) fn holders(conn: &mut Conn, roles: &[&str], today: NaiveDate) -> Result<Vec<User>> {
    let running = grants::starts_on.le(today).and(grants::ends_on.is_null().or(grants::ends_on.ge(today)));
    Ok(users::table
        .inner_join(grants::table)
        .filter(users::active.eq(true).and(grants::role.eq_any(roles)).and(running))
        .select(User::as_select())
        .distinct()
        .order(users::name)
        .limit(500)
        .load(conn)?)
}

/// Whether there is no person at all yet.
pub(super) fn nobody(conn: &mut Conn) -> Result<bool> {
    let first: Option<String> = users::table.select(users::id).first(conn).optional()?;
    Ok(first.is_none())
}

/// Person and role of each grant that runs today; at most a page of people.
pub(super) fn roles_of(conn: &mut Conn, users: &[&str], today: NaiveDate) -> Result<Vec<(String, String)>> {
    let running = grants::starts_on.le(today).and(grants::ends_on.is_null().or(grants::ends_on.ge(today)));
    Ok(grants::table
        .filter(grants::user_id.eq_any(users.iter().take(500).copied()).and(running))
        .select((grants::user_id, grants::role))
        .order(grants::id)
        .load(conn)?)
}

/// Active people with each of their grants that runs today, by login name.
pub(super) fn running_grants(conn: &mut Conn, today: NaiveDate) -> Result<Vec<(User, GrantRow)>> {
    let running = grants::starts_on.le(today).and(grants::ends_on.is_null().or(grants::ends_on.ge(today)));
    Ok(users::table
        .inner_join(grants::table)
        .filter(users::active.eq(true).and(running))
        .select((User::as_select(), GrantRow::as_select()))
        .order((users::created_at, users::id, grants::id))
        .limit(200)
        .load(conn)?)
}

pub(super) fn insert_user(tx: &mut WriteTx<'_>, user: &User) -> Result<()> {
    diesel::insert_into(users::table).values(user).execute(&mut **tx)?;
    tx.image(user)
}

pub(super) fn update_user(tx: &mut WriteTx<'_>, user: &mut User) -> Result<()> {
    let seen = user.row_version;
    user.row_version += 1;
    let n = diesel::update(users::table.filter(users::id.eq(&user.id).and(users::row_version.eq(seen))))
        .set(&*user)
        .execute(&mut **tx)?;
    if n == 0 {
        return Err(Error::Stale);
    }
    tx.image(user)
}

pub(super) fn insert_grant(tx: &mut WriteTx<'_>, grant: &GrantRow) -> Result<()> {
    diesel::insert_into(grants::table).values(grant).execute(&mut **tx)?;
    tx.image(grant)
}

pub(super) fn grant(conn: &mut Conn, id: &str) -> Result<GrantRow> {
    Ok(grants::table.find(id).select(GrantRow::as_select()).first(conn)?)
}

pub(super) fn update_grant(tx: &mut WriteTx<'_>, grant: &mut GrantRow) -> Result<()> {
    let seen = grant.row_version;
    grant.row_version += 1;
    let n = diesel::update(grants::table.filter(grants::id.eq(&grant.id).and(grants::row_version.eq(seen))))
        .set(&*grant)
        .execute(&mut **tx)?;
    if n == 0 {
        return Err(Error::Stale);
    }
    tx.image(grant)
}

pub(super) fn insert_token(tx: &mut WriteTx<'_>, token: &TokenRow, secret_hash: &str) -> Result<()> {
    diesel::insert_into(tokens::table).values(token).execute(&mut **tx)?;
    diesel::insert_into(token_secrets::table)
        .values((token_secrets::token_id.eq(&token.id), token_secrets::secret_hash.eq(secret_hash)))
        .execute(&mut **tx)?;
    tx.image(token)
}

pub(super) fn update_token(tx: &mut WriteTx<'_>, token: &mut TokenRow) -> Result<()> {
    let seen = token.row_version;
    token.row_version += 1;
    let n = diesel::update(tokens::table.filter(tokens::id.eq(&token.id).and(tokens::row_version.eq(seen))))
        .set(&*token)
        .execute(&mut **tx)?;
    if n == 0 {
        return Err(Error::Stale);
    }
    tx.image(token)
}

pub(super) fn token(conn: &mut Conn, id: &str) -> Result<(TokenRow, String)> {
    let row = tokens::table.find(id).select(TokenRow::as_select()).first(conn)?;
    let hash = token_secrets::table.find(id).select(token_secrets::secret_hash).first(conn)?;
    Ok((row, hash))
}

pub(super) fn tokens_of(conn: &mut Conn, user: &str) -> Result<Vec<TokenRow>> {
    Ok(tokens::table
        .filter(tokens::user_id.eq(user))
        .order(tokens::id.desc())
        .limit(200)
        .select(TokenRow::as_select())
        .load(conn)?)
}

pub(super) fn password_hash(conn: &mut Conn, user: &str) -> Result<Option<String>> {
    Ok(credentials::table.find(user).select(credentials::password_hash).first(conn).optional()?)
}

/// Sets a password hash inside an audited write (the event says that, never what).
pub(super) fn set_password_hash(tx: &mut WriteTx<'_>, user: &str, hash: &str) -> Result<()> {
    let now = tx.now;
    let n = diesel::update(credentials::table.find(user))
        .set((credentials::password_hash.eq(hash), credentials::changed_at.eq(now)))
        .execute(&mut **tx)?;
    if n == 0 {
        diesel::insert_into(credentials::table)
            .values((credentials::user_id.eq(user), credentials::password_hash.eq(hash), credentials::changed_at.eq(now)))
            .execute(&mut **tx)?;
    }
    Ok(())
}

/// A session with its person, one of their grants, and the root of the log.
pub(super) type Known = (SessionRow, User, Option<GrantRow>, Option<String>);

/// Session, person and all their grants in one query, with the root of the log.
pub(super) fn session(conn: &mut Conn, id: &str) -> Result<Vec<Known>> {
    let root = ledger_head::table.select(ledger_head::root).single_value();
    Ok(sessions::table
        .inner_join(users::table.left_join(grants::table))
        .filter(sessions::id.eq(id))
        .select((SessionRow::as_select(), User::as_select(), Option::<GrantRow>::as_select(), root))
        .limit(100)
        .load(conn)?)
}

pub(super) fn insert_session(tx: &mut BookTx<'_>, row: &SessionRow) -> Result<()> {
    diesel::insert_into(sessions::table).values(row).execute(&mut **tx)?;
    Ok(())
}

pub(super) fn touch_session(tx: &mut BookTx<'_>, id: &str) -> Result<()> {
    let now = tx.now;
    diesel::update(sessions::table.find(id)).set(sessions::last_seen_at.eq(now)).execute(&mut **tx)?;
    Ok(())
}

pub(super) fn end_session(tx: &mut BookTx<'_>, id: &str, user: &str) -> Result<()> {
    let now = tx.now;
    diesel::update(sessions::table.filter(sessions::id.eq(id).and(sessions::user_id.eq(user)).and(sessions::ended_at.is_null())))
        .set(sessions::ended_at.eq(now))
        .execute(&mut **tx)?;
    Ok(())
}

/// Ends every session of a person, inside an audited write.
pub(super) fn end_sessions(tx: &mut WriteTx<'_>, user: &str) -> Result<()> {
    let now = tx.now;
    diesel::update(sessions::table.filter(sessions::user_id.eq(user).and(sessions::ended_at.is_null())))
        .set(sessions::ended_at.eq(now))
        .execute(&mut **tx)?;
    Ok(())
}

pub(super) fn sessions_of(conn: &mut Conn, user: &str, now: Instant) -> Result<Vec<SessionRow>> {
    Ok(sessions::table
        .filter(sessions::user_id.eq(user).and(sessions::ended_at.is_null()).and(sessions::expires_at.gt(now)))
        .order(sessions::last_seen_at.desc())
        .limit(50)
        .select(SessionRow::as_select())
        .load(conn)?)
}

/// Start and count of a key's running window.
pub(super) fn attempts(conn: &mut Conn, key: &str) -> Result<Option<(Instant, i64)>> {
    Ok(attempts::table.find(key).select((attempts::window_start, attempts::count)).first(conn).optional()?)
}

pub(super) fn set_attempts(tx: &mut BookTx<'_>, key: &str, start: Instant, count: i64) -> Result<()> {
    let n = diesel::update(attempts::table.find(key))
        .set((attempts::window_start.eq(start), attempts::count.eq(count)))
        .execute(&mut **tx)?;
    if n == 0 {
        diesel::insert_into(attempts::table)
            .values((attempts::key.eq(key), attempts::window_start.eq(start), attempts::count.eq(count)))
            .execute(&mut **tx)?;
    }
    Ok(())
}

pub(super) fn clear_attempts(tx: &mut BookTx<'_>, key: &str) -> Result<()> {
    diesel::delete(attempts::table.find(key)).execute(&mut **tx)?;
    Ok(())
}
