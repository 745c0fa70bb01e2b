//! The drawing of the pyramid: one picture per tier, one stone per document. A stone's shape follows from its code alone, so that a
//! document always looks the same.

use std::fmt::Write;

/// Width of every picture, in its own units.
const WIDTH: f64 = 720.0;
/// Space between stones.
const SPACE: f64 = 5.0;

/// What a stone stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// In force.
    InForce,
    /// Submitted or approved, not in force yet.
    Waiting,
    /// Being written.
    Draft,
    /// Missing, or with nothing above it.
    Gap,
}

impl Kind {
    fn class(self, seed: u64) -> &'static str {
        match self {
            Self::InForce if seed % 5 < 2 => "stone alt",
            Self::InForce => "stone",
            Self::Waiting => "stone rev",
            Self::Draft => "stone dr",
            Self::Gap => "stone gap",
        }
    }
}

/// One stone: what it stands for and its name.
#[derive(Debug, Clone)]
pub struct Stone {
    /// What it stands for.
    pub kind: Kind,
    /// Code of the document; gives the stone its shape.
    pub name: String,
}

/// Measures of a tier: width of its uppermost and of its lowest row, height of a stone, mean width of a stone, space between rows.
struct Band {
    top: f64,
    bottom: f64,
    height: f64,
    mean: f64,
    gap: f64,
}

fn band(tier: i64) -> Band {
    match tier {
        1 => Band { top: 170.0, bottom: 170.0, height: 44.0, mean: 169.0, gap: 6.0 },
        2 => Band { top: 262.0, bottom: 362.0, height: 25.0, mean: 52.0, gap: 5.0 },
        3 => Band { top: 408.0, bottom: 546.0, height: 20.0, mean: 46.0, gap: 5.0 },
        _ => Band { top: 590.0, bottom: 717.0, height: 17.0, mean: 40.0, gap: 5.0 },
    }
}

/// The picture of a tier.
pub fn tier(tier: i64, stones: &[Stone]) -> String {
    let band = band(tier);
    let rows = rows(&band, stones.len());
    let pitch = band.height + band.gap;
    let height = 3.0 + pitch * rows as f64 - band.gap;
    let mut svg = format!("<svg viewBox=\"0 0 720 {:.0}\" aria-hidden=\"true\" focusable=\"false\">", height + 1.0);
    let mut rest = stones;
    for row in 0..rows {
        let count = share(stones.len(), rows, row).min(rest.len());
        let (now, later) = rest.split_at(count);
        rest = later;
        let part = if rows == 1 { 0.5 } else { row as f64 / (rows - 1) as f64 };
        let width = band.top + (band.bottom - band.top) * part;
        draw_row(&mut svg, now, width, 1.5 + pitch * row as f64, &band, tier == 1);
    }
    svg.push_str("</svg>");
    svg
}

/// The sign of a kind in the legend.
pub fn sign(kind: Kind) -> String {
    let shape = path(1.5, 2.0, 25.0, 10.0, hash(kind.class(4)));
    format!(
        "<svg viewBox=\"0 0 28 14\" aria-hidden=\"true\" focusable=\"false\"><path class=\"{}\" d=\"{shape}\"/></svg>",
        kind.class(4)
    )
}

fn rows(band: &Band, count: usize) -> usize {
    let mean_row = f64::midpoint(band.top, band.bottom);
    let wanted = (count as f64 * (band.mean + SPACE) / mean_row).ceil().max(1.0);
    // A pyramid is wider at its foot: with few stones one row is enough.
    (wanted as usize).min(count.max(1))
}

/// Stones in a row: lower rows hold more.
fn share(count: usize, rows: usize, row: usize) -> usize {
    let weight = |row: usize| rows as f64 + row as f64;
    let total: f64 = (0..rows).map(weight).sum();
    let until = |row: usize| ((0..row).map(weight).sum::<f64>() / total * count as f64).round() as usize;
    until(row + 1) - until(row)
}

