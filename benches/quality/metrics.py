"""What predictions are worth: the same code for every tool. Classes are places in the list of labels."""

from dataclasses import dataclass

import numpy as np
from sklearn.metrics import average_precision_score

# name: its name in the table, and whether more of it is better
METRICS = {
    "accuracy": ("accuracy", True),
    "balanced_accuracy": ("balanced acc.", True),
    "average_precision": ("avg. precision", True),
    "log_loss": ("log loss", False),
    "r2": ("R2", True),
    "rmse": ("RMSE", False),
    "mae": ("MAE", False),
    "seconds": ("seconds", False),
    "cpu_seconds": ("CPU seconds", False),
}


@dataclass
class Predictions:
    """Of classes the place of each row's label and its probabilities, (rows, labels); or values, (rows, outputs)."""

    values: np.ndarray
    probabilities: np.ndarray | None = None


def measured(truth, predictions, labels):
    """Every metric of the task, by name."""
    for array in (predictions.values, predictions.probabilities):
        if array is not None and len(array) != len(truth):
            raise ValueError(f"{len(array)} predictions for {len(truth)} rows")
        if array is not None and not np.isfinite(array).all():
            raise ValueError("a prediction is not a finite number")
    if labels is None:
        return of_values(truth, predictions.values)
    return of_classes(truth, predictions.values, predictions.probabilities)


def of_classes(truth, places, probabilities):
    right = places == truth
    of_truth = probabilities[np.arange(len(truth)), truth]
    told = {
        "accuracy": right.mean(),
        "balanced_accuracy": np.mean([right[truth == label].mean() for label in np.unique(truth)]),
        "log_loss": -np.log(np.clip(of_truth, 1e-15, 1)).mean(),
    }
    # Of two classes the second counts as positive; without a row of it there is nothing to find.
    if probabilities.shape[1] == 2 and truth.any():
        told["average_precision"] = average_precision_score(truth, probabilities[:, 1])
    return told


def of_values(truth, values):
    """Means over outputs."""
    if values.shape != truth.shape:
        raise ValueError(f"{values.shape[1]} predicted columns for {truth.shape[1]} outputs")
    squares = ((truth - values) ** 2).sum(axis=0)
    around_mean = ((truth - truth.mean(axis=0)) ** 2).sum(axis=0)
    told = {
        "rmse": np.sqrt(squares / len(truth)).mean(),
        "mae": np.abs(truth - values).mean(),
    }
    if (around_mean > 0).all():
        told["r2"] = (1 - squares / around_mean).mean()
    return told
