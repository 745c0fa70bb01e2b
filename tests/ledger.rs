//! The write path and the log.

use cairn::actor::Role;
use cairn::db::Conn;
use cairn::error::Error;
use cairn::ledger::{Event, store, verify};
use cairn::people::{self, NewUser};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use crate::both;
use crate::support::start;

both! {
    async fn a_change_leaves_its_event_in_the_same_transaction(app: TestApp) {
        let user = app.user("wangfang", &[Role::QualityManager]);
        let events = app.ledger().db.read(|conn| store::history(conn, "user", &user.id, 10)).unwrap();
        let actions: Vec<&str> = events.iter().map(|e| e.action.as_str()).collect();
        assert_eq!(actions, ["user.grant", "user.create"]);
        assert!(events[1].leaf.contains(r#""table":"users""#));
    }

    async fn a_failing_or_panicking_write_rolls_back_alone(app: TestApp) {
        let system = app.system();
        let new = |login: &str| NewUser { login: login.into(), name: "张三".into(), ..NewUser::default() };
        let good = new("good");
        let failing = new("failing");
        let panicking = new("panicking");
        let ledger = app.ledger().clone();
        let threads = [
            std::thread::spawn({ let (l, s) = (ledger.clone(), system.clone()); move || l.write(&s, move |tx| people::create(tx, &good, None).map(|_| ())) }),
            std::thread::spawn({ let (l, s) = (ledger.clone(), system.clone()); move || l.write(&s, move |tx| {
                people::create(tx, &failing, None)?;
                Err(Error::conflict("already-exists"))
            }) }),
            std::thread::spawn({ let (l, s) = (ledger, system); move || l.write(&s, move |tx| {
                people::create(tx, &panicking, None)?;
                panic!("on purpose")
            }) }),
        ];
        let results: Vec<Result<(), Error>> = threads.into_iter().map(|t| t.join().unwrap()).collect();
        assert!(results[0].is_ok());
        assert!(matches!(results[1], Err(Error::Conflict(_))));
        assert!(matches!(results[2], Err(Error::Internal(_))));
        let found = |login| app.ledger().db.read(|conn| people::find_by_login(conn, login)).is_ok();
        assert!(found("good") && !found("failing") && !found("panicking"));
    }

    async fn rows_without_an_event_are_refused(app: TestApp) {
        let user = app.user("wangfang", &[]);
        let copy = user.clone();
        let refused = app.ledger().write(&app.system(), move |tx| tx.image(&copy));
        assert!(matches!(refused, Err(Error::Internal(_))));
    }

    async fn the_database_itself_refuses_to_change_events(app: TestApp) {
        app.user("wangfang", &[]);
        for sql in ["UPDATE events SET actor_name = 'x'", "DELETE FROM events", "UPDATE texts SET content = 'x'"] {
            if sql.contains("texts") {
                app.ledger().write(&app.system(), |tx| { cairn::evidence::keep_text(tx, "a")?; Ok(()) }).unwrap();
            }
            let refused = app.ledger().write_unaudited(move |tx| Ok(tx.batch_execute(sql)?));
            assert!(refused.is_err(), "{sql}");
        }
    }

    async fn a_changed_row_is_found(app: TestApp) {
        let user = app.user("wangfang", &[]);
        let before = user.name.clone();
        let id = user.id.clone();
        let set = |name: String| { let id = id.clone(); move |tx: &mut cairn::ledger::BookTx<'_>| {
            diesel::sql_query("UPDATE users SET name = $1 WHERE id = $2").bind::<diesel::sql_types::Text, _>(&name).bind::<diesel::sql_types::Text, _>(&id).execute(&mut **tx)?;
            Ok(())
        } };
        app.ledger().write_unaudited(set("改过".into())).unwrap();
        let facts = cairn::app::facts();
        let report = app.ledger().db.read(|conn: &mut Conn| verify::verify_rows(conn, &facts)).unwrap();
        assert_eq!(report.exit_code(), 1);
        assert_eq!((report.faults[0].kind, report.faults[0].place.as_str()), ("row-changed", format!("users/{id}").as_str()));
        app.ledger().write_unaudited(set(before)).unwrap();
        let report = app.ledger().db.read(|conn: &mut Conn| verify::verify_rows(conn, &facts)).unwrap();
        assert_eq!(report.exit_code(), 3, "consistent, but no checkpoint outside");
    }

    async fn many_writers_share_one_log(app: TestApp) {
        let threads: Vec<_> = (0..64).map(|i| {
            let (ledger, system) = (app.ledger().clone(), app.system());
            std::thread::spawn(move || {
                for j in 0..4 {
                    let command = NewUser { login: format!("u{i}-{j}"), name: "张三".into(), ..NewUser::default() };
                    ledger.write(&system, move |tx| people::create(tx, &command, None).map(|_| ())).unwrap();
                }
            })
        }).collect();
        for thread in threads { thread.join().unwrap(); }
        let head = app.ledger().db.read(|conn| store::head(conn, false)).unwrap();
        assert_eq!(head.frontier.size(), 256);
    }

    async fn time_never_runs_back_along_the_log(app: TestApp) {
        app.user("a", &[]);
        app.clock.set(start() - chrono::Duration::days(1));
        app.user("b", &[]);
        let events = app.ledger().db.read(|conn| store::events_from(conn, 0, 10)).unwrap();
        assert!(events.windows(2).all(|pair| pair[0].at <= pair[1].at));
    }

    async fn an_event_may_carry_no_image(app: TestApp) {
        app.ledger().write(&app.system(), |tx| { tx.record(Event::new("export.run", "organisation", "org", "x")); Ok(()) }).unwrap();
        assert_eq!(app.ledger().db.read(|conn| store::head(conn, false)).unwrap().frontier.size(), 1);
    }
}