fn draw_row(svg: &mut String, stones: &[Stone], width: f64, y: f64, band: &Band, named: bool) {
    let weights: Vec<f64> = stones.iter().map(|stone| 0.55 + unit(hash(&stone.name), 0)).collect();
    let total: f64 = weights.iter().sum();
    let spaces = SPACE * stones.len().saturating_sub(1) as f64;
    // Few stones stay stones: none is much wider than the tier's measure.
    let width = width.min(stones.len() as f64 * band.mean * 1.7 + spaces);
    let mut x = f64::midpoint(WIDTH, -width);
    for (stone, weight) in stones.iter().zip(weights) {
        let w = (width - spaces) * weight / total;
        let seed = hash(&stone.name);
        let class = if named && stone.kind == Kind::InForce { "stone top" } else { stone.kind.class(seed) };
        // Writing to a string cannot fail.
        let _ = write!(svg, "<path class=\"{class}\" d=\"{}\"/>", path(x, y, w, band.height, seed));
        let middle = y + band.height / 2.0 + 4.0;
        if stone.kind == Kind::Gap {
            let _ = write!(svg, "<text class=\"g\" x=\"{:.1}\" y=\"{middle:.1}\">!</text>", x + w / 2.0);
        } else if named && stone.kind == Kind::InForce {
            let _ = write!(svg, "<text x=\"{:.1}\" y=\"{middle:.1}\">{}</text>", x + w / 2.0, escaped(&stone.name));
        }
        x += w + SPACE;
    }
}

/// An irregular rounded stone.
fn path(x: f64, y: f64, w: f64, h: f64, seed: u64) -> String {
    let r = (h * 0.5).min(w * 0.35);
    let shift = |n: u32, amount: f64| (unit(seed, n) - 0.5) * amount;
    let (left, right, middle) = (x + r, x + w - r, x + w / 2.0);
    let (top_left, top_right) = (y + shift(1, 3.0), y + shift(2, 3.0));
    let (side_right, side_left) = (y + h / 2.0 + shift(3, 3.0), y + h / 2.0 + shift(4, 3.0));
    let (end, foot) = (x + w, y + h - 0.1);
    format!(
        "M{left:.1} {top_left:.1}Q{middle:.1} {:.1} {right:.1} {top_right:.1}Q{end:.1} {y:.1} {end:.1} {side_right:.1}Q{:.1} {foot:.1} {right:.1} {foot:.1}Q{middle:.1} {:.1} {left:.1} {foot:.1}Q{x:.1} {:.1} {x:.1} {side_left:.1}Q{x:.1} {y:.1} {left:.1} {top_left:.1}z",
        y - 1.8,
        end - 0.3,
        foot + 1.2,
        foot - 0.2,
    )
}

/// FNV-1a: the same on every machine.
fn hash(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The n-th number of a seed, from 0 to 1.
fn unit(seed: u64, n: u32) -> f64 {
    let mixed = (seed.rotate_left(n * 13) ^ seed).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    f64::from(u32::try_from(mixed >> 40).unwrap_or_default()) / f64::from(1_u32 << 24)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stones(count: usize) -> Vec<Stone> {
        (0..count).map(|n| Stone { kind: Kind::InForce, name: format!("QP-{n:02}") }).collect()
    }

    #[test]
    fn every_document_has_its_stone_and_stands_inside() {
        for (of, count) in [(1, 0), (1, 1), (1, 3), (2, 14), (3, 39), (4, 83), (4, 400)] {
            let svg = tier(of, &stones(count));
            assert_eq!(svg.matches("<path").count(), count, "tier {of}");
            let numbers = svg.split(['M', 'Q', ' ', '"', 'z']).filter_map(|part| part.parse::<f64>().ok());
            assert!(numbers.clone().all(|n| n.is_finite() && n > -3.0), "tier {of} of {count}");
        }
    }

    #[test]
    fn the_same_code_has_the_same_shape() {
        assert_eq!(tier(2, &stones(5)), tier(2, &stones(5)));
        assert_ne!(hash("QP-01"), hash("QP-02"));
        assert!((0..8).all(|n| (0.0..=1.0).contains(&unit(hash("QP-01"), n))));
    }

    #[test]
    fn names_are_escaped() {
        let svg = tier(1, &[Stone { kind: Kind::InForce, name: "<Q&M>".into() }]);
        assert!(svg.contains("&lt;Q&amp;M&gt;"), "{svg}");
    }
}
