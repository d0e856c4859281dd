"""Those that do not take part, and why: what one fails at ends nothing else."""

import contextlib
import sys
import textwrap


class LeftOut(Exception):
    """Why one of those compared does not take part."""


class Disagrees(Exception):
    """Losses that show that two do not the same job."""


def told(error):
    """An exception in a line."""
    said = str(error).strip().splitlines()
    return textwrap.shorten(said[0] if said else type(error).__name__, 200)


def agree(theirs, ours, tolerance):
    """NaN agrees with nothing."""
    if not abs(theirs - ours) <= tolerance * max(1.0, abs(ours)):
        raise Disagrees(f"initial loss {theirs:.6g}, {ours:.6g} in numpy: not the same job")


class Notes:
    """A line for each: at once on stderr, and with `print` at the end of the page on stdout."""

    def __init__(self):
        self.lines, self.disagree = [], False

    def add(self, line):
        print(line, file=sys.stderr, flush=True)
        self.lines.append(line)

    def once(self, line):
        if line not in self.lines:
            self.add(line)

    @contextlib.contextmanager
    def kept(self, who, job):
        try:
            yield
        except LeftOut as why:
            self.add(f"{who}: left out of {job}: {why}")
        except Disagrees as why:
            self.disagree = True
            self.add(f"{who}: wrong in {job}: {why}")
        except Exception as error:
            self.add(f"{who}: failed in {job}: {told(error)}")

    def print(self):
        for line in self.lines:
            print(textwrap.fill(line, 80, subsequent_indent="    "), flush=True)
