//! Set-up: from an empty database to an organisation with its first administrator, behind a one-time code that the console prints.
//!
//! Invariants: the code is asked for even from loopback (a proxy makes everybody look local), counted with all other guesses, stored as a
//! hash, good for a day and until the next start, forgotten once used; there is no default password; everything is created in one write, once; afterwards
//! the pages are gone.

mod code;
mod create;
mod pages;
mod starter;

pub use code::issue;
pub use create::{NewInstallation, Starter, create};
pub(crate) use starter::units as shipped_units;

use crate::web::{Access, Routes};

/// The routes of set-up.
pub fn routes(routes: &mut Routes) {
    routes.get("/setup", Access::Public, pages::show);
    routes.post("/setup/code", Access::Public, pages::enter_code);
    routes.post("/setup", Access::Public, pages::create);
}
