"""`Value`: the state of a Variable, without its operations.

It stands apart so that `op.py` can make Variables although Variable's methods are made of ops.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from minitorch.errors import InplaceError
from minitorch.modes import current, enable_grad
from minitorch.registry import backend_of

if TYPE_CHECKING:
    from minitorch.backend import Array
    from minitorch.op import Op
    from minitorch.variable import Variable


class Version:
    """Counts the in-place changes of one piece of memory; views share it."""

    value = 0


def lay_out(kind: type, *names: str) -> None:
    """Gives all instances of a class places for these attributes.

    CPython takes the places from what the first few instances have: without this, had those recorded nothing,
    each later one that does would pay for a dictionary of its own.
    """
    first: Any = object.__new__(kind)
    for name in names:
        object.__setattr__(first, name, None)


class Value:
    """An array, and its place in the graph.

    Attributes:
        array: the bare array, owned by a backend.
        grad: the accumulated gradient, for leaves.
        grad_fn: the op that made this value, if it was recorded.
    """

    array: Array
    _grad: Variable | None = None
    grad_fn: Op | None = None

    _requires_grad: bool = False
    _output_nr: int = 0  # which of grad_fn's outputs this is
    _counter: Version | None = None
    _view: View | None = None
    _inference: bool = False
    _leaf_hooks: Any = None
    _post_hooks: Any = None

    variable_class: ClassVar[type[Variable]]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        lay_out(cls, "array", "grad_fn", "_requires_grad", "_grad", "_counter", "_view")
        if not hasattr(Value, "variable_class"):
            Value.variable_class = cls  # type: ignore[assignment]

    def _version_counter(self) -> Version:
        if self._counter is None:
            self._counter = Version()
        return self._counter


def wrap(array: Array) -> Variable:
    """A Variable that holds this very array, outside of any graph."""
    result = object.__new__(Value.variable_class)
    result.array = array
    if current().inference:
        result._inference = True
    return result


def array_of(x: Any) -> Any:
    """The bare array of a Variable; anything else as it is.

    >>> import minitorch
    >>> from minitorch.value import array_of
    >>> array_of(minitorch.arange(3)).tolist()
    [0, 1, 2]
    """
    return x.array if isinstance(x, Value) else x


class View:
    """How a Variable came out of another one whose memory it shares.

    Attributes:
        base: the Variable that owns the memory.
        steps: the view operations that lead from the base to the view: (op class, settings, output number).
        version: the base's version at which the view's place in the graph was right.
    """

    __slots__ = ("base", "shape", "steps", "version")

    def __init__(self, base: Value, steps: tuple[tuple[Any, dict[str, Any], int], ...]) -> None:
        self.base, self.steps, self.shape = base, steps, base.array.shape
        self.version = base._version_counter().value

    def replay(self, start: Any) -> Any:
        """Takes the steps again, from another array or Variable of the base's shape."""
        for op_class, settings, output in self.steps:
            start = op_class.apply(start, **settings)
            if isinstance(start, tuple):
                start = start[output]
        return start

    def refresh(self, view: Value) -> None:
        """Ties the view to the graph anew, if the memory was changed through the base or another view."""
        version = self.base._version_counter().value
        if version == self.version:
            return
        self.version = version
        if self.base._requires_grad:
            if self.base.array.shape != self.shape:
                raise InplaceError(
                    f"a view of a tensor of shape {self.shape} is used after that tensor was brought to the shape "
                    f"{self.base.array.shape} in place; take the view anew"
                )
            with enable_grad():
                again = self.replay(self.base)
            view.grad_fn, view._output_nr = again.grad_fn, again._output_nr
            view._requires_grad = again._requires_grad


def mark_view(view: Value, source: Value, step: tuple[Any, dict[str, Any], int]) -> None:
    """Remembers that `view` shares memory with `source`, if it does."""
    array, origin = view.array, source.array
    shared = array is origin or array.base is (origin if origin.base is None else origin.base)
    if not shared and not backend_of(array).shares_memory(array, origin):
        return
    if source._view is None or (source._requires_grad and source.grad_fn is None):
        view._view = View(source, (step,))
    else:
        view._view = View(source._view.base, (*source._view.steps, step))
    view._counter = view._view.base._counter
    view._inference = source._inference
