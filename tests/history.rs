//! History in plain words, and the ledger page.

use std::path::{Path, PathBuf};

use cairn::actor::Role;
use cairn::history;
use cairn::ledger::Event;
use cairn::text::{Lang, has};

use crate::both;

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

/// The text literal that starts right here.
fn literal(text: &str) -> Option<&str> {
    text.trim_start().strip_prefix('"')?.split('"').next()
}

fn is_action(text: &str) -> bool {
    let word = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    text.split_once('.').is_some_and(|(group, verb)| word(group) && word(verb))
}

/// Every action that the source records, with the kind of its object where that is a literal too.
fn actions() -> Vec<(String, Option<String>)> {
    let mut files = Vec::new();
    sources(Path::new("src"), &mut files);
    let mut all = Vec::new();
    for file in files {
        let source = std::fs::read_to_string(&file).unwrap();
        let source = source.split("#[cfg(test)]").next().unwrap();
        for part in source.split("Event::new(").skip(1) {
            if let Some(action) = literal(part) {
                let rest = part.trim_start().get(action.len() + 2..).unwrap_or_default();
                let kind = rest.trim_start().strip_prefix(',').and_then(literal).map(str::to_owned);
                all.push((action.to_owned(), kind));
            }
        }
        // Actions that reach the event through a helper or a choice: literals that look like one of ours.
        if !source.contains("Event::new(") {
            continue;
        }
        let ours = |text: &&str| is_action(text) && history::GROUPS.contains(&text.split('.').next().unwrap());
        all.extend(source.split('"').filter(ours).map(|text| (text.to_owned(), None)));
    }
    all
}

#[test]
fn every_action_has_its_sentence_group_and_kind_in_both_languages() {
    let all = actions();
    assert!(all.iter().any(|(action, _)| action == "user.grant") && all.iter().any(|(action, _)| action == "user.deactivate"));
    let mut missing = Vec::new();
    for (action, kind) in &all {
        let group = action.split('.').next().unwrap();
        let mut keys = vec![history::key_of(action), format!("history-group-{group}")];
        keys.extend(kind.as_ref().map(|kind| format!("history-kind-{kind}")));
        for key in keys {
            missing.extend(Lang::ALL.iter().filter(|lang| !has(**lang, &key)).map(|lang| format!("{key} ({})", lang.code())));
        }
        if !history::GROUPS.contains(&group) {
            missing.push(format!("history::GROUPS lacks {group}"));
        }
        missing.extend(
            kind.iter().filter(|kind| !history::KINDS.contains(&kind.as_str())).map(|kind| format!("history::KINDS lacks {kind}")),
        );
    }
    missing.sort();
    missing.dedup();
    assert_eq!(missing, Vec::<String>::new());
}

#[test]
fn every_fact_table_has_a_name_in_both_languages() {
    for table in cairn::app::facts() {
        let key = format!("history-table-{}", table.name.replace('_', "-"));
        assert!(Lang::ALL.iter().all(|lang| has(*lang, &key)), "{key}");
    }
}

