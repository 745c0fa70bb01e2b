//! The management review of the demo: the board frozen some weeks ago, with minutes, and decisions of which one became an action.

use chrono::NaiveDate;

use super::Stage;
use super::story::Acts;
use crate::board::{self, Freeze, NoteKind, Write};
use crate::error::Result;
use crate::kpi::{Closely, Period};

/// Days ago on which the review was held.
const HELD: u64 = 33;

const MINUTES: &str = "质量主管汇报上月各中心得分、例外与上次评审以来的变化。与会者核对了华东中心错峰午休后的接听情况，\
     同意按 QP-03 现行版执行。\n执行副总裁指出：三种类型的中心不作横向排名，只与自身目标和上月比较。";
const DECISION: &str = "两个班组的话后登记试行结束后，由质量主管在下次评审前提交对比结果。";

/// The review.
pub(super) fn acts(stage: &Stage, acts: &mut Acts) {
    acts.add(stage.ago(HELD), 870, |stage| hold(stage, stage.ago(HELD)));
}

fn hold(stage: &Stage, day: NaiveDate) -> Result<()> {
    let actor = stage.actor("wangfang")?.clone();
    let month = Period::month_of(day).months_away(-1);
    let board = stage.ledger.db.read(|conn| board::gather(conn, &actor, month, Closely::All, day))?;
    let command = Freeze { title: format!("{month} 管理评审"), board };
    let review = stage.write("wangfang", move |tx| board::freeze(tx, &command))?;
    for (kind, text) in [(NoteKind::Minutes, MINUTES), (NoteKind::Decision, DECISION)] {
        let (id, note) = (review.id.clone(), Write { kind, text: text.to_owned() });
        stage.write("wangfang", move |tx| board::note(tx, &id, &note).map(drop))?;
    }
    Ok(())
}
