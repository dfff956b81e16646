"""bfloat16 in every row of the op table, alone and mixed with other dtypes, against PyTorch."""

import numpy as np
import pytest
from op_samples import flat, is_float
from op_table import ROWS

import minitorch
from minitorch.errors import DtypeError

torch = pytest.importorskip("torch")
pytest.importorskip("ml_dtypes")

from test_op_table import torch_function  # noqa: E402

pytestmark = [
    pytest.mark.oracle,
    pytest.mark.filterwarnings("ignore:.*degrees of freedom"),
    pytest.mark.filterwarnings("ignore:index_reduce.. is in beta"),
    pytest.mark.filterwarnings("ignore:torch.chain_matmul is deprecated"),
    pytest.mark.filterwarnings("ignore:Using padding='same' with even"),
    pytest.mark.filterwarnings("ignore:Mismatch dtype between input and weight"),
    pytest.mark.filterwarnings("ignore:Casting complex values to real"),
]

ROUNDING = 2e-2  # two or three units in the last of eight bits
OTHERS = ("bool", "uint8", "int64", "float16", "float32", "float64", "complex64")


def tensors(library, sample, kinds, requires_grad=False):
    """The call with tensors of a library: the floating-point ones in these dtypes, one after the other."""
    leaves = []

    def change(leaf):
        if isinstance(leaf, np.dtype):
            return getattr(library, leaf.name)
        if not is_float(leaf):
            return library.tensor(leaf)
        name = next(kinds)
        kind = getattr(library, name)
        if not (kind.is_floating_point or kind.is_complex):
            leaf = np.round(np.abs(leaf))
        x = library.tensor(leaf).to(kind)
        leaves.append(x.requires_grad_() if requires_grad and x.is_floating_point() else x)
        return leaves[-1]

    return sample.map(change), leaves


def forever(*names):
    yield from names
    while True:
        yield names[-1]


def name_of(x):
    return str(x.dtype).split(".")[-1]


def values(x):
    x = x.detach()
    return (
        (x if x.is_complex() else x.double()).resolve_conj().numpy()
        if hasattr(x, "resolve_conj")
        else x.numpy()
    )


def assert_same(ours, theirs, what, tolerance=ROUNDING):
    ours, theirs = flat(ours), flat(theirs)
    assert len(ours) == len(theirs), what
    for a, b in zip(ours, theirs, strict=True):
        if a is None or b is None:
            assert all(v is None or not v.any() for v in (a, b)), what
            continue
        assert name_of(a) == name_of(b), f"{what}: minitorch gives {a.dtype}, PyTorch {b.dtype}"
        assert tuple(a.shape) == tuple(b.shape), what
        if tolerance is not None:
            np.testing.assert_allclose(values(a), values(b), rtol=tolerance, atol=tolerance, err_msg=what)


def run(call):
    """A result, or the error instead."""
    try:
        return call(), None
    except (RuntimeError, IndexError, ValueError, TypeError, NotImplementedError) as error:
        return None, error


def compare(row, sample, *names, requires_grad=False):
    what = f"{row.name}({sample!r}) {names}"
    theirs, their_leaves = tensors(torch, sample, forever(*names), requires_grad)
    ours, our_leaves = tensors(minitorch, sample, forever(*names), requires_grad)
    expected, refusal = run(lambda: torch_function(row)(*theirs.args, **theirs.kwargs))
    if refusal is not None:
        return  # kernels that PyTorch does not have
    if any(isinstance(y, torch.Tensor) and name_of(y) == "complex32" for y in flat(expected)):
        return
    results, refusal = run(lambda: row(*ours.args, **ours.kwargs))
    if isinstance(refusal, DtypeError) and row.name.startswith(("linalg.", "fft.")):
        return  # PyTorch computes with some empty matrices
    if refusal is not None:
        raise refusal
    assert_same(results, expected, what, ROUNDING if row.half else None)
    if requires_grad:
        chosen = [(a, b) for a, b in zip(flat(results), flat(expected), strict=True) if b.requires_grad]
        if chosen:
            wanted, refusal = run(
                lambda: torch.autograd.grad(
                    [b for _, b in chosen],
                    their_leaves,
                    [torch.ones_like(b) for _, b in chosen],
                    allow_unused=True,
                )
            )
            if refusal is None:
                got = minitorch.autograd.grad(
                    [a for a, _ in chosen],
                    our_leaves,
                    [minitorch.ones_like(a) for a, _ in chosen],
                    allow_unused=True,
                )
                assert_same(got, wanted, f"{what} gradient", 4 * ROUNDING)


def test_dlpack_both_ways():
    ours = minitorch.tensor([[1.5, -2.0], [3.0, 4.0]], dtype=minitorch.bfloat16)
    theirs = torch.from_dlpack(ours.T)
    assert theirs.dtype is torch.bfloat16
    theirs[0, 1] = 7.0
    assert ours.tolist() == [[1.5, -2.0], [7.0, 4.0]]
    back = minitorch.from_dlpack(theirs)
    back[0, 0] = 0.0
    assert back.dtype is minitorch.bfloat16
    assert theirs.tolist() == [[0.0, 7.0], [-2.0, 4.0]]
    assert ours.tolist() == [[0.0, -2.0], [7.0, 4.0]]


rows = pytest.mark.parametrize(
    "row", [row for row in ROWS.values() if not row.random], ids=lambda row: row.name
)


@rows
def test_values_and_gradients(row):
    for sample in [s for s in row.samples if not s.kink][:4]:
        compare(row, sample, "bfloat16", requires_grad=row.half)


@rows
def test_result_dtypes_of_mixtures(row):
    if row.only_floats or row.name in ("bmm", "linalg.solve_triangular"):
        pytest.skip("for floating-point numbers of one dtype")
    for sample in [s for s in row.samples if not s.kink][:2]:
        if len(sample.arrays) > 1:
            for other in OTHERS:
                compare(row, sample, "bfloat16", other)
                compare(row, sample, other, "bfloat16")
