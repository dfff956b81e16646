"""A tensor as a Python object: operators, conversions, NumPy, DLPack, pickles, copies."""

from __future__ import annotations

import copy
import operator
import pickle
from typing import Any

import numpy as np
import pytest

import minitorch
from minitorch import Size, Tensor, Variable
from minitorch.errors import ArgumentTypeError, GradientError

FLOAT = minitorch.float32


def test_tensor_is_variable() -> None:
    assert Tensor is Variable
    assert isinstance(minitorch.ones(2), Tensor)


# Operators ------------------------------------------------------------------------------------------------

BINARY = [
    operator.add, operator.sub, operator.mul, operator.truediv, operator.floordiv, operator.mod, operator.pow,
    operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne,
]  # fmt: skip
BITS = [operator.and_, operator.or_, operator.xor, operator.lshift, operator.rshift]


@pytest.mark.parametrize("op", BINARY, ids=lambda f: f.__name__)
def test_operators_of_floats(op: Any) -> None:
    a, b = np.array([1.5, -2.0, 3.0]), np.array([2.0, 3.0, 0.5])
    x, y = minitorch.from_numpy(a), minitorch.from_numpy(b)
    for left, right, expected in [
        (x, y, op(a, abs(b))),
        (x, 2, op(a, 2)),
        (3.0, y, op(3.0, b)),
        (x, b, op(a, b)),
    ]:
        if op is operator.pow:
            left, right = (abs(v) if not isinstance(v, (int, float)) else v for v in (left, right))
            expected = op(abs(np.asarray(left)), np.asarray(right))
        elif left is x and right is y:
            right = y.abs()
        np.testing.assert_allclose(op(left, right).numpy(), expected, rtol=1e-12)


@pytest.mark.parametrize("op", BITS, ids=lambda f: f.__name__)
def test_operators_of_integers(op: Any) -> None:
    a, b = np.array([5, 12, 7]), np.array([1, 3, 2])
    x, y = minitorch.from_numpy(a), minitorch.from_numpy(b)
    for got, expected in [(op(x, y), op(a, b)), (op(x, 2), op(a, 2)), (op(9, y), op(9, b))]:
        assert got.tolist() == expected.tolist()
        assert got.dtype is minitorch.int64


def test_unary_operators() -> None:
    x = minitorch.tensor([1.0, -2.0])
    assert (-x).tolist() == [-1, 2]
    assert abs(x).tolist() == [1, 2]
    assert +x is x
    assert (~minitorch.tensor([True, False])).tolist() == [False, True]
    assert (~minitorch.tensor([0, 5])).tolist() == [-1, -6]


def test_matmul_operator() -> None:
    a, b = np.arange(6.0).reshape(2, 3), np.arange(12.0).reshape(3, 4)
    x, y = minitorch.from_numpy(a), minitorch.from_numpy(b)
    np.testing.assert_array_equal((x @ y).numpy(), a @ b)
    np.testing.assert_array_equal((a @ y).numpy(), a @ b)
    np.testing.assert_array_equal((x @ b).numpy(), a @ b)


@pytest.mark.parametrize(
    ("op", "start", "other", "expected"),
    [
        (operator.iadd, [1.0, 2.0], 3, [4, 5]),
        (operator.isub, [1.0, 2.0], 3, [-2, -1]),
        (operator.imul, [1.0, 2.0], 3, [3, 6]),
        (operator.itruediv, [1.0, 2.0], 2, [0.5, 1]),
        (operator.ifloordiv, [5.0, -5.0], 2, [2, -3]),
        (operator.imod, [5.0, -5.0], 3, [2, 1]),
        (operator.ipow, [2.0, 3.0], 2, [4, 9]),
        (operator.iand, [6, 3], 2, [2, 2]),
        (operator.ior, [4, 1], 2, [6, 3]),
        (operator.ixor, [6, 1], 2, [4, 3]),
        (operator.ilshift, [6, 1], 2, [24, 4]),
        (operator.irshift, [6, 4], 1, [3, 2]),
    ],
)
def test_operators_in_place(op: Any, start: list[Any], other: int, expected: list[Any]) -> None:
    x = minitorch.tensor(start)
    same = op(x, other)
    assert same is x
    assert x.tolist() == expected
    assert x._version == 1


def test_comparison_with_other_things() -> None:
    x = minitorch.tensor([1, 2])
    assert (x == None) is False  # noqa: E711
    assert (x != None) is True  # noqa: E711
    assert (x == "a") is False
    assert x is not None
    with pytest.raises(TypeError):
        x < "a"  # noqa: B015


