//! Scaling: (x - shift) · scale, one per feature, channel or output.

use ndarray::ArrayView2;
use rayon::iter::{IndexedParallelIterator, IntoParallelRefIterator, ParallelIterator};

use super::coded::{Coded, CodedColumn};
use super::inputs::Inputs;
use super::lengths::Lengths;

/// How values are scaled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Normalization {
    /// Mean 0 and standard deviation 1 (population) on the training rows.
    ZScore,
    /// From 0 to 1 on the training rows.
    MinMax,
    /// As they are.
    None,
}

impl Normalization {
    /// The name in parameter files.
    pub fn name(self) -> &'static str {
        match self {
            Normalization::ZScore => "zscore",
            Normalization::MinMax => "minmax",
            Normalization::None => "none",
        }
    }
}

/// The scaling of each column of the data, (x - shift) · scale.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Scaling {
    /// One shift per column.
    pub shift: Vec<f64>,
    /// One scale per column; 0 where the training rows are constant.
    pub scale: Vec<f64>,
}

impl Scaling {
    /// The scaling that fits the given rows. `group` neighbouring columns share one scaling: 1
    /// for features, T for the samples of a channel.
    pub fn fit(kind: Normalization, inputs: &Inputs, rows: &[u32], group: usize) -> Self {
        let all = |_: u32, _: usize| true;
        match inputs {
            Inputs::Reals(values) => Self::fit_values(kind, values.view(), rows, group, all),
            Inputs::Bytes(values) => Self::fit_values(kind, values.view(), rows, group, all),
            // Each moment once, however many windows hold it.
            Inputs::Windows(windows) => {
                let moments = windows.moments_of(rows);
                let Scaling { shift, scale } =
                    Self::fit_values(kind, windows.view(), &moments, 1, all);
                Scaling { shift: windows.of_elements(&shift), scale: windows.of_elements(&scale) }
            }
            Inputs::Coded(coded) => Self::fit_coded(kind, coded, rows),
        }
    }

    /// The same of numbers and codes: numbers that are kept and inputs of categories stay as they are.
    fn fit_coded(kind: Normalization, coded: &Coded<f64>, rows: &[u32]) -> Self {
        let fit = |(column, own): (usize, &CodedColumn)| match own {
            CodedColumn::Number => {
                let values = coded.values.column(column);
                shift_and_scale(kind, || rows.iter().map(|&row| values[row as usize]))
            }
            CodedColumn::Kept | CodedColumn::Categories(_) => (0.0, 1.0),
        };
        let (shift, scale): (Vec<f64>, Vec<f64>) =
            coded.columns.par_iter().enumerate().map(fit).unzip();
        Scaling { shift: coded.of_inputs(&shift, 0.0), scale: coded.of_inputs(&scale, 1.0) }
    }

    /// The same of sequences whose rows have lengths, without their padding; the length of a row, behind its elements,
    /// stays as it is.
    pub fn fit_sequences(
        kind: Normalization,
        values: ArrayView2<f64>,
        rows: &[u32],
        lengths: Lengths,
    ) -> Self {
        let has = |row, column| lengths.has(row, column);
        let mut scaling = Self::fit_values(kind, values, rows, lengths.samples, has);
        scaling.shift.push(0.0);
        scaling.scale.push(1.0);
        scaling
    }

    fn fit_values<X: Copy + Into<f64>>(
        kind: Normalization,
        values: ArrayView2<X>,
        rows: &[u32],
        group: usize,
        has: impl Fn(u32, usize) -> bool + Copy,
    ) -> Self {
        let columns = values.ncols();
        let (mut shift, mut scale) = (Vec::with_capacity(columns), Vec::with_capacity(columns));
        for first in (0..columns).step_by(group) {
            let members = first..first + group;
            let (s, k) = shift_and_scale(kind, || {
                let members = members.clone();
                rows.iter().flat_map(move |&row| {
                    let own = members.clone().filter(move |&column| has(row, column));
                    own.map(move |column| values[[row as usize, column]].into())
                })
            });
            shift.extend(std::iter::repeat_n(s, group));
            scale.extend(std::iter::repeat_n(k, group));
        }
        Scaling { shift, scale }
    }

