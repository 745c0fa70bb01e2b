//! People for administrators: list, new person, roles with dates, password, switching off.

use actix_web::HttpRequest;
use actix_web::web::Path;
use serde::Serialize;

use super::model::{NewGrant, NewUser, User};
use super::pages_account::{Choice, Role, role_choices, roles};
use crate::actor::Permission;
use crate::error::{Error, Result};
use crate::web::form::form_urlencoded;
use crate::web::{Area, Flash, Form, FormBody, PageResult, Reading, Typed, View, Visit, block};

/// People on one page of the list.
const PAGE: usize = 50;

#[derive(Serialize)]
struct List {
    people: Vec<Row>,
    next: Option<String>,
}

#[derive(Serialize)]
struct Row {
    name: String,
    post: String,
    user: User,
    roles: Vec<String>,
}

/// The list, by login name.
pub(super) async fn list(visit: Visit, request: HttpRequest) -> PageResult {
    let query = form_urlencoded(request.query_string().as_bytes());
    let after = query.into_iter().find(|(name, _)| name == "after").map(|(_, value)| value).unwrap_or_default();
    visit
        .page("people/list.html", move |r| {
            let limit = i64::try_from(PAGE + 1).map_err(Error::internal)?;
            let mut users = super::directory(r.conn, &r.actor, &after, limit)?;
            let more = users.len() > PAGE;
            users.truncate(PAGE);
            let next = users.last().filter(|_| more).map(|user| format!("/people?after={}", user.login_key));
            let mut held = super::running_roles(r.conn, &users, r.today)?;
            let label = |role: &String| r.t(&format!("role-{}", role.replace('_', "-")));
            let people = users
                .into_iter()
                .map(|user| Row {
                    name: user.name_in(r.lang).to_owned(),
                    post: user.post_in(r.lang).to_owned(),
                    roles: held.remove(&user.id).unwrap_or_default().iter().map(label).collect(),
                    user,
                })
                .collect();
            Ok(View::new(Area::Admin, r.t("layout-admin-people"), List { people, next }))
        })
        .await
}

#[derive(Serialize)]
struct New {
    form: Typed,
    locales: Vec<Choice>,
}

/// The form for a new person.
pub(super) async fn new(visit: Visit) -> PageResult {
    new_page(visit, Typed::fresh(&[("locale", "zh")]), 200).await
}

async fn new_page(visit: Visit, form: Typed, status: u16) -> PageResult {
    visit
        .page("people/new.html", move |r| {
            r.actor.see(Permission::ManagePeople)?;
            Ok(View::new(Area::Admin, r.t("people-new"), New { form, locales: locales() }).status(status))
        })
        .await
}

fn locales() -> Vec<Choice> {
    [("zh", "中文"), ("en", "English")].map(|(value, label)| Choice { value: value.into(), label: label.into() }).into()
}

/// Creates a person.
pub(super) async fn create(visit: Visit, FormBody(form): FormBody) -> PageResult {
    match create_person(&visit, &form).await {
        Ok((id, name)) => Ok(visit.see_other(&format!("/people/{id}"), Flash::ok_with("people-created", &name))),
        Err(error) => {
            let (typed, status) = Typed::back(&form, error, visit.lang())?;
            new_page(visit, typed, status).await
        }
    }
}

/// Id and name of the person made.
async fn create_person(visit: &Visit, form: &Form) -> Result<(String, String)> {
    // Hashing is slow: nobody makes us do it without the permission.
    visit.require(Permission::ManagePeople).await?;
    let command: NewUser = form.command()?;
    let hash = match &command.password {
        Some(password) => Some(hash(visit, password).await?),
        None => None,
    };
    visit.write_once(form, move |tx| super::create(tx, &command, hash.as_deref()).map(|made| (made.id, made.name))).await
}

async fn hash(visit: &Visit, password: &str) -> Result<String> {
    let password = password.to_owned();
    let permit = visit.site.hashing.acquire().await.map_err(Error::internal)?;
    let hash = block(move || super::hash_password(&password)).await;
    drop(permit);
    hash
}

#[derive(Serialize)]
struct Shown {
    post: String,
    user: User,
    grants: Vec<Role>,
    roles: Vec<Choice>,
    centres: Vec<Choice>,
    form: Typed,
    which: &'static str,
}

