"""`Variable` (also called `Tensor`): an array that remembers how it was computed."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

from minitorch import creation, dtypes, filled, gradients, hooks, inplace, ops, predicates, printing
from minitorch.device import device, device_of, require, transfer
from minitorch.errors import ArgumentError, ArgumentTypeError, DtypeError, GradientError, ShapeError
from minitorch.hooks import RemovableHandle
from minitorch.layout import order_of, strided
from minitorch.methods import Methods
from minitorch.op import Op
from minitorch.ops.out import without_out as _plain
from minitorch.registry import backend_of
from minitorch.value import Value, wrap

INCOMPARABLE = (type(None), str, list, tuple, dict, set)  # what `==` leaves to Python, which says False


class Size(tuple[int, ...]):
    """The shape of a tensor: a tuple that prints itself as PyTorch's does."""

    __slots__ = ()

    def numel(self) -> int:
        """The number of elements of a tensor of this shape."""
        count = 1
        for n in self:
            count *= n
        return count

    def __add__(self, other: Any) -> Size:
        return Size(tuple.__add__(self, tuple(other)))

    def __radd__(self, other: tuple[int, ...]) -> Size:
        return Size(other + tuple(self))

    def __mul__(self, times: Any) -> Size:
        return Size(tuple.__mul__(self, times))

    __rmul__ = __mul__

    def __getitem__(self, index: Any) -> Any:
        part = tuple.__getitem__(self, index)
        return Size(part) if isinstance(index, slice) else part

    def __repr__(self) -> str:
        return f"minitorch.Size({list(self)})"


