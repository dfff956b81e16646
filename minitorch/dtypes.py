"""Element types and the rules by which they mix.

A `dtype` is minitorch's name for one of NumPy's element types; `np.dtype(minitorch.float32)` works too.
The promotion rules are PyTorch's: values fall into the categories bool < integer < floating < complex,
and in a mix the dtype is chosen by tensors with dimensions first; 0-d tensors, and after them Python
numbers, have a say only where they bring a higher category.

`bfloat16` is not one of NumPy's types: it comes from the library ml_dtypes, which is imported when the dtype
is first used or met. In NumPy's letters for kinds its kind is V, which stands for nothing else here: code
that asks for floating-point arrays asks for a kind in `"fV"`.

Source: the PyTorch documentation, "Tensor Attributes", section on type promotion.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy

from minitorch.errors import ArgumentTypeError, MissingDependencyError

BOOL, INTEGER, FLOATING, COMPLEX = range(4)


class dtype:
    """An element type, such as `minitorch.float32`.

    Attributes:
        name: the short name, `"float32"`.
        dtype: the NumPy dtype that it stands for.
        itemsize: bytes per element.
        is_floating_point, is_complex, is_signed: what kind of number it holds.
    """

    __slots__ = (
        "category",
        "dtype",
        "is_complex",
        "is_floating_point",
        "is_signed",
        "itemsize",
        "name",
    )

    def __init__(self, name: str) -> None:
        self.name = name
        self.dtype = numpy.dtype(name)
        self.itemsize = self.dtype.itemsize
        self.category = {"b": BOOL, "u": INTEGER, "i": INTEGER, "f": FLOATING, "c": COMPLEX}[self.dtype.kind]
        self.is_floating_point = self.category == FLOATING
        self.is_complex = self.category == COMPLEX
        self.is_signed = self.dtype.kind in "ifc"

    def to_complex(self) -> dtype:
        """The complex dtype whose parts have this dtype."""
        return complex128 if self is float64 else self if self.is_complex else complex64

    def to_real(self) -> dtype:
        """The dtype of the parts of this complex dtype."""
        return {complex64: float32, complex128: float64}.get(self, self)

    def __repr__(self) -> str:
        return f"minitorch.{self.name}"

    def __reduce__(self) -> Any:
        return as_dtype, (self.name,)


class BrainFloat(dtype):
    """`bfloat16`: the upper half of a float32. Its NumPy dtype is there once somebody asks for it."""

    __slots__ = ()

    def __init__(self) -> None:
        self.name, self.itemsize, self.category = "bfloat16", 2, FLOATING
        self.is_floating_point = self.is_signed = True
        self.is_complex = False

    def __getattr__(self, name: str) -> Any:
        """The NumPy dtype, the first time.

        Raises:
            MissingDependencyError: without ml_dtypes.
        """
        if name != "dtype":
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        global REAL_NUMBERS, numpy_bfloat16
        try:
            import ml_dtypes
        except ImportError:
            raise MissingDependencyError(
                "bfloat16: needs the library ml_dtypes; install it with: pip install 'minitorch-edu[bf16]'"
            ) from None
        numpy_bfloat16 = self.dtype = numpy.dtype(ml_dtypes.bfloat16)
        BY_NUMPY[self.dtype] = self
        REAL_NUMBERS |= {self.dtype.type}
        return self.dtype


numpy_bfloat16: Any = None  # NumPy's dtype of bfloat16, once it has been used

bool_ = dtype("bool")
uint8 = dtype("uint8")
int8 = dtype("int8")
int16 = short = dtype("int16")
int32 = int_ = dtype("int32")
int64 = long = dtype("int64")
float16 = half = dtype("float16")
bfloat16 = BrainFloat()
float32 = float_ = dtype("float32")
float64 = double = dtype("float64")
complex64 = cfloat = dtype("complex64")
complex128 = cdouble = dtype("complex128")

ALL = (bool_, uint8, int8, int16, int32, int64, float16, float32, float64, complex64, complex128)  # NumPy's
HALVES = (float16, bfloat16)
BY_NUMPY = {t.dtype: t for t in ALL}
REAL_NUMBERS = frozenset((int, float, bool, *(t.dtype.type for t in ALL if not t.is_complex)))
BY_NAME = {t.name: t for t in (*ALL, bfloat16)}
PYTHON_TYPES = {bool: bool_, int: int64, float: float64, complex: complex128}

_default = float32


def get_default_dtype() -> dtype:
    """The dtype of new floating-point tensors, `float32` unless it was changed.

    >>> import minitorch
    >>> minitorch.get_default_dtype(), minitorch.tensor([1.0]).dtype
    (minitorch.float32, minitorch.float32)
    """
    return _default


def set_default_dtype(d: dtype) -> None:
    """Sets the dtype of new floating-point tensors.

    Raises:
        ArgumentTypeError: if `d` is not a floating-point dtype.

    >>> import minitorch
    >>> minitorch.set_default_dtype(minitorch.float64)
    >>> minitorch.tensor([1.0]).dtype
    minitorch.float64
    >>> minitorch.set_default_dtype(minitorch.float32)
    """
    global _default
    d = as_dtype(d)
    if not d.is_floating_point:
        raise ArgumentTypeError(f"set_default_dtype: expected a floating-point dtype, got {d}")
    _default = d


def as_dtype(value: Any) -> dtype:
    """The minitorch dtype for a dtype of minitorch or NumPy, or a Python type.

    Raises:
        ArgumentTypeError: if there is no such dtype here.

    >>> import minitorch
    >>> minitorch.dtypes.as_dtype(float), minitorch.dtypes.as_dtype("int8")
    (minitorch.float64, minitorch.int8)
    """
    if isinstance(value, dtype):
        return value
    if isinstance(value, type) and value in PYTHON_TYPES:
        return PYTHON_TYPES[value]
    try:
        return BY_NUMPY[numpy.dtype(value).newbyteorder("=")]
    except (KeyError, TypeError):
        if "bfloat16" in (value, getattr(value, "name", None), getattr(value, "__name__", None)):
            return BY_NUMPY[bfloat16.dtype]
        names = ", ".join(BY_NAME)
        raise ArgumentTypeError(f"no dtype for {value!r}; minitorch has {names}") from None


def of(value: Any) -> dtype:
    """The dtype of a tensor, an array or a Python number (for which the default dtype counts)."""
    kind = type(value)
    if kind in PYTHON_TYPES:
        return _default if kind is float else _default.to_complex() if kind is complex else PYTHON_TYPES[kind]
    return as_dtype(value.dtype)


def promote_types(type1: dtype, type2: dtype) -> dtype:
    """The smallest dtype that holds both, by PyTorch's table.

    >>> promote_types(int64, float16)
    minitorch.float16
    """
    low, high = sorted((type1, type2), key=lambda t: t.category)
    if low.category == high.category:
        if low is not high and low in HALVES and high in HALVES:
            return float32
        return BY_NUMPY[numpy.promote_types(low.dtype, high.dtype)]
    if high.is_complex and low.is_floating_point:
        return promote_types(high, low.to_complex())
    return high


def result_type(*operands: Any) -> dtype:
    """The dtype of an operation over tensors, arrays and Python numbers.

    >>> import minitorch
    >>> minitorch.result_type(minitorch.ones(2, dtype=minitorch.int8), 1.5)
    minitorch.float32
    """
    dimensioned, zero_dim, numbers = None, None, None
    for value in operands:
        own = of(value)
        shape = getattr(value, "shape", None)
        if shape is None:
            numbers = own if numbers is None else promote_types(numbers, own)
        elif len(shape) == 0:
            zero_dim = own if zero_dim is None else promote_types(zero_dim, own)
        else:
            dimensioned = own if dimensioned is None else promote_types(dimensioned, own)
    return _combine((dimensioned, zero_dim, numbers))


def _combine(by_priority: Iterable[dtype | None]) -> dtype:
    """The first dtype given, unless a later one is of a higher category."""
    result: dtype | None = None
    for own in by_priority:
        if result is None:
            result = own
        elif own is not None and own.category > result.category:
            result = result.to_complex() if result.is_floating_point else own
    assert result is not None, "result_type needs at least one operand"
    return result


def can_cast(from_: dtype, to: dtype) -> bool:
    """Whether in-place results of dtype `from_` may be stored in a tensor of dtype `to`.

    >>> import minitorch
    >>> minitorch.can_cast(minitorch.float64, minitorch.float32), minitorch.can_cast(minitorch.float32, minitorch.int64)
    (True, False)
    """
    return from_.category <= to.category


class finfo:
    """Limits of a floating-point dtype: `eps, max, min, tiny, smallest_normal, resolution, bits`."""

    def __init__(self, type: dtype | None = None) -> None:
        type = _default if type is None else type
        if not (type.is_floating_point or type.is_complex):
            raise ArgumentTypeError(f"finfo: {type} is not a floating-point dtype; use iinfo({type})")
        self.dtype = type.to_real().name
        if type is bfloat16:  # NumPy knows nothing of it: 8 bits of exponent, 7 of mantissa
            self.bits, self.eps, self.resolution = 16, 2.0**-7, 0.01
            self.max, self.tiny = (2 - 2.0**-7) * 2.0**127, 2.0**-126
            self.min, self.smallest_normal = -self.max, self.tiny
            return
        info = numpy.finfo(type.dtype)
        self.bits = int(info.bits)
        self.eps, self.max, self.min = float(info.eps), float(info.max), float(info.min)
        self.tiny = self.smallest_normal = float(info.tiny)
        self.resolution = float(info.resolution)

    def __repr__(self) -> str:
        return (
            f"finfo(resolution={self.resolution:g}, min={self.min:g}, max={self.max:g}, eps={self.eps:g}, "
            f"smallest_normal={self.smallest_normal:g}, tiny={self.tiny:g}, dtype={self.dtype})"
        )


class iinfo:
    """Limits of an integer dtype: `max, min, bits`."""

    def __init__(self, type: dtype) -> None:
        if type.category != INTEGER:
            raise ArgumentTypeError(
                f"iinfo: {type} is not an integer dtype; use finfo for floating-point ones"
            )
        info = numpy.iinfo(type.dtype)
        self.bits, self.max, self.min = int(info.bits), int(info.max), int(info.min)
        self.dtype = type.name

    def __repr__(self) -> str:
        return f"iinfo(min={self.min}, max={self.max}, dtype={self.dtype})"
