//! The kinds of sources, and the fields that a mapping of each kind may name: what a field holds decides which keys it takes and how its
//! cells are read.

pub use crate::kpi::vocabulary::SourceKind;

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldType {
    /// A name or number that tells things apart.
    Text,
    /// One of a few words.
    Code(&'static [&'static str]),
    /// Yes, no, or not known.
    YesNo,
    /// A whole number from 0 on.
    Whole,
    /// Points from 0 to 100, rounded to whole ones.
    Points,
    /// A whole rating on a scale; another scale may be given when the flag is set.
    Rating(i64, i64, bool),
    /// An amount of money.
    Money,
    /// A duration.
    Duration,
    /// A day, or a day and a time.
    Moment,
    /// Expectation and perception on one scale.
    Pair,
    /// Several ratings with weights.
    Index,
}

/// A field that a mapping of some kind may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldSpec {
    /// Its key in the mapping.
    pub name: &'static str,
    /// What it holds.
    pub holds: FieldType,
    /// The mapping must name it.
    pub required: bool,
}

const fn need(name: &'static str, holds: FieldType) -> FieldSpec {
    FieldSpec { name, holds, required: true }
}

const fn may(name: &'static str, holds: FieldType) -> FieldSpec {
    FieldSpec { name, holds, required: false }
}

use FieldType::{Code, Duration, Index, Moment, Money, Pair, Points, Rating, Text, Whole, YesNo};

const INTERACTIONS: &[FieldSpec] = &[
    may("customer", Text),
    may("reason", Text),
    may("transferred", YesNo),
    may("offer", YesNo),
    may("sale", YesNo),
    may("reply_due", Moment),
    may("replied", Moment),
];

const SURVEYS: &[FieldSpec] = &[
    may("status", Code(&["answered", "unanswered", "invalid"])),
    may("csat", Rating(1, 5, false)),
    may("recommend", Rating(0, 10, false)),
    may("effort", Rating(1, 7, false)),
    may("fulfilment", Pair),
    may("tangibles", Pair),
    may("reliability", Pair),
    may("responsiveness", Pair),
    may("assurance", Pair),
    may("empathy", Pair),
    may("index", Index),
    may("first_contact", YesNo),
    may("handling", YesNo),
];

const EVALUATIONS: &[FieldSpec] = &[
    may("record", Code(&["evaluation", "mystery"])),
    may("score", Points),
    may("customer_critical", YesNo),
    may("business_critical", YesNo),
    may("compliance_critical", YesNo),
    may("courtesy_scored", Whole),
    may("courtesy_passed", Whole),
    may("need_identified", YesNo),
    may("contact", Text),
    may("evaluator", Text),
    may("verdict", Whole),
    may("second_verdict", Whole),
    may("points", Whole),
    may("points_possible", Whole),
];

const LEARNING: &[FieldSpec] = &[
    need("record", Code(&["test", "training", "certificate", "skill", "employment"])),
    may("until", Moment),
    may("signed_off", Moment),
    may("agent", Text),
    may("test", Text),
    may("attempt", Whole),
    may("passed", YesNo),
    may("score", Points),
    may("skill", Text),
    may("hours", Duration),
];

const WORKFORCE: &[FieldSpec] = &[
    may("paid", Duration),
    may("scheduled", Duration),
    may("adherent", Duration),
    may("staffed", Duration),
    may("available", Duration),
    may("productive", Duration),
    may("handling", Duration),
    may("waiting", Duration),
    may("absence", Duration),
    may("absence_cause", Code(&["leave", "training", "meeting", "break", "other"])),
    may("headcount", Whole),
    may("leavers", Whole),
    may("forecast", Whole),
    may("actual", Whole),
];

const FINANCE: &[FieldSpec] = &[
    need(
        "account",
        Code(&["operating_cost", "revenue", "new_service_revenue", "compensation", "rework", "offers", "sales", "ignored"]),
    ),
    may("amount", Money),
    may("count", Whole),
    may("service_since", Moment),
];

const SHIPMENTS: &[FieldSpec] = &[
    may("promised", Moment),
    may("delivered", Moment),
    may("lost", YesNo),
    may("lost_on", Moment),
    may("damaged", YesNo),
    may("claim_due", Moment),
    may("claim_paid", Moment),
    may("count", Whole),
];

const COMPLAINTS: &[FieldSpec] = &[
    may("external", YesNo),
    may("founded", YesNo),
    may("about_centre", YesNo),
    may("due", Moment),
    may("first_reply_due", Moment),
    may("first_reply", Moment),
    may("closed", Moment),
    may("reopened", Moment),
    may("escalated", YesNo),
    may("customer", Text),
    may("item", Text),
    may("cause", Text),
];

const IMPROVEMENTS: &[FieldSpec] = &[
    may("record", Code(&["proposal", "action"])),
    may("decided", Moment),
    may("adopted", YesNo),
    may("implemented", Moment),
    may("closed", Moment),
    may("effective", YesNo),
    may("recurred", Moment),
    may("saving", Money),
    may("saving_on", Moment),
];

impl SourceKind {
    /// The kind of a word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// The fields of a mapping of this kind, beside those that every mapping has. Of interactions: beside those of a call log.
    #[must_use]
    pub fn fields(self) -> &'static [FieldSpec] {
        match self {
            Self::Interactions => INTERACTIONS,
            Self::Surveys => SURVEYS,
            Self::Evaluations => EVALUATIONS,
            Self::Learning => LEARNING,
            Self::Workforce => WORKFORCE,
            Self::Finance => FINANCE,
            Self::Shipments => SHIPMENTS,
            Self::Complaints => COMPLAINTS,
            Self::Improvements => IMPROVEMENTS,
        }
    }
}

impl FieldType {
    /// The keys that a field of this type takes.
    #[must_use]
    pub fn keys(self) -> &'static [&'static str] {
        match self {
            Self::Text => &["column", "value"],
            Self::Code(_) => &["column", "values", "value"],
            Self::YesNo => &["column", "values"],
            Self::Whole | Self::Points => &["column", "empty"],
            Self::Rating(_, _, true) => &["column", "values", "scale"],
            Self::Rating(..) => &["column", "values"],
            Self::Money => &["column", "decimals", "empty"],
            Self::Duration => &["column", "unit", "empty"],
            Self::Moment => {
                &["column", "format", "date", "date_format", "time", "time_format", "zone", "after_hours", "after_days"]
            }
            Self::Pair => &["expected", "perceived", "scale"],
            Self::Index => &["columns", "weights", "scale"],
        }
    }
}
