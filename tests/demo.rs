//! The demo as a newcomer meets it: whole, alive, and with something to do on the first page.

use std::collections::{BTreeMap, BTreeSet};

use cairn::actor::Actor;
use cairn::documents::{self, Filter, State, library};
use cairn::text::Lang;
use cairn::{improvement, kpi, organisation, records};

use crate::support::{TestApp, start};

#[actix_web::test]
async fn the_demo_is_whole_and_has_something_to_do() {
    let app = TestApp::sqlite();
    let today = start().date_naive();
    cairn::demo::fill(app.ledger(), app.site.config.evidence_dir(), today).unwrap();
    let system = Actor::system();
    app.ledger()
        .db
        .read(|conn| {
            // The pyramid has no gap, and versions stand in every state of their life.
            let map = library::map::map(conn, &system, Lang::En)?;
            let gaps: Vec<_> = map.tiers.iter().flat_map(|tier| &tier.gaps).collect();
            assert_eq!(map.gap_count, 0, "{gaps:?}");
            let all = library::all(conn, &system, &Filter::default())?;
            let tiers: Vec<usize> = (1..=4).map(|tier| all.iter().filter(|entry| entry.document.tier == tier).count()).collect();
            assert!(tiers[0] == 1 && tiers[1] >= 6 && tiers[2] >= 6 && tiers[3] >= 8, "{tiers:?}");
            let open: Vec<State> = all.iter().filter_map(|entry| entry.open.as_ref()).map(|version| version.state).collect();
            for state in [State::InReview, State::Approved, State::Draft] {
                assert_eq!(open.iter().filter(|one| **one == state).count(), 1, "{open:?}");
            }
            assert!(all.iter().filter(|entry| entry.version.ordinal > 1).count() >= 5, "versions with a history");
            // Forty records, three centres of three types, two cycles of which one shows an effect.
            let counts = records::counts_by_form(conn, &system)?;
            assert_eq!(counts.iter().map(|counted| counted.submitted).sum::<i64>(), 40);
            assert!(["FR-13", "FR-14"].iter().all(|code| counts.iter().any(|counted| counted.code == *code)));
            let types: BTreeSet<&str> = organisation::centres(conn)?.iter().map(|centre| centre.centre_type.as_str()).collect();
            assert_eq!(types.len(), 3);
            let cycles = improvement::board(conn, &system, today)?;
            assert_eq!(cycles.len(), 2);
            let closed = cycles.iter().map(|(cycle, _)| cycle).find(|cycle| cycle.phase == improvement::Phase::Closed).unwrap();
            assert!(closed.check_result.is_some(), "the closed cycle holds what was measured after it");
            Ok(())
        })
        .unwrap();
    explained_in_many_words(&app);
    the_board_shows_its_worth(&app);
    first_page(&app).await;
    app.check();
}

/// One shift, one outlier, and answers that tell them apart.
fn explained_in_many_words(app: &TestApp) {
    let system = Actor::system();
    let signals = app
        .ledger()
        .db
        .read(|conn| {
            let mut all = Vec::new();
            for centre in organisation::centres(conn)? {
                all.extend(
                    kpi::signals_of(conn, &system, &centre.code, None)?.into_iter().map(|signal| (centre.code.clone(), signal)),
                );
            }
            Ok(all)
        })
        .unwrap();
    let open = signals.iter().filter(|(_, signal)| signal.state == kpi::SignalState::Open);
    let open: BTreeSet<&str> = open.map(|(_, signal)| signal.code.as_str()).collect();
    assert_eq!(open, BTreeSet::from(["abandonment_rate", "self_service_containment"]));
    let mut texts: BTreeMap<&str, usize> = BTreeMap::new();
    for text in signals.iter().filter_map(|(_, signal)| signal.explanation.as_deref()) {
        *texts.entry(text).or_default() += 1;
    }
    assert!(texts.len() >= 20, "{} different answers", texts.len());
    let most = texts.iter().max_by_key(|(_, count)| **count).unwrap();
    assert!(*most.1 * 4 <= signals.len(), "{most:?} of {}", signals.len());
    assert!(
        texts.keys().any(|text| text.contains("错峰午休")) && texts.keys().any(|text| text.contains("中继线路")),
        "the shift and the outlier"
    );
    assert!(texts.keys().all(|text| !text.contains('{')), "all places are filled in");
}

