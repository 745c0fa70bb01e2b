//! The form of a KPI definition: from a definition to fields and back. Lists are lines, so that the form works without a script:
//! `name = number` for parameters, parts between `|` for variants and figures shown beside.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::error::Problem;
use crate::kpi::SaveDefinition;
use crate::kpi::control::{ChartKind, Grain, Split, code_of_rule, parse_rules};
use crate::kpi::definition::{Definition, Limits};
use crate::kpi::expression::Parameters;
use crate::kpi::mapping::is_identifier;
use crate::kpi::method::{Beside, Method, MethodKind, Variant};
use crate::kpi::statistics::Rule;
use crate::text::Lang;
use crate::web::Form;

/// What the fields of a definition hold.
pub(super) fn fields(definition: &Definition) -> BTreeMap<&'static str, String> {
    let text = |part: &Option<String>| part.clone().unwrap_or_default();
    let number = |part: Option<f64>| part.map(|number| number.to_string()).unwrap_or_default();
    let d = definition;
    let mut found = BTreeMap::from([
        ("code", d.code.clone()),
        ("family", d.family.clone()),
        ("zh", d.zh.clone()),
        ("en", d.en.clone()),
        ("unit", d.unit.clone()),
        ("direction", d.direction.clone()),
        ("n_rule", d.n_rule.clone()),
        ("scored_from", d.scored_from.map(|least| least.to_string()).unwrap_or_default()),
        ("variant", text(&d.variant)),
        ("definition_zh", d.definition_zh.clone()),
        ("definition_en", d.definition_en.clone()),
        ("chart", d.chart.as_str().to_owned()),
        ("points", d.points.as_str().to_owned()),
        ("rules", d.rules.iter().map(|rule| code_of_rule(*rule)).collect::<Vec<_>>().join(", ")),
        ("split", if d.split.is_none() { String::new() } else { d.split.as_str().to_owned() }),
        ("gate", if d.gate { "on".to_owned() } else { String::new() }),
        ("owner", text(&d.owner)),
        ("usual_target", text(&d.usual_target)),
        ("target_source", text(&d.target_source)),
        ("provenance", text(&d.provenance)),
        ("target", number(d.limits.target)),
        ("floor", number(d.limits.floor)),
        ("low", number(d.limits.low)),
        ("high", number(d.limits.high)),
        ("outer_low", number(d.limits.outer_low)),
        ("outer_high", number(d.limits.outer_high)),
        ("parameters", lines(d.parameters.iter().map(|(name, value)| format!("{name} = {value}")))),
        ("variants", lines(d.variants.iter().map(variant_line))),
        ("beside", lines(d.beside.iter().map(|one| format!("{} | {} | {}", one.zh, one.en, one.expression)))),
    ]);
    if let Some(method) = &d.method {
        found.extend([
            ("method.kind", method.kind.as_str().to_owned()),
            ("method.numerator", text(&method.numerator)),
            ("method.denominator", text(&method.denominator)),
            ("method.minus", text(&method.minus)),
            ("method.n", text(&method.n)),
            ("method.squares", text(&method.squares)),
            ("method.squares_below", text(&method.squares_below)),
            ("method.products", text(&method.products)),
            ("method.spread", method.spread.join(", ")),
            ("method.censored", text(&method.censored)),
            ("method.share", number(method.share)),
            ("method.low", number(method.low)),
            ("method.high", number(method.high)),
            ("method.channel_weight", text(&method.channel_weight)),
            ("method.channel_shares", lines(method.channel_shares.iter().map(share_text))),
            ("method.channel_coverage", number(method.channel_coverage)),
            ("method.requires", lines(method.requires.iter().cloned())),
        ]);
    }
    found
}

fn lines(texts: impl Iterator<Item = String>) -> String {
    texts.collect::<Vec<_>>().join("\n")
}

fn variant_line(variant: &Variant) -> String {
    let part = |text: &Option<String>| text.clone().unwrap_or_default();
    let (above, below) = (part(&variant.numerator), part(&variant.denominator));
    let weight = weighing_text(variant);
    format!("{} | {} | {} | {above} | {below} | {} | {weight}", variant.id, variant.zh, variant.en, variant.requires.join("; "))
        .trim_end_matches(" | ")
        .to_owned()
}

