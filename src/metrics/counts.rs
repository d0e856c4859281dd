//! The rows of one class or one label, and the figures that follow from them.

use super::means::mean;

/// The rows of one class, or of one label.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Counts {
    /// Rows of it where it is predicted.
    pub found: u64,
    /// Rows where it is predicted.
    pub predicted: u64,
    /// Rows of it.
    pub rows: u64,
}

/// The figures of one class, or of one label. 0 / 0 is 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClassFigures {
    /// found / rows where it is predicted
    pub precision: f64,
    /// found / rows of the class
    pub recall: f64,
    /// 2 · found / (rows of the class + rows where it is predicted)
    pub f1: f64,
    /// Rows of the class.
    pub rows: u64,
}

impl Counts {
    /// Whether a row is of the class, or predicted to be.
    fn occurs(&self) -> bool {
        self.rows + self.predicted > 0
    }

    /// The figures of the class.
    pub fn figures(&self) -> ClassFigures {
        let &Counts { found, predicted, rows } = self;
        ClassFigures {
            precision: ratio(found, predicted),
            recall: ratio(found, rows),
            f1: ratio(2 * found, rows + predicted),
            rows,
        }
    }
}

/// The macro means of precision, recall and F1: each class or label counts the same.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct MacroMeans {
    pub precision: f64,
    pub recall: f64,
    pub f1: f64,
}

impl MacroMeans {
    /// Over the classes that occur or are predicted.
    pub fn of_classes(classes: &[Counts]) -> Self {
        let occurring = classes.iter().filter(|counts| counts.occurs());
        Self::over(&occurring.map(Counts::figures).collect::<Vec<_>>())
    }

    /// Over all labels.
    pub fn of_labels(labels: &[Counts]) -> Self {
        Self::over(&labels.iter().map(Counts::figures).collect::<Vec<_>>())
    }

    fn over(figures: &[ClassFigures]) -> Self {
        MacroMeans {
            precision: mean(figures, |class| class.precision),
            recall: mean(figures, |class| class.recall),
            f1: mean(figures, |class| class.f1),
        }
    }
}

/// a / b, and 0 for 0 / 0.
pub(super) fn ratio(a: u64, b: u64) -> f64 {
    if b == 0 { 0.0 } else { a as f64 / b as f64 }
}
