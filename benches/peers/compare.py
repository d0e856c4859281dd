"""Times a step of thirteen networks, and a whole epoch of covtype, here and in other frameworks.

    cargo build --release
    python benches/peers/compare.py [--jobs breast_cancer,covtype_epoch] [--peers jax,torch,sklearn]
    python benches/peers/compare.py --on gpu [--device NAME]
    python benches/peers/compare.py --on software --device llvmpipe --steps 5    # its rehearsal without a GPU

Needs numpy; JAX, PyTorch and scikit-learn are used where they are installed. All run the same made-up
rows, batches, optimizer, clip (by the norm of the batch's gradient) and L2 from the same initial weights,
gpu-mlp's, in float32; the losses on these weights are compared first. JAX has a whole epoch under one
jitted scan. On one core, or with --on gpu on a GPU, where each schedule of gpu-mlp has a column and
PyTorch runs captured graphs, too. All alternate; the median of the rounds counts. A ratio is a peer's
time by gpu-mlp's best. Evaluation is apart, but part of covtype_epoch: 581,012 rows, 0.7 of them trained on;
it takes its time, and on a GPU runs only where --jobs names it.

Who is not there, or fails, is named and leaves its cells empty. The exit code is 1 where losses disagree.
"""

import argparse
import functools
import importlib
import os
import pathlib
import statistics
import sys
import tempfile
import time

from notes import LeftOut, Notes, agree, told

EPOCH = "covtype_epoch"
ROWS = 581_012

# name: its module, and what makes it of the module, a job and `on`
PEERS = {
    "jax": ("with_jax", lambda module, job, on: module.faster(job)),
    "jax-tf32": ("with_jax", lambda module, job, on: module.Jax(job, "tensorfloat32")),
    "torch": ("with_torch", lambda module, job, on: module.Torch(job, on)),
    "torch-graphs": ("with_torch", lambda module, job, on: module.TorchGraphs(job, on)),
    "sklearn": ("with_sklearn", lambda module, job, on: module.Sklearn(job)),
}
ON_GPU = ["jax", "jax-tf32", "torch", "torch-graphs"]
ON_CPU = ["jax", "torch", "sklearn"]
# Epochs of gpu-mlp's first run: on a device that compiles at the first use, some have to be left out.
FIRST = {"cpu": 1, "software": 2, "gpu": 5}


def measured(epoch, seconds):
    """Seconds of an epoch, over as many as the time holds."""
    started, epochs = time.perf_counter(), 0
    while epochs == 0 or time.perf_counter() - started < seconds:
        epoch()
        epochs += 1
    return (time.perf_counter() - started) / epochs


def usable(name, on):
    """The module of a peer that is installed and has what it runs on."""
    if on == "software" and name in ("jax-tf32", "torch-graphs"):
        raise LeftOut("it needs a GPU")
    try:
        module = importlib.import_module(PEERS[name][0])
        has_gpu = on != "gpu" or module.has_gpu()
    except Exception as error:  # a library that does not load, a driver that does not fit
        raise LeftOut(told(error)) from error
    if not has_gpu:
        raise LeftOut("it finds no GPU")
    return module


def makers_of(names, on, notes):
    """What makes each of those that can take part."""
    makers = {}
    for name in names:
        try:
            makers[name] = functools.partial(PEERS[name][1], usable(name, on), on=on)
        except LeftOut as why:
            notes.add(f"{name}: left out: {why}")
    return makers


def takes(column, name):
    """An epoch with its evaluation is JAX's alone, and TF32 a matter of large products."""
    return column == "jax" if name == EPOCH else column != "jax-tf32" or name == "wide"