def test_hash_is_by_identity() -> None:
    x, y = minitorch.ones(2), minitorch.ones(2)
    assert len({x, y, x}) == 2
    assert {x: 1}[x] == 1


# Numbers, sequences -----------------------------------------------------------------------------------------


def test_numbers() -> None:
    x = minitorch.tensor([[2.75]])
    assert (int(x), float(x), complex(x), bool(x), x.item()) == (2, 2.75, 2.75 + 0j, True, 2.75)
    assert type(minitorch.tensor(3).item()) is int
    assert type(minitorch.tensor(True).item()) is bool
    assert type(minitorch.tensor(1j).item()) is complex
    assert [10, 20, 30][minitorch.tensor(1)] == 20
    assert list(range(minitorch.tensor(3))) == [0, 1, 2]
    assert "abc"[minitorch.tensor([1]) :] == "bc"


def test_truth_of_a_recorded_number() -> None:
    assert minitorch.ones((), requires_grad=True)
    assert not minitorch.zeros(1, requires_grad=True)


def test_sequence() -> None:
    x = minitorch.arange(6).reshape(3, 2)
    assert len(x) == 3
    assert [row.tolist() for row in x] == [[0, 1], [2, 3], [4, 5]]
    assert [row.tolist() for row in reversed(x)] == [[4, 5], [2, 3], [0, 1]]
    first, *rest = x
    assert first.tolist() == [0, 1]
    assert len(rest) == 2
    assert 4 in x
    assert 7 not in x
    assert minitorch.tensor(4) in x
    assert max(minitorch.tensor([1.0, 3.0, 2.0])).item() == 3


def test_iteration_is_differentiable() -> None:
    x = minitorch.arange(6.0).reshape(3, 2).clone().requires_grad_()
    total = sum((k * row.sum() for k, row in enumerate(x)), minitorch.zeros(()))
    total.backward()
    assert x.grad.tolist() == [[0, 0], [1, 1], [2, 2]]


def test_format() -> None:
    assert f"{minitorch.tensor(1.23456):.2f}" == "1.23"
    assert f"{minitorch.tensor(7):>4d}" == "   7"
    assert f"{minitorch.tensor([1.5])}" == "tensor([1.5000])"
    assert str(minitorch.tensor([1, 2])) == repr(minitorch.tensor([1, 2]))
    assert f"loss {minitorch.tensor(0.5, requires_grad=True):.3f}" == "loss 0.500"


def test_size() -> None:
    size = minitorch.ones(2, 3).shape
    assert isinstance(size, Size)
    assert isinstance(size, tuple)
    assert size == (2, 3)
    assert repr(size) == "minitorch.Size([2, 3])"
    assert size.numel() == 6
    assert repr(size[:1] + Size([4])) == "minitorch.Size([2, 4])"
    assert repr(size * 2) == "minitorch.Size([2, 3, 2, 3])"
    assert size[-1] == 3
    rows, columns = size
    assert (rows, columns) == (2, 3)


def test_what_it_is() -> None:
    x = minitorch.ones(2, 3, 4, dtype=minitorch.float64).transpose(0, 2)
    assert (x.ndim, x.dim(), x.ndimension(), x.numel(), x.nelement()) == (3, 3, 3, 24, 24)
    assert (x.size(), x.size(0), x.size(dim=-1)) == ((4, 3, 2), 4, 2)
    assert (x.stride(), x.stride(0), x.itemsize, x.element_size(), x.nbytes) == ((1, 4, 12), 1, 8, 8, 192)
    assert (x.is_contiguous(), x.contiguous().is_contiguous()) == (False, True)
    assert (x.is_floating_point(), x.is_complex(), x.is_signed(), x.is_cuda, x.is_cpu) == (
        True,
        False,
        True,
        False,
        True,
    )
    assert (x.device, x.get_device()) == (minitorch.device("cpu"), -1)
    assert minitorch.ones(3, 4)[1, 2:].storage_offset() == 6
    assert x.is_same_size(minitorch.ones(4, 3, 2))
    assert minitorch.tensor([3]).is_nonzero()


def test_transposes() -> None:
    x = minitorch.tensor([[1 + 2j, 3j], [4.0, 5 - 1j]])
    assert x.T.tolist() == [[1 + 2j, 4], [3j, 5 - 1j]]
    assert x.mT.tolist() == x.T.tolist()
    assert x.H.tolist() == [[1 - 2j, 4], [-3j, 5 + 1j]]
    assert x.mH.tolist() == x.adjoint().tolist() == x.H.tolist()


