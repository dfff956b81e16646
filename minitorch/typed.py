"""`FloatTensor`, `LongTensor` and their like: PyTorch's old names for tensors of one dtype."""

from __future__ import annotations

from typing import Any

from minitorch import creation, dtypes, filled
from minitorch.value import Value


class TypedTensorType(type):
    """The type of the typed tensors: what they make, and what counts as one of them, are tensors of their dtype."""

    dtype: dtypes.dtype

    def __call__(cls, *data: Any) -> Any:
        """A new tensor: of data, or with arbitrary elements where sizes are given."""
        if len(data) == 1 and isinstance(data[0], tuple) and type(data[0]) is not tuple:
            data = data[0]  # a Size
        if len(data) == 1 and not isinstance(data[0], int):
            return creation.tensor(data[0], dtype=cls.dtype)
        return filled.empty(*data or (0,), dtype=cls.dtype)

    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, Value) and instance.dtype is cls.dtype  # type: ignore[attr-defined]

    def __repr__(cls) -> str:
        return f"<class 'minitorch.{cls.__name__}'>"


def typed(name: str, dtype: dtypes.dtype) -> TypedTensorType:
    """The typed tensor of a dtype."""
    doc = f"Makes tensors of {dtype.name}: an old way to write `tensor(data, dtype=minitorch.{dtype.name})`."
    return TypedTensorType(name, (), {"dtype": dtype, "__doc__": doc, "__module__": "minitorch"})


BoolTensor, ByteTensor = typed("BoolTensor", dtypes.bool_), typed("ByteTensor", dtypes.uint8)
CharTensor, ShortTensor = typed("CharTensor", dtypes.int8), typed("ShortTensor", dtypes.int16)
IntTensor, LongTensor = typed("IntTensor", dtypes.int32), typed("LongTensor", dtypes.int64)
HalfTensor, FloatTensor = typed("HalfTensor", dtypes.float16), typed("FloatTensor", dtypes.float32)
DoubleTensor, BFloat16Tensor = typed("DoubleTensor", dtypes.float64), typed("BFloat16Tensor", dtypes.bfloat16)
