//! The learning rate of every step.

use std::f64::consts::FRAC_PI_2;

/// How the learning rate changes over a run: `LR_SCHEDULE`.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum RateSchedule {
    /// It does not.
    #[default]
    Constant,
    /// It falls over all epochs, by half a cosine.
    Cosine {
        /// What it falls to.
        floor: f64,
    },
}

impl RateSchedule {
    /// The rates of a run whose first step has this one.
    pub fn beginning_at(self, rate: f64) -> Rate {
        match self {
            RateSchedule::Constant => Rate::Constant(rate),
            RateSchedule::Cosine { floor } => Rate::Cosine { from: rate, floor },
        }
    }
}

/// A learning rate, and how it changes from step to step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rate {
    /// The same in every step.
    Constant(f64),
    /// With `left` the share of all steps that are not done yet: floor + (from - floor) · sin²(π/2 · left), which is
    /// half a cosine.
    Cosine {
        /// The rate of the first step.
        from: f64,
        /// The rate after the last step.
        floor: f64,
    },
}

impl Rate {
    /// The rate of step `t` of a replica, counted from 1 over all its epochs, which have `steps` steps; steps after
    /// those have the last rate.
    pub fn at(self, t: u64, steps: u64) -> f64 {
        match self {
            Rate::Constant(rate) => rate,
            Rate::Cosine { from, floor } => {
                let left = (steps + 1).saturating_sub(t) as f64 / steps.max(1) as f64;
                let sine = (FRAC_PI_2 * left).sin();
                let high = sine * sine;
                from * high + floor * (1.0 - high)
            }
        }
    }

    /// Whether every step has the same.
    pub fn is_constant(self) -> bool {
        matches!(self, Rate::Constant(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cosine(from: f64, floor: f64) -> Rate {
        RateSchedule::Cosine { floor }.beginning_at(from)
    }

    #[test]
    fn a_cosine_begins_at_the_rate_itself() {
        for (from, floor) in [(0.1, 0.0), (0.3, 0.1), (0.7, 0.1), (1e-3, 1e-6), (3e38, 1e38)] {
            for steps in [1, 2, 7, 1000, 1 << 40] {
                assert_eq!(cosine(from, floor).at(1, steps), from, "{from}, {floor}, {steps}");
            }
        }
    }

    #[test]
    fn a_cosine_falls_by_half_a_cosine_as_on_paper() {
        let rate = cosine(0.5, 0.1);
        // Half, a third and two thirds of the way: cos is 0, 1/2 and -1/2.
        for (t, steps, expected) in [(51, 100, 0.3), (3, 6, 0.4), (5, 6, 0.2)] {
            assert!((rate.at(t, steps) - expected).abs() < 1e-15, "{}", rate.at(t, steps));
        }
        for t in 1..=1000u32 {
            let cosine = (std::f64::consts::PI * f64::from(t - 1) / 1000.0).cos();
            let expected = 0.1 + 0.4 * (1.0 + cosine) / 2.0;
            assert!((rate.at(t.into(), 1000) - expected).abs() < 1e-15, "step {t}");
        }
    }

    #[test]
    fn a_cosine_nears_its_floor_without_losing_digits_and_stays_there() {
        // sin² x is x² near 0.
        for steps in [1000u64, 1_000_000, 1 << 33] {
            let last = (FRAC_PI_2 / steps as f64).powi(2);
            let found = cosine(1.0, 0.0).at(steps, steps);
            assert!((found / last - 1.0).abs() < 1e-5, "{found} {last}");
            let more = cosine(1.0, 0.25).at(steps, steps) - 0.25;
            assert!((0.0..2e-6).contains(&more), "{more}");
            for t in [steps + 1, steps + 2, 10 * steps] {
                assert_eq!(cosine(1.0, 0.25).at(t, steps), 0.25);
                assert_eq!(cosine(1.0, 0.0).at(t, steps), 0.0);
            }
        }
    }

    #[test]
    fn a_cosine_never_rises() {
        for (from, floor) in [(0.1, 0.0), (0.3, 0.1), (0.2, 0.2)] {
            let rates: Vec<f64> = (1..=2000).map(|t| cosine(from, floor).at(t, 1999)).collect();
            // But for the rounding of two products and a sum.
            assert!(rates.windows(2).all(|pair| pair[1] <= pair[0] * (1.0 + 4.0 * f64::EPSILON)));
        }
    }

    #[test]
    fn a_constant_rate_is_the_same_in_every_step() {
        let rate = RateSchedule::Constant.beginning_at(0.1);
        assert!(rate.is_constant() && !cosine(0.1, 0.0).is_constant());
        assert!([1, 2, 100, u64::MAX].iter().all(|&t| rate.at(t, 100) == 0.1));
    }
}
