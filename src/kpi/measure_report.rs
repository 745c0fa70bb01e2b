//! The figures that `cairn kpi measure` prints: how many groups, and two checksums over every figure of every group, so that another
//! program can prove that it counted the same.
//!
//! One group is a centre on a day. Thresholds: 20 s for the service level (inclusive), 5 s for a short abandonment.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use super::intake::{CellKey, Intake};
use super::measures::{Histogram, Measures};
use super::quantities::{CONTACT_REVENUE, Quantities};

/// The mapping of the synthetic call logs that `cairn kpi measure` is measured with. Centres are taken as they stand.
pub const BENCH_MAPPING: &str = r#"
source = "bench"

[id]
column = "call_id"

[centre]
column = "center_id"

[channel]
column = "channel"

[stamp]
column = "queued_at"
format = "%Y-%m-%dT%H:%M:%SZ"

[outcome]
column = "outcome"
values = { answered = "answered", abandoned = "abandoned" }

[wait]
column = "wait_s"

[talk]
column = "talk_s"

[hold]
column = "hold_s"

[wrap]
column = "wrap_s"

[resolved]
column = "resolved_first_contact"
values = { 1 = true, 0 = false }

[csat]
column = "csat"

[revenue]
column = "revenue"
decimals = 2
"#;

const THRESHOLD_S: u32 = 20;
const SHORT_S: u32 = 5;
/// Groups whose figures are held at a time.
const AT_A_TIME: usize = 2000;

/// The checksums of a measured file.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct BenchTable {
    /// Centre × day groups.
    pub groups: usize,
    /// First sixteen hexadecimal digits of the SHA-256 over the integer figures of all groups.
    pub checksum: String,
    /// First eight hexadecimal digits of the SHA-256 over the sums of the ratios, four decimals each.
    pub ratio_sum: String,
}

/// The cells of one group.
type Group<'i> = [(&'i CellKey, &'i Measures)];

/// Computes the checksums.
#[must_use]
pub fn bench_table(intake: &Intake) -> BenchTable {
    let cells: Vec<(&CellKey, &Measures)> = intake.cells.iter().collect();
    let mut groups: Vec<&Group<'_>> = cells.chunk_by(|a, b| a.0.day == b.0.day && a.0.centre == b.0.centre).collect();
    // Numbered centres sort as numbers, others after them as text.
    groups.sort_by_cached_key(|group| {
        let key = group[0].0;
        (key.centre.parse().unwrap_or(u64::MAX), &*key.centre, key.day)
    });
    let (mut hash, mut sums) = (Sha256::new(), [0.0; 11]);
    // Some at a time, so that the figures of a large log need little room.
    for told in groups.chunks(AT_A_TIME).flat_map(tell) {
        hash.update(told.lines.as_bytes());
        for ratios in told.ratios {
            for (sum, ratio) in sums.iter_mut().zip(ratios) {
                *sum += ratio.unwrap_or(0.0);
            }
        }
    }
    let ratios: Vec<String> = sums.iter().map(|sum| format!("{sum:.4}")).collect();
    BenchTable { groups: groups.len(), checksum: digest(hash, 16), ratio_sum: digest(Sha256::new_with_prefix(ratios.join(",")), 8) }
}

/// What a file came to beside the figures of its contacts. What contacts brought is told in full wherever the file tells it, and nowhere
/// else.
#[must_use]
pub fn quantities(intake: &Intake) -> Quantities {
    let mut all = Quantities::total(intake.quantities.values());
    let brought = intake.cells.values().map(|measures| i128::from(measures.revenue_minor)).sum();
    if brought != 0 {
        all.add_flow(CONTACT_REVENUE, brought);
    }
    all
}

/// What some groups come to: a line of figures each, and the ratios.
#[derive(Default)]
struct Told {
    lines: String,
    ratios: Vec<[Option<f64>; 11]>,
}

/// Tells of groups, in two halves at a time.
fn tell(groups: &[&Group<'_>]) -> [Told; 2] {
    let (first, second) = groups.split_at(groups.len() / 2);
    std::thread::scope(|scope| {
        let other = scope.spawn(|| Told::of(second));
        [Told::of(first), other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))]
    })
}

impl Told {
    fn of(groups: &[&Group<'_>]) -> Self {
        let (mut told, mut waits) = (Self::default(), Waits::default());
        for group in groups {
            let figures = Figures::of(group, &mut waits);
            // Writing to a String cannot fail.
            let _ = write!(told.lines, "{},{}", group[0].0.centre, group[0].0.day);
            for number in figures.integers {
                let _ = write!(told.lines, ",{number}");
            }
            told.lines.push('\n');
            told.ratios.push(figures.ratios());
        }
        told
    }
}

fn digest(hash: Sha256, digits: usize) -> String {
    hex::encode(hash.finalize()).chars().take(digits).collect()
}

/// The waits of one group: counts by second up to a day, the rest apart. Used again for each group, which is much quicker than to
/// merge histograms.
#[derive(Default)]
struct Waits {
    counts: Vec<u64>,
    long: BTreeMap<u32, u64>,
    total: u64,
    /// How many seconds have counts.
    used: usize,
}

impl Waits {
    fn add(&mut self, histogram: &Histogram) {
        for (second, count) in histogram {
            let place = second as usize;
            if place >= 86_400 {
                *self.long.entry(second).or_default() += count;
            } else {
                if place >= self.counts.len() {
                    self.counts.resize(place + 1, 0);
                }
                self.counts[place] += count;
                self.used = self.used.max(place + 1);
            }
        }
        self.total += histogram.total();
    }

