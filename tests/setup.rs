//! Set-up: from an empty database to an organisation, behind a one-time code.

use cairn::actor::Actor;
use cairn::{documents, kpi, organisation, people, setup};

use crate::both;
use crate::support::{Answer, TestApp, Visitor};

const FIELDS: [(&str, &str); 8] = [
    ("lang", "zh"),
    ("name", "远岚速运"),
    ("code", "YL"),
    ("zone", "Asia/Shanghai"),
    ("admin_name", "周以宁"),
    ("login", "zhou"),
    ("password", "一句足够长的口令，好记"),
    ("keeps_quality", "on"),
];

fn code(app: &TestApp) -> String {
    setup::issue(app.ledger()).unwrap().unwrap()
}

/// Past the code.
async fn admitted(app: &TestApp) -> Visitor<'_> {
    let visitor = app.nobody();
    let answer = visitor.post("/setup/code", &[("setup_code", &code(app))]).await;
    assert_eq!((answer.status.as_u16(), answer.location()), (303, "/setup?lang=zh"));
    visitor
}

async fn create(visitor: &Visitor<'_>, starter: &str) -> Answer {
    let mut fields = FIELDS.to_vec();
    fields.push(("starter", starter));
    visitor.post("/setup", &fields).await
}

both! {
    async fn every_page_leads_to_set_up_while_there_is_no_organisation(app: TestApp) {
        let visitor = app.nobody();
        for path in ["/", "/account", "/people"] {
            let answer = visitor.get(path).await;
            assert_eq!(answer.status, 303, "{path}");
            assert!(answer.location().starts_with("/sign-in"), "{path}");
        }
        let answer = visitor.get("/sign-in").await;
        assert_eq!((answer.status.as_u16(), answer.location()), (303, "/setup"));
        let page = visitor.get("/setup").await;
        assert_eq!(page.status, 200);
        assert!(page.text().contains("setup_code") && !page.text().contains("name=\"login\""), "the code comes first, also at this machine");
    }

    async fn only_the_newest_code_opens_and_guesses_are_counted(app: TestApp) {
        let old = code(app);
        let new = code(app);
        let visitor = app.nobody();
        for wrong in ["", "AAAA-AAAA", old.as_str()] {
            let answer = visitor.post("/setup/code", &[("setup_code", wrong)]).await;
            assert_eq!((answer.status.as_u16(), answer.main().contains("设置码不对")), (422, true), "{wrong}");
        }
        assert_eq!(create(&visitor, "nothing").await.status, 403, "nothing is created without the code");
        let typed = new.to_lowercase().replace('-', " ");
        assert_eq!(visitor.post("/setup/code", &[("setup_code", &typed)]).await.status, 303, "case and dash do not matter");
        let guesser = app.nobody();
        for _ in 0..6 {
            guesser.post("/setup/code", &[("setup_code", "BBBB-BBBB")]).await;
        }
        assert_eq!(guesser.post("/setup/code", &[("setup_code", &new)]).await.status, 429);
    }

    async fn a_code_is_good_for_a_day(app: TestApp) {
        let code = code(app);
        app.pass(chrono::Duration::hours(25));
        assert_eq!(app.nobody().post("/setup/code", &[("setup_code", &code)]).await.status, 422);
    }

    async fn set_up_creates_organisation_and_administrator_and_is_gone(app: TestApp) {
        let visitor = admitted(app).await;
        let page = visitor.get("/setup").await;
        assert!(page.text().contains("name=\"login\""), "{}", page.main());
        assert_eq!(visitor.get("/setup?lang=en").await.all("h1"), ["Set up Cairn"]);
        let empty = visitor.post("/setup", &[("lang", "zh"), ("name", "远岚速运")]).await;
        assert_eq!(empty.status, 422);
        assert_eq!(empty.all(".errors li").len(), 6, "all that is missing at once");
        assert!(empty.text().contains("远岚速运"), "what was typed comes back");
        let mut fields = FIELDS.to_vec();
        fields.extend([("starter", "nothing"), ("zone", "Mars/Base")]);
        fields.retain(|(name, value)| *name != "zone" || *value == "Mars/Base");
        let wrong = visitor.post("/setup", &fields).await;
        assert_eq!((wrong.status.as_u16(), wrong.main().contains("没有名为 Mars/Base 的时区")), (422, true));
        let done = create(&visitor, "nothing").await;
        assert_eq!((done.status.as_u16(), done.location()), (303, "/"), "{}", done.main());
        assert_eq!(visitor.get("/people").await.status, 200, "signed in as administrator");
        let row = app.ledger().db.read(organisation::get).unwrap();
        assert_eq!((row.name.as_str(), row.zone.as_str(), row.demo), ("远岚速运", "Asia/Shanghai", false));
        assert_eq!(app.ledger().db.read(|conn| organisation::setting(conn, "setup_code")).unwrap(), None, "a used code is kept no longer");
        assert_eq!(visitor.get("/setup").await.status, 404);
        assert_eq!(create(&visitor, "nothing").await.status, 404);
        assert_eq!(app.nobody().post("/setup/code", &[("setup_code", "AAAA-AAAA")]).await.status, 404);
        assert_eq!(setup::issue(app.ledger()).unwrap(), None);
        assert_eq!(app.nobody().get("/sign-in").await.status, 200);
    }

    async fn everything_that_is_wrong_is_told_at_once(app: TestApp) {
        let visitor = admitted(app).await;
        let fields = [("lang", "zh"), ("name", "远岚速运"), ("code", "YL"), ("zone", "Mars/Base"), ("login", "zhou yi ning"), ("password", "short"), ("starter", "all")];
        let answer = visitor.post("/setup", &fields).await;
        assert_eq!(answer.status, 422);
        let page = scraper::Html::parse_document(&answer.text());
        let links = scraper::Selector::parse(".errors a").unwrap();
        let wrong: Vec<&str> = page.select(&links).filter_map(|link| link.value().attr("href")).collect();
        assert_eq!(wrong, ["#f-zone", "#f-admin_name", "#f-login", "#f-password", "#f-starter"]);
    }

    async fn choosing_the_language_keeps_what_was_typed(app: TestApp) {
        let visitor = admitted(app).await;
        let mut fields = FIELDS.to_vec();
        fields.extend([("starter", "both"), ("speak", "en")]);
        let page = visitor.post("/setup?lang=en", &fields).await;
        assert_eq!((page.status.as_u16(), page.all("h1")), (200, vec!["Set up Cairn".to_owned()]));
        for typed in [r#"name="name" type="text" value="远岚速运""#, r#"value="Asia/Shanghai""#, r#"value="zhou""#, r#"value="both" checked"#, r#"name="lang" value="en""#] {
            assert!(page.text().contains(typed), "{typed}: {}", page.text());
        }
        assert!(!page.text().contains("一句足够长的口令"), "a password never comes back");
        assert!(page.all(".errors").is_empty());
        assert_eq!(setup::issue(app.ledger()).unwrap().map(|_| ()), Some(()), "nothing was created");
    }

    async fn two_at_once_create_one(app: TestApp) {
        let visitor = admitted(app).await;
        let (one, two) = futures_util::future::join(create(&visitor, "nothing"), create(&visitor, "nothing")).await;
        let mut statuses = [one.status.as_u16(), two.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses[0], 303);
        assert!(matches!(statuses[1], 404 | 409), "{statuses:?}");
        let users = app.ledger().db.read(|conn| people::directory(conn, &Actor::system(), "", 10)).unwrap();
        assert_eq!(users.len(), 1);
        assert_eq!(app.nobody().get("/setup").await.status, 404);
    }

    async fn the_starter_set_comes_as_drafts_in_both_languages(app: TestApp) {
        let visitor = admitted(app).await;
        let done = create(&visitor, "both").await;
        assert_eq!(done.status, 303, "{}", done.main());
        let all = app.ledger().db.read(|conn| documents::all_after(conn, &Actor::system(), "", 100)).unwrap();
        assert!(all.len() >= 21, "{}", all.len());
        for (document, versions) in &all {
            assert_eq!(versions.len(), 1, "{}", document.code);
            assert_eq!(versions[0].state, documents::State::Draft, "{}", document.code);
            assert!(versions[0].text_zh.is_some() && versions[0].text_en.is_some(), "{}", document.code);
        }
        assert!(app.ledger().db.read(kpi::definitions).unwrap().len() > 4);
        // The units that own them are there, with their names in both languages.
        let units = app.ledger().db.read(organisation::units).unwrap();
        assert!(all.iter().all(|(document, _)| units.iter().any(|unit| unit.code == document.owner && unit.name_en.is_some())), "{units:?}");
    }
}
