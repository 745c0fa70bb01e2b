//! `/kpis/files/…`: everything that KPI pages show, as a file for spreadsheets.

mod lists;
mod points;

use actix_web::HttpRequest;
use actix_web::web::{Path, Query};
use serde::Deserialize;

use super::definitions::{direction_name, kind_name, unit_name};
use super::figures::rule_name;
use super::{strata, words};
use crate::actor::Permission;
use crate::db::Instant;
use crate::error::{Error, Result};
use crate::kpi::pack::Limits;
use crate::kpi::vocabulary::Vocabulary;
use crate::kpi::{self, AskedCard, FrozenCard, FrozenKpi, LimitBook, Period, Point};
use crate::text::t;
use crate::web::{Cell, Form, PageResult, Reading, Sheet, SheetFormat, Visit};

/// Batches and signals of one file.
const MOST: i64 = 100_000;
/// Months of a series when none are asked for.
const MONTHS: u32 = 24;

/// What may be had as a file.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum What {
    /// The cards of all centres, or of one, for a period.
    Cards,
    /// A published card.
    Published,
    /// A KPI of a centre, month by month or day by day.
    Series,
    /// The definitions in force.
    Definitions,
    /// The measures that definitions are made of.
    Vocabulary,
    /// The import batches.
    Batches,
    /// The measures of a batch.
    Batch,
    /// The signals.
    Signals,
    /// Targets and floors.
    Targets,
    /// The weights of all centre types, version by version.
    Profiles,
    /// The published cards.
    Scorecards,
    /// The locked months.
    Locks,
    /// The points of a control chart.
    Chart,
    /// The results by person.
    Agents,
    /// The staffings around the answer to a question.
    Staffing,
}

/// Of what exactly.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    centre: Option<String>,
    code: Option<String>,
    period: Option<String>,
    id: Option<String>,
    number: Option<i64>,
    /// `day`, `week` or `month`.
    points: Option<String>,
    /// `1`: what is missing counts as 0.
    strict: Option<String>,
    /// The column of people.
    column: Option<String>,
}

/// A file.
pub(crate) async fn show(visit: Visit, path: Path<(What, SheetFormat)>, asked: Query<Asked>, request: HttpRequest) -> PageResult {
    let (what, format) = path.into_inner();
    let question = Form::parse(request.query_string().as_bytes());
    let file = visit
        .read(move |r| {
            r.actor.see(Permission::ReadKpis)?;
            sheet(r, what, &asked, &question)?.file(format)
        })
        .await?;
    Ok(file.answer())
}

fn sheet(r: &mut Reading<'_>, what: What, asked: &Asked, question: &Form) -> Result<Sheet> {
    match what {
        What::Cards => cards(r, asked),
        What::Published => published(r, asked),
        What::Series => series(r, asked),
        What::Definitions => definitions(r),
        What::Vocabulary => Ok(vocabulary(r)),
        What::Batches => batches(r),
        What::Batch => batch(r, asked),
        What::Signals => signals(r, asked),
        What::Targets => targets(r, asked),
        What::Profiles => lists::profiles(r),
        What::Scorecards => lists::scorecards(r),
        What::Locks => lists::locks(r),
        What::Chart => points::chart(r, asked),
        What::Agents => funnel(r, asked),
        What::Staffing => super::staffing::sheet(r, question),
    }
}

/// The names of columns, by the keys of their texts.
fn head(r: &Reading<'_>, keys: &[&str]) -> Vec<String> {
    keys.iter().map(|key| r.t(key)).collect()
}

/// An instant in the zone of the organisation, to the minute.
fn moment(r: &Reading<'_>, at: Instant) -> String {
    at.utc().with_timezone(&r.shell.zone).format("%Y-%m-%d %H:%M").to_string()
}

fn needed<'a>(value: Option<&'a str>, field: &'static str) -> Result<&'a str> {
    value.filter(|text| !text.is_empty()).ok_or_else(|| Error::field(field, "required"))
}

