//! The channels that a mean weighs, as a table and in one line.

use serde::Serialize;

use super::words;
use crate::kpi::definition::Definition;
use crate::kpi::mapping::catalogue::Catalogue;
use crate::kpi::method::Stratum;
use crate::text::{Lang, t};

#[derive(Debug, Serialize)]
struct Row {
    name: String,
    code: String,
    n: i64,
    mean: String,
    deviation: String,
    weight: String,
    share: String,
    counts: String,
}

/// The channels behind a value.
#[derive(Debug, Serialize)]
pub(super) struct Strata {
    rows: Vec<Row>,
    /// How much of the weight has values, and what became of the rest.
    covered: String,
    /// What has values and counts for nothing.
    idle: Option<String>,
}

fn percent(share: f64) -> String {
    format!("{:.1}%", share * 100.0)
}

/// What people call a channel; its code where it has no other name.
pub(super) fn channel(code: &str, lang: Lang) -> String {
    Catalogue::shipped().title_of(&["channel"], code, lang).unwrap_or(code).to_owned()
}

/// The table; none of a value that weighs no channels.
pub(super) fn table(definition: &Definition, strata: &[Stratum], lang: Lang) -> Option<Strata> {
    let figure = |value: Option<f64>| value.map_or("—".to_owned(), |value| words::figure(definition, value * definition.scale()));
    let row = |one: &Stratum| Row {
        name: channel(&one.channel, lang),
        code: one.channel.clone(),
        n: one.n,
        mean: figure(one.mean),
        deviation: figure(one.deviation),
        weight: one.weight.to_string(),
        share: percent(one.share),
        counts: percent(one.counts),
    };
    if strata.is_empty() {
        return None;
    }
    let named = |asked: &dyn Fn(&Stratum) -> bool| -> Vec<String> {
        strata.iter().filter(|one| one.counts == 0.0 && asked(one)).map(|one| channel(&one.channel, lang)).collect()
    };
    let (without, idle) = (named(&|one| one.share > 0.0), named(&|one| one.n > 0));
    let key = if without.is_empty() { "kpis-strata-whole" } else { "kpis-strata-part" };
    let params = [("covered", percent(Stratum::coverage(strata).unwrap_or_default())), ("channels", listed(&without, lang))];
    let idle = (!idle.is_empty()).then(|| t(lang, "kpis-strata-idle", &[("channels", listed(&idle, lang))]));
    Some(Strata { rows: strata.iter().map(row).collect(), covered: t(lang, key, &params), idle })
}

fn listed(names: &[String], lang: Lang) -> String {
    names.join(if lang == Lang::Zh { "、" } else { ", " })
}

/// The same in one line: `Telephone 82.1 (n = 20) 60.0%; …`.
pub(super) fn line(definition: &Definition, strata: &[Stratum], lang: Lang) -> String {
    let told = |one: &Stratum| {
        let mean = one.mean.map_or("—".to_owned(), |mean| words::figure(definition, mean * definition.scale()));
        let params =
            [("channel", channel(&one.channel, lang)), ("mean", mean), ("n", one.n.to_string()), ("share", percent(one.share))];
        t(lang, "kpis-stratum", &params)
    };
    let all: Vec<String> = strata.iter().map(told).collect();
    all.join(if lang == Lang::Zh { "；" } else { "; " })
}
