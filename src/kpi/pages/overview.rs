//! `/kpis`: the centres by type, each with score, coverage and what is out of order.

use actix_web::web::Query;
use serde::{Deserialize, Serialize};

use super::words;
use crate::actor::Permission;
use crate::error::Result;
use crate::kpi::daybook::DayBook;
use crate::kpi::service::CardReader;
use crate::kpi::{self, Card};
use crate::organisation::CentreType;
use crate::web::{Area, PageResult, Reading, View, Visit};

/// What the address may ask for.
#[derive(Debug, Deserialize)]
pub(crate) struct Asked {
    pub(super) period: Option<String>,
}

#[derive(Serialize)]
struct Row {
    code: String,
    name: String,
    href: String,
    total: Option<String>,
    coverage: String,
    incomplete: bool,
    out_of_range: usize,
    signals: i64,
    active: bool,
}

#[derive(Serialize)]
struct Group {
    name: String,
    stress: Option<String>,
    rows: Vec<Row>,
}

#[derive(Serialize)]
struct Overview {
    period: String,
    tabs: Vec<words::Tab>,
    /// The month shown, as the address has it.
    at: String,
    groups: Vec<Group>,
    installed: bool,
    may_import: bool,
}

/// All centres.
pub(crate) async fn show(visit: Visit, asked: Query<Asked>) -> PageResult {
    visit
        .kept_page("kpis/overview.html", move |r| {
            Ok(View::new(Area::Kpis, r.t("kpis-title"), overview(r, asked.period.as_deref())?))
        })
        .await
}

fn overview(r: &mut Reading<'_>, asked: Option<&str>) -> Result<Overview> {
    let centres = kpi::centres(r.conn, &r.actor)?;
    let period = words::asked(r.conn, asked, None, r.today)?;
    let readers = CardReader::all(r.conn, centres.clone())?;
    let scope = readers.first().map(CardReader::scope).unwrap_or_default();
    let books = DayBook::everywhere(r.conn, &[period], &scope)?;
    let signals = kpi::open_counts(r.conn, &r.actor)?;
    let installed = !readers.is_empty() || centres.is_empty();
    let nothing = DayBook::default();
    let mut cards = Vec::new();
    for reader in &readers {
        let book = books.get(&reader.centre().id).unwrap_or(&nothing);
        cards.push(reader.outline(&book.frames(period, &scope), period)?);
    }
    let groups = CentreType::ALL.iter().filter_map(|centre_type| group(r, *centre_type, &cards, &signals)).collect();
    Ok(Overview {
        period: words::period(period, r.lang),
        at: kpi::Period::month_of(period.to).to_string(),
        tabs: words::tabs("/kpis", period, r.today, r.lang),
        groups,
        installed,
        may_import: r.actor.may(Permission::ImportKpis),
    })
}

fn group(r: &Reading<'_>, centre_type: CentreType, cards: &[Card], signals: &[(String, i64)]) -> Option<Group> {
    let own: Vec<&Card> = cards.iter().filter(|card| card.centre.centre_type == centre_type).collect();
    let first = own.first()?;
    let stress = if r.lang == crate::text::Lang::Zh { &first.profile.stress_zh } else { &first.profile.stress_en };
    Some(Group {
        name: r.t(&format!("centre-type-{}", centre_type.as_str().replace('_', "-"))),
        stress: Some(stress.clone()),
        rows: own.iter().map(|card| row(r, card, signals)).collect(),
    })
}

fn row(r: &Reading<'_>, card: &Card, signals: &[(String, i64)]) -> Row {
    let open = signals.iter().find(|(centre, _)| *centre == card.centre.id).map_or(0, |(_, count)| *count);
    Row {
        code: card.centre.code.clone(),
        name: card.centre.name(r.lang).to_owned(),
        href: format!("/kpis/{}?period={}", card.centre.code, card.period),
        total: card.score.total.map(|total| format!("{total:.1}")),
        coverage: format!("{:.0}%", card.score.coverage * 100.0),
        incomplete: !card.score.gaps.is_empty(),
        out_of_range: card.kpis.iter().filter(|kpi| kpi.is_out_of_range()).count(),
        signals: open,
        active: card.centre.active,
    }
}
