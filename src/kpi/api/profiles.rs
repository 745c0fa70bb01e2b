//! Profiles as JSON: how much families and KPIs count for a centre type, with all versions and where each number comes from.

use actix_web::{HttpResponse, web};
use serde::Serialize;

use crate::actor::Permission::ManageKpis;
use crate::api::{ApiResult, ApiVisit, JsonBody, Page, Reply, tagged};
use crate::error::Error;
use crate::kpi::profile::Profile;
use crate::kpi::{self, ProfileBook, ProfileVersion, SaveProfile};
use crate::organisation::CentreType;

/// A profile in one version.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[schema(as = KpiProfileVersion)]
pub(crate) struct ProfileView {
    /// `cost_control`, `customer_experience` or `profit_creating`.
    pub(crate) centre_type: String,
    /// Version, from 1.
    pub(crate) version: i64,
    /// Weights with where they come from.
    #[serde(flatten)]
    pub(crate) profile: Profile,
}

impl ProfileView {
    fn of(centre_type: CentreType, version: &ProfileVersion) -> Self {
        Self { centre_type: centre_type.as_str().to_owned(), version: version.version, profile: (*version.profile).clone() }
    }

    /// All versions of a type, oldest first.
    pub(crate) fn all(book: &ProfileBook, centre_type: CentreType) -> Vec<Self> {
        book.versions(centre_type).iter().map(|version| Self::of(centre_type, version)).collect()
    }
}

/// The newest profile of each centre type.
#[utoipa::path(get, path = "/api/v1/kpi/profiles", tag = "kpis", responses((status = 200, body = Page<ProfileView>)))]
pub(crate) async fn list(visit: ApiVisit) -> ApiResult {
    let book = visit.read(|r| kpi::profiles(r.conn, &r.actor)).await?;
    let items: Vec<ProfileView> = CentreType::ALL.iter().filter_map(|of| ProfileView::all(&book, *of).pop()).collect();
    Ok(HttpResponse::Ok().json(Page { items, next: None }))
}

/// A profile with all its versions, oldest first; each counts for periods that end on its first day or later.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = KpiProfileHistory)]
pub(super) struct HistoryView {
    /// The newest version.
    current: ProfileView,
    /// All versions.
    versions: Vec<ProfileView>,
}

fn parsed(code: &str) -> Result<CentreType, Error> {
    CentreType::parse(code).ok_or(Error::NotFound)
}

/// A profile with its versions.
#[utoipa::path(get, path = "/api/v1/kpi/profiles/{type}", tag = "kpis", params(("type" = String, Path, description = "Centre type")),
    responses((status = 200, body = HistoryView)))]
pub(crate) async fn show(visit: ApiVisit, code: web::Path<String>) -> ApiResult {
    let book = visit.read(|r| kpi::profiles(r.conn, &r.actor)).await?;
    let versions = ProfileView::all(&book, parsed(&code)?);
    let current = versions.last().cloned().ok_or(Error::NotFound)?;
    Ok(tagged(current.version, &HistoryView { current, versions }))
}

/// Gives a centre type other weights from a day on; the versions before go on counting for periods that end before it.
#[utoipa::path(put, path = "/api/v1/kpi/profiles/{type}", tag = "kpis", request_body = SaveProfile,
    params(("type" = String, Path, description = "Centre type"), ("If-Match" = String, Header, description = "ETag of the profile as last seen")),
    responses((status = 200, body = ProfileView)))]
pub(crate) async fn change(visit: ApiVisit, code: web::Path<String>, body: JsonBody) -> ApiResult {
    visit.admit(Some(ManageKpis)).await?;
    let (centre_type, seen) = (parsed(&code)?, visit.seen_version()?);
    let command: SaveProfile = body.command()?;
    visit
        .change(&body, move |tx| {
            let saved = kpi::save_profile(tx, centre_type, seen, &command)?;
            Reply::changed(saved.version, &ProfileView::of(centre_type, &saved))
        })
        .await
}
