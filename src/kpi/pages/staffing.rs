//! `/kpis/staffing`: how many agents a queue needs, under Erlang C and, with a patience, Erlang A.

use actix_web::HttpRequest;
use serde::Serialize;
use serde_json::Value;

use crate::actor::Permission;
use crate::error::{Error, Result};
use crate::kpi::chart::{self, Trend, TrendPoint, TrendWords};
use crate::kpi::staffing::{Answer, FIELDS, Question, Row};
use crate::kpi::statistics::erlang::Waiting;
use crate::text::t;
use crate::web::{Area, Form, PageResult, Reading, Sheet, Typed, View, Visit, address};

#[derive(Serialize)]
struct Line {
    agents: u32,
    rostered: u32,
    chosen: bool,
    reaches: bool,
    waits: Option<String>,
    level: Option<String>,
    asa: Option<String>,
    occupancy: Option<String>,
    abandons: Option<String>,
    impatient_level: Option<String>,
    impatient_wait: Option<String>,
}

#[derive(Serialize)]
struct Found {
    agents: u32,
    rostered: u32,
    patient: u32,
    erlang: String,
    lines: u32,
    impatient: bool,
    rows: Vec<Line>,
    svg: String,
}

#[derive(Serialize)]
struct Staffing {
    form: Typed,
    threshold: String,
    /// The same as a file.
    sheet: String,
    /// None when no number of agents reaches the goal.
    found: Option<Found>,
}

/// The question and its answer; everything stands in the address, so that it can be kept and sent.
pub(crate) async fn show(visit: Visit, request: HttpRequest) -> PageResult {
    let asked = Form::parse(request.query_string().as_bytes());
    visit
        .page("kpis/staffing.html", move |r| {
            let (view, status) = view(r, &asked)?;
            Ok(View::new(Area::Kpis, r.t("kpis-staffing"), view).status(status))
        })
        .await
}

fn view(r: &Reading<'_>, asked: &Form) -> Result<(Staffing, u16)> {
    r.actor.see(Permission::ReadKpis)?;
    let (mut form, status, question) = match Question::read(&asked.values()) {
        Ok(question) => (Typed::kept(asked), 200, Some(question)),
        Err(error) => {
            let (form, status) = Typed::back(asked, error, r.lang)?;
            (form, status, None)
        }
    };
    for (name, first, _, _) in FIELDS {
        form.values.entry(name.to_owned()).or_insert_with(|| Value::from(first));
    }
    let found = question.and_then(|question| question.answer().map(|answer| found(r, &question, &answer)));
    let threshold = question.map(|question| question.goal.threshold_s.to_string()).unwrap_or_default();
    let values = asked.values();
    let pairs: Vec<(&str, &str)> = values.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let sheet = address("/kpis/files/staffing", &pairs);
    Ok((Staffing { form, threshold, sheet, found }, status))
}

fn percent(share: f64) -> String {
    format!("{:.1}%", share * 100.0)
}

fn seconds(value: f64) -> String {
    format!("{value:.1}")
}

fn found(r: &Reading<'_>, question: &Question, answer: &Answer) -> Found {
    let rows: Vec<Line> = answer.rows.iter().map(|row| line(question, answer, row)).collect();
    Found {
        agents: answer.agents,
        rostered: rows.iter().find(|row| row.chosen).map_or(answer.agents, |row| row.rostered),
        patient: answer.patient,
        erlang: format!("{:.2}", answer.erlang),
        lines: answer.lines,
        impatient: question.patience_s.is_some(),
        svg: picture(r, question, answer),
        rows,
    }
}

fn line(question: &Question, answer: &Answer, row: &Row) -> Line {
    let threshold = question.goal.threshold_s;
    let impatient = row.impatient.as_ref();
    let occupancy = impatient.map(|queue| queue.occupancy).or(row.patient.map(|queue| queue.occupancy()));
    Line {
        agents: row.agents,
        rostered: row.rostered,
        chosen: row.agents == answer.agents,
        reaches: row.reaches,
        waits: row.patient.map(|queue| percent(queue.waits)),
        level: row.patient.map(|queue| percent(queue.within(threshold))),
        asa: row.patient.map(|queue| seconds(queue.asa_s())),
        occupancy: occupancy.map(percent),
        abandons: impatient.map(|queue| percent(queue.abandons)),
        impatient_level: impatient.map(|queue| percent(queue.answered_within(threshold))),
        impatient_wait: impatient.map(|queue| seconds(queue.mean_wait_s)),
    }
}

/// The staffings around the answer, as a table for spreadsheets; shares from 0 to 1.
pub(super) fn sheet(r: &Reading<'_>, asked: &Form) -> Result<Sheet> {
    r.actor.see(Permission::ReadKpis)?;
    let question = Question::read(&asked.values())?;
    let answer = question.answer().ok_or_else(|| Error::conflict("staffing-none"))?;
    let threshold = question.goal.threshold_s;
    let keys = [
        "kpis-staffing-agents",
        "kpis-staffing-roster",
        "kpis-staffing-level-a",
        "kpis-staffing-wait-a",
        "kpis-staffing-abandon",
        "kpis-staffing-level-c",
        "kpis-staffing-asa",
        "kpis-staffing-waits",
        "kpis-staffing-occupied",
        "kpis-staffing-goal",
    ];
    let row = |row: &Row| {
        let (patient, impatient) = (row.patient, row.impatient.as_ref());
        vec![
            i64::from(row.agents).into(),
            i64::from(row.rostered).into(),
            impatient.map(|queue| queue.answered_within(threshold)).into(),
            impatient.map(|queue| queue.mean_wait_s).into(),
            impatient.map(|queue| queue.abandons).into(),
            patient.map(|queue| queue.within(threshold)).into(),
            patient.map(Waiting::asa_s).into(),
            patient.map(|queue| queue.waits).into(),
            impatient.map(|queue| queue.occupancy).or(patient.map(Waiting::occupancy)).into(),
            r.t(if row.reaches { "kpis-staffing-reached" } else { "kpis-staffing-missed" }).into(),
        ]
    };
    Ok(Sheet { name: "staffing".into(), head: keys.map(|key| r.t(key)).into(), rows: answer.rows.iter().map(row).collect() })
}

/// The service level over the number of agents.
fn picture(r: &Reading<'_>, question: &Question, answer: &Answer) -> String {
    let threshold = question.goal.threshold_s;
    let labels: Vec<String> = answer.rows.iter().map(|row| row.agents.to_string()).collect();
    let level = |row: &Row| match &row.impatient {
        Some(queue) => Some(queue.answered_within(threshold)),
        None => row.patient.map(|queue| queue.within(threshold)),
    };
    let points: Vec<TrendPoint<'_>> = answer
        .rows
        .iter()
        .zip(&labels)
        .map(|(row, label)| TrendPoint { label, value: level(row), ..TrendPoint::default() })
        .collect();
    let params = [("agents", answer.agents.to_string()), ("level", percent(question.goal.service_level))];
    let (title, description) = (r.t("kpis-staffing-picture"), t(r.lang, "kpis-staffing-picture-about", &params));
    let target = r.t("kpis-line-target");
    chart::trend(&Trend {
        id: "staffing",
        title: &title,
        description: &description,
        panel: chart::Panel::First,
        axis: "",
        points: &points,
        phases: &[],
        markers: &[],
        targets: &[question.goal.service_level],
        range: &[],
        digits: 1,
        share: true,
        words: TrendWords { target: &target, range: "", upper: "", centre: "", lower: "" },
    })
}
