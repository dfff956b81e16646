"""Half precision stays half precision: what CuPy's own tables of types say, which takes no GPU."""

import numpy as np
import pytest

cp = pytest.importorskip("cupy", reason="CuPy is not installed")
ml_dtypes = pytest.importorskip("ml_dtypes")

from cupy._core import _routines_logic, _routines_math, _routines_statistics  # noqa: E402
from cupy._sorting import search  # noqa: E402

from minitorch_cupy import bits  # noqa: E402
from minitorch_cupy.backend import CupyBackend  # noqa: E402
from minitorch_numpy.namespace import OTHERS, SAME  # noqa: E402

BFLOAT16 = np.dtype(ml_dtypes.bfloat16)
HALVES = [np.dtype("float16"), BFLOAT16]
INTEGERS_ONLY = {
    "bitwise_and", "bitwise_not", "bitwise_or", "bitwise_xor", "gcd", "lcm", "left_shift", "right_shift",
}  # fmt: skip
REDUCTIONS = {
    "sum": _routines_math.sum_auto_dtype,
    "prod": _routines_math.prod_auto_dtype,
    "max": _routines_statistics.amax,
    "min": _routines_statistics.amin,
    "all": _routines_logic.all,
    "any": _routines_logic.any,
}
TABLES = {
    **{name: getattr(CupyBackend, name) for name in (*SAME, *OTHERS) if hasattr(getattr(CupyBackend, name), "_ops")},
    **REDUCTIONS,
}  # fmt: skip


def results(function, *kinds):
    """The dtypes that a function of CuPy's gives for these, or None if it refuses them."""
    found = function._ops._guess_routine_from_in_types(kinds)
    return None if found is None else found.out_types


@pytest.mark.parametrize("dtype", HALVES, ids=str)
@pytest.mark.parametrize("name", TABLES)
def test_nothing_is_widened_without_a_word(name, dtype):
    found = results(TABLES[name], *[dtype] * getattr(TABLES[name], "nin", 1))
    if name in INTEGERS_ONLY:
        assert found is None
        return
    assert found is not None
    for kind in found:
        assert kind == dtype or kind.kind in "bi"


def test_most_primitives_have_such_a_table():
    assert len(TABLES) > 70
    assert results(search._where_ufunc, np.dtype("bool"), BFLOAT16, BFLOAT16) != (
        BFLOAT16,
    )  # hence `bits.where`
    chosen = results(search._where_ufunc, np.dtype("bool"), np.dtype("uint16"), np.dtype("uint16"))
    assert chosen == (np.dtype("uint16"),)


@pytest.mark.parametrize(
    ("x", "y"),
    [
        (np.array([1.5, np.nan, -0.0, np.inf]), np.array([2.5, 3.0, 4.0, -1.0])),
        (np.array([1.5, 2.0, 3.0, 4.0]), 1 / 3),
        (0, np.array([[1.5], [2.0]])),
        (np.array(7.0), np.arange(12.0).reshape(3, 4)[:, ::-1]),
    ],
)
def test_where_of_bfloat16_chooses_bits(x, y):
    x, y = (a.astype(BFLOAT16) if isinstance(a, np.ndarray) else a for a in (x, y))
    condition = np.array([True, False, True, True])
    z = bits.where(np, condition, x, y)
    assert z.dtype == BFLOAT16
    sides = [np.asarray(a).astype(BFLOAT16).astype("float64") for a in (x, y)]
    np.testing.assert_array_equal(z.astype("float64"), np.where(condition, *sides))
    signs = [np.signbit(side) for side in sides]
    np.testing.assert_array_equal(np.signbit(z.astype("float64")), np.where(condition, *signs))


def test_where_of_other_dtypes_is_the_librarys():
    condition = np.array([True, False])
    assert bits.where(np, condition, np.ones(2, "float16"), 0).dtype == np.float16
    assert bits.where(np, condition, np.ones(2, BFLOAT16), np.ones(2, "float32")).dtype == np.float32
    assert bits.where(np, condition, 1, 0).tolist() == [1, 0]
