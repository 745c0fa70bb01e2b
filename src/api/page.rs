//! Lists a page at a time, by key: a cursor stays right while rows come and go, and costs the same on every page.

use serde::Serialize;

use crate::error::{Error, Problem, Result};

/// Rows of a page unless the caller says otherwise.
const USUAL: i64 = 50;
/// Rows of a page at most.
const MOST: i64 = 200;

/// Which page is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paging {
    /// The key after which the page starts; empty = from the start.
    pub after: String,
    /// Rows at most.
    pub limit: i64,
}

/// A page of a list.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// What to send as `after` for the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

impl Paging {
    pub(super) fn parse(after: Option<&str>, limit: Option<&str>) -> Result<Self> {
        let after = after.map(decode).transpose()?.unwrap_or_default();
        let limit = match limit.map(str::parse) {
            None => USUAL,
            Some(Ok(limit)) if (1..=MOST).contains(&limit) => limit,
            Some(_) => return Err(Error::Invalid(vec![Problem::field("limit", "bad-limit").with("max", MOST)])),
        };
        Ok(Self { after, limit })
    }

    /// How many rows to ask the service for: one more than shown tells whether there is a next page.
    pub fn wanted(&self) -> i64 {
        self.limit + 1
    }

    /// The page of what came back for [`Paging::wanted`]; `key` is what the list is sorted by.
    pub fn page<T>(&self, mut rows: Vec<T>, key: impl Fn(&T) -> String) -> Page<T> {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| more).map(|row| encode(&key(row)));
        Page { items: rows, next }
    }
}

impl<T> Page<T> {
    /// The same page with its rows as they are shown.
    pub fn map<U>(self, show: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(show).collect(), next: self.next }
    }
}

/// Opaque, so that nobody builds on what is inside.
fn encode(key: &str) -> String {
    hex::encode(key)
}

fn decode(cursor: &str) -> Result<String> {
    let bytes = hex::decode(cursor).ok().filter(|_| cursor.len() <= 2000);
    bytes.and_then(|bytes| String::from_utf8(bytes).ok()).ok_or_else(|| Error::field("after", "bad-cursor"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_follow_one_another() {
        let rows: Vec<String> = (0..7).map(|n| format!("QP-0{n}")).collect();
        let (mut seen, mut cursor) = (Vec::new(), None);
        loop {
            let paging = Paging::parse(cursor.as_deref(), Some("3")).unwrap();
            let wanted = usize::try_from(paging.wanted()).unwrap();
            let found: Vec<String> = rows.iter().filter(|row| **row > paging.after).take(wanted).cloned().collect();
            let page = paging.page(found, Clone::clone);
            seen.extend(page.items);
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(seen, rows);
    }

    #[test]
    fn foreign_cursors_and_limits_are_refused() {
        for (after, limit) in [(Some("xyz"), None), (Some("ff"), None), (None, Some("0")), (None, Some("201")), (None, Some("ten"))]
        {
            assert!(Paging::parse(after, limit).is_err(), "{after:?} {limit:?}");
        }
    }
}
