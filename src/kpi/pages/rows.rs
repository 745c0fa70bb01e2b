//! `/kpis/{centre}/{code}/rows`: what a value rests on, down to the rows of the kept files. Files are read beside the database, so that a
//! large one holds nobody up.

use actix_web::web::{Path, Query};
use serde::{Deserialize, Serialize};

use super::strata::{self, Strata};
use super::words::{self, Tab};
use crate::actor::Permission;
use crate::error::Result;
use crate::kpi::vocabulary::Vocabulary;
use crate::kpi::{self, AskedRows, Behind, Input, MOST_ROWS, MeasureSum, Period, TracedRow};
use crate::text::Lang;
use crate::web::{Area, Cell, PageResult, Sheet, SheetFormat, View, Visit, address, block};

/// Rows of a page.
const SHOWN: u64 = 100;
/// Most links to further files.
const FURTHER: usize = 50;

/// What the address may ask for.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Asked {
    period: Option<String>,
    batch: Option<i64>,
    #[serde(default)]
    from: u64,
}

#[derive(Serialize)]
struct FileRow {
    input: Input,
    href: String,
    current: bool,
    sums: Vec<String>,
}

#[derive(Serialize)]
struct Row {
    number: u64,
    day: String,
    /// Its channel, where the value weighs channels.
    channel: Option<String>,
    adds: String,
    cells: Vec<String>,
}

/// What the rows of the file shown come to, beside what is stored.
#[derive(Serialize)]
struct Check {
    name: String,
    stored: String,
    rows: String,
    same: bool,
}

#[derive(Serialize)]
struct Shown {
    centre: String,
    centre_name: String,
    code: String,
    name: String,
    at: String,
    period: String,
    tabs: Vec<Tab>,
    value: Option<String>,
    unit: String,
    quotient: (String, String),
    /// The channels that the value weighs.
    strata: Option<Strata>,
    measures: Vec<String>,
    files: Vec<FileRow>,
    sums: Vec<String>,
    file: Option<String>,
    checks: Vec<Check>,
    agrees: bool,
    fault: Option<String>,
    header: Vec<String>,
    rows: Vec<Row>,
    first: u64,
    last: u64,
    total: u64,
    newer: Option<String>,
    older: Option<String>,
    sheet: String,
    /// Files of the rows that one file does not hold.
    further: Vec<Tab>,
}

/// Measures, files and rows behind a value.
pub(crate) async fn show(visit: Visit, path: Path<(String, String)>, asked: Query<Asked>) -> PageResult {
    let (found, from) = (find(&visit, path.into_inner(), &asked, SHOWN).await?, asked.from);
    visit
        .page("kpis/rows.html", move |r| {
            let value = kpi::value(r.conn, &r.actor, &found.known.definition.code, &found.centre.code, found.period)?;
            let view = shown(&found, &value, from, r.today, r.lang);
            Ok(View::new(Area::Kpis, r.t("kpir-title"), view))
        })
        .await
}

/// The rows as a file.
pub(crate) async fn sheet(visit: Visit, path: Path<(String, String, SheetFormat)>, asked: Query<Asked>) -> PageResult {
    let (centre, code, format) = path.into_inner();
    let found = find(&visit, (centre, code), &asked, MOST_ROWS).await?;
    let (lang, from) = (visit.read(|r| Ok(r.lang)).await?, asked.from);
    Ok(block(move || as_sheet(&found, from, lang).file(format)).await?.answer())
}

async fn find(visit: &Visit, (centre, code): (String, String), asked: &Asked, take: u64) -> Result<Behind> {
    let (period, id) = (asked.period.clone(), centre.clone());
    let (actor, period) = visit
        .read(move |r| {
            r.actor.see(Permission::ReadKpis)?;
            let centre = kpi::visible(r.conn, &r.actor, &id)?;
            Ok((r.actor.clone(), words::asked(r.conn, period.as_deref(), Some(&centre.id), r.today)?))
        })
        .await?;
    let asked = AskedRows { code, centre, period, batch: asked.batch, skip: asked.from, take };
    let (site, dir) = (visit.site.clone(), visit.site.config.evidence_dir());
    block(move || kpi::behind(&site.ledger.db, &dir, &actor, &asked)).await
}

