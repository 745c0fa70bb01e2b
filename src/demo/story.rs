//! What happens in the demo, and on which day. Everything is sorted by time before it is played, so that documents, records, call
//! logs and cycles interleave as they would have.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use chrono::{Datelike, Days, NaiveDate};

use super::papers::{self, Paper, Signers};
use super::signals::Voice;
use super::{Stage, calls, cycles, data, reviews};
use crate::documents::{Decision, Step};
use crate::error::{Error, Result};
use crate::kpi;
use crate::organisation;
use crate::records;
use crate::shipped;

type Act = Box<dyn FnOnce(&Stage) -> Result<()>>;

/// When and what; acts of the same minute keep their order.
#[derive(Default)]
pub(super) struct Acts(Vec<(NaiveDate, u32, Act)>);

impl Acts {
    /// Adds an act on a day at a minute of that day.
    pub(super) fn add(&mut self, day: NaiveDate, minute: u32, act: impl FnOnce(&Stage) -> Result<()> + 'static) {
        self.0.push((day, minute, Box::new(act)));
    }
}

const LIMIN: Signers = Signers { author: "zhouyn", reviewer: "wangfang", approver: "limin" };
const OF_QUALITY: Signers = Signers { author: "wangfang", reviewer: "chengang", approver: "limin" };

/// Plays everything up to today.
pub(super) fn play(stage: &Stage) -> Result<()> {
    let mut acts = Acts::default();
    first_versions(stage, &mut acts)?;
    revisions(stage, &mut acts)?;
    call_logs(stage, &mut acts)?;
    data::set_targets(stage, &mut acts);
    records(stage, &mut acts)?;
    cycles::acts(stage, &mut acts);
    reviews::acts(stage, &mut acts);
    acts.0.sort_by_key(|(day, minute, _)| (*day, *minute));
    for (day, minute, act) in acts.0 {
        stage.go(day, minute)?;
        act(stage).map_err(|error| Error::Internal(format!("demo, {day}: {error} {:?}", error.problems())))?;
    }
    // What falls due today has fallen due.
    stage.go(stage.today, 5)
}

/// The whole system in its first version, tier by tier, so that parents are there before their children.
fn first_versions(stage: &Stage, acts: &mut Acts) -> Result<()> {
    let mut by_tier: BTreeMap<i64, Vec<String>> = BTreeMap::new();
    for path in shipped::list("system/").iter().filter(|path| !path.ends_with(".en.md")) {
        let base = path.trim_end_matches(".md").to_owned();
        let tier = match base.trim_start_matches("system/").get(..2) {
            Some("QM") => 1,
            Some("QP") => 2,
            Some("WI") => 3,
            _ => 4,
        };
        by_tier.entry(tier).or_default().push(base);
    }
    for (tier, bases) in by_tier {
        let begin = 728 - 7 * u64::try_from(tier - 1).unwrap_or_default();
        for (index, base) in bases.into_iter().enumerate() {
            let paper = Paper::read(&base)?;
            let signers = if index % 3 == 1 { LIMIN } else { OF_QUALITY };
            let minute = 540 + 11 * u32::try_from(index).unwrap_or_default();
            release(stage, acts, paper, signers, begin, minute);
        }
    }
    Ok(())
}

/// Written, submitted, reviewed and approved within five days; in force on the sixth.
fn release(stage: &Stage, acts: &mut Acts, paper: Paper, signers: Signers, begin: u64, minute: u32) {
    let draft: Rc<RefCell<(String, i64)>> = Rc::default();
    let (due, planned) = (stage.ago(begin - 4), stage.ago(begin - 6));
    let written = draft.clone();
    acts.add(stage.ago(begin), minute, move |stage| {
        *written.borrow_mut() = papers::write(stage, signers.author, &paper)?;
        papers::submit(stage, signers, &written.borrow(), paper.reason(), Some(planned), due)
    });
    sign(stage, acts, signers, &draft, begin, minute);
}

