//! A whole application on a database of its own: SQLite from a migrated template file, PostgreSQL from a template database in the
//! cluster that `tests/run` starts (`CAIRN_TEST_POSTGRES`). Every test ends by comparing live facts with their images.

mod http;
mod people;

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex};

use actix_web::web::Data;
use cairn::actor::Actor;
use cairn::clock::Clock;
use cairn::config::{Config, Uploads};
use cairn::db::{Db, Target};
use cairn::ledger::{Ledger, verify};
use cairn::web::Site;
use chrono::{DateTime, TimeZone, Utc};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;

pub use http::{Answer, Visitor};
pub use people::grant;

/// Runs one test body on both databases.
#[macro_export]
macro_rules! both {
    ($(async fn $name:ident($app:ident: TestApp) $body:block)+) => {
        $(mod $name {
            #[allow(unused_imports)]
            use super::*;

            async fn body($app: &$crate::support::TestApp) $body

            #[actix_web::test]
            async fn sqlite() {
                let app = $crate::support::TestApp::sqlite();
                body(&app).await;
                app.check();
            }

            #[actix_web::test]
            async fn postgres() {
                let Some(app) = $crate::support::TestApp::postgres() else { return };
                body(&app).await;
                app.check();
            }
        })+
    };
}

/// Saturday 2026-11-21, 09:42 in Shanghai.
pub fn start() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 21, 1, 42, 0).unwrap()
}

/// A running application.
pub struct TestApp {
    pub site: Data<Site>,
    pub clock: Clock,
    pub folder: tempfile::TempDir,
    /// Its database in the cluster, which goes with it.
    pub lent: Option<Lent>,
    service: tokio::sync::OnceCell<http::Call>,
}

static TEMPLATE: LazyLock<(tempfile::TempDir, PathBuf)> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("template.sqlite");
    let db = Db::open(Target::Sqlite(path.clone()), 1).unwrap();
    // The log of the write-ahead must be in the file before it is copied.
    let mut conn = SqliteConnection::establish(&path.to_string_lossy()).unwrap();
    drop(db);
    conn.batch_execute("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    (folder, path)
});

impl TestApp {
    pub fn sqlite() -> Self {
        Self::sqlite_with(Uploads::default())
    }

    /// With other rules for uploads.
    pub fn sqlite_with(uploads: Uploads) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cairn.sqlite");
        std::fs::copy(&TEMPLATE.1, &path).unwrap();
        Self::open(folder, Target::Sqlite(path), None, uploads)
    }

    /// None when no cluster was started: `tests/run` always starts one, and then nothing may be skipped.
    pub fn postgres() -> Option<Self> {
        let Some(base) = cluster() else {
            assert!(!must_run(), "CAIRN_TEST_REQUIRE is set but CAIRN_TEST_POSTGRES names no cluster");
            return None;
        };
        let name = postgres::fresh(&base);
        Some(Self::open(
            tempfile::tempdir().unwrap(),
            Target::Postgres(format!("{base}/{name}")),
            Some(Lent(name)),
            Uploads::default(),
        ))
    }

    fn open(folder: tempfile::TempDir, target: Target, lent: Option<Lent>, uploads: Uploads) -> Self {
        let clock = Clock::manual(start());
        let config = Config {
            data: folder.path().to_owned(),
            listen: ([127, 0, 0, 1], 0).into(),
            database: target.clone(),
            base_url: None,
            demo: false,
            uploads,
        };
        let ledger = Ledger::open(Db::open(target, 4).unwrap(), clock.clone()).unwrap();
        let site = cairn::app::site(config, ledger).unwrap();
        Self { site, clock, folder, lent, service: tokio::sync::OnceCell::new() }
    }

    pub fn ledger(&self) -> &Ledger {
        &self.site.ledger
    }

    /// Cairn itself as actor.
    pub fn system(&self) -> Arc<Actor> {
        Arc::new(Actor::system())
    }

    /// Moves the clock forward.
    pub fn pass(&self, duration: chrono::Duration) {
        self.clock.set(self.clock.now() + duration);
    }

    /// The promise every test keeps: the log is whole, every live row equals its last image, and months are the sums of their days.
    pub fn check(&self) {
        let facts = cairn::app::facts();
        let dir = self.site.config.evidence_dir();
        let report = self.ledger().db.read(|conn| verify::verify(conn, &facts, &dir)).unwrap();
        assert_eq!(report.faults, [], "facts and their images differ");
        let wrong = self.ledger().db.read(cairn::kpi::wrong_months).unwrap();
        assert!(wrong.is_empty(), "the sums of these months are not those of their days: {wrong:?}");
    }
}

/// A database of the cluster, gone when dropped.
pub struct Lent(String);

impl Drop for Lent {
    fn drop(&mut self) {
        if let Some(base) = cluster() {
            postgres::discard(&base, &self.0);
        }
    }
}

fn cluster() -> Option<String> {
    setting("CAIRN_TEST_POSTGRES")
}

/// Whether a skipped half is a failure.
pub fn must_run() -> bool {
    setting("CAIRN_TEST_REQUIRE").is_some()
}

/// What the test runner says: where the cluster, the browser and the sample files are.
pub fn setting(name: &str) -> Option<String> {
    #[allow(clippy::disallowed_methods, reason = "tests have no configuration of their own")]
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

mod postgres {
    use super::*;

    static COUNT: AtomicU64 = AtomicU64::new(0);
    static READY: Mutex<Option<String>> = Mutex::new(None);

    fn admin(base: &str) -> PgConnection {
        PgConnection::establish(&format!("{base}/postgres")).expect("the test cluster answers")
    }

    /// A database copied from a migrated template; one at a time, because the cluster locks the template.
    pub(super) fn fresh(base: &str) -> String {
        let mut ready = READY.lock().unwrap();
        let template = ready.get_or_insert_with(|| {
            let name = format!("cairn_template_{}", std::process::id());
            admin(base).batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
            drop(Db::open(Target::Postgres(format!("{base}/{name}")), 1).unwrap());
            name
        });
        let name = format!("cairn_test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let mut conn = admin(base);
        for attempt in 0.. {
            match conn.batch_execute(&format!("CREATE DATABASE {name} TEMPLATE {template}")) {
                Ok(()) => break,
                // The template's own pool may still be closing.
                Err(_) if attempt < 50 => std::thread::sleep(std::time::Duration::from_millis(40)),
                Err(error) => panic!("{error}"),
            }
        }
        name
    }

    pub(super) fn discard(base: &str, name: &str) {
        drop(admin(base).batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")));
    }
}
