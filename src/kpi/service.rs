//! Use cases of the KPI slice, by what people do: install and set targets, import, list and take back, read values, score, answer signals.

mod agents;
mod batches;
mod behind;
mod card;
mod charting;
mod definitions;
mod gates;
mod import;
mod install;
mod judging;
mod locks;
mod marks;
mod mending;
mod months;
mod outline;
mod overlap;
mod phases;
mod prepared;
mod preview;
mod profiles;
mod progress;
mod prove;
mod publish;
mod rejects;
mod rejudging;
mod remembered;
mod shares;
mod signals;
mod staging;
mod supplement;
mod values;
mod wizard;

pub use agents::{Funnel, FunnelSource, PersonResult, funnel_source};
pub use batches::{Rebuilt, StoredMeasure, batch, batches, measures_of, rebuild, undo};
pub(crate) use batches::{batch_number, last_mapping, may_undo};
pub use behind::{AskedRows, Behind, FileShare, MOST_ROWS, MeasureSum, behind};
pub(crate) use card::CardReader;
pub use card::{AskedCard, Card, CardKpi, Why, card};
pub(crate) use charting::{AskedChart, ChartSource, FoundChart, control_chart};
pub use definitions::{
    DefinitionBook, Known, SaveDefinition, Versions, definition, definition_history, definition_on, definition_version,
    definitions, families, save_definition, weights_of,
};
pub use import::{Import, Imported, RowErrors, import, import_once};
pub(crate) use import::{bad_file, bad_mapping};
pub(crate) use install::optional_number;
pub use install::{LimitBook, SetTarget, install_pack, profile, set_target};
pub use judging::{judge_closed_months, settle, settle_now};
pub use locks::{LockMonth, LockedMonth, is_locked, lock_month, lock_published, locks, unlock_month};
pub(crate) use marks::{Mark, last_close, marks};
pub use mending::{Faulty, Mending, mend, rows_to_mend};
pub use months::{prepare_months, wrong_months};
pub use outline::{Closely, DETAILED, Outline, outlines};
pub(crate) use phases::PhaseBook;
pub use phases::{FreezePhase, freeze, phases};
pub use preview::{Fate, Preview, SeenCell, SeenError, SeenLock, SeenOwner, identical_batch};
pub use profiles::{
    ProfileBook, ProfileVersion, SaveProfile, SetApplicability, SwitchBook, profiles, save_profile, set_applicability,
};
pub use progress::Progress;
pub use prove::{BadFile, Difference, FileFault, Proof, verify};
pub use publish::{Change, FrozenCard, FrozenKpi, PublishScorecard, all_published, editions, publish, published, sheet};
pub(crate) use publish::{frozen, thaw};
pub use rejects::{rejected_of_batch, rejected_rows};
pub use remembered::{is_remembered, known_mappings};
pub use shares::MeasureTotal;
pub use signals::{
    NamedSignal, SignalDetail, answer_with_cycle, explain, open_counts, open_named, open_signals, raised_since, signal,
};
pub use staging::{
    ChangeStaged, NewStaged, change_staged, discard_staged, mapping_problems, stage, staged, staged_files, sweep_staged,
};
pub use supplement::rows_missing;
pub(crate) use values::months_up_to;
pub use values::{
    BesideValue, Input, Point, Value, centres, daily, last_day, last_day_anywhere, monthly, signals_of, value, value_by, values,
    visible, weekly,
};
pub use wizard::{Committed, Looked, SeenPreview, await_import, await_preview, commit_staged, committed, preview_staged};
