//! A call log on its way in: a body of several parts whose file streams into the reader and the evidence folder in one pass. Page and API
//! take it in alike; both admit the sender before a byte of it is read.

use std::io::{self, Read};
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::HttpRequest;
use actix_web::web::{Bytes, Payload};
use tokio::sync::mpsc;

use crate::actor::Actor;
use crate::config::Uploads;
use crate::error::{Error, Problem, Result};
use crate::kpi::mapping::SourceKind;
use crate::kpi::{self, Import, Imported, NewStaged, RowErrors};
use crate::ledger::Once;
use crate::web::{Form, Multipart, Site, block, escape};

/// Pieces of the file that wait for the reader.
const WAITING: usize = 16;

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
    pub(in crate::kpi) fn parts(&self) -> [&[u8]; 7] {
        let text = |name: &str| self.form.get(name).unwrap_or_default().as_bytes();
        [
            text("mapping"),
            text("centre"),
            text("replace"),
            text("valid_only"),
            text("as_of"),
            text("supplements"),
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
        let import = move |reader: Box<dyn Read + Send>| {
            if !named {
                return Err(Error::field("file", "required"));
            }
            kpi::import_once(&ledger, &dir, &actor, &import, once.as_ref(), reader)
        };
        self.through(site.config.uploads, import).await
    }

    /// The file as it is put aside under a name, to be looked at before it is imported.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a batch that is no number.
    pub(in crate::kpi) fn to_stage(&self, file_name: &str) -> Result<NewStaged> {
        let text = |name: &str| self.form.get(name).map(str::to_owned);
        let supplements = self.supplements()?;
        // The batch that is completed says what kind of source it is.
        let kind = text("kind").or(supplements.map(|_| SourceKind::Interactions.as_str().to_owned()));
        Ok(NewStaged {
            file_name: file_name.to_owned(),
            kind: kind.unwrap_or_default(),
            centre: text("centre"),
            supplements,
            once: None,
        })
    }

    fn supplements(&self) -> Result<Option<i64>> {
        let number = |text: &str| text.parse().map_err(|_| Error::field("supplements", "kpi-batch-number"));
        self.form.get("supplements").map(number).transpose()
    }

    /// The name of the file, if there is one.
    pub(in crate::kpi) fn file_name(&self) -> Option<&str> {
        self.file_name.as_deref()
    }

    /// Hands the file to work that reads it while it comes.
    ///
    /// # Errors
    /// What the work says; [`Error::TooLarge`]; [`Error::Invalid`] for a body that stalls, drips or breaks off.
    pub(in crate::kpi) async fn through<T, F>(&mut self, rule: Uploads, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(Box<dyn Read + Send>) -> Result<T> + Send + 'static,
    {
        let (sender, reader) = pipe();
        let work = block(move || work(Box::new(reader)));
        match futures_util::future::join(feed(&mut self.body, sender, rule), work).await {
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
            replaces: None,
            row_errors: if yes("valid_only") { RowErrors::LeaveOut } else { RowErrors::Refuse },
            as_of: self.form.get("as_of").map(day).transpose()?,
            supplements: self.supplements()?,
            header: None,
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
async fn feed(body: &mut Multipart, sender: mpsc::Sender<Piece>, rule: Uploads) -> Result<()> {
    let (mut size, mut pace) = (0, Pace::new(rule));
    loop {
        let asked = Instant::now();
        let Some(piece) = body.chunk().await? else { break };
        pace.waited(asked.elapsed(), piece.len())?;
        size += piece.len() as u64;
        if size > rule.largest {
            return Err(Error::TooLarge(rule.largest));
        }
        drop(sender.send(Piece::Data(piece)).await);
    }
    drop(sender.send(Piece::End).await);
    Ok(())
}

/// How fast a file comes. Only the time that we waited for its sender counts.
struct Pace {
    rule: Uploads,
    waited: Duration,
    bytes: u64,
    first: bool,
}

impl Pace {
    fn new(rule: Uploads) -> Self {
        Self { rule, waited: Duration::ZERO, bytes: 0, first: true }
    }

    /// Notes a piece. A stretch that brought too little is the end.
    fn waited(&mut self, time: Duration, bytes: usize) -> Result<()> {
        self.waited += time;
        self.bytes += bytes as u64;
        if self.waited < self.rule.patience {
            return Ok(());
        }
        let wanted = u128::from(self.rule.slowest) * self.waited.as_millis() / 1000;
        if !self.first && u128::from(self.bytes) < wanted {
            let problem = Problem::field("file", "kpi-upload-slow").with("rate", self.rule.slowest >> 10);
            return Err(Error::Invalid(vec![problem.with("seconds", self.rule.patience.as_secs())]));
        }
        (self.waited, self.bytes, self.first) = (Duration::ZERO, 0, false);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(count: u64) -> Duration {
        Duration::from_secs(count)
    }

    #[test]
    fn a_sender_that_drips_is_cut_after_the_second_stretch() {
        let mut pace = Pace::new(Uploads::default());
        for _ in 0..59 {
            pace.waited(seconds(1), 10).unwrap();
        }
        let error = pace.waited(seconds(1), 10).unwrap_err();
        assert_eq!(error.problems()[0].code, "kpi-upload-slow");
        assert_eq!(error.problems()[0].params, [("rate".to_owned(), "16".to_owned()), ("seconds".to_owned(), "30".to_owned())]);
    }

    #[test]
    fn a_slow_start_and_a_fair_pace_are_fine() {
        let mut pace = Pace::new(Uploads::default());
        pace.waited(seconds(45), 1).unwrap();
        for _ in 0..600 {
            pace.waited(seconds(1), 16 << 10).unwrap();
        }
        let mut any = Pace::new(Uploads { slowest: 0, ..Uploads::default() });
        for _ in 0..10 {
            any.waited(seconds(29), 1).unwrap();
        }
    }
}
