//! Results by person, from the pseudonyms in the kept files: each against the funnel around all of them together, never in an order of
//! results (ISO 18295-1; small-sample rule A).
//!
//! Invariant: nothing about a person is stored; the kept files are read again each time, with the column of people in the place of the
//! channel.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::values::visible;
use super::{Known, definition_on};
use crate::actor::{Actor, Permission};
use crate::db::Conn;
use crate::error::{Error, Problem, Result};
use crate::evidence;
use crate::kpi::daybook::{ByChannel, frames_of};
use crate::kpi::definition::Definition;
use crate::kpi::intake::{self, CentreZones, Setting};
use crate::kpi::mapping::SourceMapping;
use crate::kpi::method::KpiValue;
use crate::kpi::model::Batch;
use crate::kpi::period::Period;
use crate::kpi::statistics::{Limits, Process, Subgroup, means_chart, p_chart};
use crate::kpi::store_measures;
use crate::kpi::totals::Totals;
use crate::organisation::{self, Centre};

/// Largest kept file that is read for a page.
const LARGEST: u64 = 64 << 20;

/// The result of one person.
#[derive(Debug, Clone, PartialEq)]
pub struct PersonResult {
    /// Their pseudonym.
    pub person: String,
    /// The result.
    pub value: KpiValue,
    /// The limits around the result of all, for so many observations.
    pub limits: Option<Limits>,
    /// Outside them.
    pub flagged: bool,
}

/// The results of a centre and a period by person.
#[derive(Debug, Clone, PartialEq)]
pub struct Funnel {
    /// Columns of people in the files behind the KPI.
    pub columns: Vec<String>,
    /// The one that was read; none = there is none.
    pub column: Option<String>,
    /// By pseudonym.
    pub people: Vec<PersonResult>,
    /// The result of all together.
    pub process: Option<Process>,
    /// Files that are too large to be read for a page.
    pub left_out: Vec<String>,
}

/// What has to be read, told by the database.
pub struct FunnelSource {
    known: Known,
    centre: Centre,
    period: Period,
    batches: Vec<(Batch, SourceMapping)>,
    zones: CentreZones,
}

/// Finds the files behind a KPI of a centre (by code) and a period that hold a column of people.
///
/// # Errors
/// [`Error::NotFound`] for whoever does not manage the KPIs of the centre; [`Error::Conflict`] for a KPI that waits for its source.
pub fn funnel_source(conn: &mut Conn, actor: &Actor, code: &str, centre: &str, period: Period) -> Result<FunnelSource> {
    let centre = visible(conn, actor, centre)?;
    if !actor.may_at(Permission::ManageKpis, &centre.id) {
        return Err(Error::NotFound);
    }
    let known = definition_on(conn, code, period.to)?;
    if known.formula.is_none() {
        return Err(Error::Conflict(Problem::whole("kpi-unmeasured").with("code", code)));
    }
    let kinds = known.definition.sources();
    let mut batches = Vec::new();
    for batch in store_measures::inputs(conn, &centre.id, period.from, period.to)? {
        let text = evidence::text(conn, &batch.mapping_hash)?;
        let mapping = super::import::read_mapping(&text, batch.default_centre.as_deref())?;
        if !mapping.rows.personal.is_empty() && kinds.iter().any(|kind| kind.as_str() == mapping.rows.kind.as_str()) {
            batches.push((batch, mapping));
        }
    }
    let centres = organisation::centres(conn)?;
    Ok(FunnelSource { known, centre, period, batches, zones: super::import::zones(&centres)? })
}

impl FunnelSource {
    /// The definition that counts.
    pub fn definition(&self) -> &Definition {
        &self.known.definition
    }

    /// The centre.
    pub fn centre(&self) -> &Centre {
        &self.centre
    }

    /// The period.
    pub fn period(&self) -> Period {
        self.period
    }

