//! Folders on disk: reading one within limits, and writing one that knows what it holds (`.cairn-export.json`).

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::{Error, Problem, Result};
use crate::evidence;
use crate::ledger::sha256_hex;

/// Names what an export wrote, with the hash of each file.
pub const MANIFEST: &str = ".cairn-export.json";
/// Largest text or other file, in bytes.
pub const LARGEST_FILE: u64 = 2 << 20;
/// Largest image, in bytes.
pub const LARGEST_IMAGE: u64 = 20 << 20;
/// Longest path of a file that is sent, in bytes.
const LONGEST_PATH: usize = 400;
/// Most files of a folder.
const MOST_FILES: usize = 20_000;
/// Most bytes of a folder.
const MOST_BYTES: u64 = 1 << 30;

/// A file that is not looked at, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = PassedFile)]
pub struct Passed {
    /// Path in the folder.
    pub path: String,
    /// Why: a code whose text is `library-passed-<code>`.
    pub reason: &'static str,
}

/// What a folder holds.
#[derive(Debug, Default)]
pub struct Contents {
    /// Paths with `/`, relative, and bytes; in order of paths.
    pub files: Vec<(String, Vec<u8>)>,
    /// What was passed over: links, hidden files, what is too large or cannot be read.
    pub passed: Vec<Passed>,
}

/// Reads a folder whole. Symbolic links are not followed, hidden files and folders are passed over.
///
/// # Errors
/// [`Error::Invalid`] when it is no folder or holds more than can be taken at once.
pub fn read(folder: &Path) -> Result<Contents> {
    if !folder.is_dir() {
        return Err(Error::Invalid(vec![Problem::field(folder.display().to_string(), "folder-missing")]));
    }
    let mut contents = Contents::default();
    let mut total = 0;
    let mut waiting = vec![(folder.to_owned(), String::new())];
    while let Some((path, prefix)) = waiting.pop() {
        for entry in fs::read_dir(&path)? {
            let entry = entry?;
            let name = entry.file_name();
            let relative = format!("{prefix}{}", name.to_string_lossy());
            let kind = entry.file_type()?;
            if kind.is_symlink() {
                contents.passed.push(Passed { path: relative, reason: "link" });
            } else if name.to_string_lossy().starts_with('.') {
                contents.passed.push(Passed { path: relative, reason: "hidden" });
            } else if kind.is_dir() {
                waiting.push((entry.path(), format!("{relative}/")));
            } else if !kind.is_file() {
                contents.passed.push(Passed { path: relative, reason: "special" });
            } else {
                take(&entry.path(), relative, &mut contents, &mut total)?;
            }
            if contents.files.len() > MOST_FILES || total > MOST_BYTES {
                let problem = Problem::field(folder.display().to_string(), "folder-large")
                    .with("files", MOST_FILES)
                    .with("bytes", MOST_BYTES);
                return Err(Error::Invalid(vec![problem]));
            }
        }
    }
    contents.files.sort();
    contents.passed.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(contents)
}

impl Contents {
    /// A folder that was sent rather than read: paths and bytes, under the rules of a folder on disk.
    ///
    /// # Errors
    /// [`Error::Invalid`] naming each path that is not one inside a folder, or is there twice.
    pub fn sent(files: Vec<(String, Vec<u8>)>) -> Result<Self> {
        let mut problems = Vec::new();
        let mut contents = Self::default();
        let mut seen = BTreeSet::new();
        for (index, (path, bytes)) in files.into_iter().enumerate() {
            let place = format!("files[{index}].path");
            let parts: Vec<&str> = path.split('/').collect();
            let outside = parts.iter().any(|part| part.is_empty() || *part == "." || *part == ".." || part.contains(['\\', '\0']));
            if outside || path.len() > LONGEST_PATH {
                problems.push(Problem::field(place, "import-path").with("path", &path));
            } else if !seen.insert(path.clone()) {
                problems.push(Problem::field(place, "import-path-twice").with("path", &path));
            } else if parts.iter().any(|part| part.starts_with('.')) {
                contents.passed.push(Passed { path, reason: "hidden" });
            } else if too_large(&bytes) {
                contents.passed.push(Passed { path, reason: "large" });
            } else {
                contents.files.push((path, bytes));
            }
        }
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        contents.files.sort();
        contents.passed.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(contents)
    }
}

