//! The weights of classes in the loss.

use super::table::{Table, TableTargets};
use crate::error::{Error, Result};
use crate::network::Network;

/// Weights of the classes in the loss.
#[derive(Debug, Clone, PartialEq)]
pub enum ClassWeight {
    /// training rows / (classes · training rows of the class)
    Balanced,
    /// One number per class, in the order of the sorted labels.
    Each(Vec<f64>),
    /// Labels with their numbers, in the file's order; other classes weigh 1.
    ByLabel(Vec<(i64, f64)>),
}

/// The weight of each class in the loss, from what `CLASS_WEIGHT` says and the training rows; empty where
/// all are 1.
pub(super) fn class_weights(
    given: Option<&ClassWeight>,
    network: &Network,
    table: &Table,
    labels: &[i64],
    train: &[u32],
) -> Result<Vec<f64>> {
    let TableTargets::Classes(classes) = &table.targets else {
        return match given {
            None => Ok(vec![]),
            Some(_) => Err(Error::input(format!(
                "the task is {}, which has no classes; leave it out, or weigh rows by an \
                 array sample_weight in the data set",
                network.task().name()
            ))
            .within("CLASS_WEIGHT")),
        };
    };
    match given {
        None => Ok(vec![]),
        Some(ClassWeight::Each(weights)) if weights.len() == network.classes() => {
            Ok(weights.clone())
        }
        Some(ClassWeight::Each(weights)) => Err(Error::input(format!(
            "found {} numbers; allowed: {}, one a class, or \"balanced\"",
            weights.len(),
            network.classes()
        ))
        .within("CLASS_WEIGHT")),
        Some(ClassWeight::ByLabel(named)) => weights_by_label(named, labels),
        Some(ClassWeight::Balanced) => {
            let mut counts = vec![0usize; network.classes()];
            train.iter().for_each(|&row| counts[classes[row as usize] as usize] += 1);
            // A class without training rows weighs nothing there, whatever its weight.
            let (rows, classes) = (train.len() as f64, counts.len() as f64);
            let weights = counts.iter().map(|&count| rows / (classes * count.max(1) as f64));
            Ok(weights.collect())
        }
    }
}

/// The weight of each class: the one its label is given, else 1.
fn weights_by_label(named: &[(i64, f64)], labels: &[i64]) -> Result<Vec<f64>> {
    let mut weights = vec![1.0; labels.len()];
    for (label, weight) in named {
        let Ok(class) = labels.binary_search(label) else {
            let shown: Vec<String> = labels.iter().take(12).map(i64::to_string).collect();
            let more = if labels.len() > 12 { ", ..." } else { "" };
            return Err(Error::input(format!(
                "found the label {label}, which the data have not; allowed: {}{more}",
                shown.join(", ")
            ))
            .within("CLASS_WEIGHT"));
        };
        weights[class] = *weight;
    }
    Ok(weights)
}
