//! PDCA cycles through all phases: no gate opens without its evidence, and what was measured is kept.

use std::fmt::Write;
use std::sync::Arc;

use cairn::actor::{Actor, Role};
use cairn::documents::{self, Bilingual, NewDocument};
use cairn::improvement::{self, CheckResult, OpenCycle, Phase, Verdict};
use cairn::kpi::{self, Import};
use cairn::ledger::store;
use cairn::organisation::{self, CentreType, NewCentre};
use chrono::{Days, NaiveDate};

use crate::both;
use crate::support::{TestApp, Visitor};

pub const MAPPING: &str = r#"
source = "hotline"
[id]
column = "id"
[channel]
value = "voice"
[stamp]
column = "at"
[outcome]
column = "outcome"
values = { answered = "answered", abandoned = "abandoned" }
[wait]
column = "wait"
empty = "unknown"
[talk]
column = "talk"
empty = "unknown"
"#;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Calls of some days from one on: so many of 20 a day are answered within the threshold, the others late.
pub fn calls(app: &TestApp, from: &str, days: u64, in_time: u32) {
    calls_in_time(app, from, days, &[in_time]);
}

/// The same with numbers that take turns.
pub fn calls_in_time(app: &TestApp, from: &str, days: u64, in_time: &[u32]) {
    let mut file = String::from("id,at,outcome,wait,talk\n");
    for (offset, in_time) in (0..days).zip(in_time.iter().cycle()) {
        let on = day(from).checked_add_days(Days::new(offset)).unwrap();
        for call in 0..20_u32 {
            let wait = if call < *in_time { 5 } else { 90 };
            writeln!(file, "{on}-{call},{on} 09:{call:02}:00,answered,{wait},120").unwrap();
        }
    }
    let request =
        Import { mapping: MAPPING.into(), centre: Some("HD".into()), file_name: format!("{from}.csv"), ..Import::default() };
    let actor = Arc::new(Actor::cli("tester"));
    kpi::import(app.ledger(), &app.site.config.evidence_dir(), &actor, &request, file.as_bytes()).unwrap();
}

/// Organisation, centre, and a service level that is 60 % in July and 85 % from September on.
pub fn prepared(app: &TestApp) {
    with_centre(app);
    calls(app, "2026-07-01", 31, 12);
    calls(app, "2026-09-01", 30, 17);
}

/// Organisation and centre.
pub fn with_centre(app: &TestApp) {
    app.organisation();
    let centre = NewCentre {
        code: "HD".into(),
        name: "华东客服中心".into(),
        name_en: Some("East China".into()),
        unit_id: None,
        zone: None,
        centre_type: CentreType::CustomerExperience,
    };
    app.ledger().write(&app.system(), move |tx| organisation::create_centre(tx, &centre)).unwrap();
}

pub const PLAN: [(&str, &str); 8] = [
    ("title", "接通偏慢"),
    ("problem", "7 月服务水平只有 60%。"),
    ("centre", "HD"),
    ("kpi", "service_level"),
    ("baseline_from", "2026-07-01"),
    ("baseline_to", "2026-07-31"),
    ("goal", "80"),
    ("due_on", "2026-12-31"),
];

/// The form's row version as the page shows it.
fn version(app: &TestApp, number: &str) -> String {
    let cycle = app.ledger().db.read(|conn| improvement::find(conn, &Actor::system(), number)).unwrap();
    cycle.row_version.to_string()
}

async fn opened(visitor: &Visitor<'_>) -> String {
    let answer = visitor.post("/improvement", &PLAN).await;
    assert_eq!(answer.status, 303, "{}", answer.main());
    answer.location().trim_start_matches("/p/").to_owned()
}

