//! The library: list with filters, register as page and file, the pyramid with its gaps, and the comparison of versions.

use actix_web::http::StatusCode;
use cairn::actor::Role;
use cairn::documents::{self, Adopt, Bilingual, NewDocument};

use crate::both;
use crate::support::TestApp;

fn both_languages(zh: &str, en: &str) -> Bilingual {
    Bilingual { zh: Some(zh.into()), en: Some(en.into()) }
}

fn adopt(app: &TestApp, code: &str, tier: i64, label: &str, parents: &[&str], text: (&str, &str)) {
    let command = Adopt {
        code: code.into(),
        tier,
        label: Some(label.into()),
        title: both_languages(&format!("{code} 标题"), &format!("{code} title")),
        text: both_languages(text.0, text.1),
        owner: "CSQ".into(),
        parents: parents.iter().map(|code| (*code).to_owned()).collect(),
        effective: true,
        reason: "首次导入".into(),
        ..Adopt::default()
    };
    app.ledger().write(&app.system(), move |tx| documents::adopt(tx, &command).map(|_| ())).unwrap();
}

/// A manual, two procedures of which one has a form below it, an instruction under nothing, and a draft.
fn pyramid(app: &TestApp) {
    app.organisation();
    adopt(app, "QM-01", 1, "A/0", &[], ("## 1 目的\n\n方针。", "## 1 Purpose\n\nPolicy."));
    adopt(app, "QP-01", 2, "A/0", &["QM-01"], ("## 1 目的\n\n投诉处理。", "## 1 Purpose\n\nComplaints."));
    adopt(app, "QP-02", 2, "1.0", &["QM-01"], ("## 1 目的\n\n培训。", "## 1 Purpose\n\nTraining."));
    adopt(app, "FR-01", 4, "A/0", &["QP-01"], ("## 1 说明\n\n登记。", "## 1 Notes\n\nRegister."));
    adopt(app, "WI-09", 3, "A/0", &["QP-77"], ("## 1 步骤\n\n核实。", "## 1 Steps\n\nVerify."));
    let author = app.user("chen", &[Role::Author]);
    let draft = NewDocument {
        tier: 2,
        code: Some("QP-03".into()),
        title: both_languages("=起草", "Drafted"),
        owner: "OPS".into(),
        parents: vec!["QM-01".into()],
        ..NewDocument::default()
    };
    app.ledger().write(&app.actor(&author, &[Role::Author]), move |tx| documents::create(tx, &draft).map(|_| ())).unwrap();
}

