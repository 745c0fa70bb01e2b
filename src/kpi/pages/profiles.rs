//! `/kpis/profiles`: the profiles of the three centre types side by side, each with its versions, and the form that gives one new weights.
//! Every number says where it comes from.

use std::collections::BTreeMap;

use actix_web::web::Path;
use chrono::NaiveDate;
use serde::Serialize;
use serde_json::json;

use crate::actor::Permission;
use crate::error::{Error, Problem, Result};
use crate::history::{self, Line};
use crate::kpi::pack::{Family, Profile};
use crate::kpi::profile::KpiWeights;
use crate::kpi::{self, Known, ProfileBook, ProfileVersion, SaveProfile};
use crate::organisation::CentreType;
use crate::text::{Lang, t};
use crate::web::{Area, Flash, Form, FormBody, PageResult, Reading, View, Visit};

/// A weight with where it comes from.
#[derive(Serialize)]
struct Figure {
    /// Whole percent; none when the profile does not name it.
    weight: Option<u32>,
    /// `textbook`, `default` or `organisation`.
    provenance: String,
    provenance_name: String,
    reason: Option<String>,
}

impl Figure {
    fn of(weight: u32, provenance: &str, reason: Option<&str>, lang: Lang) -> Self {
        let provenance_name = t(lang, &format!("kpip-from-{provenance}"), &[]);
        Self { weight: Some(weight), provenance: provenance.to_owned(), provenance_name, reason: reason.map(str::to_owned) }
    }

    fn none() -> Self {
        Self { weight: None, provenance: String::new(), provenance_name: String::new(), reason: None }
    }
}

#[derive(Serialize)]
struct Row {
    /// `kind`, `family` or `kpi`.
    level: &'static str,
    name: String,
    href: Option<String>,
    figures: Vec<Figure>,
}

#[derive(Serialize)]
struct Column {
    name: String,
    href: String,
    stress: String,
    version: i64,
    starts_on: Option<String>,
}

#[derive(Serialize)]
struct Matrix {
    columns: Vec<Column>,
    rows: Vec<Row>,
}

/// The profiles side by side.
pub(crate) async fn index(visit: Visit) -> PageResult {
    visit
        .page("kpis/profiles.html", |r| {
            let book = kpi::profiles(r.conn, &r.actor)?;
            let newest =
                |centre_type: &CentreType| book.versions(*centre_type).last().map(|version| (*centre_type, version.clone()));
            let profiles: Vec<(CentreType, ProfileVersion)> = CentreType::ALL.iter().filter_map(newest).collect();
            let columns = profiles.iter().map(|(centre_type, version)| column(*centre_type, version, r.lang)).collect();
            let known = kpi::definitions(r.conn)?;
            let shown: Vec<&Profile> = profiles.iter().map(|(_, version)| version.profile.as_ref()).collect();
            Ok(View::new(Area::Kpis, r.t("kpip-title"), Matrix { columns, rows: rows(&shown, &known, r.lang) }))
        })
        .await
}

fn column(centre_type: CentreType, version: &ProfileVersion, lang: Lang) -> Column {
    Column {
        name: type_name(centre_type, lang),
        href: format!("/kpis/profiles/{}", centre_type.as_str()),
        stress: version.profile.stress(lang).to_owned(),
        version: version.version,
        starts_on: version.profile.starts_on.map(|day| day.to_string()),
    }
}

pub(super) fn type_name(centre_type: CentreType, lang: Lang) -> String {
    t(lang, &format!("centre-type-{}", centre_type.as_str().replace('_', "-")), &[])
}

pub(super) fn kind_name(kind: &str, lang: Lang) -> String {
    t(lang, &format!("kpis-kind-{kind}"), &[])
}

