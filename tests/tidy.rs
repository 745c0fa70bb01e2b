//! The house rules as tests: ranks and slice edges, where each library may appear, sizes, module docs, comment style, words that
//! must not occur, and the pairs of migrations. ARCHITECTURE.md and CONTRIBUTING.md say the same in words.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Ranks: a module may use only what stands in an earlier row. Slices of one row use each other along the edges that
/// ARCHITECTURE.md lists.
const RANKS: [&[&str]; 7] = [
    &["error", "actor", "clock", "text", "shipped"],
    &["db", "config"],
    &["ledger"],
    &["web", "api"],
    &["evidence", "history", "organisation", "people", "links", "numbering", "search"],
    &["documents", "forms", "records", "kpi", "improvement"],
    &["work", "board", "finders", "jobs", "setup", "demo", "app", "cli"],
];
const PLATFORM: usize = 4;
const PROCESS: usize = 5;

const FILE_LINES: usize = 500;
const HANDLER_LINES: usize = 40;
const EACH_BACKEND_USES: usize = 12;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// Files under a folder, as paths from the root, sorted.
pub fn files(folder: &str, extensions: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    let mut waiting = vec![root().join(folder)];
    while let Some(path) = waiting.pop() {
        let Ok(entries) = std::fs::read_dir(&path) else { continue };
        for entry in entries.map(Result::unwrap) {
            let path: PathBuf = entry.path();
            if path.is_dir() {
                waiting.push(path);
            } else if extensions.is_empty() || extensions.iter().any(|e| path.extension().is_some_and(|x| x == *e)) {
                found.push(path.strip_prefix(root()).unwrap().to_string_lossy().into_owned());
            }
        }
    }
    found.sort();
    found
}

/// A source file without its unit tests.
struct Source {
    path: String,
    /// The top module it belongs to.
    module: String,
    lines: Vec<String>,
}

impl Source {
    /// Lines without comments, for looking at code.
    fn code(&self) -> String {
        self.lines.iter().filter(|line| !line.trim_start().starts_with("//")).map(|line| format!("{line}\n")).collect()
    }

    fn stem(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default().trim_end_matches(".rs")
    }

    /// Whether a folder or the file itself is called so: `store.rs`, `store/…`, `draft_store.rs`.
    fn part(&self, name: &str) -> bool {
        self.path
            .trim_end_matches(".rs")
            .split('/')
            .skip(2)
            .any(|part| part == name || part.starts_with(&format!("{name}_")) || part.ends_with(&format!("_{name}")))
    }
}

fn is_test_file(path: &str) -> bool {
    let stem = path.rsplit('/').next().unwrap_or_default().trim_end_matches(".rs");
    stem == "tests" || stem.ends_with("_tests") || path.contains("/tests/")
}

fn sources() -> Vec<Source> {
    files("src", &["rs"])
        .into_iter()
        .filter(|path| !is_test_file(path))
        .map(|path| {
            let text = read(&path);
            let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
            let tests = lines
                .windows(2)
                .position(|pair| pair[0] == "#[cfg(test)]" && pair[1].starts_with("mod ") && pair[1].ends_with('{'));
            if let Some(start) = tests {
                lines.truncate(start);
            }
            let module = path.split('/').nth(1).unwrap_or_default().trim_end_matches(".rs").to_owned();
            Source { path, module, lines }
        })
        .collect()
}

fn rank(module: &str) -> Option<usize> {
    RANKS.iter().position(|row| row.contains(&module))
}

/// What a text names after `crate::`: module, and the segments behind it (`use` groups are unfolded).
fn uses(code: &str) -> BTreeSet<Vec<String>> {
    let mut found = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        if code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '$') {
            continue;
        }
        unfold(&code[at + "crate::".len()..], &mut Vec::new(), &mut found);
    }
    found
}

/// Reads one path, or a group of paths, and answers how much of the text it took.
fn unfold(text: &str, before: &mut Vec<String>, found: &mut BTreeSet<Vec<String>>) -> usize {
    if let Some(group) = text.strip_prefix('{') {
        let mut at = 1;
        let mut rest = group;
        loop {
            let skipped = rest.len() - rest.trim_start_matches(|c: char| c.is_whitespace() || c == ',').len();
            rest = &rest[skipped..];
            at += skipped;
            if rest.is_empty() || rest.starts_with('}') {
                return at + 1;
            }
            let taken = unfold(rest, before, found).max(1);
            rest = &rest[taken..];
            at += taken;
        }
    }
    let name: String = text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    let mut taken = name.len();
    before.push(name);
    if text[taken..].starts_with("::") && text[taken + 2..].starts_with(|c: char| c.is_alphabetic() || c == '{' || c == '_') {
        taken += 2 + unfold(&text[taken + 2..], before, found);
    } else {
        found.insert(before.clone());
        if let Some(alias) = text[taken..].strip_prefix(" as ") {
            taken += 4 + alias.chars().take_while(|c| c.is_alphanumeric() || *c == '_').count();
        }
    }
    before.pop();
    taken
}

