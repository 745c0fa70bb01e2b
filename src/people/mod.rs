//! People: users, granted roles with dates, sign-in, sessions, API tokens (ISO 9001 5.3, 7.2).
//!
//! Invariants: a user id is never reused; secrets live in bookkeeping tables only and reach no event; a session ends for good by its
//! row; administrators hold no approval rights for being administrators; the last running administrator cannot be taken away.

mod model;
mod pages_account;
mod pages_people;
mod pages_rights;
mod pages_sign_in;
mod password;
mod service;
mod session;
mod store;
mod throttle;
mod token;

use crate::web::{Access, Routes};

pub use model::{GrantRow, NewGrant, NewToken, NewUser, Person, TokenRow, User};
pub use password::{hash as hash_password, problem as password_problem};
pub use service::{
    bootstrap, create, deactivate, directory, figures, find, find_by_login, grant, grants_of, holders, names, problems_of,
    revoke_grant, running_roles, set_locale, set_password,
};
pub use session::{SignedIn, end_session, identify, prove, sessions_of, sign_in, sign_in_as, touch};
pub use store::FACTS;
pub use throttle::spend as spend_guess;
pub use token::{create_token, revoke_token, tokens_of};

/// The routes of this slice.
pub fn routes(routes: &mut Routes) {
    use crate::actor::Permission::{ManagePeople, ReadLedger};
    routes.get("/sign-in", Access::Public, pages_sign_in::show);
    routes.post("/sign-in", Access::Public, pages_sign_in::enter);
    routes.post("/sign-in/demo", Access::Public, pages_sign_in::enter_demo);
    routes.post("/sign-out", Access::Public, pages_sign_in::leave);
    routes.get("/preferences", Access::SignedIn, pages_sign_in::preferences);
    routes.post("/preferences", Access::Public, pages_sign_in::prefer);
    routes.get("/account", Access::SignedIn, pages_account::show);
    routes.post("/account/password", Access::SignedIn, pages_account::change_password);
    routes.post("/account/sessions/{id}/end", Access::SignedIn, pages_account::end_session);
    routes.post("/account/tokens", Access::SignedIn, pages_account::create_token);
    routes.post("/account/tokens/{id}/revoke", Access::SignedIn, pages_account::revoke_token);
    routes.get("/rights", Access::May(ReadLedger), pages_rights::show);
    routes.get("/people", Access::May(ManagePeople), pages_people::list);
    routes.get("/people/new", Access::May(ManagePeople), pages_people::new);
    routes.post("/people", Access::May(ManagePeople), pages_people::create);
    routes.get("/people/{id}", Access::May(ManagePeople), pages_people::show);
    routes.post("/people/{id}/grants", Access::May(ManagePeople), pages_people::grant);
    routes.post("/people/{id}/grants/{grant}/revoke", Access::May(ManagePeople), pages_people::revoke);
    routes.post("/people/{id}/password", Access::May(ManagePeople), pages_people::set_password);
    routes.post("/people/{id}/active", Access::May(ManagePeople), pages_people::set_active);
}
