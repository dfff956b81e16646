"""`Batch`: what an update rule gets to see of the parameters that have gradients."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from minitorch import dtypes
from minitorch.backend import Array, Backend
from minitorch.errors import BackendError
from minitorch.registry import current_backend
from minitorch.value import wrap

if TYPE_CHECKING:
    from minitorch.variable import Variable


class Batch:
    """Parameters of one group on one backend, with their gradients and state, as lists of arrays.

    Attributes:
        backend: serves all of them.
        variables: the parameters.
        params, grads: the arrays.
        states: for each parameter its entry in the optimizer's state.
        any_complex: whether one of them is complex.
    """

    __slots__ = ("any_complex", "backend", "grads", "params", "states", "variables")

    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        self.variables: list[Variable] = []
        self.params: list[Array] = []
        self.grads: list[Array] = []
        self.states: list[dict[str, Any]] = []
        self.any_complex = False

    def append(self, x: Variable, grad: Array, state: dict[str, Any]) -> None:
        """Adds a parameter."""
        self.variables.append(x)
        self.params.append(x.array)
        self.any_complex |= x.array.dtype.kind == "c"
        self.grads.append(grad)
        self.states.append(state)

    def buffers(self, name: str, start: float = 0.0) -> list[Array]:
        """The arrays of this name in the state, like the parameters; filled with `start` where new."""
        result = []
        for x, state in zip(self.params, self.states, strict=True):
            value = state.get(name)
            if value is None:
                value = state[name] = wrap(filled_like(self.backend, x, start))
            result.append(value.array)
        return result

    def numbers(self, name: str, start: float = 0.0, on_device: bool = False) -> list[Array]:
        """The arrays of this name in the state that hold one number per parameter.

        They are kept on the CPU, where the program looks at them, unless they shall be on the parameters' device.
        """
        backend = self.backend if on_device or self.backend.checks_values else current_backend()
        result = []
        for state in self.states:
            value = state.get(name)
            if value is None:
                value = state[name] = new_number(backend, start)
            result.append(value.array)
        return result

    def number(self, value: Any) -> Any:
        """A setting as a number; a tensor on the parameters' GPU as its array, so that it can still change."""
        on_gpu = not self.backend.checks_values and getattr(value, "is_cuda", False)
        return value.array if on_gpu else float(value)

    def advance(self, capturable: bool = False) -> list[Any]:
        """Counts a step of each parameter, and returns the counts.

        Args:
            capturable: count on the parameters' device, if that is a GPU, so that a CUDA graph counts, too; the
                counts are then arrays there.

        Raises:
            BackendError: while a graph is captured that would repeat the same step forever.
        """
        if not self.backend.checks_values:
            if capturable:
                return self.advance_on_device()
            if self.backend.runtime.capture.active:
                raise BackendError(
                    "optimizer.step: the count of steps is kept on the CPU, and a CUDA graph would repeat the same "
                    "step; make the optimizer with capturable=True"
                )
        counters = self.numbers("step")
        steps = [float(count) + 1.0 for count in counters]
        for count, step in zip(counters, steps, strict=True):
            count[...] = step
        return steps

    def advance_on_device(self) -> list[Array]:
        """Counts a step of each parameter where the parameters are."""
        for state in self.states:
            count = state.get("step")
            if count is not None and count.array.__class__ is not self.backend.array_type:
                state["step"] = wrap(self.backend.asarray(count.array))  # counted on the CPU before
        counters = self.numbers("step", on_device=True)
        for count in counters:
            count += 1
        return counters

    def rows(self, *values: list[Any]) -> Iterator[tuple[Any, ...]]:
        """For each parameter a row (x, g, …) with its entries in `values`; two rows where it is complex."""
        return zip(*map(self.real, (self.params, self.grads, *values)), strict=True)

    def real(self, values: list[Any]) -> list[Any]:
        """`values`, one per parameter, with those of complex parameters as two: real and imaginary part.

        Arrays are split into views of their parts; numbers are repeated.
        """
        if not self.any_complex:
            return values
        result = []
        for x, value in zip(self.params, values, strict=True):
            if x.dtype.kind != "c":
                result.append(value)
            elif hasattr(value, "dtype"):
                result += [value.real, value.imag]
            else:
                result += [value, value]
        return result


def filled_like(backend: Backend, x: Array, start: float) -> Array:
    """An array like `x` of this value, which for complex numbers fills both parts."""
    value = complex(start, start) if x.dtype.kind == "c" else start
    return backend.full(x.shape, value, x.dtype) if start else backend.zeros(x.shape, x.dtype)


def new_number(backend: Backend, start: float) -> Variable:
    """A tensor for a single number, with the dtype that PyTorch gives to counts of steps."""
    default = dtypes.get_default_dtype()
    kind = dtypes.float64 if default is dtypes.float64 else dtypes.float32
    return wrap(backend.full((), start, kind.dtype))
