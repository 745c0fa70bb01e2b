//! Declarations: a form that is not right yet can be saved, with a warning, but not submitted; patterns of labels are checked.

use cairn::actor::Role;
use cairn::documents::{self, NewDocument};
use serde_json::json;

use crate::both;

const BROKEN: &str = "number: '{YYMM}'\nfields:\n  - {id: channel, label: {zh: 渠道}, type: choice}\n";
const RIGHT: &str = "number: '{YYMM}-{nnn}'\nfields:\n  - {id: channel, label: {zh: 渠道}, type: text}\n";

both! {
    async fn a_broken_form_is_saved_with_a_warning_and_refused_on_submission(app: TestApp) {
        app.organisation();
        let (author, approver) = (app.user("author", &[Role::Author]), app.user("approver", &[Role::Approver]));
        let new: NewDocument = serde_json::from_value(json!({"tier": 4, "code": "FR-20", "title": {"zh": "回访表"}, "text": {"zh": "## 1 目的\n\n回访。"}})).unwrap();
        let (_, version) = app.ledger().write(&app.actor(&author, &[Role::Author]), move |tx| documents::create(tx, &new)).unwrap();
        let visitor = app.sign_in("author");
        let edit = format!("/documents/{}/edit", version.id);
        let fields = |form: &'static str, seen: i64| vec![("title.zh", "回访表".to_owned()), ("text.zh", "## 1 目的\n\n回访。".to_owned()), ("form", form.to_owned()), ("row_version", seen.to_string())];
        let send = |form: &'static str, seen: i64| {
            let (visitor, edit, fields) = (&visitor, &edit, fields(form, seen));
            async move { visitor.post(edit, &fields.iter().map(|(name, value)| (*name, value.as_str())).collect::<Vec<_>>()).await }
        };
        let saved = send(BROKEN, version.row_version).await;
        assert_eq!((saved.status.as_u16(), saved.location()), (303, edit.as_str()), "{}", saved.main());
        let page = visitor.get(&edit).await;
        let warning = page.main();
        assert!(warning.contains("改正之前不能提交") && warning.contains("声明第 2 行，“number”") && warning.contains("第 1 个字段"), "{warning}");
        let submit = [("reason", "新编"), ("approver", approver.id.as_str()), ("row_version", &(version.row_version + 1).to_string())];
        let refused = visitor.post(&format!("/documents/{}/submit", version.id), &submit).await;
        assert_eq!(refused.status, 422);
        let told = refused.all(".errors li");
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(told[1].contains("第 1 个字段") && told[1].contains("channel"), "{told:?}");
        let english = app.sign_in("author").english();
        assert!(english.get(&edit).await.main().contains("Line 2 of the declaration"));
        // Put right, it goes on its way.
        let saved = send(RIGHT, version.row_version + 1).await;
        assert!(saved.location().starts_with("/d/FR-20"), "{}", saved.location());
        let submit = [("reason", "新编"), ("approver", approver.id.as_str()), ("row_version", &(version.row_version + 2).to_string())];
        assert_eq!(visitor.post(&format!("/documents/{}/submit", version.id), &submit).await.status, 303);
    }

    async fn a_pattern_that_makes_no_label_is_refused(app: TestApp) {
        app.organisation();
        let admin = app.signed_in("admin", &[Role::Administrator]);
        let send = |purpose: &'static str, pattern: &'static str| {
            let admin = &admin;
            async move { admin.post("/organisation/schemes", &[("purpose", purpose), ("tier", "2"), ("pattern", pattern), ("row_version", "1")]).await }
        };
        for (purpose, pattern) in [("version_label", "first"), ("version_label", ""), ("version_label", "A<0"), ("document_code", "QP"), ("document_code", "{moon}-{nn}")] {
            let answer = send(purpose, pattern).await;
            assert_eq!(answer.status, 422, "{purpose} {pattern}: {}", answer.main());
        }
        assert!(send("version_label", "first").await.main().contains("不能作为第一个版本号"));
        assert_eq!(send("version_label", "1.0").await.status, 303);
        assert_eq!(send("document_code", "P-{nnn}").await.status, 303);
    }
}
