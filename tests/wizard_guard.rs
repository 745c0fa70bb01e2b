//! What the import wizard keeps: only what was seen is imported, nobody learns of centres that are none of theirs, rows with errors come
//! back as often as it takes, and what happens at the same time loses nothing.

use std::io::Write;
use std::path::Path;
use std::process::Command;

use cairn::actor::{Actor, Role};
use cairn::kpi::{self, BatchState, LockMonth};
use cairn::organisation::{Centre, CentreType};
use cairn::people::{self, NewGrant, NewUser};

use crate::both;
use crate::kpi::{MAPPING, day, log};
use crate::kpi_sources::{register, shipped, table_hash};
use crate::support::{TestApp, Visitor, start};
use crate::wizard::{batch, commit, commit_seen, counts, manager, mapped, post, preview, seen, send, staged};

const FIELDS: [(&str, &str); 2] = [("kind", "interactions"), ("centre", "HD")];

/// Somebody who runs the quality of one centre.
fn manager_of<'a>(app: &'a TestApp, login: &str, centre: &Centre) -> Visitor<'a> {
    let command = NewUser { login: login.into(), name: login.into(), ..NewUser::default() };
    let grant = NewGrant { role: Role::QualityManager, centre_id: Some(centre.id.clone()), starts_on: None, ends_on: None };
    app.ledger()
        .write(&app.system(), move |tx| people::bootstrap(tx, &command, None, std::slice::from_ref(&grant), start().date_naive()))
        .unwrap();
    app.sign_in(login)
}

/// A log that names the centre of each call: so many answered calls on each day.
fn calls(days: &[(&str, &str, usize)]) -> Vec<u8> {
    let row = |(centre, day, count): &(&str, &str, usize)| -> String {
        (0..*count).map(|n| format!("{centre}{day}{n},{centre},{day} 09:00:00,answered,10,200\n")).collect()
    };
    std::iter::once("id,centre,at,outcome,wait,talk\n".to_owned()).chain(days.iter().map(row)).collect::<String>().into_bytes()
}

fn by_centre() -> String {
    format!("{MAPPING}[centre]\ncolumn = \"centre\"\n")
}

/// Imports a log of several centres.
async fn imported(visitor: &Visitor<'_>, name: &str, days: &[(&str, &str, usize)]) -> String {
    let path = staged(visitor, &FIELDS[..1], name, &calls(days)).await;
    mapped(visitor, &path, &by_centre()).await;
    commit(visitor, &path, "all").await.location().to_owned()
}

/// Puts a pipe in the place of a file, so that whoever reads it waits.
struct Held(std::path::PathBuf, Vec<u8>);

impl Held {
    fn at(path: &Path) -> Self {
        let bytes = std::fs::read(path).unwrap();
        std::fs::remove_file(path).unwrap();
        assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
        Self(path.to_owned(), bytes)
    }

    /// Gives the file to the reader that waits, and to those who come later.
    fn release(self) {
        let mut pipe = std::fs::OpenOptions::new().write(true).open(&self.0).unwrap();
        let aside = self.0.with_extension("aside");
        std::fs::write(&aside, &self.1).unwrap();
        std::fs::rename(aside, &self.0).unwrap();
        pipe.write_all(&self.1).unwrap();
    }
}

