//! How the demo's three centres work, in figures that a quality manager would find plausible.

use chrono::NaiveDate;

use crate::demo::calls;

/// What a centre is like in an ordinary month. Shares are from 0 to 1.
pub(super) struct Centre {
    pub(super) code: &'static str,
    /// Places of agents.
    pub(super) heads: usize,
    /// Places whose holders have no certificate: the test for their product is not yet to be had.
    pub(super) uncertified: &'static [usize],
    /// Days before today on which somebody left.
    pub(super) leavers: &'static [i64],
    /// Customers who are satisfied or very satisfied.
    pub(super) satisfied: f64,
    /// What customers found against what they had expected.
    pub(super) fulfilled: f64,
    /// Customers who say that one call was enough.
    pub(super) resolved: f64,
    /// Call-backs a week to people who had complained, and those of them who were satisfied.
    pub(super) call_backs: u64,
    pub(super) handled_well: f64,
    /// Mean score of an evaluation.
    pub(super) quality: f64,
    /// Evaluations with an error that hurts the customer.
    pub(super) critical: f64,
    /// Tests passed at the first attempt.
    pub(super) passed: f64,
    /// Of the paid hours productive, of the available ones handling, of the scheduled ones as scheduled.
    pub(super) utilised: f64,
    pub(super) occupied: f64,
    pub(super) adherent: f64,
    /// Yuan a contact, and contacts in an hour of those logged in to the hotline.
    pub(super) cost: f64,
    pub(super) an_hour: f64,
    /// Calls on an ordinary working day.
    pub(super) calls: f64,
    /// Items that fall due on an ordinary day, those in time, and complaints on a million of them.
    pub(super) items: f64,
    pub(super) in_time: f64,
    pub(super) complaints: f64,
    /// Improvement proposals a month, and those of them adopted.
    pub(super) proposals: f64,
    pub(super) adopted: f64,
    /// Sessions of the assistant on the web that need no agent.
    pub(super) contained: f64,
}

pub(super) const CENTRES: [Centre; 3] = [
    Centre {
        code: "HD",
        heads: 18,
        uncertified: &[7],
        leavers: &[395, 322, 251, 170, 118, 57],
        satisfied: 0.845,
        fulfilled: 0.985,
        resolved: 0.735,
        call_backs: 14,
        handled_well: 0.935,
        quality: 87.0,
        critical: 0.028,
        passed: 0.93,
        utilised: 0.805,
        occupied: 0.82,
        adherent: 0.914,
        cost: 6.3,
        an_hour: 9.4,
        calls: 170.0,
        items: 150_000.0,
        in_time: 0.943,
        complaints: 13.0,
        proposals: 5.6,
        adopted: 0.38,
        contained: 0.54,
    },
    Centre {
        code: "ZB",
        heads: 16,
        uncertified: &[],
        leavers: &[381, 246, 92],
        satisfied: 0.905,
        fulfilled: 1.012,
        resolved: 0.785,
        call_backs: 12,
        handled_well: 0.955,
        quality: 90.5,
        critical: 0.016,
        passed: 0.95,
        utilised: 0.762,
        occupied: 0.765,
        adherent: 0.927,
        cost: 8.7,
        an_hour: 7.1,
        calls: 90.0,
        items: 80_000.0,
        in_time: 0.962,
        complaints: 19.0,
        proposals: 5.4,
        adopted: 0.45,
        contained: 0.47,
    },
    Centre {
        code: "HN",
        heads: 17,
        uncertified: &[5, 9],
        leavers: &[402, 351, 290, 243, 181, 139, 76, 31],
        satisfied: 0.83,
        fulfilled: 0.98,
        resolved: 0.72,
        call_backs: 13,
        handled_well: 0.93,
        quality: 86.0,
        critical: 0.032,
        passed: 0.92,
        utilised: 0.79,
        occupied: 0.83,
        adherent: 0.905,
        cost: 6.8,
        an_hour: 8.6,
        calls: 125.0,
        items: 120_000.0,
        in_time: 0.934,
        complaints: 15.0,
        proposals: 2.9,
        adopted: 0.3,
        contained: 0.35,
    },
];

/// Days before today on which the head office's bad quarter began and ended: its most experienced people were lent to a new site.
const SLUMP: (i64, i64) = (262, 172);
/// Days before today from which South China's assistant hands over too early: its menu was changed.
const MENU: i64 = 58;

impl Centre {
    /// How far service has slipped on a day, from 0 to 1.
    pub(super) fn slipped(&self, ago: i64) -> f64 {
        let (begun, ended) = SLUMP;
        if self.code != "ZB" || !(ended..=begun).contains(&ago) {
            return 0.0;
        }
        // It came gradually and went gradually.
        ((begun - ago).min(ago - ended) as f64 / 25.0).min(1.0)
    }

    /// Sessions that need no agent on a day.
    pub(super) fn contained(&self, ago: i64) -> f64 {
        if self.code == "HN" && ago <= MENU { self.contained * 0.56 } else { self.contained }
    }

    /// Calls that are likely to be answered on a day.
    pub(super) fn answered(&self, day: NaiveDate) -> f64 {
        self.calls * calls::weekday(day) * 0.97
    }
}