const CARD: &[&str] = &[
    "kpis-centre",
    "kpis-period",
    "kpis-kpi",
    "kpif-name",
    "kpis-value",
    "kpid-unit",
    "kpif-low",
    "kpif-high",
    "kpif-n",
    "kpis-numerator",
    "kpis-denominator",
    "kpis-line-target",
    "kpis-floor",
    "kpis-low",
    "kpis-high",
    "kpis-state",
    "kpid-gate",
    "kpis-score",
    "kpis-weight",
    "kpis-contribution",
    "kpis-lost",
    "kpif-version",
    "kpid-measure",
    "kpis-batch",
    "kpis-strata",
];
/// The columns of [`CARD`] from the score on.
const SCORED: usize = 8;

fn cards(r: &mut Reading<'_>, asked: &Asked) -> Result<Sheet> {
    let period = words::asked(r.conn, asked.period.as_deref(), None, r.today)?;
    let mut codes: Vec<String> = kpi::centres(r.conn, &r.actor)?.into_iter().map(|centre| centre.code).collect();
    let mut name = format!("kpis-{period}");
    if let Some(centre) = asked.centre.as_deref().filter(|code| !code.is_empty()) {
        codes = vec![centre.to_owned()];
        name = format!("kpis-{centre}-{period}");
    }
    let strict = asked.strict.as_deref() == Some("1");
    if strict {
        name.push_str("-strict");
    }
    let mut rows = Vec::new();
    for centre in codes {
        let card = kpi::sheet(r.conn, &r.actor, &AskedCard { centre, period, strict })?;
        rows.extend(card_rows(r, &card));
    }
    Ok(Sheet { name, head: head(r, CARD), rows })
}

fn published(r: &mut Reading<'_>, asked: &Asked) -> Result<Sheet> {
    let (row, centre, card) = kpi::published(r.conn, &r.actor, needed(asked.id.as_deref(), "id")?)?;
    let name = format!("scorecard-{}-{}-{}", centre.code, row.period, row.edition);
    Ok(Sheet { name, head: head(r, CARD), rows: card_rows(r, &card) })
}

/// The total first, then every KPI.
fn card_rows(r: &Reading<'_>, card: &FrozenCard) -> Vec<Vec<Cell>> {
    let lost = card.total.map(|total| 100.0 - total);
    let mut total: Vec<Cell> =
        vec![card.centre.as_str().into(), card.period.as_str().into(), Cell::Nothing, r.t("kpif-total").into()];
    total.resize(CARD.len() - SCORED, Cell::Nothing);
    total.extend([card.total.into(), Cell::Number(100.0), card.total.into(), lost.into(), card.profile_version.into()]);
    total.resize(CARD.len(), Cell::Nothing);
    std::iter::once(total).chain(card.kpis.iter().map(|kpi| kpi_row(r, card, kpi))).collect()
}

fn kpi_row(r: &Reading<'_>, card: &FrozenCard, kpi: &FrozenKpi) -> Vec<Cell> {
    let definition = &kpi.definition;
    let edge = |at: usize| kpi.interval.map(|interval| interval[at] * definition.scale());
    let Limits { target, floor, low, high, .. } = kpi.limits;
    vec![
        card.centre.as_str().into(),
        card.period.as_str().into(),
        kpi.code.as_str().into(),
        definition.name(r.lang).into(),
        kpi.in_unit.into(),
        unit_name(&definition.unit, r.lang).into(),
        edge(0).into(),
        edge(1).into(),
        kpi.n.into(),
        kpi.numerator.map(kpi::Figure::real).into(),
        kpi.denominator.map(kpi::Figure::real).into(),
        target.into(),
        floor.into(),
        low.into(),
        high.into(),
        r.t(&format!("state-{}", kpi.state.as_str().replace('_', "-"))).into(),
        kpi.gate().map(|rule| super::figures::rule_name(rule, r.lang)).into(),
        kpi.score.into(),
        kpi.weight.into(),
        kpi.contribution.into(),
        kpi.points_lost.into(),
        kpi.definition_version.into(),
        words::measures(&kpi.measures, r.lang).into(),
        words::batches(&kpi.batches).into(),
        strata::line(definition, &kpi.strata, r.lang).into(),
    ]
}

