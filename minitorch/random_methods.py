"""Methods that fill a tensor with random numbers, in place: `uniform_`, `normal_`, `bernoulli_` and so on."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from minitorch import dtypes, inplace, random, sampling
from minitorch.errors import ArgumentError, DtypeError
from minitorch.registry import backend_of
from minitorch.value import Value, wrap

if TYPE_CHECKING:
    from minitorch.variable import Variable


def fill(op_name: str, x: Any, values: Any) -> Variable:
    """Stores random numbers in `x`; its gradient is zero from then on."""
    return inplace.overwrite(op_name, x, wrap(backend_of(x.array).astype(values, x.array.dtype)))


def uniform(x: Any, generator: Any) -> Any:
    """Numbers from [0, 1) in the shape of `x`, exact enough to be transformed."""
    return random.draw("uniform", tuple(x.shape), dtype=dtypes.float64, generator=generator, like=x.array)


def check_floating(op_name: str, x: Any) -> None:
    """Refuses integers, which cannot hold such numbers."""
    if x.dtype.category < dtypes.FLOATING:
        raise DtypeError(
            f"{op_name}: needs a floating-point tensor, got {x.dtype}; use random_() for integers"
        )


class RandomMethods:
    """New random elements, stored in the tensor itself, which is returned."""

    bernoulli, multinomial = sampling.bernoulli, sampling.multinomial

    def uniform_(self, from_: float = 0.0, to: float = 1.0, *, generator: Any = None) -> Variable:
        """Uniform on [from, to).

        >>> import minitorch
        >>> x = minitorch.empty(100).uniform_(-1, 1)
        >>> bool(((x >= -1) & (x < 1)).all())
        True
        """
        check_floating("uniform_", self)
        if not from_ <= to:
            raise ArgumentError(f"uniform_: expected from ≤ to, got {from_} and {to}")
        kind = self.dtype  # type: ignore[attr-defined]
        u = random.draw("uniform", tuple(self.shape), dtype=kind, generator=generator, like=self.array)  # type: ignore[attr-defined]
        return fill("uniform_", self, u * (to - from_) + from_)

    def normal_(self, mean: float = 0.0, std: float = 1.0, *, generator: Any = None) -> Variable:
        """Normal with this mean and standard deviation."""
        check_floating("normal_", self)
        if not std >= 0:
            raise ArgumentError(f"normal_: std must not be negative, got {std}")
        kind = self.dtype  # type: ignore[attr-defined]
        z = random.draw("normal", tuple(self.shape), dtype=kind, generator=generator, like=self.array)  # type: ignore[attr-defined]
        return fill("normal_", self, z * std + mean)

    def log_normal_(self, mean: float = 1.0, std: float = 2.0, *, generator: Any = None) -> Variable:
        """exp of a normal number with this mean and standard deviation."""
        check_floating("log_normal_", self)
        if not std > 0:
            raise ArgumentError(f"log_normal_: std must be positive, got {std}")
        like = self.array  # type: ignore[attr-defined]
        z = random.draw("normal", tuple(like.shape), dtype=dtypes.float64, generator=generator, like=like)
        return fill("log_normal_", self, backend_of(z).exp(z * std + mean))

    def exponential_(self, lambd: float = 1.0, *, generator: Any = None) -> Variable:
        """Density λ·exp(−λx) for x > 0."""
        check_floating("exponential_", self)
        if not lambd > 0:
            raise ArgumentError(f"exponential_: lambd must be positive, got {lambd}")
        u = uniform(self, generator)
        return fill("exponential_", self, -backend_of(u).log1p(-u) / lambd)

    def cauchy_(self, median: float = 0.0, sigma: float = 1.0, *, generator: Any = None) -> Variable:
        """Density σ / (π·((x − median)² + σ²))."""
        check_floating("cauchy_", self)
        if not sigma > 0:
            raise ArgumentError(f"cauchy_: sigma must be positive, got {sigma}")
        u = uniform(self, generator)
        return fill("cauchy_", self, median + sigma * backend_of(u).tan(math.pi * (u - 0.5)))

    def geometric_(self, p: float, *, generator: Any = None) -> Variable:
        """The number of trials up to the first success, each of probability p: (1 − p)^(k − 1)·p for k ≥ 1."""
        if not 0 < p < 1:
            raise ArgumentError(f"geometric_: p must lie between 0 and 1, got {p}")
        u = uniform(self, generator)
        trials = backend_of(u).ceil(backend_of(u).log1p(-u) / math.log1p(-p))
        return fill("geometric_", self, backend_of(u).maximum(trials, 1.0))

    def bernoulli_(self, p: Any = 0.5, *, generator: Any = None) -> Variable:
        """1 with probability p, which is a number or a tensor that broadcasts, else 0."""
        chances = p.array if isinstance(p, Value) else p
        sampling.check_chances("bernoulli_", chances)
        return fill("bernoulli_", self, uniform(self, generator) < chances)

    def random_(self, from_: int = 0, to: int | None = None, *, generator: Any = None) -> Variable:
        """Integers from `from` to `to − 1`; `random_(to)` starts at 0.

        Without bounds, all non-negative integers that the dtype represents exactly.
        """
        kind = self.dtype  # type: ignore[attr-defined]
        if to is None and from_ != 0:
            from_, to = 0, from_
        if to is None:
            to = exact_integers(kind)
        if not from_ < to:
            raise ArgumentError(f"random_: expected from < to, got {from_} and {to}")
        shape = tuple(self.shape)  # type: ignore[attr-defined]
        values = random.draw(
            "integers",
            from_,
            to,
            shape,
            dtype=dtypes.int64,
            generator=generator,
            like=self.array,  # type: ignore[attr-defined]
        )
        return fill("random_", self, values)


def exact_integers(dtype: dtypes.dtype) -> int:
    """How many integers from 0 on a dtype represents exactly, at most 2⁶³ − 1."""
    if dtype.category == dtypes.INTEGER:
        return min(dtypes.iinfo(dtype).max + 1, 2**63 - 1)
    return {"bool": 2, "float16": 2**11 + 1, "bfloat16": 2**8 + 1, "float32": 2**24 + 1}.get(
        dtype.name, 2**53 + 1
    )