@pytest.mark.parametrize(
    ("method", "name"),
    [
        ("float", "float32"), ("double", "float64"), ("half", "float16"), ("long", "int64"), ("int", "int32"),
        ("short", "int16"), ("char", "int8"), ("byte", "uint8"), ("bool", "bool"), ("cfloat", "complex64"),
        ("cdouble", "complex128"),
    ],
)  # fmt: skip
def test_casts(method: str, name: str) -> None:
    x = minitorch.tensor([0, 1, 2])
    y = getattr(x, method)()
    assert y.dtype is getattr(minitorch, name)
    assert y.dtype.name == name
    assert getattr(y, method)() is y
    assert y.type(minitorch.int64).tolist() == ([0, 1, 1] if name == "bool" else [0, 1, 2])


def test_to() -> None:
    x = minitorch.ones(2)
    assert x.to("cpu") is x
    assert x.to(minitorch.float32) is x
    assert x.to(x) is x
    assert x.to("cpu", minitorch.int64).dtype is minitorch.int64
    assert x.to(dtype=minitorch.int8).dtype is minitorch.int8
    assert x.to(minitorch.ones(1).double()).dtype is minitorch.float64
    assert x.to(copy=True, dtype=None) is not x
    assert x.cpu() is x
    assert x.type() == "minitorch.FloatTensor"
    assert x.type("minitorch.LongTensor").dtype is minitorch.int64
    assert x.type_as(minitorch.tensor(1)).dtype is minitorch.int64


def test_casts_are_differentiable() -> None:
    x = minitorch.ones(2, requires_grad=True)
    (x.double() * 3).sum().backward()
    assert x.grad.dtype is FLOAT
    assert x.grad.tolist() == [3, 3]


# NumPy ------------------------------------------------------------------------------------------------------


def test_numpy_shares_memory_both_ways() -> None:
    a = np.arange(4.0)
    x = minitorch.from_numpy(a)
    a[0] = 9
    x[1] = 8
    assert x.tolist() == a.tolist() == [9, 8, 2, 3]
    x.numpy()[2] = 7
    assert a[2] == 7
    assert np.asarray(x) is not None
    assert np.shares_memory(np.asarray(x), a)


def test_numpy_functions_take_tensors() -> None:
    x = minitorch.tensor([1.0, 4.0])
    assert isinstance(np.sqrt(x), Tensor)
    assert np.sqrt(x).tolist() == [1, 2]
    assert np.array(x, dtype=np.int64).tolist() == [1, 4]
    assert np.stack([x.numpy(), x.numpy()]).shape == (2, 2)
    assert np.array([minitorch.tensor(1.0), minitorch.tensor(2.0)]).tolist() == [1, 2]
    assert np.array(x, copy=True).base is None


def test_arrays_in_operators() -> None:
    a, x = np.array([1.0, 2.0]), minitorch.tensor([3.0, 4.0], requires_grad=True)
    for y in (a + x, x + a, a * x, x * a, a - x, x - a, a / x, x / a, a**x, x**a):
        assert isinstance(y, Tensor)
        assert y.requires_grad
        assert y.dtype is minitorch.float64
    assert (a - x).tolist() == [-2, -2]
    assert (a < x).tolist() == [True, True]


def test_numpy_numbers_count_as_numbers() -> None:
    x = minitorch.ones(2)
    for number in (np.float64(2), np.float32(2), np.int64(2), np.int8(2)):
        assert (x * number).dtype is FLOAT
        assert (number * x).dtype is FLOAT
        assert (number - x).tolist() == [1, 1]
    assert (minitorch.tensor([1, 2]) * np.int32(2)).dtype is minitorch.int64
    assert (minitorch.tensor([1, 2]) * np.float32(0.5)).dtype is FLOAT


def test_numpy_force() -> None:
    x = minitorch.ones(2, requires_grad=True)
    assert x.numpy(force=True).tolist() == [1, 1]
    with pytest.raises(GradientError):
        x.numpy()


# DLPack ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "dtype", ["bool", "uint8", "int8", "int32", "int64", "float16", "float32", "float64", "complex64"]
)
def test_dlpack_both_ways(dtype: str) -> None:
    x = minitorch.arange(6).reshape(2, 3).to(getattr(minitorch, dtype))
    array = np.from_dlpack(x)
    assert array.dtype == dtype
    assert np.shares_memory(array, x.numpy())
    y = minitorch.from_dlpack(x.numpy())
    assert y.dtype is x.dtype
    assert y.tolist() == x.tolist()
    y[0, 0] = 1
    assert x[0, 0].item() == 1
    assert x.__dlpack_device__() == (1, 0)


