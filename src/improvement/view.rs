//! What the page of a cycle shows: state, quadrants with what each gate needs, wheel, actions, effect, turns, history.

use chrono::NaiveDate;
use serde::Serialize;

use super::chart::{Chart, chart};
use super::figures::Figures;
use super::model::{ActKind, Action, ActionState, CheckResult, Cycle, Measured, Phase, Verdict};
use super::verdict::{self, TestView};
use super::{service, test};
use crate::actor::Permission;
use crate::error::Result;
use crate::organisation::Centre;
use crate::text::t;
use crate::web::{Reading, Typed};
use crate::{history, kpi, organisation, people};

/// The page of a cycle.
#[derive(Serialize)]
pub(super) struct Show {
    number: String,
    pub(super) title: String,
    problem: String,
    cause: String,
    phase: &'static str,
    phase_name: String,
    row_version: i64,
    late: bool,
    owner: String,
    opened_at: crate::db::Instant,
    due_on: NaiveDate,
    centre: String,
    kpi: String,
    goal: String,
    conclusion: Option<String>,
    result: Option<Said>,
    wheel: Wheel,
    quadrants: Vec<Quadrant>,
    actions: Vec<ActionRow>,
    ended: usize,
    chart: Option<Chart>,
    test: Option<TestView>,
    /// The days that the check proposes.
    check: Option<(NaiveDate, NaiveDate)>,
    turns: Vec<Turn>,
    history: Vec<history::Line>,
    may_run: bool,
    people: Vec<Choice>,
    pub(super) form: Typed,
    which: String,
}

/// An option of a choice.
#[derive(Serialize)]
pub(super) struct Choice {
    pub(super) value: String,
    pub(super) label: String,
}

#[derive(Serialize)]
struct Said {
    kind: &'static str,
    text: String,
}

#[derive(Serialize)]
struct Wheel {
    title: String,
    above: String,
    big: String,
    below: String,
    /// Place of the running phase, 0 to 3; 4 = closed.
    place: usize,
}

#[derive(Serialize)]
struct Quadrant {
    key: &'static str,
    letter: &'static str,
    name: String,
    state: &'static str,
    label: String,
    from: Option<crate::db::Instant>,
    to: Option<crate::db::Instant>,
    lines: Vec<String>,
    href: Option<(String, String)>,
}

#[derive(Serialize)]
struct ActionRow {
    action: Action,
    state: &'static str,
    may_end: bool,
}

#[derive(Serialize)]
struct Turn {
    number: String,
    title: String,
    here: bool,
    before: String,
    after: String,
    standard: String,
}

const PHASES: [Phase; 5] = [Phase::Plan, Phase::Do, Phase::Check, Phase::Act, Phase::Closed];

/// Everything that the page needs, in a bounded number of queries.
pub(super) fn show(r: &mut Reading<'_>, number: &str, form: Typed, which: &str) -> Result<Show> {
    let cycle = service::find(r.conn, &r.actor, number)?;
    let centre = organisation::centre(r.conn, &cycle.centre_id)?;
    let known = kpi::definition(r.conn, &cycle.kpi_code)?;
    let figures = Figures::of(&known, r.lang);
    let actions = service::actions(r.conn, &cycle)?;
    let before: Measured = cycle.baseline.to()?;
    let result = cycle.check_result.as_ref().map(crate::db::Json::to::<CheckResult>).transpose()?;
    let may_run = r.actor.may_at(Permission::RunCycles, &cycle.centre_id) && r.actor.may(Permission::RunCycles);
    let running = matches!(cycle.phase, Phase::Plan | Phase::Do);
    let place = PHASES.iter().position(|phase| *phase == cycle.phase).unwrap_or_default();
    let turns = turns(r, &cycle, &figures)?;
    let turn = turns.iter().position(|turn| turn.here).map_or(1, |at| at + 1);
    let quadrants = quadrants(&cycle, &actions, &before, result.as_ref(), &figures, place);
    let test = test::of(r.conn, &cycle)?;
    let test = test.map(|(row, judgement)| verdict::view(&cycle, &row, judgement.as_ref(), &figures));
    let actor = r.actor.clone();
    let chart = chart(r.conn, &actor, &cycle, &centre, r.today, &figures)?;
    Ok(Show {
        wheel: wheel(&cycle, result.as_ref(), &figures, place, turn),
        result: result.as_ref().map(|result| judged(result, test.as_ref(), &figures)),
        check: if cycle.phase == Phase::Check { test::proposed(r.conn, &cycle)? } else { None },
        test,
        actions: rows(r, actions, may_run, running),
        history: history::of(r.conn, "cycle", &cycle.id, r.lang, r.shell.zone)?,
        people: if may_run && running { people_who_act(r)? } else { Vec::new() },
        ended: 0,
        quadrants,
        chart,
        turns,
        may_run,
        form,
        which: which.to_owned(),
        phase: cycle.phase.as_str(),
        phase_name: phase_name(r.lang, cycle.phase),
        late: cycle.overdue(r.today),
        centre: centre_name(&centre, r.lang),
        kpi: known.definition.name(r.lang).to_owned(),
        goal: figures.value(cycle.goal),
        number: cycle.number,
        title: cycle.title,
        problem: cycle.problem,
        cause: cycle.cause,
        row_version: cycle.row_version,
        owner: cycle.owner_name,
        opened_at: cycle.opened_at,
        due_on: cycle.due_on,
        conclusion: cycle.conclusion,
    }
    .counted())
}

