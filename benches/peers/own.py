"""gpu-mlp as one of those compared: by its command line."""

import csv
import json
import shutil
import statistics
import struct
import subprocess

import numpy as np


class Refused(Exception):
    """What gpu-mlp says where a schedule does not fit."""


class Own:
    """A job for gpu-mlp: its data and parameters as files.

    `first` are the epochs of a first run, which finds out how many fill `seconds`. On a CPU all epochs count;
    on another device the first quarter of them, one at least, does not: its driver compiles then."""

    def __init__(self, job, folder, binary, device, seconds, first, split=(1, 0)):
        self.job, self.binary, self.device = job, binary, device
        self.seconds, self.first, self.epochs = seconds, first, {}
        self.out = folder / f"run-{job.name}"
        self.data, self.start_data = folder / f"{job.name}.npz", folder / f"{job.name}-start.npz"
        np.savez(self.data, X=job.x, y=job.y)
        x, y = job.compared()
        np.savez(self.start_data, X=x, y=y)
        keys = {
            "NPZ_DATASET": str(self.data),
            "LAYERS": job.entries,
            "LR": job.rate,
            "MAX_EPOCHS": 1,
            "BATCH_SIZE": job.batch,
            "OPTIMIZER": job.optimizer,
            "GRAD_CLIP": job.clip,
            "L2": job.l2,
            "SPLIT": split,
            "NORMALIZE": "none",
            "TARGET_NORMALIZE": "none",
        }
        self.file = folder / f"{job.name}.json"
        self.file.write_text(json.dumps({"parameters": keys}))

    def train(self, device, *more):
        """Trains; what summary.json says."""
        shutil.rmtree(self.out, ignore_errors=True)
        command = [self.binary, "train", self.file, *device, "--threads", "1", "--json", "--out", self.out]
        ran = subprocess.run([*command, *more], capture_output=True, text=True)
        if ran.returncode:
            said = ran.stderr.strip().splitlines()
            raise Refused(said[-1] if said else f"it ended with code {ran.returncode}")
        return json.loads((self.out / "summary.json").read_text())

    def start(self):
        """Gives the job gpu-mlp's initial weights: those of an epoch whose learning rate moves nothing.
        Its loss, too, is that of the initial weights, and shows that all speak of the same rows."""
        self.train(["--backend", "cpu"], "--set", "LR=1e-30", "--set", f"NPZ_DATASET={self.start_data}")
        names = safetensors(self.out / "model.safetensors")
        self.job.weights = [learned(names, number) for number in range(len(self.job.layers))]
        return float(self.history()[0]["train_loss"])

    def history(self):
        with open(self.out / "history.csv", newline="") as file:
            return list(csv.DictReader(file))

    def step(self, schedule):
        """Microseconds of a step, validation apart."""
        if schedule not in self.epochs:
            once, counted = self.timed(schedule, self.first)
            whole = self.seconds * 1e6 / (once * self.job.steps)
            if counted >= whole:
                self.epochs[schedule] = self.first
                return once
            self.epochs[schedule] = int(whole) + 1 if self.on_cpu() else int(whole * 4 / 3) + 2
        return self.timed(schedule, self.epochs[schedule])[0]

    def timed(self, schedule, epochs):
        """Microseconds of a step in a run of so many epochs, and the epochs that count."""
        how = [*self.device, "--schedule", schedule, "--set", f"MAX_EPOCHS={epochs}"]
        summary = self.train(how)
        if self.on_cpu():
            return summary["microseconds_per_step"], epochs
        counted = [float(row["seconds"]) for row in self.history()[-(-epochs // 4) :]]
        return statistics.median(counted) * 1e6 / self.job.steps, len(counted)

    def on_cpu(self):
        return self.device == ["--backend", "cpu"]

    def epoch(self, schedule):
        """Seconds of an epoch with its validation, the first left out."""
        epochs = 4 if self.on_cpu() else 2
        self.train([*self.device, "--schedule", schedule, "--set", f"MAX_EPOCHS={epochs}"])
        return statistics.median(float(row["seconds"]) for row in self.history()[1:])


def learned(names, number):
    """Weight and bias of a layer, () of those that learn nothing; what is dense as (inputs, units); of a recurrent layer
    its two weights and its biases."""
    recurrent = [names.get(f"layers.{number}.{own}") for own in ["weight_ih", "weight_hh", "bias", "recurrent_bias"]]
    if recurrent[0] is not None:
        return tuple(own for own in recurrent if own is not None)
    weight = names.get(f"layers.{number}.weight")
    if weight is None:
        return ()
    dense = weight.ndim == 2
    return np.ascontiguousarray(weight.T) if dense else weight, names[f"layers.{number}.bias"]


def safetensors(path):
    """The arrays of a safetensors file of f32, by their names."""
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    head = json.loads(data[8 : 8 + length])
    head.pop("__metadata__", None)

    def array(tensor):
        first, end = tensor["data_offsets"]
        return np.frombuffer(data[8 + length + first : 8 + length + end], "<f4").reshape(tensor["shape"])

    return {name: array(tensor) for name, tensor in head.items()}