/// Whole cards of all centres for more than a year, one weak family, one result out of its range, and gates that opened and hold now.
fn the_board_shows_its_worth(app: &TestApp) {
    let system = Actor::system();
    let (cards, last) = app
        .ledger()
        .db
        .read(|conn| {
            let cards = kpi::all_published(conn, &system, None, 200)?;
            let month = kpi::Period::month_of(start().date_naive()).months_away(-1);
            let last = ["HD", "ZB", "HN"].map(|centre| {
                let asked = kpi::AskedCard { centre: centre.to_owned(), period: month, strict: false };
                kpi::card(conn, &system, &asked)
            });
            Ok((cards, last.into_iter().collect::<cairn::error::Result<Vec<_>>>()?))
        })
        .unwrap();
    let whole = cards.iter().filter(|card| card.complete).count();
    assert!(whole >= 3 * 13, "{whole} of {}", cards.len());
    for card in cards.iter().filter(|card| card.complete) {
        assert!(card.coverage >= 0.8 && (55.0..95.0).contains(&card.total.unwrap()), "{card:?}");
    }
    for card in &last {
        assert!((72.0..92.0).contains(&card.score.total.unwrap()), "{} {:?}", card.centre.code, card.score.total);
    }
    let south = &last[2];
    let weak = south.score.families.iter().max_by(|a, b| a.points_lost.total_cmp(&b.points_lost)).unwrap();
    assert!(weak.code == "innovation" && weak.points_lost > 5.0, "{weak:?}");
    let of = |code: &str| south.kpis.iter().find(|kpi| kpi.known.definition.code == code).unwrap();
    assert_eq!(of("self_service_containment").state, kpi::scoring::Standing::OutOfRange);
    for gate in ["overdue_external_replies", "compliance_accuracy"] {
        assert_eq!(of(gate).state, kpi::scoring::Standing::Met, "{gate}");
    }
    let told = ["qa_score", "csat_top2", "nps", "fcr", "occupancy", "utilisation", "cost_per_contact", "attrition_annualised"];
    for code in told.iter().chain(&["revenue_per_contact", "conversion_rate", "margin_per_contact", "delivery_on_time"]) {
        assert!(of(code).in_unit.is_some(), "{code}");
    }
}

/// Two signals, one approval, one overdue action: what the quality manager sees first.
async fn first_page(app: &TestApp) {
    let manager = app.sign_in("wangfang");
    let page = manager.get("/").await;
    let groups: Vec<String> =
        page.all(".group h2").iter().map(|title| title.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    for group in ["待批准 1", "待解释的信号 2", "待完成的措施 1"] {
        assert!(groups.iter().any(|one| one == group), "{group}: {groups:?}");
    }
    assert!(page.main().contains("逾期"), "{}", page.main());
    let done = manager.get("/?tab=done").await;
    assert!(!done.main().contains("保存") && !done.all("main .log li").is_empty(), "{}", done.main());
    // Everybody else of the cast gets a page too, in both languages.
    for login in ["guyan", "hewei", "zhaoxm"] {
        for path in ["/", "/documents", "/documents?view=map", "/records", "/kpis"] {
            let answer = app.sign_in(login).english().get(path).await;
            assert_eq!(answer.status, 200, "{login} {path}");
        }
    }
    let version = app.ledger().db.read(|conn| documents::by_code(conn, "QP-01")).unwrap();
    assert!(version.effective_version_id.is_some());
}
