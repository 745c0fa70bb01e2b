//! From a tree to a program: names become slots, parameters become numbers, units are checked. Parsed once, evaluated often.

use std::collections::{BTreeMap, BTreeSet};

use super::error::{ExpressionError, Fault, Wanted};
use super::evaluate::Number;
use super::frame::{Frame, Frames};
use super::functions::{FORMS, Function, form, nearest};
use super::tree::{Kind, Node, Sign, Span, Window};
use super::unit::Unit;
use crate::kpi::quantities::Quantities;
use crate::kpi::vocabulary::{Measure, Shape, Slot, Vocabulary};

/// The parameters of a definition: thresholds and the like.
pub type Parameters = BTreeMap<String, f64>;

/// A checked expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Program {
    pub(super) nodes: Vec<Code>,
    pub(super) root: u16,
    unit: Unit,
    condition: bool,
    measures: BTreeSet<Slot>,
    windows: BTreeSet<Window>,
}

impl Program {
    /// The unit of its result.
    #[must_use]
    pub fn unit(&self) -> Unit {
        self.unit
    }

    /// True when it is a condition rather than a number.
    #[must_use]
    pub fn is_condition(&self) -> bool {
        self.condition
    }

    /// The measures it names.
    #[must_use]
    pub fn measures(&self) -> &BTreeSet<Slot> {
        &self.measures
    }

    /// The wider windows it looks at.
    #[must_use]
    pub fn windows(&self) -> &BTreeSet<Window> {
        &self.windows
    }
}

type At = Option<Window>;

/// One step. Parts are places in the list of steps.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Code {
    Constant(Number),
    Flow(At, Slot),
    Stock(At, Slot, Part),
    Count(At, Slot),
    Total(At, Slot),
    Mean(At, Slot),
    Within(At, Slot, u16),
    Between(At, Slot, u16, u16),
    Quantile(At, Slot, f64),
    Known(At, Slot),
    Months(At),
    Days(At),
    PerYear(At, u16),
    Add(u16, u16),
    Subtract(u16, u16),
    Multiply(u16, u16),
    Divide(u16, u16, Option<Slot>),
    Negate(u16),
    Abs(u16),
    Least(u16, u16),
    Most(u16, u16),
    Compare(Comparison, u16, u16),
    And(u16, u16),
    Or(u16, u16),
    Not(u16),
    If(u16, u16, u16),
    Coalesce(u16, u16),
}

/// Which figure of a stock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Last,
    Mean,
    Min,
    Max,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Less,
    AtMost,
    More,
    AtLeast,
    Equal,
    Unequal,
}

/// What a part is. A loose number (a literal, a parameter) takes the unit of what it stands beside.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Type {
    Number(Unit),
    Loose,
    Truth,
}

#[derive(Debug, Clone, Copy)]
struct Typed {
    place: u16,
    kind: Type,
    span: Span,
}

/// Checks a tree against a vocabulary and parameters.
///
/// # Errors
/// The first fault and its place.
pub fn compile(node: &Node, vocabulary: &Vocabulary, parameters: &Parameters) -> Result<Program, ExpressionError> {
    let mut compiler =
        Compiler { vocabulary, parameters, nodes: Vec::new(), measures: BTreeSet::new(), windows: BTreeSet::new(), window: None };
    let typed = compiler.node(node)?;
    let (unit, condition) = match typed.kind {
        Type::Number(unit) => (unit, false),
        Type::Loose => (Unit::NONE, false),
        Type::Truth => (Unit::NONE, true),
    };
    let Compiler { nodes, measures, windows, .. } = compiler;
    Ok(Program { nodes, root: typed.place, unit, condition, measures, windows })
}

struct Compiler<'a> {
    vocabulary: &'a Vocabulary,
    parameters: &'a Parameters,
    nodes: Vec<Code>,
    measures: BTreeSet<Slot>,
    windows: BTreeSet<Window>,
    window: At,
}

impl<'a> Compiler<'a> {
    fn push(&mut self, span: Span, kind: Type, code: Code) -> Result<Typed, ExpressionError> {
        let place = u16::try_from(self.nodes.len()).map_err(|_| Fault::Large.at(span))?;
        self.nodes.push(code);
        Ok(Typed { place, kind, span })
    }

