"""New tensors of random numbers. All of them take a `generator`; without one they draw from the default."""

from __future__ import annotations

import functools
import math
from typing import TYPE_CHECKING, Any

from minitorch import dtypes, random
from minitorch.backend import Array
from minitorch.creation import finish, shape_of
from minitorch.errors import ArgumentError, DtypeError
from minitorch.layout import creates
from minitorch.op import Op
from minitorch.ops.common import check_floating
from minitorch.ops.out import with_out
from minitorch.ops.shape import broadcast_shapes, expand
from minitorch.registry import backend_of, current_backend
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


@creates
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


@creates
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


@creates
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


@creates
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


class Drawn(Op):
    """Numbers drawn from a distribution: chance has no slope;   dx = 0 for each of its parameters."""

    def forward(self, *parameters: Any, values: Array) -> Array:
        """The numbers, drawn before."""
        self.shapes = [getattr(p, "shape", None) for p in parameters]
        return values

    def backward(self, g: Array) -> Any:
        """Zeros in the shapes of the parameters."""
        zero = g.reshape(-1)[:0].sum()
        zeros = tuple(None if shape is None else expand(zero, shape) for shape in self.shapes)
        return zeros if len(zeros) > 1 else zeros[0]


def shared_shape(*values: Any) -> tuple[int, ...]:
    """The shape that tensors broadcast to; numbers have none."""
    return broadcast_shapes(*[tuple(v.array.shape) for v in values if isinstance(v, Value)])


def check_chances(op_name: str, chances: Any) -> None:
    """Refuses what is no probability."""
    b = backend_of(chances) if hasattr(chances, "dtype") else current_backend()
    if b.checks_values and not b.all((b.asarray(chances) >= 0) & (b.asarray(chances) <= 1), axis=None):
        raise ArgumentError(f"{op_name}: probabilities must lie between 0 and 1")


@with_out
def normal(
    mean: Any = 0.0,
    std: Any = 1.0,
    size: Any = None,
    *,
    generator: Any = None,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    pin_memory: bool = False,
) -> Variable:
    """Normal random numbers; mean and standard deviation are numbers (with a size) or tensors.

    Args:
        mean: a number or a tensor.
        std: a number or a tensor, which broadcasts with `mean`.
        size: the shape, if both are numbers.
        generator: where numbers come from; without it, the default generator.
        dtype: of the numbers drawn; without it, that of the tensor given, or the default dtype.
        layout: `minitorch.strided`, the only one.
        device: where the tensor lies.
        requires_grad: whether the result gets gradients; those of `mean` and `std` are zero.
        pin_memory: for PyTorch's sake; False.

    Raises:
        ArgumentError: for negative standard deviations, or two numbers without a size.

    >>> import minitorch
    >>> mean = minitorch.tensor([-100.0, 100.0])
    >>> minitorch.normal(mean, 1.0).sign()
    tensor([-1.,  1.])
    """
    spread = std.array if isinstance(std, Value) else std
    given = [v for v in (mean, std) if isinstance(v, Value)]
    b = backend_of(given[0].array) if given else current_backend()
    if isinstance(std, Value) and spread.dtype.kind == "c":
        raise DtypeError("normal: the standard deviation must be real, got a complex tensor")
    if b.checks_values and not b.all(b.asarray(spread) >= 0, axis=None):
        raise ArgumentError(f"normal: standard deviations must not be negative, got {std}")
    if size is None and not given:
        raise ArgumentError("normal: give a size, or a tensor for mean or std")
    if size is not None and given:
        raise ArgumentError("normal: with a size, mean and std must be numbers")
    new: Any = functools.partial(
        randn, generator=generator, layout=layout, device=device, pin_memory=pin_memory
    )
    if not given:
        z = new(size, dtype=dtype)
        return finish(b.astype(z.array * std + mean, z.array.dtype), z.device, requires_grad)
    kind = dtypes.as_dtype(dtype or dtypes.of(given[0]))
    z = random.draw("normal", shared_shape(mean, std), dtype=kind, generator=generator, like=given[0].array)
    centre = mean.array if isinstance(mean, Value) else mean
    return Drawn.apply(mean, std, values=b.astype(z * spread + centre, kind.dtype))


@with_out
def bernoulli(input: Variable, p: float | None = None, *, generator: Any = None) -> Variable:
    """1 with the probability given by each element of `input` (or by `p`), else 0.

    Raises:
        ArgumentError: for what is no probability.

    >>> import minitorch
    >>> minitorch.bernoulli(minitorch.tensor([0.0, 1.0, 1.0]))
    tensor([0., 1., 1.])
    """
    chances = input.array if p is None else p
    check_chances("bernoulli", chances)
    draws = random.draw(
        "uniform", tuple(input.shape), dtype=dtypes.float64, generator=generator, like=input.array
    )
    return Drawn.apply(input, values=(draws < chances).astype(input.array.dtype))


