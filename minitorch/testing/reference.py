"""`compare_with_reference`: values and gradients of a student's function beside those of the right one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from inspect import signature
from pathlib import Path
from traceback import extract_tb
from typing import Any

import numpy as np

from minitorch.creation import tensor
from minitorch.errors import GradientError, MinitorchError, ShapeError
from minitorch.gradients import grad
from minitorch.testing.close import TOLERANCES
from minitorch.testing.diagnosis import shape_problem, value_problem
from minitorch.testing.inputs import Sample, as_samples
from minitorch.variable import Variable

LIBRARY = str(Path(__file__).resolve().parents[1])
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth")


class MismatchError(MinitorchError, AssertionError):
    """A function does not do what its reference does.

    Attributes:
        what: `error`, `type`, `shape`, `dtype`, `value`, `inplace`, `graph` or `gradient`.
        sample: the label of the input.
        argument: the index of the argument whose gradient is wrong, or None.
    """

    def __init__(self, message: str, what: str, sample: str, argument: int | None = None) -> None:
        super().__init__(message)
        self.what, self.sample, self.argument = what, sample, argument


def compare_with_reference(
    student: Callable[..., Any],
    reference: Callable[..., Any],
    inputs: Any,
    *,
    gradients: bool = True,
    check_dtype: bool = True,
    rtol: float | None = None,
    atol: float | None = None,
    seed: int = 0,
    name: str | None = None,
) -> None:
    """Passes if two functions give the same values, and the same gradients of every floating-point argument.

    The gradients are those of Σ g·y with a random g, so that no mistake hides behind a g of ones. It also looks
    whether an argument was changed in place. The message of the error says for which input, what, where and how:
    a sign, a transpose, a factor, a sum that is missing. No number of the reference is in it.

    Args:
        student: the function under test; takes tensors and returns a tensor, or several.
        reference: the right one.
        inputs: the arguments as a tuple, or a list of such tuples, or what `samples` gives.
        gradients: whether to compare gradients.
        check_dtype: whether the dtypes of the results must be equal.
        rtol: the relative tolerance; by default that of `assert_close`, ten times for gradients.
        atol: the absolute tolerance.
        seed: of the random g.
        name: what messages call the function; by default its own name.

    Raises:
        MismatchError: an AssertionError, at the first difference.
        ArgumentError: if there are no inputs.

    >>> import minitorch
    >>> from minitorch.testing import compare_with_reference, samples
    >>> def mean_square(x):
    ...     return (x * x).sum() / len(x)
    >>> compare_with_reference(mean_square, lambda x: (x * x).mean(0), [(minitorch.rand(4),)])
    >>> compare_with_reference(mean_square, lambda x: (x * x).mean(), samples("n d"))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    minitorch.testing.reference.MismatchError: mean_square, for (5, 3) float64: the value is wrong. It is off by ...
    """
    title = str(name or getattr(student, "__name__", type(student).__name__))
    for sample in as_samples(inputs):
        Comparison(student, reference, sample, title, gradients, check_dtype, rtol, atol, seed).run()


@dataclass
class Comparison:
    """The comparison on one sample."""

    student: Callable[..., Any]
    reference: Callable[..., Any]
    sample: Sample
    title: str
    gradients: bool
    check_dtype: bool
    rtol: float | None
    atol: float | None
    seed: int

    @property
    def arrays(self) -> tuple[Any, ...]:
        """The arguments that are tensors, as arrays."""
        return tuple(x.detach().numpy() for x in self.sample.args if isinstance(x, Variable))

    @property
    def where(self) -> str:
        """How messages begin: the function, and what it was given."""
        shapes = ", ".join(str(a.shape) for a in self.arrays)
        return (
            f"{self.title}, for {shapes} {self.sample.label}"
            if shapes
            else f"{self.title}, for {self.sample.label}"
        )

    def fail(self, what: str, message: str, argument: int | None = None) -> MismatchError:
        """The error, and what it is about."""
        return MismatchError(f"{self.where}: {message}", what, self.sample.label, argument)

    def run(self) -> None:
        """Raises a MismatchError at the first difference."""
        theirs, ours = self.arguments(), self.arguments()
        expected = results_of(self.reference(*ours))
        try:
            raw = self.student(*theirs)
        except NotImplementedError as error:
            if not isinstance(error, MinitorchError):  # a gap that is still to be filled
                raise
            raise self.fail("error", raised(error)) from error
        except Exception as error:
            raise self.fail("error", raised(error)) from error
        self.look_at_arguments(theirs)
        found = self.check_kind(raw, expected)
        for i, (y, wanted) in enumerate(zip(found, expected, strict=True)):
            self.compare_values(y, wanted, f"the {ordinal(i)} result" if len(expected) > 1 else "the value")
        if self.gradients:
            self.compare_gradients(theirs, found, ours, expected)

    def arguments(self) -> tuple[Any, ...]:
        """The sample's arguments as fresh tensors, which record if gradients are wanted."""
        fresh = []
        for x in self.sample.args:
            if isinstance(x, Variable):
                y = same_layout(x)
                if self.gradients and (y.dtype.is_floating_point or y.dtype.is_complex):
                    y.requires_grad_()
                fresh.append(y)
            else:
                fresh.append(x)
        return tuple(fresh)

    def look_at_arguments(self, theirs: tuple[Any, ...]) -> None:
        """Whether the student's function left its arguments as they were."""
        for i, (x, given) in enumerate(zip(theirs, self.sample.args, strict=True)):
            if isinstance(x, Variable) and not np.array_equal(
                x.detach().numpy(), given.numpy(), equal_nan=x.dtype.is_floating_point
            ):
                raise self.fail(
                    "inplace",
                    f"it changed {self.name_of(i)} in place, which belongs to the caller. "
                    f"Work on a new tensor: y = x + 1 instead of x += 1",
                    i,
                )

    def check_kind(self, raw: Any, expected: tuple[Any, ...]) -> tuple[Any, ...]:
        """The student's results, as many as there should be."""
        if raw is None or raw is ... or raw is NotImplemented:
            what = (
                "None: is `return` missing?"
                if raw is None
                else "nothing yet: this part is still to be written"
            )
            raise self.fail("type", f"it returns {what}")
        found = raw if isinstance(raw, (tuple, list)) else (raw,)
        if len(found) != len(expected):
            raise self.fail("type", f"it returns {len(found)} result(s) and should return {len(expected)}")
        for y, wanted in zip(found, expected, strict=True):
            if isinstance(wanted, Variable) and not isinstance(y, Variable):
                hint = ": a NumPy array has left the graph" if isinstance(y, np.ndarray) else ""
                raise self.fail("type", f"it returns a {type(y).__name__} and should return a Tensor{hint}")
        return tuple(found)

    def compare_values(self, y: Any, wanted: Any, what: str) -> None:
        """One result beside the right one."""
        got, right = array_of(y), array_of(wanted)
        if got.shape != right.shape:
            raise self.fail("shape", f"{what} is wrong: {shape_problem(got.shape, right.shape)}")
        if self.check_dtype and isinstance(wanted, Variable) and got.dtype != right.dtype:
            raise self.fail("dtype", f"{what} is wrong: the dtype is {got.dtype} and should be {right.dtype}")
        rtol, atol = self.tolerances(wanted, 1)
        if right.dtype.kind not in "fc" and self.rtol is None:
            rtol = atol = 0.0
        problem = value_problem(got, right, rtol, atol, self.arrays)
        if problem:
            raise self.fail("value", f"{what} is {problem}")

    def compare_gradients(
        self,
        theirs: tuple[Any, ...],
        found: tuple[Any, ...],
        ours: tuple[Any, ...],
        expected: tuple[Any, ...],
    ) -> None:
        """The gradients of all arguments, beside the right ones."""
        random = np.random.default_rng(self.seed)
        starts = []
        for i, (y, wanted) in enumerate(zip(found, expected, strict=True)):
            g = random.uniform(0.5, 1.5, array_of(wanted).shape) * random.choice(
                (-1, 1), array_of(wanted).shape
            )
            starts.append(
                tensor(g.astype(array_of(wanted).dtype)) if array_of(wanted).dtype.kind in "fc" else None
            )
            if isinstance(wanted, Variable) and wanted.requires_grad and not y.requires_grad:
                which = f" of the {ordinal(i)} result" if len(expected) > 1 else ""
                raise self.fail(
                    "graph",
                    f"the values{which} are right, but they are not part of the graph: no gradient can flow. "
                    f"Was it computed with .numpy(), .item(), .detach(), tensor(…) or in no_grad()?",
                )
        right = gradients_of(expected, starts, ours)
        try:
            got = gradients_of(found, starts, theirs)
        except ShapeError as error:
            raise self.fail(
                "gradient",
                f"the values are right, but backward gives a gradient of a wrong shape: {error}. If the input was "
                f"broadcast, its gradient has to be summed over those dims",
            ) from error
        except GradientError as error:
            raise self.fail("gradient", f"the values are right, but backward fails: {error}") from error
        for i, wanted in enumerate(right):
            if wanted is not None:
                self.compare_gradient(i, got[i], wanted, starts[0] if len(starts) == 1 else None)
            elif got[i] is not None and got[i].any():
                message = f"the gradient with respect to {self.name_of(i)} should be 0: the result should not follow it"
                raise self.fail("gradient", f"the values are right, but {message}", i)

    def compare_gradient(self, i: int, got: Any, wanted: Any, start: Any) -> None:
        """The gradient of one argument."""
        message = f"the values are right, but the gradient with respect to {self.name_of(i)} is"
        right, incoming = wanted.numpy(), None if start is None else start.numpy()
        if got is None:
            if right.any():
                raise self.fail(
                    "gradient", f"{message} missing: the result does not depend on it in the graph", i
                )
            return
        rtol, atol = self.tolerances(wanted, 10)
        problem = value_problem(got.numpy(), right, rtol, atol, self.arrays, incoming)
        if problem:
            if incoming is not None and incoming.size > right.size > 0:
                problem += (
                    " The argument is smaller than the result: if it was broadcast, its gradient is the sum over "
                    "all places at which it was used."
                )
            raise self.fail("gradient", f"{message} {problem}", i)

    def tolerances(self, wanted: Any, times: float) -> tuple[float, float]:
        """How far a result may be off, by the dtypes of the arguments and its own."""
        kinds = [x.dtype for x in (*self.sample.args, wanted) if isinstance(x, Variable)]
        limits = [TOLERANCES.get(kind, (0.0, 0.0)) for kind in kinds] or [(1e-7, 1e-7)]
        rtol = times * max(r for r, _ in limits) if self.rtol is None else self.rtol
        return rtol, times * max(a for _, a in limits) if self.atol is None else self.atol

    def name_of(self, i: int) -> str:
        """An argument as the student calls it."""
        try:
            names = [p.name for p in signature(self.student).parameters.values() if p.kind in (0, 1)]
        except (TypeError, ValueError):
            names = []
        return f"`{names[i]}`" if i < len(names) else f"argument {i}"


