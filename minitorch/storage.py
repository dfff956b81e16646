"""The memory behind a tensor as a row of numbers: what `x.storage()` and `x.untyped_storage()` show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from minitorch.device import device_of
from minitorch.errors import IndexRangeError
from minitorch.registry import backend_of
from minitorch.value import wrap

if TYPE_CHECKING:
    from minitorch.dtypes import dtype
    from minitorch.variable import Variable


class Storage:
    """All elements in the memory that a tensor and its views share, in the order in which they lie there.

    >>> import minitorch
    >>> x = minitorch.tensor([[1, 2], [3, 4]])
    >>> x.t().storage().tolist(), x.t()[1].storage_offset()
    ([1, 2, 3, 4], 1)
    """

    def __init__(self, x: Any) -> None:
        self.array, _ = backend_of(x.array).memory_of(x.array)

    def __len__(self) -> int:
        return int(self.array.size)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.array.tolist())

    def __getitem__(self, index: int) -> Any:
        return self.array[self._checked(index)].item()

    def __setitem__(self, index: int, value: Any) -> None:
        self.array[self._checked(index)] = value

    def _checked(self, index: int) -> int:
        if not -len(self) <= index < len(self):
            raise IndexRangeError(f"storage: index {index} is out of range for {len(self)} elements")
        return index

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Storage) and self.data_ptr() == other.data_ptr()

    def __hash__(self) -> int:
        return hash(self.data_ptr())

    @property
    def dtype(self) -> dtype:
        """The type of the elements."""
        return wrap(self.array).dtype

    def tolist(self) -> list[Any]:
        """The elements as Python numbers."""
        return list(self)

    def size(self) -> int:
        """How many elements there are."""
        return len(self)

    def element_size(self) -> int:
        """Bytes of each element."""
        return int(self.array.itemsize)

    def nbytes(self) -> int:
        """Bytes of all elements."""
        return int(self.array.nbytes)

    def data_ptr(self) -> int:
        """The address of the first element: equal for tensors that share memory."""
        return backend_of(self.array).address(self.array)

    def __repr__(self) -> str:
        numbers = "".join(f" {value}\n" for value in self)
        kind = f"TypedStorage(dtype={self.dtype}, " if type(self) is Storage else f"{type(self).__name__}("
        return f"{numbers}[minitorch.storage.{kind}device={device_of(self.array)}) of size {len(self)}]"


class UntypedStorage(Storage):
    """The same memory as a row of bytes.

    >>> import minitorch
    >>> x = minitorch.tensor([1, 2], dtype=minitorch.int16)
    >>> x.untyped_storage().tolist(), x.view(2, 1).untyped_storage() == x.untyped_storage()
    ([1, 0, 2, 0], True)
    """

    def __init__(self, x: Any) -> None:
        super().__init__(x)
        self.array = self.array.view("uint8")


def storage(x: Variable) -> Storage:
    """The memory behind the tensor, as its numbers."""
    return Storage(x)


def untyped_storage(x: Variable) -> UntypedStorage:
    """The memory behind the tensor, as bytes."""
    return UntypedStorage(x)


def is_storage(obj: Any) -> bool:
    """Whether an object is the memory behind a tensor.

    >>> import minitorch
    >>> minitorch.is_storage(minitorch.ones(2).storage())
    True
    """
    return isinstance(obj, Storage)


def is_set_to(x: Variable, tensor: Variable) -> bool:
    """Whether both tensors show the very same memory in the very same way."""
    same_place = x.data_ptr() == tensor.data_ptr() and x.dtype is tensor.dtype
    return same_place and x.shape == tensor.shape and x.stride() == tensor.stride()
