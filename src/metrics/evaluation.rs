//! The sums that a backend makes over rows, for the figures.

/// Sums over rows.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Evaluation {
    /// The rows.
    pub rows: u64,
    /// Σ weight · loss
    pub loss_sum: f64,
    /// Σ weight
    pub weight_sum: f64,
    /// Rows of each (true class, predicted class), row-major; with several labels per row, rows of each
    /// (label, 1 if it is there, 1 if it is predicted); empty in regression.
    pub confusion: Vec<u64>,
    /// With several labels per row, the rows whose labels are all right.
    pub all_right: u64,
    /// Σ (ŷ - y)² of each output, in the units of the loss; empty but in regression.
    pub squared_errors: Vec<f64>,
    /// Σ |ŷ - y| of each output, in the units of the loss; empty but in regression.
    pub absolute_errors: Vec<f64>,
}

impl Evaluation {
    /// The mean loss. A run is refused where all rows of a split weigh 0.
    pub fn loss(&self) -> f64 {
        self.loss_sum / self.weight_sum
    }

    /// Adds the sums of other rows.
    pub fn add(&mut self, other: &Evaluation) {
        fn each<N: Copy + Default + std::ops::AddAssign>(to: &mut Vec<N>, from: &[N]) {
            to.resize(from.len().max(to.len()), N::default());
            to.iter_mut().zip(from).for_each(|(to, from)| *to += *from);
        }
        self.rows += other.rows;
        self.loss_sum += other.loss_sum;
        self.weight_sum += other.weight_sum;
        self.all_right += other.all_right;
        each(&mut self.confusion, &other.confusion);
        each(&mut self.squared_errors, &other.squared_errors);
        each(&mut self.absolute_errors, &other.absolute_errors);
    }
}
