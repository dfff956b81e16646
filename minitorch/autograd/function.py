"""`Function`: an operation of your own, with its backward, in PyTorch's form."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, NamedTuple

from minitorch.anomaly import note
from minitorch.arguments import broadcasts_to
from minitorch.errors import (
    ArgumentTypeError,
    GradientError,
    InplaceError,
    NotSupportedError,
    ShapeError,
)
from minitorch.modes import current, no_grad, walking
from minitorch.op import BATCHES, FREED, Op, serials
from minitorch.registry import backend_of
from minitorch.saving import Parcel, SavingHooks, check_unchanged, tie_restored
from minitorch.value import Value, Version, wrap

if TYPE_CHECKING:
    from minitorch.backend import Array
    from minitorch.variable import Variable


class FunctionNode(Op):
    """The node of an applied Function, and the `ctx` of its `forward` and `backward`."""

    function: type[Function]
    broadcasts = True  # as in PyTorch: a gradient may have the shape before an input was broadcast
    to_save: tuple[Any, ...] = ()
    saved_for_forward: tuple[Any, ...] = ()
    non_differentiable: frozenset[int] = frozenset()
    _needs: tuple[bool, ...] = ()
    _shapes: tuple[Any, ...] = ()
    dirty: tuple[Any, ...] = ()

    def save_for_backward(self, *tensors: Any) -> None:
        """Remembers inputs and outputs for `backward`, which finds them in `saved_tensors`."""
        for x in tensors:
            if x is not None and not isinstance(x, Value):
                raise ArgumentTypeError(
                    f"save_for_backward: expected Tensors or None, got {type(x).__name__}; "
                    f"store other values as attributes, as in ctx.value = value"
                )
        self.to_save = tensors

    def save_for_forward(self, *tensors: Any) -> None:
        """Remembers tensors for a `jvp` of the Function, which never runs: forward mode goes through `backward`."""
        self.saved_for_forward = tensors

    @property
    def saved_tensors(self) -> tuple[Any, ...]:
        """What `save_for_backward` stored, after checking that it was not changed since."""
        if self.saved is FREED:
            self.unpack(False)
        if self.saved is None:
            return self.to_save
        return tuple(self._restore(i, slot) for i, slot in enumerate(self.saved))

    def _restore(self, i: int, slot: Slot | None) -> Any:
        if slot is None:
            return None
        array = slot.array
        if isinstance(array, Parcel):
            array = array.restore()
            check_unchanged(
                self, f"saved_tensors[{i}]", slot.array, array, (slot.version, slot.at, slot.source)
            )
            return wrap(array) if slot.source is None else tie_restored(self, array, slot.source)
        if slot.version.value != slot.at:
            raise InplaceError(
                self._changed(f"saved_tensors[{i}]", array.shape, slot.version, slot.at, slot.source)
            )
        return wrap(array) if slot.source is None else self.tie(array, slot.source)

    def unpack(self, create_graph: bool) -> Any:
        """What was saved; `saved_tensors` checks and ties it."""
        return super().unpack(create_graph) if self.saved is FREED else self.saved

    @property
    def needs_input_grad(self) -> tuple[bool, ...]:
        """For each argument, whether its gradient is asked for."""
        return self._needs

    def connect(self, args: tuple[Any, ...]) -> None:
        """Draws the edges to whatever made the arguments."""
        needed = [x if needs else None for x, needs in zip(args, self._needs, strict=True)]
        self.edges = tuple(None if x is None else x.grad_fn or x for x in needed)
        self.edge_outputs = tuple(0 if x is None else x._output_nr for x in needed)
        self.serial = next(serials)

    def describe(self, args: tuple[Any, ...], results: tuple[Any, ...]) -> None:
        """Notes the backend, and the shapes of the results."""
        self.backend = backend_of(next(y.array for y in results if isinstance(y, Value)))
        if len(results) == 1:
            self.shape, self.dtype = results[0].array.shape, results[0].array.dtype
        else:
            self.outputs = tuple(
                (y.array.shape, y.array.dtype) if isinstance(y, Value) else ((), None) for y in results
            )
        mode = current()
        if mode.anomaly:
            note(self, args, results)
        if mode.watcher is not None:
            mode.watcher.note(self, args, results)

    def mark_non_differentiable(self, *outputs: Variable) -> None:
        """Declares outputs that never require grad.

        >>> import minitorch
        >>> class Largest(minitorch.autograd.Function):
        ...     @staticmethod
        ...     def forward(ctx, x):
        ...         y = x.argmax()
        ...         ctx.mark_non_differentiable(y)
        ...         return y
        >>> Largest.apply(minitorch.tensor([1.0, 3.0], requires_grad=True))
        tensor(1)
        """
        self.non_differentiable = frozenset(map(id, outputs))

    def mark_dirty(self, *inputs: Variable) -> None:
        """Declares inputs that `forward` changed in place and returned."""
        self.dirty = inputs

    def set_materialize_grads(self, value: bool) -> None:
        """Whether `backward` gets zeros (the default) or None for outputs without a gradient."""
        self.materialize = value

    def name(self) -> str:
        """The name of this node, such as `MyFunctionBackward`."""
        return f"{self.function.__name__}Backward"

    def backward(self, *grads: Any) -> Any:
        """Calls the Function's backward with Variables, whatever kind of walk this is."""
        raw = current().raw
        with walking(not raw, raw=False):
            tensors = [
                wrap(self.backend.asarray(g)) if not isinstance(g, Value) and g is not None else g
                for g in grads
            ]
            results = self.function.backward(self, *tensors)
        results = results if isinstance(results, tuple) else (results,)
        if len(results) < len(self.edges) or any(r is not None for r in results[len(self.edges) :]):
            raise GradientError(
                f"{self.name()}: backward returned {len(results)} gradients for {len(self.edges)} arguments of "
                f"forward; return one each, None for those without gradient"
            )
        carried = []
        for i, (g, edge) in enumerate(zip(results, self.edges, strict=False)):
            if g is not None and edge is not None:
                self._check(i, g, edge)
                g = self.backend.copy(g.array) if raw else g
            carried.append(g)
        return tuple(carried)

    def _check(self, i: int, g: Any, edge: Any) -> None:
        if not isinstance(g, Value):
            raise ArgumentTypeError(
                f"{self.name()}: gradient {i} is a {type(g).__name__}, expected a Tensor or None"
            )
        expected, shape = self._shapes[i], tuple(g.array.shape)
        if not broadcasts_to(expected, shape):
            raise ShapeError(f"{self.name()}: gradient {i} has shape {shape}, its input has shape {expected}")


