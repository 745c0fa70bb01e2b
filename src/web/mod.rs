//! The HTML toolkit: pages, layout, forms, sessions, form tokens, Markdown, errors. It knows no slice; the composition root sets its
//! hooks ([`Hooks`]).

pub mod assets;
pub mod body;
mod error;
pub mod form;
pub mod formula;
pub mod guard;
mod kept;
pub mod markdown;
mod multipart;
mod query;
pub mod routes;
pub mod session;
pub mod sheet;
mod shell;
mod site;
mod templates;
mod typed;
mod visit;

pub use body::FormBody;
pub use error::PageError;
pub use form::{Form, lenient};
pub use multipart::{Multipart, Part};
pub use query::{address, escape};
pub use routes::{Access, Endpoint, Routes};
pub use sheet::{Cell, Sheet, SheetFormat};
pub use shell::{Area, Flash};
pub use site::{Credential, Hooks, Identity, Shell, Site};
pub use templates::{Templates, format_long};
pub use typed::Typed;
pub use visit::{PageResult, Reading, RequestId, View, Visit, block};

/// Routes of the toolkit itself: embedded files.
pub fn routes(routes: &mut Routes) {
    routes.get("/assets/{path:.*}", Access::Public, assets::serve);
}
