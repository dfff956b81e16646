"""Rows of the op table: shapes, joining and padding."""

from __future__ import annotations

from typing import Any

import numpy as np
from op_samples import call, elementwise, ints, row, x

row(
    "reshape",
    lambda a, *shape: a.reshape(*shape),
    lambda: [call(x(2, 6), 3, -1), call(x(2, 6), (4, 3)), call(x(), 1, 1), call(x(0, 3), 3, 0)],
    torch=lambda a, *shape: a.reshape(*shape),
    complex=True,
    integers="same",
)
row(
    "view",
    lambda a, *shape: a.reshape(*shape),
    lambda: [call(x(2, 6), 3, -1), call(x(2, 6), (4, 3))],
    function=lambda a, *shape: a.contiguous().view(*shape),
    torch=lambda a, *shape: a.contiguous().view(*shape),
    complex=True,
    integers="same",
)
row(
    "view_as",
    lambda a, b: a.reshape(b.shape),
    lambda: [call(x(2, 6), ints(4, 3, high=2))],
    function=lambda a, b: a.contiguous().view_as(b),
    torch=lambda a, b: a.contiguous().view_as(b),
    complex=True,
)
row("reshape_as", lambda a, b: a.reshape(b.shape), lambda: [call(x(2, 6), ints(4, 3, high=2))])
row(
    "flatten",
    lambda a, start_dim=0, end_dim=-1: {
        (0, -1): a.reshape(-1),
        (1, -1): a.reshape(*a.shape[:1], -1),
        (0, 1): a.reshape(-1, *a.shape[2:]),
    }[start_dim, end_dim],
    lambda: [call(x(2, 3, 2)), call(x(2, 3, 2), 1), call(x(2, 3, 2), end_dim=1), call(x())],
    complex=True,
    integers="same",
)
row(
    "unflatten",
    lambda a, dim, sizes: a.reshape(*a.shape[:dim], *sizes, *a.shape[dim + 1 :]),
    lambda: [call(x(2, 6), 1, (2, 3)), call(x(4, 3), 0, (2, -1))],
)
row("ravel", np.ravel, elementwise(), complex=True, integers="same")
row(
    "permute",
    lambda a, *dims: a.transpose(*dims),
    lambda: [call(x(2, 3, 4), (2, 0, 1)), call(x(2, 3), (-1, 0)), call(x(0, 3), (1, 0))],
    complex=True,
    integers="same",
)
for name in ("transpose", "movedim"):
    row(
        name,
        np.swapaxes if name == "transpose" else np.moveaxis,
        lambda: [call(x(2, 3, 4), 0, 2), call(x(2, 3, 4), -1, 1), call(x(0, 3), 0, 1)],
        complex=True,
        integers="same",
    )
row("t", np.transpose, lambda: [call(x(2, 3)), call(x(3)), call(x())], complex=True)
row(
    "squeeze",
    lambda a, dim=None: np.squeeze(a, dim),
    lambda: [call(x(1, 3, 1)), call(x(1, 3, 1), 0), call(x(1, 3, 1), dim=(0, -1)), call(x())],
    complex=True,
    integers="same",
)
row(
    "unsqueeze",
    np.expand_dims,
    lambda: [call(x(2, 3), 1), call(x(2, 3), -1), call(x(), 0), call(x(0, 3), 0)],
    complex=True,
    integers="same",
)


def expanded(a: Any, *sizes: Any) -> Any:
    sizes = sizes[0] if len(sizes) == 1 and not isinstance(sizes[0], int) else sizes
    lead = len(sizes) - a.ndim
    return np.broadcast_to(a, [a.shape[i - lead] if n == -1 else n for i, n in enumerate(sizes)])


row(
    "expand",
    expanded,
    lambda: [call(x(2, 1), 2, 3), call(x(3), (2, -1)), call(x(), 2, 2), call(x(1, 3), 0, 3)],
    complex=True,
    integers="same",
)
row(
    "expand_as",
    lambda a, b: np.broadcast_to(a, b.shape),
    lambda: [call(x(2, 1), ints(2, 3, high=2))],
)
row("broadcast_to", np.broadcast_to, lambda: [call(x(2, 1), (4, 2, 3)), call(x(), (2,))])
row(
    "broadcast_tensors",
    np.broadcast_arrays,
    lambda: [call(x(2, 1), x(3)), call(x(), x(2, 2), x(1, 1, 1))],
)
row(
    "cat",
    lambda tensors, dim=0: np.concatenate(tensors, dim),
    lambda: [
        call([x(2, 3), x(1, 3)]),
        call([x(2, 3), x(2, 1), x(2, 0)], dim=-1),
        call((x(2),), 0),
    ],
    complex=True,
    integers="same",
)
row(
    "stack",
    lambda tensors, dim=0: np.stack(tensors, dim),
    lambda: [
        call([x(2, 3), x(2, 3)]),
        call([x(2, 3), x(2, 3)], dim=-1),
        call([x(), x()]),
        call([x(0)], 1),
    ],
    complex=True,
    integers="same",
)
row(
    "narrow",
    lambda a, dim, start, length: np.take(a, range(start, start + length), dim),
    lambda: [call(x(2, 5), 1, 1, 3), call(x(4, 2), 0, 0, 0), call(x(2, 5), -1, 2, 1)],
    complex=True,
)
row(
    "select",
    lambda a, dim, index: np.take(a, index, dim),
    lambda: [call(x(2, 5), 1, 3), call(x(4, 2), 0, -1), call(x(3), 0, 1)],
    complex=True,
)


