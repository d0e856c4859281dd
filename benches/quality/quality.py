"""What gpu-mlp's networks are worth beside scikit-learn's, on random splits of a folder of data.

    cargo build --release
    python benches/quality/quality.py FOLDER --results quality.csv
    python benches/quality/quality.py FOLDER --sets california_housing,creditcard_subset --shares 64/16/20
    python benches/quality/quality.py FOLDER --setting wide "LAYER_SIZES=[8,64,1] MAX_EPOCHS=50"

Needs numpy, pandas and scikit-learn 1.7 or later, and fetches nothing. FOLDER has the files that sets.json names. Every tool
learns from the same rows and predicts the same others; all scores come from the predictions, by the same code. A
result is a row of the CSV at once, known by tool, version, setting, set and split; what is there is not run again.
A tool that fails on a split is recorded as failed, with its message, and ends nothing else.

Prints a table: of each set and metric the mean of every tool, the paired difference of the first tool to each other,
its standard error, and whether the first is better, even (within two standard errors) or worse.

The exit code is 0 where all results are there, 1 where some are missing or failed, 2 where an argument or a file is
wrong. It is not the verdict.
"""

import argparse
import pathlib
import resource
import shlex
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
SETS = "titanic,mpg,winequality-red"
TOOLS = "gpu-mlp,sklearn-mlp,sklearn-boosting"
SHOWN = "accuracy,average_precision,r2,rmse,cpu_seconds"


def options():
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0],
        epilog="tools: gpu-mlp, sklearn-mlp (200 epochs), sklearn-mlp-500, sklearn-mlp-stopping, sklearn-boosting",
    )
    add = parser.add_argument
    add("folder", type=pathlib.Path, help="has the files that sets.json names, or its folders have them")
    add("--sets", default=SETS, help="comma-separated names of sets.json [default: %(default)s]")
    add("--sets-file", type=pathlib.Path, default=HERE / "sets.json", help="in place of sets.json")
    add("--tools", default=TOOLS, help="comma-separated; the first is compared [default: %(default)s]")
    add("--splits", type=int, default=10, help="how many; split N has the seed N, from 0 [default: 10]")
    add("--shares", default="80/20", help="percent to train on, (to validate on,) to test on [default: 80/20]")
    binary = HERE.parents[1] / "target" / "release" / "gpu-mlp"
    add("--binary", type=pathlib.Path, default=binary, help="gpu-mlp [default: target/release/gpu-mlp]")
    add("--results", type=pathlib.Path, default=pathlib.Path("quality.csv"), help="[default: quality.csv]")
    add("--setting", nargs=2, action="append", default=[], metavar=("NAME", "KEY=VALUE ..."),
        help="one more setting of gpu-mlp; with a word that begins with --, arguments of train as they are")
    add("--no-default", action="store_true", help="gpu-mlp runs with each --setting alone")
    add("--metrics", default=SHOWN, help="of the table, comma-separated [default: %(default)s]; the CSV has all")
    add("--retry", action="store_true", help="run again what failed")
    add("--table", action="store_true", help="run nothing, print the table of what is there")
    add("--limit", type=float, default=3600, help="seconds that one command of gpu-mlp may take [default: 3600]")
    return parser.parse_args()


def listed(text, known, option):
    from sets import Wrong

    names = list(dict.fromkeys(text.split(",")))
    for name in names:
        if name not in known:
            raise Wrong(f"{option} {name}; allowed: {', '.join(known)}")
    return names


def settings(arguments):
    """By name, the default first."""
    from sets import Wrong

    chosen = {} if arguments.no_default else {"default": ""}
    for name, words in arguments.setting:
        if name in chosen:
            raise Wrong(f"--setting {name} is there twice")
        try:
            plain = shlex.split(words)
        except ValueError as error:
            raise Wrong(f"--setting {name} {words}: {error}") from error
        if not any(word.startswith("--") for word in plain) and not all("=" in word for word in plain):
            raise Wrong(f'--setting {name} "{words}"; allowed: words KEY=VALUE, or arguments that begin with --')
        chosen[name] = words
    if not chosen:
        raise Wrong("--no-default needs a --setting")
    return chosen


