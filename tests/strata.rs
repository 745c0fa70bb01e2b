//! Scores that weigh channels: from the files to the value, its page, the published card and its proof; what channels do not tell; the form.

use cairn::actor::{Actor, Role};
use cairn::kpi::pack::Pack;
use cairn::kpi::{self, Batch, Import, Period, SaveDefinition, SignalRule};
use serde_json::{Value, json};

use crate::both;
use crate::kpi::day;
use crate::support::TestApp;

const CALLS: &str = "source = \"hotline\"\n[centre]\nvalue = \"HD\"\n[channel]\ncolumn = \"channel\"\n[stamp]\ncolumn = \"at\"\n[outcome]\n\
                     column = \"what\"\nvalues = { a = \"answered\", l = \"abandoned\" }\n";
const SCORES: &str = "source = \"qa\"\nkind = \"evaluations\"\npersonal = [\"who\"]\n[centre]\nvalue = \"HD\"\n[channel]\ncolumn = \"channel\"\n\
                      values = { \"电话\" = \"voice\", \"在线\" = \"chat\", \"邮件\" = \"email\" }\n[stamp]\ndate = \"on\"\n[score]\ncolumn = \"score\"\n";
const SAMPLE: [(&str, &[u32]); 3] = [("电话", &[70, 75, 80, 85, 90]), ("在线", &[85, 88, 92, 95]), ("邮件", &[65, 70, 75])];

fn take(app: &TestApp, mapping: &str, name: &str, file: &str) -> (Batch, Vec<kpi::Signal>) {
    let request = Import { mapping: mapping.into(), file_name: name.into(), ..Import::default() };
    match kpi::import(app.ledger(), &app.site.config.evidence_dir(), &app.system(), &request, file.as_bytes()).unwrap() {
        kpi::Imported::New { batch, signals, .. } => (batch, signals),
        kpi::Imported::Identical(batch) => panic!("identical to {}", batch.number),
    }
}

/// So many contacts answered by channel in a month, one tenth more lost.
fn calls(month: &str, answered: &[(&str, usize)]) -> String {
    let row = |channel: &str, n: usize, what: &str| format!("{month}-{:02} 10:00:{:02},{channel},{what}\n", n % 28 + 1, n % 60);
    let rows = answered.iter().flat_map(|(channel, count)| {
        let lost = (0..count / 10).map(move |n| row(channel, n, "l"));
        (0..*count).map(move |n| row(channel, n, "a")).chain(lost)
    });
    format!("at,channel,what\n{}", rows.collect::<String>())
}

fn scores(month: &str, sample: &[(&str, &[u32])]) -> String {
    let one = |(channel, scores): &(&str, &[u32])| {
        let rows = scores.iter().zip(3..).map(|(score, on)| format!("{month}-{on:02},{channel},{score},Z1\n"));
        rows.collect::<String>()
    };
    format!("on,channel,score,who\n{}", sample.iter().map(one).collect::<String>())
}

/// Chooses the variant by channel from a day on, with the changes asked for.
fn choose(app: &TestApp, change: impl Fn(&mut kpi::definition::Definition)) {
    app.ledger().write(&app.system(), kpi::install_pack).unwrap();
    let mut definition = Pack::shipped().unwrap().definitions.into_iter().find(|known| known.code == "qa_score").unwrap();
    let seen = app.ledger().db.read(|conn| kpi::definition(conn, "qa_score")).unwrap().version;
    definition.variant = Some("by_channel".into());
    definition.starts_on = Some(day("2026-10-01"));
    change(&mut definition);
    let command = SaveDefinition { definition, seen: Some(seen), reason: "抽样不成比例".into() };
    app.ledger().write(&app.system(), move |tx| kpi::save_definition(tx, &command)).unwrap();
}

fn value(app: &TestApp, period: &str) -> kpi::Value {
    let period = Period::parse(period).unwrap();
    app.ledger().db.read(|conn| kpi::value(conn, &Actor::system(), "qa_score", "HD", period)).unwrap()
}

