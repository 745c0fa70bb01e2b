//! My work: what waits for whom.

use cairn::actor::Role;
use cairn::documents::{self, Bilingual, Decide, Decision, NewDocument, Submit};
use cairn::people::User;
use diesel::connection::SimpleConnection;

use crate::both;
use crate::records::{centre, form};
use crate::support::{Answer, TestApp};

const AUTHOR: &[Role] = &[Role::Author];
const APPROVER: &[Role] = &[Role::Approver];

/// A draft by an author, submitted to an approver.
fn submitted(app: &TestApp, author: &User, approver: &User) -> String {
    let both = |zh: &str, en: &str| Bilingual { zh: Some(zh.into()), en: Some(en.into()) };
    let new = NewDocument {
        tier: 2,
        code: Some("QP-08".into()),
        title: both("客户投诉处理程序", "Complaint handling"),
        text: both("## 1 目的\n\n处理投诉。\n", "## 1 Purpose\n\nTo handle complaints.\n"),
        ..NewDocument::default()
    };
    let actor = app.actor(author, AUTHOR);
    let (_, version) = app.ledger().write(&actor, move |tx| documents::create(tx, &new)).unwrap();
    let id = version.id.clone();
    let submit = Submit {
        reason: "增加升级条款".into(),
        approver: approver.id.clone(),
        due_on: Some("2026-11-23".parse().unwrap()),
        row_version: version.row_version,
        ..Submit::default()
    };
    app.ledger().write(&actor, move |tx| documents::submit(tx, &id, &submit)).unwrap();
    version.id
}

fn rows(app: &TestApp, sql: String) {
    app.ledger().write_unaudited(move |tx| Ok(tx.batch_execute(&sql)?)).unwrap();
}

