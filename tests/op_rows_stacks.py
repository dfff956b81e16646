"""Rows of the op table: stacks and splits with names of their own, grids, strided views, parts replaced."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
from op_samples import call, ints, row, x

for name, stacking in (("hstack", np.hstack), ("vstack", np.vstack), ("dstack", np.dstack)):
    row(
        name,
        stacking,
        lambda: [
            call([x(2), x(2)]),
            call([x(2, 3), x(2, 3)]),
            call([x(), x()]),
            call([x(1, 2, 3), x(1, 2, 3)]),
        ],
        complex=True,
        integers="same",
    )
row(
    "column_stack",
    np.column_stack,
    lambda: [call([x(2), x(2)]), call([x(2, 3), x(2)]), call([x(0), x(0)])],
    integers="same",
)
row(
    "atleast_3d",
    lambda *a: np.atleast_3d(*a),
    lambda: [call(x()), call(x(2)), call(x(2, 3)), call(x(2, 3, 4)), call(x(2), x(2, 3))],
    integers="same",
)


def cuts(a: Any, where: Any, dim: int = 0) -> Any:
    """Parts of an array, by NumPy."""
    return np.array_split(a, where, dim)


row(
    "tensor_split",
    cuts,
    lambda: [call(x(5, 2), 3), call(x(5, 2), (1, 4)), call(x(2, 6), 4, dim=-1), call(x(5), (-2, 9))],
    complex=True,
)
row(
    "split_with_sizes",
    lambda a, sizes, dim=0: np.split(a, np.cumsum(sizes)[:-1], dim),
    lambda: [call(x(5, 2), [1, 4]), call(x(2, 6), [2, 0, 4], 1)],
)
row("hsplit", np.hsplit, lambda: [call(x(4), 2), call(x(2, 4), 2), call(x(2, 4), (1, 3))])
row("vsplit", np.vsplit, lambda: [call(x(4, 2), 2), call(x(4, 2), (1, 3))])
row("dsplit", np.dsplit, lambda: [call(x(1, 2, 4), 2), call(x(1, 2, 4), (1, 3))])
row(
    "meshgrid",
    lambda *a, indexing="ij": np.meshgrid(*a, indexing=indexing),
    lambda: [
        call(x(2), x(3), indexing="ij"),
        call(x(2), x(3), x(2), indexing="xy"),
        call(x(2), indexing="xy"),
        call(x(2), x(0), indexing="ij"),
    ],
    complex=True,
)
row(
    "cartesian_prod",
    lambda *a: np.array(list(itertools.product(*a))) if len(a) > 1 else a[0],
    lambda: [call(x(2), x(3)), call(x(2), x(2), x(2)), call(x(3))],
)
row(
    "combinations",
    lambda a, r=2, with_replacement=False: np.array(
        list((itertools.combinations_with_replacement if with_replacement else itertools.combinations)(a, r))
    ).reshape(-1, r),
    lambda: [call(x(4)), call(x(4), 3), call(x(3), with_replacement=True), call(x(2), 3)],
)
row("fliplr", np.fliplr, lambda: [call(x(2, 3)), call(x(2, 0))])
row("flipud", np.flipud, lambda: [call(x(2, 3)), call(x(3))])
row(
    "rot90",
    lambda a, k=1, dims=(0, 1): np.rot90(a, k, dims),
    lambda: (
        [call(x(2, 3), k) for k in range(-1, 4)] + [call(x(2, 3, 2), 1, (1, 2)), call(x(2, 3), 1, (1, 0))]
    ),
    integers="same",
)


def strided(a: Any, size: Any, stride: Any, offset: int = 0) -> Any:
    """as_strided of a contiguous array, element by element."""
    result = np.empty(size, a.dtype)
    for at in np.ndindex(*size):
        result[at] = a.reshape(-1)[offset + sum(i * s for i, s in zip(at, stride, strict=True))]
    return result


row(
    "as_strided",
    strided,
    lambda: [
        call(x(6), (2, 3), (1, 2)),
        call(x(2, 3), (3, 2), (1, 1), 1),
        call(x(4), (), ()),
        call(x(4), (3, 2), (0, 1)),
    ],
    function=lambda a, *rest: a.contiguous().clone().as_strided(*rest),
    torch=lambda a, *rest: a.contiguous().clone().as_strided(*rest),
    complex=True,
    integers="same",
)


def sliding(a: Any, dim: int, size: int, step: int) -> Any:
    """Windows along a dim, by NumPy."""
    windows = np.lib.stride_tricks.sliding_window_view(a, size, dim)
    at = (*(slice(None),) * (dim % a.ndim), slice(None, None, step))
    return windows[at]


row(
    "unfold_along",
    sliding,
    lambda: [call(x(5), 0, 3, 1), call(x(2, 6), 1, 2, 3), call(x(5, 2), 0, 2, 2), call(x(2, 5, 3), -2, 3, 2)],
    torch=lambda a, *rest: a.unfold(*rest),
    function=lambda a, *rest: a.unfold(*rest),
    complex=True,
    integers="same",
)


def replaced(region: Callable[..., Any]) -> Callable[..., Any]:
    """A copy of an array with a part of it replaced, by NumPy."""

    def scatter(a: Any, src: Any, *where: Any, **named: Any) -> Any:
        y = np.array(a)
        y[region(a, *where, **named)] = src
        return y

    return scatter


def selected(a: Any, dim: int, index: int) -> Any:
    return (*(slice(None),) * (dim % a.ndim), index)


def sliced(a: Any, dim: int = 0, start: Any = None, end: Any = None, step: int = 1) -> Any:
    return (*(slice(None),) * (dim % a.ndim), slice(start, end, step))


def on_diagonal(a: Any, offset: int = 0) -> Any:
    rows = np.arange(len(np.diagonal(a, offset)))
    return rows + max(-offset, 0), rows + max(offset, 0)


row(
    "select_scatter",
    replaced(selected),
    lambda: [call(x(2, 3), x(3), 0, 1), call(x(2, 3), x(2), 1, -1)],
)
row(
    "slice_scatter",
    replaced(sliced),
    lambda: [call(x(5), x(2), 0, 1, 3), call(x(2, 5), x(2, 3), dim=1, step=2), call(x(3), x(3))],
)
row("diagonal_scatter", replaced(on_diagonal), lambda: [call(x(3, 3), x(3)), call(x(3, 4), x(3), 1)])
row(
    "as_strided_scatter",
    replaced(
        lambda a, size, stride, offset=0: np.unravel_index(
            strided(np.arange(a.size), size, stride, offset), a.shape
        )
    ),
    lambda: [call(x(6), x(2), (2,), (2,)), call(x(2, 3), x(2), (2,), (1,), 1)],
    function=lambda a, *rest: public_scatter(a, *rest),
    torch=lambda a, *rest: torch_scatter(a, *rest),
)


def public_scatter(a: Any, *rest: Any) -> Any:
    import minitorch

    return minitorch.as_strided_scatter(a.contiguous(), *rest)


def torch_scatter(a: Any, src: Any, *rest: Any) -> Any:
    """By a view: the gradient of PyTorch's own as_strided_scatter lets through what was replaced."""
    y = a.contiguous().clone()
    y.as_strided(*rest).copy_(src)
    return y