fn near(found: Option<f64>, expected: f64) {
    assert!(found.is_some_and(|found| (found - expected).abs() < 1e-8), "{found:?} instead of {expected}");
}

fn months_hold(app: &TestApp) -> bool {
    app.ledger().db.read(kpi::wrong_months).unwrap().is_empty()
}

fn october(app: &TestApp) {
    take(app, CALLS, "calls.csv", &calls("2026-10", &[("voice", 600), ("chat", 300), ("email", 100)]));
    take(app, SCORES, "scores.csv", &scores("2026-10", &SAMPLE));
}

both! {
    async fn a_score_by_channel_goes_from_the_files_to_its_proof(app: TestApp) {
        app.with_centre();
        choose(app, |definition| definition.scored_from = Some(10));
        october(app);
        take(app, SCORES, "september.csv", &scores("2026-09", &SAMPLE));
        near(value(app, "2026-09").value, 970.0 / 12.0);
        let found = value(app, "2026-10");
        near(found.value, 82.0);
        near(found.interval.map(|ends| ends[0]), 76.209_585_933_620);
        near(found.interval.map(|ends| ends[1]), 87.790_414_066_380);
        assert_eq!((found.n, found.scorable, found.channel_coverage, found.inputs.len()), (12, true, Some(1.0), 2));
        // Whole months are read by their sums, other spans by their days; both give the same.
        let days = value(app, "2026-10-01..2026-10-30");
        assert_eq!((days.value, days.strata[0].n), (found.value, 5));
        assert_eq!(value(app, "2026-Q4").strata, found.strata);
        assert!(months_hold(app));
        // The page and its rows, the API, the file.
        let manager = app.signed_in("limin", &[Role::QualityManager]).english();
        let page = manager.get("/kpis/HD/qa_score?period=2026-10").await.main();
        for told in ["82.0", "76.2–87.8", "By channel", "Telephone voice 5 80.0 7.9 600 60.0% 60.0%", "Satterthwaite"] {
            assert!(page.contains(told), "{told}: {page}");
        }
        let rows = manager.get("/kpis/HD/qa_score/rows?period=2026-10&batch=2").await;
        assert!(rows.main().contains("Chat chat 4 90.0 4.4 300 30.0% 30.0%") && rows.all("#rows th").contains(&"Channel".to_owned()), "{}", rows.main());
        assert!(rows.all("#rows td").contains(&"Mail".to_owned()));
        assert!(manager.get("/kpis/HD/qa_score/agents?period=2026-10").await.main().contains("no results by person"));
        assert!(manager.get("/kpis/HD?period=2026-10").await.main().contains("82.0"));
        assert_eq!(manager.get("/kpis?period=2026-10").await.status, 200);
        let program = app.program("reader", &[Role::Executive], &["read-kpis"]);
        let told = program.get("/api/v1/kpis/qa_score/values?centre=HD&period=2026-10").await.json();
        assert_eq!(told, serde_json::to_value(&found).unwrap());
        assert_eq!((&told["strata"][2]["channel"], &told["strata"][2]["weight"], &told["variant"]), (&json!("email"), &json!(100), &json!("by_channel")));
        let card = program.get("/api/v1/centres/HD/scorecard?period=2026-10").await.json();
        let line = card["kpis"].as_array().unwrap().iter().find(|kpi| kpi["code"] == "qa_score").unwrap();
        assert_eq!((&line["strata"], &line["batches"]), (&told["strata"], &json!([1, 2])));
        // Published, it shows its channels, and they are proved.
        let command = kpi::PublishScorecard { centre: "HD".into(), period: "2026-10".into(), reason: None };
        let row = app.ledger().write(&app.system(), move |tx| kpi::publish(tx, &command)).unwrap();
        let shown = manager.get(&format!("/kpis/scorecards/{}", row.id)).await.main();
        assert!(shown.contains("QA monitoring score by channel") && shown.contains("Mail email 3 70.0 5.0 100 10.0% 10.0%"), "{shown}");
        let dir = app.site.config.evidence_dir();
        let proof = kpi::verify(app.ledger(), &dir, &app.system()).unwrap();
        assert!(proof.holds() && proof.values > 3, "{proof:?}");
        let log = app.ledger().db.read(|conn| kpi::batch(conn, &Actor::system(), 1)).unwrap();
        let path = cairn::ledger::evidence_path(&dir, &log.evidence_hash);
        let kept = std::fs::read(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        let proof = kpi::verify(app.ledger(), &dir, &app.system()).unwrap();
        let fallen: Vec<&str> = proof.differences.iter().filter_map(|found| found.code.as_deref()).collect();
        assert!(fallen.contains(&"qa_score") && fallen.contains(&"answer_rate"), "what happened is a part of the score: {fallen:?}");
        std::fs::write(&path, kept).unwrap();
        // A later file of the same month adds to its channels; taken back, it is as before.
        take(app, &CALLS.replace("hotline", "second"), "more.csv", &calls("2026-10", &[("email", 1000)]));
        assert_eq!(value(app, "2026-10").strata[0].channel, "email");
        near(value(app, "2026-10").value, (600.0 * 80.0 + 300.0 * 90.0 + 1100.0 * 70.0) / 2000.0);
        assert!(months_hold(app));
        app.ledger().write(&app.system(), |tx| kpi::undo(tx, 4, None)).unwrap();
        assert_eq!(value(app, "2026-10").value, found.value);
        assert!(months_hold(app));
    }

    async fn a_score_by_channel_out_of_its_range_asks_for_an_answer(app: TestApp) {
        app.with_centre();
        choose(app, |definition| {
            definition.scored_from = Some(10);
            (definition.limits.target, definition.limits.floor) = (Some(95.0), Some(85.0));
        });
        take(app, CALLS, "calls.csv", &calls("2026-10", &[("voice", 600), ("chat", 300), ("email", 100)]));
        let (_, signals) = take(app, SCORES, "scores.csv", &scores("2026-10", &SAMPLE));
        let raised: Vec<_> = signals.iter().filter(|signal| signal.code == "qa_score").map(|signal| (signal.rule, signal.period.as_str())).collect();
        assert_eq!(raised, [(SignalRule::Range, "2026-10")]);
        // What happened changes what the channels count for, and the signal with it.
        let mostly_chat = calls("2026-10", &[("voice", 10), ("chat", 980), ("email", 10)]);
        let request = Import { mapping: CALLS.into(), file_name: "calls.csv".into(), replace: true, ..Import::default() };
        kpi::import(app.ledger(), &app.site.config.evidence_dir(), &app.system(), &request, mostly_chat.as_bytes()).unwrap();
        near(value(app, "2026-10").value, 0.01 * 80.0 + 0.98 * 90.0 + 0.01 * 70.0);
        let signal = app.ledger().db.read(|conn| kpi::signal(conn, &Actor::system(), &signals[0].id)).unwrap();
        assert_eq!(signal.state, kpi::SignalState::Withdrawn);
    }

    async fn what_channels_do_not_tell_is_said(app: TestApp) {
        app.with_centre();
        choose(app, |_| {});
        let manager = app.signed_in("limin", &[Role::QualityManager]).english();
        let page = async || manager.get("/kpis/HD/qa_score?period=2026-10").await.main();
        take(app, CALLS, "calls.csv", &calls("2026-10", &[("voice", 600), ("chat", 300), ("email", 100)]));
        assert_eq!(value(app, "2026-10").missing_measures, ["qa_score"]);
        let blind = SCORES.replace("[channel]\ncolumn = \"channel\"\nvalues = { \"电话\" = \"voice\", \"在线\" = \"chat\", \"邮件\" = \"email\" }\n", "");
        take(app, &blind, "blind.csv", &scores("2026-10", &SAMPLE));
        let found = serde_json::to_value(value(app, "2026-10")).unwrap();
        assert_eq!((&found["missing"], &found["missing_measures"], &found["value"]), (&json!("no_channels"), &json!(["qa_score"]), &Value::Null));
        assert!(page().await.contains("Not delivered by channel, so that channels cannot be weighed; map the column of the channel: Evaluation score"), "{}", page().await);
        app.ledger().write(&app.system(), |tx| kpi::undo(tx, 2, None)).unwrap();
        // Nine tenths of what happened may stand for the rest, no less.
        take(app, SCORES, "two.csv", &scores("2026-10", &SAMPLE[..2]));
        let found = value(app, "2026-10");
        near(found.value, (600.0 * 80.0 + 300.0 * 90.0) / 900.0);
        near(found.channel_coverage, 0.9);
        assert!(page().await.contains("Channels that count hold 90.0% of it; the share of Mail falls to them"), "{}", page().await);
        take(app, &CALLS.replace("hotline", "second"), "more.csv", &calls("2026-10", &[("email", 20)]));
        let found = value(app, "2026-10");
        assert_eq!((found.value, found.missing_channels.as_slice(), found.strata.len()), (None, &["email".to_owned()][..], 3));
        assert!(page().await.contains("Too large a part of what happened lies in channels without values: Mail"), "{}", page().await);
        assert!(months_hold(app));
    }

    async fn a_manager_weighs_channels_in_the_form(app: TestApp) {
        app.with_centre();
        app.ledger().write(&app.system(), kpi::install_pack).unwrap();
        october(app);
        let manager = app.signed_in("limin", &[Role::QualityManager]).english();
        let form = manager.get("/kpis/definitions/qa_score/edit").await;
        assert!(form.main().contains("Weight of channels") && form.main().contains("Fixed shares of channels"), "{}", form.main());
        assert!(manager.get("/kpis/definitions/qa_score").await.main().contains("by_channel = Σ (w × x̄) / Σ w, w: answered"));
        let fields = [
            ("code", "talk_quality"), ("zh", "话务质量"), ("en", "Quality of talk"), ("definition_zh", "按渠道。"), ("definition_en", "By channel."),
            ("family", "skill"), ("unit", "score"), ("direction", "higher"), ("n_rule", "M"), ("reason", "新指标"),
            ("method.kind", "mean"), ("method.spread", "qa_score"), ("method.channel_coverage", "80 %"),
        ];
        let send = async |more: &[(&str, &str)]| manager.post("/kpis/definitions", &[&fields[..], more].concat()).await;
        for (more, told) in [
            (&[("method.channel_weight", "answerd")][..], "Was answered meant?"),
            (&[("method.channel_weight", "7")], "The weight has to name a measure"),
            (&[("method.channel_weight", "answered"), ("method.channel_shares", "voice = 1")], "not by both"),
            (&[("method.channel_shares", "voice = 60 %\nchat = 30 %")], "add to 90.00 %"),
            (&[("method.channel_shares", "voice: 60")], "Line 1 cannot be read. Write it as: voice = 60 %"),
            (&[("method.channel_weight", "answered"), ("method.kind", "percentile")], "Only a mean can weigh channels"),
            (&[("method.channel_weight", "answered"), ("chart", "xbar_s")], "cannot be drawn"),
        ] {
            let kept: Vec<(&str, &str)> = fields.iter().filter(|(name, _)| !more.iter().any(|(other, _)| other == name)).copied().collect();
            let refused = manager.post("/kpis/definitions", &[&kept[..], more].concat()).await;
            assert_eq!(refused.status, 422, "{told}");
            assert!(refused.main().contains(told), "{told}: {}", refused.main());
        }
        let saved = send(&[("method.channel_shares", "voice = 50 %\nchat = 25 %\nemail = 0.25")]).await;
        assert_eq!((saved.status.as_u16(), saved.location()), (303, "/kpis/definitions/talk_quality"), "{}", saved.main());
        let shown = manager.get("/kpis/definitions/talk_quality").await.main();
        assert!(shown.contains("Fixed shares of channels") && shown.contains("email = 0.25"), "{shown}");
        let page = manager.get("/kpis/HD/talk_quality?period=2026-10").await.main();
        assert!(page.contains("80.0") && page.contains("Chat chat 4 90.0 4.4 0.25 25.0% 25.0%"), "{page}");
    }
}
