//! One's own account: data, language, appearance, sessions, password, API tokens.

use actix_web::web::Path;
use serde::Serialize;

use super::model::{NewToken, SessionRow, TokenRow};
use crate::actor::Permission;
use crate::error::{Error, Result};
use crate::text::t;
use crate::web::{Area, Flash, Form, FormBody, PageResult, Reading, Typed, View, Visit, block};

#[derive(Serialize)]
struct Account {
    login: String,
    name: String,
    post: String,
    email: Option<String>,
    roles: Vec<Role>,
    sessions: Vec<Session>,
    tokens: Vec<Token>,
    scopes: Vec<Choice>,
    form: Typed,
    /// Which form came back: `password` or `token`.
    which: &'static str,
    /// A new token, shown this once.
    secret: Option<String>,
}

/// A granted role as pages show it.
#[derive(Serialize)]
pub(super) struct Role {
    pub(super) id: String,
    pub(super) role: String,
    pub(super) place: String,
    pub(super) starts_on: chrono::NaiveDate,
    pub(super) ends_on: Option<chrono::NaiveDate>,
    pub(super) state: &'static str,
}

#[derive(Serialize)]
struct Session {
    id: String,
    since: crate::db::Instant,
    seen: crate::db::Instant,
    network: String,
    browser: String,
    here: bool,
}

#[derive(Serialize)]
struct Token {
    id: String,
    name: String,
    scopes: Vec<String>,
    created_at: crate::db::Instant,
    expires_on: chrono::NaiveDate,
    state: &'static str,
}

/// An option of a choice.
#[derive(Serialize)]
pub(super) struct Choice {
    pub(super) value: String,
    pub(super) label: String,
}

/// The account page.
pub(super) async fn show(visit: Visit) -> PageResult {
    page(visit, Typed::default(), "", 200, None).await
}

async fn page(visit: Visit, form: Typed, which: &'static str, status: u16, secret: Option<String>) -> PageResult {
    let here = visit.session_id().unwrap_or_default().to_owned();
    visit
        .page("people/account.html", move |r| {
            let view = account(r, &here, form, which, secret)?;
            Ok(View::new(Area::Admin, r.t("layout-account"), view).status(status))
        })
        .await
}

fn account(r: &mut Reading<'_>, here: &str, form: Typed, which: &'static str, secret: Option<String>) -> Result<Account> {
    let actor = r.actor.clone();
    let user = super::find(r.conn, &actor.id)?;
    let roles = roles(r, &actor.id)?;
    let sessions = super::sessions_of(r.conn, &actor, r.now)?.into_iter().map(|row| session(row, here)).collect();
    let rows = super::tokens_of(r.conn, &actor)?;
    let tokens = rows.into_iter().map(|row| token(r, row)).collect::<Result<Vec<Token>>>()?;
    let may = |permission: &Permission| *permission != Permission::UseTokens && actor.may(*permission);
    let held: Vec<Permission> = Permission::ALL.into_iter().filter(may).collect();
    let scopes =
        held.into_iter().map(|p| Choice { value: p.as_str().into(), label: r.t(&format!("permission-{}", p.as_str())) }).collect();
    Ok(Account {
        name: user.name_in(r.lang).to_owned(),
        post: user.post_in(r.lang).to_owned(),
        login: user.login,
        email: user.email,
        roles,
        sessions,
        tokens,
        scopes: if actor.may(Permission::UseTokens) { scopes } else { Vec::new() },
        form,
        which,
        secret,
    })
}

/// All grants of a person, those that run first.
pub(super) fn roles(r: &mut Reading<'_>, user: &str) -> Result<Vec<Role>> {
    let grants = super::grants_of(r.conn, user)?;
    let centres = crate::organisation::centres(r.conn)?;
    let place = |id: &Option<String>| match id {
        None => r.t("people-everywhere"),
        Some(id) => {
            centres.iter().find(|centre| centre.id == *id).map_or_else(|| id.clone(), |centre| centre.name(r.lang).to_owned())
        }
    };
    let mut roles: Vec<Role> = grants
        .into_iter()
        .map(|row| Role {
            place: place(&row.centre_id),
            role: r.t(&format!("role-{}", row.role.replace('_', "-"))),
            state: running(row.starts_on, row.ends_on, r.today),
            id: row.id,
            starts_on: row.starts_on,
            ends_on: row.ends_on,
        })
        .collect();
    roles.sort_by_key(|role| (role.state == "expired", role.starts_on));
    Ok(roles)
}

fn running(starts_on: chrono::NaiveDate, ends_on: Option<chrono::NaiveDate>, today: chrono::NaiveDate) -> &'static str {
    if ends_on.is_some_and(|end| end < today) {
        "expired"
    } else if starts_on > today {
        "waiting"
    } else {
        "active"
    }
}

fn session(row: SessionRow, here: &str) -> Session {
    Session {
        here: row.id == here,
        browser: browser(&row.agent),
        id: row.id,
        since: row.created_at,
        seen: row.last_seen_at,
        network: row.network,
    }
}

