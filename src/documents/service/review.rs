//! Submission, review and approval (ISO 9001 7.5.3: reviewed and approved before use). The approver is neither author nor submitter;
//! any return ends the round; an answer binds to the hash of what was submitted.

use chrono::NaiveDate;

use super::super::command::{Decide, Submit};
use super::super::model::{Decision, Document, Duty, Review, State, Version};
use super::super::{declaration, store};
use super::draft::still_draft;
use super::{content_hash, derive, event, own, reason, release, seen, today};
use crate::actor::Permission;
use crate::db::new_id;
use crate::error::{Error, Problem, Result};
use crate::ledger::WriteTx;
use crate::people::{self, Person};

/// Submits a draft: opens a round with its reviewers and its approver.
///
/// # Errors
/// [`Error::Invalid`] for a missing reason, an approver who is author or submitter, people without the right, a day in the past;
/// [`Error::Stale`] when the draft was saved meanwhile.
pub fn submit(tx: &mut WriteTx<'_>, version: &str, command: &Submit) -> Result<(Document, Version)> {
    let (document, mut version) = own(tx, version)?;
    still_draft(&version)?;
    if version.row_version != command.row_version {
        return Err(Error::Stale);
    }
    let today = today(tx)?;
    let (reviewers, approver) = participants(tx, &document, &version, command, today)?;
    version.reason = Some(reason(&command.reason)?);
    version.state = State::InReview;
    version.round += 1;
    version.planned_on = command.planned_on;
    version.submitted_by = Some(tx.actor.id.clone());
    version.submitted_at = Some(tx.now);
    let hash = content_hash(&document, &version)?;
    version.content_hash = Some(hash.clone());
    store::update_version(tx, &mut version)?;
    for (duty, person) in reviewers.iter().map(|person| (Duty::Reviewer, person)).chain([(Duty::Approver, &approver)]) {
        ask(tx, &version, duty, person, &hash, command.due_on)?;
    }
    derive::refresh(tx, &document)?;
    let event = event("documents.submit", &document, &version).because(version.reason.as_deref()).detail("hash", hash);
    tx.record(event);
    Ok((document, version))
}

/// Who is asked, after checking that they may be.
fn participants(
    tx: &mut WriteTx<'_>,
    document: &Document,
    version: &Version,
    command: &Submit,
    today: NaiveDate,
) -> Result<(Vec<Person>, Person)> {
    let mut problems = Vec::new();
    if command.reason.trim().is_empty() {
        problems.push(Problem::field("reason", "reason-required"));
    }
    if document.tier == 4 {
        problems
            .extend(declaration::check(&version.extras()?.form).err().map(|error| error.problems().to_vec()).unwrap_or_default());
    }
    if version.languages().is_empty() {
        problems.push(Problem::whole("document-text-required"));
    }
    problems.extend(past("planned_on", command.planned_on, today));
    problems.extend(past("due_on", command.due_on, today));
    let approver = named(people::holders(tx, Permission::ApproveDocuments, today)?, &command.approver);
    match &approver {
        None => problems.push(Problem::field("approver", "document-approver-required")),
        Some(person) if person.id == version.author_id || person.id == tx.actor.id => {
            problems.push(Problem::field("approver", "document-approver-own").with("who", &person.name));
        }
        Some(_) => {}
    }
    let may_review = people::holders(tx, Permission::ReviewDocuments, today)?;
    let mut reviewers: Vec<Person> = Vec::new();
    for id in &command.reviewers {
        match may_review.iter().find(|person| person.id == *id) {
            None => problems.push(Problem::field("reviewers", "document-reviewer-unknown")),
            Some(person) if person.id == version.author_id || person.id == tx.actor.id || person.id == command.approver => {
                problems.push(Problem::field("reviewers", "document-reviewer-own").with("who", &person.name));
            }
            Some(person) if reviewers.iter().any(|known| known.id == person.id) => {}
            Some(person) => reviewers.push(person.clone()),
        }
    }
    match approver {
        Some(approver) if problems.is_empty() => Ok((reviewers, approver)),
        _ => Err(Error::Invalid(problems)),
    }
}

fn named(people: Vec<Person>, id: &str) -> Option<Person> {
    people.into_iter().find(|person| person.id == id)
}

fn past(field: &str, day: Option<NaiveDate>, today: NaiveDate) -> Option<Problem> {
    day.filter(|day| *day < today).map(|_| Problem::field(field, "date-past").with("today", today))
}

fn ask(tx: &mut WriteTx<'_>, version: &Version, duty: Duty, person: &Person, hash: &str, due_on: Option<NaiveDate>) -> Result<()> {
    let row = Review {
        id: new_id(),
        version_id: version.id.clone(),
        round: version.round,
        duty,
        user_id: person.id.clone(),
        user_name: person.name.clone(),
        user_post: person.post.clone(),
        requested_by: tx.actor.name.clone(),
        requested_at: tx.now,
        due_on,
        decision: None,
        comment: None,
        content_hash: hash.to_owned(),
        decided_at: None,
        row_version: 1,
    };
    store::insert_review(tx, &row)
}

