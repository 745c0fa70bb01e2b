//! Which chart, which rules, which points: what a definition says, and what its data say where it says nothing.

use super::readings::Reading;
use crate::kpi::method::{Formula, MethodKind};
use crate::kpi::statistics::{Rule, RuleSet};

crate::text_enum! {
    /// The control chart that a KPI is read by.
    #[derive(Default)]
    ChartKind {
        /// Chosen by the data.
        #[default]
        Auto = "auto",
        /// Shares by chance alone.
        P = "p",
        /// Shares whose process varies more than chance (Laney).
        PPrime = "p_prime",
        /// Events per exposure by chance alone.
        U = "u",
        /// Events per exposure whose process varies more than chance (Laney).
        UPrime = "u_prime",
        /// Counts of equal exposure.
        C = "c",
        /// One number per period.
        Xmr = "xmr",
        /// Means of subgroups.
        XbarS = "xbar_s",
        /// Rare events: items between them.
        G = "g",
        /// Rare events: days between them.
        T = "t",
        /// Small drifts: a weighted mean of all points so far.
        Ewma = "ewma",
    }
}

crate::text_enum! {
    /// Which days are charted apart.
    #[derive(Default)]
    Split {
        /// None: all days together.
        #[default]
        None = "none",
        /// Monday to Friday, and the weekend, each with its own centre and limits.
        Weekday = "weekday",
    }
}

crate::text_enum! {
    /// What one point of a chart stands for.
    #[derive(Default)]
    Grain {
        /// A day.
        #[default]
        Day = "day",
        /// A week from Monday.
        Week = "week",
        /// A calendar month.
        Month = "month",
    }
}

impl ChartKind {
    /// Chosen by the data.
    pub fn is_auto(&self) -> bool {
        *self == Self::Auto
    }

    /// True of charts whose points are events rather than periods.
    pub fn is_between(self) -> bool {
        matches!(self, Self::G | Self::T)
    }
}

impl Grain {
    /// A point for each day.
    pub fn is_day(&self) -> bool {
        *self == Self::Day
    }
}

impl Split {
    /// All days together.
    pub fn is_none(&self) -> bool {
        *self == Self::None
    }
}

/// Rules by the number that people know them by: Nelson's, and `we4` for the run of eight.
const CODES: [(&str, Rule); 9] = [
    ("1", Rule::BeyondLimits),
    ("2", Rule::NineOnOneSide),
    ("3", Rule::SixTrending),
    ("4", Rule::FourteenAlternating),
    ("5", Rule::TwoOfThreeBeyondTwo),
    ("6", Rule::FourOfFiveBeyondOne),
    ("7", Rule::FifteenWithinOne),
    ("8", Rule::EightBeyondOne),
    ("we4", Rule::EightOnOneSide),
];

/// The number of a rule.
pub fn code_of_rule(rule: Rule) -> &'static str {
    CODES.iter().find(|(_, one)| *one == rule).map_or("", |(code, _)| code)
}

/// Rules as people list them: `1, 2, 5`; the entry that is none otherwise.
///
/// # Errors
/// The entry that is no rule.
pub fn parse_rules(text: &str) -> Result<Vec<Rule>, String> {
    let entries = text.split([',', '，', '、', ' ', ';']).map(str::trim).filter(|entry| !entry.is_empty());
    let mut found = Vec::new();
    for entry in entries {
        let rule = CODES.iter().find(|(code, _)| code.eq_ignore_ascii_case(entry)).map(|(_, rule)| *rule);
        let rule = rule.ok_or_else(|| entry.to_owned())?;
        if !found.contains(&rule) {
            found.push(rule);
        }
    }
    Ok(found)
}

/// The rules that a chart is read by where its definition names none: zone rules ask for points that are near symmetric, and the points of
/// an EWMA chart hang together, so that runs say nothing there.
pub fn usual_rules(kind: ChartKind) -> RuleSet {
    match kind {
        ChartKind::P | ChartKind::PPrime | ChartKind::U | ChartKind::UPrime | ChartKind::C | ChartKind::Auto => RuleSet::COUNTS,
        ChartKind::Xmr | ChartKind::XbarS | ChartKind::G | ChartKind::T => RuleSet::MEASUREMENTS,
        ChartKind::Ewma => RuleSet::of(&[Rule::BeyondLimits]),
    }
}

/// Whether a chart can be drawn of what a method gives.
pub(crate) fn fits(kind: ChartKind, method: MethodKind) -> bool {
    match kind {
        ChartKind::Auto | ChartKind::Xmr | ChartKind::Ewma => true,
        ChartKind::P | ChartKind::PPrime => method == MethodKind::Proportion,
        ChartKind::U | ChartKind::UPrime => matches!(method, MethodKind::Rate | MethodKind::Proportion | MethodKind::Ratio),
        ChartKind::C => method == MethodKind::Level,
        ChartKind::XbarS => method == MethodKind::Mean,
        ChartKind::G => matches!(method, MethodKind::Rate | MethodKind::Proportion | MethodKind::Ratio),
        ChartKind::T => matches!(method, MethodKind::Rate | MethodKind::Proportion | MethodKind::Ratio | MethodKind::Level),
    }
}

/// The chart of a KPI: the one its definition names, else by the kind of its method; means of few measurements a point are subgroups.
pub(crate) fn choose(named: ChartKind, formula: &Formula, baseline: &[Reading]) -> ChartKind {
    if named != ChartKind::Auto {
        return named;
    }
    let small = |reading: &Reading| reading.sample.is_some_and(|sample| (2..=25).contains(&sample.count));
    match formula.kind() {
        MethodKind::Proportion => ChartKind::PPrime,
        MethodKind::Rate => ChartKind::UPrime,
        MethodKind::Mean if !baseline.is_empty() && baseline.iter().all(small) => ChartKind::XbarS,
        _ => ChartKind::Xmr,
    }
}
