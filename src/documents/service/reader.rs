//! What the reader page shows, in at most three statements beside the session's: document with versions and signatures; related
//! documents; history. The rendered text is held in memory or costs one more.

use std::collections::{HashMap, HashSet};

use chrono_tz::Tz;
use serde::Serialize;

use super::super::model::{Decision, Document, Duty, Review, State, Version};
use super::super::render::{self, Heading};
use super::super::store::{self, Related};
use super::derive;
use crate::actor::{Actor, Permission};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::history::{self, Line};
use crate::ledger::store as events;
use crate::numbering;
use crate::text::{Lang, t};

/// Events on the page.
const HISTORY: i64 = 100;

/// What the reader asks for.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The code in the address.
    pub code: &'a str,
    /// The version label, if not the one in force.
    pub label: Option<&'a str>,
    /// The language of the text, if not that of the page.
    pub text: Option<Lang>,
    /// The language of the page.
    pub lang: Lang,
    /// The organisation's zone.
    pub zone: Tz,
}

/// A document of the neighbourhood.
#[derive(Debug, Clone, Serialize)]
pub struct Neighbour {
    /// Code.
    pub code: String,
    /// Title, empty when the reader may not see one.
    pub title: String,
    /// Address; none for a code that is not there.
    pub href: Option<String>,
    /// Tier.
    pub tier: i64,
}

/// The reader page's content.
#[derive(Debug, Clone, Serialize)]
pub struct ReaderView {
    /// The document.
    pub document: Document,
    /// The version shown.
    pub version: Version,
    /// Its title.
    pub title: String,
    /// The owner's name, else its code.
    pub owner: String,
    /// Language of the text shown, as a tag.
    pub text_lang: &'static str,
    /// The page's language has no text in this version.
    pub other_only: bool,
    /// Languages of the version.
    pub languages: Vec<&'static str>,
    /// The text.
    pub html: String,
    /// Contents.
    pub toc: Vec<Heading>,
    /// All versions the reader may see, newest first.
    pub versions: Vec<Version>,
    /// Signatures of the shown version's last round.
    pub signed: Vec<Review>,
    /// Reviewers and approver who have not answered in the running round.
    pub waiting: Vec<Review>,
    /// Why it was returned last, for a draft.
    pub returned: Option<Review>,
    /// Label of the version in force, when another one is shown.
    pub in_force: Option<String>,
    /// The version being prepared, when it may be seen and another one is shown.
    pub open: Option<Version>,
    /// Above in the pyramid.
    pub parents: Vec<Neighbour>,
    /// Below in the pyramid.
    pub children: Vec<Neighbour>,
    /// What happened, newest first.
    pub history: Vec<Line>,
    /// What the reader may do.
    pub acts: Acts,
}

/// What the reader may do with the shown version.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Acts {
    /// Edit, submit, discard the draft.
    pub edit: bool,
    /// Start a revision.
    pub revise: bool,
    /// Withdraw the version in force.
    pub withdraw: bool,
    /// Answer: `reviewer` or `approver`.
    pub decide: Option<Duty>,
    /// Reviewers who have not agreed; the approver waits for them.
    pub blocked: usize,
}

/// Documents as loaded for one page.
struct Loaded {
    document: Document,
    versions: Vec<Version>,
    reviews: Vec<Review>,
    owner: Option<(String, Option<String>)>,
}

fn load(conn: &mut Conn, code: &str) -> Result<Loaded> {
    let rows = store::joined(conn, &numbering::code_key(code))?;
    let first = rows.first().ok_or(Error::NotFound)?;
    let document = first.0.clone();
    let owner = first.3.clone().map(|name| (name, first.4.clone()));
    let (mut versions, mut reviews): (Vec<Version>, Vec<Review>) = (Vec::new(), Vec::new());
    for (_, version, review, _, _) in rows {
        if versions.last().is_none_or(|known| known.id != version.id) {
            versions.push(version);
        }
        reviews.extend(review);
    }
    Ok(Loaded { document, versions, reviews, owner })
}

