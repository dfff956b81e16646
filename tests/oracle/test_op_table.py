"""Values, gradients, dtypes and errors of every row of the op table, against PyTorch."""

import operator
import re

import numpy as np
import pytest
from op_samples import Row, Sample, flat, is_float, tensors
from op_table import ROWS

import minitorch
from minitorch.errors import MinitorchError

torch = pytest.importorskip("torch")
pytestmark = [
    pytest.mark.oracle,
    pytest.mark.filterwarnings("ignore:.*degrees of freedom"),
    pytest.mark.filterwarnings("ignore:ComplexHalf"),
    pytest.mark.filterwarnings("ignore:index_reduce.. is in beta"),
    pytest.mark.filterwarnings("ignore:torch.chain_matmul is deprecated"),
    pytest.mark.filterwarnings("ignore:Using padding='same' with even"),
    pytest.mark.filterwarnings("ignore:Mismatch dtype between input and weight"),
    pytest.mark.filterwarnings("ignore:Casting complex values to real"),
]

ALL_DTYPES = [str(t).removeprefix("minitorch.") for t in minitorch.dtypes.ALL]
TOLERANCE = {"float16": 2e-2, "float32": 2e-4, "complex64": 2e-4}


def torch_function(row: Row):
    if callable(row.torch):
        return row.torch
    name = row.torch or row.name
    if "." in name:
        return operator.attrgetter(name)(torch)
    for room in (torch.nn.functional, torch, torch.special, torch.Tensor):
        if hasattr(room, name):
            return getattr(room, name)
    raise LookupError(f"PyTorch has no function {name!r}; give the row a `torch`")


def torch_tensors(sample: Sample, requires_grad=True):
    leaves = []

    def change(leaf):
        if isinstance(leaf, np.dtype):
            return getattr(torch, leaf.name)
        tensor = torch.tensor(leaf)
        if requires_grad and is_float(leaf):
            leaves.append(tensor.requires_grad_())
        return tensor

    return sample.map(change), leaves


def array_of(y):
    if y is None:
        return None
    return y.numpy(force=True)


def gradients(grad, outputs, leaves, from_array):
    rng = np.random.default_rng(5)
    chosen = [y for y in flat(outputs) if y.requires_grad]
    if not chosen:
        return [None] * len(leaves)
    starts = [from_array(np.asarray(rng.uniform(0.5, 1.5, y.shape), array_of(y).dtype)) for y in chosen]
    return grad(chosen, leaves, starts, allow_unused=True)


def assert_same(ours, theirs, what):
    ours, theirs = flat(ours), flat(theirs)
    assert len(ours) == len(theirs)
    for a, b in zip(map(array_of, ours), map(array_of, theirs), strict=True):
        if a is None or b is None:  # PyTorch says None where minitorch says zeros, and the reverse
            assert all(v is None or not v.any() for v in (a, b)), what
            continue
        assert a.dtype == b.dtype, f"{what}: minitorch gives {a.dtype}, PyTorch {b.dtype}"
        assert a.shape == b.shape, what
        tolerance = TOLERANCE.get(str(b.dtype), 1e-7)
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance, err_msg=what)


def compare(row: Row, sample: Sample, requires_grad=True, what=""):
    """One call in both libraries: results, and gradients; where PyTorch refuses, so must minitorch."""
    requires_grad = requires_grad and row.torch_differentiates
    theirs, their_leaves = torch_tensors(sample, requires_grad)
    ours, our_leaves = tensors(sample, requires_grad)
    what = f"{row.name}({sample!r}) {what}"
    try:
        expected = torch_function(row)(*theirs.args, **theirs.kwargs)
    except (RuntimeError, IndexError, ValueError) as error:
        if re.search(r"not implemented for|not supported|unsupported|must be|MKL", str(error)):
            return  # a limit of PyTorch's own kernels
        try:
            result = row(*ours.args, **ours.kwargs)
        except MinitorchError:
            return
        raise AssertionError(f"{what}: PyTorch refuses ({error}), minitorch gives {result}") from None
    if any(y.dtype is torch.complex32 for y in flat(expected)):
        return
    results = row(*ours.args, **ours.kwargs)
    assert_same(results, expected, what)
    if our_leaves:
        try:
            wanted = gradients(torch.autograd.grad, expected, their_leaves, torch.tensor)
        except RuntimeError as error:
            if re.search("is not implemented|is not supported", str(error)):
                return
            raise
        got = gradients(minitorch.autograd.grad, results, our_leaves, minitorch.tensor)
        assert_same(got, wanted, what + " gradient")


CASES = [
    pytest.param(row, sample, id=f"{row.name}({sample!r})")
    for row in ROWS.values()
    if not row.random
    for sample in row.samples
]
cases = pytest.mark.parametrize(("row", "sample"), CASES)
rows = pytest.mark.parametrize(
    "row", [row for row in ROWS.values() if not row.random], ids=lambda row: row.name
)


@cases
def test_values_and_gradients(row, sample):
    compare(row, sample)


@pytest.mark.parametrize("dtype", ["float32", "complex128", "complex64"])
@cases
def test_values_and_gradients_in_other_dtypes(row, sample, dtype):
    if dtype.startswith("complex") and (sample.real or not row.complex):
        pytest.skip("not for complex numbers")
    compare(row, sample.cast(dtype))


@rows
def test_result_dtypes(row):
    """Every dtype, and every pair of dtypes for the first two tensors of a call."""
    for sample in [s for s in row.samples if not s.kink][:2]:
        names = dtypes_for(row)
        count = len(sample.arrays)
        for first in names:
            for second in names if count > 1 else names[:1]:
                if row.name in ("bmm", "linalg.solve_triangular") and first != second:
                    continue  # PyTorch reads one dtype's bytes as the other's
                kinds = iter([first] + [second] * count)
                compare(row, as_dtypes(sample, kinds), False, f"{first}, {second}")


@rows
def test_result_dtypes_with_0d_tensors_and_numbers(row):
    for sample in row.samples:
        if len(sample.args) != 2 or sample.kwargs or sample.kink:
            continue
        shapes = [getattr(a, "shape", None) for a in sample.args]
        if (() not in shapes and None not in shapes) or not any(map(is_float, sample.args)):
            continue
        names = dtypes_for(row)
        for first in names:
            for second in names if len(sample.arrays) > 1 else names[:1]:
                compare(row, as_dtypes(sample, iter([first, second])), False, f"{first}, {second}")


def dtypes_for(row):
    """The dtypes in which a row is compared."""
    names = ALL_DTYPES[6:9] if row.only_floats else ALL_DTYPES
    return [name for name in names if row.half or name != "float16"]


def as_dtypes(sample, kinds):
    def change(leaf):
        if not is_float(leaf):
            return leaf
        kind = np.dtype(next(kinds))
        values = leaf if kind.kind in "fc" else np.round(np.abs(leaf) if kind.kind == "u" else leaf)
        return values.astype(kind)

    return sample.map(change)
