//! Use cases of people: creating, granting, ending.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use unicode_normalization::UnicodeNormalization;

use super::model::{GrantRow, NewGrant, NewUser, Person, User};
use super::store;
use crate::actor::{Actor, Permission, Role};
use crate::db::{Conn, new_id};
use crate::error::{Error, Problem, Result};
use crate::ledger::{Event, WriteTx};
use crate::text::Lang;

/// Login names are compared folded: NFKC, lower case, no outer space.
pub(super) fn login_key(login: &str) -> String {
    login.trim().nfkc().collect::<String>().to_lowercase()
}

/// Creates a person. `password_hash` was computed before, outside the write.
///
/// # Errors
/// [`Error::Invalid`] for missing or taken fields.
pub fn create(tx: &mut WriteTx<'_>, command: &NewUser, password_hash: Option<&str>) -> Result<User> {
    tx.actor.require(Permission::ManagePeople)?;
    create_unchecked(tx, command, password_hash)
}

/// The first administrator and the demo's people: before anybody could hold a permission.
///
/// # Errors
/// As [`create`].
pub fn bootstrap(
    tx: &mut WriteTx<'_>,
    command: &NewUser,
    password_hash: Option<&str>,
    roles: &[NewGrant],
    today: NaiveDate,
) -> Result<User> {
    let user = create_unchecked(tx, command, password_hash)?;
    for role in roles {
        add_grant(tx, &user, role, today)?;
    }
    Ok(user)
}

fn create_unchecked(tx: &mut WriteTx<'_>, command: &NewUser, password_hash: Option<&str>) -> Result<User> {
    let user = new_user(command, tx.now)?;
    if store::user_by_login(tx, &user.login_key)?.is_some() {
        return Err(Error::Invalid(vec![Problem::field("login", "login-taken").with("login", &user.login)]));
    }
    store::insert_user(tx, &user)?;
    if let Some(hash) = password_hash {
        store::set_password_hash(tx, &user.id, hash)?;
    }
    tx.record(Event::new("user.create", "user", &user.id, &user.name));
    Ok(user)
}

/// What is wrong with a person as typed.
pub fn problems_of(command: &NewUser) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (field, value, max) in [("login", &command.login, 64), ("name", &command.name, 100), ("post", &command.post, 100)] {
        if value.trim().is_empty() && field != "post" {
            problems.push(Problem::field(field, "required"));
        }
        if value.chars().count() > max {
            problems.push(Problem::field(field, "too-long").with("max", max));
        }
    }
    if command.login.trim().contains(char::is_whitespace) {
        problems.push(Problem::field("login", "no-spaces"));
    }
    problems
}

fn new_user(command: &NewUser, now: crate::db::Instant) -> Result<User> {
    let problems = problems_of(command);
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    let locale = command.locale.as_deref().and_then(Lang::parse).unwrap_or_default();
    Ok(User {
        id: new_id(),
        login: command.login.trim().to_owned(),
        login_key: login_key(&command.login),
        name: command.name.trim().to_owned(),
        name_en: command.name_en.clone(),
        post: command.post.trim().to_owned(),
        post_en: command.post_en.clone(),
        email: command.email.clone(),
        locale: locale.code().to_owned(),
        active: true,
        created_at: now,
        row_version: 1,
    })
}

/// Grants a role.
///
/// # Errors
/// [`Error::Invalid`] when the last day is before the first.
pub fn grant(tx: &mut WriteTx<'_>, user_id: &str, command: &NewGrant, today: NaiveDate) -> Result<GrantRow> {
    tx.actor.require(Permission::ManagePeople)?;
    let user = store::user(tx, user_id)?;
    add_grant(tx, &user, command, today)
}

fn add_grant(tx: &mut WriteTx<'_>, user: &User, command: &NewGrant, today: NaiveDate) -> Result<GrantRow> {
    let starts_on = command.starts_on.unwrap_or(today);
    if command.ends_on.is_some_and(|end| end < starts_on) {
        return Err(Error::field("ends_on", "ends-before-start"));
    }
    let row = GrantRow {
        id: new_id(),
        user_id: user.id.clone(),
        role: command.role.as_str().to_owned(),
        centre_id: command.centre_id.clone(),
        starts_on,
        ends_on: command.ends_on,
        row_version: 1,
    };
    store::insert_grant(tx, &row)?;
    tx.record(Event::new("user.grant", "user", &user.id, &user.name).detail("role", row.role.clone()));
    Ok(row)
}

/// Ends a grant today; what it allowed yesterday stays on record.
///
/// # Errors
/// [`Error::Conflict`] when it would leave nobody to administer.
pub fn revoke_grant(tx: &mut WriteTx<'_>, id: &str, today: NaiveDate) -> Result<()> {
    tx.actor.require(Permission::ManagePeople)?;
    let mut row = store::grant(tx, id)?;
    let user = store::user(tx, &row.user_id)?;
    // The day before: from today on it does not run.
    row.ends_on = today.pred_opt();
    store::update_grant(tx, &mut row)?;
    keep_an_administrator(tx, today)?;
    tx.record(Event::new("user.revoke", "user", &user.id, &user.name).detail("role", row.role));
    Ok(())
}

