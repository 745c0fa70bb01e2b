//! What changed, told by rules: scores that moved by a threshold, KPIs that left their allowed range or came back, signals raised, cycles
//! closed, documents that took effect; since the last management review, or where there was none, since the month before.

use chrono::NaiveDate;

use super::model::{Board, Change, Said, Tone};
use super::stood::Stood;
use crate::actor::{Actor, Permission};
use crate::db::{Conn, Instant};
use crate::error::Result;
use crate::improvement::{Cycle, Phase};
use crate::kpi::scoring::Standing;
use crate::kpi::statistics::compare::Verdict;
use crate::kpi::{self, Period};
use crate::text::{Lang, t};
use crate::web::escape;
use crate::{documents, improvement};

/// Points by which a score has to move to be told.
const THRESHOLD: f64 = 2.0;
/// Coverage that may differ between totals that are compared.
const SAME_COVERAGE: f64 = 0.05;
/// Most sentences of a kind.
const MOST: usize = 30;

/// What changed between how the centres stood at the last review and this board; without one, between the months.
///
/// # Errors
/// When the database refuses.
pub(super) fn changes(
    conn: &mut Conn,
    actor: &Actor,
    board: &Board,
    last: Option<Instant>,
    before: &[Stood],
) -> Result<Vec<Change>> {
    let mut found = scores(board, before);
    found.extend(ranges(board, before));
    let day = match last {
        Some(at) => at.utc().date_naive(),
        None => Period::parse(&board.period)?.from,
    };
    found.extend(raised(conn, actor, board, last, day)?);
    found.extend(closed(conn, actor, board.on, day)?);
    found.extend(took_effect(conn, actor, day)?);
    Ok(found)
}

/// Scores that moved.
fn scores(board: &Board, before: &[Stood]) -> Vec<Change> {
    let change = |centre: &super::CentreMonth| {
        let stood = before.iter().find(|stood| stood.id == centre.id)?;
        let (old, new) = (stood.total?, centre.total?);
        let up = new >= old;
        // Totals with gaps, or over different KPIs, are not compared.
        let comparable = stood.complete && centre.complete && (stood.coverage - centre.coverage).abs() <= SAME_COVERAGE;
        if (new - old).abs() < THRESHOLD || !comparable {
            return None;
        }
        let say = |lang: Lang| {
            let key = if up { "board-score-up" } else { "board-score-down" };
            let params =
                [("centre", centre.name.get(lang).to_owned()), ("before", format!("{old:.1}")), ("after", format!("{new:.1}"))];
            t(lang, key, &params)
        };
        let href = format!("/kpis/{}?period={}", centre.code, board.period);
        let tone = if up { Tone::Better } else { Tone::Worse };
        Some(Change { tone, text: Said::of(&say), href, centre: Some(centre.id.clone()) })
    };
    board.centres().filter_map(change).take(MOST).collect()
}

/// KPIs that left their allowed range or came back into it.
fn ranges(board: &Board, before: &[Stood]) -> Vec<Change> {
    let mut found = Vec::new();
    for centre in board.centres() {
        let Some(stood) = before.iter().find(|stood| stood.id == centre.id) else { continue };
        for tile in centre.tiles.iter().filter(|tile| tile.counted) {
            let Some((_, old)) = stood.states.iter().find(|(code, _)| *code == tile.code) else { continue };
            let (key, tone) = match (*old, tile.state) {
                (Standing::Met | Standing::InRange, Standing::OutOfRange) => ("board-range-left", Tone::Worse),
                (Standing::OutOfRange, Standing::Met | Standing::InRange) => ("board-range-back", Tone::Better),
                _ => continue,
            };
            let say = |lang: Lang| {
                let params = [("centre", centre.name.get(lang).to_owned()), ("kpi", tile.name.get(lang).to_owned())];
                t(lang, key, &params)
            };
            let href = format!("/kpis/{}/{}?period={}", centre.code, tile.code, board.period);
            found.push(Change { tone, text: Said::of(&say), href, centre: Some(centre.id.clone()) });
        }
    }
    found.truncate(MOST);
    found
}

/// Signals raised since, one sentence per centre.
fn raised(conn: &mut Conn, actor: &Actor, board: &Board, since: Option<Instant>, day: NaiveDate) -> Result<Vec<Change>> {
    let counts = kpi::raised_since(conn, actor, since, day)?;
    let sentence = |centre: &super::CentreMonth| {
        let count = counts.iter().find(|(id, _)| *id == centre.id).map(|(_, count)| *count)?;
        let say = |lang: Lang| {
            t(lang, "board-signals-new", &[("centre", centre.name.get(lang).to_owned()), ("count", count.to_string())])
        };
        let href = format!("/kpis/{}?period={}", centre.code, board.period);
        Some(Change { tone: Tone::Worse, text: Said::of(&say), href, centre: Some(centre.id.clone()) })
    };
    Ok(board.centres().filter_map(sentence).take(MOST).collect())
}

/// Cycles closed since, with what the check found.
fn closed(conn: &mut Conn, actor: &Actor, today: NaiveDate, since: NaiveDate) -> Result<Vec<Change>> {
    if !actor.may(Permission::ReadCycles) {
        return Ok(Vec::new());
    }
    let cycles = improvement::board(conn, actor, today)?.into_iter().map(|(cycle, _)| cycle);
    let over = |cycle: &Cycle| cycle.phase == Phase::Closed && cycle.closed_at.is_some_and(|at| at.utc().date_naive() >= since);
    cycles.filter(over).take(MOST).map(|cycle| of_cycle(conn, actor, &cycle)).collect()
}

