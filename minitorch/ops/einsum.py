"""Sums of products by named dims: einsum and tensordot, made of permute, reshape and matmul."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from minitorch.autocasting import kernel
from minitorch.errors import ArgumentError, ShapeError
from minitorch.ops.common import wrap_dim
from minitorch.ops.diagonal import diagonal
from minitorch.ops.linalg import check_inner, matmul
from minitorch.ops.out import with_out
from minitorch.ops.shape import permute

if TYPE_CHECKING:
    from minitorch.variable import Variable

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
ELLIPSIS = -1
ELLIPSIS_FIRST = 1000  # dims under an ellipsis are named by numbers from here on
Names = list[int]


@kernel
def einsum(*args: Any) -> Variable:
    """Σ of products over named dims: those that the output does not name are summed over.

    Args:
        args: an equation such as `"ij,jk->ik"`, then the tensors, or a list of them; or each tensor followed
            by a list of numbers for its dims, and at last a list for the output. `...` stands for dims
            without names, which broadcast. Without `->` the output has the names that occur once, in
            alphabetical order. A name twice in one tensor means its diagonal.

    Raises:
        ArgumentError: for an equation that cannot be read.
        ShapeError: if tensors do not fit it, or sizes of one name differ.

    >>> import minitorch
    >>> x, y = minitorch.tensor([[1.0, 2.0]]), minitorch.tensor([[3.0, 4.0]])
    >>> minitorch.einsum("bi,bj->bij", x, y)
    tensor([[[3., 4.],
             [6., 8.]]])
    """
    inputs, output, operands = parse(args)
    named = [name_dims(i, names, x) for i, (names, x) in enumerate(zip(inputs, operands, strict=True))]
    if output is None:
        counts: dict[int, int] = {}
        for names in inputs:
            for name in names:
                counts[name] = counts.get(name, 0) + 1
        output = [ELLIPSIS] if any(ELLIPSIS in names for names in inputs) else []
        output += sorted(name for name, count in counts.items() if count == 1 and name != ELLIPSIS)
    widest = max(
        (x.ndim - len(names) + 1 for x, names in zip(operands, inputs, strict=True) if ELLIPSIS in names),
        default=0,
    )
    result = spell_out(output, widest)
    sizes = check_sizes(named, operands)
    terms = [reduce_operand(x, names, sizes) for x, names in zip(operands, named, strict=True)]
    x, names = terms[0]
    for k, (y, others) in enumerate(terms[1:], start=2):
        later = {*result, *(n for _, rest in terms[k:] for n in rest)}
        x, names = contract(x, names, y, others, later)
    summed = tuple(i for i, n in enumerate(names) if n not in result)
    x = x.sum(summed) if summed else x
    names = [n for n in names if n in result]
    for i, n in enumerate(result):  # dims whose size is 1 in every tensor
        if n not in names:
            x, names = x.unsqueeze(i), [*names[:i], n, *names[i:]]
    return permute(x, *(names.index(n) for n in result)) if names != result else x


def parse(args: tuple[Any, ...]) -> tuple[list[Names], Names | None, list[Any]]:
    """The names of the inputs' dims, those of the output, and the tensors, from either form of arguments."""
    if not args:
        raise ArgumentError("einsum: give an equation and tensors")
    if not isinstance(args[0], str):
        pairs = len(args) // 2
        inputs = [[ELLIPSIS if n is Ellipsis else int(n) for n in names] for names in args[1 : 2 * pairs : 2]]
        last = args[-1] if len(args) % 2 else None
        output = None if last is None else [ELLIPSIS if n is Ellipsis else int(n) for n in last]
        operands = list(args[: 2 * pairs : 2])
    else:
        operands = list(args[1]) if len(args) == 2 and isinstance(args[1], (list, tuple)) else list(args[1:])
        left, arrow, right = args[0].replace(" ", "").partition("->")
        inputs = [read_names(part, args[0]) for part in left.split(",")]
        output = read_names(right, args[0]) if arrow else None
        if len(inputs) != len(operands):
            raise ShapeError(
                f"einsum: the equation {args[0]!r} is about {len(inputs)} tensors, got {len(operands)}"
            )
    known = {n for names in inputs for n in names} | {ELLIPSIS}
    for n in output or ():
        shown = LETTERS[n] if isinstance(args[0], str) and n != ELLIPSIS else n
        if n not in known:
            raise ArgumentError(f"einsum: the output's {shown!r} does not occur in any input")
        if output is not None and output.count(n) > 1:
            raise ArgumentError(f"einsum: {shown!r} occurs twice in the output")
    return inputs, output, operands


