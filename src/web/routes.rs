//! Routes say who may come: mounting one and listing it are the same call, so `tests/access.rs` knows every route there is.

use actix_web::guard::fn_guard;
use actix_web::http::Method;
use actix_web::web::{self, ServiceConfig};
use actix_web::{Handler, Resource, Responder, Route, Scope};

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
#[derive(Default)]
pub struct Routes {
    listed: Vec<Endpoint>,
    routes: Vec<Route>,
}

impl Routes {
    /// Mounts what was listed on an application: one resource per path, under the first part of its address that all share. A request is
    /// compared with the addresses of its own part alone, and each worker keeps a pattern per path, not per method.
    pub fn mount(self, config: &mut ServiceConfig) {
        let mut parts: Vec<(&str, Vec<Mounted>)> = Vec::new();
        for (endpoint, route) in self.listed.iter().zip(self.routes) {
            let prefix = prefix(endpoint.path);
            let at = parts.iter().position(|part| part.0 == prefix).unwrap_or_else(|| {
                parts.push((prefix, Vec::new()));
                parts.len() - 1
            });
            let paths = &mut parts[at].1;
            match paths.iter_mut().find(|mounted| mounted.path == endpoint.path) {
                Some(mounted) => mounted.add(&endpoint.method, route),
                None => paths.push(Mounted::new(endpoint, route)),
            }
        }
        for (prefix, paths) in parts {
            let resources = paths.into_iter().map(|mounted| mounted.resource(prefix));
            if prefix.is_empty() {
                for resource in resources {
                    config.service(resource);
                }
            } else {
                config.service(resources.fold(web::scope(prefix), Scope::service));
            }
        }
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
        self.routes.push(web::method(method.clone()).to(handler));
        self.listed.push(Endpoint { method, path, access });
        self
    }
}

/// The routes of one path.
struct Mounted {
    path: &'static str,
    methods: Vec<Method>,
    routes: Vec<Route>,
}

impl Mounted {
    fn new(endpoint: &Endpoint, route: Route) -> Self {
        Self { path: endpoint.path, methods: vec![endpoint.method.clone()], routes: vec![route] }
    }

    fn add(&mut self, method: &Method, route: Route) {
        self.methods.push(method.clone());
        self.routes.push(route);
    }

    /// A path is there for its own methods only: others go on to the patterns after it, and are not found in the end.
    fn resource(self, prefix: &str) -> Resource {
        let methods = self.methods;
        let resource =
            Resource::new(&self.path[prefix.len()..]).guard(fn_guard(move |asked| methods.contains(&asked.head().method)));
        self.routes.into_iter().fold(resource, Resource::route)
    }
}

/// The first part of an address: `/d` of `/d/{code}`, `/api/v1/kpis` of `/api/v1/kpis/{code}`.
fn prefix(path: &str) -> &str {
    let parts = if path.starts_with("/api/v1/") { 3 } else { 1 };
    let end = path.match_indices('/').map(|found| found.0).chain([path.len()]).nth(parts).unwrap_or(path.len());
    let prefix = &path[..end];
    if prefix.contains('{') || prefix == "/" { "" } else { prefix }
}

#[cfg(test)]
mod tests {
    use super::prefix;

    #[test]
    fn addresses_are_parted_by_their_first_word() {
        let cases = [("/d", "/d"), ("/d/{code}", "/d"), ("/", ""), ("/{code}", ""), ("/assets/{path:.*}", "/assets")];
        for (path, expected) in cases.into_iter().chain([("/api/v1/kpis/{code}", "/api/v1/kpis"), ("/api/v1/me", "/api/v1/me")]) {
            assert_eq!(prefix(path), expected, "{path}");
        }
    }
}
