"""In which way a result is wrong: in words for a student, with no number of the right one among them."""

from __future__ import annotations

from typing import Any

import numpy as np


def shape_problem(got: tuple[int, ...], wanted: tuple[int, ...]) -> str:
    """What is wrong with a shape, and the likely reason."""
    reason = ""
    if sorted(got) == sorted(wanted):
        reason = ": dims are in another order, as after a transpose"
    elif [n for n in got if n != 1] == [n for n in wanted if n != 1]:
        reason = ": only dims of size 1 differ. Is keepdims=True missing, or one too many?"
    elif len(got) > len(wanted) and len(got) - len(wanted) == sum(n not in wanted for n in got):
        reason = ": there is a dim too many. Is a sum over it missing?"
    elif len(got) < len(wanted):
        reason = ": there are too few dims. Is one summed that should be kept?"
    return f"the shape is {got} and should be {wanted}{reason}"


def value_problem(
    got: Any,
    wanted: Any,
    rtol: float,
    atol: float,
    inputs: tuple[Any, ...] = (),
    incoming: Any = None,
) -> str:
    """How an array differs from the right one of the same shape; empty if it does not.

    Args:
        got: what a program computed.
        wanted: what it should be.
        rtol: the relative tolerance.
        atol: the absolute tolerance.
        inputs: the arrays that it was computed from, to say where they have something in common.
        incoming: if it is a gradient, the one that the walk started with.
    """
    with np.errstate(all="ignore"):
        right = np.isclose(got, wanted, rtol=rtol, atol=atol, equal_nan=True)
        if right.all():
            return ""
        wrong = ~right
        count = f"wrong in {int(wrong.sum())} of {got.size} elements" if got.size > 1 else "wrong"
        if got.ndim:
            count += f", the first of them at [{', '.join(str(i) for i in np.argwhere(wrong)[0])}]"
        how = pattern(got, wanted, rtol, atol, inputs, incoming) or place(wrong, inputs)
    return f"{count}. {how}" if how else count


def pattern(got: Any, wanted: Any, rtol: float, atol: float, inputs: tuple[Any, ...], incoming: Any) -> str:
    """A usual mistake that explains all elements; empty if none does."""

    def same(x: Any, y: Any) -> bool:
        return np.shape(x) == np.shape(y) and bool(
            np.allclose(x, y, rtol=100 * rtol, atol=atol, equal_nan=True)
        )

    if np.isnan(got).any() and not np.isnan(wanted).any():
        return "There are NaN in it, which come from ∞ − ∞, 0 · ∞ or 0 / 0: did something overflow before?"
    if np.isinf(got).any() and np.isfinite(wanted).all():
        return "There are infinities in it: an overflow, or a division by zero?"
    if not got.any():
        return "It is 0 everywhere: was something forgotten, or overwritten?"
    if same(-got, wanted):
        return "The sign is wrong, and everything else is right."
    if incoming is not None and same(got, incoming):
        return "It is the incoming gradient g itself: multiply by the local derivative (the chain rule)."
    if incoming is not None and np.shape(incoming) == got.shape and same(got * incoming, wanted):
        return "Only the incoming gradient g is missing: multiply by it (the chain rule)."
    for name, turned in turns(got):
        if same(turned, wanted):
            return f"It would be right if it were {name}."
    factor = steady(got, wanted)
    if factor is not None and same(got / factor, wanted):
        known = known_factor(factor, inputs)
        if known or got.size > 1:
            return f"It is off by the same factor everywhere{known or '.'}"
    shift = got - wanted
    if got.size > 1 and np.isfinite(shift).all() and same(wanted + shift.mean(), got):
        return "The same number is added everywhere: is a constant wrong, or a bias?"
    if got.size > 1 and (got == got.flat[0]).all():
        return "All elements are the same: does it depend on the input at all?"
    return ""


def turns(x: Any) -> list[tuple[str, Any]]:
    """The array with its dims or elements in other orders."""
    found = [("transposed (its last two dims swapped)", x.swapaxes(-1, -2))] if x.ndim > 1 else []
    if x.ndim > 2:
        found.append(("transposed (its first two dims swapped)", x.swapaxes(0, 1)))
    found += [(f"reversed along dim {d}", np.flip(x, d)) for d in range(x.ndim)]
    return found + [
        (f"shifted by {s} along dim {d}", np.roll(x, s, d)) for d in range(x.ndim) for s in (1, -1)
    ]


def steady(got: Any, wanted: Any) -> float | None:
    """got ÷ wanted, if that is the same number everywhere."""
    if np.iscomplexobj(wanted) or not np.isfinite(wanted).all():
        return None
    large = np.abs(wanted) > 1e-3 * np.abs(wanted).max(initial=0)
    ratios = got[large] / wanted[large]
    if not ratios.size or not np.isfinite(ratios).all():
        return None
    middle = float(np.median(ratios))
    return middle if middle not in (0.0, 1.0) else None


def known_factor(factor: float, inputs: tuple[Any, ...]) -> str:
    """What a factor may come from, if it is one of the usual ones: others would tell what the right number is."""
    size = max(factor, 1 / factor)
    if factor > 1:
        name, why = "{} (too large)", "Is something summed instead of averaged, or counted twice?"
    else:
        name, why = "1/{} (too small)", "Is something averaged instead of summed, or left out?"
    for i, x in enumerate(inputs):
        for what, n in [
            *((f"size of dim {d}", n) for d, n in enumerate(x.shape)),
            ("number of elements", x.size),
        ]:
            if n > 1 and abs(size / n - 1) < 1e-3:
                return f", {name.format(n)}, the {what} of argument {i}. {why}"
            if n > 1 and abs(size / n**0.5 - 1) < 1e-3:
                return f", {name.format(f'√{n}')}, the root of the {what} of argument {i}."
    return f", {name.format(2)}. {why}" if abs(size / 2 - 1) < 1e-3 else ""


def place(wrong: Any, inputs: tuple[Any, ...]) -> str:
    """What the wrong elements have in common: a property of an input there, or a row."""
    for i, x in enumerate(inputs):
        if x.shape == wrong.shape and x.dtype.kind == "f" and not wrong.all():
            for name, holds in (("negative", x < 0), ("positive", x > 0), ("zero", x == 0)):
                if np.array_equal(holds, wrong):
                    return f"They are those where argument {i} is {name}."
            if wrong.sum() > 1:
                for name, holds in (("negative", x < 0), ("positive", x > 0)):
                    if not (wrong & ~holds).any():
                        return f"All of them are where argument {i} is {name}."
    for d in range(wrong.ndim):
        if wrong.shape[d] < 2 or wrong.all():
            continue
        others = tuple(k for k in range(wrong.ndim) if k != d)
        along = np.flatnonzero(wrong.any(axis=others))
        if along.size == 1:
            where = {0: "the first", wrong.shape[d] - 1: "the last"}.get(int(along[0]), f"number {along[0]}")
            return f"All of them are in one slice along dim {d}: {where}."
        if along.size == wrong.shape[d] - 1 and 0 not in along:
            return f"Along dim {d} only the first slice is right."
    if inputs and wrong.ndim == 2 and wrong.shape[0] == wrong.shape[1]:
        upper = np.triu(np.ones(wrong.shape, bool), 1)
        if np.array_equal(wrong, upper) or np.array_equal(wrong, upper.T):
            return f"They are those {'above' if wrong[0, 1] else 'below'} the diagonal."
    return ""