class Variable(Methods, Value):
    """An array of numbers that remembers how it was computed, for `backward()`.

    Attributes:
        array: the bare array (`numpy.ndarray` on the CPU).
        data: the same memory outside of the graph.
        grad: the accumulated gradient, or None.
        requires_grad: whether operations on it are recorded.
        grad_fn: the node that made it, or None for a leaf.

    >>> import minitorch
    >>> x = minitorch.tensor([1.0, 2.0], requires_grad=True)
    >>> (x**2).sum().backward()
    >>> x.grad
    tensor([2., 4.])
    """

    retains_grad: bool = False

    def __init__(self, *data: Any, requires_grad: bool = False, volatile: bool | None = None) -> None:
        if volatile is not None:
            warn_of_volatile()
        if len(data) == 1 and isinstance(data[0], Size):
            data = data[0]
        if len(data) == 1 and not isinstance(data[0], int):
            source = data[0]
            kind = None if isinstance(source, Value) else dtypes.get_default_dtype()
            self.array = creation.array_from(source, kind, copy=not isinstance(source, Value))
        elif all(isinstance(n, int) for n in data):
            self.array = filled.empty(*data or (0,)).array
        else:
            raise ArgumentError(f"Tensor: expected data or sizes, got {data}; use minitorch.tensor(data)")
        if requires_grad:
            self.requires_grad_()

    # What it is ------------------------------------------------------------------------------------

    @property
    def shape(self) -> Size:
        """The size of each dimension."""
        return Size(self.array.shape)

    @property
    def dtype(self) -> dtypes.dtype:
        """The element type."""
        return dtypes.BY_NUMPY[self.array.dtype]

    @property
    def device(self) -> device:
        """Where the memory is."""
        return device_of(self.array)

    @property
    def ndim(self) -> int:
        """The number of dimensions."""
        return self.array.ndim

    def dim(self) -> int:
        """The number of dimensions."""
        return self.ndim

    ndimension = dim

    def size(self, dim: int | None = None) -> Any:
        """The shape, or the size of one dimension."""
        return self.shape if dim is None else self.shape[ops.common.wrap_dim("size", dim, self.ndim)]

    def numel(self) -> int:
        """The number of elements."""
        return self.array.size

    nelement = numel

    @property
    def itemsize(self) -> int:
        """Bytes per element."""
        return self.array.dtype.itemsize

    def element_size(self) -> int:
        """Bytes per element."""
        return self.itemsize

    @property
    def nbytes(self) -> int:
        """Bytes of all elements."""
        return self.array.nbytes

    def stride(self, dim: int | None = None) -> Any:
        """The step in memory from one element to the next along each dim, counted in elements."""
        strides = tuple(s // self.itemsize for s in self.array.strides)
        return strides if dim is None else strides[ops.common.wrap_dim("stride", dim, self.ndim)]

    def is_contiguous(self, memory_format: Any = None) -> bool:
        """Whether the memory is in row-major order, or in the order of another format."""
        order = order_of("is_contiguous", memory_format, self.ndim)
        array = self.array if order is None else self.array.transpose(order)
        return bool(array.flags.c_contiguous)

    def data_ptr(self) -> int:
        """The address of the first element."""
        return backend_of(self.array).address(self.array)

    def is_floating_point(self) -> bool:
        """Whether the dtype is a floating-point one."""
        return self.dtype.is_floating_point

    def is_complex(self) -> bool:
        """Whether the dtype is a complex one."""
        return self.dtype.is_complex

    is_signed, is_nonzero = predicates.is_signed, predicates.is_nonzero
    is_same_size = predicates.is_same_size

    @property
    def is_cpu(self) -> bool:
        """Whether the memory is the computer's own."""
        return self.device.type == "cpu"

    @property
    def is_cuda(self) -> bool:
        """Whether the memory is a GPU's."""
        return self.device.type == "cuda"

    def get_device(self) -> int:
        """The number of the device, −1 for the CPU."""
        return -1 if self.is_cpu else self.device.index or 0

    def storage_offset(self) -> int:
        """Where the first element lies in the memory shared by all views, counted in elements."""
        base = self if self._view is None else self._view.base
        return (self.data_ptr() - backend_of(base.array).address(base.array)) // self.itemsize

    @property
    def layout(self) -> Any:
        """How its elements are stored: always strided."""
        return strided

    name: str | None = None  # PyTorch has it on every tensor, for what it calls names
    is_sparse = False
    is_quantized = False

    # Its place in the graph ----------------------------------------------------------------------------

    @property
    def grad(self) -> Variable | None:
        """The accumulated gradient, or None.

        Raises:
            ArgumentTypeError, ShapeError, DtypeError: when something is assigned that cannot be its gradient.
        """
        return self._grad

    @grad.setter
    def grad(self, value: Variable | None) -> None:
        if value is not None:
            check_grad(self, value)
        self._grad = value

    @grad.deleter
    def grad(self) -> None:
        self._grad = None

    @property
    def data(self) -> Variable:
        """The same memory outside of the graph; changes through it go unnoticed."""
        return wrap(self.array)

    @data.setter
    def data(self, new: Variable) -> None:
        inplace.set_data(self, new)

    @property
    def requires_grad(self) -> bool:
        """Whether operations on it are recorded."""
        if self._view is not None:
            self._view.refresh(self)
        return self._requires_grad

    @requires_grad.setter
    def requires_grad(self, value: bool) -> None:
        self.requires_grad_(value)

    def requires_grad_(self, requires_grad: bool = True) -> Variable:
        """Starts or stops recording operations on this leaf; returns it.

        Raises:
            GradientError: for integers, and for inner values of a graph.
        """
        if requires_grad:
            creation.check_requires_grad(self.dtype)
            if self._inference:
                raise GradientError(
                    "requires_grad: this tensor was made under inference_mode; clone() it outside"
                )
        elif self.grad_fn is not None:
            raise GradientError(
                "requires_grad: only leaves can stop requiring grad, this tensor was computed; use detach()"
            )
        self._requires_grad = bool(requires_grad)
        return self

    @property
    def is_leaf(self) -> bool:
        """Whether it was made by the user rather than computed from values that require grad."""
        return not self.requires_grad or self.grad_fn is None

    @property
    def output_nr(self) -> int:
        """Which of the outputs of `grad_fn` it is."""
        return self._output_nr

    @property
    def _version(self) -> int:
        """How often its memory was changed in place; views and `detach()` share the count."""
        return self._version_counter().value

    @property
    def _base(self) -> Variable | None:
        """The tensor whose memory this view shows, or None."""
        return None if self._view is None else self._view.base  # type: ignore[return-value]

    def _is_view(self) -> bool:
        return self._view is not None

    is_inference = predicates.is_inference

    def backward(
        self,
        gradient: Variable | None = None,
        retain_graph: bool | None = None,
        create_graph: bool = False,
        inputs: Any = None,
    ) -> None:
        """Adds the gradients of this tensor with respect to the graph's leaves to their `.grad`.

        Args:
            gradient: where to start from; may be left out for one-element tensors.
            retain_graph: keep saved values for another walk.
            create_graph: record the walk, for gradients of gradients.
            inputs: accumulate into these only.

        Raises:
            GradientError: if it does not require grad, or has several elements and no gradient is given.
        """
        gradients.backward(self, gradient, retain_graph, create_graph, inputs)

    def register_hook(self, hook: Any) -> RemovableHandle:
        """Calls `hook(grad)` when its gradient is known; what it returns, if anything, replaces the gradient."""
        return hooks.register_hook(self, hook)

    def register_post_accumulate_grad_hook(self, hook: Any) -> RemovableHandle:
        """Calls `hook(self)` after a walk has added to `.grad`; for leaves."""
        return hooks.register_post_hook(self, hook)

    def retain_grad(self) -> None:
        """Keeps the gradient of this inner value in `.grad`, too."""
        hooks.retain_grad(self)

    detach = ops.detach

    def detach_(self) -> Variable:
        """Takes the tensor itself out of the graph; returns it."""
        if self._view is not None:
            raise GradientError("detach_: a view cannot be detached in place; use detach()")
        self.grad_fn, self._requires_grad, self._output_nr = None, False, 0
        return self

    # Out of minitorch --------------------------------------------------------------------------------------

    def item(self) -> Any:
        """The Python number in a one-element tensor."""
        if self.array.size != 1:
            raise ShapeError(
                f"item: a tensor of shape {tuple(self.shape)} has {self.numel()} elements, not one; "
                f"reduce it first, or use tolist()"
            )
        return self.array.item()

    def tolist(self) -> Any:
        """The elements as nested lists of Python numbers."""
        return self.array.tolist()

    def numpy(self, *, force: bool = False) -> Any:
        """The NumPy array with the same memory.

        Args:
            force: detach first (and copy from another device).

        Raises:
            GradientError: if it requires grad: changes of the array could not be recorded.
            DtypeError: for bfloat16, which NumPy does not have.
        """
        if self._requires_grad and not force:
            raise GradientError(
                "numpy: this tensor requires grad, and changes of the array could not be recorded; "
                "use x.detach().numpy()"
            )
        if not (self.is_cpu or force):
            raise ArgumentTypeError(
                f"numpy: this tensor is on {self.device}, and NumPy's arrays are on the CPU; use x.cpu().numpy()"
            )
        if self.array.dtype is dtypes.numpy_bfloat16:
            raise DtypeError(
                "numpy: NumPy has no bfloat16; use x.float().numpy(), or x.view(minitorch.int16).numpy() for the bits"
            )
        return backend_of(self.array).to_numpy(self.array)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        array = self.numpy()
        if dtype is not None and array.dtype != dtype:
            return array.astype(dtype)
        return array.copy() if copy else array

    __array_priority__ = 1000  # ndarray + Variable is Variable.__radd__

    def __array_wrap__(self, array: Any, context: Any = None, return_scalar: bool = False) -> Variable:
        """Makes np.sin(x) a Variable again."""
        return creation.as_tensor(array)

    def __dlpack__(self, **kwargs: Any) -> Any:
        if self._requires_grad:
            raise GradientError("__dlpack__: this tensor requires grad; use x.detach()")
        return backend_of(self.array).to_dlpack(self.array, **kwargs)

    def __dlpack_device__(self) -> Any:
        return self.array.__dlpack_device__()

    def cpu(self) -> Variable:
        """The tensor on the CPU; itself if it is there."""
        return self.to("cpu")

    def cuda(self, device: Any = None, non_blocking: bool = False) -> Variable:
        """The tensor on a GPU.

        Raises:
            BackendError: if there is none.
            MissingDependencyError: if CuPy is not installed, or does not fit the driver; the message gives the line
                that installs it.
        """
        return self.to("cuda" if device is None else device, non_blocking=non_blocking)

    def __repr__(self) -> str:
        return printing.tensor_repr(self)

    def __format__(self, spec: str) -> str:
        if spec and self.ndim:
            raise ArgumentTypeError(
                f"format: {spec!r} formats a single number, but this tensor has shape {tuple(self.shape)}; "
                f"use x.item(), or set_printoptions()"
            )
        return str(self) if self.ndim else format(self.item(), spec)

    # Python's protocols -----------------------------------------------------------------------------------------

    def __len__(self) -> int:
        if not self.ndim:
            raise ArgumentTypeError("len: a 0-d tensor has no length; its number is x.item()")
        return int(self.array.shape[0])

    def __iter__(self) -> Iterator[Variable]:
        if not self.ndim:
            raise ArgumentTypeError("iter: a 0-d tensor has nothing to iterate over; its number is x.item()")
        return iter(ops.unbind(self, 0))

    def __contains__(self, value: Any) -> bool:
        return bool(ops.eq(self, value).any())

    def __bool__(self) -> bool:
        if self.array.size != 1:
            count = f"{self.numel()} elements" if self.numel() else "no elements"
            raise ShapeError(
                f"bool: the truth of a tensor of shape {tuple(self.shape)} is ambiguous, since it has {count}; "
                f"use .any() or .all()"
            )
        return bool(self.array.item())

    def __int__(self) -> int:
        return int(self.item())

    def __float__(self) -> float:
        return float(self.item())

    def __complex__(self) -> complex:
        return complex(self.item())

    def __index__(self) -> int:
        if self.dtype.category > dtypes.INTEGER or self.array.size != 1:
            raise ArgumentTypeError(
                f"index: only integer tensors of one element can stand for an index, this one is {self.dtype} "
                f"of shape {tuple(self.shape)}"
            )
        return int(self.item())

    def __reversed__(self) -> Variable:
        return ops.flip(self, 0) if self.ndim else self

    __getitem__ = ops.getitem
    __setitem__ = ops.setitem

    def __delitem__(self, index: Any) -> None:
        raise ArgumentTypeError("del: the elements of a tensor cannot be deleted; select those that stay")

    __hash__ = object.__hash__  # by identity: == compares elements

    def __deepcopy__(self, memo: dict[int, Any]) -> Variable:
        if self.grad_fn is not None:
            raise GradientError(
                "deepcopy: only leaves can be copied deeply, this tensor was computed; use detach()"
            )
        copy = object.__new__(type(self))
        memo[id(self)] = copy
        copy.array = backend_of(self.array).copy(self.array)
        copy._requires_grad = self._requires_grad
        if self.grad is not None:
            copy.grad = self.grad.__deepcopy__(memo)
        return copy

    def __reduce_ex__(self, protocol: Any) -> Any:
        if self.grad_fn is not None:
            raise GradientError("pickle: only leaves can be pickled, this tensor was computed; use detach()")
        return rebuild, (
            type(self),
            backend_of(self.array).to_numpy(self.array),
            self._requires_grad,
            None if self.is_cpu else str(self.device),
        )

    # Operators ------------------------------------------------------------------------------------------------------

    __add__ = __radd__ = _plain(ops.add)
    __sub__, __rsub__ = _plain(ops.sub), _plain(ops.rsub)
    __mul__ = __rmul__ = _plain(ops.mul)
    __truediv__, __rtruediv__ = _plain(ops.div), _plain(ops.rdiv)
    __rdiv__ = __rtruediv__
    __floordiv__, __rfloordiv__ = _plain(ops.floor_divide), _plain(ops.rfloor_divide)
    __mod__, __rmod__ = _plain(ops.remainder), _plain(ops.rremainder)
    __pow__, __rpow__ = _plain(ops.pow), _plain(ops.rpow)
    __matmul__, __rmatmul__ = _plain(ops.matmul), _plain(ops.rmatmul)
    __neg__, __pos__, __abs__ = _plain(ops.neg), ops.positive, _plain(ops.abs)

    def __eq__(self, other: Any) -> Any:
        return NotImplemented if isinstance(other, INCOMPARABLE) else ops.eq(self, other)

    def __ne__(self, other: Any) -> Any:
        return NotImplemented if isinstance(other, INCOMPARABLE) else ops.ne(self, other)

    __lt__, __le__, __gt__, __ge__ = _plain(ops.lt), _plain(ops.le), _plain(ops.gt), _plain(ops.ge)
    __invert__ = _plain(ops.bitwise_not)
    __and__ = __rand__ = _plain(ops.bitwise_and)
    __or__ = __ror__ = _plain(ops.bitwise_or)
    __xor__ = __rxor__ = _plain(ops.bitwise_xor)
    __lshift__, __rshift__ = _plain(ops.bitwise_left_shift), _plain(ops.bitwise_right_shift)

    def __rlshift__(self, other: Any) -> Variable:
        return ops.bitwise_left_shift(other, self)

    def __rrshift__(self, other: Any) -> Variable:
        return ops.bitwise_right_shift(other, self)

    __iadd__, __isub__ = inplace.method(ops.add, "add_"), inplace.method(ops.sub, "sub_")
    __imul__, __itruediv__ = inplace.method(ops.mul, "mul_"), inplace.method(ops.div, "div_")
    __ifloordiv__ = inplace.method(ops.floor_divide, "floor_divide_")
    __imod__ = inplace.method(ops.remainder, "remainder_")
    __ipow__ = inplace.method(ops.pow, "pow_")
    __iand__ = inplace.method(ops.bitwise_and, "bitwise_and_")
    __ior__ = inplace.method(ops.bitwise_or, "bitwise_or_")
    __ixor__ = inplace.method(ops.bitwise_xor, "bitwise_xor_")
    __ilshift__ = inplace.method(ops.bitwise_left_shift, "bitwise_left_shift_")
    __irshift__ = inplace.method(ops.bitwise_right_shift, "bitwise_right_shift_")


def warn_of_volatile() -> None:
    """Says that an argument of old programs has no effect, as in PyTorch."""
    warnings.warn("Variable: volatile has no effect any more; use `with minitorch.no_grad():`", stacklevel=3)


def check_grad(x: Variable, g: Any) -> None:
    """Refuses what cannot be the gradient of `x`."""
    if not isinstance(g, Value):
        raise ArgumentTypeError(f"grad: expected a Tensor or None, got {type(g).__name__}")
    if g.array.shape != x.array.shape:
        raise ShapeError(
            f"grad: a gradient of shape {tuple(g.array.shape)} cannot belong to a tensor of shape "
            f"{tuple(x.array.shape)}; they must be equal"
        )
    if g.array.dtype != x.array.dtype:
        raise DtypeError(
            f"grad: a gradient of dtype {g.array.dtype} cannot belong to a tensor of dtype {x.array.dtype}; "
            f"use g.to(x.dtype)"
        )


def rebuild(kind: type[Variable], array: Any, requires_grad: bool, place: str | None = None) -> Variable:
    """A leaf as it was pickled, where it was."""
    result = object.__new__(kind)
    result.array = array if place is None else transfer(array, require(place))
    result._requires_grad = requires_grad
    return result


Op.variable_class = Variable
Tensor = Variable