def poisson(input: Variable, generator: Any = None) -> Variable:
    """A Poisson number for each rate in `input`: k with probability λᵏ·e^(−λ) / k!.

    Raises:
        ArgumentError: for negative rates.

    >>> import minitorch
    >>> x = minitorch.poisson(minitorch.full((10_000,), 4.0))
    >>> abs(x.mean().item() - 4) < 0.2, abs(x.var().item() - 4) < 0.4
    (True, True)
    """
    check_floating("poisson", input.array)
    rates = input.array
    b = backend_of(rates)
    if b.checks_values and not b.all((rates >= 0) & (rates < 2.0**62), axis=None):
        raise ArgumentError("poisson: rates must be finite and not negative")
    return Drawn.apply(
        input, values=random.draw("poisson", rates, dtype=input.dtype, generator=generator, like=rates)
    )


def binomial(count: Variable, prob: Variable, generator: Any = None) -> Variable:
    """How many of `count` trials succeed, each with probability `prob`, elementwise.

    Raises:
        ArgumentError: for negative counts, or what is no probability.

    >>> import minitorch
    >>> minitorch.binomial(minitorch.tensor([5.0, 5.0]), minitorch.tensor([0.0, 1.0]))
    tensor([0., 5.])
    """
    if count.dtype is not prob.dtype:
        raise DtypeError(f"binomial: count is {count.dtype} and prob {prob.dtype}; both must be the same")
    check_floating("binomial", prob.array)
    check_chances("binomial", prob.array)
    b = backend_of(count.array)
    if b.checks_values and not b.all(count.array >= 0, axis=None):
        raise ArgumentError("binomial: counts must not be negative")
    values = random.draw(
        "binomial", count.array, prob.array, dtype=prob.dtype, generator=generator, like=prob.array
    )
    return Drawn.apply(count, prob, values=values)


@with_out
def multinomial(
    input: Variable, num_samples: int, replacement: bool = False, *, generator: Any = None
) -> Variable:
    """Indices drawn with probabilities in proportion to the last dim of `input` (a vector or a matrix).

    With replacement each index is where a uniform number falls in the running sum of the weights w.  Without it, they
    are those that come first if each waits for an exponential time eᵢ/wᵢ.

    Args:
        input: the weights, which need not sum to 1.
        num_samples: how many indices are drawn, from each row of a matrix.
        replacement: whether an index may be drawn more than once.
        generator: where numbers come from; without it, the default generator.

    Raises:
        ArgumentError: for negative weights, or more samples without replacement than positive weights.
        DtypeError: for weights that are integers.

    Source: Efraimidis and Spirakis, Weighted random sampling with a reservoir, 2006.

    >>> import minitorch
    >>> minitorch.multinomial(minitorch.tensor([0.0, 3.0, 0.0]), 4, replacement=True)
    tensor([1, 1, 1, 1])
    """
    b = backend_of(input.array)
    if input.ndim not in (1, 2) or input.shape[-1] == 0:
        raise ArgumentError(
            f"multinomial: expected a vector or matrix of weights, got shape {tuple(input.shape)}"
        )
    if not input.dtype.is_floating_point:
        raise DtypeError(
            f"multinomial: weights must be floating-point numbers, got {input.dtype}; use x.float()"
        )
    if num_samples <= 0:
        raise ArgumentError(f"multinomial: num_samples must be positive, got {num_samples}")
    w = input.array.reshape(-1, input.shape[-1]).astype("float64")
    running = b.cumsum(w, axis=1)
    total = running[:, -1:]
    if b.checks_values and not b.all((w >= 0) & (total > 0) & (total < math.inf), axis=None):
        raise ArgumentError("multinomial: weights must be finite, not negative, and not all zero")
    if replacement:
        u = random.draw("uniform", (len(w), num_samples), dtype=dtypes.float64, generator=generator, like=w)
        last = w.shape[1] - 1 - b.argmax(b.flip(w > 0, 1), axis=1)  # rounding must not lead beyond it
        drawn = b.minimum(b.searchsorted(running, u * total, True), last.reshape(-1, 1))
    else:
        if b.checks_values and b.any(b.sum(w > 0, axis=1) < num_samples, axis=None):
            raise ArgumentError(
                f"multinomial: {num_samples} samples without replacement need as many positive weights"
            )
        u = random.draw("uniform", w.shape, dtype=dtypes.float64, generator=generator, like=w)
        with b.quiet():
            waits = b.where(w > 0, -b.log1p(-u) / w, math.inf)
        drawn = b.topk(waits, num_samples, 1, False)
    return wrap(drawn.astype("int64").reshape(*input.shape[:-1], num_samples))
