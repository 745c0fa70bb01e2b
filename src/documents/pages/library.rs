//! The library on one address: the list with its filters, the register of controlled documents for printing, the pyramid.

use actix_web::web::{Path, Query};
use serde::{Deserialize, Serialize};

use super::super::library::{self, map};
use super::super::model::{State, Version};
use super::super::service::read::{self, Entry};
use super::super::{Filter, command::Extra};
use crate::actor::Permission;
use crate::error::Result;
use crate::organisation;
use crate::text::{Lang, t};
use crate::web::{Area, Cell, PageResult, Reading, Sheet, SheetFormat, View, Visit};

/// Rows on a page.
const PAGE: i64 = 50;

/// What the address asks for; a value that means nothing is as if it were not there.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    view: String,
    #[serde(default)]
    tier: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    owner: String,
    #[serde(default)]
    q: String,
    #[serde(default)]
    after: String,
    #[serde(default)]
    before: String,
}

impl Asked {
    fn filter(&self) -> Filter {
        let given = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        Filter {
            tier: self.tier.parse().ok().filter(|tier| (1..=4).contains(tier)),
            state: State::parse(&self.state),
            owner: given(&self.owner),
            query: given(&self.q),
            after: given(&self.after),
            before: given(&self.before),
            limit: PAGE,
        }
    }

    /// The address of the list with these filters, without some of them and with others.
    fn href(&self, path: &str, without: &[&str], with: &[(&str, &str)]) -> String {
        let own = [("tier", &self.tier), ("state", &self.state), ("owner", &self.owner), ("q", &self.q)];
        let kept = own
            .iter()
            .filter(|(name, value)| !value.trim().is_empty() && !without.contains(name))
            .map(|(name, value)| (*name, value.as_str()));
        let pairs: Vec<String> =
            kept.chain(with.iter().copied()).map(|(name, value)| format!("{name}={}", library::escape(value, false))).collect();
        if pairs.is_empty() { path.to_owned() } else { format!("{path}?{}", pairs.join("&")) }
    }
}

#[derive(Serialize)]
struct Tab {
    label: String,
    href: String,
    current: bool,
}

#[derive(Serialize)]
struct Choice {
    value: String,
    label: String,
}

#[derive(Serialize)]
struct Chip {
    label: String,
    href: String,
}

#[derive(Serialize)]
struct Open {
    label: String,
    state: &'static str,
    href: String,
}

#[derive(Serialize)]
struct Row {
    code: String,
    title: String,
    tier: String,
    owner: String,
    label: String,
    state: &'static str,
    effective_on: Option<String>,
    href: String,
    open: Option<Open>,
}

#[derive(Serialize)]
struct ListView {
    tabs: Vec<Tab>,
    rows: Vec<Row>,
    tiers: Vec<Choice>,
    states: Vec<Choice>,
    owners: Vec<Choice>,
    tier: String,
    state: String,
    owner: String,
    q: String,
    chips: Vec<Chip>,
    first: Option<String>,
    next: Option<String>,
    count: usize,
    more: bool,
    file: String,
    register: String,
    may_create: bool,
}

pub(crate) async fn index(visit: Visit, asked: Query<Asked>) -> PageResult {
    let asked = asked.into_inner();
    match asked.view.as_str() {
        "map" => pyramid(visit).await,
        "register" => register(visit, asked).await,
        _ => list(visit, asked).await,
    }
}

async fn list(visit: Visit, asked: Asked) -> PageResult {
    visit
        .kept_page("documents/library.html", move |r| {
            Ok(View::new(Area::Documents, r.t("layout-area-documents"), list_view(r, &asked)?))
        })
        .await
}

async fn pyramid(visit: Visit) -> PageResult {
    visit
        .kept_page("documents/map.html", |r| {
            let tabs = tabs(r.lang, "map");
            let map = map::map(r.conn, &r.actor, r.lang)?;
            Ok(View::new(Area::Documents, r.t("library-map-title"), serde_json::json!({"map": map, "tabs": tabs})))
        })
        .await
}

async fn register(visit: Visit, asked: Asked) -> PageResult {
    visit
        .kept_page("documents/register.html", move |r| {
            let entries = library::all(r.conn, &r.actor, &asked.filter())?;
            let rows: Vec<Row> = entries.iter().map(|entry| row(entry, r.lang)).collect();
            let title = r.t("library-register");
            let back = asked.href("/documents", &[], &[]);
            let file = asked.href("/documents/register", &[], &[]);
            let view = serde_json::json!({"rows": rows, "back": back, "file": file, "on": r.today.to_string()});
            let mut page = View::new(Area::Documents, title.clone(), view);
            page.print = Some([title, t(r.lang, "library-on", &[("day", r.today.to_string())])]);
            Ok(page)
        })
        .await
}

/// The register as a file.
pub(crate) async fn register_file(visit: Visit, path: Path<SheetFormat>, asked: Query<Asked>) -> PageResult {
    let file = visit
        .read(move |r| {
            let entries = library::all(r.conn, &r.actor, &asked.filter())?;
            let head = ["code", "title", "tier", "owner", "version", "state", "effective"];
            let sheet = Sheet {
                name: format!("documents-{}", r.today),
                head: head.map(|key| r.t(&format!("library-{key}"))).into(),
                rows: entries.iter().map(|entry| cells(entry, r.lang)).collect(),
            };
            sheet.file(*path)
        })
        .await?;
    Ok(file.answer())
}

