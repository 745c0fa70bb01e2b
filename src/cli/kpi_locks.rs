//! `cairn kpi lock` and `unlock`: months of centres whose data are settled.

use clap::Args;

use super::kpi::actor;
use super::{Data, say};
use crate::error::Result;
use crate::kpi::{self, LockMonth};

#[derive(Debug, Clone, Args)]
pub(super) struct LockArgs {
    #[command(flatten)]
    data: Data,
    /// Code of the centre.
    #[arg(long, value_name = "CODE")]
    centre: String,
    /// The month, for example 2026-10.
    #[arg(long, value_name = "MONTH")]
    month: String,
    /// Why.
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

impl LockArgs {
    fn command(&self) -> LockMonth {
        LockMonth { centre: self.centre.clone(), month: self.month.clone(), reason: self.reason.clone() }
    }
}

pub(super) fn lock(args: &LockArgs) -> Result<i32> {
    let (_, ledger) = args.data.open()?;
    let command = args.command();
    ledger.write(&actor(), move |tx| kpi::lock_month(tx, &command))?;
    say(format!("{} of {} is locked.", args.month, args.centre));
    Ok(0)
}

pub(super) fn unlock(args: &LockArgs) -> Result<i32> {
    let (_, ledger) = args.data.open()?;
    let command = args.command();
    ledger.write(&actor(), move |tx| kpi::unlock_month(tx, &command))?;
    say(format!("{} of {} is open again.", args.month, args.centre));
    Ok(0)
}
