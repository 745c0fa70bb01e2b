//! Rows and states of documents. No input or output; the rules that need only a row stand here.

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::Serialize;

use super::command::Extra;
use crate::actor::{Actor, Permission};
use crate::db::schema::{document_files, document_reviews, document_versions, documents};
use crate::db::{Instant, Json};
use crate::error::Result;
use crate::text::Lang;

crate::text_enum! {
    /// Where a version stands in its life.
    State {
        /// Being written.
        Draft = "draft",
        /// Submitted; reviewers and approver decide.
        InReview = "in_review",
        /// Approved, waiting for its day.
        Approved = "approved",
        /// In force.
        Effective = "effective",
        /// Replaced by a later version.
        Superseded = "superseded",
        /// Taken out of force without a successor.
        Withdrawn = "withdrawn",
    }
}

impl State {
    /// Being prepared: draft, in review or approved; at most one such version exists per document.
    pub fn open(self) -> bool {
        matches!(self, Self::Draft | Self::InReview | Self::Approved)
    }

    /// In force now or once.
    pub fn once(self) -> bool {
        !self.open()
    }

    /// What every reader may see: in force, or replaced by what is. What was taken out of force without a successor is nobody's to use.
    pub fn public(self) -> bool {
        matches!(self, Self::Effective | Self::Superseded)
    }
}

crate::text_enum! {
    /// What somebody was asked for in a round.
    Duty {
        /// Says whether they agree.
        Reviewer = "reviewer",
        /// Approves, after all reviewers agreed.
        Approver = "approver",
    }
}

crate::text_enum! {
    /// What somebody answered in a round.
    Decision {
        /// A reviewer agrees.
        Agreed = "agreed",
        /// The approver approves.
        Approved = "approved",
        /// Back to the author, with a comment; ends the round.
        Returned = "returned",
        /// The round ended before they answered.
        Ended = "ended",
    }
}

crate::text_enum! {
    /// How a version came to be.
    Origin {
        /// Written and approved here.
        Authored = "authored",
        /// Taken over from elsewhere; carries no signatures of ours.
        Adopted = "adopted",
    }
}

/// A document: what stays the same over its versions.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = documents, treat_none_as_null = true)]
pub struct Document {
    /// Id.
    pub id: String,
    /// Code as people write it.
    pub code: String,
    /// Code folded for matching and sorting.
    pub code_key: String,
    /// Tier 1 to 4.
    pub tier: i64,
    /// Unit code of the owner, as of the version in force (of the first draft before that).
    pub owner: String,
    /// The version in force.
    pub effective_version_id: Option<String>,
    /// Since.
    pub created_at: Instant,
    /// Who created it.
    pub created_by: String,
    /// Counts changes.
    pub row_version: i64,
}

crate::fact_table!(Document, documents, 1, key id);

/// A version of a document.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = document_versions, treat_none_as_null = true)]
pub struct Version {
    /// Id.
    pub id: String,
    /// The document.
    pub document_id: String,
    /// Place among the versions, from 1.
    pub ordinal: i64,
    /// Label by scheme: `A/0`, `1.0`.
    pub label: String,
    /// Where it stands.
    pub state: State,
    /// Chinese title.
    pub title_zh: Option<String>,
    /// English title.
    pub title_en: Option<String>,
    /// Hash of the Chinese text.
    pub text_zh: Option<String>,
    /// Hash of the English text.
    pub text_en: Option<String>,
    /// Codes of the parents, as a JSON list.
    pub parents: Json,
    /// [`Extra`] as JSON.
    pub extra: Json,
    /// Reason for the change, given on submission or adoption.
    pub reason: Option<String>,
    /// SHA-256 of content and metadata, from submission on.
    pub content_hash: Option<String>,
    /// How it came to be.
    pub origin: Origin,
    /// Who prepared it.
    pub author_id: String,
    /// Their name at the time.
    pub author_name: String,
    /// Round of review, 0 before the first submission.
    pub round: i64,
    /// Who submitted it.
    pub submitted_by: Option<String>,
    /// When.
    pub submitted_at: Option<Instant>,
    /// When it was approved.
    pub approved_at: Option<Instant>,
    /// Day on which it is to take effect; none = on approval.
    pub planned_on: Option<NaiveDate>,
    /// Day on which it took effect.
    pub effective_on: Option<NaiveDate>,
    /// Day on which it was superseded or withdrawn.
    pub ended_on: Option<NaiveDate>,
    /// Since.
    pub created_at: Instant,
    /// Last change.
    pub updated_at: Instant,
    /// Counts changes.
    pub row_version: i64,
}

