"""Writes the data sets of this folder; run it again and the files are the same, byte for byte.

    python make_datasets.py

Needs numpy, scikit-learn and statsmodels (written with numpy 2.4, scikit-learn 1.9 and statsmodels 0.15). The real
sets come with the last two; nothing is downloaded.
"""

import io
import pathlib
import zipfile

import numpy as np
import statsmodels.datasets
from sklearn import datasets

HERE = pathlib.Path(__file__).resolve().parent
EPOCH = (1980, 1, 1, 0, 0, 0)  # the same time stamp in every archive


def save(name, **arrays):
    """np.savez_compressed with fixed time stamps."""
    with zipfile.ZipFile(HERE / f"{name}.npz", "w") as archive:
        for key, array in arrays.items():
            array = np.asarray(array)
            content = io.BytesIO()
            np.lib.format.write_array(content, array, allow_pickle=False)
            member = zipfile.ZipInfo(f"{key}.npy", EPOCH)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.create_system = 3
            archive.writestr(member, content.getvalue(), compresslevel=9)


def save_bundled(name, x_type, y_type, target_names=None):
    bunch = getattr(datasets, f"load_{name}")()
    if target_names is None:
        target_names = bunch.target_names
    save(
        name,
        X=bunch.data.astype(x_type),
        y=bunch.target.astype(y_type),
        feature_names=np.array(bunch.feature_names, dtype=str),
        target_names=np.array(target_names).astype(str),
    )


def example60(rows_per_class=30, seed=42):
    """Two Gaussian clouds in three dimensions, their rows mixed."""
    random = np.random.default_rng(seed)
    first = random.normal([-1.0, -1.0, -1.0], 0.8, (rows_per_class, 3))
    second = random.normal([1.0, 1.0, 1.0], 0.8, (rows_per_class, 3))
    order = random.permutation(2 * rows_per_class)
    save(
        "example60",
        X=np.concatenate([first, second])[order].astype("<f4"),
        y=np.repeat([0, 1], rows_per_class)[order].astype("<i8"),
        feature_names=np.array(["x1", "x2", "x3"]),
        target_names=np.array(["class 0", "class 1"]),
    )


def cylinder_bell_funnel(train_rows_per_class=50, test_rows_per_class=200, steps=128, seed=42):
    """Saito's three noisy shapes, (6 + eta) * shape(t) on [a, b] + epsilon(t), their rows mixed."""
    random = np.random.default_rng(seed)
    t = np.arange(1, steps + 1)
    shapes = [
        lambda a, b: np.ones(steps),
        lambda a, b: (t - a) / (b - a),
        lambda a, b: (b - t) / (b - a),
    ]

    def part(rows_per_class):
        labels = random.permutation(np.repeat([0, 1, 2], rows_per_class))
        signals = np.empty((len(labels), 1, steps))
        for row, label in enumerate(labels):
            a = random.integers(16, 32, endpoint=True)
            b = a + random.integers(32, 96, endpoint=True)
            inside = (a <= t) & (t <= b)
            height = 6.0 + random.normal()
            signals[row, 0] = height * inside * shapes[label](a, b) + random.normal(size=steps)
        return signals.astype("<f2"), labels.astype("<i8")

    x_train, y_train = part(train_rows_per_class)
    x_test, y_test = part(test_rows_per_class)
    save(
        "cylinder_bell_funnel",
        X_train=x_train,
        y_train=y_train,
        X_test=x_test,
        y_test=y_test,
        feature_names=np.array(["signal"]),
        target_names=np.array(["cylinder", "bell", "funnel"]),
    )


def elnino():
    """Monthly temperatures of the sea, one month after the other, with the place of each in its year."""
    years = statsmodels.datasets.elnino.load_pandas().data
    temperature = years.drop(columns="YEAR").to_numpy().ravel()
    angle = 2 * np.pi * (np.arange(len(temperature)) % 12) / 12
    save(
        "elnino",
        X=np.stack([np.sin(angle), np.cos(angle)], axis=1).astype("<f4"),
        y=temperature.astype("<f4"),
        feature_names=np.array(["sin_month", "cos_month"]),
        target_names=np.array(["temperature_c"]),
    )


if __name__ == "__main__":
    save_bundled("iris", "<f4", "<i8")
    save_bundled("wine", "<f4", "<i8")
    save_bundled("breast_cancer", "<f4", "<i8")
    save_bundled("digits", "|u1", "<i8")
    save_bundled("diabetes", "<f4", "<f4", target_names=["progression"])
    example60()
    cylinder_bell_funnel()
    elnino()
