//! A board as its page shows it, live or frozen, in the page's language.

use chrono::NaiveDate;
use serde::Serialize;

use super::model::{Board, CentreMonth, Change, Matter, Tile, Tone, TypeGroup};
use crate::error::Result;
use crate::kpi::{DETAILED, Period, chart, words};
use crate::text::{Lang, t};
use crate::web::address;

/// Matters of a kind that are shown at once; the rest is folded.
const SHOWN: usize = 6;
/// The kinds of matters, in the order of the page.
const KINDS: [&str; 5] = ["signals", "actions", "cycles", "documents", "incomplete"];

#[derive(Serialize)]
struct MatterRow {
    what: String,
    note: String,
    due_on: Option<NaiveDate>,
    late: bool,
    href: String,
}

#[derive(Serialize)]
struct MatterGroup {
    kind: String,
    title: String,
    count: usize,
    rows: Vec<MatterRow>,
    /// Those beyond the first few.
    more: Vec<MatterRow>,
}

#[derive(Serialize)]
struct ChangeRow {
    kind: &'static str,
    tone: String,
    text: String,
    href: String,
}

#[derive(Serialize)]
struct TileView {
    name: String,
    href: String,
    value: Option<String>,
    unit: String,
    limits: String,
    state: &'static str,
    weight: Option<String>,
    score: Option<String>,
    spark_svg: Option<String>,
    variation: Option<&'static str>,
    variation_name: Option<String>,
    assurance: Option<&'static str>,
    assurance_name: Option<String>,
}

#[derive(Serialize)]
struct CentreRow {
    code: String,
    name: String,
    href: String,
    total: Option<String>,
    /// `better`, `worse`, `same`.
    moved: Option<&'static str>,
    delta: Option<String>,
    coverage: String,
    complete: bool,
    out_of_range: usize,
    signals: usize,
    /// Where its tiles are, when they are not on this page.
    closer: Option<String>,
    closely: bool,
    /// KPIs with a value, or with one in the last months.
    tiles: Vec<TileView>,
    /// The others.
    silent: Vec<Named>,
}

#[derive(Serialize)]
struct Named {
    name: String,
    href: String,
}

#[derive(Serialize)]
struct GroupView {
    id: String,
    name: String,
    stress: String,
    gist: String,
    profile: String,
    rows: Vec<CentreRow>,
}

#[derive(Serialize)]
struct Sum {
    label: String,
    value: String,
    late: bool,
}

/// What a board is shown of, which decides at which centres its page looks closely.
#[derive(Clone, Copy)]
pub(super) enum Source<'a> {
    /// A month as it stands: the centres that were gathered closely.
    Live,
    /// What was frozen for the review with this id: all centres when they are few, else the one named.
    Frozen { id: &'a str, centre: Option<&'a str> },
}

/// How a board is looked at.
struct Look<'a> {
    source: Source<'a>,
    few: bool,
    period: &'a str,
    lang: Lang,
}

impl Look<'_> {
    fn shows_closely(&self, centre: &CentreMonth) -> bool {
        match self.source {
            Source::Live => centre.closely,
            Source::Frozen { centre: named, .. } => self.few || named == Some(centre.code.as_str()),
        }
    }

    /// Where a centre is looked at closely.
    fn closer(&self, centre: &CentreMonth) -> String {
        let place = match self.source {
            Source::Live => address("/dashboard", &[("period", self.period), ("centre", &centre.code)]),
            Source::Frozen { id, .. } => address(&format!("/dashboard/reviews/{id}"), &[("centre", &centre.code)]),
        };
        format!("{place}#centre-{}", centre.code)
    }
}

/// A board as its page shows it.
#[derive(Serialize)]
pub(super) struct BoardView {
    period: String,
    sums: Vec<Sum>,
    matters: Vec<MatterGroup>,
    since: String,
    changes: Vec<ChangeRow>,
    groups: Vec<GroupView>,
}

impl BoardView {
    /// In a language.
    pub(super) fn of(board: &Board, lang: Lang, source: Source<'_>) -> Result<Self> {
        let period = Period::parse(&board.period)?;
        let look = Look { source, few: board.centres().count() <= DETAILED, period: &board.period, lang };
        let name = words::period(period, lang);
        Ok(Self {
            sums: sums(board, lang),
            matters: KINDS.iter().filter_map(|kind| matters(board, kind, lang)).collect(),
            since: match board.since {
                Some(day) => t(lang, "board-since", &[("day", day.to_string())]),
                None => t(lang, "board-since-none", &[("month", words::period(period.months_away(-1), lang))]),
            },
            changes: board.changes.iter().map(|change| change_row(change, lang)).collect(),
            groups: board.groups.iter().map(|group| group_view(group, &look)).collect(),
            period: if period.to >= board.on {
                t(lang, "board-running", &[("month", name), ("day", board.on.to_string())])
            } else {
                name
            },
        })
    }
}

fn sums(board: &Board, lang: Lang) -> Vec<Sum> {
    let sum =
        |key: &str, count: usize, bad: bool| Sum { label: t(lang, key, &[]), value: count.to_string(), late: bad && count > 0 };
    let of = |kind: &str| board.exceptions.iter().filter(|matter| matter.kind == kind).count();
    vec![
        sum("board-sum-centres", board.centres().count(), false),
        sum("board-sum-out", board.centres().map(CentreMonth::out_of_range).sum(), true),
        sum("board-sum-signals", board.centres().map(|centre| centre.signals).sum(), false),
        sum("board-sum-late", of("actions") + of("cycles"), true),
        sum("board-sum-incomplete", of("incomplete"), false),
    ]
}

