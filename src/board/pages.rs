//! `/dashboard`: the board of a month, and the reviews it was frozen for.

use actix_web::web::{Path, Query};
use serde::{Deserialize, Serialize};

use super::model::{Note, NoteKind, Review};
use super::review::{self, Act, Freeze, Write};
use super::view::{BoardView, Source};
use super::{gather, model};
use crate::actor::Permission;
use crate::db::Instant;
use crate::error::{Error, Result};
use crate::history::{self, Line};
use crate::improvement::{self, Phase};
use crate::kpi::{Closely, Period, words};
use crate::people;
use crate::text::{Lang, t};
use crate::web::{Area, Flash, Form, FormBody, PageResult, Reading, Typed, View, Visit, escape};

/// Reviews in the list.
const LISTED: i64 = 200;

/// What the address may ask for.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Asked {
    period: Option<String>,
    centre: Option<String>,
}

#[derive(Serialize)]
struct Dashboard {
    board: BoardView,
    /// The month shown, as the address has it.
    at: String,
    tabs: Vec<words::Tab>,
    may_freeze: bool,
    form: Typed,
}

/// The board of a month.
pub(super) async fn show(visit: Visit, asked: Query<Asked>) -> PageResult {
    let asked = asked.into_inner();
    visit
        .kept_page("board/show.html", move |r| {
            Ok(View::new(Area::Dashboard, r.t("board-title"), dashboard(r, &asked, Typed::default())?))
        })
        .await
}

/// The month asked for, else that of the last data.
pub(super) fn month(r: &mut Reading<'_>, period: Option<&str>) -> Result<Period> {
    Ok(Period::month_of(words::asked(r.conn, period, None, r.today)?.to))
}

fn dashboard(r: &mut Reading<'_>, asked: &Asked, form: Typed) -> Result<Dashboard> {
    let month = month(r, asked.period.as_deref())?;
    let closely = asked.centre.as_deref().map_or(Closely::Few, Closely::One);
    let board = gather::gather(r.conn, &r.actor, month, closely, r.today)?;
    Ok(Dashboard {
        board: BoardView::of(&board, r.lang, Source::Live)?,
        at: month.to_string(),
        tabs: words::months("/dashboard", month, r.today, r.lang),
        may_freeze: r.actor.may(Permission::ManageKpis) && board.centres().next().is_some(),
        form,
    })
}

/// Freezes the board for a review.
pub(super) async fn freeze(visit: Visit, FormBody(form): FormBody) -> PageResult {
    visit.read(|r| r.actor.require(Permission::ManageKpis)).await?;
    visit.check_csrf(&form)?;
    let asked = Asked { period: form.get("period").map(str::to_owned), centre: None };
    let again = asked.clone();
    let title = form.get("title").unwrap_or_default().to_owned();
    let done = match visit
        .read(move |r| {
            month(r, asked.period.as_deref()).and_then(|month| gather::gather(r.conn, &r.actor, month, Closely::All, r.today))
        })
        .await
    {
        Ok(board) => {
            let command = Freeze { title, board };
            visit.write(&form, move |tx| review::freeze(tx, &command)).await
        }
        Err(error) => Err(error),
    };
    match done {
        Ok(row) => Ok(visit.see_other(&format!("/dashboard/reviews/{}", row.id), Flash::ok("board-frozen"))),
        Err(error @ Error::Invalid(_)) => {
            visit
                .page("board/show.html", move |r| {
                    let asked = Asked { period: again.period.filter(|period| Period::parse(period).is_ok()), centre: None };
                    let (typed, status) = Typed::back(&form, error, r.lang)?;
                    Ok(View::new(Area::Dashboard, r.t("board-title"), dashboard(r, &asked, typed)?).status(status))
                })
                .await
        }
        Err(error) => Err(error.into()),
    }
}

#[derive(Serialize)]
struct ReviewRow {
    href: String,
    title: String,
    period: String,
    held_on: String,
    by: String,
}

#[derive(Serialize)]
struct Reviews {
    rows: Vec<ReviewRow>,
}

/// The reviews, newest first.
pub(super) async fn reviews(visit: Visit) -> PageResult {
    visit
        .page("board/reviews.html", |r| {
            let found = review::list(r.conn, &r.actor, None, LISTED)?;
            let rows = found.into_iter().map(|row| review_row(r, row)).collect();
            Ok(View::new(Area::Dashboard, r.t("board-reviews"), Reviews { rows }))
        })
        .await
}

fn review_row(r: &Reading<'_>, row: Review) -> ReviewRow {
    let period = Period::parse(&row.period).map_or_else(|_| row.period.clone(), |period| words::period(period, r.lang));
    ReviewRow {
        href: format!("/dashboard/reviews/{}", row.id),
        title: row.title,
        period,
        held_on: row.held_on.to_string(),
        by: row.frozen_by,
    }
}

#[derive(Serialize)]
struct NoteRow {
    id: String,
    ordinal: i64,
    text: String,
    by: String,
    at: Instant,
    cycle: Option<String>,
    cycle_href: Option<String>,
}

#[derive(Serialize)]
struct Choice {
    value: String,
    label: String,
}

#[derive(Serialize)]
struct ReviewView {
    board: BoardView,
    id: String,
    title: String,
    hash: String,
    by: String,
    at: Instant,
    whole: bool,
    minutes: Vec<NoteRow>,
    decisions: Vec<NoteRow>,
    may_write: bool,
    cycles: Vec<Choice>,
    people: Vec<Choice>,
    form: Typed,
    /// The note whose form was refused.
    which: String,
    history: Vec<Line>,
}

