//! Use cases of cycles: plan, carry out, check, act. A gate that lacks its evidence does not open.

use chrono::NaiveDate;

use super::model::{
    ActKind, Action, ActionState, AddAction, ChangePlan, CheckResult, Close, Cycle, CycleTest, EndAction, Measured, OpenCycle,
    PassCheck, PassDo, PassPlan, Phase, Wanted, compare,
};
use super::store;
use super::test::{self, Planned};
use crate::actor::{Actor, Permission};
use crate::db::{Conn, Json, new_id};
use crate::error::{Error, Problem, Result};
use crate::kpi::{self, Period};
use crate::ledger::{Event, WriteTx};
use crate::organisation::{self, Centre};
use crate::{documents, people};

fn required(fields: &[(&str, &str, usize)]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (field, value, max) in fields {
        if value.trim().is_empty() {
            problems.push(Problem::field(*field, "required"));
        } else if value.chars().count() > *max {
            problems.push(Problem::field(*field, "too-long").with("max", max));
        }
    }
    problems
}

fn fail_on(problems: Vec<Problem>) -> Result<()> {
    if problems.is_empty() { Ok(()) } else { Err(Error::Invalid(problems)) }
}

fn check_periods(from: NaiveDate, to: NaiveDate, due_on: NaiveDate, problems: &mut Vec<Problem>) {
    if to < from {
        problems.push(Problem::field("baseline_to", "ends-before-start"));
    }
    if due_on <= to {
        problems.push(Problem::field("due_on", "cycle-due-early"));
    }
}

/// The KPI of a centre in a period, with its inputs: by a version of its definition, else by the one that counts for the period. Read by
/// Cairn: who may run the cycle may know its figures.
fn measure(conn: &mut Conn, code: &str, centre: &Centre, days: (NaiveDate, NaiveDate), version: Option<i64>) -> Result<Measured> {
    let period = Period::range(days.0, days.1);
    let known = match version {
        Some(version) => kpi::definition_version(conn, code, version)?,
        None => kpi::definition_on(conn, code, period.to)?,
    };
    let value = kpi::value_by(conn, &Actor::system(), &known, &centre.code, period)?;
    let scale = known.definition.scale();
    Ok(Measured {
        value: value.in_unit,
        interval: value.interval.map(|[low, high]| [low * scale, high * scale]),
        numerator: value.numerator.rounded(),
        denominator: value.denominator.rounded(),
        n: value.n,
        definition_version: value.definition_version,
        batches: value.inputs.iter().map(|input| input.batch).collect(),
    })
}

/// Opens a cycle in its first phase.
///
/// # Errors
/// [`Error::Invalid`] for bad fields; [`Error::Conflict`] when the signal was answered already.
pub fn open(tx: &mut WriteTx<'_>, command: &OpenCycle) -> Result<Cycle> {
    tx.actor.require(Permission::RunCycles)?;
    let mut problems = required(&[("title", &command.title, 120), ("problem", &command.problem, 4000)]);
    check_periods(command.baseline_from, command.baseline_to, command.due_on, &mut problems);
    Planned::from(command).check(&mut problems);
    fail_on(problems)?;
    let centre = organisation::centre_by_code(tx, &command.centre).map_err(|_| Error::field("centre", "unknown-choice"))?;
    tx.actor.require_at(Permission::RunCycles, &centre.id)?;
    kpi::definition(tx, &command.kpi).map_err(|_| Error::field("kpi", "unknown-choice"))?;
    let baseline = measure(tx, &command.kpi, &centre, (command.baseline_from, command.baseline_to), None)?;
    let (owner_id, owner_name) = owner(tx, command.owner_id.as_deref())?;
    let row = Cycle {
        id: new_id(),
        number: next_number(tx)?,
        title: command.title.trim().to_owned(),
        problem: command.problem.trim().to_owned(),
        cause: command.cause.trim().to_owned(),
        centre_id: centre.id,
        kpi_code: command.kpi.clone(),
        baseline_from: command.baseline_from,
        baseline_to: command.baseline_to,
        baseline: Json::of(&baseline)?,
        goal: command.goal,
        due_on: command.due_on,
        phase: Phase::Plan,
        acted_on: None,
        check_from: None,
        check_to: None,
        check_result: None,
        conclusion: None,
        act_kind: None,
        act_document: None,
        owner_id,
        owner_name,
        opened_at: tx.now,
        do_at: None,
        check_at: None,
        act_at: None,
        closed_at: None,
        row_version: 1,
    };
    store::insert(tx, &row)?;
    test::plan(tx, &row, &Planned::from(command))?;
    tx.record(Event::new("cycle.open", "cycle", &row.id, &row.label()));
    if let Some(signal) = &command.signal {
        kpi::answer_with_cycle(tx, signal, &row.id)?;
    }
    Ok(row)
}