fn series(r: &mut Reading<'_>, asked: &Asked) -> Result<Sheet> {
    let (centre, code) = (needed(asked.centre.as_deref(), "centre")?, needed(asked.code.as_deref(), "code")?);
    let id = kpi::visible(r.conn, &r.actor, centre)?.id;
    let period = words::asked(r.conn, asked.period.as_deref(), Some(&id), r.today)?;
    let daily = asked.points.as_deref() == Some("day");
    let points = if daily {
        kpi::daily(r.conn, &r.actor, code, centre, Period::month_of(period.to).months_away(-11).from, period.to)?
    } else {
        kpi::monthly(r.conn, &r.actor, code, centre, period.to, MONTHS)?
    };
    let definition = kpi::definition_on(r.conn, code, period.to)?.definition;
    let scale = definition.scale();
    let row = |point: Point| {
        let value = &point.value;
        let interval = value.interval.map(|(low, high)| (low * scale, high * scale));
        vec![
            point.period.as_str().into(),
            value.value.map(|value| value * scale).into(),
            unit_name(&definition.unit, r.lang).into(),
            interval.map(|edges| edges.0).into(),
            interval.map(|edges| edges.1).into(),
            value.n.into(),
            value.numerator.real().into(),
            value.denominator.real().into(),
        ]
    };
    let head = head(
        r,
        &["kpis-period", "kpis-value", "kpid-unit", "kpif-low", "kpif-high", "kpif-n", "kpis-numerator", "kpis-denominator"],
    );
    Ok(Sheet { name: format!("{code}-{centre}"), head, rows: points.into_iter().map(row).collect() })
}

/// What the funnel shows, by pseudonym.
fn funnel(r: &mut Reading<'_>, asked: &Asked) -> Result<Sheet> {
    let (centre, code) = (needed(asked.centre.as_deref(), "centre")?, needed(asked.code.as_deref(), "code")?);
    let id = kpi::visible(r.conn, &r.actor, centre)?.id;
    let period = words::asked(r.conn, asked.period.as_deref(), Some(&id), r.today)?;
    let source = kpi::funnel_source(r.conn, &r.actor, code, centre, period)?;
    let found = source.read(&r.site.config.evidence_dir(), asked.column.as_deref())?;
    Ok(super::agents::sheet(&source, &found, r.lang))
}

fn definitions(r: &mut Reading<'_>) -> Result<Sheet> {
    let head = head(
        r,
        &[
            "kpis-kpi",
            "kpif-name",
            "kpis-family",
            "kpid-unit",
            "kpid-direction",
            "kpid-method",
            "kpis-definition",
            "kpif-usual",
            "kpif-version",
        ],
    );
    let row = |known: kpi::Known| {
        let definition = &known.definition;
        vec![
            definition.code.as_str().into(),
            definition.name(r.lang).into(),
            definition.family.as_str().into(),
            unit_name(&definition.unit, r.lang).into(),
            direction_name(&definition.direction, r.lang).into(),
            definition.method.as_ref().map(|method| kind_name(method.kind, r.lang)).into(),
            definition.words(r.lang).into(),
            definition.usual_target.clone().into(),
            known.version.into(),
        ]
    };
    let rows = kpi::definitions(r.conn)?.into_iter().map(row).collect();
    Ok(Sheet { name: "kpi-definitions".into(), head, rows })
}

fn vocabulary(r: &Reading<'_>) -> Sheet {
    let head = head(r, &["kpid-measure", "kpif-name", "kpid-unit", "kpid-sources", "kpid-meaning"]);
    let row = |measure: &crate::kpi::vocabulary::Measure| {
        let cells = [measure.name.as_str(), measure.title(r.lang), &measure.unit, measure.source.as_str(), measure.meaning(r.lang)];
        cells.map(Cell::from).into()
    };
    Sheet { name: "kpi-measures".into(), head, rows: Vocabulary::shipped().measures().iter().map(row).collect() }
}

