//! Fact tables: whose rows have images in the log and are never lost. Each slice lists its own with [`fact_table!`]; the composition
//! root gathers them for verify, rebuild and the tests, which compare the live rows with their last images.

use crate::db::Conn;
use crate::error::Result;

/// One page of live rows: key and row as in an image.
pub type Rows = Vec<(String, serde_json::Value)>;

/// A fact table.
#[derive(Clone, Copy)]
pub struct FactTable {
    /// Its name.
    pub name: &'static str,
    /// Number of its column set; a migration that changes it raises this and ships an upcast.
    pub schema: i64,
    /// Live rows after a key, in key order.
    pub page: fn(&mut Conn, after: &str, limit: i64) -> Result<Rows>,
}

/// A row of a fact table: what the write path images.
pub trait Fact: serde::Serialize {
    /// The fact table it belongs to.
    const TABLE: FactTable;

    /// The row's key.
    fn key(&self) -> String;
}

/// Declares a row type as the row of a fact table with a text key column.
#[macro_export]
macro_rules! fact_table {
    ($row:ty, $table:ident, $schema:literal, key $key:ident) => {
        impl $crate::ledger::Fact for $row {
            const TABLE: $crate::ledger::FactTable = $crate::ledger::FactTable {
                name: stringify!($table),
                schema: $schema,
                page: |conn, after, limit| {
                    use diesel::prelude::*;
                    use $crate::db::schema::$table::dsl;
                    let rows: Vec<$row> = dsl::$table
                        .filter(dsl::$key.gt(after))
                        .order(dsl::$key.asc())
                        .limit(limit)
                        .select(<$row>::as_select())
                        .load(conn)?;
                    rows.iter().map(|row| Ok(($crate::ledger::Fact::key(row), serde_json::to_value(row)?))).collect()
                },
            };

            fn key(&self) -> String {
                self.$key.clone()
            }
        }
    };
}