fn next_number(tx: &mut WriteTx<'_>) -> Result<String> {
    let year = organisation::today(tx)?.format("%Y").to_string();
    let serial = organisation::next_serial(tx, &format!("cycle.{year}"))?;
    Ok(format!("{year}-{serial:02}"))
}

/// A named person, or who acts.
fn owner(tx: &mut WriteTx<'_>, id: Option<&str>) -> Result<(String, String)> {
    let Some(id) = id else { return Ok((tx.actor.id.clone(), tx.actor.name.clone())) };
    let user = people::find(tx, id).ok().filter(|user| user.active).ok_or_else(|| Error::field("owner_id", "unknown-choice"))?;
    Ok((user.id, user.name))
}

/// The cycle, when it stands in this phase and this actor may run it.
fn in_phase(tx: &mut WriteTx<'_>, number: &str, phase: Phase) -> Result<Cycle> {
    tx.actor.require(Permission::RunCycles)?;
    let row = store::by_number(tx, number)?;
    tx.actor.require_at(Permission::RunCycles, &row.centre_id)?;
    if row.phase == phase { Ok(row) } else { Err(Error::conflict("cycle-phase")) }
}

/// Changes the plan while it is one; the baseline is measured again.
///
/// # Errors
/// [`Error::Conflict`] in a later phase; [`Error::Stale`] when it was changed meanwhile; [`Error::Invalid`] for bad fields.
pub fn change_plan(tx: &mut WriteTx<'_>, number: &str, command: &ChangePlan) -> Result<Cycle> {
    let mut row = in_phase(tx, number, Phase::Plan)?;
    let mut problems = required(&[("title", &command.title, 120), ("problem", &command.problem, 4000)]);
    check_periods(command.baseline_from, command.baseline_to, command.due_on, &mut problems);
    Planned::from(command).check(&mut problems);
    fail_on(problems)?;
    let centre = organisation::centre(tx, &row.centre_id)?;
    let baseline = measure(tx, &row.kpi_code, &centre, (command.baseline_from, command.baseline_to), None)?;
    command.title.trim().clone_into(&mut row.title);
    command.problem.trim().clone_into(&mut row.problem);
    command.cause.trim().clone_into(&mut row.cause);
    (row.baseline_from, row.baseline_to, row.baseline) = (command.baseline_from, command.baseline_to, Json::of(&baseline)?);
    (row.goal, row.due_on) = (command.goal, command.due_on);
    store::update(tx, &mut row, command.row_version)?;
    test::plan(tx, &row, &Planned::from(command))?;
    tx.record(Event::new("cycle.plan", "cycle", &row.id, &row.label()));
    Ok(row)
}

/// Adds an action while planning or carrying out.
///
/// # Errors
/// [`Error::Conflict`] in a later phase; [`Error::Invalid`] for bad fields.
pub fn add_action(tx: &mut WriteTx<'_>, number: &str, command: &AddAction) -> Result<Action> {
    tx.actor.require(Permission::RunCycles)?;
    let cycle = store::by_number(tx, number)?;
    tx.actor.require_at(Permission::RunCycles, &cycle.centre_id)?;
    if !matches!(cycle.phase, Phase::Plan | Phase::Do) {
        return Err(Error::conflict("cycle-phase"));
    }
    fail_on(required(&[("title", &command.title, 300)]))?;
    let (owner_id, owner_name) = owner(tx, Some(&command.owner_id))?;
    let ordinal = store::actions(tx, &cycle.id)?.last().map_or(1, |last| last.ordinal + 1);
    let row = Action {
        id: new_id(),
        cycle_id: cycle.id.clone(),
        ordinal,
        title: command.title.trim().to_owned(),
        owner_id,
        owner_name,
        due_on: command.due_on,
        state: ActionState::Open,
        done_on: None,
        note: None,
        row_version: 1,
    };
    store::insert_action(tx, &row)?;
    tx.record(Event::new("cycle.action", "cycle", &cycle.id, &cycle.label()).detail("action", row.title.clone()));
    Ok(row)
}

