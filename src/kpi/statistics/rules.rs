//! Rules that turn points of a control chart into signals: Nelson (1984) and Western Electric (1956).
//!
//! Conventions: beyond a limit means strictly beyond; a point on the centre line ends a run, equal neighbours end a trend, and a missing
//! point ends everything that goes over several points; a signal is dated at the last point of its window, and of "k of m" that last point
//! lies beyond itself. Windows do not cross a change of the limits: call once per phase.

/// A rule. Numbers are Nelson's; Western Electric's run of eight has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[schema(as = KpiChartRule)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// Nelson 1: a point beyond three sigma.
    BeyondLimits,
    /// Nelson 2: nine points in a row on one side of the centre line.
    NineOnOneSide,
    /// Western Electric 4: eight points in a row on one side of the centre line.
    EightOnOneSide,
    /// Nelson 3: six points in a row, each above the one before, or each below.
    SixTrending,
    /// Nelson 4: fourteen points in a row going up and down in turn.
    FourteenAlternating,
    /// Nelson 5, Western Electric 2: two of three points beyond two sigma on the same side.
    TwoOfThreeBeyondTwo,
    /// Nelson 6, Western Electric 3: four of five points beyond one sigma on the same side.
    FourOfFiveBeyondOne,
    /// Nelson 7: fifteen points in a row within one sigma.
    FifteenWithinOne,
    /// Nelson 8: eight points in a row beyond one sigma on either side.
    EightBeyondOne,
}

impl Rule {
    /// All rules, in the order of their windows as shown.
    pub const ALL: [Self; 9] = [
        Self::BeyondLimits,
        Self::NineOnOneSide,
        Self::EightOnOneSide,
        Self::SixTrending,
        Self::FourteenAlternating,
        Self::TwoOfThreeBeyondTwo,
        Self::FourOfFiveBeyondOne,
        Self::FifteenWithinOne,
        Self::EightBeyondOne,
    ];

    /// Its number in Nelson's list; the run of eight has none.
    #[must_use]
    pub fn number(self) -> Option<u8> {
        match self {
            Self::BeyondLimits => Some(1),
            Self::NineOnOneSide => Some(2),
            Self::EightOnOneSide => None,
            Self::SixTrending => Some(3),
            Self::FourteenAlternating => Some(4),
            Self::TwoOfThreeBeyondTwo => Some(5),
            Self::FourOfFiveBeyondOne => Some(6),
            Self::FifteenWithinOne => Some(7),
            Self::EightBeyondOne => Some(8),
        }
    }

    /// How many points its window takes.
    #[must_use]
    pub fn window(self) -> usize {
        match self {
            Self::BeyondLimits => 1,
            Self::NineOnOneSide => 9,
            Self::EightOnOneSide | Self::EightBeyondOne => 8,
            Self::SixTrending => 6,
            Self::FourteenAlternating => 14,
            Self::TwoOfThreeBeyondTwo => 3,
            Self::FourOfFiveBeyondOne => 5,
            Self::FifteenWithinOne => 15,
        }
    }

    fn bit(self) -> u16 {
        1 << self as u16
    }
}

/// Which rules are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RuleSet(u16);

impl RuleSet {
    /// The four rules of Western Electric.
    pub const WESTERN_ELECTRIC: Self = Self(
        1 << Rule::BeyondLimits as u16
            | 1 << Rule::TwoOfThreeBeyondTwo as u16
            | 1 << Rule::FourOfFiveBeyondOne as u16
            | 1 << Rule::EightOnOneSide as u16,
    );
    /// What is looked at on charts of counts and shares: points beyond the limits and runs of nine.
    pub const COUNTS: Self = Self(1 << Rule::BeyondLimits as u16 | 1 << Rule::NineOnOneSide as u16);
    /// What is looked at on charts of measurements: the same, and two of three beyond two sigma.
    pub const MEASUREMENTS: Self = Self(Self::COUNTS.0 | 1 << Rule::TwoOfThreeBeyondTwo as u16);

