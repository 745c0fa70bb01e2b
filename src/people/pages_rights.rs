//! The table of rights as it stands in [`crate::actor::may`]: readable by auditors (ISO 9001 5.3).

use serde::Serialize;

use crate::actor::{Permission, Role, may};
use crate::web::{Area, PageResult, View, Visit};

#[derive(Serialize)]
struct Rights {
    roles: Vec<String>,
    rows: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    key: &'static str,
    permission: String,
    holds: Vec<bool>,
}

/// The table of rights.
pub(super) async fn show(visit: Visit) -> PageResult {
    visit
        .page("people/rights.html", |r| {
            r.actor.see(Permission::ReadLedger)?;
            let roles = Role::ALL.iter().map(|role| r.t(&format!("role-{}", role.as_str().replace('_', "-")))).collect();
            let row = |permission: Permission| Row {
                key: permission.as_str(),
                permission: r.t(&format!("permission-{}", permission.as_str())),
                holds: Role::ALL.into_iter().map(|role| may(role, permission)).collect(),
            };
            let rows = Permission::ALL.into_iter().map(row).collect();
            Ok(View::new(Area::Admin, r.t("layout-admin-rights"), Rights { roles, rows }))
        })
        .await
}
