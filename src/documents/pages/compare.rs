//! What changed between two versions of a document, clause by clause; what did not change is folded away.

use actix_web::web::{Path, Query};
use serde::{Deserialize, Serialize};

use super::super::compare::{ChangeKind, ClauseChange, FieldChange, Segment, SegmentKind, compare, compare_fields, compare_lists};
use super::super::library::{escape, reader_href};
use super::super::model::{Document, Version};
use super::super::service::read;
use crate::error::{Error, Result};
use crate::text::{Lang, t};
use crate::web::markdown::clause_anchor;
use crate::web::{Area, PageResult, Reading, View, Visit};

/// Which versions, by label or id, and in which language.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
    #[serde(default)]
    text: String,
}

#[derive(Serialize)]
struct Choice {
    value: String,
    label: String,
}

#[derive(Serialize)]
struct Field {
    name: String,
    left_html: String,
    right_html: String,
}

/// A clause that changed, or a run of clauses that did not.
#[derive(Serialize)]
struct Block {
    fold: bool,
    id: String,
    number: String,
    title: String,
    note: String,
    href: String,
    left_html: String,
    right_html: String,
    /// Of a fold: the clauses in it.
    same: Vec<String>,
}

#[derive(Serialize)]
struct Tab {
    label: String,
    href: String,
    current: bool,
}

#[derive(Serialize)]
struct Compared {
    id: String,
    code: String,
    title: String,
    href: String,
    from: String,
    to: String,
    left_head: String,
    right_head: String,
    versions: Vec<Choice>,
    tabs: Vec<Tab>,
    text: String,
    changed: usize,
    insertions: usize,
    deletions: usize,
    same: usize,
    fields: Vec<Field>,
    blocks: Vec<Block>,
    first: bool,
}

pub(crate) async fn show(visit: Visit, path: Path<String>, asked: Query<Asked>) -> PageResult {
    visit
        .page("documents/compare.html", move |r| {
            let view = compared(r, &path, &asked)?;
            let title = if view.first {
                t(r.lang, "library-compare-first", &[("label", view.to.clone())])
            } else {
                t(r.lang, "library-compare-title", &[("from", view.from.clone()), ("to", view.to.clone())])
            };
            Ok(View::new(Area::Documents, title, view))
        })
        .await
}

fn compared(r: &mut Reading<'_>, document: &str, asked: &Asked) -> Result<Compared> {
    let versions = read::versions(r.conn, &r.actor, document)?;
    let document = read::by_id(r.conn, document)?;
    let (from, to) = choose(&versions, asked)?;
    let lang = language(r.lang, &asked.text, from, to);
    let text = |conn: &mut crate::db::Conn, version: &Version| Ok::<_, Error>(read::text(conn, version, lang)?.unwrap_or_default());
    let (left, right) = (text(r.conn, from)?, text(r.conn, to)?);
    let result = compare(&left, &right);
    let same = result.count(ChangeKind::Same);
    Ok(Compared {
        id: document.id.clone(),
        code: document.code.clone(),
        title: to.title(r.lang).to_owned(),
        href: reader_href(&document.code, to),
        from: from.label.clone(),
        to: to.label.clone(),
        left_head: head(r.lang, from),
        right_head: head(r.lang, to),
        versions: versions.iter().map(|version| Choice { value: version.label.clone(), label: head(r.lang, version) }).collect(),
        tabs: tabs(r.lang, &document, from, to, lang),
        text: lang.code().to_owned(),
        changed: result.clauses.len() - same,
        insertions: result.insertions(),
        deletions: result.deletions(),
        same,
        fields: fields(r.lang, lang, from, to)?,
        blocks: blocks(r.lang, &result.clauses, &reader_href(&document.code, to)),
        first: from.id == to.id,
    })
}

