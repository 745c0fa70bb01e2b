//! What search finds of records: those that are submitted, by number, form and what was filled in. Derived; made again by [`rebuild`].

use std::collections::HashMap;
use std::sync::Arc;

use super::model::Record;
use super::store;
use crate::actor::{Actor, Permission};
use crate::db::Conn;
use crate::error::Result;
use crate::forms::{self, Form, Kind};
use crate::ledger::Ledger;
use crate::search::{self, Scope};
use crate::text::Lang;

/// The kind under which records stand in the index.
const KIND: &str = "record";
/// Records in one transaction of a rebuild.
const STEP: i64 = 200;

/// Writes what search finds of a submitted record.
///
/// # Errors
/// When what is stored is damaged, or the database refuses.
pub(super) fn index(conn: &mut Conn, record: &Record, form: &Form) -> Result<()> {
    let Some(number) = &record.number else { return Ok(()) };
    let (definition, values) = (form.definition()?, record.values()?);
    let mut texts: [Vec<String>; 2] = [Vec::new(), Vec::new()];
    for field in &definition.fields {
        let Some(value) = values.get(&field.id) else { continue };
        match field.kind {
            // The words of a choice differ by language, what people wrote does not.
            Kind::Choice => {
                for (text, lang) in texts.iter_mut().zip(Lang::ALL) {
                    text.push(field.show(value, lang));
                }
            }
            Kind::Text | Kind::Longtext => texts[0].push(field.show(value, Lang::Zh)),
            Kind::Number | Kind::Date | Kind::Rating => {}
        }
    }
    let [zh, en] = texts.map(|text| text.join("\n"));
    let titles: Vec<&str> = [&form.title_zh, &form.title_en].into_iter().flatten().map(String::as_str).collect();
    let seen_by = [record.author_id.clone(), format!("@{}", record.centre_id.as_deref().unwrap_or_default())];
    let entry = search::Entry {
        kind: KIND,
        object_id: &record.id,
        scope: Scope::Record,
        code: &format!("{} {number}", form.code),
        titles: &titles,
        zh: Some(("", &zh)),
        en: Some(("", &en)),
        seen_by: &seen_by,
    };
    search::put(conn, &entry)
}

/// Makes the entries of all records again, some at a time, so that a server beside it goes on; answers how many.
///
/// # Errors
/// [`crate::error::Error::Forbidden`] without the permission; when the database refuses.
pub fn rebuild(ledger: &Ledger, actor: &Arc<Actor>) -> Result<usize> {
    actor.require(Permission::TransferDocuments)?;
    let (mut made, mut after) = (0, String::new());
    let mut forms: HashMap<String, Form> = HashMap::new();
    loop {
        let page = ledger.db.read(|conn| {
            let page = store::submitted_after(conn, &after, STEP)?;
            for record in &page {
                if !forms.contains_key(&record.form_version_id) {
                    forms.insert(record.form_version_id.clone(), forms::on_version(conn, &record.form_version_id)?);
                }
            }
            Ok(page)
        })?;
        let Some(last) = page.last() else { return Ok(made) };
        after.clone_from(&last.id);
        made += page.len();
        let known = forms.clone();
        ledger.write_unaudited(move |tx| {
            let entries = page.iter().filter_map(|record| Some((record, known.get(&record.form_version_id)?)));
            entries.into_iter().try_for_each(|(record, form)| index(tx, record, form))
        })?;
    }
}
