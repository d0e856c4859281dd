"""PyTorch: eager, and on CUDA a step as a captured graph. Products are float32, never TF32."""

import numpy as np
import torch
from layers import Conv, Dense, Flatten, Pool, Recurrent

# cuDNN's convolutions are TF32 unless told otherwise.
torch.backends.cuda.matmul.allow_tf32 = False
torch.backends.cudnn.allow_tf32 = False
torch.set_float32_matmul_precision("highest")

ACTIVATIONS = {"relu": [torch.nn.ReLU()], "silu": [torch.nn.SiLU()], "linear": []}


def modules(layer, pair):
    """A layer as the modules that make it, with its initial weights."""
    match layer:
        case Dense(activation=name):
            linear = torch.nn.Linear(*pair[0].shape)
            return [torch.nn.Flatten(), filled(linear, pair[0].T, pair[1]), *ACTIVATIONS[name]]
        case Conv(stride=stride, zeros=zeros, activation=name):
            filters, channels, *kernel = pair[0].shape
            is_even = all(before == behind for before, behind in zeros)
            kind = torch.nn.Conv1d if len(kernel) == 1 else torch.nn.Conv2d
            padding = tuple(before for before, _ in zeros) if is_even else 0
            conv = kind(channels, filters, tuple(kernel), stride, padding=padding)
            # The last axis comes first.
            each = [zero for pair in reversed(zeros) for zero in pair]
            before = [] if is_even else [torch.nn.ZeroPad1d(each) if len(kernel) == 1 else torch.nn.ZeroPad2d(each)]
            return [*before, filled(conv, *pair), *ACTIVATIONS[name]]
        case Pool(size=size, stride=stride):
            kind = torch.nn.MaxPool1d if len(size) == 1 else torch.nn.MaxPool2d
            return [kind(size, stride)]
        case Recurrent():
            return [LastH(layer, *pair)]
        case Flatten():
            return [torch.nn.Flatten()]


class LastH(torch.nn.Module):
    """PyTorch's own recurrent layer, its last h."""

    def __init__(self, layer, w, u, b, c=None):
        super().__init__()
        kind = {"rnn": torch.nn.RNN, "gru": torch.nn.GRU, "lstm": torch.nn.LSTM}[layer.kind]
        self.own = kind(w.shape[1], layer.units, batch_first=True)
        other = np.zeros_like(b)
        if c is not None:
            other[-len(c) :] = c
        with torch.no_grad():
            for parameter, values in zip(self.own.parameters(), (w, u, b, other)):
                parameter.copy_(torch.tensor(values.copy()))

    def forward(self, x):
        return self.own(x.transpose(1, 2))[0][:, -1]


def filled(module, weight, bias):
    with torch.no_grad():
        module.weight.copy_(torch.tensor(weight.copy()))
        module.bias.copy_(torch.tensor(bias))
    return module


class Torch:
    """Eager: the usual loop over batches."""

    capturable = False

    def __init__(self, job, on):
        self.job, self.device = job, "cuda" if on == "gpu" else "cpu"
        made = [modules(layer, pair) for layer, pair in zip(job.layers, job.weights)]
        self.net = torch.nn.Sequential(*[module for some in made for module in some]).to(self.device)
        parameters = list(self.net.parameters())
        groups = [
            {"params": [p for p in parameters if p.ndim > 1], "weight_decay": job.l2 / job.batch},
            {"params": [p for p in parameters if p.ndim == 1], "weight_decay": 0.0},
        ]
        if job.optimizer == "adam":
            self.rule = torch.optim.Adam(groups, lr=job.rate, fused=True, capturable=self.capturable)
        else:
            # On the CPU a loop over the tensors is the fastest of its ways.
            self.rule = torch.optim.SGD(groups, lr=job.rate, foreach=self.device == "cuda")
        self.of = torch.nn.CrossEntropyLoss() if job.classifies else torch.nn.MSELoss()
        self.x, self.y = torch.tensor(job.x).to(self.device), torch.tensor(job.y).to(self.device)
        self.prepare()

    def prepare(self):
        torch.set_num_threads(1)

    def loss(self):
        rows = len(self.job.compared()[0])
        with torch.no_grad():
            return float(self.of(self.net(self.x[:rows]), self.y[:rows]))

    def step(self, rows):
        self.rule.zero_grad(set_to_none=True)
        self.of(self.net(self.x[rows]), self.y[rows]).backward()
        if self.job.clip:
            torch.nn.utils.clip_grad_norm_(self.net.parameters(), self.job.clip)
        self.rule.step()

    def epoch(self):
        for rows in torch.randperm(len(self.x), device=self.device).split(self.job.batch):
            self.step(rows)
        self.finish()

    def finish(self):
        if self.device == "cuda":
            torch.cuda.synchronize()


class TorchGraphs(Torch):
    """A step captured as a CUDA graph; a counter on the device chooses its rows, so nothing is copied."""

    capturable = True

    def prepare(self):
        job = self.job
        self.order = torch.zeros(job.steps, job.batch, dtype=torch.int64, device="cuda")
        self.number = torch.zeros(1, dtype=torch.int64, device="cuda")
        before = [p.detach().clone() for p in self.net.parameters()]
        # As PyTorch's notes on CUDA graphs ask: a few steps on another stream, then the capture.
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(3):
                self.captured()
        torch.cuda.current_stream().wait_stream(side)
        self.rule.zero_grad(set_to_none=True)
        self.graph = torch.cuda.CUDAGraph()
        # What other threads do, JAX's for example, is no part of it and may not break it.
        with torch.cuda.graph(self.graph, capture_error_mode="thread_local"):
            self.captured()
        self.go_back(before)

    def go_back(self, before):
        """To the state before the first steps, in place: the graph knows these addresses."""
        with torch.no_grad():
            for parameter, value in zip(self.net.parameters(), before):
                parameter.copy_(value)
            for of_parameter in self.rule.state.values():
                for value in of_parameter.values():
                    if torch.is_tensor(value):
                        value.zero_()
        self.number.zero_()

    def captured(self):
        self.step(self.order.index_select(0, self.number)[0])
        self.number.add_(1).remainder_(self.job.steps)

    def epoch(self):
        self.order.copy_(torch.randperm(len(self.x), device="cuda").view_as(self.order))
        for _ in range(self.job.steps):
            self.graph.replay()
        self.finish()


def has_gpu():
    return torch.cuda.is_available()