/// The two versions asked for; without that the newest one against the one before it.
fn choose<'a>(versions: &'a [Version], asked: &Asked) -> Result<(&'a Version, &'a Version)> {
    let find = |name: &str| match name.trim() {
        "" => Ok(None),
        name => versions.iter().find(|version| version.label == name || version.id == name).map(Some).ok_or(Error::NotFound),
    };
    let to = find(&asked.to)?.or_else(|| versions.first()).ok_or(Error::NotFound)?;
    let before = versions.iter().filter(|version| version.ordinal < to.ordinal).max_by_key(|version| version.ordinal);
    let from = find(&asked.from)?.or(before).unwrap_or(to);
    Ok((from, to))
}

/// The language asked for, else the reader's, if either version is written in it; else the other.
fn language(own: Lang, asked: &str, from: &Version, to: &Version) -> Lang {
    let wanted = Lang::parse(asked).unwrap_or(own);
    let there = |lang: Lang| from.text_hash(lang).is_some() || to.text_hash(lang).is_some();
    if there(wanted) { wanted } else { wanted.other() }
}

fn tabs(own: Lang, document: &Document, from: &Version, to: &Version, now: Lang) -> Vec<Tab> {
    let there = |lang: &Lang| from.text_hash(*lang).is_some() || to.text_hash(*lang).is_some();
    let all: Vec<Tab> = Lang::ALL
        .into_iter()
        .filter(there)
        .map(|lang| Tab {
            label: t(own, &format!("library-language-{}", lang.code()), &[]),
            href: format!(
                "/documents/compare/{}?from={}&to={}&text={}",
                document.id,
                escape(&from.label, false),
                escape(&to.label, false),
                lang.code()
            ),
            current: lang == now,
        })
        .collect();
    if all.len() > 1 { all } else { Vec::new() }
}

fn state(lang: Lang, version: &Version) -> String {
    t(lang, &format!("state-{}", version.state.as_str().replace('_', "-")), &[])
}

/// `B/1 · 2026-06-01 · superseded`.
fn head(lang: Lang, version: &Version) -> String {
    let day = version.effective_on.map(|day| format!(" · {day}")).unwrap_or_default();
    format!("{}{day} · {}", version.label, state(lang, version))
}

fn fields(own: Lang, lang: Lang, from: &Version, to: &Version) -> Result<Vec<Field>> {
    let (old, new) = (from.extras()?, to.extras()?);
    let form = |extra: &super::super::Extra| -> Result<String> {
        if extra.form.fields.is_empty() && extra.form.number.is_none() {
            Ok(String::new())
        } else {
            Ok(serde_json::to_string_pretty(&extra.form)?)
        }
    };
    let day = |version: &Version| version.effective_on.map(|day| day.to_string()).unwrap_or_default();
    let title =
        |version: &Version| if lang == Lang::En { version.title_en.clone() } else { version.title_zh.clone() }.unwrap_or_default();
    let reason = |version: &Version| version.reason.clone().unwrap_or_default();
    let values: Vec<(&str, String, String)> = vec![
        ("title", title(from), title(to)),
        ("state", state(own, from), state(own, to)),
        ("effective", day(from), day(to)),
        ("owner", old.owner.clone(), new.owner.clone()),
        ("reason", reason(from), reason(to)),
        ("form", form(&old)?, form(&new)?),
    ];
    let borrowed: Vec<(&str, &str, &str)> = values.iter().map(|(name, a, b)| (*name, a.as_str(), b.as_str())).collect();
    let mut changes = compare_fields(&borrowed);
    let names = |extra: &super::super::Extra| extra.files.keys().cloned().collect::<Vec<_>>();
    changes.extend(compare_lists("parents", &from.parent_codes()?, &to.parent_codes()?));
    changes.extend(compare_lists("files", &names(&old), &names(&new)));
    Ok(changes.iter().map(|change| field(own, change)).collect())
}

fn field(lang: Lang, change: &FieldChange) -> Field {
    let listed = matches!(change.field.as_str(), "parents" | "files");
    let side = |segments: &[Segment]| {
        let pieces: Vec<String> = segments.iter().map(piece).collect();
        pieces.join(if listed { ", " } else { "" })
    };
    Field {
        name: t(lang, &format!("library-{}", change.field), &[]),
        left_html: side(&change.left),
        right_html: side(&change.right),
    }
}

