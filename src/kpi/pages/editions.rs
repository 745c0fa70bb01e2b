//! What an edition of a published card says otherwise than the one before it, fact by fact: everything that was frozen is compared.

use serde::Serialize;

use super::{strata, words};
use crate::error::Result;
use crate::kpi::{FrozenCard, FrozenKpi};
use crate::ledger::sha256_hex;
use crate::text::{Lang, t};

/// Characters of a hash that are shown.
const HASH: usize = 12;

/// One thing that a card states.
struct Fact {
    /// What it is of, by code: the card, a family, a KPI.
    key: String,
    /// The same in words.
    of: String,
    name: String,
    /// As it was frozen, to the last digit.
    exact: String,
    /// As people read it.
    shown: String,
}

/// A fact in both editions.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Changed {
    name: String,
    before: String,
    after: String,
}

/// What is stated otherwise of one thing.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Changes {
    #[serde(skip)]
    key: String,
    of: String,
    facts: Vec<Changed>,
}

/// What the later edition says otherwise; `families` names families by their code. Empty only for the same card.
///
/// # Errors
/// When a card cannot be written down.
pub(super) fn changes(
    before: &FrozenCard,
    after: &FrozenCard,
    families: &dyn Fn(&str) -> String,
    lang: Lang,
) -> Result<Vec<Changes>> {
    let (old, new) = (facts(before, families, lang)?, facts(after, families, lang)?);
    let mut found: Vec<Changes> = Vec::new();
    let gone = old.iter().filter(|fact| !new.iter().any(|other| other.is_same_as(fact)));
    for fact in new.iter().chain(gone) {
        let (before, after) = (old.iter().find(|other| other.is_same_as(fact)), new.iter().find(|other| other.is_same_as(fact)));
        let Some(changed) = changed(fact, before, after) else { continue };
        match found.iter_mut().find(|changes| changes.key == fact.key) {
            Some(changes) => changes.facts.push(changed),
            None => found.push(Changes { key: fact.key.clone(), of: fact.of.clone(), facts: vec![changed] }),
        }
    }
    if found.is_empty() && before != after {
        let [before, after] = [hash(&before.text()?), hash(&after.text()?)];
        let facts = vec![Changed { name: t(lang, "kpis-card-text", &[]), before, after }];
        found.push(Changes { key: String::new(), of: t(lang, "kpis-card-whole", &[]), facts });
    }
    Ok(found)
}

impl Fact {
    fn is_same_as(&self, other: &Self) -> bool {
        self.key == other.key && self.name == other.name
    }

    /// As people read it, with the exact figure where rounding hides the difference.
    fn in_full(&self) -> String {
        let short = if self.exact.chars().count() > 2 * HASH { hash(&self.exact) } else { self.exact.clone() };
        if self.shown == short { short } else { format!("{} ({short})", self.shown) }
    }
}

fn changed(fact: &Fact, before: Option<&Fact>, after: Option<&Fact>) -> Option<Changed> {
    if before.map(|fact| &fact.exact) == after.map(|fact| &fact.exact) {
        return None;
    }
    let rounded = before.map(|fact| &fact.shown) == after.map(|fact| &fact.shown);
    let text = |fact: Option<&Fact>| match fact {
        Some(fact) if rounded => fact.in_full(),
        Some(fact) => fact.shown.clone(),
        None => "—".to_owned(),
    };
    Some(Changed { name: fact.name.clone(), before: text(before), after: text(after) })
}

fn hash(text: &str) -> String {
    sha256_hex(text.as_bytes()).chars().take(HASH).collect()
}

/// Everything that a card states.
fn facts(card: &FrozenCard, families: &dyn Fn(&str) -> String, lang: Lang) -> Result<Vec<Fact>> {
    let mut facts = of_card(card, lang)?;
    for family in &card.families {
        let of = t(lang, "kpis-changes-family", &[("name", families(&family.code))]);
        let mut add = Adder { facts: &mut facts, key: format!("family {}", family.code), of, lang };
        add.number("kpis-weight", Some(family.weight), &|weight| format!("{weight:.0}%"));
        add.number("kpis-effective-weight", Some(family.effective_weight), &|weight| format!("{weight:.1}%"));
        add.number("kpis-score", family.score, &|score| format!("{score:.1}"));
        add.number("kpis-coverage", Some(family.coverage), &|share| format!("{:.0}%", share * 100.0));
        add.number("kpis-contribution", Some(family.contribution), &|points| format!("{points:.2}"));
        add.number("kpis-lost", Some(family.points_lost), &|points| format!("{points:.2}"));
    }
    for kpi in &card.kpis {
        let of = kpi.definition.name(lang).to_owned();
        of_kpi(kpi, &mut Adder { facts: &mut facts, key: format!("kpi {}", kpi.code), of, lang })?;
    }
    Ok(facts)
}

