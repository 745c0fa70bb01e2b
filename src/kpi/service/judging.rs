//! Judging: after an import each measured KPI of the touched centres is held against its allowed range (month) and against the limits of
//! its own control chart (days, or the weeks or months that its definition names), and each month once more after it is over. What is taken back or replaced is judged again: a signal whose
//! judgement does not hold any more is withdrawn (ISO 9001 9.1.3, 10.2.1).
//!
//! Invariants: days whose data changed are noted in the same transaction, so that they are judged at once or by the next run of the jobs;
//! what a signal asks about is asked once.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use chrono::{Days, NaiveDate};

use super::import::read_mapping;
use super::overlap::{Place, spans};
use super::rejudging::{Asked, review, withdraw};
use super::signals::SignalDetail;
use super::{DefinitionBook, Known, LimitBook, PhaseBook, SwitchBook};
use crate::actor::Actor;
use crate::db::{Conn, Json, new_id};
use crate::error::Result;
use crate::evidence;
use crate::kpi::control::{self, Drawn, Frozen, Grain, Stretch};
use crate::kpi::daybook::{DayBook, reach};
use crate::kpi::expression::{Frames, Scope};
use crate::kpi::model::{Signal, SignalRule, SignalState, Unjudged};
use crate::kpi::period::Period;
use crate::kpi::scoring::Position;
use crate::kpi::statistics::Rule;
use crate::kpi::vocabulary::{SourceKind, Vocabulary};
use crate::kpi::{store, store_signals};
use crate::ledger::{Event, Ledger, WriteTx};
use crate::organisation::{self, Centre};

/// Days within which a signal should be answered.
const ANSWER_DAYS: u64 = 5;
/// Days before the last one of an import that are still judged.
const WINDOW: u64 = 60;
/// Days that a month waits for its last data after it is over.
const GRACE: u64 = 3;
/// Most months that are judged once the program runs again.
const CAUGHT_UP: i32 = 3;

/// What asks for an answer.
pub(super) struct Found {
    code: String,
    label: String,
    period: String,
    pub(super) rule: SignalRule,
    pub(super) detail: SignalDetail,
}

/// Notes that the data of these places changed; `again` where something was there before.
pub(super) fn note(tx: &mut WriteTx<'_>, batch_id: &str, places: &BTreeSet<Place>, again: bool) -> Result<()> {
    let row = |(centre, (first_day, last_day)): (&str, (NaiveDate, NaiveDate))| Unjudged {
        id: new_id(),
        batch_id: batch_id.to_owned(),
        centre_id: centre.to_owned(),
        first_day,
        last_day,
        again,
    };
    store_signals::insert_unjudged(tx, &spans(places).into_iter().map(row).collect::<Vec<_>>())
}

/// Judges the days whose data changed, by one batch (by id) or by all: raises signals and withdraws those that do not hold any more.
///
/// # Errors
/// What the first centre says that cannot be judged; the others were, and this one is tried again by the jobs.
pub fn settle(ledger: &Ledger, batch: Option<&str>) -> Result<Vec<Signal>> {
    let due = ledger.db.read(|conn| store_signals::unjudged(conn, batch))?;
    let (mut raised, mut failed) = (Vec::new(), None);
    for one in due {
        match settle_one(ledger, &Arc::new(one)) {
            Ok(signals) => raised.extend(signals),
            Err(error) => failed = failed.or(Some(error)),
        }
    }
    failed.map_or(Ok(raised), Err)
}

/// The same right after data changed, which stands whatever becomes of its signals: what fails is logged, and tried again by the jobs.
pub fn settle_now(ledger: &Ledger, batch: Option<&str>) -> Vec<Signal> {
    settle(ledger, batch).unwrap_or_else(|error| {
        tracing::error!(%error, "days whose data changed could not be judged");
        Vec::new()
    })
}