class Comparison:
    def __init__(self, arguments, schedules, makers, notes, folder):
        self.arguments, self.schedules, self.makers, self.notes = arguments, schedules, makers, notes
        self.folder = folder

    def made(self, name):
        """The job, and gpu-mlp on it."""
        import jobs
        import own

        arguments, whole = self.arguments, name == EPOCH
        rows, split = None, (1, 0)
        if whole:
            split = (0.7, 0.3)
            rows = round(arguments.steps * 10 / split[0]) if arguments.steps else ROWS
        job = jobs.made("covtype" if whole else name, arguments.on, rows, arguments.steps)
        first = FIRST[arguments.on]
        return job, own.Own(
            job, self.folder, arguments.binary, arguments.to_device, arguments.seconds, first, split
        )

    def of_job(self, name):
        """The median of a job's times, by column: microseconds of a step, or seconds of a whole epoch."""
        clocks = {}
        with self.notes.kept("gpu-mlp", name):
            job, mine = self.made(name)
            # Initial weights, and the proof that gpu-mlp's loss on them is that of these rows.
            loss = mine.start()
            if name == EPOCH:
                expected, trained_on = None, mine.train(["--backend", "cpu"])["rows"]["train"]
            else:
                expected, trained_on = job.loss(), None
                agree(loss, expected, 1e-4)
            for schedule in self.schedules:
                clocks[schedule] = functools.partial(mine.epoch if name == EPOCH else mine.step, schedule)
        if clocks:
            for column in [column for column in self.makers if takes(column, name)]:
                with self.notes.kept(column, name):
                    clocks[column] = self.clock(column, job, expected, trained_on)
        return self.rounds(name, clocks)

    def clock(self, column, job, expected, trained_on):
        """What times a peer whose initial loss is the expected one."""
        peer, seconds = self.makers[column](job), self.arguments.seconds
        if trained_on is None:
            loss = peer.loss()
            # TF32 has 10 bits: its products err by 2^-11 each.
            if loss is not None:
                agree(loss, expected, 1e-2 if column == "jax-tf32" else 1e-4)
            epoch, unit = peer.epoch, 1e6 / job.steps
        else:
            epoch, unit = functools.partial(peer.epoch_with_validation, trained_on), 1
        epoch()  # compiles, warms up
        return lambda: measured(epoch, seconds) * unit

    def rounds(self, name, clocks):
        from own import Refused

        times, why = {column: [] for column in clocks}, None
        for _ in range(self.arguments.rounds):
            for column in list(clocks):
                done = False
                with self.notes.kept(column, name):
                    try:
                        times[column].append(clocks[column]())
                        done = True
                    except Refused as refused:
                        why = told(refused)
                        print(f"{name}, {column}: {why}", file=sys.stderr, flush=True)
                if not done:
                    del clocks[column], times[column]
        if why and not any(schedule in times for schedule in self.schedules):
            self.notes.once(f"gpu-mlp: no schedule runs: {why}")
        return {column: statistics.median(of_rounds) for column, of_rounds in times.items()}

    def best(self, median):
        return min((median[schedule] for schedule in self.schedules if schedule in median), default=None)

    def lines_of_wide(self, median):
        """What `wide` has beside its row: JAX in TF32, and its products alone."""
        import jobs
        import products

        best = self.best(median)
        if "jax-tf32" in median:
            by_best = f", x {ratio(median['jax-tf32'] / best)}" if best else ""
            yield f"wide: jax-tf32: {number(median['jax-tf32'])} us{by_best}"
        on, seconds = self.arguments.on, self.arguments.seconds
        job = jobs.made("wide", on, steps=1)
        with self.notes.kept("products", "wide"):
            yield from products.lines(job, on, seconds, functools.partial(usable, on=on), best)
        if job.batch == jobs.WIDE_BATCH_ON_SOFTWARE:
            yield f"wide: one step an epoch, of {job.batch} rows, as this is a rehearsal"


class Table:
    """Plain text, 80 columns wide at most; names are cut where that takes it."""

    def __init__(self, schedules, columns):
        self.schedules, self.columns = schedules, columns
        # A step takes longer on one core than on a GPU.
        self.time, self.ratio = (7, 5) if len(schedules) > 1 else (9, 7)
        others = sum(map(self.width, schedules)) + len(columns) * (self.time + self.ratio)
        self.name = min(20, 80 - others)

    def head(self):
        one = len(self.schedules) == 1
        cells = [f"{'us a step':{self.name}}"]
        cells += [f"{'gpu-mlp' if one else schedule:>{self.width(schedule)}}" for schedule in self.schedules]
        for column in self.columns:
            cells.append(f"{column.replace('torch-', ''):>{self.time}}{'ratio' if one else 'x':>{self.ratio}}")
        return "".join(cells)

    def width(self, schedule):
        return max(self.time, len(schedule)) + 1

    def row(self, name, median, best):
        cells = [f"{name:{self.name}.{self.name}}"]
        for schedule in self.schedules:
            cells.append(f"{number(median.get(schedule)):>{self.width(schedule)}}")
        for column in self.columns:
            time = median.get(column)
            by_best = ratio(time / best) if time and best else "-"
            cells.append(f"{number(time):>{self.time}}{by_best:>{self.ratio}}")
        return "".join(cells)


