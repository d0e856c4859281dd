"""The inputs that tables are prepared as, beside those of pandas and scikit-learn doing the same steps.

    python3 tests/readers/prepared.py SCRATCH [FOLDER]

Compares datasets/penguins.csv, a table of dates that it makes, and titanic.csv, mpg.csv and winequality-red.csv where
FOLDER has them. SCRATCH is a folder for the files of both sides. A difference of more than 1e-6 anywhere, or another
input, is a failure. 0: all are the same; 1: something differs.
"""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import OneHotEncoder

ROOT = Path(__file__).parents[2]
MOST = 1e-6
# The forms of the dates that are made, by column.
FORMS = {"iso": "%Y-%m-%dT%H:%M:%S", "dots": "%d.%m.%Y", "slashes": "%m/%d/%Y %H:%M"}


@dataclass
class Table:
    path: Path
    target: str
    separator: str = ","
    left_out: list = field(default_factory=list)
    keys: dict = field(default_factory=dict)


def tables(scratch, folder):
    found = [Table(ROOT / "datasets/penguins.csv", "species"), Table(made_dates(scratch), "y")]
    if folder:
        found += [
            Table(folder / "titanic.csv", "survived", left_out=["alive"]),
            Table(folder / "mpg.csv", "mpg", left_out=["name"]),
            Table(folder / "winequality-red.csv", "quality", ";", keys={"TASK": "regression"}),
        ]
    return found


def made_dates(scratch):
    """A table of dates in three forms, a tenth of them gaps."""
    random = np.random.default_rng(7)
    moments = pd.Timestamp("1960-01-01") + pd.to_timedelta(random.integers(0, 40000 * 1440, 500), "min")
    table = pd.DataFrame({name: moments.strftime(form) for name, form in FORMS.items()})
    table = table.mask(random.random(table.shape) < 0.1)
    table["y"] = random.random(500)
    table.to_csv(scratch / "dates.csv", index=False)
    return scratch / "dates.csv"


def expected(frame, table, is_trained):
    """The inputs by pandas and scikit-learn, fitted on the rows that are trained on."""
    blocks = []
    for name in frame.columns.drop([table.target, *table.left_out]):
        column = frame[[name]]
        fit = column[is_trained]
        if name in FORMS:
            blocks.append(of_dates(name, frame[name], is_trained))
        elif frame[name].dtype == bool:
            blocks.append(column.astype(float))
        elif pd.api.types.is_numeric_dtype(frame[name]):
            imputer = SimpleImputer(strategy="median", add_indicator=True).fit(fit)
            values = imputer.transform(column)
            names = [name, f"{name} is missing"][: values.shape[1]]
            blocks.append(pd.DataFrame(values, columns=names))
        else:
            blocks.append(of_categories(name, column, fit))
    return pd.concat(blocks, axis=1)


def of_categories(name, column, fit):
    encoder = OneHotEncoder(sparse_output=False, handle_unknown="ignore").fit(fit.dropna())
    values = encoder.transform(column)
    names = [f"{name}={category}" for category in encoder.categories_[0]]
    if fit[name].isna().any():
        values = np.column_stack([values, column[name].isna()])
        names.append(f"{name}=(missing)")
    return pd.DataFrame(values, columns=names)


def of_dates(name, column, is_trained):
    """The parts of dates, whose gaps are the median of the rows that are trained on."""
    dates = pd.to_datetime(column, format=FORMS[name])
    seconds = (dates - pd.Timestamp("1970-01-01")) / pd.Timedelta(seconds=1)
    filled = seconds.fillna(np.median(seconds[is_trained].dropna()))
    moments = pd.Timestamp("1970-01-01") + pd.to_timedelta(filled, "s")
    parts = {"count": filled / 86400 - 10957, "year": moments.dt.year}
    angles = {
        "month": (moments.dt.month - 1) / 12,
        "weekday": moments.dt.day_of_week / 7,
        "day of year": (moments.dt.day_of_year - 1) / 365.25,
    }
    if "%H" in FORMS[name]:
        angles["time of day"] = filled % 86400 / 86400
    for part, angle in angles.items():
        parts[f"{part} sin"] = np.sin(2 * np.pi * angle)
        parts[f"{part} cos"] = np.cos(2 * np.pi * angle)
    parts = pd.DataFrame(parts).add_prefix(f"{name} ")
    return parts.assign(**{f"{name} is missing": dates.isna().astype(float)})


def is_same(table, own):
    """Compares one table, and prints a line."""
    is_trained = own.pop("is trained").astype(bool)
    wanted = expected(pd.read_csv(table.path, sep=table.separator), table, is_trained)
    if list(own.columns) != list(wanted.columns):
        print(f"{table.path.name}: the inputs are {list(own.columns)}, not {list(wanted.columns)}")
        return False
    difference = np.abs(own.to_numpy(float) - wanted.to_numpy(float)).max()
    rows, inputs = own.shape
    print(f"{table.path.name}: {rows} rows, {inputs} inputs, at most {difference:.1e} apart")
    return bool(difference <= MOST)


def main():
    scratch = Path(sys.argv[1])
    found = tables(scratch, Path(sys.argv[2]) if len(sys.argv) > 2 else None)
    outputs = [scratch / f"{table.path.stem}.inputs.csv" for table in found]
    parameters = [
        {"DATASET": str(table.path), "TARGET": table.target, "OUT": str(out), **table.keys}
        for table, out in zip(found, outputs)
    ]
    (scratch / "tables.json").write_text(json.dumps(parameters))
    command = ["cargo", "test", "--locked", "--test", "readers", "--", "--ignored"]
    environment = {**os.environ, "GPU_MLP_TABLES": str(scratch / "tables.json")}
    subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
    same = [is_same(table, pd.read_csv(out)) for table, out in zip(found, outputs)]
    return 0 if all(same) else 1


if __name__ == "__main__":
    sys.exit(main())
