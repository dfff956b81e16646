import copy
import pickle

import numpy as np
import pytest

import minitorch
from minitorch import dtypes
from minitorch.errors import ArgumentTypeError, DtypeError

ALL = dtypes.ALL
# PyTorch's promotion table, in the order of ALL.
TABLE = """
b   u8  i8  i16 i32 i64 f16 f32 f64 c64  c128
u8  u8  i16 i16 i32 i64 f16 f32 f64 c64  c128
i8  i16 i8  i16 i32 i64 f16 f32 f64 c64  c128
i16 i16 i16 i16 i32 i64 f16 f32 f64 c64  c128
i32 i32 i32 i32 i32 i64 f16 f32 f64 c64  c128
i64 i64 i64 i64 i64 i64 f16 f32 f64 c64  c128
f16 f16 f16 f16 f16 f16 f16 f32 f64 c64  c128
f32 f32 f32 f32 f32 f32 f32 f32 f64 c64  c128
f64 f64 f64 f64 f64 f64 f64 f64 f64 c128 c128
c64 c64 c64 c64 c64 c64 c64 c64 c128 c64 c128
c128 c128 c128 c128 c128 c128 c128 c128 c128 c128 c128
"""
SHORT = dict(zip(TABLE.split()[:11], ALL, strict=True))
PROMOTED = {
    (a, b): SHORT[name]
    for a, line in zip(ALL, TABLE.strip().splitlines(), strict=True)
    for b, name in zip(ALL, line.split(), strict=True)
}
CATEGORY = {
    **dict.fromkeys(ALL[:1], 0),
    **dict.fromkeys(ALL[1:6], 1),
    **dict.fromkeys(ALL[6:9], 2),
    **dict.fromkeys(ALL[9:], 3),
}
every_dtype = pytest.mark.parametrize("dtype", ALL, ids=str)
every_pair = pytest.mark.parametrize(("a", "b"), PROMOTED, ids=str)


@pytest.fixture
def double_default():
    minitorch.set_default_dtype(minitorch.float64)
    yield
    minitorch.set_default_dtype(minitorch.float32)


@every_pair
def test_two_tensors_promote_by_the_table(a, b):
    x, y = minitorch.ones(2, dtype=a), minitorch.ones(2, dtype=b)
    assert minitorch.promote_types(a, b) is PROMOTED[a, b]
    assert minitorch.result_type(x, y) is PROMOTED[a, b]
    for result in (x * y, x + y, minitorch.where(minitorch.tensor([True, False]), x, y)):
        assert result.dtype is PROMOTED[a, b]
    assert minitorch.cat([x, y]).dtype is PROMOTED[a, b]
    assert (x == y).dtype is minitorch.bool


@every_pair
def test_a_0d_tensor_has_a_say_only_in_a_higher_category(a, b):
    x, y = minitorch.ones(2, dtype=a), minitorch.tensor(1, dtype=b)
    if CATEGORY[b] <= CATEGORY[a]:
        expected = a
    elif a is minitorch.float32 or a is minitorch.float16:
        expected = minitorch.complex64
    elif a is minitorch.float64:
        expected = minitorch.complex128
    else:
        expected = b
    assert minitorch.result_type(x, y) is expected
    for result in (x * y, y * x, x + y, x.clone().mul(y)):
        assert result.dtype is expected
    assert minitorch.result_type(minitorch.tensor(1, dtype=a), y) is PROMOTED[a, b]


@every_dtype
@pytest.mark.parametrize("shape", [(2,), ()])
def test_python_numbers(dtype, shape):
    x = minitorch.ones(shape, dtype=dtype)
    category = CATEGORY[dtype]
    with_int = dtype if category else minitorch.int64
    with_float = dtype if category >= 2 else minitorch.float32
    with_complex = dtype if category == 3 else dtype.to_complex() if category == 2 else minitorch.complex64
    for number, expected in ((True, dtype), (2, with_int), (2.0, with_float), (2j, with_complex)):
        assert minitorch.result_type(x, number) is expected
        assert (x * number).dtype is expected
        assert (number * x).dtype is expected
        assert (x + number).dtype is expected


