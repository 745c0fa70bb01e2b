//! Improvement: PDCA cycles on a KPI of a centre (ISO 9001 10.2, 10.3). plan → do → check → act → closed.
//!
//! Invariants: a gate that lacks its evidence does not open (do: cause, measured baseline, an action; check: every action ended, the day from
//! which they count; act: a measured period after that day; closed: a document that holds the new way, or what is carried over, or neither,
//! and always a conclusion); what was measured is kept with its inputs; the verdict says that something changed after, never because of.

mod chart;
mod figures;
mod model;
mod pages;
mod pages_act;
mod pages_plan;
mod service;
mod store;
mod test;
mod verdict;
mod view;

pub use model::{
    ActKind, Action, ActionState, AddAction, ChangePlan, CheckResult, Close, Cycle, CycleTest, Direction, EndAction, Measured,
    OpenCycle, PassCheck, PassDo, PassPlan, Phase, Verdict,
};
pub use service::{
    actions, actions_of, add_action, board, by_id, by_kpi, change_plan, close, drop_action, find, finish_action, open, overdue,
    overdue_cycles, pass_check, pass_do, pass_plan, test_of,
};
pub use store::FACTS;

use crate::actor::Permission::{ReadCycles, RunCycles};
use crate::web::{Access, Routes};

/// The routes of this slice.
pub fn routes(routes: &mut Routes) {
    routes.get("/improvement", Access::May(ReadCycles), pages::board);
    routes.get("/improvement/new", Access::May(RunCycles), pages_plan::new);
    routes.post("/improvement", Access::May(RunCycles), pages_plan::open);
    routes.get("/improvement/{id}", Access::May(ReadCycles), pages::by_id);
    routes.get("/p/{number}", Access::May(ReadCycles), pages::show);
    routes.get("/p/{number}/plan", Access::May(RunCycles), pages_plan::edit);
    routes.post("/p/{number}/plan", Access::May(RunCycles), pages_plan::change);
    routes.post("/p/{number}/actions", Access::May(RunCycles), pages_act::add_action);
    routes.post("/p/{number}/actions/{action}/done", Access::SignedIn, pages_act::finish_action);
    routes.post("/p/{number}/actions/{action}/dropped", Access::May(RunCycles), pages_act::drop_action);
    routes.post("/p/{number}/do", Access::May(RunCycles), pages_act::pass_plan);
    routes.post("/p/{number}/check", Access::May(RunCycles), pages_act::pass_do);
    routes.post("/p/{number}/act", Access::May(RunCycles), pages_act::pass_check);
    routes.post("/p/{number}/close", Access::May(RunCycles), pages_act::close);
}
