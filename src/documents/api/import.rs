//! Importing a folder of documents that is sent as one body: the recognition, the defects and the report are those of the command line.

use std::sync::Arc;

use actix_web::{HttpRequest, web};
use serde::Deserialize;

use super::super::recognise::Patterns;
use super::super::service::import::{self as importing, ImportOptions, ImportReport, Standing};
use super::super::transfer::folder::Contents;
use crate::actor::{Actor, Permission};
use crate::api::{ApiResult, ApiVisit, JsonBody, Reply};
use crate::error::{Error, Result};

/// Largest folder as it is sent, in bytes.
const LARGEST: usize = 32 << 20;

/// A folder of Markdown, images and other files.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ImportFolder {
    /// The files, at most 32 MiB together as sent.
    files: Vec<SentFile>,
    /// Only say what would happen; nothing is kept.
    #[serde(default)]
    dry_run: bool,
    /// What the documents become: `draft`, or `effective` at once, with the reason and without signatures.
    #[serde(default, rename = "as")]
    standing: Standing,
    /// Why they are taken over: kept with each version and in its history.
    #[serde(default = "usual_reason")]
    reason: String,
}

/// A file of the folder: a text, or any bytes as base64.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct SentFile {
    /// Path in the folder, parts separated by `/`.
    path: String,
    /// The content of a text file.
    #[serde(default)]
    text: Option<String>,
    /// The content of any file, in base64 (RFC 4648, section 4).
    #[serde(default)]
    base64: Option<String>,
}

fn usual_reason() -> String {
    "Import".to_owned()
}

impl ImportFolder {
    fn contents(self) -> Result<(Contents, ImportOptions)> {
        let options =
            ImportOptions { dry_run: self.dry_run, standing: self.standing, reason: self.reason, patterns: Patterns::shipped()? };
        let file = |(index, file): (usize, SentFile)| {
            let bytes = match (file.text, file.base64) {
                (Some(text), None) => Some(text.into_bytes()),
                (None, Some(coded)) => base64(coded.as_bytes()),
                _ => None,
            };
            let bytes = bytes.ok_or_else(|| Error::field(&format!("files[{index}]"), "import-content"))?;
            Ok((file.path, bytes))
        };
        let files: Result<Vec<(String, Vec<u8>)>> = self.files.into_iter().enumerate().map(file).collect();
        Ok((Contents::sent(files?)?, options))
    }
}

/// Takes a folder of documents over: code, title, tier, version, owner and links are recognised, defects are named. A second time changes
/// nothing; a changed file becomes a new draft.
#[utoipa::path(post, path = "/api/v1/documents/imports", tag = "documents", request_body = ImportFolder,
    responses((status = 200, body = ImportReport)))]
pub(super) async fn import(visit: ApiVisit, request: HttpRequest, payload: web::Payload) -> ApiResult {
    let actor: Arc<Actor> = visit
        .read(|r| {
            r.actor.require(Permission::TransferDocuments)?;
            Ok(r.actor.clone())
        })
        .await?;
    let body = JsonBody::read(&request, &mut payload.into_inner(), LARGEST).await;
    let once = visit.once(&[body.bytes()])?;
    let (contents, options) = body.exactly::<ImportFolder>()?.contents()?;
    drop(body);
    let (ledger, dir, importer) = (visit.site.ledger.clone(), visit.site.config.evidence_dir(), actor.clone());
    let work = move || Reply::done(&importing::import(&ledger, &importer, &dir, &contents, &options)?);
    visit.change_at_length(&actor, once, work).await
}

/// Decodes base64 (RFC 4648, section 4): padding is asked for, line ends are passed over.
fn base64(coded: &[u8]) -> Option<Vec<u8>> {
    let mut symbols: Vec<u8> = coded.iter().copied().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect();
    if !symbols.len().is_multiple_of(4) {
        return None;
    }
    let padding = symbols.iter().rev().take(2).take_while(|byte| **byte == b'=').count();
    symbols.truncate(symbols.len() - padding);
    let mut bytes = Vec::with_capacity(symbols.len() / 4 * 3 + 2);
    for group in symbols.chunks(4) {
        let mut bits = 0_u32;
        for symbol in group {
            bits = bits << 6 | value(*symbol)?;
        }
        bits <<= 6 * (4 - u32::try_from(group.len()).ok()?);
        let [_, a, b, c] = bits.to_be_bytes();
        bytes.extend_from_slice([a, b, c].get(..group.len().saturating_sub(1))?);
    }
    Some(bytes)
}

fn value(symbol: u8) -> Option<u32> {
    let value = match symbol {
        b'A'..=b'Z' => symbol - b'A',
        b'a'..=b'z' => symbol - b'a' + 26,
        b'0'..=b'9' => symbol - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    };
    Some(value.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_rfc_decode() {
        for (coded, plain) in [
            ("", ""),
            ("Zg==", "f"),
            ("Zm8=", "fo"),
            ("Zm9v", "foo"),
            ("Zm9vYg==", "foob"),
            ("Zm9v\r\nYmE=", "fooba"),
            ("Zm9vYmFy", "foobar"),
        ] {
            assert_eq!(base64(coded.as_bytes()).as_deref(), Some(plain.as_bytes()), "{coded}");
        }
        assert_eq!(base64(b"+/+/").unwrap(), [0xfb, 0xff, 0xbf]);
        for bad in ["Zg", "Zg=", "Z===", "Zm9v-A==", "Zg==Zg==", "===="] {
            assert_eq!(base64(bad.as_bytes()), None, "{bad}");
        }
    }
}
