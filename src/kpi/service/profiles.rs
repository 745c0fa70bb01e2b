//! Profiles of centre types and their versions, and which KPIs do not apply to a centre (ISO 9001 9.1.1, 9.1.3).
//!
//! Invariant: a version is never rewritten. A change is a new version that counts for periods ending on its first day or later, so that
//! old cards keep the weights they were scored with.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use serde::Deserialize;

use super::definitions::{definition, definitions};
use crate::actor::{Actor, Permission};
use crate::db::{Conn, Json, new_id};
use crate::error::{Error, Problem, Result};
use crate::kpi::model::{Applicability, ProfileRow};
use crate::kpi::profile::{KpiWeights, Profile};
use crate::kpi::store;
use crate::ledger::{Event, WriteTx};
use crate::organisation::{self, CentreType};

/// A profile in one version.
#[derive(Debug, Clone, PartialEq)]
pub struct ProfileVersion {
    /// Version, from 1.
    pub version: i64,
    /// What it says.
    pub profile: Arc<Profile>,
}

/// All versions of the profiles.
#[derive(Debug, Clone, Default)]
pub struct ProfileBook(Vec<(CentreType, Vec<ProfileVersion>)>);

impl ProfileBook {
    /// Reads all versions.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn read(conn: &mut Conn) -> Result<Self> {
        let mut found: Vec<(CentreType, Vec<ProfileVersion>)> = Vec::new();
        for row in store::profile_versions(conn, None)? {
            let version = version(&row)?;
            match found.iter_mut().find(|(centre_type, _)| *centre_type == row.centre_type) {
                Some((_, versions)) => versions.push(version),
                None => found.push((row.centre_type, vec![version])),
            }
        }
        Ok(Self(found))
    }

    /// The version of a type that counts for a period that ends on a day: the newest that has begun, else the oldest.
    pub fn on(&self, centre_type: CentreType, day: NaiveDate) -> Option<&ProfileVersion> {
        let versions = self.versions(centre_type);
        versions.iter().rev().find(|version| version.profile.starts_on.is_none_or(|from| from <= day)).or_else(|| versions.first())
    }

    /// All versions of a type, oldest first.
    pub fn versions(&self, centre_type: CentreType) -> &[ProfileVersion] {
        self.0.iter().find(|(own, _)| *own == centre_type).map_or(&[], |(_, versions)| versions)
    }
}

fn version(row: &ProfileRow) -> Result<ProfileVersion> {
    Ok(ProfileVersion { version: row.version, profile: Arc::new(row.body.to()?) })
}

/// All profiles with their versions, for whoever reads KPIs.
///
/// # Errors
/// [`Error::NotFound`] for whoever may not.
pub fn profiles(conn: &mut Conn, actor: &Actor) -> Result<ProfileBook> {
    actor.see(Permission::ReadKpis)?;
    ProfileBook::read(conn)
}

/// Other weights for a centre type, from a day on.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[schema(as = KpiProfileCommand)]
#[serde(deny_unknown_fields)]
pub struct SaveProfile {
    /// Weight per family, whole percent.
    pub family: BTreeMap<String, u32>,
    /// Weight per KPI within its family, whole percent.
    #[schema(value_type = Object)]
    pub kpi: KpiWeights,
    /// First day of periods for which they count.
    pub starts_on: NaiveDate,
    /// Why.
    pub reason: String,
}

/// Gives a centre type a new version of its profile.
///
/// # Errors
/// [`Error::Invalid`] with every sum that is not right and its place; [`Error::Stale`] when somebody changed it meanwhile.
pub fn save_profile(tx: &mut WriteTx<'_>, centre_type: CentreType, seen: i64, command: &SaveProfile) -> Result<ProfileVersion> {
    tx.actor.require(Permission::ManageKpis)?;
    let mut before = store::profile(tx, centre_type)?;
    if before.version != seen {
        return Err(Error::Stale);
    }
    let old: Profile = before.body.to()?;
    let reason = command.reason.trim();
    let next = old.decided(&command.family, &command.kpi, command.starts_on, reason);
    let mut problems = unknown(tx, &old, command)?;
    problems.extend(next.problems());
    if old.starts_on.is_some_and(|from| from > command.starts_on) {
        problems.push(Problem::field("starts_on", "kpi-definition-starts").with("from", old.starts_on.unwrap_or_default()));
    }
    if reason.is_empty() {
        problems.push(Problem::field("reason", "required"));
    }
    if problems.is_empty() && (&next.family, &next.kpi) == (&old.family, &old.kpi) {
        problems.push(Problem::whole("kpi-profile-same"));
    }
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    before.in_force = false;
    store::update_profile(tx, &mut before)?;
    let body = Json::of(&next)?;
    let row = ProfileRow { id: new_id(), centre_type, version: seen + 1, body, in_force: true, row_version: 1 };
    store::insert_profile(tx, &row)?;
    let event = Event::new("kpi.profile", "profile", centre_type.as_str(), &old.zh).because(Some(reason));
    tx.record(event.detail("version", row.version).detail("starts_on", command.starts_on.to_string()));
    version(&row)
}

