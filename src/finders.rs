//! What the search box finds beside documents and records: KPIs of the centres one may see, and people for who manages them.

use crate::actor::{Actor, Permission};
use crate::db::Conn;
use crate::error::Result;
use crate::search::{Found, Lookup, Source, text};
use crate::text::Lang;
use crate::{kpi, people};

/// The groups, in order.
pub const SOURCES: &[Source] = &[("kpis", kpis), ("people", persons)];

/// People looked through; more than an organisation of our size has.
const PEOPLE: i64 = 2000;

/// Whether all words that were typed stand in one of these.
fn holds(typed: &str, places: &[&str]) -> bool {
    let typed = text::fold(typed);
    let mut words = typed.split_whitespace().peekable();
    words.peek().is_some() && words.all(|word| places.iter().any(|place| text::fold(place).contains(word)))
}

fn kpis(conn: &mut Conn, actor: &Actor, lookup: &Lookup<'_>) -> Result<Vec<Found>> {
    if !actor.may(Permission::ReadKpis) {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    let known = kpi::definitions(conn)?;
    let named = known.iter().map(|known| &known.definition).filter(|one| holds(lookup.typed, &[&one.code, &one.zh, &one.en]));
    let named: Vec<_> = named.collect();
    if named.is_empty() {
        return Ok(found);
    }
    let centres = kpi::centres(conn, actor)?;
    for definition in named {
        found.extend(centres.iter().filter(|centre| centre.active).map(|centre| Found {
            kind: "kpi".into(),
            code: centre.code.clone(),
            title: format!("{} · {}", definition.name(lookup.lang), centre.name(lookup.lang)),
            href: format!("/kpis/{}/{}", centre.code, definition.code),
            draft: false,
            snippet: Vec::new(),
        }));
    }
    found.truncate(lookup.limit);
    Ok(found)
}

fn persons(conn: &mut Conn, actor: &Actor, lookup: &Lookup<'_>) -> Result<Vec<Found>> {
    if !actor.may(Permission::ManagePeople) {
        return Ok(Vec::new());
    }
    let all = people::directory(conn, actor, "", PEOPLE)?;
    let named = |user: &people::User| holds(lookup.typed, &[&user.login, &user.name, user.name_en.as_deref().unwrap_or_default()]);
    let found = all.into_iter().filter(named).take(lookup.limit).map(|user| Found {
        kind: "person".into(),
        href: format!("/people/{}", user.id),
        title: user.name_en.filter(|_| lookup.lang == Lang::En).unwrap_or(user.name),
        code: user.login,
        draft: false,
        snippet: Vec::new(),
    });
    Ok(found.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_words_must_stand_somewhere() {
        assert!(holds("服务", &["service_level", "服务水平"]) && holds("ＳＥＲＶＩＣＥ lev", &["service_level"]));
        assert!(!holds("  ", &["x"]) && !holds("服务 投诉", &["服务水平"]));
    }
}