/// Kinds, their families, and the KPIs of these, with the figures of each profile.
fn rows(profiles: &[&Profile], known: &[Known], lang: Lang) -> Vec<Row> {
    let mut rows = Vec::new();
    let families = profiles.first().map(|profile| profile.families.as_slice()).unwrap_or_default();
    for kind in ["qualitative", "quantitative"] {
        let of_kind =
            |profile: &&Profile| profile.kind.get(kind).map(|own| (own.weight, own.provenance.clone(), own.reason.clone()));
        rows.push(row("kind", kind_name(kind, lang), None, profiles.iter().map(of_kind), lang));
        for family in families.iter().filter(|family| family.kind == kind) {
            let own = |profile: &&Profile| {
                let weight = profile.family.get(&family.code)?;
                Some((weight.weight, weight.provenance.clone(), weight.reason.clone()))
            };
            rows.push(row("family", family.name(lang).to_owned(), None, profiles.iter().map(own), lang));
            for code in codes(profiles, &family.code) {
                let own = |profile: &&Profile| {
                    let weight = *profile.kpi.get(&family.code)?.get(&code)?;
                    let (provenance, reason) = profile.provenance(&family.code, &code);
                    Some((weight, provenance.to_owned(), reason.map(str::to_owned)))
                };
                let href = Some(format!("/kpis/definitions/{code}"));
                rows.push(row("kpi", kpi_name(known, &code, lang), href, profiles.iter().map(own), lang));
            }
        }
    }
    rows
}

fn row(
    level: &'static str,
    name: String,
    href: Option<String>,
    figures: impl Iterator<Item = Option<(u32, String, Option<String>)>>,
    lang: Lang,
) -> Row {
    let figure = |found: Option<(u32, String, Option<String>)>| {
        found.map_or_else(Figure::none, |(weight, provenance, reason)| Figure::of(weight, &provenance, reason.as_deref(), lang))
    };
    Row { level, name, href, figures: figures.map(figure).collect() }
}

/// The KPIs that any of the profiles names in a family, the heaviest of the first profile first.
fn codes(profiles: &[&Profile], family: &str) -> Vec<String> {
    let mut found: Vec<(u32, String)> = Vec::new();
    for (code, weight) in profiles.iter().filter_map(|profile| profile.kpi.get(family)).flatten() {
        if !found.iter().any(|(_, known)| known == code) {
            found.push((*weight, code.clone()));
        }
    }
    found.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
    found.into_iter().map(|(_, code)| code).collect()
}

fn kpi_name(known: &[Known], code: &str, lang: Lang) -> String {
    let found = known.iter().find(|known| known.definition.code == code);
    found.map_or_else(|| code.to_owned(), |known| known.definition.name(lang).to_owned())
}

#[derive(Serialize)]
struct Shown {
    name: String,
    code: &'static str,
    stress: String,
    stress_from: String,
    version: i64,
    starts_on: Option<String>,
    rows: Vec<Row>,
    versions: Vec<VersionRow>,
    history: Vec<Line>,
    may_manage: bool,
}

#[derive(Serialize)]
struct VersionRow {
    version: i64,
    starts_on: Option<String>,
    current: bool,
    changes: Vec<String>,
}

fn parsed(code: &str) -> Result<CentreType> {
    CentreType::parse(code).ok_or(Error::NotFound)
}

/// One profile with its versions.
pub(crate) async fn show(visit: Visit, code: Path<String>) -> PageResult {
    visit
        .page("kpis/profile.html", move |r| {
            let centre_type = parsed(&code)?;
            let book = kpi::profiles(r.conn, &r.actor)?;
            let known = kpi::definitions(r.conn)?;
            let newest = book.versions(centre_type).last().ok_or(Error::NotFound)?;
            let profile = &newest.profile;
            let view = Shown {
                name: type_name(centre_type, r.lang),
                code: centre_type.as_str(),
                stress: profile.stress(r.lang).to_owned(),
                stress_from: r.t(&format!("kpip-from-{}", profile.stress_provenance)),
                version: newest.version,
                starts_on: profile.starts_on.map(|day| day.to_string()),
                rows: rows(&[profile.as_ref()], &known, r.lang),
                versions: versions(r, &book, centre_type, &known),
                history: history::of(r.conn, "profile", centre_type.as_str(), r.lang, r.shell.zone)?,
                may_manage: r.actor.may(Permission::ManageKpis),
            };
            Ok(View::new(Area::Kpis, view.name.clone(), view))
        })
        .await
}

/// The versions, newest first, each with what it changed.
fn versions(r: &Reading<'_>, book: &ProfileBook, centre_type: CentreType, known: &[Known]) -> Vec<VersionRow> {
    let all = book.versions(centre_type);
    let counting = book.on(centre_type, r.today).map(|version| version.version);
    let row = |(index, version): (usize, &ProfileVersion)| VersionRow {
        version: version.version,
        starts_on: version.profile.starts_on.map(|day| day.to_string()),
        current: counting == Some(version.version),
        changes: index
            .checked_sub(1)
            .map(|before| changes(&all[before].profile, &version.profile, known, r.lang))
            .unwrap_or_default(),
    };
    all.iter().enumerate().map(row).rev().collect()
}

