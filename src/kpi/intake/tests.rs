//! Whole files: what they come to, what is said of their errors, and that the way they are cut does not matter.

mod files;
mod kinds;
mod sameness;
mod samples;
mod workbooks;

use super::pipeline::{Settings, run};
use super::*;

pub(super) const MAPPING: &str = "
source = 'phones'
[id]
column = 'id'
[centre]
column = 'centre'
values = { 1 = 'SH', '华东' = 'HD', 'a \"b\", c' = 'HN' }
[channel]
column = 'channel'
[stamp]
column = 'at'
[outcome]
column = 'outcome'
values = { answered = 'answered', '已接' = 'answered', abandoned = 'abandoned', '放弃' = 'abandoned', ivr = 'abandoned_before_queue', out = 'ignored' }
[wait]
column = 'wait'
empty = 'unknown'
[talk]
column = 'talk'
empty = 'zero'
[hold]
column = 'hold'
[resolved]
column = 'resolved'
values = { Y = true, N = false }
[csat]
column = 'csat'
[revenue]
column = 'revenue'
";

pub(super) const HEADER: &str = "id,centre,channel,at,outcome,wait,talk,hold,resolved,csat,revenue";

pub(super) fn zones() -> CentreZones {
    let zones = [("SH", Tz::Asia__Shanghai), ("HD", Tz::Asia__Shanghai), ("HN", Tz::Europe__Berlin)];
    CentreZones::new(zones.map(|(code, zone)| (code.to_owned(), zone)))
}

pub(super) fn read_with(bytes: &[u8], mapping: &str, settings: Settings) -> Result<Intake, IntakeError> {
    run(bytes, &Mapping::from_toml(mapping).unwrap(), &zones(), &mut std::io::sink(), settings)
}

pub(super) fn read(bytes: impl AsRef<[u8]>) -> Result<Intake, IntakeError> {
    read_with(bytes.as_ref(), MAPPING, Settings { chunk: 1 << 12, workers: 2, sequential: false })
}

pub(super) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}