fn too_large(bytes: &[u8]) -> bool {
    let size = bytes.len() as u64;
    size > LARGEST_IMAGE || (size > LARGEST_FILE && evidence::sniff_image(bytes).is_none())
}

fn take(path: &Path, relative: String, contents: &mut Contents, total: &mut u64) -> Result<()> {
    let size = fs::metadata(path)?.len();
    if size > LARGEST_IMAGE {
        contents.passed.push(Passed { path: relative, reason: "large" });
        return Ok(());
    }
    let Ok(bytes) = fs::read(path) else {
        contents.passed.push(Passed { path: relative, reason: "unreadable" });
        return Ok(());
    };
    if too_large(&bytes) {
        contents.passed.push(Passed { path: relative, reason: "large" });
        return Ok(());
    }
    *total += bytes.len() as u64;
    contents.files.push((relative, bytes));
    Ok(())
}

#[derive(Debug, Serialize, Deserialize)]
struct Manifest {
    format: u32,
    files: BTreeMap<String, String>,
}

/// Writes a folder of its own. A folder that is there already must be empty or hold an earlier export, unchanged by hand.
pub struct Writer {
    root: PathBuf,
    files: BTreeMap<String, String>,
}

impl Writer {
    /// Makes the folder ready: what an earlier export wrote is taken away.
    ///
    /// # Errors
    /// [`Error::Invalid`] naming the file that stands in the way.
    pub fn start(root: &Path) -> Result<Self> {
        fs::create_dir_all(root)?;
        let manifest = root.join(MANIFEST);
        match fs::read(&manifest) {
            Ok(bytes) => clear(root, &bytes)?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                if fs::read_dir(root)?.next().is_some() {
                    return Err(Error::Invalid(vec![Problem::field(root.display().to_string(), "folder-not-empty")]));
                }
            }
            Err(error) => return Err(error.into()),
        }
        Ok(Self { root: root.to_owned(), files: BTreeMap::new() })
    }

    /// Writes one file; the same path with the same bytes twice is one file.
    ///
    /// # Errors
    /// [`Error::Invalid`] when another file has the path, or it would leave the folder.
    pub fn put(&mut self, path: &str, bytes: &[u8]) -> Result<()> {
        let hash = sha256_hex(bytes);
        if self.files.get(path) == Some(&hash) {
            return Ok(());
        }
        let target = self.root.join(path);
        let inside = Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
        if !inside || target.exists() {
            return Err(Error::Invalid(vec![Problem::field(path, "folder-path-taken")]));
        }
        if let Some(parent) = target.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(&target, bytes)?;
        self.files.insert(path.to_owned(), hash);
        Ok(())
    }

    /// Writes the manifest; answers how many files there are.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn finish(self) -> Result<usize> {
        let count = self.files.len();
        let mut text = serde_json::to_string_pretty(&Manifest { format: 1, files: self.files })?;
        text.push('\n');
        fs::write(self.root.join(MANIFEST), text)?;
        Ok(count)
    }
}

