//! The targets of the demo's centres: those of the year, decided with what each type of centre is for.

use super::start;
use crate::demo::Stage;
use crate::error::Result;
use crate::kpi::{self, SetTarget};
use crate::organisation;

/// Target and floor at East China, at the head office and at South China; none where the centre's profile does not weigh the KPI.
type Own = [Option<(f64, f64)>; 3];

const fn all(hd: (f64, f64), zb: (f64, f64), hn: (f64, f64)) -> Own {
    [Some(hd), Some(zb), Some(hn)]
}

const TARGETS: [(&str, Own); 20] = [
    ("certification_rate", all((96.0, 80.0), (98.0, 85.0), (95.0, 75.0))),
    ("knowledge_pass_rate", all((95.0, 74.0), (98.0, 76.0), (95.0, 74.0))),
    ("qa_score", all((89.0, 75.0), (93.0, 80.0), (88.0, 75.0))),
    ("customer_critical_accuracy", all((98.0, 90.0), (99.0, 92.0), (98.0, 90.0))),
    ("csat_top2", all((86.0, 72.0), (94.0, 78.0), (86.0, 74.0))),
    ("csi_ratio", all((1.0, 0.88), (1.05, 0.9), (1.0, 0.88))),
    ("complaint_handling_satisfaction", all((95.0, 80.0), (98.0, 80.0), (95.0, 80.0))),
    ("service_level", all((75.0, 52.0), (85.0, 65.0), (76.0, 58.0))),
    ("abandonment_rate", all((3.0, 9.0), (1.2, 4.0), (2.4, 6.5))),
    ("fcr", all((76.0, 55.0), (83.0, 60.0), (76.0, 55.0))),
    ("complaint_rate_per_million", all((12.0, 24.0), (17.0, 34.0), (14.0, 28.0))),
    ("proposals_per_head", all((4.0, 1.0), (4.0, 1.0), (4.0, 0.5))),
    ("proposal_adoption_rate", all((40.0, 10.0), (45.0, 10.0), (40.0, 5.0))),
    ("self_service_containment", all((60.0, 30.0), (50.0, 25.0), (55.0, 25.0))),
    ("utilisation", all((83.0, 70.0), (78.0, 66.0), (82.0, 68.0))),
    ("adherence", [Some((93.0, 84.0)), Some((94.0, 85.0)), None]),
    ("aht_s", all((280.0, 380.0), (370.0, 470.0), (320.0, 420.0))),
    ("cost_per_contact", all((6.0, 8.0), (8.4, 11.0), (6.5, 8.5))),
    ("revenue_per_contact", [None, None, Some((9.0, 5.0))]),
    ("conversion_rate", [None, None, Some((8.5, 4.0))]),
];

/// The band of occupancy and its outer limits.
const OCCUPANCY: [(f64, f64, f64, f64); 3] = [(65.0, 78.0, 85.0, 95.0), (60.0, 72.0, 80.0, 90.0), (65.0, 78.0, 86.0, 95.0)];
const CENTRES: [&str; 3] = ["HD", "ZB", "HN"];
const REASON: &str = "年度质量目标：经管理评审讨论，按中心类型分别设定。";

/// Sets them all.
pub(super) fn set(stage: &Stage) -> Result<()> {
    let centres = stage.ledger.db.read(organisation::centres)?;
    let mut commands = Vec::new();
    for (place, code) in CENTRES.iter().enumerate() {
        let Some(centre) = centres.iter().find(|centre| centre.code == *code) else { continue };
        let blank = |code: &str| SetTarget {
            code: code.to_owned(),
            centre_id: centre.id.clone(),
            starts_on: start(stage),
            target: None,
            floor: None,
            low: None,
            high: None,
            outer_low: None,
            outer_high: None,
            reason: REASON.to_owned(),
        };
        let own = TARGETS.iter().filter_map(|(code, own)| own[place].map(|(target, floor)| (code, target, floor)));
        commands.extend(own.map(|(code, target, floor)| SetTarget { target: Some(target), floor: Some(floor), ..blank(code) }));
        let (outer_low, low, high, outer_high) = OCCUPANCY[place];
        let [outer_low, low, high, outer_high] = [outer_low, low, high, outer_high].map(Some);
        commands.push(SetTarget { outer_low, low, high, outer_high, ..blank("occupancy") });
    }
    stage.write("wangfang", move |tx| commands.iter().try_for_each(|command| kpi::set_target(tx, command).map(drop)))
}