impl Show {
    fn counted(mut self) -> Self {
        self.ended = self.actions.iter().filter(|row| row.action.state != ActionState::Open).count();
        self
    }
}

fn centre_name(centre: &Centre, lang: crate::text::Lang) -> String {
    centre.name(lang).to_owned()
}

pub(super) fn phase_name(lang: crate::text::Lang, phase: Phase) -> String {
    t(lang, &format!("improvement-phase-{}", phase.as_str()), &[])
}

pub(super) fn people_who_act(r: &mut Reading<'_>) -> Result<Vec<Choice>> {
    let all = people::holders(r.conn, Permission::DoActions, r.today)?;
    let en = r.lang == crate::text::Lang::En;
    Ok(all
        .into_iter()
        .map(|person| Choice { label: person.name_en.filter(|_| en).unwrap_or(person.name), value: person.id })
        .collect())
}

fn rows(r: &Reading<'_>, actions: Vec<Action>, may_run: bool, running: bool) -> Vec<ActionRow> {
    let own = |action: &Action| r.actor.person() == Some(action.owner_id.as_str()) && r.actor.may(Permission::DoActions);
    let state = |action: &Action| match action.state {
        ActionState::Done => "done",
        ActionState::Dropped => "cancelled",
        ActionState::Open if action.due_on < r.today => "overdue",
        ActionState::Open => "open",
    };
    let row = |action: Action| ActionRow {
        state: state(&action),
        may_end: running && action.state == ActionState::Open && (may_run || own(&action)),
        action,
    };
    actions.into_iter().map(row).collect()
}

/// The verdict of the test; of a cycle without one, what its two values say.
fn judged(result: &CheckResult, test: Option<&TestView>, figures: &Figures) -> Said {
    let verdict = test.and_then(|test| test.said.as_ref());
    verdict.map_or_else(|| said(result, figures), |said| Said { kind: said.kind, text: said.short.clone() })
}

/// In words: what changed after, never because of.
fn said(result: &CheckResult, figures: &Figures) -> Said {
    let difference = figures.difference(result.difference);
    let key = format!("improvement-verdict-{}", result.verdict.as_str());
    let kind = match result.verdict {
        Verdict::Better => "met",
        Verdict::Worse => "out_of_range",
        Verdict::Unclear => "incomplete",
    };
    Said { kind, text: t(figures.lang, &key, &[("difference", difference)]) }
}

fn wheel(cycle: &Cycle, result: Option<&CheckResult>, figures: &Figures, place: usize, turn: usize) -> Wheel {
    let above = t(figures.lang, "improvement-turn", &[("turn", turn.to_string())]);
    let name = phase_name(figures.lang, cycle.phase);
    let title = t(figures.lang, "improvement-wheel", &[("turn", turn.to_string()), ("phase", name.clone())]);
    match result {
        Some(result) => Wheel { title, above, big: figures.signed(result.difference), below: figures.points(), place },
        None => Wheel { title, above, big: name, below: String::new(), place },
    }
}

