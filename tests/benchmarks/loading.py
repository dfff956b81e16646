"""Measures how many images per second the DataLoader gives, beside PyTorch's over the same dataset.

    python tests/benchmarks/loading.py [--rounds 3] [--only cifar jpeg] [--json FILE]

An epoch is timed from `iter(loader)` to the last batch, with the start of its workers; the libraries take turns, and
the median of the rounds counts. Images are made in a temporary folder: 50,000 of CIFAR-10's size, cropped and flipped
in NumPy, and JPEGs of about 224 pixels, decoded, cropped, resized and flipped by Pillow. Each library makes its own
tensors of them. "kept" means persistent_workers=True; PyTorch has no threads to compare with.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

WAYS: list[dict[str, Any]] = [
    {"num_workers": 0},
    {"num_workers": 1},
    {"num_workers": 2},
    {"num_workers": 2, "persistent_workers": True},
    {"num_workers": 2, "worker_type": "thread"},
]


def library(name: str) -> Any:
    """PyTorch or minitorch; a worker of one never loads the other."""
    if name == "torch":
        import torch

        return torch
    import minitorch

    return minitorch


class Small:
    """Images of 32×32 pixels in one array, with a random crop and flip."""

    def __init__(self, name: str, images: Any) -> None:
        self.name, self.images = name, images

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, i: int) -> Any:
        padded = np.zeros((3, 40, 40), np.float32)
        padded[:, 4:36, 4:36] = self.images[i]
        top, left = random.randrange(9), random.randrange(9)
        image = padded[:, top : top + 32, left : left + 32]
        if random.random() < 0.5:
            image = image[:, :, ::-1]
        return library(self.name).from_numpy(image / np.float32(255)), i % 10


class Files:
    """JPEG files, with a random crop, resized to 224×224, and a flip."""

    def __init__(self, name: str, paths: list[str]) -> None:
        self.name, self.paths = name, paths

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, i: int) -> Any:
        from PIL import Image

        with Image.open(self.paths[i]) as file:
            image = file.convert("RGB")
        width, height = image.size
        side = random.randint(min(width, height) // 2, min(width, height))
        left, top = random.randint(0, width - side), random.randint(0, height - side)
        box = (left, top, left + side, top + side)
        image = image.resize((224, 224), Image.Resampling.BILINEAR, box)
        if random.random() < 0.5:
            image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        return to_tensor(self.name, image), i % 10


def to_tensor(name: str, image: Any) -> Any:
    """The image as floats between 0 and 1, channels first; for PyTorch in the way of torchvision."""
    if name == "minitorch":
        from minitorch.vision.transforms import functional

        return functional.to_tensor(image)
    torch = library(name)
    return torch.from_numpy(np.array(image)).permute(2, 0, 1).contiguous().to(torch.float32).div(255)


def jpegs(folder: Path, count: int) -> list[str]:
    """Writes pictures of smooth colours with some noise."""
    from PIL import Image

    rng, paths = np.random.default_rng(0), []
    for k in range(count):
        width, height = rng.integers(224, 320, 2)
        rough = Image.fromarray(rng.integers(0, 256, (12, 12, 3), dtype=np.uint8))
        pixels = np.asarray(rough.resize((int(width), int(height)), Image.Resampling.BICUBIC), np.int16)
        noisy = np.clip(pixels + rng.integers(-12, 13, pixels.shape), 0, 255).astype(np.uint8)
        paths.append(str(folder / f"{k}.jpg"))
        Image.fromarray(noisy).save(paths[-1], quality=90)
    return paths


def seconds(loader: Any) -> float:
    """Of an epoch."""
    start = time.perf_counter()
    for _ in loader:
        pass
    return time.perf_counter() - start


def label(way: dict[str, Any]) -> str:
    """What stands in the table."""
    kind = "threads" if "worker_type" in way else "kept" if "persistent_workers" in way else "workers"
    return f"{way['num_workers']} {kind}"


def measure(case: str, datasets: dict[str, Any], batch_size: int, rounds: int) -> list[dict[str, Any]]:
    """A row for each way to load."""
    loaders: dict[tuple[int, str], Any] = {}
    for k, way in enumerate(WAYS):
        for name, dataset in datasets.items():
            if name == "torch" and "worker_type" in way:
                continue
            loaders[k, name] = library(name).utils.data.DataLoader(dataset, batch_size, shuffle=True, **way)
    times: dict[tuple[int, str], list[float]] = {key: [] for key in loaders}
    for _ in range(rounds + 1):
        for key, loader in loaders.items():
            times[key].append(seconds(loader))
    rows = []
    for k, way in enumerate(WAYS):
        row: dict[str, Any] = {"case": case, "way": label(way)}
        for name, dataset in datasets.items():
            if (k, name) in times:
                first, *others = times[k, name]
                row[name] = round(len(dataset) / median(others))
                row[f"{name}_first_epoch"] = round(len(dataset) / first)
        rows.append(row)
    return rows


def main() -> None:
    """Prints the table, and writes the JSON file if there shall be one."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", nargs="*", default=["cifar", "jpeg"])
    parser.add_argument("--images", type=int, default=50_000)
    parser.add_argument("--files", type=int, default=512)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--libraries", nargs="*", default=["minitorch", "torch"])
    arguments = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        cases: dict[str, Any] = {}
        if "cifar" in arguments.only:
            images = np.random.default_rng(0).integers(0, 256, (arguments.images, 3, 32, 32), dtype=np.uint8)
            cases["cifar"] = 128, {name: Small(name, images) for name in arguments.libraries}
        if "jpeg" in arguments.only:
            paths = jpegs(Path(folder), arguments.files)
            cases["jpeg"] = 32, {name: Files(name, paths) for name in arguments.libraries}
        for _, datasets in cases.values():
            for dataset in datasets.values():
                dataset[0]  # loads what it needs
        for case, (batch_size, datasets) in cases.items():
            rows += measure(case, datasets, batch_size, arguments.rounds)
    print("| images | loaded by | minitorch /s | PyTorch /s | ratio | first epochs |")
    print("| --- | --- | --: | --: | --: | --: |")
    for row in rows:
        ours, theirs = row.get("minitorch", 0), row.get("torch", 0)
        ratio = f"{ours / theirs:.2f}" if theirs else ""
        first = f"{row.get('minitorch_first_epoch', '')} / {row.get('torch_first_epoch', '')}"
        print(f"| {row['case']} | {row['way']} | {ours} | {theirs or ''} | {ratio} | {first} |")
    if arguments.json:
        about = {"python": sys.version.split()[0], "cores": os.cpu_count(), "numpy": np.__version__}
        arguments.json.write_text(json.dumps({"machine": about, "rows": rows}, indent=1) + "\n")


if __name__ == "__main__":
    main()
