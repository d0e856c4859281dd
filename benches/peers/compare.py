"""Times a step of ten networks, and a whole epoch of covtype, here and in other frameworks.

    cargo build --release
    python benches/peers/compare.py [--jobs breast_cancer,covtype_epoch] [--peers jax,torch,sklearn]
    python benches/peers/compare.py --on gpu [--device NAME]

Needs numpy; JAX, PyTorch and scikit-learn are used where they are installed. All run the same made-up
rows, batches, optimizer, clip (by the norm of the batch's gradient) and L2 from the same initial weights,
gpu-mlp's, in float32; the losses on these weights are compared first. JAX has a whole epoch under one
jitted scan. On one core, or with --on gpu on a GPU, where each schedule of gpu-mlp has a column and
PyTorch runs captured graphs, too. All alternate; the median of the rounds counts. A ratio is a peer's
time by gpu-mlp's best. Evaluation is apart, but part of covtype_epoch: 581,012 rows, 0.7 of them trained on.
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

EPOCH = "covtype_epoch"
ROWS = 581_012

# name: its module, and what makes it of the module, a job and `on`
PEERS = {
    "jax": ("with_jax", lambda module, job, on: module.Jax(job)),
    "jax-tf32": ("with_jax", lambda module, job, on: module.Jax(job, "tensorfloat32")),
    "torch": ("with_torch", lambda module, job, on: module.Torch(job, on)),
    "torch-graphs": ("with_torch", lambda module, job, on: module.TorchGraphs(job, on)),
    "sklearn": ("with_sklearn", lambda module, job, on: module.Sklearn(job)),
}


def measured(epoch, seconds):
    """Seconds of an epoch, over as many as the time holds."""
    started, epochs = time.perf_counter(), 0
    while epochs == 0 or time.perf_counter() - started < seconds:
        epoch()
        epochs += 1
    return (time.perf_counter() - started) / epochs


def peers(names, on):
    """The makers of those that are installed and have what they run on; the others are named."""
    found = {}
    for name in names:
        if name not in PEERS:
            sys.exit(f"--peers {name}; allowed: {', '.join(PEERS)}")
        module, make = PEERS[name]
        try:
            module = importlib.import_module(module)
        except ImportError as error:
            print(f"{name}: left out: {error}", file=sys.stderr)
            continue
        if on == "gpu" and not module.has_gpu():
            print(f"{name}: left out: it finds no GPU", file=sys.stderr)
            continue
        if on == "cpu" and name in ("jax-tf32", "torch-graphs"):
            sys.exit(f"--peers {name} needs --on gpu")
        found[name] = functools.partial(make, module, on=on)
    return found


def same_start(own, job):
    """Initial weights, and the proof that gpu-mlp's loss on them is that of these rows."""
    theirs, ours = own.start(), job.loss()
    if abs(theirs - ours) > 1e-4 * max(1.0, abs(ours)):
        sys.exit(f"{job.name}: initial loss {theirs} in gpu-mlp, {ours} in numpy: not the same job")


def checked(name, peer, job):
    """A peer whose initial loss is ours. TF32 has 10 bits: its products err by 2^-11 each."""
    loss = peer.loss()
    tolerance = 1e-2 if name == "jax-tf32" else 1e-4
    if loss is not None and abs(loss - job.loss()) > tolerance * max(1.0, abs(loss)):
        sys.exit(f"{job.name}: initial loss {loss} in {name}, {job.loss()} in numpy: not the same job")
    return peer