COPIES: dict[str, tuple[Callable[..., Any], list[Any]]] = {
    "alias_copy": (lambda a: a, [(x(2, 3),)]),
    "as_strided_copy": (strided, [(x(6), (2, 3), (1, 2))]),
    "diagonal_copy": (np.diagonal, [(x(3, 3),), (x(3, 3), 1)]),
    "expand_copy": (np.broadcast_to, [(x(1, 3), (2, 3))]),
    "narrow_copy": (lambda a, dim, start, n: np.take(a, range(start, start + n), dim), [(x(2, 5), 1, 1, 3)]),
    "permute_copy": (np.transpose, [(x(2, 3), (1, 0))]),
    "select_copy": (lambda a, dim, i: np.take(a, i, dim), [(x(2, 3), 1, 0)]),
    "slice_copy": (lambda a, *r: a[sliced(a, *r)], [(x(5), 0, 1, 4, 2), (x(2, 5), 1, 1)]),
    "split_copy": (lambda a, n: cuts(a, len(a) // n), [(x(4), 2)]),
    "split_with_sizes_copy": (lambda a, s: np.split(a, np.cumsum(s)[:-1]), [(x(4), [1, 3])]),
    "squeeze_copy": (np.squeeze, [(x(1, 3),)]),
    "t_copy": (np.transpose, [(x(2, 3),)]),
    "transpose_copy": (np.swapaxes, [(x(2, 3, 4), 0, 2)]),
    "unbind_copy": (list, [(x(2, 3),)]),
    "unfold_copy": (sliding, [(x(5), 0, 3, 1)]),
    "unsqueeze_copy": (np.expand_dims, [(x(2), 1)]),
    "view_copy": (np.reshape, [(x(2, 3), (3, 2))]),
}
for name, (reference, samples) in COPIES.items():
    contiguous = name in ("as_strided_copy", "view_copy")
    row(
        name,
        reference,
        lambda samples=samples: [call(*sample) for sample in samples],
        function=(lambda a, *r, name=name: getattr(__import__("minitorch"), name)(a.contiguous(), *r))
        if contiguous
        else None,
        torch=(lambda a, *r, name=name: getattr(__import__("torch"), name)(a.contiguous(), *r))
        if contiguous
        else name,
    )


def reduced_into(a: Any, dim: int, index: Any, src: Any, reduce: str, include_self: bool = True) -> Any:
    """scatter_reduce, element by element."""
    met: dict[Any, list[Any]] = {}
    for at in np.ndindex(*index.shape):
        place = (*at[:dim], int(index[at]), *at[dim + 1 :])
        met.setdefault(place, [a[place]] if include_self else []).append(src[at])
    y = np.array(a)
    kinds = {"sum": np.sum, "prod": np.prod, "mean": np.mean, "amax": np.max, "amin": np.min}
    for place, values in met.items():
        y[place] = kinds[reduce](values)
    return y


INDEX = np.array([[0, 2, 0, 1], [2, 2, 1, 1]])
REDUCTIONS = ("sum", "prod", "mean", "amax", "amin")
row(
    "scatter_reduce",
    reduced_into,
    lambda: [
        *[call(x(3, 4), 0, INDEX, x(2, 4), reduce) for reduce in REDUCTIONS],
        *[call(x(3, 4), 0, INDEX, x(2, 4), reduce, include_self=False) for reduce in REDUCTIONS],
        call(x(2, 4), 1, ints(2, 5, high=4), x(2, 5), "amax"),
        call(np.array([1.0, 2.0]), 0, np.array([0, 0]), np.array([1.0, 1.0]), "amax", kink=True),
    ],
)
row(
    "index_reduce",
    lambda a, dim, index, src, reduce, include_self=True: reduced_into(
        a,
        dim,
        np.broadcast_to(index.reshape([-1 if i == dim else 1 for i in range(a.ndim)]), src.shape),
        src,
        reduce,
        include_self,
    ),
    lambda: [
        *[call(x(3, 2), 0, np.array([0, 0, 2, 0]), x(4, 2), reduce) for reduce in REDUCTIONS[1:]],
        call(x(2, 3), 1, np.array([1, 1]), x(2, 2), "mean", include_self=False),
    ],
)

row("diagflat", np.diagflat, lambda: [call(x(3)), call(x(2, 2), 1), call(x(2), -1)], integers="same")
row(
    "fill",
    lambda a, value: np.broadcast_to(np.asarray(value, a.dtype), a.shape),
    lambda: [call(x(2, 3), 2.5), call(x(2, 3), x()), call(x(), 1.0)],
)
row(
    "constant_pad_nd",
    lambda a, widths, value=0.0: np.pad(a, ((0, 0), tuple(widths)), constant_values=value),
    lambda: [call(x(2, 3), (1, 2)), call(x(2, 3), (0, 1), 1.5)],
)

row(
    "adjoint",
    lambda a: np.conj(np.swapaxes(a, -2, -1)),
    lambda: [call(x(2, 3)), call(x(2, 0, 3))],
    complex=True,
)


def summed_to(a: Any, *size: int) -> Any:
    """sum_to_size, one axis at a time."""
    while a.ndim > len(size):
        a = a.sum(0)
    for d, n in enumerate(size):
        a = a.sum(d, keepdims=True) if n == 1 else a
    return a


row(
    "sum_to_size",
    summed_to,
    lambda: [
        call(x(2, 3), 1, 3),
        call(x(4, 2, 3), 2, 1),
        call(x(2, 3), 2, 3),
        call(x(2, 3), 1),
        call(x(0, 3), 1, 3),
    ],
    complex=True,
)
