//! From text to a tree, by recursive descent. Depth and size are bounded on the way, so that no text can exhaust the stack.

use super::error::{ExpressionError, Fault};
use super::token::{Token, tokens};
use super::tree::{Kind, Node, Sign, Span, Window, WindowUnit};

/// Longest window, in its unit.
const LONGEST: i64 = 1200;

/// Reads an expression.
///
/// # Errors
/// The first fault and its place.
pub fn parse(text: &str) -> Result<Node, ExpressionError> {
    let tokens = tokens(text)?;
    if tokens.is_empty() {
        return Err(Fault::Empty.at(Span { start: 0, end: text.len() }));
    }
    let mut parser = Parser { text, tokens: &tokens, at: 0, nodes: 0 };
    let node = parser.expression(0, 0)?;
    match parser.peek() {
        None => Ok(node),
        Some(_) => Err(parser.unexpected()),
    }
}

struct Parser<'a> {
    text: &'a str,
    tokens: &'a [(Token<'a>, Span)],
    at: usize,
    nodes: usize,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<&'a Token<'a>> {
        self.tokens.get(self.at).map(|(token, _)| token)
    }

    /// Where the next word stands; behind the text when there is none.
    fn span(&self) -> Span {
        let end = self.text.len();
        self.tokens.get(self.at).map_or(Span { start: end, end }, |(_, span)| *span)
    }

    fn unexpected(&self) -> ExpressionError {
        let span = self.span();
        let fault = if self.peek().is_some() { Fault::Unexpected(self.text[span.start..span.end].to_owned()) } else { Fault::End };
        fault.at(span)
    }

    fn node(&mut self, span: Span, kind: Kind) -> Result<Node, ExpressionError> {
        self.nodes += 1;
        if self.nodes > super::MAX_NODES { Err(Fault::Large.at(span)) } else { Ok(Node { span, kind }) }
    }

    /// Everything that binds at least this tightly.
    fn expression(&mut self, strength: u8, depth: usize) -> Result<Node, ExpressionError> {
        if depth > super::MAX_DEPTH {
            return Err(Fault::Deep.at(self.span()));
        }
        let mut left = self.prefix(depth)?;
        let mut compared = false;
        while let Some(Token::Sign(sign)) = self.peek() {
            if sign.strength() < strength {
                break;
            }
            if is_comparison(*sign) && compared {
                return Err(Fault::Chain.at(self.span()));
            }
            compared = is_comparison(*sign);
            self.at += 1;
            let right = self.expression(sign.strength() + 1, depth + 1)?;
            let span = left.span.to(right.span);
            left = self.node(span, Kind::Binary(*sign, Box::new(left), Box::new(right)))?;
        }
        Ok(left)
    }

    fn prefix(&mut self, depth: usize) -> Result<Node, ExpressionError> {
        let start = self.span();
        match self.peek() {
            Some(Token::Not) => {
                self.at += 1;
                // Binds looser than a comparison: `not a < b` denies the whole comparison.
                let inner = self.expression(4, depth + 1)?;
                let span = start.to(inner.span);
                self.node(span, Kind::Not(Box::new(inner)))
            }
            Some(Token::Sign(Sign::Minus)) => {
                self.at += 1;
                let inner = self.expression(7, depth + 1)?;
                let span = start.to(inner.span);
                self.node(span, Kind::Negate(Box::new(inner)))
            }
            _ => self.primary(depth),
        }
    }

    fn primary(&mut self, depth: usize) -> Result<Node, ExpressionError> {
        let span = self.span();
        let Some(token) = self.peek() else { return Err(Fault::End.at(span)) };
        match token {
            Token::Whole(number) => {
                self.at += 1;
                self.node(span, Kind::Whole(*number))
            }
            Token::Real(number) => {
                self.at += 1;
                self.node(span, Kind::Real(*number))
            }
            Token::Open => {
                self.at += 1;
                let mut inner = self.expression(0, depth + 1)?;
                inner.span = span.to(self.close(span)?);
                Ok(inner)
            }
            Token::Word(word) => {
                self.at += 1;
                if self.peek() == Some(&Token::Open) {
                    self.call(word, span, depth)
                } else {
                    self.node(span, Kind::Name((*word).to_owned()))
                }
            }
            _ => Err(self.unexpected()),
        }
    }

    /// The closing bracket of what was opened at a place.
    fn close(&mut self, opened: Span) -> Result<Span, ExpressionError> {
        let span = self.span();
        match self.peek() {
            Some(Token::Close) => {
                self.at += 1;
                Ok(span)
            }
            Some(_) => Err(self.unexpected()),
            None => Err(Fault::Unclosed.at(opened)),
        }
    }

    fn call(&mut self, name: &str, start: Span, depth: usize) -> Result<Node, ExpressionError> {
        let opened = self.span();
        self.at += 1;
        if name == "over" {
            let window = self.window()?;
            let inner = self.expression(0, depth + 1)?;
            let span = start.to(self.close(opened)?);
            return self.node(span, Kind::Over(window, Box::new(inner)));
        }
        let mut arguments = Vec::new();
        while self.peek() != Some(&Token::Close) {
            if !arguments.is_empty() {
                match self.peek() {
                    Some(Token::Comma) => self.at += 1,
                    Some(_) => return Err(self.unexpected()),
                    None => return Err(Fault::Unclosed.at(opened)),
                }
            }
            arguments.push(self.expression(0, depth + 1)?);
        }
        let span = start.to(self.close(opened)?);
        self.node(span, Kind::Call(name.to_owned(), arguments))
    }

    /// `12 months,`
    fn window(&mut self) -> Result<Window, ExpressionError> {
        let first = self.span();
        let words = (self.tokens.get(self.at), self.tokens.get(self.at + 1), self.tokens.get(self.at + 2));
        let (Some((Token::Whole(count), _)), Some((Token::Word(unit), end)), Some((Token::Comma, _))) = words else {
            return Err(Fault::Window.at(first));
        };
        let unit = match *unit {
            "month" | "months" => WindowUnit::Months,
            "day" | "days" => WindowUnit::Days,
            _ => return Err(Fault::Window.at(first.to(*end))),
        };
        let count = u16::try_from(*count).ok().filter(|count| *count > 0 && i64::from(*count) <= LONGEST);
        self.at += 3;
        count.map(|count| Window { count, unit }).ok_or_else(|| Fault::Window.at(first.to(*end)))
    }
}

fn is_comparison(sign: Sign) -> bool {
    sign.strength() == 4
}
