//! From a tree back to text, with as few brackets as it needs.

use std::fmt::{Display, Formatter, Result};

use super::tree::{Kind, Node};

impl Display for Node {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> Result {
        write(self, formatter, 0)
    }
}

/// How tightly the outermost sign of a part binds.
fn strength(node: &Node) -> u8 {
    match &node.kind {
        Kind::Binary(sign, ..) => sign.strength(),
        Kind::Not(_) => 3,
        Kind::Negate(_) => 7,
        _ => 9,
    }
}

fn write(node: &Node, out: &mut Formatter<'_>, around: u8) -> Result {
    if strength(node) < around {
        out.write_str("(")?;
        write(node, out, 0)?;
        return out.write_str(")");
    }
    match &node.kind {
        Kind::Whole(number) => write!(out, "{number}"),
        Kind::Real(number) => write!(out, "{number}"),
        Kind::Name(name) => out.write_str(name),
        Kind::Negate(inner) => {
            out.write_str("-")?;
            write(inner, out, 7)
        }
        Kind::Not(inner) => {
            out.write_str("not ")?;
            write(inner, out, 4)
        }
        Kind::Binary(sign, left, right) => {
            // A comparison has no other one beside it, and `not` inside one needs brackets.
            let own = sign.strength();
            write(left, out, if own == 4 { 5 } else { own })?;
            write!(out, " {} ", sign.text())?;
            write(right, out, own + 1)
        }
        Kind::Call(name, arguments) => {
            write!(out, "{name}(")?;
            for (place, argument) in arguments.iter().enumerate() {
                if place > 0 {
                    out.write_str(", ")?;
                }
                write(argument, out, 0)?;
            }
            out.write_str(")")
        }
        Kind::Over(window, inner) => {
            write!(out, "over({window}, ")?;
            write(inner, out, 0)?;
            out.write_str(")")
        }
    }
}
