//! One file by itself: what its front matter, header, headings and name state.

use std::collections::HashSet;

use crate::documents::front_matter::{self, Document, FrontMatterError, Simple};
use crate::numbering::code_key;

use super::codes::Code;
use super::header::Header;
use super::markup::{language_of, masked, plain, top_headings};
use super::titles::shared;
use super::{Defect, DefectKind, Origin, Patterns, Stated};

/// Our own key for the code.
const OWN_CODE: &str = "code";
/// Longest text that a front matter or header may state as a code.
const MAX_CODE_CHARS: usize = 60;

/// A file taken apart, before the folder is looked at.
pub(super) struct Draft<'t> {
    pub(super) path: &'t str,
    pub(super) document: Document<'t>,
    /// The body with code and comments blanked out; same bytes, same lines.
    pub(super) masked: String,
    pub(super) codes: Vec<Stated<Code>>,
    pub(super) title: Stated<String>,
    /// Every title the file states, for comparing.
    pub(super) titles: Vec<String>,
    pub(super) tier: Option<Stated<u8>>,
    pub(super) version: Option<Stated<String>>,
    pub(super) owner: Option<Stated<String>>,
    pub(super) language: Stated<String>,
    pub(super) parents: Vec<Stated<String>>,
    /// The front matter has a key for parents, without a value.
    pub(super) parents_blank: Option<usize>,
    pub(super) parent_version: Option<Stated<String>>,
    pub(super) defects: Vec<Defect>,
}

/// Reads one text.
pub(super) fn draft<'t>(path: &'t str, text: &'t str, patterns: &Patterns) -> Draft<'t> {
    let document = front_matter::read(text);
    let masked = masked(document.body);
    let header = Header::read(&masked, patterns);
    let reader = Reader { path, patterns, body_line: document.body_line, header, document: &document };
    let name = FileName::read(path, patterns);
    let headings: Vec<Stated<String>> = top_headings(&masked)
        .into_iter()
        .map(|(line, value)| Stated { value, origin: Origin::Heading, line: reader.body_line + line - 1 })
        .collect();
    let mut defects = reader.front_matter_defects();
    let (codes, headings) = reader.codes(&name, headings);
    let (title, titles) = reader.titles(&name, &headings, &mut defects);
    let version = reader.version(&mut defects);
    let parents = reader.parents(&mut defects);
    let parent_version = reader.parent_version(&mut defects);
    reader.same(&mut defects);
    let tier = reader.tier(codes.first(), &title);
    let language = reader.language(&name, &masked);
    let owner = reader.owner();
    let parents_blank = reader.parents_blank(&parents);
    Draft {
        path,
        codes,
        title,
        titles,
        tier,
        version,
        owner,
        language,
        parents,
        parents_blank,
        parent_version,
        defects,
        masked,
        document,
    }
}

/// Code, title and language in a file name.
struct FileName {
    code: Option<Code>,
    title: String,
    language: Option<&'static str>,
    stem: String,
}

impl FileName {
    fn read(path: &str, patterns: &Patterns) -> Self {
        let name = path.rsplit('/').next().unwrap_or(path);
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        let (stem, language) = match stem.rsplit_once('.') {
            Some((stem, "en")) => (stem, Some("en")),
            Some((stem, "zh" | "zh-CN")) => (stem, Some("zh")),
            _ => (stem, None),
        };
        let found = patterns.first_code(stem, &HashSet::new());
        let rest = found.as_ref().map_or(stem.to_owned(), |(at, code)| format!("{} {}", &stem[..*at], &stem[at + code.length..]));
        let words = rest.split([' ', '-', '_', '.']).filter(|word| !word.is_empty()).collect::<Vec<_>>();
        Self { code: found.map(|(_, code)| code), title: words.join(" "), language, stem: stem.to_owned() }
    }
}

struct Reader<'r, 't> {
    path: &'t str,
    patterns: &'r Patterns,
    body_line: usize,
    header: Header,
    document: &'r Document<'t>,
}

impl Reader<'_, '_> {
    fn defect(&self, kind: DefectKind, line: usize, params: Vec<(&'static str, String)>) -> Defect {
        Defect::new(kind, self.path, line, params)
    }

    fn front_matter_defects(&self) -> Vec<Defect> {
        let problems = self.document.problems.iter();
        let message = |problem: &FrontMatterError| {
            let text = problem.to_string();
            text.split_once(": ").map_or(text.clone(), |(_, rest)| rest.to_owned())
        };
        problems.map(|problem| self.defect(DefectKind::FrontMatter, problem.line(), vec![("message", message(problem))])).collect()
    }

    /// The first key of the front matter that has a value.
    fn in_front_matter<'k>(&self, keys: &'k [String]) -> Option<(&'k str, Stated<String>)> {
        keys.iter().find_map(|key| {
            let value = value_of(self.document, key)?;
            Some((key.as_str(), Stated { value, origin: Origin::FrontMatter, line: self.document.line_of(key) }))
        })
    }