    /// The same, but scale 1 for constant columns: what targets need, so that an error stays an error.
    pub fn fit_targets(kind: Normalization, values: ArrayView2<f64>, rows: &[u32]) -> Self {
        let mut scaling = Self::fit_values(kind, values, rows, 1, |_, _| true);
        scaling.scale.iter_mut().filter(|scale| **scale == 0.0).for_each(|scale| *scale = 1.0);
        scaling
    }

    /// A scaled value of a column in original units; a column without a scaling keeps its values.
    pub fn original(&self, column: usize, value: f64) -> f64 {
        match (self.scale.get(column), self.shift.get(column)) {
            (Some(scale), Some(shift)) => value / scale + shift,
            _ => value,
        }
    }

    /// The same scaling of values that had `center` subtracted.
    pub fn centred(&self, center: &[f64]) -> Self {
        let shift = self.shift.iter().zip(center).map(|(shift, center)| shift - center).collect();
        Scaling { shift, scale: self.scale.clone() }
    }

    /// The scaling that changes nothing.
    pub fn identity(columns: usize) -> Self {
        Scaling { shift: vec![0.0; columns], scale: vec![1.0; columns] }
    }
}

fn shift_and_scale<I: Iterator<Item = f64>>(
    kind: Normalization,
    values: impl Fn() -> I,
) -> (f64, f64) {
    if kind == Normalization::None {
        return (0.0, 1.0);
    }
    let none = (f64::INFINITY, f64::NEG_INFINITY, 0.0, 0_usize);
    let (least, most, sum, count) = values().fold(none, |(least, most, sum, count), value| {
        (least.min(value), most.max(value), sum + value, count + 1)
    });
    if least >= most {
        return (least, 0.0);
    }
    if kind == Normalization::MinMax {
        return (least, 1.0 / (most - least));
    }
    let count = count as f64;
    let mean = sum / count;
    let variance = values().map(|x| (x - mean) * (x - mean)).sum::<f64>() / count;
    (mean, 1.0 / variance.sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn statistics_are_those_of_the_training_rows() {
        let x: Inputs = array![[1.0, 5.0], [3.0, 5.0], [1000.0, 7.0]].into();
        let z = Scaling::fit(Normalization::ZScore, &x, &[0, 1], 1);
        assert_eq!(z, Scaling { shift: vec![2.0, 5.0], scale: vec![1.0, 0.0] });
        let m = Scaling::fit(Normalization::MinMax, &x, &[0, 1], 1);
        assert_eq!(m, Scaling { shift: vec![1.0, 5.0], scale: vec![0.5, 0.0] });
        let none = Scaling::fit(Normalization::None, &x, &[0, 1], 1);
        assert_eq!(none, Scaling::identity(2));
    }

    #[test]
    fn the_samples_of_a_channel_share_one_scaling() {
        let x: Inputs = array![[0.0, 2.0, 10.0, 30.0], [2.0, 4.0, 20.0, 20.0]].into();
        let z = Scaling::fit(Normalization::ZScore, &x, &[0, 1], 2);
        assert_eq!(z.shift, vec![2.0, 2.0, 20.0, 20.0]);
        assert_eq!(z.scale[0], z.scale[1]);
    }

    #[test]
    fn padding_moves_no_scaling_and_a_length_is_not_scaled() {
        // Two channels of two samples; the first row has one of them.
        let x = array![[0.0, 9.0, 10.0, 9.0], [2.0, 4.0, 20.0, 30.0]];
        let lengths = Lengths { of_rows: &[1, 2], samples: 2 };
        let z = Scaling::fit_sequences(Normalization::ZScore, x.view(), &[0, 1], lengths);
        assert_eq!(z.shift, vec![2.0, 2.0, 20.0, 20.0, 0.0]);
        let m = Scaling::fit_sequences(Normalization::MinMax, x.view(), &[0, 1], lengths);
        assert_eq!(m.shift, vec![0.0, 0.0, 10.0, 10.0, 0.0]);
        assert_eq!(m.scale, vec![0.25, 0.25, 0.05, 0.05, 1.0]);
    }
}
