//! The patterns as data, read from TOML and checked.

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;

use crate::error::{Error, Problem, Result};
use crate::numbering::Scheme;

const SHIPPED_NAME: &str = "docs-templates/recognise.toml";
const SHIPPED: &str = include_str!("../../../docs-templates/recognise.toml");

/// Checked patterns.
#[derive(Debug, Clone)]
pub struct Patterns {
    pub(super) shapes: Vec<Scheme>,
    pub(super) tiers: Vec<Tier>,
    pub(super) types: HashMap<String, u8>,
    pub(super) front_matter: Keys,
    pub(super) header: Header,
    pub(super) same: Vec<Same>,
    pub(super) files: Files,
    uncoded: Uncoded,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    shapes: Vec<String>,
    tier: Vec<Tier>,
    front_matter: Keys,
    header: Header,
    #[serde(default)]
    same: Vec<Same>,
    files: Files,
    uncoded: Uncoded,
}

/// Tiers of texts of which nothing else tells.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Uncoded {
    tier: u8,
    #[serde(default)]
    folders: BTreeMap<String, u8>,
}

/// One tier: the types of its codes and words of its titles.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Tier {
    pub(super) tier: u8,
    pub(super) types: Vec<String>,
    pub(super) titles: Vec<String>,
}

/// Names of each fact, in order of preference.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Keys {
    pub(super) code: Vec<String>,
    pub(super) title: Vec<String>,
    pub(super) tier: Vec<String>,
    pub(super) version: Vec<String>,
    pub(super) owner: Vec<String>,
    pub(super) language: Vec<String>,
    pub(super) parents: Vec<String>,
    pub(super) parent_version: Vec<String>,
}

/// Names in the header of a text; compared without case.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Header {
    pub(super) lines: usize,
    #[serde(default)]
    pub(super) code: Vec<String>,
    #[serde(default)]
    pub(super) title: Vec<String>,
    #[serde(default)]
    pub(super) version: Vec<String>,
    #[serde(default)]
    pub(super) owner: Vec<String>,
    #[serde(default)]
    pub(super) parents: Vec<String>,
    #[serde(default)]
    pub(super) parent_version: Vec<String>,
}

/// A fact that front matter and header both state.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Same {
    pub(super) name: String,
    pub(super) front_matter: String,
    pub(super) header: String,
}

/// Endings and names of files.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Files {
    pub(super) texts: Vec<String>,
    pub(super) ignored: Vec<String>,
}

impl Patterns {
    /// The patterns we ship.
    ///
    /// # Errors
    /// When they are damaged: a fault of ours.
    pub fn shipped() -> Result<Self> {
        Self::parse(SHIPPED).map_err(|error| Error::internal(format!("{SHIPPED_NAME}: {error}")))
    }

    /// Reads patterns.
    ///
    /// # Errors
    /// [`Error::Invalid`] naming the place.
    pub fn parse(source: &str) -> Result<Self> {
        let bad = |problem: Problem| Error::Invalid(vec![problem]);
        let raw: Raw = toml::from_str(source)
            .map_err(|error| bad(Problem::field("patterns", "import-patterns-toml").with("message", error.to_string().trim())))?;
        let mut shapes = Vec::new();
        for (at, shape) in raw.shapes.iter().enumerate() {
            let scheme = Scheme::parse(shape)
                .map_err(|_| bad(Problem::field("patterns", "import-patterns-shape").with("place", at + 1).with("shape", shape)))?;
            shapes.push(scheme);
        }
        let tiers = raw.tier.iter().map(|tier| tier.tier).chain(raw.uncoded.folders.values().copied()).chain([raw.uncoded.tier]);
        if let Some(tier) = tiers.into_iter().find(|tier| !(1..=4).contains(tier)) {
            return Err(bad(Problem::field("patterns", "import-patterns-tier").with("tier", tier)));
        }
        let mut types = HashMap::new();
        for tier in &raw.tier {
            for name in tier.types.iter().map(|name| name.to_uppercase()) {
                if types.insert(name.clone(), tier.tier).is_some_and(|other| other != tier.tier) {
                    return Err(bad(Problem::field("patterns", "import-patterns-type").with("name", name)));
                }
            }
        }
        Ok(Self {
            shapes,
            tiers: raw.tier,
            types,
            front_matter: raw.front_matter,
            header: raw.header,
            same: raw.same,
            files: raw.files,
            uncoded: raw.uncoded,
        })
    }

    /// The tier of a text of which nothing else tells: that of its folder, else of all.
    pub fn uncoded_tier(&self, path: &str) -> u8 {
        let folders = path.rsplit('/').skip(1);
        folders.into_iter().find_map(|folder| self.uncoded.folders.get(folder)).copied().unwrap_or(self.uncoded.tier)
    }

    /// Tier by a word of the title. What a document is stands last in its title: 记录控制程序 is a procedure.
    pub(super) fn tier_of_title(&self, title: &str) -> Option<u8> {
        let title = title.to_lowercase();
        let words = self.tiers.iter().flat_map(|tier| tier.titles.iter().map(move |word| (word.to_lowercase(), tier.tier)));
        let found = words.filter_map(|(word, tier)| Some((title.rfind(&word)? + word.len(), word.len(), tier)));
        found.max_by_key(|(end, length, _)| (*end, *length)).map(|(_, _, tier)| tier)
    }
}