def read_names(part: str, equation: str) -> Names:
    """Letters as numbers, in an order in which A comes before a, as in PyTorch."""
    names: Names = []
    rest = part.replace("...", ".", 1)
    for letter in rest:
        if letter == ".":
            names.append(ELLIPSIS)
        elif letter in LETTERS:
            names.append(LETTERS.index(letter))
        else:
            raise ArgumentError(
                f"einsum: {letter!r} in {equation!r} is not a name; dims are named by letters, "
                "tensors separated by "
                f"commas, the output follows '->', and '...' stands for the rest"
            )
    return names


def spell_out(names: Names, width: int) -> Names:
    """Names with a number for each of the last `width` dims under an ellipsis."""
    if ELLIPSIS not in names:
        return names
    at = names.index(ELLIPSIS)
    return [*names[:at], *(ELLIPSIS_FIRST - width + i for i in range(width)), *names[at + 1 :]]


def name_dims(i: int, names: Names, x: Any) -> Names:
    """The name of each dim of the i-th tensor."""
    count = len(names) - (ELLIPSIS in names)
    if count > x.ndim or (count < x.ndim and ELLIPSIS not in names):
        raise ShapeError(
            f"einsum: the equation names {count} dims for tensor {i}, which has {x.ndim} (shape "
            f"{tuple(x.shape)}); "
            f"'...' stands for dims without names"
        )
    return spell_out(names, x.ndim - count)


def check_sizes(named: list[Names], operands: list[Any]) -> dict[int, int]:
    """The size of each name, after checking that tensors agree on it; size 1 broadcasts."""
    sizes: dict[int, int] = {}
    for i, (names, x) in enumerate(zip(named, operands, strict=True)):
        for n, size in zip(names, x.shape, strict=True):
            known = sizes.get(n, 1)
            if (known != 1 and size not in (1, known)) or (
                names.count(n) > 1 and size != x.shape[names.index(n)]
            ):
                shown = repr(LETTERS[n]) if n < len(LETTERS) else "..."
                raise ShapeError(
                    f"einsum: the dim {shown} has size {size} in tensor {i} of shape "
                    f"{tuple(x.shape)}, and size "
                    f"{known if known != 1 else x.shape[names.index(n)]} elsewhere"
                )
            if known == 1:
                sizes[n] = size
    return sizes


def reduce_operand(x: Any, names: Names, sizes: dict[int, int]) -> tuple[Any, Names]:
    """A tensor with each name once, and without dims of size 1 that broadcast."""
    names = list(names)
    for n in sorted(set(names), key=names.index):
        while names.count(n) > 1:
            first = names.index(n)
            second = names.index(n, first + 1)
            x = diagonal(x, 0, first, second)
            names = [*names[:first], *names[first + 1 : second], *names[second + 1 :], n]
    kept = [i for i, n in enumerate(names) if x.shape[i] != 1 or sizes[n] == 1]
    if len(kept) < len(names):
        x = x.reshape(tuple(x.shape[i] for i in kept))
        names = [names[i] for i in kept]
    return x, names


def contract(x: Any, left: Names, y: Any, right: Names, later: set[int]) -> tuple[Any, Names]:
    """The product of two tensors, summed over the names that nothing needs later: one batched matmul.

    x (batch…, own…, summed…) @ y (batch…, summed…, own…) → (batch…, own of x…, own of y…)
    """
    x, left = sum_alone(x, left, {*right, *later})
    y, right = sum_alone(y, right, {*left, *later})
    shared = [n for n in left if n in right]
    batch, summed = [n for n in shared if n in later], [n for n in shared if n not in later]
    mine, yours = [n for n in left if n not in right], [n for n in right if n not in left]
    if not summed:
        x = arrange(x, left, [batch, mine]).reshape(*sizes_of(x, left, batch + mine), *(1,) * len(yours))
        y = arrange(y, right, [batch, yours]).reshape(
            *sizes_of(y, right, batch), *(1,) * len(mine), *sizes_of(y, right, yours)
        )
        return x * y, batch + mine + yours
    shape = [*sizes_of(x, left, batch + mine), *sizes_of(y, right, yours)]
    check_dtypes(x, y)
    product = matmul(grouped(x, left, [batch, mine, summed]), grouped(y, right, [batch, summed, yours]))
    return product.reshape(shape), batch + mine + yours


