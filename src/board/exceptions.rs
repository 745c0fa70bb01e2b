//! What asks for attention first: open signals, overdue actions and cycles, requests about documents that are past their day, cards that
//! may not be compared. Each leads to where it is answered.

use chrono::NaiveDate;

use super::model::{Matter, Said, TypeGroup};
use crate::actor::{Actor, Permission};
use crate::db::Conn;
use crate::error::Result;
use crate::improvement::{Action, Cycle};
use crate::kpi::{NamedSignal, Period};
use crate::organisation::Centre;
use crate::text::{Lang, t};
use crate::web::{address, escape};
use crate::{documents, improvement, kpi, organisation};

/// Everything that this actor may see, the most urgent of each kind first.
///
/// # Errors
/// When the database refuses.
pub fn exceptions(conn: &mut Conn, actor: &Actor, groups: &[TypeGroup], month: Period, today: NaiveDate) -> Result<Vec<Matter>> {
    let mut found: Vec<Matter> = Vec::new();
    let signals = kpi::open_named(conn, actor, Permission::ReadKpis)?;
    if !signals.is_empty() {
        let centres = organisation::centres(conn)?;
        found.extend(signals.iter().map(|signal| of_signal(signal, &centres)));
    }
    let late = improvement::overdue(conn, actor, today)?;
    found.extend(late.iter().map(|(action, cycle)| of_action(action, cycle)));
    found.extend(improvement::overdue_cycles(conn, actor, today)?.iter().map(of_cycle));
    found.extend(documents::overdue_requests(conn, actor, today)?.iter().map(of_request));
    for centre in groups.iter().flat_map(|group| &group.centres).filter(|centre| !centre.complete) {
        let coverage = format!("{:.0}%", centre.coverage * 100.0);
        found.push(Matter {
            kind: "incomplete".to_owned(),
            what: centre.name.clone(),
            note: Said::of(&|lang| t(lang, "board-incomplete-note", &[("coverage", coverage.clone())])),
            due_on: None,
            href: format!("/kpis/{}?period={month}", centre.code),
            centre: Some(centre.id.clone()),
        });
    }
    Ok(found)
}

fn of_signal(found: &NamedSignal, centres: &[Centre]) -> Matter {
    let signal = &found.signal;
    let centre = centres.iter().find(|centre| centre.id == signal.centre_id);
    let name = |lang: Lang| if lang == Lang::En { found.name_en.clone() } else { found.name.clone() };
    let what = |lang: Lang| {
        let centre = centre.map_or("", |centre| centre.name(lang));
        let kpi = name(lang).unwrap_or_else(|| signal.code.clone());
        t(lang, "board-signal", &[("centre", centre.to_owned()), ("kpi", kpi), ("period", signal.period.clone())])
    };
    Matter {
        kind: "signals".to_owned(),
        what: Said::of(&what),
        note: Said::of(&|lang| t(lang, &format!("kpis-rule-{}", signal.rule.as_str().replace('_', "-")), &[])),
        due_on: Some(signal.due_on),
        href: format!("/kpis/signals/{}", signal.id),
        centre: Some(signal.centre_id.clone()),
    }
}

fn of_action(action: &Action, cycle: &Cycle) -> Matter {
    let label = format!("{} · {} {}", cycle.number, action.ordinal, action.title);
    Matter {
        kind: "actions".to_owned(),
        what: Said { zh: label.clone(), en: label },
        note: Said { zh: action.owner_name.clone(), en: action.owner_name.clone() },
        due_on: Some(action.due_on),
        href: format!("/p/{}", escape(&cycle.number)),
        centre: Some(cycle.centre_id.clone()),
    }
}

fn of_cycle(cycle: &Cycle) -> Matter {
    Matter {
        kind: "cycles".to_owned(),
        what: Said { zh: cycle.label(), en: cycle.label() },
        note: Said { zh: cycle.owner_name.clone(), en: cycle.owner_name.clone() },
        due_on: Some(cycle.due_on),
        href: format!("/p/{}", escape(&cycle.number)),
        centre: Some(cycle.centre_id.clone()),
    }
}

fn of_request(request: &documents::OverdueRequest) -> Matter {
    let code = request.document.code.as_str();
    let what = |lang: Lang| format!("{code} {} {}", request.version.label, request.version.title(lang));
    let who = &request.review.user_name;
    Matter {
        kind: "documents".to_owned(),
        what: Said::of(&what),
        note: Said::of(&|lang| t(lang, &format!("board-asked-{}", request.review.duty.as_str()), &[("who", who.clone())])),
        due_on: request.review.due_on,
        href: address(&documents::href(code), &[("v", &request.version.label)]),
        centre: None,
    }
}
