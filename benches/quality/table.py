"""The table: a mean a set, metric and tool, and the first tool's paired difference to each of the others."""

import math
import statistics
import textwrap

from metrics import METRICS
from results import key_of

NAMES = 22  # columns of a name at most: the table then fits 100


class Table:
    """`first` is the tool that is compared. Differences are of splits that both have."""

    def __init__(self, results, tools, data_sets, shares, splits, metrics):
        self.results, self.tools, self.data_sets, self.shares = results, tools, data_sets, shares
        self.splits, self.metrics = splits, metrics

    def values(self, tool, data, metric):
        """By split, those there are."""
        keys = {number: key_of(tool, data, self.shares, number) for number in range(self.splits)}
        values = {number: self.results.value(key, metric) for number, key in keys.items()}
        return {number: value for number, value in values.items() if value is not None}

    def rows(self):
        """Cells of each row: set, metric, tool, splits, mean, difference, its standard error, verdict."""
        for data in self.data_sets:
            for metric in self.metrics:
                of_tools = [self.values(tool, data, metric) for tool in self.tools]
                if any(of_tools):
                    yield from self.rows_of(data, metric, of_tools)

    def rows_of(self, data, metric, of_tools):
        name, more_is_better = METRICS[metric]
        first = of_tools[0]
        digits = decimals([statistics.mean(values.values()) for values in of_tools if values])
        for tool, values in zip(self.tools, of_tools):
            mean = f"{statistics.mean(values.values()):.{digits}f}" if values else "-"
            both = [first[number] - values[number] for number in values if number in first]
            compared = ["", "", ""]
            if tool is not self.tools[0]:
                compared = difference(both, digits, more_is_better)
            heads = [data.name, name] if tool is self.tools[0] else ["", ""]
            yield [*heads, tool.label, str(len(values)), mean, *compared]

    def missing(self):
        """A line for each tool and set that lacks results, with its splits and the first reason."""
        for tool in self.tools:
            for data in self.data_sets:
                why = {n: self.results.missing(key_of(tool, data, self.shares, n)) for n in range(self.splits)}
                why = {number: reason for number, reason in why.items() if reason}
                if why:
                    numbers = ", ".join(map(str, why))
                    yield f"{tool.label} on {data.name}: no result of splits {numbers}: {next(iter(why.values()))}"

    def lines(self):
        first = self.tools[0].label
        yield f"{self.splits} random splits {self.shares.text}; difference: {first} less the other, paired"
        head = ["set", "metric", "tool", "n", "mean", "diff", "std. err.", "verdict"]
        rows = list(self.rows())
        widths = [max(len(row[at]) for row in [head, *rows]) for at in range(len(head))]
        for at in range(3):
            widths[at] = min(widths[at], NAMES)
        for row in [head, *rows]:
            names = [f"{cell:{width}.{width}}" for cell, width in zip(row[:3], widths)]
            numbers = [f"{cell:>{width}}" for cell, width in zip(row[3:7], widths[3:])]
            yield " ".join([*names, *numbers, row[7]]).rstrip()
        for line in self.missing():
            yield textwrap.fill(line, 80, subsequent_indent="    ")


def difference(both, digits, more_is_better):
    """Mean and standard error of the differences, and what two standard errors say of the first tool."""
    if not both:
        return ["-", "-", "-"]
    mean = statistics.mean(both)
    if len(both) < 2:
        return [f"{mean:+.{digits}f}", "-", "-"]
    error = statistics.stdev(both) / math.sqrt(len(both))
    verdict = "even" if abs(mean) <= 2 * error else "better" if (mean > 0) == more_is_better else "worse"
    return [f"{mean:+.{digits}f}", f"{error:.{digits}f}", verdict]


def decimals(means):
    """As many as show five digits of the smallest mean, two to four."""
    least = min((abs(mean) for mean in means if mean), default=1)
    return min(4, max(2, 4 - math.floor(math.log10(least))))
