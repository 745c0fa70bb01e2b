//! Search over documents as people type: Chinese words and single characters, full-width codes, mixed writing, beginnings; who finds
//! a draft; and that what is derived can be made again.

use cairn::actor::Role;
use cairn::documents::{self, Adopt, Bilingual, NewDocument};
use cairn::search::{self, Lookup};
use cairn::text::Lang;

use crate::both;
use crate::support::TestApp;

fn adopt(app: &TestApp, code: &str, title: (&str, &str), text: (&str, &str)) {
    let command = Adopt {
        code: code.into(),
        tier: 2,
        title: Bilingual { zh: Some(title.0.into()), en: Some(title.1.into()) },
        text: Bilingual { zh: Some(text.0.into()), en: Some(text.1.into()) },
        effective: true,
        reason: "首次导入".into(),
        ..Adopt::default()
    };
    app.ledger().write(&app.system(), move |tx| documents::adopt(tx, &command).map(|_| ())).unwrap();
}

/// Three documents in force and a draft about whales.
fn library(app: &TestApp) {
    app.organisation();
    adopt(
        app,
        "QP-08",
        ("客户投诉处理程序", "Customer complaint handling"),
        ("## 1 目的\n\n受理每一件投诉，按时升级。", "## 1 Purpose\n\nEvery complaint is escalated in time."),
    );
    adopt(
        app,
        "QP-09",
        ("满意度测量程序", "Satisfaction measurement"),
        ("## 1 目的\n\n每月计算 CSAT 满意度，见SHT/SAL/P-05第3条。", "## 1 Purpose\n\nCSAT every month."),
    );
    adopt(
        app,
        "CSC PR.013",
        ("文件控制", "Document control"),
        ("## 1 目的\n\n文件受控。", "## 1 Purpose\n\nDocuments are controlled."),
    );
    let author = app.user("chen", &[Role::Author]);
    let draft = NewDocument {
        tier: 2,
        code: Some("QP-77".into()),
        title: Bilingual { zh: Some("鲸鱼救助".into()), en: Some("Whale rescue".into()) },
        ..NewDocument::default()
    };
    app.ledger().write(&app.actor(&author, &[Role::Author]), move |tx| documents::create(tx, &draft).map(|_| ())).unwrap();
}

fn codes(app: &TestApp, role: Role, typed: &str) -> Vec<String> {
    let today = crate::support::start().date_naive();
    let actor = cairn::actor::Actor {
        who: cairn::actor::Who::Person,
        id: "somebody".into(),
        name: "somebody".into(),
        grants: vec![cairn::actor::Grant { role, centre: None, starts_on: today, ends_on: None }],
        request_id: None,
    };
    let lookup = Lookup { typed, limit: 20, snippets: false, lang: Lang::Zh };
    let found = app.ledger().db.read(|conn| search::find(conn, &actor, &lookup)).unwrap();
    found.into_iter().map(|hit| hit.code).collect()
}

both! {
    async fn words_characters_and_codes_are_found(app: TestApp) {
        library(app);
        for (typed, expected) in [
            ("投诉", vec!["QP-08"]),
            ("诉", vec!["QP-08"]),
            ("ＱＰ－０８", vec!["QP-08"]),
            ("qp08", vec!["QP-08"]),
            ("CSAT 满意", vec!["QP-09"]),
            ("csat满意度", vec!["QP-09"]),
            ("compl", vec!["QP-08"]),
            ("escalat", vec!["QP-08"]),
            ("csc-pr-013", vec!["CSC PR.013"]),
            ("CSC PR", vec!["CSC PR.013"]),
            ("QP", vec!["QP-08", "QP-09"]),
            // Any piece of a code, however it is written.
            ("csc pr 013", vec!["CSC PR.013"]),
            ("CSC-PR-013", vec!["CSC PR.013"]),
            ("cscpr013", vec!["CSC PR.013"]),
            ("ＣＳＣ－ＰＲ－０１３", vec!["CSC PR.013"]),
            ("PR-013", vec!["CSC PR.013"]),
            ("R013", vec!["CSC PR.013"]),
            ("０１３", vec!["CSC PR.013"]),
            ("P-08", vec!["QP-08"]),
            // In the middle of a text as well.
            ("SHT/SAL/P-05", vec!["QP-09"]),
            ("sht sal p05", vec!["QP-09"]),
            ("shtsalp05", vec!["QP-09"]),
            ("ＳＡＬ／Ｐ－０５", vec!["QP-09"]),
            ("鲸鱼", vec![]),
            ("\" OR *", vec![]),
        ] {
            let mut found = codes(app, Role::Staff, typed);
            found.sort();
            assert_eq!(found, expected, "{typed}");
        }
    }

    async fn drafts_are_found_by_those_who_may_see_them(app: TestApp) {
        library(app);
        assert_eq!(codes(app, Role::Staff, "鲸鱼"), Vec::<String>::new());
        assert_eq!(codes(app, Role::QualityManager, "鲸鱼"), ["QP-77\u{a0}A/0"]);
        let author = app.sign_in("chen");
        let page = author.get("/search?q=%E9%B2%B8%E9%B1%BC").await;
        assert!(page.text().contains("/d/QP-77?v=A/0"), "{}", page.text());
        // A withdrawn document is not found any more.
        let fang = app.user("fang", &[Role::QualityManager]);
        let id = app.ledger().db.read(|conn| documents::by_code(conn, "QP-09")).unwrap().id;
        let command = documents::Withdraw { reason: "并入 QP-08".into() };
        app.ledger().write(&app.actor(&fang, &[Role::QualityManager]), move |tx| documents::withdraw(tx, &id, &command).map(|_| ())).unwrap();
        assert_eq!(codes(app, Role::Staff, "csat"), Vec::<String>::new());
    }

    async fn the_box_suggests_while_one_types(app: TestApp) {
        library(app);
        let staff = app.signed_in("staff", &[Role::Staff]);
        let list = staff.get("/search/suggest?q=%E6%8A%95%E8%AF%89").await;
        assert_eq!(list.status, 200);
        assert!(list.text().contains("/d/QP-08") && list.text().contains("data-announce"), "{}", list.text());
        // A code with a blank leads to its page.
        let spaced = staff.get("/search/suggest?q=csc+pr").await;
        assert!(spaced.text().contains("/d/CSC%20PR.013"), "{}", spaced.text());
        assert_eq!(staff.get("/d/CSC%20PR.013").await.status, 200);
        let page = staff.get("/search?q=%E8%AF%89").await;
        assert!(page.all("mark").iter().all(|mark| mark == "诉") && !page.all("mark").is_empty(), "{}", page.text());
    }

    async fn what_is_derived_can_be_made_again(app: TestApp) {
        library(app);
        let links = |app: &TestApp| app.ledger().db.read(|conn| cairn::links::of_kind(conn, "document")).unwrap().into_iter().map(|link| (link.from_id, link.to_key)).collect::<Vec<_>>();
        let before = (codes(app, Role::QualityManager, "QP"), links(app));
        app.ledger().write_unaudited(|tx| search::clear(tx)).unwrap();
        assert_eq!(codes(app, Role::Staff, "投诉"), Vec::<String>::new());
        let cli = std::sync::Arc::new(cairn::actor::Actor::cli("fang"));
        let made = documents::rebuild(app.ledger(), &cli).unwrap();
        assert_eq!(made.documents, 4);
        assert_eq!((codes(app, Role::QualityManager, "QP"), links(app)), before);
        assert_eq!(codes(app, Role::Staff, "投诉"), ["QP-08"]);
    }
}