/// Ends an action as done: by its owner, or by who runs the cycle.
///
/// # Errors
/// [`Error::Forbidden`] for others; [`Error::Conflict`] when it is not open; [`Error::Invalid`] without a note.
pub fn finish_action(tx: &mut WriteTx<'_>, number: &str, id: &str, command: &EndAction) -> Result<Action> {
    let (cycle, row) = open_action(tx, number, id)?;
    let own = tx.actor.person() == Some(row.owner_id.as_str()) && tx.actor.may(Permission::DoActions);
    if !own {
        tx.actor.require_at(Permission::RunCycles, &cycle.centre_id)?;
    }
    end_action(tx, &cycle, row, ActionState::Done, &command.note)
}

/// Gives an action up, with the reason.
///
/// # Errors
/// As [`finish_action`]; its owner alone may not.
pub fn drop_action(tx: &mut WriteTx<'_>, number: &str, id: &str, command: &EndAction) -> Result<Action> {
    tx.actor.require(Permission::RunCycles)?;
    let (cycle, row) = open_action(tx, number, id)?;
    tx.actor.require_at(Permission::RunCycles, &cycle.centre_id)?;
    end_action(tx, &cycle, row, ActionState::Dropped, &command.note)
}

fn open_action(tx: &mut WriteTx<'_>, number: &str, id: &str) -> Result<(Cycle, Action)> {
    let cycle = store::by_number(tx, number)?;
    let row = store::action(tx, id)?;
    if row.cycle_id != cycle.id {
        return Err(Error::NotFound);
    }
    Ok((cycle, row))
}

fn end_action(tx: &mut WriteTx<'_>, cycle: &Cycle, mut row: Action, state: ActionState, note: &str) -> Result<Action> {
    if row.state != ActionState::Open || !matches!(cycle.phase, Phase::Plan | Phase::Do) {
        return Err(Error::conflict("cycle-action-ended"));
    }
    fail_on(required(&[("note", note, 2000)]))?;
    row.state = state;
    row.done_on = Some(organisation::today(tx)?);
    row.note = Some(note.trim().to_owned());
    store::update_action(tx, &mut row)?;
    let action = if state == ActionState::Done { "cycle.action_done" } else { "cycle.action_dropped" };
    tx.record(Event::new(action, "cycle", &cycle.id, &cycle.label()).detail("action", row.title.clone()).because(Some(note)));
    Ok(row)
}

/// Plan → do: needs cause, measured baseline and an action.
///
/// # Errors
/// [`Error::Invalid`] naming what is missing; [`Error::Conflict`] in another phase; [`Error::Stale`].
pub fn pass_plan(tx: &mut WriteTx<'_>, number: &str, command: &PassPlan) -> Result<Cycle> {
    let mut row = in_phase(tx, number, Phase::Plan)?;
    let mut problems = Vec::new();
    if row.cause.is_empty() {
        problems.push(Problem::field("cause", "cycle-needs-cause"));
    }
    if row.baseline.to::<Measured>()?.value.is_none() {
        problems.push(Problem::field("baseline_from", "cycle-needs-baseline"));
    }
    if store::actions(tx, &row.id)?.iter().all(|action| action.state == ActionState::Dropped) {
        problems.push(Problem::field("actions", "cycle-needs-action"));
    }
    fail_on(problems)?;
    (row.phase, row.do_at) = (Phase::Do, Some(tx.now));
    store::update(tx, &mut row, command.row_version)?;
    test::fix(tx, &row)?;
    tx.record(Event::new("cycle.do", "cycle", &row.id, &row.label()));
    Ok(row)
}