/// By what a variant weighs channels: an expression, or shares; empty where it does not.
pub(super) fn weighing_text(variant: &Variant) -> String {
    let shares: Vec<String> = variant.channel_shares.iter().map(share_text).collect();
    variant.channel_weight.clone().unwrap_or_else(|| shares.join("; "))
}

/// `voice = 0.6`.
fn share_text((channel, share): (&String, &f64)) -> String {
    format!("{channel} = {share}")
}

/// A share as people write it: `0.6`, or `60 %`.
fn share(text: &str) -> Option<f64> {
    let text = text.trim();
    let found: Option<f64> = match text.strip_suffix(['%', '％']) {
        Some(percent) => percent.trim().parse().ok().map(|percent: f64| percent / 100.0),
        None => text.parse().ok(),
    };
    found.filter(|share| share.is_finite())
}

/// The share of a channel: `voice = 60 %`.
fn channel_share(text: &str) -> Option<(String, f64)> {
    let (channel, number) = text.split_once(['=', '＝'])?;
    let code = channel.trim();
    Some((code.to_owned(), share(number)?)).filter(|_| is_identifier(code))
}

/// The last part of a variant: shares of channels, or the expression that weighs them.
fn weighing(text: Option<String>) -> (Option<String>, BTreeMap<String, f64>) {
    let Some(text) = text else { return Default::default() };
    let shares: Option<BTreeMap<String, f64>> =
        text.split([';', '；']).filter(|one| !one.trim().is_empty()).map(channel_share).collect();
    match shares {
        Some(shares) => (None, shares),
        None => (Some(text), BTreeMap::new()),
    }
}

/// The command that a sent form means, with what could not be read at all. A kept seed travels from the version before.
pub(super) fn command(form: &Form, before: Option<&Definition>) -> (SaveDefinition, Vec<Problem>) {
    let mut reader = Reader { form, problems: Vec::new() };
    let definition = Definition {
        code: before.map_or_else(|| reader.text("code"), |before| before.code.clone()),
        family: reader.text("family"),
        zh: reader.text("zh"),
        en: reader.text("en"),
        unit: reader.text("unit"),
        direction: reader.text("direction"),
        n_rule: reader.text("n_rule"),
        scored_from: reader.read("scored_from", |text| text.parse().ok(), "kpi-definition-scored-from"),
        seed: before.and_then(|before| before.seed),
        starts_on: reader.read("starts_on", |text| text.parse().ok(), "kpi-definition-day"),
        method: reader.method(),
        variant: reader.optional("variant"),
        parameters: reader.parameters(),
        variants: reader.variants(),
        beside: reader.beside(),
        chart: reader.read("chart", ChartKind::parse, "kpi-definition-chart").unwrap_or_default(),
        points: reader.read("points", Grain::parse, "kpi-definition-points").unwrap_or_default(),
        rules: reader.rules(),
        split: if form.get("split").is_some() { Split::Weekday } else { Split::None },
        gate: form.get("gate").is_some(),
        owner: reader.optional("owner"),
        definition_zh: reader.text("definition_zh"),
        definition_en: reader.text("definition_en"),
        usual_target: reader.optional("usual_target"),
        target_source: reader.optional("target_source"),
        provenance: reader.optional("provenance"),
        origin: "own".to_owned(),
        limits: Limits {
            target: reader.number("target"),
            floor: reader.number("floor"),
            low: reader.number("low"),
            high: reader.number("high"),
            outer_low: reader.number("outer_low"),
            outer_high: reader.number("outer_high"),
        },
    };
    let seen = form.get("seen").and_then(|seen| seen.parse().ok());
    let problems = reader.problems;
    (SaveDefinition { definition, seen, reason: form.get("reason").unwrap_or_default().to_owned() }, problems)
}

/// The parameters that a text of lines means, as far as they can be read.
pub(super) fn parameters_of(text: &str) -> Parameters {
    let line = |line: &str| {
        let (name, value) = line.split_once('=')?;
        Some((name.trim().to_owned(), value.trim().parse().ok()?))
    };
    text.lines().filter_map(line).collect()
}