fn settle_one(ledger: &Ledger, due: &Arc<Unjudged>) -> Result<Vec<Signal>> {
    let now = ledger.clock.now();
    let (centre, found, gone) = ledger.db.read(|conn| {
        let centre = organisation::centre(conn, &due.centre_id)?;
        let today = now.with_timezone(&organisation::zone_of(&centre)?).date_naive();
        let sight = Sight::of(conn, &centre.id)?.after(kinds_of(conn, due)?);
        let asked = if due.again { Asked::from(conn, &sight, &centre.id, due.first_day)? } else { Vec::new() };
        let days = (due.first_day, due.last_day);
        let book = sight.book(conn, &centre.id, (days, today), &asked)?;
        let mut found = judge(&sight, &book, days, today)?;
        let gone = review(&sight, &book, asked, &mut found)?;
        Ok((centre, Arc::new(found), gone))
    })?;
    let due = due.clone();
    ledger.write(&Arc::new(Actor::system()), move |tx| {
        withdraw(tx, &gone)?;
        store_signals::delete_unjudged(tx, &due.id)?;
        raise(tx, &centre, &found)
    })
}

/// Judges the months that are over since they were judged last: the last data of a month may lie before its last day.
///
/// # Errors
/// When the database refuses.
pub fn judge_closed_months(ledger: &Ledger) -> Result<()> {
    let now = ledger.clock.now();
    let (centres, judged) = ledger.db.read(|conn| Ok((organisation::centres(conn)?, store_signals::judged_months(conn)?)))?;
    let judged: HashMap<String, String> = judged.into_iter().collect();
    for centre in centres {
        let today = now.with_timezone(&organisation::zone_of(&centre)?).date_naive();
        let last = Period::month_of(today.checked_sub_days(Days::new(GRACE)).unwrap_or(today)).months_away(-1);
        let next =
            judged.get(&centre.id).map(|month| Ok::<_, crate::error::Error>(Period::parse(month)?.months_away(1))).transpose()?;
        let first = next.unwrap_or(last);
        if first.from <= last.from {
            let earliest = last.months_away(1 - CAUGHT_UP);
            judge_months(ledger, centre, if first.from < earliest.from { earliest } else { first }, last)?;
        }
    }
    Ok(())
}

fn judge_months(ledger: &Ledger, centre: Centre, first: Period, last: Period) -> Result<()> {
    let found = ledger.db.read(|conn| {
        let sight = Sight::of(conn, &centre.id)?;
        let mut months = vec![first];
        while months[months.len() - 1].from < last.from {
            months.push(months[months.len() - 1].months_away(1));
        }
        let book = DayBook::over(conn, &centre.id, &months, &sight.scope)?;
        Ok(months.into_iter().flat_map(|month| sight.month(&book, month)).map(|(_, found)| found).collect::<Vec<_>>())
    })?;
    ledger.write(&Arc::new(Actor::system()), move |tx| {
        store_signals::remember_judged(tx, &centre.id, &last.to_string())?;
        raise(tx, &centre, &found).map(drop)
    })
}

/// By what a centre is judged.
pub(super) struct Sight {
    pub(super) definitions: DefinitionBook,
    pub(super) scope: Scope,
    pub(super) phases: PhaseBook,
    pub(super) limits: LimitBook,
    switches: SwitchBook,
    /// Of which kinds of data there is something new; none: of any.
    kinds: Option<BTreeSet<SourceKind>>,
}

/// What the batches of a source tell of that delivered anything of these days, those that do not count any more among them.
fn kinds_of(conn: &mut Conn, due: &Unjudged) -> Result<BTreeSet<SourceKind>> {
    let source = store::batch(conn, &due.batch_id)?.source;
    let mut kinds = BTreeSet::new();
    for hash in store::mappings_of(conn, &source, due.first_day, due.last_day)? {
        kinds.extend(read_mapping(&evidence::text(conn, &hash)?, None)?.kinds());
    }
    Ok(kinds)
}

impl Sight {
    /// The same for the KPIs that rest on data of some kinds: those that new data of these kinds can change.
    fn after(self, kinds: BTreeSet<SourceKind>) -> Self {
        Self { kinds: Some(kinds), ..self }
    }

    pub(super) fn concerns(&self, known: &Known) -> bool {
        let (Some(kinds), Some(formula)) = (&self.kinds, &known.formula) else { return true };
        formula.measures().iter().any(|slot| kinds.contains(&Vocabulary::shipped().at(*slot).source))
    }

    fn of(conn: &mut Conn, centre_id: &str) -> Result<Self> {
        let definitions = DefinitionBook::read(conn)?;
        Ok(Self {
            scope: definitions.scope(),
            definitions,
            phases: PhaseBook::of(conn, centre_id, None)?,
            limits: LimitBook::of(conn, centre_id)?,
            switches: SwitchBook::of(conn, centre_id)?,
            kinds: None,
        })
    }

