"""Indexing: x[...], and selections by index tensors."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from minitorch import dtypes
from minitorch.arguments import broadcasts_to
from minitorch.backend import Array
from minitorch.errors import (
    ArgumentError,
    ArgumentTypeError,
    DtypeError,
    IndexRangeError,
    IndexTypeError,
    ShapeError,
)
from minitorch.op import BATCHES, Op
from minitorch.ops.common import array_of, looks_at, ndim_of, wrap_dim
from minitorch.ops.out import with_out
from minitorch.ops.where import where
from minitorch.registry import backend_of
from minitorch.value import Value

if TYPE_CHECKING:
    from minitorch.variable import Variable


class GetItem(Op):
    """y = x[index] with integers, slices, None and ..., a view;   dx = zeros, with g at the index."""

    view = True

    def forward(self, x: Array, *, index: tuple[Any, ...]) -> Array:
        self.index, self.input_shape = index, x.shape
        return x[(*index, ...)] if Ellipsis not in index else x[index]

    def backward(self, g: Array) -> Array:
        return PutItem.apply(g, index=self.index, shape=self.input_shape, unique=True)

    def name(self) -> str:
        """The name of the last of the steps that PyTorch takes one by one; a `:` is none."""
        steps = [i for i in self.index if i is not Ellipsis and i != slice(None)]
        if not steps:
            return "SliceBackward0" if self.index == (slice(None),) else "AliasBackward0"
        last = steps[-1]
        step = "Unsqueeze" if last is None else "Slice" if isinstance(last, slice) else "Select"
        return f"{step}Backward0"


class Take(Op):
    """y = x[index] with index tensors, a copy;   dx = zeros, with g added at the index."""

    def forward(self, x: Array, *, index: tuple[Any, ...]) -> Array:
        self.index, self.input_shape = index, x.shape
        y = x[index]
        return y if y.flags.c_contiguous else self.backend.copy(y)  # NumPy may order its dims otherwise

    def backward(self, g: Array) -> Array:
        return PutItem.apply(g, index=self.index, shape=self.input_shape, unique=False)

    def name(self) -> str:
        """`IndexBackward0`: a selection by tensors is called so in PyTorch."""
        return "IndexBackward0"


class PutItem(Op):
    """y = zeros, with x added at the index;   dx = g[index]."""

    def forward(self, x: Array, *, index: tuple[Any, ...], shape: tuple[int, ...], unique: bool) -> Array:
        self.index, self.unique = index, unique
        y = self.backend.zeros(shape, x.dtype)
        if unique:
            y[index] = x
        else:
            self.backend.index_add(y, index, x)
        return y

    def backward(self, g: Array) -> Array:
        return (GetItem if self.unique else Take).apply(g, index=self.index)


class SetItem(Op):
    """x[index] = v, in place;   dx = g, with zeros at the index,  dv = g[index]."""

    broadcasts = in_place = True

    def forward(self, x: Array, v: Array, *, index: tuple[Any, ...], unique: bool) -> Array:
        self.index, self.unique = index, unique
        x[index] = v
        if self.recording:
            untouched = self.backend.full(x.shape, True, bool)
            untouched[index] = False
            self.keep(untouched=untouched)
        return x

    def backward(self, g: Array) -> tuple[Array | None, Array | None]:
        need_x, need_v = self.needs_input_grad
        gx = where(self.saved.untouched, g, 0.0) if need_x else None
        gv = (GetItem if self.unique else Take).apply(g, index=self.index) if need_v else None
        return gx, gv


class TakeAlong(Op):
    """y = x picked at `indices` along `dim`;   dx = zeros, with g added there.

    Along the other dims the indices may be shorter than x; its first elements are meant then.
    """

    def forward(self, x: Array, *, indices: Array, dim: int) -> Array:
        self.indices, self.dim, self.input_shape = indices, dim, x.shape
        return self.backend.take_along_axis(corner(x, indices.shape, dim), indices, dim)

    def backward(self, g: Array) -> Array:
        return AddAlong.apply(g, indices=self.indices, dim=self.dim, shape=self.input_shape)


class AddAlong(Op):
    """y = zeros, with x added at `indices` along `dim`;   dx = g picked there."""

    def forward(self, x: Array, *, indices: Array, dim: int, shape: tuple[int, ...]) -> Array:
        self.indices, self.dim = indices, dim
        y = self.backend.zeros(shape, x.dtype)
        self.backend.add_along_axis(corner(y, indices.shape, dim), indices, x, dim)
        return y

    def backward(self, g: Array) -> Array:
        return TakeAlong.apply(g, indices=self.indices, dim=self.dim)


def corner(x: Array, shape: tuple[int, ...], dim: int) -> Array:
    """The part of `x` that indices of this shape reach along `dim`, a view."""
    return x[tuple(slice(None) if i == dim else slice(n) for i, n in enumerate(shape))]


# What may stand in brackets -------------------------------------------------------------------------------


def parse_index(x: Variable, index: Any) -> tuple[tuple[Any, ...], tuple[Any, ...] | None]:
    """Splits an index into its basic part and, for the result of that, the part with index tensors.

    Integers are applied before index tensors, as in PyTorch; NumPy would move the dims of
    `x[0, :, indices]` about.
    """
    items = index if isinstance(index, tuple) or is_like_tuple(index) else (index,)
    basic: list[Any] = []
    advanced: list[Any] = []
    for item in items:
        item = plain_index(item)
        if isinstance(item, (slice, type(None), type(Ellipsis))):
            basic.append(item)
            advanced.append(item if item is Ellipsis else slice(None))
        elif isinstance(item, int):
            basic.append(item)
        else:
            consumed = item.ndim if item.dtype.kind == "b" else 1
            basic += [slice(None)] * consumed
            advanced.append(item)
    check_index(x, basic, advanced)
    if x.array.ndim == sum(item is not None and item is not Ellipsis for item in basic):
        # An ellipsis for no dims would still part the index tensors on its sides, in NumPy's eyes.
        advanced = [item for item in advanced if item is not Ellipsis]
    if all(isinstance(item, slice) or item is Ellipsis for item in advanced):
        return tuple(basic), None
    return tuple(basic), tuple(advanced)


def is_like_tuple(index: Any) -> bool:
    """Whether a list stands for several indices, as in PyTorch: if a part of it is not a number."""
    return isinstance(index, list) and any(
        item is None or item is Ellipsis or isinstance(item, (list, tuple, slice, Value)) for item in index
    )


def plain_index(item: Any) -> Any:
    """One part of an index as an int, slice, None, ... or an array."""
    if item is None or item is Ellipsis or (isinstance(item, int) and not isinstance(item, bool)):
        return item
    if isinstance(item, slice):
        try:
            start, stop, step = (
                None if v is None else operator.index(v) for v in (item.start, item.stop, item.step)
            )
        except TypeError as error:
            raise IndexTypeError(f"index: the parts of a slice must be integers or None ({error})") from None
        if step is not None and step <= 0:
            raise ArgumentError(f"index: the step of a slice must be positive, got {step}; use flip()")
        return slice(start, stop, step)
    if isinstance(item, (bool, list, tuple, range)):
        from minitorch.creation import tensor

        item = tensor(item if isinstance(item, bool) else list(item))
        if item.numel() == 0:
            item = item.long()
    array = array_of(item)
    if not hasattr(array, "dtype"):
        raise IndexTypeError(
            f"index: expected integers, slices, None, ..., or integer or bool tensors, got {type(item).__name__}"
        )
    if array.dtype == "uint8" or array.dtype.kind in "fcV":
        raise IndexTypeError(
            f"index: index tensors must be integer or bool, got {array.dtype}; use .long() for positions, "
            f".bool() for a mask"
        )
    if array.ndim == 0 and array.dtype.kind != "b" and array.__class__ not in BATCHES:
        return int(array)
    return array


def place_of_ellipsis(items: Sequence[Any]) -> int | None:
    """Where ... stands among the parts of an index (`in` would compare arrays elementwise)."""
    return next((i for i, item in enumerate(items) if item is Ellipsis), None)


def check_index(x: Variable, basic: list[Any], advanced: list[Any]) -> None:
    """Refuses what does not fit, naming the dim."""
    shape = tuple(x.shape)
    used = sum(item is not None and item is not Ellipsis for item in basic)
    if used > len(shape):
        remedy = "" if shape else "; its number is x.item()"
        raise IndexRangeError(
            f"index: {used} indices are too many for a tensor of shape {shape} with {len(shape)} dims{remedy}"
        )
    if sum(item is Ellipsis for item in basic) > 1:
        raise IndexRangeError("index: only one ... may stand in an index")
    at = place_of_ellipsis(basic)
    if at is not None:
        full = [*basic[:at], *[slice(None)] * (len(shape) - used), *basic[at + 1 :]]
    else:
        full = basic
    sizes = iter(enumerate(shape))
    remaining: list[tuple[int, int]] = []
    for item in full:
        if item is None:
            remaining.append((-1, 1))
            continue
        dim, n = next(sizes)
        if isinstance(item, int) and not -n <= item < n:
            raise IndexRangeError(
                f"index: {item} is out of range for dim {dim} of shape {shape}; it must lie between "
                f"{-n} and {n - 1}"
            )
        if not isinstance(item, int):
            remaining.append((dim, n))
    remaining += list(sizes)
    at = place_of_ellipsis(advanced)
    if at is not None:
        taken = sum(a.ndim if hasattr(a, "ndim") and a.dtype.kind == "b" else 1 for a in advanced) - 1
        advanced = [*advanced[:at], *[slice(None)] * (len(remaining) - taken), *advanced[at + 1 :]]
    place = 0
    for item in advanced:
        if not hasattr(item, "dtype"):
            place += 1
        elif item.dtype.kind == "b":
            expected = tuple(n for _, n in remaining[place : place + item.ndim])
            if tuple(item.shape) != expected:
                raise IndexRangeError(
                    f"index: a mask of shape {tuple(item.shape)} does not fit a tensor of shape {shape} "
                    f"at dim {place}; it must have shape {expected}"
                )
            place += item.ndim
        else:
            check_range("index", item, remaining[place][1], remaining[place][0], shape)
            place += 1


def check_range(op_name: str, indices: Array, n: int, dim: int, shape: Any) -> None:
    """Refuses index tensors that point outside of a dim of size `n`."""
    if indices.size and looks_at(indices) and not (-n <= int(indices.min()) and int(indices.max()) < n):
        low, high = int(indices.min()), int(indices.max())
        raise IndexRangeError(
            f"{op_name}: {high if high >= n else low} is out of range for dim {dim} of shape "
            f"{tuple(shape)}; it must lie between {-n} and {n - 1}"
        )


def getitem(input: Variable, index: Any) -> Variable:
    """`x[index]`: a view for integers, slices, None and ...; a copy for index tensors and masks.

    >>> import minitorch
    >>> x = minitorch.tensor([[1, 2], [3, 4]])
    >>> x[:, 0], x[x > 2]  # a view, and a copy
    (tensor([1, 3]), tensor([3, 4]))
    """
    basic, advanced = parse_index(input, index)
    if advanced is None or any(item != slice(None) and item is not Ellipsis for item in basic):
        input = GetItem.apply(input, index=basic)
    return input if advanced is None else Take.apply(input, index=advanced)


def selected(x: Array, index: tuple[Any, ...]) -> Array:
    """x[index], which only the array itself can say where index tensors are slices of a vmap."""
    return Take._apply_raw((x,), {"index": index}) if BATCHES else x[index]


def setitem(input: Variable, index: Any, value: Any) -> None:
    """`x[index] = value`, in place; gradients flow to `value` and to what stays of `x`.

    >>> import minitorch
    >>> x = minitorch.zeros(2, 3)
    >>> x[:, 1] = minitorch.tensor([5.0, 6.0])
    >>> x
    tensor([[0., 5., 0.],
            [0., 6., 0.]])
    """
    from minitorch import inplace
    from minitorch.creation import as_tensor, filler

    basic, advanced = parse_index(input, index)
    part = None  # of an expanded tensor such a region as does not overlap itself can be changed
    if advanced is None and inplace.overlaps(input.array):
        part = GetItem.apply(input, index=basic)
    inplace.check("setitem", input if part is None else part)
    if not isinstance(value, Value):
        try:
            number = isinstance(value, (bool, int, float, complex))
            value = as_tensor(filler("setitem", value, input.dtype) if number else value, dtype=input.dtype)
        except ArgumentTypeError as error:
            raise ArgumentTypeError(f"setitem: {str(error).removeprefix('tensor: ')}") from None
    value = value if value.dtype is input.dtype else value.to(input.dtype)
    target = input
    if advanced is not None and any(item != slice(None) and item is not Ellipsis for item in basic):
        target = GetItem.apply(input, index=basic)
    region = selected(target.array, basic if advanced is None else advanced).shape
    extra = max(value.ndim - len(region), 0)
    if set(value.shape[:extra]) <= {1}:
        value = value.reshape(value.shape[extra:])
    if not broadcasts_to(value.shape, region):
        raise ShapeError(
            f"setitem: a value of shape {tuple(value.shape)} does not broadcast to the region of shape "
            f"{tuple(region)} that the index selects in a tensor of shape {tuple(input.shape)}"
        )
    if target.array is not value.array and target.array.base is not None and value.array.base is not None:
        value = value.clone()
    if part is not None:
        inplace.copy_(part, value)
        return
    out = SetItem.apply(target, value, index=basic if advanced is None else advanced, unique=advanced is None)
    inplace.rebase(target, out)


def index_put_(input: Variable, indices: Any, values: Any, accumulate: bool = False) -> Variable:
    """`input[indices] = values`, in the tensor itself, which is returned.

    Args:
        input: what is changed.
        indices: a tuple of index tensors.
        values: broadcast to what the indices select.
        accumulate: add the values to what is there; those for one place that is named twice add up.

    >>> import minitorch
    >>> places = (minitorch.tensor([0, 0, 2]),)
    >>> minitorch.zeros(3).index_put_(places, minitorch.ones(3), accumulate=True)
    tensor([2., 0., 1.])
    """
    from minitorch import inplace
    from minitorch.ops.shape import expand

    if values.dtype is not input.dtype:
        raise DtypeError(
            f"index_put: values of {values.dtype} for a tensor of {input.dtype}; convert one with .to()"
        )
    if not accumulate:
        setitem(input, tuple(indices), values)
        return input
    basic, advanced = parse_index(input, tuple(indices))
    if advanced is None or any(item != slice(None) for item in basic):
        raise ArgumentError("index_put_: indices must be a tuple of index tensors of at least one dim")
    values = expand(values.to(input.dtype), *selected(input.array, advanced).shape)
    added = PutItem.apply(values, index=advanced, shape=tuple(input.shape), unique=False)
    inplace.check("index_put_", input)
    return inplace.assign("index_put_", input, input + added)


def index_put(input: Variable, indices: Any, values: Any, accumulate: bool = False) -> Variable:
    """`index_put_`, with a new tensor as its result.

    >>> import minitorch
    >>> x = minitorch.zeros(2, 2)
    >>> minitorch.index_put(x, (minitorch.tensor([0, 1]), minitorch.tensor([1, 0])), minitorch.tensor([5.0, 6.0]))
    tensor([[0., 5.],
            [6., 0.]])
    """
    return index_put_(input.clone(), indices, values, accumulate)


def as_index(op_name: str, index: Any, empty_ok: bool = False) -> Array:
    """The array of an index tensor.

    Raises:
        DtypeError: unless it holds integers, or nothing at all where that is enough.
    """
    array = array_of(index)
    if empty_ok and getattr(array, "size", 1) == 0:
        return array.astype("int64")
    if getattr(array, "dtype", None) is None or array.dtype.kind not in "iu" or array.dtype == "uint8":
        kind = getattr(array, "dtype", type(index).__name__)
        raise DtypeError(f"{op_name}: indices must be an int64 or int32 tensor, got {kind}; use .long()")
    return array


@with_out
def index_select(input: Any, dim: int, index: Any) -> Variable:
    """The slices at `index` along `dim`, a copy; duplicates are allowed, and their gradients add up.

    >>> import minitorch
    >>> x = minitorch.tensor([[1, 2], [3, 4]])
    >>> minitorch.index_select(x, 1, minitorch.tensor([1, 1]))
    tensor([[2, 2],
            [4, 4]])
    """
    d = wrap_dim("index_select", dim, ndim_of("index_select", input))
    array = as_index("index_select", index)
    if array.ndim > 1:
        raise ShapeError(f"index_select: index must be a vector, got shape {tuple(array.shape)}")
    if not input.ndim:
        return index_select(input.reshape(1), 0, index).reshape(())
    if array.size and looks_at(array) and int(array.min()) < 0:
        raise IndexRangeError(f"index_select: indices must not be negative, got {int(array.min())}")
    check_range("index_select", array, input.shape[d], d, input.shape)
    return Take.apply(input, index=(slice(None),) * d + (array.reshape(-1),))


@with_out
def take_along_dim(input: Any, indices: Any, dim: int | None = None) -> Variable:
    """The elements at `indices` along `dim`; other dims broadcast.

    >>> import minitorch
    >>> x = minitorch.tensor([[3, 1], [2, 4]])
    >>> minitorch.take_along_dim(x, x.argsort(dim=1), dim=1)
    tensor([[1, 3],
            [2, 4]])
    """
    from minitorch.ops.shape import broadcast_shapes, expand

    array = as_index("take_along_dim", indices)
    if dim is None:
        input, dim, array = input.reshape(-1), 0, array.reshape(-1)
    d = wrap_dim("take_along_dim", dim, ndim_of("take_along_dim", input))
    if array.ndim != input.ndim:
        raise ShapeError(
            f"take_along_dim: indices of shape {tuple(array.shape)} need as many dims as the input of shape "
            f"{tuple(input.shape)}"
        )
    check_range("take_along_dim", array, input.shape[d], d, input.shape)
    rest = broadcast_shapes(*((*s[:d], 1, *s[d + 1 :]) for s in (array.shape, input.shape)))
    input = expand(input, *rest[:d], input.shape[d], *rest[d + 1 :])
    array = backend_of(array).broadcast_to(array, (*rest[:d], array.shape[d], *rest[d + 1 :]))
    return TakeAlong.apply(input, indices=array, dim=d)


def masked_fill(input: Any, mask: Any, value: Any) -> Variable:
    """`value` where `mask` holds, else the input; the mask broadcasts.

    >>> import minitorch
    >>> minitorch.masked_fill(minitorch.ones(2), minitorch.tensor([True, False]), 0)
    tensor([0., 1.])
    """
    if array_of(mask).dtype.kind != "b":
        raise DtypeError(f"masked_fill: the mask must be bool, got {array_of(mask).dtype}")
    if not hasattr(value, "dtype"):
        value = input.new_tensor(value, dtype=input.dtype)
    if not dtypes.can_cast(value.dtype, input.dtype) and value.dtype.is_complex:
        raise DtypeError(f"masked_fill: a value of {value.dtype} does not fit into a tensor of {input.dtype}")
    if value.ndim:
        raise ShapeError(
            f"masked_fill: value must be a number or a 0-d tensor, got shape {tuple(value.shape)}"
        )
    return where(mask, value.to(input.dtype), input)
