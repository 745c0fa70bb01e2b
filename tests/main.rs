//! The one integration binary: every slice through HTTP, on both databases; the house rules.
#![allow(
    missing_docs,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::too_many_lines,
    reason = "tests"
)]

mod support;

mod board;
mod library;
mod scorecards;
mod search;
mod transfer;

mod access;
mod api;
mod api_documents;
mod api_imports;
mod api_kpi;
mod api_once;
mod api_parity;
mod api_records;
mod api_staged;
mod browser;
mod charts;
mod cli;
mod declaration;
mod definitions;
mod demo;
mod documents;
mod effects;
mod faults;
mod history;
mod hostile;
mod improvement;
mod kpi;
mod kpi_sources;
mod ledger;
mod mending;
mod panels;
mod people;
mod profiles;
mod races;
mod records;
mod rows;
mod setup;
mod signals;
mod strata;
mod text;
mod tidy;
mod upgrade;
mod visibility;
mod wizard;
mod wizard_guard;
mod work;
