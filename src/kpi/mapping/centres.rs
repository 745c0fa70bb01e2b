//! Which centre a cell of a file means: by its code or name, by a name within the cell, at last by how centres are called for short. What
//! could be two centres is left to people.

use super::catalogue::plain;

/// The centres that cells may mean.
#[derive(Debug, Clone, Default)]
pub struct CentreNames(Vec<Named>);

#[derive(Debug, Clone)]
struct Named {
    code: String,
    /// Code and names, in lower case.
    names: Vec<String>,
    /// Systems write 华东一组 where the centre is called 华东客服中心.
    short: Option<String>,
    /// Rows may be taken in for it.
    own: bool,
}

impl CentreNames {
    /// Centres: the code, the names, and whether rows may be taken in for it. The others are known so that no cell of theirs is taken for
    /// one of ours.
    #[must_use]
    pub fn of<'a>(centres: impl IntoIterator<Item = (&'a str, Vec<&'a str>, bool)>) -> Self {
        let mut all: Vec<Named> = centres.into_iter().map(|(code, names, own)| named(code, &names, own)).collect();
        for at in 0..all.len() {
            let shared = |short: &str| all.iter().enumerate().any(|(other, centre)| other != at && centre.is_called(short));
            if all.get(at).and_then(|centre| centre.short.as_deref()).is_some_and(shared)
                && let Some(centre) = all.get_mut(at)
            {
                centre.short = None;
            }
        }
        Self(all)
    }

    /// True for the code of a centre for which rows may be taken in.
    #[must_use]
    pub fn is_code(&self, cell: &str) -> bool {
        self.0.iter().any(|centre| centre.own && centre.code == cell)
    }

    /// The code of the centre that a cell means.
    #[must_use]
    pub fn find(&self, cell: &str) -> Option<&str> {
        let (bare, cell) = (plain(cell), cell.to_lowercase());
        let exact = |centre: &Named| usize::from(centre.names.iter().any(|name| plain(name) == bare));
        let within = |centre: &Named| longest(centre.names.iter().filter(|name| stands_in(name, &cell)));
        let short = |centre: &Named| longest(centre.short.iter().filter(|short| cell.contains(short.as_str())));
        for worth in [&exact as &dyn Fn(&Named) -> usize, &within, &short] {
            let best = self.0.iter().map(worth).max().unwrap_or(0);
            let mut found = self.0.iter().filter(|centre| best > 0 && worth(centre) == best);
            match (found.next(), found.next()) {
                (None, _) => {}
                (Some(one), None) => return one.own.then_some(one.code.as_str()),
                (Some(_), Some(_)) => return None,
            }
        }
        None
    }
}

impl Named {
    fn is_called(&self, short: &str) -> bool {
        self.names.iter().any(|name| name.contains(short))
    }
}

fn named(code: &str, names: &[&str], own: bool) -> Named {
    let lower = std::iter::once(&code).chain(names).filter(|name| !plain(name).is_empty()).map(|name| name.to_lowercase());
    let short = names.first().map(|name| name.chars().take(2).collect::<String>());
    let short = short.filter(|short| short.chars().count() == 2 && short.chars().all(|c| !c.is_ascii()));
    Named { code: code.to_owned(), names: lower.collect(), short, own }
}

fn longest<'n>(names: impl Iterator<Item = &'n String>) -> usize {
    names.map(|name| name.chars().count()).max().unwrap_or(0)
}

/// True when a name stands in a cell as a word of its own: A1 does not stand in A10.
fn stands_in(name: &str, cell: &str) -> bool {
    let goes_on = |near: Option<char>, edge: Option<char>| {
        let wordy = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
        wordy(near) && wordy(edge)
    };
    cell.match_indices(name).any(|(at, found)| {
        let (before, behind) = (cell.get(..at).unwrap_or_default(), cell.get(at + found.len()..).unwrap_or_default());
        !goes_on(before.chars().next_back(), name.chars().next()) && !goes_on(behind.chars().next(), name.chars().next_back())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_very_name_goes_before_a_longer_one_and_that_before_a_shorter_one() {
        let centres = CentreNames::of([
            ("A1", vec!["华东客服中心", "East"], true),
            ("A10", vec!["华东二客服中心", "Far East"], true),
            ("ZB", vec!["总部客服中心", "Head office"], true),
        ]);
        for (cell, code) in [
            ("A10", Some("A10")),
            ("A1", Some("A1")),
            ("A10组", Some("A10")),
            ("A11", None),
            ("Far East", Some("A10")),
            ("far east team", Some("A10")),
            ("Northeast", None),
            ("east", Some("A1")),
            ("华东客服中心", Some("A1")),
            // Both are called 华东 for short.
            ("华东一组", None),
            ("总部一组", Some("ZB")),
            ("A1 / ZB", None),
            ("热线", None),
            ("", None),
        ] {
            assert_eq!(centres.find(cell), code, "{cell}");
        }
    }

    #[test]
    fn cells_of_other_centres_are_not_taken_for_ours() {
        let centres = CentreNames::of([("HD", vec!["华东客服中心"], false), ("HE", vec!["华东二中心"], true)]);
        assert_eq!((centres.find("华东客服中心"), centres.find("华东一组"), centres.find("HE")), (None, None, Some("HE")));
        assert!(centres.is_code("HE") && !centres.is_code("HD"));
    }
}
