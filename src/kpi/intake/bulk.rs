//! Rows of the common shape, some hundred at a time: one column of all of them is read before the next one, so that the processor works at
//! many rows at once. A row with anything uncommon in it is left to [`Rows::read`], which knows every shape and every error.
//!
//! Invariant: what is read here, [`Rows::read`] would read alike.

use super::RowNumber;
use super::lines::Lines;
use super::lookup::Lookup;
use super::numbers::{plain_money, plain_rating, plain_seconds};
use super::plan::{OUTCOMES, Plan};
use super::rows::{Answered, Rows};
use super::stamps::StampAt;
use super::text::{Field, not_small, small_number};
use crate::kpi::mapping::{EmptyDuration, Outcome};

/// Most rows at a time.
pub(super) const MANY: usize = 256;
/// How often a chunk may turn out to be uncommon before its rows are read one by one. Not the first time: codes are learnt then.
const PATIENCE: u32 = 2;

/// What is known of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Answered,
    Abandoned,
    /// To be read by itself.
    Other,
}

/// The sorts of the outcomes.
const SORTS: [Sort; OUTCOMES.len()] = {
    let mut sorts = [Sort::Other; OUTCOMES.len()];
    let mut at = 0;
    while at < sorts.len() {
        sorts[at] = match OUTCOMES[at] {
            Outcome::Answered => Sort::Answered,
            Outcome::Abandoned => Sort::Abandoned,
            _ => Sort::Other,
        };
        at += 1;
    }
    sorts
};

/// The columns of some rows.
pub(super) struct Bulk {
    sorts: [Sort; MANY],
    /// Numbers of a column before they are read.
    texts: [u32; MANY],
    waits: [u32; MANY],
    talks: [u32; MANY],
    holds: [u32; MANY],
    wraps: [u32; MANY],
    resolved: [Option<bool>; MANY],
    ratings: [Option<usize>; MANY],
    revenues: [i64; MANY],
    centres: [u16; MANY],
    channels: [u16; MANY],
    cells: [u32; MANY],
}

impl Default for Bulk {
    fn default() -> Self {
        Self {
            sorts: [Sort::Other; MANY],
            texts: [0; MANY],
            waits: [0; MANY],
            talks: [0; MANY],
            holds: [0; MANY],
            wraps: [0; MANY],
            resolved: [None; MANY],
            ratings: [None; MANY],
            revenues: [0; MANY],
            centres: [0; MANY],
            channels: [0; MANY],
            cells: [0; MANY],
        }
    }
}

impl Bulk {
    /// Reads the lines of a chunk.
    pub(super) fn read<'l>(&mut self, rows: &mut Rows<'_>, runs: impl Iterator<Item = Lines<'l>>, chunk: u64) {
        let (mut first, mut refused) = (0, 0);
        for lines in runs {
            let common = lines.fields() == rows.plan.header.len() && refused < PATIENCE;
            if common {
                self.sort(rows.plan, lines);
                self.values(rows.plan, lines);
                self.places(rows, lines);
                self.count(rows, lines.count());
            }
            let mut others = 0;
            for at in 0..lines.count() {
                if !common || self.sorts[at] == Sort::Other {
                    rows.read(lines.line(at), RowNumber { chunk, line: first + at as u64 });
                    others += 1;
                }
            }
            refused += u32::from(common && others * 2 > lines.count());
            first += lines.count() as u64;
        }
    }

    #[inline(never)]
    fn sort(&mut self, plan: &Plan<'_>, lines: Lines<'_>) {
        for (at, field) in (0..MANY).zip(lines.column(plan.outcome)) {
            let found = plan.outcomes.find(field);
            self.sorts[at] = found.map_or(Sort::Other, |found| SORTS[usize::from(found)]);
        }
    }

    fn values(&mut self, plan: &Plan<'_>, lines: Lines<'_>) {
        let (sorts, texts) = (&mut self.sorts, &mut self.texts);
        if let Some((column, empty)) = plan.wait {
            seconds(lines, column, (sorts, true), (texts, &mut self.waits), empty == EmptyDuration::Zero);
        }
        if let Some((column, empty)) = plan.talk {
            seconds(lines, column, (sorts, false), (texts, &mut self.talks), empty == EmptyDuration::Zero);
        }
        for (rule, to) in [(plan.hold, &mut self.holds), (plan.wrap, &mut self.wraps)] {
            if let Some((column, empty)) = rule {
                seconds(lines, column, (sorts, false), (texts, to), empty != EmptyDuration::Refuse);
            }
        }
        if let Some((column, table)) = &plan.resolved {
            fill(lines, *column, (sorts, false), &mut self.resolved, |field| Some(listed(field, table)?.map(|yes| yes == 1)));
        }
        match &plan.csat {
            Some((column, None)) => fill(lines, *column, (sorts, false), &mut self.ratings, plain_rating),
            Some((column, Some(table))) => {
                fill(lines, *column, (sorts, false), &mut self.ratings, |field| Some(listed(field, table)?.map(usize::from)));
            }
            None => {}
        }
        if let Some((column, decimals)) = plan.revenue {
            fill(lines, column, (sorts, false), &mut self.revenues, |field| {
                plain_money(field, decimals).or_else(|| field.is_empty().then_some(0))
            });
        }
    }

    /// Finds the cells of the rows.
    fn places(&mut self, rows: &mut Rows<'_>, lines: Lines<'_>) {
        if let Some(column) = rows.plan.centre {
            fill(lines, column, (&mut self.sorts, true), &mut self.centres, |field| rows.centres.find(field));
        }
        if let Some(column) = rows.plan.channel {
            fill(lines, column, (&mut self.sorts, true), &mut self.channels, |field| rows.channels.find(field));
        }
        match rows.plan.stamp {
            StampAt::Single(column) => self.days(rows, lines.column(column).map(|field| (field, field))),
            StampAt::Pair(date, time) => self.days(rows, lines.column(date).zip(lines.column(time))),
        }
    }

    /// Reads the days, given by the fields of date and time.
    #[inline(never)]
    fn days<'l>(&mut self, rows: &mut Rows<'_>, fields: impl Iterator<Item = (Field<'l>, Field<'l>)>) {
        for (at, (date, time)) in (0..MANY).zip(fields) {
            let (sort, centre) = (&mut self.sorts[at], self.centres[at]);
            if *sort != Sort::Other {
                match rows.stamps.common_day(date, time, rows.clocks.of(centre)) {
                    Some(day) => self.cells[at] = rows.cells.number(day, centre, self.channels[at]),
                    None => *sort = Sort::Other,
                }
            }
        }
    }

    /// Counts the rows that are of the common shape after all.
    #[inline(never)]
    fn count(&self, rows: &mut Rows<'_>, count: usize) {
        let plan = rows.plan;
        for at in 0..count.min(MANY) {
            let sort = self.sorts[at];
            if sort == Sort::Other {
                continue;
            }
            rows.rows += 1;
            let cell = rows.cells.numbered(self.cells[at]);
            let wait = plan.wait.map(|_| self.waits[at]);
            if sort == Sort::Abandoned {
                cell.abandoned(wait);
                continue;
            }
            cell.answered(&Answered {
                wait,
                talk: plan.talk.map(|_| self.talks[at]),
                hold: self.holds[at],
                wrap: self.wraps[at],
                resolved: self.resolved[at],
                rating: self.ratings[at],
                revenue: self.revenues[at],
            });
        }
    }
}