fn matters(board: &Board, kind: &str, lang: Lang) -> Option<MatterGroup> {
    let mut rows: Vec<MatterRow> =
        board.exceptions.iter().filter(|matter| matter.kind == kind).map(|matter| matter_row(matter, board.on, lang)).collect();
    let count = rows.len();
    let more = rows.split_off(count.min(SHOWN));
    let title = t(lang, &format!("board-kind-{kind}"), &[]);
    (count > 0).then(|| MatterGroup { kind: kind.to_owned(), title, count, rows, more })
}

fn matter_row(matter: &Matter, on: NaiveDate, lang: Lang) -> MatterRow {
    MatterRow {
        what: matter.what.get(lang).to_owned(),
        note: matter.note.get(lang).to_owned(),
        due_on: matter.due_on,
        late: matter.due_on.is_some_and(|due| due < on),
        href: matter.href.clone(),
    }
}

fn change_row(change: &Change, lang: Lang) -> ChangeRow {
    let kind = match change.tone {
        Tone::Better => "met",
        Tone::Worse => "out_of_range",
        Tone::Plain => "no_data",
    };
    ChangeRow { kind, tone: t(lang, change.tone.key(), &[]), text: change.text.get(lang).to_owned(), href: change.href.clone() }
}

fn group_view(group: &TypeGroup, look: &Look<'_>) -> GroupView {
    let lang = look.lang;
    let separator = if lang == Lang::Zh { "、" } else { ", " };
    let families: Vec<String> = group.families.iter().map(|(name, weight)| format!("{} {weight}", name.get(lang))).collect();
    let params = [
        ("qualitative", group.qualitative.to_string()),
        ("quantitative", group.quantitative.to_string()),
        ("families", families.join(separator)),
    ];
    GroupView {
        id: format!("type-{}", group.centre_type),
        name: t(lang, &format!("centre-type-{}", group.centre_type.replace('_', "-")), &[]),
        stress: group.stress.get(lang).to_owned(),
        gist: t(lang, "board-gist", &params),
        profile: format!("/kpis/profiles/{}", group.centre_type),
        rows: group.centres.iter().map(|centre| centre_row(centre, look)).collect(),
    }
}

fn centre_row(centre: &CentreMonth, look: &Look<'_>) -> CentreRow {
    let Look { period, lang, .. } = *look;
    let (delta, closely) = (centre.moved(), look.shows_closely(centre));
    let moved = delta.map(|delta| match delta {
        delta if delta >= 0.05 => "better",
        delta if delta <= -0.05 => "worse",
        _ => "same",
    });
    let shown = centre.tiles.iter().filter(|_| closely);
    let (told, silent): (Vec<&Tile>, Vec<&Tile>) =
        shown.partition(|tile| tile.value.is_some() || tile.months.iter().any(Option::is_some));
    CentreRow {
        code: centre.code.clone(),
        name: centre.name.get(lang).to_owned(),
        href: format!("/kpis/{}?period={period}", centre.code),
        total: centre.total.map(|total| format!("{total:.1}")),
        moved,
        delta: delta.map(|delta| format!("{delta:+.1}").replace('-', "−")),
        coverage: format!("{:.0}%", centre.coverage * 100.0),
        complete: centre.complete,
        out_of_range: centre.out_of_range(),
        signals: centre.signals,
        closer: (!closely).then(|| look.closer(centre)),
        closely,
        tiles: told.into_iter().map(|tile| tile_view(tile, centre, period, lang)).collect(),
        silent: silent
            .into_iter()
            .map(|tile| Named { name: tile.name.get(lang).to_owned(), href: href(centre, tile, period) })
            .collect(),
    }
}

fn href(centre: &CentreMonth, tile: &Tile, period: &str) -> String {
    format!("/kpis/{}/{}?period={period}", centre.code, tile.code)
}

fn tile_view(tile: &Tile, centre: &CentreMonth, period: &str, lang: Lang) -> TileView {
    TileView {
        name: tile.name.get(lang).to_owned(),
        href: href(centre, tile, period),
        value: tile.value.map(|value| words::with_digits(value, tile.digits)),
        unit: words::unit_of(&tile.unit, lang),
        limits: tile.limits.scale().map(|_| words::limits_of(&tile.direction, &tile.limits, lang)).unwrap_or_default(),
        state: tile.state.as_str(),
        weight: tile.weight.map(|weight| format!("{weight:.1}%")),
        score: tile.score.map(|score| format!("{score:.1}")),
        spark_svg: tile.months.iter().any(Option::is_some).then(|| chart::spark(&tile.months, tile.limits.target)),
        variation: tile.variation.map(super::Variation::as_str),
        variation_name: tile.variation.map(|found| t(lang, &format!("board-variation-{}", found.as_str()), &[])),
        assurance: tile.assurance.map(super::Assurance::as_str),
        assurance_name: tile.assurance.map(|found| t(lang, &format!("board-assurance-{}", found.as_str()), &[])),
    }
}
