//! A body of `multipart/form-data` (RFC 7578), read piece by piece: small fields whole, the file as it comes. Memory holds one piece.

use actix_web::HttpRequest;
use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{Bytes, BytesMut};

use super::body;
use crate::error::{Error, Result};

/// Largest head of a part.
const HEAD: usize = 8 << 10;
/// Largest field that is not the file: a mapping with long code tables.
const FIELD: usize = 1 << 20;

/// A part: its name, and the name of its file if it is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Name of the field.
    pub name: String,
    /// Name of the file, if it is one.
    pub file_name: Option<String>,
}

/// The body under way.
pub struct Multipart {
    payload: Payload,
    buffer: BytesMut,
    /// `\r\n--boundary`
    delimiter: Vec<u8>,
    /// The body has no more pieces.
    ended: bool,
    /// A part is open whose content was not read to its end.
    open: bool,
}

fn malformed() -> Error {
    Error::field("body", "kpi-upload")
}

impl Multipart {
    /// Starts reading.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it is no multipart form.
    pub fn of(request: &HttpRequest, payload: Payload) -> Result<Self> {
        let kind = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let boundary = boundary(kind).ok_or_else(malformed)?;
        // The first delimiter has no line end before it; it gets one here.
        Ok(Self {
            payload,
            buffer: BytesMut::from(&b"\r\n"[..]),
            delimiter: format!("\r\n--{boundary}").into_bytes(),
            ended: false,
            open: true,
        })
    }

    async fn more(&mut self) -> Result<bool> {
        if self.ended {
            return Ok(false);
        }
        match body::next(&mut self.payload).await? {
            Some(piece) => self.buffer.extend_from_slice(&piece),
            None => self.ended = true,
        }
        Ok(!self.ended)
    }

    /// The next part; what was left of the one before is passed over.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the body is malformed, stalls or breaks off.
    pub async fn part(&mut self) -> Result<Option<Part>> {
        while self.open {
            if self.chunk().await?.is_none() {
                break;
            }
        }
        while self.buffer.len() < 2 {
            if !self.more().await? {
                return Err(malformed());
            }
        }
        if self.buffer.starts_with(b"--") {
            return Ok(None);
        }
        let end = loop {
            if let Some(end) = memchr::memmem::find(&self.buffer, b"\r\n\r\n") {
                break end;
            }
            if self.buffer.len() > HEAD || !self.more().await? {
                return Err(malformed());
            }
        };
        let head = self.buffer.split_to(end + 4);
        self.open = true;
        part(&String::from_utf8_lossy(&head)).map(Some).ok_or_else(malformed)
    }

    /// The next piece of the open part; none at its end.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the body stalls or breaks off.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>> {
        if !self.open {
            return Ok(None);
        }
        loop {
            if let Some(at) = memchr::memmem::find(&self.buffer, &self.delimiter) {
                if at > 0 {
                    return Ok(Some(self.buffer.split_to(at).freeze()));
                }
                let _ = self.buffer.split_to(self.delimiter.len());
                self.open = false;
                return Ok(None);
            }
            // The end of the buffer may be the beginning of the delimiter.
            let sure = self.buffer.len().saturating_sub(self.delimiter.len() - 1);
            if sure > 0 {
                return Ok(Some(self.buffer.split_to(sure).freeze()));
            }
            if !self.more().await? {
                return Err(malformed());
            }
        }
    }

    /// The open part whole, as text.
    ///
    /// # Errors
    /// [`Error::TooLarge`] above a megabyte.
    pub async fn text(&mut self) -> Result<String> {
        let mut whole = Vec::new();
        while let Some(piece) = self.chunk().await? {
            if whole.len() + piece.len() > FIELD {
                return Err(Error::TooLarge(FIELD as u64));
            }
            whole.extend_from_slice(&piece);
        }
        Ok(String::from_utf8_lossy(&whole).into_owned())
    }
}

fn boundary(kind: &str) -> Option<String> {
    let (media_type, params) = kind.split_once(';')?;
    if !media_type.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let value = params.split(';').find_map(|param| param.trim().strip_prefix("boundary="))?;
    let value = value.trim_matches('"');
    (1..=70).contains(&value.len()).then(|| value.to_owned())
}

fn part(head: &str) -> Option<Part> {
    let line = head.lines().find(|line| line.to_ascii_lowercase().starts_with("content-disposition:"))?;
    Some(Part { name: quoted(line, "; name=\"")?, file_name: quoted(line, "; filename=\"") })
}

/// What stands between quotation marks; browsers write a quotation mark inside as `%22`.
fn quoted(line: &str, begin: &str) -> Option<String> {
    let rest = line.split_once(begin)?.1;
    let name = rest.split('"').next()?.replace("%22", "\"");
    Some(name.chars().filter(|c| !c.is_control()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_read() {
        assert_eq!(boundary("multipart/form-data; boundary=\"ab c\"").as_deref(), Some("ab c"));
        assert_eq!(boundary("text/plain; boundary=x"), None);
        let found = part(
            "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"话务 %221%22.csv\"\r\nContent-Type: text/csv\r\n\r\n",
        );
        assert_eq!(found, Some(Part { name: "file".into(), file_name: Some("话务 \"1\".csv".into()) }));
    }
}
