//! Definitions and their versions: which one counts for a period, what the pack ships, what a quality manager changes
//! (ISO 9001 9.1.1, 7.5.3).
//!
//! Invariant: a version is never rewritten. A change is a new version that counts for periods ending on its first day or later, so that
//! old values keep the definition they were computed with.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use chrono::NaiveDate;
use serde::Deserialize;

use crate::actor::{Actor, Permission};
use crate::db::{Conn, Json, new_id};
use crate::error::{Error, Problem, Result};
use crate::kpi::daybook::DayBook;
use crate::kpi::definition::Definition;
use crate::kpi::expression::Scope;
use crate::kpi::method::{Formula, KpiValue, Lack};
use crate::kpi::model::DefinitionRow;
use crate::kpi::pack::{Limits, Pack};
use crate::kpi::period::Period;
use crate::kpi::store;
use crate::ledger::{Event, WriteTx};
use crate::organisation::CentreType;

/// Most compiled versions that are kept.
const KEPT: usize = 4000;

/// A version of a definition, compiled.
#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    /// Version, from 1.
    pub version: i64,
    /// The definition.
    pub definition: Arc<Definition>,
    /// How it is computed; none = it waits for its data source.
    pub formula: Option<Arc<Formula>>,
}

impl Known {
    /// Reads a row. What was compiled before is not compiled again: a version never changes, and its stored text is compared.
    fn of(row: &DefinitionRow) -> Result<Self> {
        static COMPILED: OnceLock<Mutex<HashMap<String, (Json, Known)>>> = OnceLock::new();
        let kept = COMPILED.get_or_init(Mutex::default);
        let find = |kept: &HashMap<String, (Json, Self)>| {
            kept.get(&row.id).filter(|(body, _)| *body == row.body).map(|(_, known)| known.clone())
        };
        if let Some(known) = find(&kept.lock().unwrap_or_else(PoisonError::into_inner)) {
            return Ok(known);
        }
        let definition = Definition::read(row.body.to()?)?;
        let formula = definition.formula().map(Arc::new);
        let known = Self { version: row.version, definition: Arc::new(definition), formula };
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT {
            kept.clear();
        }
        kept.insert(row.id.clone(), (row.body.clone(), known.clone()));
        Ok(known)
    }

    /// True when a value rests on enough to be scored against limits.
    pub fn scorable(&self, value: &KpiValue, limits: &Limits) -> bool {
        self.definition.scorable(value, limits)
    }
}

/// All versions of all definitions, in the order of the pack.
#[derive(Debug, Clone, Default)]
pub struct DefinitionBook(Vec<Versions>);

impl DefinitionBook {
    /// Reads all versions.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn read(conn: &mut Conn) -> Result<Self> {
        let mut places: HashMap<String, usize> = HashMap::new();
        let mut found: Vec<Versions> = Vec::new();
        for row in store::definition_versions(conn, None)? {
            let place = *places.entry(row.code.clone()).or_insert(found.len());
            if place == found.len() {
                found.push(Versions(Vec::new()));
            }
            found[place].0.push(Known::of(&row)?);
        }
        Ok(Self(found))
    }

    /// The versions that count for a period that ends on a day.
    pub fn on(&self, day: NaiveDate) -> impl Iterator<Item = &Known> {
        self.0.iter().filter_map(move |versions| versions.on(day))
    }

    /// The version of one definition that counts for a period that ends on a day.
    pub fn one_on(&self, code: &str, day: NaiveDate) -> Option<&Known> {
        self.versions(code)?.on(day)
    }

    /// A version of a definition.
    pub(crate) fn version(&self, code: &str, version: i64) -> Option<&Known> {
        self.versions(code)?.0.iter().find(|known| known.version == version)
    }

    fn versions(&self, code: &str) -> Option<&Versions> {
        self.0.iter().find(|versions| versions.0.first().is_some_and(|known| known.definition.code == code))
    }

    /// What any of them looks at beside the plain sums of a period.
    pub fn scope(&self) -> Scope {
        self.0.iter().map(Versions::scope).collect()
    }
}

/// The versions of one definition, oldest first.
#[derive(Debug, Clone)]
pub struct Versions(Vec<Known>);

