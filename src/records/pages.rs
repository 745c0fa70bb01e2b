//! Registers: the list of forms, and the records made on one of them.

use std::collections::BTreeMap;

use actix_web::web::{Path, Query};
use chrono::NaiveDate;
use serde::Serialize;

use super::{Counted, Draft, Filter, Record, State, service};
use crate::actor::Permission;
use crate::db::Instant;
use crate::error::{Problem, Result};
use crate::forms::{self, Definition, Field, Form, Kind};
use crate::history;
use crate::numbering;
use crate::organisation::{self, Centre};
use crate::text::{Lang, t};
use crate::web::{Area, PageResult, Reading, View, Visit, address, escape};

/// Records on one page of a register.
const PAGE: i64 = 50;
/// Columns a register shows of its form.
const COLUMNS: usize = 4;

pub(super) type Params = BTreeMap<String, String>;

#[derive(Serialize)]
struct Row {
    code: String,
    title: String,
    version: Option<String>,
    href: String,
    fill: Option<String>,
    submitted: i64,
    last: Option<Instant>,
}

#[derive(Serialize)]
struct Waiting {
    id: String,
    code: String,
    title: String,
    since: Instant,
}

#[derive(Serialize)]
struct Index {
    rows: Vec<Row>,
    drafts: Vec<Waiting>,
    /// Only one's own records are counted.
    own: bool,
}

pub(super) async fn index(visit: Visit) -> PageResult {
    visit
        .page("records/index.html", |r| {
            let forms = forms::in_force(r.conn)?;
            let counts = service::counts_by_form(r.conn, &r.actor)?;
            let drafts = service::drafts_of(r.conn, &r.actor.id)?;
            let may_fill = r.actor.may(Permission::FillRecords);
            let view = Index {
                rows: rows(&forms, counts, may_fill, r.lang),
                drafts: drafts.into_iter().map(|draft| waiting(draft, r.lang)).collect(),
                own: !r.actor.may(Permission::ReadRecords),
            };
            Ok(View::new(Area::Records, r.t("records-title"), view))
        })
        .await
}

fn waiting(draft: Draft, lang: Lang) -> Waiting {
    let (own, other) = if lang == Lang::En { (draft.title_en, draft.title_zh) } else { (draft.title_zh, draft.title_en) };
    Waiting { id: draft.id, code: draft.code, title: own.or(other).unwrap_or_default(), since: draft.created_at }
}

/// Forms in force with their counts, then registers whose form is no longer in force.
fn rows(forms: &[Form], counts: Vec<Counted>, may_fill: bool, lang: Lang) -> Vec<Row> {
    let path = |code: &str| format!("/records/{}", escape(code));
    let mut rows: Vec<Row> = forms
        .iter()
        .map(|form| {
            let counted = counts.iter().find(|counted| counted.form_id == form.document_id);
            Row {
                code: form.code.clone(),
                title: form.title(lang).to_owned(),
                version: Some(form.label.clone()),
                href: path(&form.code),
                fill: may_fill.then(|| format!("{}/new", path(&form.code))),
                submitted: counted.map_or(0, |counted| counted.submitted),
                last: counted.and_then(|counted| counted.last),
            }
        })
        .collect();
    let old = counts.into_iter().filter(|counted| !forms.iter().any(|form| form.document_id == counted.form_id));
    rows.extend(old.map(|counted| Row {
        href: path(&counted.code),
        title: String::new(),
        version: None,
        fill: None,
        submitted: counted.submitted,
        last: counted.last,
        code: counted.code,
    }));
    rows
}

#[derive(Serialize)]
struct Choice {
    value: String,
    label: String,
}

#[derive(Serialize, Default)]
struct Asked {
    values: Params,
    errors: Params,
}

#[derive(Serialize)]
struct Item {
    field: String,
    text: String,
}

#[derive(Serialize)]
struct Line {
    id: String,
    number: Option<String>,
    state: &'static str,
    centre: String,
    author: String,
    at: Instant,
    cells: Vec<String>,
}

#[derive(Serialize)]
struct Register {
    code: String,
    title: String,
    version: String,
    path: String,
    in_force: bool,
    form: Asked,
    items: Vec<Item>,
    states: Vec<Choice>,
    centres: Vec<Choice>,
    columns: Vec<String>,
    rows: Vec<Line>,
    next: Option<String>,
    newest: Option<String>,
    export: String,
    fill: Option<String>,
    /// What a number says, in words.
    number_note: String,
    /// Something was asked for; otherwise an empty register is simply new.
    filtered: bool,
}

pub(super) async fn register(visit: Visit, path: Path<String>, Query(asked): Query<Params>) -> PageResult {
    visit
        .page("records/register.html", move |r| {
            let form = forms::known(r.conn, &path)?;
            let definition = form.definition()?;
            let centres = organisation::centres(r.conn)?;
            let (filter, problems) = read(&asked, &form, &definition, &centres, r);
            let records = if problems.is_empty() { service::list(r.conn, &r.actor, &filter, PAGE + 1)? } else { Vec::new() };
            let status = if problems.is_empty() { 200 } else { 422 };
            let title = format!("{} {}", form.code, form.title(r.lang));
            let view = show(r, &asked, &form, &definition, &centres, &problems, &records)?;
            Ok(View::new(Area::Records, title, view).status(status))
        })
        .await
}