fn blocks(lang: Lang, clauses: &[ClauseChange], href: &str) -> Vec<Block> {
    let mut all: Vec<Block> = Vec::new();
    for (index, clause) in clauses.iter().enumerate() {
        if clause.kind != ChangeKind::Same {
            all.push(changed(lang, index, clause, href));
            continue;
        }
        let line = named(clause);
        match all.last_mut() {
            Some(block) if block.fold => block.same.push(line),
            _ => all.push(Block { fold: true, same: vec![line], ..empty(index) }),
        }
    }
    for block in all.iter_mut().filter(|block| block.fold) {
        let span = match (block.same.first(), block.same.last()) {
            (Some(first), Some(last)) if block.same.len() > 1 => format!("{first} – {last}"),
            (Some(only), _) => only.clone(),
            _ => String::new(),
        };
        block.title = span;
    }
    all
}

fn named(clause: &ClauseChange) -> String {
    match &clause.number {
        Some(number) => format!("{number} {}", clause.title),
        None if clause.title.is_empty() => "–".to_owned(),
        None => clause.title.clone(),
    }
}

fn empty(index: usize) -> Block {
    let none = String::new;
    Block {
        fold: false,
        id: format!("x{index}"),
        number: none(),
        title: none(),
        note: none(),
        href: none(),
        left_html: none(),
        right_html: none(),
        same: Vec::new(),
    }
}

fn changed(lang: Lang, index: usize, clause: &ClauseChange, href: &str) -> Block {
    let note = match clause.kind {
        ChangeKind::Added => t(lang, "library-clause-added", &[]),
        ChangeKind::Removed => t(lang, "library-clause-removed", &[]),
        ChangeKind::Moved => t(lang, "library-clause-moved", &[("old", clause.old_number.clone().unwrap_or_default())]),
        _ => t(lang, "library-clause-changed", &[("ins", clause.insertions.to_string()), ("del", clause.deletions.to_string())]),
    };
    let note = match &clause.old_title {
        Some(old) => format!("{note} · {}", t(lang, "library-clause-was", &[("old", old.clone())])),
        None => note,
    };
    let anchor = clause.number.as_deref().filter(|_| clause.kind != ChangeKind::Removed).map(clause_anchor);
    Block {
        number: clause.number.clone().unwrap_or_default(),
        title: clause.title.clone(),
        note,
        href: anchor.map(|anchor| format!("{href}#{anchor}")).unwrap_or_default(),
        left_html: side(&clause.left),
        right_html: side(&clause.right),
        ..empty(index)
    }
}

/// Segments as markup: what is not there on the other side is marked, line ends are kept.
fn side(segments: &[Segment]) -> String {
    segments.iter().map(piece).collect::<String>().trim().trim_end_matches("<br>").to_owned()
}

fn piece(segment: &Segment) -> String {
    let text = segment.text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let mut lines: Vec<&str> = Vec::new();
    for line in text.split('\n') {
        // An empty line only parts paragraphs: one line end is enough.
        if !line.trim().is_empty() || lines.last().is_none_or(|last| !last.trim().is_empty()) {
            lines.push(line);
        }
    }
    let text = lines.join("<br>");
    match segment.kind {
        SegmentKind::Equal => text,
        SegmentKind::Inserted => format!("<ins>{text}</ins>"),
        SegmentKind::Deleted => format!("<del>{text}</del>"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_are_escaped_and_marked() {
        let segment = |kind, text: &str| Segment { kind, text: text.to_owned() };
        let html = side(&[
            segment(SegmentKind::Equal, "在 <b>\n\n"),
            segment(SegmentKind::Inserted, "2 & 4"),
            segment(SegmentKind::Deleted, "x"),
        ]);
        assert_eq!(html, "在 &lt;b&gt;<br><ins>2 &amp; 4</ins><del>x</del>");
    }
}
