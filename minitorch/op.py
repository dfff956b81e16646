"""`Op`: one applied operation, which is one node of the graph.

A subclass holds the formula forward and backward, and nothing else:

    class Exp(Op):
        def forward(self, x):
            y = self.backend.exp(x)
            self.save(output=y)
            return y

        def backward(self, g):
            return g * self.saved.output

`Exp.apply(x)` runs `forward` on the bare arrays, wraps the result and, if something that went in requires
grad, keeps the op as the node behind the result.  The engine later calls `backward`: with bare arrays as a
rule, and with Variables when the gradient itself shall be differentiated.  The same lines serve both.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import count
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from minitorch import dtypes
from minitorch.backend import Array, Backend
from minitorch.errors import (
    ArgumentTypeError,
    BackendError,
    DtypeError,
    GradientError,
    InplaceError,
    MinitorchError,
    ShapeError,
)
from minitorch.modes import Mode, current
from minitorch.registry import backend_of, current_backend
from minitorch.value import Value, Version, mark_view, wrap

if TYPE_CHECKING:
    from minitorch.variable import Variable

serials: Iterator[int] = count()
new = object.__new__


class Slot(NamedTuple):
    """One saved value: an array, the state in which it was saved, and where it came from."""

    value: Any
    version: Version | None
    at: int
    source: int | None  # i ≥ 0: the i-th input; -1 - k: the k-th output; None: a constant


class Saved:
    """What an op saved, by name: arrays in an ordinary walk, Variables when a graph is created."""

    __slots__ = ("_op",)

    def __init__(self, op: Op) -> None:
        self._op = op

    def __getattr__(self, name: str) -> Any:
        return self._op.unpack(name)


class Op:
    """One applied operation and, if it was recorded, a node of the graph.

    Class attributes say how the engine treats it:

    Attributes:
        promotes: inputs of different dtypes are cast to their common one first.
        float_only: integer inputs are cast to the default floating-point dtype first.
        broadcasts: the engine sums gradients over the dimensions along which an input was broadcast.
        differentiable: whether results can require grad at all.
        view: the result shares memory with the first input.

    Attributes of an applied op:
        backend: the backend that computes it.
        edges: for each input the node (or the leaf) that its gradient goes to, or None.
        serial: ops applied later have a higher one.
    """

    promotes: ClassVar[bool] = False
    float_only: ClassVar[bool] = False
    broadcasts: ClassVar[bool] = False
    differentiable: ClassVar[bool] = True
    view: ClassVar[bool] = False
    op_name: ClassVar[str] = "op"

    backend: Backend
    edges: tuple[Any, ...] = ()
    edge_outputs: tuple[int, ...] | None = None
    serial: int
    shape: tuple[int, ...]
    dtype: Any
    outputs: tuple[tuple[tuple[int, ...], Any], ...] | None = None
    recording: bool = False
    hooks: Any = None
    line: Any = None
    _values: dict[str, Any] | None = None
    freed: bool = False
    materialize: ClassVar[bool] = True

    forward: Callable[..., Any]
    backward: Callable[..., Any]
    fused_backward: Callable[..., Any] | None = None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.op_name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", cls.__name__).lower()

    @classmethod
    def apply(cls, *inputs: Any, **settings: Any) -> Any:
        """Computes the operation, and records it if something that goes in requires grad.

        Args:
            inputs: Variables; also Python numbers, where the operation takes them; None where optional.
            settings: everything else.
        """
        mode = current()
        if mode.raw:
            return cls._apply_raw(inputs, settings)
        first = dtype = None
        arrays = []
        recording = fractional = mixed = False
        for x in inputs:
            if isinstance(x, Value):
                if x._view is not None:
                    x._view.refresh(x)
                array = x.array
                arrays.append(array)
                if x._requires_grad:
                    recording = True
                if first is None:
                    first, dtype = array, array.dtype
                elif array.dtype is not dtype or array.__class__ is not first.__class__:
                    mixed = True
            else:
                kind = x.__class__
                if kind is float:
                    fractional = True
                elif kind is not int and x is not None:
                    mixed = True
                arrays.append(x)
        if first is None or mixed or ((fractional or cls.float_only) and dtype.kind not in "fc"):
            fitting = cls.prepare(inputs)
            if fitting is not inputs:
                return cls.apply(*fitting, **settings)

        op = cls()
        op.backend = backend = backend_of(first)
        if recording and mode.grad and cls.differentiable:
            op.recording = True
        try:
            out = backend.run(op.forward, *arrays, **settings)
        except (ValueError, TypeError, IndexError, ArithmeticError) as error:
            if isinstance(error, MinitorchError):
                raise
            raise op.explain(error, arrays) from error
        if out.__class__ is tuple:
            return op._finish_many(inputs, arrays, out, mode, settings)
        return op._finish(inputs, arrays, out, mode, settings)

    def _finish(
        self, inputs: tuple[Any, ...], arrays: list[Any], out: Array, mode: Mode, settings: Any
    ) -> Variable:
        """Wraps the result, and ties it to this op if it is recorded."""
        computed = out
        if out.__class__ is not self.backend.array_type:
            out = self.backend.asarray(out)
        result = new(Value.variable_class)
        result.array = out
        if self.recording and out.dtype.kind in "fc":
            self.shape, self.dtype = out.shape, out.dtype
            self._connect(inputs, arrays, mode)
            result.grad_fn = self
            result._requires_grad = True
            if self._values is not None:
                self._seal(inputs, arrays, (computed,), (result,))
        if self.view:
            mark_view(result, inputs[0], (type(self), settings, 0))
        if mode.inference:
            result._inference = True
        return result

    def _finish_many(
        self, inputs: tuple[Any, ...], arrays: list[Any], outs: tuple[Array, ...], mode: Mode, settings: Any
    ) -> tuple[Variable, ...]:
        """As `_finish`, for an operation with several results."""
        results = []
        for k, out in enumerate(outs):
            result = new(Value.variable_class)
            result.array = self.backend.asarray(out)
            if self.recording and result.array.dtype.kind in "fc":
                result.grad_fn, result._output_nr, result._requires_grad = self, k, True
            if self.view:
                mark_view(result, inputs[0], (type(self), settings, k))
            if mode.inference:
                result._inference = True
            results.append(result)
        if self.recording:
            self.outputs = tuple([(r.array.shape, r.array.dtype) for r in results])
            self._connect(inputs, arrays, mode)
            if self._values is not None:
                self._seal(inputs, arrays, outs, tuple(results))
        return tuple(results)

    def _connect(self, inputs: tuple[Any, ...], arrays: list[Any], mode: Mode) -> None:
        """Draws the edges to whatever made the inputs."""
        edges = []
        for i, x in enumerate(inputs):
            if isinstance(x, Value) and x._requires_grad:
                edges.append(x.grad_fn or x)
                if x._output_nr:
                    numbers = list(self.edge_outputs or [0] * len(inputs))
                    numbers[i] = x._output_nr
                    self.edge_outputs = tuple(numbers)
            else:
                edges.append(None)
        self.edges = tuple(edges)
        self.serial = next(serials)
        if mode.anomaly:
            from minitorch.anomaly import user_line

            self.line = user_line()

    @classmethod
    def _apply_raw(cls, inputs: tuple[Any, ...], settings: dict[str, Any]) -> Any:
        """Computes on bare arrays, for the formulas of an ordinary walk."""
        op = cls()
        op.backend = backend_of(next(x for x in inputs if hasattr(x, "dtype")))
        return op.forward(*inputs, **settings)

    @classmethod
    def prepare(cls, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        """Inputs as the op takes them: arrays wrapped, devices checked, dtypes promoted.

        Returns `inputs` itself if nothing had to change.

        Raises:
            ArgumentTypeError: for an input that is neither a Variable, a number, an array nor None.
            BackendError: for inputs on different devices.
        """
        changed = False
        fitting: list[Any] = []
        for x in inputs:
            if not (isinstance(x, (Value, bool, int, float, complex)) or x is None):
                x, changed = cls._wrap(x), True
            fitting.append(x)
        tensors = [x for x in fitting if isinstance(x, Value)]
        if not tensors:
            raise ArgumentTypeError(f"{cls.op_name}: expected at least one Tensor, got only numbers")
        devices = {x.device for x in tensors}
        if len(devices) > 1:
            names = " and ".join(sorted(str(d) for d in devices))
            raise BackendError(
                f"{cls.op_name}: tensors on {names}; move them to one device with .to(device)"
            )
        if cls.promotes or cls.float_only:
            present = [x for x in fitting if x is not None]
            common = dtypes.result_type(*present) if cls.promotes else tensors[0].dtype
            if cls.float_only and common.category < dtypes.FLOATING:
                common = dtypes.get_default_dtype()
            for i, x in enumerate(fitting):
                if isinstance(x, Value) and x.dtype is not common:
                    fitting[i], changed = x.to(common), True
        return tuple(fitting) if changed else inputs

    @classmethod
    def _wrap(cls, x: Any) -> Variable:
        if hasattr(x, "__array__") and hasattr(x, "dtype"):
            return wrap(current_backend().asarray(x) if x.__class__.__module__ == "numpy" else x)
        raise ArgumentTypeError(
            f"{cls.op_name}: expected a Tensor or a number, got {type(x).__name__}; "
            f"make a tensor of it with minitorch.tensor(...)"
        )

    def explain(self, error: Exception, arrays: list[Any]) -> MinitorchError:
        """A readable error for what the array library refused."""
        shapes = [tuple(a.shape) for a in arrays if hasattr(a, "shape")]
        kinds = [str(a.dtype) for a in arrays if hasattr(a, "dtype")]
        if "broadcast" in str(error) and self.broadcasts:
            return ShapeError(broadcast_message(self.op_name, shapes))
        if isinstance(error, TypeError):
            return DtypeError(f"{self.op_name}: not defined for dtype {' and '.join(kinds)} ({error})")
        return ShapeError(f"{self.op_name}: {error} (shapes {', '.join(map(str, shapes))})")

    # What the op remembers -----------------------------------------------------------------------

    def save(self, **values: Any) -> None:
        """Remembers inputs and outputs, by name, for the walk back (`self.saved.name`).

        Only what went in or comes out: under `create_graph` it comes back tied to the graph.  A value
        computed in between would come back as a constant, and second derivatives would be wrong.
        """
        if self.recording:
            self._values = {**self._values, **values} if self._values else values

    def keep(self, **values: Any) -> None:
        """Remembers constants: masks, indices, and what only `fused_backward` uses."""
        self.save(**{name: _Constant(value) for name, value in values.items()})

    @property
    def saved(self) -> Saved:
        """What `save` and `keep` stored, as attributes."""
        return Saved(self)

    @property
    def needs_input_grad(self) -> tuple[bool, ...]:
        """For each input, whether its gradient is asked for."""
        return tuple([edge is not None for edge in self.edges])

    def _seal(
        self,
        inputs: tuple[Any, ...],
        arrays: list[Any],
        outs: tuple[Any, ...],
        results: tuple[Variable, ...],
    ) -> None:
        """Finds out where each saved value came from, and in which version it was saved."""
        assert self._values is not None
        slots: dict[str, Any] = {}
        for name, value in self._values.items():
            slots[name] = self._slot(name, value, inputs, arrays, outs, results)
        self._values = slots

    def _slot(
        self,
        name: str,
        value: Any,
        inputs: tuple[Any, ...],
        arrays: list[Any],
        outs: tuple[Any, ...],
        results: tuple[Variable, ...],
    ) -> Slot:
        if isinstance(value, _Constant):
            return Slot(value.value, None, 0, None)
        for i, array in enumerate(arrays):
            if array is value:
                x = inputs[i]
                if not isinstance(x, Value):
                    return Slot(value, None, 0, None)
                if x._inference:
                    raise GradientError(
                        f"{self.op_name}: a tensor made under inference_mode cannot be saved for backward; "
                        f"make it under no_grad instead, or clone() it"
                    )
                version = x._version_counter()
                return Slot(value, version, version.value, i)
        for k, out in enumerate(outs):
            if out is value:
                version = results[k]._version_counter()
                return Slot(results[k].array, version, version.value, -1 - k)
        raise AssertionError(f"{type(self).__name__} saves {name!r}, neither an input nor an output")

    def unpack(self, name: str) -> Any:
        """The saved value of this name, after checking that it is still what was saved."""
        if self.freed:
            raise GradientError(
                f"{self.op_name}: backward a second time: the values saved for it were freed by the first "
                f"walk. Pass retain_graph=True to the first backward(), or compute the result anew"
            )
        if self._values is None or name not in self._values:
            raise AttributeError(name)
        value, version, at, source = self._values[name]
        if version is not None and version.value != at:
            role = "input" if source >= 0 else "result"
            raise InplaceError(
                f"{self.op_name}: its {role} {name!r} of shape {tuple(value.shape)} was changed in place "
                f"after the forward pass (version {version.value}, saved at {at}); its gradient needs the old "
                f"value. Use the out-of-place operation there, or clone() before changing it"
            )
        if source is None or current().raw:
            return value
        return self._tie(value, source)

    def _tie(self, value: Array, source: int) -> Variable:
        """A saved array as a Variable with its place in the graph."""
        node: Any = self.edges[source] if source >= 0 else self
        if isinstance(node, Value):
            return node
        result = new(Value.variable_class)
        result.array = value
        if node is not None:
            result.grad_fn, result._requires_grad = node, True
            number = self.edge_outputs[source] if source >= 0 and self.edge_outputs else 0
            result._output_nr = number if source >= 0 else -1 - source
        return result

    def preserve_old(self, array: Array) -> None:
        """Before `array` is overwritten in place by this op's own result: saved inputs keep a copy."""
        for name, slot in (self._values or {}).items():
            if slot.value is array:
                assert self._values is not None
                self._values[name] = Slot(self.backend.copy(array), None, 0, slot.source)

    def free(self) -> None:
        """Lets go of what was saved."""
        if self._values is not None:
            self._values, self.freed = None, True

    # What PyTorch shows of a node ------------------------------------------------------------------

    def name(self) -> str:
        """The name of this node, such as `ExpBackward0`."""
        return f"{type(self).__name__}Backward0"

    @property
    def next_functions(self) -> tuple[tuple[Any, int], ...]:
        """The nodes that the gradients of this one go to, each with the number of its output."""
        numbers = self.edge_outputs or (0,) * len(self.edges)
        return tuple(
            (AccumulateGrad(edge) if isinstance(edge, Value) else edge, number)
            for edge, number in zip(self.edges, numbers, strict=True)
        )

    def register_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Calls `hook(grad_inputs, grad_outputs)` after this node's gradients are computed."""
        return self._hooks().add("after", 0, hook)

    def register_prehook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Calls `hook(grad_outputs)` before this node's gradients are computed."""
        return self._hooks().add("before", 0, hook)

    def _hooks(self) -> NodeHooks:
        if self.hooks is None:
            self.hooks = NodeHooks()
        return self.hooks  # type: ignore[no-any-return]

    def __repr__(self) -> str:
        return f"<{self.name()}>"


