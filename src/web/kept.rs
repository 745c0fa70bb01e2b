//! Pages kept in memory, so that a page that nobody has changed costs one statement: who it is, and how far the log has come.
//!
//! Invariant: facts change only with an event, and every event changes the log's root; so a page made at the same root, for the same
//! session, address, language, theme and minute is the page as it would be made now. Pages that show bookkeeping (sessions, tokens) are not
//! kept.

use std::collections::HashMap;
use std::sync::Mutex;

use actix_web::web::Bytes;

/// Memory for all kept pages together; beyond it they are forgotten.
const MOST_BYTES: usize = 2 << 20;

/// The pages of a process.
#[derive(Default)]
pub(super) struct KeptPages(Mutex<Pages>);

#[derive(Default)]
struct Pages {
    root: String,
    bytes: usize,
    by_key: HashMap<String, Bytes>,
}

impl KeptPages {
    /// The page, if one was made at this root.
    pub(super) fn find(&self, root: &str, key: &str) -> Option<Bytes> {
        let pages = self.0.lock().ok()?;
        if pages.root == root { pages.by_key.get(key).cloned() } else { None }
    }

    /// Keeps a page made at this root; what was made at another one is forgotten.
    pub(super) fn keep(&self, root: &str, key: String, page: &Bytes) {
        let Ok(mut pages) = self.0.lock() else { return };
        if pages.root != root || pages.bytes + page.len() > MOST_BYTES {
            *pages = Pages { root: root.to_owned(), ..Pages::default() };
        }
        if page.len() <= MOST_BYTES && pages.by_key.insert(key, page.clone()).is_none() {
            pages.bytes += page.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_found_at_its_own_root_only() {
        let kept = KeptPages::default();
        kept.keep("a", "k".into(), &Bytes::from_static(b"one"));
        assert_eq!(kept.find("a", "k").as_deref(), Some(&b"one"[..]));
        assert_eq!((kept.find("b", "k"), kept.find("a", "other")), (None, None));
        kept.keep("b", "other".into(), &Bytes::from_static(b"two"));
        assert_eq!((kept.find("a", "k"), kept.find("b", "k")), (None, None));
        assert_eq!(kept.find("b", "other").as_deref(), Some(&b"two"[..]));
    }

    #[test]
    fn memory_is_bounded() {
        let kept = KeptPages::default();
        let page = Bytes::from(vec![b'x'; 1 << 20]);
        for number in 0..10 {
            kept.keep("a", number.to_string(), &page);
        }
        assert!((0..10).filter(|number| kept.find("a", &number.to_string()).is_some()).count() <= 4);
        assert!(kept.find("a", "9").is_some());
    }
}