    /// The KPIs that apply to the centre for a period that ends on a day, and that what is new concerns.
    fn applying(&self, day: NaiveDate) -> impl Iterator<Item = &Known> {
        self.definitions.on(day).filter(move |known| self.concerns(known) && !self.switches.off(&known.definition.code, day))
    }

    /// The points that the charts which end with a day look at, and their days.
    fn charted(&self, day: NaiveDate, today: NaiveDate) -> Result<Vec<(Grain, (NaiveDate, NaiveDate))>> {
        let mut spans = Vec::new();
        for known in self.applying(day) {
            let Some(formula) = known.formula.as_ref() else { continue };
            let grain = known.definition.points;
            let last = control::end(grain, day, today);
            let frozen = self.phases.frozen(&known.definition.code, grain)?;
            let begin = control::first_day_of(known.definition.chart, grain, last, &frozen);
            spans.push((grain, (reach(Period::day(begin), &formula.scope()), last)));
        }
        Ok(spans)
    }

    /// What is read at once to judge days and to look at signals again: months by their sums, single days for the other charts.
    fn book(
        &self,
        conn: &mut Conn,
        centre_id: &str,
        (days, today): ((NaiveDate, NaiveDate), NaiveDate),
        asked: &[Asked],
    ) -> Result<DayBook> {
        let mut months = judged_months(days);
        months.extend(asked.iter().filter(|one| one.points(self).is_none()).map(|one| one.period));
        let mut single = None::<(NaiveDate, NaiveDate)>;
        for (grain, (from, to)) in self.charted(days.1, today)?.into_iter().chain(asked.iter().filter_map(|one| one.points(self))) {
            match grain {
                // Its windows end with its months, which are read with them.
                Grain::Month => months.extend([Period::month_of(from), Period::month_of(to)]),
                Grain::Day | Grain::Week => single = Some(single.map_or((from, to), |span| (span.0.min(from), span.1.max(to)))),
            }
        }
        DayBook::over_and_days(conn, centre_id, (&months, &self.scope), single)
    }

    /// What lies outside its allowed range in a month.
    fn month(&self, book: &DayBook, month: Period) -> Vec<(&Known, Found)> {
        let frames = book.frames(month, &self.scope);
        self.applying(month.to).filter_map(|known| Some((known, out_of_range(known, &frames, &self.limits, month)?))).collect()
    }
}

/// The months that are judged with days: those they lie in, and the month before, which is over by now though its own data may not have
/// reached its last day.
fn judged_months(days: (NaiveDate, NaiveDate)) -> Vec<Period> {
    let window = days.1.checked_sub_days(Days::new(WINDOW - 1)).unwrap_or(days.1);
    let mut months = vec![Period::month_of(days.0.max(window)).months_away(-1)];
    while let Some(next) = months.last().map(|month| month.months_away(1)).filter(|month| month.from <= days.1) {
        months.push(next);
    }
    months
}

fn judge(sight: &Sight, book: &DayBook, days: (NaiveDate, NaiveDate), today: NaiveDate) -> Result<Vec<Found>> {
    let mut found = Vec::new();
    for month in judged_months(days) {
        let closed = month.to < today || days.1 >= month.to;
        let judged = sight.month(book, month).into_iter().filter(|(known, _)| closed || never_falls(known));
        found.extend(judged.map(|(_, found)| found));
    }
    for known in sight.applying(days.1) {
        let frozen = sight.phases.frozen(&known.definition.code, known.definition.points)?;
        found.extend(points(known, book, (days, today), &frozen));
    }
    Ok(found)
}

/// A gate that counts what should not be at all: one is too many before the month is over.
fn never_falls(known: &Known) -> bool {
    known.definition.gate && known.definition.unit == "count"
}

