//! The header of a text: a table of two or four columns, a table with its values under the names, or `name: value` lines.

use std::collections::HashMap;

use super::Patterns;
use super::markup::{cells, plain};

/// Longest value of a `name: value` line, in characters; a longer one is a sentence.
const MAX_VALUE: usize = 80;

/// Values by lower-case name, each with its line within the body (from 1); the first statement of a name counts.
#[derive(Debug, Default)]
pub(super) struct Header {
    values: HashMap<String, (String, usize)>,
}

impl Header {
    /// Reads the first lines of a body.
    pub(super) fn read(masked: &str, patterns: &Patterns) -> Self {
        let known = names(patterns);
        let mut header = Self::default();
        let mut above: Option<Vec<String>> = None;
        let mut sections = 0;
        for (at, line) in masked.lines().enumerate().take(patterns.header.lines) {
            // The header stands before the second section; tables further down list other things.
            sections += usize::from(line.starts_with("##"));
            if sections > 1 {
                break;
            }
            let Some(row) = cells(line) else {
                let rule = line.trim_start().starts_with('|');
                header.name_and_value(line, at + 1, &known);
                above = above.filter(|_| rule);
                continue;
            };
            let row: Vec<String> = row.into_iter().map(plain).collect();
            let is_name = |cell: &String| known.contains(&name_of(cell));
            if let Some(names) = above.take() {
                names.iter().zip(&row).for_each(|(name, value)| header.add(name, value, at + 1));
                continue;
            }
            if row.len() > 1
                && row.iter().filter(|cell| is_name(cell)).count() > 1
                && row.windows(2).any(|pair| pair.iter().all(is_name))
            {
                above = Some(row);
                continue;
            }
            for pair in row.windows(2).filter(|pair| is_name(&pair[0])) {
                header.add(&pair[0], &pair[1], at + 1);
            }
        }
        header
    }

    fn name_and_value(&mut self, line: &str, at: usize, known: &[String]) {
        let line = plain(line.trim_start_matches(['>', '-', ' ']));
        if let Some((name, value)) = line.split_once([':', '：'])
            && known.contains(&name_of(name))
            && value.chars().count() <= MAX_VALUE
        {
            self.add(name, value, at);
        }
    }

    fn add(&mut self, name: &str, value: &str, line: usize) {
        let value = value.trim();
        self.values.entry(name_of(name)).or_insert_with(|| (value.to_owned(), line));
    }

    /// The first of several names that has a value.
    pub(super) fn first(&self, names: &[String]) -> Option<(&str, usize)> {
        let found = names.iter().filter_map(|name| self.values.get(&name.to_lowercase()));
        found.filter(|(value, _)| !value.is_empty()).map(|(value, line)| (value.as_str(), *line)).next()
    }
}

fn name_of(cell: &str) -> String {
    cell.trim().trim_end_matches([':', '：']).trim().to_lowercase()
}

/// Every name the patterns know.
fn names(patterns: &Patterns) -> Vec<String> {
    let header = &patterns.header;
    let lists = [&header.code, &header.title, &header.version, &header.owner, &header.parents, &header.parent_version];
    let same = patterns.same.iter().map(|same| &same.header);
    lists.into_iter().flatten().chain(same).map(|name| name.to_lowercase()).collect()
}

/// True for a name that the header patterns know, which is no title.
pub(super) fn known_name(cell: &str, patterns: &Patterns) -> bool {
    names(patterns).contains(&name_of(cell))
}
