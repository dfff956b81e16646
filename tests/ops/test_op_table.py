"""What follows from each row of the op table; see `tests/op_table.py`."""

import inspect

import numpy as np
import pytest
from op_samples import LAYOUTS, Row, Sample, as_function, flat, is_float, relayout, rooms, tensors
from op_table import NOT_DIFFERENTIABLE, ROWS

import minitorch
from minitorch.autograd import gradcheck, gradgradcheck
from minitorch.errors import MinitorchError
from minitorch.op import Op
from minitorch.registry import get_backend
from minitorch.rooms import TOP_LEVEL, find

BACKENDS = [name for name in minitorch.available_backends() if get_backend(name).device_type == "cpu"]
PRECISION = {
    "float64": 1e-10,
    "float32": 1e-4,
    "float16": 2e-2,
    "complex64": 1e-4,
    "complex128": 1e-10,
}


def cases(**wanted):
    """All samples of the rows whose fields have these values."""
    chosen = [
        pytest.param(row, sample, id=f"{row.name}({sample!r})")
        for row in ROWS.values()
        for sample in row.samples
        if all(getattr(row, field) in values for field, values in wanted.items())
    ]
    return pytest.mark.parametrize(("row", "sample"), chosen)


def smooth(sample: Sample) -> None:
    if sample.kink:
        pytest.skip("no derivative here")


def random_like(y, seed=11):
    """A gradient to start a walk with."""
    values = np.random.default_rng(seed).uniform(0.5, 1.5, y.shape)
    return minitorch.tensor(values).to(y.dtype)


def gradients(row: Row, sample: Sample, layout=None, **options):
    """The gradients of a weighted sum of all results, as arrays (None for unused inputs)."""
    prepared, leaves = tensors(sample)
    outputs = [y for y in flat(row(*prepared.args, **prepared.kwargs)) if y.requires_grad]
    starts = [random_like(y) for y in outputs]
    if layout is not None:
        starts = [minitorch.from_numpy(LAYOUTS[layout](g.numpy())) for g in starts]
    if not outputs:
        return [None] * len(leaves)
    before = [g.numpy().copy() for g in starts]
    found = minitorch.autograd.grad(outputs, leaves, starts, allow_unused=True, **options)
    for start, old in zip(starts, before, strict=True):
        np.testing.assert_array_equal(start.numpy(), old, err_msg="backward changed the gradient it got")
    return [None if g is None else g.detach().numpy() for g in found]


def assert_near(actual, expected, dtype="float64"):
    tolerance = PRECISION[str(np.dtype(dtype))]
    assert len(actual) == len(expected)
    for a, b in zip(actual, expected, strict=True):
        assert (a is None) == (b is None)
        if a is not None:
            assert a.shape == np.shape(b)
            np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance)


def as_arrays(results):
    return [y.detach().numpy() for y in flat(results)]


def test_every_public_differentiable_function_has_a_row():
    functions = {
        name
        for room in rooms()
        for name, value in vars(room).items()
        if inspect.isfunction(value) and not name.startswith("_")
        if room is not minitorch.special or value.__name__ == name  # psi is digamma
    }
    functions |= {find(name).__name__ for name, room in TOP_LEVEL.items() if room.startswith("ops.")}
    functions |= {
        f"{room}.{name}"
        for room in ("linalg", "fft")
        for name, value in vars(getattr(minitorch, room)).items()
        if inspect.isfunction(value) and value.__module__.startswith(f"minitorch.{room}.")
    }
    assert functions - set(ROWS) - NOT_DIFFERENTIABLE == set(), "missing in tests/op_table.py"
    assert set(ROWS) & NOT_DIFFERENTIABLE == set()
    assert NOT_DIFFERENTIABLE - functions == set(), "listed as not differentiable, but not there"


@pytest.mark.parametrize("backend", BACKENDS)
@cases()
def test_values_agree_with_the_reference(row, sample, backend):
    original = sample.map(lambda leaf: leaf.copy() if isinstance(leaf, np.ndarray) else leaf)
    prepared, leaves = tensors(sample)
    with minitorch.use_backend(backend):
        results = row(*prepared.args, **prepared.kwargs)
        for y in flat(results):
            if y.requires_grad:
                y.backward(random_like(y), retain_graph=True)
    for used, kept in zip(sample.arrays, original.arrays, strict=True):
        np.testing.assert_array_equal(used, kept, err_msg="an input was changed")
    for y in flat(results):
        for x in leaves:
            shared = np.shares_memory(y.detach().numpy(), x.detach().numpy())
            assert not shared or y is x or y._view is not None, "the result is no view, but shares memory"
    if row.reference is not None:
        with np.errstate(all="ignore"):
            expected = row.reference(*sample.args, **sample.kwargs)
        dtype = "float64" if row.differences else min(r.dtype.name for r in flat(results))
        assert_near(as_arrays(results), [np.asarray(e) for e in flat(expected)], dtype)
    with minitorch.no_grad(), minitorch.use_backend(backend):
        unrecorded = row(*prepared.args, **prepared.kwargs)
    assert not any(y.requires_grad for y in flat(unrecorded) if all(y is not x for x in leaves))
    assert_near(as_arrays(unrecorded), as_arrays(results))


@pytest.mark.parametrize("backend", BACKENDS)
@cases(differences=(1, 2))
def test_first_derivatives(row, sample, backend):
    smooth(sample)
    function, leaves = as_function(row, sample)
    with minitorch.use_backend(backend):
        assert gradcheck(function, leaves, atol=1e-6, rtol=1e-5)


@cases(differences=(2,))
def test_second_derivatives(row, sample):
    smooth(sample)
    function, leaves = as_function(row, sample)
    assert gradgradcheck(function, leaves, atol=1e-5, rtol=1e-4)


