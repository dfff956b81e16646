"""What the names in PyTorch's pickles stand for: pieces of memory, tensors that look at them, dtypes, sizes.

A tensor is written as a call: `_rebuild_tensor_v2(storage, offset, size, stride, requires_grad, hooks)`, a piece of
memory as an identifier `("storage", type, key, device, number of elements)`; the elements stand elsewhere in the file.
Tensors of one piece of memory share it here too.

Source: `torch/serialization.py` and `torch/_utils.py` of PyTorch, which define the format by what they write.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any, NamedTuple

from minitorch import dtypes
from minitorch.backend import Array
from minitorch.checkpoints.elements import KINDS, Kind, kind_named
from minitorch.checkpoints.unpickler import Function, Unpickler, containers, refuse
from minitorch.device import device
from minitorch.errors import CheckpointError
from minitorch.registry import get_backend
from minitorch.value import Value, Version, wrap

STORAGES = {
    "Bool": "bool",
    "Byte": "uint8",
    "Char": "int8",
    "Short": "int16",
    "Int": "int32",
    "Long": "int64",
    "Half": "float16",
    "BFloat16": "bfloat16",
    "Float": "float32",
    "Double": "float64",
    "ComplexFloat": "complex64",
    "ComplexDouble": "complex128",
}
UNTYPED = "uint8"
TENSOR_COST = 256  # of the unpickler's allowance, so that a few bytes cannot make a tensor again and again
OTHER_DTYPES = ("float8_", "float4_", "uint", "int", "bits", "complex32", "q")  # beginnings of what we lack


class DtypeName(NamedTuple):
    """A dtype of PyTorch's that minitorch has under another name only, or not at all."""

    name: str


class StorageType(NamedTuple):
    """A type of memory: of elements of one kind, or, untyped, of bytes."""

    kind: Kind
    untyped: bool = False


class Memory(NamedTuple):
    """A piece of memory: where it stands in the file, and what is in it."""

    key: str
    kind: Kind
    total: int
    untyped: bool = False
    start: int = 0
    stop: int = 0


