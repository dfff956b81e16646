"""tensorboardX, and values as it takes them."""

from __future__ import annotations

from typing import Any

from minitorch.errors import ArgumentError, MissingDependencyError
from minitorch.registry import backend_of
from minitorch.value import Value
from minitorch.variable import Tensor

LIMIT = 2**31  # bytes of one message

NAMES = {"float16": "HALF", "float32": "FLOAT", "float64": "DOUBLE"}  # others have the names of ours


def tensorboardx() -> Any:
    """The module tensorboardX.

    Raises:
        MissingDependencyError: if it is not installed.
    """
    try:
        import tensorboardX
    except ImportError:
        raise MissingDependencyError(
            "SummaryWriter: files for TensorBoard need tensorboardX, which is not installed; "
            "pip install 'minitorch-edu[train]'"
        ) from None
    return tensorboardX


def bare(value: Any) -> Any:
    """A value with arrays of NumPy in place of tensors, inside lists, tuples and dicts, too."""
    if isinstance(value, Value):
        return backend_of(value.array).to_numpy(value.array)
    if type(value) in (list, tuple):
        return type(value)(bare(part) for part in value)
    return {key: bare(part) for key, part in value.items()} if type(value) is dict else value


def tensor_message(x: Tensor) -> Any:
    """A TensorProto with the values of a tensor.

    Raises:
        ArgumentError: for 2 GiB and more, which do not fit into a message.
    """
    from tensorboardX.proto.tensor_pb2 import TensorProto
    from tensorboardX.proto.tensor_shape_pb2 import TensorShapeProto

    if x.numel() * x.element_size() >= LIMIT:
        raise ArgumentError(
            f"SummaryWriter.add_tensor: a tensor of shape {tuple(x.shape)} has 2 GiB or more, which TensorBoard does "
            "not take; write parts of it"
        )
    array = bare(x)
    name = str(array.dtype)
    return TensorProto(
        dtype=f"DT_{NAMES.get(name, name.upper())}",
        tensor_shape=TensorShapeProto(dim=[TensorShapeProto.Dim(size=size) for size in x.shape]),
        tensor_content=array.tobytes(),
    )
