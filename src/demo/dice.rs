//! Numbers that look like chance and depend on nothing but their seed, so that the demo of a day is the same wherever it is made.

/// A small generator (splitmix64).
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Between 0 and 1, never either.
    pub(super) fn share(&mut self) -> f64 {
        ((self.next() >> 12) as f64 + 0.5) / (1_u64 << 52) as f64
    }

    /// True in so many of all cases.
    pub(super) fn chance(&mut self, share: f64) -> bool {
        self.share() < share
    }

    /// A whole number from one to another, both among them.
    pub(super) fn between(&mut self, low: u64, high: u64) -> u64 {
        low + (self.share() * (high - low + 1) as f64) as u64
    }

    pub(super) fn exponential(&mut self, mean: f64) -> f64 {
        -self.share().ln() * mean
    }

    fn standard(&mut self) -> f64 {
        (0..12).map(|_| self.share()).sum::<f64>() - 6.0
    }

    /// About normal.
    pub(super) fn normal(&mut self, mean: f64, deviation: f64) -> f64 {
        mean + deviation * self.standard()
    }

    /// About log-normal around a median.
    pub(super) fn spread(&mut self, median: f64, sigma: f64) -> f64 {
        median * (sigma * self.standard()).exp()
    }

    /// How often a rare thing happens where it happens so often on average.
    pub(super) fn events(&mut self, mean: f64) -> u64 {
        let (mut count, mut passed) = (0, self.exponential(1.0));
        while passed < mean {
            count += 1;
            passed += self.exponential(1.0);
        }
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_chance_has_the_means_it_should_and_never_changes() {
        let many = |draw: fn(&mut Dice) -> f64| {
            let mut dice = Dice::new(7);
            (0..20_000).map(|_| draw(&mut dice)).sum::<f64>() / 20_000.0
        };
        assert!((many(|dice| dice.normal(50.0, 9.0)) - 50.0).abs() < 0.3);
        assert!((many(|dice| dice.events(1.7) as f64) - 1.7).abs() < 0.05);
        assert!((many(|dice| dice.between(1, 6) as f64) - 3.5).abs() < 0.05);
        assert!((many(|dice| f64::from(u8::from(dice.chance(0.3)))) - 0.3).abs() < 0.02);
        assert_eq!((Dice::new(3).next(), Dice::new(3).between(4, 4)), (Dice::new(3).next(), 4));
    }
}