def cuts(a: Any, size: Any, dim: int = 0) -> Any:
    sizes = [size] * (a.shape[dim] // size) if isinstance(size, int) else size
    return np.split(a, np.cumsum(sizes)[: None if sum(sizes) < a.shape[dim] else -1], dim)


row(
    "split",
    cuts,
    lambda: [call(x(5, 2), 2), call(x(2, 6), 3, dim=1), call(x(5, 2), [1, 0, 4]), call(x(3), 5)],
    complex=True,
)
row(
    "chunk",
    np.array_split,
    lambda: [call(x(6, 2), 3), call(x(2, 4), 2, 1), call(x(4), 4)],
)
row(
    "unbind",
    lambda a, dim=0: [np.take(a, i, dim) for i in range(a.shape[dim])],
    lambda: [call(x(3, 2)), call(x(3, 2), dim=-1), call(x(2, 0))],
)
row(
    "flip",
    np.flip,
    lambda: [call(x(2, 3), (0,)), call(x(2, 3), (0, -1)), call(x(0, 3), (1,))],
    complex=True,
    integers="same",
)
row(
    "roll",
    lambda a, shifts, dims=None: np.roll(a, shifts, dims),
    lambda: [
        call(x(2, 3), 1),
        call(x(2, 3), (1, -2), (0, 1)),
        call(x(2, 3), shifts=5, dims=1),
        call(x(0, 2), 1, 0),
    ],
    complex=True,
    integers="same",
)
row(
    "repeat",
    lambda a, *counts: np.tile(a, counts[0] if isinstance(counts[0], tuple) else counts),
    lambda: [call(x(2, 3), 2, 2), call(x(2), (3, 1, 2)), call(x(), 3), call(x(2), 0)],
    complex=True,
)
row("tile", np.tile, lambda: [call(x(2, 3), (2,)), call(x(2), (3, 2)), call(x(), (2,))])
row(
    "repeat_interleave",
    lambda a, repeats, dim=None: np.repeat(a, repeats, dim),
    lambda: [call(x(2, 3), 2), call(x(2, 3), 2, dim=1), call(x(3, 2), np.array([1, 0, 2]), dim=0)],
)


def padded(a: Any, pad: Any, mode: str = "constant", value: Any = None) -> Any:
    widths = [(0, 0)] * (a.ndim - len(pad) // 2)
    widths += [(pad[i], pad[i + 1]) for i in range(len(pad) - 2, -1, -2)]
    for i, (before, after) in enumerate(widths):
        a = np.take(a, range(max(-before, 0), a.shape[i] - max(-after, 0)), i)
    widths = [(max(before, 0), max(after, 0)) for before, after in widths]
    kind = {"replicate": "edge", "circular": "wrap"}.get(mode, mode)
    return np.pad(a, widths, kind, **({"constant_values": value or 0} if mode == "constant" else {}))


row(
    "pad",
    padded,
    lambda: [
        call(x(2, 3), (1, 2)),
        call(x(2, 3), (1, 0, 0, 2), value=1.5),
        call(x(2, 4), (-1, -2)),
        call(x(2, 4), (1, -2, -1, 0), "constant", 0.5),
        call(x(0, 2), (1, 1, 1, 0)),
        call(x(1, 2, 4), (1, 2), "reflect"),
        call(x(1, 1, 3, 4), (1, 2, 2, 1), mode="reflect"),
        call(x(1, 1, 3, 4), (1, 2, 0, 3), mode="replicate"),
        call(x(1, 1, 3, 4), (4, 2, 1, 3), mode="circular"),
        call(x(1, 1, 5, 4), (-1, 2, 1, -2), mode="circular"),
    ],
    complex=True,
)
for name, least in (("atleast_1d", np.atleast_1d), ("atleast_2d", np.atleast_2d)):
    row(name, least, lambda: [call(x()), call(x(2)), call(x(2, 2)), call(x(), x(2))])
