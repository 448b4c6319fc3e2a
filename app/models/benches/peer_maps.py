"""A chain of dense blocks and the convolutions of a UNet's descent in PyTorch, for comparison. Prints one line of JSON.

Six blocks of five 3x3 convolutions with growth 16, channels 9 -> 3 -> 9 -> ..., as `examples/maps_table.rs` has them:
milliseconds of the passes in its table.

Usage: python3 peer_maps.py [--steps N] [--threads N]
"""

import argparse
import json
import statistics
import time

import torch
from torch import nn
from torch.nn import functional

GROWTH, LAYERS, BLOCKS = 16, 5, 6
# Output channels, edge of the kernel and stride, after 32 channels of 64 by 48 pixels.
DESCENT = [(32, 3, 1), (64, 3, 2), (64, 3, 1), (128, 3, 2), (128, 3, 1), (128, 3, 2), (128, 3, 1), (128, 1, 1)]


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
    channels = [32] + [results for results, _, _ in DESCENT]
    descent = nn.Sequential(*(
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2)
        for inputs, (outputs, kernel, stride) in zip(channels, DESCENT)
    ))

    def step(net, *shape):
        x = torch.randn(*shape)

        def run():
            net.zero_grad()
            net(x).square().mean().backward()

        return median_ms(run, arguments.steps)

    def forward(net, *shape):
        x = torch.randn(*shape)

        def run():
            with torch.no_grad():
                net(x)

        return median_ms(run, arguments.steps)

    print(json.dumps({
        "torch": torch.__version__,
        "ms": [
            step(chain, 16, 9, 24, 24),
            step(chain, 6, 9, 24, 24),
            step(chain, 16, 9, 12, 12),
            forward(chain, 1, 9, 64, 64),
            forward(chain, 1, 9, 160, 160),
            step(descent, 16, 32, 64, 48),
            forward(descent, 1, 32, 64, 48),
        ],
    }))


if __name__ == "__main__":
    main()
