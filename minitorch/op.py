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
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from typing import TYPE_CHECKING, Any, ClassVar

from minitorch import dtypes
from minitorch.anomaly import note
from minitorch.arguments import explain, prepare, wrapped_around
from minitorch.backend import Array, Backend, is_foreign
from minitorch.errors import GradientError, InplaceError, MinitorchError
from minitorch.hooks import NodeHooks, RemovableHandle, accumulator
from minitorch.modes import current
from minitorch.registry import backend_of
from minitorch.value import Value, Version, lay_out, mark_view
from minitorch.widening import raw_through_float32, refused, through_float32, widens

if TYPE_CHECKING:
    from minitorch.variable import Variable

serials: Iterator[int] = count()
new = object.__new__


# Of a saved value: its name, its version counter, the count when it was saved, and where it came from:
# i ≥ 0 for the i-th input, -1 - k for the k-th output.
Origin = tuple[str, Version, int, int]


BATCHES: set[type] = set()  # the classes of arrays that are batches of others, once vmap is loaded


def leading(inputs: Sequence[Any]) -> Any:
    """The array that decides which backend computes: a batch, if there is one, else the first."""
    arrays = [x for x in inputs if hasattr(x, "dtype")]
    return next((x for x in arrays if x.__class__ in BATCHES), arrays[0])


def holds_batches(inputs: Sequence[Any], settings: dict[str, Any]) -> bool:
    """Whether an op works on batches of vmap, among its inputs or in its settings."""
    if not BATCHES:
        return False
    from minitorch.func.batch_rules import outermost

    return outermost(*inputs, *settings.values()) is not None


class Saved:
    """What an op saved, as attributes: arrays in an ordinary walk, Variables when a graph is created."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.__dict__ = values

    def without(self, name: str, message: str) -> Saved:
        """The same without one value that was changed since: asking for it raises an InplaceError."""
        rest = {key: value for key, value in self.__dict__.items() if key != name}
        return SavedInPart({**rest, "changed": {**rest.get("changed", {}), name: message}})


class SavedInPart(Saved):
    """What is left of what an op saved, after some of it was changed in place."""

    def __getattr__(self, name: str) -> Any:
        changed = self.__dict__.get("changed", {})
        if name in changed:
            raise InplaceError(changed[name])
        raise AttributeError(name)


class LookAtSaved:
    """One of PyTorch's names for what an op saved; a `__getattr__` would slow down every other attribute."""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, op: Any, owner: type) -> Any:
        from minitorch.saving import look

        return self if op is None else look(op, self.name)


class Freed:
    """Stands for what an op had saved, once a walk has let go of it."""


FREED = Freed()