    /// Reads the files and places everybody in the funnel.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a column that no file has; when a kept file cannot be read.
    pub fn read(&self, dir: &Path, column: Option<&str>) -> Result<Funnel> {
        let columns: BTreeSet<&String> = self.batches.iter().flat_map(|(_, mapping)| &mapping.rows.personal).collect();
        let columns: Vec<String> = columns.into_iter().cloned().collect();
        let column = match column {
            Some(asked) if columns.iter().any(|column| column == asked) => Some(asked.to_owned()),
            Some(asked) => return Err(Error::Invalid(vec![Problem::field("column", "kpi-agents-column").with("value", asked)])),
            None => columns.first().cloned(),
        };
        let mut found = Funnel { columns, column: column.clone(), people: Vec::new(), process: None, left_out: Vec::new() };
        let Some(column) = column else { return Ok(found) };
        let mut totals: BTreeMap<String, Totals> = BTreeMap::new();
        for (batch, mapping) in self.batches.iter().filter(|(_, mapping)| mapping.rows.personal.contains(&column)) {
            if !self.add(dir, batch, &mapping.clone().by_person(&column), &mut totals)? {
                found.left_out.push(batch.label());
            }
        }
        (found.people, found.process) = self.placed(totals);
        Ok(found)
    }

    /// Adds the rows of a file up by person; false for one that is too large.
    fn add(&self, dir: &Path, batch: &Batch, mapping: &SourceMapping, totals: &mut BTreeMap<String, Totals>) -> Result<bool> {
        let file = evidence::open(dir, &batch.evidence_hash)?;
        if file.metadata().map_err(Error::internal)?.len() > LARGEST {
            return Ok(false);
        }
        let scratch = evidence::scratch(dir)?;
        let setting = Setting { scratch: &scratch, zones: &self.zones, names: None, as_of: batch.as_of };
        let read = intake::read(file, mapping, setting, &mut std::io::sink()).map_err(Error::internal)?;
        let ours =
            |key: &intake::CellKey| *key.centre == *self.centre.code && (self.period.from..=self.period.to).contains(&key.day);
        for (key, measures) in read.cells.into_iter().filter(|(key, _)| ours(key)) {
            let one = Totals { contacts: measures, ..Totals::default() };
            totals.entry(key.channel.to_string()).or_default().merge(&one);
        }
        for (key, named) in read.quantities.into_iter().filter(|(key, _)| ours(key)) {
            totals.entry(key.channel.to_string()).or_default().merge(&Totals { named, ..Totals::default() });
        }
        Ok(true)
    }

    fn placed(&self, totals: BTreeMap<String, Totals>) -> (Vec<PersonResult>, Option<Process>) {
        let Some(formula) = self.known.formula.as_ref() else { return (Vec::new(), None) };
        let mut people = Vec::new();
        let (mut shares, mut groups) = (Vec::new(), Vec::new());
        for (person, totals) in totals {
            let frames = frames_of(&totals, &ByChannel::default(), self.period, &BTreeMap::new());
            let value = formula.point(&frames);
            if value.value.is_none() {
                continue;
            }
            shares.extend(value.numerator.count().zip(value.denominator.count()));
            let sample = formula.sample(&frames);
            groups.push(sample.map(|one| Subgroup { count: one.count, mean: one.mean, deviation: one.deviation }));
            people.push(PersonResult { person, value, limits: None, flagged: false });
        }
        let process = if formula.is_share() {
            p_chart(&shares).map(|chart| chart.process)
        } else {
            means_chart(&groups).map(|chart| chart.means.process)
        };
        if let Some(process) = &process {
            people.iter_mut().for_each(|one| place(process, one));
        }
        (people, process)
    }
}

/// A result against the funnel at its own number of observations.
fn place(process: &Process, one: &mut PersonResult) {
    let size = one.value.denominator.real();
    let Some(plotted) = one.value.value.and_then(|value| process.plot(value, size)) else { return };
    one.limits = Some(plotted.limits);
    one.flagged = process.z(&plotted).abs() > 3.0;
}
