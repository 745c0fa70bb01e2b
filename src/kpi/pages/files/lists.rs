//! Lists as files: profiles with all their versions, published cards, locked months.

use super::{MOST, head};
use crate::error::Result;
use crate::kpi::pack::Profile;
use crate::kpi::pages::profiles::{kind_name, type_name};
use crate::kpi::{self, Known, ProfileVersion, Scorecard};
use crate::organisation::{self, CentreType};
use crate::web::{Cell, Reading, Sheet};

/// Every weight of every version of every profile, with where it comes from.
pub(super) fn profiles(r: &mut Reading<'_>) -> Result<Sheet> {
    let head = head(
        r,
        &[
            "kpis-type",
            "kpip-version-no",
            "kpip-from",
            "kpif-level",
            "kpis-kpi",
            "kpif-name",
            "kpis-weight",
            "kpip-provenance",
            "kpip-reason",
        ],
    );
    let book = kpi::profiles(r.conn, &r.actor)?;
    let known = kpi::definitions(r.conn)?;
    let mut rows = Vec::new();
    for centre_type in CentreType::ALL.iter().copied() {
        for version in book.versions(centre_type) {
            rows.extend(version_rows(r, centre_type, version, &known));
        }
    }
    Ok(Sheet { name: "kpi-profiles".into(), head, rows })
}

/// A weight on its way into a row: level, code, name, percent, provenance and reason.
type Line = (&'static str, String, String, u32, String, Option<String>);

fn version_rows(r: &Reading<'_>, centre_type: CentreType, version: &ProfileVersion, known: &[Known]) -> Vec<Vec<Cell>> {
    let row = |(level, code, name, weight, provenance, reason): Line| {
        vec![
            type_name(centre_type, r.lang).into(),
            version.version.into(),
            version.profile.starts_on.into(),
            r.t(level).into(),
            code.into(),
            name.into(),
            i64::from(weight).into(),
            r.t(&format!("kpip-from-{provenance}")).into(),
            reason.into(),
        ]
    };
    lines(r, &version.profile, known).into_iter().map(row).collect()
}

fn lines(r: &Reading<'_>, profile: &Profile, known: &[Known]) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for (kind, weight) in &profile.kind {
        let name = kind_name(kind, r.lang);
        lines.push(("kpis-kind", kind.clone(), name, weight.weight, weight.provenance.clone(), weight.reason.clone()));
    }
    for family in &profile.families {
        let Some(weight) = profile.family.get(&family.code) else { continue };
        let name = family.name(r.lang).to_owned();
        lines.push(("kpis-family", family.code.clone(), name, weight.weight, weight.provenance.clone(), weight.reason.clone()));
        for (code, weight) in profile.kpi.get(&family.code).into_iter().flatten() {
            let name = known.iter().find(|known| known.definition.code == *code).map(|known| known.definition.name(r.lang));
            let (provenance, reason) = profile.provenance(&family.code, code);
            let name = name.unwrap_or_default().to_owned();
            lines.push(("kpis-kpi", code.clone(), name, *weight, provenance.to_owned(), reason.map(str::to_owned)));
        }
    }
    lines
}

/// The published cards, newest month first.
pub(super) fn scorecards(r: &mut Reading<'_>) -> Result<Sheet> {
    let head = head(
        r,
        &[
            "kpis-month",
            "kpis-centre",
            "kpif-name",
            "kpis-edition-no",
            "kpis-score",
            "kpis-coverage",
            "kpis-comparable",
            "kpis-reason",
            "kpis-published-by",
            "kpis-published-at",
            "kpis-card-text",
        ],
    );
    let (found, centres) = (kpi::all_published(r.conn, &r.actor, None, MOST)?, organisation::centres(r.conn)?);
    let row = |card: Scorecard| {
        let centre = centres.iter().find(|centre| centre.id == card.centre_id);
        vec![
            card.period.into(),
            centre.map(|centre| centre.code.clone()).into(),
            centre.map(|centre| centre.name(r.lang).to_owned()).into(),
            card.edition.into(),
            card.total.into(),
            card.coverage.into(),
            r.t(if card.complete { "kpis-complete" } else { "state-incomplete" }).into(),
            card.reason.into(),
            card.published_by.into(),
            super::moment(r, card.published_at).into(),
            card.card_hash.into(),
        ]
    };
    let rows = found.into_iter().map(row).collect();
    Ok(Sheet { name: "kpi-scorecards".into(), head, rows })
}

/// Locked months, and those opened again.
pub(super) fn locks(r: &mut Reading<'_>) -> Result<Sheet> {
    let head = head(r, &["kpis-month", "kpis-centre", "kpif-name", "kpis-state", "kpis-reason", "kpii-by", "kpii-at"]);
    let found = kpi::locks(r.conn, &r.actor)?;
    let row = |found: kpi::LockedMonth| {
        vec![
            found.lock.month.into(),
            found.centre.code.as_str().into(),
            found.centre.name(r.lang).into(),
            r.t(if found.lock.locked { "kpii-is-locked" } else { "kpii-is-open" }).into(),
            found.lock.reason.into(),
            found.lock.changed_by.into(),
            super::moment(r, found.lock.changed_at).into(),
        ]
    };
    Ok(Sheet { name: "kpi-locks".into(), head, rows: found.into_iter().map(row).collect() })
}
