//! The shipped mapping of each kind, with the file that its comments show, and what the file comes to.

use std::collections::BTreeSet;
use std::io::sink;

use super::super::{Setting, read as read_source};
use super::*;
use crate::kpi::mapping::SourceMapping;
use crate::kpi::quantities::Quantities;
use crate::kpi::vocabulary::SourceKind;

/// A shipped mapping and the file in its comments.
fn shipped(kind: &str) -> (String, String) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("docs-templates/kpi/mapping-{kind}.toml"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let sample: String = text.lines().filter_map(|line| line.strip_prefix("#:")).map(|line| format!("{line}\n")).collect();
    (text, sample)
}

pub(super) fn come_to(mapping: &str, file: &str, as_of: Option<NaiveDate>) -> Intake {
    let mapping = SourceMapping::from_toml(mapping).unwrap_or_else(|error| panic!("{error}"));
    let scratch = tempfile::tempdir().unwrap();
    let zones = zones();
    let names = Pseudonyms::under(&[7; 32]);
    let setting = Setting { scratch: scratch.path(), zones: &zones, names: Some(&names), as_of };
    read_source(file.as_bytes(), &mapping, setting, &mut sink()).unwrap()
}

fn of_sample(kind: &str, as_of: Option<&str>) -> Intake {
    let (mapping, sample) = shipped(kind);
    let found = come_to(&mapping, &sample, as_of.map(day));
    assert_eq!((found.error_count, found.errors.first()), (0, None));
    assert_eq!(found.rows + 1, sample.lines().count() as u64);
    found
}

/// All channels of a span of days together.
fn between(found: &Intake, from: &str, to: &str) -> Quantities {
    let cells = found.quantities.iter().filter(|(key, _)| (day(from)..=day(to)).contains(&key.day));
    Quantities::total(cells.map(|cell| cell.1))
}

fn flows(found: &Quantities, expected: &[(&str, i128)]) {
    let of = |name: &str| found.flows.get(name).copied();
    let mine: Vec<_> = expected.iter().map(|(name, _)| (*name, of(name))).collect();
    assert_eq!(mine, expected.iter().map(|(name, count)| (*name, Some(*count))).collect::<Vec<_>>());
}

fn spread(found: &Quantities, name: &str) -> String {
    found.spreads.get(name).map(Histogram::to_text).unwrap_or_else(|| panic!("no {name}"))
}

use crate::kpi::measures::Histogram;

#[test]
fn interactions_that_come_back() {
    let found = of_sample("interactions", None);
    let all = between(&found, "2026-03-01", "2026-03-31");
    flows(
        &all,
        &[
            ("transferred", 1),
            ("contact_offers", 1),
            ("contact_sales", 1),
            ("blocked", 1),
            // C8 is due the day after the last event, so not yet.
            ("replies_due", 3),
            ("replies_in_time", 2),
            // C1, C2, C3 and C6 have a full week behind them; C1 was followed after six hours.
            ("repeat_base_24h", 4),
            ("repeat_24h", 1),
            ("repeat_base_168h", 4),
            ("repeat_168h", 1),
            ("repeat_reason_168h", 1),
            ("self_service_sessions", 2),
            ("self_service_contained", 1),
        ],
    );
    let calls = found.period("HD", day("2026-03-01"), day("2026-03-31"));
    assert_eq!((calls.answered, calls.abandoned, calls.talk_s, calls.wait_answered_s), (4, 1, 1160, 17));
    assert_eq!(found.original.as_deref().map(str::len), Some(64), "the file was rewritten");
    let quiet = between(&found, "2026-03-12", "2026-03-12");
    flows(&quiet, &[("transferred", 0), ("blocked", 0), ("repeat_base_24h", 0)]);
}

