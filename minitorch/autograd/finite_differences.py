"""`gradcheck` and `gradgradcheck`: is a backward right?  Compared with finite differences.

A complex number counts as two real ones, its parts.  So the Jacobian is always a real matrix: a row
for each component of an input, a column for each component of an output.  Central differences give
it row by row, walks back give it column by column, and the two must agree.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from minitorch.backend import Array
from minitorch.errors import ArgumentError, ArgumentTypeError, GradcheckError
from minitorch.gradients import grad
from minitorch.modes import enable_grad, no_grad
from minitorch.random import Generator
from minitorch.registry import backend_of
from minitorch.value import Value, wrap

if TYPE_CHECKING:
    from minitorch.variable import Variable

Function = Callable[..., Any]


def gradcheck(
    func: Function,
    inputs: Variable | Sequence[Any],
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    check_batched_grad: bool = False,
    check_batched_forward_grad: bool = False,
    check_forward_ad: bool = False,
    check_backward_ad: bool = True,
    fast_mode: bool = False,
    masked: bool | None = None,
) -> bool:
    """Whether the gradients of `func` agree with central differences: |a − n| ≤ atol + rtol·|n|.

    The inputs that require grad are changed in place, one component at a time, and restored.  Use
    float64 or complex128: in float32 the differences drown in rounding.

    Args:
        func: takes the inputs, returns a tensor or several.
        inputs: what to call it with; those that require grad are checked.
        eps: half the distance of the central differences.
        atol: absolute tolerance.
        rtol: relative tolerance.
        raise_exception: raise for a mismatch, with both numbers; else return False.
        nondet_tol: how much two walks over the same graph may differ.
        check_undefined_grad: each output is walked from alone, so this is always checked.
        check_grad_dtypes: the engine gives gradients their input's dtype, so this always holds.
        check_batched_grad: check walks with several gradients to start with, too (`is_grads_batched`).
        check_batched_forward_grad: check derivatives along several directions at once, too.
        check_forward_ad: check derivatives along a random direction, by `func.jvp`.
        check_backward_ad: check gradients.
        fast_mode: compare along one random direction; entry by entry only if that fails.
        masked: about sparse tensors, which there are none of.

    Raises:
        GradcheckError: for a mismatch; the message names the input, its element, and both numbers.
        ArgumentError: if no input requires grad.

    >>> import minitorch
    >>> x = minitorch.tensor([0.5, 2.0], dtype=minitorch.float64, requires_grad=True)
    >>> minitorch.autograd.gradcheck(lambda x: (x * x).sum(), x)
    True
    """
    if not check_backward_ad and not check_forward_ad:
        raise ArgumentError(
            "gradcheck: check_backward_ad=False and check_forward_ad=False leave nothing to check"
        )
    if check_batched_forward_grad and not check_forward_ad:
        raise ArgumentError("gradcheck: check_batched_forward_grad=True needs check_forward_ad=True")
    if check_batched_grad and not check_backward_ad:
        raise ArgumentError("gradcheck: check_batched_grad=True needs check_backward_ad=True")
    arguments = (inputs,) if isinstance(inputs, Value) else tuple(inputs)
    try:
        check = Check(func, arguments, eps, atol, rtol, nondet_tol)
        if check_backward_ad:
            check.run(fast_mode, check_batched_grad)
        if check_forward_ad:
            from minitorch.autograd.more_checks import check_forward

            check_forward(check, check_batched_forward_grad)
    except GradcheckError:
        if raise_exception:
            raise
        return False
    return True


def gradgradcheck(
    func: Function,
    inputs: Variable | Sequence[Any],
    grad_outputs: Variable | Sequence[Variable | None] | None = None,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    gen_non_contig_grad_outputs: bool = False,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    check_batched_grad: bool = False,
    check_fwd_over_rev: bool = False,
    check_rev_over_rev: bool = True,
    fast_mode: bool = False,
    masked: bool = False,
) -> bool:
    """Whether the gradients of the gradients of `func` agree with central differences.

    The function checked is (inputs, g) ↦ the gradients of `func`, started with g.

    Args:
        func: as in `gradcheck`.
        inputs: as in `gradcheck`.
        grad_outputs: where the walks start, one for each output; random by default.
        eps: as in `gradcheck`.
        atol: as in `gradcheck`.
        rtol: as in `gradcheck`.
        gen_non_contig_grad_outputs: make the random ones non-contiguous.
        raise_exception: as in `gradcheck`.
        nondet_tol: as in `gradcheck`.
        check_undefined_grad: as in `gradcheck`.
        check_grad_dtypes: as in `gradcheck`.
        check_batched_grad: as in `gradcheck`.
        check_fwd_over_rev: check derivatives of the gradients along a random direction, by `func.jvp`.
        check_rev_over_rev: check gradients of the gradients.
        fast_mode: as in `gradcheck`.
        masked: as in `gradcheck`.

    Raises:
        GradcheckError: for a mismatch; the message names the input, its element, and both numbers.

    >>> import minitorch
    >>> x = minitorch.tensor([0.5, 2.0], dtype=minitorch.float64, requires_grad=True)
    >>> minitorch.autograd.gradgradcheck(lambda x: x**3, x)
    True
    """
    arguments = (inputs,) if isinstance(inputs, Value) else tuple(inputs)
    starts: tuple[Any, ...]
    if grad_outputs is None:
        starts = random_starts(differentiable(func(*arguments)), gen_non_contig_grad_outputs)
    else:
        starts = (grad_outputs,) if isinstance(grad_outputs, Value) else tuple(grad_outputs)
    count = len(starts)

    def gradients(*both: Any) -> tuple[Any, ...]:
        own = both[: len(both) - count]
        sources: tuple[Any, ...] = tuple(x for x in own if isinstance(x, Value) and x._requires_grad)
        with enable_grad():
            outputs = differentiable(func(*own))
            found: tuple[Any, ...] = grad(
                outputs, sources, both[len(both) - count :], create_graph=True, allow_unused=True
            )
        return tuple(g for g in found if g is not None)

    with enable_grad():
        return gradcheck(
            gradients,
            (*arguments, *starts),
            eps=eps,
            atol=atol,
            rtol=rtol,
            raise_exception=raise_exception,
            nondet_tol=nondet_tol,
            check_undefined_grad=check_undefined_grad,
            check_grad_dtypes=check_grad_dtypes,
            check_batched_grad=check_batched_grad,
            check_backward_ad=check_rev_over_rev,
            check_forward_ad=check_fwd_over_rev,
            fast_mode=fast_mode,
            masked=masked,
        )


class Check:
    """One comparison of a function's gradients with central differences."""

    def __init__(
        self,
        function: Function,
        arguments: tuple[Any, ...],
        eps: float,
        atol: float,
        rtol: float,
        nondet_tol: float,
    ) -> None:
        self.function, self.arguments = function, arguments
        self.eps, self.atol, self.rtol, self.nondet_tol = eps, atol, rtol, nondet_tol
        self.checked = [i for i, x in enumerate(arguments) if isinstance(x, Value) and x._requires_grad]
        if not self.checked:
            raise ArgumentError("gradcheck: no input requires grad; set x.requires_grad_() on those to check")
        self.sources = [arguments[i] for i in self.checked]
        self.random = Generator().manual_seed(0)
        for i, x in zip(self.checked, self.sources, strict=True):
            if x.array.dtype.itemsize < (16 if x.array.dtype.kind == "c" else 8):
                warnings.warn(
                    f"gradcheck: input {i} is {x.dtype}; differences need double precision, "
                    f"and this check will probably fail",
                    stacklevel=4,
                )
            if x.array.size and any(
                n > 1 and step == 0 for n, step in zip(x.array.shape, x.array.strides, strict=True)
            ):
                raise GradcheckError(
                    f"gradcheck: elements of input {i} of shape {tuple(x.shape)} share a place in "
                    f"memory (it was expanded), so they cannot be changed one by one; clone() it"
                )

    def run(self, fast: bool, batched: bool = False) -> None:
        """Compares everything.

        Raises:
            GradcheckError: at the first mismatch.
        """
        results = outputs_of(self.function(*self.arguments))
        outputs = [(k, y) for k, y in enumerate(results) if y._requires_grad]
        if not outputs:
            self.check_constant()
            return
        for k, y in outputs:
            if y.array.size:
                self.check_repeatable(k, y)
        if batched:
            from minitorch.autograd.more_checks import check_batched_grad

            check_batched_grad(self, outputs)
        if fast and all(self.agrees_along_a_direction(k, y) for k, y in outputs):
            return
        for j, (i, x) in enumerate(zip(self.checked, self.sources, strict=True)):
            numerical = self.differences(x)
            for k, y in outputs:
                self.compare(self.walks(y, j), numerical[k], (k, y), (i, x))

    def evaluate(self) -> list[Array]:
        """The outputs as vectors of real components."""
        with no_grad():
            return [parts(y.array, copy=True) for y in outputs_of(self.function(*self.arguments))]

    def differences(self, x: Variable) -> list[Array]:
        """For each output the Jacobian by `x`: a row of differences per component of `x`."""
        backend, flat = backend_of(x.array), places(x.array)
        steps = (self.eps, self.eps * 1j) if x.array.dtype.kind == "c" else (self.eps,)
        rows: list[list[Array]] = []
        for place in flat:
            for step in steps:
                old = x.array[place].item()
                try:
                    x.array[place] = old + step
                    above = self.evaluate()
                    x.array[place] = old - step
                    below = self.evaluate()
                finally:
                    x.array[place] = old
                rows.append([(a - b) / (2 * self.eps) for a, b in zip(above, below, strict=True)])
        if not rows:
            return [backend.zeros((0, len(y)), "float64") for y in self.evaluate()]
        return [backend.stack([row[k] for row in rows], 0) for k in range(len(rows[0]))]

    def walks(self, y: Variable, j: int) -> Array:
        """The Jacobian of output `y` by the j-th checked input: a column per walk."""
        backend = backend_of(y.array)
        ones = (1.0, 1j) if y.array.dtype.kind == "c" else (1.0,)
        columns = []
        for place in places(y.array):
            for one in ones:
                start = backend.zeros(y.array.shape, y.array.dtype)
                start[place] = one
                columns.append(self.gradient(y, start, j))
        if not columns:
            return backend.zeros((len(parts(self.sources[j].array)), 0), "float64")
        return backend.stack(columns, 1)

    def gradient(self, y: Variable, start: Array, j: int) -> Array:
        """The gradient by the j-th checked input, as a vector of real components."""
        x = self.sources[j]
        (g,) = grad(y, x, wrap(start), retain_graph=True, allow_unused=True)
        if g is None:
            return backend_of(x.array).zeros((len(parts(x.array)),), "float64")
        if g.array.shape != x.array.shape:
            raise GradcheckError(
                f"gradcheck: input {self.checked[j]} has shape {tuple(x.shape)}, "
                f"its gradient {tuple(g.shape)}"
            )
        return parts(g.array)

    def compare(
        self,
        walked: Array,
        numerical: Array,
        output: tuple[int, Variable],
        input: tuple[int, Variable],
    ) -> None:
        """Raises at the entry of two Jacobians that differs most."""
        (k, y), (i, x) = output, input
        backend = backend_of(walked)
        excess = backend.abs(walked - numerical) - (self.atol + self.rtol * backend.abs(numerical))
        wrong = ~(excess <= 0)  # NaN is wrong, too
        if not bool(wrong.any()):
            return
        worst = int(backend.argmax(backend.where(backend.isnan(excess), math.inf, excess)))
        column, row = divmod(worst, walked.shape[1])
        raise GradcheckError(
            f"gradcheck: the gradient of output {k} of shape {tuple(y.shape)} by input {i} of "
            f"shape {tuple(x.shape)} is wrong in {int(wrong.sum())} of {wrong.size} entries. The "
            f"worst, output element {entry(y, row)} by input element {entry(x, column)}: backward "
            f"gives {float(walked[column, row]):.8g}, central differences give "
            f"{float(numerical[column, row]):.8g}"
        )

    def check_repeatable(self, k: int, y: Variable) -> None:
        """Two walks over the same graph give the same."""
        start = self.direction(y)
        for j, i in enumerate(self.checked):
            first, second = self.gradient(y, start, j), self.gradient(y, start, j)
            apart = abs(first - second)
            if bool((apart > self.nondet_tol).any()):
                raise GradcheckError(
                    f"gradcheck: two walks from output {k} give different gradients of input {i}, "
                    f"up to {float(apart.max()):.3g} apart; the backward is not deterministic "
                    f"(nondet_tol={self.nondet_tol})"
                )

    def check_constant(self) -> None:
        """If no output requires grad, the function must not depend on the inputs that do."""
        for i, x in zip(self.checked, self.sources, strict=True):
            for k, rows in enumerate(self.differences(x)):
                if bool((abs(rows) > self.atol).any()):
                    raise GradcheckError(
                        f"gradcheck: output {k} does not require grad, so its gradient by input "
                        f"{i} counts as 0, but central differences give "
                        f"{float(abs(rows).max()):.8g}"
                    )

    def agrees_along_a_direction(self, k: int, y: Variable) -> bool:
        """Whether u·(J·v) by one difference equals (u·J)·v by one walk, for random u and v."""
        u = self.direction(y)
        along = [self.direction(x) for x in self.sources]
        walked = sum(float((self.gradient(y, u, j) * parts(v)).sum()) for j, v in enumerate(along))
        originals = [backend_of(x.array).copy(x.array) for x in self.sources]
        sides = []
        try:
            for sign in (1, -1):
                for x, old, v in zip(self.sources, originals, along, strict=True):
                    x.array[...] = old + sign * self.eps * v
                sides.append(self.evaluate()[k])
        finally:
            for x, old in zip(self.sources, originals, strict=True):
                x.array[...] = old
        numerical = float(((sides[0] - sides[1]) / (2 * self.eps) * parts(u)).sum())
        return abs(walked - numerical) <= self.atol + self.rtol * abs(numerical)

    def direction(self, x: Variable) -> Array:
        """A random array in the shape and dtype of `x`."""
        return self.random.source.normal(tuple(x.array.shape), x.array.dtype)


