//! Cairn: the quality system of a customer-service organisation in one binary. Modules in reading order, grouped by rank; each may
//! use only what stands before it (`tests/tidy.rs`). ARCHITECTURE.md is the map.

// What everything may use.
pub mod actor;
pub mod clock;
pub mod config;
pub mod error;
pub mod text;

// Storage, and the one way to change it.
pub mod db;
pub mod ledger;

// Toolkits of the two doors.
pub mod web;

// Platform slices: know no quality process.
pub mod evidence;
pub mod shipped;

pub mod history;
pub mod links;
pub mod numbering;
pub mod organisation;
pub mod people;
pub mod search;

// Process slices.
pub mod documents;
pub mod forms;
pub mod improvement;
pub mod kpi;
pub mod records;

// What gathers from all slices.
pub mod api;
pub mod board;
pub mod finders;
pub mod jobs;
pub mod setup;
pub mod work;

pub mod app;
pub mod cli;
pub mod demo;
