"""New tensors of random numbers. All of them take a `generator`; without one they draw from the default."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from minitorch import dtypes, random
from minitorch.creation import finish, shape_of
from minitorch.errors import ArgumentError, DtypeError
from minitorch.ops.out import with_out
from minitorch.registry import current_backend
from minitorch.value import Value, wrap

if TYPE_CHECKING:
    from minitorch.variable import Variable


def floating(op_name: str, dtype: Any) -> Any:
    """The dtype of a random tensor.

    Raises:
        DtypeError: for integer dtypes.
    """
    kind = dtypes.get_default_dtype() if dtype is None else dtypes.as_dtype(dtype)
    if not (kind.is_floating_point or kind.is_complex):
        raise DtypeError(f"{op_name}: needs a floating-point dtype, got {kind}; use randint for integers")
    return kind


def rand(
    *sizes: Any,
    size: Any = None,
    generator: Any = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Variable:
    """Random numbers, uniform on [0, 1).

    Raises:
        DtypeError: for an integer dtype.

    >>> import minitorch
    >>> x = minitorch.rand(1000)
    >>> bool((x >= 0).all() and (x < 1).all())
    True
    """
    array = random.draw(
        "uniform", shape_of("rand", sizes, size), dtype=floating("rand", dtype), generator=generator
    )
    return finish(array, device, requires_grad)


@with_out
def randn(
    *sizes: Any,
    size: Any = None,
    generator: Any = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Variable:
    """Random numbers, normal with mean 0 and variance 1.

    Raises:
        DtypeError: for an integer dtype.

    >>> import minitorch
    >>> _ = minitorch.manual_seed(0)
    >>> x = minitorch.randn(10_000)
    >>> abs(x.mean().item()) < 0.1, abs(x.std().item() - 1) < 0.1
    (True, True)
    """
    array = random.draw(
        "normal",
        shape_of("randn", sizes, size),
        dtype=floating("randn", dtype),
        generator=generator,
    )
    return finish(array, device, requires_grad)


def randint(
    low: Any = 0,
    high: Any = None,
    size: Any = None,
    *,
    generator: Any = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Variable:
    """Random integers from `low` to `high − 1`; `randint(high, size)` starts at 0.

    Args:
        low: the smallest of them.
        high: one more than the largest.
        size: the shape.
        generator: where numbers come from; without it, the default generator.
        dtype: int64 unless given.
        device: where the tensor lies.
        requires_grad: whether the result, of a floating-point dtype, gets gradients.

    Raises:
        ArgumentError: unless low < high.

    >>> import minitorch
    >>> x = minitorch.randint(3, 6, (100,))
    >>> bool((x >= 3).all() and (x < 6).all())
    True
    """
    if size is None:  # randint(high, size), whose arguments came one place too early
        low, high, size = 0, low, high
    if size is None or high is None or not low < high:
        raise ArgumentError(
            f"randint: expected low < high and a size, got low={low}, high={high}, size={size}"
        )
    shape = shape_of("randint", (size,))
    array = random.draw("integers", low, high, shape, dtype=dtype or dtypes.int64, generator=generator)
    return finish(array, device, requires_grad)


def randperm(
    n: int,
    *,
    generator: Any = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Variable:
    """The integers 0, …, n − 1 in random order.

    Raises:
        ArgumentError: if `n` is negative.

    >>> import minitorch
    >>> minitorch.randperm(5).sort().values  # each of them once
    tensor([0, 1, 2, 3, 4])
    """
    if n < 0:
        raise ArgumentError(f"randperm: n must not be negative, got {n}")
    array = random.draw("permutation", n, dtype=dtype or dtypes.int64, generator=generator)
    return finish(array, device, requires_grad)


@with_out
def normal(
    mean: Any, std: Any = 1.0, size: Any = None, *, generator: Any = None, dtype: Any = None
) -> Variable:
    """Normal random numbers; mean and standard deviation are numbers (with a size) or tensors.

    Args:
        mean: a number or a tensor.
        std: a number or a tensor.
        size: the shape, if both are numbers.
        generator: where numbers come from; without it, the default generator.
        dtype: of the numbers drawn; without it, that of the tensor given, or the default dtype.

    Raises:
        ArgumentError: for negative standard deviations, or two numbers without a size.

    >>> import minitorch
    >>> mean = minitorch.tensor([-100.0, 100.0])
    >>> minitorch.normal(mean, 1.0).sign()
    tensor([-1.,  1.])
    """
    spread = std.array if isinstance(std, Value) else std
    if not current_backend().all(current_backend().asarray(spread) >= 0, axis=None):
        raise ArgumentError(f"normal: standard deviations must not be negative, got {std}")
    if size is None:
        like = mean if isinstance(mean, Value) else std
        if not isinstance(like, Value):
            raise ArgumentError("normal: give a size, or a tensor for mean or std")
        size, dtype = like.array.shape, dtype or dtypes.as_dtype(like.array.dtype)
        if isinstance(mean, Value) and isinstance(std, Value):
            from minitorch.ops.shape import broadcast_shapes

            size = broadcast_shapes(mean.array.shape, std.array.shape)
    return randn(*size, generator=generator, dtype=dtype) * std + mean


@with_out
def bernoulli(input: Variable, p: float | None = None, *, generator: Any = None) -> Variable:
    """1 with the probability given by each element of `input` (or by `p`), else 0.

    Raises:
        ArgumentError: for what is no probability.

    >>> import minitorch
    >>> minitorch.bernoulli(minitorch.tensor([0.0, 1.0, 1.0]))
    tensor([0., 1., 1.])
    """
    chances = input.array if p is None else current_backend().asarray(p)
    if not current_backend().all((chances >= 0) & (chances <= 1), axis=None):
        raise ArgumentError("bernoulli: probabilities must lie between 0 and 1")
    draws = random.draw("uniform", tuple(input.shape), dtype=dtypes.float64, generator=generator)
    return wrap((draws < chances).astype(input.array.dtype))


@with_out
def multinomial(
    input: Variable, num_samples: int, replacement: bool = False, *, generator: Any = None
) -> Variable:
    """Indices drawn with probabilities in proportion to the last dim of `input` (a vector or a matrix).

    Args:
        input: the weights, which need not sum to 1.
        num_samples: how many indices are drawn, from each row of a matrix.
        replacement: whether an index may be drawn more than once.
        generator: where numbers come from; without it, the default generator.

    Raises:
        ArgumentError: for negative weights, or more samples without replacement than positive weights.

    >>> import minitorch
    >>> minitorch.multinomial(minitorch.tensor([0.0, 3.0, 0.0]), 4, replacement=True)
    tensor([1, 1, 1, 1])
    """
    if input.ndim not in (1, 2) or input.shape[-1] == 0:
        raise ArgumentError(
            f"multinomial: expected a vector or matrix of weights, got shape {tuple(input.shape)}"
        )
    source = random.source(generator)
    rows = input.array.reshape(-1, input.shape[-1])
    for row in rows:
        if not (row >= 0).all() or not 0 < row.sum() < math.inf:
            raise ArgumentError("multinomial: weights must be finite, not negative, and not all zero")
        if not replacement and num_samples > int((row > 0).sum()):
            raise ArgumentError(
                f"multinomial: {num_samples} samples without replacement need as many positive weights"
            )
    drawn = [source.choice(row, num_samples, replacement) for row in rows]
    result = current_backend().asarray(drawn, dtypes.int64.dtype)
    return wrap(result.reshape(*input.shape[:-1], num_samples))
