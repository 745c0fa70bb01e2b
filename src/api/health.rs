//! Health for whoever watches the process: alive (it answers) and ready (database, schema and disk can take work). No sign-in, and
//! nothing in the answer that an outsider could use.

use std::time::Instant as Stopwatch;

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Serialize;

use crate::db::migrate;
use crate::error::Result;
use crate::web::{Site, block};

#[derive(Serialize)]
struct Health {
    status: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    checks: Vec<Check>,
}

#[derive(Serialize)]
struct Check {
    name: &'static str,
    ok: bool,
    milliseconds: u64,
}

/// The process answers.
pub(super) async fn alive() -> HttpResponse {
    HttpResponse::Ok().json(Health { status: "alive", checks: Vec::new() })
}

/// It can take work; 503 when one of the checks fails.
pub(super) async fn ready(site: Data<Site>) -> HttpResponse {
    let checks = block(move || Ok(checks(&site))).await.unwrap_or_default();
    let all = !checks.is_empty() && checks.iter().all(|check| check.ok);
    let mut answer = if all { HttpResponse::Ok() } else { HttpResponse::ServiceUnavailable() };
    answer.json(Health { status: if all { "ready" } else { "not-ready" }, checks })
}

fn checks(site: &Site) -> Vec<Check> {
    vec![
        check("database", || site.ledger.db.read(|conn| (site.hooks.shell)(conn).map(drop))),
        check("migrations", || site.ledger.db.read(migrate::complete)),
        check("disk", || writable(&site.config.data)),
    ]
}

fn check(name: &'static str, work: impl FnOnce() -> Result<()>) -> Check {
    let start = Stopwatch::now();
    let done = work();
    if let Err(error) = &done {
        tracing::warn!(check = name, %error, "not ready");
    }
    Check { name, ok: done.is_ok(), milliseconds: u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX) }
}

/// A file can be made and synced in the data folder.
fn writable(folder: &std::path::Path) -> Result<()> {
    let probe = folder.join(format!("probe-{}", crate::db::new_id()));
    let written = std::fs::File::create_new(&probe).and_then(|mut file| {
        std::io::Write::write_all(&mut file, b"probe")?;
        file.sync_all()
    });
    let removed = std::fs::remove_file(&probe);
    Ok(written.and(removed)?)
}