class Op:
    """One applied operation and, if it was recorded, a node of the graph.

    Class attributes say how the engine treats it:

    Attributes:
        promotes: inputs of different dtypes are cast to their common one first.
        float_only: integer inputs are cast to the default floating-point dtype first.
        broadcasts: the engine sums gradients over the dimensions along which an input was broadcast.
        differentiable: whether results can require grad at all.
        optional: None may stand for an input that is left out.
        takes_scalars: arrays without dimensions reach `forward` as the library's scalars, whose arithmetic
            takes a tenth of the time.
        moves: elements are only moved, or cast, whatever their dtype is; as all views do.
        view: the result shares memory with the first input.
        in_place: it changes its first input, and returns it.
        in_single: float16 is computed in float32 as well as bfloat16, where the backend's kernels do not do so by
            themselves: sums of many numbers, or of their squares, pass what float16 can hold.
        foreign: the class was written outside of minitorch.
        materialize: of several results, one that no gradient came to counts as zeros; otherwise as None.

    Attributes of an applied op:
        backend: the backend that computes it.
        edges: for each input the node (or the leaf) that its gradient goes to, or None.
        serial: ops applied later have a higher one.
    """

    promotes: ClassVar[bool] = False
    float_only: ClassVar[bool] = False
    broadcasts: ClassVar[bool] = False
    differentiable: ClassVar[bool] = True
    optional: ClassVar[bool] = False
    takes_scalars: bool = False
    moves: ClassVar[bool] = False
    view: ClassVar[bool] = False
    in_place: ClassVar[bool] = False
    in_single: bool = False
    foreign: ClassVar[bool] = False
    op_name: ClassVar[str] = "op"
    variable_class: ClassVar[type[Variable]]  # of results
    parameters: ClassVar[dict[str, int]] = {}

    backend: Backend
    edges: Sequence[Any] = ()
    edge_outputs: tuple[int, ...] | None = None
    serial: int
    shape: tuple[int, ...]
    dtype: Any
    outputs: tuple[tuple[tuple[int, ...], Any], ...] | None = None
    recording: bool = False
    hooks: NodeHooks | None = None
    line: str | None = None
    nan: str | None = None
    place: str = ""  # the module that applied it, while somebody watches
    spot: tuple[str, int] | None = None  # and the line of the program
    seen: Any = None  # what `viz.watch` saw when it was applied
    saved: Any = None
    _kept: tuple[str, ...] = ()
    _origins: list[Origin] | None = None
    materialize: bool = True
    _saved_self, _saved_other, _saved_exponent, _saved_result = (LookAtSaved() for _ in range(4))

    forward: Callable[..., Any]
    backward: Callable[..., Any]
    fused_backward: Callable[..., Any] | None = None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        code = cls.forward.__code__ if hasattr(cls, "forward") else None
        names = code.co_varnames[1 : code.co_argcount] if code else ()
        cls.parameters = {name: i for i, name in enumerate(names)}
        cls.foreign = is_foreign(cls)
        cls.op_name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", cls.__name__).lower()
        lay_out(cls, "backend", "recording", "edges", "saved", "serial", "shape", "dtype", "_origins")

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
        op = cls()  # whose flags are read, for Python finds them faster than those of the class
        if mode.special:
            op.takes_scalars = op.takes_scalars and mode.saving is None  # hooks pack the very arrays
            if mode.autocast is not None:
                inputs = mode.autocast.fit(cls, inputs, settings)
        takes_scalars, fractional = op.takes_scalars, op.float_only
        recording = mixed = False
        first: Any = None
        dtype: Any = None
        edge_outputs: dict[int, int] | None = None
        arrays: list[Any] = []
        edges: list[Any] = []
        for x in inputs:
            edge = None
            if isinstance(x, Value):
                if x._view is not None:
                    x._view.refresh(x)
                array = x.array
                if x._requires_grad:
                    recording, edge = True, x.grad_fn or x
                    if x._output_nr:
                        edge_outputs = {**(edge_outputs or {}), len(edges): x._output_nr}
                if first is None:
                    first, dtype = array, array.dtype
                elif array.dtype is not dtype or array.__class__ is not first.__class__:
                    mixed = True
                if takes_scalars and not array.shape:
                    array = array[()]
                arrays.append(array)
            else:
                if x.__class__ is float:
                    fractional = True
                elif x.__class__ is not int and (x is not None or not op.optional):
                    mixed = True
                arrays.append(x)
            edges.append(edge)
        if first is None or mixed or (fractional and dtype.kind not in "fcV"):
            fitting = prepare(cls, inputs)
            if fitting is not inputs:
                return cls.apply(*fitting, **settings)
            first = leading(arrays)
        half = dtype is dtypes.numpy_bfloat16 or (op.in_single and dtype == "float16")
        if (mixed or half) and widens(cls, arrays):
            return through_float32(cls, inputs, settings)

        op.backend = backend = backend_of(first)
        if recording and mode.grad and op.differentiable:
            op.recording, op.edges = True, edges
        try:
            calls = backend.calls
            run = calls.run_foreign if op.foreign else calls.run
            out: Any = run(op.forward, *arrays, **settings)
        except (ValueError, TypeError, IndexError, ArithmeticError) as error:
            if holds_batches(arrays, settings):
                from minitorch.func.fallback import apply_by_slices

                return apply_by_slices(cls, inputs, settings)
            if isinstance(error, MinitorchError):
                raise
            if refused(cls, error, arrays):
                return through_float32(cls, inputs, settings)
            if isinstance(error, OverflowError) and (fitting := wrapped_around(inputs, backend, dtype)):
                return cls.apply(*fitting, **settings)
            raise explain(op, error, arrays) from error
        except backend.refusals as error:
            if refused(cls, error, arrays):
                return through_float32(cls, inputs, settings)
            raise
        if out.__class__ is tuple:
            return op._finish_many(inputs, arrays, edge_outputs, out, settings)

        result: Variable = new(op.variable_class)
        y: Array = out
        if y.__class__ is not backend.array_type and y.__class__ not in BATCHES:
            y = op.backend.asarray(y)  # which is the target's, if the op moves to another device
        result.array = y
        if op.recording and y.dtype.kind in "fcV":
            result.grad_fn, result._requires_grad = op, True
            op.serial, op.shape, op.dtype = next(serials), y.shape, y.dtype
            if edge_outputs is not None or mode.anomaly or mode.watcher is not None:
                op._annotate(edge_outputs, inputs, (out,))
            if op.saved is not None:
                op._seal(inputs, arrays, (out,), (result,))
                if mode.saving is not None:
                    mode.saving.pack_all(op)
        if op.view:
            mark_view(result, inputs[0], (cls, settings, 0))
        if mode.inference:
            result._inference = True
        return result

    def _finish_many(
        self,
        inputs: tuple[Any, ...],
        arrays: list[Any],
        edge_outputs: dict[int, int] | None,
        outs: tuple[Array, ...],
        settings: dict[str, Any],
    ) -> tuple[Variable, ...]:
        """The end of `apply` for an operation with several results."""
        results: tuple[Variable, ...] = tuple([new(self.variable_class) for _ in outs])
        for k, result in enumerate(results):
            out = outs[k]
            result.array = self.backend.asarray(out) if out.__class__ not in BATCHES else out
            if self.recording and result.array.dtype.kind in "fcV":
                result.grad_fn, result._requires_grad, result._output_nr = self, True, k
            if self.view:
                mark_view(result, inputs[0], (type(self), settings, k))
            if current().inference:
                result._inference = True
        if self.recording:
            self.serial = next(serials)
            self.outputs = tuple([(r.array.shape, r.array.dtype) for r in results])
            self._annotate(edge_outputs, inputs, outs)
            if self.saved is not None:
                self._seal(inputs, arrays, outs, results)
                if current().saving is not None:
                    current().saving.pack_all(self)
        return results

    def _annotate(
        self, edge_outputs: dict[int, int] | None, inputs: tuple[Any, ...], outs: tuple[Array, ...]
    ) -> None:
        """What most nodes need not know: which outputs their edges lead to, and where and on what they ran."""
        if edge_outputs is not None:
            self.edge_outputs = tuple([edge_outputs.get(i, 0) for i in range(len(self.edges))])
        mode = current()
        if mode.anomaly:
            note(self, inputs, outs)
        if mode.watcher is not None:
            mode.watcher.note(self, inputs, outs)

    @classmethod
    def _apply_raw(cls, inputs: tuple[Any, ...], settings: dict[str, Any]) -> Any:
        """Computes on bare arrays, for the formulas of an ordinary walk."""
        if (cls.in_single or dtypes.numpy_bfloat16 is not None) and widens(cls, inputs):
            return raw_through_float32(cls, inputs, settings)
        op = cls()
        first = inputs[0]
        op.backend = backend_of(
            first if hasattr(first, "dtype") else next(x for x in inputs if hasattr(x, "dtype"))
        )
        if not BATCHES and op.backend.checks_values:
            return op.forward(*inputs, **settings)
        op.backend = backend_of(leading(inputs))
        try:
            return op.forward(*inputs, **settings)
        except (ValueError, TypeError, IndexError) as error:
            if not holds_batches(inputs, settings):
                if refused(cls, error, inputs):
                    return raw_through_float32(cls, inputs, settings)
                raise
            from minitorch.func.fallback import apply_raw_by_slices

            return apply_raw_by_slices(cls, inputs, settings)
        except op.backend.refusals as error:
            if refused(cls, error, inputs):
                return raw_through_float32(cls, inputs, settings)
            raise

    # What the op remembers -----------------------------------------------------------------------

    def save(self, **values: Any) -> None:
        """Remembers inputs and outputs, by name, for the walk back (`self.saved.name`).

        Inputs go by the name that they have in `forward`.  Only what went in or comes out: under
        `create_graph` it comes back tied to the graph.  A value computed in between would come back as a
        constant, and second derivatives would be wrong.  What no gradient needs may be left out as None.
        """
        if self.recording:
            before = self.saved
            self.saved = saved = new(Saved)
            saved.__dict__ = values if before is None else {**before.__dict__, **values}

    def keep(self, **values: Any) -> None:
        """Remembers constants: masks, indices, and what only `fused_backward` uses."""
        if self.recording:
            self.save(**values)
            self._kept += tuple(values)

    @property
    def needs_input_grad(self) -> tuple[bool, ...]:
        """For each input, whether its gradient is asked for; known in `forward`, too."""
        return tuple([edge is not None for edge in self.edges])

    def _seal(
        self,
        inputs: tuple[Any, ...],
        arrays: list[Any],
        outs: tuple[Any, ...],
        results: tuple[Variable, ...],
    ) -> None:
        """Finds out where each saved value came from, and in which version it was saved."""
        origins: list[Origin] = []
        parameters, saved = self.parameters, self.saved.__dict__
        for name, value in saved.items():
            if value is None:
                continue
            source = parameters.get(name)
            if source is not None and arrays[source] is value:
                x = inputs[source]
                if x.__class__ is float or not isinstance(x, Value):
                    continue
            elif name in self._kept:
                continue
            else:
                source = self._output_number(name, value, outs)
                x = results[-1 - source]
                if not self.takes_scalars:
                    saved[name] = x.array
            version = x._counter
            if version is None:
                version = x._counter = Version()
            origins.append((name, version, version.value, source))
            if x._inference:
                raise GradientError(
                    f"{self.op_name}: a tensor made under inference_mode cannot be saved for backward; "
                    f"make it under no_grad instead, or clone() it"
                )
        self._origins = origins

    def _output_number(self, name: str, value: Any, outs: tuple[Any, ...]) -> int:
        for k, out in enumerate(outs):
            if out is value:
                return -1 - k
        raise AssertionError(
            f"{type(self).__name__} saves {name!r}, which is neither a result nor the argument of that name"
        )

    def unpack(self, create_graph: bool) -> Any:
        """What was saved, after checking that it is still the same; as Variables if a graph is created."""
        saved = self.saved
        if saved.__class__ is not Saved:
            if saved is FREED:
                raise GradientError(
                    f"{self.op_name}: backward a second time: the values saved for it were freed by the first "
                    f"walk. Pass retain_graph=True to the first backward(), or compute the result anew"
                )
            return saved.unpack_all(self, create_graph)
        for name, version, at, source in self._origins or ():
            if version.value != at:
                saved = saved.without(
                    name, self._changed(name, getattr(saved, name).shape, version, at, source)
                )
        if not create_graph:
            return saved
        tied = Saved(dict(saved.__dict__))
        for name, _, _, source in self._origins or ():
            if name in saved.__dict__:
                setattr(tied, name, self.tie(getattr(tied, name), source))
        return tied

    def _changed(self, name: str, shape: Any, version: Version, at: int, source: int | None) -> str:
        role = "result" if source is not None and source < 0 else "input"
        return (
            f"{self.op_name}: its {role} {name!r} of shape {tuple(shape)} was changed in place after the forward "
            f"pass (version {version.value}, saved at {at}); its gradient needs the old value. Use the "
            f"out-of-place operation there, or clone() before changing it"
        )

    def twin(self, saved: Any) -> Op:
        """The same applied op with other saved values, so that walks in several threads do not meet."""
        other: Op = new(type(self))
        other.__dict__.update(self.__dict__)
        other.saved = saved
        return other

    def tie(self, value: Array, source: int) -> Variable:
        """A saved array as a Variable with its place in the graph."""
        node: Any = self.edges[source] if source >= 0 else self
        if isinstance(node, Value):
            return node  # type: ignore[return-value]
        result = new(self.variable_class)
        result.array = self.backend.asarray(value) if self.takes_scalars else value
        if node is not None:
            result.grad_fn, result._requires_grad = node, True
            number = self.edge_outputs[source] if source >= 0 and self.edge_outputs else 0
            result._output_nr = number if source >= 0 else -1 - source
        return result

    def preserve_old(self, x: Value) -> None:
        """Before `x` is overwritten in place by this op's own result: saved inputs keep a copy."""
        for i, (name, version, _, source) in enumerate(self._origins or ()):
            value = getattr(self.saved, name)
            if value is x.array or (version is x._counter and not value.shape):
                assert self._origins is not None
                setattr(self.saved, name, self.backend.copy(value))
                self._origins[i] = (name, Version(), 0, source)

    # What PyTorch shows of a node ------------------------------------------------------------------

    def name(self) -> str:
        """The name of this node, such as `ExpBackward0`."""
        return f"{type(self).__name__}Backward0"

    @property
    def next_functions(self) -> tuple[tuple[Any, int], ...]:
        """The nodes that the gradients of this one go to, each with the number of its output."""
        numbers = self.edge_outputs or (0,) * len(self.edges)
        return tuple(
            (edge if edge is None or isinstance(edge, Op) else accumulator(edge), number)
            for edge, number in zip(self.edges, numbers, strict=True)
        )

    @property
    def metadata(self) -> dict[Any, Any]:
        """A dictionary of the user's."""
        found: dict[Any, Any] = self.__dict__.setdefault("_metadata", {})
        return found

    def register_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Calls `hook(grad_inputs, grad_outputs)` after this node's gradients are computed."""
        return self.node_hooks().add("after", 0, hook)

    def register_prehook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Calls `hook(grad_outputs)` before this node's gradients are computed."""
        return self.node_hooks().add("before", 0, hook)

    def node_hooks(self) -> NodeHooks:
        """The table of this node's hooks, made on first use."""
        if self.hooks is None:
            self.hooks = NodeHooks()
        return self.hooks

    def __repr__(self) -> str:
        return f"<{self.name()}>"
