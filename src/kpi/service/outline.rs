//! Cards of many centres for one month, as boards show them: scores without intervals, the month before, and series of months for a few.
//! The cost follows centres and months, not the contacts behind them (ISO 9001 9.1.3, 9.3.2).

use super::CardReader;
use super::values::{centres, months_up_to};
use crate::actor::Actor;
use crate::db::Conn;
use crate::error::Result;
use crate::kpi::Card;
use crate::kpi::daybook::DayBook;
use crate::kpi::expression::Frames;
use crate::kpi::period::Period;

/// Months of a series: enough for limits from the months before the last one.
pub const SERIES: u32 = 25;
/// Centres up to which all of them get their series.
pub const DETAILED: usize = 12;

/// Which centres are looked at closely.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closely<'a> {
    /// All of them when they are few, else none.
    Few,
    /// All of them when they are few, else the one with this code.
    One(&'a str),
    /// All of them, however many.
    All,
}

/// A centre's month.
#[derive(Debug, Clone)]
pub struct Outline {
    /// The card.
    pub card: Card,
    /// That of the month before.
    pub before: Card,
    /// The values of the last months in the unit, oldest first, for each KPI of the card; none for a centre that is not looked at closely.
    pub series: Option<Vec<Vec<Option<f64>>>>,
}

/// The months of all centres that this actor may see. A centre that was closed counts only in months that it has data of.
///
/// # Errors
/// [`crate::error::Error::NotFound`] for whoever may read none.
pub fn outlines(conn: &mut Conn, actor: &Actor, month: Period, closely: Closely<'_>) -> Result<Vec<Outline>> {
    let visible = centres(conn, actor)?;
    let all = visible.len() <= DETAILED || closely == Closely::All;
    let readers = CardReader::all(conn, visible)?;
    let scope = readers.first().map(CardReader::scope).unwrap_or_default();
    let (months, pair) = (months_up_to(month.to, SERIES), [month.months_away(-1), month]);
    let mut books = DayBook::everywhere(conn, if all { &months } else { &pair }, &scope)?;
    let mut found = Vec::with_capacity(readers.len());
    for reader in &readers {
        let centre = reader.centre();
        let close = all || closely == Closely::One(centre.code.as_str());
        let book = match (close, all) {
            (true, false) => DayBook::over(conn, &centre.id, &months, &scope)?,
            _ => books.remove(&centre.id).unwrap_or_default(),
        };
        if !centre.active && !book.has_data(month) {
            continue;
        }
        let [before, now] = pair.map(|period| book.frames(period, &scope));
        let card = reader.outline(&now, month)?;
        let series = close.then(|| {
            let frames: Vec<(Period, Frames)> = months.iter().map(|month| (*month, book.frames(*month, &scope))).collect();
            reader.series(&card, &frames)
        });
        found.push(Outline { before: reader.outline(&before, pair[0])?, card, series });
    }
    Ok(found)
}
