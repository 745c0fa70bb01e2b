//! Where a key of a mapping stands in its text, so that an error can name line and column.

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

/// Line and column, from 1, of a dotted key; of the nearest table above it when the key is not there.
pub(super) fn of(text: &str, field: &str) -> (usize, usize) {
    let start = DeTable::parse(text).ok().and_then(|table| find(table.get_ref(), field)).unwrap_or(0);
    line_and_column(text, start)
}

/// Line and column, from 1, of a byte offset.
pub(super) fn line_and_column(text: &str, start: usize) -> (usize, usize) {
    let before = text.get(..start).unwrap_or_default();
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (before.matches('\n').count() + 1, column)
}

/// The offset of a dotted key. A key may hold dots itself, so all of the rest is tried first.
fn find(table: &DeTable<'_>, field: &str) -> Option<usize> {
    if let Some((key, _)) = entry(table, field) {
        return Some(key.span().start);
    }
    let (head, rest) = field.split_once('.')?;
    let (key, value) = entry(table, head)?;
    let deeper = if let DeValue::Table(inner) = value.get_ref() { find(inner, rest) } else { None };
    Some(deeper.unwrap_or(key.span().start))
}

fn entry<'t, 'i>(table: &'t DeTable<'i>, name: &str) -> Option<(&'t Spanned<DeString<'i>>, &'t Spanned<DeValue<'i>>)> {
    table.iter().find(|(key, _)| key.get_ref() == name)
}
