"""Coloured shapes on noisy ground: pictures in ten classes, drawn when asked for, so that nothing is downloaded."""

from __future__ import annotations

import minitorch as torch
from minitorch.utils.data import Dataset

CLASSES = ("disc", "ring", "square", "frame", "cross", "plus", "stripes", "columns", "triangle", "checks")


def draw(label: int, size: int, generator: torch.Generator) -> torch.Tensor:
    """One picture of shape (3, size, size), values from 0 to 1: a shape of any place, size and colours."""
    low, high = 0.25 * size, 0.75 * size
    cy, cx = (torch.rand(2, generator=generator) * (high - low) + low).tolist()
    radius = (0.15 + 0.12 * torch.rand((), generator=generator).item()) * size
    y, x = torch.meshgrid(torch.arange(size) - cy, torch.arange(size) - cx, indexing="ij")
    far, near = torch.maximum(x.abs(), y.abs()), torch.minimum(x.abs(), y.abs())
    distance, thick, inside = (x * x + y * y).sqrt(), radius / 3, far < radius
    mask = (
        distance < radius,
        (distance - radius).abs() < thick,
        inside,
        (far - radius).abs() < thick,
        inside & ((x.abs() - y.abs()).abs() < thick),
        inside & (near < thick),
        inside & (y % (2 * thick) < thick),
        inside & (x % (2 * thick) < thick),
        inside & (2 * x.abs() < y + radius),
        inside & ((x % (2 * thick) < thick) ^ (y % (2 * thick) < thick)),
    )[label]
    ground, colour = torch.rand(2, 3, 1, 1, generator=generator)
    colour = torch.where((colour - ground).abs().max() > 0.4, colour, 1 - ground)
    picture = torch.where(mask, colour, ground)
    return (picture + 0.08 * torch.randn(3, size, size, generator=generator)).clamp(0, 1)


class Shapes(Dataset):
    """`count` pictures with their labels; the same ones for the same seed."""

    def __init__(self, count: int, size: int = 32, seed: int = 0) -> None:
        self.count, self.size, self.seed = count, size, seed

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
        generator = torch.Generator().manual_seed(self.seed * 1_000_003 + index)
        label = index % len(CLASSES)
        return draw(label, self.size, generator), label
