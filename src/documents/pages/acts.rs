//! Acts on a version: submission with its form, answers, discarding, revising, withdrawing.

use actix_web::web::Path;
use serde::Serialize;

use super::super::command::{Decide, Revise, Submit, Withdraw};
use super::super::model::{Document, Version};
use super::super::render;
use super::super::service::{draft, read, review, withdraw as withdrawing};
use super::edit::reader;
use super::reader::{Again, reading};
use super::{Choice, Filled, refused};
use crate::actor::Permission;
use crate::error::{Error, Result};
use crate::ledger::WriteTx;
use crate::people::{self, Person};
use crate::text::Lang;
use crate::web::{Area, Flash, Form, FormBody, PageResult, Reading, View, Visit, lenient};

/// The submission form.
#[derive(Serialize)]
struct Submission {
    document: Document,
    version: Version,
    title: String,
    form: Filled,
    reviewers: Vec<Choice>,
    approvers: Vec<Choice>,
    today: chrono::NaiveDate,
}

/// The state of the draft that was seen.
#[derive(Debug, serde::Deserialize)]
struct Seen {
    #[serde(deserialize_with = "lenient::integer")]
    row_version: i64,
}

pub(super) async fn submission(visit: Visit, id: Path<String>) -> PageResult {
    visit.page("documents/submit.html", move |r| submission_page(r, &id, None)).await
}

fn submission_page(r: &mut Reading<'_>, id: &str, sent: Option<Filled>) -> Result<View<Submission>> {
    let (document, version) = draft::for_editing(r.conn, &r.actor, id)?;
    let english = r.lang == Lang::En;
    let choice = |person: Person| Choice {
        label: person.name_en.filter(|_| english).unwrap_or(person.name),
        help: person.post_en.filter(|_| english).unwrap_or(person.post),
        value: person.id,
    };
    let free = |person: &Person| person.id != version.author_id && person.id != r.actor.id;
    let reviewers = people::holders(r.conn, Permission::ReviewDocuments, r.today)?.into_iter().filter(free).map(choice).collect();
    let approvers = people::holders(r.conn, Permission::ApproveDocuments, r.today)?.into_iter().filter(free).map(choice).collect();
    let form = sent.unwrap_or_else(|| {
        let mut form = Filled::default();
        form.set("reason", version.reason.clone().unwrap_or_default());
        form.set("row_version", version.row_version);
        form
    });
    let title = version.title(r.lang).to_owned();
    let heading = r.t("documents-submitting");
    let view = Submission { document, version, title, form, reviewers, approvers, today: r.today };
    Ok(View::new(Area::Documents, heading, view))
}

pub(super) async fn submit(visit: Visit, id: Path<String>, FormBody(form): FormBody) -> PageResult {
    let id = id.into_inner();
    let done = match form.command::<Submit>() {
        Ok(command) => {
            let version = id.clone();
            visit.write(&form, move |tx| review::submit(tx, &version, &command)).await
        }
        Err(error) => Err(error),
    };
    match done {
        Ok((document, version)) => {
            Ok(visit.see_other(&reader(&document, &version), Flash::ok_with("documents-submitted", &name(&document, &version))))
        }
        Err(error) => {
            let problems = refused(error)?;
            let page = move |r: &mut Reading<'_>| {
                let mut filled = Filled::of(&form).with(&problems, r.lang);
                filled.set("reviewers", form.all("reviewers[]").into_iter().map(str::to_owned).collect::<Vec<_>>());
                Ok(submission_page(r, &id, Some(filled))?.status(422))
            };
            visit.page("documents/submit.html", page).await
        }
    }
}

fn name(document: &Document, version: &Version) -> String {
    format!("{} {}", document.code, version.label)
}

pub(super) async fn decide(visit: Visit, id: Path<String>, FormBody(form): FormBody) -> PageResult {
    let version = id.into_inner();
    let done = match visit.command::<Decide>(&form).await {
        Ok(command) => {
            let (id, answered) = (version.clone(), format!("documents-answer-{}", command.decision.as_str()));
            visit.write(&form, move |tx| review::decide(tx, &id, &command)).await.map(|made| (made, answered))
        }
        Err(error) => Err(error),
    };
    match done {
        Ok(((document, version), answered)) => {
            let seen = version.clone();
            // After a return the draft is nobody else's business, unless they read all drafts or were asked.
            let stays = visit.read(move |r| Ok(seen.visible_to(&r.actor, true))).await?;
            let to = if stays { reader(&document, &version) } else { "/".into() };
            Ok(visit.see_other(&to, Flash::ok_with(&answered, &name(&document, &version))))
        }
        Err(error) => answer_again(visit, version, &form, error).await,
    }
}

/// The page on which somebody answered, with the comment they typed and why the answer does not count: it lacks something, or somebody
/// else was quicker.
async fn answer_again(visit: Visit, id: String, form: &Form, error: Error) -> PageResult {
    let status = match &error {
        Error::Invalid(_) => 422,
        Error::Conflict(_) | Error::Stale => 409,
        _ => return Err(error.into()),
    };
    let comment = form.get("comment").map(str::to_owned);
    visit
        .page("documents/reader.html", move |r| {
            let (document, version) = read::version(r.conn, &r.actor, &id)?;
            let again = Again { text: error.message(r.lang), comment };
            Ok(reading(r, &document.code, &version.label, again)?.status(status))
        })
        .await
}

pub(super) async fn discard(visit: Visit, id: Path<String>, FormBody(form): FormBody) -> PageResult {
    let seen = visit.command::<Seen>(&form).await?;
    let document = visit.write(&form, move |tx| draft::discard(tx, &id, seen.row_version)).await?;
    let to = if document.effective_version_id.is_some() { render::href(&document.code) } else { "/documents".into() };
    Ok(visit.see_other(&to, Flash::ok_with("documents-discarded", &document.code)))
}

pub(super) async fn revise(visit: Visit, id: Path<String>, FormBody(form): FormBody) -> PageResult {
    let command = visit.command::<Revise>(&form).await?;
    let begin = move |tx: &mut WriteTx<'_>| {
        draft::revise(tx, &id, &command).map(|(document, version)| (name(&document, &version), version.id))
    };
    let (name, version) = visit.write_once(&form, begin).await?;
    Ok(visit.see_other(&format!("/documents/{version}/edit"), Flash::ok_with("documents-revising", &name)))
}

pub(super) async fn withdraw(visit: Visit, id: Path<String>, FormBody(form): FormBody) -> PageResult {
    let command = visit.command::<Withdraw>(&form).await?;
    let (document, version) = visit.write(&form, move |tx| withdrawing::withdraw(tx, &id, &command)).await?;
    Ok(visit.see_other(&reader(&document, &version), Flash::ok_with("documents-withdrawn", &name(&document, &version))))
}
