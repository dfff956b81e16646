"""vmap of every function of the op table does the same as a loop over slices."""

from __future__ import annotations

import numpy as np
import pytest
from op_samples import flat, is_float
from op_table import ROWS

import minitorch
from minitorch.errors import VmapError
from minitorch.func.vectorize import vmap

SLICES = 3
DATA_DEPENDENT = {
    *("masked_select", "masked_scatter", "allclose", "equal", "nonzero", "argwhere", "unique"),
    "repeat_interleave",
}
PLACES_IN_MEMORY = {"as_strided", "as_strided_scatter", "as_strided_copy"}
CASES = [
    pytest.param(row, sample, id=f"{row.name}({sample!r})") for row in ROWS.values() for sample in row.samples
]


def variants(array):
    """The array and two rearrangements of it, which have the same range of values."""
    turned = array.reshape(-1)[::-1].reshape(array.shape)
    return np.stack([array, turned, array])


def collect(sample, wanted):
    """The arrays of a sample that are to have slices."""
    found = []
    sample.map(lambda leaf: found.append(leaf) if wanted(leaf) else None)
    return found


def as_function(row, sample, chosen):
    """The call as a function of the chosen arrays alone; the others are constants."""

    def function(*values):
        given = {id(a): v for a, v in zip(chosen, values, strict=True)}

        def change(leaf):
            if isinstance(leaf, np.dtype):
                return minitorch.dtypes.as_dtype(leaf)
            return given[id(leaf)] if id(leaf) in given else minitorch.from_numpy(leaf)

        call = sample.map(change)
        outputs = flat(row(*call.args, **call.kwargs))
        return tuple(y for y in outputs if isinstance(y, minitorch.Tensor))

    return function


def weigh(outputs):
    """One number, to which every element of the floating-point outputs contributes differently."""
    total = 0.0
    for y in outputs:
        if y.is_floating_point() or y.is_complex():
            weights = minitorch.linspace(0.5, 1.5, max(y.numel(), 1), dtype=minitorch.float64)[: y.numel()]
            total = total + ((y * y.conj()).real * weights.reshape(y.shape).to(minitorch.float64)).sum()
    return total


def near(ours, theirs):
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(
            a.detach().numpy(), b.detach().numpy(), rtol=1e-9, atol=1e-10, equal_nan=True
        )


def stacked(rows):
    return [minitorch.stack([r.detach() for r in column]) for column in zip(*rows, strict=True)]


@pytest.mark.parametrize(("row", "sample"), CASES)
def test_slices(row, sample):
    chosen = collect(sample, is_float)
    if not chosen or row.random:
        pytest.skip("nothing to batch, or random")
    function = as_function(row, sample, chosen)
    batch = [minitorch.from_numpy(variants(a)).requires_grad_() for a in chosen]
    if not function(*(x[0] for x in batch)):
        pytest.skip("no tensor comes out")
    try:
        results = vmap(function)(*batch)
    except VmapError:
        assert row.name in DATA_DEPENDENT | PLACES_IN_MEMORY
        return
    singles = [function(*(x[i] for x in batch)) for i in range(SLICES)]
    near(results, stacked(singles))

    total = sum((weigh([y[i] for y in results]) for i in range(SLICES)), minitorch.zeros(()))
    if not total.requires_grad:
        return
    found = minitorch.autograd.grad(total, batch, allow_unused=True, materialize_grads=True)
    expected = []
    for i in range(SLICES):
        xs = [x[i].detach().requires_grad_() for x in batch]
        expected.append(
            minitorch.autograd.grad(weigh(function(*xs)), xs, allow_unused=True, materialize_grads=True)
        )
    near(found, stacked(expected))

    def slope(*xs):
        return minitorch.autograd.grad(weigh(function(*xs)), xs, allow_unused=True, materialize_grads=True)

    near(vmap(slope)(*batch), stacked(expected))


@pytest.mark.parametrize(("row", "sample"), CASES)
def test_some_arguments_have_slices(row, sample):
    arrays = collect(sample, lambda leaf: isinstance(leaf, np.ndarray))
    if len(arrays) < 2 or row.random:
        pytest.skip("one argument only, or random")
    for only in range(len(arrays)):
        function = as_function(row, sample, arrays)
        values = [minitorch.from_numpy(a) for a in arrays]
        dims = [None] * len(arrays)
        values[only], dims[only] = minitorch.from_numpy(variants(arrays[only])), 0

        def pick(i, values=values, only=only):
            return [x[i] if k == only else x for k, x in enumerate(values)]

        try:
            singles = stacked([function(*pick(i)) for i in range(SLICES)])
        except (RuntimeError, ValueError, IndexError):
            continue  # rearranged, the integers mean nothing
        try:
            results = vmap(function, in_dims=tuple(dims))(*values)
        except VmapError:
            assert row.name in DATA_DEPENDENT | PLACES_IN_MEMORY or arrays[only].dtype.kind == "b", only
            continue
        near(results, singles)
