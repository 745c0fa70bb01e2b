//! Times to an event that has not happened to everybody yet.

use super::{Figure, Formula, Frames, Gap, Lack, Parts};
use crate::kpi::statistics::agreement;

impl Formula {
    /// The times to an event, with how many had it then and how many were still open.
    pub(super) fn times(&self, frames: &Frames) -> Result<Vec<(u32, u64, u64)>, Gap> {
        let censored = self.censored.ok_or((Lack::NotDelivered, Vec::new()))?;
        let (done, _) = self.spread(frames)?;
        let open = frames.period.spread(censored).ok_or((Lack::NotDelivered, vec![censored]))?;
        let time = |value: i64| u32::try_from(value.max(0)).unwrap_or(u32::MAX);
        let ended = done.bins().map(|(value, count)| (time(value), count, 0));
        Ok(ended.chain(open.bins().map(|(value, count)| (time(value), 0, count))).collect())
    }

    pub(super) fn survival(&self, frames: &Frames) -> Result<Parts, Gap> {
        let times = self.times(frames)?;
        let median = agreement::median_time(&times).ok_or_else(|| (Lack::NotReached, self.censored.into_iter().collect()))?;
        let count = times.iter().fold(0_u64, |sum, (_, ended, open)| sum.saturating_add(ended + open));
        let n = i64::try_from(count).unwrap_or(i64::MAX);
        Ok(Parts { numerator: Figure::Whole(i64::from(median)), denominator: Figure::Whole(1), value: f64::from(median), n })
    }
}