def number(value):
    """Four digits, three behind a zero, and those before the point in any case; "-" for none."""
    if value is None:
        return "-"
    return f"{value:.0f}" if value >= 10_000 else f"{value:.{4 if value >= 1 else 3}g}"


def ratio(value):
    return f"{value:.{2 if value < 10 else 1 if value < 100 else 0}f}"


def listed(text, known, parser, option):
    names = text.split(",")
    if any(name not in known for name in names):
        parser.error(f"{option} {text}; allowed: {', '.join(known)}")
    return names


def options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--on", choices=["cpu", "gpu", "software"], default="cpu")
    parser.add_argument("--device", help="gpu-mlp's device [default: with --on gpu the first real GPU]")
    parser.add_argument("--jobs", help="comma-separated [default: the jobs, and on the CPU covtype_epoch]")
    parser.add_argument("--peers", help="comma-separated [default: all]")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=0.5, help="of a measurement, at least one epoch")
    parser.add_argument("--steps", type=int, help="of an epoch [default: what jobs.py has for each]")
    root = pathlib.Path(__file__).resolve().parents[2]
    parser.add_argument("--binary", type=pathlib.Path, default=root / "target" / "release" / "gpu-mlp")
    arguments = parser.parse_args()
    if not arguments.binary.is_file():
        parser.error(f"{arguments.binary}: there is no such file; cargo build --release, or --binary FILE")
    if arguments.on == "software" and not arguments.device:
        parser.error("--on software needs --device NAME, one of gpu-mlp devices")
    if arguments.on == "cpu" and arguments.device:
        parser.error("--device is for --on gpu and --on software")
    arguments.binary = arguments.binary.resolve()
    arguments.to_device = ["--device", arguments.device] if arguments.device else ["--backend", arguments.on]
    known = ON_CPU if arguments.on == "cpu" else ON_GPU
    arguments.peers = listed(arguments.peers, known, parser, "--peers") if arguments.peers else known
    return parser, arguments


def use_one_core():
    """For this process and those it starts; before numpy and the frameworks are imported, which read how many
    threads they may have. JAX takes a second core all the same where it gets one."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
    one = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
    os.environ["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} {one}".strip()
    os.environ["JAX_PLATFORMS"] = "cpu"


def main():
    parser, arguments = options()
    if arguments.on == "gpu":
        # The rows of another framework need memory, too.
        os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
    else:
        use_one_core()
    import jobs

    on_cpu = arguments.on == "cpu"
    names = [*jobs.TABLE, EPOCH] if on_cpu else [*jobs.TABLE]
    if arguments.jobs:
        names = listed(arguments.jobs, [*jobs.TABLE, EPOCH], parser, "--jobs")
    started, notes = time.perf_counter(), Notes()
    schedules = ["auto"] if on_cpu else ["resident", "two-phase", "layered"]
    makers = makers_of(arguments.peers, arguments.on, notes)
    table = Table(schedules, [column for column in makers if column != "jax-tf32"])
    if not on_cpu:
        print("x: a peer's time by gpu-mlp's best; graphs: PyTorch's captured step")
    print(table.head(), flush=True)
    with tempfile.TemporaryDirectory() as folder:
        comparison = Comparison(arguments, schedules, makers, notes, pathlib.Path(folder))
        for name in names:
            median = comparison.of_job(name)
            if name == EPOCH:
                print("seconds an epoch, its evaluation included")
            print(table.row(name, median, comparison.best(median)), flush=True)
            if name == "wide" and not on_cpu:
                for line in comparison.lines_of_wide(median):
                    print(line, flush=True)
    notes.print()
    print(f"{time.perf_counter() - started:.0f} s in all", flush=True)
    sys.exit(1 if notes.disagree else 0)


if __name__ == "__main__":
    main()
