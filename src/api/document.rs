//! The OpenAPI 3.1 document: the parts of the slices, put together; who may call what comes from the list of routes, so that the two
//! cannot disagree.

use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::schema::Schema;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{Components, ContentBuilder, Info, License, OpenApi, OpenApiBuilder, Ref, RefOr, ResponseBuilder};

use crate::web::{Access, Endpoint};

/// Puts the parts together and adds to every operation who may call it and how it fails.
pub fn document(parts: Vec<OpenApi>, endpoints: &[Endpoint]) -> OpenApi {
    let mut info = Info::new("Cairn", env!("CARGO_PKG_VERSION"));
    info.description = Some(
        "Documents, records and KPIs of a quality system. Changes of what exists need If-Match with the ETag last seen; lists are paged \
         by `after` and `limit`; problems carry stable codes."
            .to_owned(),
    );
    let mut license = License::new("Apache-2.0");
    license.identifier = Some("Apache-2.0".to_owned());
    info.license = Some(license);
    let mut whole = parts.into_iter().fold(OpenApiBuilder::new().info(info).build(), OpenApi::merge_from);
    let components = whole.components.get_or_insert_with(Components::new);
    components.add_security_scheme("token", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
    components.schemas.values_mut().for_each(without_version);
    for endpoint in endpoints {
        let item = whole.paths.paths.get_mut(endpoint.path);
        if let Some(operation) = item.and_then(|item| operation(item, endpoint.method.as_str())) {
            guard(operation, endpoint.access);
        }
    }
    whole
}

/// The version that a command saw travels in `If-Match`, not in its body.
fn without_version(schema: &mut RefOr<Schema>) {
    if let RefOr::T(Schema::Object(object)) = schema {
        object.properties.remove("row_version");
        object.required.retain(|name| name != "row_version");
    }
}

fn operation<'a>(item: &'a mut PathItem, method: &str) -> Option<&'a mut Operation> {
    match method {
        "GET" => item.get.as_mut(),
        "POST" => item.post.as_mut(),
        "PUT" => item.put.as_mut(),
        "PATCH" => item.patch.as_mut(),
        "DELETE" => item.delete.as_mut(),
        _ => None,
    }
}

fn guard(operation: &mut Operation, access: Access) {
    let scopes: Vec<&str> = match access {
        Access::Public => return,
        Access::SignedIn => Vec::new(),
        Access::May(permission) | Access::Scope(permission) => vec![permission.as_str()],
    };
    operation.security = Some(vec![SecurityRequirement::new("token", scopes)]);
    let problem = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    let failed = ResponseBuilder::new().description("What went wrong").content("application/problem+json", problem).build();
    operation.responses.responses.insert("default".to_owned(), failed.into());
}