/// Everything the reader page shows.
///
/// # Errors
/// [`Error::NotFound`] for an unknown code or label, or a version this actor may not see.
pub fn reader_view(conn: &mut Conn, actor: &Actor, asked: &Asked<'_>) -> Result<ReaderView> {
    actor.see(Permission::ReadDocuments)?;
    let Loaded { document, mut versions, reviews, owner } = load(conn, asked.code)?;
    let mine: HashSet<String> = reviews.iter().filter(|r| r.user_id == actor.id).map(|r| r.version_id.clone()).collect();
    versions.retain(|version| version.visible_to(actor, mine.contains(&version.id)));
    let version = match asked.label {
        Some(label) => versions.iter().find(|version| version.label == label),
        None => derive::speaking(&versions),
    };
    let version = version.ok_or(Error::NotFound)?.clone();
    let reviews: Vec<Review> = reviews.into_iter().filter(|review| review.version_id == version.id).collect();
    let text_lang = text_language(&version, asked);
    let rendition = derive::rendition(conn, &version, text_lang)?;
    let parents = version.parent_codes()?;
    let mentioned = rendition.iter().flat_map(|made| made.mentions.iter().map(|m| m.code.as_str()));
    let keys: Vec<String> = mentioned.chain(parents.iter().map(String::as_str)).map(numbering::code_key).take(1000).collect();
    let known = store::related(conn, &keys, &document.id)?;
    let by_key: HashMap<&str, &Related> = known.iter().map(|row| (row.0.code_key.as_str(), row)).collect();
    let exists = |code: &str| by_key.contains_key(numbering::code_key(code).as_str());
    let hint = t(asked.lang, "documents-text-dangling", &[]);
    let html = rendition.as_ref().map(|made| render::shown(made, &exists, &hint)).unwrap_or_default();
    let above =
        parents.iter().map(|code| neighbour(actor, by_key.get(numbering::code_key(code).as_str()).copied(), code, asked.lang));
    let above: Vec<Neighbour> = above.collect();
    let all = actor.may(Permission::ReadDrafts) || versions.iter().any(|version| version.state.open());
    let history = history_of(conn, asked, &document, &versions, all)?;
    let owner = owner.map(|(zh, en)| if asked.lang == Lang::En { en.unwrap_or(zh) } else { zh });
    Ok(ReaderView {
        title: version.title(text_lang).to_owned(),
        owner: owner.unwrap_or_else(|| document.owner.clone()),
        text_lang: text_lang.tag(),
        other_only: version.text_hash(asked.lang).is_none(),
        languages: version.languages().into_iter().map(Lang::code).collect(),
        html,
        toc: rendition.map(|made| made.toc.clone()).unwrap_or_default(),
        acts: acts(actor, &versions, &version, &reviews),
        waiting: of_round(&version, &reviews, |review| review.decision.is_none() && version.state == State::InReview),
        returned: reviews
            .iter()
            .rev()
            .find(|r| r.decision == Some(Decision::Returned))
            .filter(|_| version.state == State::Draft)
            .cloned(),
        signed: of_round(&version, &reviews, |review| matches!(review.decision, Some(Decision::Agreed | Decision::Approved))),
        in_force: versions.iter().find(|v| v.state == State::Effective && v.id != version.id).map(|v| v.label.clone()),
        open: versions.iter().find(|v| v.state.open() && v.id != version.id).cloned(),
        parents: above,
        children: children(actor, &known, asked.lang),
        history,
        versions,
        version,
        document,
    })
}

fn text_language(version: &Version, asked: &Asked<'_>) -> Lang {
    let wanted = asked.text.unwrap_or(asked.lang);
    if version.text_hash(wanted).is_some() { wanted } else { wanted.other() }
}

fn of_round(version: &Version, reviews: &[Review], wanted: impl Fn(&Review) -> bool) -> Vec<Review> {
    if version.state == State::Draft {
        return Vec::new();
    }
    let mut found: Vec<Review> = reviews.iter().filter(|review| review.round == version.round && wanted(review)).cloned().collect();
    found.sort_by_key(|review| review.duty);
    found
}

/// What happened to the document. Who sees no draft of it sees what took effect, not how it was prepared.
fn history_of(conn: &mut Conn, asked: &Asked<'_>, document: &Document, seen: &[Version], all: bool) -> Result<Vec<Line>> {
    const IN_FORCE: [&str; 3] = ["documents.release", "documents.withdraw", "documents.adopt"];
    let rows = events::history(conn, derive::KIND, &document.id, HISTORY)?;
    let names: HashSet<String> = seen.iter().map(|version| super::name(document, version)).collect();
    let shown = rows.iter().filter(|row| all || (IN_FORCE.contains(&row.action.as_str()) && names.contains(&row.object_label)));
    Ok(shown.map(|row| history::line(row, asked.lang, asked.zone)).collect())
}

fn neighbour(actor: &Actor, known: Option<&Related>, code: &str, lang: Lang) -> Neighbour {
    let Some((document, zh, en, _)) = known else {
        return Neighbour { code: code.to_owned(), title: String::new(), href: None, tier: 0 };
    };
    let (zh, en) = (zh.clone(), en.clone());
    let title = if lang == Lang::En { en.or(zh) } else { zh.or(en) };
    let readable = document.effective_version_id.is_some() || actor.may(Permission::ReadDrafts);
    Neighbour {
        code: document.code.clone(),
        title: title.filter(|_| readable).unwrap_or_default(),
        href: readable.then(|| render::href(&document.code)),
        tier: document.tier,
    }
}

/// Documents that name this one as their parent: those in force, and for who reads drafts all of them.
fn children(actor: &Actor, known: &[Related], lang: Lang) -> Vec<Neighbour> {
    let below = known.iter().filter(|row| row.3.is_some());
    below.map(|row| neighbour(actor, Some(row), &row.0.code, lang)).filter(|item| item.href.is_some()).collect()
}

fn acts(actor: &Actor, versions: &[Version], version: &Version, reviews: &[Review]) -> Acts {
    let open = versions.iter().any(|version| version.state.open());
    let effective = version.state == State::Effective;
    let writes = actor.may(Permission::WriteDocuments);
    let running = || reviews.iter().filter(|review| review.round == version.round && version.state == State::InReview);
    let mine = running().find(|review| review.user_id == actor.id && review.decision.is_none());
    let waiting = running().filter(|review| review.duty == Duty::Reviewer && review.decision != Some(Decision::Agreed)).count();
    Acts {
        edit: writes && version.state == State::Draft && (version.author_id == actor.id || actor.may(Permission::ManageDocuments)),
        revise: writes && effective && !open,
        withdraw: effective && actor.may(Permission::ManageDocuments),
        decide: mine.map(|review| review.duty),
        blocked: if mine.is_some_and(|review| review.duty == Duty::Approver) { waiting } else { 0 },
    }
}
