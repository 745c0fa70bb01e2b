//! From one row to the measures of its cell. A row is checked whole before anything of it is counted.
//!
//! What does not count for an outcome is not read: waits on answered and abandoned contacts, everything else on answered ones.

use std::sync::PoisonError;

use super::cells::{Cells, Store};
use super::clock::Clocks;
use super::error::{Checked, RowError, RowProblem};
use super::numbers::{duration, money, rating};
use super::plan::{Codes, OUTCOMES, Plan};
use super::stamps::StampReader;
use super::text::{Field, Line};
use super::{MAX_ERRORS, RowNumber};
use crate::kpi::mapping::{EmptyDuration, Outcome};
use crate::kpi::measures::Measures;

/// Longest piece of a value quoted in a message, in characters.
pub(super) const QUOTED: usize = 80;

/// What is wrong with a row, and where.
pub(super) struct Fault {
    /// The column; `None`: the whole row.
    pub(super) column: Option<usize>,
    pub(super) problem: RowProblem,
}

/// Boxed, so that the good case stays in registers.
pub(super) type Sound<T> = Result<T, Box<Fault>>;

pub(super) trait At<T> {
    fn at(self, column: usize) -> Sound<T>;
}

impl<T> At<T> for Checked<T> {
    #[inline]
    fn at(self, column: usize) -> Sound<T> {
        self.map_err(|problem| Box::new(Fault { column: Some(column), problem: *problem }))
    }
}

#[cold]
pub(super) fn fault<T>(column: usize, problem: RowProblem) -> Sound<T> {
    Err(Box::new(Fault { column: Some(column), problem }))
}

/// What an answered contact adds.
pub(super) struct Answered {
    pub(super) wait: Option<u32>,
    pub(super) talk: Option<u32>,
    pub(super) hold: u32,
    pub(super) wrap: u32,
    pub(super) resolved: Option<bool>,
    pub(super) rating: Option<usize>,
    pub(super) revenue: i64,
}

/// Reads rows into cells; each worker has one.
pub(super) struct Rows<'p> {
    pub(super) plan: &'p Plan<'p>,
    store: &'p Store,
    pub(super) centres: Codes,
    pub(super) channels: Codes,
    pub(super) clocks: Clocks,
    pub(super) stamps: StampReader<'p>,
    pub(super) cells: Cells,
    /// Rows read, blank lines not counted.
    pub(super) rows: u64,
    /// Ignored rows that belong to no known cell.
    pub(super) unplaced: u64,
    pub(super) errors: Vec<(RowNumber, RowError)>,
    pub(super) error_count: u64,
}

impl<'p> Rows<'p> {
    pub(super) fn new(plan: &'p Plan<'p>, store: &'p Store) -> Self {
        let mut clocks = Clocks::default();
        plan.centres.hang(&mut clocks, plan.zones);
        Self {
            plan,
            store,
            centres: plan.centres.clone(),
            channels: plan.channels.clone(),
            clocks,
            stamps: StampReader::new(&plan.mapping.stamp, plan.stamp),
            cells: Cells::new(),
            rows: 0,
            unplaced: 0,
            errors: Vec::new(),
            error_count: 0,
        }
    }

    /// Reads one row.
    #[inline]
    pub(super) fn read(&mut self, line: Line<'_>, number: RowNumber) {
        let expected = self.plan.header.len();
        if line.fields() != expected {
            if line.fields() == 1 && line.field(0).bytes().trim_ascii().is_empty() {
                return;
            }
            self.rows += 1;
            let problem = RowProblem::FieldCount { expected, found: line.fields() };
            self.report(line, number, Fault { column: None, problem });
            return;
        }
        self.rows += 1;
        if let Err(fault) = self.count(line) {
            self.report(line, number, *fault);
        }
    }

    /// Reads a row whose fields were counted before, and leaves it to the caller to report what is wrong with it.
    pub(super) fn try_read(&mut self, line: Line<'_>) -> Sound<()> {
        self.count(line)
    }

    /// What one row comes to by itself.
    pub(super) fn alone(&self, line: Line<'_>) -> Option<Measures> {
        let store = Store::default();
        let mut rows = Rows::new(self.plan, &store);
        rows.try_read(line).ok()?;
        rows.finish();
        store.into_inner().unwrap_or_else(PoisonError::into_inner).into_values().next()
    }

    /// Called between chunks: hands cells over when there are many.
    pub(super) fn breathe(&mut self) {
        if self.cells.full() {
            self.finish();
        }
    }

    /// Hands over all cells.
    pub(super) fn finish(&mut self) {
        self.cells.hand_over(self.store, &self.centres, &self.channels);
    }

    /// Notes a line whose bytes are no text.
    pub(super) fn report_encoding(&mut self, number: RowNumber) {
        self.rows += 1;
        self.note(number, RowError::of_row(RowProblem::Encoding));
    }

    #[inline]
    fn count(&mut self, line: Line<'_>) -> Sound<()> {
        let plan = self.plan;
        let Some(found) = plan.outcomes.find(line.field(plan.outcome)) else {
            return fault(plan.outcome, RowProblem::Outcome);
        };
        match OUTCOMES[usize::from(found)] {
            Outcome::Answered => {
                let parts = self.answered(line)?;
                self.place(line)?.answered(&parts);
            }
            Outcome::Abandoned => {
                let wait = part(line, plan.wait)?;
                self.place(line)?.abandoned(wait);
            }
            Outcome::AbandonedBeforeQueue => self.place(line)?.measures.abandoned_before_queue += 1,
            // Not contacts of the queue: the rows of their own fields are counted elsewhere.
            Outcome::Blocked | Outcome::SelfServiceCompleted | Outcome::SelfServiceLeft | Outcome::Waiting => {
                self.place(line)?;
            }
            Outcome::Ignored => match self.place(line) {
                Ok(cell) => cell.measures.ignored += 1,
                Err(_) => self.unplaced += 1,
            },
        }
        Ok(())
    }