    fn in_header(&self, names: &[String]) -> Option<Stated<String>> {
        let (value, line) = self.header.first(names)?;
        Some(Stated { value: value.to_owned(), origin: Origin::Header, line: self.body_line + line - 1 })
    }

    /// Codes in order of trust, and the headings without theirs.
    fn codes(&self, name: &FileName, headings: Vec<Stated<String>>) -> (Vec<Stated<Code>>, Vec<Stated<String>>) {
        let none = HashSet::new();
        let front = self.in_front_matter(&self.patterns.front_matter.code).map(|(key, stated)| (key == OWN_CODE, stated));
        let header = self.in_header(&self.patterns.header.code).map(|stated| (false, stated));
        let mut codes: Vec<Stated<Code>> = [front, header]
            .into_iter()
            .flatten()
            .filter_map(|(own, stated)| {
                let code = self.patterns.code_of_cell(&stated.value, &none).or_else(|| verbatim(&stated.value, own))?;
                Some(Stated { value: code, origin: stated.origin, line: stated.line })
            })
            .collect();
        let mut rest = Vec::new();
        for heading in headings {
            let code = self.patterns.code_at_start(&heading.value, &none);
            let title = code.as_ref().map_or(heading.value.as_str(), |code| &heading.value[code.length..]);
            let title = title.trim_start_matches([' ', '-', ':', '：', '—', '–']).to_owned();
            codes.extend(code.map(|value| Stated { value, origin: Origin::Heading, line: heading.line }));
            rest.push(Stated { value: title, ..heading });
        }
        rest.retain(|heading| !heading.value.is_empty());
        codes.extend(name.code.clone().map(|value| Stated { value, origin: Origin::FileName, line: 1 }));
        (codes, rest)
    }

    /// The title and all titles stated. Of several headings the one most like the file name counts.
    fn titles(&self, name: &FileName, headings: &[Stated<String>], defects: &mut Vec<Defect>) -> (Stated<String>, Vec<String>) {
        let matter = self.in_front_matter(&self.patterns.front_matter.title).map(|(_, stated)| stated);
        let header = self.in_header(&self.patterns.header.title);
        let best = headings.iter().map(|heading| shared(&heading.value, &name.title)).max();
        let heading = headings.iter().find(|heading| Some(shared(&heading.value, &name.title)) == best).cloned();
        let file_name = if name.title.is_empty() { name.stem.clone() } else { name.title.clone() };
        let file_name = Stated { value: file_name, origin: Origin::FileName, line: 1 };
        let stated: Vec<Stated<String>> = [matter, header, heading].into_iter().flatten().collect();
        if let [first, second, ..] = stated.as_slice()
            && first.value.to_lowercase() != second.value.to_lowercase()
        {
            defects.push(self.two_values("title", first, second));
        }
        let title = stated.first().unwrap_or(&file_name).clone();
        let titles = stated.into_iter().chain(headings.iter().cloned()).chain([file_name]).map(|stated| stated.value).collect();
        (title, titles)
    }

    fn two_values(&self, name: &str, first: &Stated<String>, second: &Stated<String>) -> Defect {
        let params = vec![("name", name.to_owned()), ("value", first.value.clone()), ("other", second.value.clone())];
        self.defect(DefectKind::TwoValues, second.line, params)
    }

    fn version(&self, defects: &mut Vec<Defect>) -> Option<Stated<String>> {
        let matter = self.in_front_matter(&self.patterns.front_matter.version).map(|(_, stated)| stated);
        let header = self.in_header(&self.patterns.header.version);
        if let Some((first, second)) = matter.as_ref().zip(header.as_ref()).filter(|(a, b)| !same_label(&a.value, &b.value)) {
            let params = vec![
                ("version", first.value.clone()),
                ("other", second.value.clone()),
                ("origin", second.origin.code().to_owned()),
            ];
            defects.push(self.defect(DefectKind::TwoVersions, second.line, params));
        }
        matter.or(header)
    }

    /// Parents as stated: a list in the front matter, else one code in the header.
    fn parents(&self, defects: &mut Vec<Defect>) -> Vec<Stated<String>> {
        let mut parents: Vec<Stated<String>> = Vec::new();
        for key in &self.patterns.front_matter.parents {
            let line = self.document.line_of(key);
            let values = values_of(self.document, key);
            parents = values.into_iter().map(|value| Stated { value, origin: Origin::FrontMatter, line }).collect();
            if !parents.is_empty() {
                break;
            }
        }
        let header = self.in_header(&self.patterns.header.parents);
        match (parents.as_slice(), header) {
            ([], Some(header)) => vec![header],
            ([only], Some(header)) => {
                if code_key(&only.value) != code_key(&header.value) {
                    defects.push(self.two_values("parent", only, &header));
                }
                parents
            }
            _ => parents,
        }
    }

    /// Line of an empty key for parents, when nothing else states them.
    fn parents_blank(&self, parents: &[Stated<String>]) -> Option<usize> {
        let mut keys = self.patterns.front_matter.parents.iter();
        keys.find_map(|key| self.document.lines.get(key).copied()).filter(|_| parents.is_empty())
    }