    /// How many took at most so many seconds, less than a day.
    fn within(&self, seconds: u32) -> u64 {
        self.counts.iter().take(seconds as usize + 1).sum()
    }

    /// The 95th percentile by nearest rank; empties the counts.
    fn take_p95(&mut self) -> u32 {
        let rank = (u128::from(std::mem::take(&mut self.total)) * 95).div_ceil(100).max(1);
        let (used, _) = self.counts.split_at_mut(std::mem::take(&mut self.used));
        let bins = (0..).zip(used.iter().copied()).chain(self.long.iter().map(|(second, count)| (*second, *count)));
        let mut seen = 0;
        let found = bins.into_iter().find(|(_, count)| {
            seen += u128::from(*count);
            seen >= rank
        });
        let p95 = found.map_or(0, |bin| bin.0);
        used.fill(0);
        self.long.clear();
        p95
    }
}

struct Figures {
    /// offered, answered, abandoned, short abandoned, answered and abandoned within the threshold, sum of waits, sum of handle times,
    /// resolved, ratings, sum of ratings, p95 of all waits, revenue.
    integers: [i128; 13],
}

impl Figures {
    fn of(group: &Group<'_>, waits: &mut Waits) -> Self {
        let mut integers = [0; 13];
        for (_, cell) in group {
            waits.add(&cell.wait_answered);
            let counts = [
                (0, cell.offered()),
                (1, cell.answered),
                (2, cell.abandoned),
                (6, cell.wait_answered_s),
                (7, cell.handle_s()),
                (8, cell.resolved),
                (9, cell.csat_answers()),
                (10, cell.csat_sum()),
            ];
            for (at, count) in counts {
                integers[at] += i128::from(count);
            }
            integers[12] += i128::from(cell.revenue_minor);
        }
        let answered = [SHORT_S, THRESHOLD_S].map(|limit| waits.within(limit));
        for (_, cell) in group {
            waits.add(&cell.wait_abandoned);
        }
        integers[3] = i128::from(waits.within(SHORT_S) - answered[0]);
        integers[4] = i128::from(answered[1]);
        integers[5] = i128::from(waits.within(THRESHOLD_S) - answered[1]);
        integers[11] = i128::from(waits.take_p95());
        Self { integers }
    }

    fn ratios(&self) -> [Option<f64>; 11] {
        let [offered, answered, abandoned, short, within, gone_within, waits, handle, resolved, ratings, rated, ..] = self.integers;
        let over = |numerator: i128, denominator: i128| (denominator != 0).then(|| numerator as f64 / denominator as f64);
        [
            over(within, answered),
            over(within, offered),
            over(within, offered - short),
            over(within, offered - gone_within),
            over(within + gone_within, offered),
            over(waits, answered),
            over(handle, answered),
            over(abandoned, offered),
            over(abandoned - short, offered - short),
            over(resolved, answered),
            over(rated, ratings),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kpi::intake::{CentreZones, measure};
    use crate::kpi::mapping::Mapping;

    #[test]
    fn the_checksums_of_a_small_log() {
        let header =
            "call_id,center_id,agent_id,channel,queued_at,wait_s,talk_s,hold_s,wrap_s,outcome,resolved_first_contact,csat,revenue";
        let rows = [
            "1,10,10001,voice,2025-01-01T00:00:00Z,0,65,26,18,answered,1,4,0.00",
            "2,9,9001,chat,2025-01-01T00:00:24Z,40,342,0,13,answered,0,,12.30",
            "3,9,,voice,2025-01-01T23:59:59Z,20,0,0,0,abandoned,,,0.00",
            "4,9,9001,voice,2025-01-02T00:00:00Z,100000,1,0,0,answered,1,5,0.07",
        ];
        let text = format!("{header}\n{}\n", rows.join("\n"));
        let mapping = Mapping::from_toml(BENCH_MAPPING).unwrap();
        let intake = measure(text.as_bytes(), &mapping, &CentreZones::any(chrono_tz::Tz::UTC), &mut std::io::sink()).unwrap();
        assert_eq!(intake.error_count, 0, "{:?}", intake.errors);
        let lines = concat!(
            "9,2025-01-01,2,1,1,0,0,1,40,355,0,0,0,40,1230\n",
            "9,2025-01-02,1,1,0,0,0,0,100000,1,1,1,5,100000,7\n",
            "10,2025-01-01,1,1,0,0,1,0,0,109,1,1,4,0,0\n"
        );
        let expected = digest(Sha256::new_with_prefix(lines), 16);
        let ratios = "1.0000,1.0000,1.0000,1.0000,1.5000,100040.0000,465.0000,0.5000,0.5000,2.0000,9.0000";
        let table = BenchTable { groups: 3, checksum: expected, ratio_sum: digest(Sha256::new_with_prefix(ratios), 8) };
        assert_eq!(bench_table(&intake), table);
    }
}
