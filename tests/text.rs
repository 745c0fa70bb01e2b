//! Both languages are complete: the same keys and parameters, every key that code or templates name exists, none is left over, and
//! Chinese text has Chinese punctuation.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::tidy::files;

fn read(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// Key → its whole text, of one language; a key defined twice is a fault.
fn texts(locale: &str) -> BTreeMap<String, String> {
    let mut all: BTreeMap<String, String> = BTreeMap::new();
    for path in files(&format!("assets/text/{locale}"), &["ftl"]) {
        let mut current: Option<String> = None;
        for line in read(&path).lines().filter(|line| !line.starts_with('#')) {
            let key = line.split(" =").next().filter(|key| line.contains(" =") && is_key(key));
            if let Some(key) = key {
                let value = line[key.len() + 2..].trim().to_owned();
                assert!(all.insert(key.to_owned(), value).is_none(), "{path}: {key} is defined twice");
                current = Some(key.to_owned());
            } else if let (true, Some(key)) = (line.starts_with([' ', '}']), &current) {
                let value = all.get_mut(key).unwrap();
                value.push('\n');
                value.push_str(line);
            } else {
                assert!(line.trim().is_empty(), "{path}: not a text: {line}");
            }
        }
    }
    assert!(all.len() > 100, "the texts of {locale} were read");
    all
}

fn is_key(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

fn params(text: &str) -> BTreeSet<String> {
    text.split('$')
        .skip(1)
        .map(|rest| rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_' || *c == '-').collect())
        .collect()
}

/// Everything between double quotes in code and templates. Escapes do not matter: keys have none.
fn literals(text: &str) -> BTreeSet<String> {
    text.split('"').map(str::to_owned).filter(|part| part.len() < 80 && !part.contains('\n')).collect()
}

fn code_files() -> Vec<String> {
    files("src", &["rs"]).into_iter().chain(files("templates", &["html"])).collect()
}

/// The literals right behind each of these beginnings.
fn after<'a>(text: &'a str, beginning: &str) -> Vec<&'a str> {
    text.split(beginning).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[test]
fn both_languages_have_the_same_keys_and_parameters() {
    let (zh, en) = (texts("zh-CN"), texts("en"));
    let only = |a: &BTreeMap<String, String>, b: &BTreeMap<String, String>| -> Vec<String> {
        a.keys().filter(|key| !b.contains_key(*key)).cloned().collect()
    };
    assert_eq!((only(&zh, &en), only(&en, &zh)), (vec![], vec![]), "keys that one language lacks (zh-CN only, en only)");
    // Chinese has no plural, so a count may go unsaid there; anything else must not.
    let differing: Vec<&String> = zh
        .keys()
        .filter(|key| !params(&zh[*key]).is_subset(&params(&en[*key])) || en[*key].is_empty() != zh[*key].is_empty())
        .collect();
    assert_eq!(differing, Vec::<&String>::new(), "parameters that the English text does not have");
}

/// What code and templates name outright, with the place.
fn named() -> BTreeSet<(String, String)> {
    let mut all = BTreeSet::new();
    for path in code_files() {
        let text = read(&path);
        let mut add = |prefix: &str, key: &str| {
            if is_key(key) && !key.ends_with('-') {
                all.insert((format!("{prefix}{key}"), path.clone()));
            }
        };
        for beginning in [
            "t(key=\"",
            ".t(\"",
            "Flash::ok(\"",
            "Flash::warn(\"",
            "Flash::error(\"",
            "t(lang, \"",
            "t(self.lang, \"",
            "t(r.lang, \"",
        ] {
            // A key that is only a beginning is put together at run time: the test of beginnings looks at those.
            for key in after(&text, beginning).into_iter().filter(|key| key.contains('-')) {
                add("", key);
            }
        }
        for beginning in ["Problem::whole(\"", "Error::conflict(\"", "Error::forbidden(\""] {
            after(&text, beginning).into_iter().for_each(|code| add("problem-", code));
        }
        for beginning in ["Problem::field(", "Error::field("] {
            for rest in text.split(beginning).skip(1) {
                let arguments = rest.split(')').next().unwrap_or_default();
                let code = arguments.rsplit_once(", \"").and_then(|(_, code)| code.strip_suffix('"'));
                code.into_iter().for_each(|code| add("problem-", code));
            }
        }
        for action in after(&text, "Event::new(\"") {
            add("event-", &action.replace(['.', '_'], "-"));
        }
    }
    all
}

#[test]
fn every_named_key_has_its_text() {
    let en = texts("en");
    let named = named();
    assert!(named.len() > 50, "the keys in use were found: {}", named.len());
    let missing: Vec<String> =
        named.iter().filter(|(key, _)| !en.contains_key(key)).map(|(key, path)| format!("{key} ({path})")).collect();
    assert!(missing.is_empty(), "{} texts are missing:\n  {}", missing.len(), missing.join("\n  "));
}

#[test]
fn errors_permissions_and_roles_have_their_texts() {
    use cairn::actor::{Permission, Role};
    let en = texts("en");
    let errors = [
        "not-found",
        "unauthenticated",
        "stale",
        "precondition-required",
        "too-many",
        "too-large",
        "busy",
        "storage",
        "internal",
        "invalid",
    ];
    let wanted = errors.iter().map(|code| format!("error-{code}"));
    let wanted = wanted.chain(Permission::ALL.iter().map(|p| format!("permission-{}", p.as_str())));
    let wanted = wanted.chain(Role::ALL.iter().map(|role| format!("role-{}", role.as_str().replace('_', "-"))));
    let missing: Vec<String> = wanted.filter(|key| !en.contains_key(key)).collect();
    assert_eq!(missing, Vec::<String>::new(), "texts are missing");
}

#[test]
fn no_text_is_left_over() {
    let all: BTreeSet<String> = code_files().iter().flat_map(|path| literals(&read(path))).collect();
    let beginnings: BTreeSet<&str> = all
        .iter()
        .filter_map(|part| {
            let start = part.split('{').next().unwrap_or_default();
            let whole = part.contains('{') || part.ends_with('-');
            (whole && start.len() > 2 && start.ends_with('-') && is_key(start)).then_some(start)
        })
        // These two belong to codes and actions, which must be named themselves.
        .filter(|start| !matches!(*start, "problem-" | "event-"))
        .collect();
    let actions: BTreeSet<String> =
        all.iter().filter(|part| part.contains('.')).map(|part| part.replace(['.', '_'], "-")).collect();
    let used = |key: &str| {
        all.contains(key)
            || key.strip_prefix("problem-").is_some_and(|code| all.contains(code))
            || key.strip_prefix("event-").is_some_and(|action| actions.contains(action))
            || beginnings.iter().any(|start| key.starts_with(start))
    };
    let unused: Vec<String> = texts("en").into_keys().filter(|key| !used(key)).collect();
    assert!(unused.is_empty(), "{} texts that nothing names:\n  {}", unused.len(), unused.join("\n  "));
}

#[test]
fn chinese_text_has_chinese_commas() {
    let han = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
    let chinese = files("assets/text/zh-CN", &["ftl"])
        .into_iter()
        .chain(files("templates", &["html"]))
        .chain(files("docs-templates", &["md"]).into_iter().filter(|path| !path.ends_with(".en.md")));
    let mut faults = Vec::new();
    for path in chinese {
        for (number, line) in read(&path).lines().enumerate() {
            let chars: Vec<char> = line.chars().collect();
            let half = chars.windows(3).any(|w| han(w[0]) && matches!(w[1], ',' | ';' | '?' | '!') && han(w[2]));
            if half {
                faults.push(format!("{path}:{}: {}", number + 1, line.trim()));
            }
        }
    }
    assert!(faults.is_empty(), "half-width punctuation between Chinese characters:\n  {}", faults.join("\n  "));
}
