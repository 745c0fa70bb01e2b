//! The pyramid: documents by tier with their states, the tree from the manual down, and what is missing: a document with nothing above
//! it, one that nothing uses, a procedure without a record, a reference to a document that is not there.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde::Serialize;

use super::super::model::State;
use super::super::service::read::Entry;
use super::stones::{self, Kind, Stone};
use super::{Filter, all, reader_href};
use crate::actor::Actor;
use crate::db::Conn;
use crate::error::Result;
use crate::links::{self, Link, PARENT};
use crate::text::Lang;

/// What is wrong with the place of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Gap {
    /// Nothing stands above it though its tier is not the first.
    Orphan {
        /// The document.
        code: String,
    },
    /// Nothing stands below it and nothing refers to it.
    Unused {
        /// The document.
        code: String,
    },
    /// A procedure under which no record is made.
    NoRecord {
        /// The document.
        code: String,
    },
    /// It names a document that is not there.
    Dangling {
        /// The document.
        code: String,
        /// What it names, folded.
        target: String,
    },
}

impl Gap {
    /// The document that shows it.
    pub fn code(&self) -> &str {
        match self {
            Self::Orphan { code } | Self::Unused { code } | Self::NoRecord { code } | Self::Dangling { code, .. } => code,
        }
    }
}

/// How many documents of a tier are in a state.
#[derive(Debug, Clone, Serialize)]
pub struct Count {
    /// The state.
    pub kind: &'static str,
    /// How many.
    pub count: usize,
}

/// One tier.
#[derive(Debug, Clone, Serialize)]
pub struct Tier {
    /// 1 to 4.
    pub tier: i64,
    /// Documents in it.
    pub count: usize,
    /// By state, in order of a version's life; those that occur.
    pub states: Vec<Count>,
    /// What is missing or loose here.
    pub gaps: Vec<Gap>,
    /// The picture, ready to be inserted.
    pub svg: String,
}

/// A document in the tree.
#[derive(Debug, Clone, Serialize)]
pub struct Node {
    /// Code.
    pub code: String,
    /// Title in the reader's language.
    pub title: String,
    /// Version label.
    pub label: String,
    /// State of that version.
    pub state: &'static str,
    /// Where it is read.
    pub href: String,
    /// What is wrong with its place.
    pub gaps: Vec<Gap>,
    /// Documents below it.
    pub children: Vec<Node>,
}

/// The pyramid.
#[derive(Debug, Clone, Serialize)]
pub struct Map {
    /// Documents.
    pub total: usize,
    /// Of them in force.
    pub in_force: usize,
    /// Gaps.
    pub gap_count: usize,
    /// The tiers from the first to the fourth.
    pub tiers: Vec<Tier>,
    /// From the manual down.
    pub tree: Vec<Node>,
    /// Documents that hang on nothing.
    pub loose: Vec<Node>,
    /// Pictures of the legend.
    pub legend: Legend,
}

/// A stone of each kind, ready to be inserted.
#[derive(Debug, Clone, Serialize)]
pub struct Legend {
    force_svg: String,
    waiting_svg: String,
    draft_svg: String,
    gap_svg: String,
}

impl Legend {
    fn new() -> Self {
        let [force_svg, waiting_svg, draft_svg, gap_svg] = [Kind::InForce, Kind::Waiting, Kind::Draft, Kind::Gap].map(stones::sign);
        Self { force_svg, waiting_svg, draft_svg, gap_svg }
    }
}

/// Draws the pyramid of what this actor may see.
///
/// # Errors
/// [`crate::error::Error::NotFound`] without the permission to read documents.
pub fn map(conn: &mut Conn, actor: &Actor, lang: Lang) -> Result<Map> {
    let mut entries = all(conn, actor, &Filter::default())?;
    entries.retain(|entry| entry.version.state != State::Withdrawn);
    let links = links::of_kind(conn, "document")?;
    Ok(build(&entries, &links, lang))
}

/// Documents and how they hang together.
struct Web<'a> {
    by_id: HashMap<&'a str, &'a Entry>,
    children: HashMap<&'a str, BTreeSet<&'a str>>,
    parents: HashMap<&'a str, BTreeSet<&'a str>>,
    referred: HashSet<&'a str>,
    dangling: Vec<(&'a str, &'a str)>,
}

impl<'a> Web<'a> {
    fn new(entries: &'a [Entry], links: &'a [Link]) -> Self {
        let by_id: HashMap<&str, &Entry> = entries.iter().map(|entry| (entry.document.id.as_str(), entry)).collect();
        let mut web =
            Self { by_id, children: HashMap::new(), parents: HashMap::new(), referred: HashSet::new(), dangling: Vec::new() };
        for link in links.iter().filter(|link| link.to_kind == "document" && web.by_id.contains_key(link.from_id.as_str())) {
            if link.to_id.is_empty() {
                web.dangling.push((&link.from_id, &link.to_key));
            } else if link.relation == PARENT {
                web.children.entry(&link.to_id).or_default().insert(&link.from_id);
                web.parents.entry(&link.from_id).or_default().insert(&link.to_id);
            } else {
                web.referred.insert(&link.to_id);
            }
        }
        web
    }

    /// Whether a form stands somewhere below.
    fn has_record(&self, id: &str) -> bool {
        let (mut waiting, mut seen) = (vec![id], HashSet::from([id]));
        while let Some(id) = waiting.pop() {
            for child in self.children.get(id).into_iter().flatten() {
                if self.by_id.get(child).is_some_and(|entry| entry.document.tier == 4) {
                    return true;
                }
                if seen.insert(child) {
                    waiting.push(child);
                }
            }
        }
        false
    }

