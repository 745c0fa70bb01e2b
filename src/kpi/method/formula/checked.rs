//! Reading the parts of a method: what is written must be an expression or a name, what the kind needs must be written.

use super::{Formula, FormulaFault};
use crate::kpi::expression::{Parameters, Program, compile, parse};
use crate::kpi::method::{Method, MethodKind};
use crate::kpi::vocabulary::{Shape, Slot, Vocabulary};

/// Reads the parts of a method and notes what is wrong with them.
pub(super) struct Reader<'a> {
    pub(super) method: &'a Method,
    pub(super) vocabulary: &'a Vocabulary,
    pub(super) parameters: &'a Parameters,
    pub(super) faults: Vec<FormulaFault>,
}

impl Reader<'_> {
    fn read(&mut self, part: &str, text: &str) -> Option<Program> {
        match parse(text).and_then(|node| compile(&node, self.vocabulary, self.parameters)) {
            Ok(program) => Some(program),
            Err(error) => {
                self.faults.push(FormulaFault::Expression(part.to_owned(), error));
                None
            }
        }
    }

    pub(super) fn number(&mut self, part: &'static str, text: Option<&String>) -> Option<Program> {
        let program = self.read(part, text.map(String::as_str).filter(|text| !text.trim().is_empty())?)?;
        if program.is_condition() {
            self.faults.push(FormulaFault::Truth(part.to_owned()));
            return None;
        }
        Some(program)
    }

    pub(super) fn spread(&mut self, part: &'static str, name: &str) -> Option<Slot> {
        let slot = self.vocabulary.slot(name).filter(|slot| self.vocabulary.at(*slot).shape == Shape::Spread);
        if slot.is_none() {
            self.faults.push(FormulaFault::Spread(part, name.to_owned()));
        }
        slot
    }

    pub(super) fn conditions(&mut self) -> Vec<Program> {
        let mut found = Vec::new();
        for (place, text) in self.method.requires.iter().enumerate() {
            let part = format!("requires.{}", place + 1);
            if let Some(program) = self.read(&part, text) {
                if program.is_condition() { found.push(program) } else { self.faults.push(FormulaFault::Condition(part)) }
            }
        }
        found
    }
}

impl Formula {
    /// Parts that the kind needs and that are not written at all; what is written wrongly was named before.
    pub(super) fn lacks(&self, method: &Method, faults: &mut Vec<FormulaFault>) {
        let written = |part: &Option<String>| part.as_ref().is_some_and(|text| !text.trim().is_empty());
        let sums = self.kind == MethodKind::Mean && method.spread.is_empty();
        let needs: &[(&'static str, bool)] = match self.kind {
            MethodKind::Proportion | MethodKind::Rate | MethodKind::Ratio => {
                &[("numerator", written(&method.numerator)), ("denominator", written(&method.denominator))]
            }
            MethodKind::Mean if sums => &[("numerator", written(&method.numerator)), ("denominator", written(&method.denominator))],
            MethodKind::Difference => &[
                ("numerator", written(&method.numerator)),
                ("minus", written(&method.minus)),
                ("denominator", written(&method.denominator)),
            ],
            MethodKind::RatioOfMeans => &[
                ("numerator", written(&method.numerator)),
                ("denominator", written(&method.denominator)),
                ("n", written(&method.n)),
                ("squares", written(&method.squares)),
                ("squares_below", written(&method.squares_below)),
                ("products", written(&method.products)),
            ],
            MethodKind::Level => &[("numerator", written(&method.numerator))],
            MethodKind::SurvivalMedian => &[("spread", !method.spread.is_empty()), ("censored", written(&method.censored))],
            MethodKind::Mean | MethodKind::Percentile | MethodKind::Index | MethodKind::Kappa => {
                &[("spread", !method.spread.is_empty())]
            }
        };
        faults.extend(needs.iter().filter(|(_, there)| !there).map(|(part, _)| FormulaFault::Needed(part)));
        if self.kind == MethodKind::Percentile && !(self.share > 0.0 && self.share < 1.0) {
            faults.push(FormulaFault::Share);
        }
        if self.kind == MethodKind::Index && self.ends.0 >= self.ends.1 {
            faults.push(FormulaFault::Ends);
        }
        let shares = matches!(self.kind, MethodKind::Proportion | MethodKind::Difference | MethodKind::RatioOfMeans);
        if let (true, Some(above), Some(below)) = (shares, &self.numerator, &self.denominator) {
            let (above, below) = (above.unit(), below.unit());
            if above != below && !above.is_none() && !below.is_none() {
                faults.push(FormulaFault::Units(above, below));
            }
        }
    }
}
