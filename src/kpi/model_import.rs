//! Rows around imports. Facts: how files were read last, which months of a centre are locked. Bookkeeping: files that wait to be imported.

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::db::Instant;
use crate::db::schema::{kpi_locks, kpi_mappings, kpi_staged};

/// A month of a centre whose data are settled, or were settled and opened again.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = kpi_locks)]
pub struct Lock {
    /// Id.
    pub id: String,
    /// Centre.
    pub centre_id: String,
    /// The month as written: `2026-10`.
    pub month: String,
    /// False once it was opened again.
    pub locked: bool,
    /// Why it was locked, or opened again.
    pub reason: String,
    /// Who did so, by name.
    pub changed_by: String,
    /// When.
    pub changed_at: Instant,
    /// Counts changes.
    pub row_version: i64,
}

crate::fact_table!(Lock, kpi_locks, 1, key id);

/// How files of a source, kind and header were read last.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = kpi_mappings)]
pub struct KnownMapping {
    /// Id.
    pub id: String,
    /// Source system.
    pub source: String,
    /// Kind of source.
    pub kind: String,
    /// SHA-256 over the column names.
    pub header_hash: String,
    /// How many columns the files have.
    pub width: i64,
    /// The kept mapping.
    pub mapping_hash: String,
    /// Who used it last, by name.
    pub used_by: String,
    /// When it became what it is.
    pub used_at: Instant,
    /// Counts changes.
    pub row_version: i64,
}

crate::fact_table!(KnownMapping, kpi_mappings, 1, key id);

/// A file that was sent and waits to be imported.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize, Deserialize)]
#[diesel(table_name = kpi_staged, treat_none_as_null = true)]
pub struct Staged {
    /// Id; the file lies under it.
    pub id: String,
    /// Whose it is.
    pub owner: String,
    /// Name of the file.
    pub file_name: String,
    /// SHA-256 of the file.
    pub sha256: String,
    /// Bytes.
    pub size: i64,
    /// Kind of source.
    pub kind: String,
    /// The centre, for a file of one centre that does not name it.
    pub centre: Option<String>,
    /// The sheet chosen, of a workbook.
    pub sheet: Option<String>,
    /// Row of the column names, from 1.
    pub header_row: i64,
    /// What was recognised ([`super::intake::Glimpse`]), as JSON.
    pub seen: String,
    /// The mapping so far.
    pub mapping: Option<String>,
    /// The day that the data reach.
    pub as_of: Option<NaiveDate>,
    /// Number of the batch whose mended rows it brings.
    pub supplements: Option<i64>,
    /// Number of the batch that it became.
    pub batch: Option<i64>,
    /// When it was sent.
    pub made_at: Instant,
}