/// The edges between slices of one rank, from the table in ARCHITECTURE.md: `| records | forms, documents |`.
fn edges() -> BTreeMap<String, BTreeSet<String>> {
    let map = read("ARCHITECTURE.md");
    let table = map.split("## Edges").nth(1).expect("ARCHITECTURE.md has a section Edges").split("\n## ").next().unwrap();
    table
        .lines()
        .filter_map(|line| {
            let cells: Vec<&str> = line.trim().strip_prefix('|')?.split('|').map(str::trim).collect();
            let from = cells.first()?.trim_matches('`').to_owned();
            rank(&from)?;
            Some((from, cells.get(1)?.split(',').map(|cell| cell.trim().trim_matches('`').to_owned()).collect()))
        })
        .collect()
}

fn report(rule: &str, faults: &[String]) {
    assert!(faults.is_empty(), "{rule}:\n  {}", faults.join("\n  "));
}

#[test]
fn modules_use_only_what_stands_before_them() {
    let edges = edges();
    let mut faults = Vec::new();
    for source in sources().iter().filter(|s| !matches!(s.stem(), "lib" | "main") || s.module != s.stem()) {
        let Some(own) = rank(&source.module) else {
            faults.push(format!("{}: module `{}` has no rank; add it to RANKS and lib.rs", source.path, source.module));
            continue;
        };
        for path in uses(&source.code()) {
            let other = path[0].as_str();
            let Some(used) = rank(other).filter(|_| other != source.module) else { continue };
            let listed = edges.get(&source.module).is_some_and(|to| to.contains(other));
            let one_row = used == own && !matches!(own, PLATFORM | PROCESS);
            if used > own || (used == own && !listed && !one_row) {
                faults.push(format!("{}: {} may not use {other}", source.path, source.module));
            }
        }
    }
    report("ranks and edges (ARCHITECTURE.md)", &faults);
}

#[test]
fn the_edges_between_slices_have_no_ring() {
    fn walk<'a>(from: &'a str, edges: &'a BTreeMap<String, BTreeSet<String>>, way: &mut Vec<&'a str>) {
        assert!(!way.contains(&from), "a ring of slices: {way:?} → {from}");
        way.push(from);
        for to in edges.get(from).into_iter().flatten() {
            walk(to, edges, way);
        }
        way.pop();
    }
    let edges = edges();
    assert!(edges.contains_key("records"), "the table was read: {edges:?}");
    for from in edges.keys() {
        walk(from, &edges, &mut Vec::new());
    }
}

#[test]
fn only_public_verbs_cross_between_slices() {
    let mut faults = Vec::new();
    for source in sources() {
        let Some(own) = rank(&source.module) else { continue };
        for path in uses(&source.code()) {
            let slice = path[0].as_str();
            let crosses = slice != source.module && matches!(rank(slice), Some(PLATFORM | PROCESS));
            let Some(inner) = path.get(1).filter(|_| crosses) else { continue };
            let is_module =
                root().join(format!("src/{slice}/{inner}.rs")).exists() || root().join(format!("src/{slice}/{inner}")).is_dir();
            if inner.contains("store") || (is_module && own <= PROCESS) {
                faults.push(format!("{}: reaches into {slice}::{inner}; use what {slice}/mod.rs offers", source.path));
            }
        }
    }
    report("only public verbs of mod.rs cross", &faults);
}

#[test]
fn diesel_stays_in_db_ledger_and_stores() {
    const VERBS: [&str; 6] =
        [".execute(", ".get_result", "diesel::insert_into", "diesel::update", "diesel::delete", "diesel::sql_query"];
    let mut faults = Vec::new();
    for source in sources() {
        // A slice of one file is its own store.
        let one_file = matches!(rank(&source.module), Some(PLATFORM | PROCESS))
            && files(&format!("src/{}", source.module), &["rs"]).len() <= 1;
        if matches!(source.module.as_str(), "db" | "ledger") || source.part("store") || one_file {
            continue;
        }
        let code = source.code();
        let derives = code.contains("#[diesel(") || code.contains("#[derive(diesel");
        for (number, line) in source.lines.iter().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//")) {
            let attribute = line.trim_start().starts_with("#[");
            let prelude = derives && line.starts_with("use diesel::");
            let named = line.contains("diesel::") && !attribute && !prelude && !line.contains("_diesel::");
            if named || VERBS.iter().any(|verb| line.contains(verb)) {
                faults.push(format!("{}:{}: {}", source.path, number + 1, line.trim()));
            }
        }
    }
    report("diesel:: only in db, ledger, stores and derives", &faults);
}