/// Answers a request: a reviewer agrees, the approver approves, either returns it with a comment. Approval releases the version at once
/// unless it waits for a later day.
///
/// # Errors
/// [`Error::Forbidden`] for who was not asked; [`Error::Conflict`] when the round is over, reviewers have not answered, or the content is
/// not what was submitted.
pub fn decide(tx: &mut WriteTx<'_>, version: &str, command: &Decide) -> Result<(Document, Version)> {
    let actor = tx.actor.clone();
    let (document, mut version) = seen(tx, &actor, version)?;
    let all: Vec<Review> = store::reviews_of(tx, &version.id)?.into_iter().filter(|review| review.round == version.round).collect();
    let mut mine = asked(tx, &version, &all)?;
    check_answer(tx, &document, &version, command, &mine)?;
    if command.decision == Decision::Approved {
        let waiting =
            all.iter().filter(|review| review.duty == Duty::Reviewer && review.decision != Some(Decision::Agreed)).count();
        if waiting > 0 {
            return Err(Error::Conflict(Problem::whole("document-reviewers-first").with("count", waiting)));
        }
    }
    mine.decision = Some(command.decision);
    mine.comment = command.comment.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    mine.decided_at = Some(tx.now);
    store::update_review(tx, &mut mine)?;
    let comment = mine.comment.as_deref();
    match command.decision {
        Decision::Returned => {
            end_round(tx, &mut version, all, &mine.id)?;
            tx.record(event("documents.return", &document, &version).because(comment));
        }
        Decision::Approved => return approve(tx, document, version, comment),
        Decision::Agreed | Decision::Ended => tx.record(event("documents.agree", &document, &version).because(comment)),
    }
    Ok((document, version))
}

/// This actor's open request of the round.
fn asked(tx: &mut WriteTx<'_>, version: &Version, all: &[Review]) -> Result<Review> {
    let mine = all.iter().find(|review| tx.actor.person() == Some(review.user_id.as_str()));
    let mine = mine.ok_or_else(|| Error::forbidden("document-not-asked"))?;
    if version.state != State::InReview || mine.decision.is_some() {
        return Err(Error::Conflict(Problem::whole("document-round-over").with("label", &version.label)));
    }
    Ok(mine.clone())
}

fn check_answer(tx: &mut WriteTx<'_>, document: &Document, version: &Version, command: &Decide, mine: &Review) -> Result<()> {
    let fits = match (mine.duty, command.decision) {
        (Duty::Reviewer, Decision::Agreed | Decision::Returned) => tx.actor.require(Permission::ReviewDocuments).map(|()| true)?,
        (Duty::Approver, Decision::Approved | Decision::Returned) => {
            tx.actor.require(Permission::ApproveDocuments).map(|()| true)?
        }
        _ => false,
    };
    if !fits {
        return Err(Error::field("decision", "document-decision"));
    }
    let own = version.author_id == tx.actor.id || version.submitted_by.as_deref() == Some(tx.actor.id.as_str());
    if own {
        return Err(Error::forbidden("document-own-version"));
    }
    if command.decision == Decision::Returned && command.comment.as_deref().is_none_or(|text| text.trim().is_empty()) {
        return Err(Error::field("comment", "reason-required"));
    }
    let now = content_hash(document, version)?;
    let read = command.content_hash.as_ref();
    if now != mine.content_hash || version.content_hash.as_ref() != Some(&now) || read.is_some_and(|read| *read != now) {
        return Err(Error::conflict("document-content-changed"));
    }
    Ok(())
}

/// Back to the author: whoever has not answered is asked no more.
fn end_round(tx: &mut WriteTx<'_>, version: &mut Version, all: Vec<Review>, answered: &str) -> Result<()> {
    for mut review in all {
        if review.decision.is_none() && review.id != answered {
            review.decision = Some(Decision::Ended);
            review.decided_at = Some(tx.now);
            store::update_review(tx, &mut review)?;
        }
    }
    version.state = State::Draft;
    version.content_hash = None;
    version.submitted_by = None;
    version.submitted_at = None;
    store::update_version(tx, version)
}

fn approve(tx: &mut WriteTx<'_>, document: Document, mut version: Version, comment: Option<&str>) -> Result<(Document, Version)> {
    version.state = State::Approved;
    version.approved_at = Some(tx.now);
    store::update_version(tx, &mut version)?;
    let hash = version.content_hash.clone().unwrap_or_default();
    tx.record(event("documents.approve", &document, &version).because(comment).detail("hash", hash));
    let today = today(tx)?;
    if version.planned_on.is_none_or(|day| day <= today) {
        return release::take_effect(tx, document, version, today);
    }
    Ok((document, version))
}
