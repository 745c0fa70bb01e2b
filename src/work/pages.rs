//! The page of My work: what waits, and what is done.

use std::collections::BTreeMap;

use actix_web::web::Query;
use chrono::{Datelike, NaiveDate};
use serde::Serialize;

use super::gather::{Group, Task, gather};
use crate::actor::{Permission, Role};
use crate::db::Instant;
use crate::error::Result;
use crate::history::{self, Row, Search};
use crate::text::{Lang, t};
use crate::web::{Area, PageResult, Reading, View, Visit, address};

/// Days within which something counts as due soon.
const SOON: i64 = 3;
/// Days of the sum line.
const WEEK: i64 = 7;
/// Done things on a page.
const PAGE: i64 = 50;

#[derive(Serialize)]
struct Line {
    verb: String,
    code: String,
    title: String,
    note: Option<String>,
    who: Option<String>,
    since: Instant,
    due: Option<NaiveDate>,
    kind: &'static str,
    left: Option<String>,
    href: String,
}

#[derive(Serialize)]
struct Block {
    title: String,
    age: Option<String>,
    open: bool,
    lines: Vec<Line>,
}

#[derive(Serialize)]
struct Sum {
    label: String,
    value: String,
    late: bool,
}

#[derive(Serialize)]
struct Tab {
    label: String,
    href: &'static str,
    current: bool,
}

#[derive(Serialize)]
struct Index {
    today: NaiveDate,
    weekday: u32,
    tabs: Vec<Tab>,
    sums: Vec<Sum>,
    blocks: Vec<Block>,
    may_write: bool,
    may_fill: bool,
    /// Latest events, for auditors.
    events: Vec<Row>,
    /// What this person did: none on the other tab.
    done: Option<Vec<Row>>,
    next: Option<String>,
}

pub(super) async fn index(visit: Visit, Query(asked): Query<BTreeMap<String, String>>) -> PageResult {
    visit
        .kept_page("work/index.html", move |r| {
            let done = asked.get("tab").is_some_and(|tab| tab == "done");
            let before = asked.get("before").and_then(|before| before.parse().ok());
            let view = if done { finished(r, before)? } else { waiting(r)? };
            Ok(View::new(Area::MyWork, r.t("work-title"), view))
        })
        .await
}

fn frame(r: &Reading<'_>, done: bool) -> Index {
    let tabs = vec![
        Tab { label: r.t("work-mine"), href: "/", current: !done },
        Tab { label: r.t("work-done"), href: "/?tab=done", current: done },
    ];
    Index {
        today: r.today,
        weekday: r.today.weekday().number_from_monday(),
        tabs,
        sums: Vec::new(),
        blocks: Vec::new(),
        may_write: r.actor.may(Permission::WriteDocuments),
        may_fill: r.actor.may(Permission::FillRecords),
        events: Vec::new(),
        done: None,
        next: None,
    }
}

fn waiting(r: &mut Reading<'_>) -> Result<Index> {
    let work = gather(r.conn, &r.actor, r.lang, r.today)?;
    let days_left = |task: &Task| task.due.map(|due| (due - r.today).num_days());
    let count = |wanted: &dyn Fn(i64) -> bool| {
        work.groups.iter().flat_map(|group| &group.tasks).filter_map(days_left).filter(|left| wanted(*left)).count()
    };
    let late = count(&|left| left < 0);
    let week = count(&|left| (0..=WEEK).contains(&left));
    let sum = |key: &str, value: String, late: bool| Sum { label: r.t(key), value, late };
    let mut sums = vec![
        sum("work-sum-late", late.to_string(), late > 0),
        sum("work-sum-week", week.to_string(), false),
        sum("work-sum-others", work.in_other_hands.to_string(), false),
    ];
    if r.actor.may(Permission::ReadKpis) {
        sums.push(sum("work-sum-signals", work.signals.to_string(), false));
    }
    let blocks = work.groups.iter().filter(|group| !group.tasks.is_empty()).map(|group| block(group, r)).collect();
    let audits = r.actor.grants.iter().any(|grant| grant.role == Role::Auditor) && r.actor.may(Permission::ReadLedger);
    let events = if audits { history::find(r.conn, &r.actor, &Search::default(), r.lang, r.shell.zone, 10)? } else { Vec::new() };
    Ok(Index { sums, blocks, events, ..frame(r, false) })
}

fn block(group: &Group, r: &Reading<'_>) -> Block {
    let oldest = group.tasks.iter().map(|task| r.shell.today(task.since)).min();
    let days = oldest.map(|day| (r.today - day).num_days()).filter(|days| *days > 0);
    let own = matches!(group.key, "records" | "drafts");
    let key = if own { "work-begun" } else { "work-oldest" };
    Block {
        title: r.t(&format!("work-group-{}", group.key)),
        age: days.map(|days| t(r.lang, key, &[("days", days.to_string())])),
        open: !own,
        lines: group.tasks.iter().map(|task| line(task, r.today, r.lang)).collect(),
    }
}

fn line(task: &Task, today: NaiveDate, lang: Lang) -> Line {
    let left = task.due.map(|due| (due - today).num_days());
    let (kind, words) = match left {
        Some(days) if days < 0 => ("overdue", Some(t(lang, "work-late", &[("days", (-days).to_string())]))),
        Some(0) => ("due_soon", Some(t(lang, "work-today", &[]))),
        Some(days) => (if days <= SOON { "due_soon" } else { "due" }, Some(t(lang, "work-left", &[("days", days.to_string())]))),
        None => ("due", None),
    };
    let filled = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
    Line {
        verb: t(lang, &format!("work-verb-{}", task.verb), &[]),
        code: task.code.clone(),
        title: task.title.clone(),
        note: filled(&task.note),
        who: filled(&task.who),
        since: task.since,
        due: task.due,
        kind,
        left: words,
        href: task.href.clone(),
    }
}

/// What this person brought to an end, newest first.
fn finished(r: &mut Reading<'_>, before: Option<i64>) -> Result<Index> {
    let mut rows = history::concluded(r.conn, &r.actor, before, r.lang, r.shell.zone, PAGE + 1)?;
    let page = usize::try_from(PAGE).unwrap_or(50);
    let more = rows.len() > page;
    rows.truncate(page);
    let next = rows.last().filter(|_| more).map(|row| address("/", &[("tab", "done"), ("before", &row.line.seq.to_string())]));
    Ok(Index { done: Some(rows), next, ..frame(r, true) })
}