/// Do → check: needs every action ended, and the day from which they count.
///
/// # Errors
/// As [`pass_plan`].
pub fn pass_do(tx: &mut WriteTx<'_>, number: &str, command: &PassDo) -> Result<Cycle> {
    let mut row = in_phase(tx, number, Phase::Do)?;
    let actions = store::actions(tx, &row.id)?;
    let open = actions.iter().filter(|action| action.state == ActionState::Open).count();
    let mut problems = Vec::new();
    if open > 0 {
        problems.push(Problem::field("actions", "cycle-actions-open").with("count", open));
    } else if actions.iter().all(|action| action.state == ActionState::Dropped) {
        problems.push(Problem::field("actions", "cycle-needs-done"));
    }
    if command.acted_on > organisation::today(tx)? {
        problems.push(Problem::field("acted_on", "cycle-future"));
    }
    if command.acted_on <= row.baseline_to {
        problems.push(Problem::field("acted_on", "cycle-acted-early").with("day", row.baseline_to));
    }
    fail_on(problems)?;
    (row.phase, row.acted_on, row.check_at) = (Phase::Check, Some(command.acted_on), Some(tx.now));
    store::update(tx, &mut row, command.row_version)?;
    tx.record(Event::new("cycle.check", "cycle", &row.id, &row.label()));
    Ok(row)
}

/// Check → act: measures a period after the actions took effect, and compares.
///
/// # Errors
/// As [`pass_plan`].
pub fn pass_check(tx: &mut WriteTx<'_>, number: &str, command: &PassCheck) -> Result<Cycle> {
    let mut row = in_phase(tx, number, Phase::Check)?;
    let mut problems = Vec::new();
    if let Some(day) = row.acted_on.filter(|day| command.check_from < *day) {
        problems.push(Problem::field("check_from", "cycle-check-early").with("day", day));
    }
    if command.check_to < command.check_from {
        problems.push(Problem::field("check_to", "ends-before-start"));
    }
    if command.check_to > organisation::today(tx)? {
        problems.push(Problem::field("check_to", "cycle-future"));
    }
    problems.extend(test::too_short(tx, &row, command)?);
    fail_on(problems)?;
    let result = checked(tx, &row, command)?;
    (row.check_from, row.check_to, row.check_result) = (Some(command.check_from), Some(command.check_to), Some(Json::of(&result)?));
    (row.phase, row.act_at) = (Phase::Act, Some(tx.now));
    store::update(tx, &mut row, command.row_version)?;
    let mut event = Event::new("cycle.act", "cycle", &row.id, &row.label());
    if let Some(found) = test::judge(tx, &row, (command.check_from, command.check_to))? {
        event = event.detail("verdict", serde_json::to_value(found.verdict)?);
    }
    tx.record(event);
    Ok(row)
}

/// Before and after are measured by the definition that the plan was made with, whatever it has become since.
fn checked(conn: &mut Conn, row: &Cycle, command: &PassCheck) -> Result<CheckResult> {
    let centre = organisation::centre(conn, &row.centre_id)?;
    let planned: Measured = row.baseline.to()?;
    let version = Some(planned.definition_version);
    let after = measure(conn, &row.kpi_code, &centre, (command.check_from, command.check_to), version)?;
    // What came in since the plan counts for the time before as well; where it is gone, what was kept then.
    let again = measure(conn, &row.kpi_code, &centre, (row.baseline_from, row.baseline_to), version)?;
    let before = if again.value.is_some() { again } else { planned };
    let wanted = match test::direction(conn, row)? {
        Some(direction) => direction.into(),
        None => {
            let known = kpi::definition_version(conn, &row.kpi_code, before.definition_version)?;
            Wanted::of(&known.definition.direction, before.value.unwrap_or_default(), row.goal)
        }
    };
    compare(&before, &after, row.goal, wanted).ok_or_else(|| Error::field("check_from", "cycle-no-data"))
}

/// Act → closed: names the document that holds the new way, or what is carried over, or neither; always with a conclusion.
///
/// # Errors
/// As [`pass_plan`].
pub fn close(tx: &mut WriteTx<'_>, number: &str, command: &Close) -> Result<Cycle> {
    let mut row = in_phase(tx, number, Phase::Act)?;
    let mut problems = required(&[("conclusion", &command.conclusion, 4000)]);
    let code = command.act_document.as_deref().map(str::trim).filter(|code| !code.is_empty());
    let document = match (command.act_kind, code) {
        (ActKind::Standardise, None) => {
            problems.push(Problem::field("act_document", "cycle-needs-document"));
            None
        }
        (ActKind::Standardise, Some(code)) => match documents::by_code(tx, code) {
            Ok(document) => Some(document.code),
            Err(Error::NotFound) => {
                problems.push(Problem::field("act_document", "cycle-unknown-document").with("code", code));
                None
            }
            Err(error) => return Err(error),
        },
        _ => None,
    };
    fail_on(problems)?;
    row.conclusion = Some(command.conclusion.trim().to_owned());
    (row.act_kind, row.act_document) = (Some(command.act_kind), document);
    (row.phase, row.closed_at) = (Phase::Closed, Some(tx.now));
    store::update(tx, &mut row, command.row_version)?;
    tx.record(Event::new("cycle.close", "cycle", &row.id, &row.label()).because(row.conclusion.as_deref()));
    Ok(row)
}

