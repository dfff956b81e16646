"""A `Dataset` of one's own: pictures in a folder, their labels in a table, transforms, and uneven classes.

The folder is written first, then read picture by picture.

    python examples/custom_dataset.py --epochs 4
"""

from __future__ import annotations

import argparse
import csv
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from shapes import CLASSES, Shapes

import minitorch as torch
import minitorch.nn as nn
from minitorch.utils.data import DataLoader, Dataset, Subset, WeightedRandomSampler, random_split


def write_folder(folder: Path, count: int) -> None:
    """Draws pictures of three classes, the last one rare, and writes them with a table of labels."""
    wanted = {0: 1.0, 3: 0.6, 5: 0.15}
    pictures, kept = Shapes(count * 6, size=16), []
    for i in range(len(pictures)):
        picture, label = pictures[i]
        if i // 10 % 20 < 20 * wanted.get(label, 0) and len(kept) < count:
            np.save(folder / f"{i:05}.npy", (picture.numpy() * 255).astype(np.uint8))
            kept.append((f"{i:05}.npy", CLASSES[label]))
    with (folder / "labels.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("file", "label"), *kept])


class PictureFolder(Dataset):
    """The pictures of a folder, read when they are asked for.

    Args:
        folder: holds the pictures, and `labels.csv` with a line `file, label` for each.
        transform: applied to each picture.
        target_transform: applied to each label.
    """

    def __init__(
        self,
        folder: Path,
        transform: Callable[[torch.Tensor], torch.Tensor] | None = None,
        target_transform: Callable[[int], Any] | None = None,
    ) -> None:
        with (folder / "labels.csv").open(newline="") as file:
            rows = list(csv.DictReader(file))
        self.folder = folder
        self.files = [row["file"] for row in rows]
        self.classes = sorted({row["label"] for row in rows})
        self.targets = [self.classes.index(row["label"]) for row in rows]
        self.transform, self.target_transform = transform, target_transform

    def __len__(self) -> int:
        return len(self.files)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, Any]:
        picture = torch.from_numpy(np.load(self.folder / self.files[index])).float() / 255
        target = self.targets[index]
        if self.transform:
            picture = self.transform(picture)
        return picture, self.target_transform(target) if self.target_transform else target


class Compose:
    """Several transforms, one after the other."""

    def __init__(self, *transforms: Callable[[torch.Tensor], torch.Tensor]) -> None:
        self.transforms = transforms

    def __call__(self, picture: torch.Tensor) -> torch.Tensor:
        for transform in self.transforms:
            picture = transform(picture)
        return picture


class Normalize:
    """(x - mean) / std."""

    def __init__(self, mean: float, std: float) -> None:
        self.mean, self.std = mean, std

    def __call__(self, picture: torch.Tensor) -> torch.Tensor:
        return (picture - self.mean) / self.std


class RandomHorizontalFlip:
    """Left and right exchanged, half of the time."""

    def __call__(self, picture: torch.Tensor) -> torch.Tensor:
        return picture.flip(-1) if torch.rand(()) < 0.5 else picture


def evenly(data: Subset) -> WeightedRandomSampler:
    """Draws every class equally often."""
    targets = [data.dataset.targets[i] for i in data.indices]
    counts = Counter(targets)
    return WeightedRandomSampler([1 / counts[t] for t in targets], num_samples=len(targets))


def main(arguments: list[str] | None = None) -> float:
    """Writes a folder, trains on it, and returns the accuracy on its last quarter."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pictures", type=int, default=600)
    parser.add_argument("--epochs", type=int, default=8)
    options = parser.parse_args(arguments)

    torch.manual_seed(0)
    with tempfile.TemporaryDirectory() as name:
        write_folder(Path(name), options.pictures)
        data = PictureFolder(Path(name), Compose(RandomHorizontalFlip(), Normalize(0.5, 0.28)))
        print(f"{len(data)} pictures: {dict(Counter(data.classes[t] for t in data.targets))}")
        train_data, test_data = random_split(data, [0.75, 0.25], generator=torch.Generator().manual_seed(0))
        train = DataLoader(train_data, batch_size=32, sampler=evenly(train_data), drop_last=True)
        test = DataLoader(test_data, batch_size=64)
        model = nn.Sequential(
            nn.LazyConv2d(24, kernel_size=5, padding=2),
            nn.LazyBatchNorm2d(),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.LazyConv2d(48, kernel_size=5, padding=2),
            nn.LazyBatchNorm2d(),
            nn.ReLU(),
            nn.AdaptiveMaxPool2d(1),  # wherever the shape is
            nn.Flatten(),
            nn.LazyLinear(len(data.classes)),
        )
        model(next(iter(test))[0])  # gives the lazy layers their sizes
        optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
        for epoch in range(options.epochs):
            model.train()
            for pictures, targets in train:
                loss = nn.functional.cross_entropy(model(pictures), targets)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
            print(f"epoch {epoch + 1}: loss {loss.item():.3f}")
        model.eval()
        with torch.no_grad():
            right = torch.cat([model(pictures).argmax(1) == targets for pictures, targets in test])
    accuracy = right.float().mean().item()
    print(f"accuracy: {accuracy:.1%}")
    return accuracy


if __name__ == "__main__":
    main()