def tools_of(arguments):
    import own
    import with_sklearn
    from sets import Wrong

    tools = []
    for name in listed(arguments.tools, [own.NAME, *with_sklearn.TOOLS], "--tools"):
        if name != own.NAME:
            tools.append(with_sklearn.TOOLS[name]())
            continue
        binary = arguments.binary.resolve()
        if not binary.is_file():
            raise Wrong(f"{binary}: there is no such file; cargo build --release, or --binary FILE")
        try:
            version = own.version_of(binary)
        except (OSError, own.Refused) as error:
            raise Wrong(f"{binary}: {error}") from error
        for setting, words in settings(arguments).items():
            tools.append(own.Own(binary, version, setting, words, arguments.limit))
    return tools


def clocks():
    """Seconds of the wall, and of the processors, here and in the processes that ended."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.perf_counter(), time.process_time() + ended.ru_utime + ended.ru_stime


def run(tool, data, split):
    """The metrics of a tool on a split, and an empty message; or none, and why."""
    from metrics import measured

    wall, processors = clocks()
    try:
        with tempfile.TemporaryDirectory() as folder:
            predictions = tool.predictions(data, split, pathlib.Path(folder))
        ended = clocks()
        metrics = measured(data.truth[split.test], predictions, data.labels)
    except Exception as error:  # whatever it is, the others go on
        said = " ".join(str(error).split()) or type(error).__name__
        return {}, said[:300]
    return {**metrics, "seconds": ended[0] - wall, "cpu_seconds": ended[1] - processors}, ""


def run_missing(arguments, results, tools, data_sets, shares):
    """A split after the other, so that what is stopped early has all tools on the same splits."""
    from results import key_of

    for data in data_sets:
        for number in range(arguments.splits):
            split = shares.split(len(data.truth), number)
            for tool in tools:
                key = key_of(tool, data, shares, number)
                if results.has(key, arguments.retry):
                    continue
                metrics, error = run(tool, data, split)
                results.add(key, split, metrics, error)
                print(f"{data.name}, split {number}, {tool.label}: {progress(metrics, error)}", file=sys.stderr)


def progress(metrics, error):
    if error:
        return f"failed: {error}"
    score = "accuracy" if "accuracy" in metrics else "r2"
    return f"{score} {metrics.get(score, float('nan')):.4f}, {metrics['seconds']:.1f} s"


def compared(arguments):
    """The exit code."""
    from metrics import METRICS
    from results import Results
    from sets import Shares, Wrong, described, loaded
    from table import Table

    if arguments.splits < 1:
        raise Wrong("--splits; allowed: a whole number above 0")
    if not arguments.folder.is_dir():
        raise Wrong(f"{arguments.folder}: there is no such folder")
    shares, metrics = Shares(arguments.shares), listed(arguments.metrics, METRICS, "--metrics")
    tools, said = tools_of(arguments), described(arguments.sets_file)
    names = listed(arguments.sets, said, "--sets")
    data_sets = [loaded(arguments.folder, name, said) for name in names]
    results = Results(arguments.results)
    if not arguments.table:
        run_missing(arguments, results, tools, data_sets, shares)
    table = Table(results, tools, data_sets, shares, arguments.splits, metrics)
    for line in table.lines():
        print(line)
    return 1 if any(table.missing()) else 0


def main():
    arguments = options()
    try:
        import with_sklearn  # noqa: F401
        from sets import Wrong
    except ImportError as error:
        sys.exit(told(f"{error}; it needs numpy, pandas and scikit-learn 1.7 or later"))
    try:
        code = compared(arguments)
    except Wrong as wrong:
        code = told(wrong)
    except KeyboardInterrupt:
        print("interrupted; the results so far are kept, and the same command goes on", file=sys.stderr)
        code = 1
    sys.exit(code)


def told(what):
    print(f"error: {what}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    main()