def test_the_default_dtype_is_that_of_python_floats(double_default):
    ints = minitorch.ones(2, dtype=minitorch.int64)
    assert minitorch.get_default_dtype() is minitorch.float64
    assert minitorch.tensor(1.5).dtype is minitorch.float64
    assert minitorch.tensor(1.5j).dtype is minitorch.complex128
    assert (ints * 1.5).dtype is minitorch.float64
    assert (ints / 2).dtype is minitorch.float64
    assert (ints * 1.5j).dtype is minitorch.complex128
    assert ints.exp().dtype is minitorch.float64
    assert (minitorch.ones(2, dtype=minitorch.float32) * 1.5).dtype is minitorch.float32


@every_dtype
def test_values_survive_promotion(dtype):
    x = minitorch.tensor([0, 1, 1], dtype=dtype)
    for other in ALL:
        total = x + minitorch.tensor([1, 0, 1], dtype=other)
        expected = np.array([0, 1, 1], dtype.dtype) + np.array([1, 0, 1], other.dtype)
        np.testing.assert_array_equal(total.numpy(), expected.astype(total.dtype.dtype))


@every_dtype
def test_gradients_have_the_dtype_of_their_input(dtype):
    if CATEGORY[dtype] < 2:
        pytest.skip("no gradients")
    x = minitorch.ones(3, dtype=dtype, requires_grad=True)
    y = minitorch.ones(2, 1, dtype=minitorch.complex128, requires_grad=True)
    (x * y).sum().backward(minitorch.tensor(1 + 1j, dtype=minitorch.complex128))
    assert x.grad.dtype is dtype
    assert x.grad.tolist() == pytest.approx([2 + 2j] * 3 if CATEGORY[dtype] == 3 else [2.0] * 3)
    assert y.grad.dtype is minitorch.complex128


@every_dtype
def test_what_a_dtype_says_of_itself(dtype):
    kind = np.dtype(dtype.name)
    assert np.dtype(dtype) == kind
    assert dtype.itemsize == kind.itemsize
    assert dtype.is_floating_point == (kind.kind == "f")
    assert dtype.is_complex == (kind.kind == "c")
    assert dtype.is_signed == (kind.kind in "ifc")
    assert repr(dtype) == f"minitorch.{kind.name}"
    assert getattr(minitorch, dtype.name) is dtype
    assert pickle.loads(pickle.dumps(dtype)) is dtype
    assert copy.deepcopy(dtype) is dtype
    assert dtypes.as_dtype(kind) is dtypes.as_dtype(kind.name) is dtypes.as_dtype(dtype) is dtype


def test_python_types_as_dtypes():
    assert minitorch.zeros(1, dtype=bool).dtype is minitorch.bool
    assert minitorch.zeros(1, dtype=int).dtype is minitorch.int64
    assert minitorch.zeros(1, dtype=float).dtype is minitorch.float64
    assert minitorch.zeros(1, dtype=complex).dtype is minitorch.complex128


@pytest.mark.parametrize("other", ["uint16", "U3", object, "float128", 3])
def test_other_dtypes_are_refused(other):
    with pytest.raises(ArgumentTypeError, match=r"no dtype for.*minitorch has bool, uint8"):
        minitorch.zeros(1, dtype=other)


@every_pair
def test_in_place_results_must_fit(a, b):
    x, y = minitorch.ones(2, dtype=a), minitorch.ones(2, dtype=b)
    fits = CATEGORY[b] <= CATEGORY[a]
    assert minitorch.can_cast(b, a) is fits
    if fits:
        assert x.mul_(y) is x
        assert x.dtype is a
    else:
        with pytest.raises(DtypeError, match="cannot be stored in place"):
            x.mul_(y)
        assert x.tolist() == minitorch.ones(2, dtype=a).tolist()


@pytest.mark.parametrize("dtype", [minitorch.float16, minitorch.float32, minitorch.float64], ids=str)
def test_finfo(dtype):
    ours, expected = minitorch.finfo(dtype), np.finfo(dtype.dtype)
    assert (ours.bits, ours.dtype) == (expected.bits, dtype.name)
    for name in ("eps", "max", "min", "tiny", "smallest_normal", "resolution"):
        assert getattr(ours, name) == float(getattr(expected, name))


@pytest.mark.parametrize("dtype", ALL[1:6], ids=str)
def test_iinfo(dtype):
    ours, expected = minitorch.iinfo(dtype), np.iinfo(dtype.dtype)
    assert (ours.bits, ours.max, ours.min) == (expected.bits, expected.max, expected.min)


def test_only_floating_dtypes_can_be_the_default():
    with pytest.raises(ArgumentTypeError, match="set_default_dtype"):
        minitorch.set_default_dtype(minitorch.int64)
    assert minitorch.get_default_dtype() is minitorch.float32
