//! Forecasts on the CPU: windows are those made by hand, to the bit; splits keep the future out of training.

use std::sync::Arc;

use gpu_mlp::rooms::data::{Dataset, ForecastTarget, Normalization, Split};
use gpu_mlp::rooms::run::Run;
use gpu_mlp::rooms::train::EpochRow;
use ndarray::{Array2, Array3};

use crate::common::forecasts::{HORIZONS, MOMENTS, WINDOW, forecast, series, stacks};
use crate::common::{cpu, run, trained};
use crate::cuts::check_cuts;

/// The same examples as rows of their own: windows of features and target, and the changes of the target.
fn by_hand(dataset: &Dataset, change: bool) -> Dataset {
    let y = dataset.targets.clone().into_reals();
    let count = MOMENTS + 1 - WINDOW - 3;
    let rows = Array3::from_shape_fn((count, 3, WINDOW), |(row, channel, sample)| match channel {
        2 => y[[row + sample, 0]],
        feature => dataset.inputs.element(row + sample, feature),
    });
    let targets = Array2::from_shape_fn((count, 2), |(row, output)| {
        let last = row + WINDOW - 1;
        y[[last + HORIZONS[output], 0]] - if change { y[[last, 0]] } else { 0.0 }
    });
    Dataset::from_arrays("by hand", rows.view(), targets).unwrap()
}

/// Unscaled inputs: a window's statistics count each moment once, those of rows as often as rows hold it.
#[test]
fn a_forecast_trains_as_rows_made_by_hand_do() {
    let dataset = series();
    for (layers, change) in
        stacks().into_iter().flat_map(|layers| [(layers.clone(), true), (layers, false)])
    {
        let target = if change { ForecastTarget::Change } else { ForecastTarget::Value };
        let mut parameters = forecast(layers).forecast(target);
        parameters.normalize = Normalization::None;
        let windows = run(&parameters, &dataset);
        let splits = windows.folds[0].splits.clone();
        let (own, _) = trained(&windows, &mut cpu::<f32>(&windows));
        (parameters.window, parameters.horizons, parameters.forecast) = (None, None, None);
        let rows = Run::on_folds(&parameters, &by_hand(&dataset, change), vec![splits]).unwrap();
        let rows = Arc::new(rows);
        let (expected, _) = trained(&rows, &mut cpu::<f32>(&rows));
        let losses = |rows: &[EpochRow]| -> Vec<(f64, f64)> {
            rows.iter().map(|row| (row.train.loss, row.validation.as_ref().unwrap().loss)).collect()
        };
        assert_eq!(losses(&own), losses(&expected), "changes: {change}");
    }
}

#[test]
fn forecasts_have_the_same_bits_however_epochs_are_cut() {
    for layers in stacks() {
        check_cuts(&run(&forecast(layers), &series()));
    }
}

#[test]
fn no_training_window_or_target_lies_in_later_moments() {
    let [layers, ..] = stacks();
    let mut parameters = forecast(layers);
    parameters.split = [0.5, 0.25, 0.25];
    let made = run(&parameters, &series());
    let of = |split| made.folds[0].rows(split).to_vec();
    // Moments 0 to 29, 30 to 44, 45 to 59. Window i ends at i + 4; its targets are 1 and 3 later.
    assert_eq!(of(Split::Train), (0..=22).collect::<Vec<u32>>());
    assert_eq!(of(Split::Validation), (25..=37).collect::<Vec<u32>>());
    assert_eq!(of(Split::Test), (40..=52).collect::<Vec<u32>>());
}

#[test]
fn the_scaling_comes_from_training_moments_alone() {
    let [layers, ..] = stacks();
    let parameters = forecast(layers);
    let usual = run(&parameters, &series());
    let mut other = series();
    let first = MOMENTS * 7 / 10;
    other.inputs.reals_mut().slice_mut(ndarray::s![first.., ..]).fill(1e3);
    let mut targets = other.targets.clone().into_reals();
    targets.slice_mut(ndarray::s![first.., ..]).fill(-1e3);
    other.targets = targets.into();
    let other = run(&parameters, &other);
    assert_eq!(usual.folds[0].inputs, other.folds[0].inputs);
    assert_eq!(usual.folds[0].targets, other.folds[0].targets);
    // Each moment counts once.
    let mean =
        (0..first - 3).map(|t| series().inputs.element(t, 0)).sum::<f64>() / (first - 3) as f64;
    let found = usual.folds[0].inputs.shift[0];
    assert!((mean - found).abs() < 1e-12, "{mean} {found}");
}

#[test]
fn no_window_crosses_a_group() {
    let [layers, ..] = stacks();
    let groups: Vec<i64> = (0..MOMENTS as i64).map(|t| t / 20).collect();
    let dataset = series().with_groups(groups.clone()).unwrap();
    let made = run(&forecast(layers), &dataset);
    let all: Vec<u32> =
        Split::ALL.iter().flat_map(|&split| made.folds[0].rows(split).to_vec()).collect();
    assert!(!all.is_empty());
    for example in all {
        let own = &groups[example as usize..][..WINDOW + 3];
        assert!(own.iter().all(|group| *group == own[0]), "{example}");
    }
    // Moments 0 to 41 are for training: 0 to 19, 20 to 39, 40 and 41.
    let train = made.folds[0].rows(Split::Train).to_vec();
    assert_eq!(train, (0..=12).chain(20..=32).collect::<Vec<u32>>());
}

#[test]
fn r2_is_of_values_not_of_changes() {
    let [layers, ..] = stacks();
    let made = run(&forecast(layers), &series());
    let fold = &made.folds[0];
    let y = series().targets.into_reals();
    let rows = fold.rows(Split::Train);
    let values: Vec<f64> = rows.iter().map(|&row| y[[row as usize + WINDOW, 0]]).collect();
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let variation = values.iter().map(|y| (y - mean) * (y - mean)).sum::<f64>();
    let own = fold.target_variation[0][0] / fold.targets.scale[0] / fold.targets.scale[0];
    assert!((variation - own).abs() < 1e-9 * variation, "{variation} {own}");
}