@cases(complex=(True,), differences=(1, 2))
def test_complex_values_and_derivatives(row, sample):
    smooth(sample)
    if sample.real:
        pytest.skip("not for complex tensors")
    sample = sample.cast("complex128")
    function, leaves = as_function(row, sample)
    if row.reference is not None:
        prepared, _ = tensors(sample, requires_grad=False)
        expected = [np.asarray(e) for e in flat(row.reference(*sample.args, **sample.kwargs))]
        assert_near(as_arrays(row(*prepared.args, **prepared.kwargs)), expected)
    assert gradcheck(function, leaves, atol=1e-6, rtol=1e-5)
    if row.differences > 1:
        assert gradgradcheck(function, leaves, atol=1e-5, rtol=1e-4)


@cases()
def test_a_recorded_walk_gives_the_same_gradients(row, sample):
    ordinary = gradients(row, sample)
    assert_near(gradients(row, sample, create_graph=True), ordinary)
    assert_near(gradients(row, sample, retain_graph=True), ordinary)


@pytest.mark.parametrize("layout", LAYOUTS)
@cases()
def test_memory_layout_does_not_matter(row, sample, layout):
    prepared, _ = tensors(sample, requires_grad=False)
    moved, _ = tensors(relayout(sample, layout), requires_grad=False)
    expected = as_arrays(row(*prepared.args, **prepared.kwargs))
    assert_near(as_arrays(row(*moved.args, **moved.kwargs)), expected)
    assert_near(gradients(row, relayout(sample, layout), layout), gradients(row, sample))


@pytest.mark.parametrize("dtype", ["float32", "float16", "complex64"])
@cases()
def test_other_precisions(row, sample, dtype):
    if not row.half if dtype == "float16" else dtype == "complex64" and (sample.real or not row.complex):
        pytest.skip(f"not for {dtype}")
    wide = sample.cast("complex128" if dtype == "complex64" else "float64")
    narrow = sample.cast(dtype)
    prepared, _ = tensors(narrow, requires_grad=False)
    results = flat(row(*prepared.args, **prepared.kwargs))
    wide_prepared, _ = tensors(wide, requires_grad=False)
    expected = flat(row(*wide_prepared.args, **wide_prepared.kwargs))
    for y, e in zip(results, expected, strict=True):
        if str(e.dtype) == f"minitorch.{wide.arrays[0].dtype}" and not row.casts:
            assert y.dtype is minitorch.dtypes.as_dtype(dtype)
    assert_near(as_arrays(results), as_arrays(expected), dtype)
    wanted = gradients(row, wide)
    for options in ({}, {"create_graph": True}):
        found = gradients(row, narrow, **options)
        assert_near(found, wanted, dtype)
        assert {g.dtype for g in found if g is not None} <= {np.dtype(dtype)}


@cases(integers=("float", "same", "int64"))
def test_integers(row, sample):
    if sample.kink or sample.real or not sample.arrays:
        pytest.skip("no integers here")
    if any(isinstance(v, float) for v in flat([list(sample.args), list(sample.kwargs.values())])):
        pytest.skip("a fraction makes it a floating-point call")
    whole = sample.map(lambda leaf: np.round(leaf) + 2 if is_float(leaf) else leaf)
    counted = whole.map(lambda leaf: leaf.astype(np.int32) if is_float(leaf) else leaf)
    prepared, _ = tensors(counted)
    try:
        results = flat(row(*prepared.args, **prepared.kwargs))
    except MinitorchError as error:
        raise AssertionError("integers are refused") from error
    dtype = {"float": minitorch.float32, "same": minitorch.int32, "int64": minitorch.int64}[row.integers]
    assert results[0].dtype is dtype
    with np.errstate(all="ignore"):
        expected = [np.asarray(e) for e in flat(row.reference(*whole.args, **whole.kwargs))]
    assert_near(as_arrays(results), expected, "float32")


# Fused kernels ------------------------------------------------------------


def nodes(results):
    """All nodes behind some results."""
    waiting, seen = [y.grad_fn for y in flat(results) if y.grad_fn is not None], set()
    while waiting:
        node = waiting.pop()
        if node not in seen and isinstance(node, Op):
            seen.add(node)
            waiting += [edge for edge in node.edges if edge is not None]
    return seen


def op_classes(base=Op):
    for kind in base.__subclasses__():
        yield kind
        yield from op_classes(kind)


ELSEWHERE = {"minitorch.ops.recurrent"}  # tests/ops/test_recurrent.py: no functions of the table
FUSED = {
    kind
    for kind in op_classes()
    if kind.fused_backward is not None
    and kind.__module__.startswith("minitorch.")
    and kind.__module__ not in ELSEWHERE
}


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_fused_backward_agrees_with_the_formula(row, monkeypatch):
    for sample in row.samples:
        prepared, _ = tensors(sample)
        fused = {type(n) for n in nodes(row(*prepared.args, **prepared.kwargs))} & FUSED
        if not fused:
            continue
        for dtype in ("float64", "float32"):
            expected = gradients(row, sample.cast(dtype))
            with monkeypatch.context() as patch:
                for kind in fused:
                    patch.setattr(kind, "fused_backward", None)
                assert_near(expected, gradients(row, sample.cast(dtype)), dtype)


def test_every_fused_backward_is_met_by_a_sample():
    behind = {
        type(node)
        for row in ROWS.values()
        for sample in row.samples
        for node in nodes(row(*tensors(sample)[0].args, **tensors(sample)[0].kwargs))
    }
    assert FUSED - behind == set(), "no sample of the op table applies these"