class TorchValues:
    """The table of names for one file, and the tensors made so far.

    Args:
        where: names the file, for messages.
        array: gives the elements of a piece of memory; None to go through a pickle without making tensors.
        place: moves a tensor to the device asked for.
    """

    def __init__(
        self,
        where: str,
        array: Callable[[str, Kind, int], Array] | None,
        place: Callable[[Any], Any] = lambda x: x,
    ) -> None:
        self.where, self.array, self.place = where, array, place
        self.pieces: dict[str, Memory] = {}  # by key, whole
        self._arrays: dict[str, tuple[Kind, Array]] = {}
        self._versions: dict[str, Version] = {}
        self._unpickler: Unpickler | None = None
        functions: dict[str, Callable[..., Any]] = {
            "torch.Size": self._size,
            "torch.device": device,
            "torch._utils._rebuild_tensor": self._tensor,
            "torch._utils._rebuild_tensor_v2": self._tensor_v2,
            "torch._utils._rebuild_tensor_v3": self._tensor_v3,
            "torch._utils._rebuild_parameter": self._parameter,
            "torch.nn.parameter.Parameter": self._parameter,
        }
        self._names: dict[str, Any] = {name: Function(name, call) for name, call in functions.items()}
        self._names |= containers(lambda: self.unpickler)
        for name, kind in STORAGES.items():
            self._names[f"torch.{name}Storage"] = StorageType(KINDS[kind])
        for module in ("torch", "torch.storage"):
            self._names[f"{module}.UntypedStorage"] = StorageType(KINDS[UNTYPED], untyped=True)
        self._names |= {f"torch.{t.name}": t for t in dtypes.BY_NAME.values()}

    def start(self, data: bytes | memoryview) -> Unpickler:
        """The machine that reads a pickle with these names."""
        self._unpickler = Unpickler(data, self.where, self.find, self.memory)
        return self._unpickler

    @property
    def unpickler(self) -> Unpickler:
        """The machine in use."""
        assert self._unpickler is not None
        return self._unpickler

    def find(self, name: str) -> Any:
        """What a name stands for.

        Raises:
            CheckpointError: if it is not let in.
        """
        if name in self._names:
            return self._names[name]
        short = name.removeprefix("torch.")
        if short.startswith(OTHER_DTYPES):
            return DtypeName(short)
        return refuse(name, self.where)

    def memory(self, identifier: Any) -> Memory:
        """The piece of memory that an identifier names."""
        tag, kind, key, _, count, *view = identifier
        if tag != "storage" or type(kind) is not StorageType or type(key) is not str or not natural(count):
            raise TypeError("an identifier names no piece of memory")
        piece = Memory(key, kind.kind, count, kind.untyped, 0, count)
        if self.pieces.setdefault(key, piece) != piece:
            raise CheckpointError(
                f"{self.where}: memory {key!r} is used with two types or lengths; save copies"
            )
        if not view or view[0] is None:
            return piece
        ((_, start, length),) = view  # before version 0.4, views of memory had identifiers of their own
        if not natural(start) or not natural(length) or start + length > count:
            raise ValueError(f"a piece of memory from {start} on, {length} long, of {count} elements")
        return piece._replace(start=start, stop=start + length)

    def elements(self, piece: Memory, kind: Kind) -> Array:
        """The elements of a piece, read when they are first needed."""
        known, array = self._arrays.get(piece.key, (kind, None))
        if known != kind:
            raise CheckpointError(
                f"{self.where}: memory {piece.key!r} is used as {kind.name} and as {known.name}; save copies"
            )
        if array is None:
            assert self.array is not None
            array = self.array(piece.key, kind, piece.total // (kind.itemsize if piece.untyped else 1))
            self._arrays[piece.key], self._versions[piece.key] = (kind, array), Version()
        return array if piece.untyped else array[piece.start : piece.stop]

    # Tensors ----------------------------------------------------------------------------------------

    def _tensor(self, piece: Any, offset: Any, size: Any, stride: Any) -> Any:
        if type(piece) is not Memory or piece.untyped:
            raise TypeError("a tensor needs memory of one kind of elements")
        return self._look(piece, piece.kind, piece.stop - piece.start, offset, size, stride)

    def _tensor_v2(
        self, piece: Any, offset: Any, size: Any, stride: Any, grad: Any, hooks: Any, metadata: Any = None
    ) -> Any:
        self._check_extras(hooks, metadata)
        return with_grad(self._tensor(piece, offset, size, stride), grad)

    def _tensor_v3(
        self,
        piece: Any,
        offset: Any,
        size: Any,
        stride: Any,
        grad: Any,
        hooks: Any,
        kind: Any,
        metadata: Any = None,
    ) -> Any:
        self._check_extras(hooks, metadata)
        if type(piece) is not Memory or not piece.untyped or not isinstance(kind, (dtypes.dtype, DtypeName)):
            raise TypeError("a tensor needs memory and a dtype")
        known = kind_named(kind.name, "a tensor", self.where)
        count, rest = divmod(piece.total, known.itemsize)
        if rest:
            raise ValueError(f"{piece.total} bytes of {known.name}")
        return with_grad(self._look(piece, known, count, offset, size, stride), grad)

    def _look(self, piece: Memory, kind: Kind, count: int, offset: Any, size: Any, stride: Any) -> Any:
        """The tensor that looks at a piece of memory, if all that it sees lies within."""
        self.unpickler.spend(TENSOR_COST)
        numbers = (offset, *size, *stride)
        if not all(map(natural, numbers)) or len(size) != len(stride) or len(size) > 64:
            raise ValueError("a tensor has an offset, sizes or strides that make no sense")
        if 0 in size:
            offset = 0  # it may lie anywhere, since nothing is looked at
        elif offset + sum((n - 1) * s for n, s in zip(size, stride, strict=True)) >= count:
            raise CheckpointError(
                f"{self.where}: damaged: a tensor of size {tuple(size)} with strides {tuple(stride)} from {offset} "
                f"on does not lie within its memory of {count} elements"
            )
        if self.array is None:
            return wrap(get_backend("numpy").empty((0,), kind.dtype.dtype))
        whole = self.elements(piece, kind)
        x = wrap(get_backend("numpy").as_strided(whole, tuple(size), tuple(stride), offset))
        x._counter = self._versions[piece.key]
        return self.place(x)

    def _parameter(self, x: Any, grad: Any = True, hooks: Any = None) -> Any:
        from minitorch.nn.parameter import Parameter

        self._check_extras(hooks, None)
        if not isinstance(x, Value) or type(grad) is not bool:
            raise TypeError("a parameter needs a tensor")
        return Parameter(x, requires_grad=grad)  # type: ignore[arg-type]

    def _check_extras(self, hooks: Any, metadata: Any) -> None:
        if hooks is not None and (type(hooks) is not OrderedDict or hooks):
            raise CheckpointError(f"{self.where}: a tensor has hooks, which are functions; save x.detach()")
        if metadata:
            raise CheckpointError(
                f"{self.where}: a tensor is marked as conjugate or negative; save x.resolve_conj().resolve_neg()"
            )

    def _size(self, numbers: Any) -> Any:
        from minitorch.variable import Size

        if type(numbers) is not tuple or not all(type(n) is int for n in numbers):
            raise TypeError("a size has integers")
        self.unpickler.spend(len(numbers))
        return Size(numbers)


def natural(n: Any) -> bool:
    """Whether it is an integer from 0 to the largest that an index can have."""
    return type(n) is int and 0 <= n < 2**63


def with_grad(x: Any, grad: Any) -> Any:
    """The tensor, as a leaf that collects gradients if it should."""
    if type(grad) is not bool:
        raise TypeError("requires_grad is no boolean")
    return x.requires_grad_() if grad else x
