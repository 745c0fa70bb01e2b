//! The doors: signing in, signing out, language and appearance. Forms before a session carry no form token; the guard refuses what
//! comes from another site.

use std::net::IpAddr;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use serde::Serialize;

use super::SignedIn;
use crate::actor::Role;
use crate::error::{Error, Result};
use crate::text::{Lang, t};
use crate::web::form::form_urlencoded;
use crate::web::{Area, FormBody, PageResult, Typed, View, Visit, block, session};

#[derive(Serialize)]
struct SignIn {
    form: Typed,
    next: String,
    lang: Option<&'static str>,
    demo: Vec<Figure>,
}

/// A person of the demo.
#[derive(Serialize)]
struct Figure {
    login: String,
    name: String,
    does: String,
}

/// A value of the query.
fn query(request: &HttpRequest, name: &str) -> Option<String> {
    form_urlencoded(request.query_string().as_bytes()).into_iter().find(|(key, _)| key == name).map(|(_, value)| value)
}

/// A path on this site, or the first page: nobody is sent elsewhere by a link to our sign-in page.
fn same_site(next: Option<&str>) -> &str {
    let Some(path) = next else { return "/" };
    let elsewhere = !path.starts_with('/') || path.starts_with("//") || path.contains('\\') || path.chars().any(char::is_control);
    if elsewhere || path.starts_with("/sign-") { "/" } else { path }
}

/// Whether the visitor sits at this machine: a loopback peer that asked for a loopback name, with no proxy between.
fn at_this_machine(request: &HttpRequest) -> bool {
    let proxied = ["forwarded", "x-forwarded-for", "x-real-ip"].iter().any(|name| request.headers().contains_key(*name));
    let host = request.headers().get(header::HOST).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name).trim_matches(['[', ']']);
    let asked_local = name == "localhost" || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    !proxied && asked_local && request.peer_addr().is_some_and(|peer| peer.ip().is_loopback())
}

/// The sign-in page.
pub(super) async fn show(visit: Visit, request: HttpRequest) -> PageResult {
    let next = same_site(query(&request, "next").as_deref()).to_owned();
    door(visit, &request, Typed::default(), next, 200).await
}

async fn door(visit: Visit, request: &HttpRequest, form: Typed, next: String, status: u16) -> PageResult {
    let demo = visit.site.config.demo && at_this_machine(request);
    let lang = query(request, "lang").as_deref().and_then(Lang::parse).map(Lang::tag);
    let site = visit.site.clone();
    let empty = block({
        let site = site.clone();
        move || site.ledger.db.read(|conn| Ok(site.shell(conn)?.name.is_none() && super::store::nobody(conn)?))
    });
    if empty.await? {
        return Ok(HttpResponse::SeeOther().insert_header((header::LOCATION, "/setup")).finish());
    }
    visit
        .gate("people/sign_in.html", move |conn, page_lang, shell| {
            let demo = if demo { figures(super::figures(conn, shell.today(site.now()))?, page_lang) } else { Vec::new() };
            let view = SignIn { form, next, lang, demo };
            Ok(View::new(Area::MyWork, t(page_lang, "people-sign-in", &[]), view).status(status))
        })
        .await
}

/// The order in which a newcomer should try them.
const INTEREST: [Role; 7] =
    [Role::QualityManager, Role::Auditor, Role::Executive, Role::Staff, Role::Approver, Role::Author, Role::Administrator];

fn figures(people: Vec<(super::User, Vec<Role>)>, lang: Lang) -> Vec<Figure> {
    let rank = |role: &Role| INTEREST.iter().position(|known| known == role).unwrap_or(INTEREST.len());
    let mut ranked: Vec<(usize, Figure)> = people
        .into_iter()
        .filter_map(|(user, roles)| {
            let main = roles.into_iter().min_by_key(rank)?;
            let en = lang == Lang::En;
            let post = user.post_en.as_deref().filter(|_| en).unwrap_or(&user.post).to_owned();
            let name = user.name_en.as_deref().filter(|_| en).unwrap_or(&user.name).to_owned();
            let does = t(lang, &format!("people-does-{}", main.as_str().replace('_', "-")), &[]);
            Some((
                rank(&main),
                Figure { login: user.login, name, does: t(lang, "people-post-does", &[("post", post), ("does", does)]) },
            ))
        })
        .collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.into_iter().map(|(_, figure)| figure).collect()
}

/// Signs in with login name and password.
pub(super) async fn enter(visit: Visit, request: HttpRequest, FormBody(form): FormBody) -> PageResult {
    let next = same_site(form.get("next")).to_owned();
    let (login, password) = (form.get("login").unwrap_or_default().to_owned(), form.get("password").unwrap_or_default().to_owned());
    let (site, network, agent) = (visit.site.clone(), visit.network.clone(), visit.agent.clone());
    let permit = visit.site.hashing.acquire().await.map_err(Error::internal)?;
    let begun = block(move || super::sign_in(&site.ledger, &login, &password, &network, &agent)).await;
    drop(permit);
    match begun {
        Ok(begun) => {
            let next = landing(&visit, &begun, next).await?;
            go_in(&visit, &request, &begun, &next)
        }
        Err(error) => {
            let wait = if let Error::TooMany(seconds) = error { Some(seconds) } else { None };
            let (typed, status) = Typed::back(&form, error, visit.lang())?;
            let mut answer = door(visit, &request, typed, next, status).await?;
            if let Some(seconds) = wait {
                answer.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from(seconds));
            }
            Ok(answer)
        }
    }
}

