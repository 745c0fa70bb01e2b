//! `/kpis/import`: a call log through the browser. The file streams from the body into the reader and the evidence folder in one pass; who
//! may not import is told so before a byte of it is read.

use std::io;

use actix_web::HttpRequest;
use actix_web::web::{Bytes, Payload};
use serde_json::json;
use tokio::sync::mpsc;

use super::multipart::Multipart;
use crate::actor::Permission;
use crate::error::{Error, Problem, Result};
use crate::kpi::pack::MAPPING_EXAMPLE;
use crate::kpi::{self, Import, Imported};
use crate::text::Lang;

use crate::web::{Area, Flash, Form, PageResult, Reading, View, Visit, block, escape};

/// Pieces of the file that wait for the reader.
const WAITING: usize = 16;

/// The form, with the mapping of the last import.
pub(crate) async fn form(visit: Visit) -> PageResult {
    visit
        .page("kpis/import.html", move |r| {
            r.actor.see(Permission::ImportKpis)?;
            let view = view(r, None)?;
            Ok(View::new(Area::Kpis, r.t("kpis-import"), view))
        })
        .await
}

/// Takes the file in.
pub(crate) async fn send(visit: Visit, request: HttpRequest, payload: Payload) -> PageResult {
    let actor = visit
        .read(|r| {
            r.actor.require(Permission::ImportKpis)?;
            Ok(r.actor.clone())
        })
        .await?;
    let mut body = Multipart::of(&request, payload.into_inner())?;
    let (form, file_name) = fields(&mut body).await?;
    visit.check_csrf(&form)?;
    let (ledger, dir) = (visit.site.ledger.clone(), visit.site.config.evidence_dir());
    let import = asked(&form, file_name.clone().unwrap_or_default());
    let (sender, reader) = pipe();
    let work = block(move || match file_name {
        Some(_) => kpi::import(&ledger, &dir, &actor, &import, reader),
        None => Err(Error::field("file", "required")),
    });
    let (sent, done) = futures_util::future::join(feed(&mut body, sender), work).await;
    match (sent, done) {
        (Err(stalled), Err(_)) => Err(stalled.into()),
        (_, Ok(done)) => Ok(finished(&visit, &done)),
        (_, Err(error @ (Error::Invalid(_) | Error::Conflict(_)))) => refused(visit, form, error).await,
        (_, Err(error)) => Err(error.into()),
    }
}

fn finished(visit: &Visit, done: &Imported) -> actix_web::HttpResponse {
    let number = done.batch().number.to_string();
    let key = match done {
        Imported::New { .. } => "kpis-imported",
        Imported::Identical(_) => "kpis-identical",
    };
    visit.see_other(&format!("/kpis/batches/{number}"), Flash::ok_with(key, &number))
}

async fn refused(visit: Visit, form: Form, error: Error) -> PageResult {
    let status = error.status();
    visit
        .page("kpis/import.html", move |r| {
            let view = view(r, Some((&form, &error)))?;
            Ok(View::new(Area::Kpis, r.t("kpis-import"), view).status(status))
        })
        .await
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

fn asked(form: &Form, file_name: String) -> Import {
    Import {
        mapping: form.get("mapping").unwrap_or_default().to_owned(),
        centre: form.get("centre").map(str::to_owned),
        file_name,
        replace: form.get("replace").is_some(),
    }
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

/// Sends the open part to the reader. A reader that has given up is fed no more, but the body is read to its end, so that the browser
/// sees the answer.
async fn feed(body: &mut Multipart, sender: mpsc::Sender<Piece>) -> Result<()> {
    while let Some(piece) = body.chunk().await? {
        drop(sender.send(Piece::Data(piece)).await);
    }
    drop(sender.send(Piece::End).await);
    Ok(())
}

fn view(r: &mut Reading<'_>, refused: Option<(&Form, &Error)>) -> Result<serde_json::Value> {
    let centres: Vec<_> = kpi::centres(r.conn, &r.actor)?
        .into_iter()
        .filter(|centre| centre.active && r.actor.may_at(Permission::ImportKpis, &centre.id))
        .map(|centre| json!({"value": centre.code, "label": format!("{} {}", centre.code, centre.name(r.lang))}))
        .collect();
    let mapping = match refused {
        Some((form, _)) => form.get("mapping").unwrap_or_default().to_owned(),
        None => kpi::last_mapping(r.conn)?.unwrap_or_else(|| MAPPING_EXAMPLE.to_owned()),
    };
    let told = refused.map(|(_, error)| error.problems().iter().map(|problem| told(problem, r.lang)).collect::<Vec<_>>());
    let owned = refused.is_some_and(|(_, error)| matches!(error, Error::Conflict(_)));
    let mut form = super::form_view(refused, r.lang);
    if let Some(values) = form.get_mut("values").and_then(|values| values.as_object_mut()) {
        values.insert("mapping".into(), mapping.into());
    }
    Ok(json!({"centres": centres, "form": form, "problems": told.unwrap_or_default(), "owned": owned, "example": MAPPING_EXAMPLE}))
}

fn told(problem: &Problem, lang: Lang) -> serde_json::Value {
    json!({"file": problem.field, "text": problem.message(lang)})
}