fn sign(stage: &Stage, acts: &mut Acts, signers: Signers, draft: &Rc<RefCell<(String, i64)>>, begin: u64, minute: u32) {
    let (reviewed, approved) = (draft.clone(), draft.clone());
    acts.add(stage.ago(begin - 2), minute, move |stage| {
        papers::decide(stage, signers.reviewer, &reviewed.borrow().0, Decision::Agreed, None)
    });
    acts.add(stage.ago(begin - 4), minute, move |stage| {
        papers::decide(stage, signers.approver, &approved.borrow().0, Decision::Approved, None)
    });
}

/// File, step, days ago on which it begins.
const REVISIONS: [(&str, Step, u64); 6] = [
    ("QP-02.B0", Step::Edition, 430),
    ("WI-03.A1", Step::Modification, 388),
    ("QP-06.A1", Step::Modification, 300),
    ("QP-03.A1", Step::Modification, 92),
    ("FR-02.A1", Step::Modification, 61),
    ("QP-02.B1", Step::Modification, 12),
];

fn revisions(stage: &Stage, acts: &mut Acts) -> Result<()> {
    for (name, step, begin) in REVISIONS {
        let paper = Paper::read(&format!("revisions/{name}"))?;
        let draft: Rc<RefCell<(String, i64)>> = Rc::default();
        let written = draft.clone();
        // The newest one is approved and waits for its day.
        let planned = if name == "QP-02.B1" { stage.ahead(6) } else { stage.ago(begin - 9) };
        let due = stage.ago(begin - 7);
        let signers = if name == "QP-03.A1" { OF_QUALITY } else { LIMIN };
        if name == "QP-06.A1" {
            returned_once(stage, acts, Paper::read("revisions/QP-06.A1")?, (begin, planned, due));
            continue;
        }
        acts.add(stage.ago(begin), 600, move |stage| {
            *written.borrow_mut() = papers::revise(stage, signers.author, &paper, step)?;
            papers::submit(stage, signers, &written.borrow(), paper.reason(), Some(planned), due)
        });
        sign(stage, acts, signers, &draft, begin, 660);
    }
    in_preparation(stage, acts)
}

/// One revision that its reviewer sent back before it was agreed.
fn returned_once(stage: &Stage, acts: &mut Acts, paper: Paper, (begin, planned, due): (u64, NaiveDate, NaiveDate)) {
    let draft: Rc<RefCell<(String, i64)>> = Rc::default();
    let paper = Rc::new(paper);
    let (first, again, refused) = (draft.clone(), draft.clone(), draft.clone());
    let text = paper.clone();
    acts.add(stage.ago(begin), 600, move |stage| {
        *first.borrow_mut() = papers::revise(stage, LIMIN.author, &text, Step::Modification)?;
        papers::submit(stage, LIMIN, &first.borrow(), text.reason(), Some(planned), due)
    });
    acts.add(stage.ago(begin - 1), 610, move |stage| {
        let why = "补考次数没有上限，请写明最多几次；并说明补考未通过者能否接线。";
        papers::decide(stage, LIMIN.reviewer, &refused.borrow().0, Decision::Returned, Some(why))
    });
    acts.add(stage.ago(begin - 2), 620, move |stage| {
        let id = again.borrow().0.clone();
        let author = stage.actor(LIMIN.author)?.clone();
        let (_, version) = stage.ledger.db.read(|conn| crate::documents::version(conn, &author, &id))?;
        again.borrow_mut().1 = version.row_version;
        papers::submit(stage, LIMIN, &again.borrow(), paper.reason(), Some(planned), due)
    });
    sign(stage, acts, LIMIN, &draft, begin - 2, 660);
}

/// One in review whose approval waits for the quality manager, and one draft.
fn in_preparation(stage: &Stage, acts: &mut Acts) -> Result<()> {
    let paper = Paper::read("revisions/WI-06.A1")?;
    let signers = Signers { author: "zhouyn", reviewer: "chengang", approver: "wangfang" };
    let draft: Rc<RefCell<(String, i64)>> = Rc::default();
    let (written, reviewed) = (draft.clone(), draft);
    let due = stage.ahead(2);
    acts.add(stage.ago(8), 640, move |stage| {
        *written.borrow_mut() = papers::revise(stage, signers.author, &paper, Step::Modification)?;
        papers::submit(stage, signers, &written.borrow(), paper.reason(), None, due)
    });
    acts.add(stage.ago(3), 645, move |stage| papers::decide(stage, signers.reviewer, &reviewed.borrow().0, Decision::Agreed, None));
    let unchanged = Paper::read("system/WI-05")?;
    acts.add(stage.ago(5), 700, move |stage| papers::revise(stage, "wangfang", &unchanged, Step::Modification).map(|_| ()));
    Ok(())
}

