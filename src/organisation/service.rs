//! Use cases of the organisation.

use chrono::NaiveDate;
use chrono_tz::Tz;

use super::model::{Centre, ChangeOrganisation, NewCentre, NewOrganisation, NewUnit, Organisation, Scheme, Unit};
use super::store;
use crate::actor::Permission;
use crate::db::{Conn, new_id};
use crate::error::{Error, Problem, Result};
use crate::ledger::{Event, WriteTx};
use crate::numbering;
use crate::web::Shell;

/// Schemes a new organisation starts with: code and version label per tier.
const SCHEMES: [(&str, i64, &str); 8] = [
    ("document_code", 1, "QM-{nn}"),
    ("document_code", 2, "QP-{nn}"),
    ("document_code", 3, "WI-{nn}"),
    ("document_code", 4, "FR-{nn}"),
    ("version_label", 1, "A/0"),
    ("version_label", 2, "A/0"),
    ("version_label", 3, "A/0"),
    ("version_label", 4, "A/0"),
];

/// Reads an IANA zone.
///
/// # Errors
/// [`Error::Invalid`] naming the field.
fn parse_zone(field: &str, name: &str) -> Result<Tz> {
    name.trim().parse().map_err(|_| Error::Invalid(vec![Problem::field(field, "unknown-zone").with("zone", name)]))
}

fn required(fields: &[(&str, &str)]) -> Result<()> {
    let problems: Vec<Problem> =
        fields.iter().filter(|(_, value)| value.trim().is_empty()).map(|(field, _)| Problem::field(*field, "required")).collect();
    if problems.is_empty() { Ok(()) } else { Err(Error::Invalid(problems)) }
}

/// What is wrong with an organisation as typed.
pub fn problems_of(command: &NewOrganisation) -> Vec<Problem> {
    let named = required(&[("code", &command.code), ("name", &command.name)]);
    let placed = parse_zone("zone", &command.zone);
    [named.err(), placed.err()].into_iter().flatten().flat_map(|error| error.problems().to_vec()).collect()
}

/// Creates the organisation with its schemes; only once.
///
/// # Errors
/// [`Error::Conflict`] when there is one already; [`Error::Invalid`] for bad fields.
pub fn set_up(tx: &mut WriteTx<'_>, command: &NewOrganisation) -> Result<Organisation> {
    if store::organisation(tx)?.is_some() {
        return Err(Error::conflict("already-set-up"));
    }
    let problems = problems_of(command);
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    let zone = parse_zone("zone", &command.zone)?;
    let row = Organisation {
        id: "org".into(),
        code: command.code.trim().to_owned(),
        name: command.name.trim().to_owned(),
        name_en: command.name_en.clone(),
        zone: zone.name().to_owned(),
        demo: command.demo,
        created_at: tx.now,
        row_version: 1,
    };
    store::insert_organisation(tx, &row)?;
    for (purpose, tier, pattern) in SCHEMES {
        let scheme = Scheme { id: new_id(), purpose: purpose.into(), tier, pattern: pattern.into(), row_version: 1 };
        store::insert_scheme(tx, &scheme)?;
    }
    tx.record(Event::new("organisation.set_up", "organisation", "org", &row.name));
    Ok(row)
}

/// Changes name and zone. Days that have begun keep their dates.
///
/// # Errors
/// [`Error::Stale`] when it was changed meanwhile; [`Error::Invalid`] for bad fields.
pub fn change(tx: &mut WriteTx<'_>, command: &ChangeOrganisation) -> Result<Organisation> {
    tx.actor.require(Permission::ManageOrganisation)?;
    required(&[("name", &command.name)])?;
    let zone = parse_zone("zone", &command.zone)?;
    let mut row = get(tx)?;
    command.name.trim().clone_into(&mut row.name);
    row.name_en.clone_from(&command.name_en);
    zone.name().clone_into(&mut row.zone);
    store::update_organisation(tx, &mut row, command.row_version)?;
    tx.record(Event::new("organisation.change", "organisation", "org", &row.name));
    Ok(row)
}

/// The organisation.
///
/// # Errors
/// [`Error::NotFound`] before set-up.
pub fn get(conn: &mut Conn) -> Result<Organisation> {
    store::organisation(conn)?.ok_or(Error::NotFound)
}

/// The day it is in the organisation's zone when a change is made.
///
/// # Errors
/// When the database refuses.
pub fn today(tx: &mut WriteTx<'_>) -> Result<NaiveDate> {
    let now = tx.now;
    Ok(shell(tx)?.today(now))
}

/// What the pages' shell shows of it.
///
/// # Errors
/// When the database refuses.
pub fn shell(conn: &mut Conn) -> Result<Shell> {
    let Some(row) = store::organisation(conn)? else { return Ok(Shell::default()) };
    Ok(Shell { zone: row.zone.parse().unwrap_or(Tz::UTC), demo: row.demo, name: Some((row.name, row.name_en)) })
}

/// Zones that set-up and forms suggest; any other IANA name may be typed.
pub fn common_zones() -> Vec<&'static str> {
    let wanted = [
        "Asia/Shanghai",
        "Asia/Urumqi",
        "Asia/Hong_Kong",
        "Asia/Taipei",
        "Asia/Singapore",
        "Asia/Tokyo",
        "Asia/Dubai",
        "UTC",
        "Europe/London",
        "Europe/Berlin",
        "America/New_York",
        "America/Los_Angeles",
        "Australia/Sydney",
    ];
    wanted.into_iter().filter(|name| name.parse::<Tz>().is_ok()).collect()
}

