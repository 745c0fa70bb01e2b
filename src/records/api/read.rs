//! Reading records as JSON.

use actix_web::{HttpResponse, web};
use chrono::NaiveDate;

use super::super::{Filter, State, service};
use super::view::{RecordLine, RecordView};
use crate::actor::{Actor, Permission};
use crate::api::{ApiResult, ApiVisit, Page, tagged};
use crate::error::{Error, Problem, Result};
use crate::web::Reading;
use crate::{forms, history, organisation};

/// A token without a scope for records does not even show its person's own.
fn admit(actor: &Actor) -> Result<()> {
    if actor.may(Permission::FillRecords) { Ok(()) } else { actor.see(Permission::ReadRecords) }
}

/// The register of a form, newest first: what this person may see of it.
#[utoipa::path(get, path = "/api/v1/records", tag = "records",
    params(
        ("form" = String, Query, description = "Code of the form"),
        ("centre" = Option<String>, Query, description = "Code of the centre"),
        ("state" = Option<String>, Query, description = "`draft` or `submitted`"),
        ("from" = Option<NaiveDate>, Query, description = "Submitted (drafts: begun) on this day or later"),
        ("to" = Option<NaiveDate>, Query, description = "Submitted (drafts: begun) on this day or earlier"),
        ("query" = Option<String>, Query, description = "Words in number, author or values"),
        ("after" = Option<String>, Query, description = "`next` of the page before"),
        ("limit" = Option<i64>, Query, description = "Rows at most, 1 to 200")
    ),
    responses((status = 200, body = Page<RecordLine>)))]
pub(super) async fn list(visit: ApiVisit) -> ApiResult {
    visit.read(|r| admit(&r.actor)).await?;
    let (paging, asked) = (visit.paging()?, Asked::of(&visit)?);
    let page = visit
        .read(move |r| {
            let form = forms::known(r.conn, &asked.form)?;
            let centres = organisation::centres(r.conn)?;
            let mut filter = asked.filter(r, &centres)?;
            filter.form_id.clone_from(&form.document_id);
            filter.before = Some(paging.after.clone()).filter(|after| !after.is_empty());
            let records = service::list(r.conn, &r.actor, &filter, paging.wanted())?;
            let page = paging.page(records, |record| record.id.clone());
            let items: Result<Vec<RecordLine>> = page.items.iter().map(|record| RecordLine::of(record, &centres)).collect();
            Ok(Page { items: items?, next: page.next })
        })
        .await?;
    Ok(HttpResponse::Ok().json(page))
}

/// What a list is asked for.
struct Asked {
    form: String,
    centre: Option<String>,
    state: Option<State>,
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
    text: Option<String>,
}

fn bad(name: &str, value: &str) -> Error {
    Error::Invalid(vec![Problem::field(name, "bad-parameter").with("value", value)])
}

impl Asked {
    fn of(visit: &ApiVisit) -> Result<Self> {
        let state = visit.param::<String>("state")?;
        Ok(Self {
            form: visit.param("form")?.ok_or_else(|| Error::field("form", "required"))?,
            centre: visit.param("centre")?,
            state: state.map(|name| State::parse(&name).ok_or_else(|| bad("state", &name))).transpose()?,
            from: visit.param("from")?,
            to: visit.param("to")?,
            text: visit.param("query")?,
        })
    }

    fn filter(&self, r: &Reading<'_>, centres: &[organisation::Centre]) -> Result<Filter> {
        let centre = self.centre.as_deref().map(|code| {
            let found = centres.iter().find(|centre| centre.code == code);
            found.map(|centre| centre.id.clone()).ok_or_else(|| bad("centre", code))
        });
        let zone = r.shell.zone;
        Ok(Filter {
            state: self.state,
            centre_id: centre.transpose()?,
            from: self.from.map(|day| history::begins(day, zone)),
            until: self.to.and_then(|day| day.succ_opt()).map(|day| history::begins(day, zone)),
            text: self.text.clone(),
            ..Filter::default()
        })
    }
}

/// A record with its values.
#[utoipa::path(get, path = "/api/v1/records/{id}", tag = "records", params(("id" = String, Path, description = "Id of the record")),
    responses((status = 200, body = RecordView)))]
pub(super) async fn record(visit: ApiVisit, id: web::Path<String>) -> ApiResult {
    let (tag, view) = visit
        .read(move |r| {
            admit(&r.actor)?;
            let record = service::get(r.conn, &r.actor, &id)?;
            Ok((record.row_version, RecordView::load(r.conn, &record)?))
        })
        .await?;
    Ok(tagged(tag, &view))
}