def raised(error: Exception) -> str:
    """What went wrong in the student's function, and in which of its lines."""
    lines = [step for step in extract_tb(error.__traceback__) if not step.filename.startswith(LIBRARY)]
    where = f", in the line `{lines[-1].line}`" if lines and lines[-1].line else ""
    return f"it raises {type(error).__name__}: {error}{where}"


def same_layout(x: Any) -> Any:
    """A copy of a tensor, with its elements in the same order in memory, as a leaf."""
    a = x.numpy()
    if a.flags.c_contiguous:
        return x.detach().clone()
    if a.ndim > 1 and a.swapaxes(-1, -2).flags.c_contiguous:
        return tensor(a.swapaxes(-1, -2)).transpose(-1, -2).detach()
    return tensor(np.repeat(a, 2, -1))[..., ::2].detach()


def gradients_of(results: Iterable[Any], starts: list[Any], arguments: tuple[Any, ...]) -> list[Any]:
    """For each argument the gradient of Σ g·y, or None where there is none."""
    pairs = [
        (y, g) for y, g in zip(results, starts, strict=True) if isinstance(y, Variable) and y.requires_grad
    ]
    wanted = [i for i, x in enumerate(arguments) if isinstance(x, Variable) and x.requires_grad]
    found: list[Any] = [None] * len(arguments)
    if pairs and wanted:
        ys, gs = zip(*pairs, strict=True)
        for i, g in zip(wanted, grad(ys, [arguments[i] for i in wanted], gs, allow_unused=True), strict=True):
            found[i] = g
    return found


def results_of(value: Any) -> tuple[Any, ...]:
    """One result or several, as a tuple."""
    return tuple(value) if isinstance(value, (tuple, list)) else (value,)


def array_of(y: Any) -> Any:
    """The array of a result."""
    return y.detach().numpy() if isinstance(y, Variable) else np.asarray(y)


def ordinal(i: int) -> str:
    """A place in a row, in words."""
    return ORDINALS[i] if i < len(ORDINALS) else f"{i + 1}th"