/// All units by code.
///
/// # Errors
/// When the database refuses.
pub fn units(conn: &mut Conn) -> Result<Vec<Unit>> {
    store::units(conn)
}

/// Adds a unit.
///
/// # Errors
/// [`Error::Conflict`] when the code is taken.
pub fn create_unit(tx: &mut WriteTx<'_>, command: &NewUnit) -> Result<Unit> {
    tx.actor.require(Permission::ManageOrganisation)?;
    required(&[("code", &command.code), ("name", &command.name)])?;
    let row = Unit {
        id: new_id(),
        code: command.code.trim().to_owned(),
        name: command.name.trim().to_owned(),
        name_en: command.name_en.clone(),
        row_version: 1,
    };
    store::insert_unit(tx, &row)?;
    tx.record(Event::new("unit.create", "unit", &row.id, &row.name));
    Ok(row)
}

/// All centres by code.
///
/// # Errors
/// When the database refuses.
pub fn centres(conn: &mut Conn) -> Result<Vec<Centre>> {
    store::centres(conn)
}

/// A centre by id.
///
/// # Errors
/// [`Error::NotFound`].
pub fn centre(conn: &mut Conn, id: &str) -> Result<Centre> {
    store::centre(conn, id)
}

/// A centre by code.
///
/// # Errors
/// [`Error::NotFound`].
pub fn centre_by_code(conn: &mut Conn, code: &str) -> Result<Centre> {
    store::centre_by_code(conn, code)
}

/// The zone in which a centre's days begin.
///
/// # Errors
/// When what is stored is no zone.
pub fn zone_of(centre: &Centre) -> Result<Tz> {
    parse_zone("zone", &centre.zone)
}

/// Adds a centre.
///
/// # Errors
/// [`Error::Conflict`] when the code is taken; [`Error::Invalid`] for bad fields.
pub fn create_centre(tx: &mut WriteTx<'_>, command: &NewCentre) -> Result<Centre> {
    tx.actor.require(Permission::ManageOrganisation)?;
    required(&[("code", &command.code), ("name", &command.name)])?;
    let zone = match &command.zone {
        Some(name) => parse_zone("zone", name)?.name().to_owned(),
        None => get(tx)?.zone,
    };
    let row = Centre {
        id: new_id(),
        code: command.code.trim().to_owned(),
        name: command.name.trim().to_owned(),
        name_en: command.name_en.clone(),
        unit_id: command.unit_id.clone(),
        zone,
        centre_type: command.centre_type,
        active: true,
        row_version: 1,
    };
    store::insert_centre(tx, &row)?;
    tx.record(Event::new("centre.create", "centre", &row.id, &row.name));
    Ok(row)
}

/// Changes name, type or state of a centre; the code stays.
///
/// # Errors
/// [`Error::Stale`] when it was changed meanwhile.
pub fn change_centre(tx: &mut WriteTx<'_>, id: &str, command: &NewCentre, active: bool, seen: i64) -> Result<Centre> {
    tx.actor.require(Permission::ManageOrganisation)?;
    required(&[("name", &command.name)])?;
    let mut row = store::centre(tx, id)?;
    row.name = command.name.trim().to_owned();
    row.name_en.clone_from(&command.name_en);
    row.unit_id.clone_from(&command.unit_id);
    row.centre_type = command.centre_type;
    row.active = active;
    store::update_centre(tx, &mut row, seen)?;
    tx.record(Event::new("centre.change", "centre", &row.id, &row.name));
    Ok(row)
}

/// All numbering schemes.
///
/// # Errors
/// When the database refuses.
pub fn schemes(conn: &mut Conn) -> Result<Vec<Scheme>> {
    store::schemes(conn)
}

/// The scheme for a purpose and tier.
///
/// # Errors
/// [`Error::NotFound`] before set-up.
pub fn scheme(conn: &mut Conn, purpose: &str, tier: i64) -> Result<Scheme> {
    store::scheme(conn, purpose, tier)
}

/// Changes a scheme; what has a code or label keeps it.
///
/// # Errors
/// [`Error::Invalid`] for a pattern by which no code or label could be made; /// [`Error::Stale`] when it was changed meanwhile.
pub fn change_scheme(tx: &mut WriteTx<'_>, purpose: &str, tier: i64, pattern: &str, seen: i64) -> Result<Scheme> {
    tx.actor.require(Permission::ManageOrganisation)?;
    let mut row = store::scheme(tx, purpose, tier)?;
    match purpose {
        // Any name does for the words in braces; only the pattern is looked at.
        "document_code" => numbering::code_parts(pattern.trim(), "X", "X").map(drop)?,
        _ => numbering::check_label(pattern)?,
    }
    row.pattern = pattern.trim().to_owned();
    store::update_scheme(tx, &mut row, seen)?;
    tx.record(
        Event::new("scheme.change", "organisation", "org", &format!("{purpose} {tier}")).detail("pattern", row.pattern.clone()),
    );
    Ok(row)
}
