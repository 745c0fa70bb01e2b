//! KPIs: call logs become measures, measures become values with their proof, values become a scored card and signals
//! (ISO 9001 9.1.1, 9.1.3; ISO 18295-1).
//!
//! file kept as evidence → batch (mapping, checked rows) → measures per source, centre, day and channel → value by its definition, with its
//! interval → score under the profile of the centre's type → chart, rules → signal.
//! Batch: committed → replaced | undone. Signal: open → explained | cycle | withdrawn.
//!
//! Invariants: inputs are integers and exact histograms, never averaged ratios; a source × centre × day belongs to one live batch; what is
//! derived equals what the kept file and mapping give ([`rebuild`]).

mod api;
pub mod chart;
mod compact;
pub mod control;
mod daybook;
pub mod definition;
mod effect;
pub mod expression;
pub mod intake;
pub mod mapping;
pub mod measure_report;
pub mod measures;
pub mod method;
mod model;
mod model_import;
pub mod pack;
mod pages;
mod period;
pub mod profile;
pub mod quantities;
mod rows;
pub mod scoring;
mod service;
pub mod staffing;
pub mod statistics;
mod store;
mod store_cards;
mod store_import;
mod store_measures;
mod store_months;
mod store_phases;
mod store_signals;
pub mod totals;
pub mod vocabulary;

pub use api::openapi;
pub(crate) use api::profiles::ProfileView;
pub(crate) use api::rows::RowsView;
pub use effect::{Judgement, Question, Signals, Stability, TestKind, TestMethod, judge, test_kind};
pub use intake::TracedRow;
pub use method::{Figure, KpiValue};
pub use model::{Applicability, Batch, BatchState, PhaseRow, Scorecard, Signal, SignalRule, SignalState, TargetRow};
pub use model_import::{KnownMapping, Lock, Staged};
pub(crate) use pages::words;
pub use period::Period;
pub use service::{
    AskedCard, AskedRows, BadFile, Behind, BesideValue, Card, CardKpi, Change, DefinitionBook, Difference, FileFault, FileShare,
    FreezePhase, FrozenCard, FrozenKpi, Funnel, FunnelSource, Import, Imported, Input, Known, LimitBook, MOST_ROWS, MeasureSum,
    MeasureTotal, NamedSignal, Outline, PersonResult, Point, ProfileBook, ProfileVersion, Proof, PublishScorecard, Rebuilt,
    RowErrors, SaveDefinition, SaveProfile, SetApplicability, SetTarget, SignalDetail, StoredMeasure, SwitchBook, Value, Why,
    all_published, answer_with_cycle, batch, batches, behind, card, centres, daily, definition, definition_history, definition_on,
    definition_version, definitions, editions, explain, families, freeze, funnel_source, import, import_once, install_pack,
    judge_closed_months, last_day, measures_of, monthly, open_counts, open_named, open_signals, outlines, phases, prepare_months,
    profile, profiles, publish, published, raised_since, rebuild, rejected_rows, save_definition, save_profile, set_applicability,
    set_target, settle, settle_now, sheet, signal, signals_of, undo, value, value_by, values, verify, visible, weekly, weights_of,
    wrong_months,
};
pub(crate) use service::{AskedChart, FoundChart, control_chart};
pub use service::{
    ChangeStaged, Committed, Fate, Faulty, LockMonth, LockedMonth, Looked, Mending, NewStaged, Preview, Progress, SeenCell,
    SeenError, SeenLock, SeenOwner, SeenPreview, await_import, await_preview, change_staged, commit_staged, committed,
    discard_staged, identical_batch, is_locked, is_remembered, known_mappings, lock_month, lock_published, locks, mapping_problems,
    mend, preview_staged, rejected_of_batch, rows_missing, rows_to_mend, stage, staged, staged_files, sweep_staged, unlock_month,
};
pub use service::{Closely, DETAILED};
pub(crate) use service::{bad_file, bad_mapping, batch_number, last_day_anywhere, last_mapping, may_undo, optional_number};
pub use statistics::compare::{Verdict as EffectVerdict, difference};
pub use store::FACTS;

use crate::actor::Permission;
use crate::web::{Access, Routes};