fn batches(r: &mut Reading<'_>) -> Result<Sheet> {
    let head = head(
        r,
        &[
            "kpis-batch",
            "kpis-file",
            "kpis-source-system",
            "kpif-first",
            "kpif-last",
            "kpis-rows",
            "kpis-rows-ignored",
            "kpis-cells",
            "kpis-state",
            "kpis-imported-by",
            "kpis-imported-at",
            "kpis-evidence",
            "kpis-measures-hash",
        ],
    );
    let found = kpi::batches(r.conn, &r.actor, None, MOST)?;
    let row = |batch: kpi::Batch| {
        vec![
            batch.number.into(),
            batch.file_name.into(),
            batch.source.into(),
            batch.first_day.into(),
            batch.last_day.into(),
            batch.rows_read.into(),
            batch.rows_ignored.into(),
            batch.cells.into(),
            r.t(&format!("kpis-batch-{}", batch.state.as_str())).into(),
            batch.imported_by.into(),
            moment(r, batch.imported_at).into(),
            batch.evidence_hash.into(),
            batch.measures_hash.into(),
        ]
    };
    Ok(Sheet { name: "kpi-batches".into(), head, rows: found.into_iter().map(row).collect() })
}

fn batch(r: &mut Reading<'_>, asked: &Asked) -> Result<Sheet> {
    let number = asked.number.ok_or_else(|| Error::field("number", "required"))?;
    let head = head(r, &["kpis-centre", "kpir-day", "kpif-channel", "kpid-measure", "kpif-name", "kpis-value", "kpif-spread"]);
    let found = kpi::measures_of(r.conn, &r.actor, number)?;
    let title = |name: &str| Vocabulary::shipped().measure(name).map(|measure| measure.title(r.lang).to_owned());
    let row = |cell: kpi::StoredMeasure| {
        vec![
            cell.centre.into(),
            cell.day.into(),
            cell.channel.into(),
            cell.measure.as_str().into(),
            title(&cell.measure).into(),
            Cell::from(cell.count as f64),
            cell.spread.into(),
        ]
    };
    let rows = found.into_iter().map(row).collect();
    Ok(Sheet { name: format!("kpi-batch-{number}"), head, rows })
}

fn signals(r: &mut Reading<'_>, asked: &Asked) -> Result<Sheet> {
    let head = head(
        r,
        &["kpis-centre", "kpis-kpi", "kpis-period", "kpis-rule", "kpis-state", "kpis-due", "kpis-explanation", "kpis-explained-by"],
    );
    let mut rows = Vec::new();
    for centre in kpi::centres(r.conn, &r.actor)? {
        if asked.centre.as_ref().is_some_and(|asked| *asked != centre.code) {
            continue;
        }
        for signal in kpi::signals_of(r.conn, &r.actor, &centre.code, asked.code.as_deref())? {
            rows.push(vec![
                centre.code.as_str().into(),
                signal.code.into(),
                signal.period.into(),
                rule_name(signal.rule, r.lang).into(),
                r.t(&format!("kpis-signal-{}", signal.state.as_str())).into(),
                signal.due_on.into(),
                signal.explanation.into(),
                signal.explained_by.into(),
            ]);
        }
    }
    Ok(Sheet { name: "kpi-signals".into(), head, rows })
}

fn targets(r: &mut Reading<'_>, asked: &Asked) -> Result<Sheet> {
    let head = head(
        r,
        &[
            "kpis-centre",
            "kpis-kpi",
            "kpif-name",
            "kpid-unit",
            "kpis-line-target",
            "kpis-floor",
            "kpis-outer-low",
            "kpis-low",
            "kpis-high",
            "kpis-outer-high",
        ],
    );
    let known = kpi::definitions(r.conn)?;
    let mut rows = Vec::new();
    for centre in kpi::centres(r.conn, &r.actor)? {
        if asked.centre.as_ref().is_some_and(|asked| *asked != centre.code) {
            continue;
        }
        let book = LimitBook::of(r.conn, &centre.id)?;
        for definition in known.iter().map(|known| &known.definition) {
            let limits = book.limits(definition, r.today);
            let edges = [limits.target, limits.floor, limits.outer_low, limits.low, limits.high, limits.outer_high];
            let names = [centre.code.as_str(), &definition.code, definition.name(r.lang)].map(Cell::from);
            let unit = [unit_name(&definition.unit, r.lang).into()];
            rows.push(names.into_iter().chain(unit).chain(edges.map(Cell::from)).collect());
        }
    }
    Ok(Sheet { name: t(r.lang, "kpif-targets-file", &[]), head, rows })
}
