"""New tensors from data: numbers, sequences, arrays, buffers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from minitorch import dtypes
from minitorch.device import place, require, transfer
from minitorch.errors import (
    ArgumentError,
    ArgumentTypeError,
    DtypeError,
    GradientError,
    ShapeError,
)
from minitorch.ops.common import ensure_size
from minitorch.ops.out import with_out
from minitorch.registry import current_backend, device_backend
from minitorch.value import Value, wrap

if TYPE_CHECKING:
    from minitorch.variable import Variable

CPU_ARRAY: Any = current_backend().array_type


DLPACK_CPU, DLPACK_CUDA = 1, (2, 13)  # what DLPack calls devices; 13 is managed memory


def finish(array: Any, device: Any = None, requires_grad: bool = False) -> Variable:
    """A Variable around a new array."""
    if device is not None or place() is not None:
        array = transfer(array, require(device))
    result = wrap(array)
    if requires_grad:
        result.requires_grad_()
    return result


def numpy_dtype(dtype: Any) -> Any:
    """The NumPy dtype meant by a `dtype` argument, whose None stands for the default dtype."""
    return (dtypes.get_default_dtype() if dtype is None else dtypes.as_dtype(dtype)).dtype


def unwrap(data: Any, kinds: set[Any]) -> Any:
    """Nested sequences with plain numbers in place of tensors; notes the dtypes of tensors and arrays in them."""
    if isinstance(data, (list, tuple, range)):
        types = set(map(type, data))
        if types <= dtypes.PYTHON_TYPES.keys():
            kinds |= types
            return data
        return [unwrap(one_number(item) if isinstance(item, Value) else item, kinds) for item in data]
    if isinstance(data, Value) or (hasattr(data, "dtype") and hasattr(data, "tolist")):
        kinds.add(dtypes.of(data))
        return data.tolist()
    if isinstance(data, Sequence) and not isinstance(data, (str, bytes)):  # a deque, or a class of the user's
        return unwrap(list(data), kinds)
    kinds.add(type(data))
    return data


def one_number(x: Any) -> Any:
    """A tensor in a sequence stands for its number.

    Raises:
        ShapeError: if it has several.
    """
    if x.array.size != 1:
        raise ShapeError(
            f"tensor: a sequence holds a tensor of shape {tuple(x.array.shape)}, and only tensors of one element "
            f"can stand for numbers; use minitorch.stack(tensors)"
        )
    return x.reshape(()) if x.array.ndim else x


def common_dtype(kinds: set[Any]) -> Any:
    """The NumPy dtype of a tensor whose elements have these dtypes and Python types."""
    found = [kind if isinstance(kind, dtypes.dtype) else dtypes.of(kind()) for kind in kinds]
    common = found[0]
    for kind in found[1:]:
        common = dtypes.promote_types(common, kind)
    return common.dtype


def array_from(data: Any, dtype: Any, copy: bool) -> Any:
    """The array of `data`, in the dtype that PyTorch would choose."""
    backend = current_backend()
    wanted = None if dtype is None else dtypes.as_dtype(dtype).dtype
    if isinstance(data, Value):
        data = data.array
    if hasattr(data, "__cuda_array_interface__"):
        backend = device_backend("cuda")
        data = backend.asarray(data)
    if hasattr(data, "__array__") and hasattr(data, "dtype"):
        try:
            array = backend.asarray(data)
            dtypes.as_dtype(array.dtype)
        except ArgumentTypeError as error:
            raise DtypeError(f"tensor: {error}") from None
        array = array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))
        if wanted is not None and array.dtype != wanted:
            return backend.astype(array, wanted)
        return backend.copy(array) if copy else array
    kinds: set[Any] = set()
    try:
        array = backend.asarray(unwrap(data, kinds))
    except ShapeError:
        raise
    except ValueError:
        raise ArgumentError(
            "tensor: the nested sequences have different lengths; every row needs the same length"
        ) from None
    except TypeError as error:
        raise ArgumentTypeError(f"tensor: cannot make a tensor of {type(data).__name__}: {error}") from None
    if array.dtype == "uint64" or (array.dtype == object and kinds == {int}):
        raise ArgumentError(
            "tensor: an integer does not fit into 64 bits; pass floats for numbers of this size"
        )
    if array.dtype.kind not in "biufc" and array.dtype is not dtypes.numpy_bfloat16:
        raise ArgumentTypeError(
            f"tensor: cannot make a tensor of {data!r:.60}; expected numbers, booleans, or nested sequences of them"
        )
    if wanted is None:
        wanted = common_dtype(kinds) if kinds else dtypes.get_default_dtype().dtype
    if array.dtype != wanted:
        if array.dtype.kind == "i" and wanted.kind in "iu":
            check_fits("tensor", array, wanted)
        if array.dtype.kind == "c" and wanted.kind != "c":
            raise ArgumentTypeError(
                f"tensor: complex numbers do not fit into {wanted}; take their real parts first"
            )
        array = backend.astype(array, wanted)
    return array


def check_fits(op_name: str, values: Any, dtype: Any) -> None:
    """Refuses integers that an integer dtype cannot hold.

    Raises:
        ArgumentError: for such an integer; the message names it.
    """
    limits = dtypes.iinfo(dtypes.as_dtype(dtype))
    lowest = limits.min or -limits.max  # negative numbers wrap around in unsigned dtypes, as in PyTorch
    for value in (values.min(), values.max()) if values.size else ():
        if not lowest <= int(value) <= limits.max:
            raise ArgumentError(
                f"{op_name}: {int(value)} does not fit into {dtype}, which holds {limits.min} to {limits.max}"
            )


def tensor(
    data: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False, pin_memory: bool = False
) -> Variable:
    """A new leaf with a copy of `data`.

    Args:
        data: a number, nested sequences of numbers, an array, or a tensor.
        dtype: of the result; by default floats give the default dtype, integers int64, and arrays keep theirs.
        device: where it lives.
        requires_grad: whether gradients shall be accumulated in its `.grad`.
        pin_memory: in memory from which a GPU copies faster.

    Raises:
        ArgumentError: for rows of different lengths.
        GradientError: if an integer tensor is asked for grad.

    >>> import minitorch
    >>> minitorch.tensor([[1, 2], [3, 4]], dtype=minitorch.float32)
    tensor([[1., 2.],
            [3., 4.]])
    """
    result = finish(array_from(data, dtype, copy=True), device, requires_grad)
    return result.pin_memory() if pin_memory else result


def as_tensor(data: Any, dtype: Any = None, device: Any = None) -> Variable:
    """A tensor of `data`: itself, or sharing memory with an array, where the dtype allows.

    >>> import minitorch
    >>> x = minitorch.tensor([1, 2])
    >>> minitorch.as_tensor(x) is x, minitorch.as_tensor(x, dtype=minitorch.float64) is x
    (True, False)
    """
    if isinstance(data, Value):
        return data.to(dtype=dtype, device=device)  # type: ignore[attr-defined]
    return finish(array_from(data, dtype, copy=False), device)


def from_numpy(ndarray: Any) -> Variable:
    """A tensor that shares memory with a NumPy array.

    Raises:
        ArgumentTypeError: for anything but a NumPy array.

    >>> import numpy as np
    >>> import minitorch
    >>> a = np.zeros(2)
    >>> minitorch.from_numpy(a)[0] = 1.0
    >>> a
    array([1., 0.])
    """
    if ndarray.__class__ is CPU_ARRAY and ndarray.dtype in dtypes.BY_NUMPY:
        return wrap(ndarray)  # what datasets do for each sample
    if not hasattr(ndarray, "__array_interface__") or not hasattr(ndarray, "strides"):
        raise ArgumentTypeError(f"from_numpy: expected a NumPy array, got {type(ndarray).__name__}")
    return wrap(array_from(ndarray, None, copy=False))


def from_dlpack(ext_tensor: Any) -> Variable:
    """A tensor that shares memory with an array of any library that speaks DLPack.

    >>> import numpy as np
    >>> import minitorch
    >>> minitorch.from_dlpack(np.arange(3.0))
    tensor([0., 1., 2.], dtype=minitorch.float64)
    """
    where = ext_tensor.__dlpack_device__()[0] if hasattr(ext_tensor, "__dlpack_device__") else DLPACK_CPU
    backend = device_backend("cuda") if where in DLPACK_CUDA else current_backend()
    return wrap(backend.from_dlpack(ext_tensor))


def asarray(
    obj: Any, *, dtype: Any = None, device: Any = None, copy: bool | None = None, requires_grad: bool = False
) -> Variable:
    """A tensor of any data, sharing memory with it where possible unless `copy` says otherwise.

    Args:
        obj: a tensor, an array, a number, or nested sequences.
        dtype: of the result; by default that of the data.
        device: where it lives.
        copy: True for memory of its own, False to fail where memory cannot be shared.
        requires_grad: whether gradients shall be accumulated in its `.grad`.

    >>> import minitorch
    >>> x = minitorch.tensor([1, 2])
    >>> minitorch.asarray(x) is x, minitorch.asarray(x, copy=True) is x
    (True, False)
    """
    result = tensor(obj, dtype=dtype, device=device) if copy else as_tensor(obj, dtype, device)
    shares = result is obj or (hasattr(obj, "__array_interface__") and result.array.base is obj)
    if copy is False and not (shares or result.array is obj):
        raise ArgumentError(
            "asarray: memory cannot be shared with this data in this dtype; leave copy=False away"
        )
    if isinstance(obj, Value) and requires_grad and not result._requires_grad:
        result = result.detach()
    return result.requires_grad_() if requires_grad else result


def frombuffer(
    buffer: Any, *, dtype: Any, count: int = -1, offset: int = 0, requires_grad: bool = False
) -> Variable:
    """A vector that shares memory with an object such as a bytearray.

    Args:
        buffer: what holds the bytes.
        dtype: as which they are read.
        count: how many elements; -1 for all.
        offset: how many bytes to skip.
        requires_grad: whether gradients shall be accumulated in its `.grad`.

    >>> import minitorch
    >>> minitorch.frombuffer(bytearray([1, 0, 2, 0]), dtype=minitorch.int16)
    tensor([1, 2], dtype=minitorch.int16)
    """
    kind = dtypes.as_dtype(dtype).dtype
    length = memoryview(buffer).nbytes
    room = (length - offset) // kind.itemsize
    if not length or offset < 0 or offset >= length:
        raise ArgumentError(f"frombuffer: offset {offset} does not lie within a buffer of {length} bytes")
    if count == 0 or (count < 0 and (length - offset) % kind.itemsize) or count > room:
        raise ArgumentError(
            f"frombuffer: {count if count >= 0 else 'all'} elements of {dtype} do not fit into {length - offset} bytes"
        )
    result = wrap(current_backend().from_buffer(buffer, kind, count, offset))
    return result.requires_grad_() if requires_grad else result


@with_out
def shape_of(op_name: str, sizes: tuple[Any, ...], size: Any = None) -> tuple[int, ...]:
    """The shape meant by `f(2, 3)`, `f((2, 3))` or `f(size=(2, 3))`.

    Raises:
        ShapeError: for negative sizes.
    """
    shape = ensure_size(sizes if size is None else (size,))
    if shape and min(shape) < 0:
        raise ShapeError(f"{op_name}: sizes must not be negative, got {shape}")
    return shape


def filler(op_name: str, value: Any, dtype: dtypes.dtype) -> Any:
    """The number with which a tensor of this dtype is filled.

    Raises:
        ArgumentTypeError, ArgumentError: for what is not one number, or does not fit.
    """
    if isinstance(value, Value):
        value = value.item()  # type: ignore[attr-defined]
    if not isinstance(value, (bool, int, float, complex)) and not hasattr(value, "dtype"):
        raise ArgumentTypeError(f"{op_name}: expected a number to fill with, got {type(value).__name__}")
    if isinstance(value, int) and dtype.category == dtypes.INTEGER:
        check_fits(op_name, current_backend().asarray(value), dtype.dtype)
        return value % 256 if dtype is dtypes.uint8 else value
    if isinstance(value, complex) and not dtype.is_complex:
        raise DtypeError(f"{op_name}: the complex number {value} does not fit into {dtype}")
    return value


def check_requires_grad(dtype: dtypes.dtype) -> None:
    """Only floating-point and complex tensors have gradients.

    Raises:
        GradientError: for other dtypes.
    """
    if not (dtype.is_floating_point or dtype.is_complex):
        raise GradientError(
            f"requires_grad: only floating-point and complex tensors can require grad, this one is {dtype}; "
            f"convert it first, as in x.float().requires_grad_()"
        )
