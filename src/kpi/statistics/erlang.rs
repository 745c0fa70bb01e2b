//! Staffing of a queue: Erlang B, C and A. For questions of "what if" only; a real day is never this even.
//!
//! Times are in seconds, rates per second. Offered load A = λ/μ, in erlang. Sources: Erlang 1917; Palm 1957; Garnett, Mandelbaum, Reiman 2002.

/// Contacts that arrive and how long they take.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Load {
    /// Contacts per second.
    pub arrivals: f64,
    /// Mean handle time, in seconds.
    pub handle_s: f64,
}

impl Load {
    /// So many contacts in an interval.
    #[must_use]
    pub fn of(contacts: f64, interval_s: f64, handle_s: f64) -> Self {
        Self { arrivals: contacts / interval_s, handle_s }
    }

    /// The offered load, in erlang.
    #[must_use]
    pub fn erlang(self) -> f64 {
        self.arrivals * self.handle_s
    }
}

/// Share of contacts that find all of `agents` lines busy and are lost: Erlang B.
#[must_use]
pub fn erlang_b(load: f64, agents: u32) -> f64 {
    (1..=agents).fold(1.0, |blocked, k| load * blocked / (f64::from(k) + load * blocked))
}

/// A queue in which everybody waits: Erlang C.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Waiting {
    load: Load,
    agents: f64,
    /// Share of contacts that wait at all.
    pub waits: f64,
}

impl Waiting {
    /// A queue of so many agents. `None` when they cannot keep up, so that the queue grows without end.
    #[must_use]
    pub fn of(load: Load, agents: u32) -> Option<Self> {
        Self::from_blocked(load, agents, erlang_b(load.erlang(), agents))
    }

    fn from_blocked(load: Load, agents: u32, blocked: f64) -> Option<Self> {
        let (offered, n) = (load.erlang(), f64::from(agents));
        (offered < n && offered >= 0.0).then(|| Self { load, agents: n, waits: n * blocked / (n - offered * (1.0 - blocked)) })
    }

    /// How much faster the agents are than the contacts, per second.
    fn spare(self) -> f64 {
        self.agents / self.load.handle_s - self.load.arrivals
    }

    /// Average speed of answer, in seconds, over all contacts.
    #[must_use]
    pub fn asa_s(self) -> f64 {
        self.waits / self.spare()
    }

    /// Share answered within so many seconds.
    #[must_use]
    pub fn within(self, threshold_s: f64) -> f64 {
        1.0 - self.waits * (-self.spare() * threshold_s).exp()
    }

    /// The wait that a share of the contacts (such as 0.9) stays within, in seconds.
    #[must_use]
    pub fn wait_quantile_s(self, share: f64) -> f64 {
        ((self.waits / (1.0 - share)).ln() / self.spare()).max(0.0)
    }

    /// Share of the agents' time that contacts take.
    #[must_use]
    pub fn occupancy(self) -> f64 {
        self.load.erlang() / self.agents
    }

    /// Mean number of contacts waiting.
    #[must_use]
    pub fn queue(self) -> f64 {
        self.asa_s() * self.load.arrivals
    }
}

/// What a staffing has to reach.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Goal {
    /// Share answered within `threshold_s`.
    pub service_level: f64,
    /// Seconds.
    pub threshold_s: f64,
    /// Highest share of time that contacts may take of an agent.
    pub occupancy: f64,
    /// Share of paid time not available for contacts.
    pub shrinkage: f64,
}

/// A staffing that reaches a goal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Staffing {
    /// Agents at their desks.
    pub agents: u32,
    /// Agents on the roster: those at their desks over 1 − shrinkage, rounded up.
    pub rostered: u32,
    /// The queue that they have.
    pub queue: Waiting,
}

/// The fewest agents that reach a goal under Erlang C. `None` for a goal that no number reaches (shares outside 0..1, no contacts' time).
#[must_use]
pub fn staffing(load: Load, goal: Goal) -> Option<Staffing> {
    /// Above this load nobody plans one queue.
    const MOST: f64 = 1e5;
    let share = |value: f64| value > 0.0 && value < 1.0;
    let offered = load.erlang();
    let sound = share(goal.service_level) && goal.occupancy > 0.0 && goal.occupancy <= 1.0 && (0.0..1.0).contains(&goal.shrinkage);
    if !sound || !(0.0..=MOST).contains(&offered) || load.handle_s <= 0.0 || goal.threshold_s < 0.0 {
        return None;
    }
    let mut blocked = 1.0;
    for agents in 1.. {
        blocked = offered * blocked / (f64::from(agents) + offered * blocked);
        let Some(queue) = Waiting::from_blocked(load, agents, blocked) else { continue };
        if queue.within(goal.threshold_s) >= goal.service_level && queue.occupancy() <= goal.occupancy {
            // A whole number that rounding left a hair above itself stays itself.
            let rostered = (f64::from(agents) / (1.0 - goal.shrinkage) - 1e-9).ceil();
            return Some(Staffing { agents, rostered: rostered as u32, queue });
        }
    }
    None
}

/// A queue in which people give up: Erlang A, with exponential patience.
#[derive(Debug, Clone, PartialEq)]
pub struct Impatient {
    /// Share of contacts that do not find a free agent.
    pub waits: f64,
    /// Share that gives up.
    pub abandons: f64,
    /// Mean wait of all contacts, in seconds, those that gave up with the time they stayed.
    pub mean_wait_s: f64,
    /// Mean number of contacts waiting.
    pub queue: f64,
    /// Share of the agents' time that contacts take.
    pub occupancy: f64,
    /// Probabilities of finding 0, 1, 2 … people before oneself in the queue.
    ahead: Vec<f64>,
    service_rate: f64,
    patience_rate: f64,
    agents: f64,
}

