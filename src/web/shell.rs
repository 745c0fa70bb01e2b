//! What surrounds every page: areas with their counts, the account, flash messages, running heads for paper.

use serde::Serialize;
use serde_json::json;
use tera::Value;

use super::site::{Counts, Identity, Shell};
use super::visit::Visit;
use crate::actor::{Actor, Permission};
use crate::db::Instant;
use crate::text::{Lang, t};

/// The seven areas (those that exist) and administration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Area {
    /// My work.
    MyWork,
    /// The executives' board.
    Dashboard,
    /// Documents.
    Documents,
    /// Records.
    Records,
    /// Improvement.
    Improvement,
    /// KPIs.
    Kpis,
    /// Administration, ledger, account.
    Admin,
}

/// Key, address, and the permission without which an area is absent.
const AREAS: [(Area, &str, &str, Option<Permission>); 6] = [
    (Area::MyWork, "my_work", "/", None),
    (Area::Documents, "documents", "/documents", Some(Permission::ReadDocuments)),
    (Area::Records, "records", "/records", None),
    (Area::Improvement, "improvement", "/improvement", Some(Permission::ReadCycles)),
    (Area::Kpis, "kpis", "/kpis", Some(Permission::ReadKpis)),
    (Area::Dashboard, "dashboard", "/dashboard", Some(Permission::ReadKpis)),
];

const ADMIN: [(&str, &str, Permission); 4] = [
    ("people", "/people", Permission::ManagePeople),
    ("organisation", "/organisation", Permission::ManageOrganisation),
    ("rights", "/rights", Permission::ReadLedger),
    ("ledger", "/ledger", Permission::ReadLedger),
];

/// A message left for the next page: kind and text key with one parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flash {
    /// `ok`, `wait` or `bad`.
    pub kind: String,
    /// Text key.
    pub key: String,
    /// The text's parameter `what`.
    pub what: String,
}

impl Flash {
    /// Something went well.
    pub fn ok(key: &str) -> Self {
        Self { kind: "ok".into(), key: key.to_owned(), what: String::new() }
    }

    /// The same with the parameter `what`.
    pub fn ok_with(key: &str, what: &str) -> Self {
        Self { what: what.to_owned(), ..Self::ok(key) }
    }

    /// Something did not go.
    pub fn bad(key: &str, what: &str) -> Self {
        Self { kind: "bad".into(), key: key.to_owned(), what: what.to_owned() }
    }

    pub(super) fn to_cookie(&self) -> String {
        format!("{}.{}.{}", self.kind, self.key, hex::encode(&self.what))
    }

    pub(super) fn parse(cookie: &str) -> Option<Self> {
        let mut parts = cookie.splitn(3, '.');
        let (kind, key, what) = (parts.next()?, parts.next()?, parts.next()?);
        let known = matches!(kind, "ok" | "wait" | "bad") && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        let what = String::from_utf8(hex::decode(what).ok()?).ok()?;
        known.then(|| Self { kind: kind.to_owned(), key: key.to_owned(), what })
    }

    fn text(&self, lang: Lang) -> String {
        t(lang, &self.key, &[("what", self.what.clone())])
    }
}

#[derive(Serialize)]
struct Entry<'a> {
    key: &'a str,
    href: &'a str,
    current: bool,
    count: i64,
}

type Who<'a> = (&'a Identity, Option<Area>, &'a Counts);

/// Running head and foot on paper: what it is and its state, else the organisation; that a print is not controlled, by whom and when.
fn paper(
    shell: &Shell,
    lang: Lang,
    now: Instant,
    title: &str,
    own: Option<&[String; 2]>,
    identity: &Identity,
) -> serde_json::Value {
    let organisation = shell.name(lang).unwrap_or_default();
    let (head, state) = own.map_or((title, organisation), |[head, state]| (head.as_str(), state.as_str()));
    let at = now.utc().with_timezone(&shell.zone).format("%Y-%m-%d %H:%M").to_string();
    let foot = t(lang, "layout-print-foot", &[("who", identity.name(lang).to_owned()), ("at", at)]);
    json!({"head": head, "state": state, "foot": foot})
}

/// The `page` root of every template's context.
pub(super) fn page(
    visit: &Visit,
    shell: &Shell,
    lang: Lang,
    now: Instant,
    title: &str,
    print: Option<&[String; 2]>,
    who: Option<Who<'_>>,
) -> Value {
    let areas = who.map(|(identity, area, counts)| areas(&identity.actor, area, counts)).unwrap_or_default();
    let admin = who.map(|(identity, _, _)| admin(&identity.actor)).unwrap_or_default();
    let user = who.map(|(identity, _, _)| {
        let en = lang == Lang::En;
        let post = identity.post.1.as_deref().filter(|_| en).unwrap_or(&identity.post.0);
        json!({"id": identity.actor.id, "name": identity.name(lang), "post": post})
    });
    let flash = visit.flash().map(|flash| json!({"kind": flash.kind, "text": flash.text(lang)}));
    Value::from_serializable(&json!({
        "lang": lang.tag(),
        "other_lang": lang.other().tag(),
        "zone": shell.zone.name(),
        "theme": visit.theme,
        "keys": visit.keys,
        "title": title,
        "path": visit.path,
        "org_name": shell.name(lang),
        "demo": shell.demo,
        "user": user,
        "areas": areas,
        "admin": admin,
        "csrf": visit.csrf(),
        "once": crate::db::new_id(),
        "flash": flash,
        "now": now,
        "print": who.map(|(identity, _, _)| paper(shell, lang, now, title, print, identity)),
        "htmx": visit.htmx,
    }))
}

fn areas(actor: &Actor, current: Option<Area>, counts: &Counts) -> Vec<Entry<'static>> {
    AREAS
        .iter()
        .filter(|(_, _, _, needs)| needs.is_none_or(|permission| actor.may(permission)))
        .map(|(area, key, href, _)| Entry {
            key,
            href,
            current: current == Some(*area),
            count: counts.iter().find(|(name, _)| name == key).map_or(0, |(_, count)| *count),
        })
        .collect()
}

fn admin(actor: &Actor) -> Vec<Entry<'static>> {
    ADMIN
        .iter()
        .filter(|(_, _, permission)| actor.may(*permission))
        .map(|(key, href, _)| Entry { key, href, current: false, count: 0 })
        .collect()
}
