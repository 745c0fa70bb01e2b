//! The demo's documents: written, submitted, reviewed, approved and taken into force through the same services as anybody's.

use chrono::NaiveDate;

use super::Stage;
use crate::documents::{self, Bilingual, Decide, Decision, FormExtra, NewDocument, Revise, SaveDraft, Step, Submit};
use crate::error::{Error, Result};
use crate::shipped;

/// A text as shipped: front matter and body, in both languages.
pub(super) struct Paper {
    pub(super) code: String,
    tier: i64,
    owner: String,
    parents: Vec<String>,
    title: Bilingual,
    text: Bilingual,
    form: Option<FormExtra>,
    reason: Option<String>,
}

#[derive(serde::Deserialize)]
struct Front {
    code: String,
    title: String,
    tier: i64,
    owner: String,
    #[serde(default)]
    parents: Vec<String>,
    reason: Option<String>,
    number: Option<String>,
    #[serde(default)]
    fields: Vec<serde_json::Value>,
}

impl Paper {
    /// Reads `<base>.md` and `<base>.en.md`.
    pub(super) fn read(base: &str) -> Result<Self> {
        let (zh, zh_text) = split(&format!("{base}.md"))?;
        let (en, en_text) = split(&format!("{base}.en.md"))?;
        let form = (zh.tier == 4).then(|| FormExtra { number: zh.number.clone(), fields: zh.fields.clone() });
        Ok(Self {
            code: zh.code,
            tier: zh.tier,
            owner: zh.owner,
            parents: zh.parents,
            title: Bilingual { zh: Some(zh.title), en: Some(en.title) },
            text: Bilingual { zh: Some(zh_text), en: Some(en_text) },
            form,
            reason: zh.reason,
        })
    }
}

fn split(path: &str) -> Result<(Front, String)> {
    let file = shipped::get(path).ok_or_else(|| Error::Internal(format!("{path} is not shipped")))?;
    let rest = file.strip_prefix("---\n").and_then(|rest| rest.split_once("\n---\n"));
    let (yaml, body) = rest.ok_or_else(|| Error::Internal(format!("{path} has no front matter")))?;
    let front = serde_saphyr::from_str(yaml).map_err(|error| Error::Internal(format!("{path}: {error}")))?;
    Ok((front, body.trim_start_matches('\n').to_owned()))
}

/// Writes a first version; answers the draft's id and row version.
pub(super) fn write(stage: &Stage, author: &str, paper: &Paper) -> Result<(String, i64)> {
    let command = NewDocument {
        tier: paper.tier,
        code: Some(paper.code.clone()),
        title: paper.title.clone(),
        text: paper.text.clone(),
        owner: paper.owner.clone(),
        parents: paper.parents.clone(),
        form: paper.form.clone(),
        label: None,
    };
    let (_, version) = stage.write(author, move |tx| documents::create(tx, &command))?;
    Ok((version.id, version.row_version))
}

/// Starts a revision and writes the new text into it.
pub(super) fn revise(stage: &Stage, author: &str, paper: &Paper, step: Step) -> Result<(String, i64)> {
    let code = paper.code.clone();
    let (title, text, owner) = (paper.title.clone(), paper.text.clone(), paper.owner.clone());
    let (parents, form) = (paper.parents.clone(), paper.form.clone());
    let (_, version) = stage.write(author, move |tx| {
        let document = documents::by_code(tx, &code)?;
        let (_, draft) = documents::revise(tx, &document.id, &Revise { step })?;
        let command = SaveDraft {
            title: title.clone(),
            text: text.clone(),
            owner: owner.clone(),
            parents: parents.clone(),
            form: form.clone(),
            row_version: draft.row_version,
        };
        documents::save(tx, &draft.id, &command)
    })?;
    Ok((version.id, version.row_version))
}

/// Who reviews and approves.
#[derive(Clone, Copy)]
pub(super) struct Signers {
    pub(super) author: &'static str,
    pub(super) reviewer: &'static str,
    pub(super) approver: &'static str,
}

/// Submits a draft.
pub(super) fn submit(
    stage: &Stage,
    signers: Signers,
    (version, row_version): &(String, i64),
    reason: &str,
    planned_on: Option<NaiveDate>,
    due_on: NaiveDate,
) -> Result<()> {
    let command = Submit {
        reason: reason.to_owned(),
        reviewers: vec![stage.id(signers.reviewer)],
        approver: stage.id(signers.approver),
        planned_on,
        due_on: Some(due_on),
        row_version: *row_version,
    };
    let id = version.clone();
    stage.write(signers.author, move |tx| documents::submit(tx, &id, &command).map(|_| ()))
}

/// Answers a request.
pub(super) fn decide(stage: &Stage, who: &str, version: &str, decision: Decision, comment: Option<&str>) -> Result<()> {
    let command = Decide { decision, comment: comment.map(str::to_owned), content_hash: None };
    let id = version.to_owned();
    stage.write(who, move |tx| documents::decide(tx, &id, &command).map(|_| ()))
}

impl Paper {
    /// Why this version was made, as its file says.
    pub(super) fn reason(&self) -> &str {
        self.reason.as_deref().unwrap_or("首次发布")
    }
}
