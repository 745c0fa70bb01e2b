//! The demo's two PDCA cycles: one that is closed and shows its effect in the calls, one at work with an overdue action.

use chrono::NaiveDate;

use super::story::Acts;
use super::{Stage, calls};
use crate::error::Result;
use crate::improvement::{self, ActKind, AddAction, Close, EndAction, OpenCycle, PassCheck, PassDo, PassPlan};
use crate::kpi::control::Grain;
use crate::kpi::{self, FreezePhase};

/// Adds both cycles to the story.
pub(super) fn acts(stage: &Stage, acts: &mut Acts) {
    service_level(stage, acts);
    handle_time(stage, acts);
}

/// The newest cycle's number: cycles are opened one after the other.
fn number_of(stage: &Stage, title: &str) -> Result<(String, i64)> {
    let actor = stage.actor("wangfang")?.clone();
    let (today, title) = (stage.today, title.to_owned());
    let board = stage.ledger.db.read(|conn| improvement::board(conn, &actor, today))?;
    let found = board.into_iter().map(|(cycle, _)| cycle).find(|cycle| cycle.title == title);
    found.map(|cycle| (cycle.number, cycle.row_version)).ok_or(crate::error::Error::NotFound)
}

fn action(stage: &Stage, who: &str, number: &str, title: &str, due_on: NaiveDate) -> Result<()> {
    let (number, command) = (number.to_owned(), AddAction { title: title.into(), owner_id: stage.id(who), due_on });
    stage.write("wangfang", move |tx| improvement::add_action(tx, &number, &command).map(|_| ()))
}

/// The owner says that the n-th action is done.
fn done(stage: &Stage, who: &str, title: &str, ordinal: i64, note: &str) -> Result<()> {
    let (number, _) = number_of(stage, title)?;
    let actor = stage.actor("wangfang")?.clone();
    let id = stage.ledger.db.read(|conn| {
        let cycle = improvement::find(conn, &actor, &number)?;
        let actions = improvement::actions(conn, &cycle)?;
        actions.into_iter().find(|a| a.ordinal == ordinal).map(|a| a.id).ok_or(crate::error::Error::NotFound)
    })?;
    let command = EndAction { note: note.into() };
    stage.write(who, move |tx| improvement::finish_action(tx, &number, &id, &command).map(|_| ()))
}

const FIRST: &str = "缩短华东中心高峰时段的等待";

/// East China: too few people in the late morning; the new on-call roster is the shift that the calls hold.
fn service_level(stage: &Stage, acts: &mut Acts) {
    let (acted, planned) = (stage.ago(calls::SHIFT), stage.ago(calls::SHIFT + 30));
    acts.add(planned, 700, move |stage| {
        let command = OpenCycle {
            title: FIRST.into(),
            problem: "华东客服中心上午高峰 20 秒接听的比例连续三个月低于目标，客户在回访中多次提到“等太久”。".into(),
            cause:
                "按 30 分钟统计，10:00–12:00 的来电占全天三成以上，而当班坐席只占两成半；午休集中在 11:30，缺口最大时反而人最少。"
                    .into(),
            centre: "HD".into(),
            kpi: "service_level".into(),
            baseline_from: stage.ago(calls::SHIFT + 120),
            baseline_to: stage.ago(calls::SHIFT + 31),
            goal: 72.0,
            due_on: stage.ago(calls::SHIFT - 75),
            owner_id: Some(stage.id("wangfang")),
            signal: None,
            direction: None,
            worth: Some(2.0),
            check_days: Some(56),
        };
        stage.write("wangfang", move |tx| improvement::open(tx, &command).map(|_| ()))?;
        let (number, _) = number_of(stage, FIRST)?;
        action(stage, "chengang", &number, "午休改为三批错开，每批不超过当班人数的三分之一", stage.ago(calls::SHIFT + 12))?;
        action(stage, "chengang", &number, "建立高峰备勤班：排队超过 8 人时十分钟内增开 4 席", stage.ago(calls::SHIFT + 5))?;
        let (number, row_version) = number_of(stage, FIRST)?;
        stage.write("wangfang", move |tx| improvement::pass_plan(tx, &number, &PassPlan { row_version }).map(|_| ()))
    });
    acts.add(stage.ago(calls::SHIFT + 10), 720, |stage| done(stage, "chengang", FIRST, 1, "新午休表已公布，班组长签字确认。"));
    acts.add(stage.ago(calls::SHIFT + 2), 720, |stage| {
        done(stage, "chengang", FIRST, 2, "备勤班排入班表，触发条件写入班组长手册。")
    });
    acts.add(acted, 600, move |stage| {
        let (number, row_version) = number_of(stage, FIRST)?;
        stage.write("wangfang", move |tx| improvement::pass_do(tx, &number, &PassDo { acted_on: acted, row_version }).map(|_| ()))
    });
    let (from, to) = (stage.ago(calls::SHIFT - 1), stage.ago(calls::SHIFT - 60));
    // The log of a month comes with the first of the next.
    acts.add(stage.ago(calls::SHIFT - 92), 650, move |stage| check_and_close(stage, from, to));
}