both! {
    async fn events_become_sentences_in_both_languages(app: TestApp) {
        app.organisation();
        let user = app.user("limin", &[Role::QualityManager]);
        let read = |lang| app.ledger().db.read(|conn| history::of(conn, "user", &user.id, lang, chrono_tz::Asia::Shanghai)).unwrap();
        let zh = read(Lang::Zh);
        let sentences: Vec<&str> = zh.iter().map(|line| line.sentence.as_str()).collect();
        assert_eq!(sentences, ["系统 授予 limin 王 质量主管角色", "系统 新增了人员 limin 王"]);
        assert_eq!(zh[0].when, "2026-11-21 09:42");
        let en: Vec<String> = read(Lang::En).into_iter().map(|line| line.sentence).collect();
        assert_eq!(en, ["The system gave limin 王 the role Quality manager", "The system added limin 王"]);
    }

    async fn an_action_of_a_newer_program_still_reads(app: TestApp) {
        app.ledger().write(&app.system(), |tx| { tx.record(Event::new("moon.landing", "user", "u", "月球")); Ok(()) }).unwrap();
        let lines = app.ledger().db.read(|conn| history::of(conn, "user", "u", Lang::En, chrono_tz::UTC)).unwrap();
        assert_eq!(lines[0].sentence, "The system did moon.landing to 月球");
    }

    async fn the_ledger_page_filters_by_who_what_kind_and_day(app: TestApp) {
        app.organisation();
        app.user("auditor", &[Role::Auditor]);
        app.pass(chrono::Duration::days(3));
        app.user("limin", &[Role::Staff]);
        let auditor = app.sign_in("auditor");
        let page = auditor.get("/ledger").await;
        assert_eq!(page.status, 200);
        let text = page.main();
        assert!(text.contains("新增了人员 limin 王") && text.contains("建立了组织 远岚速运"), "{text}");
        let sentences = |answer: crate::support::Answer| answer.all("#results tbody td:nth-child(3)");
        assert_eq!(sentences(auditor.get("/ledger?what=organisation").await), ["系统 建立了组织 远岚速运"]);
        assert_eq!(sentences(auditor.get("/ledger?kind=organisation&who=system").await).len(), 1);
        assert_eq!(sentences(auditor.get("/ledger?who=nobody").await).len(), 0);
        assert_eq!(sentences(auditor.get("/ledger?from=2026-11-24&to=2026-11-24").await), ["系统 授予 limin 王 员工角色", "系统 新增了人员 limin 王"]);
        assert_eq!(sentences(auditor.get("/ledger?to=2026-11-20").await).len(), 0);
        assert_eq!(sentences(auditor.get("/ledger?before=1").await), ["系统 建立了组织 远岚速运"]);
        let refused = auditor.get("/ledger?from=gestern").await;
        assert_eq!(refused.status, 422);
        assert!(refused.main().contains("“gestern”不是日期"));
    }

    async fn the_ledger_is_paged_by_place(app: TestApp) {
        app.organisation();
        let auditor = app.signed_in("auditor", &[Role::Auditor]).english();
        for n in 0..60 {
            app.user(&format!("u{n}"), &[]);
        }
        let page = auditor.get("/ledger?what=user").await;
        assert_eq!(page.all("#results tbody tr").len(), 50);
        let html = page.text();
        let next = html.split("rel=\"next\" href=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap().replace("&amp;", "&");
        assert!(next.starts_with("/ledger?what=user&before="), "{next}");
        let rest = auditor.get(&next).await;
        assert_eq!(rest.all("#results tbody tr").len(), 12);
        assert!(rest.text().contains("rel=\"prev\""));
    }

    async fn one_event_shows_what_it_changed(app: TestApp) {
        app.organisation();
        let auditor = app.signed_in("auditor", &[Role::Auditor]).english();
        let user = app.user("limin", &[]);
        let id = user.id.clone();
        let today = crate::support::start().date_naive();
        app.user("boss", &[Role::Administrator]);
        app.ledger().write(&app.system(), move |tx| cairn::people::deactivate(tx, &id, false, today)).unwrap();
        let size = app.ledger().db.read(|conn| cairn::ledger::store::head(conn, false)).unwrap().frontier.size();
        let page = auditor.get(&format!("/ledger/{}", size - 1)).await;
        assert_eq!(page.status, 200);
        assert!(page.main().contains("The system deactivated the account of limin 王"));
        assert_eq!(page.all("del"), ["true", "1"]);
        assert_eq!(page.all("ins"), ["false", "2"]);
        assert_eq!(auditor.get(&format!("/ledger/{size}")).await.status, 404);
        assert_eq!(auditor.get("/ledger/x").await.status, 404);
    }

    async fn who_may_not_read_the_ledger_finds_none(app: TestApp) {
        app.organisation();
        let staff = app.signed_in("staff", &[Role::Staff]);
        assert_eq!(staff.get("/ledger").await.status, 404);
        assert_eq!(staff.get("/ledger/0").await.status, 404);
    }
}