both! {
    async fn the_list_shows_what_one_may_see_and_filters(app: TestApp) {
        pyramid(app);
        let staff = app.signed_in("staff", &[Role::Staff]);
        let page = staff.get("/documents").await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text());
        assert_eq!(page.all("tbody th"), ["FR-01", "QM-01", "QP-01", "QP-02", "WI-09"]);
        let manager = app.signed_in("fang", &[Role::QualityManager]).english();
        let page = manager.get("/documents").await;
        assert_eq!(page.all("tbody th"), ["FR-01", "QM-01", "QP-01", "QP-02", "QP-03", "WI-09"]);
        assert!(page.main().contains("Drafted"), "{}", page.main());
        for (filter, expected) in [
            ("tier=2", vec!["QP-01", "QP-02", "QP-03"]),
            ("state=draft", vec!["QP-03"]),
            ("state=effective&tier=2", vec!["QP-01", "QP-02"]),
            ("owner=OPS", vec!["QP-03"]),
            ("q=qp%2002", vec!["QP-02"]),
            ("q=QP-01%20title", vec!["QP-01"]),
            ("tier=nonsense", vec!["FR-01", "QM-01", "QP-01", "QP-02", "QP-03", "WI-09"]),
            ("q=%25", vec![]),
        ] {
            assert_eq!(manager.get(&format!("/documents?{filter}")).await.all("tbody th"), expected, "{filter}");
        }
        assert_eq!(staff.get("/documents?state=draft").await.all("tbody th"), Vec::<String>::new());
        assert_eq!(app.nobody().get("/documents").await.status, StatusCode::SEE_OTHER);
    }

    async fn long_lists_are_paged_by_code(app: TestApp) {
        app.organisation();
        for number in 1..=53 {
            adopt(app, &format!("WI-{number:03}"), 3, "A/0", &[], ("## 1 步骤", "## 1 Steps"));
        }
        let staff = app.signed_in("staff", &[Role::Staff]);
        let first = staff.get("/documents?tier=3").await;
        let codes = first.all("tbody th");
        assert_eq!((codes.len(), codes[49].as_str()), (50, "WI-050"));
        let second = staff.get("/documents?tier=3&after=WI-050").await;
        assert_eq!(second.all("tbody th"), ["WI-051", "WI-052", "WI-053"]);
        assert!(first.text().contains("/documents?tier=3&amp;after=WI-050"), "{}", first.text());
        // The register and the file are whole.
        assert_eq!(staff.get("/documents?view=register").await.all("tbody th").len(), 53);
        let csv = staff.get("/documents/register.csv?tier=3").await;
        assert_eq!(csv.text().lines().count(), 54);
    }

    async fn the_register_as_a_file_is_safe_in_a_spreadsheet(app: TestApp) {
        pyramid(app);
        let manager = app.signed_in("fang", &[Role::QualityManager]);
        let csv = manager.get("/documents/register.csv").await;
        assert_eq!(csv.header("content-type"), Some("text/csv; charset=utf-8"));
        assert!(csv.header("content-disposition").unwrap().contains("documents-2026-11-21.csv"));
        assert!(csv.body.starts_with(b"\xEF\xBB\xBF"));
        let text = csv.text();
        assert!(text.contains("QP-01,QP-01 标题,2,CSQ,A/0,现行有效,2026-11-21\r\n"), "{text}");
        assert!(text.contains("QP-03,'=起草,2,OPS"), "{text}");
    }

    async fn the_pyramid_shows_what_is_missing(app: TestApp) {
        pyramid(app);
        let staff = app.signed_in("staff", &[Role::Staff]);
        let page = staff.get("/documents?view=map").await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text());
        let text = page.main();
        assert!(text.contains("5 份文件，5 份现行有效"), "{text}");
        for gap in ["WI-09 无上级文件", "WI-09 引用的 QP-77 不存在", "QP-02 无文件使用", "WI-09 无文件使用"] {
            assert!(text.contains(gap), "{gap}: {text}");
        }
        assert!(!text.contains("QP-01 无"), "{text}");
        assert!(!text.contains("QP-03"), "drafts are not for staff: {text}");
        let html = page.text();
        let stones = |class: &str| html.split("class=\"legend\"").next().unwrap().matches(&format!("class=\"{class}\"")).count();
        assert_eq!((stones("stone top"), stones("stone gap")), (1, 2));
        assert_eq!(page.all(".tree > li > .row .code"), ["QM-01", "WI-09"]);
        assert_eq!(page.all(".tree li li .code"), ["QP-01", "FR-01", "QP-02"]);
        let english = app.signed_in("fang", &[Role::QualityManager]).english().get("/documents?view=map").await;
        assert!(english.main().contains("6 documents, 5 in force"), "{}", english.main());
    }

    async fn two_versions_are_compared_clause_by_clause(app: TestApp) {
        app.organisation();
        let old = ("## 1 目的\n\n不变。\n\n## 2 时限\n\n在 4 小时内登记 <b>。", "## 1 Purpose\n\nSame.\n\n## 2 Limits\n\nWithin 4 hours.");
        let new = ("## 1 目的\n\n不变。\n\n## 2 时限\n\n在 2 小时内登记 <b>。\n\n## 3 升级\n\n新的。", "## 1 Purpose\n\nSame.\n\n## 2 Limits\n\nWithin 2 hours.");
        adopt(app, "QP-08", 2, "A/0", &["QM-01"], old);
        adopt(app, "QP-08", 2, "A/1", &["QM-01", "QM-02"], new);
        let id = app.ledger().db.read(|conn| documents::by_code(conn, "QP-08")).unwrap().id;
        let staff = app.signed_in("staff", &[Role::Staff]);
        let page = staff.get(&format!("/documents/compare/{id}")).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text());
        assert_eq!(page.all("h1"), ["A/0 与 A/1 的差别"]);
        assert_eq!(page.all(".chg del"), ["4"]);
        assert_eq!(page.all(".chg ins")[0], "2");
        assert_eq!(page.all("section.chg h3").len(), 2);
        assert_eq!(page.all(".fold").len(), 1);
        assert!(page.text().contains("登记 &lt;b&gt;"), "{}", page.text());
        assert!(page.all("table ins").contains(&"QM-02".to_owned()), "{:?}", page.all("table ins"));
        let english = staff.get(&format!("/documents/compare/{id}?text=en&from=A/1&to=A/0")).await;
        assert_eq!((english.all(".chg del"), english.all(".chg ins")), (vec!["2".to_owned()], vec!["4".to_owned()]));
        assert_eq!(staff.get(&format!("/documents/compare/{id}?from=Z/9")).await.status, StatusCode::NOT_FOUND);
        assert_eq!(staff.get("/documents/compare/none").await.status, StatusCode::NOT_FOUND);
    }

    async fn what_one_may_not_see_is_not_compared(app: TestApp) {
        pyramid(app);
        let id = app.ledger().db.read(|conn| documents::by_code(conn, "QP-03")).unwrap().id;
        let staff = app.signed_in("staff", &[Role::Staff]);
        assert_eq!(staff.get(&format!("/documents/compare/{id}")).await.status, StatusCode::NOT_FOUND);
        let auditor = app.signed_in("audit", &[Role::Auditor]);
        let page = auditor.get(&format!("/documents/compare/{id}")).await;
        assert!(page.main().contains("没有可以对比的另一个版本"), "{}", page.main());
    }
}

