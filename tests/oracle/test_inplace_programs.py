"""Random programs of views and in-place changes give the same values and gradients as PyTorch."""

from __future__ import annotations

import contextlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import minitorch

pytestmark = pytest.mark.oracle
torch = pytest.importorskip("torch")

# What may be done to one value of a program; `n` and `m` are small numbers that choose the details.
VIEWS = {
    "first": lambda x, n, m: x[n % x.shape[0]],
    "slice": lambda x, n, m: x[n % 2 :],
    "step": lambda x, n, m: x[..., :: 1 + n % 2],
    "new dim": lambda x, n, m: x[..., None],
    "flat": lambda x, n, m: x.view(-1),
    "reshape": lambda x, n, m: x.reshape(-1),
    "unsqueeze": lambda x, n, m: x.unsqueeze(n % (x.ndim + 1)),
    "squeeze": lambda x, n, m: x.squeeze(),
    "transpose": lambda x, n, m: x.transpose(0, -1),
    "permute": lambda x, n, m: x.permute(tuple(reversed(range(x.ndim)))),
    "narrow": lambda x, n, m: x.narrow(0, 0, max(1, x.shape[0] - n % 2)),
    "select": lambda x, n, m: x.select(-1, n % x.shape[-1]),
    "detach": lambda x, n, m: x.detach(),
    "view_as": lambda x, n, m: x.view_as(x),
}
CHANGES = {
    "mul_": lambda x, y, n, m: x.mul_(n - 1.5),
    "add_": lambda x, y, n, m: x.add_(y),
    "sub_ alpha": lambda x, y, n, m: x.sub_(y, alpha=2),
    "mul_ by": lambda x, y, n, m: x.mul_(y),
    "div_": lambda x, y, n, m: x.div_(2.0),
    "zero_": lambda x, y, n, m: x.zero_(),
    "fill_": lambda x, y, n, m: x.fill_(n + 0.5),
    "copy_": lambda x, y, n, m: x.copy_(y),
    "tanh_": lambda x, y, n, m: x.tanh_(),
    "sin_": lambda x, y, n, m: x.sin_(),
    "exp_": lambda x, y, n, m: x.clamp_(-2, 2).exp_(),
    "neg_": lambda x, y, n, m: x.neg_(),
    "pow_": lambda x, y, n, m: x.pow_(2),
    "masked_fill_": lambda x, y, n, m: x.masked_fill_(x > 0, 0.25),
    "set row": lambda x, y, n, m: x.__setitem__(n % x.shape[0], y),
    "set slice": lambda x, y, n, m: x.__setitem__((..., slice(n % 2, None)), 0.75),
    "set mask": lambda x, y, n, m: x.__setitem__(x > 0.3, -0.5),
    "set list": lambda x, y, n, m: x.__setitem__([0, n % x.shape[0]], 1.5),
    "set from itself": lambda x, y, n, m: x.__setitem__(0, x[-1] * 2),
}
RESULTS = {
    "product": lambda x, y, n, m: x * y,
    "sum": lambda x, y, n, m: x + y,
    "sine": lambda x, y, n, m: x.sin(),
    "tanh": lambda x, y, n, m: x.tanh(),
    "clone": lambda x, y, n, m: x.clone(),
    "constant": lambda x, y, n, m: x.detach().clone(),
}
STEP = st.tuples(
    st.sampled_from([*VIEWS, *CHANGES, *CHANGES, *RESULTS]),
    st.integers(0, 11),
    st.integers(0, 11),
    st.integers(0, 3),
    st.booleans(),
)


class Run:
    """A program in one of the two libraries."""

    def __init__(self, lib: Any) -> None:
        self.lib = lib
        rng = np.random.default_rng(0)
        self.leaves = [
            lib.from_numpy(rng.standard_normal(shape)).requires_grad_() for shape in [(3, 4), (4,)]
        ]
        self.values = [x * 1 for x in self.leaves]
        self.values.append(lib.from_numpy(rng.standard_normal((3, 4))))

    def step(self, name: str, at: int, other: int, n: int, quiet: bool) -> Exception | None:
        x, y = self.values[at % len(self.values)], self.values[other % len(self.values)]
        try:
            if name in VIEWS:
                self.values.append(VIEWS[name](x, n, 0))
            elif name in RESULTS:
                self.values.append(RESULTS[name](x, y, n, 0))
            else:
                with self.lib.no_grad() if quiet and n == 0 else contextlib.nullcontext():
                    CHANGES[name](x, y, n, 0)
        except (RuntimeError, IndexError, ValueError, ZeroDivisionError) as error:
            return error
        return None

    def finish(self) -> Exception | None:
        """The gradients of a weighted sum of all values."""
        total = sum(
            ((v * v).sum() * (k + 1) for k, v in enumerate(self.values) if v.requires_grad),
            self.leaves[0].sum() + self.leaves[1].sum(),
        )
        try:
            total.backward()
        except RuntimeError as error:
            return error
        return None


@settings(max_examples=400, deadline=None)
@given(st.lists(STEP, max_size=9))
def test_programs_agree_with_pytorch(program: list[Any]) -> None:
    ours, theirs = Run(minitorch), Run(torch)
    for step in program:
        before = [v._version for v in ours.values]
        expected, got = theirs.step(*step), ours.step(*step)
        if got is not None:
            assert expected is not None, f"{step}: only minitorch refuses: {got}"
            assert [v._version for v in ours.values] == before, f"{step}: {got}: left something half-done"
        elif expected is not None:
            return  # more is possible here than in PyTorch, so there is nothing to compare
        for k, (x, y) in enumerate(zip(ours.values, theirs.values, strict=True)):
            np.testing.assert_allclose(
                x.detach().numpy(), y.detach().numpy(), rtol=1e-9, atol=1e-12, err_msg=f"{step}: value {k}"
            )
            assert x.requires_grad == y.requires_grad, f"{step}: value {k}"
            assert x._version == y._version, f"{step}: value {k}"
    expected, got = theirs.finish(), ours.finish()
    if got is not None:
        assert expected is not None, f"only minitorch refuses: {got}"
        return
    if expected is None:
        for x, y in zip(ours.leaves, theirs.leaves, strict=True):
            np.testing.assert_allclose(x.grad.numpy(), y.grad.numpy(), rtol=1e-7, atol=1e-9)
