//! `/dashboard/files/…`: a board, live or frozen, as files for spreadsheets: its figures, its exceptions, what changed.

use actix_web::web::{Path, Query};
use serde::Deserialize;

use super::model::{Board, CentreMonth, Change, Matter, Tile};
use super::{gather, pages, review};
use crate::actor::Permission;
use crate::error::Result;
use crate::kpi::Closely;
use crate::kpi::pack::Limits;
use crate::text::{Lang, t};
use crate::web::{Cell, PageResult, Reading, Sheet, SheetFormat, Visit};

/// What of a board.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum What {
    /// Totals and core KPIs of every centre.
    Board,
    /// What asks for attention.
    Exceptions,
    /// What changed.
    Changes,
}

/// Of which board: the review with this id, else the month.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Asked {
    period: Option<String>,
    review: Option<String>,
}

/// A file.
pub(super) async fn show(visit: Visit, path: Path<(What, SheetFormat)>, asked: Query<Asked>) -> PageResult {
    let (what, format) = path.into_inner();
    let file = visit
        .read(move |r| {
            r.actor.see(Permission::ReadKpis)?;
            sheet(&board(r, &asked)?, what, r.lang).file(format)
        })
        .await?;
    Ok(file.answer())
}

fn board(r: &mut Reading<'_>, asked: &Asked) -> Result<Board> {
    if let Some(id) = asked.review.as_deref().filter(|id| !id.is_empty()) {
        return Ok(review::open(r.conn, &r.actor, id)?.board);
    }
    let month = pages::month(r, asked.period.as_deref())?;
    gather::gather(r.conn, &r.actor, month, Closely::All, r.today)
}

fn sheet(board: &Board, what: What, lang: Lang) -> Sheet {
    let (name, keys, rows) = match what {
        What::Board => ("board", FIGURES, figures(board, lang)),
        What::Exceptions => ("exceptions", EXCEPTIONS, board.exceptions.iter().map(|matter| exception(matter, lang)).collect()),
        What::Changes => ("changes", CHANGES, board.changes.iter().map(|one| change(one, lang)).collect()),
    };
    let head = keys.iter().map(|key| t(lang, key, &[])).collect();
    Sheet { name: format!("{name}-{}", board.period), head, rows }
}

const EXCEPTIONS: &[&str] = &["board-file-kind", "board-file-what", "board-file-note", "board-due-on"];
const CHANGES: &[&str] = &["board-file-kind", "board-file-what"];
const FIGURES: &[&str] = &[
    "kpis-type",
    "kpis-centre",
    "kpif-name",
    "kpis-month",
    "kpis-kpi",
    "board-file-kpi",
    "kpis-value",
    "kpid-unit",
    "kpis-line-target",
    "kpis-floor",
    "kpis-low",
    "kpis-high",
    "kpis-state",
    "kpis-score",
    "kpis-weight",
    "board-file-before",
    "kpis-coverage",
    "kpis-open-signals",
    "board-file-variation",
    "board-file-assurance",
    "kpif-version",
];

fn figures(board: &Board, lang: Lang) -> Vec<Vec<Cell>> {
    let mut rows = Vec::new();
    for group in &board.groups {
        let centre_type = t(lang, &format!("centre-type-{}", group.centre_type.replace('_', "-")), &[]);
        for centre in &group.centres {
            let place = || -> Vec<Cell> {
                vec![
                    centre_type.as_str().into(),
                    centre.code.as_str().into(),
                    centre.name.get(lang).into(),
                    board.period.as_str().into(),
                ]
            };
            rows.push(place().into_iter().chain(total(centre, lang)).collect());
            rows.extend(centre.tiles.iter().map(|tile| place().into_iter().chain(figure(tile, lang)).collect::<Vec<Cell>>()));
        }
    }
    rows
}

/// The total of a centre, in the columns after its place.
fn total(centre: &CentreMonth, lang: Lang) -> Vec<Cell> {
    let state = t(lang, if centre.complete { "kpis-complete" } else { "state-incomplete" }, &[]);
    let mut cells = vec![Cell::Nothing, t(lang, "kpif-total", &[]).into()];
    cells.resize(8, Cell::Nothing);
    cells.extend([
        state.into(),
        centre.total.into(),
        Cell::Number(100.0),
        centre.before.into(),
        centre.coverage.into(),
        Cell::Number(centre.signals as f64),
        Cell::Nothing,
        Cell::Nothing,
        centre.profile_version.into(),
    ]);
    cells
}

fn figure(tile: &Tile, lang: Lang) -> Vec<Cell> {
    let Limits { target, floor, low, high, .. } = tile.limits;
    let variation = tile.variation.map(|found| t(lang, &format!("board-variation-{}", found.as_str()), &[]));
    let assurance = tile.assurance.map(|found| t(lang, &format!("board-assurance-{}", found.as_str()), &[]));
    vec![
        tile.code.as_str().into(),
        tile.name.get(lang).into(),
        tile.value.into(),
        crate::kpi::words::unit_of(&tile.unit, lang).into(),
        target.into(),
        floor.into(),
        low.into(),
        high.into(),
        t(lang, &format!("state-{}", tile.state.as_str().replace('_', "-")), &[]).into(),
        tile.score.into(),
        tile.weight.into(),
        Cell::Nothing,
        Cell::Nothing,
        Cell::Nothing,
        variation.into(),
        assurance.into(),
        tile.definition_version.into(),
    ]
}

fn exception(matter: &Matter, lang: Lang) -> Vec<Cell> {
    vec![
        t(lang, &format!("board-kind-{}", matter.kind), &[]).into(),
        matter.what.get(lang).into(),
        matter.note.get(lang).into(),
        matter.due_on.into(),
    ]
}

fn change(change: &Change, lang: Lang) -> Vec<Cell> {
    vec![t(lang, change.tone.key(), &[]).into(), change.text.get(lang).into()]
}