/// The new level was verified: the chart gets limits of its own from the day on which the roster changed.
fn freeze(stage: &Stage) -> Result<()> {
    let command = FreezePhase {
        centre: "HD".into(),
        points: Grain::Day,
        starts_on: stage.ago(calls::SHIFT),
        baseline_from: stage.ago(calls::SHIFT),
        baseline_to: stage.ago(calls::SHIFT - 60),
        reason: "错峰午休和备勤班执行满 60 天，效果经循环检验确认，以新水平重定控制限。".into(),
    };
    stage.write("wangfang", move |tx| kpi::freeze(tx, "service_level", &command).map(|_| ()))
}

fn check_and_close(stage: &Stage, check_from: NaiveDate, check_to: NaiveDate) -> Result<()> {
    let (number, row_version) = number_of(stage, FIRST)?;
    stage.write("wangfang", move |tx| {
        improvement::pass_check(tx, &number, &PassCheck { check_from, check_to, row_version }).map(|_| ())
    })?;
    let (number, row_version) = number_of(stage, FIRST)?;
    let command = Close {
        act_kind: ActKind::Standardise,
        act_document: Some("QP-03".into()),
        conclusion: "改动之后，20 秒接听比例升到目标以上，放弃率同步下降。错峰午休和备勤班写入 QP-03；同期业务量无明显变化。"
            .into(),
        row_version,
    };
    stage.write("wangfang", move |tx| improvement::close(tx, &number, &command).map(|_| ()))?;
    freeze(stage)
}

const SECOND: &str = "降低华东中心的话后处理时间";

/// East China again: work after the call; one action is late.
fn handle_time(stage: &Stage, acts: &mut Acts) {
    acts.add(stage.ago(38), 660, move |stage| {
        let command = OpenCycle {
            title: SECOND.into(),
            problem: "坐席挂机后仍要在三个界面里重复登记，平均处理时长半年没有下降，高峰时段更明显。".into(),
            cause: "投诉登记表与工单系统各录一遍；赔付类来电还要另开台账。抽查 40 通，重复录入平均占 19 秒。".into(),
            centre: "HD".into(),
            kpi: "aht_s".into(),
            baseline_from: stage.ago(100),
            baseline_to: stage.ago(41),
            goal: 270.0,
            due_on: stage.ahead(45),
            owner_id: Some(stage.id("wangfang")),
            signal: None,
            direction: None,
            worth: Some(10.0),
            check_days: Some(28),
        };
        stage.write("wangfang", move |tx| improvement::open(tx, &command).map(|_| ()))?;
        let (number, _) = number_of(stage, SECOND)?;
        action(stage, "zhouyn", &number, "合并登记界面：工单号自动带入投诉登记表", stage.ago(12))?;
        action(stage, "wangfang", &number, "修订 WI-02 的登记步骤，取消重复台账", stage.ago(4))?;
        action(stage, "chengang", &number, "两个班组试行四周，逐通记录话后时长", stage.ahead(20))?;
        let (number, row_version) = number_of(stage, SECOND)?;
        stage.write("wangfang", move |tx| improvement::pass_plan(tx, &number, &PassPlan { row_version }).map(|_| ()))
    });
    acts.add(stage.ago(13), 980, |stage| done(stage, "zhouyn", SECOND, 1, "接口已上线，抽查 20 通均自动带入。"));
}
