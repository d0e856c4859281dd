"""Trains every shipped parameter file with two binaries and compares weights and histories, byte by byte.

    python3 tests/same_bits.py OLD_BINARY NEW_BINARY [NAME ...]

Files with keys or layers that the old one does not know are passed over. Three epochs of at most STEPS steps: longer sets are cut, every n-th row of them. Each schedule that takes the
network, on the CPU and on llvmpipe; one that only one of the two binaries takes is a difference too. Standard
library alone.
"""

import ast
import csv
import glob
import json
import os
import struct
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

EPOCHS = 3
STEPS = 500
ROOT = Path(__file__).resolve().parent.parent
DATA = [ROOT / "datasets", ROOT.parent / "shared" / "data"]
# What sets that parameter files name are called there.
THERE = {"covtype.npz": "covtype_92962.npz", "creditcard.npz": "creditcard_subset.npz",
         "weather_data_cleaned.npz": "weather_szeged.npz"}
SCHEDULES = [("cpu", "layered"), ("cpu", "fused"), ("llvmpipe", "layered"), ("llvmpipe", "two-phase"),
             ("llvmpipe", "resident")]


def main(old, new, names):
    files = [ROOT / "params" / f"{name}.json" for name in names] or sorted((ROOT / "params").glob("*.json"))
    drivers = glob.glob("/usr/share/vulkan/icd.d/lvp_icd*.json")
    environment = {**os.environ, "LP_NUM_THREADS": "0", "XDG_RUNTIME_DIR": "/tmp"}
    environment.setdefault("VK_DRIVER_FILES", ":".join(drivers))
    compared, wrong = 0, []
    for file in files:
        with tempfile.TemporaryDirectory() as folder:
            more = data_and_length(file, Path(folder))
            if more is None:
                wrong.append(f"{file.stem}: its data are neither in datasets/ nor in ../shared/data")
                print(wrong[-1], flush=True)
                continue
            if not reads(old, file, more):
                print(f"{file.stem}: the old one does not read it", flush=True)
                continue
            for device, schedule in SCHEDULES:
                results = [
                    trained(binary, file, device, schedule, more, Path(folder) / f"{device}-{schedule}-{i}", environment)
                    for i, binary in enumerate([old, new])
                ]
                what = f"{file.stem}, {device} {schedule}"
                if results[0] == results[1]:
                    compared += results[0] is not None
                    print(f"{what}: {'the same' if results[0] else 'declined'}", flush=True)
                else:
                    wrong.append(f"{what}: {difference(*results)}")
                    print(wrong[-1], flush=True)
    print(f"{compared} runs have the same bits, {len(wrong)} differ")
    for line in wrong:
        print(f"    {line}")
    return 1 if wrong or not compared else 0


def reads(binary, file, more):
    """Whether a program reads a parameter file."""
    command = [binary, "check", file, "--device", "cpu", *(part for change in more for part in ("--set", change))]
    return subprocess.run(command, capture_output=True, cwd=ROOT).returncode != 2


def data_and_length(file, folder):
    """What --set changes: where the data are, and how long the run is; None without data."""
    parameters = json.loads(file.read_text())["parameters"]
    name = Path(parameters["NPZ_DATASET"]).name
    places = [place / known for place in DATA for known in (name, THERE.get(name, name))]
    found = next((place for place in places if place.exists()), None)
    if found is None:
        return None
    cut = folder / name
    cut_rows(found, cut, STEPS * parameters["BATCH_SIZE"])
    return [f"NPZ_DATASET={json.dumps(str(cut))}", f"MAX_EPOCHS={EPOCHS}", "NPZ_SHA256=null"]


def cut_rows(source, target, most):
    """A copy whose arrays of rows have at most so many, every n-th of each."""
    with zipfile.ZipFile(source) as archive, zipfile.ZipFile(target, "w") as cut:
        arrays = {name: archive.read(name) for name in archive.namelist()}
        lengths = [length(data) for data in arrays.values()]
        every = max(1, -(-max(lengths) // most))
        for name, data in arrays.items():
            cut.writestr(name, every_nth(data, every) if length(data) > every * 50 else data)


def header(data):
    """The dictionary of an NPY array, and where its numbers begin."""
    wide = data[6] > 1
    (size,) = struct.unpack("<I" if wide else "<H", data[8:12] if wide else data[8:10])
    first = (12 if wide else 10) + size
    return ast.literal_eval(data[first - size : first].decode("latin-1")), first


def length(data):
    shape = header(data)[0]["shape"]
    return shape[0] if shape else 0


def every_nth(data, every):
    about, first = header(data)
    if every == 1:
        return data
    if about["fortran_order"] and len(about["shape"]) > 1:
        sys.exit("an array in Fortran order can't be cut")
    rows = about["shape"][0]
    row = (len(data) - first) // rows
    kept = [data[first + at * row : first + (at + 1) * row] for at in range(0, rows, every)]
    shape = (len(kept), *about["shape"][1:])
    text = f"{{'descr': {about['descr']!r}, 'fortran_order': False, 'shape': {shape!r}, }}"
    text += " " * (-(len(text) + 11) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode() + b"".join(kept)


def trained(binary, file, device, schedule, more, out, environment):
    """(weights, history, exit code) of a run; None where the schedule does not take the network."""
    command = [binary, "train", file, "--device", device, "--schedule", schedule, "--out", out, "--quiet"]
    for change in more:
        command += ["--set", change]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=ROOT)
    if done.returncode == 2 and "schedule" in done.stderr.lower():
        return None
    if done.returncode == 2 or not (out / "history.csv").exists():
        sys.exit(f"{' '.join(map(str, command))}\n{done.stderr}")
    model = out / "model.safetensors"
    return weights(model) if model.exists() else b"", history(out / "history.csv"), done.returncode


def weights(path):
    """The tensors, without the header, which tells where the data lay."""
    data = path.read_bytes()
    (size,) = struct.unpack("<Q", data[:8])
    return data[8 + size :]


def history(path):
    """The epochs without their seconds."""
    with open(path, newline="") as file:
        return [{key: cell for key, cell in row.items() if key != "seconds"} for row in csv.DictReader(file)]


def difference(old, new):
    if old is None or new is None:
        return f"taken by {'the new' if old is None else 'the old'} alone"
    for before, after in zip(old[1], new[1]):
        if before != after:
            return f"epoch {before['epoch']}: {before} became {after}"
    return "other weights" if old[0] != new[0] else f"exit code {old[2]} became {new[2]}, or other epochs"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
