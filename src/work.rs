//! My work: what waits for me, gathered from the slices, each thing with what is asked, by whom, since when and until when. Whoever leads
//! sees the signals and overdue actions of all centres here, auditors the latest events.

mod gather;
mod pages;

use chrono::NaiveDate;

use crate::actor::Actor;
use crate::db::Conn;
use crate::error::Result;
use crate::text::Lang;
use crate::web::{Access, Routes};

pub use gather::{Group, Task, Work, gather};

/// The routes of My work.
pub fn routes(routes: &mut Routes) {
    routes.get("/", Access::SignedIn, pages::index);
}

/// Open items beside the areas: what is asked of this actor, not their own drafts.
///
/// # Errors
/// When the database refuses.
pub fn counts(conn: &mut Conn, actor: &Actor, today: NaiveDate) -> Result<Vec<(&'static str, i64)>> {
    let work = gather(conn, actor, Lang::Zh, today)?;
    let of = |keys: &[&str]| {
        let found = work.groups.iter().filter(|group| keys.contains(&group.key)).map(|group| group.tasks.len()).sum::<usize>();
        i64::try_from(found).unwrap_or(i64::MAX)
    };
    Ok(vec![
        ("my_work", of(&["approve", "review", "returned", "signals", "actions"])),
        ("documents", of(&["approve", "review", "returned"])),
        ("improvement", of(&["actions"])),
        ("kpis", of(&["signals"])),
    ])
}