impl Versions {
    /// Reads them.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a code that nobody defined.
    pub fn of(conn: &mut Conn, code: &str) -> Result<Self> {
        let versions = versions_of(conn, code)?;
        if versions.is_empty() { Err(Error::NotFound) } else { Ok(Self(versions)) }
    }

    /// The one that counts for a period that ends on a day: the newest that has begun and can be computed, else the oldest that can be.
    pub fn on(&self, day: NaiveDate) -> Option<&Known> {
        let computed = || self.0.iter().filter(|known| known.formula.is_some());
        let begun = computed().rev().find(|known| known.definition.starts_on.is_none_or(|from| from <= day));
        begun.or_else(|| computed().next()).or_else(|| self.0.last())
    }

    /// The value of a period by the version that counts for it.
    pub(crate) fn value(&self, book: &DayBook, period: Period) -> KpiValue {
        let formula = self.on(period.to).and_then(|known| known.formula.as_ref());
        let value = formula.map(|formula| formula.evaluate(&book.frames(period, &formula.scope())));
        value.unwrap_or_else(|| KpiValue::lacking(Lack::NotDelivered, Vec::new()))
    }

    /// What any of them looks at beside the plain sums of a period.
    pub fn scope(&self) -> Scope {
        self.0.iter().filter_map(|known| known.formula.as_ref()).map(|formula| formula.scope()).collect()
    }
}

/// All definitions in force, in the order of the pack.
///
/// # Errors
/// When the database refuses.
pub fn definitions(conn: &mut Conn) -> Result<Vec<Known>> {
    Ok(DefinitionBook::read(conn)?.0.into_iter().filter_map(|mut versions| versions.0.pop()).collect())
}

/// A definition by code, in its newest version.
///
/// # Errors
/// [`Error::NotFound`].
pub fn definition(conn: &mut Conn, code: &str) -> Result<Known> {
    versions_of(conn, code)?.pop().ok_or(Error::NotFound)
}

/// The version of a definition that counts for a period that ends on a day.
///
/// # Errors
/// [`Error::NotFound`].
pub fn definition_on(conn: &mut Conn, code: &str, day: NaiveDate) -> Result<Known> {
    Versions::of(conn, code)?.on(day).cloned().ok_or(Error::NotFound)
}

/// A version of a definition.
///
/// # Errors
/// [`Error::NotFound`].
pub fn definition_version(conn: &mut Conn, code: &str, version: i64) -> Result<Known> {
    versions_of(conn, code)?.into_iter().find(|known| known.version == version).ok_or(Error::NotFound)
}

/// All versions of a definition, oldest first.
///
/// # Errors
/// [`Error::NotFound`] for a code that nobody defined, or whoever may not read KPIs.
pub fn definition_history(conn: &mut Conn, actor: &Actor, code: &str) -> Result<Vec<Known>> {
    actor.see(Permission::ReadKpis)?;
    Ok(Versions::of(conn, code)?.0)
}

fn versions_of(conn: &mut Conn, code: &str) -> Result<Vec<Known>> {
    store::definition_versions(conn, Some(code))?.iter().map(Known::of).collect()
}

/// A new definition, or a new version of one.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[schema(as = KpiDefinitionCommand)]
#[serde(deny_unknown_fields)]
pub struct SaveDefinition {
    /// The definition as it shall be.
    pub definition: Definition,
    /// The version that was seen; none for a new code.
    #[serde(default)]
    pub seen: Option<i64>,
    /// Why.
    pub reason: String,
}