/// One log a month and what else the centres deliver, on the first working minutes of the next; the running month up to the day before
/// yesterday.
fn call_logs(stage: &Stage, acts: &mut Acts) -> Result<()> {
    let voice = Rc::new(RefCell::new(Voice::read()?));
    let mut from = stage.ago(super::HISTORY - 40).with_day(1).unwrap_or(stage.today);
    let last = stage.ago(2);
    while from <= last {
        let next = from.checked_add_months(chrono::Months::new(1)).unwrap_or(stage.today);
        let to = next.checked_sub_days(Days::new(1)).unwrap_or(from).min(last);
        let (whole, day) = (to < last, if to < last { next } else { stage.ago(1) });
        let begin = from;
        acts.add(day, 510, move |stage| import(stage, begin, to));
        data::acts(stage, acts, day, (begin, to));
        let published = next.checked_add_days(Days::new(4)).unwrap_or(next);
        if published <= stage.today {
            acts.add(published, 600, move |stage| publish(stage, begin));
        }
        // Of the running month one signal stays open.
        let (voice, keep) = (voice.clone(), (!whole).then_some("HN"));
        acts.add(day, 570, move |stage| voice.borrow_mut().answer(stage, keep));
        from = next;
    }
    Ok(())
}

/// The cards of all centres for a month, five days after its end.
fn publish(stage: &Stage, month: NaiveDate) -> Result<()> {
    for centre in stage.ledger.db.read(organisation::centres)? {
        let command = kpi::PublishScorecard { centre: centre.code, period: month.format("%Y-%m").to_string(), reason: None };
        stage.write("wangfang", move |tx| kpi::publish(tx, &command).map(drop))?;
    }
    Ok(())
}

fn import(stage: &Stage, from: NaiveDate, to: NaiveDate) -> Result<()> {
    let csv = calls::log(from, to, stage.today);
    let request = kpi::Import {
        mapping: calls::MAPPING.into(),
        centre: None,
        file_name: format!("hotline-{}.csv", from.format("%Y-%m")),
        ..kpi::Import::default()
    };
    kpi::import(&stage.ledger, &stage.evidence, stage.actor("wangfang")?, &request, csv.as_bytes()).map(|_| ())
}

#[derive(serde::Deserialize)]
struct Entry {
    form: String,
    centre: String,
    day: i64,
    by: String,
    values: BTreeMap<String, serde_json::Value>,
}

fn records(stage: &Stage, acts: &mut Acts) -> Result<()> {
    let text = shipped::get("records/demo.yaml").ok_or_else(|| Error::internal("the demo records are not shipped"))?;
    let entries: Vec<Entry> = serde_saphyr::from_str(&text).map_err(Error::internal)?;
    for (index, entry) in entries.into_iter().enumerate() {
        let day = stage.ago(u64::try_from(-entry.day).unwrap_or_default());
        let minute = 560 + u32::try_from(index * 37 % 420).unwrap_or_default();
        acts.add(day, minute, move |stage| fill_in(stage, entry));
    }
    Ok(())
}

fn fill_in(stage: &Stage, entry: Entry) -> Result<()> {
    let values = entry.values.iter().map(|(id, value)| (id.clone(), serde_json::Value::String(written(stage, value)))).collect();
    let command = records::FillRecord { form: entry.form, centre: Some(entry.centre), values, submit: true, row_version: None };
    stage.write(&entry.by, move |tx| records::fill(tx, &command).map(|_| ()))
}

/// A value as somebody would type it; `{offset: n}` is a day counted from today.
fn written(stage: &Stage, value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Object(map) => {
            let offset = map.get("offset").and_then(serde_json::Value::as_i64).unwrap_or_default();
            let day = stage.today.checked_add_signed(chrono::TimeDelta::days(offset)).unwrap_or(stage.today);
            day.to_string()
        }
        other => other.to_string(),
    }
}
