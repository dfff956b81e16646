"""Nested values as JSON, with the arrays of their tensors by name: how `save` puts them into a safetensors file.

Its tensors have the names of the places where they were found (`model.0.weight`), so that other programs can read
them; everything else stands as JSON in the header's `__metadata__`, with {"tensor": …} where a tensor belongs.
"""

from __future__ import annotations

from binascii import a2b_base64, b2a_base64
from collections import Counter, OrderedDict
from collections.abc import Callable
from math import isfinite
from typing import TYPE_CHECKING, Any

from minitorch import dtypes, tensorfile
from minitorch.backend import Array
from minitorch.errors import ArgumentTypeError, CheckpointError, MinitorchError, NotSupportedError
from minitorch.registry import backend_of
from minitorch.value import Value, wrap

if TYPE_CHECKING:
    from minitorch.variable import Variable

STRUCTURE = "minitorch"  # the name in __metadata__
DEPTH = 100  # levels of nesting; JSON needs three for each, and Python's parser stops at about a thousand
SMALL = 2**63
MAPPINGS: dict[str, type[dict[Any, Any]]] = {
    "dict": dict,
    "OrderedDict": OrderedDict,
    "Counter": Counter,
}


def place_name(place: tuple[Any, ...]) -> str:
    """The name of a place in nested values: its keys, joined with dots."""
    return ".".join(map(str, place))


class Writer:
    """Takes nested values apart: into JSON, and the arrays of tensors by name."""

    def __init__(self) -> None:
        self.arrays: dict[str, Array] = {}
        self._names: dict[Any, str] = {}  # by the identity of the memory
        self._numbers: dict[int, int] = {}  # by the identity of the tensor
        self._open: set[int] = set()
        self._alive: list[Array] = []  # so that no two arrays have the same address

    def encode(self, value: Any, place: tuple[Any, ...]) -> Any:
        """The JSON for a value: itself, a list, or an object with one key that tells its type."""
        kind = type(value)
        if value is None or kind is bool or kind is str:
            return value
        if kind is int:
            return value if -SMALL <= value < SMALL else {"int": hex(value)}
        if kind is float:
            return value if isfinite(value) else {"float": repr(value)}
        if kind is complex:
            return {"complex": [self.encode(value.real, place), self.encode(value.imag, place)]}
        if kind is bytes:
            return {"bytes": b2a_base64(value, newline=False).decode()}
        if isinstance(value, dtypes.dtype):
            return {"dtype": value.name}
        if isinstance(value, Value):
            return {"tensor": self.encode_tensor(value, place)}
        return self.encode_container(value, place)

    def encode_container(self, value: Any, place: tuple[Any, ...]) -> Any:
        """The JSON for a dict, a list or a tuple."""
        kind = type(value)
        check_container(value, place, self._open)
        self._open.add(id(value))
        try:
            if isinstance(value, dict):
                pairs = [
                    [self.encode_key(key, place), self.encode(item, (*place, key))]
                    for key, item in value.items()
                ]
                return {kind.__name__: pairs}
            items = [self.encode(item, (*place, k)) for k, item in enumerate(value)]
            return items if kind is list else {kind.__name__: items}
        finally:
            self._open.discard(id(value))

    def encode_key(self, key: Any, place: tuple[Any, ...]) -> Any:
        """The JSON for a key of a dict."""
        if key is None or type(key) in (str, bool, int, float, complex, bytes, tuple):
            return self.encode(key, (*place, key))
        if isinstance(key, dtypes.dtype):
            return self.encode(key, place)
        raise ArgumentTypeError(
            f"save: a key of {place_name(place) or 'the dict'} is {type(key).__name__}; keys must be "
            f"strings, numbers, or tuples of them"
        )

    def encode_tensor(self, x: Any, place: tuple[Any, ...]) -> dict[str, Any]:
        """The JSON for a tensor: where its elements are, and what else it is."""
        number = self._numbers.setdefault(id(x), len(self._numbers))
        result = {
            "number": number,
            "name": self.store(x, place),
            "dtype": x.dtype.name,
            "requires_grad": x.requires_grad,
        }
        if kind_of(x, place) == "Parameter":
            result["parameter"] = True
        return result

    def store(self, x: Any, place: tuple[Any, ...]) -> str:
        """The name under which the memory of `x` is stored."""
        array = backend_of(x.array).to_numpy(x.array)
        self._alive.append(array)
        memory = (array.ctypes.data, array.shape, array.strides, array.dtype)
        if memory not in self._names or not array.size:
            name = self.free_name(place)
            if array.dtype.kind == "c":
                part = dtypes.as_dtype(array.dtype).to_real().dtype
                if not array.flags.c_contiguous:
                    array = array.copy()
                array = array.reshape(*array.shape, 1).view(part)  # (…,) → (…, 2)
            self.arrays[name] = array
            self._names[memory] = name
        return self._names[memory]

    def free_name(self, place: tuple[Any, ...]) -> str:
        """A name for what is found at `place`, that no other array has."""
        name = (place_name(place) or "tensor").encode("utf-8", "replace").decode()
        result, count = name, 1
        while result in self.arrays or result == tensorfile.METADATA:
            count += 1
            result = f"{name}#{count}"
        return result


