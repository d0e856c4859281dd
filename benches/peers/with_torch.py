"""PyTorch: eager, and on CUDA a step as a captured graph."""

import torch


class Torch:
    """Eager: the usual loop over batches."""

    capturable = False

    def __init__(self, job, on):
        self.job, self.device = job, "cuda" if on == "gpu" else "cpu"
        act = {"relu": torch.nn.ReLU, "silu": torch.nn.SiLU}[job.activation]
        layers = []
        for w, b in job.weights:
            linear = torch.nn.Linear(*w.shape)
            with torch.no_grad():
                linear.weight.copy_(torch.tensor(w.T.copy()))
                linear.bias.copy_(torch.tensor(b))
            layers += [linear, act()]
        self.net = torch.nn.Sequential(*layers[:-1]).to(self.device)
        parameters = list(self.net.parameters())
        groups = [
            {"params": parameters[0::2], "weight_decay": job.l2 / job.batch},
            {"params": parameters[1::2], "weight_decay": 0.0},
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
        with torch.no_grad():
            return float(self.of(self.net(self.x), self.y))

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
        self.before = [p.detach().clone() for p in self.net.parameters()]
        # As PyTorch's notes on CUDA graphs ask: a few steps on another stream, then the capture.
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(3):
                self.captured()
        torch.cuda.current_stream().wait_stream(side)
        self.rule.zero_grad(set_to_none=True)
        self.graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self.graph):
            self.captured()
        with torch.no_grad():
            for parameter, before in zip(self.net.parameters(), self.before):
                parameter.copy_(before)
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
