"""A strict unpickler: it makes numbers, strings and containers, and what its caller lets in by name; it runs no code.

A pickle is a program for a machine with a stack.  Python's `pickle` lets that program call any function there is.
This machine knows the instructions that plain values need, and a name in the pickle stands for nothing but an entry
of the caller's table; there is no way from a pickle to an attribute, a module or a class.

What a small file may cost is bounded too: containers are built of what was read, item by item, copies are paid for
from an allowance, keys of dicts are simple values, and the result neither contains itself nor is nested deeply.

Source: the comments in Python's own `pickletools`, which describe each instruction.
"""

from __future__ import annotations

import struct
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable
from typing import Any

from minitorch import dtypes
from minitorch.checkpoints.nested import DEPTH
from minitorch.device import device
from minitorch.errors import CheckpointError, MinitorchError, NotSupportedError
from minitorch.value import Value

KEY_PARTS = 100  # values in a tuple that is a key
LEAVES = (type(None), bool, int, float, complex, str, bytes, bytearray, dtypes.dtype, device)
KEYS = (type(None), bool, int, float, str, bytes, dtypes.dtype)


class Function:
    """A function of the caller's that a pickle may call, by the name that it has there."""

    def __init__(self, name: str, call: Callable[..., Any]) -> None:
        self.name, self.call = name, call


class Unpickler:
    """The machine.

    Args:
        data: the bytes of the pickle, and perhaps more behind it.
        where: names the file, for messages.
        find: gives what the name `module.name` stands for: a value, or a `Function`. It raises for other names.
        persistent: gives what an identifier stands for that points out of the pickle.

    >>> import pickle
    >>> Unpickler(pickle.dumps({"epoch": (3, [0.5])}, 2), "example").load()
    {'epoch': (3, [0.5])}
    >>> try:
    ...     Unpickler(pickle.dumps(print, 2), "example").load()
    ... except CheckpointError as error:
    ...     print(str(error)[:61])
    example: the pickle names __builtin__.print, which is not let
    """

    old_text = "utf-8"  # what Python 2's strings are written in
    also: tuple[type, ...] = ()  # values that a subclass makes

    def __init__(
        self,
        data: bytes | memoryview,
        where: str,
        find: Callable[[str], Any] | None = None,
        persistent: Callable[[Any], Any] | None = None,
    ) -> None:
        self.data, self.where, self.at = data, where, 0
        self.find = find or (lambda name: refuse(name, where))
        self.persistent = persistent or self._no_persistent
        self.allowance = 16 * len(data) + 1000

    def load(self, at: int = 0) -> Any:
        """The value of the pickle that begins at byte `at`; afterwards `self.at` is behind it.

        Raises:
            CheckpointError: if it names what is not let in, or is damaged.
        """
        self.at = at
        self.stack: list[Any] = []
        self.marked: list[list[Any]] = []
        self.memo: dict[int, Any] = {}
        try:
            while (code := self._take(1)[0]) != STOP:
                if code not in INSTRUCTIONS:
                    raise CheckpointError(
                        f"{self.where}: the pickle has the instruction {bytes((code,))!r} at byte {self.at - 1}, "
                        f"which plain values do not need; the file is damaged, or holds more than values"
                    )
                INSTRUCTIONS[code](self)
            (result,) = self.stack
            check_nesting(result, self.also)
        except (CheckpointError, NotSupportedError):
            raise
        except (MinitorchError, LookupError, ValueError, TypeError, AttributeError, ArithmeticError) as error:
            raise self._damaged(f"{type(error).__name__}: {error}") from None
        except struct.error as error:
            raise self._damaged(str(error)) from None
        return result

    def spend(self, count: int) -> None:
        """Pays for a copy of so many items, so that a pickle cannot ask for the same large one again and again."""
        self.allowance -= count + 1
        if self.allowance < 0:
            raise self._damaged("it copies the same values again and again")

    def _damaged(self, what: str) -> CheckpointError:
        return CheckpointError(f"{self.where}: damaged: the pickle cannot be read at byte {self.at} ({what})")

    def _no_persistent(self, key: Any) -> Any:
        raise self._damaged("it points to tensors, and there are none")

    # Bytes ------------------------------------------------------------------------------------------

    def _take(self, count: int) -> bytes:
        piece = bytes(self.data[self.at : self.at + count])
        if len(piece) < count:
            raise self._damaged("it ends too early")
        self.at += count
        return piece

    def _number(self, layout: str) -> Any:
        (value,) = struct.unpack(layout, self._take(struct.calcsize(layout)))
        return value

    def _line(self) -> str:
        line, end, _ = bytes(self.data[self.at : self.at + 500]).partition(b"\n")
        if not end:
            raise self._damaged("a name has no end")
        self.at += len(line) + 1
        return line.decode()

    # Containers -------------------------------------------------------------------------------------

    def _mark(self) -> None:
        self.marked.append(self.stack)
        self.stack = []

    def _since_mark(self) -> list[Any]:
        items = self.stack
        self.stack = self.marked.pop()
        return items

    def _tuple(self, count: int) -> None:
        items = [self.stack.pop() for _ in range(count)]
        self.stack.append(tuple(reversed(items)))

    def _tuple_since_mark(self) -> None:
        items = tuple(self._since_mark())  # only now is self.stack the one that was there before
        self.stack.append(items)

    def _extend(self, items: list[Any]) -> None:
        target = self.stack[-1]
        if type(target) is not list:
            raise TypeError(f"items for {type(target).__name__}, not for a list")
        target.extend(items)

    def _set_items(self, items: list[Any]) -> None:
        target = self.stack[-1]
        if type(target) not in (dict, OrderedDict, Counter) or len(items) % 2:
            raise TypeError(f"{len(items)} keys and values for {type(target).__name__}")
        for key, value in zip(items[::2], items[1::2], strict=True):
            check_key(key)
            target[key] = value

    def _add_items(self, items: list[Any]) -> None:
        target = self.stack[-1]
        if type(target) is not set:
            raise TypeError(f"members for {type(target).__name__}, not for a set")
        for item in items:
            check_key(item)
            target.add(item)

    # Names ------------------------------------------------------------------------------------------

    def _global(self) -> None:
        module = self._line()
        self.stack.append(self.find(f"{module}.{self._line()}"))

    def _stack_global(self) -> None:
        name, module = self.stack.pop(), self.stack.pop()
        if type(name) is not str or type(module) is not str:
            raise TypeError("a name is no string")
        self.stack.append(self.find(f"{module}.{name}"))

    def _reduce(self) -> None:
        arguments, function = self.stack.pop(), self.stack.pop()
        if type(function) is not Function or type(arguments) is not tuple:
            raise TypeError(f"{type(function).__name__} is called, which is no function")
        self.spend(len(arguments))
        self.stack.append(function.call(*arguments))

    def _build(self) -> None:
        state, target = self.stack.pop(), self.stack[-1]
        if type(target) is not OrderedDict or type(state) is not dict or set(state) - {"_metadata"}:
            raise CheckpointError(
                f"{self.where}: the pickle sets attributes of {type(target).__name__}, which is not let in; "
                f"save a state_dict()"
            )
        target.__dict__.update(state)