    fn gaps(&self, entry: &Entry) -> Vec<Gap> {
        let (id, code, tier) = (entry.document.id.as_str(), &entry.document.code, entry.document.tier);
        let mut gaps = Vec::new();
        if tier > 1 && !self.parents.contains_key(id) {
            gaps.push(Gap::Orphan { code: code.clone() });
        }
        if tier < 4 && !self.children.contains_key(id) && !self.referred.contains(id) {
            gaps.push(Gap::Unused { code: code.clone() });
        } else if tier == 2 && !self.has_record(id) {
            gaps.push(Gap::NoRecord { code: code.clone() });
        }
        let targets: BTreeSet<&str> = self.dangling.iter().filter(|(from, _)| *from == id).map(|(_, key)| *key).collect();
        gaps.extend(targets.into_iter().map(|key| Gap::Dangling { code: code.clone(), target: key.to_owned() }));
        gaps
    }
}

fn build(entries: &[Entry], links: &[Link], lang: Lang) -> Map {
    let web = Web::new(entries, links);
    let gaps: HashMap<&str, Vec<Gap>> = entries.iter().map(|entry| (entry.document.id.as_str(), web.gaps(entry))).collect();
    let tiers: Vec<Tier> = (1..=4).map(|number| tier(number, entries, &gaps)).collect();
    let mut grower = Grower { web: &web, gaps: &gaps, lang, placed: HashSet::new() };
    let tops: Vec<&Entry> = entries.iter().filter(|entry| entry.document.tier == 1).collect();
    let tree = grower.grow(&tops);
    // What has nothing above it, then what hangs in a ring.
    let orphans: Vec<&Entry> =
        entries.iter().filter(|entry| entry.document.tier > 1 && !web.parents.contains_key(entry.document.id.as_str())).collect();
    let mut loose = grower.grow(&orphans);
    let rings: Vec<&Entry> = entries.iter().collect();
    loose.extend(grower.grow(&rings));
    Map {
        total: entries.len(),
        in_force: entries.iter().filter(|entry| entry.version.state == State::Effective).count(),
        gap_count: tiers.iter().map(|tier| tier.gaps.len()).sum(),
        tiers,
        tree,
        loose,
        legend: Legend::new(),
    }
}

fn tier(number: i64, entries: &[Entry], gaps: &HashMap<&str, Vec<Gap>>) -> Tier {
    let own: Vec<&Entry> = entries.iter().filter(|entry| entry.document.tier == number).collect();
    let mut by_state: BTreeMap<State, usize> = BTreeMap::new();
    let (mut here, mut drawn) = (Vec::new(), Vec::new());
    for entry in &own {
        *by_state.entry(entry.version.state).or_default() += 1;
        let its = gaps.get(entry.document.id.as_str()).cloned().unwrap_or_default();
        let loose = its.iter().any(|gap| matches!(gap, Gap::Orphan { .. }));
        let kind = match entry.version.state {
            State::Draft => Kind::Draft,
            State::InReview | State::Approved => Kind::Waiting,
            _ if loose => Kind::Gap,
            _ => Kind::InForce,
        };
        drawn.push(Stone { kind, name: entry.document.code.clone() });
        here.extend(its);
    }
    // A reference to nothing is a stone that is not there.
    let lost: BTreeSet<&str> =
        here.iter().filter_map(|gap| if let Gap::Dangling { target, .. } = gap { Some(target.as_str()) } else { None }).collect();
    drawn.extend(lost.into_iter().map(|target| Stone { kind: Kind::Gap, name: target.to_owned() }));
    // In force first in the counts, as people ask for it first.
    let order = [State::Effective, State::Approved, State::InReview, State::Draft, State::Superseded];
    let states =
        order.into_iter().filter_map(|state| Some(Count { kind: state.as_str(), count: *by_state.get(&state)? })).collect();
    Tier { tier: number, count: own.len(), states, svg: stones::tier(number, &drawn), gaps: here }
}

struct Grower<'a> {
    web: &'a Web<'a>,
    gaps: &'a HashMap<&'a str, Vec<Gap>>,
    lang: Lang,
    placed: HashSet<String>,
}

impl Grower<'_> {
    /// Each document stands once: under the first of its parents that is reached.
    fn grow(&mut self, entries: &[&Entry]) -> Vec<Node> {
        let mut fresh: Vec<&Entry> =
            entries.iter().copied().filter(|entry| self.placed.insert(entry.document.id.clone())).collect();
        fresh.sort_by(|a, b| (a.document.tier, &a.document.code_key).cmp(&(b.document.tier, &b.document.code_key)));
        fresh.into_iter().map(|entry| self.node(entry)).collect()
    }

    fn node(&mut self, entry: &Entry) -> Node {
        let id = entry.document.id.as_str();
        let below: Vec<&Entry> =
            self.web.children.get(id).into_iter().flatten().filter_map(|child| self.web.by_id.get(child).copied()).collect();
        Node {
            code: entry.document.code.clone(),
            title: entry.version.title(self.lang).to_owned(),
            label: entry.version.label.clone(),
            state: entry.version.state.as_str(),
            href: reader_href(&entry.document.code, &entry.version),
            gaps: self.gaps.get(id).cloned().unwrap_or_default(),
            children: self.grow(&below),
        }
    }
}
