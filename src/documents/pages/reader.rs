//! The reader page, and the files its texts show.

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::{Path, Query};
use serde::{Deserialize, Serialize};

use super::super::model::{Duty, Origin, Review, State};
use super::super::render;
use super::super::service::read;
use super::super::service::reader::{Asked, Neighbour, ReaderView, reader_view};
use crate::error::{Error, Result};
use crate::evidence;
use crate::text::{Lang, t};
use crate::web::{Area, PageError, PageResult, Reading, View, Visit, format_long};

/// Largest file shown, in bytes.
const FILE_LIMIT: u64 = 64 << 20;

/// `?v=` version label, `?text=` language of the text.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Wanted {
    v: Option<String>,
    text: Option<String>,
}

/// The page's content.
#[derive(Serialize)]
pub(super) struct Page {
    #[serde(flatten)]
    reader: ReaderView,
    href: String,
    plate: Vec<Plate>,
    language_links: Vec<LanguageLink>,
    below: Vec<(i64, Vec<Neighbour>)>,
    today: chrono::NaiveDate,
    again: Option<Again>,
}

/// An answer that did not count: why, and the comment that was typed.
#[derive(Serialize)]
pub(super) struct Again {
    pub(super) text: String,
    pub(super) comment: Option<String>,
}

/// One cell of the control block.
#[derive(Serialize)]
struct Plate {
    label: String,
    value: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    note: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    on: String,
    wide: bool,
}

/// One language of the text.
#[derive(Serialize)]
struct LanguageLink {
    label: String,
    href: String,
    current: bool,
}

pub(super) async fn show(visit: Visit, code: Path<String>, wanted: Query<Wanted>) -> PageResult {
    visit
        .kept_page("documents/reader.html", move |r| {
            let text = wanted.text.as_deref().and_then(Lang::parse);
            let asked = Asked { code: &code, label: wanted.v.as_deref(), text, lang: r.lang, zone: r.shell.zone };
            let reader = reader_view(r.conn, &r.actor, &asked)?;
            Ok(view(r, reader, wanted.v.as_deref()))
        })
        .await
}

/// The page of a version, with an answer that did not count.
pub(super) fn reading(r: &mut Reading<'_>, code: &str, label: &str, again: Again) -> Result<View<Page>> {
    let asked = Asked { code, label: Some(label), text: None, lang: r.lang, zone: r.shell.zone };
    let reader = reader_view(r.conn, &r.actor, &asked)?;
    let mut page = view(r, reader, Some(label));
    page.view.again = Some(again);
    Ok(page)
}

fn view(r: &Reading<'_>, reader: ReaderView, label: Option<&str>) -> View<Page> {
    let heading = format!("{} {}", reader.document.code, reader.title);
    let print = print_heads(r, &reader);
    let href = render::href(&reader.document.code);
    let query = label.map(|label| format!("v={label}&")).unwrap_or_default();
    let link = |code: &&'static str| LanguageLink {
        label: r.t(&format!("documents-language-{code}")),
        href: format!("{href}?{query}text={code}"),
        current: reader.text_lang.starts_with(*code),
    };
    let language_links = reader.languages.iter().map(link).collect();
    let mut below: Vec<(i64, Vec<Neighbour>)> = Vec::new();
    for child in &reader.children {
        match below.last_mut().filter(|(tier, _)| *tier == child.tier) {
            Some((_, list)) => list.push(child.clone()),
            None => below.push((child.tier, vec![child.clone()])),
        }
    }
    let plate = plate(r.lang, &reader);
    let page = Page { plate, href, language_links, below, reader, today: r.today, again: None };
    View { print: Some(print), ..View::new(Area::Documents, heading, page) }
}

/// `9f3c 81d2 … 40ae`.
fn short(hash: &str) -> Option<String> {
    let (a, b, z) = (hash.get(..4)?, hash.get(4..8)?, hash.get(hash.len().checked_sub(4)?..)?);
    Some(format!("{a} {b} … {z}"))
}

fn cell(label: String, value: &str) -> Plate {
    Plate { label, value: value.to_owned(), note: String::new(), on: String::new(), wide: false }
}

/// The control block: prepared, reviewed, approved; owner, hash and reason.
fn plate(lang: Lang, reader: &ReaderView) -> Vec<Plate> {
    let word = |key: &str| t(lang, key, &[]);
    let version = &reader.version;
    let adopted = version.origin == Origin::Adopted;
    let on = if adopted { version.created_at } else { version.submitted_at.unwrap_or(version.updated_at) };
    let prepared = if adopted { "documents-adopted-by" } else { "documents-prepared" };
    let mut all = vec![Plate { on: on.rfc3339(), ..cell(word(prepared), &version.author_name) }];
    for (duty, key) in [(Duty::Reviewer, "documents-reviewed"), (Duty::Approver, "documents-approved")] {
        let signed: Vec<&Review> = reader.signed.iter().filter(|review| review.duty == duty).collect();
        if signed.is_empty() && !adopted {
            all.push(cell(word(key), ""));
        }
        all.extend(signed.into_iter().map(|review| Plate {
            note: review.user_post.clone(),
            on: review.decided_at.map(crate::db::Instant::rfc3339).unwrap_or_default(),
            ..cell(word(key), &review.user_name)
        }));
    }
    all.push(cell(word("documents-owner"), &reader.owner));
    all.extend(version.content_hash.as_deref().and_then(short).map(|hash| cell(word("documents-hash"), &hash)));
    all.extend(version.reason.as_deref().map(|reason| Plate { wide: true, ..cell(word("documents-reason"), reason) }));
    all
}

/// Running head on paper: what it is, and its state.
fn print_heads(r: &Reading<'_>, reader: &ReaderView) -> [String; 2] {
    let state = r.t(&format!("state-{}", reader.version.state.as_str().replace('_', "-")));
    let since = reader.version.effective_on.filter(|_| reader.version.state == State::Effective);
    let since = since.map(|day| t(r.lang, "documents-print-since", &[("day", format_long(day, r.lang))])).unwrap_or_default();
    let head = format!("{} {} {}", reader.document.code, reader.title, reader.version.label);
    [head, format!("{state} {since}").trim().to_owned()]
}

/// A file that a text shows: images inline, everything else as a download.
pub(super) async fn file(visit: Visit, hash: Path<String>) -> std::result::Result<HttpResponse, PageError> {
    let dir = visit.site.config.evidence_dir();
    let (bytes, name) = visit
        .read(move |r| {
            if !read::may_see_file(r.conn, &r.actor, &hash)? {
                return Err(Error::NotFound);
            }
            let known = evidence::find(r.conn, &hash)?;
            Ok((evidence::read(&dir, &hash, FILE_LIMIT)?, known.name))
        })
        .await?;
    let mut answer = HttpResponse::Ok();
    answer.insert_header((header::CACHE_CONTROL, "private, max-age=86400"));
    if let Some(media_type) = evidence::sniff_image(&bytes) {
        answer.content_type(media_type);
    } else {
        let safe: String = name.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_')).collect();
        answer.insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{safe}\"")));
        answer.content_type("application/octet-stream");
    }
    Ok(answer.body(bytes))
}
