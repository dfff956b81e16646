"""The arguments of functions that slide windows: sizes, strides, padding, batches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from minitorch.errors import ArgumentError, ArgumentTypeError, ShapeError
from minitorch.ops.common import require_tensors
from minitorch.windows import Sizes, Windows

AXES = "DHW"


def as_sizes(op_name: str, name: str, value: Any, dims: int, least: int = 1) -> Sizes:
    """A setting given as one number for all dims, or as one number for each.

    Raises:
        ArgumentError: for another number of numbers, or one that is too small.
    """
    if isinstance(value, int):
        sizes: Sizes = (value,) * dims
    elif isinstance(value, Sequence) and all(isinstance(n, int) for n in value):
        sizes = tuple(value) * (dims if len(value) == 1 else 1)
    else:
        raise ArgumentTypeError(f"{op_name}: {name} must be an int or {dims} ints, got {value!r}")
    if len(sizes) != dims or min(sizes) < least:
        raise ArgumentError(
            f"{op_name}: {name} must be one int or {dims}, each at least {least}, got {value!r}"
        )
    return sizes


def batched(op_name: str, x: Any, dims: int) -> tuple[Any, bool]:
    """The input with a batch dim, and whether it had one.

    Raises:
        ShapeError: for any other number of dims.
    """
    require_tensors(op_name, input=x)
    if x.ndim not in (dims + 1, dims + 2):
        axes = ", ".join(AXES[3 - dims :])
        raise ShapeError(
            f"{op_name}: expected an input of shape (N, C, {axes}) or (C, {axes}), got {tuple(x.shape)}"
            + ("; add the channel dim with x.unsqueeze(-3)" if x.ndim == dims == 2 else "")
        )
    return (x, True) if x.ndim == dims + 2 else (x.unsqueeze(0), False)


def conv_windows(op_name: str, x: Any, w: Any, stride: Any, padding: Any, dilation: Any) -> Windows:
    """The windows of a convolution.

    Raises:
        ShapeError: if the kernel is larger than the padded input.
    """
    size, kernel = tuple(x.shape[2:]), tuple(w.shape[2:])
    dims = len(size)
    strides = as_sizes(op_name, "stride", stride, dims)
    dilations = as_sizes(op_name, "dilation", dilation, dims)
    reach = tuple(d * (k - 1) + 1 for k, d in zip(kernel, dilations, strict=True))
    if isinstance(padding, str):
        if padding not in ("same", "valid"):
            raise ArgumentError(f"{op_name}: padding must be 'same', 'valid' or numbers, got {padding!r}")
        if padding == "same" and max(strides) > 1:
            raise ArgumentError(
                f"{op_name}: padding='same' needs stride 1, got {strides}; give the padding in numbers"
            )
        total = [r - 1 if padding == "same" else 0 for r in reach]
        before = tuple(t // 2 for t in total)
    else:
        before = as_sizes(op_name, "padding", padding, dims, least=0)
        total = [2 * p for p in before]
    padded = tuple(n + t for n, t in zip(size, total, strict=True))
    if any(r > p for r, p in zip(reach, padded, strict=True)):
        spread = f" (with dilation {dilations} it spans {reach})" if max(dilations) > 1 else ""
        raise ShapeError(
            f"{op_name}: a kernel of size {kernel}{spread} is larger than the padded input of size {padded}, "
            f"input shape {tuple(x.shape)}; use a smaller kernel, more padding or a larger input"
        )
    counts = tuple((p - r) // s + 1 for p, r, s in zip(padded, reach, strides, strict=True))
    return Windows(size, kernel, strides, before, dilations, counts)