class _Constant:
    """Marks a saved value whose derivative is zero."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


class AccumulateGrad:
    """How a leaf appears among `next_functions`."""

    def __init__(self, leaf: Variable) -> None:
        self.variable = leaf
        self.next_functions: tuple[Any, ...] = ()

    def name(self) -> str:
        """Always `AccumulateGrad`."""
        return "AccumulateGrad"

    def __repr__(self) -> str:
        return "<AccumulateGrad>"


class NodeHooks:
    """The hooks of one node: on the gradients of its outputs, before it, and after it."""

    def __init__(self) -> None:
        self.table: dict[int, tuple[str, int, Callable[..., Any]]] = {}

    def add(self, when: str, output: int, hook: Callable[..., Any]) -> RemovableHandle:
        """Registers a hook; `when` is "output", "retain", "before" or "after"."""
        handle = RemovableHandle(self.table)
        self.table[handle.id] = (when, output, hook)
        return handle

    def of(self, when: str) -> list[tuple[int, Callable[..., Any]]]:
        """The hooks of one kind, in the order in which they were registered."""
        return [(output, hook) for at, output, hook in self.table.values() if at == when]


class RemovableHandle:
    """Takes a hook away again, by `remove()` or as a context manager."""

    _ids = count()

    def __init__(self, table: dict[int, Any]) -> None:
        self.id = next(self._ids)
        self._table = table

    def remove(self) -> None:
        """Takes the hook away; doing so twice is harmless."""
        self._table.pop(self.id, None)

    def __enter__(self) -> RemovableHandle:
        return self

    def __exit__(self, *_: Any) -> None:
        self.remove()


def broadcast_message(op_name: str, shapes: list[tuple[int, ...]]) -> str:
    """Says which dimension keeps these shapes from broadcasting."""
    text = f"{op_name}: shapes {' and '.join(map(str, shapes))} do not broadcast"
    for back in range(1, max(map(len, shapes)) + 1):
        sizes = sorted({s[-back] for s in shapes if len(s) >= back and s[-back] != 1})
        if len(sizes) > 1:
            text += (
                f": at dimension {-back} the sizes {' and '.join(map(str, sizes))} differ "
                f"and neither is 1. Reshape or unsqueeze one of them"
            )
            break
    return text