def test_dlpack_of_a_view() -> None:
    x = minitorch.arange(6).reshape(2, 3).t()
    assert np.from_dlpack(x).tolist() == x.tolist()
    assert minitorch.from_dlpack(x).tolist() == x.tolist()


# Pickles and copies ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_pickle(protocol: int) -> None:
    for x in (
        minitorch.arange(6).reshape(2, 3),
        minitorch.ones(3, dtype=minitorch.float16, requires_grad=True),
        minitorch.tensor(1j),
        minitorch.ones(0, 2),
        minitorch.arange(6).reshape(2, 3).t(),
        minitorch.ones(2).exp(),
    ):
        y = pickle.loads(pickle.dumps(x, protocol))
        assert y.tolist() == x.tolist()
        assert (y.dtype, y.shape, y.requires_grad, y.is_leaf) == (x.dtype, x.shape, x.requires_grad, True)
        with minitorch.no_grad():
            y += 1
    assert pickle.loads(pickle.dumps(minitorch.float32, protocol)) is minitorch.float32
    assert pickle.loads(pickle.dumps(minitorch.device("cuda:1"), protocol)) == minitorch.device("cuda", 1)
    assert pickle.loads(pickle.dumps(minitorch.ones(2, 3).shape, protocol)) == (2, 3)


def test_deepcopy() -> None:
    x = minitorch.ones(3, requires_grad=True)
    (x * 2).sum().backward()
    y = copy.deepcopy(x)
    assert y.requires_grad
    assert y.is_leaf
    assert y.grad.tolist() == [2, 2, 2]
    y.grad.zero_()
    with minitorch.no_grad():
        y.zero_()
    assert x.tolist() == [1, 1, 1]
    assert x.grad.tolist() == [2, 2, 2]


def test_deepcopy_keeps_identities() -> None:
    x = minitorch.ones(2)
    a, b = copy.deepcopy([x, x])
    assert a is b
    assert a is not x


def test_copy_shares_memory() -> None:
    x = minitorch.ones(3)
    y = copy.copy(x)
    assert y is not x
    y[0] = 5
    assert x[0].item() == 5


def test_clone_and_detach() -> None:
    x = minitorch.ones(3, requires_grad=True)
    assert x.clone().requires_grad
    assert not x.detach().requires_grad
    assert np.shares_memory(x.detach().numpy(), x.numpy(force=True))
    assert not np.shares_memory(x.clone().detach().numpy(), x.numpy(force=True))


# Attributes ----------------------------------------------------------------------------------------------------


def test_grad_can_be_taken_away() -> None:
    x = minitorch.ones(2, requires_grad=True)
    x.sum().backward()
    del x.grad
    assert x.grad is None
    x.grad = minitorch.zeros(2)
    assert x.grad.tolist() == [0, 0]
    x.grad = None
    assert x.grad is None


def test_requires_grad_of_a_view_follows_its_base() -> None:
    base = minitorch.zeros(3)
    view = base[0]
    base += minitorch.ones(3, requires_grad=True)
    assert view.requires_grad
    assert not view.is_leaf


def test_subclasses_stay_tensors() -> None:
    class Labelled(Tensor):
        label = "x"

    x = Labelled([1.0, 2.0])
    assert x.label == "x"
    assert (x * 2).tolist() == [2, 4]
    assert pickle.loads(pickle.dumps(minitorch.ones(2))).tolist() == [1, 1]


def test_old_constructor() -> None:
    assert Tensor([1, 2]).dtype is FLOAT
    assert Tensor(2, 3).shape == (2, 3)
    assert Tensor().shape == (0,)
    assert Tensor(minitorch.ones(2)).tolist() == [1, 1]
    with pytest.raises((ArgumentTypeError, ValueError)):
        Tensor("abc")


def test_new_tensors_like_this_one() -> None:
    x = minitorch.ones(2, dtype=minitorch.float64)
    for y in (
        x.new_zeros(2, 3), x.new_ones((2, 3)), x.new_empty(2, 3), x.new_full((2, 3), 7), x.new_tensor([[1, 2, 3]] * 2),
    ):  # fmt: skip
        assert y.dtype is minitorch.float64
        assert y.shape == (2, 3)
        assert not y.requires_grad
    assert x.new_zeros(1, dtype=minitorch.int8).dtype is minitorch.int8
    assert x.new_ones(1, requires_grad=True).requires_grad
