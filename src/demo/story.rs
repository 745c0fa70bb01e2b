//! What happens in the demo, and on which day. Everything is sorted by time before it is played, so that documents, records, call
//! logs and cycles interleave as they would have.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use chrono::NaiveDate;

use super::papers::{self, Paper, Signers};
use super::Stage;
use crate::documents::{Decision, Step};
use crate::error::{Error, Result};
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
    acts.add(stage.ago(3), 645, move |stage| {
        papers::decide(stage, signers.reviewer, &reviewed.borrow().0, Decision::Agreed, None)
    });
    let unchanged = Paper::read("system/WI-05")?;
    acts.add(stage.ago(5), 700, move |stage| papers::revise(stage, "wangfang", &unchanged, Step::Modification).map(|_| ()));
    Ok(())
}