/// A month against the allowed range.
pub(super) fn out_of_range(known: &Known, frames: &Frames, limits: &LimitBook, month: Period) -> Option<Found> {
    let edges = limits.limits(&known.definition, month.to);
    let scale = edges.scale()?;
    let value = known.formula.as_ref()?.point(frames);
    let in_unit = value.value? * known.definition.scale();
    let rests = known.definition.gate || known.scorable(&value, &edges);
    if !rests || scale.position(in_unit) != Position::OutOfRange {
        return None;
    }
    let higher = known.definition.direction == "higher";
    let detail = SignalDetail {
        value: in_unit,
        lower: if higher { edges.floor } else { edges.outer_low },
        upper: if higher { None } else { edges.floor.or(edges.outer_high) },
        centre_line: None,
        n: value.n,
        definition_version: known.version,
        baseline_from: None,
        baseline_to: None,
        chart: None,
        rule_number: None,
    };
    let rule = if known.definition.gate { SignalRule::Gate } else { SignalRule::Range };
    Some(made(known, month.to_string(), rule, detail))
}

fn made(known: &Known, period: String, rule: SignalRule, detail: SignalDetail) -> Found {
    Found { code: known.definition.code.clone(), label: known.definition.zh.clone(), period, rule, detail }
}

/// Points of the import that break a rule of the KPI's own chart: its days, or the weeks or months that they complete. Limits that rest on too few points, or on the very points that they
/// judge, are looked at on the page and raise nothing.
fn points(known: &Known, book: &DayBook, (days, today): ((NaiveDate, NaiveDate), NaiveDate), frozen: &[Frozen]) -> Vec<Found> {
    let grain = known.definition.points;
    let Some(chart) = control::chart(known, book, grain, control::end(grain, days.1, today), frozen) else { return Vec::new() };
    let judged = control::completed_from(grain, days.0)..=days.1;
    let mut found = Vec::new();
    for (index, point) in chart.points.iter().enumerate() {
        let stretch = chart.stretch_of(index).filter(|stretch| !stretch.own && !stretch.parameters.provisional());
        let Some(stretch) = stretch.filter(|_| judged.contains(&point.reading.period.from)) else { continue };
        found.extend(point.begun().filter_map(|rule| of_point(known, stretch, point, rule)));
    }
    found
}

pub(super) fn of_point(known: &Known, stretch: &Stretch, point: &Drawn, rule: Rule) -> Option<Found> {
    // Gaps between events are told as they are, all else in the unit of the definition.
    let scale = if stretch.kind.is_between() { 1.0 } else { known.definition.scale() };
    let detail = SignalDetail {
        value: point.value? * scale,
        lower: point.limits.map(|limits| limits.lower * scale),
        upper: point.limits.map(|limits| limits.upper * scale).filter(|upper| upper.is_finite()),
        centre_line: point.centre.map(|centre| centre * scale),
        n: point.reading.value.n,
        definition_version: known.version,
        baseline_from: Some(stretch.baseline.0),
        baseline_to: Some(stretch.baseline.1),
        chart: Some(stretch.kind),
        rule_number: Some(control::code_of_rule(rule).to_owned()),
    };
    Some(made(known, point.reading.period.to_string(), SignalRule::of(rule), detail))
}

fn raise(tx: &mut WriteTx<'_>, centre: &Centre, found: &[Found]) -> Result<Vec<Signal>> {
    let Some(first) = found.iter().map(|one| one.period.as_str()).min() else { return Ok(Vec::new()) };
    let today = tx.now.utc().with_timezone(&organisation::zone_of(centre)?).date_naive();
    let due_on = today.checked_add_days(Days::new(ANSWER_DAYS)).unwrap_or(today);
    let mut asked: HashSet<store_signals::Asked> = store_signals::asked_from(tx, &centre.id, first)?.into_iter().collect();
    let mut raised = Vec::new();
    for one in found {
        if !asked.insert((one.code.clone(), one.period.clone(), one.rule)) {
            continue;
        }
        let row = Signal {
            id: new_id(),
            code: one.code.clone(),
            centre_id: centre.id.clone(),
            period: one.period.clone(),
            rule: one.rule,
            detail: Json::of(&one.detail)?,
            state: SignalState::Open,
            raised_at: tx.now,
            due_on,
            explanation: None,
            explained_by: None,
            explained_at: None,
            cycle_id: None,
            row_version: 1,
        };
        store_signals::insert(tx, &row)?;
        let label = format!("{} {} {}", centre.name, one.label, one.period);
        tx.record(Event::new("kpi.signal", "signal", &row.id, &label).detail("rule", one.rule.as_str()));
        raised.push(row);
    }
    Ok(raised)
}
