"""Rows of the op table: convolutions, fold and unfold."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
from op_samples import Sample, call, row, x


def per_dim(value: Any, dims: int) -> tuple[int, ...]:
    return (value,) * dims if isinstance(value, int) else tuple(value)


def correlated(
    a: Any, w: Any, b: Any = None, stride: Any = 1, padding: Any = 0, dilation: Any = 1, groups: int = 1
) -> Any:
    """The convolution, output element by output element."""
    dims = w.ndim - 2
    if a.ndim == dims + 1:
        return correlated(a[None], w, b, stride, padding, dilation, groups)[0]
    steps, spread = per_dim(stride, dims), per_dim(dilation, dims)
    reach = [d * (k - 1) for d, k in zip(spread, w.shape[2:], strict=True)]
    if padding == "same":
        widths = [(r // 2, r - r // 2) for r in reach]
    else:
        widths = [(p, p) for p in per_dim(0 if padding == "valid" else padding, dims)]
    a = np.pad(a, [(0, 0), (0, 0), *widths])
    counts = [(n - r - 1) // s + 1 for n, r, s in zip(a.shape[2:], reach, steps, strict=True)]
    y = np.zeros((len(a), len(w), *counts), a.dtype)
    channels, outputs = w.shape[1], len(w) // groups
    for place in product(*map(range, counts)):
        window = tuple(
            slice(i * s, i * s + r + 1, d) for i, s, r, d in zip(place, steps, reach, spread, strict=True)
        )
        for o in range(len(w)):
            first = o // outputs * channels
            seen = a[(slice(None), slice(first, first + channels), *window)]
            y[(slice(None), o, *place)] = (seen * w[o]).sum(tuple(range(1, a.ndim)))
    return y if b is None else y + b.reshape(-1, *[1] * dims)


def spread_out(
    a: Any,
    w: Any,
    b: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
) -> Any:
    """The transposed convolution: each input element adds a kernel to the output."""
    dims = w.ndim - 2
    if a.ndim == dims + 1:
        return spread_out(a[None], w, b, stride, padding, output_padding, groups, dilation)[0]
    steps, spread = per_dim(stride, dims), per_dim(dilation, dims)
    cut, extra = per_dim(padding, dims), per_dim(output_padding, dims)
    reach = [d * (k - 1) for d, k in zip(spread, w.shape[2:], strict=True)]
    whole = [(n - 1) * s + r + 1 + e for n, s, r, e in zip(a.shape[2:], steps, reach, extra, strict=True)]
    outputs, channels = w.shape[1], a.shape[1] // groups
    y = np.zeros((len(a), outputs * groups, *whole), a.dtype)
    for place in product(*map(range, a.shape[2:])):
        window = tuple(
            slice(i * s, i * s + r + 1, d) for i, s, r, d in zip(place, steps, reach, spread, strict=True)
        )
        for c in range(a.shape[1]):
            first = c // channels * outputs
            stamp = a[(slice(None), c, *place)].reshape(-1, *[1] * (dims + 1)) * w[c]
            y[(slice(None), slice(first, first + outputs), *window)] += stamp
    y = y[(..., *[slice(p, n - p) for p, n in zip(cut, whole, strict=True)])]
    return y if b is None else y + b.reshape(-1, *[1] * dims)


def convolutions(dims: int) -> list[Sample]:
    def image(batch: int, channels: int, size: int) -> Any:
        return x(batch, channels, *(size,) * (dims - 1), size + 1)

    def kernel(outputs: int, channels: int, size: int) -> Any:
        return x(outputs, channels, *(size,) * dims)

    if dims == 3:
        return [
            call(image(1, 2, 2), kernel(2, 2, 2), x(2)),
            call(image(1, 2, 2), kernel(2, 1, 1), None, stride=2, padding=1, groups=2),
            call(x(1, 2, 3, 2), x(1, 1, 1, 2, 2), dilation=(1, 2, 1)),
        ]
    return [
        call(image(2, 2, 3), kernel(2, 2, 2), x(2)),
        call(image(1, 2, 4), kernel(1, 2, 3), stride=2, padding=1),
        call(image(1, 2, 4), kernel(2, 1, 2), x(2), dilation=2, groups=2),
        call(image(1, 2, 3), kernel(4, 1, 2), None, 1, "same", groups=2),
        call(image(1, 1, 4), kernel(1, 1, 3), padding="valid"),
        call(image(1, 1, 3), kernel(2, 1, 1), stride=2),
        call(image(1, 2, 3)[0], kernel(1, 2, 2), x(1)),
        call(image(0, 1, 3), kernel(1, 1, 2), x(1)),
    ]


def transposed_convolutions(dims: int) -> list[Sample]:
    sizes = (2,) * dims
    samples = [
        call(x(1, 2, *sizes), x(2, 1, *sizes), x(1)),
        call(x(1, 2, *sizes), x(2, 1, *sizes), x(2), stride=2, output_padding=1, groups=2),
    ]
    if dims == 3:
        return samples
    return [
        *samples,
        call(x(1, 1, *sizes), x(1, 2, *[3] * dims), None, 2, 1, dilation=2),
        call(x(1, *sizes), x(1, 1, *sizes), x(1)),
        call(x(1, 1, *[3] * dims), x(1, 1, *sizes), stride=1, padding=1),
    ]


for dims in (1, 2, 3):
    row(f"conv{dims}d", correlated, lambda dims=dims: convolutions(dims), only_floats=True)
    row(
        f"conv_transpose{dims}d",
        spread_out,
        lambda dims=dims: transposed_convolutions(dims),
        only_floats=True,
    )


def patches(a: Any, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1) -> Any:
    """The columns: the convolution with kernels that pick one element of the window each."""
    sizes = per_dim(kernel_size, 2)
    batch = a if a.ndim == 4 else a[None]
    count = int(np.prod(sizes))
    pick = np.eye(count).reshape(count, 1, *sizes)
    channels = [
        correlated(batch[:, c : c + 1], pick, None, stride, padding, dilation) for c in range(batch.shape[1])
    ]
    columns = np.concatenate(channels, 1)
    columns = columns.reshape(*columns.shape[:2], -1)
    return columns if a.ndim == 4 else columns[0]


def folded(a: Any, output_size: Any, kernel_size: Any, **settings: Any) -> Any:
    """The adjoint of `patches`: each element goes back to where it was taken from."""
    sizes, kernel = per_dim(output_size, 2), per_dim(kernel_size, 2)
    batch = a if a.ndim == 3 else a[None]
    channels = batch.shape[1] // int(np.prod(kernel))
    numbered = np.arange(1.0, 1 + channels * np.prod(sizes)).reshape(1, channels, *sizes)
    sources = patches(numbered, kernel, **settings)[0].astype(int)  # 0 is padding
    y = np.zeros((len(batch), numbered.size + 1))
    for place in np.ndindex(sources.shape):
        y[:, sources[place]] += batch[(slice(None), *place)]
    y = y[:, 1:].reshape(len(batch), channels, *sizes)
    return y if a.ndim == 3 else y[0]


row(
    "unfold",
    patches,
    lambda: [
        call(x(1, 2, 3, 4), 2),
        call(x(2, 1, 4, 4), (2, 3), padding=1, stride=2),
        call(x(1, 1, 4, 4), 2, 2, (0, 1)),
        call(x(1, 3, 3), 2),
    ],
)
row(
    "fold",
    folded,
    lambda: [
        call(x(1, 8, 6), (3, 4), 2),
        call(x(1, 4, 4), (4, 4), 2, stride=2),
        call(x(1, 4, 9), (4, 4), 2, padding=1, stride=2),
        call(x(4, 6), (3, 4), 2),
    ],
)


def over_time(a: Any, w: Any, b: Any, pad: int = 0) -> Any:
    padded = np.pad(a, ((pad, pad), (0, 0), (0, 0)))
    count = len(padded) - len(w) + 1
    return sum(padded[k : k + count] @ w[k] for k in range(len(w))) + b


row(
    "conv_tbc",
    over_time,
    lambda: [call(x(4, 2, 3), x(2, 3, 2), x(2)), call(x(3, 1, 2), x(3, 2, 1), x(1), 2)],
    only_floats=True,
)
