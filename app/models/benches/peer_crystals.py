"""Sampling crystals with a CSPNet in PyTorch, for comparison. Answers each line of JSON with one.

The network of the paper (spec: messages between all atoms of a cell, loops included) at the sizes given, and the
sampler that draws all observations anew around each prediction. Cells have equally many atoms, so the messages are one
dense tensor: no gathering and scattering over a list of edges, which is slower. Weights are random.

Measured with one thread and with two, and the faster counts: where the machine does other work too, its threads wait
for one another longer than they help.

Usage: echo '{"batch": 64, "atoms": 5, ...}' | python3 peer_crystals.py
"""

import json
import math
import os
import statistics
import sys
import time

# Threads that have nothing to do sleep, or they would take the processor from those that have.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import torch
from torch import nn

THREADS = (1, 2)


class Layer(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        hidden = sizes["hidden"]
        self.norm = nn.LayerNorm(hidden)
        edge = 2 * hidden + sizes["cell"] + 6 * sizes["frequencies"]
        self.edge = nn.Sequential(nn.Linear(edge, hidden), nn.SiLU(), nn.Linear(hidden, hidden), nn.SiLU())
        self.node = nn.Sequential(nn.Linear(2 * hidden, hidden), nn.SiLU(), nn.Linear(hidden, hidden), nn.SiLU())

    def forward(self, h, differences, cell):
        x = self.norm(h)
        batch, atoms, _ = x.shape
        pairs = (batch, atoms, atoms, -1)
        own, other = x[:, :, None].expand(pairs), x[:, None].expand(pairs)
        messages = self.edge(torch.cat([own, other, cell[:, None, None].expand(pairs), differences], 3))
        return h + self.node(torch.cat([x, messages.mean(2)], 2))


class Network(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        hidden = sizes["hidden"]
        self.embedding = nn.Linear(sizes["types"], hidden, bias=False)
        self.input = nn.Linear(hidden + sizes["time_width"] + 3, hidden)
        self.layers = nn.ModuleList(Layer(sizes) for _ in range(sizes["layers"]))
        self.norm = nn.LayerNorm(hidden)
        self.coordinates = nn.Linear(hidden, 3, bias=False)
        self.lattice = nn.Linear(hidden, sizes["cell"], bias=False)
        self.register_buffer("k", torch.arange(sizes["frequencies"], dtype=torch.float32))

    def forward(self, types, angles, certainty, lattice, moment):
        batch, atoms, _ = types.shape
        time_input = moment.expand(batch, atoms, -1)
        h = self.input(torch.cat([self.embedding(types), time_input, certainty], 2))
        waves = (angles[:, None] - angles[:, :, None])[..., None] * self.k
        waves = waves.flatten(3)
        differences = torch.cat([waves.sin(), waves.cos()], 3)
        for layer in self.layers:
            h = layer(h, differences, lattice)
        h = self.norm(h)
        return angles + self.coordinates(h), lattice + self.lattice(h.mean(1))


def embedding(moment, width):
    half = width // 2
    angles = moment * torch.exp(-math.log(10000.0) * torch.arange(half) / (half - 1))
    return torch.cat([angles.sin(), angles.cos()])


def wrap(angles):
    return angles - 2 * math.pi * torch.round(angles / (2 * math.pi))


def measure(sizes):
    torch.manual_seed(1)
    network = Network(sizes).eval()
    batch, atoms, accuracies = sizes["batch"], sizes["atoms"], torch.tensor(sizes["accuracies"])
    steps = len(accuracies)
    types = torch.randn(batch, atoms, sizes["types"])
    none, every = math.log(1e-7), math.log(1000.0)

    def start():
        angles = 2 * math.pi * torch.rand(batch, atoms, 3) - math.pi
        return angles, torch.zeros(batch, atoms, 3), torch.zeros(batch, sizes["cell"])

    def moment(step):
        return embedding(1000.0 * (step - 1) / steps, sizes["time_width"])

    @torch.no_grad()
    def sampling():
        angles, certainty, lattice = start()
        for step in range(1, steps + 1):
            angles, lattice = network(types, angles, certainty, lattice, moment(step))
            if step == steps:
                return
            observed = accuracies[:step, None, None, None].expand(step, batch, atoms, 3)
            errors = torch.distributions.VonMises(torch.zeros(()), observed).sample()
            x, y = (observed * errors.cos()).sum(0), (observed * errors.sin()).sum(0)
            angles = wrap(angles + torch.atan2(y, x))
            certainty = ((torch.hypot(x, y) + 1e-7).log() - none) / (every - none)
            gamma = 1 - 0.001 ** (step / steps)
            lattice = gamma * lattice + math.sqrt(gamma * (1 - gamma)) * torch.randn_like(lattice)

    @torch.no_grad()
    def network_alone():
        angles, certainty, lattice = start()
        for step in range(1, steps + 1):
            network(types, angles, certainty, lattice, moment(step))

    def median_ms(run):
        """Of the number of threads that is fastest."""
        medians = []
        for threads in THREADS:
            torch.set_num_threads(threads)
            run()
            times = []
            for _ in range(sizes["repeats"]):
                begun = time.perf_counter()
                run()
                times.append((time.perf_counter() - begun) * 1e3)
            medians.append(statistics.median(times))
        return min(medians)

    return {"torch": torch.__version__, "sampling_ms": median_ms(sampling), "network_ms": median_ms(network_alone)}


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(measure(json.loads(line))), flush=True)
