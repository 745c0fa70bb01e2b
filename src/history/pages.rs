//! The ledger page and the page of one event.

use std::collections::BTreeMap;

use actix_web::web::{Path, Query};
use chrono::NaiveDate;
use serde::Serialize;

use super::{GROUPS, KINDS, Proof, Row, Search, actor_name, find, key_of, proof};
use crate::error::{Error, Problem, Result};
use crate::ledger::store;
use crate::text::{Lang, has, t};
use crate::web::{Area, PageResult, Reading, View, Visit, address};

/// Events on one page.
const PAGE: i64 = 50;

#[derive(Serialize)]
struct Choice {
    value: String,
    label: String,
}

#[derive(Serialize)]
struct Item {
    field: String,
    text: String,
}

#[derive(Serialize, Default)]
struct Asked {
    values: BTreeMap<String, String>,
    errors: BTreeMap<String, String>,
}

#[derive(Serialize)]
struct Index {
    rows: Vec<Row>,
    form: Asked,
    items: Vec<Item>,
    actors: Vec<Choice>,
    groups: Vec<Choice>,
    kinds: Vec<Choice>,
    next: Option<String>,
    newest: Option<String>,
    size: u64,
    root: String,
}

type Params = BTreeMap<String, String>;

pub(super) async fn index(visit: Visit, Query(asked): Query<Params>) -> PageResult {
    visit
        .page("history/ledger.html", move |r| {
            let (search, problems) = read(&asked);
            let refused = !problems.is_empty();
            let rows = if refused { Vec::new() } else { find(r.conn, &r.actor, &search, r.lang, r.shell.zone, PAGE + 1)? };
            let status = if refused { 422 } else { 200 };
            let view = list(r, &asked, &problems, rows)?;
            Ok(View::new(Area::Admin, r.t("history-ledger"), view).status(status))
        })
        .await
}

fn list(r: &mut Reading<'_>, asked: &Params, problems: &[Problem], mut rows: Vec<Row>) -> Result<Index> {
    r.actor.see(crate::actor::Permission::ReadLedger)?;
    let head = store::head(r.conn, false)?;
    let more = i64::try_from(rows.len()).unwrap_or(0) > PAGE;
    rows.truncate(usize::try_from(PAGE).unwrap_or(50));
    let next = rows.last().filter(|_| more).map(|row| link(asked, &row.line.seq.to_string()));
    let errors = problems.iter().map(|p| (p.field.clone(), p.message(r.lang))).collect();
    Ok(Index {
        rows,
        form: Asked { values: asked.clone(), errors },
        items: problems.iter().map(|p| Item { field: p.field.clone(), text: p.message(r.lang) }).collect(),
        actors: actors(r)?,
        groups: choices(GROUPS, "history-group-", r.lang),
        kinds: choices(KINDS, "history-kind-", r.lang),
        next,
        newest: asked.contains_key("before").then(|| link(asked, "")),
        size: head.frontier.size(),
        root: head.root,
    })
}

fn link(asked: &Params, before: &str) -> String {
    let value = |name: &str| asked.get(name).map_or("", String::as_str);
    let mut params: Vec<(&str, &str)> = ["who", "what", "kind", "from", "to"].into_iter().map(|name| (name, value(name))).collect();
    params.push(("before", before));
    address("/ledger", &params)
}

/// Everyone who ever acted, once each.
fn actors(r: &mut Reading<'_>) -> Result<Vec<Choice>> {
    let mut all: Vec<Choice> = Vec::new();
    for (id, name) in store::actors(r.conn)? {
        if all.iter().any(|choice| choice.value == id) {
            continue;
        }
        let kind = match id.as_str() {
            "system" => "system",
            other if other.starts_with("cli:") => "cli",
            _ => "person",
        };
        let label = actor_name(kind, &id, &name, r.lang);
        all.push(Choice { value: id, label });
    }
    Ok(all)
}

fn choices(names: &[&str], prefix: &str, lang: Lang) -> Vec<Choice> {
    let choice = |name: &&str| Choice { value: (*name).to_owned(), label: t(lang, &format!("{prefix}{name}"), &[]) };
    names.iter().map(choice).collect()
}

/// The search that an address means, and what is wrong with it.
fn read(asked: &Params) -> (Search, Vec<Problem>) {
    let text = |name: &str| asked.get(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
    let mut problems = Vec::new();
    let mut day = |name: &str| {
        let text = text(name)?;
        let parsed = text.parse::<NaiveDate>().ok();
        if parsed.is_none() {
            problems.push(Problem::field(name, "ledger-day").with("value", text));
        }
        parsed
    };
    let (from, to) = (day("from"), day("to"));
    let before = text("before").and_then(|value| value.parse().ok());
    (Search { who: text("who"), what: text("what"), kind: text("kind"), from, to, before }, problems)
}

#[derive(Serialize)]
struct Show {
    proof: Proof,
    tables: Vec<String>,
    kind: String,
    action: String,
}

pub(super) async fn show(visit: Visit, path: Path<String>) -> PageResult {
    visit
        .page("history/event.html", move |r| {
            let seq = path.parse::<i64>().map_err(|_| Error::NotFound)?;
            let proof = proof(r.conn, &r.actor, seq, r.lang, r.shell.zone)?;
            let title = t(r.lang, "history-event", &[("seq", seq.to_string())]);
            let tables = proof.images.iter().map(|image| name_of(r.lang, "history-table-", &image.table)).collect();
            let kind = name_of(r.lang, "history-kind-", &proof.object_kind);
            let action = key_of(&proof.action);
            Ok(View::new(Area::Admin, title, Show { proof, tables, kind, action }))
        })
        .await
}

/// The name of a table or kind in the page's language; what the texts do not know stays as stored.
fn name_of(lang: Lang, prefix: &str, name: &str) -> String {
    let key = format!("{prefix}{}", name.replace('_', "-"));
    if has(lang, &key) { t(lang, &key, &[]) } else { name.to_owned() }
}
