"""Two-latent rescaling in PyTorch, for comparison. Prints one line of JSON.

The network of the paper (Haar, couplings of dense blocks, a latent beside the high band) at scale 2, with the weights,
the batch and the picture of the given safetensors file, f32. A training step is that of
`systems::dlv_irn::objective`: down, 8 bit with the gradient let through, up with a zero latent, Adam. The pass is a
picture down and up again.

Usage: python3 peer_rescaling.py FILE [--steps N] [--threads N]
"""

import argparse
import json
import pathlib
import statistics
import struct
import time

import torch
from torch import nn
from torch.nn import functional

HAAR = torch.tensor([[[1, 1], [1, 1]], [[1, -1], [1, -1]], [[1, 1], [-1, -1]], [[1, -1], [-1, 1]]], dtype=torch.float32)
# Filters of all colours, band after band: [12, 3, 2, 2].
FILTERS = torch.einsum("buv,cd->bcduv", HAAR, torch.eye(3)).reshape(12, 3, 2, 2).contiguous()


class DenseBlock(nn.Module):
    def __init__(self, inputs, outputs, growth):
        super().__init__()
        made = [growth] * 4 + [outputs]
        self.convolutions = nn.ModuleList(nn.Conv2d(inputs + i * growth, n, 3, 1, 1) for i, n in enumerate(made))

    def forward(self, x):
        features = [x]
        for convolution in self.convolutions[:-1]:
            features.append(functional.leaky_relu(convolution(torch.cat(features, 1)), 0.2, inplace=True))
        return self.convolutions[-1](torch.cat(features, 1))


class Coupling(nn.Module):
    def __init__(self, high, growth):
        super().__init__()
        self.shift_low = DenseBlock(high, 3, growth)
        self.shift_high = DenseBlock(3, high, growth)
        self.scale_high = DenseBlock(3, high, growth)

    def log_scale(self, low):
        return 2 * torch.sigmoid(self.scale_high(low)) - 1

    def forward(self, low, high):
        low = low + self.shift_low(high)
        return low, high * self.log_scale(low).exp() + self.shift_high(low)

    def inverse(self, low, high):
        high = (high - self.shift_high(low)) * (-self.log_scale(low)).exp()
        return low - self.shift_low(high), high


class Rescaling(nn.Module):
    def __init__(self, blocks, growth, latent):
        super().__init__()
        self.latent = latent
        self.levels = nn.ModuleList([nn.ModuleList(Coupling(9 + latent, growth) for _ in range(blocks))])

    def down(self, large):
        bands = functional.conv2d(large, FILTERS / 4, stride=2)
        batch, _, height, width = bands.shape
        low, high = bands[:, :3], torch.cat([bands[:, 3:], bands.new_zeros(batch, self.latent, height, width)], 1)
        for coupling in self.levels[0]:
            low, high = coupling(low, high)
        return low, high

    def up(self, small):
        batch, _, height, width = small.shape
        low, high = small, small.new_zeros(batch, 9 + self.latent, height, width)
        for coupling in reversed(self.levels[0]):
            low, high = coupling.inverse(low, high)
        large = functional.conv_transpose2d(torch.cat([low, high[:, :9]], 1), FILTERS, stride=2)
        return large, high[:, 9:]


def quantise(x):
    return x + (x.clamp(0, 1).mul(255).round().div(255) - x).detach()


def tensors(path):
    """The arrays of a safetensors file, which hold f32."""
    data = pathlib.Path(path).read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    entries = json.loads(data[8 : 8 + length])
    found = {}
    for name, entry in entries.items():
        if name == "__metadata__":
            continue
        start, end = (8 + length + offset for offset in entry["data_offsets"])
        found[name] = torch.frombuffer(bytearray(data[start:end]), dtype=torch.float32).reshape(entry["shape"])
    return found


def median_ms(run, count):
    run()
    times = []
    for _ in range(count):
        start = time.perf_counter()
        run()
        times.append((time.perf_counter() - start) * 1e3)
    return statistics.median(times)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("file")
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    given = tensors(arguments.file)
    large, bicubic, picture = (given.pop(name) for name in ["large", "bicubic", "picture"])
    growth, high = given["levels.0.0.shift_low.convolutions.0.weight"].shape[:2]
    blocks = 1 + max(int(name.split(".")[2]) for name in given)
    network = Rescaling(blocks, growth, high - 9)
    network.load_state_dict(given)

    @torch.no_grad()
    def there_and_back():
        return network.up(quantise(network.down(picture)[0]))[0]

    restored = there_and_back().mean().item()
    pass_ms = median_ms(there_and_back, arguments.steps)
    adam = torch.optim.Adam(network.parameters(), 5e-4)
    losses = []

    def step():
        adam.zero_grad()
        small, _ = network.down(large)
        again, recovered = network.up(quantise(small))
        loss = ((again - large).square() + 1e-6).sqrt().sum()
        loss = loss + 4 * (small - bicubic).square().sum() + recovered.square().sum()
        loss = loss / large.numel()
        loss.backward()
        # Each parameter's by itself, as burn does it, in the way that torch's own clipping takes.
        gradients = [parameter.grad for parameter in network.parameters()]
        scales = [(1 / (norm + 1e-6)).clamp(max=1) for norm in torch._foreach_norm(gradients)]
        torch._foreach_mul_(gradients, scales)
        adam.step()
        losses.append(loss.item())

    step()
    step_ms = median_ms(step, arguments.steps)
    print(json.dumps({
        "torch": torch.__version__,
        "threads": arguments.threads,
        "first_loss": losses[0],
        "last_loss": losses[-1],
        "restored_mean": restored,
        "step_ms": step_ms,
        "pass_ms": pass_ms,
    }))


if __name__ == "__main__":
    main()