    #[inline]
    fn answered(&self, line: Line<'_>) -> Sound<Answered> {
        let plan = self.plan;
        let wait = match plan.wait {
            // An answered contact has waited a known time, if only zero seconds.
            Some((column, empty)) => {
                let wait = known(line.field(column), empty).at(column)?;
                if wait.is_none() {
                    return fault(column, RowProblem::DurationEmpty);
                }
                wait
            }
            None => None,
        };
        let resolved = match &plan.resolved {
            Some((column, table)) => match table.find(line.field(*column)) {
                Some(yes) => Some(yes == 1),
                None if line.field(*column).bytes().trim_ascii().is_empty() => None,
                None => return fault(*column, RowProblem::Resolved),
            },
            None => None,
        };
        let rating = match &plan.csat {
            Some((column, None)) => rating(line.field(*column)).at(*column)?,
            Some((column, Some(table))) => match table.find(line.field(*column)) {
                Some(rating) => Some(usize::from(rating)),
                None if line.field(*column).bytes().trim_ascii().is_empty() => None,
                None => return fault(*column, RowProblem::Rating),
            },
            None => None,
        };
        let revenue = match plan.revenue {
            Some((column, decimals)) => money(line.field(column), decimals).at(column)?,
            None => 0,
        };
        let (talk, hold, wrap) = (part(line, plan.talk)?, part(line, plan.hold)?.unwrap_or(0), part(line, plan.wrap)?.unwrap_or(0));
        Ok(Answered { wait, talk, hold, wrap, resolved, rating, revenue })
    }

    #[inline]
    fn place(&mut self, line: Line<'_>) -> Sound<&mut super::cells::Cell> {
        let centre = match self.plan.centre {
            None => 0,
            Some(column) => match self.centres.find(line.field(column)) {
                Some(number) => number,
                None => self.learn_centre(line.field(column)).at(column)?,
            },
        };
        let channel = match self.plan.channel {
            None => 0,
            Some(column) => match self.channels.find(line.field(column)) {
                Some(number) => number,
                None => self.channels.learn_channel(line.field(column)).at(column)?,
            },
        };
        let day = self.stamps.day(line, self.clocks.of(centre)).at(self.plan.stamp.column())?;
        Ok(self.cells.at(day, centre, channel))
    }

    #[cold]
    fn learn_centre(&mut self, field: Field<'_>) -> Checked<u16> {
        let number = self.centres.learn_centre(field, self.plan.zones)?;
        self.centres.hang(&mut self.clocks, self.plan.zones);
        Ok(number)
    }

    #[cold]
    fn report(&mut self, line: Line<'_>, number: RowNumber, fault: Fault) {
        let quote = |column: usize| line.field(column).text().chars().take(QUOTED).collect::<String>();
        let id = self.plan.id.filter(|id| *id < line.fields()).map(quote);
        let column = fault.column.and_then(|column| self.plan.header.get(column)).cloned().unwrap_or_default();
        let value = fault.column.map(quote).unwrap_or_default();
        self.note(number, RowError { id, at: fault.column, column, value, ..RowError::of_row(fault.problem) });
    }

    fn note(&mut self, number: RowNumber, error: RowError) {
        self.error_count += 1;
        if self.errors.len() < MAX_ERRORS {
            self.errors.push((number, error));
        }
    }
}

/// The seconds of a column, if there is one and they are known.
#[inline(always)]
fn part(line: Line<'_>, rule: Option<(usize, EmptyDuration)>) -> Sound<Option<u32>> {
    match rule {
        Some((column, empty)) => known(line.field(column), empty).at(column),
        None => Ok(None),
    }
}

/// The seconds of a field, if they are known.
#[inline(always)]
fn known(field: Field<'_>, empty: EmptyDuration) -> Checked<Option<u32>> {
    match (duration(field)?, empty) {
        (Some(seconds), _) => Ok(Some(seconds)),
        (None, EmptyDuration::Zero) => Ok(Some(0)),
        (None, EmptyDuration::Unknown) => Ok(None),
        (None, EmptyDuration::Refuse) => Err(RowProblem::DurationEmpty.into()),
    }
}

impl super::cells::Cell {
    #[inline(always)]
    pub(super) fn abandoned(&mut self, wait: Option<u32>) {
        self.measures.abandoned += 1;
        if let Some(seconds) = wait {
            self.waited(seconds, true);
        }
    }

    #[inline(always)]
    pub(super) fn answered(&mut self, parts: &Answered) {
        let measures = &mut self.measures;
        measures.answered += 1;
        if let Some(talk) = parts.talk {
            let handle = u64::from(talk) + u64::from(parts.hold) + u64::from(parts.wrap);
            measures.talk_s += u64::from(talk);
            measures.hold_s += u64::from(parts.hold);
            measures.wrap_s += u64::from(parts.wrap);
            measures.handled += 1;
            measures.handle_square += i128::from(handle * handle);
        }
        if let Some(resolved) = parts.resolved {
            measures.resolved_known += 1;
            measures.resolved += u64::from(resolved);
        }
        // Who rates and who does not is anybody's guess, the processor's too: no branch.
        measures.csat[parts.rating.unwrap_or(0)] += u64::from(parts.rating.is_some());
        measures.revenue_minor = measures.revenue_minor.saturating_add(parts.revenue);
        if let Some(seconds) = parts.wait {
            measures.wait_answered_s += u64::from(seconds);
            self.waited(seconds, false);
        }
    }
}
