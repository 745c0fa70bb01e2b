//! Pages that show: the board by phase, a cycle.

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::Path;
use serde::Serialize;

use super::model::{Cycle, Phase};
use super::service;
use super::view::{self, phase_name};
use crate::actor::Permission;
use crate::error::Result;
use crate::kpi;
use crate::organisation;
use crate::web::{Area, PageResult, Reading, Typed, View, Visit};

#[derive(Serialize)]
struct Board {
    lanes: Vec<Lane>,
    closed: Vec<Card>,
    may_run: bool,
}

#[derive(Serialize)]
struct Lane {
    letter: &'static str,
    key: &'static str,
    name: String,
    cards: Vec<Card>,
}

#[derive(Serialize)]
struct Card {
    cycle: Cycle,
    centre: String,
    kpi: String,
    overdue: i64,
    late_actions: usize,
}

/// The board.
pub(super) async fn board(visit: Visit) -> PageResult {
    visit
        .page("improvement/board.html", |r| {
            let view = lanes(r)?;
            Ok(View::new(Area::Improvement, r.t("layout-area-improvement"), view))
        })
        .await
}

fn lanes(r: &mut Reading<'_>) -> Result<Board> {
    let centres = organisation::centres(r.conn)?;
    let definitions = kpi::definitions(r.conn)?;
    let mut cards: Vec<Card> = Vec::new();
    for (cycle, late_actions) in service::board(r.conn, &r.actor, r.today)? {
        let centre = centres.iter().find(|centre| centre.id == cycle.centre_id);
        let known = definitions.iter().find(|known| known.definition.code == cycle.kpi_code);
        cards.push(Card {
            centre: centre.map(|centre| centre.name(r.lang).to_owned()).unwrap_or_default(),
            kpi: known.map(|known| known.definition.name(r.lang).to_owned()).unwrap_or_default(),
            overdue: if cycle.overdue(r.today) { (r.today - cycle.due_on).num_days() } else { 0 },
            late_actions,
            cycle,
        });
    }
    let (closed, running): (Vec<Card>, Vec<Card>) = cards.into_iter().partition(|card| card.cycle.phase == Phase::Closed);
    let mut lanes: Vec<Lane> = [(Phase::Plan, "P"), (Phase::Do, "D"), (Phase::Check, "C"), (Phase::Act, "A")]
        .into_iter()
        .map(|(phase, letter)| Lane { letter, key: phase.as_str(), name: phase_name(r.lang, phase), cards: Vec::new() })
        .collect();
    for card in running {
        if let Some(lane) = lanes.iter_mut().find(|lane| lane.key == card.cycle.phase.as_str()) {
            lane.cards.push(card);
        }
    }
    Ok(Board { lanes, closed, may_run: r.actor.may(Permission::RunCycles) })
}

/// From the id that links and the ledger know to the page with the number that people know.
pub(super) async fn by_id(visit: Visit, path: Path<String>) -> PageResult {
    let id = path.into_inner();
    let number = visit.read(move |r| Ok(service::by_id(r.conn, &r.actor, &id)?.number)).await?;
    Ok(HttpResponse::SeeOther().insert_header((header::LOCATION, format!("/p/{number}"))).finish())
}

/// A cycle.
pub(super) async fn show(visit: Visit, path: Path<String>) -> PageResult {
    cycle_page(visit, path.into_inner(), Typed::default(), "", 200).await
}

/// The page of a cycle, also with a form that came back: `which` names it.
pub(super) async fn cycle_page(visit: Visit, number: String, form: Typed, which: &'static str, status: u16) -> PageResult {
    visit
        .page("improvement/show.html", move |r| {
            let view = view::show(r, &number, form, which)?;
            let title = view.title.clone();
            Ok(View::new(Area::Improvement, title, view).status(status))
        })
        .await
}
