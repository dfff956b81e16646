"""What a student may do wrong: each a typed error that says what happened and what to do; nothing half-done."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pytest

import minitorch
from minitorch.errors import (
    ArgumentError,
    ArgumentTypeError,
    BackendError,
    DtypeError,
    GradientError,
    IndexRangeError,
    IndexTypeError,
    InplaceError,
    MinitorchError,
    ShapeError,
)


def leaf(*shape: int) -> Any:
    return minitorch.ones(*shape, requires_grad=True)


def ints(*values: int) -> Any:
    return minitorch.tensor(values)


def made_in_inference_mode() -> Any:
    with minitorch.inference_mode():
        return minitorch.ones(3)


def second_backward() -> None:
    y = leaf(3).exp().sum()
    y.backward()
    y.backward()


def saved_result_changed() -> None:
    y = leaf(3).exp()
    y.add_(1)
    y.sum().backward()


def saved_input_changed() -> None:
    x, w = leaf(3), minitorch.ones(3)
    y = x * w
    w.mul_(2)
    y.sum().backward()


def hook_of_wrong_shape() -> None:
    x = leaf(3)
    x.register_hook(lambda g: minitorch.ones(2))
    x.sum().backward()


def hook_of_wrong_type() -> None:
    x = leaf(3)
    x.register_hook(lambda g: 3)
    x.sum().backward()


# what is done, the type of error, and what its message says
MISTAKES: dict[str, tuple[Any, type[Exception], list[str]]] = {
    # shapes
    "add shapes": (
        lambda: minitorch.ones(2, 3) + minitorch.ones(2, 4),
        ShapeError,
        ["add", "(2, 3)", "(2, 4)", "3 and 4", "unsqueeze"],
    ),
    "matmul shapes": (
        lambda: minitorch.ones(64, 784) @ minitorch.ones(128, 784),
        ShapeError,
        ["matmul: (64, 784) @ (128, 784)", "784 and 128 differ", "y.mT"],
    ),
    "matmul 0-d": (lambda: minitorch.ones(2, 2) @ minitorch.tensor(1.0), ShapeError, ["matmul", "use *"]),
    "reshape": (
        lambda: minitorch.ones(6).reshape(4, 2),
        ShapeError,
        ["reshape", "6 elements", "(4, 2)", "8 elements"],
    ),
    "view of what is not contiguous": (
        lambda: minitorch.ones(2, 3).t().view(6),
        ShapeError,
        ["view", "(3, 2)", "reshape()"],
    ),
    "expand": (
        lambda: minitorch.ones(2).expand(3),
        ShapeError,
        ["expand", "(2,)", "cannot become 3", "size 1"],
    ),
    "cat": (
        lambda: minitorch.cat([minitorch.ones(2), minitorch.ones(2, 2)]),
        ShapeError,
        ["cat", "tensor 1", "(2, 2)"],
    ),
    "stack": (
        lambda: minitorch.stack([minitorch.ones(2), minitorch.ones(3)]),
        ShapeError,
        ["stack", "tensor 1", "(3,)", "(2,)"],
    ),
    "negative size": (lambda: minitorch.zeros(2, -1), ShapeError, ["zeros", "negative", "(2, -1)"]),
    "t of three dims": (lambda: minitorch.ones(2, 3, 4).t(), ShapeError, ["t:", "(2, 3, 4)", ".mT"]),
    "item of many": (
        lambda: minitorch.ones(2, 3).item(),
        ShapeError,
        ["item", "(2, 3)", "6 elements", "tolist()"],
    ),
    "truth of many": (lambda: bool(minitorch.ones(2)), ShapeError, ["bool", "(2,)", ".any()"]),
    "truth of none": (lambda: bool(minitorch.ones(0)), ShapeError, ["bool", "no elements"]),
    "assigned value": (
        lambda: minitorch.ones(3, 2).__setitem__(0, minitorch.ones(3)),
        ShapeError,
        ["setitem", "(3,)", "(2,)", "(3, 2)"],
    ),
    "copied value": (
        lambda: minitorch.ones(3).copy_(minitorch.ones(2)),
        ShapeError,
        ["copy_", "(2,)", "(3,)"],
    ),
    "in place, larger result": (
        lambda: minitorch.ones(3).add_(minitorch.ones(2, 3)),
        ShapeError,
        ["add_", "(2, 3)", "(3,)", "out-of-place"],
    ),
    # dtypes
    "matmul dtypes": (
        lambda: minitorch.ones(2, 2) @ minitorch.ones(2, 2).double(),
        DtypeError,
        ["matmul", "float32", "float64", ".to("],
    ),
    "mean of integers": (lambda: ints(1, 2).mean(), DtypeError, ["mean", "int64", "x.float()"]),
    "std of integers": (lambda: ints(1, 2).std(), DtypeError, ["int64", "x.float()"]),
    "fraction stored in integers": (
        lambda: ints(1, 2).add_(1.5),
        DtypeError,
        ["add_", "float32", "int64", "out-of-place"],
    ),
    "division stored in integers": (lambda: ints(1, 2).div_(2), DtypeError, ["div_", "float32", "int64"]),
    "minus bool": (lambda: -minitorch.tensor([True]), DtypeError, ["neg", "bool", "~x"]),
    "plus bool": (lambda: +minitorch.tensor([True]), DtypeError, ["pos", "bool"]),
    "bool - bool": (
        lambda: minitorch.tensor([True]) - minitorch.tensor([True]),
        DtypeError,
        ["sub", "bool", "x ^ y"],
    ),
    "~ of floats": (lambda: ~minitorch.ones(1), DtypeError, ["bitwise_not", "float32"]),
    "& of floats": (lambda: minitorch.ones(1) & 1, DtypeError, ["bitwise_and", "float32"]),
    "erf of complex numbers": (
        lambda: minitorch.tensor([1j]).erf(),
        DtypeError,
        ["erf", "complex64", "x.real"],
    ),
    "relu of complex numbers": (
        lambda: minitorch.nn.functional.relu(minitorch.tensor([1j])),
        DtypeError,
        ["relu", "complex64", "x.real"],
    ),
    "round of complex numbers": (lambda: minitorch.tensor([1j]).round(), DtypeError, ["round", "complex64"]),
    "rand of integers": (
        lambda: minitorch.rand(2, dtype=minitorch.int64),
        DtypeError,
        ["rand", "int64", "randint"],
    ),
    "uniform_ of integers": (lambda: ints(1).uniform_(), DtypeError, ["uniform_", "int64", "random_()"]),
    "complex parts": (
        lambda: minitorch.complex(minitorch.ones(1), minitorch.ones(1).double()),
        DtypeError,
        ["complex", "float32", "float64"],
    ),
    "complex into real": (lambda: minitorch.ones(2).fill_(1j), DtypeError, ["fill_", "1j", "float32"]),
    "index of floats": (
        lambda: minitorch.ones(3)[minitorch.ones(1)],
        IndexTypeError,
        ["index", "float32", ".long()", ".bool()"],
    ),
    "integer negative power": (lambda: ints(2) ** -1, ArgumentError, ["pow", "-1", "x.float()"]),
    "integer division by zero": (lambda: ints(2) // 0, ArgumentError, ["floor_divide", "zero"]),
    "too large for the dtype": (
        lambda: minitorch.tensor([300], dtype=minitorch.uint8),
        ArgumentError,
        ["tensor", "300", "uint8", "0 to 255"],
    ),
    "too large for any integer": (
        lambda: minitorch.tensor(2**63),
        ArgumentError,
        ["tensor", "64 bits", "float"],
    ),
    "numpy dtype that is not there": (
        lambda: minitorch.from_numpy(np.ones(2, np.uint16)),
        DtypeError,
        ["uint16", "int32"],
    ),
    # backward
    "backward from a vector": (
        lambda: (leaf(3) * 2).backward(),
        GradientError,
        ["backward", "(3,)", "loss.mean()", "gradient="],
    ),
    "backward without a graph": (
        lambda: minitorch.ones(3).sum().backward(),
        GradientError,
        ["backward", "does not require grad", "no_grad()", "detach()"],
    ),
    "second backward": (second_backward, GradientError, ["exp", "second time", "retain_graph=True"]),
    "gradient of a wrong shape": (
        lambda: (leaf(3) * 2).backward(minitorch.ones(2)),
        ShapeError,
        ["backward", "(2,)", "(3,)"],
    ),
    "gradient that is a list": (
        lambda: (leaf(3) * 2).backward([1.0, 1.0, 1.0]),
        ArgumentTypeError,
        ["backward", "gradient", "float"],
    ),
    "backward of None": (lambda: minitorch.autograd.backward(None), ArgumentTypeError, ["backward", "None"]),
    "unused input": (
        lambda: minitorch.autograd.grad(leaf(3).sum(), leaf(2)),
        GradientError,
        ["grad: input 0", "(2,)", "not used", "allow_unused=True"],
    ),
    "input without grad": (
        lambda: minitorch.autograd.grad(leaf(3).sum(), minitorch.ones(2)),
        GradientError,
        ["grad: input 0", "(2,)", "requires_grad_()"],
    ),
    "no inputs": (lambda: minitorch.autograd.grad(leaf(3).sum(), []), ArgumentError, ["grad", "empty"]),
    "batched gradients": (
        lambda: minitorch.autograd.grad((x := leaf(3)) * 2, x, is_grads_batched=True),
        ArgumentError,
        ["is_grads_batched", "grad_outputs"],
    ),
    "backward inputs without grad": (
        lambda: leaf(3).sum().backward(inputs=[minitorch.ones(2)]),
        GradientError,
        ["backward: input 0", "(2,)"],
    ),
    "grad of an integer tensor": (
        lambda: minitorch.tensor([1, 2], requires_grad=True),
        GradientError,
        ["requires_grad", "int64", "x.float()"],
    ),
    "grad asked of an integer tensor": (
        lambda: ints(1).requires_grad_(),
        GradientError,
        ["requires_grad", "int64", "x.float()"],
    ),
    "grad that is a number": (
        lambda: setattr(leaf(2), "grad", 0),
        ArgumentTypeError,
        ["grad", "None", "int"],
    ),
    "grad of another shape": (
        lambda: setattr(leaf(2), "grad", minitorch.ones(3)),
        ShapeError,
        ["grad", "(3,)", "(2,)"],
    ),
    "grad of another dtype": (
        lambda: setattr(leaf(2), "grad", minitorch.ones(2).double()),
        DtypeError,
        ["grad", "float64", "float32"],
    ),
    "result that shall not require grad": (
        lambda: setattr(leaf(2) * 2, "requires_grad", False),
        GradientError,
        ["requires_grad", "leaves", "detach()"],
    ),
    "numpy of what requires grad": (lambda: leaf(2).numpy(), GradientError, ["numpy", "x.detach().numpy()"]),
    "asarray of what requires grad": (lambda: np.asarray(leaf(2)), GradientError, ["numpy", "detach()"]),
    "dlpack of what requires grad": (lambda: np.from_dlpack(leaf(2)), GradientError, ["detach()"]),
    "deepcopy of a result": (lambda: copy.deepcopy(leaf(2) * 2), GradientError, ["deepcopy", "detach()"]),
    "pickle of a result": (lambda: pickle.dumps(leaf(2) * 2), GradientError, ["pickle", "detach()"]),
    "hook without grad": (
        lambda: minitorch.ones(2).register_hook(print),
        GradientError,
        ["register_hook", "does not require grad"],
    ),
    "hook of a wrong shape": (hook_of_wrong_shape, ShapeError, ["hook", "(2,)", "(3,)"]),
    "hook of a wrong type": (hook_of_wrong_type, ArgumentTypeError, ["hook", "int"]),
    "detach_ of a view": (lambda: (leaf(2) * 2)[0].detach_(), GradientError, ["detach_", "view", "detach()"]),
    # in place
    "leaf in place": (
        lambda: leaf(3).add_(1),
        InplaceError,
        ["add_", "leaf", "(3,)", "no_grad()"],
    ),
    "view of a leaf in place": (
        lambda: leaf(3)[0].zero_(),
        InplaceError,
        ["zero_", "view of a leaf", "no_grad()"],
    ),
    "leaf assigned to": (lambda: leaf(3).__setitem__(0, 1.0), InplaceError, ["setitem", "leaf", "no_grad()"]),
    "saved result changed": (
        saved_result_changed,
        InplaceError,
        ["exp", "result", "(3,)", "changed in place", "clone()"],
    ),
    "saved input changed": (
        saved_input_changed,
        InplaceError,
        ["mul", "input", "(3,)", "changed in place", "clone()"],
    ),
    "expanded memory in place": (
        lambda: minitorch.ones(1).expand(3).add_(1),
        InplaceError,
        ["add_", "(3,)", "expanded", "clone()"],
    ),
    "inference tensor saved": (
        lambda: leaf(3) * made_in_inference_mode(),
        GradientError,
        ["mul", "inference_mode", "clone()"],
    ),
    "inference tensor in place": (
        lambda: made_in_inference_mode().add_(1),
        InplaceError,
        ["add_", "inference_mode", "clone()"],
    ),
    # indices
    "index": (
        lambda: minitorch.ones(3, 4)[:, 9],
        IndexRangeError,
        ["index: 9", "dim 1", "(3, 4)", "-4 and 3"],
    ),
    "index in a list": (lambda: minitorch.ones(3)[[0, 5]], IndexRangeError, ["5", "dim 0", "-3 and 2"]),
    "too many indices": (lambda: minitorch.ones(3)[0, 0], IndexRangeError, ["2 indices", "(3,)"]),
    "index of a 0-d tensor": (lambda: minitorch.tensor(1.0)[0], IndexRangeError, ["0 dims", "x.item()"]),
    "two ellipses": (lambda: minitorch.ones(3)[..., ...], IndexRangeError, ["..."]),
    "mask of a wrong shape": (
        lambda: minitorch.ones(3)[minitorch.tensor([True, False])],
        IndexRangeError,
        ["mask", "(2,)", "(3,)"],
    ),
    "negative step": (lambda: minitorch.ones(3)[::-1], ArgumentError, ["step", "-1", "flip()"]),
    "text as an index": (lambda: minitorch.ones(3)["a"], ArgumentTypeError, ["index", "str"]),
    "fraction as an index": (lambda: minitorch.ones(3)[1.5], ArgumentTypeError, ["index", "float"]),
    "dim out of range": (
        lambda: minitorch.ones(3).sum(1),
        IndexRangeError,
        ["sum", "dim 1", "1 dimension", "-1 and 0"],
    ),
    "dim named twice": (lambda: minitorch.ones(3, 3).sum((0, -2)), ArgumentError, ["sum", "twice"]),
    # nothing to reduce
    "max of nothing": (lambda: minitorch.ones(0).max(), IndexRangeError, ["amax", "(0,)", "empty"]),
    "argmax of nothing": (
        lambda: minitorch.ones(2, 0).argmax(1),
        IndexRangeError,
        ["argmax", "dim 1", "(2, 0)"],
    ),
    "cat of nothing": (lambda: minitorch.cat([]), ArgumentError, ["cat", "at least one"]),
    # other things than tensors
    "None added": (lambda: minitorch.ones(2) + None, ArgumentTypeError, ["add", "None", "forget"]),
    "list added": (
        lambda: minitorch.ones(2) + [1, 2],  # noqa: RUF005
        ArgumentTypeError,
        ["add", "list", "minitorch.tensor("],
    ),
    "text added": (lambda: minitorch.ones(2) + "a", ArgumentTypeError, ["add", "str"]),
    "exp of a list": (lambda: minitorch.exp([1.0]), ArgumentTypeError, ["exp", "list", "minitorch.tensor("]),
    "exp of a number": (lambda: minitorch.exp(1.0), ArgumentTypeError, ["exp", "float", "minitorch.tensor("]),
    "exp of None": (lambda: minitorch.exp(None), ArgumentTypeError, ["exp", "None"]),
    "sum of a list": (lambda: minitorch.sum([1.0]), ArgumentTypeError, ["sum", "list"]),
    "mean of a number": (lambda: minitorch.mean(1.0), ArgumentTypeError, ["mean", "float"]),
    "reshape of a list": (lambda: minitorch.reshape([1.0], (1, 1)), ArgumentTypeError, ["reshape", "list"]),
    "matmul with a list": (lambda: minitorch.ones(2, 2) @ [1.0, 2.0], ArgumentTypeError, ["matmul", "list"]),
    "matmul with a number": (lambda: minitorch.ones(2, 2) @ 2, ArgumentTypeError, ["matmul", "int"]),
    "matmul with None": (
        lambda: minitorch.matmul(minitorch.ones(2, 2), None),
        ArgumentTypeError,
        ["matmul", "None"],
    ),
    "cat of lists": (lambda: minitorch.cat([[1], [2]]), ArgumentTypeError, ["cat", "list"]),
    "stack of numbers": (lambda: minitorch.stack([1.0, 2.0]), ArgumentTypeError, ["stack", "float"]),
    "where of a list": (lambda: minitorch.where([True], 1, 2), ArgumentTypeError, ["where", "list"]),
    "is_floating_point of a number": (lambda: minitorch.is_floating_point(1.0), ArgumentTypeError, ["float"]),
    "copy_ of a list": (lambda: minitorch.ones(2).copy_([1, 2]), ArgumentTypeError, ["copy_", "list"]),
    "fill_ with a list": (lambda: minitorch.ones(2).fill_([1]), ArgumentTypeError, ["fill_", "list"]),
    "text assigned": (lambda: minitorch.ones(2).__setitem__(0, "a"), ArgumentTypeError, ["setitem", "'a'"]),
    "tensor of text": (lambda: minitorch.tensor("abc"), ArgumentTypeError, ["tensor", "'abc'", "numbers"]),
    "tensor of None": (lambda: minitorch.tensor([1.0, None]), ArgumentTypeError, ["tensor", "None"]),
    "rows of different lengths": (
        lambda: minitorch.tensor([[1, 2], [3]]),
        ArgumentError,
        ["tensor", "lengths", "row"],
    ),
    "size that is no integer": (lambda: minitorch.zeros(2.5), ArgumentTypeError, ["size", "2.5", "float"]),
    "size of full": (lambda: minitorch.full(2, 1.0), ArgumentTypeError, ["full", "(2,)"]),
    "len of a 0-d tensor": (lambda: len(minitorch.tensor(1)), ArgumentTypeError, ["len", "0-d", "x.item()"]),
    "iteration over a 0-d tensor": (
        lambda: list(minitorch.tensor(1)),
        ArgumentTypeError,
        ["iter", "0-d", "x.item()"],
    ),
    "fraction that shall be an index": (
        lambda: [1, 2][minitorch.tensor(1.0)],
        ArgumentTypeError,
        ["index", "float32"],
    ),
    "format of a vector": (
        lambda: f"{minitorch.ones(2):.2f}",
        ArgumentTypeError,
        ["format", "(2,)", "x.item()"],
    ),
    "data that is no tensor": (lambda: setattr(leaf(2), "data", 3), ArgumentTypeError, ["data", "int"]),
    # random numbers
    "probability above one": (
        lambda: minitorch.bernoulli(minitorch.ones(2) * 2),
        ArgumentError,
        ["bernoulli", "0 and 1"],
    ),
    "negative deviation": (
        lambda: minitorch.normal(0.0, -1.0, (2,)),
        ArgumentError,
        ["normal", "negative", "-1.0"],
    ),
    "empty range": (lambda: minitorch.randint(5, 5, (2,)), ArgumentError, ["randint", "low=5", "high=5"]),
    "weights of zero": (
        lambda: minitorch.multinomial(minitorch.zeros(2), 1),
        ArgumentError,
        ["multinomial", "zero"],
    ),
    # places
    "cuda": (lambda: minitorch.ones(2).to("cuda"), BackendError, ["cuda", "cpu"]),
    "device that does not exist": (
        lambda: minitorch.device("gpu"),
        ArgumentError,
        ["device", "'gpu'", "'cuda'"],
    ),
    "dtype as text in to": (
        lambda: minitorch.ones(2).to("float32"),
        ArgumentError,
        ["'float32'", "minitorch.float32"],
    ),
    "backend that does not exist": (
        lambda: minitorch.use_backend("abacus"),
        BackendError,
        ["'abacus'", "numpy"],
    ),
    "default dtype": (
        lambda: minitorch.set_default_dtype(minitorch.int64),
        ArgumentTypeError,
        ["set_default_dtype", "int64"],
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_message(mistake: str) -> None:
    do, kind, parts = MISTAKES[mistake]
    with pytest.raises(kind) as caught:
        do()
    assert isinstance(caught.value, MinitorchError)
    message = str(caught.value)
    assert not [part for part in parts if part not in message], message
    assert "\n" not in message
    assert len(message) < 400


IN_PLACE = {
    "result of another shape": lambda x: x.add_(minitorch.ones(2, 3)),
    "shapes that do not broadcast": lambda x: x.mul_(minitorch.ones(4)),
    "result of another category": lambda x: x.add_(1j),
    "value of another shape": lambda x: x.__setitem__(slice(2), minitorch.ones(3)),
    "index out of range": lambda x: x.__setitem__(7, 1.0),
    "index list out of range": lambda x: x.__setitem__([0, 7], 1.0),
    "text": lambda x: x.__setitem__(0, "a"),
    "copy of another shape": lambda x: x.copy_(minitorch.ones(2)),
    "fill with a vector": lambda x: x.fill_(minitorch.ones(2)),
    "list": lambda x: x.add_([1.0, 2.0, 3.0]),
    "mask that is no mask": lambda x: x.masked_fill_(minitorch.ones(3), 1.0),
    "empty range": lambda x: x.uniform_(2, 1),
    "squeezed dim that is not there": lambda x: x.squeeze_(4),
    "accumulated out of range": lambda x: x.index_put_((ints(9),), minitorch.ones(1), accumulate=True),
}


@pytest.mark.parametrize("view", [False, True])
@pytest.mark.parametrize("recorded", [False, True])
@pytest.mark.parametrize("mistake", IN_PLACE)
def test_a_failed_change_changes_nothing(mistake: str, recorded: bool, view: bool) -> None:
    source = minitorch.arange(6.0).reshape(2, 3)
    if recorded:
        source = source.clone().requires_grad_() * 1
    x = source[0] if view else source[0].clone()
    values, version, node, shape = x.tolist(), x._version, x.grad_fn, x.shape
    with pytest.raises(MinitorchError):
        IN_PLACE[mistake](x)
    assert (x.tolist(), x._version, x.shape) == (values, version, shape)
    assert x.grad_fn is node
    assert x.requires_grad == recorded


def test_a_failed_walk_leaves_gradients_alone() -> None:
    x, w = leaf(3), leaf(3)
    (x * w).sum().backward()
    before = x.grad.tolist(), w.grad.tolist(), x.grad
    h = x * 2
    h.register_hook(lambda g: minitorch.ones(7))
    with pytest.raises(ShapeError):
        (h * w).sum().backward()
    assert (x.grad.tolist(), w.grad.tolist(), x.grad) == before


def test_errors_are_those_that_pytorch_raises() -> None:
    for kind in (
        ShapeError,
        DtypeError,
        GradientError,
        InplaceError,
        ArgumentError,
        BackendError,
        IndexRangeError,
    ):
        assert issubclass(kind, RuntimeError)
    assert issubclass(IndexRangeError, IndexError)
    assert issubclass(ArgumentError, ValueError)
    assert issubclass(ArgumentTypeError, TypeError)
