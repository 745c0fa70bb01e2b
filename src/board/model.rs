//! What a board holds, in both languages so that a frozen one is read in either; and the rows of reviews.

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::db::Instant;
use crate::db::schema::{board_notes, board_reviews};
use crate::kpi::pack::Limits;
use crate::kpi::scoring::Standing;
use crate::text::Lang;

/// A text in both languages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = BoardText)]
pub struct Said {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

impl Said {
    /// The same sentence in both languages.
    pub fn of(say: &dyn Fn(Lang) -> String) -> Self {
        Self { zh: say(Lang::Zh), en: say(Lang::En) }
    }

    /// In a language.
    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::Zh => &self.zh,
            Lang::En => &self.en,
        }
    }
}

/// What the last month says of the process, against limits from the months before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Variation {
    /// Nothing but the usual variation.
    Common,
    /// A special cause, for the better.
    Better,
    /// A special cause, for the worse.
    Worse,
    /// A special cause, of a KPI of which neither more nor less is wanted.
    Changed,
}

impl Variation {
    /// The key part of its text.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Common => "common",
            Self::Better => "better",
            Self::Worse => "worse",
            Self::Changed => "changed",
        }
    }
}

/// Whether the process, left as it is, will hit its target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Assurance {
    /// The target lies on the safe side of both limits.
    Hits,
    /// The target lies between the limits.
    Either,
    /// The target lies beyond both limits.
    Misses,
}

impl Assurance {
    /// The key part of its text.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hits => "hits",
            Self::Either => "either",
            Self::Misses => "misses",
        }
    }
}

/// A core KPI of a centre in the month.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = BoardTile)]
pub struct Tile {
    /// Code.
    pub code: String,
    /// Name.
    pub name: Said,
    /// Unit.
    pub unit: String,
    /// Direction.
    pub direction: String,
    /// Decimals shown.
    pub digits: usize,
    /// The value in its unit.
    pub value: Option<f64>,
    /// The limits of the month.
    pub limits: Limits,
    /// Where the value stands.
    pub state: Standing,
    /// It is scored, or opens a gate: only then is it told where it stands outside its range.
    #[serde(default = "counted", skip_serializing_if = "Clone::clone")]
    pub counted: bool,
    /// Percent of the whole.
    pub weight: Option<f64>,
    /// 0 to 100; none when not scored.
    pub score: Option<f64>,
    /// Version of the definition.
    pub definition_version: i64,
    /// The last thirteen months, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub months: Vec<Option<f64>>,
    /// What the month says of the process; none with too few months before it.
    pub variation: Option<Variation>,
    /// Whether the process will hit its target.
    pub assurance: Option<Assurance>,
}

/// Tiles that were kept before this was told.
fn counted() -> bool {
    true
}

/// A centre's month.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = BoardCentre)]
pub struct CentreMonth {
    /// Id of the centre.
    pub id: String,
    /// Code.
    pub code: String,
    /// Name.
    pub name: Said,
    /// 0 to 100; none when nothing was scored.
    pub total: Option<f64>,
    /// That of the month before.
    pub before: Option<f64>,
    /// That had no gaps either; unknown of boards kept before this was noted, which are not compared.
    #[serde(default)]
    pub before_complete: bool,
    /// Scored weight over the whole, 0 to 1.
    pub coverage: f64,
    /// No gaps: it may be compared.
    pub complete: bool,
    /// Version of the profile.
    pub profile_version: i64,
    /// Open signals.
    pub signals: usize,
    /// The KPIs of its profile, the heaviest first.
    pub tiles: Vec<Tile>,
    /// The tiles carry their months.
    pub closely: bool,
}

impl CentreMonth {
    /// The total against that of the month before; incomplete ones are not compared.
    pub fn moved(&self) -> Option<f64> {
        let (now, before) = self.total.zip(self.before).filter(|_| self.complete && self.before_complete)?;
        Some(now - before)
    }