/// A person with roles.
pub(super) async fn show(visit: Visit, path: Path<String>) -> PageResult {
    person_page(visit, path.into_inner(), Typed::default(), "", 200).await
}

async fn person_page(visit: Visit, id: String, mut form: Typed, which: &'static str, status: u16) -> PageResult {
    visit
        .page("people/show.html", move |r| {
            r.actor.see(Permission::ManagePeople)?;
            let user = super::find(r.conn, &id)?;
            if which.is_empty() {
                form = Typed::fresh(&[("starts_on", &r.today.to_string())]);
            }
            let title = user.name_in(r.lang).to_owned();
            let post = user.post_in(r.lang).to_owned();
            let view = Shown { post, grants: roles(r, &id)?, user, roles: role_choices(r.lang), centres: centres(r)?, form, which };
            Ok(View::new(Area::Admin, title, view).status(status))
        })
        .await
}

fn centres(r: &mut Reading<'_>) -> Result<Vec<Choice>> {
    let all = crate::organisation::centres(r.conn)?;
    Ok(all.into_iter().map(|c| Choice { label: format!("{} {}", c.code, c.name(r.lang)), value: c.id }).collect())
}

/// Grants a role.
pub(super) async fn grant(visit: Visit, path: Path<String>, FormBody(form): FormBody) -> PageResult {
    visit.require(Permission::ManagePeople).await?;
    let id = path.into_inner();
    let today = visit.read(|r| Ok(r.today)).await?;
    let done = match form.command::<NewGrant>() {
        Ok(command) => {
            let user = id.clone();
            visit.write_once(&form, move |tx| super::grant(tx, &user, &command, today).map(drop)).await
        }
        Err(error) => Err(error),
    };
    match done {
        Ok(_) => Ok(visit.see_other(&format!("/people/{id}"), Flash::ok("people-granted"))),
        Err(error) => {
            let (typed, status) = Typed::back(&form, error, visit.lang())?;
            person_page(visit, id, typed, "grant", status).await
        }
    }
}

/// Ends a granted role today.
pub(super) async fn revoke(visit: Visit, path: Path<(String, String)>, FormBody(form): FormBody) -> PageResult {
    let (user, grant) = path.into_inner();
    let today = visit.read(|r| Ok(r.today)).await?;
    let done = visit.write(&form, move |tx| super::revoke_grant(tx, &grant, today)).await;
    back_to_person(visit, user, done, "people-revoked")
}

/// Sets a person's password; their sessions end.
pub(super) async fn set_password(visit: Visit, path: Path<String>, FormBody(form): FormBody) -> PageResult {
    let id = path.into_inner();
    match replace_password(&visit, &id, &form).await {
        Ok(()) => Ok(visit.see_other(&format!("/people/{id}"), Flash::ok("people-password-set"))),
        Err(error) => {
            let (typed, status) = Typed::back(&form, error, visit.lang())?;
            person_page(visit, id, typed, "password", status).await
        }
    }
}

async fn replace_password(visit: &Visit, id: &str, form: &Form) -> Result<()> {
    // Hashing is slow: nobody makes us do it without the permission.
    visit.require(Permission::ManagePeople).await?;
    let hash = hash(visit, form.get("password").unwrap_or_default()).await?;
    let id = id.to_owned();
    visit.write(form, move |tx| super::set_password(tx, &id, &hash)).await
}

/// Switches a person off or on again.
pub(super) async fn set_active(visit: Visit, path: Path<String>, FormBody(form): FormBody) -> PageResult {
    let id = path.into_inner();
    let active = form.get("active") == Some("true");
    let today = visit.read(|r| Ok(r.today)).await?;
    let user = id.clone();
    let done = visit.write(&form, move |tx| super::deactivate(tx, &user, active, today)).await;
    back_to_person(visit, id, done, if active { "people-activated" } else { "people-deactivated" })
}

#[expect(clippy::needless_pass_by_value, reason = "ends the visit")]
fn back_to_person(visit: Visit, id: String, done: Result<()>, key: &str) -> PageResult {
    let place = format!("/people/{id}");
    match done {
        Ok(()) => Ok(visit.see_other(&place, Flash::ok(key))),
        Err(Error::Conflict(problem)) => Ok(visit.see_other(&place, Flash::bad(&format!("problem-{}", problem.code), ""))),
        Err(error) => Err(error.into()),
    }
}
