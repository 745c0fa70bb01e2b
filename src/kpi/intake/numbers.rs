//! Durations, ratings and money as they stand in a field.

use super::error::{Checked, RowProblem};
use super::text::{Field, digits};

/// Minor units of one unit, for one decimal and more.
const UNITS: [i64; 4] = [10, 100, 1000, 10_000];
/// The longest duration accepted: a year of 366 days.
const LONGEST_S: u64 = 366 * 86_400;

/// Whole seconds: plain seconds (fractions rounded down), `h:mm:ss` or `mm:ss`. `None` when the field is empty.
#[inline(always)]
pub(super) fn duration(field: Field<'_>) -> Checked<Option<u32>> {
    match plain_seconds(field) {
        Some(seconds) => Ok(Some(seconds)),
        None => uncommon_duration(field.bytes().trim_ascii()),
    }
}

/// The common shape of a duration: digits alone.
#[inline(always)]
pub(super) fn plain_seconds(field: Field<'_>) -> Option<u32> {
    field.digits().filter(|seconds| u64::from(*seconds) <= LONGEST_S)
}

#[cold]
fn uncommon_duration(text: &[u8]) -> Checked<Option<u32>> {
    if text.is_empty() {
        return Ok(None);
    }
    let seconds = seconds(text).ok_or(RowProblem::Duration)?;
    if seconds > LONGEST_S {
        return Err(RowProblem::DurationRange.into());
    }
    Ok(u32::try_from(seconds).ok())
}

/// The seconds of a text, however many.
fn seconds(text: &[u8]) -> Option<u64> {
    let (whole, fraction) = match text.iter().position(|byte| *byte == b'.') {
        Some(dot) => (&text[..dot], &text[dot + 1..]),
        None => (text, &text[..0]),
    };
    if !fraction.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let parts: Vec<&[u8]> = whole.split(|byte| *byte == b':').collect();
    match parts.as_slice() {
        [seconds] => number(seconds),
        // In `mm:ss` the minutes may pass 59 (`75:10`), in `h:mm:ss` they may not.
        [minutes, seconds] => clock(0, number(minutes), seconds),
        [hours, minutes, seconds] => number(hours).and_then(|h| clock(h, sixtieth(minutes), seconds)),
        _ => None,
    }
}

/// The seconds of a duration whose plain numbers count in a unit of so many seconds, rounded to whole ones.
pub(super) fn duration_in(text: &[u8], unit_s: u32) -> Checked<i64> {
    let refused = || Box::new(RowProblem::Duration);
    let clock = text.contains(&b':');
    let found = if clock || unit_s == 1 {
        seconds(text)
    } else {
        let plain = text.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.');
        let number = std::str::from_utf8(text).ok().filter(|_| plain && text.len() <= 24).and_then(|text| text.parse::<f64>().ok());
        number.map(|number| (number * f64::from(unit_s)).round()).filter(|seconds| *seconds < 1e12).map(|seconds| seconds as u64)
    };
    i64::try_from(found.ok_or_else(refused)?).map_err(|_| refused())
}

fn clock(hours: u64, minutes: Option<u64>, seconds: &[u8]) -> Option<u64> {
    hours.checked_mul(3600)?.checked_add(minutes? * 60 + sixtieth(seconds)?)
}

/// Two digits below 60.
fn sixtieth(text: &[u8]) -> Option<u64> {
    number(text).filter(|value| text.len() == 2 && *value < 60)
}

/// A number of one to twelve digits.
fn number(text: &[u8]) -> Option<u64> {
    if text.is_empty() || text.len() > 12 || !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some(text.iter().fold(0, |value, byte| value * 10 + u64::from(byte - b'0')))
}

/// A rating from 1 to 5; `None` when the field is empty. `4.0` is a rating, `4.5` is not.
#[inline]
pub(super) fn rating(field: Field<'_>) -> Checked<Option<usize>> {
    match plain_rating(field) {
        Some(rating) => Ok(rating),
        None => uncommon_rating(field.bytes().trim_ascii()),
    }
}

/// The common shapes of a rating: one digit or nothing.
#[inline(always)]
pub(super) fn plain_rating(field: Field<'_>) -> Option<Option<usize>> {
    match field.bytes() {
        [] => Some(None),
        [digit @ b'1'..=b'5'] => Some(Some(usize::from(digit - b'1'))),
        _ => None,
    }
}

#[cold]
fn uncommon_rating(text: &[u8]) -> Checked<Option<usize>> {
    let (whole, zeros) = text.split_at(text.len().min(1));
    match (whole, zeros) {
        ([], _) => Ok(None),
        ([digit @ b'1'..=b'5'], []) => Ok(Some(usize::from(digit - b'1'))),
        ([digit @ b'1'..=b'5'], [b'.', rest @ ..]) if rest.iter().all(|byte| *byte == b'0') => Ok(Some(usize::from(digit - b'1'))),
        _ => Err(RowProblem::Rating.into()),
    }
}

