//! People: users, granted roles with dates, sign-in, sessions, API tokens (ISO 9001 5.3, 7.2).
//!
//! Invariants: a user id is never reused; secrets live in bookkeeping tables only and reach no event; a session ends for good by its
//! row; administrators hold no approval rights for being administrators; the last running administrator cannot be taken away.

mod model;
mod password;
mod service;
mod session;
mod store;
mod throttle;
mod token;

pub use model::{GrantRow, NewGrant, NewToken, NewUser, Person, TokenRow, User};
pub use password::hash as hash_password;
pub use service::{
    bootstrap, create, deactivate, directory, find, find_by_login, grant, grants_of, holders, names, revoke_grant, set_password,
};
pub use session::{SignedIn, end_session, identify, sessions_of, sign_in, sign_in_as, touch};
pub use store::FACTS;
pub use token::{create_token, revoke_token, tokens_of};

/// The routes of this slice.
pub fn routes(_: &mut crate::web::Routes<'_>) {}
