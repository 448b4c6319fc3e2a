"""The training step of the small porous GAN in PyTorch, for comparison. Prints one line of JSON.

Batch 16, cubes of 32^3, nz 32, ngf 16, ndf 8: a discriminator step on a real and a fake batch in separate passes, then
a generator step with fresh noise, Adam for both, as `systems::porous_gan::GanTrainer::step` takes it.

Usage: python3 peer_torch.py [--steps N] [--threads N]
"""

import argparse
import json
import statistics
import time

import torch
from torch import nn

BATCH, SIDE, LATENT, NGF, NDF = 16, 32, 32, 16, 8


def generator():
    layers, width = [], [4 * NGF, 2 * NGF, NGF]
    inputs, stride, padding = LATENT, 1, 0
    for outputs in width:
        layers += [nn.ConvTranspose3d(inputs, outputs, 4, stride, padding, bias=False), nn.BatchNorm3d(outputs), nn.ReLU(True)]
        inputs, stride, padding = outputs, 2, 1
    return nn.Sequential(*layers, nn.ConvTranspose3d(inputs, 1, 4, 2, 1, bias=False), nn.Tanh())


def discriminator():
    layers, inputs = [], 1
    for outputs in [NDF, 2 * NDF, 4 * NDF]:
        layers.append(nn.Conv3d(inputs, outputs, 4, 2, 1, bias=False))
        if inputs > 1:
            layers.append(nn.BatchNorm3d(outputs))
        layers.append(nn.LeakyReLU(0.2, True))
        inputs = outputs
    return nn.Sequential(*layers, nn.Conv3d(inputs, 1, 4, 1, 0, bias=False), nn.Flatten(0))


def median_ms(run, count):
    for _ in range(3):
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
    g, d = generator(), discriminator()
    adam_g = torch.optim.Adam(g.parameters(), 2e-4, betas=(0.5, 0.999))
    adam_d = torch.optim.Adam(d.parameters(), 2e-4, betas=(0.5, 0.999))
    loss = nn.BCEWithLogitsLoss()
    real = torch.randn(BATCH, 1, SIDE, SIDE, SIDE)

    def noise():
        return torch.randn(BATCH, LATENT, 1, 1, 1)

    def step():
        fake = g(noise()).detach()
        adam_d.zero_grad()
        loss_d = loss(d(real), torch.full((BATCH,), 0.9)) + loss(d(fake), torch.zeros(BATCH))
        loss_d.backward()
        adam_d.step()
        adam_g.zero_grad()
        loss_g = loss(d(g(noise())), torch.ones(BATCH))
        loss_g.backward()
        adam_g.step()
        return loss_d.item(), loss_g.item()

    # A volume of 64^3 from 5^3 cells of noise, as the browser samples it.
    cells = torch.randn(1, LATENT, 5, 5, 5)

    def sample():
        with torch.no_grad():
            return g(cells)

    print(json.dumps({
        "torch": torch.__version__,
        "threads": arguments.threads,
        "step_ms": median_ms(step, arguments.steps),
        "sample_64_ms": median_ms(sample, arguments.steps),
    }))


if __name__ == "__main__":
    main()