#[test]
fn actix_stays_at_the_doors() {
    let doors = |source: &Source| {
        matches!(source.module.as_str(), "web" | "api" | "app")
            || matches!(source.path.as_str(), "src/work.rs" | "src/history.rs" | "src/setup.rs")
            || source.part("pages")
            || source.part("api")
            || (source.module == "cli" && ["serve", "demo"].iter().any(|name| source.part(name)))
    };
    let faults: Vec<String> =
        sources().iter().filter(|s| !doors(s) && s.code().contains("actix_web::")).map(|s| s.path.clone()).collect();
    report("actix_web:: only in web, api, pages, app and the serving commands", &faults);
}

#[test]
fn files_are_short_and_say_what_they_are_for() {
    let mut faults = Vec::new();
    for source in sources() {
        let longest = if source.path == "src/db/schema.rs" { usize::MAX } else { FILE_LINES };
        if source.lines.len() > longest {
            faults.push(format!("{}: {} lines, at most {longest}: split it by use case", source.path, source.lines.len()));
        }
    }
    for path in ["src", "tests", "benches"].iter().flat_map(|folder| files(folder, &["rs"])) {
        let text = read(&path);
        let opens = text.lines().next().and_then(|line| line.strip_prefix("//! ")).is_some_and(|line| line.len() > 8);
        if !opens {
            faults.push(format!("{path}: does not open with //! saying what it is for"));
        }
    }
    report("sizes and module docs", &faults);
}

#[test]
fn handlers_only_translate() {
    let mut faults = Vec::new();
    for source in
        sources().iter().filter(|s| s.part("pages") || s.part("api") || matches!(s.module.as_str(), "work" | "history" | "setup"))
    {
        for (start, line) in source
            .lines
            .iter()
            .enumerate()
            .filter(|(_, line)| line.trim_start().trim_start_matches("pub ").starts_with("async fn "))
        {
            let indent = line.len() - line.trim_start().len();
            let end = format!("{}}}", " ".repeat(indent));
            let length = source.lines[start..].iter().position(|line| *line == end).map_or(0, |offset| offset + 1);
            if length > HANDLER_LINES {
                faults.push(format!("{}:{}: a handler of {length} lines, at most {HANDLER_LINES}", source.path, start + 1));
            }
        }
    }
    report("handlers", &faults);
}

#[test]
fn the_two_databases_fork_in_few_places() {
    let uses: Vec<String> = sources()
        .iter()
        .filter(|source| source.path != "src/db/conn.rs")
        .flat_map(|source| source.code().matches("each_backend!(").map(|_| source.path.clone()).collect::<Vec<_>>())
        .collect();
    assert!(uses.len() <= EACH_BACKEND_USES, "{} uses of each_backend!, at most {EACH_BACKEND_USES}: {uses:?}", uses.len());
}

#[test]
fn every_dependency_has_its_reason() {
    let manifest: toml::Table = read("Cargo.toml").parse().unwrap();
    let map = read("ARCHITECTURE.md");
    let mut faults = Vec::new();
    for table in ["dependencies", "dev-dependencies", "build-dependencies"] {
        for name in manifest.get(table).and_then(toml::Value::as_table).into_iter().flat_map(|deps| deps.keys()) {
            if !map.contains(&format!("`{name}`")) {
                faults.push(format!("{name}: name it in ARCHITECTURE.md with its reason"));
            }
        }
    }
    report("dependencies", &faults);
    assert!(map.lines().count() <= 150, "ARCHITECTURE.md has {} lines, at most 150", map.lines().count());
}

/// Text of ours: everything a reader of the repository sees, without vendored files.
fn own_texts() -> Vec<String> {
    let mut all: Vec<String> = [".ci", "assets", "benches", "docs", "docs-templates", "migrations", "src", "templates", "tests"]
        .iter()
        .flat_map(|folder| files(folder, &[]))
        .filter(|path| !path.contains("/vendor/") && !path.contains("/axe."))
        .collect();
    all.extend(files("", &["md", "toml"]).into_iter().filter(|path| !path.contains('/')));
    all
}