    fn node(&mut self, node: &Node) -> Result<Typed, ExpressionError> {
        let span = node.span;
        match &node.kind {
            Kind::Whole(number) => self.push(span, Type::Loose, Code::Constant(Number::Whole(i128::from(*number)))),
            Kind::Real(number) => self.push(span, Type::Loose, Code::Constant(Number::Real(*number))),
            Kind::Name(name) => self.name(name, span),
            Kind::Negate(inner) => {
                let inner = self.number(inner)?;
                self.push(span, inner.kind, Code::Negate(inner.place))
            }
            Kind::Not(inner) => {
                let inner = self.condition(inner)?;
                self.push(span, Type::Truth, Code::Not(inner.place))
            }
            Kind::Binary(sign, left, right) => self.binary(*sign, left, right, span),
            Kind::Call(name, arguments) => self.call(name, arguments, span),
            Kind::Over(window, inner) => {
                if self.window.is_some() {
                    return Err(Fault::NestedWindow.at(span));
                }
                self.window = Some(*window);
                self.windows.insert(*window);
                let found = self.node(inner)?;
                self.window = None;
                Ok(Typed { span, ..found })
            }
        }
    }

    fn number(&mut self, node: &Node) -> Result<Typed, ExpressionError> {
        let found = self.node(node)?;
        if found.kind == Type::Truth { Err(Fault::Truth.at(node.span)) } else { Ok(found) }
    }

    fn condition(&mut self, node: &Node) -> Result<Typed, ExpressionError> {
        let found = self.node(node)?;
        if found.kind == Type::Truth { Ok(found) } else { Err(Fault::Condition.at(node.span)) }
    }

    /// A measure or parameter that stands for a number.
    fn name(&mut self, name: &str, span: Span) -> Result<Typed, ExpressionError> {
        if let Some(number) = self.parameters.get(name) {
            return self.push(span, Type::Loose, Code::Constant(literal(*number)));
        }
        let (slot, measure) = self.measure(name, span)?;
        match measure.shape {
            Shape::Flow => {
                let kind = Type::Number(self.unit(&measure.unit));
                self.push(span, kind, Code::Flow(self.window, slot))
            }
            Shape::Level => Err(Fault::BareLevel(name.to_owned()).at(span)),
            Shape::Spread => Err(Fault::BareSpread(name.to_owned()).at(span)),
        }
    }

    fn measure(&mut self, name: &str, span: Span) -> Result<(Slot, &'a Measure), ExpressionError> {
        let Some(slot) = self.vocabulary.slot(name) else {
            let names = self.vocabulary.measures().iter().map(|measure| measure.name.as_str());
            let near = nearest(name, names.chain(self.parameters.keys().map(String::as_str)));
            return Err(Fault::Name(name.to_owned(), near).at(span));
        };
        self.measures.insert(slot);
        Ok((slot, self.vocabulary.at(slot)))
    }

    fn unit(&self, name: &str) -> Unit {
        Unit::named(self.vocabulary, name).unwrap_or_default()
    }

    fn binary(&mut self, sign: Sign, left: &Node, right: &Node, span: Span) -> Result<Typed, ExpressionError> {
        if matches!(sign, Sign::And | Sign::Or) {
            let (a, b) = (self.condition(left)?.place, self.condition(right)?.place);
            return self.push(span, Type::Truth, if sign == Sign::And { Code::And(a, b) } else { Code::Or(a, b) });
        }
        let (left, right) = (self.number(left)?, self.number(right)?);
        let (a, b) = (left.place, right.place);
        let compare = |comparison| Code::Compare(comparison, a, b);
        let code = match sign {
            Sign::Plus => return self.push(span, same(left, right)?, Code::Add(a, b)),
            Sign::Minus => return self.push(span, same(left, right)?, Code::Subtract(a, b)),
            Sign::Times => return self.push(span, product(left, right, span)?, Code::Multiply(a, b)),
            Sign::Over => {
                let named = self.first_measure(b);
                return self.push(span, quotient(left, right, span)?, Code::Divide(a, b, named));
            }
            Sign::Less => compare(Comparison::Less),
            Sign::AtMost => compare(Comparison::AtMost),
            Sign::More => compare(Comparison::More),
            Sign::AtLeast => compare(Comparison::AtLeast),
            Sign::Equal => compare(Comparison::Equal),
            Sign::Unequal | Sign::And | Sign::Or => compare(Comparison::Unequal),
        };
        same(left, right)?;
        self.push(span, Type::Truth, code)
    }

