//! What the page of a cycle says of its test: what was fixed before acting, the verdict, and what it rests on.

use serde::Serialize;

use super::figures::Figures;
use super::model::{Cycle, CycleTest};
use crate::db::Instant;
use crate::kpi::{EffectVerdict as Verdict, Judgement, Stability, TestKind, TestMethod};
use crate::text::t;

/// A fact and its name.
#[derive(Serialize)]
struct Fact {
    label: String,
    value: String,
}

/// The verdict in words.
#[derive(Serialize)]
pub(super) struct Said {
    pub(super) kind: &'static str,
    label: String,
    /// Verdict and size, for a line of its own.
    pub(super) short: String,
    sentence: String,
    facts: Vec<Fact>,
    at: Option<Instant>,
}

/// The test of a cycle.
#[derive(Serialize)]
pub(super) struct TestView {
    planned: Vec<Fact>,
    fixed_at: Option<Instant>,
    pub(super) said: Option<Said>,
}

/// The words of a verdict, with the mark of its state.
fn label(verdict: Verdict, f: &Figures) -> (&'static str, String) {
    let (kind, key) = match verdict {
        Verdict::Effective => ("met", "effective"),
        Verdict::NotShown => ("incomplete", "not-shown"),
        Verdict::Worse => ("out_of_range", "worse"),
        Verdict::NotTestable => ("no_data", "not-testable"),
    };
    (kind, t(f.lang, &format!("improvement-effect-{key}"), &[]))
}

/// What the page shows.
pub(super) fn view(cycle: &Cycle, test: &CycleTest, judgement: Option<&Judgement>, f: &Figures) -> TestView {
    let text = |key: &str| t(f.lang, key, &[]);
    let fact = |key: &str, value: String| Fact { label: text(key), value };
    let mut planned = vec![
        fact("improvement-direction", text(&format!("improvement-direction-{}", test.direction.as_str()))),
        fact("improvement-worth", if test.worth > 0.0 { f.amount(test.worth) } else { text("improvement-worth-any") }),
        fact("improvement-test-kind", text(&format!("improvement-test-{}", test.kind.as_str()))),
    ];
    let span = [("from", cycle.baseline_from.to_string()), ("to", cycle.baseline_to.to_string())];
    planned.push(fact("improvement-test-before", t(f.lang, "improvement-span", &span)));
    if let Some(days) = test.check_days {
        planned.push(fact("improvement-check-days", t(f.lang, "improvement-days", &[("days", days.to_string())])));
    }
    TestView { planned, fixed_at: test.fixed_at, said: judgement.map(|found| said(found, test, f)) }
}

fn said(found: &Judgement, test: &CycleTest, f: &Figures) -> Said {
    let (kind, label) = label(found.verdict, f);
    let sentence = sentence(found, test, f);
    let size = found.size.map(|size| sized(size, test.kind, f));
    let short = match size.filter(|_| found.verdict != Verdict::NotTestable) {
        Some(size) => t(f.lang, "improvement-effect-said", &[("verdict", label.clone()), ("size", size)]),
        None => label.clone(),
    };
    Said { kind, label, short, sentence, facts: facts(found, test.kind, f), at: test.judged_at }
}

/// It changed after, which does not say because of.
fn sentence(found: &Judgement, test: &CycleTest, f: &Figures) -> String {
    let size = found.size.map(|size| sized(size, test.kind, f)).unwrap_or_default();
    let key = match (found.verdict, found.before) {
        (Verdict::NotTestable, Stability::Unstable) => "improvement-effect-unstable-about",
        (Verdict::NotTestable, _) => "improvement-effect-not-testable-about",
        (Verdict::Effective, _) => "improvement-effect-effective-about",
        (Verdict::Worse, _) => "improvement-effect-worse-about",
        (Verdict::NotShown, _) => "improvement-effect-not-shown-about",
    };
    t(f.lang, key, &[("size", size)])
}

/// A difference in points of its unit; of rates the ratio.
fn sized(size: f64, kind: TestKind, f: &Figures) -> String {
    match kind {
        TestKind::Rates => t(f.lang, "improvement-ratio", &[("value", format!("{size:.2}"))]),
        TestKind::Shares | TestKind::Means | TestKind::Series => f.difference(size),
    }
}

fn facts(found: &Judgement, kind: TestKind, f: &Figures) -> Vec<Fact> {
    let text = |key: &str| t(f.lang, key, &[]);
    let mut facts = Vec::new();
    let mut put = |key: &str, value: String| facts.push(Fact { label: text(key), value });
    let [before, after] = found.n;
    put("improvement-test-n", t(f.lang, "improvement-test-n-of", &[("before", before.to_string()), ("after", after.to_string())]));
    if let Some(size) = found.size {
        put("improvement-test-size", sized(size, kind, f));
    }
    if let Some([low, high]) = found.interval {
        let end = |value: f64| if kind == TestKind::Rates { format!("{value:.2}") } else { f.signed(value) };
        put("improvement-test-interval", t(f.lang, "improvement-span", &[("from", end(low)), ("to", end(high))]));
    }
    if let Some(p) = found.p {
        put("improvement-test-p", if p < 0.0001 { "< 0.0001".to_owned() } else { format!("{p:.4}") });
    }
    if let Some(method) = found.method {
        put("improvement-test-method", method_text(method, found, f));
    }
    if let Some(times) = found.dispersion {
        put("improvement-test-dispersion", t(f.lang, "improvement-test-dispersion-of", &[("times", format!("{times:.1}"))]));
    }
    put("improvement-test-stable", text(&format!("improvement-stable-{}", found.before.as_str())));
    if let Some(signals) = found.signals {
        let params = [
            ("points", signals.points.to_string()),
            ("wanted", signals.wanted.to_string()),
            ("unwanted", signals.unwanted.to_string()),
        ];
        put("improvement-test-signals", t(f.lang, "improvement-test-signals-of", &params));
    }
    facts
}

fn method_text(method: TestMethod, found: &Judgement, f: &Figures) -> String {
    let name = t(f.lang, &format!("improvement-method-{}", method.as_str().replace('_', "-")), &[]);
    match found.seed {
        Some(seed) => t(f.lang, "improvement-method-seed", &[("method", name), ("seed", seed.to_string())]),
        None => name,
    }
}
