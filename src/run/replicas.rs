//! The checks of a run's folds and replicas.

use super::checks::class_without;
use super::fold::Fold;
use super::parameters::Parameters;
use super::run::Run;
use super::table::{Table, TableTargets};
use crate::data::{Split, Splits};
use crate::error::{Error, Result};

/// Refuses rows that the table does not have, rows that stand twice in it, training rows that lack a class, and
/// patience without validation rows.
pub(super) fn check_division(
    parameters: &Parameters,
    table: &Table,
    labels: &[i64],
    splits: &Splits,
) -> Result<()> {
    let mut seen = vec![false; table.rows()];
    for split in Split::ALL {
        for &row in splits.of(split) {
            match seen.get_mut(row as usize) {
                None => {
                    return Err(Error::input(format!(
                        "its {} rows have row {row} (counted from 0), and there are {}",
                        split.name(),
                        table.rows()
                    )));
                }
                Some(seen) if *seen => {
                    return Err(Error::input(format!(
                        "row {row} (counted from 0) stands twice in it; give each row one split"
                    )));
                }
                Some(seen) => *seen = true,
            }
        }
    }
    let train = splits.of(Split::Train);
    if train.is_empty() {
        return Err(Error::input("it has no training rows"));
    }
    if let TableTargets::Classes(classes) = &table.targets
        && let Some(label) = class_without(classes, labels, train)
    {
        return Err(Error::input(format!(
            "its training rows have none of class {label}; give it some, or leave the class out"
        )));
    }
    match patience(parameters) {
        Some(key) if splits.of(Split::Validation).is_empty() => Err(Error::input(format!(
            "it has no validation rows to be patient about; give it some, or leave {key} out"
        ))),
        _ => Ok(()),
    }
}

/// The first key of the parameters that watches validation rows.
pub(super) fn patience(parameters: &Parameters) -> Option<&'static str> {
    let Parameters { accuracy_patience, r2_patience, loss_patience, .. } = parameters;
    let given = [
        ("ACC_PATIENCE", accuracy_patience),
        ("R2_PATIENCE", r2_patience),
        ("LOSS_PATIENCE", loss_patience),
    ];
    given.into_iter().find(|(_, epochs)| epochs.is_some()).map(|(key, _)| key)
}

/// Refuses replicas whose ids are not their indices, that have no fold, or whose optimizers are not of one
/// kind.
pub(super) fn check_replicas(run: &Run) -> Result<()> {
    if run.replicas.is_empty() {
        return Err(Error::input("a run needs a replica, and a replica a fold; there is none"));
    }
    for (index, fold) in run.folds.iter().enumerate() {
        let (found, table) = (fold.table(&run.table), &run.table.inputs);
        if found.dim() != table.dim() || !found.is_row_by_row() {
            let (rows, inputs) = table.dim();
            return Err(Error::input(format!(
                "its prepared inputs are of shape {:?}; allowed: ({rows}, {inputs}), row by row",
                found.dim()
            ))
            .within(format!("fold {index}")));
        }
    }
    let weighted = |fold: &Fold| !fold.class_weights.is_empty();
    if run.folds.iter().any(weighted) && !run.folds.iter().all(weighted) {
        return Err(Error::input(
            "classes have weights in some folds only; give them to all or none",
        ));
    }
    let kind = run.optimizer().formula().name;
    for (index, replica) in run.replicas.iter().enumerate() {
        let refuse = |what: String| Err(Error::input(what).within(format!("replica {index}")));
        if replica.id.0 != index {
            return refuse(format!("its id is {}; allowed: its index", replica.id.0));
        }
        if replica.fold >= run.folds.len() {
            let folds = run.folds.len();
            return refuse(format!("its fold is {}, and there are {folds}", replica.fold));
        }
        let own = replica.optimizer.formula().name;
        if own != kind {
            return refuse(format!(
                "its optimizer is {own}, and that of replica 0 is {kind}; the replicas of a run have one \
                 kind, each with its own numbers"
            ));
        }
        let validation = run.fold(replica).rows(Split::Validation);
        let stopping = &replica.stopping;
        let is_patient = stopping.score_patience.is_some() || stopping.loss_patience.is_some();
        if is_patient && validation.is_empty() {
            return refuse("its fold has no validation rows to be patient about".into());
        }
        if stopping.max_epochs == 0 {
            return refuse("it trains for 0 epochs; allowed: 1 or more".into());
        }
    }
    Ok(())
}
