//! My work: what waits for me, gathered from the slices.

use chrono::NaiveDate;

use crate::actor::Actor;
use crate::db::Conn;
use crate::error::Result;
use crate::web::Routes;

/// The routes of My work.
pub fn routes(_: &mut Routes<'_>) {}

/// Open items beside the areas.
///
/// # Errors
/// When the database refuses.
pub fn counts(_: &mut Conn, _: &Actor, _: NaiveDate) -> Result<Vec<(&'static str, i64)>> {
    Ok(Vec::new())
}