fn cells(Entry { document, version, .. }: &Entry, lang: Lang) -> Vec<Cell> {
    let state = t(lang, &format!("state-{}", version.state.as_str().replace('_', "-")), &[]);
    let texts = [document.code.as_str(), version.title(lang)].map(Cell::from);
    let more = [Cell::from(document.owner.as_str()), version.label.as_str().into(), state.into(), version.effective_on.into()];
    texts.into_iter().chain([document.tier.into()]).chain(more).collect()
}

fn tabs(lang: Lang, now: &str) -> Vec<Tab> {
    [("list", "/documents"), ("map", "/documents?view=map")]
        .into_iter()
        .map(|(name, href)| Tab { label: t(lang, &format!("library-view-{name}"), &[]), href: href.into(), current: name == now })
        .collect()
}

fn list_view(r: &mut Reading<'_>, asked: &Asked) -> Result<ListView> {
    let filter = asked.filter();
    let mut entries = read::list(r.conn, &r.actor, &filter)?;
    let shown = usize::try_from(PAGE).unwrap_or(usize::MAX);
    let more = entries.len() > shown;
    let back = filter.before.is_some();
    if more && back {
        entries.remove(0);
    }
    entries.truncate(shown);
    let key = |entry: Option<&Entry>| entry.map(|entry| entry.document.code_key.clone());
    // Whoever went back came from a later page, whoever went on from an earlier one.
    let last = key(entries.last()).filter(|_| more || back);
    let first = key(entries.first()).filter(|_| if back { more } else { filter.after.is_some() });
    let owners = owners(r)?;
    Ok(ListView {
        tabs: tabs(r.lang, "list"),
        rows: entries.iter().map(|entry| row(entry, r.lang)).collect(),
        tiers: (1..=4).map(|tier| Choice { value: tier.to_string(), label: tier_name(r.lang, tier) }).collect(),
        states: states(r),
        chips: chips(r.lang, asked, &filter, &owners),
        owners,
        tier: filter.tier.map(|tier| tier.to_string()).unwrap_or_default(),
        state: filter.state.map(State::as_str).unwrap_or_default().to_owned(),
        owner: filter.owner.unwrap_or_default(),
        q: filter.query.unwrap_or_default(),
        first: first.map(|key| asked.href("/documents", &[], &[("before", &key)])),
        next: last.map(|key| asked.href("/documents", &[], &[("after", &key)])),
        count: entries.len(),
        more,
        file: asked.href("/documents/register", &[], &[]),
        register: asked.href("/documents", &[], &[("view", "register")]),
        may_create: r.actor.may(Permission::WriteDocuments),
    })
}

/// States that the reader can meet.
fn states(r: &Reading<'_>) -> Vec<Choice> {
    let drafts =
        r.actor.may(Permission::ReadDrafts) || r.actor.may(Permission::WriteDocuments) || r.actor.may(Permission::ReviewDocuments);
    let name = |state: State| Choice { value: state.as_str().to_owned(), label: state_name(r.lang, state) };
    State::ALL.iter().copied().filter(|state| drafts || state.public()).map(name).collect()
}

fn owners(r: &mut Reading<'_>) -> Result<Vec<Choice>> {
    let lang = r.lang;
    let units = organisation::units(r.conn)?;
    let name = |unit: &organisation::Unit| match lang {
        Lang::En => unit.name_en.clone().unwrap_or_else(|| unit.name.clone()),
        Lang::Zh => unit.name.clone(),
    };
    Ok(units.iter().map(|unit| Choice { value: unit.code.clone(), label: format!("{} {}", unit.code, name(unit)) }).collect())
}

fn chips(lang: Lang, asked: &Asked, filter: &Filter, owners: &[Choice]) -> Vec<Chip> {
    let mut all = Vec::new();
    let mut add = |name: &str, label: String| all.push(Chip { label, href: asked.href("/documents", &[name], &[]) });
    if let Some(tier) = filter.tier {
        add("tier", tier_name(lang, tier));
    }
    if let Some(state) = filter.state {
        add("state", state_name(lang, state));
    }
    if let Some(owner) = &filter.owner {
        let label =
            owners.iter().find(|choice| choice.value == *owner).map_or_else(|| owner.clone(), |choice| choice.label.clone());
        add("owner", label);
    }
    if let Some(query) = &filter.query {
        add("q", t(lang, "library-quoted", &[("text", query.clone())]));
    }
    all
}

fn tier_name(lang: Lang, tier: i64) -> String {
    t(lang, &format!("tier-{tier}"), &[])
}

fn state_name(lang: Lang, state: State) -> String {
    t(lang, &format!("state-{}", state.as_str().replace('_', "-")), &[])
}

fn row(entry: &Entry, lang: Lang) -> Row {
    let Entry { document, version, open } = entry;
    let href = |version: &Version| library::reader_href(&document.code, version);
    // The version's own owner: a draft may name another unit than the document has now.
    let owner = version.extras().map(|Extra { owner, .. }| owner).unwrap_or_else(|_| document.owner.clone());
    Row {
        code: document.code.clone(),
        title: version.title(lang).to_owned(),
        tier: tier_name(lang, document.tier),
        owner,
        label: version.label.clone(),
        state: version.state.as_str(),
        effective_on: version.effective_on.map(|day| day.to_string()),
        href: href(version),
        open: open.as_ref().map(|version| Open {
            label: version.label.clone(),
            state: version.state.as_str(),
            href: href(version),
        }),
    }
}