    /// The version of the parent that the document was made for, where a key other than the own version states it.
    fn parent_version(&self, defects: &mut Vec<Defect>) -> Option<Stated<String>> {
        let own = self.in_front_matter(&self.patterns.front_matter.version).map(|(key, _)| key.to_owned());
        let keys = self.patterns.front_matter.parent_version.iter().filter(|key| Some(*key) != own.as_ref());
        let matter = self.in_front_matter(&keys.cloned().collect::<Vec<_>>()).map(|(_, stated)| stated);
        let header = self.in_header(&self.patterns.header.parent_version);
        if let Some((first, second)) = matter.as_ref().zip(header.as_ref()).filter(|(a, b)| !same_label(&a.value, &b.value)) {
            defects.push(self.two_values("parent-version", first, second));
        }
        matter.or(header)
    }

    fn same(&self, defects: &mut Vec<Defect>) {
        for same in &self.patterns.same {
            let matter = self.in_front_matter(std::slice::from_ref(&same.front_matter)).map(|(_, stated)| stated);
            let header = self.in_header(std::slice::from_ref(&same.header));
            if let Some((first, second)) = matter.as_ref().zip(header.as_ref()).filter(|(a, b)| a.value != b.value) {
                defects.push(self.two_values(&same.name, first, second));
            }
        }
    }

    fn tier(&self, code: Option<&Stated<Code>>, title: &Stated<String>) -> Option<Stated<u8>> {
        let matter = self.in_front_matter(&self.patterns.front_matter.tier).and_then(|(_, stated)| {
            let value = stated.value.parse().ok().filter(|tier| (1..=4).contains(tier))?;
            Some(Stated { value, origin: stated.origin, line: stated.line })
        });
        let derived = |value: Option<u8>, line: usize| value.map(|value| Stated { value, origin: Origin::Derived, line });
        matter
            .or_else(|| derived(code.and_then(|code| code.value.tier), code.map_or(1, |code| code.line)))
            .or_else(|| derived(self.patterns.tier_of_title(&title.value), title.line))
    }

    fn language(&self, name: &FileName, masked: &str) -> Stated<String> {
        let matter = self.in_front_matter(&self.patterns.front_matter.language).map(|(_, stated)| stated);
        let suffix = name.language.map(|language| Stated { value: language.to_owned(), origin: Origin::FileName, line: 1 });
        let derived = || Stated { value: language_of(masked).to_owned(), origin: Origin::Derived, line: self.body_line };
        let short = |mut stated: Stated<String>| {
            stated.value = if stated.value.to_lowercase().starts_with("zh") { "zh" } else { "en" }.to_owned();
            stated
        };
        matter.map(short).or(suffix).unwrap_or_else(derived)
    }

    fn owner(&self) -> Option<Stated<String>> {
        let matter = self.in_front_matter(&self.patterns.front_matter.owner).map(|(_, stated)| stated);
        matter.or_else(|| self.in_header(&self.patterns.header.owner))
    }
}

/// A code of no known shape, taken as it is because a key or a header names it as the code.
/// Under our own key (`own`) it may be without a digit: a text that had none is called by the name of its file.
fn verbatim(text: &str, own: bool) -> Option<Code> {
    let text = plain(text);
    let codelike = (own || text.contains(|c: char| c.is_ascii_digit()))
        && text.chars().count() <= MAX_CODE_CHARS
        && !text.contains(['[', ']']);
    codelike.then(|| Code { key: code_key(&text), length: text.len(), canonical: text, org: None, tier: None })
}

/// Whether two labels are the same: a `V` before them says nothing.
pub(super) fn same_label(left: &str, right: &str) -> bool {
    let bare = |label: &str| label.trim_start_matches(['v', 'V']).trim().to_owned();
    bare(left) == bare(right)
}

/// The text of a key that has one plain value.
fn value_of(document: &Document<'_>, key: &str) -> Option<String> {
    let matter = &document.matter;
    let value = match key {
        "code" => matter.code.clone(),
        "title" => matter.title.clone(),
        "tier" => matter.tier.map(|tier| tier.to_string()),
        "version" => matter.version.clone(),
        "owner" => matter.owner.clone(),
        "language" => matter.language.clone(),
        _ => matter.unknown.iter().find(|(name, _)| name == key).and_then(|(_, value)| value.text().map(str::to_owned)),
    };
    value.map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
}

/// The texts of a key that has a list, or one value.
fn values_of(document: &Document<'_>, key: &str) -> Vec<String> {
    if key == "parents" {
        return document.matter.parents.clone();
    }
    match document.matter.unknown.iter().find(|(name, _)| name == key) {
        Some((_, Simple::List(items))) => items.clone(),
        Some((_, Simple::Text(text))) if !text.trim().is_empty() => {
            text.split([',', '，', '、']).map(|code| code.trim().to_owned()).collect()
        }
        _ => Vec::new(),
    }
}
