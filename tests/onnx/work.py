"""A folder in which gpu-mlp trains networks and predicts, and the comparison of predictions."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np

TOLERANCE = 1e-5
OLD = Path(__file__).parents[1] / "fixtures" / "old"


class Work:
    """A folder, and the binary that runs in it."""

    def __init__(self, binary, folder):
        self.binary, self.folder, self.count = Path(binary).resolve(), Path(folder), 0

    def run(self, *arguments):
        done = subprocess.run([self.binary, *map(str, arguments)], cwd=self.folder, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"gpu-mlp {' '.join(map(str, arguments))}\n{done.stderr}")

    def train(self, x, y, lengths=None, **keys):
        """Trains on rows, which may have lengths; the folder of the run."""
        self.count += 1
        name = f"{self.count}"
        np.savez(self.folder / f"{name}.npz", X=x, y=y, **with_lengths(lengths))
        keys = {"NPZ_DATASET": f"{name}.npz", "LR": 0.05, "MAX_EPOCHS": 2, "BATCH_SIZE": 16, **keys}
        (self.folder / f"{name}.json").write_text(json.dumps({"parameters": keys}))
        self.run("train", f"{name}.json", "--backend", "cpu", "--out", name)
        return self.folder / name

    def old_signals(self):
        """A folder with a model of signals of (1, 128) whose convolution, as in files of old, has no `dilation` or `bias`."""
        folder = self.folder / "old"
        folder.mkdir()
        shutil.copyfile(OLD / "sig.safetensors", folder / "model.safetensors")
        return folder

    def predict(self, run, rows, lengths=None):
        """What a run's model predicts for rows."""
        np.savez(self.folder / "rows.npz", X=rows, **with_lengths(lengths))
        self.run("predict", run / "model.safetensors", "rows.npz", "-o", "ours.npy")
        return np.load(self.folder / "ours.npy")


def with_lengths(lengths):
    """The array of lengths of an archive, if rows have some."""
    return {} if lengths is None else {"lengths": lengths}


def compare(title, what, ours, theirs):
    if ours.shape != theirs.shape or not np.isfinite(ours).all():
        sys.exit(f"{title}: {what}: shapes {ours.shape} and {theirs.shape}, or numbers that are not finite")
    error = np.max(np.abs(ours - theirs) / np.maximum(1, np.abs(ours)))
    print(f"{title:<60} {what:<28} {error:.1e}")
    if not error <= TOLERANCE:
        sys.exit(f"{title}: {what}: {error} is more than {TOLERANCE}")
