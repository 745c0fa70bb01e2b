//! Text as the full-text indexes see it. Both databases index the same terms: Latin words and codes as they are, each run of Han
//! characters as overlapping pairs plus its last character alone, so that words of two characters, and of one, are found without a
//! dictionary. Words joined by dashes, dots or slashes stand there together as well, so that a code is found in a text however it is
//! typed; the code of an entry stands there from each of its characters on, so that any piece of it is found.

use unicode_normalization::UnicodeNormalization;

/// Longest query that is looked at, in characters.
const LONGEST_QUERY: usize = 100;
/// Characters around the first hit in a snippet.
const SNIPPET: usize = 120;

/// Compatibility forms unified (full-width digits and letters become half-width), lower case.
pub fn fold(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).collect()
}

/// Whether a character is written without spaces between words.
fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3134f}' | '\u{3040}'..='\u{30ff}')
}

/// Longest code that is indexed by its pieces, and longest words that are joined, in characters.
const LONGEST_CODE: usize = 40;

/// A run of one kind of writing.
enum Run {
    Han(Vec<char>),
    /// A word, and whether only a dash, dot or the like parts it from the word before.
    Word(String, bool),
}

/// What parts the pieces of a code, but not two sentences.
fn joins(c: char) -> bool {
    matches!(c, '-' | '/' | '.' | '_' | '·' | '‐' | '‑' | '–' | '—' | '−' | '\\')
}

fn runs(text: &str) -> Vec<Run> {
    let mut all = Vec::new();
    let (mut han, mut word) = (Vec::new(), String::new());
    // Only one joining sign stands between the last word and here.
    let (mut bound, mut between) = (false, usize::MAX);
    for c in fold(text).chars() {
        if is_han(c) {
            flush_word(&mut word, bound, &mut all);
            (bound, between) = (false, usize::MAX);
            han.push(c);
        } else {
            if !han.is_empty() {
                all.push(Run::Han(std::mem::take(&mut han)));
            }
            if c.is_alphanumeric() {
                if word.is_empty() {
                    bound = between == 1;
                }
                word.push(c);
                between = 0;
            } else {
                flush_word(&mut word, bound, &mut all);
                between = if joins(c) { between.saturating_add(1) } else { usize::MAX };
            }
        }
    }
    flush_word(&mut word, bound, &mut all);
    if !han.is_empty() {
        all.push(Run::Han(han));
    }
    all
}

fn flush_word(word: &mut String, bound: bool, all: &mut Vec<Run>) {
    if !word.is_empty() {
        all.push(Run::Word(std::mem::take(word), bound));
    }
}

/// The terms of a text, separated by spaces.
pub fn index_terms(text: &str) -> String {
    let mut terms = String::with_capacity(text.len() * 2);
    // The words that hang together so far.
    let mut chain: Vec<String> = Vec::new();
    for run in runs(text) {
        match run {
            Run::Word(word, bound) => {
                push(&mut terms, word.chars());
                if !bound {
                    push_joined(&mut terms, &chain);
                    chain.clear();
                }
                chain.push(word);
            }
            Run::Han(chars) => {
                push_joined(&mut terms, &chain);
                chain.clear();
                for pair in chars.windows(2) {
                    push(&mut terms, pair.iter().copied());
                }
                push(&mut terms, chars.last().copied().into_iter());
            }
        }
    }
    push_joined(&mut terms, &chain);
    terms
}

/// Words that hang together and hold a number, as one, from each of them on: `csc`, `pr`, `013` as `cscpr013` and `pr013`.
fn push_joined(terms: &mut String, chain: &[String]) {
    let numbered = chain.iter().any(|word| word.bytes().any(|b| b.is_ascii_digit()));
    let lettered = chain.iter().any(|word| word.chars().any(char::is_alphabetic));
    if !numbered || !lettered || chain.iter().map(|word| word.chars().count()).sum::<usize>() > LONGEST_CODE {
        return;
    }
    for from in 0..chain.len().saturating_sub(1) {
        push(terms, chain.iter().skip(from).flat_map(|word| word.chars()));
    }
}

