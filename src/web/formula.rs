//! What a spreadsheet would run: one rule for every file that we write for one, and for those that come back from there.

/// What formulas begin with, in full width too, and what some programs pass over before they look.
const BEGINNINGS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// True for a cell that begins like a formula, be it a number with its sign.
#[must_use]
pub fn begins_like_formula(cell: &str) -> bool {
    cell.starts_with(BEGINNINGS)
}

/// True for digits with at most a sign and a point, which no spreadsheet runs.
#[must_use]
pub fn is_plain_number(cell: &str) -> bool {
    cell.parse::<f64>().is_ok_and(f64::is_finite) && cell.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'-' | b'+' | b'.'))
}

/// A cell of a CSV file that a spreadsheet will not run: what begins like a formula gets an apostrophe, unless it is a plain number.
#[must_use]
pub fn guard(cell: &str) -> String {
    if begins_like_formula(cell) && !is_plain_number(cell) { format!("'{cell}") } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_guarded_and_numbers_stay() {
        for (cell, guarded) in
            [("=1+1", "'=1+1"), ("@SUM(A1)", "'@SUM(A1)"), ("\tx", "'\tx"), ("-", "'-"), ("+86 21", "'+86 21"), ("\n=1", "'\n=1")]
        {
            assert_eq!(guard(cell), guarded);
        }
        for cell in ["＝1+1", "＋1", "－1", "＠x"] {
            assert_eq!(guard(cell), format!("'{cell}"), "full width");
        }
        for cell in ["-12.5", "+3", "投诉", "", "a=b", "2611-001"] {
            assert_eq!(guard(cell), cell);
        }
        assert_eq!(guard("-1e5"), "'-1e5");
        assert_eq!(guard("-inf"), "'-inf");
    }
}