fn shown(found: &Behind, value: &kpi::Value, from: u64, today: chrono::NaiveDate, lang: Lang) -> Shown {
    let (definition, centre) = (&found.known.definition, &found.centre);
    let path = format!("/kpis/{}/{}/rows", centre.code, definition.code);
    let (period, number) = (found.period.to_string(), found.chosen.map(|number| number.to_string()).unwrap_or_default());
    let page = |from: u64| {
        address(
            &path,
            &[("period", &period), ("batch", &number), ("from", &if from == 0 { String::new() } else { from.to_string() })],
        )
    };
    let chosen = found.files.iter().find(|file| Some(file.input.batch) == found.chosen);
    let file = |file: &kpi::FileShare| FileRow {
        href: address(&path, &[("period", &period), ("batch", &file.input.batch.to_string())]),
        current: Some(file.input.batch) == found.chosen,
        sums: file.sums.iter().map(|sum| count(sum.stored)).collect(),
        input: file.input.clone(),
    };
    let last = from.saturating_add(found.rows.len() as u64);
    Shown {
        centre: centre.code.clone(),
        centre_name: centre.name(lang).to_owned(),
        code: definition.code.clone(),
        name: definition.name(lang).to_owned(),
        at: Period::month_of(found.period.to).to_string(),
        tabs: words::tabs(&path, found.period, today, lang),
        period: words::period(found.period, lang),
        value: value.in_unit.map(|value| words::figure(definition, value)),
        unit: words::unit(definition, lang),
        quotient: (value.numerator.to_string(), value.denominator.to_string()),
        strata: strata::table(definition, &value.strata, lang),
        measures: found
            .files
            .first()
            .map(|file| file.sums.iter().map(|sum| title(&sum.measure, lang)).collect())
            .unwrap_or_default(),
        sums: all(found),
        files: found.files.iter().map(file).collect(),
        file: chosen.map(|file| format!("#{} {}", file.input.batch, file.input.file)),
        checks: chosen.map(|file| file.sums.iter().map(|sum| check(sum, lang)).collect()).unwrap_or_default(),
        agrees: found.agrees(),
        fault: found.fault.as_ref().map(|problem| problem.message(lang)),
        header: found.header.clone(),
        rows: found.rows.iter().map(|row| shown_row(found, row, lang)).collect(),
        first: from.saturating_add(1),
        last,
        total: found.total,
        newer: (from > 0).then(|| page(from.saturating_sub(SHOWN))),
        older: (last < found.total).then(|| page(last)),
        sheet: address(&path, &[("period", &period), ("batch", &number)]),
        further: further(&path, &[("period", &period), ("batch", &number)], found.total, lang),
    }
}

/// The sums over all files. Stocks stand beside each other and are not added up.
fn all(found: &Behind) -> Vec<String> {
    let measures = found.files.first().map_or(0, |file| file.sums.len());
    let sum = |at: usize| {
        let counts = found.files.iter().filter_map(|file| file.sums.get(at)?.stored);
        count(counts.reduce(i128::saturating_add))
    };
    (0..measures).map(sum).collect()
}

fn count(count: Option<i128>) -> String {
    count.map_or_else(|| "—".to_owned(), |count| count.to_string())
}

fn title(measure: &str, lang: Lang) -> String {
    Vocabulary::shipped().measure(measure).map_or_else(|| measure.to_owned(), |measure| measure.title(lang).to_owned())
}

fn check(sum: &MeasureSum, lang: Lang) -> Check {
    Check { name: title(&sum.measure, lang), stored: count(sum.stored), rows: count(sum.rows), same: sum.stored == sum.rows }
}

/// What a row adds to the measures of the value, in words.
fn adds(found: &Behind, row: &TracedRow, lang: Lang) -> String {
    let used = found.files.first().map(|file| file.sums.as_slice()).unwrap_or_default();
    let told = used.iter().filter_map(|sum| Some(format!("{} {}", title(&sum.measure, lang), row.adds.get(&sum.measure)?)));
    told.collect::<Vec<String>>().join(if lang == Lang::Zh { "；" } else { "; " })
}