/// Adds a KPI, or a version of one. The new version counts for periods that end on its first day or later.
///
/// # Errors
/// [`Error::Invalid`] with every problem and its place; [`Error::Stale`] when somebody changed it meanwhile.
pub fn save_definition(tx: &mut WriteTx<'_>, command: &SaveDefinition) -> Result<Known> {
    tx.actor.require(Permission::ManageKpis)?;
    let mut definition = command.definition.clone();
    definition.origin = "own".to_owned();
    let mut problems = definition.problems(&family_codes(tx)?);
    if definition.method.is_none() {
        problems.push(Problem::field("method.kind", "required"));
    }
    if command.reason.trim().is_empty() {
        problems.push(Problem::field("reason", "required"));
    }
    let before = store::definition_versions(tx, Some(&definition.code))?.pop();
    match (&before, command.seen) {
        (Some(_), None) => problems.push(Problem::field("code", "kpi-definition-taken")),
        (None, Some(_)) => return Err(Error::NotFound),
        (Some(row), Some(seen)) if row.version != seen => return Err(Error::Stale),
        _ => {}
    }
    if let Some(row) = &before {
        let known = Known::of(row)?.definition;
        if definition.starts_on.is_none() {
            problems.push(Problem::field("starts_on", "required"));
        } else if known.starts_on > definition.starts_on {
            problems.push(Problem::field("starts_on", "kpi-definition-starts").with("from", known.starts_on.unwrap_or_default()));
        }
    }
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    let row = put_version(tx, &definition, before)?;
    let label = format!("{} {}", definition.code, definition.zh);
    let event = Event::new("kpi.definition", "kpi", &definition.code, &label).because(Some(&command.reason));
    tx.record(event.detail("version", row.version));
    Known::of(&row)
}

/// Codes of the families that profiles know.
///
/// # Errors
/// When the database refuses.
pub fn family_codes(conn: &mut Conn) -> Result<Vec<String>> {
    Ok(families(conn)?.into_iter().map(|family| family.code).collect())
}

/// The families that profiles know; the shipped ones before the pack is installed.
///
/// # Errors
/// When the database refuses.
pub fn families(conn: &mut Conn) -> Result<Vec<crate::kpi::pack::Family>> {
    if let Some(row) = store::profiles(conn)?.first() {
        return Ok(row.body.to::<crate::kpi::pack::Profile>()?.families);
    }
    Ok(Pack::shipped()?.profiles.into_iter().next().map(|(_, profile)| profile.families).unwrap_or_default())
}

/// Where a KPI is used: its weight within its family by centre type, and how many targets centres have set for it.
///
/// # Errors
/// When the database refuses.
pub fn weights_of(conn: &mut Conn, code: &str) -> Result<(Vec<(CentreType, u32)>, usize)> {
    let mut found = Vec::new();
    for row in store::profiles(conn)? {
        let profile: crate::kpi::pack::Profile = row.body.to()?;
        let weight = profile.kpi.values().find_map(|kpis| kpis.get(code).copied());
        found.extend(weight.map(|weight| (row.centre_type, weight)));
    }
    let targets = store::all_targets(conn)?.into_iter().filter(|target| target.code == code).count();
    Ok((found, targets))
}

/// Writes a version; the one before steps back.
fn put_version(tx: &mut WriteTx<'_>, definition: &Definition, before: Option<DefinitionRow>) -> Result<DefinitionRow> {
    let version = before.as_ref().map_or(1, |row| row.version + 1);
    if let Some(mut old) = before {
        old.in_force = false;
        store::update_definition(tx, &mut old)?;
    }
    let row = DefinitionRow {
        id: new_id(),
        code: definition.code.clone(),
        version,
        family: definition.family.clone(),
        name: definition.zh.clone(),
        name_en: definition.en.clone(),
        unit: definition.unit.clone(),
        direction: definition.direction.clone(),
        body: Json::of(definition)?,
        in_force: true,
        row_version: 1,
    };
    store::insert_definition(tx, &row)?;
    Ok(row)
}

/// Brings the shipped definitions up to date: new ones are added; one that changed gets a new version, unless the organisation has made it
/// its own. Gives how many were written.
pub(super) fn seed_definitions(tx: &mut WriteTx<'_>, pack: &Pack) -> Result<i64> {
    let mut newest: HashMap<String, DefinitionRow> = HashMap::new();
    for row in store::definition_versions(tx, None)? {
        newest.insert(row.code.clone(), row);
    }
    let mut written = 0;
    for definition in &pack.definitions {
        let before = newest.remove(&definition.code);
        let Some(row) = &before else {
            put_version(tx, definition, None)?;
            written += 1;
            continue;
        };
        let known = Known::of(row)?;
        let plain = Definition { starts_on: None, ..(*known.definition).clone() };
        if known.definition.origin != "shipped" || plain == *definition {
            continue;
        }
        // One that could not be computed says nothing about old periods; any other keeps them.
        let starts_on = known.formula.is_some().then(|| tx.now.utc().date_naive());
        put_version(tx, &Definition { starts_on, ..definition.clone() }, before)?;
        written += 1;
    }
    Ok(written)
}