FunctionCtx = FunctionNode


class OnlyOnce(Op):
    """y = x, for results that must not be differentiated."""

    def forward(self, x: Array, *origins: Array, name: str) -> Array:
        self.culprit = name
        return x

    def backward(self, g: Array) -> Array:
        raise GradientError(
            f"{self.culprit}: its backward is marked with once_differentiable and cannot be differentiated again"
        )


def once_differentiable(backward: Callable[..., Any]) -> Callable[..., Any]:
    """Marks the backward of a Function as one that cannot itself be differentiated.

    It may then compute outside of the graph; asking for a second derivative raises a GradientError.

    >>> import minitorch
    >>> from minitorch.autograd.function import once_differentiable
    >>> class Double(minitorch.autograd.Function):
    ...     @staticmethod
    ...     def forward(ctx, x):
    ...         return x * 2
    ...
    ...     @staticmethod
    ...     @once_differentiable
    ...     def backward(ctx, grad_output):
    ...         return grad_output * 2
    >>> x = minitorch.tensor(3.0, requires_grad=True)
    >>> Double.apply(x).backward()
    >>> x.grad
    tensor(2.)
    """

    @wraps(backward)
    def once(ctx: FunctionNode, *grads: Any) -> Any:
        with no_grad():
            results = backward(ctx, *grads)
        if not current().grad:
            return results
        many = results if isinstance(results, tuple) else (results,)
        origins = [
            ctx.tie(ctx.backend.zeros((), "float32"), i)
            for i, edge in enumerate(ctx.edges)
            if edge is not None
        ]
        sealed = tuple(
            OnlyOnce.apply(wrap(g.array), *origins, name=ctx.op_name) if isinstance(g, Value) else g
            for g in many
        )
        return sealed if isinstance(results, tuple) else sealed[0]

    return once