def of_job(name, makers, arguments, folder, own_schedules):
    """Rounds of the times of a job, by column: microseconds of a step, or seconds of a whole epoch."""
    import jobs
    import own

    whole = name == EPOCH
    job = jobs.made("covtype" if whole else name, arguments.on, ROWS if whole else None)
    split = (0.7, 0.3) if whole else (1, 0)
    mine = own.Own(job, folder, arguments.binary, arguments.to_device, arguments.seconds, split)
    times = {}
    for schedule in own_schedules:
        times[schedule] = functools.partial(mine.epoch if whole else mine.step, schedule)
    if whole:
        mine.start()
        train = mine.train(["--backend", "cpu"])["rows"]["train"]
    else:
        same_start(mine, job)
    for column, make in makers.items():
        if (whole and column != "jax") or (column == "jax-tf32" and name != "wide"):
            continue
        peer = make(job) if whole else checked(column, make(job), job)
        epoch = functools.partial(peer.epoch_with_validation, train) if whole else peer.epoch
        epoch()  # compiles, warms up
        unit = 1 if whole else 1e6 / job.steps
        times[column] = lambda epoch=epoch, unit=unit: measured(epoch, arguments.seconds) * unit
    rounds = {column: [] for column in times}
    for _ in range(arguments.rounds):
        for column in list(times):
            try:
                rounds[column].append(times[column]())
            except own.Refused as why:
                print(f"{name}, {column}: {why}", file=sys.stderr)
                del times[column]
    return rounds


def row(name, rounds, own_schedules, columns):
    median = {column: statistics.median(times) for column, times in rounds.items() if times}
    best = min((median[schedule] for schedule in own_schedules if schedule in median), default=None)
    cells = [f"{name:16}"]
    number = lambda value: f"{value:12.4g}" if value < 1000 else f"{value:12.0f}"  # noqa: E731
    for column in own_schedules:
        cells.append(number(median[column]) if column in median else f"{'-':>12}")
    for column in columns:
        if column in median and best:
            cells.append(f"{number(median[column])}{median[column] / best:8.2f}")
        else:
            cells.append(f"{'-':>12}{'-':>8}")
    return "".join(cells)


def options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--on", choices=["cpu", "gpu"], default="cpu")
    parser.add_argument("--device", help="gpu-mlp's device with --on gpu [default: the first real GPU]")
    parser.add_argument("--jobs", help="comma-separated [default: the ten jobs and covtype_epoch]")
    parser.add_argument("--peers", help="comma-separated [default: all]")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=0.5, help="of a measurement, at least one epoch")
    root = pathlib.Path(__file__).resolve().parents[2]
    parser.add_argument("--binary", type=pathlib.Path, default=root / "target" / "release" / "gpu-mlp")
    arguments = parser.parse_args()
    if not arguments.binary.is_file():
        parser.error(f"{arguments.binary}: there is no such file; cargo build --release, or --binary FILE")
    arguments.binary = arguments.binary.resolve()
    return arguments


def use_one_core():
    """For this process and those it starts; before numpy and the frameworks are imported, which read how many
    threads they may have. JAX takes a second core all the same where it gets one."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
    os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
    os.environ["JAX_PLATFORMS"] = "cpu"


def main():
    arguments = options()
    on_gpu = arguments.on == "gpu"
    if on_gpu:
        # The rows of another framework need memory, too.
        os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
    else:
        use_one_core()
    import jobs

    arguments.to_device = ["--backend", arguments.on]
    if on_gpu and arguments.device:
        arguments.to_device = ["--device", arguments.device]
    own_schedules = ["resident", "two-phase", "layered"] if on_gpu else ["auto"]
    default = ["jax", "jax-tf32", "torch", "torch-graphs"] if on_gpu else ["jax", "torch", "sklearn"]
    makers = peers(arguments.peers.split(",") if arguments.peers else default, arguments.on)
    names = arguments.jobs.split(",") if arguments.jobs else [*jobs.TABLE, EPOCH]
    unknown = [name for name in names if name not in jobs.TABLE and name != EPOCH]
    if unknown:
        sys.exit(f"--jobs {','.join(unknown)}; allowed: {', '.join(jobs.TABLE)}, {EPOCH}")
    head = "".join(f"{schedule if on_gpu else 'gpu-mlp':>12}" for schedule in own_schedules)
    print(f"{'us a step':16}{head}" + "".join(f"{column:>12}{'ratio':>8}" for column in makers), flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            rounds = of_job(name, makers, arguments, pathlib.Path(folder), own_schedules)
            if name == EPOCH:
                print("seconds an epoch, its evaluation included")
            print(row(name, rounds, own_schedules, makers), flush=True)


if __name__ == "__main__":
    main()
