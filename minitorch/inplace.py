"""In-place changes of recorded values: `x.add_(y)`, `x[i] = v`, `x += 1`, also through views.

An in-place operation is the ordinary one, whose result then takes the place of the old value: in memory,
and in the graph, where the Variable is tied to the new node.  A change through a view is a change of the
base: `ViewUpdate` replaces a region of it, and every view of the base is tied anew when it is next used.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from minitorch import dtypes
from minitorch.arguments import broadcasts_to
from minitorch.backend import Array
from minitorch.errors import ArgumentTypeError, DtypeError, InplaceError, ShapeError, VmapError
from minitorch.modes import current
from minitorch.op import BATCHES, Op, leading, serials
from minitorch.ops.out import without_out
from minitorch.ops.where import where
from minitorch.registry import backend_of
from minitorch.value import Value, View, wrap

if TYPE_CHECKING:
    from minitorch.variable import Variable


class Overwrite(Op):
    """z = v, in the place of x;   dx = 0,  dv = g."""

    moves = True

    def forward(self, x: Array, v: Array) -> Array:
        return v

    def backward(self, g: Array) -> tuple[Array, Array]:
        return where(self.backend.asarray(False), g, 0.0), g


class ViewUpdate(Op):
    """base[region] = v, where a view shows the region;   dbase = g outside of it,  dv = g inside."""

    moves = True

    def forward(self, base: Array, v: Array, *, view: View) -> Array:
        index = region(base, view)
        outside = self.backend.full(base.size, True, bool)
        outside[index] = False
        self.keep(index=index, outside=outside.reshape(base.shape))
        return base  # whose memory holds the new values already

    def backward(self, g: Array) -> tuple[Array, Array]:
        from minitorch.ops.index import Take

        saved = self.saved
        return where(saved.outside, g, 0.0), Take.apply(g.reshape(-1), index=(saved.index,))


def region(base: Array, view: View) -> Array:
    """For each element of the view its place in the flattened base."""
    places = backend_of(base).arange(base.size).reshape(base.shape)
    for op_class, settings, output in view.steps:
        if op_class.__name__ in (
            "Real",
            "Imag",
            "ViewAsReal",
            "ViewAsComplex",
            "ViewDtype",
            "Batch",
            "Unbatch",
        ):
            raise InplaceError(
                f"{op_class.op_name}: a recorded tensor cannot be changed in place through this view; "
                f"compute the new tensor out of place"
            )
        places = op_class._apply_raw((places,), settings)
        if isinstance(places, tuple):
            places = places[output]
    return places


def overlaps(x: Array) -> bool:
    """Whether several elements share one place in memory, as those of an expanded tensor do."""
    if 0 not in x.strides:
        return False
    return bool(x.size) and any(n > 1 and s == 0 for n, s in zip(x.shape, x.strides, strict=True))


def check(op_name: str, x: Variable) -> None:
    """Refuses changes that would lose a gradient.

    Raises:
        InplaceError: if `x` is a leaf that requires grad, or a view of one, or has overlapping memory.
    """
    if x._view is not None:
        x._view.refresh(x)
    mode = current()
    if mode.level is not None:
        mode.level.note_change(op_name, x)
    if mode.grad:
        leaf: Value = x
        if x._view is not None and not (x._requires_grad and x.grad_fn is None):
            leaf = x._view.base
        if leaf._requires_grad and leaf.grad_fn is None:
            what = "a leaf" if leaf is x else "a view of a leaf"
            raise InplaceError(
                f"{op_name}: {what} that requires grad cannot be changed in place (shape {tuple(x.shape)}). "
                f"Do it under minitorch.no_grad() to set its value, or use the out-of-place operation"
            )
    if x._inference and not mode.inference:
        raise InplaceError(
            f"{op_name}: a tensor made under inference_mode cannot be changed in place outside of it; clone() it"
        )
    if not getattr(x.array.flags, "writeable", True):
        raise InplaceError(
            f"{op_name}: the memory of this tensor is read-only (it came from such an array); clone() it"
        )
    if overlaps(x.array):
        raise InplaceError(
            f"{op_name}: several elements of this tensor of shape {tuple(x.shape)} share one place in memory "
            f"(it was expanded); clone() it before changing it"
        )


def assign(op_name: str, x: Variable, out: Variable, since: int | None = None) -> Variable:
    """Puts the result of an operation in the place of `x`, in memory and in the graph.

    Ops of the serial number `since` or a later one made the result, and keep a copy of `x` if they saved it.

    Raises:
        ShapeError: if the shapes differ.
        DtypeError: if the result is of a higher category than `x`.
    """
    if out.array.shape != x.array.shape:
        raise ShapeError(
            f"{op_name}: the result has shape {tuple(out.array.shape)} and cannot be stored in place in a tensor of "
            f"shape {tuple(x.array.shape)}; use the out-of-place operation"
        )
    if out.array.dtype is not x.array.dtype:
        if not dtypes.can_cast(out.dtype, x.dtype):
            raise DtypeError(
                f"{op_name}: the result is {out.dtype} and cannot be stored in place in a tensor of {x.dtype}; "
                f"use the out-of-place operation"
            )
        out = out.to(x.dtype)
    if x._requires_grad and not out._requires_grad and current().grad:
        out = Overwrite.apply(x, out)
    if out.grad_fn is not None:
        preserve_old(x, out.grad_fn, out.grad_fn.serial if since is None else since)
    if BATCHES and leading((x.array, out.array)) is not x.array:
        refuse_batch(op_name, x)
    backend_of(x.array).copyto(x.array, out.array)
    rebase(x, out)
    return x


def refuse_batch(op_name: str, x: Variable) -> None:
    """Raises a VmapError: slices of a vmap do not fit into a tensor that is the same for all of them."""
    raise VmapError(
        f"{op_name}: inside of vmap a tensor of shape {tuple(x.shape)} that is the same for all slices cannot be "
        f"changed in place by values that differ from slice to slice; use a clone() of it, or the out-of-place "
        f"operation"
    )


def preserve_old(x: Value, last: Op, since: int) -> None:
    """Before `x` is overwritten: the ops up to `last` that were applied to it since then keep a copy."""
    stack: list[Any] = [last]
    while stack:
        node = stack.pop()
        if isinstance(node, Op) and node.serial >= since:
            node.preserve_old(x)
            stack.extend(node.edges)


def rebase(x: Variable, out: Variable) -> None:
    """Counts the change, and ties `x` (or the base that it shows) to the node behind `out`."""
    x._version_counter().value += 1
    if not current().grad or not (out._requires_grad or x._requires_grad):
        return
    if x._view is None:
        tie(x, out)
        return
    view = x._view
    new_base = ViewUpdate.apply(view.base, out, view=view)
    tie(view.base, new_base)
    view.refresh(x)


def tie(x: Value, out: Value) -> None:
    """Gives `x` the place of `out` in the graph."""
    x.grad_fn, x._output_nr, x._requires_grad = out.grad_fn, out._output_nr, out._requires_grad


def method(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    """The in-place method that belongs to a function: `x.name(...)` computes it and stores it in `x`."""
    function = without_out(function)

    def in_place(self: Variable, *args: Any, **kwargs: Any) -> Variable:
        check(name, self)
        since = next(serials)
        return assign(name, self, function(self, *args, **kwargs), since)

    in_place.__name__ = in_place.__qualname__ = name
    in_place.__doc__ = f"`{name.rstrip('_')}`, stored in the tensor itself, which is returned."
    return in_place


def overwrite(op_name: str, x: Variable, src: Variable) -> Variable:
    """Stores the elements of `src`, broadcast and cast, in `x`, and returns it."""
    from minitorch.ops.shape import expand

    check(op_name, x)
    own, other = tuple(x.shape), tuple(src.shape)
    if not broadcasts_to(other, own):
        raise ShapeError(
            f"{op_name}: a tensor of shape {other} does not broadcast to the shape {own} of the target"
        )
    out = expand(src, *x.shape)
    return assign(op_name, x, Overwrite.apply(x, out if out.dtype is x.dtype else out.to(x.dtype)))


def copy_(x: Variable, src: Any, non_blocking: bool = False) -> Variable:
    """The elements of `src`, broadcast and cast, stored in the tensor itself, which is returned."""
    if isinstance(src, (bool, int, float, complex)):
        return fill_(x, src)
    if not isinstance(src, Value):
        raise ArgumentTypeError(
            f"copy_: expected a Tensor or a number, got {type(src).__name__}; make a tensor with minitorch.tensor(...)"
        )
    if src.array.__class__ is not x.array.__class__ or src.device != x.device:  # type: ignore[attr-defined]
        src = src.to(x.device, non_blocking=non_blocking)  # type: ignore[attr-defined]
    return overwrite("copy_", x, src)


def fill_(x: Variable, value: Any) -> Variable:
    """The number (or 0-d tensor) `value` in every element of the tensor itself, which is returned."""
    from minitorch.creation import filler

    if isinstance(value, Value):
        if value.array.ndim:
            raise ShapeError(
                f"fill_: value must be a number or a 0-d tensor, got shape {tuple(value.array.shape)}"
            )
        return overwrite("fill_", x, value)  # type: ignore[arg-type]
    number = filler("fill_", value, x.dtype)
    return overwrite("fill_", x, wrap(backend_of(x.array).asarray(number, x.array.dtype)))


def zero_(x: Variable) -> Variable:
    """Zero in every element of the tensor itself, which is returned."""
    return overwrite("zero_", x, wrap(backend_of(x.array).zeros((), x.array.dtype)))


def fill_diagonal_(x: Variable, fill_value: Any, wrap: bool = False) -> Variable:
    """The number `fill_value` on the main diagonal of the tensor itself, which is returned.

    Args:
        x: a matrix, or a tensor of more dims that are all equal.
        fill_value: the number.
        wrap: go on below the diagonal of a tall matrix, after a gap of one row.
    """
    shape = tuple(x.shape)
    if len(shape) < 2 or (len(shape) > 2 and len(set(shape)) > 1):
        raise ShapeError(
            f"fill_diagonal_: needs a matrix, or a tensor of more dims that are all equal, got shape {shape}"
        )
    backend = backend_of(x.array)
    if wrap and len(shape) == 2:
        places = backend.arange(0, x.numel(), shape[1] + 1)
        index: Any = (places // shape[1], places % shape[1])
    else:
        index = (backend.arange(min(shape)),) * len(shape)
    x[index] = fill_value
    return x


def reshaping(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    """The in-place method that belongs to a function with views as results: the tensor itself becomes the view."""

    def in_place(self: Variable, *args: Any, **kwargs: Any) -> Variable:
        check(name, self)
        out = function(self, *args, **kwargs)
        self.array = out.array
        if self._view is not None:
            self._view = out._view
        if self._requires_grad:
            tie(self, out)
        self._version_counter().value += 1
        return self

    in_place.__name__ = in_place.__qualname__ = name
    in_place.__doc__ = f"`{name.rstrip('_')}`, applied to the tensor itself, which is returned."
    return in_place


def set_data(x: Variable, new: Variable) -> None:
    """`x.data = new`: other memory behind the same Variable, unnoticed by the graph.

    Raises:
        ArgumentTypeError, DtypeError: unless it is a tensor, of a dtype that has gradients where `x` requires grad.
    """
    if not isinstance(new, Value):
        raise ArgumentTypeError(f"data: expected a Tensor, got {type(new).__name__}")
    if x._requires_grad and not (new.dtype.is_floating_point or new.dtype.is_complex):
        raise DtypeError(f"data: the tensor requires grad, so its data must not be {new.dtype}")
    x.array = new.array