/// A cycle by its number, when this actor may read the cycles of its centre.
///
/// # Errors
/// [`Error::NotFound`].
pub fn find(conn: &mut Conn, actor: &Actor, number: &str) -> Result<Cycle> {
    actor.see(Permission::ReadCycles)?;
    let row = store::by_number(conn, number)?;
    if actor.may_at(Permission::ReadCycles, &row.centre_id) { Ok(row) } else { Err(Error::NotFound) }
}

/// A cycle by id, as links and the ledger name it.
///
/// # Errors
/// [`Error::NotFound`].
pub fn by_id(conn: &mut Conn, actor: &Actor, id: &str) -> Result<Cycle> {
    actor.see(Permission::ReadCycles)?;
    let row = store::by_id(conn, id)?;
    if actor.may_at(Permission::ReadCycles, &row.centre_id) { Ok(row) } else { Err(Error::NotFound) }
}

/// The actions of a cycle, in order.
///
/// # Errors
/// When the database refuses.
pub fn actions(conn: &mut Conn, cycle: &Cycle) -> Result<Vec<Action>> {
    store::actions(conn, &cycle.id)
}

/// Running cycles and the newest closed ones that this actor may read; with each, whether an action of it is late.
///
/// # Errors
/// [`Error::NotFound`] without the permission.
pub fn board(conn: &mut Conn, actor: &Actor, today: NaiveDate) -> Result<Vec<(Cycle, usize)>> {
    actor.see(Permission::ReadCycles)?;
    let late = store::late_by_cycle(conn, today)?;
    let all = store::board(conn, 30)?.into_iter().filter(|cycle| actor.may_at(Permission::ReadCycles, &cycle.centre_id));
    Ok(all.map(|cycle| (late.iter().filter(|id| **id == cycle.id).count(), cycle)).map(|(late, cycle)| (cycle, late)).collect())
}

/// The open actions of a person with their cycles, the most urgent first.
///
/// # Errors
/// When the database refuses.
pub fn actions_of(conn: &mut Conn, user_id: &str) -> Result<Vec<(Action, Cycle)>> {
    store::open_actions(conn, user_id)
}

/// Open actions of running cycles whose due date has passed, of everybody, as far as this actor may read the cycles; none without the
/// permission.
///
/// # Errors
/// When the database refuses.
pub fn overdue(conn: &mut Conn, actor: &Actor, today: NaiveDate) -> Result<Vec<(Action, Cycle)>> {
    store::overdue_actions(conn, actor.only_at(Permission::ReadCycles).as_deref(), today)
}

/// Cycles that are not closed though their due date has passed, as far as this actor may read them; none without the permission.
///
/// # Errors
/// When the database refuses.
pub fn overdue_cycles(conn: &mut Conn, actor: &Actor, today: NaiveDate) -> Result<Vec<Cycle>> {
    store::overdue(conn, actor.only_at(Permission::ReadCycles).as_deref(), today)
}

/// The cycles on a KPI of a centre (by id), oldest first: the turns by which it rose, or not.
///
/// # Errors
/// When the database refuses.
pub fn by_kpi(conn: &mut Conn, centre_id: &str, code: &str) -> Result<Vec<Cycle>> {
    store::by_kpi(conn, centre_id, code)
}

/// The test of a cycle with what it said, when this actor may read the cycles of its centre; cycles from before there were tests have none.
///
/// # Errors
/// [`Error::NotFound`].
pub fn test_of(conn: &mut Conn, actor: &Actor, cycle: &Cycle) -> Result<Option<(CycleTest, Option<kpi::Judgement>)>> {
    if !actor.may_at(Permission::ReadCycles, &cycle.centre_id) {
        return Err(Error::NotFound);
    }
    test::of(conn, cycle)
}