/// A code from each of its characters on, so that any piece of it is the beginning of a term.
pub fn code_terms(code: &str) -> String {
    let key: Vec<char> = folded_code(code).chars().take(LONGEST_CODE).collect();
    let mut terms = String::new();
    for from in 0..key.len().saturating_sub(1) {
        push(&mut terms, key.iter().skip(from).copied());
    }
    terms
}

fn push(terms: &mut String, term: impl Iterator<Item = char>) {
    if !terms.is_empty() {
        terms.push(' ');
    }
    terms.extend(term);
}

/// A code without its separators: `CSC PR.013`, `CSC-PR-013` and `cscpr013` are one.
pub fn folded_code(code: &str) -> String {
    fold(code).chars().filter(|c| c.is_alphanumeric()).collect()
}

/// What somebody looks for, for both engines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// For FTS5 `MATCH`: phrases in quotes, joined by AND; what was typed cannot become syntax.
    pub fts: String,
    /// For `to_tsquery('simple', …)`.
    pub ts: String,
    /// The folded words to mark in a snippet.
    pub marks: Vec<String>,
    /// The query as a code.
    pub code: String,
}

/// Reads what was typed; none when there is nothing to look for.
pub fn query(typed: &str) -> Option<Query> {
    let typed: String = typed.chars().take(LONGEST_QUERY).collect();
    let runs = runs(&typed);
    let last = runs.len().checked_sub(1)?;
    let (mut fts, mut ts, mut marks) = (Vec::new(), Vec::new(), Vec::new());
    for (index, run) in runs.iter().enumerate() {
        match run {
            Run::Word(word, _) => {
                // The word being typed is a beginning.
                let star = if index == last { "*" } else { "" };
                fts.push(format!("\"{word}\"{star}"));
                ts.push(if index == last { format!("'{word}':*") } else { format!("'{word}'") });
                marks.push(word.clone());
            }
            Run::Han(chars) => {
                marks.push(chars.iter().collect());
                if let [only] = chars.as_slice() {
                    fts.push(format!("\"{only}\"*"));
                    ts.push(format!("'{only}':*"));
                } else {
                    let pairs: Vec<String> = chars.windows(2).map(|pair| pair.iter().collect()).collect();
                    fts.push(format!("\"{}\"", pairs.join(" ")));
                    let quoted: Vec<String> = pairs.iter().map(|pair| format!("'{pair}'")).collect();
                    ts.push(format!("({})", quoted.join(" <-> ")));
                }
            }
        }
    }
    let code = folded_code(&typed);
    let (mut fts, mut ts) = (fts.join(" AND "), ts.join(" & "));
    // Several words may be one piece of a code: `P-08` of `QP-08`.
    let words = runs.iter().all(|run| matches!(run, Run::Word(..)));
    if words && runs.len() > 1 && (2..=LONGEST_CODE).contains(&code.chars().count()) {
        fts = format!("({fts}) OR \"{code}\"*");
        ts = format!("({ts}) | '{code}':*");
    }
    Some(Query { fts, ts, marks, code })
}

/// A piece of a snippet: marked or not.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Piece {
    /// It is what was looked for.
    pub hit: bool,
    /// The text.
    pub text: String,
}

/// The surroundings of the first hit in a Markdown text, marks included; the beginning when nothing is hit.
pub fn snippet(text: &str, query: &Query) -> Vec<Piece> {
    let plain: Vec<char> = plain(text);
    // Folding may change the number of characters, so it is done character by character.
    let folded: Vec<char> = plain.iter().map(|c| c.nfkc().flat_map(char::to_lowercase).next().unwrap_or(*c)).collect();
    let marks: Vec<Vec<char>> = query.marks.iter().map(|mark| mark.chars().collect()).collect();
    let first = (0..folded.len()).find(|at| mark_at(&folded, *at, &marks).is_some()).unwrap_or(0);
    let start = first.saturating_sub(SNIPPET / 4);
    let end = (start + SNIPPET).min(plain.len());
    let mut pieces: Vec<Piece> = Vec::new();
    let mut at = start;
    while at < end {
        let length = mark_at(&folded, at, &marks).unwrap_or(0);
        let (hit, step) = if length > 0 { (true, length.min(end - at)) } else { (false, 1) };
        let chunk: String = plain.get(at..at + step).unwrap_or_default().iter().collect();
        match pieces.last_mut() {
            Some(piece) if piece.hit == hit && !hit => piece.text.push_str(&chunk),
            _ => pieces.push(Piece { hit, text: chunk }),
        }
        at += step;
    }
    pieces
}

