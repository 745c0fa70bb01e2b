//! Queries of records.

use diesel::prelude::*;

use super::model::{Counted, Draft, Filter, Reach, Record, State};
use crate::db::schema::{document_versions, documents, records};
use crate::db::{Conn, Instant};
use crate::error::{Error, Result};
use crate::ledger::WriteTx;

diesel::define_sql_function! {
    /// Folds case for matching.
    fn lower(text: diesel::sql_types::Text) -> diesel::sql_types::Text;
}

pub(super) fn record(conn: &mut Conn, id: &str) -> Result<Record> {
    Ok(records::table.find(id).select(Record::as_select()).first(conn)?)
}

pub(super) fn insert(tx: &mut WriteTx<'_>, row: &Record) -> Result<()> {
    diesel::insert_into(records::table).values(row).execute(&mut **tx)?;
    tx.image(row)
}

pub(super) fn update(tx: &mut WriteTx<'_>, row: &mut Record, seen: i64) -> Result<()> {
    row.row_version = seen + 1;
    let drafts =
        records::table.filter(records::id.eq(&row.id).and(records::row_version.eq(seen)).and(records::state.eq(State::Draft)));
    let n = diesel::update(drafts).set(&*row).execute(&mut **tx)?;
    if n == 0 {
        return Err(Error::Stale);
    }
    tx.image(row)
}

pub(super) fn delete_draft(tx: &mut WriteTx<'_>, id: &str) -> Result<()> {
    let n = diesel::delete(records::table.filter(records::id.eq(id).and(records::state.eq(State::Draft)))).execute(&mut **tx)?;
    if n == 0 {
        return Err(Error::Stale);
    }
    tx.image_gone::<Record>(id);
    Ok(())
}

/// A pattern that finds words as they stand.
fn holding(words: &str) -> String {
    format!("%{}%", words.to_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"))
}

/// Words as they stand inside JSON text.
fn in_json(words: &str) -> String {
    let quoted = serde_json::Value::from(words).to_string();
    quoted.trim_matches('"').to_owned()
}

pub(super) fn list(conn: &mut Conn, filter: &Filter, reach: &Reach, me: &str, limit: i64) -> Result<Vec<Record>> {
    let mut query = records::table.filter(records::form_id.eq(&filter.form_id)).into_boxed();
    if let Reach::Centres(centres) = reach {
        query = query.filter(
            records::author_id
                .eq(me)
                .or(records::centre_id.is_not_null().and(records::centre_id.assume_not_null().eq_any(centres))),
        );
    }
    if let Some(state) = filter.state {
        query = query.filter(records::state.eq(state));
    }
    if let Some(centre) = &filter.centre_id {
        query = query.filter(records::centre_id.eq(centre));
    }
    if let Some(from) = filter.from {
        query = query.filter(records::submitted_at.ge(from).or(records::submitted_at.is_null().and(records::created_at.ge(from))));
    }
    if let Some(until) = filter.until {
        query =
            query.filter(records::submitted_at.lt(until).or(records::submitted_at.is_null().and(records::created_at.lt(until))));
    }
    if let Some(words) = &filter.text {
        // An option is stored by its value, but people search for its label: a few of them are tried as well.
        let mut options = filter.options.iter().map(|(field, value)| holding(&format!("\"{field}\":\"{value}\"")));
        let [one, two, three, four] = [(); 4].map(|()| options.next().unwrap_or_else(|| holding(&in_json(words))));
        let content = || lower(records::content);
        query = query.filter(
            content()
                .like(holding(&in_json(words)))
                .escape('\\')
                .or(content().like(one).escape('\\'))
                .or(content().like(two).escape('\\'))
                .or(content().like(three).escape('\\'))
                .or(content().like(four).escape('\\'))
                .or(lower(records::author_name).like(holding(words)).escape('\\'))
                .or(records::number.is_not_null().and(lower(records::number.assume_not_null()).like(holding(words)).escape('\\'))),
        );
    }
    if let Some(before) = &filter.before {
        query = query.filter(records::id.lt(before));
    }
    Ok(query.order(records::id.desc()).limit(limit).select(Record::as_select()).load(conn)?)
}

/// The latest submitted records of a form within reach, by submission.
pub(super) fn recent(conn: &mut Conn, form_id: &str, reach: &Reach, me: &str, limit: i64) -> Result<Vec<Record>> {
    let filter = Filter { form_id: form_id.to_owned(), state: Some(State::Submitted), ..Filter::default() };
    list(conn, &filter, reach, me, limit)
}

/// Submitted records per form within reach.
pub(super) fn counts(conn: &mut Conn, reach: &Reach, me: &str) -> Result<Vec<Counted>> {
    use diesel::dsl::{count_star, max};
    let submitted = records::table.inner_join(documents::table).filter(records::state.eq(State::Submitted));
    let columns = (records::form_id, max(documents::code), count_star(), max(records::submitted_at));
    let rows: Vec<(String, Option<String>, i64, Option<Instant>)> = match reach {
        Reach::All => submitted.group_by(records::form_id).select(columns).load(conn)?,
        Reach::Centres(centres) => {
            let theirs = records::centre_id.is_not_null().and(records::centre_id.assume_not_null().eq_any(centres));
            submitted.filter(records::author_id.eq(me).or(theirs)).group_by(records::form_id).select(columns).load(conn)?
        }
    };
    let counted = |(form_id, code, submitted, last): (String, Option<String>, i64, Option<Instant>)| Counted {
        form_id,
        code: code.unwrap_or_default(),
        submitted,
        last,
    };
    Ok(rows.into_iter().map(counted).collect())
}

/// Drafts of a person, oldest first.
pub(super) fn drafts_of(conn: &mut Conn, person: &str) -> Result<Vec<Draft>> {
    Ok(records::table
        .inner_join(documents::table)
        .inner_join(document_versions::table.on(document_versions::id.eq(records::form_version_id)))
        .filter(records::author_id.eq(person).and(records::state.eq(State::Draft)))
        .order(records::created_at)
        .limit(200)
        .select((records::id, documents::code, document_versions::title_zh, document_versions::title_en, records::created_at))
        .load(conn)?)
}

/// Submitted records after an id.
pub(super) fn submitted_after(conn: &mut Conn, after: &str, limit: i64) -> Result<Vec<Record>> {
    Ok(records::table
        .filter(records::id.gt(after).and(records::state.eq(State::Submitted)))
        .order(records::id)
        .limit(limit)
        .select(Record::as_select())
        .load(conn)?)
}