#[test]
fn answers_of_surveys() {
    let found = of_sample("surveys", None);
    let all = between(&found, "2026-03-01", "2026-03-31");
    flows(
        &all,
        &[
            ("survey_invited", 3),
            ("survey_responded", 2),
            ("pairs", 2),
            ("pairs_expected", 17),
            ("pairs_evaluated", 16),
            ("pairs_expected_sq", 145),
            ("pairs_evaluated_sq", 130),
            ("pairs_product", 135),
            ("fcr_answers", 2),
            ("fcr_resolved", 1),
            ("handling_answers", 2),
            ("handling_satisfied", 1),
        ],
    );
    assert_eq!(spread(&all, "csat"), "3:1,5:1");
    assert_eq!((spread(&all, "recommend"), spread(&all, "effort")), ("6:1,10:1".to_owned(), "4:1,7:1".to_owned()));
    // 9 twice and 8 once in three; 7 alone, because the second item was not answered.
    assert_eq!(spread(&all, "index_score"), "700:1,867:1");
    assert_eq!(
        (spread(&all, "servqual_reliability"), spread(&all, "servqual_gap")),
        ("18:1,21:1".to_owned(), "18:1,21:1".to_owned())
    );
    assert!(!all.knows("servqual_empathy"), "what is not in the mapping is not known");
}

#[test]
fn evaluations_and_what_two_said() {
    let found = of_sample("evaluations", None);
    let all = between(&found, "2026-03-01", "2026-03-31");
    flows(
        &all,
        &[
            ("evaluations", 3),
            ("evaluations_customer_critical", 1),
            ("evaluations_business_critical", 0),
            ("courtesy_scored", 18),
            ("courtesy_passed", 14),
            ("need_scored", 3),
            ("need_identified", 2),
            ("mystery_contacts", 1),
            ("mystery_points", 17),
            ("mystery_possible", 20),
        ],
    );
    assert_eq!(spread(&all, "qa_score"), "62:1,88:1,90:1");
    // 王 said 1 and 李 said 0 of R1; R2 was judged once.
    assert_eq!(spread(&all, "double_scored"), "100:1");
    let (mapping, _) = shipped("evaluations");
    let same = "质检号,中心,日期,类别,得分,客户关键差错,业务关键差错,合规关键差错,用语项数,用语达标,需求识别,录音号,质检员,结论,神秘得分,神秘满分\n\
                E1,HD,2026-03-02,质检,80,否,否,否,6,7,是,R1,王,1,,\n\
                E2,HD,2026-03-02,质检,80,否,否,否,6,6,是,R1,王,1,,\n\
                E3,HD,2026-03-03,质检,80,否,否,否,6,6,是,R1,王,100,,\n";
    let found = come_to(&mapping, same, None);
    assert_eq!(
        found.errors.iter().map(|error| (error.cell(), error.code())).collect::<Vec<_>>(),
        [("J2".to_owned(), "kpi-row-above"), ("N4".to_owned(), "kpi-row-scale")]
    );
    assert_eq!(spread(&between(&found, "2026-03-01", "2026-03-31"), "double_scored"), "", "one evaluator twice is no agreement");
}

#[test]
fn learning_and_the_stocks_of_agents() {
    let found = of_sample("learning", Some("2026-03-05"));
    let all = between(&found, "2025-01-01", "2026-12-31");
    flows(&all, &[("tests_first", 2), ("tests_first_passed", 1), ("training_s", 27_000)]);
    assert_eq!(spread(&all, "test_score"), "55:1,92:1");
    assert_eq!((spread(&all, "proficiency_days"), spread(&all, "proficiency_open_days")), ("56:1".to_owned(), "13:1".to_owned()));
    let on = |name: &str, date: &str| all.levels[name].iter().find(|count| count.0 == day(date)).map(|count| count.1);
    assert_eq!([on("agents_active", "2026-01-05"), on("agents_active", "2026-03-05")], [Some(1), Some(2)]);
    assert_eq!([on("agents_certified", "2026-01-31"), on("agents_certified", "2026-03-05")], [Some(0), Some(1)]);
    assert_eq!([on("agents_multi_skilled", "2026-02-28"), on("agents_multi_skilled", "2026-03-01")], [Some(0), Some(1)]);
    assert_eq!(all.levels["agents_active"].last_day(), Some(day("2026-03-05")), "no stock is counted after the data end");
    // Without numbers of attempts the earliest one is the first.
    let (mapping, sample) = shipped("learning");
    let unnumbered = mapping.replace("[attempt]\ncolumn = \"第几次\"\n", "");
    assert_ne!(unnumbered, mapping);
    let found = come_to(&unnumbered, &sample, Some(day("2026-03-05")));
    flows(&between(&found, "2026-01-01", "2026-12-31"), &[("tests_first", 2), ("tests_first_passed", 1)]);
}