class Function:
    """Base of operations with a backward of their own.

    Subclasses define two static methods: `forward(ctx, *args)` computes with Variables (not recorded), and
    `backward(ctx, *grad_outputs)` returns one gradient for each argument of forward.  With
    `setup_context(ctx, inputs, output)` defined as well, forward takes no `ctx`.

    >>> import minitorch
    >>> class Cube(minitorch.autograd.Function):
    ...     @staticmethod
    ...     def forward(ctx, x):
    ...         ctx.save_for_backward(x)
    ...         return x**3
    ...
    ...     @staticmethod
    ...     def backward(ctx, grad_output):
    ...         (x,) = ctx.saved_tensors
    ...         return grad_output * 3 * x**2
    >>> x = minitorch.tensor(2.0, requires_grad=True)
    >>> Cube.apply(x).backward()
    >>> x.grad
    tensor(12.)
    """

    setup_context: Callable[..., Any] | None = None
    generate_vmap_rule: bool = False

    @staticmethod
    def vmap(info: Any, in_dims: Any, *args: Any) -> Any:
        """The Function for a batch: returns the outputs, and where their batch dims stand; for subclasses.

        Args:
            info: has `batch_size` and `randomness`.
            in_dims: for each argument where its batch dim stands, or None.
            args: the arguments of `forward`.
        """
        raise NotSupportedError(
            "Function: define vmap(info, in_dims, *args), or set generate_vmap_rule = True"
        )

    @staticmethod
    def jvp(ctx: Any, *grad_inputs: Any) -> Any:
        """PyTorch's forward mode; never called, since `func.jvp` differentiates `backward` instead."""
        raise NotSupportedError("Function: jvp is never called; func.jvp differentiates backward instead")

    @classmethod
    def has_vmap_rule(cls) -> bool:
        """Whether a subclass has a `vmap` of its own."""
        return cls.vmap is not Function.vmap

    @staticmethod
    def forward(*args: Any, **kwargs: Any) -> Any:
        """Computes the result; to be defined in subclasses."""
        raise NotSupportedError("Function: define forward(ctx, *args) as a static method")

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Any) -> Any:
        """Computes the gradients of the arguments; to be defined in subclasses."""
        raise NotSupportedError(
            f"{ctx.op_name}: it has no derivative; define backward(ctx, *grad_outputs) as a static method"
        )

    @classmethod
    def apply(cls, *args: Any, **kwargs: Any) -> Any:
        """Computes the operation, and records it if an argument requires grad."""
        if BATCHES and not cls.generate_vmap_rule:
            from minitorch.func.custom import apply_in_vmap, batch_level

            level = batch_level(args)
            if level is not None:
                return apply_in_vmap(cls, level, args)
        node = FunctionNode()
        node.function = cls
        node.op_name = cls.__name__  # type: ignore[misc]
        tensors = [a for a in args if isinstance(a, Value)]
        for x in tensors:
            if x._view is not None:
                x._view.refresh(x)
        node.recording = current().grad and any(x._requires_grad for x in tensors)
        node._needs = tuple(isinstance(a, Value) and a._requires_grad for a in args)
        node._shapes = tuple(tuple(a.array.shape) if isinstance(a, Value) else None for a in args)
        with no_grad():
            if cls.setup_context is None:
                result = cls.forward(node, *args, **kwargs)
            else:
                result = cls.forward(*args, **kwargs)
                cls.setup_context(node, args, result)
        outputs = result if isinstance(result, tuple) else (result,)
        if not node.recording or not any(isinstance(y, Value) for y in outputs):
            return result
        node.connect(args)  # before a result that is an argument, changed in place, is tied to the node
        wrapped = tuple(node_output(node, k, y, tensors) for k, y in enumerate(outputs))
        node.describe(args, wrapped)
        for y in wrapped:
            if any(y is x for x in node.dirty):
                y._version_counter().value += 1
        seal(node, args, outputs, wrapped)
        return wrapped if isinstance(result, tuple) else wrapped[0]


def node_output(node: FunctionNode, k: int, y: Any, inputs: list[Any]) -> Any:
    """One result of forward, tied to the node."""
    if not isinstance(y, Value) or id(y) in node.non_differentiable or y.array.dtype.kind not in "fcV":
        return y
    if not any(y is x for x in node.dirty):
        result = wrap(y.array)
        if any(y is x for x in inputs):
            result._counter = y._version_counter()
        y = result
    elif y._requires_grad and y.grad_fn is None:
        raise InplaceError(
            f"{node.op_name}: a leaf that requires grad was changed in place (mark_dirty); pass a copy, as in x.clone()"
        )
    y.grad_fn, y._output_nr, y._requires_grad = node, k, True
    return y


def seal(
    node: FunctionNode, args: tuple[Any, ...], outputs: tuple[Any, ...], wrapped: tuple[Any, ...]
) -> None:
    """Stores what `save_for_backward` named, each with its version and its place in the graph."""
    if not node.to_save:
        return
    slots = []
    for x in node.to_save:
        for k, y in enumerate(outputs):
            if x is y and x is not None:
                x = wrapped[k]
        slots.append(tensor_slot(x, args, wrapped))
    node.saved = slots
    node.to_save = ()


class Slot(NamedTuple):
    """One saved tensor: its array, the state in which it was saved, and where it came from."""

    array: Any
    version: Version
    at: int
    source: int | None


def tensor_slot(x: Any, args: tuple[Any, ...], wrapped: tuple[Any, ...]) -> Slot | None:
    """One saved tensor, its version, and whether it is an argument, a result or something else."""
    if x is None:
        return None
    version = x._version_counter()
    source = next((i for i, a in enumerate(args) if a is x), None)
    if source is None:
        source = next((-1 - k for k, y in enumerate(wrapped) if y is x and y._requires_grad), None)
    hooks = current().saving
    array = (
        Parcel(hooks, x.array, version, x if source is None or source >= 0 else None)
        if isinstance(hooks, SavingHooks)
        else x.array
    )
    return Slot(array, version, version.value, source)
