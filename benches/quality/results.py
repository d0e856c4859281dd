"""The results: a CSV of a row a tool, version, setting, set and split, which only grows."""

import csv

from metrics import METRICS
from sets import Wrong

KEY = ["tool", "version", "setting", "keys", "set", "data", "shares", "split"]
ROWS = ["rows_train", "rows_validation", "rows_test"]
COLUMNS = [*KEY, *ROWS, *METRICS, "error"]


def key_of(tool, data, shares, number):
    """`data` is of the bytes of the file, its target, task and dropped columns."""
    told = [tool.name, tool.version, tool.setting, tool.keys, data.name, data.digest, shares.text, str(number)]
    return tuple(told)


class Results:
    """What the file has; of two rows with the same key the later counts."""

    def __init__(self, path):
        self.path, self.rows = path, {}
        if path.exists() and path.stat().st_size:
            self.read()
        else:
            self.append_lines([COLUMNS])

    def read(self):
        try:
            with open(self.path, newline="", encoding="utf-8") as file:
                reader = csv.DictReader(file)
                if reader.fieldnames != COLUMNS:
                    raise Wrong(f"{self.path}: these are no results of this script, or of an older one")
                # A line that was cut off in the middle lacks its last cells.
                rows = [row for row in reader if row["error"] is not None]
            ends = self.path.read_bytes().endswith(b"\n")
        except (OSError, UnicodeError, csv.Error) as error:
            raise Wrong(f"{self.path}: {error}") from error
        self.rows = {tuple(row[column] for column in KEY): row for row in rows}
        if not ends:
            self.append_text("\n")

    def append_lines(self, lines):
        try:
            with open(self.path, "a", newline="", encoding="utf-8") as file:
                csv.writer(file, lineterminator="\n").writerows(lines)
        except OSError as error:
            raise Wrong(f"{self.path}: {error}") from error

    def append_text(self, text):
        with open(self.path, "a", encoding="utf-8") as file:
            file.write(text)

    def has(self, key, retry):
        """With `retry` what failed is to be run again."""
        return key in self.rows and not (retry and self.rows[key]["error"])

    def add(self, key, split, metrics, error):
        rows = [len(split.train), len(split.validation), len(split.test)]
        cells = [f"{metrics[name]:.9g}" if name in metrics else "" for name in METRICS]
        line = [*key, *map(str, rows), *cells, error]
        self.append_lines([line])
        self.rows[key] = dict(zip(COLUMNS, line))

    def value(self, key, metric):
        """A number, or None where it failed, is missing or has no such metric."""
        row = self.rows.get(key)
        return float(row[metric]) if row and row[metric] and not row["error"] else None

    def missing(self, key):
        """Why there is no result, or None."""
        row = self.rows.get(key)
        return "not run" if row is None else row["error"] or None