#[test]
fn hours_and_heads() {
    let found = of_sample("workforce", None);
    let all = between(&found, "2026-03-01", "2026-03-31");
    flows(
        &all,
        &[
            ("paid_s", 632 * 3600),
            ("adherent_s", 2_003_400),
            ("productive_s", 505 * 3600),
            ("waiting_s", 125 * 3600),
            ("shrinkage_s", 40 * 3600),
            ("shrinkage_training_s", 24 * 3600),
            ("shrinkage_leave_s", 16 * 3600),
            ("shrinkage_meeting_s", 0),
            ("leavers", 1),
            ("forecast", 1900),
            ("forecast_actual", 1950),
            ("forecast_error", 150),
        ],
    );
    let heads = &all.levels["headcount"];
    assert_eq!((heads.last(), heads.sum(), heads.days()), (Some(39), 79, 2));
}

#[test]
fn amounts_by_account() {
    let found = of_sample("finance", None);
    let all = between(&found, "2026-03-01", "2026-03-01");
    flows(
        &all,
        &[
            ("operating_cost_minor", 12_000_050),
            ("revenue_minor", 8_500_000),
            ("new_service_revenue_minor", 500_000),
            ("compensation_minor", 150_025),
            ("offers_made", 2000),
            ("sales", 150),
        ],
    );
    assert!(!all.knows("rework_minor"), "an account that the table lacks is not delivered");
    let (mapping, _) = shipped("finance");
    let found = come_to(
        &mapping,
        "月份,中心,科目,金额,数量,业务上线\n2026-03,HD,运营成本,,,\n2026-13,HD,赔付,1,,\n2026-03,HD,奖金,1,,\n",
        None,
    );
    let told: Vec<_> = found.errors.iter().map(|error| (error.cell(), error.code())).collect();
    assert_eq!(told, [("D2".into(), "kpi-row-needed"), ("A3".into(), "kpi-row-stamp"), ("C4".into(), "kpi-row-listed")]);
}

#[test]
fn items_are_judged_when_they_are_due() {
    let found = of_sample("shipments", None);
    let all = between(&found, "2026-03-01", "2026-03-31");
    flows(
        &all,
        &[
            ("items_handled", 4),
            ("items_due", 3),
            ("items_in_time", 1),
            ("items_72h_due", 3),
            ("items_72h", 2),
            ("items_delivered", 2),
            ("items_lost", 1),
            ("items_damaged", 1),
            ("claims_due", 2),
            ("claims_in_time", 1),
        ],
    );
    assert_eq!(found.quantities.keys().map(|key| key.day).max(), Some(day("2026-03-09")), "what is still to come is not counted");
    let (mapping, sample) = shipped("shipments");
    let later = come_to(&mapping, &sample, Some(day("2026-03-12")));
    flows(&between(&later, "2026-03-01", "2026-03-31"), &[("items_due", 4), ("items_in_time", 1)]);
}

#[test]
fn complaints_that_are_due_open_or_not() {
    let found = of_sample("complaints", None);
    let all = between(&found, "2026-03-01", "2026-03-31");
    flows(
        &all,
        &[
            ("complaints", 4),
            ("complaints_about_centre", 1),
            ("complaints_external", 1),
            ("complaints_external_valid", 1),
            // Due on the 11th, answered on the 13th.
            ("external_replies_late", 1),
            ("first_replies_due", 4),
            ("first_replies_in_time", 2),
            // T1, T2 and T3 are due by the 13th, T5 later; T3 is open and so late.
            ("complaints_due", 3),
            ("complaints_in_time", 1),
            ("complaints_closed", 3),
            ("complaints_reopened", 1),
            ("complaints_escalated", 1),
            ("complaints_recurring", 2),
        ],
    );
}

