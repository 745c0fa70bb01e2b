//! `/kpis/locks`: the months of centres whose data are settled.

use serde::Serialize;
use serde_json::json;

use crate::actor::Permission;
use crate::error::{Error, Result};
use crate::kpi::{self, LockMonth};
use crate::web::{Area, Flash, Form, FormBody, PageResult, Reading, View, Visit};

#[derive(Serialize)]
struct Row {
    centre: String,
    code: String,
    month: String,
    locked: bool,
    reason: String,
    by: String,
    at: crate::db::Instant,
    may_turn: bool,
}

/// Locked months, and those opened again.
pub(crate) async fn index(visit: Visit) -> PageResult {
    visit
        .page("kpis/locks.html", move |r| {
            let view = view(r, None)?;
            Ok(View::new(Area::Kpis, r.t("kpii-locks"), view))
        })
        .await
}

/// Locks a month.
pub(crate) async fn lock(visit: Visit, FormBody(form): FormBody) -> PageResult {
    turn(visit, form, true).await
}

/// Opens a month again.
pub(crate) async fn unlock(visit: Visit, FormBody(form): FormBody) -> PageResult {
    turn(visit, form, false).await
}

async fn turn(visit: Visit, form: Form, locks: bool) -> PageResult {
    let text = |name: &str| form.get(name).unwrap_or_default().trim().to_owned();
    let command = LockMonth { centre: text("centre"), month: text("month"), reason: text("reason") };
    let what = format!("{} {}", command.centre, command.month);
    let done =
        visit.write(&form, move |tx| if locks { kpi::lock_month(tx, &command) } else { kpi::unlock_month(tx, &command) }).await;
    match done {
        Ok(_) => {
            let key = if locks { "kpii-locked" } else { "kpii-unlocked" };
            Ok(visit.see_other("/kpis/locks", Flash::ok_with(key, &what)))
        }
        Err(error @ (Error::Invalid(_) | Error::Conflict(_))) => refused(visit, form, error).await,
        Err(error) => Err(error.into()),
    }
}

async fn refused(visit: Visit, form: Form, error: Error) -> PageResult {
    let status = error.status();
    let shown = match error {
        Error::Conflict(problem) => Error::Invalid(vec![problem]),
        other => other,
    };
    visit
        .page("kpis/locks.html", move |r| {
            let view = view(r, Some((&form, &shown)))?;
            Ok(View::new(Area::Kpis, r.t("kpii-locks"), view).status(status))
        })
        .await
}

fn view(r: &mut Reading<'_>, refused: Option<(&Form, &Error)>) -> Result<serde_json::Value> {
    let rows: Vec<Row> = kpi::locks(r.conn, &r.actor)?
        .into_iter()
        .map(|found| Row {
            centre: found.centre.name(r.lang).to_owned(),
            may_turn: found.lock.locked && r.actor.may_at(Permission::ManageKpis, &found.centre.id),
            code: found.centre.code,
            month: found.lock.month,
            locked: found.lock.locked,
            reason: found.lock.reason,
            by: found.lock.changed_by,
            at: found.lock.changed_at,
        })
        .collect();
    let centres: Vec<_> = kpi::centres(r.conn, &r.actor)?
        .into_iter()
        .filter(|centre| r.actor.may_at(Permission::ManageKpis, &centre.id))
        .map(|centre| json!({"value": centre.code, "label": format!("{} {}", centre.code, centre.name(r.lang))}))
        .collect();
    let form = super::form_view(refused, r.lang);
    Ok(json!({"rows": rows, "centres": centres, "form": form, "may": r.actor.may(Permission::ManageKpis)}))
}