impl Impatient {
    /// A queue of so many agents whose callers wait `patience_s` seconds on average. `None` without agents, time or patience, and for queues of a
    /// million people.
    #[must_use]
    pub fn of(load: Load, agents: u32, patience_s: f64) -> Option<Self> {
        let (lambda, mu, theta, n) = (load.arrivals, 1.0 / load.handle_s, 1.0 / patience_s, f64::from(agents));
        if agents == 0 || !(lambda > 0.0 && mu > 0.0 && theta > 0.0) || !(lambda.is_finite() && mu.is_finite() && theta.is_finite())
        {
            return None;
        }
        // Weights of the states, from the likeliest one outwards, so that none overflows: death rate min(k,N)·μ + max(k−N,0)·θ.
        let death = |k: f64| k.min(n) * mu + (k - n).max(0.0) * theta;
        let peak = peak(lambda, mu, theta, n);
        if !(peak <= MOST_STATES && n <= MOST_STATES) {
            return None;
        }
        let mut below = vec![1.0];
        for k in (1..=peak as u64).rev() {
            below.push(below.last()? * death(k as f64) / lambda);
        }
        below.reverse();
        let mut weights = below;
        let mut k = weights.len() as f64;
        while k <= n || weights.last()? > &1e-18 {
            weights.push(weights.last()? * lambda / death(k));
            k += 1.0;
        }
        let total: f64 = weights.iter().sum();
        let probability = |k: usize| weights[k] / total;
        let ahead: Vec<f64> = (agents as usize..weights.len()).map(probability).collect();
        let queue: f64 = ahead.iter().enumerate().map(|(waiting, p)| waiting as f64 * p).sum();
        let busy: f64 = (0..weights.len()).map(|k| (k as f64).min(n) * probability(k)).sum();
        Some(Self {
            waits: ahead.iter().sum(),
            abandons: theta * queue / lambda,
            mean_wait_s: queue / lambda,
            queue,
            occupancy: busy / n,
            ahead,
            service_rate: mu,
            patience_rate: theta,
            agents: n,
        })
    }

    /// Share of all contacts still waiting after so many seconds: neither answered nor given up.
    #[must_use]
    pub fn waiting_after(&self, seconds: f64) -> f64 {
        self.ahead.iter().zip(self.still_there(seconds)).map(|(p, still)| p * still).sum()
    }

    /// Share of all contacts that are answered within so many seconds.
    #[must_use]
    pub fn answered_within(&self, seconds: f64) -> f64 {
        // Who is gone after `seconds` has given up or been answered; giving up happens at the patience rate while waiting.
        let gave_up: f64 = self.ahead.iter().zip(self.gave_up(seconds)).map(|(p, gone)| p * gone).sum();
        1.0 - self.waiting_after(seconds) - gave_up
    }

    /// The wait that a share of all contacts stays within, in seconds, answered or not.
    #[must_use]
    pub fn wait_quantile_s(&self, share: f64) -> f64 {
        let (mut low, mut high) = (0.0, 1.0 / self.patience_rate);
        if 1.0 - self.waits >= share {
            return 0.0;
        }
        while self.waiting_after(high) > 1.0 - share {
            high *= 2.0;
        }
        for _ in 0..200 {
            let middle = f64::midpoint(low, high);
            if middle <= low || middle >= high {
                break;
            }
            if self.waiting_after(middle) > 1.0 - share { low = middle } else { high = middle }
        }
        f64::midpoint(low, high)
    }

    /// By the number of people before somebody: the chance of still waiting after so many seconds.
    ///
    /// With `j` people ahead an agent comes after `j + 1` departures, at rates Nμ + jθ, …, Nμ + θ, Nμ. Their sum T is distributed as
    /// −ln(X)/θ with X from the beta distribution of Nμ/θ and j + 1, so P(T > t) = I(e^(−θt); Nμ/θ, j + 1); e^(−θt) is the chance not to
    /// have given up oneself.
    fn still_there(&self, seconds: f64) -> Vec<f64> {
        let (r, x) = (self.agents * self.service_rate / self.patience_rate, (-self.patience_rate * seconds).exp());
        (0..self.ahead.len()).map(|j| x * beta(r, j as f64 + 1.0, x)).collect()
    }

    fn gave_up(&self, seconds: f64) -> Vec<f64> {
        // ∫₀ᵗ θ·e^(−θs)·P(T > s) ds; with u = e^(−θs) that is ∫ₓ¹ I(u) du, by parts, with the first moment of the beta distribution.
        let (r, x) = (self.agents * self.service_rate / self.patience_rate, (-self.patience_rate * seconds).exp());
        let of = |j: usize| {
            let (a, b) = (r, j as f64 + 1.0);
            let mean = a / (a + b);
            let moment = mean * (1.0 - beta(a + 1.0, b, x));
            (1.0 - x * beta(a, b, x)) - moment
        };
        (0..self.ahead.len()).map(of).collect()
    }
}

/// Above so many people in the system nobody plans one queue.
const MOST_STATES: f64 = 1e6;

/// The state with the highest weight, or one beside it.
fn peak(lambda: f64, mu: f64, theta: f64, n: f64) -> f64 {
    let offered = lambda / mu;
    if offered <= n { offered.floor() } else { (n + (lambda - n * mu) / theta).floor() }
}

fn beta(a: f64, b: f64, x: f64) -> f64 {
    if x <= 0.0 {
        0.0
    } else if x >= 1.0 {
        1.0
    } else {
        statrs::function::beta::checked_beta_reg(a, b, x).unwrap_or(f64::NAN)
    }
}
