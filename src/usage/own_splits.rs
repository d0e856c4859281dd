//! A model on the rows of its own run.

use std::sync::Arc;

use crate::backend::{Train, Weights};
use crate::data::Split;
use crate::error::{Error, ErrorKind, Result};
use crate::metrics::{Figures, figures};
use crate::model::Model;
use crate::run::Run;

/// The figures of the model on each split of `run` that has rows, computed as in training: with the same data,
/// device and schedule they have the same bits. `run` is that of the model's parameters, without an optimizer,
/// because a model has none; another run is refused.
pub async fn evaluate_own_splits(
    model: &Model,
    mut run: Run,
    open: impl AsyncFnOnce(Arc<Run>) -> Result<Box<dyn Train>>,
) -> Result<[Option<Figures>; 3]> {
    let another = || Error::input("params.json and model.safetensors are not of one run");
    let fold = run.folds.first_mut().ok_or_else(another)?;
    let columns = |scaling: &crate::data::Scaling| scaling.scale.len();
    if columns(&fold.inputs) != columns(&model.inputs)
        || columns(&fold.targets) != columns(&model.targets)
        || run.labels != model.labels
        || run.network.loss() != model.network.loss()
    {
        return Err(another());
    }
    fold.inputs = model.inputs.clone();
    fold.targets = model.targets.clone();
    let run = Arc::new(run);
    let mut backend = open(run.clone()).await?;
    backend.restore(&model.state()).await.map_err(|error| match error.kind {
        ErrorKind::Input => another(),
        _ => error,
    })?;
    let fold = &run.folds[0];
    let mut of_splits = [None, None, None];
    for (split, own) in Split::ALL.into_iter().zip(&mut of_splits) {
        if !fold.splits.of(split).is_empty() {
            let sums = backend.evaluate(split, Weights::Best).await?;
            *own = sums.first().map(|sums| figures(run.network.task(), sums, fold, split));
        }
    }
    Ok(of_splits)
}
