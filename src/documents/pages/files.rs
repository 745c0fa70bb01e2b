//! Images and other files that a document's text names, as they were kept.

use actix_web::HttpResponse;
use actix_web::web::Path;

use super::super::service::files;
use crate::evidence;
use crate::web::{PageError, Visit};

/// One file, with the type its bytes have; what is no image is only ever downloaded.
pub(crate) async fn show(visit: Visit, path: Path<(String, String)>) -> Result<HttpResponse, PageError> {
    let (document, name) = path.into_inner();
    let (bytes, name) = visit
        .read(move |r| {
            let hash = files::hash_of(r.conn, &r.actor, &document, &name)?;
            Ok((evidence::read(&r.site.config.evidence_dir(), &hash, files::LARGEST)?, name))
        })
        .await?;
    let mut answer = HttpResponse::Ok();
    answer.insert_header(("X-Content-Type-Options", "nosniff")).insert_header(("Cache-Control", "private, max-age=300"));
    if let Some(kind) = evidence::sniff_image(&bytes) {
        return Ok(answer.content_type(kind).body(bytes));
    }
    let plain: String = name
        .rsplit('/')
        .next()
        .unwrap_or_default()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '_' })
        .collect();
    let disposition = format!("attachment; filename=\"{plain}\"");
    Ok(answer.content_type("application/octet-stream").insert_header(("Content-Disposition", disposition)).body(bytes))
}