/// An exact amount in minor units; an empty field is zero.
#[inline]
pub(super) fn money(field: Field<'_>, decimals: u8) -> Checked<i64> {
    match plain_money(field, decimals) {
        Some(minor) => Ok(minor),
        None => uncommon_money(field.bytes().trim_ascii(), decimals),
    }
}

/// The common shape of an amount, `123.45` for two decimals.
#[inline(always)]
pub(super) fn plain_money(field: Field<'_>, decimals: u8) -> Option<i64> {
    let (length, tail) = (field.len(), usize::from(decimals) + 1);
    let point = length.checked_sub(tail).filter(|point| (1..=8).contains(point) && field.bytes()[*point] == b'.')?;
    let unit = UNITS.get(usize::from(decimals).wrapping_sub(1))?;
    let (whole, fraction) = (digits(field.word(0), point as u32)?, digits(field.word(point + 1), u32::from(decimals))?);
    Some(i64::from(whole) * unit + i64::from(fraction))
}

#[cold]
fn uncommon_money(text: &[u8], decimals: u8) -> Checked<i64> {
    let refused = || Box::new(RowProblem::Money { decimals });
    let (negative, text) = match text {
        [] => return Ok(0),
        [b'-', rest @ ..] => (true, rest),
        _ => (false, text),
    };
    let (whole, fraction) = match text.iter().position(|byte| *byte == b'.') {
        Some(dot) => (&text[..dot], &text[dot + 1..]),
        None => (text, &text[..0]),
    };
    let kept = fraction.len().min(usize::from(decimals));
    let exact = fraction[kept..].iter().all(|byte| *byte == b'0') && (text.len() == whole.len() || !fraction.is_empty());
    let mut minor = number(whole).filter(|_| exact).ok_or_else(refused)?;
    for place in 0..usize::from(decimals) {
        let digit = fraction.get(place).copied().unwrap_or(b'0');
        if !digit.is_ascii_digit() {
            return Err(refused());
        }
        minor = minor * 10 + u64::from(digit - b'0');
    }
    let minor = i64::try_from(minor).map_err(|_| refused())?;
    Ok(if negative { -minor } else { minor })
}

#[cfg(test)]
mod tests {
    use super::super::text::Line;
    use super::super::text::tests::line_of;
    use super::*;

    fn of<T>(text: &str, read: impl Fn(Field<'_>) -> T) -> T {
        let (buffer, ends) = line_of(&["", text, "8"]);
        read(Line::new(&buffer, &ends).field(1))
    }

    #[test]
    fn durations() {
        let good = [
            ("0", 0),
            ("109", 109),
            ("109.0", 109),
            ("109.99", 109),
            (" 7 ", 7),
            ("00:02:23", 143),
            ("1:00:00", 3600),
            ("2:05", 125),
            ("75:10", 4510),
            ("00:00:59.900", 59),
            ("100:00:00", 360_000),
            ("31622400", 31_622_400),
            ("12.", 12),
        ];
        for (text, seconds) in good {
            assert_eq!(of(text, duration), Ok(Some(seconds)), "{text}");
        }
        assert_eq!(of("", duration), Ok(None));
        assert_eq!(of("  ", duration), Ok(None));
        for text in ["-1", "1e3", "abc", "1:2:3", "1:60", "0:60:00", "1:2", "1:00:60", "::", "1:1:1:1", "5,5", "1.2.3", ".5"] {
            assert_eq!(of(text, duration), Err(Box::new(RowProblem::Duration)), "{text}");
        }
        assert_eq!(of("31622401", duration), Err(Box::new(RowProblem::DurationRange)));
        assert_eq!(of("999999999999", duration), Err(Box::new(RowProblem::DurationRange)));
    }

    #[test]
    fn ratings() {
        for (text, index) in
            [("1", Some(0)), ("5", Some(4)), ("3.0", Some(2)), (" 4 ", Some(3)), ("", None), (" ", None), ("2.", Some(1))]
        {
            assert_eq!(of(text, rating), Ok(index), "{text}");
        }
        for text in ["0", "6", "4.5", "10", "x", "5x"] {
            assert_eq!(of(text, rating), Err(Box::new(RowProblem::Rating)), "{text}");
        }
    }

    #[test]
    fn amounts() {
        let good = [
            ("0.00", 0),
            ("123.45", 12_345),
            ("-1.5", -150),
            ("7", 700),
            ("7.100", 710),
            ("", 0),
            ("12345678.90", 1_234_567_890),
            ("123456789012.01", 12_345_678_901_201),
        ];
        for (text, minor) in good {
            assert_eq!(of(text, |field| money(field, 2)), Ok(minor), "{text}");
        }
        for text in ["1.005", "1,000.00", "¥5", "--1", "1.", ".5", "1.x0", "1.2.0", "1234567890123.00", "-"] {
            assert_eq!(of(text, |field| money(field, 2)), Err(Box::new(RowProblem::Money { decimals: 2 })), "{text}");
        }
        assert_eq!(of("12", |field| money(field, 0)), Ok(12));
        assert_eq!(of("12.0", |field| money(field, 0)), Ok(12));
        assert_eq!(of("1.234", |field| money(field, 3)), Ok(1234));
    }
}
