//! Strong entity tags: the version of a row. A change says which version it saw; a lost race is 412, never a lost text.

use actix_web::HttpResponse;
use actix_web::http::header;
use serde::Serialize;

use crate::error::{Error, Result};

/// The version in `If-Match`. Weak tags and `*` name no version.
pub(super) fn seen(header: Option<&str>) -> Result<i64> {
    let tag = header.map(str::trim).filter(|tag| !tag.is_empty() && *tag != "*").ok_or(Error::PreconditionRequired)?;
    tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"')).and_then(|tag| tag.parse().ok()).ok_or(Error::Stale)
}

pub(super) fn of(version: i64) -> String {
    format!("\"{version}\"")
}

/// 200 with the tag of the version shown.
pub fn tagged<T: Serialize>(version: i64, view: &T) -> HttpResponse {
    HttpResponse::Ok().insert_header((header::ETAG, of(version))).json(view)
}

/// 204: done, nothing to show.
pub fn no_content() -> HttpResponse {
    HttpResponse::NoContent().finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_strong_tags_of_ours_name_a_version() {
        assert_eq!(seen(Some("\"7\"")).unwrap(), 7);
        assert!(matches!(seen(None), Err(Error::PreconditionRequired)));
        assert!(matches!(seen(Some("*")), Err(Error::PreconditionRequired)));
        for stale in ["W/\"7\"", "7", "\"x\"", "\"7\", \"8\""] {
            assert!(matches!(seen(Some(stale)), Err(Error::Stale)), "{stale}");
        }
    }
}