#[test]
fn nothing_tells_of_a_machine_or_is_left_undone() {
    // Put together here, so that this file does not contain them itself.
    let words: Vec<String> = [
        ["/ro", "ot/"],
        ["/ho", "me/"],
        ["/wo", "rk/"],
        ["/tmp/", "wt"],
        ["/tmp/", "brief"],
        ["TO", "DO"],
        ["FIX", "ME"],
        ["XX", "X "],
        ["unimple", "mented!"],
        ["to", "do!("],
        ["index.", "crates.io"],
        ["artifact", "ory"],
        ["Cla", "ude"],
        ["Chat", "GPT"],
        ["Co", "pilot"],
        ["lorem ", "ipsum"],
        ["Lorem ", "ipsum"],
    ]
    .iter()
    .map(|halves| halves.concat())
    .collect();
    let mut faults = Vec::new();
    for path in own_texts() {
        let Ok(text) = std::fs::read_to_string(root().join(&path)) else { continue };
        for (number, line) in text.lines().enumerate() {
            if let Some(word) = words.iter().find(|word| line.contains(word.as_str())) {
                faults.push(format!("{path}:{}: {word}", number + 1));
            }
        }
    }
    report("words that have no place here", &faults);
}

#[test]
fn comments_are_sentences_not_code() {
    let mut faults = Vec::new();
    for path in ["src", "tests", "benches"].iter().flat_map(|folder| files(folder, &["rs"])) {
        for (number, line) in read(&path).lines().enumerate() {
            let Some(comment) = line.trim_start().strip_prefix("//") else { continue };
            let text = comment.trim_start_matches(['/', '!']);
            let banner = text.len() > 4 && text.trim().chars().all(|c| !c.is_alphanumeric());
            let code = !comment.starts_with(['/', '!']) && (text.ends_with(';') || text.ends_with("();") || text.ends_with(") {"));
            if banner || code || !(text.is_empty() || text.starts_with(' ')) {
                faults.push(format!("{path}:{}: {}", number + 1, line.trim()));
            }
        }
    }
    report("comments", &faults);
}

#[test]
fn only_html_of_our_own_making_goes_out_unescaped() {
    let known = |name: &str| {
        let last = name.rsplit('.').next().unwrap_or_default();
        ["html", "svg", "snippet", "sentence", "chart", "body"]
            .iter()
            .any(|allowed| last == *allowed || last.ends_with(&format!("_{allowed}")))
    };
    let mut faults = Vec::new();
    for path in files("templates", &["html"]) {
        let text = read(&path);
        for (at, _) in text.match_indices("| safe") {
            let name: String =
                text[..at].trim_end().chars().rev().take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '.')).collect();
            let name: String = name.chars().rev().collect();
            if !known(&name) {
                faults.push(format!("{path}: `{name} | safe`"));
            }
        }
        if text.contains("| safe") && text.contains("<script>") {
            faults.push(format!("{path}: data beside an inline script"));
        }
    }
    report("unescaped values in templates", &faults);
}

#[test]
fn migrations_go_up_and_down_and_the_twins_match() {
    let steps = |tree: &str| -> BTreeSet<String> {
        files(&format!("migrations/{tree}"), &[]).iter().filter_map(|path| path.split('/').nth(2).map(str::to_owned)).collect()
    };
    let (shared, sqlite, postgres) = (steps("shared"), steps("sqlite"), steps("postgres"));
    assert_eq!(sqlite, postgres, "the twins have the same folder names");
    assert!(shared.is_disjoint(&sqlite), "a step is either portable or a pair");
    for (tree, names) in [("shared", &shared), ("sqlite", &sqlite), ("postgres", &postgres)] {
        for name in names {
            for half in ["up.sql", "down.sql"] {
                assert!(!read(&format!("migrations/{tree}/{name}/{half}")).trim().is_empty(), "{tree}/{name}/{half} is empty");
            }
        }
    }
    let all: Vec<&str> = shared.iter().chain(&sqlite).map(|name| name.split('_').next().unwrap()).collect();
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len(), "two steps have the same version");
}

#[test]
fn the_reader_of_uses_unfolds_groups() {
    let found =
        uses("use crate::db::{Conn, schema::{a, b}};\nuse crate::{documents, kpi::intake};\nlet x = crate::people::find(1);");
    let found: Vec<String> = found.iter().map(|path| path.join("::")).collect();
    assert_eq!(found, ["db::Conn", "db::schema::a", "db::schema::b", "documents", "kpi::intake", "people::find"]);
}