fn mark_at(folded: &[char], at: usize, marks: &[Vec<char>]) -> Option<usize> {
    let rest = folded.get(at..)?;
    marks.iter().filter(|mark| !mark.is_empty() && rest.starts_with(mark)).map(Vec::len).max()
}

/// Without Markdown's signs and with white space folded.
fn plain(text: &str) -> Vec<char> {
    let mut out: Vec<char> = Vec::with_capacity(text.len());
    for c in text.chars() {
        let c = if matches!(c, '#' | '*' | '|' | '`' | '_' | '>' | '\n' | '\r' | '\t' | '[' | ']') { ' ' } else { c };
        if c != ' ' || out.last().is_some_and(|last| *last != ' ') {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn han_runs_become_pairs_and_their_last_character() {
        assert_eq!(index_terms("客户投诉，QP-08"), "客户 户投 投诉 诉 qp 08 qp08");
        assert_eq!(index_terms("see CSC-PR.013 now"), "see csc pr 013 now cscpr013 pr013");
        assert_eq!(index_terms("well-known 24-7. A 5"), "well known 24 7 a 5");
        assert_eq!(code_terms("CSC PR.013"), "cscpr013 scpr013 cpr013 pr013 r013 013 13");
        assert_eq!(index_terms("诉"), "诉");
        assert_eq!(index_terms("ＱＰ－０８ CSAT满意度"), "qp 08 csat qp08 满意 意度 度");
        assert_eq!(index_terms(""), "");
    }

    #[test]
    fn queries_keep_words_and_runs_apart() {
        let q = query("投诉 升级").unwrap();
        assert_eq!((q.fts.as_str(), q.ts.as_str()), ("\"投诉\" AND \"升级\"", "('投诉') & ('升级')"));
        assert_eq!(query("质量管理").unwrap().fts, "\"质量 量管 管理\"");
        assert_eq!(query("诉").unwrap().fts, "\"诉\"*");
        assert_eq!(query("csat满意").unwrap().ts, "'csat' & ('满意')");
        assert_eq!(query("ＱＰ－０８").unwrap().code, "qp08");
        assert_eq!(query(" ，!\"'"), None);
    }

    #[test]
    fn what_is_typed_never_becomes_syntax() {
        for typed in ["\" OR \"x", "a' | 'b", "NEAR(a b)", "head:x", "a*)(", "'; DROP TABLE x; --", "\\", "a:* & !b"] {
            if let Some(q) = query(typed) {
                let outside: String = q.fts.split('"').step_by(2).collect();
                assert!(outside.chars().all(|c| "ANDOR() *".contains(c)), "{typed}: {}", q.fts);
                let outside: String = q.ts.split('\'').step_by(2).collect();
                assert!(outside.chars().all(|c| "()<->&|:* ".contains(c)), "{typed}: {}", q.ts);
            }
        }
    }

    #[test]
    fn a_snippet_marks_what_was_looked_for() {
        let text = format!("## 1 目的\n\n{}有下列情形之一的应升级。客户投诉 CSAT。", "前".repeat(200));
        let pieces = snippet(&text, &query("投诉").unwrap());
        assert_eq!(pieces.iter().filter(|p| p.hit).map(|p| p.text.as_str()).collect::<Vec<_>>(), ["投诉"]);
        let all: String = pieces.iter().map(|p| p.text.as_str()).collect();
        assert!(all.chars().count() <= SNIPPET && all.contains("客户投诉"));
        assert!(snippet("Ｃｓａｔ is high", &query("csat").unwrap())[0].hit);
        assert!(snippet("", &query("x").unwrap()).is_empty());
    }

    #[test]
    fn codes_are_compared_without_separators() {
        assert_eq!(folded_code("CSC PR.013"), folded_code("csc-pr-013"));
        assert_eq!(folded_code("SHT/SAL/P-05"), "shtsalp05");
    }
}
