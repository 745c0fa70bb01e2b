//! What can be wrong with a definition, field by field, with the place in an expression.

use super::{DIRECTIONS, Definition, Limits, RULES, SOURCES, UNITS};
use crate::error::{Error, Problem};
use crate::kpi::control::{self, ChartKind};
use crate::kpi::expression::{ExpressionError, Parameters, compile, parse};
use crate::kpi::method::{FormulaFault, Method};
use crate::kpi::vocabulary::Vocabulary;
use crate::text::Lang;

/// Longest name.
const NAME: usize = 80;
/// Longest text.
const WORDS: usize = 2000;
/// Most entries of a list.
const MANY: usize = 20;

/// A fault in an expression as a problem of a field; `start` and `end` say where, in bytes.
pub fn expression_problem(field: &str, error: &ExpressionError) -> Problem {
    let params = error.fault.params(Vocabulary::shipped());
    let problem =
        params.into_iter().fold(Problem::field(field, error.fault.code()), |problem, (name, value)| problem.with(name, value));
    problem.with("start", error.span.start).with("end", error.span.end)
}

/// Everything that is wrong with a definition. Families are those of the profiles.
pub fn problems_of(definition: &Definition, families: &[String]) -> Vec<Problem> {
    let mut found = Vec::new();
    named(definition, families, &mut found);
    listed(definition, &mut found);
    if definition.limits != Limits::default()
        && let Err(Error::Invalid(problems)) = definition.limits.check(&definition.direction)
    {
        found.extend(problems);
    }
    variants(definition, &mut found);
    if let Some(Err(faults)) = definition.compiled() {
        found.extend(faults.iter().map(problem));
    }
    for (place, beside) in definition.beside.iter().enumerate() {
        let field = format!("beside.{}", place + 1);
        let read = parse(&beside.expression).and_then(|node| compile(&node, Vocabulary::shipped(), &definition.parameters));
        found.extend(read.err().map(|error| expression_problem(&field, &error)));
    }
    found
}

fn named(definition: &Definition, families: &[String], found: &mut Vec<Problem>) {
    if !is_code(&definition.code) || RESERVED.contains(&definition.code.as_str()) {
        found.push(Problem::field("code", "kpi-definition-code"));
    }
    if !families.contains(&definition.family) {
        found.push(
            Problem::field("family", "kpi-definition-choice")
                .with("value", &definition.family)
                .with("choices", families.join(", ")),
        );
    }
    let texts = [
        ("zh", &definition.zh, NAME),
        ("en", &definition.en, NAME),
        ("definition_zh", &definition.definition_zh, WORDS),
        ("definition_en", &definition.definition_en, WORDS),
    ];
    for (field, text, most) in texts {
        if text.trim().is_empty() {
            found.push(Problem::field(field, "required"));
        } else if text.chars().count() > most {
            found.push(Problem::field(field, "kpi-definition-long").with("limit", most));
        }
    }
}

/// Values that come from a closed list.
fn listed(definition: &Definition, found: &mut Vec<Problem>) {
    let units: Vec<&str> = UNITS.iter().map(|(unit, ..)| *unit).collect();
    let mut one = |field: &str, value: &str, choices: &[&str]| {
        if !choices.contains(&value) {
            found.push(Problem::field(field, "kpi-definition-choice").with("value", value).with("choices", choices.join(", ")));
        }
    };
    one("unit", &definition.unit, &units);
    one("direction", &definition.direction, DIRECTIONS);
    one("n_rule", &definition.n_rule, RULES);
    for (field, value) in [("target_source", &definition.target_source), ("provenance", &definition.provenance)] {
        value.iter().for_each(|value| one(field, value, SOURCES));
    }
    if definition.scored_from.is_some_and(|least| !(1..=1_000_000).contains(&least)) {
        found.push(Problem::field("scored_from", "kpi-definition-scored-from"));
    }
    for (name, number) in &definition.parameters {
        if !is_code(name) || !number.is_finite() || Vocabulary::shipped().slot(name).is_some() {
            found.push(Problem::field("parameters", "kpi-definition-parameter").with("name", name));
        }
    }
    // Subgroups are of one process; a mean that weighs channels has several.
    let fits = |method: &Method| {
        control::fits(definition.chart, method.kind) && !(method.is_by_channel() && definition.chart == ChartKind::XbarS)
    };
    if definition.effective().is_some_and(|method| !fits(&method)) {
        found.push(Problem::field("chart", "kpi-definition-chart").with("chart", definition.chart.as_str()));
    }
    if definition.owner.as_ref().is_some_and(|owner| owner.chars().count() > NAME) {
        found.push(Problem::field("owner", "kpi-definition-long").with("limit", NAME));
    }
    let lists = [definition.parameters.len(), definition.variants.len(), definition.beside.len()];
    let method = definition.method.iter();
    let requires = method.map(|method| method.requires.len().max(method.spread.len()).max(method.channel_shares.len()));
    if lists.into_iter().chain(requires).any(|length| length > MANY) {
        found.push(Problem::whole("kpi-definition-many").with("limit", MANY));
    }
}