both! {
    async fn a_file_takes_the_place_of_no_batch_that_its_preview_did_not_name(app: TestApp) {
        let first = manager(app);
        let second = app.signed_in("second", &[Role::QualityManager]);
        let path = staged(&first, &FIELDS, "mine.csv", &log(&[(day("2026-10-01"), 40, 10)])).await;
        mapped(&first, &path, MAPPING).await;
        let before = seen(&first, &path).await;
        let theirs = staged(&second, &FIELDS, "theirs.csv", &log(&[(day("2026-10-01"), 30, 0)])).await;
        mapped(&second, &theirs, MAPPING).await;
        assert_eq!(commit(&second, &theirs, "all").await.location(), "/kpis/batches/1");
        let bare = table_hash(app);
        let refused = commit_seen(&first, &path, "all", &before).await;
        assert_eq!(refused.status, 409, "{}", refused.main());
        assert!(refused.main().contains("又归入了其他批次：#1 theirs.csv (2026-10-01)"), "{}", refused.main());
        assert!(refused.main().contains("将替换以下批次"), "the new preview names it: {}", refused.main());
        assert_eq!((table_hash(app), batch(app, 1).state), (bare, BatchState::Committed));
        assert_eq!(commit(&first, &path, "all").await.location(), "/kpis/batches/2");
        assert_eq!(batch(app, 1).state, BatchState::Replaced);
    }

    async fn what_was_changed_in_another_tab_is_not_imported_unseen(app: TestApp) {
        let manager = manager(app);
        let path = staged(&manager, &FIELDS, "calls.csv", &log(&[(day("2026-10-01"), 4, 1)])).await;
        mapped(&manager, &path, MAPPING).await;
        let before = seen(&manager, &path).await;
        mapped(&manager, &path, &MAPPING.replace("hotline", "backlog")).await;
        for old in [before.as_str(), ""] {
            let refused = commit_seen(&manager, &path, "all", old).await;
            assert_eq!(refused.status, 409, "{}", refused.main());
            assert!(refused.main().contains("读取方式已经改变") && refused.main().contains("backlog"), "{}", refused.main());
        }
        assert_eq!(manager.get("/kpis/batches/1").await.status, 404);
        assert_eq!(commit(&manager, &path, "all").await.location(), "/kpis/batches/1");
        assert_eq!(batch(app, 1).source, "backlog");
    }

    async fn nothing_is_told_of_centres_of_others(app: TestApp) {
        let manager = manager(app);
        let east = app.ledger().db.read(|conn| cairn::organisation::centre_by_code(conn, "HD")).unwrap();
        app.centre("ZB", CentreType::CustomerExperience);
        let own = manager_of(app, "east", &east);
        assert_eq!(imported(&manager, "both.csv", &[("HD", "2026-10-01", 5), ("ZB", "2026-10-07", 77)]).await, "/kpis/batches/1");
        assert_eq!(imported(&manager, "west.csv", &[("ZB", "2026-10-20", 6)]).await, "/kpis/batches/2");
        assert_eq!(imported(&manager, "east.csv", &[("HD", "2026-10-25", 6)]).await, "/kpis/batches/3");
        for (centre, month) in [("HD", "2026-08"), ("ZB", "2026-10"), ("ZB", "2026-09")] {
            let lock = LockMonth { centre: centre.into(), month: month.into(), reason: "已报送".into() };
            app.ledger().write(&app.system(), move |tx| kpi::lock_month(tx, &lock)).unwrap();
        }
        // A file that also touches the other centre: its days are not compared, its locks not told.
        let path = staged(&own, &FIELDS[..1], "mixed.csv", &calls(&[("HD", "2026-10-02", 3), ("ZB", "2026-10-07", 3)])).await;
        let page = mapped(&own, &path, &by_centre()).await;
        assert!(page.main().contains("您无权为以下中心导入") && !page.text().contains("value=\"all\""), "{}", page.main());
        assert_eq!(counts(&page), ["1", "0", "0", "0"], "{}", page.main());
        assert!(!page.main().contains("77") && !page.main().contains("已由") && !page.main().contains("both.csv"), "{}", page.main());
        // A batch of both centres is covered in part: which of our days would go is told, not which of theirs.
        let path = staged(&own, &FIELDS[..1], "part.csv", &calls(&[("HD", "2026-10-01", 3)])).await;
        let page = mapped(&own, &path, &by_centre()).await;
        assert!(page.main().contains("#1 both.csv") && page.main().contains("将丢失：…") && !page.main().contains("2026-10-07"), "{}", page.main());
        let refused = commit(&own, &path, "all").await;
        assert!(refused.status == 409 && !refused.main().contains("2026-10-07"), "{}", refused.main());
        let path = staged(&manager, &FIELDS[..1], "part.csv", &calls(&[("HD", "2026-10-01", 3)])).await;
        assert!(mapped(&manager, &path, &by_centre()).await.main().contains("将丢失：ZB 2026-10-07"), "told by centre");
        // Batches and locks.
        assert_eq!((own.get("/kpis/batches/1").await.status.as_u16(), own.get("/kpis/batches/2").await.status.as_u16()), (200, 404));
        assert_eq!(own.post("/kpis/batches/2/undo", &[]).await.status, 404);
        assert_eq!(own.post("/kpis/batches/1/undo", &[]).await.status, 403, "seen, but not theirs alone");
        let list = own.get("/kpis/batches").await.main();
        assert!(list.contains("both.csv") && list.contains("east.csv") && !list.contains("west.csv"), "{list}");
        assert!(!own.get("/kpis/files/batches.csv").await.text().contains("west.csv"));
        let locks = own.get("/kpis/locks").await.main();
        assert!(locks.contains("2026-08") && !locks.contains("2026-09"), "{locks}");
        let lock = own.post("/kpis/locks", &[("centre", "ZB"), ("month", "2026-11"), ("reason", "x")]).await;
        assert_eq!(lock.status, 422, "there is no such centre for them");
        let brought = send(&own, &[("supplements", "2")], "x.csv", b"id\n1\n").await;
        assert!(brought.main().contains("没有可供补全的批次 2"), "{}", brought.main());
        // Taken back, a batch stays whose it was; and pages of the list skip what is not shown.
        let unlock = LockMonth { centre: "ZB".into(), month: "2026-10".into(), reason: "更正".into() };
        app.ledger().write(&app.system(), move |tx| kpi::unlock_month(tx, &unlock)).unwrap();
        for number in [2, 3] {
            app.ledger().write(&app.system(), move |tx| kpi::undo(tx, number, None)).unwrap();
        }
        assert_eq!((own.get("/kpis/batches/2").await.status.as_u16(), own.get("/kpis/batches/3").await.status.as_u16()), (404, 200));
        let east = app.ledger().db.read(|conn| people::find_by_login(conn, "east")).unwrap();
        let mut actor = Actor::clone(&app.actor(&east, &[Role::QualityManager]));
        actor.grants[0].centre = batch_centre(app, 3);
        let page = |below| app.ledger().db.read(|conn| kpi::batches(conn, &actor, below, 1)).unwrap();
        assert_eq!((page(None)[0].number, page(Some(3))[0].number, page(Some(1)).len()), (3, 1, 0));
    }

    async fn rows_with_errors_come_back_twice(app: TestApp) {
        let manager = manager(app);
        let (mapping, _) = shipped("complaints");
        let (good, bad, _) = register();
        // A number that a spreadsheet would run; it is that of a row with errors.
        let bad = bad.replace("\nT3,", "\n=T3,");
        let good = good.replace("\nT3,", "\n=T3,");
        let path = staged(&manager, &[("kind", "complaints")], "台账.csv", bad.as_bytes()).await;
        mapped(&manager, &path, &mapping).await;
        assert_eq!(commit(&manager, &path, "valid").await.location(), "/kpis/batches/1");
        let rows = async |number: i64| {
            let to = manager.get(&format!("/kpis/batches/{number}/rejected")).await;
            manager.get(to.location()).await.text().trim_start_matches('\u{feff}').to_owned()
        };
        // As a spreadsheet would save it: a mended row keeps its reason, and the apostrophe before the number.
        let mend = |text: &str, wanted: &[usize]| -> (Vec<String>, Vec<u8>) {
            let (mut rows, mut to) = (csv::Reader::from_reader(text.as_bytes()), csv::Writer::from_writer(Vec::new()));
            let header: Vec<String> = rows.headers().unwrap().iter().map(str::to_owned).collect();
            to.write_record(&header).unwrap();
            for (at, row) in rows.records().enumerate() {
                let row = row.unwrap();
                let sound = good.lines().find(|line| line.split(',').next() == Some(row[0].trim_start_matches('\'')));
                let Some(sound) = sound.filter(|_| wanted.contains(&at)) else {
                    to.write_record(&row).unwrap();
                    continue;
                };
                let cells = std::iter::once(&row[0]).chain(sound.split(',').skip(1)).chain(row.iter().next_back());
                to.write_record(cells).unwrap();
            }
            (header, to.into_inner().unwrap())
        };
        let first = rows(1).await;
        assert!(first.contains("\n'=T3,"), "{first}");
        let (header, file) = mend(&first, &[0, 1, 3]);
        let path = staged(&manager, &[("supplements", "1")], "更正.csv", &file).await;
        let page = preview(&manager, &path).await;
        assert_eq!(counts(&page)[3], "4", "{}", page.main());
        assert_eq!(commit(&manager, &path, "valid").await.location(), "/kpis/batches/2");
        let (again, file) = mend(&rows(2).await, &[0, 1, 2, 3]);
        assert_eq!(again, header, "the reasons have one column");
        let path = staged(&manager, &[("supplements", "1")], "更正2.csv", &file).await;
        let page = preview(&manager, &path).await;
        assert_eq!(counts(&page)[3], "0", "{}", page.main());
        assert_eq!(commit(&manager, &path, "all").await.location(), "/kpis/batches/3");
        let proof: Vec<bool> = crate::kpi_sources::rebuilt(app);
        assert_eq!(proof, [false, false, false]);
    }

    async fn a_file_that_is_being_imported_is_left_alone(app: TestApp) {
        let manager = manager(app);
        let path = staged(&manager, &FIELDS, "calls.csv", &log(&[(day("2026-10-01"), 4, 1)])).await;
        mapped(&manager, &path, MAPPING).await;
        let seen = seen(&manager, &path).await;
        let form = manager.get(&format!("{path}/mapping?text=1")).await;
        let held = Held::at(&app.site.config.data.join("staged").join(path.rsplit('/').next().unwrap()));
        let sent = manager.post(&format!("{path}/commit"), &[("rows", "all"), ("seen", &seen)]).await;
        assert_eq!(sent.location(), format!("{path}/commit"));
        let refused = manager.post(&format!("{path}/discard"), &[]).await;
        assert_eq!(refused.status, 409);
        assert!(refused.main().contains("正在导入"), "{}", refused.main());
        let refused = post(&manager, &format!("{path}/mapping"), &form, &[("mapping", "source = \"x\""), ("act", "text")]).await;
        assert_eq!(refused.status, 409, "{}", refused.main());
        held.release();
        assert_eq!(commit_seen(&manager, &path, "all", &seen).await.location(), "/kpis/batches/1");
        assert_eq!(batch(app, 1).rows_read, 5);
    }

    async fn what_is_taken_back_during_a_rebuilding_stays_so(app: TestApp) {
        let manager = manager(app);
        let path = staged(&manager, &FIELDS, "calls.csv", &log(&[(day("2026-10-01"), 4, 1)])).await;
        mapped(&manager, &path, MAPPING).await;
        commit(&manager, &path, "all").await;
        let dir = app.site.config.evidence_dir();
        let held = Held::at(&cairn::ledger::evidence_path(&dir, &batch(app, 1).evidence_hash));
        let (ledger, system) = (app.ledger().clone(), app.system());
        let rebuilding = std::thread::spawn(move || kpi::rebuild(&ledger, &dir, &system).unwrap());
        // It has read the batch and waits for the file.
        std::thread::sleep(std::time::Duration::from_millis(300));
        app.ledger().write(&app.system(), |tx| kpi::undo(tx, 1, None)).unwrap();
        let bare = table_hash(app);
        held.release();
        let done: Vec<bool> = rebuilding.join().unwrap().iter().map(|one| one.repaired).collect();
        assert_eq!((done, table_hash(app)), (vec![false], bare), "its days are free");
        let path = staged(&manager, &FIELDS, "again.csv", &log(&[(day("2026-10-01"), 9, 0)])).await;
        mapped(&manager, &path, MAPPING).await;
        assert_eq!(commit(&manager, &path, "all").await.location(), "/kpis/batches/2");
    }
}

fn batch_centre(app: &TestApp, number: i64) -> Option<String> {
    let all = app.ledger().db.read(|conn| kpi::measures_of(conn, &Actor::system(), number)).unwrap();
    let code = all.first()?.centre.clone();
    Some(app.ledger().db.read(move |conn| cairn::organisation::centre_by_code(conn, &code)).unwrap().id)
}