#[test]
fn complaints_recur_by_customer_and_by_item_but_count_once() {
    let (mapping, _) = shipped("complaints");
    let header = "编号,客户,运单,中心,受理日期,申诉,有责,针对客服,首次响应,办结日期,重新打开,升级,原因";
    let row = |number: &str, who: &str, what: &str, on: &str, cause: &str| {
        format!("{number},{who},{what},HD,{on},否,,否,,2026-09-01,,否,{cause}")
    };
    let rows = [
        row("T1", "C1", "Y1", "2026-01-01", "延误"),
        row("T2", "C1", "Y1", "2026-04-01", "延误"),
        row("T3", "C1", "Y9", "2026-07-01", "延误"),
        row("T4", "C2", "Y9", "2026-07-02", "延误"),
        row("T5", "C2", "Y9", "2026-07-03", "破损"),
        row("T6", "", "", "2026-07-03", "破损"),
    ];
    let found = come_to(&mapping, &format!("{header}\n{}\n", rows.join("\n")), None);
    // T1 and T2 are 90 days apart and share customer and item; T2 and T3 are 91 days apart; T3 and T4 share the item.
    flows(&between(&found, "2026-09-01", "2026-09-01"), &[("complaints_closed", 6), ("complaints_recurring", 4)]);
}

#[test]
fn proposals_and_actions() {
    let found = of_sample("improvements", None);
    let all = between(&found, "2025-01-01", "2026-12-31");
    flows(
        &all,
        &[
            ("proposals", 3),
            ("proposals_decided", 2),
            ("proposals_adopted", 1),
            ("actions_tested", 2),
            ("actions_effective", 1),
            ("actions_watched", 1),
            ("actions_recurred", 1),
            ("verified_saving_minor", 1_200_000),
        ],
    );
    assert_eq!((spread(&all, "proposal_days"), spread(&all, "proposal_open_days")), ("18:1".to_owned(), "10:1".to_owned()));
}

#[test]
fn every_name_that_is_delivered_stands_in_the_vocabulary() {
    #[derive(serde::Deserialize)]
    struct Words {
        measure: Vec<Word>,
    }
    #[derive(serde::Deserialize)]
    struct Word {
        name: String,
        source: SourceKind,
        shape: String,
    }
    let text = include_str!("../../../../docs-templates/kpi/measures.toml");
    let words: Words = toml::from_str(text).unwrap();
    for kind in SourceKind::ALL {
        let found = of_sample(kind.as_str(), Some("2026-12-31"));
        let all = Quantities::total(found.quantities.values());
        let names = |shape: &str| -> BTreeSet<&str> {
            let known = words.measure.iter().filter(|word| word.source == kind && word.shape == shape);
            known.map(|word| word.name.as_str()).collect()
        };
        for (shape, mine) in [
            ("flow", all.flows.keys().collect::<Vec<_>>()),
            ("spread", all.spreads.keys().collect()),
            ("level", all.levels.keys().collect()),
        ] {
            for name in mine {
                assert!(names(shape).contains(name.as_str()), "{}: {name} is no {shape} of the vocabulary", kind.as_str());
            }
        }
        assert!(!all.is_empty(), "{}", kind.as_str());
    }
}

#[test]
fn a_revenue_of_nothing_is_told_where_the_log_tells_revenue() {
    let body = "1,1,voice,2026-10-01 08:00:00,answered,12,100,5,Y,4,0\n2,1,voice,2026-10-02 08:00:00,abandoned,7,,,,,\n\
                3,1,voice,2026-10-03 08:00:00,answered,1,1,0,,,2.50\n";
    let file = format!("{HEADER}\n{body}");
    let told = |mapping: &str| -> Vec<Option<i128>> {
        let found = come_to(mapping, &file, None);
        let of = |(key, measures): (&CellKey, &crate::kpi::measures::Measures)| {
            let mut all = Quantities::from(measures);
            all.merge(found.quantities.get(key).unwrap_or(&Quantities::default()));
            all.flows.get("contact_revenue_minor").copied()
        };
        found.cells.iter().map(of).collect()
    };
    assert_eq!(told(MAPPING), [Some(0), None, Some(250)]);
    assert_eq!(told(MAPPING.split("[revenue]").next().unwrap()), [None, None, None]);
}
