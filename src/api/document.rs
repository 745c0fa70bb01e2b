//! The OpenAPI 3.1 document: the parts of the slices, put together; who may call what comes from the list of routes, so that the two
//! cannot disagree.

use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{
    Components, ContentBuilder, HeaderBuilder, Info, License, OpenApi, OpenApiBuilder, Ref, RefOr, Required, ResponseBuilder,
};

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
            if endpoint.method == "POST" {
                once(operation);
            }
        }
    }
    tags(&mut whole);
    whole
}

/// What is changed by the ETag last seen tells it: where it is read, and in the answer to every change.
fn tags(whole: &mut OpenApi) {
    let matched = |operation: &Operation| operation.parameters.iter().flatten().filter_map(name).any(|name| name == "If-Match");
    let changes = |item: &PathItem| [&item.post, &item.put, &item.patch, &item.delete].into_iter().flatten().any(matched);
    let changed: Vec<String> = whole.paths.paths.iter().filter(|(_, item)| changes(item)).map(|(path, _)| path.clone()).collect();
    for (path, item) in &mut whole.paths.paths {
        let read = path.ends_with('}') && changed.iter().any(|change| change.strip_prefix(path.as_str()).is_some());
        item.get.as_mut().filter(|_| read).map(etag);
        let rest = [item.post.as_mut(), item.put.as_mut(), item.patch.as_mut(), item.delete.as_mut()];
        rest.into_iter().flatten().filter(|operation| matched(operation)).for_each(etag);
    }
}

fn etag(operation: &mut Operation) {
    for (_, response) in operation.responses.responses.iter_mut().filter(|(status, _)| status.starts_with('2')) {
        if let RefOr::T(response) = response {
            let text = ObjectBuilder::new().schema_type(Type::String).build();
            let header = HeaderBuilder::new().schema(Some(text)).description(Some("Version, for If-Match")).build();
            response.headers.insert("ETag".to_owned(), RefOr::T(header));
        }
    }
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
    let names: Vec<&str> = operation.parameters.iter().flatten().filter_map(name).collect();
    let seen = names.contains(&"If-Match");
    let mut failures = vec![("401", "No running token"), ("default", "What went wrong")];
    failures
        .extend(matches!(access, Access::Scope(_) | Access::May(_)).then_some(("403", "The token or its person may not do that")));
    failures.extend((!names.is_empty()).then_some(("404", "It is not there, or this person may not see it")));
    failures.extend(seen.then_some(("412", "Somebody else has changed it")));
    failures.extend(seen.then_some(("428", "If-Match is missing")));
    failures.extend((operation.request_body.is_some() || !names.is_empty()).then_some(("422", "What was sent is not acceptable")));
    for (status, words) in failures {
        let problem = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
        let failed = ResponseBuilder::new().description(words).content("application/problem+json", problem).build();
        operation.responses.responses.entry(status.to_owned()).or_insert_with(|| failed.into());
    }
}

fn name(parameter: &RefOr<Parameter>) -> Option<&str> {
    if let RefOr::T(parameter) = parameter { Some(&parameter.name) } else { None }
}

/// Every POST may carry a key under which it is made once.
fn once(operation: &mut Operation) {
    let words =
        "A key of the caller's own: the same request sent again within 24 hours gets the first answer and has no second effect";
    let text = ObjectBuilder::new().schema_type(Type::String).max_length(Some(200)).build();
    let key = ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(words))
        .schema(Some(text))
        .build();
    operation.parameters.get_or_insert_default().push(RefOr::T(key));
}
