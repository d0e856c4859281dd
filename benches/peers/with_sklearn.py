"""scikit-learn. It has neither SiLU nor a clip: relu and none; and of two classes one output."""

import numpy as np
from notes import LeftOut
from sklearn.neural_network import MLPClassifier, MLPRegressor


class Sklearn:
    def __init__(self, job):
        if job.x.ndim > 2:
            raise LeftOut("it has no convolutions")
        self.x = job.x
        self.y = job.y[:, 0] if job.y.ndim == 2 and job.y.shape[1] == 1 else job.y
        kind = MLPClassifier if job.classifies else MLPRegressor
        self.net = kind(
            hidden_layer_sizes=tuple(layer.units for layer in job.layers[:-1]), solver=job.optimizer,
            learning_rate_init=job.rate, batch_size=job.batch, alpha=job.l2, momentum=0.0,
            nesterovs_momentum=False,
        )
        self.classes = {"classes": np.unique(self.y)} if job.classifies else {}
        # The first call makes the arrays; where they have the shapes of ours they take our values.
        self.net.partial_fit(self.x[: job.batch], self.y[: job.batch], **self.classes)
        for number, (w, b) in enumerate(job.weights):
            for array, value in ((self.net.coefs_[number], w), (self.net.intercepts_[number], b)):
                if array.shape == value.shape:
                    array[...] = value

    def loss(self):
        return None

    def epoch(self):
        self.net.partial_fit(self.x, self.y)