both! {
    async fn a_cycle_goes_through_all_phases_with_its_evidence(app: TestApp) {
        prepared(app);
        let manager = app.signed_in("wangfang", &[Role::QualityManager]);
        let doer = app.user("chengang", &[Role::Staff]);
        let doing = app.sign_in("chengang");
        let number = opened(&manager).await;
        assert_eq!(number, "2026-01");
        let page = manager.get("/p/2026-01").await;
        assert_eq!(page.status, 200, "{}", page.text());
        assert!(page.main().contains("基线 60.0%（2026-07-01 至 2026-07-31）"), "{}", page.main());

        // Plan: cause and an action are missing.
        let refused = manager.post("/p/2026-01/do", &[("row_version", &version(app, &number))]).await;
        assert_eq!(refused.status, 422);
        assert!(refused.main().contains("还没有写明原因") && refused.main().contains("还没有措施"), "{}", refused.main());
        let edit = manager.get("/p/2026-01/plan").await;
        assert!(edit.text().contains("接通偏慢"), "{}", edit.main());
        let mut plan: Vec<(&str, &str)> = PLAN.iter().copied().filter(|(name, _)| !matches!(*name, "centre" | "kpi")).collect();
        let seen = version(app, &number);
        plan.extend([("cause", "早班人手不足"), ("row_version", &seen)]);
        assert_eq!(manager.post("/p/2026-01/plan", &plan).await.status, 303);
        assert_eq!(manager.post("/p/2026-01/plan", &plan).await.status, 409, "somebody else was quicker");
        let action = [("title", "早班加 4 人"), ("owner_id", doer.id.as_str()), ("due_on", "2026-08-15")];
        assert_eq!(manager.post("/p/2026-01/actions", &action).await.status, 303);
        assert_eq!(manager.post("/p/2026-01/do", &[("row_version", &version(app, &number))]).await.status, 303);

        // Do: the action is open; only its owner or who runs the cycle ends it, with a note.
        let check = |on: &'static str| { let seen = version(app, "2026-01"); async move { (on, seen) } };
        let (on, seen) = check("2026-08-31").await;
        let refused = manager.post("/p/2026-01/check", &[("acted_on", on), ("row_version", &seen)]).await;
        assert_eq!((refused.status.as_u16(), refused.main().contains("还有 1 项措施未结束")), (422, true));
        let mine = app.ledger().db.read(|conn| improvement::actions_of(conn, &doer.id)).unwrap();
        assert_eq!(mine.len(), 1);
        assert_eq!(app.ledger().db.read(|conn| improvement::overdue(conn, &Actor::system(), day("2026-11-21"))).unwrap().len(), 1);
        let done = format!("/p/2026-01/actions/{}/done", mine[0].0.id);
        app.user("other", &[Role::Staff]);
        assert_eq!(app.sign_in("other").post(&done, &[("note", "x")]).await.status, 403);
        assert_eq!(doing.post(&done, &[("note", "")]).await.status, 422);
        assert_eq!(doing.post(&done, &[("note", "8 月 10 日起到岗，排班表已存档")]).await.status, 303);
        assert_eq!(doing.post(&done, &[("note", "again")]).await.status, 409);
        for (on, text) in [("2026-07-31", "须晚于基线末日"), ("2027-01-01", "不能是将来的日期")] {
            let refused = manager.post("/p/2026-01/check", &[("acted_on", on), ("row_version", &version(app, &number))]).await;
            assert_eq!((refused.status.as_u16(), refused.main().contains(text)), (422, true), "{on}");
        }
        assert_eq!(manager.post("/p/2026-01/check", &[("acted_on", on), ("row_version", &version(app, &number))]).await.status, 303);

        // Check: only a period with data after the actions.
        for (from, to, text) in [
            ("2026-08-01", "2026-08-31", "检查期须从措施生效日 2026-08-31 起"),
            ("2026-10-01", "2026-10-31", "这个时段没有数据"),
            ("2026-09-01", "2027-09-30", "不能是将来的日期"),
        ] {
            let sent = [("check_from", from), ("check_to", to), ("row_version", &version(app, &number))];
            let refused = manager.post("/p/2026-01/act", &sent).await;
            assert_eq!((refused.status.as_u16(), refused.main().contains(text)), (422, true), "{from}: {}", refused.main());
        }
        let sent = [("check_from", "2026-09-01"), ("check_to", "2026-09-30"), ("row_version", &version(app, &number))];
        assert_eq!(manager.post("/p/2026-01/act", &sent).await.status, 303);
        let cycle = app.ledger().db.read(|conn| improvement::find(conn, &Actor::system(), &number)).unwrap();
        let result: CheckResult = cycle.check_result.as_ref().unwrap().to().unwrap();
        assert!((result.difference - 25.0).abs() < 1e-9, "{result:?}");
        assert!((result.before.value.unwrap() - 60.0).abs() < 1e-9 && result.after.n == 600);
        let [low, high] = result.interval.unwrap();
        assert!(low > 20.0 && low < 25.0 && high > 25.0 && high < 30.0, "{low} {high}");
        assert_eq!((result.verdict, result.met), (Verdict::Better, true));

        // Act: a document that is there, and a conclusion.
        for (fields, text) in [
            (vec![("act_kind", "standardise"), ("conclusion", "有效")], "标准化须写明文件编号"),
            (vec![("act_kind", "standardise"), ("act_document", "WI-99"), ("conclusion", "有效")], "没有编号为 WI-99 的文件"),
            (vec![("act_kind", "none")], "请填写此项"),
        ] {
            let seen = version(app, &number);
            let mut fields = fields;
            fields.push(("row_version", &seen));
            let refused = manager.post("/p/2026-01/close", &fields).await;
            assert_eq!((refused.status.as_u16(), refused.main().contains(text)), (422, true), "{text}: {}", refused.main());
        }
        let document = NewDocument {
            tier: 3,
            code: Some("WI-03".into()),
            title: Bilingual { zh: Some("排班作业指导书".into()), en: None },
            ..NewDocument::default()
        };
        app.ledger().write(&app.system(), move |tx| documents::create(tx, &document)).unwrap();
        let seen = version(app, &number);
        let close = [("act_kind", "standardise"), ("act_document", "WI-03"), ("conclusion", "早班人数写入排班规则。"), ("row_version", &seen)];
        assert_eq!(manager.post("/p/2026-01/close", &close).await.status, 303);
        let page = manager.get("/p/2026-01").await;
        let main = page.main();
        for text in ["已关闭", "有效：+25.0 个百分点", "95% 区间", "WI-03", "8 月 10 日起到岗", "王 关闭了循环", "标准化"] {
            assert!(main.contains(text), "{text}: {main}");
        }
        assert!(page.text().contains("class=\"chart scroll\"") && page.text().contains("class=\"flag\""), "the effect with the day of the actions");
        let english = app.sign_in("wangfang").english().get("/p/2026-01").await;
        assert!(english.main().contains("Effective: +25.0 percentage points"), "{}", english.main());
        assert!(!main.contains("because") && !main.contains("因为"), "never because of");
        let history = app.ledger().db.read(|conn| store::history(conn, "cycle", &cycle.id, 50)).unwrap();
        let mut actions: Vec<&str> = history.iter().map(|event| event.action.as_str()).collect();
        actions.reverse();
        assert_eq!(actions, ["cycle.open", "cycle.plan", "cycle.action", "cycle.do", "cycle.action_done", "cycle.check", "cycle.act", "cycle.close"]);
        assert_eq!(manager.get(&format!("/improvement/{}", cycle.id)).await.location(), "/p/2026-01");
        assert_eq!(manager.get("/improvement/none").await.status, 404);
        assert_eq!(app.ledger().db.read(|conn| improvement::by_kpi(conn, &cycle.centre_id, "service_level")).unwrap().len(), 1);
    }

    async fn the_board_shows_phases_and_what_is_late(app: TestApp) {
        prepared(app);
        let manager = app.signed_in("wangfang", &[Role::QualityManager]);
        let empty = manager.get("/improvement").await;
        assert_eq!(empty.status, 200, "{}", empty.text());
        opened(&manager).await;
        let mut second = PLAN.to_vec();
        second.retain(|(name, _)| !matches!(*name, "title" | "due_on"));
        second.extend([("title", "另一个问题"), ("due_on", "2026-11-01")]);
        assert_eq!(manager.post("/improvement", &second).await.location(), "/p/2026-02");
        let board = manager.get("/improvement").await;
        assert!(board.main().contains("另一个问题") && board.main().contains("逾期 20 天"), "{}", board.main());
        assert_eq!(board.all("section .tile").len(), 2);
        app.user("guest", &[]);
        assert_eq!(app.sign_in("guest").get("/improvement").await.status, 404, "nobody without a role sees cycles");
        let staff = app.signed_in("staff", &[Role::Staff]);
        assert_eq!(staff.get("/improvement").await.status, 200);
        assert_eq!(staff.get("/improvement/new").await.status, 404);
        assert_eq!(staff.post("/improvement", &PLAN).await.status, 403);
        assert_eq!(staff.post("/p/2026-01/do", &[]).await.status, 403);
    }

    async fn what_cannot_be_planned_is_refused_at_its_field(app: TestApp) {
        prepared(app);
        let manager = app.signed_in("wangfang", &[Role::QualityManager]);
        let page = manager.get("/improvement/new").await;
        assert_eq!(page.status, 200, "{}", page.text());
        let with = |field: &'static str, value: &'static str| {
            let mut fields: Vec<(&str, &str)> = PLAN.iter().copied().filter(|(name, _)| *name != field).collect();
            fields.push((field, value));
            fields
        };
        for (field, value, text) in [
            ("title", "", "请填写此项"),
            ("due_on", "2026-07-15", "期限须晚于基线末日"),
            ("baseline_to", "2026-06-01", "截止日早于起始日"),
            ("centre", "XX", "请从所列选项中选择"),
            ("kpi", "nonsense", "请从所列选项中选择"),
        ] {
            let answer = manager.post("/improvement", &with(field, value)).await;
            assert_eq!((answer.status.as_u16(), answer.main().contains(text)), (422, true), "{field}: {}", answer.main());
        }
        let cycle = manager.post("/improvement", &with("baseline_from", "2026-07-31")).await;
        assert_eq!(cycle.status, 303);
        let all = app.ledger().db.read(|conn| improvement::board(conn, &Actor::system(), day("2026-11-21"))).unwrap();
        assert_eq!(all.iter().map(|(cycle, _)| (cycle.number.as_str(), cycle.phase)).collect::<Vec<_>>(), [("2026-01", Phase::Plan)], "refused ones drew no number");
    }

    async fn form_and_json_open_the_same_cycle(app: TestApp) {
        prepared(app);
        let manager = app.signed_in("wangfang", &[Role::QualityManager]);
        opened(&manager).await;
        let json = r#"{"title":"接通偏慢","problem":"7 月服务水平只有 60%。","centre":"HD","kpi":"service_level","baseline_from":"2026-07-01","baseline_to":"2026-07-31","goal":80,"due_on":"2026-12-31"}"#;
        let command: OpenCycle = serde_json::from_str(json).unwrap();
        let user = app.ledger().db.read(|conn| cairn::people::find_by_login(conn, "wangfang")).unwrap();
        let actor = app.actor(&user, &[Role::QualityManager]);
        let second = app.ledger().write(&actor, move |tx| improvement::open(tx, &command)).unwrap();
        let first = app.ledger().db.read(|conn| improvement::find(conn, &Actor::system(), "2026-01")).unwrap();
        let same = cairn::improvement::Cycle { id: first.id.clone(), number: first.number.clone(), ..second };
        assert_eq!(same, first);
    }
}
