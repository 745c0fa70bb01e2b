//! Quantiles of the normal and of Student's distribution, to about twelve digits.

use std::f64::consts::PI;

use statrs::function::beta::beta_reg;
use statrs::function::gamma::ln_gamma;

/// The normal quantile: the rational approximations of Wichura (1988), about sixteen digits. `None` outside 0 < p < 1.
#[must_use]
pub fn normal_quantile(p: f64) -> Option<f64> {
    if !(p > 0.0 && p < 1.0) {
        return None;
    }
    let q = p - 0.5;
    if q.abs() <= 0.425 {
        let r = 0.180_625 - q * q;
        return Some(q * ratio(&CENTRE, r));
    }
    let r = (-p.min(1.0 - p).ln()).sqrt();
    let tail = if r <= 5.0 { ratio(&TAIL, r - 1.6) } else { ratio(&FAR_TAIL, r - 5.0) };
    Some(if q < 0.0 { -tail } else { tail })
}

type Ratio = ([f64; 8], [f64; 8]);

fn ratio((above, below): &Ratio, x: f64) -> f64 {
    let polynomial = |coefficients: &[f64; 8]| coefficients.iter().rev().fold(0.0, |sum, c| sum * x + c);
    polynomial(above) / polynomial(below)
}

const CENTRE: Ratio = (
    [
        3.387_132_872_796_366_5,
        1.331_416_678_917_843_8e2,
        1.971_590_950_306_551_3e3,
        1.373_169_376_550_946e4,
        4.592_195_393_154_987e4,
        6.726_577_092_700_87e4,
        3.343_057_558_358_813e4,
        2.509_080_928_730_122_7e3,
    ],
    [
        1.0,
        4.231_333_070_160_091e1,
        6.871_870_074_920_579e2,
        5.394_196_021_424_751e3,
        2.121_379_430_158_659_7e4,
        3.930_789_580_009_271e4,
        2.872_908_573_572_194_3e4,
        5.226_495_278_852_854e3,
    ],
);

const TAIL: Ratio = (
    [
        1.423_437_110_749_683_5,
        4.630_337_846_156_546,
        5.769_497_221_460_691,
        3.647_848_324_763_204_5,
        1.270_458_252_452_368_4,
        2.417_807_251_774_506e-1,
        2.272_384_498_926_918_4e-2,
        7.745_450_142_783_414e-4,
    ],
    [
        1.0,
        2.053_191_626_637_759,
        1.676_384_830_183_803_8,
        6.897_673_349_851e-1,
        1.481_039_764_274_800_8e-1,
        1.519_866_656_361_645_7e-2,
        5.475_938_084_995_345e-4,
        1.050_750_071_644_416_9e-9,
    ],
);

const FAR_TAIL: Ratio = (
    [
        6.657_904_643_501_103,
        5.463_784_911_164_114,
        1.784_826_539_917_291_3,
        2.965_605_718_285_048_7e-1,
        2.653_218_952_657_612_4e-2,
        1.242_660_947_388_078_4e-3,
        2.711_555_568_743_487_6e-5,
        2.010_334_399_292_288_1e-7,
    ],
    [
        1.0,
        5.998_322_065_558_88e-1,
        1.369_298_809_227_358e-1,
        1.487_536_129_085_061_5e-2,
        7.868_691_311_456_133e-4,
        1.846_318_317_510_054_8e-5,
        1.421_511_758_316_446e-7,
        2.044_263_103_389_939_8e-15,
    ],
);

/// The quantile of Student's distribution. `None` outside 0 < p < 1 or for degrees of freedom below one.
#[must_use]
pub fn t_quantile(p: f64, degrees: f64) -> Option<f64> {
    if degrees.is_nan() || degrees < 1.0 {
        return None;
    }
    let z = normal_quantile(p)?;
    let near = expansion(z, degrees);
    if degrees >= 500.0 || z == 0.0 {
        return Some(near);
    }
    if degrees < 2.0 {
        return bisect(p, degrees);
    }
    // Newton from the expansion; where it strays (few degrees, far tails), halving instead.
    let mut t = near;
    for _ in 0..50 {
        let step = (t_probability(t, degrees) - p) / t_density(t, degrees);
        t -= step;
        if !t.is_finite() || t.signum() != z.signum() {
            return bisect(p, degrees);
        }
        if step.abs() <= 1e-14 * t.abs() {
            return Some(t);
        }
    }
    bisect(p, degrees)
}

/// Fisher's expansion of the quantile around the normal one, in powers of 1 / degrees.
fn expansion(z: f64, degrees: f64) -> f64 {
    let s = z * z;
    let terms = [
        (s + 1.0) / 4.0,
        ((5.0 * s + 16.0) * s + 3.0) / 96.0,
        (((3.0 * s + 19.0) * s + 17.0) * s - 15.0) / 384.0,
        ((((79.0 * s + 776.0) * s + 1482.0) * s - 1920.0) * s - 945.0) / 92_160.0,
    ];
    let correction = terms.iter().rev().fold(0.0, |sum, term| (sum + term) / degrees);
    z * (1.0 + correction)
}

fn bisect(p: f64, degrees: f64) -> Option<f64> {
    let (mut low, mut high) = (-1.0, 1.0);
    while t_probability(low, degrees) > p {
        low *= 2.0;
    }
    while t_probability(high, degrees) < p {
        high *= 2.0;
    }
    for _ in 0..200 {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            break;
        }
        if t_probability(middle, degrees) < p { low = middle } else { high = middle }
    }
    Some(f64::midpoint(low, high))
}

fn t_density(t: f64, degrees: f64) -> f64 {
    let half = f64::midpoint(degrees, 1.0);
    (ln_gamma(half) - ln_gamma(degrees / 2.0) - half * (t * t / degrees).ln_1p()).exp() / (degrees * PI).sqrt()
}

pub(super) fn t_probability(t: f64, degrees: f64) -> f64 {
    let square = t * t;
    // Whichever argument is below one half keeps its digits.
    let outside = if square > degrees {
        beta_reg(degrees / 2.0, 0.5, degrees / (degrees + square))
    } else {
        1.0 - beta_reg(0.5, degrees / 2.0, square / (degrees + square))
    };
    if t < 0.0 { outside / 2.0 } else { 1.0 - outside / 2.0 }
}
