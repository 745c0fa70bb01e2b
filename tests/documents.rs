//! Documents through HTTP: the life of a version, who may do and see what, races, planned days, conflicts, hostile texts.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use actix_web::http::StatusCode;
use cairn::actor::{Actor, Role};
use cairn::documents::{self, Adopt, Adopted, Bilingual, Document, NewDocument, State, Submit, Version};
use cairn::error::Error;
use cairn::ledger::store;
use cairn::text::Lang;
use chrono::{TimeZone, Utc};
use diesel::connection::{Connection, InstrumentationEvent};

use crate::both;
use crate::support::{TestApp, Visitor};

/// Author, reviewer, approver, quality manager, each signed in, with their ids.
pub struct Cast<'a> {
    pub author: Visitor<'a>,
    reviewer: Visitor<'a>,
    pub approver: Visitor<'a>,
    manager: Visitor<'a>,
    pub ids: [String; 4],
}

pub fn cast(app: &TestApp) -> Cast<'_> {
    app.organisation();
    let make = |login: &str, role: Role| (app.user(login, &[role]).id, app.sign_in(login));
    let (author_id, author) = make("zhouyining", Role::Author);
    let (reviewer_id, reviewer) = make("chengang", Role::Author);
    let (approver_id, approver) = make("limin", Role::Approver);
    let (manager_id, manager) = make("wangfang", Role::QualityManager);
    Cast { author, reviewer, approver, manager, ids: [author_id, reviewer_id, approver_id, manager_id] }
}

fn id_in(location: &str) -> String {
    location.split('/').nth(2).unwrap().to_owned()
}