struct Reader<'a> {
    form: &'a Form,
    problems: Vec<Problem>,
}

impl<'a> Reader<'a> {
    fn optional(&self, name: &str) -> Option<String> {
        self.form.get(name).map(|text| text.trim().to_owned())
    }

    fn text(&self, name: &str) -> String {
        self.optional(name).unwrap_or_default()
    }

    fn read<T>(&mut self, name: &str, read: impl Fn(&str) -> Option<T>, code: &str) -> Option<T> {
        let text = self.form.get(name)?.trim();
        let found = read(text);
        if found.is_none() {
            self.problems.push(Problem { field: name.to_owned(), code: code.to_owned(), params: Vec::new() });
        }
        found
    }

    fn number(&mut self, name: &str) -> Option<f64> {
        self.read(name, |text| text.parse().ok().filter(|number: &f64| number.is_finite()), "kpi-limit-number")
    }

    /// The lines of a list that hold something, with their numbers from 1.
    fn lines(&self, name: &str) -> Vec<(usize, &'a str)> {
        let text = self.form.get(name).unwrap_or_default();
        (1..).zip(text.lines().map(str::trim)).filter(|(_, line)| !line.is_empty()).collect()
    }

    fn bad_line(&mut self, name: &str, number: usize, form: &str) {
        self.problems.push(Problem::field(name, "kpi-definition-line").with("line", number).with("form", form));
    }

    fn method(&mut self) -> Option<Method> {
        let kind = self.read("method.kind", MethodKind::parse, "kpi-definition-kind")?;
        let spread = self.text("method.spread");
        let names = spread.split([',', '，', '、', ' ', '\n']).filter(|name| !name.is_empty());
        Some(Method {
            numerator: self.optional("method.numerator"),
            denominator: self.optional("method.denominator"),
            minus: self.optional("method.minus"),
            n: self.optional("method.n"),
            squares: self.optional("method.squares"),
            squares_below: self.optional("method.squares_below"),
            products: self.optional("method.products"),
            spread: names.map(str::to_owned).collect(),
            censored: self.optional("method.censored"),
            share: self.number("method.share"),
            low: self.number("method.low"),
            high: self.number("method.high"),
            channel_weight: self.optional("method.channel_weight"),
            channel_shares: self.channel_shares(),
            channel_coverage: self.read("method.channel_coverage", share, "kpi-definition-channel-coverage"),
            requires: self.lines("method.requires").into_iter().map(|(_, line)| line.to_owned()).collect(),
            ..Method::of(kind)
        })
    }

    fn channel_shares(&mut self) -> BTreeMap<String, f64> {
        let mut found = BTreeMap::new();
        for (number, line) in self.lines("method.channel_shares") {
            match channel_share(line) {
                Some((channel, share)) if !found.contains_key(&channel) => {
                    found.insert(channel, share);
                }
                _ => self.bad_line("method.channel_shares", number, "voice = 60 %"),
            }
        }
        found
    }

    fn rules(&mut self) -> Vec<Rule> {
        parse_rules(self.form.get("rules").unwrap_or_default()).unwrap_or_else(|entry| {
            self.problems.push(Problem::field("rules", "kpi-definition-rules").with("value", entry));
            Vec::new()
        })
    }

    fn parameters(&mut self) -> Parameters {
        let mut found = Parameters::new();
        for (number, line) in self.lines("parameters") {
            let read = line.split_once('=').and_then(|(name, value)| Some((name.trim(), value.trim().parse::<f64>().ok()?)));
            match read {
                Some((name, value)) if !found.contains_key(name) => {
                    found.insert(name.to_owned(), value);
                }
                _ => self.bad_line("parameters", number, "threshold_s = 20"),
            }
        }
        found
    }