/// What a version changed: `Service level 30 → 40`.
fn changes(before: &Profile, after: &Profile, known: &[Known], lang: Lang) -> Vec<String> {
    let told = |weight: Option<u32>| weight.map_or("–".to_owned(), |weight| weight.to_string());
    let mut found = Vec::new();
    let mut note = |name: String, old: Option<u32>, new: Option<u32>| {
        if old != new {
            found.push(format!("{name} {} → {}", told(old), told(new)));
        }
    };
    for Family { code, .. } in &after.families {
        let name = after.families.iter().find(|family| family.code == *code).map_or(code.as_str(), |family| family.name(lang));
        let weight = |profile: &Profile| profile.family.get(code).map(|weight| weight.weight);
        note(name.to_owned(), weight(before), weight(after));
        for kpi in codes(&[before, after], code) {
            let weight = |profile: &Profile| profile.kpi.get(code).and_then(|kpis| kpis.get(&kpi)).copied();
            note(format!("{name} / {}", kpi_name(known, &kpi, lang)), weight(before), weight(after));
        }
    }
    found
}

#[derive(Serialize)]
struct Input {
    /// Name of the field.
    field: String,
    name: String,
    value: String,
    provenance: String,
}

#[derive(Serialize)]
struct FamilyForm {
    name: String,
    /// Group of the field's sum.
    code: String,
    weight: Input,
    kpis: Vec<Input>,
    /// Defined KPIs of the family that have no weight.
    others: Vec<Input>,
}

#[derive(Serialize)]
struct KindForm {
    code: &'static str,
    name: String,
    weight: u32,
    /// Given by the textbook: the families must make it up.
    fixed: bool,
    families: Vec<FamilyForm>,
}

#[derive(Serialize)]
struct Editing {
    name: String,
    code: &'static str,
    version: i64,
    kinds: Vec<KindForm>,
    form: serde_json::Value,
}

/// The form with the newest version in it.
pub(crate) async fn edit(visit: Visit, code: Path<String>) -> PageResult {
    form_page(visit, code.into_inner(), None).await
}

/// Gives a type new weights.
pub(crate) async fn change(visit: Visit, code: Path<String>, FormBody(form): FormBody) -> PageResult {
    let code = code.into_inner();
    visit.read(|r| r.actor.require(Permission::ManageKpis)).await?;
    visit.check_csrf(&form)?;
    let centre_type = parsed(&code)?;
    let done = match command(&form) {
        Ok((seen, command)) => visit.write(&form, move |tx| kpi::save_profile(tx, centre_type, seen, &command)).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(version) => {
            let flash = Flash::ok_with("kpip-saved", &version.version.to_string());
            Ok(visit.see_other(&format!("/kpis/profiles/{code}"), flash))
        }
        Err(error @ (Error::Invalid(_) | Error::Stale)) => form_page(visit, code, Some((form, error))).await,
        Err(error) => Err(error.into()),
    }
}

/// What the form means; fields that hold no whole number are named.
fn command(form: &Form) -> Result<(i64, SaveProfile)> {
    let mut problems = Vec::new();
    let mut whole = |field: String, text: &str| match text.trim() {
        "" => None,
        text => text.parse::<u32>().ok().filter(|weight| *weight <= 100).or_else(|| {
            problems.push(Problem::field(field, "kpi-profile-number"));
            None
        }),
    };
    let family: BTreeMap<String, u32> = form
        .group("family.")
        .into_iter()
        .filter_map(|(code, text)| Some((code.clone(), whole(format!("family.{code}"), &text)?)))
        .collect();
    let mut kpi = KpiWeights::new();
    for (name, text) in form.group("kpi.") {
        let weight = whole(format!("kpi.{name}"), &text);
        if let (Some((family, code)), Some(weight)) = (name.split_once('.'), weight) {
            kpi.entry(family.to_owned()).or_default().insert(code.to_owned(), weight);
        }
    }
    let starts_on = form.get("starts_on").and_then(|day| day.parse::<NaiveDate>().ok());
    if starts_on.is_none() {
        problems.push(Problem::field("starts_on", "required"));
    }
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    let seen = form.get("version").and_then(|version| version.parse().ok()).unwrap_or_default();
    let reason = form.get("reason").unwrap_or_default().to_owned();
    Ok((seen, SaveProfile { family, kpi, starts_on: starts_on.unwrap_or_default(), reason }))
}