def kind_of(x: Any, place: tuple[Any, ...]) -> str:
    """Whether it is a Tensor (buffers are saved as such) or a Parameter."""
    from minitorch.variable import Variable

    if type(x) is Variable:
        return "Tensor"
    from minitorch.nn.parameter import Buffer, Parameter

    for kind, name in ((Parameter, "Parameter"), (Buffer, "Tensor")):
        if type(x) is kind:
            return name
    raise ArgumentTypeError(refusal(x, place))


def check_container(value: Any, place: tuple[Any, ...], open_ones: set[int]) -> None:
    """Refuses what cannot be stored, a container within itself, and one nested too deeply.

    Raises:
        ArgumentTypeError: with the place where it is.
    """
    from minitorch.variable import Size

    if type(value) not in (list, tuple, Size, *MAPPINGS.values()):
        raise ArgumentTypeError(refusal(value, place))
    if id(value) in open_ones:
        raise ArgumentTypeError(f"save: {place_name(place) or 'the object'} contains itself")
    if len(place) >= DEPTH:
        raise ArgumentTypeError(f"save: {place_name(place)} is nested more than {DEPTH} deep")


def refusal(value: Any, place: tuple[Any, ...]) -> str:
    """Says what cannot be stored, where it is, and what to store instead."""
    from minitorch.nn.module import Module
    from minitorch.optim.optimizer import Optimizer

    kind = type(value).__name__
    if isinstance(value, (Module, Optimizer)) or callable(getattr(value, "state_dict", None)):
        remedy = "save its state_dict()"
    elif hasattr(value, "__array__"):
        remedy = "save minitorch.as_tensor(x), or x.item() for a number"
    else:
        remedy = (
            "a checkpoint holds tensors, numbers, strings, bytes, dtypes, dicts, lists and tuples; "
            "convert it, or leave it out"
        )
    return f"save: {place_name(place) or 'the object'}: {kind} cannot be stored; {remedy}"


def moved(x: Variable, device: Any) -> Variable:
    """A tensor on the device asked for.

    Raises:
        NotSupportedError: if a function was given that puts the memory elsewhere.
    """
    if not callable(device):
        return x if device is None else x.to(device)
    memory = x.untyped_storage()
    if (place := device(memory, "cpu")) is not None and place is not memory:
        raise NotSupportedError(
            "load: map_location gave other memory than it got; name the device, as in map_location='cpu'"
        )
    return x


class Reader:
    """Puts nested values together again from JSON and arrays."""

    def __init__(self, arrays: dict[str, Array], where: str, device: Any) -> None:
        self._arrays, self._where, self._device = arrays, where, device
        self._complex: dict[str, Array] = {}
        self._tensors: dict[int, Variable] = {}
        self._decoders: dict[str, Callable[[Any], Any]] = {
            "int": lambda text: int(text, 16),
            "float": lambda text: {"inf": float("inf"), "-inf": -float("inf"), "nan": float("nan")}[text],
            "complex": lambda parts: complex(*map(self._value, parts)),
            "bytes": lambda text: a2b_base64(text, strict_mode=True),
            "dtype": dtypes.BY_NAME.__getitem__,
            "tensor": self._tensor,
            "tuple": lambda items: tuple(map(self._value, items)),
            "Size": self._size,
            **{name: self._mapping(kind) for name, kind in MAPPINGS.items()},
        }

    def decode(self, value: Any) -> Any:
        """The value that a piece of JSON stands for.

        Raises:
            CheckpointError: if it stands for none.
        """
        try:
            return self._value(value)
        except NotSupportedError:
            raise
        except (MinitorchError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise CheckpointError(
                f"{self._where}: damaged, or written by a later version of minitorch: the values cannot be "
                f"read ({type(error).__name__}: {error})"
            ) from None

    def _value(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._value(item) for item in value]
        if not isinstance(value, dict):
            return value
        ((kind, content),) = value.items()
        return self._decoders[kind](content)

    def _mapping(self, kind: type[dict[Any, Any]]) -> Callable[[Any], Any]:
        def decode(pairs: Any) -> Any:
            result = kind()
            for key, item in pairs:
                result[self._value(key)] = self._value(item)
            return result

        return decode

    def _size(self, items: Any) -> Any:
        from minitorch.variable import Size

        return Size(map(int, items))

    def _tensor(self, content: dict[str, Any]) -> Variable:
        number = content["number"]
        if number not in self._tensors:
            x = moved(wrap(self._array(content["name"], dtypes.BY_NAME[content["dtype"]])), self._device)
            if content.get("parameter"):
                from minitorch.nn.parameter import Parameter

                x = Parameter(x, requires_grad=bool(content["requires_grad"]))
            elif content["requires_grad"]:
                x.requires_grad_()
            self._tensors[number] = x
        return self._tensors[number]

    def _array(self, name: str, dtype: dtypes.dtype) -> Array:
        array = self._arrays[name]
        if dtype.is_complex:
            if array.dtype != dtype.to_real().dtype or array.shape[-1:] != (2,):
                raise ValueError(f"{name!r} does not hold pairs of {dtype.to_real()}")
            if name not in self._complex:
                self._complex[name] = array.view(dtype.dtype).reshape(array.shape[:-1])
            return self._complex[name]
        if array.dtype != dtype.dtype:
            raise ValueError(f"{name!r} is {array.dtype}, not {dtype}")
        return array
