//! Actors of the tests.

use std::sync::Arc;

use cairn::actor::{Actor, Grant, Role, Who};
use cairn::people::{self, NewGrant, NewUser, User};

use super::TestApp;
use super::http::Visitor;

/// A grant for the whole organisation.
pub fn grant(role: Role) -> NewGrant {
    NewGrant { role, centre_id: None, starts_on: None, ends_on: None }
}

impl TestApp {
    /// Creates the organisation, once per test that needs it.
    pub fn organisation(&self) {
        let command = cairn::organisation::NewOrganisation {
            code: "YL".into(),
            name: "远岚速运".into(),
            name_en: Some("Yuanlan Express".into()),
            zone: "Asia/Shanghai".into(),
            demo: false,
        };
        self.ledger().write(&self.system(), move |tx| cairn::organisation::set_up(tx, &command)).unwrap();
    }

    /// Creates a person with roles.
    pub fn user(&self, login: &str, roles: &[Role]) -> User {
        let command = NewUser { login: login.into(), name: format!("{login} 王"), post: "职员".into(), ..NewUser::default() };
        let roles: Vec<NewGrant> = roles.iter().map(|role| grant(*role)).collect();
        let today = super::start().date_naive();
        self.ledger().write(&self.system(), move |tx| people::bootstrap(tx, &command, None, &roles, today)).unwrap()
    }

    /// The actor that services see, without a session.
    pub fn actor(&self, user: &User, roles: &[Role]) -> Arc<Actor> {
        let starts_on = super::start().date_naive();
        let grants = roles.iter().map(|role| Grant { role: *role, centre: None, starts_on, ends_on: None }).collect();
        Arc::new(Actor { who: Who::Person, id: user.id.clone(), name: user.name.clone(), grants, request_id: None })
    }

    /// A person with roles, signed in with a session.
    pub fn signed_in(&self, login: &str, roles: &[Role]) -> Visitor<'_> {
        self.user(login, roles);
        self.sign_in(login)
    }

    /// Signs an existing person in.
    pub fn sign_in(&self, login: &str) -> Visitor<'_> {
        let begun = people::sign_in_as(self.ledger(), login, "127.0.0.1", "test").unwrap();
        Visitor::with_session(self, &begun)
    }

    /// A browser with a session that has begun.
    pub fn session(&self, begun: &cairn::people::SignedIn) -> Visitor<'_> {
        Visitor::with_session(self, begun)
    }

    /// Nobody.
    pub fn nobody(&self) -> Visitor<'_> {
        Visitor::new(self)
    }
}