def outputs_of(result: Any) -> tuple[Variable, ...]:
    """What a function returned, as a tuple of tensors.

    Raises:
        ArgumentTypeError: if it returned something else.
    """
    outputs = (result,) if isinstance(result, Value) else tuple(result)
    for k, y in enumerate(outputs):
        if not isinstance(y, Value):
            raise ArgumentTypeError(f"gradcheck: output {k} is a {type(y).__name__}, expected a Tensor")
    return outputs


def differentiable(result: Any) -> tuple[Variable, ...]:
    """Those outputs that have gradients."""
    return tuple(y for y in outputs_of(result) if y._requires_grad)


def random_starts(outputs: tuple[Variable, ...], non_contiguous: bool) -> tuple[Variable, ...]:
    """For each output a random gradient to start with, which itself requires grad."""
    source = Generator().manual_seed(1).source
    starts = []
    for y in outputs:
        shape = tuple(y.array.shape)
        if non_contiguous:
            array = source.normal((*shape, 2), y.array.dtype)[..., 0]
        else:
            array = source.normal(shape, y.array.dtype)
        start = wrap(backend_of(y.array).asarray(array))
        start._requires_grad = True
        starts.append(start)
    return tuple(starts)


def parts(x: Array, copy: bool = False) -> Array:
    """All elements as one float64 vector, complex ones as pairs of parts."""
    if x.dtype.kind == "c":
        return x.astype("complex128").reshape(-1).view("float64")
    flat = x.reshape(-1)
    return flat.astype("float64") if copy or flat.dtype != "float64" else flat


def places(x: Array) -> list[tuple[int, ...]]:
    """The indices of all elements, in row-major order."""
    indices: list[tuple[int, ...]] = [()]
    for n in x.shape:
        indices = [(*index, i) for index in indices for i in range(n)]
    return indices


def entry(x: Variable, component: int) -> str:
    """The element that a real component belongs to, as the user would index it."""
    if x.array.dtype.kind != "c":
        return str(places(x.array)[component])
    return f"{places(x.array)[component // 2]} ({'imaginary' if component % 2 else 'real'} part)"