    fn variants(&mut self) -> Vec<Variant> {
        let mut found = Vec::new();
        for (number, line) in self.lines("variants") {
            let parts: Vec<&str> = line.split('|').map(str::trim).collect();
            let part = |place: usize| parts.get(place).filter(|text| !text.is_empty()).map(|text| (*text).to_owned());
            let (Some(id), Some(zh), Some(en), true) = (part(0), part(1), part(2), parts.len() <= 7) else {
                self.bad_line("variants", number, "id | 中文名 | name | numerator | denominator | conditions | channel weight");
                continue;
            };
            let requires =
                part(5).map(|text| text.split(';').map(|one| one.trim().to_owned()).filter(|one| !one.is_empty()).collect());
            let (channel_weight, channel_shares) = weighing(part(6));
            let (numerator, denominator, requires) = (part(3), part(4), requires.unwrap_or_default());
            found.push(Variant { id, zh, en, numerator, denominator, requires, channel_weight, channel_shares });
        }
        found
    }

    fn beside(&mut self) -> Vec<Beside> {
        let mut found = Vec::new();
        for (number, line) in self.lines("beside") {
            let parts: Vec<&str> = line.split('|').map(str::trim).collect();
            match parts.as_slice() {
                [zh, en, expression] if !parts.iter().any(|part| part.is_empty()) => {
                    found.push(Beside { zh: (*zh).into(), en: (*en).into(), expression: (*expression).into() });
                }
                _ => self.bad_line("beside", number, "中文名 | name | answered / offered"),
            }
        }
        found
    }
}

/// The field that a problem belongs to: entries of a list belong to the list.
fn field_of(problem: &Problem) -> &str {
    let field = problem.field.as_str();
    match field.rsplit_once('.') {
        Some((list, number)) if number.bytes().all(|byte| byte.is_ascii_digit()) => list,
        _ => field,
    }
}

/// What the form shows: what was typed, errors by field, where in an expression they are, and the summary.
pub(super) fn refused(form: &Form, problems: &[Problem], command: &SaveDefinition, lang: Lang) -> Value {
    let (mut errors, mut places) = (BTreeMap::new(), BTreeMap::new());
    let mut summary = Vec::new();
    for problem in problems {
        let field = field_of(problem).to_owned();
        let message = problem.message(lang);
        if let Some(place) = place(problem, &command.definition) {
            places.entry(field.clone()).or_insert(place);
        }
        summary.push(json!({"field": field, "text": format!("{}{message}", label(&field, lang))}));
        errors.entry(field).or_insert(message);
    }
    json!({"values": form.values(), "errors": errors, "places": places, "summary": summary})
}

/// The name of a field in front of its message in the summary.
fn label(field: &str, lang: Lang) -> String {
    let Some(part) = field.strip_prefix("method.") else { return String::new() };
    let separator = if lang == Lang::Zh { "：" } else { ": " };
    format!("{}{separator}", crate::text::t(lang, &format!("kpid-part-{}", part.replace('_', "-")), &[]))
}

/// The text of an expression, cut at the place of its fault.
fn place(problem: &Problem, definition: &Definition) -> Option<Value> {
    let number = |name: &str| problem.params.iter().find(|(param, _)| param == name)?.1.parse::<usize>().ok();
    let (start, end) = (number("start")?, number("end")?);
    cut(&expression_of(&problem.field, definition)?, start, end)
}

/// A text in three pieces: before, at and behind a place.
pub(super) fn cut(text: &str, start: usize, end: usize) -> Option<Value> {
    let (before, at, after) = (text.get(..start)?, text.get(start..end)?, text.get(end..)?);
    Some(json!({"before": before, "at": if at.is_empty() { "▲" } else { at }, "after": after}))
}

