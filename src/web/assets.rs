//! Files of the interface, embedded in the program and served under a name that holds their hash, so that browsers keep them.

use std::collections::HashMap;
use std::sync::LazyLock;

use actix_web::http::header::{self, CacheControl, CacheDirective};
use actix_web::{HttpRequest, HttpResponse, web};
use flate2::Compression;
use flate2::write::GzEncoder;
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "assets/"]
struct Files;

struct Asset {
    plain: Vec<u8>,
    packed: Vec<u8>,
    media_type: &'static str,
}

struct Assets {
    /// `cairn.css` → `/assets/<hash>/cairn.css`.
    urls: HashMap<String, String>,
    /// `<hash>/cairn.css` → the file.
    files: HashMap<String, Asset>,
}

static ASSETS: LazyLock<Assets> = LazyLock::new(|| {
    let mut all = Assets { urls: HashMap::new(), files: HashMap::new() };
    for path in Files::iter() {
        let Some(media_type) = media_type(&path) else { continue };
        let Some(file) = Files::get(&path) else { continue };
        let hash = hex::encode(file.metadata.sha256_hash().get(..6).unwrap_or_default());
        let plain = file.data.into_owned();
        let packed = gzip(&plain);
        all.urls.insert(path.to_string(), format!("/assets/{hash}/{path}"));
        all.files.insert(format!("{hash}/{path}"), Asset { plain, packed, media_type });
    }
    all
});

fn media_type(path: &str) -> Option<&'static str> {
    match path.rsplit('.').next()? {
        "css" => Some("text/css; charset=utf-8"),
        "js" => Some("text/javascript; charset=utf-8"),
        "svg" => Some("image/svg+xml"),
        _ => None,
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    // Writing to memory cannot fail; an empty answer would only cost the compression.
    if std::io::Write::write_all(&mut encoder, bytes).is_err() {
        return Vec::new();
    }
    encoder.finish().unwrap_or_default()
}

/// The address of an asset.
pub fn url(path: &str) -> Option<&'static str> {
    ASSETS.urls.get(path).map(String::as_str)
}

/// Answers an asset.
pub async fn serve(request: HttpRequest, path: web::Path<String>) -> HttpResponse {
    let Some(asset) = ASSETS.files.get(path.as_str()) else { return HttpResponse::NotFound().finish() };
    let gzip = request.headers().get(header::ACCEPT_ENCODING).and_then(|v| v.to_str().ok()).is_some_and(|v| v.contains("gzip"));
    let mut answer = HttpResponse::Ok();
    answer
        .insert_header(CacheControl(vec![
            CacheDirective::Public,
            CacheDirective::MaxAge(31_536_000),
            CacheDirective::Extension("immutable".into(), None),
        ]))
        .insert_header((header::CONTENT_TYPE, asset.media_type))
        .insert_header((header::VARY, "Accept-Encoding"));
    if gzip && !asset.packed.is_empty() {
        return answer.insert_header((header::CONTENT_ENCODING, "gzip")).body(asset.packed.as_slice());
    }
    answer.body(asset.plain.as_slice())
}