    fn call(&mut self, name: &str, arguments: &[Node], span: Span) -> Result<Typed, ExpressionError> {
        let Some((name, function, form, least, most)) = form(name) else {
            let near = nearest(name, FORMS.iter().map(|form| form.0));
            return Err(Fault::Function(name.to_owned(), near).at(span));
        };
        if !(*least..=*most).contains(&arguments.len()) {
            return Err(Fault::Arguments(name, form).at(span));
        }
        match (function, arguments) {
            (Function::If, [condition, yes, no]) => {
                let condition = self.condition(condition)?;
                let (yes, no) = (self.number(yes)?, self.number(no)?);
                self.push(span, same(yes, no)?, Code::If(condition.place, yes.place, no.place))
            }
            (Function::Coalesce, [first, rest @ ..]) => {
                let mut found = self.number(first)?;
                for next in rest {
                    let next = self.number(next)?;
                    found = self.push(span, same(found, next)?, Code::Coalesce(found.place, next.place))?;
                }
                Ok(found)
            }
            (Function::Min | Function::Max, [a, b]) => {
                let (a, b) = (self.number(a)?, self.number(b)?);
                let least = *function == Function::Min;
                let code = if least { Code::Least(a.place, b.place) } else { Code::Most(a.place, b.place) };
                self.push(span, same(a, b)?, code)
            }
            (Function::Abs, [inner]) => {
                let inner = self.number(inner)?;
                self.push(span, inner.kind, Code::Abs(inner.place))
            }
            (Function::PerYear, [inner]) => {
                let inner = self.number(inner)?;
                let year = Typed { kind: Type::Number(self.unit("year")), ..inner };
                self.push(span, quotient(inner, year, span)?, Code::PerYear(self.window, inner.place))
            }
            (Function::Months, _) => self.push(span, Type::Number(self.unit("month")), Code::Months(self.window)),
            (Function::Days, _) => self.push(span, Type::Number(self.unit("day")), Code::Days(self.window)),
            (_, [measure, rest @ ..]) => self.aggregate(*function, name, measure, rest, span),
            _ => Err(Fault::Arguments(name, form).at(span)),
        }
    }

    /// Functions of one measure.
    fn aggregate(
        &mut self,
        function: Function,
        name: &'static str,
        measure: &Node,
        rest: &[Node],
        span: Span,
    ) -> Result<Typed, ExpressionError> {
        let wants = |wanted| Fault::Wants(name, wanted).at(measure.span);
        let Kind::Name(measured) = &measure.kind else { return Err(wants(wanted(function))) };
        let (slot, found) = self.measure(measured, measure.span)?;
        let unit = Type::Number(self.unit(&found.unit));
        let counted = Type::Number(self.unit(found.counts.as_deref().unwrap_or_default()));
        let at = self.window;
        let part = match function {
            Function::Last => Part::Last,
            Function::Min => Part::Min,
            Function::Max => Part::Max,
            _ => Part::Mean,
        };
        let (kind, code) = match (function, found.shape, rest) {
            (Function::Known, ..) => (Type::Truth, Code::Known(at, slot)),
            (Function::Sum, Shape::Flow, _) => (unit, Code::Flow(at, slot)),
            (Function::Last | Function::Mean | Function::Min | Function::Max, Shape::Level, _) => {
                (unit, Code::Stock(at, slot, part))
            }
            (Function::Mean, Shape::Spread, _) => (unit, Code::Mean(at, slot)),
            (Function::Count, Shape::Spread, _) => (counted, Code::Count(at, slot)),
            (Function::Total, Shape::Spread, _) => (unit, Code::Total(at, slot)),
            (Function::Within, Shape::Spread, [limit]) => (counted, Code::Within(at, slot, self.constant(name, limit)?)),
            (Function::Between, Shape::Spread, [low, high]) => {
                (counted, Code::Between(at, slot, self.constant(name, low)?, self.constant(name, high)?))
            }
            (Function::Quantile, Shape::Spread, [share]) => (unit, Code::Quantile(at, slot, self.share(name, share)?)),
            _ => return Err(wants(wanted(function))),
        };
        self.push(span, kind, code)
    }

