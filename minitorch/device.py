"""`device`: where a tensor lives."""

from __future__ import annotations

from typing import Any

from minitorch.errors import ArgumentError, ArgumentTypeError, BackendError


class device:
    """A place for tensors: `device("cpu")`, `device("cuda", 1)`, `device("cuda:1")`.

    >>> import minitorch
    >>> minitorch.device("cpu").type
    'cpu'
    """

    __slots__ = ("index", "type")
    type: str
    index: int | None

    def __init__(self, type: Any, index: int | None = None) -> None:
        if isinstance(type, device):
            type, index = type.type, type.index if index is None else index
        if not isinstance(type, str):
            raise ArgumentTypeError(f"device: expected a name such as 'cpu', got {type!r}")
        name, _, number = type.partition(":")
        if number and (index is not None or not number.isdigit()):
            raise ArgumentError(f"device: invalid name {type!r}; write 'cpu', 'cuda' or 'cuda:0'")
        if name not in ("cpu", "cuda", "mps", "xpu", "meta"):
            raise ArgumentError(
                f"device: unknown type {name!r}; write 'cpu', 'cuda' or 'cuda:0' "
                f"(dtypes are written as minitorch.float32)"
            )
        self.type, self.index = name, int(number) if number else index

    def __eq__(self, other: object) -> bool:
        return isinstance(other, device) and (self.type, self.index) == (other.type, other.index)

    def __hash__(self) -> int:
        return hash((self.type, self.index))

    def __repr__(self) -> str:
        index = "" if self.index is None else f", index={self.index}"
        return f"device(type={self.type!r}{index})"

    def __str__(self) -> str:
        return self.type if self.index is None else f"{self.type}:{self.index}"

    def __reduce__(self) -> Any:
        return device, (self.type, self.index)


CPU = device("cpu")


def require(where: Any) -> device:
    """The device asked for, if minitorch can put tensors there.

    Raises:
        BackendError: if no backend serves it.

    >>> import minitorch
    >>> from minitorch.device import require
    >>> require("cpu")
    device(type='cpu')
    """
    target = CPU if where is None else device(where)
    if target.type != "cpu":
        raise BackendError(
            f"device {str(target)!r} is not supported yet: minitorch has no backend for it here. "
            f"Leave tensors on 'cpu'"
        )
    return target
