//! Routes say who may come: mounting one and listing it are the same call, so `tests/access.rs` knows every route there is.

use actix_web::http::Method;
use actix_web::web::{self, ServiceConfig};
use actix_web::{Handler, Responder};

use crate::actor::Permission;

/// Who may use a route. The service checks; this is what the access test expects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody.
    Public,
    /// Anybody signed in; object rules decide further.
    SignedIn,
    /// Whoever holds the permission; others get 404 on reading, 403 on changing.
    May(Permission),
    /// A token with this scope.
    Scope(Permission),
}

/// One route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Method.
    pub method: Method,
    /// Path pattern.
    pub path: &'static str,
    /// Who may.
    pub access: Access,
}

/// Where slices mount their routes.
pub struct Routes<'a> {
    config: Option<&'a mut ServiceConfig>,
    listed: Vec<Endpoint>,
}

impl<'a> Routes<'a> {
    /// Mounts on an application.
    pub fn mount(config: &'a mut ServiceConfig) -> Self {
        Self { config: Some(config), listed: Vec::new() }
    }

    /// Only lists.
    pub fn list() -> Routes<'static> {
        Routes { config: None, listed: Vec::new() }
    }

    /// What was mounted.
    pub fn endpoints(self) -> Vec<Endpoint> {
        self.listed
    }

    /// A page or resource.
    pub fn get<F, Args>(&mut self, path: &'static str, access: Access, handler: F) -> &mut Self
    where
        F: Handler<Args>,
        Args: actix_web::FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.route(Method::GET, path, access, handler)
    }

    /// A change.
    pub fn post<F, Args>(&mut self, path: &'static str, access: Access, handler: F) -> &mut Self
    where
        F: Handler<Args>,
        Args: actix_web::FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.route(Method::POST, path, access, handler)
    }

    /// Any method.
    pub fn route<F, Args>(&mut self, method: Method, path: &'static str, access: Access, handler: F) -> &mut Self
    where
        F: Handler<Args>,
        Args: actix_web::FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        if let Some(config) = self.config.as_deref_mut() {
            config.route(path, web::method(method.clone()).to(handler));
        }
        self.listed.push(Endpoint { method, path, access });
        self
    }
}
