"""What other codecs keep of a picture in as many bytes as our small picture has, and what bicubic enlarging restores.

Reads the JSON of `vitrine evaluate dlv-irn --preset PRESET --json` and the folder of pictures it was measured on;
prints a table: Y-PSNR in dB and SSIM against the original, the border of the scale cut away. JPEG (libjpeg-turbo,
progressive, optimised Huffman codes) and WebP (libwebp, method 6) have the best quality whose file is not larger than
our small PNG. The bicubic picture goes down and up as MATLAB's `imresize` does it; sharpened, it has the best of ten
amounts of unsharp masking, which only who has the original can choose.

    vitrine evaluate dlv-irn --preset x2-small --json | python peer_codecs.py PRESET [FOLDER]
"""

import io
import json
import pathlib
import statistics
import sys

import numpy as np
from PIL import Image, ImageFilter, features
from skimage.metrics import structural_similarity

SHIPPED = pathlib.Path(__file__).parents[3] / "assets/data/dlv-irn/validation"
# What two ways to compute the same PSNR, in dB, and the same SSIM may differ by.
TOLERANCES = {"bicubic_psnr": 0.02, "bicubic_ssim": 0.001}
CODECS = {
    "JPEG 4:2:0": ("JPEG", {"optimize": True, "progressive": True, "subsampling": "4:2:0"}),
    "JPEG 4:4:4": ("JPEG", {"optimize": True, "progressive": True, "subsampling": "4:4:4"}),
    "WebP": ("WEBP", {"method": 6}),
}


def luma(image):
    return np.asarray(image, np.float64) @ [65.481 / 255, 128.553 / 255, 24.966 / 255] + 16


def score(image, original, border):
    """Y-PSNR and SSIM."""
    inner = (slice(border, -border), slice(border, -border))
    a, b = luma(image)[inner], luma(original)[inner]
    # With these arguments the window is 11 × 11 and lies within the pictures.
    ssim = structural_similarity(a, b, data_range=255, gaussian_weights=True, sigma=1.5, use_sample_covariance=False)
    return 10 * np.log10(255**2 / np.mean((a - b) ** 2)), ssim


def encode(image, codec, quality):
    kind, options = CODECS[codec]
    file = io.BytesIO()
    image.save(file, kind, quality=quality, **options)
    return file.getvalue()


def within(image, codec, budget):
    """The file of the best quality that has at most `budget` bytes, and that quality."""
    low, high = 0, 101
    while high - low > 1:
        quality = (low + high) // 2
        low, high = (quality, high) if len(encode(image, codec, quality)) <= budget else (low, quality)
    return encode(image, codec, low), low


def taps(old, new):
    """The matrix [new, old] that resizes a line: Keys' cubic, stretched where the line shrinks, mirrored at the ends."""
    scale = new / old
    stretch = min(scale, 1)
    matrix = np.zeros((new, old))
    for pixel in range(new):
        centre = (pixel + 0.5) / scale - 0.5
        places = np.arange(np.floor(centre - 2 / stretch), np.ceil(centre + 2 / stretch) + 1)
        x = np.abs((centre - places) * stretch)
        near, far = (1.5 * x - 2.5) * x * x + 1, ((-0.5 * x + 2.5) * x - 4) * x + 2
        weights = np.where(x <= 1, near, np.where(x < 2, far, 0))
        mirrored = places.astype(int) % (2 * old)
        np.add.at(matrix[pixel], np.where(mirrored < old, mirrored, 2 * old - 1 - mirrored), weights / weights.sum())
    return matrix


def bicubic(image, width, height):
    values = np.asarray(image, np.float64)
    values = np.einsum("yr,rxc->yxc", taps(image.height, height), values, optimize=True)
    values = np.einsum("xr,yrc->yxc", taps(image.width, width), values, optimize=True)
    return Image.fromarray(np.clip(np.floor(values + 0.5), 0, 255).astype(np.uint8))


def sharpened(image, original, border):
    candidates = (image.filter(ImageFilter.UnsharpMask(1, 10 * tenths, 0)) for tenths in range(1, 11))
    return max(score(candidate, original, border) for candidate in candidates)


def row(ours, path, scale):
    original = Image.open(path).convert("RGB")
    width, height = (side // scale for side in original.size)
    original = original.crop((0, 0, width * scale, height * scale))
    back = bicubic(bicubic(original, width, height), *original.size)
    plain = score(back, original, scale)
    for here, (name, tolerance) in zip(plain, TOLERANCES.items()):
        if abs(here - ours[name]) > tolerance:
            sys.exit(f"{path.name}: {name} is {here:.4f} here and {ours[name]:.4f} there")
    cells = {"ours": (ours["restored_psnr"], ours["restored_ssim"])}
    for codec in CODECS:
        file, quality = within(original, codec, ours["small_bytes"])
        cells[codec] = (*score(Image.open(io.BytesIO(file)).convert("RGB"), original, scale), quality)
    cells["bicubic"] = plain
    cells["bicubic, sharpened"] = sharpened(back, original, scale)
    return cells


def text(cell):
    psnr, ssim, *quality = cell
    return f"{psnr:.2f} / {ssim:.4f}" + (f" (q {quality[0]:.0f})" if quality else "")


def main():
    preset = sys.argv[1]
    folder = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else SHIPPED
    scale = 4 if "x4" in preset else 2
    scores = json.load(sys.stdin)
    rows = [row(ours, next(folder.glob(f"{ours['name']}.*")), scale) for ours in scores]
    names = list(rows[0])
    versions = f"libjpeg-turbo {features.version('libjpeg_turbo')}, libwebp {features.version('webp')}"
    print(f"dlv-irn {preset} beside codecs at equal bytes ({versions}): luma, dB / SSIM\n")
    print("| picture | bytes of the small PNG | " + " | ".join(names) + " |")
    print("|---|---:|" + "---|" * len(names))
    for ours, cells in zip(scores, rows):
        print(f"| {ours['name']} | {ours['small_bytes']:.0f} | " + " | ".join(text(cells[name]) for name in names) + " |")
    means = {name: [statistics.mean(values) for values in zip(*(cells[name] for cells in rows))] for name in names}
    size = statistics.mean(ours["small_bytes"] for ours in scores)
    print(f"| mean | {size:.0f} | " + " | ".join(text(means[name]) for name in names) + " |")


if __name__ == "__main__":
    main()
