//! What the API shows of documents: never the rows themselves.

use chrono::NaiveDate;
use serde::Serialize;

use super::super::command::Bilingual;
use super::super::model::{Document, Review, Version};
use super::super::service::read::{self, Entry};
use crate::db::{Conn, Instant};
use crate::error::Result;
use crate::text::Lang;

/// A document.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct DocumentView {
    /// Id.
    id: String,
    /// Code as people write it.
    code: String,
    /// Tier 1 to 4.
    tier: i64,
    /// Unit code of the owner.
    owner: String,
    /// The versions that this person may see, newest first.
    versions: Vec<VersionLine>,
}

/// A version in a list.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct VersionLine {
    /// Id.
    id: String,
    /// Label: `A/0`, `1.0`.
    label: String,
    /// `draft`, `in_review`, `approved`, `effective`, `superseded`, `withdrawn`.
    state: &'static str,
    /// Title.
    title: Bilingual,
    /// Day on which it took effect.
    effective_on: Option<NaiveDate>,
}

/// A document in a list: the version in force, else the newest that this person may see.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct DocumentLine {
    /// Id.
    id: String,
    /// Code as people write it.
    code: String,
    /// Tier 1 to 4.
    tier: i64,
    /// Unit code of the owner.
    owner: String,
    /// The version shown.
    version: VersionLine,
    /// The version being prepared, where this person may see it.
    open: Option<VersionLine>,
}

/// A version with its texts.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct VersionView {
    /// Id.
    id: String,
    /// Code of its document.
    code: String,
    /// Tier 1 to 4.
    tier: i64,
    /// Label: `A/0`, `1.0`.
    label: String,
    /// `draft`, `in_review`, `approved`, `effective`, `superseded`, `withdrawn`.
    state: &'static str,
    /// Title.
    title: Bilingual,
    /// Text in Markdown.
    text: Bilingual,
    /// Unit code of the owner.
    owner: String,
    /// Codes of the parents.
    parents: Vec<String>,
    /// Reason for the change.
    reason: Option<String>,
    /// SHA-256 of content and metadata, from submission on: what an approval binds to.
    content_hash: Option<String>,
    /// Who prepared it.
    author: String,
    /// When it was submitted.
    #[schema(value_type = Option<String>, format = DateTime)]
    submitted_at: Option<Instant>,
    /// When it was approved.
    #[schema(value_type = Option<String>, format = DateTime)]
    approved_at: Option<Instant>,
    /// Day on which it is to take effect.
    planned_on: Option<NaiveDate>,
    /// Day on which it took effect.
    effective_on: Option<NaiveDate>,
    /// Day on which it was superseded or withdrawn.
    ended_on: Option<NaiveDate>,
    /// Who was asked, and what they answered.
    reviews: Vec<ReviewView>,
}

/// A request to review or approve, and its answer.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct ReviewView {
    /// Round of review, from 1.
    round: i64,
    /// `reviewer` or `approver`.
    duty: &'static str,
    /// Whose.
    name: String,
    /// `agreed`, `approved`, `returned`, `ended`; none = not answered yet.
    decision: Option<&'static str>,
    /// In their words.
    comment: Option<String>,
    /// When they answered.
    #[schema(value_type = Option<String>, format = DateTime)]
    decided_at: Option<Instant>,
}

fn title(version: &Version) -> Bilingual {
    Bilingual { zh: version.title_zh.clone(), en: version.title_en.clone() }
}

impl VersionLine {
    fn of(version: &Version) -> Self {
        Self {
            id: version.id.clone(),
            label: version.label.clone(),
            state: version.state.as_str(),
            title: title(version),
            effective_on: version.effective_on,
        }
    }
}

impl DocumentView {
    pub(super) fn of(document: &Document, versions: &[Version]) -> Self {
        Self {
            id: document.id.clone(),
            code: document.code.clone(),
            tier: document.tier,
            owner: document.owner.clone(),
            versions: versions.iter().map(VersionLine::of).collect(),
        }
    }
}

impl DocumentLine {
    pub(super) fn of(entry: Entry) -> Self {
        Self {
            version: VersionLine::of(&entry.version),
            open: entry.open.as_ref().map(VersionLine::of),
            id: entry.document.id,
            code: entry.document.code,
            tier: entry.document.tier,
            owner: entry.document.owner,
        }
    }
}

impl ReviewView {
    fn of(review: Review) -> Self {
        Self {
            round: review.round,
            duty: review.duty.as_str(),
            name: review.user_name,
            decision: review.decision.map(super::super::Decision::as_str),
            comment: review.comment,
            decided_at: review.decided_at,
        }
    }
}

impl VersionView {
    /// The whole version. The caller has checked that it may be seen.
    pub(super) fn load(conn: &mut Conn, document: &Document, version: &Version) -> Result<Self> {
        let text = Bilingual { zh: read::text(conn, version, Lang::Zh)?, en: read::text(conn, version, Lang::En)? };
        let reviews = read::reviews(conn, &version.id)?.into_iter().map(ReviewView::of).collect();
        Ok(Self {
            id: version.id.clone(),
            code: document.code.clone(),
            tier: document.tier,
            label: version.label.clone(),
            state: version.state.as_str(),
            title: title(version),
            text,
            owner: version.extras()?.owner,
            parents: version.parent_codes()?,
            reason: version.reason.clone(),
            content_hash: version.content_hash.clone(),
            author: version.author_name.clone(),
            submitted_at: version.submitted_at,
            approved_at: version.approved_at,
            planned_on: version.planned_on,
            effective_on: version.effective_on,
            ended_on: version.ended_on,
            reviews,
        })
    }
}