fn expression_of(field: &str, definition: &Definition) -> Option<String> {
    let method = definition.method.as_ref()?;
    let (part, number) = match field.rsplit_once('.') {
        Some((list, number)) => (list, number.parse::<usize>().ok()),
        None => (field, None),
    };
    match (part, number) {
        ("method.requires", Some(number)) => method.requires.get(number.checked_sub(1)?).cloned(),
        ("beside", Some(number)) => definition.beside.get(number.checked_sub(1)?).map(|one| one.expression.clone()),
        _ => match field.strip_prefix("method.")? {
            "numerator" => definition.effective()?.numerator,
            "denominator" => definition.effective()?.denominator,
            "minus" => method.minus.clone(),
            "n" => method.n.clone(),
            "squares" => method.squares.clone(),
            "squares_below" => method.squares_below.clone(),
            "products" => method.products.clone(),
            "channel_weight" => definition.effective()?.channel_weight,
            _ => None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kpi::pack::Pack;

    fn encoded(text: &str) -> String {
        text.bytes().map(|byte| format!("%{byte:02X}")).collect()
    }

    #[test]
    fn every_shipped_definition_survives_the_form() {
        for definition in Pack::shipped().unwrap().definitions {
            let body: Vec<String> = fields(&definition).iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
            let (command, problems) = command(&Form::parse(body.join("&").as_bytes()), None);
            assert_eq!(problems, []);
            assert_eq!(command.definition, Definition { origin: "own".to_owned(), ..definition });
        }
    }

    #[test]
    fn lines_that_cannot_be_read_are_named() {
        let form = Form::parse(b"method.kind=nonsense&target=x&parameters=a%3D1%0Ab&variants=only&beside=a%7Cb&starts_on=soon");
        let (_, problems) = command(&form, None);
        let named: Vec<(&str, &str)> = problems.iter().map(|problem| (problem.field.as_str(), problem.code.as_str())).collect();
        assert!(named.contains(&("parameters", "kpi-definition-line")) && named.contains(&("variants", "kpi-definition-line")));
        assert!(named.contains(&("method.kind", "kpi-definition-kind")) && named.contains(&("target", "kpi-limit-number")));
        assert!(named.contains(&("starts_on", "kpi-definition-day")) && named.contains(&("beside", "kpi-definition-line")));
    }

    #[test]
    fn weights_of_channels_are_written_as_people_write_them() {
        let text = "method.kind=mean&method.channel_shares=voice = 60 %\nchat=0.3\nemail ＝ 10％&method.channel_coverage=80 %\
                    &variants=a | 甲 | a | | | | answered + handled\nb | 乙 | b | | | | voice = 25 %; chat = 75 %";
        let sent: Vec<String> = text
            .split('&')
            .map(|pair| pair.split_once('=').unwrap())
            .map(|(name, value)| format!("{name}={}", encoded(value)))
            .collect();
        let (command, problems) = command(&Form::parse(sent.join("&").as_bytes()), None);
        assert_eq!(problems, []);
        let method = command.definition.method.unwrap();
        let shares = |pairs: &[(&str, f64)]| pairs.iter().map(|(channel, share)| ((*channel).to_owned(), *share)).collect();
        assert_eq!(method.channel_shares, shares(&[("voice", 0.6), ("chat", 0.3), ("email", 0.1)]));
        assert_eq!(method.channel_coverage, Some(0.8));
        let [measured, fixed] = &command.definition.variants[..] else { panic!("two variants") };
        assert_eq!((measured.channel_weight.as_deref(), measured.channel_shares.len()), (Some("answered + handled"), 0));
        assert_eq!((fixed.channel_weight.as_deref(), &fixed.channel_shares), (None, &shares(&[("voice", 0.25), ("chat", 0.75)])));
        let bad = Form::parse(
            b"method.kind=mean&method.channel_shares=voice%3D60+%25%0Avoice%3D40+%25%0Achat&method.channel_coverage=most",
        );
        let (_, problems) = super::command(&bad, None);
        let named: Vec<(&str, &str)> = problems.iter().map(|problem| (problem.field.as_str(), problem.code.as_str())).collect();
        let line = ("method.channel_shares", "kpi-definition-line");
        assert!(named.iter().filter(|one| **one == line).count() == 2, "{named:?}");
        assert!(named.contains(&("method.channel_coverage", "kpi-definition-channel-coverage")), "{named:?}");
    }

    #[test]
    fn a_place_is_shown_where_it_is() {
        assert_eq!(cut("answerd / offered", 0, 7), Some(json!({"before": "", "at": "answerd", "after": " / offered"})));
        assert_eq!(cut("answered +", 10, 10), Some(json!({"before": "answered +", "at": "▲", "after": ""})));
        assert_eq!(cut("数", 1, 2), None);
    }
}