/// What people call the browser: its name and its system.
fn browser(agent: &str) -> String {
    let name = ["Edg", "Firefox", "OPR", "Chrome", "Safari"].into_iter().find(|name| agent.contains(*name));
    let system = ["Windows", "Android", "iPhone", "iPad", "Mac OS", "Linux"].into_iter().find(|name| agent.contains(*name));
    let name = name.map(|name| if name == "Edg" { "Edge" } else { name });
    match (name, system) {
        (Some(name), Some(system)) => format!("{name} · {system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => agent.chars().take(40).collect(),
    }
}

fn token(r: &Reading<'_>, row: TokenRow) -> Result<Token> {
    let scopes: Vec<String> = row.scopes.to()?;
    let state = if row.revoked_at.is_some() {
        "revoked"
    } else if row.expires_on < r.today {
        "expired"
    } else {
        "active"
    };
    let scopes = scopes.iter().map(|scope| r.t(&format!("permission-{scope}"))).collect();
    Ok(Token { id: row.id, name: row.name, scopes, created_at: row.created_at, expires_on: row.expires_on, state })
}

/// Ends one of one's own sessions.
pub(super) async fn end_session(visit: Visit, path: Path<String>, FormBody(form): FormBody) -> PageResult {
    let actor = visit.read(|r| Ok(r.actor.clone())).await?;
    visit.check_csrf(&form)?;
    let (site, session) = (visit.site.clone(), path.into_inner());
    block(move || super::end_session(&site.ledger, &actor, &session)).await?;
    Ok(visit.see_other("/account", Flash::ok("people-session-ended")))
}

/// Changes one's own password; every session ends, and this browser gets a new one.
pub(super) async fn change_password(visit: Visit, FormBody(form): FormBody) -> PageResult {
    let actor = visit.read(|r| Ok(r.actor.clone())).await?;
    visit.check_csrf(&form)?;
    match new_password(&visit, &actor.id, &form).await {
        Ok(begun) => {
            let cookie = super::pages_sign_in::session_cookie(&visit, &begun)?;
            let mut answer = visit.see_other("/account", Flash::ok("people-password-changed"));
            answer.add_cookie(&cookie).map_err(Error::internal)?;
            Ok(answer)
        }
        Err(error) => {
            let (typed, status) = Typed::back(&form, error, visit.lang())?;
            page(visit, typed, "password", status, None).await
        }
    }
}

async fn new_password(visit: &Visit, id: &str, form: &Form) -> Result<super::SignedIn> {
    let (current, chosen) =
        (form.get("current").unwrap_or_default().to_owned(), form.get("password").unwrap_or_default().to_owned());
    let (site, network, user) = (visit.site.clone(), visit.network.clone(), id.to_owned());
    let permit = visit.site.hashing.acquire().await.map_err(Error::internal)?;
    let proved = block(move || {
        let user = site.ledger.db.read(|conn| super::find(conn, &user))?;
        super::prove(&site.ledger, &user.login, &current, &network).map_err(|error| match error {
            Error::Invalid(_) => Error::field("current", "password-wrong"),
            other => other,
        })?;
        Ok((user.login, super::hash_password(&chosen)?))
    })
    .await;
    drop(permit);
    let (login, hash) = proved?;
    let owner = id.to_owned();
    visit.write(form, move |tx| super::set_password(tx, &owner, &hash)).await?;
    let (site, network, agent) = (visit.site.clone(), visit.network.clone(), visit.agent.clone());
    block(move || super::sign_in_as(&site.ledger, &login, &network, &agent)).await
}

/// Makes an API token and shows it this once.
pub(super) async fn create_token(visit: Visit, FormBody(form): FormBody) -> PageResult {
    let today = visit.read(|r| Ok(r.today)).await?;
    let made = match form.command::<NewToken>() {
        Ok(command) => visit.write(&form, move |tx| super::create_token(tx, &command, today)).await,
        Err(error) => Err(error),
    };
    match made {
        Ok((_, secret)) => page(visit, Typed::default(), "", 200, Some(secret)).await,
        Err(error) => {
            let (typed, status) = Typed::back(&form, error, visit.lang())?;
            page(visit, typed, "token", status, None).await
        }
    }
}

/// Revokes one of one's own tokens.
pub(super) async fn revoke_token(visit: Visit, path: Path<String>, FormBody(form): FormBody) -> PageResult {
    let id = path.into_inner();
    visit.write(&form, move |tx| super::revoke_token(tx, &id)).await?;
    Ok(visit.see_other("/account", Flash::ok("people-token-revoked")))
}

/// A text of a role for choices.
pub(super) fn role_choices(lang: crate::text::Lang) -> Vec<Choice> {
    let label = |role: crate::actor::Role| t(lang, &format!("role-{}", role.as_str().replace('_', "-")), &[]);
    crate::actor::Role::ALL.into_iter().map(|role| Choice { value: role.as_str().into(), label: label(role) }).collect()
}