def check_dtypes(x: Any, y: Any) -> None:
    """Products do not mix dtypes."""
    if x.dtype is not y.dtype:
        check_inner("einsum", x.reshape(-1, 1), y.reshape(1, -1))


def sum_alone(x: Any, names: Names, needed: set[int]) -> tuple[Any, Names]:
    """Sums over the names that nothing else needs."""
    alone = tuple(i for i, n in enumerate(names) if n not in needed)
    return (x.sum(alone), [n for n in names if n in needed]) if alone else (x, names)


def sizes_of(x: Any, names: Names, wanted: Names) -> list[int]:
    """The sizes of some names."""
    return [x.shape[names.index(n)] for n in wanted]


def arrange(x: Any, names: Names, groups: list[Names]) -> Any:
    """The dims in the order of the groups."""
    order = [names.index(n) for group in groups for n in group]
    return permute(x, *order) if order != list(range(len(names))) else x


def grouped(x: Any, names: Names, groups: list[Names]) -> Any:
    """The dims in the order of the groups, each group joined into one dim."""
    shape = [math.prod(sizes_of(x, names, group)) for group in groups]
    return arrange(x, names, groups).reshape(shape[1:] if not groups[0] else shape)


@kernel
@with_out
def tensordot(a: Any, b: Any, dims: Any = 2) -> Variable:
    """Σ of products over pairs of dims.

    Args:
        a: the first tensor.
        b: the second tensor.
        dims: a number n, for the last n dims of `a` and the first n of `b`; or two lists of dims, in pairs.

    Raises:
        ShapeError: if the sizes of a pair differ.

    >>> import minitorch
    >>> minitorch.tensordot(minitorch.ones(2, 3), minitorch.ones(3, 4), dims=1).shape
    minitorch.Size([2, 4])
    """
    if hasattr(dims, "tolist"):
        dims = dims.tolist()
    if isinstance(dims, int):
        if not 0 <= dims <= min(a.ndim, b.ndim):
            raise ArgumentError(
                f"tensordot: dims is {dims}, but the tensors have {a.ndim} and {b.ndim} dimensions"
            )
        dims = (range(a.ndim - dims, a.ndim), range(dims))
    mine, yours = as_dims(dims[0], a.ndim), as_dims(dims[1], b.ndim)
    if len(mine) != len(yours):
        raise ArgumentError(
            f"tensordot: {len(mine)} dims of the first tensor against {len(yours)} of the second"
        )
    for i, j in zip(mine, yours, strict=True):
        if a.shape[i] != b.shape[j]:
            if a.shape[i] == 1:  # which stands for as many equal elements as it takes
                b = b.sum(j, keepdim=True, dtype=b.dtype)
            elif b.shape[j] == 1:
                a = a.sum(i, keepdim=True, dtype=a.dtype)
        if a.shape[i] != b.shape[j]:
            raise ShapeError(
                f"tensordot: dim {i} of shape {tuple(a.shape)} and dim {j} of shape "
                f"{tuple(b.shape)} are paired, but "
                f"their sizes {a.shape[i]} and {b.shape[j]} differ"
            )
    names = list(range(a.ndim))
    others = [mine[yours.index(j)] if j in yours else a.ndim + j for j in range(b.ndim)]
    output = [n for n in names if n not in mine] + [n for n in others if n not in mine]
    return contract(a, names, b, others, set(output))[0]


def as_dims(dims: int | Sequence[int], ndim: int) -> list[int]:
    """One dim or several, counted from the front."""
    return [wrap_dim("tensordot", d, ndim) for d in ([dims] if isinstance(dims, int) else dims)]