fn show(
    r: &mut Reading<'_>,
    asked: &Params,
    form: &Form,
    definition: &Definition,
    centres: &[Centre],
    problems: &[Problem],
    records: &[Record],
) -> Result<Register> {
    let page = usize::try_from(PAGE).unwrap_or(50);
    let shown = columns(definition);
    let in_force = forms::current(r.conn, &form.document_id)?.is_some();
    let path = format!("/records/{}", escape(&form.code));
    let before = records.get(page).and(records.get(page - 1)).map(|record| link(&path, asked, &record.id));
    let rows: Result<Vec<Line>> = records.iter().take(page).map(|record| line(record, &shown, centres, r.lang)).collect();
    Ok(Register {
        code: form.code.clone(),
        title: form.title(r.lang).to_owned(),
        version: form.label.clone(),
        in_force,
        form: Asked { values: asked.clone(), errors: problems.iter().map(|p| (p.field.clone(), p.message(r.lang))).collect() },
        items: problems.iter().map(|p| Item { field: p.field.clone(), text: p.message(r.lang) }).collect(),
        states: State::ALL
            .iter()
            .map(|state| Choice { value: state.as_str().into(), label: r.t(&format!("state-{}", state.as_str())) })
            .collect(),
        centres: centres
            .iter()
            .map(|centre| Choice { value: centre.code.clone(), label: centre.name(r.lang).to_owned() })
            .collect(),
        columns: shown.iter().map(|field| field.label.get(r.lang).to_owned()).collect(),
        rows: rows?,
        next: before,
        newest: asked.contains_key("before").then(|| link(&path, asked, "")),
        export: link(&format!("{path}/export"), asked, ""),
        fill: (in_force && r.actor.may(Permission::FillRecords)).then(|| format!("{path}/new")),
        number_note: number_note(definition, r)?,
        filtered: asked.values().any(|value| !value.trim().is_empty()),
        path,
    })
}

/// What the numbers of a register say: an example of this month, and when they begin again.
fn number_note(definition: &Definition, r: &Reading<'_>) -> Result<String> {
    let scheme = definition.number.as_deref().unwrap_or(numbering::DEFAULT_NUMBER);
    let key = match numbering::number_period(scheme, r.today)?.len() {
        0 => "records-number-ever",
        4 => "records-number-year",
        _ => "records-number-month",
    };
    Ok(t(r.lang, key, &[("example", numbering::render_number(scheme, r.today, 3)?)]))
}

/// The first fields that fit a table.
fn columns(definition: &Definition) -> Vec<&Field> {
    definition.fields.iter().filter(|field| field.kind != Kind::Longtext).take(COLUMNS).collect()
}

fn line(record: &Record, shown: &[&Field], centres: &[Centre], lang: Lang) -> Result<Line> {
    let values = record.values()?;
    Ok(Line {
        id: record.id.clone(),
        number: record.number.clone(),
        state: record.state.as_str(),
        centre: centre_name(record, centres, lang),
        author: record.author_name.clone(),
        at: record.submitted_at.unwrap_or(record.created_at),
        cells: shown.iter().map(|field| values.get(&field.id).map(|value| field.show(value, lang)).unwrap_or_default()).collect(),
    })
}

pub(super) fn centre_name(record: &Record, centres: &[Centre], lang: Lang) -> String {
    let centre = centres.iter().find(|centre| Some(&centre.id) == record.centre_id.as_ref());
    centre.map(|centre| centre.name(lang).to_owned()).unwrap_or_default()
}

fn link(path: &str, asked: &Params, before: &str) -> String {
    let value = |name: &str| asked.get(name).map_or("", String::as_str);
    let mut params: Vec<(&str, &str)> =
        ["q", "state", "centre", "from", "to"].into_iter().map(|name| (name, value(name))).collect();
    params.push(("before", before));
    address(path, &params)
}

/// The filter that an address means, and what is wrong with it.
pub(super) fn read(
    asked: &Params,
    form: &Form,
    definition: &Definition,
    centres: &[Centre],
    r: &Reading<'_>,
) -> (Filter, Vec<Problem>) {
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
    let zone = r.shell.zone;
    let words = text("q");
    let centre =
        text("centre").map(|code| centres.iter().find(|centre| centre.code == code).map_or(code, |centre| centre.id.clone()));
    let filter = Filter {
        form_id: form.document_id.clone(),
        state: text("state").and_then(|state| State::parse(&state)),
        centre_id: centre,
        from: from.map(|day| history::begins(day, zone)),
        until: to.and_then(|day| day.succ_opt()).map(|day| history::begins(day, zone)),
        options: words.as_deref().map(|words| options(definition, words)).unwrap_or_default(),
        text: words,
        before: text("before"),
    };
    (filter, problems)
}

/// Options whose label holds the words.
fn options(definition: &Definition, words: &str) -> Vec<(String, String)> {
    let words = words.to_lowercase();
    let holds = |label: &str| label.to_lowercase().contains(&words);
    let of = |field: &Field| -> Vec<(String, String)> {
        let found = field.options.iter().filter(|option| Lang::ALL.iter().any(|lang| holds(option.label.get(*lang))));
        found.map(|option| (field.id.clone(), option.value.clone())).collect()
    };
    definition.fields.iter().flat_map(of).collect()
}
