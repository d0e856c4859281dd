"""The sets: tables in CSV and arrays in NPZ, read once, divided at random, and written for gpu-mlp.

A file of sets (sets.json) has of each its file, its task ("classification" or "regression"), of CSV its target, and in
`drop` the columns that say nothing or tell the target. The tools here leave those out; gpu-mlp is not told of them.
"""

import csv
import hashlib
import json
from dataclasses import dataclass

import numpy as np
import pandas as pd

TASKS = ("classification", "regression")
FIELDS = {"file", "target", "task", "drop"}


class Wrong(Exception):
    """What is wrong with a set, a file or an argument, in words."""


@dataclass
class Split:
    """The rows of each part. With two shares `validation` is empty: who needs such rows takes them out of `train`."""

    number: int
    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray

    @property
    def learned_from(self):
        return np.concatenate([self.train, self.validation])

    def stopped_on(self):
        """Rows to train on and rows to stop on: the split's own, or the last fifth of its training rows."""
        if len(self.validation):
            return self.train, self.validation
        last = max(1, len(self.train) // 5)
        return self.train[:-last], self.train[-last:]


class Shares:
    """Such as 80/20 or 64/16/20: the percentages of training, (validation) and test rows."""

    def __init__(self, text):
        self.text = text
        try:
            self.parts = [float(part) for part in text.split("/")]
        except ValueError:
            self.parts = []
        if len(self.parts) not in (2, 3) or min(self.parts) <= 0 or abs(sum(self.parts) - 100) > 1e-9:
            raise Wrong(f"shares {text}; allowed: two or three above 0 with sum 100, such as 80/20 or 64/16/20")

    def split(self, rows, number):
        """The split of this number: the same for every tool, in random order."""
        order = np.random.default_rng(number).permutation(rows)
        test = round(rows * self.parts[-1] / 100)
        validation = round(rows * self.parts[1] / 100) if len(self.parts) == 3 else 0
        train = rows - validation - test
        if train < 2 or test < 2 or (validation < 2 and len(self.parts) == 3):
            raise Wrong(f"{rows} rows are too few for shares of {self.text}")
        return Split(number, *np.split(order, [train, train + validation]))


class Set:
    """What tables and arrays have in common.

    `frame` has the inputs without those to drop. `truth` has the place of each row's label in `labels`, or its
    values, (rows, outputs)."""

    def __init__(self, name, path, said):
        self.name, self.path, self.task = name, path, said["task"]
        self.target, self.drop = said.get("target"), said.get("drop", [])
        own = json.dumps([self.target, self.task, self.drop]).encode()
        self.digest = hashlib.sha256(path.read_bytes() + own).hexdigest()[:8]
        self.read()
        if self.classifies and len(self.labels) < 2:
            raise Wrong(f"{path}: the targets have fewer than two classes")

    @property
    def classifies(self):
        return self.task == "classification"

    @property
    def outputs(self):
        return None if self.classifies else self.truth.shape[1]

    def place_of(self, texts):
        """The places of labels that a tool tells as text; None where it tells one that is not there."""
        places = {canonical(label): place for place, label in enumerate(self.labels)}
        found = [places.get(canonical(text)) for text in texts]
        return None if None in found else np.array(found, dtype=int)


class CsvSet(Set):
    """A table. What is written of it has the texts of its cells as they were."""

    ending = ".csv"

    def read(self):
        if not self.target:
            raise Wrong(f"{self.name}: a CSV needs its target named")
        with open(self.path, newline="", encoding="utf-8-sig") as file:
            first = file.readline()
            self.delimiter = max(",;\t", key=first.count)
            file.seek(0)
            self.header, *lines = [row for row in csv.reader(file, delimiter=self.delimiter) if row]
        for column in [self.target, *self.drop]:
            if column not in self.header:
                raise Wrong(f"{self.path}: there is no column {column}; it has {', '.join(self.header)}")
        frame = pd.read_csv(self.path, sep=self.delimiter, encoding="utf-8-sig")
        if len(frame) != len(lines):
            raise Wrong(f"{self.path}: {len(lines)} lines, of which pandas reads {len(frame)}")
        # A row without a target teaches nothing and cannot be scored.
        has_target = frame[self.target].notna().to_numpy()
        self.lines = [line for line, has in zip(lines, has_target) if has]
        self.frame = frame.loc[has_target].drop(columns=[self.target, *self.drop]).reset_index(drop=True)
        self.read_targets([line[self.header.index(self.target)].strip() for line in self.lines])

    def read_targets(self, texts):
        if self.classifies:
            self.labels = sorted(set(texts), key=by_number)
            self.truth = self.place_of(texts)
            return
        self.labels = None
        try:
            self.truth = np.array([[float(text)] for text in texts])
        except ValueError as error:
            raise Wrong(f"{self.path}: {self.target} is to be a number: {error}") from error

    def write_training(self, path, rows):
        self.write(path, rows, range(len(self.header)))

    def write_test(self, path, rows):
        """Without the target."""
        self.write(path, rows, [at for at, name in enumerate(self.header) if name != self.target])

    def write(self, path, rows, columns):
        with open(path, "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, delimiter=self.delimiter)
            for line in [self.header, *(self.lines[row] for row in rows)]:
                writer.writerow([line[at] for at in columns])


class NpzSet(Set):
    """An archive of X (rows, features) and y (rows,) or (rows, outputs)."""

    ending = ".npz"

    def read(self):
        with np.load(self.path, allow_pickle=False) as arrays:
            self.arrays = {name: arrays[name] for name in arrays}
        if not {"X", "y"} <= self.arrays.keys() or self.arrays["X"].ndim != 2:
            raise Wrong(f"{self.path}: it needs X (rows, features) and y; it has {', '.join(self.arrays)}")
        if self.target or self.drop:
            raise Wrong(f"{self.name}: target and drop are for CSV")
        x, y = self.arrays["X"], self.arrays["y"]
        names = self.arrays.get("feature_names", [f"x{at}" for at in range(x.shape[1])])
        self.frame = pd.DataFrame(x, columns=[str(name) for name in names])
        if self.classifies:
            if y.ndim != 1 or not np.issubdtype(y.dtype, np.integer):
                raise Wrong(f"{self.path}: y is to be one whole number a row")
            values, self.truth = np.unique(y, return_inverse=True)
            self.labels = [str(value) for value in values]
        else:
            self.truth, self.labels = y.reshape(len(x), -1).astype(float), None

    def write_training(self, path, rows):
        """The type of y tells the task: int64 are classes, float32 values."""
        y = self.arrays["y"][rows].astype("int64" if self.classifies else "float32")
        kept = ["feature_names"] if self.classifies else ["feature_names", "target_names"]
        names = {name: self.arrays[name] for name in kept if name in self.arrays}
        np.savez(path, X=self.arrays["X"][rows], y=y, **names)

    def write_test(self, path, rows):
        np.savez(path, X=self.arrays["X"][rows])


def canonical(text):
    """A label as it compares: 1, 1.0 and "1" are the same."""
    try:
        number = float(text)
    except ValueError:
        return str(text)
    return number if np.isfinite(number) else str(text)


def by_number(label):
    value = canonical(label)
    return (0, value, "") if isinstance(value, float) else (1, 0.0, value)


def described(path):
    """What a file of sets tells, each set checked."""
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Wrong(f"{path}: {error}") from error
    for name, said in table.items():
        if not isinstance(said, dict) or not {"file", "task"} <= said.keys() <= FIELDS or said["task"] not in TASKS:
            raise Wrong(f"{path}: {name} needs file, task ({' or '.join(TASKS)}), of CSV target, and may have drop")
    return table


def found(folder, name):
    """A file in the folder, or in one of those in it."""
    for path in [folder / name, *sorted(folder.glob(f"*/{name}"))]:
        if path.is_file():
            return path
    raise Wrong(f"{folder}: there is no {name}, nor in a folder of it")


def loaded(folder, name, table):
    if name not in table:
        raise Wrong(f"there is no set {name}; allowed: {', '.join(table)}")
    path = found(folder, table[name]["file"])
    kind = {".csv": CsvSet, ".npz": NpzSet}.get(path.suffix)
    if kind is None:
        raise Wrong(f"{path}: allowed are .csv and .npz")
    try:
        return kind(name, path, table[name])
    except (OSError, ValueError, UnicodeError) as error:
        raise Wrong(f"{path}: {error}") from error