/// Creates a document through the page; answers its draft's id.
pub async fn create(author: &Visitor<'_>, fields: &[(&str, &str)]) -> String {
    let answer = author.post("/documents/new", fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    id_in(answer.location())
}

async fn row_version(author: &Visitor<'_>, version: &str) -> String {
    let page = author.get(&format!("/documents/{version}/edit")).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    let text = page.text();
    let at = text.find("name=\"row_version\" value=\"").unwrap() + "name=\"row_version\" value=\"".len();
    text[at..].split('"').next().unwrap().to_owned()
}

pub fn current(app: &TestApp, code: &str) -> (Document, Vec<Version>) {
    let system = app.system();
    app.ledger().db.read(|conn| documents::find_visible(conn, &system, code)).unwrap()
}

fn state_of(app: &TestApp, code: &str, label: &str) -> State {
    current(app, code).1.into_iter().find(|version| version.label == label).unwrap().state
}

async fn submit(author: &Visitor<'_>, version: &str, reviewers: &[&str], approver: &str, planned: &str) {
    let seen = row_version(author, version).await;
    let mut fields = vec![("reason", "首次发布"), ("approver", approver), ("planned_on", planned), ("row_version", seen.as_str())];
    fields.extend(reviewers.iter().map(|id| ("reviewers[]", *id)));
    let answer = author.post(&format!("/documents/{version}/submit"), &fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.main());
}

async fn decide(visitor: &Visitor<'_>, version: &str, decision: &str, comment: &str) -> StatusCode {
    visitor.post(&format!("/documents/{version}/decide"), &[("decision", decision), ("comment", comment)]).await.status
}

fn procedure(code: &str, text: &str) -> NewDocument {
    NewDocument {
        tier: 2,
        code: Some(code.into()),
        title: Bilingual { zh: Some("客户投诉处理程序".into()), en: None },
        text: Bilingual { zh: Some(text.into()), en: None },
        ..NewDocument::default()
    }
}

/// A version that only waits for its approver, made through the services.
pub fn submitted(app: &TestApp, author: &Arc<Actor>, code: &str, approver: &str, planned_on: Option<chrono::NaiveDate>) -> Version {
    let (command, approver) = (procedure(code, "## 1 目的\n\n处理投诉。"), approver.to_owned());
    let made = app.ledger().write(author, move |tx| {
        let (_, version) = documents::create(tx, &command)?;
        let submit = Submit {
            reason: "首次发布".into(),
            approver: approver.clone(),
            planned_on,
            row_version: version.row_version,
            ..Submit::default()
        };
        documents::submit(tx, &version.id, &submit)
    });
    made.unwrap().1
}

both! {
    async fn a_version_lives_from_draft_to_superseded(app: TestApp) {
        let cast = cast(app);
        let [_, reviewer, approver, _] = &cast.ids;
        let draft = create(&cast.author, &[("tier", "2"), ("title.zh", "客户投诉处理程序"), ("title.en", "Complaint handling")]).await;
        let (document, _) = current(app, "QP-01");
        assert_eq!((document.tier, document.code.as_str()), (2, "QP-01"));
        submit(&cast.author, &draft, &[reviewer], approver, "").await;
        assert_eq!(state_of(app, "QP-01", "A/0"), State::InReview);
        assert_eq!(decide(&cast.approver, &draft, "approved", "").await, StatusCode::CONFLICT, "reviewers come first");
        assert_eq!(decide(&cast.reviewer, &draft, "agreed", "").await, StatusCode::SEE_OTHER);
        assert_eq!(decide(&cast.approver, &draft, "approved", "").await, StatusCode::SEE_OTHER);
        assert_eq!(state_of(app, "QP-01", "A/0"), State::Effective);

        let staff = app.signed_in("sunli", &[Role::Staff]);
        let page = staff.get("/d/QP-01").await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text());
        let main = page.main();
        for part in ["客户投诉处理程序", "A/0", "现行有效", "2026年11月21日", "zhouyining 王", "chengang 王", "limin 王", "首次发布"] {
            assert!(main.contains(part), "{part}: {main}");
        }
        assert!(main.contains("limin 王 批准了 QP-01 A/0") || main.contains("发布了 QP-01 A/0"), "{main}");
        let english = app.sign_in("sunli").english();
        assert!(english.get("/d/QP-01").await.main().contains("Complaint handling"));

        let revised = cast.author.post(&format!("/documents/{}/revise", document.id), &[("step", "modification")]).await;
        let draft = id_in(revised.location());
        assert_eq!(state_of(app, "QP-01", "A/1"), State::Draft);
        assert_eq!(state_of(app, "QP-01", "A/0"), State::Effective, "revising never touches what is in force");
        assert_eq!(staff.get("/d/QP-01?v=A/1").await.status, StatusCode::NOT_FOUND);
        submit(&cast.author, &draft, &[], approver, "").await;
        assert_eq!(decide(&cast.approver, &draft, "approved", "").await, StatusCode::SEE_OTHER);
        assert_eq!((state_of(app, "QP-01", "A/0"), state_of(app, "QP-01", "A/1")), (State::Superseded, State::Effective));
        let old = staff.get("/d/QP-01?v=A/0").await;
        assert_eq!(old.all(".band").len(), 2, "a superseded version says so at top and foot: {}", old.main());

        let withdrawn = cast.manager.post(&format!("/documents/{}/withdraw", document.id), &[("reason", "并入 QP-02")]).await;
        assert_eq!(withdrawn.status, StatusCode::SEE_OTHER);
        assert_eq!(state_of(app, "QP-01", "A/1"), State::Withdrawn);
    }

    async fn approval_is_for_the_named_approver_alone(app: TestApp) {
        let cast = cast(app);
        let [author, _, approver, manager] = &cast.ids;
        let administrator = app.signed_in("admin", &[Role::Administrator, Role::Auditor]);
        let both = app.user("both", &[Role::Author, Role::Approver]);
        let writes = app.sign_in("both");
        let draft = create(&writes, &[("tier", "2"), ("title.zh", "程序")]).await;
        let seen = row_version(&writes, &draft).await;
        for approver in [both.id.as_str(), author, manager, ""] {
            let fields = [("reason", "首次发布"), ("approver", approver), ("row_version", seen.as_str())];
            let answer = writes.post(&format!("/documents/{draft}/submit"), &fields).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{approver}");
            assert!(!answer.all(".errors li").is_empty());
        }
        let nothing = [("reason", " "), ("approver", approver.as_str()), ("row_version", seen.as_str())];
        assert_eq!(writes.post(&format!("/documents/{draft}/submit"), &nothing).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        let past = [("reason", "x"), ("approver", approver.as_str()), ("planned_on", "2026-11-20"), ("row_version", seen.as_str())];
        assert_eq!(writes.post(&format!("/documents/{draft}/submit"), &past).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        submit(&writes, &draft, &[], approver, "").await;
        assert_eq!(decide(&writes, &draft, "approved", "").await, StatusCode::FORBIDDEN);
        assert_eq!(decide(&cast.manager, &draft, "approved", "").await, StatusCode::FORBIDDEN);
        assert_eq!(decide(&administrator, &draft, "approved", "").await, StatusCode::FORBIDDEN);
        assert_eq!(decide(&cast.author, &draft, "approved", "").await, StatusCode::NOT_FOUND, "what one may not see is not there");
        assert_eq!(state_of(app, "QP-01", "A/0"), State::InReview);
        let cli = Arc::new(Actor::cli("root"));
        let id = draft.clone();
        let command = documents::Decide { decision: documents::Decision::Approved, comment: None, content_hash: None };
        let refused = app.ledger().write(&cli, move |tx| documents::decide(tx, &id, &command));
        assert!(matches!(refused, Err(Error::Forbidden(_))), "the command line never approves");
    }

    async fn a_return_ends_the_round(app: TestApp) {
        let cast = cast(app);
        let [author, reviewer, approver, manager] = &cast.ids;
        let draft = create(&cast.author, &[("tier", "2"), ("title.zh", "程序")]).await;
        submit(&cast.author, &draft, &[reviewer, manager], approver, "").await;
        let waiting = |id: &str, role: Role| {
            let user = app.ledger().db.read(|conn| cairn::people::find(conn, id)).unwrap();
            let actor = app.actor(&user, &[role]);
            app.ledger().db.read(|conn| documents::pending_for(conn, &actor, Lang::Zh)).unwrap()
        };
        assert_eq!(waiting(reviewer, Role::Author).len(), 1);
        assert_eq!(waiting(approver, Role::Approver).len(), 0, "approval waits for the reviewers");
        decide(&cast.reviewer, &draft, "returned", " ").await;
        assert_eq!(state_of(app, "QP-01", "A/0"), State::InReview, "a return needs a comment");
        assert_eq!(decide(&cast.reviewer, &draft, "returned", "第 5.3 条缺少时限").await, StatusCode::SEE_OTHER);
        assert_eq!(state_of(app, "QP-01", "A/0"), State::Draft);
        assert_eq!(decide(&cast.manager, &draft, "agreed", "").await, StatusCode::CONFLICT);
        assert_eq!(waiting(manager, Role::QualityManager).len(), 0);
        let mine = waiting(author, Role::Author);
        assert_eq!((mine[0].wait, mine[0].note.as_str()), (documents::Wait::Returned, "第 5.3 条缺少时限"));
        assert!(cast.author.get("/d/QP-01").await.main().contains("第 5.3 条缺少时限"));
        submit(&cast.author, &draft, &[], approver, "").await;
        assert_eq!(decide(&cast.approver, &draft, "approved", "").await, StatusCode::SEE_OTHER);
        assert_eq!(state_of(app, "QP-01", "A/0"), State::Effective);
    }

    async fn a_comment_on_an_answer_that_does_not_count_comes_back(app: TestApp) {
        let cast = cast(app);
        let [_, reviewer, approver, manager] = &cast.ids;
        let draft = create(&cast.author, &[("tier", "2"), ("title.zh", "程序")]).await;
        submit(&cast.author, &draft, &[reviewer, manager], approver, "").await;
        let path = format!("/documents/{draft}/decide");
        let refused = cast.reviewer.post(&path, &[("decision", "agreed"), ("comment", "时限合理"), ("content_hash", "0")]).await;
        assert_eq!(refused.status, StatusCode::CONFLICT);
        assert_eq!(refused.all("#f-comment"), ["时限合理"]);
        let empty = cast.reviewer.post(&path, &[("decision", "returned"), ("comment", " ")]).await;
        assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(empty.all(".flash.bad").len(), 1, "{}", empty.main());
        assert_eq!(decide(&cast.reviewer, &draft, "returned", "缺少时限").await, StatusCode::SEE_OTHER);
        let late = cast.manager.post(&path, &[("decision", "agreed"), ("comment", "职责写得很清楚")]).await;
        assert_eq!(late.status, StatusCode::CONFLICT);
        assert_eq!(late.all("#f-kept"), ["职责写得很清楚"], "{}", late.main());
    }

    async fn nobody_is_sent_to_sign_in_whatever_the_form_holds(app: TestApp) {
        let cast = cast(app);
        let draft = create(&cast.author, &[("tier", "2"), ("title.zh", "程序")]).await;
        let (document, _) = current(app, "QP-01");
        for path in ["decide", "discard", "edit", "autosave", "submit"].map(|act| format!("/documents/{draft}/{act}")).into_iter()
            .chain(["revise", "withdraw"].map(|act| format!("/documents/{}/{act}", document.id))).chain(["/documents/preview".to_owned(), "/documents/new".to_owned()]) {
            let sent = app.nobody().post(&path, &[("decision", "?"), ("row_version", "?")]).await;
            assert!(sent.status == StatusCode::SEE_OTHER && sent.location().starts_with("/sign-in?next="), "{path}: {}", sent.status);
        }
    }

    async fn drafts_are_not_there_for_others(app: TestApp) {
        let cast = cast(app);
        let draft = create(&cast.author, &[("tier", "2"), ("title.zh", "程序")]).await;
        let staff = app.signed_in("sunli", &[Role::Staff]);
        let executive = app.signed_in("zhaolei", &[Role::Executive]);
        let auditor = app.signed_in("heyan", &[Role::Auditor]);
        for (visitor, status) in [(&staff, 404), (&executive, 404), (&cast.reviewer, 404), (&auditor, 200), (&cast.manager, 200), (&cast.author, 200)] {
            assert_eq!(visitor.get("/d/QP-01").await.status.as_u16(), status);
        }
        assert_eq!(staff.get(&format!("/documents/{draft}/edit")).await.status, StatusCode::NOT_FOUND);
        assert_eq!(auditor.get(&format!("/documents/{draft}/edit")).await.status, StatusCode::NOT_FOUND);
        assert_eq!(staff.get("/documents/new").await.status, StatusCode::NOT_FOUND);
        let filter = documents::Filter::default();
        let count = |actor: &Actor| app.ledger().db.read(|conn| documents::list(conn, actor, &filter)).unwrap().len();
        let sun = app.ledger().db.read(|conn| cairn::people::find_by_login(conn, "sunli")).unwrap();
        assert_eq!((count(&app.system()), count(&app.actor(&sun, &[Role::Staff]))), (1, 0));
    }

    async fn what_is_approved_never_changes(app: TestApp) {
        let cast = cast(app);
        let [_, _, approver, _] = &cast.ids;
        let draft = create(&cast.author, &[("tier", "2"), ("title.zh", "程序")]).await;
        let seen = row_version(&cast.author, &draft).await;
        submit(&cast.author, &draft, &[], approver, "2026-12-01").await;
        assert_eq!(decide(&cast.approver, &draft, "approved", "").await, StatusCode::SEE_OTHER);
        assert_eq!(state_of(app, "QP-01", "A/0"), State::Approved);
        let before = current(app, "QP-01").1.remove(0);
        for visitor in [&cast.author, &cast.manager] {
            let fields = [("title.zh", "别的"), ("text.zh", "别的"), ("owner", "X"), ("parents", "QM-01"), ("row_version", seen.as_str())];
            let answer = visitor.post(&format!("/documents/{draft}/edit"), &fields).await;
            assert_eq!(answer.status, StatusCode::CONFLICT);
            let answer = visitor.post(&format!("/documents/{draft}/discard"), &[("row_version", seen.as_str())]).await;
            assert_eq!(answer.status, StatusCode::CONFLICT);
        }
        let (document, mut versions) = current(app, "QP-01");
        let after = versions.remove(0);
        assert_eq!(before, after);
        assert_eq!(after.content_hash, Some(documents::content_hash(&document, &after).unwrap()));
    }

    async fn a_stale_save_keeps_both_texts(app: TestApp) {
        let cast = cast(app);
        let draft = create(&cast.author, &[("tier", "2"), ("title.zh", "程序")]).await;
        let seen = row_version(&cast.author, &draft).await;
        let path = format!("/documents/{draft}/edit");
        let first = cast.manager.post(&path, &[("title.zh", "程序"), ("text.zh", "## 1 目的\n\n对方的文字"), ("row_version", &seen)]).await;
        assert_eq!(first.status, StatusCode::SEE_OTHER, "{}", first.main());
        let second = cast.author.post(&path, &[("title.zh", "程序"), ("text.zh", "## 1 目的\n\n我的文字"), ("row_version", &seen)]).await;
        assert_eq!(second.status, StatusCode::CONFLICT);
        assert!(second.text().contains("对方的文字") && second.text().contains("我的文字"), "{}", second.main());
        let now = row_version(&cast.author, &draft).await;
        assert_ne!(now, seen);
        let third = cast.author.post(&path, &[("title.zh", "程序"), ("text.zh", "## 1 目的\n\n我的文字"), ("row_version", &now)]).await;
        assert_eq!(third.status, StatusCode::SEE_OTHER);
        assert!(cast.author.get("/d/QP-01").await.main().contains("我的文字"));
    }

    async fn typed_text_is_kept_and_offered(app: TestApp) {
        let cast = cast(app);
        let draft = create(&cast.author, &[("tier", "2"), ("title.zh", "程序")]).await;
        let seen = row_version(&cast.author, &draft).await;
        let fields = [("title.zh", "程序"), ("text.zh", "还没有保存的文字"), ("row_version", seen.as_str())];
        let kept = cast.author.post(&format!("/documents/{draft}/autosave"), &fields).await;
        assert_eq!(kept.status, StatusCode::NO_CONTENT);
        let path = format!("/documents/{draft}/edit");
        assert!(!cast.author.get(&path).await.text().contains("还没有保存的文字"));
        assert!(cast.author.get(&format!("{path}?restore=1")).await.text().contains("还没有保存的文字"));
        assert!(!cast.manager.get(&format!("{path}?restore=1")).await.text().contains("还没有保存的文字"));
        let preview = cast.author.post("/documents/preview?text=zh", &[("title.zh", "x"), ("text.zh", "**重点** <script>x</script>")]).await;
        assert!(preview.text().contains("<strong>重点</strong>") && !preview.text().contains("<script"), "{}", preview.text());
    }

    async fn a_planned_day_begins_in_the_zone_of_the_organisation(app: TestApp) {
        let cast = cast(app);
        let author = app.ledger().db.read(|conn| cairn::people::find(conn, &cast.ids[0])).unwrap();
        let author = app.actor(&author, &[Role::Author]);
        let day = chrono::NaiveDate::from_ymd_opt(2026, 11, 25).unwrap();
        let version = submitted(app, &author, "QP-07", &cast.ids[2], Some(day));
        assert_eq!(decide(&cast.approver, &version.id, "approved", "").await, StatusCode::SEE_OTHER);
        app.clock.set(Utc.with_ymd_and_hms(2026, 11, 24, 15, 59, 59).unwrap());
        cairn::jobs::run_due(app.ledger(), &app.site.config.evidence_dir()).unwrap();
        assert_eq!(state_of(app, "QP-07", "A/0"), State::Approved);
        app.clock.set(Utc.with_ymd_and_hms(2026, 11, 24, 16, 0, 0).unwrap());
        cairn::jobs::run_due(app.ledger(), &app.site.config.evidence_dir()).unwrap();
        let (document, versions) = current(app, "QP-07");
        assert_eq!((versions[0].state, versions[0].effective_on), (State::Effective, Some(day)));
        assert_eq!(document.effective_version_id.as_deref(), Some(versions[0].id.as_str()));
    }

    async fn missed_runs_are_caught_up_with_the_planned_day(app: TestApp) {
        let cast = cast(app);
        let author = app.ledger().db.read(|conn| cairn::people::find(conn, &cast.ids[0])).unwrap();
        let author = app.actor(&author, &[Role::Author]);
        let day = chrono::NaiveDate::from_ymd_opt(2026, 11, 25).unwrap();
        let version = submitted(app, &author, "QP-07", &cast.ids[2], Some(day));
        decide(&cast.approver, &version.id, "approved", "").await;
        app.pass(chrono::Duration::days(30));
        assert_eq!(documents::release_due(app.ledger()).unwrap(), 1);
        assert_eq!(documents::release_due(app.ledger()).unwrap(), 0, "a second run changes nothing");
        assert_eq!(current(app, "QP-07").1[0].effective_on, Some(day));
    }

    async fn one_version_is_in_force_after_any_race(app: TestApp) {
        let cast = cast(app);
        let author = app.ledger().db.read(|conn| cairn::people::find(conn, &cast.ids[0])).unwrap();
        let author = app.actor(&author, &[Role::Author]);
        let day = chrono::NaiveDate::from_ymd_opt(2026, 11, 25).unwrap();
        let version = submitted(app, &author, "QP-07", &cast.ids[2], Some(day));
        decide(&cast.approver, &version.id, "approved", "").await;
        app.pass(chrono::Duration::days(10));
        let done = AtomicUsize::new(0);
        let ledger = app.ledger();
        std::thread::scope(|scope| {
            for _ in 0..64 {
                scope.spawn(|| {
                    let (id, system) = (version.id.clone(), Arc::new(Actor::system()));
                    match ledger.write(&system, move |tx| documents::release(tx, &id)) {
                        Ok(_) => drop(done.fetch_add(1, Ordering::Relaxed)),
                        Err(error) => assert!(matches!(error, Error::Conflict(_) | Error::Stale), "{error}"),
                    }
                });
            }
        });
        assert_eq!(done.load(Ordering::Relaxed), 1);
        let effective = current(app, "QP-07").1.iter().filter(|version| version.state == State::Effective).count();
        assert_eq!(effective, 1);
        let events = app.ledger().db.read(|conn| store::history(conn, "document", &version.document_id, 50)).unwrap();
        assert_eq!(events.iter().filter(|event| event.action == "documents.release").count(), 1);
    }

    async fn references_lead_somewhere_as_soon_as_they_can(app: TestApp) {
        let cast = cast(app);
        let text = "## 1 目的\n\n见 [QP-02] 与 [说明]。";
        let draft = create(&cast.author, &[("tier", "2"), ("title.zh", "程序"), ("text.zh", text), ("parents", "QM-01")]).await;
        assert!(!draft.is_empty());
        let page = cast.author.get("/d/QP-01").await;
        assert_eq!(page.all(".prose .dangling"), ["[QP-02]"]);
        assert!(page.main().contains("QM-01"));
        let dangling = app.ledger().db.read(|conn| cairn::links::dangling(conn, "document", 10)).unwrap();
        let keys: Vec<&str> = dangling.iter().map(|link| link.to_key.as_str()).collect();
        assert_eq!(keys, ["QM-01", "QP-02"]);
        create(&cast.author, &[("tier", "2"), ("title.zh", "另一程序")]).await;
        create(&cast.author, &[("tier", "1"), ("title.zh", "质量手册")]).await;
        let page = cast.author.get("/d/QP-01").await;
        assert_eq!(page.all(".prose a.ref"), ["QP-02"]);
        assert!(page.all(".prose .dangling").is_empty());
        assert_eq!(app.ledger().db.read(|conn| cairn::links::dangling(conn, "document", 10)).unwrap(), []);
        assert_eq!(cast.manager.get("/d/QM-01").await.all(".rel .code"), ["QP-01"], "the manual shows what supports it");
    }

    async fn codes_with_slashes_and_other_separators_work(app: TestApp) {
        let cast = cast(app);
        create(&cast.author, &[("tier", "2"), ("title.zh", "销售程序"), ("code", "SHT/SAL/P-05")]).await;
        for path in ["/d/SHT/SAL/P-05", "/d/sht-sal-p-05", "/d/SHT%2FSAL%2FP-05"] {
            assert_eq!(cast.author.get(path).await.status, StatusCode::OK, "{path}");
        }
        let twice = cast.author.post("/documents/new", &[("tier", "2"), ("title.zh", "x"), ("code", "SHT SAL P-05")]).await;
        assert_eq!(twice.status, StatusCode::UNPROCESSABLE_ENTITY);
    }

    async fn hostile_texts_are_rendered_or_refused(app: TestApp) {
        let cast = cast(app);
        let deep = ">".repeat(256 * 1024);
        let answer = cast.author.post("/documents/new", &[("tier", "2"), ("title.zh", "程序"), ("text.zh", &deep)]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.main().contains('行'), "{}", answer.main());
        let text = "# <img src=x onerror=alert(1)>\n\n[a](javascript:alert(1)) <script>alert(1)</script>";
        create(&cast.author, &[("tier", "2"), ("title.zh", "<b>程序</b>"), ("text.zh", text)]).await;
        let page = cast.author.get("/d/QP-01").await.text();
        assert!(!page.contains("<script>alert") && !page.contains("javascript:alert") && !page.contains("<b>程序"), "{page}");
        assert!(!page.contains("<img src=x"));
    }

    async fn the_reader_costs_four_statements_with_the_session(app: TestApp) {
        let cast = cast(app);
        create(&cast.author, &[("tier", "1"), ("title.zh", "质量手册")]).await;
        let text = "## 1 目的\n\n见 [QP-02]、[QM-01]。";
        let draft = create(&cast.author, &[("tier", "2"), ("title.zh", "程序"), ("text.zh", text), ("parents", "QM-01")]).await;
        submit(&cast.author, &draft, &[&cast.ids[1]], &cast.ids[2], "").await;
        decide(&cast.reviewer, &draft, "agreed", "").await;
        decide(&cast.approver, &draft, "approved", "").await;
        app.user("sunli", &[Role::Staff]);
        let begun = cairn::people::sign_in_as(app.ledger(), "sunli", "127.0.0.1", "test").unwrap();
        let (now, today) = (app.site.now(), crate::support::start().date_naive());
        let count = Arc::new(AtomicUsize::new(0));
        let counted = count.clone();
        let shown = app.ledger().db.read(move |conn| {
            conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
                if matches!(event, InstrumentationEvent::StartQuery { .. }) {
                    counted.fetch_add(1, Ordering::Relaxed);
                }
            });
            let credential = cairn::web::Credential::Session { session: begun.session, user: begun.user.id };
            let reader = cairn::people::identify(conn, &credential, now, today)?;
            let asked = documents::Asked { code: "QP-01", label: None, text: None, lang: Lang::Zh, zone: chrono_tz::Asia::Shanghai };
            documents::reader_view(conn, &reader.actor, &asked)
        });
        let shown = shown.unwrap();
        assert_eq!((shown.parents.len(), shown.signed.len(), shown.history.len()), (1, 2, 1));
        let count = count.load(Ordering::Relaxed);
        assert!((1..=4).contains(&count), "{count} statements");
    }

    async fn an_expired_session_goes_to_the_sign_in_page(app: TestApp) {
        let cast = cast(app);
        let draft = create(&cast.author, &[("tier", "2"), ("title.zh", "程序")]).await;
        app.pass(chrono::Duration::days(2));
        let answer = cast.author.post(&format!("/documents/{draft}/edit"), &[("title.zh", "程序"), ("row_version", "1")]).await;
        assert!(answer.location().starts_with("/sign-in"), "{} {}", answer.status, answer.location());
    }

    async fn a_draft_can_be_thrown_away(app: TestApp) {
        let cast = cast(app);
        let draft = create(&cast.author, &[("tier", "2"), ("title.zh", "程序")]).await;
        let seen = row_version(&cast.author, &draft).await;
        let answer = cast.author.post(&format!("/documents/{draft}/discard"), &[("row_version", &seen)]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.main());
        assert_eq!(cast.author.get("/d/QP-01").await.status, StatusCode::NOT_FOUND);
    }

    async fn adoption_invents_no_signature_and_repeats_nothing(app: TestApp) {
        app.organisation();
        let cli = Arc::new(Actor::cli("root"));
        let adopt = |text: &str, effective: bool| {
            let command = Adopt {
                code: "CSC PR.013".into(),
                tier: 2,
                label: Some("2.0".into()),
                title: Bilingual { zh: Some("急救程序".into()), en: None },
                text: Bilingual { zh: Some(text.into()), en: None },
                effective,
                reason: "从旧系统接收".into(),
                ..Adopt::default()
            };
            app.ledger().write(&cli, move |tx| documents::adopt(tx, &command)).unwrap()
        };
        let (document, version, done) = adopt("## 1 目的", true);
        assert_eq!((done, version.state, version.label.as_str()), (Adopted::Created, State::Effective, "2.0"));
        assert_eq!(adopt("## 1 目的", true).2, Adopted::Same);
        let (_, changed, done) = adopt("## 1 新的目的", false);
        assert_eq!((done, changed.state, changed.label.as_str()), (Adopted::Version, State::Draft, "2.1"));
        assert_eq!(adopt("## 1 新的目的", false).2, Adopted::Same);
        assert_eq!(adopt("## 1 更新的目的", false).2, Adopted::Draft);
        let reviews = app.ledger().db.read(|conn| documents::reviews(conn, &version.id)).unwrap();
        assert!(reviews.is_empty());
        let staff = app.signed_in("sunli", &[Role::Staff]);
        let main = staff.get("/d/csc-pr-013").await.main();
        assert!(main.contains("从旧系统接收") && !main.contains("2.1"), "{main}");
        assert_eq!(document.code, "CSC PR.013");
    }
}
