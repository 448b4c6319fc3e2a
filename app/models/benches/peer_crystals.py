"""Sampling crystals with a CSPNet in PyTorch, for comparison. Prints one line of JSON.

The network of the paper (spec: messages between all atoms of a cell, loops included) at the sizes given, and the
sampler that draws all observations anew around each prediction. Cells have equally many atoms, so the messages are one
dense tensor: no gathering and scattering over a list of edges, which is slower. Weights are random.

Usage: python3 peer_crystals.py '{"batch": 64, "atoms": 5, ...}' [threads]
"""

import json
import math
import statistics
import sys
import time

import torch
from torch import nn

S = json.loads(sys.argv[1])
THREADS = int(sys.argv[2]) if len(sys.argv) > 2 else 2
HIDDEN, FREQUENCIES = S["hidden"], S["frequencies"]


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = nn.LayerNorm(HIDDEN)
        edge = 2 * HIDDEN + S["cell"] + 6 * FREQUENCIES
        self.edge = nn.Sequential(nn.Linear(edge, HIDDEN), nn.SiLU(), nn.Linear(HIDDEN, HIDDEN), nn.SiLU())
        self.node = nn.Sequential(nn.Linear(2 * HIDDEN, HIDDEN), nn.SiLU(), nn.Linear(HIDDEN, HIDDEN), nn.SiLU())

    def forward(self, h, differences, cell):
        x = self.norm(h)
        batch, atoms, _ = x.shape
        pairs = (batch, atoms, atoms, -1)
        own, other = x[:, :, None].expand(pairs), x[:, None].expand(pairs)
        messages = self.edge(torch.cat([own, other, cell[:, None, None].expand(pairs), differences], 3))
        return h + self.node(torch.cat([x, messages.mean(2)], 2))


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Linear(S["types"], HIDDEN, bias=False)
        self.input = nn.Linear(HIDDEN + S["time_width"] + 3, HIDDEN)
        self.layers = nn.ModuleList(Layer() for _ in range(S["layers"]))
        self.norm = nn.LayerNorm(HIDDEN)
        self.coordinates = nn.Linear(HIDDEN, 3, bias=False)
        self.lattice = nn.Linear(HIDDEN, S["cell"], bias=False)
        self.register_buffer("k", torch.arange(FREQUENCIES, dtype=torch.float32))

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


def embedding(moment):
    half = S["time_width"] // 2
    angles = moment * torch.exp(-math.log(10000.0) * torch.arange(half) / (half - 1))
    return torch.cat([angles.sin(), angles.cos()])


def wrap(angles):
    return angles - 2 * math.pi * torch.round(angles / (2 * math.pi))


def main():
    torch.set_num_threads(THREADS)
    torch.manual_seed(1)
    network = Network().eval()
    batch, atoms, accuracies = S["batch"], S["atoms"], torch.tensor(S["accuracies"])
    steps = len(accuracies)
    types = torch.randn(batch, atoms, S["types"])
    none, every = math.log(1e-7), math.log(1000.0)

    def start():
        angles = 2 * math.pi * torch.rand(batch, atoms, 3) - math.pi
        return angles, torch.zeros(batch, atoms, 3), torch.zeros(batch, S["cell"])

    def moment(step):
        return embedding(1000.0 * (step - 1) / steps)

    @torch.no_grad()
    def sampling():
        angles, certainty, lattice = start()
        for step in range(1, steps + 1):
            angles, lattice = network(types, angles, certainty, lattice, moment(step))
            if step == steps:
                return angles, lattice
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
        run()
        times = []
        for _ in range(S["repeats"]):
            begun = time.perf_counter()
            run()
            times.append((time.perf_counter() - begun) * 1e3)
        return statistics.median(times)

    print(json.dumps({
        "torch": torch.__version__,
        "threads": THREADS,
        "sampling_ms": median_ms(sampling),
        "network_ms": median_ms(network_alone),
    }))


if __name__ == "__main__":
    main()