fn groups(answer: &Answer) -> Vec<String> {
    answer.all(".group h2").iter().map(|title| title.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

/// Numbers of the sum line, in order.
fn sums(answer: &Answer) -> Vec<String> {
    answer.all(".sum dd")
}

both! {
    async fn nothing_waits_at_first(app: TestApp) {
        app.organisation();
        let visitor = app.signed_in("zhaoxm", &[Role::Staff]);
        let page = visitor.get("/").await;
        assert_eq!(page.status, 200);
        let text = page.main();
        assert!(text.contains("2026年11月21日 星期六") && text.contains("没有等待您处理的事"), "{text}");
        assert_eq!(sums(&page), ["0", "0", "0", "0"]);
        assert!(app.sign_in("zhaoxm").english().get("/").await.main().contains("Nothing waits for you"));
    }

    async fn an_approval_waits_for_its_approver_and_is_done_afterwards(app: TestApp) {
        app.organisation();
        let (author, approver) = (app.user("chengang", AUTHOR), app.user("limin", APPROVER));
        let version = submitted(app, &author, &approver);
        app.pass(chrono::Duration::days(1));
        let visitor = app.sign_in("limin");
        let page = visitor.get("/").await;
        assert_eq!(groups(&page), ["待批准 1"]);
        let text = page.main();
        for part in ["最早已等 1 天", "批准 QP-08 A/0 客户投诉处理程序 增加升级条款", "chengang 王", "2026-11-23", "剩 1 天"] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(page.text().contains("href=\"/d/QP-08?v=A%2F0\""), "one click opens the object");
        assert_eq!(sums(&page)[..3], ["0", "1", "0"]);
        assert!(page.all("nav.areas .n").contains(&"1".to_owned()), "the navigation counts it");
        assert_eq!(sums(&app.sign_in("chengang").get("/").await)[2], "1", "the author waits for others");
        app.pass(chrono::Duration::days(3));
        let late = app.sign_in("limin").english().get("/").await;
        assert!(late.main().contains("2 days overdue") && late.main().contains("To approve"), "{}", late.main());
        assert_eq!(sums(&late)[..2], ["1", "0"]);
        let actor = app.actor(&approver, APPROVER);
        let decide = Decide { decision: Decision::Returned, comment: Some("请补充时限".into()), content_hash: None };
        app.ledger().write(&actor, move |tx| documents::decide(tx, &version, &decide).map(|_| ())).unwrap();
        let after = app.sign_in("limin").get("/").await;
        assert_eq!(groups(&after), Vec::<String>::new());
        let done = app.sign_in("limin").get("/?tab=done").await;
        assert_eq!(done.all("main .log li").len(), 1);
        assert!(done.main().contains("请补充时限"), "{}", done.main());
        // Creating and saving are not done things; submitting is.
        let author = app.sign_in("chengang").get("/?tab=done").await;
        assert_eq!(author.all("main .log li").len(), 1, "{}", author.main());
        assert!(author.main().contains("提交"), "{}", author.main());
        let back = app.sign_in("chengang").get("/").await;
        assert_eq!(groups(&back), ["被退回 1"]);
        assert!(back.main().contains("请补充时限"));
    }

    async fn the_count_beside_the_area_follows_what_another_process_writes(app: TestApp) {
        app.organisation();
        let (author, approver) = (app.user("chengang", AUTHOR), app.user("limin", APPROVER));
        let version = submitted(app, &author, &approver);
        let visitor = app.sign_in("limin");
        let waiting = |page: &Answer| page.all("nav.areas .n");
        assert!(waiting(&visitor.get("/documents").await).contains(&"1".to_owned()));
        let other = cairn::ledger::Ledger::open(app.ledger().db.clone(), app.clock.clone()).unwrap();
        let decide = Decide { decision: Decision::Returned, comment: Some("请补充时限".into()), content_hash: None };
        other.write(&app.actor(&approver, APPROVER), move |tx| documents::decide(tx, &version, &decide).map(|_| ())).unwrap();
        assert_eq!(waiting(&visitor.get("/documents").await), Vec::<String>::new());
    }

    async fn drafts_of_records_wait_to_be_completed(app: TestApp) {
        app.organisation();
        form(app, "FR-02", "A/0", &[]);
        let visitor = app.signed_in("zhaoxm", &[Role::Staff]);
        let draft = visitor.post("/records/FR-02/new", &[("values.customer", "沈女士")]).await;
        let page = visitor.get("/").await;
        assert_eq!(groups(&page), ["待填完的记录 1"]);
        assert!(page.text().contains(&format!("href=\"{}\"", draft.location())));
        assert!(page.main().contains("FR-02 投诉登记表"));
        assert_eq!(groups(&app.signed_in("other", &[Role::Staff]).get("/").await), Vec::<String>::new());
    }

    async fn signals_and_actions_reach_whom_they_concern(app: TestApp) {
        app.organisation();
        let hd = centre(app, "HD", "华东客服中心");
        let (manager, staff) = (app.user("limin", &[Role::QualityManager]), app.user("zhaoxm", &[Role::Staff]));
        app.user("boss", &[Role::Executive]);
        rows(app, format!(
            "INSERT INTO kpi_signals (id, code, centre_id, period, rule, detail, state, raised_at, due_on, row_version) VALUES \
             ('s1', 'service_level', '{}', '2026-10', 'range', '{{}}', 'open', '2026-11-10 01:00:00', '2026-11-20', 1)", hd.id));
        rows(app, format!(
            "INSERT INTO cycles (id, number, title, problem, cause, centre_id, kpi_code, baseline_from, baseline_to, baseline, goal, due_on, phase, owner_id, owner_name, opened_at, row_version) VALUES \
             ('c1', '2026-01', '提高接通率', 'x', '', '{}', 'service_level', '2026-07-01', '2026-09-30', '{{}}', 0.8, '2026-12-31', 'do', '{}', '{}', '2026-11-01 01:00:00', 1)", hd.id, manager.id, manager.name));
        for (id, ordinal, due, state) in [("a1", 1, "2026-11-19", "open"), ("a2", 2, "2026-11-30", "open"), ("a3", 3, "2026-11-01", "done")] {
            rows(app, format!(
                "INSERT INTO cycle_actions (id, cycle_id, ordinal, title, owner_id, owner_name, due_on, state, row_version) VALUES \
                 ('{id}', 'c1', {ordinal}, '调整排班 {ordinal}', '{}', '{}', '{due}', '{state}', 1)", staff.id, staff.name));
        }
        let page = app.sign_in("limin").get("/").await;
        assert_eq!(groups(&page), ["待解释的信号 1"]);
        assert!(page.main().contains("华东客服中心 2026-10 超出允许范围") && page.main().contains("逾期 1 天"), "{}", page.main());
        assert_eq!(sums(&page), ["1", "0", "0", "1"]);
        let own = app.sign_in("zhaoxm").get("/").await;
        assert_eq!(groups(&own), ["待完成的措施 2"]);
        assert!(own.main().contains("逾期 2 天") && own.main().contains("剩 9 天") && !own.main().contains("调整排班 3"), "{}", own.main());
        let lead = app.sign_in("boss").get("/").await;
        assert_eq!(groups(&lead), ["各中心的信号 1", "各中心逾期的措施 1"]);
        rows(app, "DELETE FROM cycle_actions; DELETE FROM cycles; DELETE FROM kpi_signals".into());
    }

    async fn auditors_see_the_latest_events(app: TestApp) {
        app.organisation();
        let auditor = app.signed_in("auditor", &[Role::Auditor]);
        let page = auditor.get("/").await.main();
        assert!(page.contains("最近发生") && page.contains("建立了组织 远岚速运"), "{page}");
        assert!(!app.signed_in("zhaoxm", &[Role::Staff]).get("/").await.main().contains("最近发生"));
    }
}
