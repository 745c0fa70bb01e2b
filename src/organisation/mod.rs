//! The organisation: its name and zone, units, customer-service centres with their type, numbering schemes (ISO 9001 4.4, 5.3).
//!
//! Invariants: there is one organisation; a centre keeps its code for good and is switched off, never deleted.

mod model;
mod pages;
mod service;
mod store;

use crate::actor::Permission;
use crate::web::{Access, Routes};

pub use model::{Centre, CentreType, ChangeOrganisation, NewCentre, NewOrganisation, NewUnit, Organisation, Scheme, Unit};
pub use service::{
    centre, centre_by_code, centres, change, change_centre, change_scheme, common_zones, create_centre, create_unit, get,
    problems_of, scheme, schemes, set_up, shell, today, units, zone_of,
};
pub use store::{FACTS, clear_setting, next_serial, set_setting, setting};

/// The routes of this slice.
pub fn routes(routes: &mut Routes) {
    let access = Access::May(Permission::ManageOrganisation);
    routes.get("/organisation", access, pages::show);
    routes.post("/organisation", access, pages::change);
    routes.post("/organisation/units", access, pages::create_unit);
    routes.post("/organisation/schemes", access, pages::change_scheme);
    routes.get("/organisation/centres/new", access, pages::new_centre);
    routes.post("/organisation/centres", access, pages::create_centre);
    routes.get("/organisation/centres/{id}", access, pages::show_centre);
    routes.post("/organisation/centres/{id}", access, pages::change_centre);
}
