//! A call log on its way in: a body of several parts whose file streams into the reader and the evidence folder in one pass. Page and API
//! take it in alike; both admit the sender before a byte of it is read.

use std::io;
use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::web::{Bytes, Payload};
use tokio::sync::mpsc;

use crate::actor::Actor;
use crate::error::{Error, Result};
use crate::kpi::{self, Import, Imported, RowErrors};
use crate::ledger::Once;
use crate::web::{Form, Multipart, Site, block, escape};

/// Pieces of the file that wait for the reader.
const WAITING: usize = 16;
/// Largest file, in bytes: ten million calls are about one gigabyte.
const LARGEST: u64 = 4 << 30;

/// An upload whose fields were read; its file is the open part.
pub(in crate::kpi) struct Upload {
    /// The fields before the file.
    pub(in crate::kpi) form: Form,
    file_name: Option<String>,
    body: Multipart,
}

impl Upload {
    /// Reads up to the file.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it is no upload, stalls or breaks off.
    pub(in crate::kpi) async fn open(request: &HttpRequest, payload: Payload) -> Result<Self> {
        let mut body = Multipart::of(request, payload.into_inner())?;
        let (form, file_name) = fields(&mut body).await?;
        Ok(Self { form, file_name, body })
    }

    /// What makes two uploads the same, beside the file itself.
    pub(in crate::kpi) fn parts(&self) -> [&[u8]; 6] {
        let text = |name: &str| self.form.get(name).unwrap_or_default().as_bytes();
        [
            text("mapping"),
            text("centre"),
            text("replace"),
            text("valid_only"),
            text("as_of"),
            self.file_name.as_deref().unwrap_or_default().as_bytes(),
        ]
    }

    /// Takes the file in.
    ///
    /// # Errors
    /// As [`kpi::import`]; [`Error::TooLarge`]; [`Error::Invalid`] without a file.
    pub(in crate::kpi) async fn import(&mut self, site: &Site, actor: Arc<Actor>, once: Option<Once>) -> Result<Imported> {
        let (ledger, dir) = (site.ledger.clone(), site.config.evidence_dir());
        let (import, named) = (self.asked()?, self.file_name.is_some());
        let (sender, reader) = pipe();
        let work = block(move || {
            if !named {
                return Err(Error::field("file", "required"));
            }
            kpi::import_once(&ledger, &dir, &actor, &import, once.as_ref(), reader)
        });
        match futures_util::future::join(feed(&mut self.body, sender), work).await {
            (Err(broken), Err(_)) => Err(broken),
            (_, done) => done,
        }
    }

    fn asked(&self) -> Result<Import> {
        let yes = |name: &str| self.form.get(name).is_some_and(|text| !matches!(text, "false" | "0" | "no"));
        let day = |text: &str| text.parse().map_err(|_| Error::field("as_of", "kpi-as-of"));
        Ok(Import {
            mapping: self.form.get("mapping").unwrap_or_default().to_owned(),
            centre: self.form.get("centre").map(str::to_owned),
            file_name: self.file_name.clone().unwrap_or_default(),
            replace: yes("replace"),
            row_errors: if yes("valid_only") { RowErrors::LeaveOut } else { RowErrors::Refuse },
            as_of: self.form.get("as_of").map(day).transpose()?,
        })
    }
}

/// The fields before the file, and the file's name; the file's content is the open part.
async fn fields(body: &mut Multipart) -> Result<(Form, Option<String>)> {
    let mut pairs = Vec::new();
    let mut file_name = None;
    while let Some(part) = body.part().await? {
        if part.name == "file" {
            file_name = part.file_name.filter(|name| !name.is_empty()).map(|name| last_part(&name));
            break;
        }
        let text = body.text().await?;
        // A mapping chosen as a file goes before the one typed.
        let name = if part.name == "mapping_file" { "mapping" } else { &part.name };
        pairs.push(format!("{}={}", escape(name), escape(text.trim_start_matches('\u{feff}'))));
    }
    let filled: Vec<String> = pairs.into_iter().filter(|pair| !pair.ends_with('=')).collect();
    Ok((Form::parse(filled.join("&").as_bytes()), file_name))
}

/// Some browsers send the whole path.
fn last_part(name: &str) -> String {
    name.rsplit(['/', '\\']).next().unwrap_or(name).to_owned()
}

enum Piece {
    Data(Bytes),
    End,
}

/// What the reader's thread reads from.
struct Pipe {
    pieces: mpsc::Receiver<Piece>,
    now: Bytes,
    ended: bool,
}

fn pipe() -> (mpsc::Sender<Piece>, Pipe) {
    let (sender, pieces) = mpsc::channel(WAITING);
    (sender, Pipe { pieces, now: Bytes::new(), ended: false })
}

impl io::Read for Pipe {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.now.is_empty() && !self.ended {
            match self.pieces.blocking_recv() {
                Some(Piece::Data(piece)) => self.now = piece,
                Some(Piece::End) => self.ended = true,
                // Dropped before its end: the upload broke off.
                None => return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the upload broke off")),
            }
        }
        let n = self.now.len().min(into.len());
        if let (Some(to), piece) = (into.get_mut(..n), self.now.split_to(n)) {
            to.copy_from_slice(&piece);
        }
        Ok(n)
    }
}

/// Sends the open part to the reader. A reader that has given up is fed no more, but the body is read to its end, so that the sender
/// sees the answer.
async fn feed(body: &mut Multipart, sender: mpsc::Sender<Piece>) -> Result<()> {
    let mut size = 0;
    while let Some(piece) = body.chunk().await? {
        size += piece.len() as u64;
        if size > LARGEST {
            return Err(Error::TooLarge(LARGEST));
        }
        drop(sender.send(Piece::Data(piece)).await);
    }
    drop(sender.send(Piece::End).await);
    Ok(())
}