/// Families that the profile does not have, and KPIs that are not defined or stand in another family.
fn unknown(conn: &mut Conn, old: &Profile, command: &SaveProfile) -> Result<Vec<Problem>> {
    let known = definitions(conn)?;
    let mut problems = Vec::new();
    for family in command.family.keys().chain(command.kpi.keys()).filter(|family| !old.family.contains_key(*family)) {
        problems.push(Problem::field(format!("family.{family}"), "unknown-choice"));
    }
    for (family, code) in command.kpi.iter().flat_map(|(family, kpis)| kpis.keys().map(move |code| (family, code))) {
        let here = known.iter().any(|known| known.definition.code == *code && known.definition.family == *family);
        let before = old.kpi.get(family).is_some_and(|kpis| kpis.contains_key(code));
        if !here && !before {
            problems.push(Problem::field(format!("kpi.{family}.{code}"), "unknown-choice"));
        }
    }
    Ok(problems)
}

/// Switches a KPI of a centre off or on, from a day on.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetApplicability {
    /// Code of the KPI.
    pub code: String,
    /// Id of the centre.
    pub centre_id: String,
    /// First day of periods for which it counts.
    pub starts_on: NaiveDate,
    /// It applies.
    pub applies: bool,
    /// Why.
    pub reason: String,
}

/// Switches a KPI of a centre off or on; the same day again changes it.
///
/// # Errors
/// [`Error::Invalid`] without a reason; [`Error::NotFound`] for an unknown KPI.
pub fn set_applicability(tx: &mut WriteTx<'_>, command: &SetApplicability) -> Result<Applicability> {
    tx.actor.require_at(Permission::ManageKpis, &command.centre_id)?;
    let centre = organisation::centre(tx, &command.centre_id)?;
    let known = definition(tx, &command.code)?;
    let reason = command.reason.trim();
    if reason.is_empty() {
        return Err(Error::field("reason", "required"));
    }
    let all = store::applicability(tx, &centre.id)?;
    let row = match all.into_iter().find(|row| row.code == command.code && row.starts_on == command.starts_on) {
        Some(mut row) => {
            (row.applies, row.reason) = (command.applies, reason.to_owned());
            store::update_applicability(tx, &mut row)?;
            row
        }
        None => {
            let row = Applicability {
                id: new_id(),
                centre_id: centre.id.clone(),
                code: command.code.clone(),
                starts_on: command.starts_on,
                applies: command.applies,
                reason: reason.to_owned(),
                row_version: 1,
            };
            store::insert_applicability(tx, &row)?;
            row
        }
    };
    let action = if command.applies { "kpi.applies" } else { "kpi.off" };
    let label = format!("{} {}", centre.code, known.definition.zh);
    let event = Event::new(action, "centre", &centre.id, &label).because(Some(reason));
    tx.record(event.detail("code", command.code.clone()).detail("starts_on", command.starts_on.to_string()));
    Ok(row)
}

/// Which KPIs do not apply to a centre.
#[derive(Debug, Clone, Default)]
pub struct SwitchBook(BTreeMap<String, Vec<Applicability>>);

impl SwitchBook {
    /// Reads the switches of a centre.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn of(conn: &mut Conn, centre_id: &str) -> Result<Self> {
        let mut book = Self::default();
        store::applicability(conn, centre_id)?.into_iter().for_each(|row| book.take(row));
        Ok(book)
    }

    /// Reads the switches of all centres, by centre id.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn everywhere(conn: &mut Conn) -> Result<BTreeMap<String, Self>> {
        let mut books: BTreeMap<String, Self> = BTreeMap::new();
        for row in store::applicability_everywhere(conn)? {
            books.entry(row.centre_id.clone()).or_default().take(row);
        }
        Ok(books)
    }

    fn take(&mut self, row: Applicability) {
        self.0.entry(row.code.clone()).or_default().push(row);
    }

    /// The switch that counts for a period that ends on a day; none: nobody ever touched it, so it applies.
    pub fn switch(&self, code: &str, day: NaiveDate) -> Option<&Applicability> {
        self.0.get(code)?.iter().rev().find(|row| row.starts_on <= day)
    }

    /// Whether a KPI is switched off.
    pub fn off(&self, code: &str, day: NaiveDate) -> bool {
        self.switch(code, day).is_some_and(|row| !row.applies)
    }
}