/// The routes of this slice. What is fixed comes before what takes any code.
pub fn routes(routes: &mut Routes) {
    api::routes(routes);
    let read = Access::May(Permission::ReadKpis);
    routes
        .get("/kpis", read, pages::overview::show)
        .get("/kpis/definitions", read, pages::definitions::index)
        .post("/kpis/definitions", Access::May(Permission::ManageKpis), pages::definition_edit::create)
        .get("/kpis/definitions/measures", read, pages::definitions::measures)
        .get("/kpis/definitions/check", Access::May(Permission::ManageKpis), pages::definition_edit::check)
        .get("/kpis/definitions/new", Access::May(Permission::ManageKpis), pages::definition_edit::new)
        .get("/kpis/definitions/{code}", read, pages::definitions::show)
        .post("/kpis/definitions/{code}", Access::May(Permission::ManageKpis), pages::definition_edit::change)
        .get("/kpis/definitions/{code}/edit", Access::May(Permission::ManageKpis), pages::definition_edit::edit)
        .get("/kpis/batches", read, pages::batches::index)
        .get("/kpis/batches/{number}", read, pages::batches::show)
        .post("/kpis/batches/{number}/undo", Access::May(Permission::ImportKpis), pages::batches::undo)
        .get("/kpis/batches/{number}/mend", Access::May(Permission::ImportKpis), pages::wizard::mending::show)
        .post("/kpis/batches/{number}/mend", Access::May(Permission::ImportKpis), pages::wizard::mending::send)
        .get("/kpis/batches/{number}/rejected", Access::May(Permission::ImportKpis), pages::wizard::preview::rejected)
        .get("/kpis/import", Access::May(Permission::ImportKpis), pages::wizard::source::form)
        .post("/kpis/import", Access::May(Permission::ImportKpis), pages::wizard::source::send)
        .get("/kpis/import/{id}/header", Access::May(Permission::ImportKpis), pages::wizard::header::show)
        .post("/kpis/import/{id}/header", Access::May(Permission::ImportKpis), pages::wizard::header::save)
        .get("/kpis/import/{id}/mapping", Access::May(Permission::ImportKpis), pages::wizard::mapping::show)
        .post("/kpis/import/{id}/mapping", Access::May(Permission::ImportKpis), pages::wizard::mapping::save)
        .get("/kpis/import/{id}/preview", Access::May(Permission::ImportKpis), pages::wizard::preview::show)
        .post("/kpis/import/{id}/preview", Access::May(Permission::ImportKpis), pages::wizard::preview::again)
        .get("/kpis/import/{id}/commit", Access::May(Permission::ImportKpis), pages::wizard::preview::committed)
        .post("/kpis/import/{id}/commit", Access::May(Permission::ImportKpis), pages::wizard::preview::commit)
        .post("/kpis/import/{id}/discard", Access::May(Permission::ImportKpis), pages::wizard::source::discard)
        .get("/kpis/locks", read, pages::locks::index)
        .post("/kpis/locks", Access::May(Permission::ManageKpis), pages::locks::lock)
        .post("/kpis/locks/unlock", Access::May(Permission::ManageKpis), pages::locks::unlock)
        .get("/kpis/import/direct", Access::May(Permission::ImportKpis), pages::import::form)
        .post("/kpis/import/direct", Access::May(Permission::ImportKpis), pages::import::send)
        .get("/kpis/scorecards", read, pages::scorecards::index)
        .get("/kpis/scorecards/{id}", read, pages::scorecards::show)
        .get("/kpis/profiles", read, pages::profiles::index)
        .get("/kpis/profiles/{type}", read, pages::profiles::show)
        .post("/kpis/profiles/{type}", Access::May(Permission::ManageKpis), pages::profiles::change)
        .get("/kpis/profiles/{type}/edit", Access::May(Permission::ManageKpis), pages::profiles::edit)
        .get("/kpis/targets/{centre}", read, pages::targets::show)
        .post("/kpis/targets/{centre}/{code}", Access::May(Permission::ManageKpis), pages::targets::set)
        .post("/kpis/targets/{centre}/{code}/switch", Access::May(Permission::ManageKpis), pages::targets::switch)
        .get("/kpis/staffing", read, pages::staffing::show)
        .get("/kpis/import/rows/{id}", Access::May(Permission::ImportKpis), pages::import::rows)
        .get("/kpis/signals/{id}", read, pages::signals::show)
        .post("/kpis/signals/{id}/explain", Access::May(Permission::ManageKpis), pages::signals::explain)
        .post("/kpis/{centre}/publish", Access::May(Permission::ManageKpis), pages::scorecards::publish)
        .get("/kpis/files/{what}.{format}", read, pages::files::show)
        .get("/kpis/{centre}", read, pages::centre::show)
        .get("/kpis/{centre}/{code}", read, pages::measure::show)
        .get("/kpis/{centre}/{code}/agents", Access::May(Permission::ManageKpis), pages::agents::show)
        .get("/kpis/{centre}/{code}/phases", read, pages::phases::show)
        .post("/kpis/{centre}/{code}/phases", Access::May(Permission::ManageKpis), pages::phases::freeze)
        .get("/kpis/{centre}/{code}/rows", read, pages::rows::show)
        .get("/kpis/{centre}/{code}/rows.{format}", read, pages::rows::sheet)
        .post("/kpis/{centre}/{code}/target", Access::May(Permission::ManageKpis), pages::measure::set_target);
}
