//! Migrations: every step goes down and up again on both databases and leaves the same tables; a database that a newer program has
//! written is refused in one clear sentence.

use cairn::db::{Conn, Db, Target, migrate};
use cairn::error::Error;
use cairn::text::Lang;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;

use crate::both;

#[derive(QueryableByName, PartialEq, Eq, Debug)]
struct Column {
    #[diesel(sql_type = Text)]
    what: String,
}

const SQLITE: &str = "SELECT m.type || ' ' || m.name || ' ' || coalesce(m.sql, '') AS what FROM sqlite_master m \
     WHERE m.name NOT LIKE '%diesel%' ORDER BY 1";
const POSTGRES: &str = "SELECT concat_ws(' ', table_name, column_name, data_type, is_nullable) AS what FROM information_schema.columns \
     WHERE table_schema = 'public' AND table_name NOT LIKE '\\_\\_diesel%' \
     UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename NOT LIKE '\\_\\_diesel%' \
     UNION ALL SELECT pg_get_constraintdef(c.oid) || ' ' || c.conname FROM pg_constraint c JOIN pg_namespace n ON n.oid = c.connamespace \
     WHERE n.nspname = 'public' AND c.conname NOT LIKE '\\_\\_diesel%' ORDER BY 1";

fn tables(conn: &mut Conn, target: &Target) -> Vec<Column> {
    let sql = if matches!(target, Target::Sqlite(_)) { SQLITE } else { POSTGRES };
    diesel::sql_query(sql).load(conn).unwrap()
}

both! {
    async fn every_step_goes_down_and_up_again(app: TestApp) {
        let target = app.site.config.database.clone();
        let mut conn = target.connect(false).unwrap();
        let before = tables(&mut conn, &target);
        assert!(before.len() > 40, "the tables were read: {}", before.len());
        migrate::revert_all(&mut conn).unwrap();
        let bare = tables(&mut conn, &target);
        assert_eq!(bare, [], "taking every step back leaves nothing");
        let applied = migrate::run(&mut conn).unwrap();
        assert!(applied.len() >= 10);
        assert_eq!(tables(&mut conn, &target), before);
        assert!(migrate::run(&mut conn).unwrap().is_empty(), "a second run finds nothing to do");
    }

    async fn a_newer_database_is_refused(app: TestApp) {
        let target = app.site.config.database.clone();
        let mut conn = target.connect(false).unwrap();
        conn.batch_execute("INSERT INTO __diesel_schema_migrations (version) VALUES ('20991231000000')").unwrap();
        let refused = Db::open(target, 1).err().expect("a newer database must not open");
        assert!(matches!(&refused, Error::Conflict(problem) if problem.code == "database-newer"), "{refused:?}");
        for lang in Lang::ALL {
            let text = refused.message(lang);
            assert!(text.contains("20991231000000"), "{text}");
        }
        conn.batch_execute("DELETE FROM __diesel_schema_migrations WHERE version = '20991231000000'").unwrap();
    }
}
