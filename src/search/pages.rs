//! The search page and the list under the search box.

use actix_web::HttpResponse;
use actix_web::web::{Data, Query};
use serde::{Deserialize, Serialize};

use super::service::{self, Found, Lookup};
use crate::actor::Actor;
use crate::db::Conn;
use crate::error::Result;
use crate::web::{Area, PageError, PageResult, Reading, View, Visit};

/// `?q=`.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    q: String,
}

/// What other slices find, in the order in which it is shown: a group's name (`search-group-<name>`) and how it is looked for.
pub type Source = (&'static str, fn(&mut Conn, &Actor, &Lookup<'_>) -> Result<Vec<Found>>);

/// The sources beside the index, given by the composition root: this slice knows no quality process.
pub struct Sources(pub &'static [Source]);

#[derive(Serialize)]
struct Group {
    title: String,
    found: Vec<Found>,
}

#[derive(Serialize)]
struct Results {
    q: String,
    groups: Vec<Group>,
    count: usize,
    more: bool,
}

/// Everything found, in groups; empty ones are left out.
fn results(r: &mut Reading<'_>, sources: &Sources, typed: &str, limit: usize, snippets: bool) -> Result<Results> {
    let lookup = Lookup { typed, limit: limit + 1, snippets, lang: r.lang };
    let (records, documents): (Vec<Found>, Vec<Found>) =
        service::find(r.conn, &r.actor, &lookup)?.into_iter().partition(|hit| hit.kind == "record");
    let mut all = vec![("documents", documents), ("records", records)];
    for (name, look) in sources.0 {
        all.push((name, look(r.conn, &r.actor, &lookup)?));
    }
    let more = all.iter().any(|(_, found)| found.len() > limit);
    let groups: Vec<Group> = all
        .into_iter()
        .filter(|(_, found)| !found.is_empty())
        .map(|(name, found)| Group { title: r.t(&format!("search-group-{name}")), found: found.into_iter().take(limit).collect() })
        .collect();
    let count = groups.iter().map(|group| group.found.len()).sum();
    Ok(Results { q: typed.to_owned(), groups, count, more })
}

/// On the page.
const PAGE: usize = 50;
/// Of each group under the box.
const BOX: usize = 5;

pub(super) async fn search(visit: Visit, asked: Query<Asked>, sources: Data<Sources>) -> PageResult {
    visit
        .page("search/results.html", move |r| {
            let found = results(r, &sources, &asked.q, PAGE, true)?;
            Ok(View::new(Area::Admin, r.t("search-title"), found))
        })
        .await
}

pub(super) async fn suggest(
    visit: Visit,
    asked: Query<Asked>,
    sources: Data<Sources>,
) -> std::result::Result<HttpResponse, PageError> {
    let html = visit
        .read(move |r| {
            let found = results(r, &sources, &asked.q, BOX, false)?;
            let page = tera::Value::from_serializable(&serde_json::json!({"lang": r.lang.tag()}));
            r.site.templates.render("search/suggest.html", &page, &found)
        })
        .await?;
    Ok(HttpResponse::Ok().content_type("text/html; charset=utf-8").body(html))
}