fn of_card(card: &FrozenCard, lang: Lang) -> Result<Vec<Fact>> {
    let mut facts = Vec::new();
    let mut add = Adder { facts: &mut facts, key: String::new(), of: t(lang, "kpis-card-whole", &[]), lang };
    add.number("kpis-score", card.total, &|score| format!("{score:.1}"));
    add.number("kpis-coverage", Some(card.coverage), &|share| format!("{:.0}%", share * 100.0));
    let comparable = if card.gaps.is_empty() { "kpis-complete" } else { "state-incomplete" };
    add.text("kpis-comparable", serde_json::to_string(&card.gaps)?, t(lang, comparable, &[]));
    add.text("kpis-type", card.centre_type.clone(), t(lang, &format!("centre-type-{}", card.centre_type.replace('_', "-")), &[]));
    add.text("kpis-card-profile", card.profile_version.to_string(), card.profile_version.to_string());
    for (key, inputs) in [("kpis-inputs", &card.inputs), ("kpis-changes-earlier", &card.earlier)] {
        let shown: Vec<String> = inputs.iter().map(|input| format!("#{} {}", input.batch, input.file)).collect();
        add.text(key, serde_json::to_string(inputs)?, if shown.is_empty() { "—".to_owned() } else { shown.join(", ") });
    }
    Ok(facts)
}

fn of_kpi(kpi: &FrozenKpi, add: &mut Adder<'_>) -> Result<()> {
    let (definition, lang) = (&kpi.definition, add.lang);
    let figure = |value: f64| words::figure(definition, value);
    let version = format!("v{}", kpi.definition_version);
    add.text("kpis-definition", format!("{version} {}", serde_json::to_string(definition)?), version);
    add.number("kpis-value", kpi.in_unit, &figure);
    add.number("kpis-numerator", kpi.numerator.map(crate::kpi::Figure::real), &|value| value.to_string());
    add.number("kpis-denominator", kpi.denominator.map(crate::kpi::Figure::real), &|value| value.to_string());
    add.number("kpif-n", kpi.n.map(|n| n as f64), &|n| n.to_string());
    let interval = words::interval(definition, kpi.interval.map(|[low, high]| (low, high)));
    add.text("kpis-interval", serde_json::to_string(&kpi.interval)?, interval.unwrap_or_else(|| "—".to_owned()));
    add.text("kpit-limits", serde_json::to_string(&kpi.limits)?, words::limits(definition, &kpi.limits, lang));
    let state = kpi.state.as_str();
    add.text("kpis-state", state.to_owned(), t(lang, &format!("state-{}", state.replace('_', "-")), &[]));
    add.number("kpis-weight", kpi.weight, &|weight| format!("{weight:.1}%"));
    add.number("kpis-effective-weight", kpi.effective_weight, &|weight| format!("{weight:.1}%"));
    add.number("kpis-score", kpi.score, &|score| format!("{score:.1}"));
    let why = kpi.why.map_or_else(|| "—".to_owned(), |why| words::why(why, lang));
    add.text("kpis-changes-why", serde_json::to_string(&kpi.why)?, why);
    add.number("kpis-contribution", kpi.contribution, &|points| format!("{points:.2}"));
    add.number("kpis-lost", kpi.points_lost, &|points| format!("{points:.2}"));
    add.text("kpid-measure", serde_json::to_string(&kpi.measures)?, words::measures(&kpi.measures, lang));
    add.text("kpis-strata", serde_json::to_string(&kpi.strata)?, strata_line(kpi, lang));
    add.text("kpis-batch", serde_json::to_string(&kpi.batches)?, words::batches(&kpi.batches));
    Ok(())
}

fn strata_line(kpi: &FrozenKpi, lang: Lang) -> String {
    if kpi.strata.is_empty() { "—".to_owned() } else { strata::line(&kpi.definition, &kpi.strata, lang) }
}

/// Adds facts of one thing.
struct Adder<'a> {
    facts: &'a mut Vec<Fact>,
    key: String,
    of: String,
    lang: Lang,
}