    /// These rules.
    #[must_use]
    pub fn of(rules: &[Rule]) -> Self {
        Self(rules.iter().fold(0, |set, rule| set | rule.bit()))
    }

    /// Whether a rule is among them.
    #[must_use]
    pub fn has(self, rule: Rule) -> bool {
        self.0 & rule.bit() != 0
    }
}

/// A signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Signal {
    /// Index of the point, from 0.
    pub point: usize,
    /// The rule that it breaks.
    pub rule: Rule,
}

/// The signals of a phase, by point and rule. `z` holds each point's distance from the centre line in its own sigma; NaN for a missing
/// point.
#[must_use]
pub fn find(z: &[f64], rules: RuleSet) -> Vec<Signal> {
    let mut found = Vec::new();
    let mut state = State::default();
    for (point, z) in z.iter().enumerate() {
        let broken = state.next(*z) & rules.0;
        if broken != 0 {
            found.extend(Rule::ALL.into_iter().filter(|rule| broken & rule.bit() != 0).map(|rule| Signal { point, rule }));
        }
    }
    found
}

/// Lengths of everything that goes on at a point. One step costs the same whatever rules are looked at.
#[derive(Debug, Default)]
struct State {
    last: Option<f64>,
    /// Points in a row above the centre line (positive) or below it (negative).
    run: i32,
    /// Steps in a row upwards (positive) or downwards.
    trend: i32,
    /// Steps in a row whose direction turned, and the direction of the last one.
    turns: u32,
    up: Option<bool>,
    within: u32,
    outside: u32,
    /// Last points beyond one and two sigma, above and below, newest in the lowest bit.
    one: [u8; 2],
    two: [u8; 2],
}

impl State {
    /// Takes the next point and tells which rules it breaks, a bit per rule.
    fn next(&mut self, z: f64) -> u16 {
        if z.is_nan() {
            *self = Self::default();
            return 0;
        }
        let grown = |count: i32, up: bool| if up { count.max(0) + 1 } else { count.min(0) - 1 };
        self.run = if z == 0.0 { 0 } else { grown(self.run, z > 0.0) };
        match self.last {
            Some(last) if z != last => {
                let up = z > last;
                self.turns = if self.up == Some(!up) { self.turns + 1 } else { 1 };
                self.trend = grown(self.trend, up);
                self.up = Some(up);
            }
            _ => (self.trend, self.turns, self.up) = (0, 0, None),
        }
        self.last = Some(z);
        let far = z.abs() > 1.0;
        self.within = if far { 0 } else { self.within + 1 };
        self.outside = if far { self.outside + 1 } else { 0 };
        let push = |bits: u8, beyond: bool| bits << 1 | u8::from(beyond);
        self.one = [push(self.one[0], z > 1.0), push(self.one[1], z < -1.0)];
        self.two = [push(self.two[0], z > 2.0), push(self.two[1], z < -2.0)];
        self.broken(z)
    }

    fn broken(&self, z: f64) -> u16 {
        let of = |bits: u8, window: u8, least: u32| bits & 1 == 1 && (bits & window).count_ones() >= least;
        let set = |rule: Rule, broken: bool| if broken { rule.bit() } else { 0 };
        set(Rule::BeyondLimits, z.abs() > 3.0)
            | set(Rule::NineOnOneSide, self.run.abs() >= 9)
            | set(Rule::EightOnOneSide, self.run.abs() >= 8)
            | set(Rule::SixTrending, self.trend.abs() >= 5)
            | set(Rule::FourteenAlternating, self.turns >= 13)
            | set(Rule::TwoOfThreeBeyondTwo, self.two.into_iter().any(|bits| of(bits, 0b111, 2)))
            | set(Rule::FourOfFiveBeyondOne, self.one.into_iter().any(|bits| of(bits, 0b1_1111, 4)))
            | set(Rule::FifteenWithinOne, self.within >= 15)
            | set(Rule::EightBeyondOne, self.outside >= 8)
    }
}
