//! The set-up pages: the code first, then one page with everything.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use super::{NewInstallation, Starter, code, starter};
use crate::actor::Actor;
use crate::error::{Error, Problem, Result};
use crate::organisation::{self, NewOrganisation};
use crate::people::{self, NewUser};
use crate::text::{Lang, t};
use crate::web::{Area, Form, FormBody, PageResult, Typed, View, Visit, block, session};

/// The cookie that says that the code was right: a keyed hash of the code's hash, so that a new code ends it.
const COOKIE: &str = "setup";

#[derive(Serialize)]
struct Setup {
    form: Typed,
    lang: &'static str,
    zones: Vec<&'static str>,
    starters: Vec<Choice>,
}

#[derive(Serialize)]
struct Choice {
    value: &'static str,
    label: String,
    help: String,
}

/// Whether this browser has given the code that holds now.
async fn admitted(visit: &Visit, request: &HttpRequest) -> Result<bool> {
    let site = visit.site.clone();
    let current = block(move || {
        site.ledger.db.read(|conn| if code::done(conn)? { Err(Error::NotFound) } else { code::current(conn, site.now()) })
    })
    .await?;
    let sent = request.cookie(COOKIE).map(|cookie| cookie.value().to_owned()).unwrap_or_default();
    Ok(current.is_some_and(|hash| session::same(&sent, &pass(visit, &hash))))
}

fn pass(visit: &Visit, hash: &str) -> String {
    session::csrf(&visit.site.secret, &format!("set-up {hash}"))
}

/// The code, or the page behind it. Gone once there is an organisation.
pub(super) async fn show(visit: Visit, request: HttpRequest) -> PageResult {
    if admitted(&visit, &request).await? {
        let zone = if visit.lang() == Lang::Zh { "Asia/Shanghai" } else { "UTC" };
        let starter = if visit.lang() == Lang::Zh { "zh" } else { "en" };
        whole(visit, Typed::fresh(&[("zone", zone), ("starter", starter), ("keeps_quality", "on")]), 200).await
    } else {
        ask(visit, Typed::default(), 200).await
    }
}

async fn ask(visit: Visit, form: Typed, status: u16) -> PageResult {
    visit
        .gate("setup/code.html", move |_, lang, _| {
            Ok(View::new(Area::Admin, t(lang, "organisation-setup", &[]), form).status(status))
        })
        .await
}

async fn whole(visit: Visit, form: Typed, status: u16) -> PageResult {
    visit
        .gate("setup/show.html", move |_, lang, _| {
            let choice = |value: &'static str| Choice {
                value,
                label: t(lang, &format!("organisation-starter-{value}"), &[]),
                help: t(lang, &format!("organisation-starter-{value}-help"), &[]),
            };
            let starters = ["zh", "en", "both", "nothing"].map(choice).into();
            let view = Setup { form, lang: lang.code(), zones: crate::organisation::common_zones(), starters };
            Ok(View::new(Area::Admin, t(lang, "organisation-setup", &[]), view).status(status))
        })
        .await
}

/// Takes the code, within the budget of guesses.
pub(super) async fn enter_code(visit: Visit, FormBody(form): FormBody) -> PageResult {
    let (site, network) = (visit.site.clone(), visit.network.clone());
    let typed = form.get("setup_code").unwrap_or_default().to_owned();
    let checked = block(move || {
        if site.ledger.db.read(code::done)? {
            return Err(Error::NotFound);
        }
        code::check(&site.ledger, &typed, &network)
    });
    match checked.await {
        Ok(hash) => {
            let cookie = session::plain_cookie(COOKIE, pass(&visit, &hash), visit.site.config.secure(), 24 * 3600);
            let lang = visit.lang().code();
            Ok(HttpResponse::SeeOther().insert_header((header::LOCATION, format!("/setup?lang={lang}"))).cookie(cookie).finish())
        }
        Err(error) => {
            let (typed, status) = Typed::back(&form, error, visit.lang())?;
            ask(visit, typed, status).await
        }
    }
}

/// Creates everything and signs the first administrator in.
pub(super) async fn create(visit: Visit, request: HttpRequest, FormBody(form): FormBody) -> PageResult {
    if !admitted(&visit, &request).await? {
        return ask(visit, Typed::default(), 403).await;
    }
    // Another language was asked for: the same page in it, with what was typed.
    if form.get("speak").is_some() {
        return whole(visit, Typed::kept(&form), 200).await;
    }
    match install(&visit, &form).await {
        Ok(begun) => {
            let token = session::sign(&visit.site.secret, &begun.user.id, &begun.session, visit.site.now())?;
            let secure = visit.site.config.secure();
            let mut answer = HttpResponse::SeeOther();
            answer.insert_header((header::LOCATION, "/"));
            answer.cookie(session::cookie(token, secure)).cookie(session::plain_cookie(COOKIE, String::new(), secure, 0));
            Ok(answer.finish())
        }
        // Somebody was quicker: the page is gone, and says why.
        Err(error @ Error::Conflict(_)) => Err(error.into()),
        Err(error) => {
            let (typed, status) = Typed::back(&form, error, visit.lang())?;
            whole(visit, typed, status).await
        }
    }
}

async fn install(visit: &Visit, form: &Form) -> Result<people::SignedIn> {
    let command: NewInstallation = complete(form)?;
    let password = command.password.clone();
    let languages = command.starter.languages();
    let permit = visit.site.hashing.acquire().await.map_err(Error::internal)?;
    let prepared = block(move || Ok((people::hash_password(&password)?, starter::drafts(languages)?))).await;
    drop(permit);
    let (hash, drafts) = prepared?;
    let system = std::sync::Arc::new(Actor::system());
    let login = command.login.clone();
    visit.site.ledger.write_async(&system, move |tx| super::create(tx, &command, &hash, &drafts)).await?;
    let (site, network, agent) = (visit.site.clone(), visit.network.clone(), visit.agent.clone());
    block(move || people::sign_in_as(&site.ledger, &login, &network, &agent)).await
}

/// The fields in the order of the page.
const FIELDS: [&str; 7] = ["name", "code", "zone", "admin_name", "login", "password", "starter"];

/// Everything that is missing or wrong is told at once, before anything is hashed or written.
fn complete(form: &Form) -> Result<NewInstallation> {
    let typed = |field: &str| form.get(field).unwrap_or_default().to_owned();
    let organisation =
        NewOrganisation { code: typed("code"), name: typed("name"), zone: typed("zone"), ..NewOrganisation::default() };
    let person = NewUser { login: typed("login"), name: typed("admin_name"), ..NewUser::default() };
    // The name that is wrong in a person is the administrator's, not the organisation's.
    let of_person = people::problems_of(&person).into_iter().map(|problem| match problem.field.as_str() {
        "name" => Problem { field: "admin_name".into(), ..problem },
        _ => problem,
    });
    let mut found: Vec<Problem> = Vec::new();
    found.extend(FIELDS.into_iter().filter(|field| form.get(field).is_none()).map(|field| Problem::field(field, "required")));
    found.extend(organisation::problems_of(&organisation).into_iter().chain(of_person));
    found.extend(people::password_problem(&typed("password")));
    if form.get("starter").is_some_and(|starter| Starter::parse(starter).is_none()) {
        found.push(Problem::field("starter", "unknown-choice"));
    }
    let first_of = |field: &&str| found.iter().find(|problem| problem.field == **field).cloned();
    let problems: Vec<Problem> = FIELDS.iter().filter_map(first_of).collect();
    if problems.is_empty() { form.command() } else { Err(Error::Invalid(problems)) }
}
