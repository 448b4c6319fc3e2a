"""A chain of dense blocks in PyTorch, for comparison. Prints one line of JSON.

Six blocks of five 3x3 convolutions with growth 16, channels 9 -> 3 -> 9 -> ..., as `examples/block_table.rs` has them:
milliseconds of forward and backward passes of a batch of maps, and of the forward pass of one large map.

Usage: python3 peer_blocks.py [--steps N] [--threads N]
"""

import argparse
import json
import statistics
import time

import torch
from torch import nn
from torch.nn import functional

GROWTH, LAYERS, BLOCKS = 16, 5, 6


class Block(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        results = [GROWTH] * (LAYERS - 1) + [outputs]
        layers = [nn.Conv2d(inputs + i * GROWTH, n, 3, 1, 1) for i, n in enumerate(results)]
        self.layers = nn.ModuleList(layers)

    def forward(self, x):
        features = [x]
        for layer in self.layers[:-1]:
            y = layer(torch.cat(features, 1))
            features.append(functional.leaky_relu(y, 0.2, inplace=True))
        return self.layers[-1](torch.cat(features, 1))


def median_ms(run, count):
    for _ in range(2):
        run()
    times = []
    for _ in range(count):
        start = time.perf_counter()
        run()
        times.append((time.perf_counter() - start) * 1e3)
    return statistics.median(times)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, default=10)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(1)
    chain = nn.Sequential(*(Block(*([9, 3] if i % 2 == 0 else [3, 9])) for i in range(BLOCKS)))

    def step(batch, side):
        x = torch.randn(batch, 9, side, side)

        def run():
            chain.zero_grad()
            chain(x).square().mean().backward()

        return run

    def forward(side):
        x = torch.randn(1, 9, side, side)

        def run():
            with torch.no_grad():
                chain(x)

        return run

    print(json.dumps({
        "torch": torch.__version__,
        "ms": [
            median_ms(step(16, 24), arguments.steps),
            median_ms(step(6, 24), arguments.steps),
            median_ms(step(16, 12), arguments.steps),
            median_ms(forward(64), arguments.steps),
            median_ms(forward(160), arguments.steps),
        ],
    }))


if __name__ == "__main__":
    main()
