//! Document codes by pattern: `QP-{nn}`, `{org}/{dept}/P-{nn}`; and the key by which codes are matched whatever separates their
//! parts (`CSC PR.013` = `CSC-PR-013`).

use unicode_normalization::UnicodeNormalization;

use super::scheme::{Part, Scheme};
use crate::error::{Error, Problem, Result};

/// Folds a code for matching and sorting: full width to half width, upper case, every run of separators one dash.
pub fn code_key(code: &str) -> String {
    let mut key = String::with_capacity(code.len());
    for c in code.trim().nfkc().flat_map(char::to_uppercase) {
        let separates = c.is_whitespace() || matches!(c, '-' | '_' | '/' | '.' | '·' | '‐' | '‑' | '–' | '—' | '−' | '\\');
        if !separates {
            key.push(c);
        } else if !key.ends_with('-') {
            key.push('-');
        }
    }
    key
}

/// A pattern with all but its serial filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeParts {
    /// Before the serial.
    pub before: String,
    /// After the serial.
    pub after: String,
    /// Digits the serial is padded to.
    pub width: usize,
}

impl CodeParts {
    /// The code with a serial.
    pub fn with(&self, serial: u64) -> String {
        format!("{}{serial:0width$}{}", self.before, self.after, width = self.width)
    }

    /// The serial of a code made by this pattern, whatever its separators.
    pub fn serial(&self, key: &str) -> Option<u64> {
        let (before, after) = (code_key(&self.before), code_key(&self.after));
        let digits = key.strip_prefix(before.as_str())?.strip_suffix(after.as_str())?;
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        digits.parse().ok()
    }
}

/// Fills a pattern's words; `{n}`, `{nn}`, `{nnn}` … is the serial.
///
/// # Errors
/// [`Error::Invalid`] on `pattern` when it cannot be read or has a word other than `org` and `dept`, and on `owner` when it needs a unit
/// and none is given.
pub fn code_parts(pattern: &str, org: &str, dept: &str) -> Result<CodeParts> {
    let mut parts = CodeParts { before: String::new(), after: String::new(), width: 0 };
    for part in Scheme::parse(pattern)?.parts() {
        let text = match part {
            Part::Literal(text) => text,
            Part::Variable(word) if word == "org" => org,
            Part::Variable(word) if word == "dept" && dept.is_empty() => return Err(Error::field("owner", "code-needs-owner")),
            Part::Variable(word) if word == "dept" => dept,
            Part::Variable(_) => {
                return Err(Error::Invalid(vec![Problem::field("pattern", "code-pattern").with("pattern", pattern)]));
            }
            Part::Serial { width } => {
                parts.width = *width;
                continue;
            }
        };
        if parts.width == 0 { parts.before.push_str(text) } else { parts.after.push_str(text) }
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_and_width_do_not_matter() {
        for code in ["CSC PR.013", "CSC-PR-013", "csc_pr/013", "ＣＳＣ－ＰＲ－０１３", " CSC--PR 013 "] {
            assert_eq!(code_key(code), "CSC-PR-013", "{code}");
        }
        assert_eq!(code_key("投诉-01"), "投诉-01");
    }

    #[test]
    fn patterns_fill_and_read_back() {
        let parts = code_parts("{org}/{dept}/P-{nn}", "SHT", "SAL").unwrap();
        assert_eq!(parts.with(5), "SHT/SAL/P-05");
        assert_eq!(parts.serial(&code_key("SHT/SAL/P-105")), Some(105));
        assert_eq!(parts.serial(&code_key("SHT/OPS/P-05")), None);
        assert_eq!(code_parts("QP-{nnn}", "", "").unwrap().with(7), "QP-007");
        assert!(code_parts("QP", "", "").is_err());
        assert!(code_parts("{x}-{n}", "", "").is_err());
        assert!(code_parts("{dept}-{n}", "A", "").is_err());
    }
}