/// At which centre of a review somebody looks closely.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Closer {
    centre: Option<String>,
}

/// One review: the frozen board with minutes and decisions.
pub(super) async fn review(visit: Visit, id: Path<String>, closer: Query<Closer>) -> PageResult {
    review_page(visit, id.into_inner(), closer.into_inner(), None).await
}

async fn review_page(visit: Visit, id: String, closer: Closer, refused: Option<(Form, Error, String)>) -> PageResult {
    visit
        .page("board/review.html", move |r| {
            let (form, status, which) = match refused {
                Some((form, error, which)) => {
                    let (typed, status) = Typed::back(&form, error, r.lang)?;
                    (typed, status, which)
                }
                None => (Typed::default(), 200, String::new()),
            };
            let view = ReviewView { form, which, ..review_view(r, &id, closer.centre.as_deref())? };
            let (title, state) =
                (view.title.clone(), t(r.lang, "board-print-state", &[("hash", view.hash.chars().take(12).collect())]));
            Ok(View { print: Some([title.clone(), state]), ..View::new(Area::Dashboard, title, view).status(status) })
        })
        .await
}

fn note_row(note: Note) -> NoteRow {
    let cycle_href = note.cycle.as_ref().map(|number| format!("/p/{}", escape(number)));
    NoteRow {
        id: note.id,
        ordinal: note.ordinal,
        text: note.text,
        by: note.written_by,
        at: note.written_at,
        cycle: note.cycle,
        cycle_href,
    }
}

fn review_view(r: &mut Reading<'_>, id: &str, centre: Option<&str>) -> Result<ReviewView> {
    let opened = review::open(r.conn, &r.actor, id)?;
    let may_write = opened.whole && r.actor.may(Permission::ManageKpis);
    let (decisions, minutes): (Vec<Note>, Vec<Note>) = opened.notes.into_iter().partition(|note| note.kind == NoteKind::Decision);
    let open = may_write && decisions.iter().any(|note| note.action_id.is_none());
    let (cycles, people) = if open { choices(r)? } else { (Vec::new(), Vec::new()) };
    let history = if opened.whole { history::of(r.conn, "review", id, r.lang, r.shell.zone)? } else { Vec::new() };
    let row = opened.review;
    Ok(ReviewView {
        board: BoardView::of(&opened.board, r.lang, Source::Frozen { id, centre })?,
        id: row.id,
        title: row.title,
        hash: row.board_hash,
        by: row.frozen_by,
        at: row.frozen_at,
        whole: opened.whole,
        minutes: minutes.into_iter().map(note_row).collect(),
        decisions: decisions.into_iter().map(note_row).collect(),
        may_write,
        cycles,
        people,
        form: Typed::default(),
        which: String::new(),
        history,
    })
}

/// The running cycles that take actions, and the people who may do them.
fn choices(r: &mut Reading<'_>) -> Result<(Vec<Choice>, Vec<Choice>)> {
    let running = improvement::board(r.conn, &r.actor, r.today)?.into_iter().map(|(cycle, _)| cycle);
    let open = running.filter(|cycle| matches!(cycle.phase, Phase::Plan | Phase::Do));
    let may = open.filter(|cycle| r.actor.may_at(Permission::RunCycles, &cycle.centre_id));
    let cycles = may.map(|cycle| Choice { label: cycle.label(), value: cycle.number }).collect();
    let people = people::holders(r.conn, Permission::DoActions, r.today)?;
    let en = r.lang == Lang::En;
    let label = |person: &people::Person| person.name_en.clone().filter(|_| en).unwrap_or_else(|| person.name.clone());
    let people = people.iter().map(|person| Choice { label: label(person), value: person.id.clone() }).collect();
    Ok((cycles, people))
}

/// Adds to the minutes, or a decision.
pub(super) async fn write(visit: Visit, id: Path<String>, FormBody(form): FormBody) -> PageResult {
    let id = id.into_inner();
    visit.read(|r| r.actor.require(Permission::ManageKpis)).await?;
    let target = id.clone();
    let done = match visit.command::<Write>(&form).await {
        Ok(command) => visit.write(&form, move |tx| review::note(tx, &target, &command)).await,
        Err(error) => Err(error),
    };
    answered(visit, id, form, done, "write").await
}

/// Makes a decision an action of a cycle.
pub(super) async fn act(visit: Visit, path: Path<(String, String)>, FormBody(form): FormBody) -> PageResult {
    let (id, note) = path.into_inner();
    visit.read(|r| r.actor.require(Permission::ManageKpis)).await?;
    let (target, which) = (id.clone(), note.clone());
    let done = match visit.command::<Act>(&form).await {
        Ok(command) => visit.write(&form, move |tx| review::act(tx, &target, &note, &command)).await,
        Err(error) => Err(error),
    };
    answered(visit, id, form, done, &which).await
}

async fn answered(visit: Visit, id: String, form: Form, done: Result<model::Note>, which: &str) -> PageResult {
    match done {
        Ok(note) => {
            let key = if note.action_id.is_some() { "board-acted-done" } else { "board-written" };
            Ok(visit.see_other(&format!("/dashboard/reviews/{id}#notes"), Flash::ok(key)))
        }
        Err(error @ (Error::Invalid(_) | Error::Conflict(_))) => {
            review_page(visit, id, Closer::default(), Some((form, error, which.to_owned()))).await
        }
        Err(error) => Err(error.into()),
    }
}
