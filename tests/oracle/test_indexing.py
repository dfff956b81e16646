"""Indices of every kind, read and assigned, with their gradients, as in PyTorch."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import minitorch

pytestmark = pytest.mark.oracle
torch = pytest.importorskip("torch")


@st.composite
def shapes_and_indices(draw: Any) -> tuple[tuple[int, ...], list[Any]]:
    """A shape, and an index for it as a list of parts in neutral form."""
    shape = tuple(draw(st.lists(st.integers(1, 4), max_size=4)))
    parts: list[Any] = []
    dim = 0
    rows: int | None = None  # index tensors of one index broadcast to (rows,) or (2, rows)
    while dim < len(shape):
        n = shape[dim]
        kind = draw(st.sampled_from(["int", "slice", "none", "list", "mask", "tensor", "...", "stop", "0-d"]))
        if kind == "stop":
            break
        if kind == "...":
            if "..." in [p for p in parts if isinstance(p, str)]:
                continue
            parts.append("...")
            dim += draw(st.integers(0, len(shape) - dim))
        elif kind == "none":
            parts.append(None)
            if len(parts) > 6:
                break
        elif kind in ("int", "0-d"):
            i = draw(st.integers(-n, n - 1))
            parts.append(i if kind == "int" else ("0-d", i))
            dim += 1
        elif kind == "slice":
            bound = st.none() | st.integers(-n - 1, n + 1)
            parts.append(slice(draw(bound), draw(bound), draw(st.none() | st.integers(1, 3))))
            dim += 1
        elif kind == "mask":
            used = draw(st.integers(1, min(2, len(shape) - dim)))
            mask = draw(st.lists(st.booleans(), min_size=int(np.prod(shape[dim : dim + used])), max_size=99))
            mask = np.array(mask[: int(np.prod(shape[dim : dim + used]))]).reshape(shape[dim : dim + used])
            count = int(mask.sum())
            if rows is not None and count not in (1, rows):
                continue
            rows = rows if count == 1 and rows is not None else count
            parts.append(("mask", mask))
            dim += used
        else:
            rows = draw(st.integers(0, 3)) if rows is None else rows
            high = draw(st.booleans()) and kind == "tensor"
            size = (2, rows) if high else (draw(st.sampled_from([1, rows])),)
            values = draw(
                st.lists(st.integers(-n, n - 1), min_size=int(np.prod(size)), max_size=int(np.prod(size)))
            )
            if kind == "list":
                parts.append(values if values else ("tensor", np.zeros(size, np.int64)))
            else:
                parts.append(("tensor", np.array(values, np.int64).reshape(size)))
            dim += 1
    return shape, parts


def convert(lib: Any, parts: list[Any]) -> Any:
    """The index in one of the libraries."""
    items: list[Any] = []
    for part in parts:
        if isinstance(part, str):
            items.append(Ellipsis)
        elif isinstance(part, tuple):
            kind, value = part
            items.append(lib.tensor(value) if kind == "0-d" else lib.from_numpy(value))
        else:
            items.append(part)
    return items[0] if len(items) == 1 else tuple(items)


def data(shape: tuple[int, ...], scale: float = 1.0, shift: float = 0.0) -> np.ndarray:
    return np.asarray(np.random.default_rng(0).standard_normal(shape) * scale + shift)


@settings(max_examples=600, deadline=None)
@given(shapes_and_indices())
def test_reading(case: Any) -> None:
    shape, parts = case
    x, y = (lib.from_numpy(data(shape)).requires_grad_() for lib in (minitorch, torch))
    try:
        expected = y[convert(torch, parts)]
    except (IndexError, RuntimeError):
        with pytest.raises((IndexError, RuntimeError)):
            x[convert(minitorch, parts)]
        return
    got = x[convert(minitorch, parts)]
    assert tuple(got.shape) == tuple(expected.shape)
    np.testing.assert_array_equal(got.detach().numpy(), expected.detach().numpy())
    assert got._is_view() == expected._is_view() or not got.numel()
    w = data(tuple(got.shape), shift=2)
    (got * minitorch.from_numpy(w)).sum().backward()
    (expected * torch.from_numpy(w)).sum().backward()
    np.testing.assert_allclose(x.grad.numpy(), y.grad.numpy(), rtol=1e-12)


@settings(max_examples=600, deadline=None)
@given(shapes_and_indices(), st.sampled_from(["number", "tensor", "row", "leading ones"]))
def test_assigning(case: Any, value_kind: str) -> None:
    shape, parts = case
    leaves, bases, values, errors = [], [], [], []
    for lib in (minitorch, torch):
        leaf = lib.from_numpy(data(shape)).requires_grad_()
        base = leaf * 1
        index = convert(lib, parts)
        try:
            region = tuple(base[index].shape)
        except (IndexError, RuntimeError) as error:
            errors.append(error)
            continue
        size = {"number": None, "tensor": region, "row": region[-1:], "leading ones": (1, *region)}[
            value_kind
        ]
        value = 0.5 if size is None else lib.from_numpy(data(size, scale=3)).requires_grad_()
        if repeated(parts) and size is not None:
            value = 0.5  # which of several values wins is left open
        try:
            base[index] = value
        except (IndexError, RuntimeError) as error:
            errors.append(error)
            continue
        leaves.append(leaf), bases.append(base), values.append(value)
    if len(errors) == 1 and "out of range" in str(errors[0]) and bases and bases[0][index].numel() == 0:
        return  # PyTorch does not look at indices that select nothing
    assert len(errors) != 1 or not leaves, errors
    if errors:
        return
    np.testing.assert_array_equal(bases[0].detach().numpy(), bases[1].detach().numpy())
    for lib, base in zip((minitorch, torch), bases, strict=True):
        (base * lib.from_numpy(data(shape, shift=2))).sum().backward()
    np.testing.assert_allclose(leaves[0].grad.numpy(), leaves[1].grad.numpy(), rtol=1e-12)
    if not isinstance(values[0], float):
        np.testing.assert_allclose(values[0].grad.numpy(), values[1].grad.numpy(), rtol=1e-12)


def repeated(parts: list[Any]) -> bool:
    """Whether index tensors may name an element twice."""
    return any(isinstance(p, list) or (isinstance(p, tuple) and p[0] == "tensor") for p in parts)


@settings(max_examples=200, deadline=None)
@given(shapes_and_indices())
def test_second_derivatives(case: Any) -> None:
    shape, parts = case
    results = []
    for lib in (minitorch, torch):
        x = lib.from_numpy(data(shape)).requires_grad_()
        try:
            y = x[convert(lib, parts)]
        except (IndexError, RuntimeError):
            return
        (g,) = lib.autograd.grad((y**3).sum(), x, create_graph=True)
        (h,) = lib.autograd.grad((g * g).sum(), x)
        results.append(h.numpy())
    np.testing.assert_allclose(results[0], results[1], rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("accumulate", [False, True])
@pytest.mark.parametrize("method", ["index_put", "index_put_"])
def test_index_put(method: str, accumulate: bool) -> None:
    grads = []
    for lib in (minitorch, torch):
        x = lib.from_numpy(data((3, 4))).requires_grad_()
        v = lib.from_numpy(data((3,), shift=1)).requires_grad_()
        index = (lib.tensor([0, 2, 0]), lib.tensor([1, 1, 1 if accumulate else 3]))
        y = getattr(x * 2, method)(index, v, accumulate=accumulate)
        (y * y).sum().backward()
        grads.append((y.detach().numpy(), x.grad.numpy(), v.grad.numpy()))
    for ours, theirs in zip(*grads, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12)
