//! The JSON toolkit.

use crate::web::Routes;

/// The routes of the API.
pub fn routes(_: &mut Routes<'_>) {}
