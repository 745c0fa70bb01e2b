//! The organisation: its name and zone, units, customer-service centres with their type, numbering schemes (ISO 9001 4.4, 5.3).
//!
//! Invariants: there is one organisation; a centre keeps its code for good and is switched off, never deleted.

mod model;
mod service;
mod store;

pub use model::{Centre, CentreType, NewCentre, NewOrganisation, NewUnit, Organisation, Scheme, Unit};
pub use service::{
    centre, centre_by_code, centres, change_centre, change_scheme, create_centre, create_unit, get, scheme, schemes, set_up, shell, units, zone_of,
};
pub use store::{FACTS, next_serial, setting, set_setting};

/// The routes of this slice.
pub fn routes(_: &mut crate::web::Routes<'_>) {}
