"""Times the measures of Berea 200³ in PoreSpy, scikit-image, SciPy and NumPy.

Prints one JSON object a line: name, seconds (median of five), value, library. The names are those of
examples/pores_table.rs, which prints both side by side:

    python peer_porespy.py > peer.jsonl && cargo run --release -p samples --features parallel \
        --example pores_table -- peer.jsonl
"""

import gzip
import itertools
import json
import pathlib
import statistics
import time

import numpy as np
import scipy.fft as fft
from scipy import ndimage
from skimage.measure import euler_number

RUNS = 5
DATA = pathlib.Path(__file__).parents[3] / "assets/data/porous-gan"

bits = np.frombuffer(gzip.open(DATA / "berea_400.bits.gz").read(), np.uint8)
pore = np.ascontiguousarray(np.unpackbits(bits).reshape(400, 400, 400)[:200, :200, :200].astype(bool))


def two_point(lags=100):
    """S₂ by lag and axis, non-periodic, by a padded FFT along each axis."""
    curves = []
    for axis in range(3):
        side = pore.shape[axis]
        lines = np.moveaxis(pore, axis, -1).astype(np.float64)
        spectrum = fft.rfft(lines, n=fft.next_fast_len(side + lags, real=True), workers=-1)
        power = np.sum(np.abs(spectrum) ** 2, axis=(0, 1), dtype=np.float64)
        pairs = fft.irfft(power, n=fft.next_fast_len(side + lags, real=True))[: lags + 1]
        curves.append(pairs / (pore.size / side * (side - np.arange(lags + 1))))
    return np.mean(curves, axis=0)[50]


def crofton():
    """13 directions with the weights of the formula, one pair of views each."""
    total = 0.0
    weights = {1: 0.0457779, 2: 0.0369806, 3: 0.0351956}
    for step in itertools.product((-1, 0, 1), repeat=3):
        if step <= (0, 0, 0):
            continue
        here = tuple(slice(max(-s, 0), min(n - s, n)) for s, n in zip(step, pore.shape))
        there = tuple(slice(max(s, 0), min(n + s, n)) for s, n in zip(step, pore.shape))
        length2 = sum(s * s for s in step)
        total += weights[length2] * np.count_nonzero(pore[here] != pore[there]) / length2**0.5
    return 4 * total


def chords():
    """Mean length of the complete pore runs along the axes."""
    count = length = 0
    for axis in range(3):
        lines = np.ascontiguousarray(np.moveaxis(pore, axis, -1)).reshape(-1, pore.shape[axis])
        line, place = np.nonzero(lines[:, 1:] != lines[:, :-1])
        complete = line[1:] == line[:-1]
        runs = np.diff(place)[complete]
        inside = lines[line[:-1][complete], place[:-1][complete] + 1]
        count += np.count_nonzero(inside)
        length += runs[inside].sum()
    return length / count


def percolates():
    labels, _ = ndimage.label(pore)
    ends = [(np.take(labels, 0, axis), np.take(labels, -1, axis)) for axis in range(3)]
    return sum(bool(np.intersect1d(a[a > 0], b[b > 0]).size) for a, b in ends)


def report(name, library, function, runs=RUNS):
    function()
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        value = function()
        seconds.append(time.perf_counter() - start)
    line = {"name": name, "library": library, "seconds": statistics.median(seconds), "value": float(value)}
    print(json.dumps(line), flush=True)


def main():
    import porespy

    report("porosity", "PoreSpy", lambda: porespy.metrics.porosity(pore))
    report("two-point", "SciPy FFT", two_point)
    report("crofton", "NumPy", crofton)
    report("euler 6", "scikit-image", lambda: euler_number(pore, connectivity=1))
    report("euler 26", "scikit-image", lambda: euler_number(pore, connectivity=3))
    report("chords", "NumPy", chords)
    report("percolation", "SciPy", percolates)
    grey = np.where(pore, 0, 255).astype(np.uint8)
    report("median", "SciPy", lambda: (ndimage.median_filter(grey, size=3, mode="nearest") == 0).mean())


if __name__ == "__main__":
    main()