crate::fact_table!(Version, document_versions, 1, key id);

impl Version {
    /// The title in a language, or the only one there is.
    pub fn title(&self, lang: Lang) -> &str {
        let (own, other) = match lang {
            Lang::Zh => (&self.title_zh, &self.title_en),
            Lang::En => (&self.title_en, &self.title_zh),
        };
        own.as_deref().or(other.as_deref()).unwrap_or_default()
    }

    /// The hash of the text in a language.
    pub fn text_hash(&self, lang: Lang) -> Option<&str> {
        match lang {
            Lang::Zh => self.text_zh.as_deref(),
            Lang::En => self.text_en.as_deref(),
        }
    }

    /// The languages it is written in, Chinese first.
    pub fn languages(&self) -> Vec<Lang> {
        Lang::ALL.into_iter().filter(|lang| self.text_hash(*lang).is_some()).collect()
    }

    /// Codes of its parents.
    ///
    /// # Errors
    /// When the stored list is damaged.
    pub fn parent_codes(&self) -> Result<Vec<String>> {
        self.parents.to()
    }

    /// What else it holds.
    ///
    /// # Errors
    /// When the stored value is damaged.
    pub fn extras(&self) -> Result<Extra> {
        self.extra.to()
    }

    /// Whether somebody may see it; `asked` = they review or approve it.
    pub fn visible_to(&self, actor: &Actor, asked: bool) -> bool {
        if self.state.public() {
            return actor.may(Permission::ReadDocuments);
        }
        // Whoever manages documents withdraws them, and may look at what they withdrew.
        let managed = self.state == State::Withdrawn && actor.may(Permission::ManageDocuments);
        managed || actor.may(Permission::ReadDrafts) || actor.id == self.author_id || asked
    }
}

/// A request to review or approve a version in one round, and its answer: the signature of a controlled document.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = document_reviews, treat_none_as_null = true)]
pub struct Review {
    /// Id.
    pub id: String,
    /// The version.
    pub version_id: String,
    /// The round.
    pub round: i64,
    /// Asked for what.
    pub duty: Duty,
    /// Whom.
    pub user_id: String,
    /// Their name at the time.
    pub user_name: String,
    /// Their post at the time.
    pub user_post: String,
    /// Who asked.
    pub requested_by: String,
    /// When.
    pub requested_at: Instant,
    /// By when an answer is wanted.
    pub due_on: Option<NaiveDate>,
    /// The answer.
    pub decision: Option<Decision>,
    /// In their words.
    pub comment: Option<String>,
    /// What it binds to.
    pub content_hash: String,
    /// When they answered.
    pub decided_at: Option<Instant>,
    /// Counts changes.
    pub row_version: i64,
}

crate::fact_table!(Review, document_reviews, 1, key id);

/// An image or other file that belongs to a document's texts.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = document_files, treat_none_as_null = true)]
pub struct DocumentFile {
    /// Id.
    pub id: String,
    /// The document.
    pub document_id: String,
    /// Path as the text names it.
    pub path: String,
    /// Evidence hash.
    pub hash: String,
    /// Counts changes.
    pub row_version: i64,
}

crate::fact_table!(DocumentFile, document_files, 1, key id);
