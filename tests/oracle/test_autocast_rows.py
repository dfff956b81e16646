"""Every row of the op table in autocast on the CPU: dtypes and values of results and gradients, against PyTorch."""

import pytest
from op_samples import flat
from op_table import ROWS

import minitorch
from minitorch.errors import DtypeError

torch = pytest.importorskip("torch")
pytest.importorskip("ml_dtypes")

from test_bfloat16_rows import ROUNDING, assert_same, forever, pytestmark, run, tensors  # noqa: E402
from test_op_table import torch_function  # noqa: E402

__all__ = ["pytestmark"]

DIFFERENT = {
    "linalg.pinv": "one op here, products of a decomposition in PyTorch",
    "max_pool3d_with_indices": "max_pool3d here",
    "complex": "no complex numbers of two halves",
    "imag": "no complex numbers of two halves",
    "view_as_real": "no complex numbers of two halves",
}
rows = pytest.mark.parametrize(
    "row",
    [row for row in ROWS.values() if not row.random and row.name not in DIFFERENT],
    ids=lambda row: row.name,
)


def compare(row, sample, lower, *names):
    what = f"{row.name}({sample!r}) {names} in {lower}"
    theirs, their_leaves = tensors(torch, sample, forever(*names), True)
    ours, our_leaves = tensors(minitorch, sample, forever(*names), True)
    with torch.autocast("cpu", dtype=getattr(torch, lower)):
        expected, refusal = run(lambda: torch_function(row)(*theirs.args, **theirs.kwargs))
    if refusal is not None:
        return
    with minitorch.autocast("cpu", dtype=getattr(minitorch, lower)):
        results, refusal = run(lambda: row(*ours.args, **ours.kwargs))
    if isinstance(refusal, DtypeError) and row.name.startswith(("linalg.", "fft.")):
        return  # PyTorch computes with some empty matrices
    if refusal is not None:
        raise refusal
    assert_same(results, expected, what, ROUNDING if row.half else None)
    chosen = [(a, b) for a, b in zip(flat(results), flat(expected), strict=True) if b.requires_grad]
    if not chosen or not row.half:
        return
    wanted, refusal = run(
        lambda: torch.autograd.grad(
            [b for _, b in chosen], their_leaves, [torch.ones_like(b) for _, b in chosen], allow_unused=True
        )
    )
    if refusal is None:
        got = minitorch.autograd.grad(
            [a for a, _ in chosen], our_leaves, [minitorch.ones_like(a) for a, _ in chosen], allow_unused=True
        )
        assert_same(got, wanted, f"{what} gradient", 4 * ROUNDING)


@rows
@pytest.mark.parametrize("lower", ["bfloat16", "float16"])
def test_rows(row, lower):
    for sample in [s for s in row.samples if not s.kink][:3]:
        compare(row, sample, lower, "float32")
        compare(row, sample, lower, lower)
        compare(row, sample, lower, lower, "float32")
        compare(row, sample, lower, "float32", lower)
