"""compare_with_reference: right functions pass; of wrong ones it says what is wrong, and never what would be right."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import minitorch
from minitorch import nn
from minitorch.errors import ArgumentError, ArgumentTypeError
from minitorch.testing import MismatchError, compare_with_reference, gradcheck, samples
from minitorch.testing.inputs import LAYOUTS

F = nn.functional


class Scale(minitorch.autograd.Function):
    """x · w with a backward that a subclass may spoil."""

    @staticmethod
    def forward(ctx: Any, x: Any, w: Any) -> Any:
        ctx.save_for_backward(x, w)
        return x * w

    @classmethod
    def formula(cls, g: Any, x: Any, w: Any) -> Any:
        return g * w, (g * x).sum(0)

    @classmethod
    def backward(cls, ctx: Any, g: Any) -> Any:
        return cls.formula(g, *ctx.saved_tensors)


def spoiled(formula: Callable[..., Any]) -> Callable[..., Any]:
    """Scale with another formula for its gradients."""
    return type("Spoiled", (Scale,), {"formula": classmethod(lambda cls, *args: formula(*args))}).apply


def scale(x: Any, w: Any) -> Any:
    return x * w


def problem(
    student: Callable[..., Any], reference: Callable[..., Any], *inputs: Any, **settings: Any
) -> MismatchError:
    """The error that a wrong function earns."""
    given = list(samples(*inputs)) if isinstance(inputs[0], str) else [inputs]
    with pytest.raises(MismatchError) as caught:
        compare_with_reference(student, reference, given, **settings)
    return caught.value


@pytest.mark.parametrize(
    ("student", "reference", "shapes"),
    [
        (lambda x: x.exp() / x.exp().sum(-1, keepdim=True), lambda x: F.softmax(x, -1), ["n d"]),
        (lambda x, w: w.T @ x, lambda x, w: minitorch.einsum("ij,ik->jk", w, x), ["n d", "n m"]),
        (Scale.apply, scale, ["n d", "d"]),
        (lambda x: (x.sum(0), x.amax(1)), lambda x: [x.sum(0), x.max(dim=1).values], [("n", 3)]),
        (lambda x, k: x * k, lambda x, k: x * k, ["b n d", 3]),
    ],
)
def test_right_functions_pass(student: Any, reference: Any, shapes: list[Any]) -> None:
    compare_with_reference(student, reference, samples(*shapes))


# Values ---------------------------------------------------------------------------------------------------

x34 = minitorch.tensor(np.random.default_rng(0).uniform(-1, 1, (3, 4)))


@pytest.mark.parametrize(
    ("student", "reference", "what", "says"),
    [
        (lambda x: None, lambda x: x, "type", "is `return` missing"),
        (lambda x: ..., lambda x: x, "type", "still to be written"),
        (lambda x: x.detach().numpy(), lambda x: x, "type", "has left the graph"),
        (lambda x: (x, x), lambda x: x, "type", "2 result"),
        (lambda x: x[None, 1, 2, 3, 4], lambda x: x, "error", "it raises IndexRangeError"),
        (lambda x: x.T, lambda x: x, "shape", "transpose"),
        (lambda x: x.sum(1), lambda x: x.sum(1, keepdim=True), "shape", "keepdims=True"),
        (lambda x: x.exp(), lambda x: x.exp().sum(1), "shape", "Is a sum over it missing"),
        (lambda x: x.sum(), lambda x: x.sum(1), "shape", "too few dims"),
        (lambda x: x.float(), lambda x: x, "dtype", "float32 and should be float64"),
        (lambda x: -x, lambda x: x, "value", "The sign is wrong"),
        (lambda x: x * 0, lambda x: x, "value", "0 everywhere"),
        (lambda x: x * 3, lambda x: x, "value", "3 (too large), the size of dim 0"),
        (lambda x: x.sum(1), lambda x: x.mean(1), "value", "4 (too large), the size of dim 1"),
        (lambda x: x / 2, lambda x: x, "value", "1/√4 (too small), the root of the size of dim 1"),
        (lambda x: x * 1.7, lambda x: x, "value", "same factor everywhere."),
        (lambda x: x + 0.5, lambda x: x, "value", "same number is added"),
        (lambda x: x.log(), lambda x: x, "value", "NaN"),
        (lambda x: x / (x - x).abs(), lambda x: x, "value", "infinities"),
        (lambda x: x.flip(0), lambda x: x, "value", "reversed along dim 0"),
        (lambda x: x.roll(-1, 1), lambda x: x, "value", "shifted by 1 along dim 1"),
        (lambda x: x.relu(), lambda x: F.leaky_relu(x, 0.3), "value", "where argument 0 is negative"),
        (lambda x: x * 0 + 0.25, lambda x: x.softmax(1), "value", "All elements are the same"),
        (
            lambda x: minitorch.cat([x[:-1], x[-1:] * x[-1:]]),
            lambda x: x,
            "value",
            "one slice along dim 0: the last",
        ),
        (lambda x: x.add_(1), lambda x: x + 1, "inplace", "`x` in place"),
    ],
)
def test_wrong_values(student: Any, reference: Any, what: str, says: str) -> None:
    error = problem(student, reference, x34.clone(), gradients=False)
    assert error.what == what
    assert says in str(error)


def test_a_square_matrix_that_is_transposed() -> None:
    square = minitorch.tensor(np.random.default_rng(0).uniform(-1, 1, (4, 4)))
    assert "if it were transposed" in str(problem(lambda x: x.T, lambda x: x, square))


def test_an_error_is_told_with_its_line() -> None:
    def student(x: Any) -> Any:
        doubled = x + x
        return doubled @ doubled

    error = problem(student, lambda x: x, x34)
    assert "ShapeError" in str(error)
    assert str(error).endswith("in the line `return doubled @ doubled`")


def test_gaps_stay_gaps() -> None:
    def student(x: Any) -> Any:
        raise NotImplementedError("your code here")

    with pytest.raises(NotImplementedError, match="your code here"):
        compare_with_reference(student, lambda x: x, (x34,))


# Gradients ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("formula", "argument", "says"),
    [
        (lambda g, x, w: (-g * w, (g * x).sum(0)), 0, "The sign is wrong"),
        (lambda g, x, w: (g, (g * x).sum(0)), 0, "the incoming gradient g itself"),
        (lambda g, x, w: (w + 0 * g, (g * x).sum(0)), 0, "Only the incoming gradient g is missing"),
        (lambda g, x, w: (g * w * 2, (g * x).sum(0)), 0, "factor everywhere, 2 (too large)"),
        (lambda g, x, w: (g * w, (g * x).mean(0)), 1, "(too small), the size of dim 0"),
        (lambda g, x, w: (g * w, (g * x)[0]), 1, "gradient is the sum over all places"),
        (lambda g, x, w: (None, (g * x).sum(0)), 0, "missing"),
        (lambda g, x, w: (g.T, (g * x).sum(0)), None, "wrong shape"),
    ],
)
def test_right_values_with_wrong_gradients(formula: Any, argument: int | None, says: str) -> None:
    error = problem(spoiled(formula), scale, "n d", "d")
    assert error.what == "gradient"
    assert error.argument == argument
    assert says in str(error)
    assert "the values are right" in str(error)


def test_results_that_left_the_graph() -> None:
    def student(x: Any) -> Any:
        return minitorch.tensor(x.detach().numpy() ** 2)

    error = problem(student, lambda x: x * x, "n")
    assert error.what == "graph"
    assert "no gradient can flow" in str(error)


def test_a_gradient_where_there_should_be_none() -> None:
    error = problem(lambda x, y: x * y, lambda x, y: x * y.detach(), x34, x34.clone())
    assert (error.what, error.argument) == ("gradient", 1)
    assert "should be 0" in str(error)


def test_complex_arguments_have_gradients_too() -> None:
    z = minitorch.tensor([1 + 2j, 0.5 - 1j])
    compare_with_reference(lambda z: z * z, lambda z: z**2, (z,))
    error = problem(lambda z: (z * z).detach() + z - z.detach(), lambda z: z * z, z)
    assert error.what == "gradient"


# What messages keep to themselves ----------------------------------------------------------------------------


def test_no_message_contains_a_number_of_the_reference() -> None:
    secret = minitorch.tensor([[0.123456789, -7.654321], [31.4159265, 2.7182818]], dtype=minitorch.float64)
    wrong = [
        lambda x: -secret + 0 * x, lambda x: secret.T + 0 * x, lambda x: secret * 3 + 0 * x,
        lambda x: secret + 1 + 0 * x, lambda x: secret * 1.234 + 0 * x, lambda x: secret.sum() * x[0, 0],
        lambda x: x, lambda x: x * 0, lambda x: x / x,
    ]  # fmt: skip
    for student in wrong:
        text = str(problem(student, lambda x: secret + 0 * x, minitorch.rand(2, 2, dtype=minitorch.float64)))
        assert not re.search(r"\d\.\d{3}|7\.65|31\.|2\.7|0\.12|1\.23", text), text


def test_a_single_number_is_not_told_by_its_factor() -> None:
    error = problem(lambda x: x.sum() * 0 + 1.0, lambda x: x.sum() * 0 + 0.4321, x34)
    assert str(error).endswith("the value is wrong")


# Samples ----------------------------------------------------------------------------------------------------


def test_samples_are_awkward_and_the_same_for_a_seed() -> None:
    found = list(samples("b n", "n", seed=5))
    again, other = list(samples("b n", "n", seed=5)), list(samples("b n", "n", seed=6))
    for one, two in zip(found, again, strict=True):
        for x, y in zip(one.args, two.args, strict=True):
            np.testing.assert_array_equal(x.numpy(), y.numpy())
    assert any(one.args[0].tolist() != two.args[0].tolist() for one, two in zip(found, other, strict=True))
    assert {x.dtype for sample in found for x in sample.args} == {minitorch.float32, minitorch.float64}
    assert any(x.numel() == 0 for sample in found for x in sample.args)
    assert sum(not sample.args[0].is_contiguous() for sample in found) == len(LAYOUTS)
    for sample in found:
        assert sample.args[0].shape[1] == sample.args[1].shape[0]


def test_layouts_reach_the_function_under_test() -> None:
    seen = []
    compare_with_reference(lambda x: seen.append(x.is_contiguous()) or x, lambda x: x, samples("n d"))
    assert seen.count(False) == len(LAYOUTS)


def test_wrong_requests() -> None:
    with pytest.raises(ArgumentError, match="layouts out of"):
        list(samples("n", layouts=["sideways"]))
    with pytest.raises(ArgumentError, match="no inputs"):
        compare_with_reference(abs, abs, [])
    with pytest.raises(ArgumentTypeError, match="expected a tuple"):
        compare_with_reference(abs, abs, [3.0])


def test_gradcheck_is_the_one_of_autograd() -> None:
    assert gradcheck is minitorch.autograd.gradcheck
