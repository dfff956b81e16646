"""`Batch`: what an update rule gets to see of the parameters that have gradients."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from minitorch import dtypes
from minitorch.backend import Array, Backend
from minitorch.device import device_of, recording, transfer
from minitorch.errors import BackendError
from minitorch.registry import backend_of, current_backend
from minitorch.value import Value, wrap

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
                if recording() is not None:
                    raise BackendError(
                        "cuda.graph: an optimizer would begin anew at every replay, since it makes its state in this "
                        "step; run the step a few times before the capture"
                    )
                value = state[name] = wrap(filled_like(self.backend, x, start))
            result.append(value.array)
        return result

    def rate(self, value: Any) -> Any:
        """A learning rate as rules take it: a number, or, of a tensor on a GPU, the array, which nothing waits for."""
        if isinstance(value, Value):
            owner = backend_of(value.array)
            if owner is self.backend and owner.device_type != "cpu":
                return transfer(value.array, device_of(self.params[0])).reshape(())
        return float(value)

    def numbers(self, name: str, start: float = 0.0) -> list[Array]:
        """The arrays of this name in the state that hold one number per parameter; on the CPU, which looks at them."""
        backend = self.backend if self.backend.device_type == "cpu" else current_backend()
        result = []
        for state in self.states:
            value = state.get(name)
            if value is None:
                value = state[name] = new_number(backend, start)
            result.append(value.array)
        return result

    def advance(self) -> list[float]:
        """Counts a step of each parameter, and returns the counts; one in a CUDA graph counts when it is replayed."""
        counters = self.numbers("step")
        steps = [float(count) + 1.0 for count in counters]

        def count_on() -> None:
            for count in counters:
                count += 1

        replays = None if self.backend.device_type == "cpu" else recording()
        if replays is None:
            count_on()
        else:
            replays.changes.append(count_on)
        return steps

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