both! {
    async fn a_kept_page_is_as_new(app: TestApp) {
        pyramid(app);
        let staff = app.signed_in("staff", &[Role::Staff]);
        let first = staff.get("/d/QP-02").await.text();
        assert_eq!(staff.get("/d/QP-02").await.text(), first);
        // Another process writes: this one learns of it from the log alone.
        let other = cairn::ledger::Ledger::open(app.ledger().db.clone(), app.ledger().clock.clone()).unwrap();
        let withdrawal = documents::Withdraw { reason: "不再适用".into() };
        let withdraw = move |tx: &mut cairn::ledger::WriteTx<'_>| {
            let system = tx.actor.clone();
            let (document, _) = documents::find_visible(tx, &system, "QP-02")?;
            documents::withdraw(tx, &document.id, &withdrawal).map(|_| ())
        };
        other.write(&app.system(), withdraw).unwrap();
        assert_ne!(staff.get("/d/QP-02").await.text(), first);
        // Each language, theme and person has a page of its own.
        let map = |page: crate::support::Answer| page.main();
        let chinese = map(staff.get("/documents?view=map").await);
        assert_ne!(map(app.signed_in("reader", &[Role::Staff]).english().get("/documents?view=map").await), chinese);
        let manager = app.signed_in("fang", &[Role::QualityManager]);
        assert_ne!(map(manager.get("/documents?view=map").await), chinese);
        assert_eq!(map(staff.get("/documents?view=map").await), chinese);
    }

    async fn the_list_is_paged_forward_and_backward(app: TestApp) {
        app.organisation();
        for number in 1..=120 {
            let command = cairn::documents::Adopt {
                code: format!("QP-{number:03}"),
                tier: 2,
                title: cairn::documents::Bilingual { zh: Some("程序".into()), en: None },
                text: cairn::documents::Bilingual { zh: Some("一".into()), en: None },
                effective: true,
                reason: "采用".into(),
                ..cairn::documents::Adopt::default()
            };
            app.ledger().write(&app.system(), move |tx| cairn::documents::adopt(tx, &command).map(|_| ())).unwrap();
        }
        let reader = app.signed_in("pager", &[cairn::actor::Role::Staff]);
        let link = |page: &crate::support::Answer, rel: &str| -> Option<String> {
            let page = scraper::Html::parse_document(&page.text());
            let found = page.select(&scraper::Selector::parse(&format!("a[rel={rel}]")).unwrap()).next()?.value().attr("href")?.to_owned();
            Some(found)
        };
        let codes = |page: &crate::support::Answer| page.all("main tbody tr .code");
        let first = reader.get("/documents").await;
        assert_eq!((codes(&first).len(), link(&first, "prev")), (50, None));
        let second = reader.get(&link(&first, "next").unwrap()).await;
        let third = reader.get(&link(&second, "next").unwrap()).await;
        assert_eq!((codes(&third).len(), link(&third, "next")), (20, None));
        let back = reader.get(&link(&third, "prev").unwrap()).await;
        assert_eq!(codes(&back), codes(&second));
        let start = reader.get(&link(&back, "prev").unwrap()).await;
        assert_eq!((codes(&start), link(&start, "prev")), (codes(&first), None));
        assert_eq!(codes(&reader.get(&link(&start, "next").unwrap()).await), codes(&second));
    }
}