fn quadrants(
    cycle: &Cycle,
    actions: &[Action],
    before: &Measured,
    result: Option<&CheckResult>,
    f: &Figures,
    place: usize,
) -> Vec<Quadrant> {
    let lines = [plan_lines(cycle, before, f), do_lines(cycle, actions, f), check_lines(cycle, result, f), act_lines(cycle, f)];
    let times = [
        (Some(cycle.opened_at), cycle.do_at),
        (cycle.do_at, cycle.check_at),
        (cycle.check_at, cycle.act_at),
        (cycle.act_at, cycle.closed_at),
    ];
    let names = [("plan", "P"), ("do", "D"), ("check", "C"), ("act", "A")];
    let document = cycle.act_document.as_ref().map(|code| (format!("/d/{code}"), code.clone()));
    let quadrant = |(at, ((lines, (from, to)), (key, letter)))| {
        let (state, word) = match place.cmp(&at) {
            std::cmp::Ordering::Greater => ("done", "improvement-gate-passed"),
            std::cmp::Ordering::Equal => ("in_progress", "state-in-progress"),
            std::cmp::Ordering::Less => ("open", "state-open"),
        };
        let name = t(f.lang, &format!("improvement-phase-{key}"), &[]);
        let href = if key == "act" { document.clone() } else { None };
        Quadrant { key, letter, name, state, label: t(f.lang, word, &[]), from, to, lines, href }
    };
    lines.into_iter().zip(times).zip(names).enumerate().map(quadrant).collect()
}

fn plan_lines(cycle: &Cycle, before: &Measured, f: &Figures) -> Vec<String> {
    let said = |key: &str, params: &[(&str, String)]| t(f.lang, key, params);
    let span = [("from", cycle.baseline_from.to_string()), ("to", cycle.baseline_to.to_string())];
    let cause = if cycle.cause.is_empty() {
        said("improvement-cause-missing", &[])
    } else {
        said("improvement-cause-line", &[("cause", cycle.cause.clone())])
    };
    vec![
        said("improvement-baseline-line", &[("value", f.maybe(before.value)), span[0].clone(), span[1].clone()]),
        said("improvement-goal-line", &[("value", f.value(cycle.goal)), ("day", cycle.due_on.to_string())]),
        cause,
    ]
}

fn do_lines(cycle: &Cycle, actions: &[Action], f: &Figures) -> Vec<String> {
    let ended = actions.iter().filter(|action| action.state != ActionState::Open).count();
    let mut lines =
        vec![t(f.lang, "improvement-actions-line", &[("count", actions.len().to_string()), ("ended", ended.to_string())])];
    if let Some(day) = cycle.acted_on {
        lines.push(t(f.lang, "improvement-acted-line", &[("day", day.to_string())]));
    }
    lines
}

fn check_lines(cycle: &Cycle, result: Option<&CheckResult>, f: &Figures) -> Vec<String> {
    let Some(result) = result else { return vec![t(f.lang, "improvement-check-waits", &[])] };
    let key = if result.met { "improvement-after-met" } else { "improvement-after-missed" };
    let day = |day: Option<NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
    let mut lines = vec![
        t(f.lang, key, &[("value", f.maybe(result.after.value)), ("goal", f.value(cycle.goal))]),
        t(
            f.lang,
            "improvement-check-span",
            &[("from", day(cycle.check_from)), ("to", day(cycle.check_to)), ("n", result.after.n.to_string())],
        ),
    ];
    let difference = f.difference(result.difference);
    lines.push(match result.interval {
        Some([low, high]) => {
            t(f.lang, "improvement-interval-line", &[("difference", difference), ("low", f.signed(low)), ("high", f.signed(high))])
        }
        None => difference,
    });
    lines
}

fn act_lines(cycle: &Cycle, f: &Figures) -> Vec<String> {
    let Some(kind) = cycle.act_kind else { return vec![t(f.lang, "improvement-act-waits", &[])] };
    let mut lines = vec![t(f.lang, &format!("improvement-act-{}", kind.as_str().replace('_', "-")), &[])];
    lines.extend(cycle.conclusion.clone());
    lines
}

fn turns(r: &mut Reading<'_>, cycle: &Cycle, f: &Figures) -> Result<Vec<Turn>> {
    let all = service::by_kpi(r.conn, &cycle.centre_id, &cycle.kpi_code)?;
    all.into_iter()
        .map(|turn| {
            let before: Measured = turn.baseline.to()?;
            let result = turn.check_result.as_ref().map(crate::db::Json::to::<CheckResult>).transpose()?;
            Ok(Turn {
                here: turn.id == cycle.id,
                before: f.maybe(before.value),
                after: result.map_or_else(|| "–".to_owned(), |result| f.maybe(result.after.value)),
                standard: match turn.act_kind {
                    Some(ActKind::Standardise) => turn.act_document.unwrap_or_default(),
                    Some(kind) => t(f.lang, &format!("improvement-act-{}", kind.as_str().replace('_', "-")), &[]),
                    None => phase_name(f.lang, turn.phase),
                },
                number: turn.number,
                title: turn.title,
            })
        })
        .collect()
}
