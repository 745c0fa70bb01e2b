//! Use cases of records.

use chrono_tz::Tz;
use serde_json::json;

use super::model::{Counted, Draft, FillRecord, Filter, Reach, Record, State};
use super::{find, store};
use crate::actor::{Actor, Permission};
use crate::db::{Conn, Json, new_id};
use crate::error::{Error, Problem, Result};
use crate::forms::{self, Form};
use crate::ledger::{Event, WriteTx, canonical, sha256_hex};
use crate::numbering;
use crate::organisation::{self, Centre};

/// Begins a record on the form version in force; with `submit` it is checked, numbered and locked at once.
///
/// # Errors
/// [`Error::NotFound`] when no version of the form is in force; [`Error::Invalid`] naming each value as `values.<id>`;
/// [`Error::Forbidden`] without the permission at the centre.
pub fn fill(tx: &mut WriteTx<'_>, command: &FillRecord) -> Result<Record> {
    tx.actor.require(Permission::FillRecords)?;
    let form = forms::by_code(tx, &command.form)?;
    let centre = centre_of(tx, command)?;
    let mut record = Record {
        id: new_id(),
        form_id: form.document_id.clone(),
        form_version_id: form.version_id.clone(),
        number: None,
        state: State::Draft,
        centre_id: centre.as_ref().map(|centre| centre.id.clone()),
        content: Json::of(&form.definition()?.keep(&command.values))?,
        author_id: tx.actor.id.clone(),
        author_name: tx.actor.name.clone(),
        created_at: tx.now,
        submitted_at: None,
        content_hash: None,
        row_version: 1,
    };
    if command.submit {
        submit(tx, &mut record, &form, centre.as_ref(), command)?;
    }
    store::insert(tx, &record)?;
    find::index(tx, &record, &form)?;
    tx.record(event(if command.submit { "records.submit" } else { "records.draft" }, &record, &form));
    Ok(record)
}

/// Saves a draft of one's own, or submits it. A draft follows its form: it is always on the version in force.
///
/// # Errors
/// As [`fill`]; [`Error::NotFound`] for somebody else's; [`Error::Conflict`] when it is locked, or its form no longer in force;
/// [`Error::Stale`] when it was saved meanwhile.
pub fn save(tx: &mut WriteTx<'_>, id: &str, command: &FillRecord) -> Result<Record> {
    tx.actor.require(Permission::FillRecords)?;
    let mut record = own_draft(tx, id)?;
    let seen = command.row_version.unwrap_or(record.row_version);
    if seen != record.row_version {
        return Err(Error::Stale);
    }
    let form = forms::current(tx, &record.form_id)?.ok_or_else(|| Error::conflict("record-form-gone"))?;
    let centre = centre_of(tx, command)?;
    record.form_version_id.clone_from(&form.version_id);
    record.centre_id = centre.as_ref().map(|centre| centre.id.clone());
    record.content = Json::of(&form.definition()?.keep(&command.values))?;
    if command.submit {
        submit(tx, &mut record, &form, centre.as_ref(), command)?;
    }
    store::update(tx, &mut record, seen)?;
    find::index(tx, &record, &form)?;
    tx.record(event(if command.submit { "records.submit" } else { "records.save" }, &record, &form));
    Ok(record)
}

/// Submits a draft of one's own as it was saved. What its form does not ask for any more is left out.
///
/// # Errors
/// As [`save`].
pub fn submit_saved(tx: &mut WriteTx<'_>, id: &str, seen: i64) -> Result<Record> {
    tx.actor.require(Permission::FillRecords)?;
    let record = own_draft(tx, id)?;
    let form = forms::current(tx, &record.form_id)?.ok_or_else(|| Error::conflict("record-form-gone"))?;
    let centre = organisation::centres(tx)?.into_iter().find(|centre| Some(&centre.id) == record.centre_id.as_ref());
    let written: forms::Values = record.values()?.into_iter().collect();
    let command = FillRecord {
        centre: centre.map(|centre| centre.code),
        values: form.definition()?.keep(&written).into_iter().collect(),
        submit: true,
        row_version: Some(seen),
        ..FillRecord::default()
    };
    save(tx, id, &command)
}

/// Throws a draft of one's own away; it never had a number.
///
/// # Errors
/// As [`save`].
pub fn discard(tx: &mut WriteTx<'_>, id: &str) -> Result<()> {
    tx.actor.require(Permission::FillRecords)?;
    let record = own_draft(tx, id)?;
    let form = forms::on_version(tx, &record.form_version_id)?;
    store::delete_draft(tx, id)?;
    tx.record(event("records.discard", &record, &form));
    Ok(())
}

