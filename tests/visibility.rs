//! Who sees which version: readers what is in force and what it replaced; what is being prepared, came back or was withdrawn is not there
//! for them, by any door.

use cairn::actor::Role;
use cairn::documents::{self, Adopt, Bilingual, Decide, Decision, NewDocument, Revise, Step, Submit, Withdraw};

use crate::both;
use crate::support::TestApp;

fn words(zh: &str, en: &str) -> Bilingual {
    Bilingual { zh: Some(zh.into()), en: Some(en.into()) }
}

fn adopt(app: &TestApp, code: &str, label: &str, text: &str) -> String {
    let command = Adopt {
        code: code.into(),
        tier: 2,
        label: Some(label.into()),
        title: words("处理程序", "Handling"),
        text: words(text, text),
        effective: true,
        reason: "采用".into(),
        ..Adopt::default()
    };
    app.ledger().write(&app.system(), move |tx| documents::adopt(tx, &command).map(|(document, _, _)| document.id)).unwrap()
}

/// QP-08: A/0 superseded, A/1 in force, A/2 came back as a draft. QP-09: A/0 superseded, A/1 withdrawn. QP-77: a draft.
struct Shelf {
    eight: String,
    nine: String,
    returned: String,
    withdrawn: String,
    draft: String,
}

fn shelf(app: &TestApp) -> Shelf {
    app.organisation();
    let (author, approver, manager) = (
        app.user("author", &[Role::Author]),
        app.user("approver", &[Role::Approver]),
        app.user("manager", &[Role::QualityManager]),
    );
    adopt(app, "QP-08", "A/0", "旧的珊瑚条款");
    let eight = adopt(app, "QP-08", "A/1", "有效的条款");
    adopt(app, "QP-09", "A/0", "旧的海星条款");
    let nine = adopt(app, "QP-09", "A/1", "海豚条款");
    let writes = app.actor(&author, &[Role::Author]);
    let id = eight.clone();
    let (_, version) =
        app.ledger().write(&writes, move |tx| documents::revise(tx, &id, &Revise { step: Step::Modification })).unwrap();
    let submit =
        Submit {
            reason: "鲸鱼理由".into(), approver: approver.id.clone(), row_version: version.row_version, ..Submit::default()
        };
    let id = version.id.clone();
    app.ledger().write(&writes, move |tx| documents::submit(tx, &id, &submit).map(|_| ())).unwrap();
    let decide = Decide { decision: Decision::Returned, comment: Some("请补充".into()), content_hash: None };
    let id = version.id.clone();
    app.ledger()
        .write(&app.actor(&approver, &[Role::Approver]), move |tx| documents::decide(tx, &id, &decide).map(|_| ()))
        .unwrap();
    let id = nine.clone();
    let gone = Withdraw { reason: "并入 QP-08".into() };
    let (_, withdrawn) =
        app.ledger().write(&app.actor(&manager, &[Role::QualityManager]), move |tx| documents::withdraw(tx, &id, &gone)).unwrap();
    let new = NewDocument { tier: 2, code: Some("QP-77".into()), title: words("鲸鱼", "Whale"), ..NewDocument::default() };
    let (_, draft) = app.ledger().write(&writes, move |tx| documents::create(tx, &new)).unwrap();
    Shelf { eight, nine, returned: version.id, withdrawn: withdrawn.id, draft: draft.id }
}

both! {
    async fn readers_find_only_what_is_in_force_and_what_it_replaced(app: TestApp) {
        let shelf = shelf(app);
        for role in [Role::Staff, Role::Executive] {
            let login = role.as_str();
            let reader = app.signed_in(login, &[role]);
            assert_eq!(reader.get("/d/QP-08").await.status, 200);
            assert_eq!(reader.get("/d/QP-08?v=A/0").await.status, 200, "what was replaced can be read");
            let hidden = [
                "/d/QP-08?v=A/2".to_owned(),
                "/d/QP-09?v=A/1".to_owned(),
                "/d/QP-77".to_owned(),
                format!("/documents/compare/{}?from=A/1&to=A/2", shelf.eight),
                format!("/documents/compare/{}?from={}", shelf.eight, shelf.returned),
                format!("/documents/compare/{}?to=A/1", shelf.nine),
                format!("/documents/{}/edit", shelf.returned),
                format!("/documents/{}/submit", shelf.draft),
            ];
            for path in hidden {
                assert_eq!(reader.get(&path).await.status, 404, "{login} {path}");
            }
            let page = reader.get("/d/QP-08").await.text();
            for word in ["A/2", "鲸鱼理由", "请补充"] {
                assert!(!page.contains(word), "{login}: the reader page tells of {word}");
            }
            let list = reader.get("/documents").await.main();
            assert!(list.contains("QP-08") && !list.contains("QP-09") && !list.contains("QP-77"), "{login}: {list}");
            let file = reader.get("/documents/register.csv").await.text();
            assert!(file.contains("QP-08") && !file.contains("QP-09") && !file.contains("QP-77"), "{file}");
            for word in ["%E9%B2%B8%E9%B1%BC", "%E6%B5%B7%E8%B1%9A"] {
                assert_eq!(reader.get(&format!("/search?q={word}")).await.all(".hit"), Vec::<String>::new(), "{login}");
            }
        }
    }

    async fn programs_of_readers_get_no_more(app: TestApp) {
        let shelf = shelf(app);
        for (login, role) in [("staff", Role::Staff), ("boss", Role::Executive)] {
            let program = app.program(login, &[role], &["read-documents"]);
            for id in [&shelf.returned, &shelf.withdrawn, &shelf.draft] {
                assert_eq!(program.get(&format!("/api/v1/versions/{id}")).await.status, 404, "{login}");
            }
            assert_eq!(program.get("/api/v1/documents/QP-77").await.status, 404);
            let labels = |answer: &crate::support::Answer| -> Vec<String> {
                answer.json()["versions"].as_array().unwrap().iter().map(|v| v["label"].as_str().unwrap().to_owned()).collect()
            };
            assert_eq!(labels(&program.get("/api/v1/documents/QP-08").await), ["A/1", "A/0"]);
            assert_eq!(labels(&program.get("/api/v1/documents/QP-09").await), ["A/0"]);
            let list = program.get("/api/v1/documents").await.text();
            assert!(!list.contains("QP-09") && !list.contains("QP-77"), "{list}");
        }
    }

    async fn who_has_the_right_sees_all(app: TestApp) {
        let shelf = shelf(app);
        for (login, role) in [("qm", Role::QualityManager), ("auditor", Role::Auditor)] {
            let visitor = app.signed_in(login, &[role]);
            for path in ["/d/QP-08?v=A/2", "/d/QP-09?v=A/1", "/d/QP-77"] {
                assert_eq!(visitor.get(path).await.status, 200, "{login} {path}");
            }
            assert_eq!(visitor.get(&format!("/documents/compare/{}?from=A/1&to=A/2", shelf.eight)).await.status, 200, "{login}");
        }
        let approver = app.sign_in("approver");
        assert_eq!(approver.get("/d/QP-08?v=A/2").await.status, 200, "whoever was asked may still read what they returned");
        assert_eq!(approver.get("/d/QP-77").await.status, 404);
    }
}
