//! The shipped pack (`docs-templates/kpi`): definitions, families and profiles; what is kept in the rows' bodies.
//! Every number names its provenance; a pack that contradicts itself is refused as a whole (ISO 9001 9.1.1: what is measured, and how).

use std::collections::BTreeMap;

use serde::Deserialize;

pub use super::definition::{Definition, Limits};
pub use super::profile::{Family, Profile, Weight};
use crate::error::{Error, Problem, Result};
use crate::organisation::CentreType;

const DEFINITIONS: &str = include_str!("../../docs-templates/kpi/definitions.toml");
const PROFILES: &str = include_str!("../../docs-templates/kpi/profiles.toml");
/// The example mapping that the import page shows.
pub const MAPPING_EXAMPLE: &str = include_str!("../../docs-templates/kpi/mapping-example.toml");

/// The shipped definitions and profiles.
#[derive(Debug, Clone, PartialEq)]
pub struct Pack {
    /// Definitions in order.
    pub definitions: Vec<Definition>,
    /// Profiles by centre type.
    pub profiles: Vec<(CentreType, Profile)>,
}

#[derive(Deserialize)]
struct DefinitionFile {
    kpi: Vec<Definition>,
}

#[derive(Deserialize)]
struct ProfileFile {
    family: Vec<Family>,
    profile: BTreeMap<String, Profile>,
}

fn bad_pack(detail: &str) -> Error {
    Error::Invalid(vec![Problem::whole("kpi-pack").with("detail", detail)])
}

impl Pack {
    /// The pack embedded in the program.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it contradicts itself.
    pub fn shipped() -> Result<Self> {
        let definitions: DefinitionFile = toml::from_str(DEFINITIONS).map_err(|error| bad_pack(&error.to_string()))?;
        let profiles: ProfileFile = toml::from_str(PROFILES).map_err(|error| bad_pack(&error.to_string()))?;
        let mut pack = Self { definitions: definitions.kpi, profiles: Vec::new() };
        for (name, mut profile) in profiles.profile {
            let centre_type = CentreType::parse(&name).ok_or_else(|| bad_pack(&name))?;
            profile.families.clone_from(&profiles.family);
            let same = profile.families.len() == profile.family.len()
                && profile.families.iter().all(|family| profile.family.contains_key(&family.code));
            if !same || !profile.problems().is_empty() {
                return Err(bad_pack(&format!("weights of {}", profile.en)));
            }
            pack.profiles.push((centre_type, profile));
        }
        pack.check()?;
        Ok(pack)
    }

    /// Codes of the families.
    #[must_use]
    pub fn families(&self) -> Vec<String> {
        let first = self.profiles.first().map(|(_, profile)| profile.families.as_slice()).unwrap_or_default();
        first.iter().map(|family| family.code.clone()).collect()
    }

    fn check(&self) -> Result<()> {
        let families = self.families();
        for definition in &self.definitions {
            let problems = definition.problems(&families);
            if let Some(problem) = problems.first() {
                return Err(bad_pack(&format!("{}: {} {}", definition.code, problem.field, problem.code)));
            }
        }
        let known = |code: &String| self.definitions.iter().any(|definition| definition.code == *code);
        let unknown = self.profiles.iter().flat_map(|(_, p)| p.kpi.values().flat_map(BTreeMap::keys)).find(|code| !known(code));
        unknown.map_or(Ok(()), |code| Err(bad_pack(code)))
    }
}

/// A shipped definition by code.
#[must_use]
pub fn shipped_definition(code: &str) -> Option<&'static Definition> {
    static SHIPPED: std::sync::OnceLock<Vec<Definition>> = std::sync::OnceLock::new();
    let all = SHIPPED.get_or_init(|| toml::from_str::<DefinitionFile>(DEFINITIONS).map(|file| file.kpi).unwrap_or_default());
    all.iter().find(|definition| definition.code == code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_pack_is_consistent() {
        let pack = Pack::shipped().unwrap();
        assert_eq!(pack.profiles.len(), 3);
        assert_eq!(pack.definitions.len(), 71);
        assert!(pack.definitions.iter().all(|definition| definition.formula().is_some()));
        let of = |family: &str| pack.definitions.iter().filter(|definition| definition.family == family).count();
        let counts = ["ability", "skill", "satisfaction", "service_level", "innovation", "economy"].map(of);
        assert_eq!(counts, [7, 8, 11, 23, 8, 14]);
        let codes: std::collections::BTreeSet<&str> = pack.definitions.iter().map(|definition| definition.code.as_str()).collect();
        assert_eq!(codes.len(), 71);
        let cost = &pack.profiles.iter().find(|(t, _)| *t == CentreType::CostControl).unwrap().1;
        assert_eq!((cost.kind_weight("qualitative"), cost.kind_weight("quantitative")), (5, 95));
    }

    #[test]
    fn limits_that_cannot_be_scored_are_refused() {
        let limits = |target, floor| Limits { target: Some(target), floor: Some(floor), ..Limits::default() };
        assert!(limits(80.0, 60.0).check("higher").is_ok());
        assert!(limits(80.0, 80.0).check("higher").is_err());
        assert!(limits(3.0, 8.0).check("lower").is_ok());
        assert!(limits(8.0, 3.0).check("lower").is_err());
        assert!(limits(8.0, 3.0).check("band").is_err());
    }
}