/// Reads a column. A row whose value is not of the common shape becomes one to be read by itself, unless the column does not matter for
/// abandoned contacts and it is one. Kept apart from its caller, as the other loops are, so that its few values stay in registers.
#[inline(never)]
fn fill<T>(
    lines: Lines<'_>,
    column: usize,
    (sorts, for_abandoned): (&mut [Sort; MANY], bool),
    to: &mut [T; MANY],
    read: impl Fn(Field<'_>) -> Option<T>,
) {
    for (at, field) in (0..MANY).zip(lines.column(column)) {
        match read(field) {
            Some(found) => to[at] = found,
            None if for_abandoned || sorts[at] == Sort::Answered => sorts[at] = Sort::Other,
            None => {}
        }
    }
}

/// Reads a column of durations: those of up to four digits, which nearly all are, several at a time.
fn seconds(
    lines: Lines<'_>,
    column: usize,
    (sorts, for_abandoned): (&mut [Sort; MANY], bool),
    (texts, to): (&mut [u32; MANY], &mut [u32; MANY]),
    empty_is_zero: bool,
) {
    small_texts(lines, column, texts);
    let texts = &texts[..lines.count()];
    if small_numbers(texts, to) {
        return;
    }
    for (at, field) in lines.column(column).enumerate().filter(|(at, _)| not_small(texts[*at]) != 0) {
        match plain_seconds(field).or_else(|| (empty_is_zero && field.is_empty()).then_some(0)) {
            Some(found) => to[at] = found,
            None if for_abandoned || sorts[at] == Sort::Answered => sorts[at] = Sort::Other,
            None => {}
        }
    }
}

#[inline(never)]
fn small_texts(lines: Lines<'_>, column: usize, to: &mut [u32; MANY]) {
    for (at, field) in (0..MANY).zip(lines.column(column)) {
        to[at] = field.small();
    }
}

/// Reads texts of [`Field::small`]; tells whether all of them are numbers. Without a branch, so that several are read at a time.
#[inline(never)]
fn small_numbers(texts: &[u32], to: &mut [u32; MANY]) -> bool {
    let mut over = 0;
    for (text, number) in texts.iter().zip(to) {
        *number = small_number(*text);
        over |= not_small(*text);
    }
    over == 0
}

/// What a table gives for a field; of an empty one that it does not list, none.
#[inline]
fn listed(field: Field<'_>, table: &Lookup) -> Option<Option<u16>> {
    table.find(field).map(Some).or_else(|| field.is_empty().then_some(None))
}
