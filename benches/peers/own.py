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
    """A job for gpu-mlp: its data and parameters as files."""

    def __init__(self, job, folder, binary, device, seconds, split=(1, 0)):
        self.job, self.binary, self.device, self.seconds = job, binary, device, seconds
        self.out = folder / f"run-{job.name}"
        np.savez(folder / f"{job.name}.npz", X=job.x, y=job.y)
        hidden = {"relu": "relu", "silu": "x*sigmoid(x)"}[job.activation]
        output = "softmax" if job.classifies else "linear"
        keys = {
            "NPZ_DATASET": str(folder / f"{job.name}.npz"),
            "LAYER_SIZES": job.sizes,
            "LAYER_ACTS": ["-"] + [hidden] * (len(job.sizes) - 2) + [output],
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
            raise Refused(ran.stderr.strip().splitlines()[-1])
        return json.loads((self.out / "summary.json").read_text())

    def start(self):
        """Gives the job gpu-mlp's initial weights: those of an epoch whose learning rate moves nothing.
        Its loss, too, is that of the initial weights, and shows that all speak of the same rows."""
        self.train(["--backend", "cpu"], "--set", "LR=1e-30")
        names = safetensors(self.out / "model.safetensors")
        self.job.weights = [
            (np.ascontiguousarray(names[f"layers.{i}.weight"].T), names[f"layers.{i}.bias"])
            for i in range(len(self.job.sizes) - 1)
        ]
        return float(self.history()[0]["train_loss"])

    def history(self):
        with open(self.out / "history.csv", newline="") as file:
            return list(csv.DictReader(file))

    def step(self, schedule):
        """Microseconds of a step, validation apart."""
        how = [*self.device, "--schedule", schedule]
        once = self.train(how)["microseconds_per_step"]
        epochs = int(self.seconds * 1e6 / (once * self.job.steps)) + 1
        if epochs == 1:
            return once
        return self.train(how, "--set", f"MAX_EPOCHS={epochs}")["microseconds_per_step"]

    def epoch(self, schedule):
        """Seconds of an epoch with its validation, the first left out."""
        self.train([*self.device, "--schedule", schedule], "--set", "MAX_EPOCHS=4")
        return statistics.median(float(row["seconds"]) for row in self.history()[1:])


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
