//! Numbers of records by their form's scheme: `{YYMM}-{nnn}`. Pure.

use chrono::NaiveDate;

use crate::error::{Error, Problem, Result};

/// The scheme of forms that state none: year and month, and a serial restarting monthly.
pub const DEFAULT: &str = "{YYMM}-{nnn}";

enum Part<'a> {
    Plain(&'a str),
    Date(&'static str),
    Serial(usize),
}

fn parts(pattern: &str) -> Result<Vec<Part<'_>>> {
    let wrong = || Error::Invalid(vec![Problem::field("number", "number-scheme").with("scheme", pattern)]);
    let mut all = Vec::new();
    let mut rest = pattern;
    while let Some((plain, after)) = rest.split_once('{') {
        let (token, after) = after.split_once('}').ok_or_else(wrong)?;
        all.push(Part::Plain(plain));
        all.push(match token {
            "YYYY" => Part::Date("%Y"),
            "YY" => Part::Date("%y"),
            "MM" => Part::Date("%m"),
            "YYMM" => Part::Date("%y%m"),
            "YYYYMM" => Part::Date("%Y%m"),
            serial if !serial.is_empty() && serial.len() <= 9 && serial.bytes().all(|b| b == b'n') => Part::Serial(serial.len()),
            _ => return Err(wrong()),
        });
        rest = after;
    }
    all.push(Part::Plain(rest));
    let serials = all.iter().filter(|part| matches!(part, Part::Serial(_))).count();
    if serials == 1 { Ok(all) } else { Err(wrong()) }
}

/// Refuses a scheme that is none.
///
/// # Errors
/// [`Error::Invalid`] on `number`.
pub fn check(pattern: &str) -> Result<()> {
    parts(pattern).map(drop)
}

/// The period within which serials count: `2611` month, `2026` year, or empty when the scheme names neither.
///
/// # Errors
/// [`Error::Invalid`] when the scheme is none.
pub fn period(pattern: &str, day: NaiveDate) -> Result<String> {
    let dates: Vec<&str> =
        parts(pattern)?.iter().filter_map(|part| if let Part::Date(format) = part { Some(*format) } else { None }).collect();
    let format = if dates.iter().any(|date| date.contains("%m")) {
        "%Y-%m"
    } else if dates.is_empty() {
        ""
    } else {
        "%Y"
    };
    Ok(day.format(format).to_string())
}

/// The number for a serial.
///
/// # Errors
/// [`Error::Invalid`] when the scheme is none.
pub fn render(pattern: &str, day: NaiveDate, serial: i64) -> Result<String> {
    let text = parts(pattern)?.into_iter().map(|part| match part {
        Part::Plain(text) => text.to_owned(),
        Part::Date(format) => day.format(format).to_string(),
        Part::Serial(width) => format!("{serial:0width$}"),
    });
    Ok(text.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scheme_names_period_and_number() {
        let day = NaiveDate::from_ymd_opt(2026, 11, 21).unwrap();
        assert_eq!((period(DEFAULT, day).unwrap().as_str(), render(DEFAULT, day, 7).unwrap().as_str()), ("2026-11", "2611-007"));
        assert_eq!(
            (period("TS-{YYYY}/{nn}", day).unwrap().as_str(), render("TS-{YYYY}/{nn}", day, 123).unwrap().as_str()),
            ("2026", "TS-2026/123")
        );
        assert_eq!((period("{nnnn}", day).unwrap().as_str(), render("{nnnn}", day, 1).unwrap().as_str()), ("", "0001"));
    }

    #[test]
    fn a_scheme_without_one_serial_is_refused() {
        let day = NaiveDate::from_ymd_opt(2026, 11, 21).unwrap();
        for pattern in ["{YYMM}", "", "{nn}{nn}", "{moon}-{nn}", "{nn", "{}"] {
            assert!(render(pattern, day, 1).is_err(), "{pattern}");
        }
    }
}
