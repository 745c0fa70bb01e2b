//! A register as a file: CSV read and sent piece by piece, all of it, in memory that does not grow with it; or a workbook.

use actix_web::HttpResponse;
use actix_web::web::{Bytes, Data, Path, Query};
use chrono_tz::Tz;
use futures_util::stream;

use super::pages::{Params, centre_name, read};
use super::{Filter, Record, service};
use crate::actor::Actor;
use crate::error::{Error, Result};
use crate::forms::{self, Definition, Field, Kind};
use crate::organisation::{self, Centre};
use crate::text::{Lang, t};
use crate::web::sheet::{csv_head, csv_piece};
use crate::web::{Cell, PageError, Sheet, SheetFormat, Site, Visit, block, escape};

/// Records of one piece.
const PIECE: i64 = 500;

/// What is needed to go on with a file.
struct Export {
    site: Data<Site>,
    actor: std::sync::Arc<Actor>,
    filter: Filter,
    definition: Definition,
    centres: Vec<Centre>,
    lang: Lang,
    zone: Tz,
    begun: bool,
}

pub(super) async fn export(
    visit: Visit,
    path: Path<(String, SheetFormat)>,
    Query(asked): Query<Params>,
) -> std::result::Result<HttpResponse, PageError> {
    let (form, format) = path.into_inner();
    let (name, export) = visit
        .read(move |r| {
            let form = forms::known(r.conn, &form)?;
            let definition = form.definition()?;
            let centres = organisation::centres(r.conn)?;
            let (filter, problems) = read(&asked, &form, &definition, &centres, r);
            if !problems.is_empty() {
                return Err(Error::Invalid(problems));
            }
            let (site, actor, lang, zone) = (r.site.clone(), r.actor.clone(), r.lang, r.shell.zone);
            let export = Export { site, actor, filter, definition, centres, lang, zone, begun: false };
            Ok((form.code.replace(['/', ' '], "-"), export))
        })
        .await?;
    if format == SheetFormat::Xlsx {
        return Ok(block(move || workbook(name, export)?.file(SheetFormat::Xlsx)).await?.answer());
    }
    let name = format!("{name}.csv");
    // A piece that fails breaks the answer off, so that nobody takes half a register for the whole.
    let pieces = stream::try_unfold(export, |export| block(move || next(export)));
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header(("Content-Disposition", format!("attachment; filename*=UTF-8''{}", escape(&name))))
        .streaming(Box::pin(pieces)))
}

/// The next piece of the file; none after the last record.
fn next(mut export: Export) -> Result<Option<(Bytes, Export)>> {
    if !export.begun {
        export.begun = true;
        let head = csv_head(head(&export.definition, export.lang))?;
        return Ok(Some((head.into(), export)));
    }
    let site = export.site.clone();
    let records = site.ledger.db.read(|conn| service::list(conn, &export.actor, &export.filter, PIECE))?;
    let Some(last) = records.last() else { return Ok(None) };
    export.filter.before = Some(last.id.clone());
    let rows: Vec<Vec<String>> = records.iter().map(|record| export.cells(record)).collect::<Result<_>>()?;
    Ok(Some((csv_piece(&mut rows.into_iter())?.into(), export)))
}

/// All of it as a sheet, up to what a sheet holds.
fn workbook(name: String, mut export: Export) -> Result<Sheet> {
    let (head, mut rows) = (head(&export.definition, export.lang), Vec::new());
    let site = export.site.clone();
    while let records @ [.., last] =
        site.ledger.db.read(|conn| service::list(conn, &export.actor, &export.filter, PIECE))?.as_slice()
    {
        for record in records {
            rows.push(export.cells(record)?.into_iter().map(Cell::from).collect());
        }
        export.filter.before = Some(last.id.clone());
    }
    Ok(Sheet { name, head, rows })
}

fn head(definition: &Definition, lang: Lang) -> Vec<String> {
    let fixed = ["records-number", "records-state", "records-centre", "records-author", "records-at"];
    let mut cells: Vec<String> = fixed.iter().map(|key| t(lang, key, &[])).collect();
    cells.extend(definition.fields.iter().map(|field| field.label.get(lang).to_owned()));
    cells
}

impl Export {
    fn cells(&self, record: &Record) -> Result<Vec<String>> {
        let values = record.values()?;
        let at = record.submitted_at.unwrap_or(record.created_at).utc().with_timezone(&self.zone);
        let mut cells = vec![
            record.number.clone().unwrap_or_default(),
            t(self.lang, &format!("state-{}", record.state.as_str()), &[]),
            centre_name(record, &self.centres, self.lang),
            record.author_name.clone(),
            at.format("%Y-%m-%d %H:%M").to_string(),
        ];
        let plain = |field: &Field| match (field.kind, values.get(&field.id)) {
            // A rating stays a number, for sums and averages.
            (Kind::Rating, Some(value)) => value.to_string().trim_matches('"').to_owned(),
            (_, Some(value)) => field.show(value, self.lang),
            (_, None) => String::new(),
        };
        cells.extend(self.definition.fields.iter().map(plain));
        Ok(cells)
    }
}
