"""A large CSV read, typed and made ready to train by gpu-mlp, beside pandas.read_csv, which only reads it.

    python3 benches/peers/tables.py target/release/gpu-mlp [FOLDER] [--rounds 7]

Makes 284,807 rows of 31 numbers (160 MB) in FOLDER, unless they are there, and prints the seconds and the peak memory of
both in turn, and the ratio of the medians. gpu-mlp's seconds are those of the whole command `init`, pandas' those of
read_csv alone, without the start of Python.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

ROWS, FEATURES = 284_807, 28
# The seconds of read_csv, on standard output.
PANDAS = """
import sys, time
import pandas
begun = time.perf_counter()
pandas.read_csv(sys.argv[1])
print(time.perf_counter() - begun)
"""


def make(path):
    """Card payments as in a well-known set: a time, components, an amount, and two classes, one of them rare."""
    random = np.random.default_rng(0)
    features = random.normal(0, np.linspace(2, 0.3, FEATURES), (ROWS, FEATURES))
    times = np.sort(random.integers(0, 172_792, ROWS))
    amounts = np.round(random.lognormal(3, 1.5, ROWS), 2)
    classes = (random.random(ROWS) < 0.0017).astype(int)
    unfinished = path.with_suffix(".part")
    with open(unfinished, "w") as file:
        file.write(",".join(["Time", *(f"V{k}" for k in range(1, FEATURES + 1)), "Amount", "Class"]) + "\n")
        for row in zip(times, features, amounts, classes):
            file.write(f"{row[0]},{','.join(map(repr, row[1].tolist()))},{row[2]},{row[3]}\n")
    unfinished.rename(path)


def measured(command):
    """Seconds, peak MB and standard output of a command."""
    begun = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    printed = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begun
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit(f"{' '.join(map(str, command))} failed")
    return seconds, usage.ru_maxrss / 1000, printed


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("program", type=Path)
    parser.add_argument("folder", type=Path, nargs="?", default=Path(tempfile.gettempdir()))
    parser.add_argument("--rounds", type=int, default=7)
    arguments = parser.parse_args()
    table = arguments.folder / "card_like.csv"
    if not table.exists():
        make(table)
    own, pandas = [], []
    for _ in range(arguments.rounds):
        own.append(measured([arguments.program, "init", table, "--target", "Class", "-o", "-"])[:2])
        _, megabytes, printed = measured([sys.executable, "-c", PANDAS, table])
        pandas.append((float(printed), megabytes))
    medians = []
    for name, rounds in (("gpu-mlp init", own), ("pandas.read_csv", pandas)):
        seconds, megabytes = (statistics.median(column) for column in zip(*rounds))
        medians.append(seconds)
        print(f"{name:16} {seconds:.2f} s ({', '.join(f'{s:.2f}' for s, _ in rounds)}), peak {megabytes:.0f} MB")
    print(f"ratio {medians[0] / medians[1]:.2f}")


if __name__ == "__main__":
    main()
