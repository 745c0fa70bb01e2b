//! Signing in, and finding out who it is on every request.

use chrono::{Duration, NaiveDate};

use super::model::{GrantRow, SessionRow, User};
use super::{password, store, throttle, token};
use crate::actor::{Actor, Grant, Role, Who};
use crate::db::{Conn, Instant, new_id};
use crate::error::{Error, Result};
use crate::ledger::Ledger;
use crate::text::Lang;
use crate::web::session::{ABSOLUTE_HOURS, IDLE_MINUTES};
use crate::web::{Credential, Identity};

/// A session that has just begun.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// Session row.
    pub session: String,
    /// Person.
    pub user: User,
}

/// Signs in with login name and password. The answer is the same for a wrong name and a wrong password.
///
/// # Errors
/// [`Error::TooMany`] when the budget of guesses is used up; [`Error::Invalid`] when they do not fit.
pub fn sign_in(ledger: &Ledger, login: &str, password: &str, network: &str, agent: &str) -> Result<SignedIn> {
    let user = prove(ledger, login, password, network)?;
    begin(ledger, user, network, agent)
}

/// Whether login name and password fit, within the budget of guesses; answers who it is.
///
/// # Errors
/// As [`sign_in`].
pub fn prove(ledger: &Ledger, login: &str, password: &str, network: &str) -> Result<User> {
    let key = super::service::login_key(login);
    throttle::spend(ledger, &key, network)?;
    let (user, hash) = ledger.db.read(|conn| {
        let user = store::user_by_login(conn, &key)?.filter(|user| user.active);
        let hash = user.as_ref().map(|user| store::password_hash(conn, &user.id)).transpose()?.flatten();
        Ok((user, hash))
    })?;
    let fits = password::verify(password, hash.as_deref());
    let user = user.filter(|_| fits).ok_or_else(|| Error::field("password", "sign-in-wrong"))?;
    throttle::forgive(ledger, &key)?;
    Ok(user)
}

/// Signs in a person of the demo organisation without a password. The caller has made sure that it is a demo on loopback.
///
/// # Errors
/// [`Error::NotFound`] when there is no such active person.
pub fn sign_in_as(ledger: &Ledger, login: &str, network: &str, agent: &str) -> Result<SignedIn> {
    let key = super::service::login_key(login);
    let user = ledger.db.read(|conn| store::user_by_login(conn, &key))?.filter(|user| user.active).ok_or(Error::NotFound)?;
    begin(ledger, user, network, agent)
}

fn begin(ledger: &Ledger, user: User, network: &str, agent: &str) -> Result<SignedIn> {
    let (id, owner) = (new_id(), user.id.clone());
    let (network, agent) = (network.to_owned(), agent.to_owned());
    let session = id.clone();
    ledger.write_unaudited(move |tx| {
        let row = SessionRow {
            id: id.clone(),
            user_id: owner.clone(),
            created_at: tx.now,
            last_seen_at: tx.now,
            expires_at: Instant::new(tx.now.utc() + Duration::hours(ABSOLUTE_HOURS)),
            ended_at: None,
            network: network.clone(),
            agent: agent.clone(),
        };
        store::insert_session(tx, &row)
    })?;
    Ok(SignedIn { session, user })
}

/// Who it is, with what they may do today. One query for a session.
///
/// # Errors
/// [`Error::Unauthenticated`] when session, token or person have ended.
pub fn identify(conn: &mut Conn, credential: &Credential, now: Instant, today: NaiveDate) -> Result<Identity> {
    match credential {
        Credential::Session { session, user } => by_session(conn, session, user, now, today),
        Credential::Token(text) => {
            let (user, row) = token::check(conn, text, today)?;
            let grants = store::grants_of(conn, &user.id)?;
            let scopes = row.scopes.to()?;
            Ok(identity(user, &grants, Who::Token { id: row.id, scopes }, today, false))
        }
    }
}

fn by_session(conn: &mut Conn, session: &str, user: &str, now: Instant, today: NaiveDate) -> Result<Identity> {
    let rows = store::session(conn, session)?;
    let (row, person, _, root) = rows.first().ok_or(Error::Unauthenticated)?;
    let idle = now.utc() - row.last_seen_at.utc();
    let live = row.ended_at.is_none() && now < row.expires_at && idle < Duration::minutes(IDLE_MINUTES);
    if !(live && person.active && row.user_id == user) {
        return Err(Error::Unauthenticated);
    }
    let grants: Vec<GrantRow> = rows.iter().filter_map(|(_, _, grant, _)| grant.clone()).collect();
    // Written every few minutes, not on every page.
    let stale = idle > Duration::minutes(IDLE_MINUTES / 10);
    Ok(Identity { root: root.clone(), ..identity(person.clone(), &grants, Who::Person, today, stale) })
}

fn identity(user: User, grants: &[GrantRow], who: Who, today: NaiveDate, stale_touch: bool) -> Identity {
    let grants = grants.iter().filter_map(|row| running(row, today)).collect();
    Identity {
        lang: Lang::parse(&user.locale).unwrap_or_default(),
        post: (user.post, user.post_en),
        name_en: user.name_en,
        actor: Actor { who, id: user.id, name: user.name, grants, request_id: None },
        stale_touch,
        root: None,
    }
}

fn running(row: &GrantRow, today: NaiveDate) -> Option<Grant> {
    let runs = row.starts_on <= today && row.ends_on.is_none_or(|end| end >= today);
    let role = Role::parse(&row.role)?;
    runs.then(|| Grant { role, centre: row.centre_id.clone(), starts_on: row.starts_on, ends_on: row.ends_on })
}

/// Keeps a session from idling out.
///
/// # Errors
/// When the database refuses.
pub fn touch(ledger: &Ledger, session: &str) -> Result<()> {
    let id = session.to_owned();
    ledger.write_unaudited(move |tx| store::touch_session(tx, &id))
}

/// Ends one's own session for good.
///
/// # Errors
/// When the database refuses.
pub fn end_session(ledger: &Ledger, actor: &Actor, session: &str) -> Result<()> {
    let (id, user) = (session.to_owned(), actor.id.clone());
    ledger.write_unaudited(move |tx| store::end_session(tx, &id, &user))
}

/// One's own running sessions: id, since, last seen, network, browser.
///
/// # Errors
/// When the database refuses.
pub fn sessions_of(conn: &mut Conn, actor: &Actor, now: Instant) -> Result<Vec<SessionRow>> {
    store::sessions_of(conn, &actor.id, now)
}
