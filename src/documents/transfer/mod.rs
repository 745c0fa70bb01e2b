//! Documents as folders of Markdown: what a version is as a file, and what a file is as a version.

pub(super) mod folder;
pub(super) mod found;
pub(super) mod matter;
