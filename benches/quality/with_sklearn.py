"""scikit-learn's tools: its MLP behind a ColumnTransformer, and its boosting, stopped on the validation rows."""

import warnings

import numpy as np
import pandas as pd
import sklearn
from metrics import Predictions
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler


class OfSklearn:
    """`setting` and `keys` tell apart what the results keep; the keys are those that are not the default."""

    setting = "default"

    def __init__(self, name, **keys):
        self.name = self.label = name
        self.version = sklearn.__version__
        self.own = keys
        self.keys = " ".join(f"{key}={value}" for key, value in keys.items())

    def predictions(self, data, split, folder):
        with warnings.catch_warnings():
            # An MLP that has not converged after its 200 epochs says so, and numbers that overflow do.
            warnings.simplefilter("ignore")
            return self.predicted(data, split)


class Mlp(OfSklearn):
    """Trains on the training rows. With `early_stopping` it makes validation rows out of them and, where the split
    has such rows, out of as many as these are."""

    def predicted(self, data, split):
        frame, numeric = typed(data.frame, "object")
        own, rows = {**self.own, "random_state": split.number}, split.train
        if own.get("early_stopping"):
            train, validation = split.stopped_on()
            own["validation_fraction"] = len(validation) / (len(train) + len(validation))
            rows = split.learned_from
        kind = MLPClassifier if data.classifies else MLPRegressor
        model = make_pipeline(prepared(frame, numeric), kind(**own))
        if not data.classifies:
            model = TransformedTargetRegressor(model, transformer=StandardScaler())
        model.fit(frame.iloc[rows], data.truth[rows])
        return told(model, frame.iloc[split.test], data)


class Boosting(OfSklearn):
    """Numbers as they are, gaps included; categories as such. One model an output."""

    def predicted(self, data, split):
        frame, _ = typed(data.frame, "category")
        train, validation = split.stopped_on()
        kind = HistGradientBoostingClassifier if data.classifies else HistGradientBoostingRegressor
        truths = [data.truth] if data.classifies else data.truth.T
        models = []
        for truth in truths:
            model = kind(**self.own, early_stopping=True, random_state=split.number)
            model.fit(frame.iloc[train], truth[train], X_val=frame.iloc[validation], y_val=truth[validation])
            models.append(model)
        test = frame.iloc[split.test]
        if data.classifies:
            return told(models[0], test, data)
        return Predictions(np.column_stack([model.predict(test) for model in models]))


def typed(frame, others):
    """The frame with every column that is no number as texts of this type, and the names of the numbers."""
    is_number = {
        name: pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)
        for name, column in frame.items()
    }
    columns = {
        name: column if is_number[name] else column.map(str, na_action="ignore").astype(object).astype(others)
        for name, column in frame.items()
    }
    return pd.DataFrame(columns), [name for name, number in is_number.items() if number]


def prepared(frame, numeric):
    numbers = make_pipeline(SimpleImputer(strategy="median", add_indicator=True), StandardScaler())
    categories = make_pipeline(
        SimpleImputer(strategy="constant", fill_value="missing"),
        OneHotEncoder(handle_unknown="ignore", sparse_output=False),
    )
    others = [name for name in frame.columns if name not in numeric]
    return ColumnTransformer([("numbers", numbers, numeric), ("categories", categories, others)])


def told(model, frame, data):
    """Classes that no training row has are of probability 0."""
    if not data.classifies:
        return Predictions(model.predict(frame).reshape(len(frame), -1))
    probabilities = np.zeros((len(frame), len(data.labels)))
    probabilities[:, model.classes_] = model.predict_proba(frame)
    return Predictions(model.predict(frame), probabilities)


TOOLS = {
    "sklearn-mlp": lambda: Mlp("sklearn-mlp"),
    "sklearn-mlp-500": lambda: Mlp("sklearn-mlp-500", max_iter=500),
    "sklearn-mlp-stopping": lambda: Mlp("sklearn-mlp-stopping", max_iter=500, early_stopping=True),
    "sklearn-boosting": lambda: Boosting("sklearn-boosting", max_iter=2000, learning_rate=0.05),
}
