"""The op table: one row per public differentiable function, from which its tests are generated.

The rows stand in `op_rows_*.py` beside this file, one file for each room of `minitorch/ops`.

A row is one call:

    row("atan2", np.arctan2, pairs())
    row("cumsum", lambda a, dim: np.cumsum(a, dim), lambda: [call(x(2, 3), 0), call(x(2, 3), dim=-1)])

    name        the function, in `minitorch.ops` or `minitorch.nn.functional`
    reference   the same function for NumPy arrays, written independently; takes the sample's arguments
    samples     makes the calls: `elementwise()`, `pairs()`, `reductions()`, or a list of `call(...)`.
                In them `x(2, 3)` is a tensor to differentiate, `ints(4, high=3)` and `mask(2, 3)` are
                constants, `np.dtype("float32")` is a dtype, lists of tensors may stand anywhere.
                `kink=True` marks a call at a point without a derivative (a tie, |x| at 0): no finite
                differences there, but PyTorch's choice of a gradient is still compared.
    function    what to call instead, where the function itself cannot be called as it is
    torch       PyTorch's name for it (or a function of tensors), where it is another one
    complex     it takes complex tensors, too
    integers    what integer tensors give: "float" (the default dtype), "same", "int64", or None
    half        float16 is worth a comparison (False where it is too coarse)
    differences the highest order of derivatives that finite differences can check: 2, or less
    casts       its result has a dtype of its own, not that of its inputs
    torch_differentiates  PyTorch has its derivatives, too
    only_floats integers are refused, though PyTorch's kernels compute something
    random      it draws random numbers: it is called with the same seed every time

`tests/ops/test_op_table.py` and `tests/oracle/test_op_table.py` do the rest, and fail for a public function
without a row. What has no derivative by nature is listed in `NOT_DIFFERENTIABLE`.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from op_samples import ROWS

__all__ = ["NOT_DIFFERENTIABLE", "ROWS"]

for path in sorted(Path(__file__).parent.glob("op_rows_*.py")):
    import_module(path.stem)

NOT_DIFFERENTIABLE = {
    *("argsort", "argwhere", "nonzero", "one_hot"),
    *("all", "any", "argmax", "argmin", "isfinite", "isinf", "isnan"),
    *("allclose", "eq", "equal", "ge", "gt", "isclose", "le", "lt", "ne"),
    *("bitwise_and", "bitwise_left_shift", "bitwise_not", "bitwise_or", "bitwise_right_shift"),
    *("bitwise_xor", "logical_and", "logical_not", "logical_or", "logical_xor"),
    *("airy_ai", "gcd", "heaviside", "isin", "isneginf", "isposinf", "isreal", "lcm", "signbit"),
    "bfloat16",  # against PyTorch in tests/oracle/test_bfloat16_rows.py: NumPy has no such dtype
    *("bool_", "byte", "char", "int_", "long", "short", "detach"),
    *("broadcast_shapes", "nonzero_static", "unravel_index"),
    *("linalg.matrix_rank", "linalg.ldl_factor", "linalg.ldl_factor_ex"),
    *("fft.fftfreq", "fft.rfftfreq"),
    *("bincount", "bucketize", "count_nonzero", "histc", "histogram", "histogramdd", "searchsorted"),
    *("unique", "unique_consecutive"),
}
