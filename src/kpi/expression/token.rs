//! Words and signs of an expression. Full-width brackets, commas and signs of Chinese keyboards mean the same as the narrow ones.

use super::error::{ExpressionError, Fault};
use super::tree::{Sign, Span};

/// Most digits of a number.
const DIGITS: usize = 18;

/// A word or sign.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token<'a> {
    Whole(i64),
    Real(f64),
    Word(&'a str),
    Sign(Sign),
    Not,
    Open,
    Close,
    Comma,
}

/// Cuts a text into words and signs.
pub(super) fn tokens(text: &str) -> Result<Vec<(Token<'_>, Span)>, ExpressionError> {
    if text.len() > super::MAX_LENGTH {
        return Err(Fault::Long.at(Span { start: 0, end: text.len() }));
    }
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        }
        let (token, length) = one(&text[at..], first, at)?;
        found.push((token, Span { start: at, end: at + length }));
        at += length;
    }
    Ok(found)
}

fn one(rest: &str, first: char, at: usize) -> Result<(Token<'_>, usize), ExpressionError> {
    if first.is_ascii_digit() {
        return number(rest, at);
    }
    if first.is_ascii_lowercase() || first == '_' {
        let length = rest.bytes().take_while(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'_').count();
        let token = match &rest[..length] {
            "and" => Token::Sign(Sign::And),
            "or" => Token::Sign(Sign::Or),
            "not" => Token::Not,
            word => Token::Word(word),
        };
        return Ok((token, length));
    }
    let second = rest[first.len_utf8()..].chars().next();
    let double = match (first, second) {
        ('<', Some('=')) => Some(Sign::AtMost),
        ('>', Some('=')) => Some(Sign::AtLeast),
        ('!', Some('=')) | ('<', Some('>')) => Some(Sign::Unequal),
        ('=', Some('=')) => Some(Sign::Equal),
        _ => None,
    };
    if let Some(sign) = double {
        return Ok((Token::Sign(sign), 2));
    }
    let token = match first {
        '(' | '（' => Token::Open,
        ')' | '）' => Token::Close,
        ',' | '，' => Token::Comma,
        '+' | '＋' => Token::Sign(Sign::Plus),
        '-' | '−' | '－' => Token::Sign(Sign::Minus),
        '*' | '×' | '＊' => Token::Sign(Sign::Times),
        '/' | '÷' | '／' => Token::Sign(Sign::Over),
        '<' | '＜' => Token::Sign(Sign::Less),
        '>' | '＞' => Token::Sign(Sign::More),
        '=' | '＝' => Token::Sign(Sign::Equal),
        '≤' => Token::Sign(Sign::AtMost),
        '≥' => Token::Sign(Sign::AtLeast),
        '≠' => Token::Sign(Sign::Unequal),
        other => return Err(Fault::Character(other).at(Span { start: at, end: at + other.len_utf8() })),
    };
    Ok((token, first.len_utf8()))
}

fn number(rest: &str, at: usize) -> Result<(Token<'_>, usize), ExpressionError> {
    let length = rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_')).count();
    let text = &rest[..length];
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') && digits <= DIGITS && !text.ends_with('.');
    let bad = || Fault::Number(text.to_owned()).at(Span { start: at, end: at + length });
    if !plain {
        return Err(bad());
    }
    if let Ok(whole) = text.parse::<i64>() {
        return Ok((Token::Whole(whole), length));
    }
    let real: f64 = text.parse().map_err(|_| bad())?;
    // 2.0 is 2, so that what is printed reads back as the same.
    let whole = real as i64;
    if whole as f64 == real { Ok((Token::Whole(whole), length)) } else { Ok((Token::Real(real), length)) }
}
