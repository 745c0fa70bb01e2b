//! What waits for somebody, as groups of tasks.

use chrono::NaiveDate;

use crate::actor::{Actor, Permission, Role};
use crate::db::{Conn, Instant};
use crate::documents::{self, Pending, Wait};
use crate::error::Result;
use crate::improvement::{self, Action, Cycle, Phase};
use crate::kpi::{self, NamedSignal};
use crate::organisation::{self, Centre};
use crate::records::{self, Draft};
use crate::text::{Lang, t};
use crate::web::{address, escape};

/// One thing that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// What is asked, as a verb: the text `work-verb-<key>`.
    pub verb: &'static str,
    /// Code by which people know it.
    pub code: String,
    /// Title.
    pub title: String,
    /// What helps to decide whether to open it.
    pub note: String,
    /// Who asked.
    pub who: String,
    /// Since when.
    pub since: Instant,
    /// By when.
    pub due: Option<NaiveDate>,
    /// Where it is done.
    pub href: String,
}

/// Things that ask for the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The text `work-group-<key>`.
    pub key: &'static str,
    /// What waits, the most urgent first.
    pub tasks: Vec<Task>,
}

/// Everything that waits for somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Work {
    /// In the order of the page, the empty ones too.
    pub groups: Vec<Group>,
    /// What they prepared and others have in hand.
    pub in_other_hands: i64,
    /// Signals without an answer that they may read.
    pub signals: usize,
}

/// Gathers what waits for an actor, at most one query per source.
///
/// # Errors
/// When the database refuses.
pub fn gather(conn: &mut Conn, actor: &Actor, lang: Lang, today: NaiveDate) -> Result<Work> {
    let Some(person) = actor.person() else { return Ok(Work { groups: Vec::new(), in_other_hands: 0, signals: 0 }) };
    let leads = actor.grants.iter().any(|grant| grant.role == Role::Executive);
    let pending = documents::pending_for(conn, actor, lang)?;
    let open: i64 = kpi::open_counts(conn, actor)?.into_iter().map(|(_, count)| count).sum();
    let to_explain = kpi::open_named(conn, actor, Permission::ManageKpis)?;
    let read = if leads { kpi::open_named(conn, actor, Permission::ReadKpis)? } else { Vec::new() };
    let manages = |found: &NamedSignal| actor.may_at(Permission::ManageKpis, &found.signal.centre_id);
    let watched = read.iter().filter(|found| !manages(found));
    let centres = if open == 0 { Vec::new() } else { organisation::centres(conn)? };
    let mine = running(improvement::actions_of(conn, person)?);
    let late = if leads { improvement::overdue(conn, actor, today)? } else { Vec::new() };
    let drafts = records::drafts_of(conn, person)?;
    let others = late.iter().filter(|(action, _)| action.owner_id != person);
    let of = |wait: Wait| sorted(pending.iter().filter(|item| item.wait == wait).map(document).collect());
    let groups = vec![
        Group { key: "approve", tasks: of(Wait::Approve) },
        Group { key: "review", tasks: of(Wait::Review) },
        Group { key: "returned", tasks: of(Wait::Returned) },
        Group { key: "signals", tasks: to_explain.iter().map(|signal| explain(signal, &centres, "explain", lang)).collect() },
        Group { key: "actions", tasks: mine.iter().map(|action| carry_out(action, "do")).collect() },
        Group { key: "watched-signals", tasks: watched.map(|signal| explain(signal, &centres, "look", lang)).collect() },
        Group { key: "late-actions", tasks: others.map(|action| carry_out(action, "look")).collect() },
        Group { key: "records", tasks: drafts.iter().map(|draft| complete(draft, lang)).collect() },
        Group { key: "drafts", tasks: of(Wait::Draft) },
    ];
    Ok(Work { groups, in_other_hands: documents::in_other_hands(conn, person)?, signals: usize::try_from(open).unwrap_or(0) })
}

/// Actions of cycles that still run.
fn running(actions: Vec<(Action, Cycle)>) -> Vec<(Action, Cycle)> {
    actions.into_iter().filter(|(_, cycle)| cycle.phase != Phase::Closed).collect()
}

/// Due first by day, then by age; without a day last.
fn sorted(mut tasks: Vec<Task>) -> Vec<Task> {
    tasks.sort_by_key(|task| (task.due.unwrap_or(NaiveDate::MAX), task.since));
    tasks
}

fn document(item: &Pending) -> Task {
    let verb = match item.wait {
        Wait::Approve => "approve",
        Wait::Review => "review",
        Wait::Returned => "revise",
        Wait::Draft => "go-on",
    };
    let href = match item.wait {
        Wait::Approve | Wait::Review => address(&format!("/d/{}", path(&item.code)), &[("v", &item.label)]),
        Wait::Returned | Wait::Draft => format!("/documents/{}/edit", item.version_id),
    };
    Task {
        verb,
        code: format!("{} {}", item.code, item.label),
        title: item.title.clone(),
        note: item.note.clone(),
        who: item.who.clone(),
        since: item.since,
        due: item.due_on,
        href,
    }
}

/// A code as the reader's address holds it: its slashes stay.
fn path(code: &str) -> String {
    let parts: Vec<String> = code.split('/').map(escape).collect();
    parts.join("/")
}

fn explain(found: &NamedSignal, centres: &[Centre], verb: &'static str, lang: Lang) -> Task {
    let signal = &found.signal;
    let kpi = if lang == Lang::En { found.name_en.as_ref() } else { found.name.as_ref() };
    let centre = centres.iter().find(|centre| centre.id == signal.centre_id).map_or("", |centre| centre.name(lang));
    let params = [("centre", centre.to_owned()), ("period", signal.period.clone())];
    Task {
        verb,
        code: kpi.unwrap_or(&signal.code).clone(),
        title: t(lang, &format!("work-rule-{}", signal.rule.as_str().replace('_', "-")), &params),
        note: note(found, verb, lang),
        who: t(lang, "history-system", &[]),
        since: signal.raised_at,
        due: Some(signal.due_on),
        href: format!("/kpis/signals/{}", signal.id),
    }
}

/// Who answers for the KPI, and what is asked.
fn note(found: &NamedSignal, verb: &str, lang: Lang) -> String {
    let owner = found.owner.as_ref().map(|owner| t(lang, "work-signal-owner", &[("owner", owner.clone())]));
    let asked = (verb == "explain").then(|| t(lang, "work-signal-note", &[]));
    owner.into_iter().chain(asked).collect::<Vec<String>>().join(" · ")
}

fn carry_out((action, cycle): &(Action, Cycle), verb: &'static str) -> Task {
    Task {
        verb,
        code: format!("{} · {}", cycle.number, action.ordinal),
        title: action.title.clone(),
        note: cycle.title.clone(),
        who: if verb == "do" { cycle.owner_name.clone() } else { action.owner_name.clone() },
        since: cycle.opened_at,
        due: Some(action.due_on),
        href: format!("/p/{}", path(&cycle.number)),
    }
}

fn complete(draft: &Draft, lang: Lang) -> Task {
    let (own, other) = if lang == Lang::En { (&draft.title_en, &draft.title_zh) } else { (&draft.title_zh, &draft.title_en) };
    Task {
        verb: "fill-in",
        code: draft.code.clone(),
        title: own.clone().or_else(|| other.clone()).unwrap_or_default(),
        note: String::new(),
        who: String::new(),
        since: draft.created_at,
        due: None,
        href: format!("/r/{}", draft.id),
    }
}
