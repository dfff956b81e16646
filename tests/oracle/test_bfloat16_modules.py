"""Every row of the module table in bfloat16, and in autocast on the CPU, against PyTorch."""

import numpy as np
import pytest
from module_table import ROWS, outputs_of

import minitorch

torch = pytest.importorskip("torch")
pytest.importorskip("ml_dtypes")

from test_bfloat16_rows import ROUNDING, assert_same, run  # noqa: E402

pytestmark = [
    pytest.mark.oracle,
    pytest.mark.filterwarnings("ignore:enable_nested_tensor is True"),
    pytest.mark.filterwarnings("ignore:LSTM with projections is not supported"),
]

rows = pytest.mark.parametrize(
    "row",
    [row for row in ROWS if not row.random],
    ids=[f"{row.name}-{i}" for i, row in enumerate(row for row in ROWS if not row.random)],
)


def result(library, row, module, kind):
    """Outputs for inputs in this dtype."""
    inputs, _ = row.tensors(lambda a: library.tensor(np.asarray(a)))

    def cast(x):
        if isinstance(x, (list, tuple)):
            return type(x)(map(cast, x))
        return x.detach().to(kind) if isinstance(x, library.Tensor) and x.is_floating_point() else x

    return outputs_of(module(*map(cast, inputs)))


def pair(row):
    theirs = row.build(torch.nn, torch.tensor).float()
    ours = row.build(minitorch.nn, minitorch.tensor).float()
    ours.load_state_dict({k: minitorch.tensor(v.numpy()) for k, v in theirs.state_dict().items()})
    return ours, theirs


@rows
def test_modules_in_bfloat16(row):
    ours, theirs = pair(row)
    expected, refusal = run(lambda: result(torch, row, theirs.bfloat16(), torch.bfloat16))
    if refusal is None:
        assert_same(
            result(minitorch, row, ours.bfloat16(), minitorch.bfloat16), expected, row.name, 4 * ROUNDING
        )


@rows
def test_modules_in_autocast(row):
    ours, theirs = pair(row)
    if getattr(ours, "proj_size", 0):
        pytest.skip("PyTorch's LSTM with projections, of other kernels, leaves its cells in float32")
    with torch.autocast("cpu"):
        expected, refusal = run(lambda: result(torch, row, theirs, torch.float32))
    if refusal is not None:
        return
    with minitorch.autocast("cpu"):
        got = result(minitorch, row, ours, minitorch.float32)
    assert_same(got, expected, row.name, 4 * ROUNDING)
    chosen = [y for y in got if y.requires_grad]
    if chosen:
        sum((y.float() ** 2).sum() for y in chosen).backward()
    assert all(p.grad is None or p.grad.dtype is p.dtype for p in ours.parameters())