/// Takes away what the manifest lists; a file changed since is somebody's work and stops everything before anything is gone.
fn clear(root: &Path, manifest: &[u8]) -> Result<()> {
    let unreadable = || Error::Invalid(vec![Problem::field(root.join(MANIFEST).display().to_string(), "folder-manifest")]);
    let manifest: Manifest = serde_json::from_slice(manifest).map_err(|_| unreadable())?;
    let inside = |path: &str| Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
    if manifest.format != 1 || !manifest.files.keys().all(|path| inside(path)) {
        return Err(unreadable());
    }
    let mut problems = Vec::new();
    for (path, hash) in &manifest.files {
        if fs::read(root.join(path)).is_ok_and(|bytes| sha256_hex(&bytes) != *hash) {
            problems.push(Problem::field(root.join(path).display().to_string(), "folder-changed"));
        }
    }
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    for path in manifest.files.keys() {
        let file = root.join(path);
        if fs::remove_file(&file).is_ok() {
            // Folders that are empty now go too; the first that is not ends it.
            let mut folder = file.parent();
            while let Some(at) = folder.filter(|at| *at != root) {
                if fs::remove_dir(at).is_err() {
                    break;
                }
                folder = at.parent();
            }
        }
    }
    Ok(fs::remove_file(root.join(MANIFEST))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_earlier_export_is_replaced_but_no_work_is_lost() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("out");
        let mut writer = Writer::start(&root).unwrap();
        writer.put("QP-01.md", b"one").unwrap();
        writer.put("images/a.png", b"png").unwrap();
        writer.put("images/a.png", b"png").unwrap();
        assert!(writer.put("images/a.png", b"other").is_err());
        assert!(writer.put("../outside.md", b"x").is_err());
        assert_eq!(writer.finish().unwrap(), 2);
        let mut writer = Writer::start(&root).unwrap();
        assert!(!root.join("images").exists());
        writer.put("QP-02.md", b"two").unwrap();
        writer.finish().unwrap();
        fs::write(root.join("QP-02.md"), b"changed by hand").unwrap();
        assert_eq!(Writer::start(&root).err().unwrap().problems()[0].code, "folder-changed");
        assert_eq!(fs::read(root.join("QP-02.md")).unwrap(), b"changed by hand");
        let other = folder.path().join("other");
        fs::create_dir_all(&other).unwrap();
        fs::write(other.join("mine.txt"), b"mine").unwrap();
        assert_eq!(Writer::start(&other).err().unwrap().problems()[0].code, "folder-not-empty");
    }

    #[test]
    fn a_sent_folder_follows_the_rules_of_one_on_disk() {
        let file = |path: &str| (path.to_owned(), b"# A".to_vec());
        let big = vec![b'x'; usize::try_from(LARGEST_FILE).unwrap() + 1];
        let contents = Contents::sent(vec![file("b/a.md"), file("a.md"), file(".git/config"), ("c.md".into(), big)]).unwrap();
        assert_eq!(contents.files.iter().map(|(path, _)| path.as_str()).collect::<Vec<_>>(), ["a.md", "b/a.md"]);
        let passed: Vec<(&str, &str)> = contents.passed.iter().map(|p| (p.path.as_str(), p.reason)).collect();
        assert_eq!(passed, [(".git/config", "hidden"), ("c.md", "large")]);
        for bad in ["../a.md", "/a.md", "a//b.md", "a/./b.md", "", "a\\b.md", "a.md"] {
            let error = Contents::sent(vec![file("a.md"), file(bad)]).unwrap_err();
            assert_eq!(error.problems()[0].field, "files[1].path", "{bad}");
        }
    }

    #[test]
    fn links_and_hidden_files_are_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.md"), b"# A").unwrap();
        fs::write(folder.path().join(".hidden"), b"x").unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink("/etc/hosts", folder.path().join("b.md")).unwrap();
        let big = vec![b'x'; usize::try_from(LARGEST_FILE).unwrap() + 1];
        fs::write(folder.path().join("c.md"), big).unwrap();
        let contents = read(folder.path()).unwrap();
        assert_eq!(contents.files.iter().map(|(path, _)| path.as_str()).collect::<Vec<_>>(), ["a.md"]);
        let passed: Vec<(&str, &str)> = contents.passed.iter().map(|p| (p.path.as_str(), p.reason)).collect();
        assert_eq!(passed, [(".hidden", "hidden"), ("b.md", "link"), ("c.md", "large")]);
    }
}