/// Takes away the right to sign in and ends all sessions at once.
///
/// # Errors
/// [`Error::Conflict`] when it would leave nobody to administer; [`Error::Stale`] when changed meanwhile.
pub fn deactivate(tx: &mut WriteTx<'_>, id: &str, active: bool, today: NaiveDate) -> Result<()> {
    tx.actor.require(Permission::ManagePeople)?;
    let mut user = store::user(tx, id)?;
    user.active = active;
    store::update_user(tx, &mut user)?;
    if !active {
        store::end_sessions(tx, id)?;
    }
    keep_an_administrator(tx, today)?;
    let action = if active { "user.activate" } else { "user.deactivate" };
    tx.record(Event::new(action, "user", &user.id, &user.name));
    Ok(())
}

fn keep_an_administrator(tx: &mut WriteTx<'_>, today: NaiveDate) -> Result<()> {
    let left = store::holders(tx, &[Role::Administrator.as_str()], today)?;
    if left.is_empty() { Err(Error::conflict("last-administrator")) } else { Ok(()) }
}

/// Sets somebody's password (administrators) or one's own; all sessions of that person end.
///
/// # Errors
/// [`Error::Forbidden`] for somebody else's without the permission.
pub fn set_password(tx: &mut WriteTx<'_>, id: &str, password_hash: &str) -> Result<()> {
    if tx.actor.person() != Some(id) {
        tx.actor.require(Permission::ManagePeople)?;
    }
    let user = store::user(tx, id)?;
    store::set_password_hash(tx, id, password_hash)?;
    store::end_sessions(tx, id)?;
    tx.record(Event::new("user.password", "user", &user.id, &user.name));
    Ok(())
}

/// The roles that these people hold today, by person; each role once.
///
/// # Errors
/// When the database refuses.
pub fn running_roles(conn: &mut Conn, users: &[User], today: NaiveDate) -> Result<BTreeMap<String, Vec<String>>> {
    let ids: Vec<&str> = users.iter().map(|user| user.id.as_str()).collect();
    let mut held: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (user, role) in store::roles_of(conn, &ids, today)? {
        let roles = held.entry(user).or_default();
        if !roles.contains(&role) {
            roles.push(role);
        }
    }
    Ok(held)
}

/// Remembers one's own language.
///
/// # Errors
/// [`Error::Stale`] when the person was changed meanwhile.
pub fn set_locale(tx: &mut WriteTx<'_>, lang: Lang) -> Result<()> {
    let id = tx.actor.person().ok_or(Error::Unauthenticated)?.to_owned();
    let mut user = store::user(tx, &id)?;
    if user.locale == lang.code() {
        return Ok(());
    }
    lang.code().clone_into(&mut user.locale);
    store::update_user(tx, &mut user)?;
    tx.record(Event::new("user.locale", "user", &user.id, &user.name).detail("locale", lang.code()));
    Ok(())
}

/// Active people with the roles they hold today, for the sign-in page of a demo.
///
/// # Errors
/// When the database refuses.
pub fn figures(conn: &mut Conn, today: NaiveDate) -> Result<Vec<(User, Vec<Role>)>> {
    let mut all: Vec<(User, Vec<Role>)> = Vec::new();
    for (user, grant) in store::running_grants(conn, today)? {
        let Some(role) = Role::parse(&grant.role) else { continue };
        match all.iter_mut().find(|(known, _)| known.id == user.id) {
            Some((_, roles)) => roles.push(role),
            None => all.push((user, vec![role])),
        }
    }
    Ok(all)
}

/// A person by id.
///
/// # Errors
/// [`Error::NotFound`].
pub fn find(conn: &mut Conn, id: &str) -> Result<User> {
    store::user(conn, id)
}

/// A person by login name.
///
/// # Errors
/// [`Error::NotFound`].
pub fn find_by_login(conn: &mut Conn, login: &str) -> Result<User> {
    store::user_by_login(conn, &login_key(login))?.ok_or(Error::NotFound)
}

/// The list of people, by login name, a page at a time.
///
/// # Errors
/// [`Error::NotFound`] without the permission.
pub fn directory(conn: &mut Conn, actor: &Actor, after: &str, limit: i64) -> Result<Vec<User>> {
    actor.see(Permission::ManagePeople)?;
    store::users_after(conn, after, limit)
}

/// All grants of a person, also those that have ended.
///
/// # Errors
/// When the database refuses.
pub fn grants_of(conn: &mut Conn, id: &str) -> Result<Vec<GrantRow>> {
    store::grants_of(conn, id)
}

/// Active people who hold a permission today: whom to name as reviewer, approver, owner.
///
/// # Errors
/// When the database refuses.
pub fn holders(conn: &mut Conn, permission: Permission, today: NaiveDate) -> Result<Vec<Person>> {
    let roles: Vec<&str> = Role::ALL.into_iter().filter(|role| crate::actor::may(*role, permission)).map(Role::as_str).collect();
    Ok(store::holders(conn, &roles, today)?.into_iter().map(Person::from).collect())
}

/// People by id, for showing names.
///
/// # Errors
/// When the database refuses.
pub fn names(conn: &mut Conn, ids: &[String]) -> Result<Vec<Person>> {
    Ok(store::users_by_ids(conn, ids)?.into_iter().map(Person::from).collect())
}