    /// A number that does not depend on data.
    fn constant(&mut self, name: &'static str, node: &Node) -> Result<u16, ExpressionError> {
        let found = self.number(node)?;
        if found.kind == Type::Loose { Ok(found.place) } else { Err(Fault::Wants(name, Wanted::Constant).at(node.span)) }
    }

    /// A share that is known when the expression is read.
    fn share(&mut self, name: &'static str, node: &Node) -> Result<f64, ExpressionError> {
        let root = self.constant(name, node)?;
        let program = Program {
            nodes: self.nodes.clone(),
            root,
            unit: Unit::NONE,
            condition: false,
            measures: BTreeSet::new(),
            windows: BTreeSet::new(),
        };
        let nothing = Frames::of(Frame::of(self.vocabulary, &Quantities::default(), 1.0, 1));
        let share = program.number(&nothing).ok().map(Number::real);
        share.filter(|share| *share > 0.0 && *share < 1.0).ok_or_else(|| Fault::Share.at(node.span))
    }

    /// The first measure below a step, to name when it is nothing.
    fn first_measure(&self, place: u16) -> Option<Slot> {
        let below = |place: u16| self.first_measure(place);
        match self.nodes[usize::from(place)] {
            Code::Flow(_, slot)
            | Code::Stock(_, slot, _)
            | Code::Count(_, slot)
            | Code::Total(_, slot)
            | Code::Mean(_, slot)
            | Code::Within(_, slot, _)
            | Code::Between(_, slot, ..)
            | Code::Quantile(_, slot, _)
            | Code::Known(_, slot) => Some(slot),
            Code::Add(a, b)
            | Code::Subtract(a, b)
            | Code::Multiply(a, b)
            | Code::Divide(a, b, _)
            | Code::Least(a, b)
            | Code::Most(a, b)
            | Code::Coalesce(a, b)
            | Code::If(_, a, b) => below(a).or_else(|| below(b)),
            Code::Negate(a) | Code::Abs(a) | Code::PerYear(_, a) => below(a),
            _ => None,
        }
    }
}

/// The measure shape that a function of one measure wants.
fn wanted(function: Function) -> Wanted {
    match function {
        Function::Known => Wanted::AnyMeasure,
        Function::Sum => Wanted::Measure(Shape::Flow),
        Function::Last | Function::Min | Function::Max | Function::Mean => Wanted::Measure(Shape::Level),
        _ => Wanted::Measure(Shape::Spread),
    }
}

/// A parameter as a number: whole where it is.
fn literal(number: f64) -> Number {
    let whole = number as i64;
    if whole as f64 == number { Number::Whole(i128::from(whole)) } else { Number::Real(number) }
}

/// The type of two parts that must have one unit.
fn same(a: Typed, b: Typed) -> Result<Type, ExpressionError> {
    match (a.kind, b.kind) {
        (Type::Loose, kind) | (kind, Type::Loose) => Ok(kind),
        (Type::Number(left), Type::Number(right)) if left != right => Err(Fault::Units(left, right).at(a.span.to(b.span))),
        (kind, _) => Ok(kind),
    }
}

fn unit_of(typed: Typed) -> Unit {
    match typed.kind {
        Type::Number(unit) => unit,
        Type::Loose | Type::Truth => Unit::NONE,
    }
}

fn product(a: Typed, b: Typed, span: Span) -> Result<Type, ExpressionError> {
    combined(a, b, unit_of(a).times(unit_of(b)), span)
}

fn quotient(a: Typed, b: Typed, span: Span) -> Result<Type, ExpressionError> {
    combined(a, b, unit_of(a).over(unit_of(b)), span)
}

fn combined(a: Typed, b: Typed, unit: Option<Unit>, span: Span) -> Result<Type, ExpressionError> {
    if (a.kind, b.kind) == (Type::Loose, Type::Loose) {
        return Ok(Type::Loose);
    }
    unit.map(Type::Number).ok_or_else(|| Fault::Power.at(span))
}