/// Every variant must be computable, not only the chosen one.
fn variants(definition: &Definition, found: &mut Vec<Problem>) {
    if definition.variant.is_some() && definition.chosen().is_none() {
        let ids: Vec<&str> = definition.variants.iter().map(|variant| variant.id.as_str()).collect();
        let value = definition.variant.as_deref().unwrap_or_default();
        found.push(Problem::field("variant", "kpi-definition-choice").with("value", value).with("choices", ids.join(", ")));
    }
    for (place, variant) in definition.variants.iter().enumerate() {
        let field = format!("variants.{}", place + 1);
        let twice = definition.variants[..place].iter().any(|other| other.id == variant.id);
        if !is_code(&variant.id) || twice {
            found.push(Problem::field(&field, "kpi-definition-code"));
        }
        if definition.variant.as_ref() == Some(&variant.id) {
            continue;
        }
        let other = Definition { variant: Some(variant.id.clone()), variants: vec![variant.clone()], ..definition.clone() };
        if let Some(Err(faults)) = other.compiled() {
            found.extend(faults.iter().map(|fault| Problem { field: field.clone(), ..problem(fault) }));
        }
    }
}

/// Words of addresses beside which no code may stand.
const RESERVED: [&str; 3] = ["new", "measures", "check"];

fn is_code(text: &str) -> bool {
    let letters = text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    letters && text.starts_with(|first: char| first.is_ascii_lowercase()) && text.len() <= 60
}

fn problem(fault: &FormulaFault) -> Problem {
    let field = |part: &str| format!("method.{part}");
    match fault {
        FormulaFault::Expression(part, error) => expression_problem(&field(part), error),
        FormulaFault::Needed(part) => Problem::field(field(part), "required"),
        FormulaFault::Spread(part, name) => Problem::field(field(part), "kpi-definition-spread").with("name", name),
        FormulaFault::Units(above, below) => {
            let text = |lang| (above.text(Vocabulary::shipped(), lang), below.text(Vocabulary::shipped(), lang));
            let ((above_zh, below_zh), (above_en, below_en)) = (text(Lang::Zh), text(Lang::En));
            let problem = Problem::field(field("denominator"), "kpi-definition-units");
            let problem = problem.with("above.zh", above_zh).with("above.en", above_en);
            problem.with("below.zh", below_zh).with("below.en", below_en)
        }
        FormulaFault::Condition(part) => Problem::field(field(part), "kpi-expression-condition"),
        FormulaFault::Truth(part) => Problem::field(field(part), "kpi-expression-truth"),
        FormulaFault::Share => Problem::field(field("share"), "kpi-expression-share"),
        FormulaFault::Ends => Problem::field(field("low"), "kpi-definition-ends"),
        FormulaFault::ChannelsOfMean => Problem::field(field("channel_weight"), "kpi-definition-channel-mean"),
        FormulaFault::ChannelsOfWindow(part) => Problem::field(field(part), "kpi-definition-channel-window"),
        FormulaFault::TwoWeights => Problem::field(field("channel_shares"), "kpi-definition-channel-two"),
        FormulaFault::WeightOfNothing => Problem::field(field("channel_weight"), "kpi-definition-channel-nothing"),
        FormulaFault::Shares(sum) => {
            let sum = format!("{:.2}", sum * 100.0);
            Problem::field(field("channel_shares"), "kpi-definition-channel-shares").with("sum", sum)
        }
        FormulaFault::Coverage => Problem::field(field("channel_coverage"), "kpi-definition-channel-coverage"),
    }
}

/// Checks one expression as somebody types it.
///
/// # Errors
/// The problem and its place.
pub fn check_expression(text: &str, parameters: &Parameters) -> Result<crate::kpi::expression::Program, Problem> {
    parse(text)
        .and_then(|node| compile(&node, Vocabulary::shipped(), parameters))
        .map_err(|error| expression_problem("expression", &error))
}