async fn form_page(visit: Visit, code: String, refused: Option<(Form, Error)>) -> PageResult {
    visit
        .page("kpis/profile_form.html", move |r| {
            r.actor.see(Permission::ManageKpis)?;
            let centre_type = parsed(&code)?;
            let book = kpi::profiles(r.conn, &r.actor)?;
            let newest = book.versions(centre_type).last().ok_or(Error::NotFound)?.clone();
            let view = editing(r, centre_type, &newest, refused.as_ref())?;
            let status =
                refused.as_ref().map_or(200, |(_, error)| if matches!(error, Error::Stale) { 409 } else { error.status() });
            Ok(View::new(Area::Kpis, view.name.clone(), view).status(status))
        })
        .await
}

fn editing(
    r: &mut Reading<'_>,
    centre_type: CentreType,
    newest: &ProfileVersion,
    refused: Option<&(Form, Error)>,
) -> Result<Editing> {
    let profile = &newest.profile;
    let known = kpi::definitions(r.conn)?;
    let mut form = match refused {
        Some((form, error)) => super::form_view(Some((form, error)), r.lang),
        None => {
            let first = kpi::Period::month_of(r.today).months_away(1).from;
            let starts_on = profile.starts_on.map_or(first, |before| before.max(first));
            json!({"values": {"starts_on": starts_on.to_string()}, "errors": {}, "summary": []})
        }
    };
    if let Some((_, Error::Stale)) = refused {
        form["summary"] = json!([{"text": r.t("kpip-stale")}]);
    }
    let typed = refused.map(|(form, _)| form);
    let kind = |code: &'static str| KindForm {
        code,
        name: kind_name(code, r.lang),
        weight: profile.kind_weight(code),
        fixed: profile.kind.get(code).is_some_and(|weight| weight.provenance == "textbook"),
        families: profile
            .families
            .iter()
            .filter(|family| family.kind == code)
            .map(|family| family_form(profile, family, &known, typed, r.lang))
            .collect(),
    };
    Ok(Editing {
        name: type_name(centre_type, r.lang),
        code: centre_type.as_str(),
        version: newest.version,
        kinds: vec![kind("qualitative"), kind("quantitative")],
        form,
    })
}

fn family_form(profile: &Profile, family: &Family, known: &[Known], typed: Option<&Form>, lang: Lang) -> FamilyForm {
    let from = |provenance: &str| t(lang, &format!("kpip-from-{provenance}"), &[]);
    let value = |field: &str, weight: Option<u32>| match typed {
        Some(form) => form.get(field).unwrap_or_default().to_owned(),
        None => weight.map(|weight| weight.to_string()).unwrap_or_default(),
    };
    let code = &family.code;
    let input = |kpi: &str| {
        let field = format!("kpi.{code}.{kpi}");
        let weight = profile.kpi.get(code).and_then(|kpis| kpis.get(kpi)).copied();
        let provenance = if weight.is_some() { from(profile.provenance(code, kpi).0) } else { String::new() };
        Input { value: value(&field, weight), name: kpi_name(known, kpi, lang), provenance, field }
    };
    let weighed = codes(&[profile], code);
    let own = known.iter().map(|known| &known.definition).filter(|definition| definition.family == *code);
    let others = own.filter(|definition| !weighed.contains(&definition.code)).map(|definition| input(&definition.code)).collect();
    let field = format!("family.{code}");
    let weight = profile.family.get(code);
    FamilyForm {
        name: family.name(lang).to_owned(),
        code: code.clone(),
        weight: Input {
            value: value(&field, weight.map(|weight| weight.weight)),
            name: family.name(lang).to_owned(),
            provenance: weight.map(|weight| from(&weight.provenance)).unwrap_or_default(),
            field,
        },
        kpis: weighed.iter().map(|kpi| input(kpi)).collect(),
        others,
    }
}