impl Adder<'_> {
    fn text(&mut self, key: &str, exact: String, shown: String) {
        let (key, of, name) = (self.key.clone(), self.of.clone(), t(self.lang, key, &[]));
        self.facts.push(Fact { key, of, name, exact, shown });
    }

    fn number(&mut self, key: &str, value: Option<f64>, show: &dyn Fn(f64) -> String) {
        let none = || "—".to_owned();
        self.text(key, value.map_or_else(none, |value| value.to_string()), value.map_or_else(none, show));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card() -> FrozenCard {
        let definition = crate::kpi::pack::shipped_definition("service_level").unwrap();
        let card = serde_json::json!({
            "centre": "HD", "centre_type": "cost_control", "period": "2026-10", "from": "2026-10-01", "to": "2026-10-31",
            "profile_version": 1, "total": 81.2, "coverage": 0.6, "gaps": ["coverage"],
            "families": [{"code": "service_level", "kind": "quantitative", "weight": 30.0, "effective_weight": 30.0, "coverage": 0.6,
                "score": 80.0, "contribution": 24.0, "points_lost": 6.0}],
            "kpis": [{"code": "service_level", "definition_version": 1, "definition": definition, "numerator": 76, "denominator": 100,
                "value": 0.76, "interval": [0.66, 0.83], "n": 100, "in_unit": 76.0, "limits": {"target": 80.0, "floor": 60.0},
                "state": "in_range", "weight": 12.0, "effective_weight": 12.0, "score": 80.0, "contribution": 9.6, "points_lost": 2.4,
                "measures": [{"measure": "offered", "sum": 100}], "batches": [1]}],
            "inputs": [{"batch": 1, "file": "calls.csv", "evidence": "aa", "source": "hotline", "measures": "bb"}]
        });
        serde_json::from_value(card).unwrap()
    }

    fn told(after: &FrozenCard) -> Vec<(String, String, String, String)> {
        let found = changes(&card(), after, &|code| code.to_owned(), Lang::En).unwrap();
        let rows = found.into_iter().flat_map(|one| one.facts.into_iter().map(move |fact| (one.of.clone(), fact)));
        rows.map(|(of, fact)| (of, fact.name, fact.before, fact.after)).collect()
    }

    fn row(of: &str, name: &str, before: &str, after: &str) -> (String, String, String, String) {
        (of.to_owned(), name.to_owned(), before.to_owned(), after.to_owned())
    }

    #[test]
    fn every_fact_that_changed_is_named() {
        assert_eq!(told(&card()), []);
        let mut later = card();
        (later.total, later.profile_version) = (Some(79.0), 2);
        (later.kpis[0].n, later.kpis[0].definition_version) = (Some(120), 2);
        later.kpis[0].limits.target = Some(85.0);
        later.families[0].score = None;
        later.inputs[0].batch = 2;
        let rows = told(&later);
        for expected in [
            row("Whole card", "Score", "81.2", "79.0"),
            row("Whole card", "Profile version", "1", "2"),
            row("Whole card", "Inputs", "#1 calls.csv", "#2 calls.csv"),
            row("Family: service_level", "Score", "80.0", "—"),
            row("Service level", "Definition", "v1", "v2"),
            row("Service level", "Cases", "100", "120"),
        ] {
            assert!(rows.contains(&expected), "{expected:?}: {rows:?}");
        }
        assert_eq!(rows.iter().filter(|(_, name, ..)| name == "Target and floor").count(), 1);
        let mut gone = card();
        gone.kpis.clear();
        assert!(told(&gone).contains(&row("Service level", "Value", "76.0", "—")), "{:?}", told(&gone));
    }

    #[test]
    fn what_rounding_hides_is_shown_in_full() {
        let mut later = card();
        later.kpis[0].in_unit = Some(76.001);
        assert_eq!(told(&later), [row("Service level", "Value", "76.0 (76)", "76.0 (76.001)")]);
        let mut other = card();
        other.inputs[0].evidence = "cc".to_owned();
        let [(of, name, before, after)] = &told(&other)[..] else { panic!("one row") };
        assert_eq!((of.as_str(), name.as_str()), ("Whole card", "Inputs"));
        assert!(before != after && before.starts_with("#1 calls.csv ("), "{before} {after}");
    }

    #[test]
    fn no_difference_is_passed_over() {
        let all = serde_json::to_value(card()).unwrap();
        let changed = |pointer: &str, value: serde_json::Value| {
            let mut text = all.clone();
            *text.pointer_mut(pointer).unwrap() = value;
            let later: FrozenCard = serde_json::from_value(text).unwrap();
            assert!(later != card() && !told(&later).is_empty(), "{pointer}");
        };
        changed("/to", "2026-10-30".into());
        changed("/families/0/kind", "qualitative".into());
        changed("/kpis/0/definition/en", "Level of service".into());
        changed("/kpis/0/value", 0.7601.into());
        changed("/kpis/0/measures/0/sum", 101.into());
        changed("/kpis/0/batches", serde_json::json!([1, 2]));
        changed("/kpis/0/interval", serde_json::Value::Null);
        changed("/kpis/0/points_lost", 2.5.into());
        let mut later = card();
        (later.earlier, later.kpis[0].why) = (later.inputs.clone(), Some(crate::kpi::Why::Few));
        let rows = told(&later);
        assert!(rows.contains(&row("Whole card", "Inputs of earlier days", "—", "#1 calls.csv")), "{rows:?}");
        assert!(
            rows.iter().any(|(of, name, before, _)| (of.as_str(), name.as_str(), before.as_str())
                == ("Service level", "Why it has no score", "—"))
        );
    }
}
