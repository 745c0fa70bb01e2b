//! Constants of charts of subgroups, from the distribution of the standard deviation of normal samples.

use statrs::function::gamma::ln_gamma;

/// c4: what the standard deviation of a sample of `n` is on average, as a share of the true one. `n` from 2.
#[must_use]
pub fn c4(n: f64) -> f64 {
    (2.0 / (n - 1.0)).sqrt() * (ln_gamma(n / 2.0) - ln_gamma((n - 1.0) / 2.0)).exp()
}

/// A3: three sigma of a mean of `n`, in mean standard deviations.
#[must_use]
pub fn a3(n: f64) -> f64 {
    3.0 / (c4(n) * n.sqrt())
}

/// B3 and B4: limits of the standard deviation of a sample of `n`, in mean standard deviations. `None` below two.
#[must_use]
pub fn s_limits(n: f64) -> Option<(f64, f64)> {
    if n < 2.0 {
        return None;
    }
    let half = 3.0 * (1.0 - c4(n).powi(2)).max(0.0).sqrt() / c4(n);
    Some(((1.0 - half).max(0.0), 1.0 + half))
}
