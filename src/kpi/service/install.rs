//! Seeds: the shipped definitions and profiles become facts of the organisation; and a centre's own targets.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Deserialize;

use super::definitions::{definition, seed_definitions};
use crate::actor::Permission;
use crate::db::{Conn, Json, new_id};
use crate::error::{Error, Problem, Result};
use crate::kpi::model::{ProfileRow, TargetRow};
use crate::kpi::pack::{Definition, Limits, Pack, Profile};
use crate::kpi::store;
use crate::ledger::{Event, WriteTx};
use crate::organisation::{self, CentreType};
use crate::web::lenient;

/// Makes the shipped definitions and profiles facts. A shipped definition that changed gets a new version; what the organisation made its
/// own stays as it is.
///
/// # Errors
/// When the pack or the database refuses.
pub fn install_pack(tx: &mut WriteTx<'_>) -> Result<()> {
    tx.actor.require(Permission::ManageKpis)?;
    seed(tx)
}

/// The same as part of an import, which has asked for its own permission: what is shipped with the program is nobody's setting, and a
/// token made for imports alone must be able to begin.
///
/// # Errors
/// When the pack or the database refuses.
pub(super) fn seed(tx: &mut WriteTx<'_>) -> Result<()> {
    let pack = Pack::shipped()?;
    let mut added = seed_definitions(tx, &pack)?;
    for (centre_type, profile) in &pack.profiles {
        match store::profile(tx, *centre_type) {
            Ok(_) => {}
            Err(Error::NotFound) => {
                let row = ProfileRow {
                    id: new_id(),
                    centre_type: *centre_type,
                    version: 1,
                    body: Json::of(profile)?,
                    in_force: true,
                    row_version: 1,
                };
                store::insert_profile(tx, &row)?;
                added += 1;
            }
            Err(error) => return Err(error),
        }
    }
    if added > 0 {
        tx.record(Event::new("kpi.pack", "organisation", "org", "KPI").detail("added", added));
    }
    Ok(())
}

/// The profile of a centre type with its version.
///
/// # Errors
/// [`Error::NotFound`] before the pack was installed.
pub fn profile(conn: &mut Conn, centre_type: CentreType) -> Result<(i64, Profile)> {
    let row = store::profile(conn, centre_type)?;
    Ok((row.version, row.body.to()?))
}

/// Sets a centre's own target for a KPI from a day on.
#[derive(Debug, Clone, Deserialize)]
pub struct SetTarget {
    /// KPI code.
    pub code: String,
    /// Centre id.
    pub centre_id: String,
    /// First day on which it counts.
    pub starts_on: NaiveDate,
    /// Score 100.
    #[serde(default, deserialize_with = "optional_number")]
    pub target: Option<f64>,
    /// Score 0, edge of the allowed range.
    #[serde(default, deserialize_with = "optional_number")]
    pub floor: Option<f64>,
    /// Band from …
    #[serde(default, deserialize_with = "optional_number")]
    pub low: Option<f64>,
    /// … to.
    #[serde(default, deserialize_with = "optional_number")]
    pub high: Option<f64>,
    /// Outer limit below.
    #[serde(default, deserialize_with = "optional_number")]
    pub outer_low: Option<f64>,
    /// Outer limit above.
    #[serde(default, deserialize_with = "optional_number")]
    pub outer_high: Option<f64>,
    /// Why.
    pub reason: String,
}

/// A number that a form sends as text; absent = none.
///
/// # Errors
/// When it is no number.
pub(crate) fn optional_number<'de, D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Option<f64>, D::Error> {
    lenient::float(deserializer).map(Some)
}

impl SetTarget {
    fn limits(&self) -> Limits {
        Limits {
            target: self.target,
            floor: self.floor,
            low: self.low,
            high: self.high,
            outer_low: self.outer_low,
            outer_high: self.outer_high,
        }
    }
}

/// Sets a target; the same day again changes it.
///
/// # Errors
/// [`Error::Invalid`] when it cannot be scored against, or no reason is given.
pub fn set_target(tx: &mut WriteTx<'_>, command: &SetTarget) -> Result<TargetRow> {
    tx.actor.require_at(Permission::ManageKpis, &command.centre_id)?;
    let centre = organisation::centre(tx, &command.centre_id)?;
    let known = definition(tx, &command.code)?;
    if command.reason.trim().is_empty() {
        return Err(Error::Invalid(vec![Problem::field("reason", "required")]));
    }
    let limits = command.limits();
    limits.check(&known.definition.direction)?;
    let row = match store::target(tx, &command.code, &centre.id, command.starts_on)? {
        Some(mut row) => {
            row.body = Json::of(&limits)?;
            store::update_target(tx, &mut row)?;
            row
        }
        None => {
            let row = TargetRow {
                id: new_id(),
                code: command.code.clone(),
                centre_id: centre.id.clone(),
                starts_on: command.starts_on,
                body: Json::of(&limits)?,
                row_version: 1,
            };
            store::insert_target(tx, &row)?;
            row
        }
    };
    let label = format!("{} {}", centre.code, known.definition.zh);
    let event = Event::new("kpi.target", "centre", &centre.id, &label).because(Some(&command.reason));
    tx.record(event.detail("code", command.code.clone()).detail("starts_on", command.starts_on.to_string()));
    Ok(row)
}

/// The limits that count for a centre on a day: its own, else those of the definitions.
#[derive(Debug, Clone, Default)]
pub struct LimitBook(BTreeMap<String, Vec<(NaiveDate, Limits)>>);

impl LimitBook {
    /// Reads a centre's own targets.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn of(conn: &mut Conn, centre_id: &str) -> Result<Self> {
        let mut book: BTreeMap<String, Vec<(NaiveDate, Limits)>> = BTreeMap::new();
        for row in store::targets(conn, centre_id)? {
            book.entry(row.code).or_default().push((row.starts_on, row.body.to()?));
        }
        Ok(Self(book))
    }

    /// Reads the targets of all centres, by centre id.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn everywhere(conn: &mut Conn) -> Result<BTreeMap<String, Self>> {
        let mut books: BTreeMap<String, Self> = BTreeMap::new();
        for row in store::all_targets(conn)? {
            books.entry(row.centre_id).or_default().0.entry(row.code).or_default().push((row.starts_on, row.body.to()?));
        }
        Ok(books)
    }

    /// The limits of a KPI on a day.
    pub fn limits(&self, definition: &Definition, on: NaiveDate) -> Limits {
        self.own(&definition.code, on).map_or(definition.limits, |(_, limits)| limits)
    }

    /// The centre's own limits of a KPI on a day, with their first day.
    pub fn own(&self, code: &str, on: NaiveDate) -> Option<(NaiveDate, Limits)> {
        self.0.get(code)?.iter().rev().find(|(starts_on, _)| *starts_on <= on).copied()
    }
}
