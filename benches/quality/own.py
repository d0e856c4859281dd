"""gpu-mlp by its command line: it trains on the file of a split, and predicts the file of its test rows."""

import csv
import hashlib
import shlex
import subprocess
import textwrap

import numpy as np
from metrics import Predictions

NAME = "gpu-mlp"


class Refused(Exception):
    """What gpu-mlp says where it fails."""


def version_of(binary):
    """What the binary says of itself, and of its bytes the SHA-256, which tells builds apart."""
    ran = subprocess.run([binary, "--version"], capture_output=True, text=True, timeout=60)
    said = ran.stdout.strip().removeprefix("gpu-mlp ")
    if ran.returncode or not said:
        raise Refused(f"{binary} --version: {reason(ran)}")
    return f"{said}+{hashlib.sha256(binary.read_bytes()).hexdigest()[:8]}"


class Own:
    """A setting of gpu-mlp: a name, and words KEY=VALUE, each of which `--set` gets. Where one of the words begins
    with --, all are arguments of `train` as they are."""

    def __init__(self, binary, version, setting, words, limit):
        self.name, self.binary, self.version, self.limit = NAME, binary, version, limit
        self.setting, self.keys = setting, words
        self.label = NAME if setting == "default" else f"{NAME}/{setting}"
        self.words = shlex.split(words)

    def predictions(self, data, split, folder):
        train, test = folder / f"train{data.ending}", folder / f"test{data.ending}"
        run, out = folder / "run", folder / "predictions.csv"
        data.write_training(train, split.learned_from)
        data.write_test(test, split.test)
        self.ran("train", train, *self.about(data), *self.sets(split), "--out", run, "--quiet")
        self.ran("predict", run, test, "-o", out)
        return read(out, data)

    def about(self, data):
        return ["--target", data.target, "--task", data.task] if data.target else []

    def sets(self, split):
        """The seed; where the split has validation rows, that they are the last ones; then the setting's own words,
        which take the place of these."""
        keys = {"RANDOM_SEED": split.number}
        if len(split.validation):
            rows = len(split.learned_from)
            keys["SPLIT"] = f"[{len(split.train) / rows!r},{len(split.validation) / rows!r}]"
            keys["SPLIT_MODE"] = "ordered"
        named = {word.partition("=")[0] for word in self.words}
        arguments = [f"{key}={value}" for key, value in keys.items() if key not in named]
        as_they_are = any(word.startswith("--") for word in self.words)
        if not as_they_are:
            arguments += self.words
        before = [part for word in arguments for part in ("--set", word)]
        return [*before, *self.words] if as_they_are else before

    def ran(self, *arguments):
        try:
            ran = subprocess.run(
                [self.binary, *map(str, arguments)], capture_output=True, text=True, timeout=self.limit
            )
        except subprocess.TimeoutExpired as error:
            raise Refused(f"{arguments[0]} takes longer than {self.limit:g} s") from error
        if ran.returncode:
            raise Refused(f"{arguments[0]}: {reason(ran)}")


def reason(ran):
    """The line that begins with "error", else the last one."""
    lines = ran.stderr.strip().splitlines() or [f"it ended with code {ran.returncode}"]
    line = next((line for line in lines if line.startswith("error")), lines[-1])
    return textwrap.shorten(line, 300)


def read(path, data):
    with open(path, newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    columns = dict(zip(header, zip(*rows) if rows else ([] for _ in header)))
    return classes(columns, data) if data.classifies else values(columns, data)


def values(columns, data):
    """The columns named after the target, or all."""
    named = [data.target] if data.target in columns else list(columns)
    return Predictions(np.array([columns[name] for name in named], dtype=float).T)


def classes(columns, data):
    """Labels stand under `name` or under `class`; probabilities are named after them."""
    for column in ("name", "class"):
        places = data.place_of(columns[column]) if column in columns else None
        if places is not None:
            break
    else:
        raise Refused(f"predict: neither name nor class has the labels {', '.join(data.labels[:5])}")
    begin = "probability_"
    named = [name for name in columns if name.startswith(begin)]
    at = data.place_of([name.removeprefix(begin) for name in named])
    if not named or at is None:
        raise Refused(f"predict: probabilities of other labels than {', '.join(data.labels[:5])}")
    probabilities = np.zeros((len(places), len(data.labels)))
    probabilities[:, at] = np.array([columns[name] for name in named], dtype=float).T
    return Predictions(places, probabilities)
