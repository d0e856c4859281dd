"""TensorBoard shows of a run what its history.csv holds: every curve, every step, every value.

    python tests/tensorboard/check.py RUN...

Needs tensorboard. RUN is the directory of a run of `gpu-mlp train ... --log tensorboard`, resumed or not. Both of
TensorBoard's readers are asked: the one in Python, and the data server, which `tensorboard` starts where there is one
for the system. Values are those of history.csv rounded to f32, which is what an event holds; empty cells have no point.
The text `parameters` has to be params.json.
"""

import csv
import sys
import time
from pathlib import Path

import numpy as np
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.context import RequestContext
from tensorboard.data import server_ingester
from tensorboard.util.grpc_util import ChannelCredsType
from tensorboard.util.tensor_util import make_ndarray

TAGS = {
    "train_loss": "loss/train",
    "val_loss": "loss/validation",
    "train_accuracy": "accuracy/train",
    "val_accuracy": "accuracy/validation",
    "val_recall": "recall/validation",
    "val_f1": "f1/validation",
    "train_r2": "r2/train",
    "val_r2": "r2/validation",
    "val_rmse": "rmse/validation",
    "patience": "patience",
    "seconds": "seconds",
    "learning_rate": "learning_rate",
}
# The data server answers while it reads; seconds until it has to have read everything.
WAIT = 60


def history(run):
    """The points of each curve, as history.csv has them."""
    with open(run / "history.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    if not rows:
        sys.exit(f"{run}: history.csv has no epoch")
    curves = {}
    for row in rows:
        step = int(row.pop("epoch"))
        for column, cell in row.items():
            if column not in TAGS:
                sys.exit(f"{run}: history.csv has a column {column}, which has no tag here")
            if cell:
                with np.errstate(over="ignore"):
                    curves.setdefault(TAGS[column], []).append((step, np.float32(float(cell))))
    return curves


def in_python(run):
    """The points of each curve, and the texts, as TensorBoard's reader in Python has them."""
    events = EventAccumulator(str(run / "tensorboard"), size_guidance={"scalars": 0, "tensors": 0}).Reload()
    tags = events.Tags()
    curves = {tag: [(e.step, np.float32(e.value)) for e in events.Scalars(tag)] for tag in tags["scalars"]}
    texts = {tag: [make_ndarray(e.tensor_proto).item().decode() for e in events.Tensors(tag)] for tag in tags["tensors"]}
    plugins = {tag: events.SummaryMetadata(tag).plugin_data.plugin_name for tag in tags["tensors"]}
    return curves, texts, plugins


class DataServer:
    """The program that reads events for `tensorboard --logdir RUN`."""

    def __init__(self, run):
        self.ingester = server_ingester.SubprocessServerDataIngester(
            server_ingester.get_server_binary(),
            str(run),
            reload_interval=1,
            channel_creds_type=ChannelCredsType.LOCAL,
            samples_per_plugin={"scalars": 0},
        )
        self.ingester.start()

    def curves(self):
        """The points of each curve that it has read so far."""
        found = self.ingester.data_provider.read_scalars(
            RequestContext(), experiment_id="", plugin_name="scalars", downsample=1_000_000
        )
        if not set(found) <= {"tensorboard"}:
            sys.exit(f"the data server found runs {sorted(found)}")
        curves = found.get("tensorboard", {})
        return {tag: [(p.step, np.float32(p.value)) for p in points] for tag, points in curves.items()}


def by_data_server(run, wanted):
    """The points of each curve as the data server has them: once they are those that are wanted, or in the end."""
    server = DataServer(run)
    end = time.monotonic() + WAIT
    while (found := server.curves()) != wanted and time.monotonic() < end:
        time.sleep(0.1)
    return found


def compare(run, reader, found, wanted):
    """Ends with what differs first."""
    if sorted(found) != sorted(wanted):
        sys.exit(f"{run}: {reader} finds the curves {sorted(found)}; history.csv has {sorted(wanted)}")
    for tag, points in wanted.items():
        if found[tag] == points:
            continue
        for ours, theirs in zip(points, found[tag]):
            if ours != theirs:
                sys.exit(f"{run}: {tag}: {reader} finds (step, value) {theirs}; history.csv has {ours}")
        sys.exit(f"{run}: {tag}: {reader} finds {len(found[tag])} points; history.csv has {len(points)}")


def check_parameters(run, texts, plugins):
    """Ends unless the only text is params.json, every line indented by four blanks."""
    lines = (run / "params.json").read_text(encoding="utf-8").removesuffix("\n").split("\n")
    wanted = {"parameters": ["".join(f"    {line}\n" for line in lines)]}
    if texts != wanted or plugins != {"parameters": "text"}:
        sys.exit(f"{run}: the text `parameters` is not params.json once: {texts}, shown by {plugins}")


def check(run):
    wanted = history(run)
    curves, texts, plugins = in_python(run)
    compare(run, "TensorBoard's reader in Python", curves, wanted)
    check_parameters(run, texts, plugins)
    compare(run, "TensorBoard's data server", by_data_server(run, wanted), wanted)
    print(f"{run}: {len(wanted)} curves, {sum(map(len, wanted.values()))} points")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    for argument in sys.argv[1:]:
        check(Path(argument))