fn shown_row(found: &Behind, row: &TracedRow, lang: Lang) -> Row {
    let channel = by_channel(found).then(|| strata::channel(&row.channel, lang));
    Row { number: row.number, day: row.day.to_string(), channel, adds: adds(found, row, lang), cells: row.cells.clone() }
}

fn by_channel(found: &Behind) -> bool {
    found.known.formula.as_ref().is_some_and(|formula| formula.is_by_channel())
}

/// The rows of a file, and what it does not hold: one file holds [`MOST_ROWS`].
fn as_sheet(found: &Behind, from: u64, lang: Lang) -> Sheet {
    let t = |key: &str| crate::text::t(lang, key, &[]);
    let channels = by_channel(found).then(|| t("kpis-channel"));
    let head = [t("kpir-row"), t("kpir-day")].into_iter().chain(channels).chain([t("kpir-adds")]);
    let head = head.chain(found.header.iter().cloned()).collect();
    let row = |row: &TracedRow| {
        let channel = by_channel(found).then(|| Cell::from(row.channel.as_str()));
        let own = [Cell::Number(row.number as f64), row.day.into()].into_iter().chain(channel);
        own.chain([adds(found, row, lang).into()]).chain(row.cells.iter().map(|cell| Cell::from(cell.as_str()))).collect()
    };
    let mut name =
        format!("{}-{}-{}-{}", found.known.definition.code, found.centre.code, found.period, found.chosen.unwrap_or_default());
    if from > 0 {
        name.push_str(&format!("-{}", from + 1));
    }
    let mut rows: Vec<Vec<Cell>> = found.rows.iter().map(row).collect();
    rows.extend(rest(from, found.rows.len() as u64, found.total, lang).map(|rest| vec![Cell::Nothing, Cell::Nothing, rest.into()]));
    Sheet { name, head, rows }
}

/// That there are more rows, and how to get them.
fn rest(from: u64, shown: u64, total: u64, lang: Lang) -> Option<String> {
    let last = from + shown;
    let params = [("first", from + 1), ("last", last), ("total", total), ("from", last)].map(|(name, row)| (name, row.to_string()));
    (last < total).then(|| crate::text::t(lang, "kpir-rest", &params))
}

/// The files that hold the rows beyond the first [`MOST_ROWS`].
fn further(path: &str, params: &[(&str, &str)], total: u64, lang: Lang) -> Vec<Tab> {
    let steps = usize::try_from(MOST_ROWS).unwrap_or(usize::MAX);
    let tab = |from: u64| {
        let place = [("first", from + 1), ("last", total.min(from + MOST_ROWS)), ("total", total)];
        let from = from.to_string();
        let params: Vec<(&str, &str)> = params.iter().copied().chain([("from", from.as_str())]).collect();
        let label = crate::text::t(lang, "kpir-place", &place.map(|(name, row)| (name, row.to_string())));
        Tab { label, href: address(path, &params), current: false }
    };
    (MOST_ROWS..total).step_by(steps).take(FURTHER).map(tab).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_says_what_it_does_not_hold() {
        assert_eq!(rest(0, 1840, 1840, Lang::En), None);
        let told = rest(0, MOST_ROWS, 250_000, Lang::En).unwrap();
        assert!(told.contains("1 to 100000 of 250000") && told.contains("from=100000"), "{told}");
        assert_eq!(rest(200_000, 50_000, 250_000, Lang::En), None);
        let path = "/kpis/HD/fcr/rows";
        assert!(further(path, &[("period", "2026-10")], MOST_ROWS, Lang::En).is_empty());
        let hrefs: Vec<String> =
            further(path, &[("period", "2026-10")], 250_000, Lang::En).into_iter().map(|tab| tab.href).collect();
        assert_eq!(hrefs, ["/kpis/HD/fcr/rows?period=2026-10&from=100000", "/kpis/HD/fcr/rows?period=2026-10&from=200000"]);
    }
}