/// Signs in a person of the demo, at this machine only.
pub(super) async fn enter_demo(visit: Visit, request: HttpRequest, FormBody(form): FormBody) -> PageResult {
    if !(visit.site.config.demo && at_this_machine(&request)) {
        return Err(Error::NotFound.into());
    }
    let login = form.get("login").unwrap_or_default().to_owned();
    let (site, network, agent) = (visit.site.clone(), visit.network.clone(), visit.agent.clone());
    let begun = block(move || super::sign_in_as(&site.ledger, &login, &network, &agent)).await?;
    let next = landing(&visit, &begun, same_site(form.get("next")).to_owned()).await?;
    go_in(&visit, &request, &begun, &next)
}

/// Where somebody goes who asked for no page: who is nothing but an executive goes to the board, everybody else to their own work.
async fn landing(visit: &Visit, begun: &SignedIn, next: String) -> Result<String> {
    if next != "/" {
        return Ok(next);
    }
    let (site, user) = (visit.site.clone(), begun.user.clone());
    let roles = block(move || {
        site.ledger.db.read(|conn| {
            let today = site.shell(conn)?.today(site.now());
            super::running_roles(conn, &[user], today)
        })
    })
    .await?;
    let mut held = roles.values().flatten().peekable();
    let leads = held.peek().is_some() && held.all(|role| role == Role::Executive.as_str());
    Ok(if leads { "/dashboard".to_owned() } else { next })
}

fn go_in(visit: &Visit, request: &HttpRequest, begun: &SignedIn, next: &str) -> PageResult {
    let mut answer = to(next);
    answer.cookie(session_cookie(visit, begun)?);
    let mut answer = answer.finish();
    if let Some(lang) = query(request, "lang").as_deref().and_then(Lang::parse) {
        visit.remember(&mut answer, "lang", lang.code());
    }
    Ok(answer)
}

/// The cookie of a session that has just begun.
pub(super) fn session_cookie(visit: &Visit, begun: &SignedIn) -> Result<actix_web::cookie::Cookie<'static>> {
    let token = session::sign(&visit.site.secret, &begun.user.id, &begun.session, visit.site.now())?;
    Ok(session::cookie(token, visit.site.config.secure()))
}

fn to(path: &str) -> HttpResponseBuilder {
    let mut answer = HttpResponse::SeeOther();
    answer.insert_header((header::LOCATION, path));
    answer
}

/// Signs out: the session's row ends, so that a copy of the cookie is worth nothing.
pub(super) async fn leave(visit: Visit, FormBody(form): FormBody) -> PageResult {
    if let Some(session) = visit.session_id().map(str::to_owned) {
        visit.check_csrf(&form)?;
        let site = visit.site.clone();
        match visit.read(|reading| Ok(reading.actor.clone())).await {
            Ok(actor) => block(move || super::end_session(&site.ledger, &actor, &session)).await?,
            Err(Error::Unauthenticated) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let mut answer = to("/sign-in");
    let secure = visit.site.config.secure();
    answer.cookie(session::plain_cookie(session::cookie_name(secure), String::new(), secure, 0));
    Ok(answer.finish())
}

/// Language and appearance stand on the account page.
pub(super) async fn preferences(visit: Visit) -> PageResult {
    visit.read(|_| Ok(())).await?;
    Ok(to("/account").finish())
}

/// Chooses language, appearance, or whether single keys do something. Somebody signed in has their language remembered with their account.
pub(super) async fn prefer(visit: Visit, FormBody(form): FormBody) -> PageResult {
    let next = same_site(form.get("next")).to_owned();
    let lang = form.get("lang").and_then(Lang::parse);
    let theme = form.get("theme").filter(|theme| matches!(*theme, "light" | "dark" | "system"));
    if let (Some(lang), true) = (lang, visit.session_id().is_some()) {
        match visit.write(&form, move |tx| super::set_locale(tx, lang)).await {
            // A session that has ended still lets one choose the language of the sign-in page.
            Ok(()) | Err(Error::Unauthenticated) => {}
            Err(error) => return Err(error.into()),
        }
    } else if visit.session_id().is_some() {
        visit.check_csrf(&form)?;
    }
    let mut answer = to(&next).finish();
    if let Some(lang) = lang {
        visit.remember(&mut answer, "lang", lang.code());
    }
    if let Some(theme) = theme {
        visit.remember(&mut answer, "theme", theme);
    }
    if let Some(keys) = form.get("keys").filter(|keys| matches!(*keys, "on" | "off")) {
        visit.remember(&mut answer, "keys", keys);
    }
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_this_site_are_followed() {
        for bad in [
            "https://evil.example/",
            "//evil.example",
            "/\\evil.example",
            "/\t/evil.example",
            "javascript:alert(1)",
            "",
            "evil",
            "/sign-out",
        ] {
            assert_eq!(same_site(Some(bad)), "/", "{bad}");
        }
        assert_eq!(same_site(Some("/documents/QP-02?lang=en")), "/documents/QP-02?lang=en");
        assert_eq!(same_site(None), "/");
    }
}