    /// KPIs outside their allowed range, of those that are scored or open a gate.
    pub fn out_of_range(&self) -> usize {
        self.tiles.iter().filter(|tile| tile.counted && tile.state == Standing::OutOfRange).count()
    }
}

/// Centres of one type: what may be compared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = BoardGroup)]
pub struct TypeGroup {
    /// `cost_control`, `customer_experience`, `profit_creating`.
    pub centre_type: String,
    /// What the type watches.
    pub stress: Said,
    /// Percent of the qualitative kind.
    pub qualitative: u32,
    /// Percent of the quantitative kind.
    pub quantitative: u32,
    /// The families with their weights, heaviest first.
    pub families: Vec<(Said, u32)>,
    /// The centres.
    pub centres: Vec<CentreMonth>,
}

/// Something that asks for attention.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = BoardMatter)]
pub struct Matter {
    /// `signals`, `actions`, `cycles`, `documents`, `incomplete`.
    pub kind: String,
    /// What it is.
    pub what: Said,
    /// What else helps to decide.
    pub note: Said,
    /// By when it should have been answered.
    pub due_on: Option<NaiveDate>,
    /// Where it is.
    pub href: String,
    /// The centre it belongs to; none for documents.
    pub centre: Option<String>,
}

/// How a change is to be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = BoardTone)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    /// For the better.
    Better,
    /// For the worse.
    Worse,
    /// Neither.
    Plain,
}

impl Tone {
    /// The key of its word.
    pub fn key(self) -> &'static str {
        match self {
            Self::Better => "board-tone-better",
            Self::Worse => "board-tone-worse",
            Self::Plain => "board-tone-plain",
        }
    }
}

/// One sentence of what changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = BoardChange)]
pub struct Change {
    /// How it is to be taken.
    pub tone: Tone,
    /// The sentence.
    pub text: Said,
    /// Where it is.
    pub href: String,
    /// The centre it belongs to; none for documents.
    pub centre: Option<String>,
}

/// The board of a month.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Board {
    /// The month: `2026-10`.
    pub period: String,
    /// The day on which it was made.
    pub on: NaiveDate,
    /// Centres by type.
    pub groups: Vec<TypeGroup>,
    /// What asks for attention.
    pub exceptions: Vec<Matter>,
    /// What the changes are told against: the day of the last review, else the month before.
    pub since: Option<NaiveDate>,
    /// What changed since.
    pub changes: Vec<Change>,
}

impl Board {
    /// All centres.
    pub fn centres(&self) -> impl Iterator<Item = &CentreMonth> {
        self.groups.iter().flat_map(|group| &group.centres)
    }
}

/// A board frozen for a management review. It never changes.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = board_reviews)]
pub struct Review {
    /// Id.
    pub id: String,
    /// The month.
    pub period: String,
    /// What it was frozen for.
    pub title: String,
    /// SHA-256 of the kept board.
    pub board_hash: String,
    /// Who froze it, by name.
    pub frozen_by: String,
    /// When.
    pub frozen_at: Instant,
    /// The day of it.
    pub held_on: NaiveDate,
    /// Counts changes.
    pub row_version: i64,
}

crate::fact_table!(Review, board_reviews, 1, key id);

crate::text_enum! {
    /// What a note of a review is.
    NoteKind {
        /// What was said.
        Minutes = "minutes",
        /// What was decided.
        Decision = "decision",
    }
}

/// A note of a review: part of its minutes, or a decision.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = board_notes, treat_none_as_null = true)]
pub struct Note {
    /// Id.
    pub id: String,
    /// The review.
    pub review_id: String,
    /// Place, from 1.
    pub ordinal: i64,
    /// What it is.
    pub kind: NoteKind,
    /// In words.
    pub text: String,
    /// Who wrote it, by name.
    pub written_by: String,
    /// When.
    pub written_at: Instant,
    /// Number of the cycle that carries a decision out.
    pub cycle: Option<String>,
    /// The action there.
    pub action_id: Option<String>,
    /// Counts changes.
    pub row_version: i64,
}

crate::fact_table!(Note, board_notes, 1, key id);
