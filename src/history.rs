//! History in plain words (ISO 9001 7.5.3): events as sentences, on every object's page and on the ledger page.
//!
//! The sentence of an event is the text `event-<action with dashes>`; its parameters are `who`, `what` and the event's details. Actors are
//! named as the log names them: a later change of name does not rewrite the past.

mod pages;
mod search;

use chrono_tz::Tz;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::actor::Permission;
use crate::db::{Conn, Instant};
use crate::error::Result;
use crate::ledger::store::{self, EventRow};
use crate::text::{Lang, has, t};
use crate::web::{Access, Routes};

pub use search::{Changed, Difference, Proof, Row, Search, begins, concluded, find, proof};

/// How many events an object's page shows.
const SHOWN: i64 = 200;

/// The groups of actions: what stands before the dot.
pub const GROUPS: &[&str] =
    &["documents", "records", "kpi", "cycle", "board", "user", "token", "organisation", "unit", "centre", "scheme", "evidence"];

/// The kinds of objects that events are about.
pub const KINDS: &[&str] = &[
    "document",
    "record",
    "kpi",
    "batch",
    "signal",
    "scorecard",
    "profile",
    "cycle",
    "review",
    "user",
    "organisation",
    "unit",
    "centre",
    "evidence",
];

/// The routes of the ledger page.
pub fn routes(routes: &mut Routes) {
    routes.get("/ledger", Access::May(Permission::ReadLedger), pages::index);
    routes.get("/ledger/{seq}", Access::May(Permission::ReadLedger), pages::show);
}

/// One event in plain words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// Place in the log, from 0.
    pub seq: i64,
    /// When.
    pub at: Instant,
    /// The same to the minute, in the zone asked for.
    pub when: String,
    /// Who did it.
    pub who: String,
    /// What happened, as a sentence without its full stop.
    pub sentence: String,
    /// Why, in the words of who did it.
    pub reason: Option<String>,
}

/// The history of one object, newest first. Whoever may see the object may see its history: the caller has checked that.
///
/// # Errors
/// When the database refuses.
pub fn of(conn: &mut Conn, kind: &str, id: &str, lang: Lang, zone: Tz) -> Result<Vec<Line>> {
    Ok(store::history(conn, kind, id, SHOWN)?.iter().map(|row| line(row, lang, zone)).collect())
}

/// One event as a sentence.
pub fn line(row: &EventRow, lang: Lang, zone: Tz) -> Line {
    let who = actor_name(&row.actor_kind, &row.actor_id, &row.actor_name, lang);
    Line {
        seq: row.seq,
        at: row.at,
        when: row.at.utc().with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string(),
        sentence: sentence(row, &who, lang),
        who,
        reason: row.reason.clone(),
    }
}

/// How an actor is called: people as the log names them, Cairn and the command line in the reader's language.
pub fn actor_name(kind: &str, id: &str, name: &str, lang: Lang) -> String {
    match kind {
        "system" => t(lang, "history-system", &[]),
        "cli" => t(lang, "history-cli", &[("user", id.strip_prefix("cli:").unwrap_or(id).to_owned())]),
        "token" => t(lang, "history-token", &[("who", name.to_owned())]),
        _ => name.to_owned(),
    }
}

/// The text key of an action.
pub fn key_of(action: &str) -> String {
    format!("event-{}", action.replace(['.', '_'], "-"))
}

fn sentence(row: &EventRow, who: &str, lang: Lang) -> String {
    let key = key_of(&row.action);
    let mut params = vec![("who", who.to_owned()), ("what", row.object_label.clone())];
    if !has(lang, &key) {
        // An event of a newer program, read by an older one.
        params.push(("action", row.action.clone()));
        return t(lang, "history-other", &params);
    }
    let details = details(&row.leaf);
    let spoken: Vec<(&str, String)> = details.iter().map(|(name, value)| (name.as_str(), spoken(name, value, lang))).collect();
    params.extend(spoken);
    params.push(("reason", row.reason.clone().unwrap_or_default()));
    t(lang, &key, &params)
}

/// Only the details of a leaf: its images can be large.
fn details(leaf: &str) -> Map<String, Value> {
    #[derive(serde::Deserialize)]
    struct Part {
        #[serde(default)]
        details: Map<String, Value>,
    }
    serde_json::from_str::<Part>(leaf).map(|part| part.details).unwrap_or_default()
}

/// A detail in words: names of roles, states and types are translated where the texts know them.
fn spoken(name: &str, value: &Value, lang: Lang) -> String {
    match value {
        Value::String(text) => {
            let key = format!("{}-{}", name.replace('_', "-"), text.replace('_', "-"));
            let plain = text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
            if plain && has(lang, &key) { t(lang, &key, &[]) } else { text.clone() }
        }
        Value::Array(items) => {
            let all: Vec<String> = items.iter().map(|item| spoken(name, item, lang)).collect();
            all.join(if lang == Lang::En { ", " } else { "、" })
        }
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// Where an object has its page, if it has one.
pub fn page_of(kind: &str, id: &str, label: &str) -> Option<String> {
    // Labels begin with the code or number by which people know the object.
    let code = label.split_whitespace().next().map(crate::web::escape);
    match kind {
        "document" => code.map(|code| format!("/d/{code}")),
        "record" => Some(format!("/r/{id}")),
        "user" => Some(format!("/people/{id}")),
        "organisation" | "unit" | "centre" => Some("/organisation".to_owned()),
        "cycle" => code.map(|number| format!("/p/{number}")),
        "signal" => Some(format!("/kpis/signals/{id}")),
        "scorecard" => Some(format!("/kpis/scorecards/{id}")),
        "review" => Some(format!("/dashboard/reviews/{id}")),
        "profile" => Some(format!("/kpis/profiles/{id}")),
        _ => None,
    }
}