def check_nesting(result: Any, also: tuple[type, ...] = ()) -> None:
    """Makes sure that values are nothing but values, do not contain themselves, and are not nested too deeply.

    Args:
        result: what holds them.
        also: types that are values too.

    Raises:
        ValueError: if they are not so.
    """
    from minitorch.variable import Size

    heights: dict[int, int] = {}  # by identity; 0 while a container is open
    todo = [(result, False)]
    while todo:
        value, done = todo.pop()
        items = contents(value)
        if items is None:
            if not isinstance(value, (*LEAVES, Value, Size, *also)):
                raise ValueError("a function or a piece of memory stands in the place of a value")
        elif done:
            heights[id(value)] = 1 + max((heights.get(id(item), 0) for item in items), default=0)
            if heights[id(value)] > DEPTH + 1:
                raise ValueError(f"values are nested more than {DEPTH} deep")
        elif id(value) not in heights:
            heights[id(value)] = 0
            todo.append((value, True))
            todo.extend((item, False) for item in items)
        elif not heights[id(value)]:
            raise ValueError("a container contains itself")


def contents(value: Any) -> list[Any] | None:
    """What is in a container; None for other values."""
    if type(value) in (list, tuple, set):
        return list(value)
    if not isinstance(value, dict):
        return None
    return [*value, *value.values(), getattr(value, "_metadata", None)]


def check_key(key: Any) -> None:
    """Only values whose hash is quickly computed, and hard to make equal to many others, may be keys.

    Raises:
        TypeError: for others.
    """
    todo, count = [key], 1
    while todo:
        value = todo.pop()
        if type(value) is tuple:
            count += len(value)
            if count > KEY_PARTS:
                raise TypeError("a tuple is too long for a key")
            todo.extend(value)
        elif type(value) not in KEYS or (type(value) is int and value.bit_length() > 64):
            raise TypeError(f"a key of a dict, or a member of a set, is {type(value).__name__}")


def refuse(name: str, where: str) -> Any:
    """Raises a CheckpointError for a name that is not let in."""
    raise CheckpointError(
        f"{where}: the pickle names {name}, which is not let in: load makes tensors, numbers, strings and plain "
        f"containers, and runs nothing. In the program that wrote the file, save a state_dict(), and numbers "
        f"instead of objects"
    )


