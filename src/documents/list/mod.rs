//! Lists of documents: which ones pass a filter, and their versions in few queries.

mod store;

pub use store::Filter;
pub(super) use store::{asked_among, documents, versions_of_all};