/// A submitted record of a form, by one of the staff at a centre.
fn record(app: &TestApp, login: &str, customer: &str, centre: Option<&str>) -> cairn::records::Record {
    let user = app.ledger().db.read(|conn| cairn::people::find_by_login(conn, login)).unwrap();
    let values = serde_json::json!({"channel": "phone", "customer": customer, "need": "琥珀色的花瓶碎了一角"});
    let command: cairn::records::FillRecord =
        serde_json::from_value(serde_json::json!({"form": "FR-02", "centre": centre, "values": values, "submit": true})).unwrap();
    app.ledger().write(&app.actor(&user, &[Role::Staff]), move |tx| cairn::records::fill(tx, &command)).unwrap()
}

both! {
    async fn records_are_found_by_number_form_and_words_by_who_may_see_them(app: TestApp) {
        library(app);
        crate::records::form(app, "FR-02", "A/0", &[]);
        crate::records::centre(app, "HD", "华东客服中心");
        let mine = app.signed_in("zhaoxm", &[Role::Staff]);
        let other = app.signed_in("linting", &[Role::Staff]);
        let manager = app.signed_in("fang", &[Role::QualityManager]);
        let made = record(app, "zhaoxm", "沈女士", Some("HD"));
        let found = |page: crate::support::Answer| page.text().contains(&format!("/r/{}", made.id));
        for word in ["%E7%90%A5%E7%8F%80", "2611-001", "%E6%B2%88%E5%A5%B3%E5%A3%AB", "FR-02", "%E6%8A%95%E8%AF%89%E7%99%BB%E8%AE%B0", "Telephone"] {
            for path in ["/search?q=", "/search/suggest?q="] {
                let path = format!("{path}{word}");
                assert!(found(manager.get(&path).await), "{path}");
                assert!(found(mine.get(&path).await), "{path}");
                assert!(!found(other.get(&path).await), "{path}");
            }
        }
        // In groups: documents first, then records, KPIs, and people for who manages them.
        let page = manager.get("/search?q=%E6%8A%95%E8%AF%89").await;
        assert_eq!(page.all("main h2")[..2], ["文件", "记录"], "{}", page.main());
        app.ledger().write(&app.system(), cairn::kpi::install_pack).ok();
        assert!(mine.get("/search?q=%E6%9C%8D%E5%8A%A1%E6%B0%B4%E5%B9%B3").await.text().contains("/kpis/HD/service_level"));
        assert!(!mine.get("/search?q=linting").await.text().contains("/people/"));
        let admin = app.signed_in("sunli", &[Role::Administrator]);
        assert!(admin.get("/search?q=linting").await.text().contains("/people/"));
        // What is derived can be made again.
        app.ledger().write_unaudited(|tx| search::clear(tx)).unwrap();
        assert!(!found(manager.get("/search?q=2611-001").await));
        let cli = std::sync::Arc::new(cairn::actor::Actor::cli("fang"));
        assert_eq!(cairn::records::rebuild(app.ledger(), &cli).unwrap(), 1);
        assert!(found(manager.get("/search?q=2611-001").await) && !found(other.get("/search?q=2611-001").await));
    }
}
