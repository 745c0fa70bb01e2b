//! The quality-system texts we ship (`docs-templates/`), embedded: tier templates, the starter and demo system, KPI packs.

use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "docs-templates/"]
struct Files;

/// A shipped file by its path, for example `tiers/procedure.md`.
pub fn get(path: &str) -> Option<String> {
    Files::get(path).map(|file| String::from_utf8_lossy(&file.data).into_owned())
}

/// Paths of the shipped files of a folder, for example `system/`, sorted.
pub fn list(folder: &str) -> Vec<String> {
    let mut paths: Vec<String> = Files::iter().map(|path| path.to_string()).filter(|path| path.starts_with(folder)).collect();
    paths.sort();
    paths
}
