//! The search page and the list under the search box.

use actix_web::HttpResponse;
use actix_web::web::Query;
use serde::{Deserialize, Serialize};

use super::service::{self, Found, Lookup};
use crate::web::{Area, PageError, PageResult, View, Visit};

/// `?q=`.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    q: String,
}

#[derive(Serialize)]
struct Results {
    q: String,
    found: Vec<Found>,
    more: bool,
}

/// On the page.
const PAGE: usize = 50;
/// Under the box.
const BOX: usize = 8;

pub(super) async fn search(visit: Visit, asked: Query<Asked>) -> PageResult {
    visit
        .page("search/results.html", move |r| {
            let lookup = Lookup { typed: &asked.q, limit: PAGE + 1, snippets: true, lang: r.lang };
            let mut found = service::find(r.conn, &r.actor, &lookup)?;
            let more = found.len() > PAGE;
            found.truncate(PAGE);
            Ok(View::new(Area::Admin, r.t("search-title"), Results { q: asked.q.clone(), found, more }))
        })
        .await
}

pub(super) async fn suggest(visit: Visit, asked: Query<Asked>) -> Result<HttpResponse, PageError> {
    let html = visit
        .read(move |r| {
            let lookup = Lookup { typed: &asked.q, limit: BOX, snippets: false, lang: r.lang };
            let found = service::find(r.conn, &r.actor, &lookup)?;
            let page = tera::Value::from_serializable(&serde_json::json!({"lang": r.lang.tag()}));
            r.site.templates.render("search/suggest.html", &page, &Results { q: asked.q.clone(), found, more: false })
        })
        .await?;
    Ok(HttpResponse::Ok().content_type("text/html; charset=utf-8").body(html))
}