/// A draft that this actor began. Whoever may only read it learns that it exists, not more.
fn own_draft(tx: &mut WriteTx<'_>, id: &str) -> Result<Record> {
    let record = store::record(tx, id)?;
    if !record.visible_to(&tx.actor) {
        return Err(Error::NotFound);
    }
    if record.state == State::Submitted {
        return Err(Error::conflict("record-locked"));
    }
    if record.author_id != tx.actor.id {
        return Err(Error::forbidden("record-not-yours"));
    }
    Ok(record)
}

fn centre_of(tx: &mut WriteTx<'_>, command: &FillRecord) -> Result<Option<Centre>> {
    let Some(code) = command.centre.as_deref().map(str::trim).filter(|code| !code.is_empty()) else { return Ok(None) };
    let unknown = || Error::Invalid(vec![Problem::field("centre", "record-centre").with("code", code)]);
    let centre =
        organisation::centre_by_code(tx, code).map_err(|error| if matches!(error, Error::NotFound) { unknown() } else { error })?;
    if !centre.active {
        return Err(unknown());
    }
    tx.actor.require_at(Permission::FillRecords, &centre.id)?;
    Ok(Some(centre))
}

/// Checks, numbers and locks. The serial is drawn in the transaction that uses it, so a refused record leaves no gap.
fn submit(tx: &mut WriteTx<'_>, record: &mut Record, form: &Form, centre: Option<&Centre>, command: &FillRecord) -> Result<()> {
    let definition = form.definition()?;
    let values = definition.check(&command.values)?;
    let zone: Tz = organisation::get(tx)?.zone.parse().map_err(Error::internal)?;
    let day = tx.now.utc().with_timezone(&zone).date_naive();
    let scheme = definition.number.as_deref().unwrap_or(numbering::DEFAULT_NUMBER);
    let key = format!("record/{}/{}", record.form_id, numbering::number_period(scheme, day)?);
    let serial = organisation::next_serial(tx, &key)?;
    let label = numbering::render_number(scheme, day, serial)?;
    let content = json!({
        "form": form.code,
        "version": form.label,
        "number": label,
        "centre": centre.map(|centre| centre.code.as_str()),
        "author": record.author_name,
        "submitted_at": tx.now,
        "values": values,
    });
    record.content_hash = Some(sha256_hex(canonical(&content)?.as_bytes()));
    record.content = Json::of(&values)?;
    record.number = Some(label);
    record.state = State::Submitted;
    record.submitted_at = Some(tx.now);
    Ok(())
}

fn event(action: &'static str, record: &Record, form: &Form) -> Event {
    let label = match &record.number {
        Some(number) => format!("{} {number}", form.code),
        None => form.code.clone(),
    };
    Event::new(action, "record", &record.id, &label).detail("version", form.label.clone())
}

/// A record.
///
/// # Errors
/// [`Error::NotFound`] when there is none, or this actor may not see it.
pub fn get(conn: &mut Conn, actor: &Actor, id: &str) -> Result<Record> {
    let record = store::record(conn, id)?;
    if record.visible_to(actor) { Ok(record) } else { Err(Error::NotFound) }
}

/// A page of a register, newest first: what the actor may see of it.
///
/// # Errors
/// When the database refuses.
pub fn list(conn: &mut Conn, actor: &Actor, filter: &Filter, limit: i64) -> Result<Vec<Record>> {
    store::list(conn, filter, &Reach::of(actor), &actor.id, limit)
}

/// The latest submitted records of a form that the actor may see.
///
/// # Errors
/// When the database refuses.
pub fn recent(conn: &mut Conn, actor: &Actor, form_id: &str, limit: i64) -> Result<Vec<Record>> {
    store::recent(conn, form_id, &Reach::of(actor), &actor.id, limit)
}

/// Submitted records per form, of those the actor may see.
///
/// # Errors
/// When the database refuses.
pub fn counts_by_form(conn: &mut Conn, actor: &Actor) -> Result<Vec<Counted>> {
    store::counts(conn, &Reach::of(actor), &actor.id)
}

/// Drafts that wait for a person, oldest first.
///
/// # Errors
/// When the database refuses.
pub fn drafts_of(conn: &mut Conn, person: &str) -> Result<Vec<Draft>> {
    store::drafts_of(conn, person)
}