fn of_cycle(conn: &mut Conn, actor: &Actor, cycle: &Cycle) -> Result<Change> {
    let judgement = improvement::test_of(conn, actor, cycle)?.and_then(|(_, judgement)| judgement);
    let (tone, verdict) = match judgement.map(|judgement| judgement.verdict) {
        Some(Verdict::Effective) => (Tone::Better, "effective"),
        Some(Verdict::Worse) => (Tone::Worse, "worse"),
        Some(Verdict::NotTestable) => (Tone::Plain, "not-testable"),
        Some(Verdict::NotShown) | None => (Tone::Plain, "not-shown"),
    };
    let say = |lang: Lang| t(lang, &format!("board-closed-{verdict}"), &[("cycle", cycle.label())]);
    Ok(Change { tone, text: Said::of(&say), href: format!("/p/{}", escape(&cycle.number)), centre: Some(cycle.centre_id.clone()) })
}

/// Documents that took effect since.
fn took_effect(conn: &mut Conn, actor: &Actor, since: NaiveDate) -> Result<Vec<Change>> {
    if !actor.may(Permission::ReadDocuments) {
        return Ok(Vec::new());
    }
    let limit = i64::try_from(MOST).unwrap_or(i64::MAX);
    let sentence = |(document, version): (documents::Document, documents::Version)| {
        let say = |lang: Lang| {
            let what = format!("{} {} {}", document.code, version.label, version.title(lang));
            t(lang, "board-effective", &[("what", what)])
        };
        Change { tone: Tone::Plain, text: Said::of(&say), href: documents::href(&document.code), centre: None }
    };
    Ok(documents::effective_since(conn, since, limit)?.into_iter().map(sentence).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn board(total: f64, state: Standing) -> Board {
        let text = format!(
            r#"{{"period":"2026-10","on":"2026-11-21","exceptions":[],"since":null,"changes":[],"groups":[{{"centre_type":"cost_control",
            "stress":{{"zh":"","en":""}},"qualitative":5,"quantitative":95,"families":[],"centres":[{{"id":"c","code":"HD",
            "name":{{"zh":"华东","en":"East"}},"total":{total},"before":null,"coverage":1.0,"complete":true,"profile_version":1,"signals":0,
            "closely":false,"tiles":[{{"code":"fcr","name":{{"zh":"首次解决率","en":"FCR"}},"unit":"percent","direction":"higher","digits":1,
            "value":70.0,"limits":{{}},"state":"{}","weight":6.0,"score":50.0,"definition_version":1,"variation":null,
            "assurance":null}}]}}]}}]}}"#,
            state.as_str()
        );
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn scores_are_told_from_a_threshold_on() {
        let before = Stood::of_board(&board(80.0, Standing::Met));
        assert_eq!(scores(&board(81.9, Standing::Met), &before), []);
        let down = scores(&board(77.0, Standing::Met), &before);
        assert_eq!((down.len(), down[0].tone, down[0].href.as_str()), (1, Tone::Worse, "/kpis/HD?period=2026-10"));
        assert!(down[0].text.en.contains("80.0") && down[0].text.en.contains("77.0"), "{:?}", down[0].text);
    }

    #[test]
    fn scores_with_gaps_are_not_compared() {
        let (whole, mut gaps) = (board(80.0, Standing::Met), board(60.0, Standing::Met));
        gaps.groups[0].centres[0].complete = false;
        assert_eq!(scores(&gaps, &Stood::of_board(&whole)), []);
        assert_eq!(scores(&whole, &Stood::of_board(&gaps)), []);
        let centre = |before_complete| super::super::CentreMonth {
            before: Some(70.0),
            before_complete,
            ..whole.groups[0].centres[0].clone()
        };
        assert_eq!((centre(true).moved(), centre(false).moved()), (Some(10.0), None));
        assert!(!whole.groups[0].centres[0].before_complete, "a board kept before this was noted");
    }

    #[test]
    fn kpis_are_told_when_they_cross_the_edge_of_their_range() {
        let tones = |old: Standing, new: Standing| -> Vec<Tone> {
            ranges(&board(80.0, new), &Stood::of_board(&board(80.0, old))).into_iter().map(|change| change.tone).collect()
        };
        assert_eq!(tones(Standing::Met, Standing::OutOfRange), [Tone::Worse]);
        assert_eq!(tones(Standing::OutOfRange, Standing::InRange), [Tone::Better]);
        assert_eq!(tones(Standing::Met, Standing::InRange), []);
        assert_eq!(tones(Standing::NoData, Standing::OutOfRange), []);
        // What is not scored, because it rests on too few, is neither counted nor told.
        let mut few = board(80.0, Standing::OutOfRange);
        assert_eq!(few.groups[0].centres[0].out_of_range(), 1);
        few.groups[0].centres[0].tiles[0].counted = false;
        assert_eq!(few.groups[0].centres[0].out_of_range(), 0);
        assert_eq!(ranges(&few, &Stood::of_board(&board(80.0, Standing::Met))), []);
    }
}