def containers(unpickler: Callable[[], Unpickler]) -> dict[str, Any]:
    """What the names of Python's own containers and numbers stand for."""

    def copied(kind: Callable[[Any], Any], given: type[Any]) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            if not arguments:
                return kind(())
            (items,) = arguments
            if type(items) is not given:
                raise TypeError(f"{type(items).__name__} for a container")
            unpickler().spend(len(items))
            return kind(items)

        return call

    def mapping(kind: type[dict[Any, Any]]) -> Callable[[Iterable[Any]], Any]:
        def call(items: Any) -> Any:
            result = kind()
            for key, value in items.items() if isinstance(items, dict) else items:
                check_key(key)
                result[key] = value
            return result

        return call

    def members(items: Any) -> set[Any]:
        for item in items:
            check_key(item)
        return set(items)

    def encode(text: Any, code: Any = "latin1") -> bytes:
        if type(text) is not str or code not in ("latin1", "latin-1"):
            raise TypeError("only text in latin1 stands for bytes")
        unpickler().spend(len(text))
        return text.encode("latin1")

    def number(re: Any, im: Any) -> complex:
        if type(re) is not float or type(im) is not float:
            raise TypeError("a complex number has two floats")
        return complex(re, im)

    table: dict[str, Callable[..., Any]] = {
        "collections.OrderedDict": copied(mapping(OrderedDict), list),
        "collections.Counter": copied(mapping(Counter), dict),
        "_codecs.encode": encode,
    }
    for module in ("builtins", "__builtin__"):
        table[f"{module}.set"] = copied(members, list)
        table[f"{module}.bytearray"] = copied(bytearray, bytes)
        table[f"{module}.bytes"] = copied(bytes, tuple)
        table[f"{module}.complex"] = number
    return {name: Function(name, call) for name, call in table.items()}


def push(read: Callable[[Unpickler], Any]) -> Callable[[Unpickler], None]:
    """An instruction that puts one value on the stack."""
    return lambda m: m.stack.append(read(m))


def text(layout: str) -> Callable[[Unpickler], None]:
    """An instruction for a string, with its length before it."""
    return push(lambda m: m._take(m._number(layout)).decode("utf-8", "surrogatepass"))


def old_text(layout: str) -> Callable[[Unpickler], None]:
    """An instruction for a string of Python 2, with its length before it."""
    return push(lambda m: m._take(m._number(layout)).decode(m.old_text, "surrogatepass"))


def raw(layout: str) -> Callable[[Unpickler], None]:
    """An instruction for bytes, with their length before them."""
    return push(lambda m: m._take(m._number(layout)))


def long(layout: str) -> Callable[[Unpickler], None]:
    """An instruction for an integer of any size, with its length before it."""
    return push(lambda m: int.from_bytes(m._take(m._number(layout)), "little", signed=True))


def put(layout: str) -> Callable[[Unpickler], None]:
    """An instruction that keeps the uppermost value under a number."""
    return lambda m: m.memo.__setitem__(m._number(layout), m.stack[-1])


def get(layout: str) -> Callable[[Unpickler], None]:
    """An instruction that brings back what was kept."""
    return push(lambda m: m.memo[m._number(layout)])


STOP = ord(".")
INSTRUCTIONS: dict[int, Callable[[Unpickler], Any]] = {
    0x80: lambda m: m._take(1),  # the version of the protocol
    0x95: lambda m: m._take(8),  # the length of a frame
    ord("("): Unpickler._mark,
    ord("N"): push(lambda m: None),
    0x88: push(lambda m: True),
    0x89: push(lambda m: False),
    ord("J"): push(lambda m: m._number("<i")),
    ord("K"): push(lambda m: m._number("<B")),
    ord("M"): push(lambda m: m._number("<H")),
    0x8A: long("<B"),
    0x8B: long("<I"),
    ord("G"): push(lambda m: m._number(">d")),
    ord("X"): text("<I"),
    0x8C: text("<B"),
    0x8D: text("<Q"),
    ord("U"): old_text("<B"),
    ord("T"): old_text("<I"),
    ord("C"): raw("<B"),
    ord("B"): raw("<I"),
    0x8E: raw("<Q"),
    ord(")"): push(lambda m: ()),
    ord("t"): Unpickler._tuple_since_mark,
    0x85: lambda m: m._tuple(1),
    0x86: lambda m: m._tuple(2),
    0x87: lambda m: m._tuple(3),
    ord("]"): push(lambda m: []),
    ord("a"): lambda m: m._extend([m.stack.pop()]),
    ord("e"): lambda m: m._extend(m._since_mark()),
    ord("}"): push(lambda m: {}),
    ord("s"): lambda m: m._set_items([m.stack.pop(-2), m.stack.pop()]),
    ord("u"): lambda m: m._set_items(m._since_mark()),
    0x8F: push(lambda m: set()),
    0x90: lambda m: m._add_items(m._since_mark()),
    ord("q"): put("<B"),
    ord("r"): put("<I"),
    ord("h"): get("<B"),
    ord("j"): get("<I"),
    0x94: lambda m: m.memo.__setitem__(len(m.memo), m.stack[-1]),
    ord("c"): Unpickler._global,
    0x93: Unpickler._stack_global,
    ord("R"): Unpickler._reduce,
    ord("b"): lambda m: m._build(),  # which a subclass may extend
    ord("Q"): lambda m: m.stack.append(m.persistent(m.stack.pop())),
}
