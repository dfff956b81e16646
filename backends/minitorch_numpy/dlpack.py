"""bfloat16 in DLPack, of which NumPy knows nothing: the capsule of 16-bit integers, with another code for the type.

A capsule holds a pointer to a C structure. After the address of the elements, the device and the number of dims
stands the type: one byte for the kind of number, one for its bits. The versioned structure has 32 bytes in front.

Source: the header `dlpack.h` of version 1.
"""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np

from minitorch import dtypes

UNSIGNED, BFLOAT = 1, 4
# NumPy takes versioned capsules from 2.1 on; only of these it lets the memory be written to.
VERSION = {"max_version": (1, 0)} if np.lib.NumpyVersion(np.__version__) >= "2.1.0" else {}
PLACES = {b"dltensor": 20, b"dltensor_versioned": 52}  # of the type, by the name of the capsule

_pointer = ctypes.pythonapi.PyCapsule_GetPointer
_pointer.restype, _pointer.argtypes = ctypes.c_void_p, (ctypes.py_object, ctypes.c_char_p)
_is_valid = ctypes.pythonapi.PyCapsule_IsValid
_is_valid.restype, _is_valid.argtypes = ctypes.c_int, (ctypes.py_object, ctypes.c_char_p)


def kind_of(capsule: Any) -> Any:
    """The two bytes for the type, which can be changed."""
    name = next(name for name in PLACES if _is_valid(capsule, name))
    return (ctypes.c_uint8 * 2).from_address(_pointer(capsule, name) + PLACES[name])


def to_dlpack(x: Any, **kwargs: Any) -> Any:
    """A capsule with the memory of an array."""
    if x.dtype is not dtypes.numpy_bfloat16:
        return x.__dlpack__(**kwargs)
    capsule = x.view(np.uint16).__dlpack__(**kwargs)
    kind_of(capsule)[0] = BFLOAT
    return capsule


class Exported:
    """A capsule that waits to be taken."""

    def __init__(self, capsule: Any, device: Any) -> None:
        self.capsule, self.device = capsule, device

    def __dlpack__(self, **kwargs: Any) -> Any:
        return self.capsule

    def __dlpack_device__(self) -> Any:
        return self.device


def from_dlpack(x: Any) -> Any:
    """The array that shares memory with another library's."""
    try:
        return np.from_dlpack(x)
    except (BufferError, RuntimeError, TypeError):
        try:
            capsule = x.__dlpack__(**VERSION)
        except TypeError:
            capsule = x.__dlpack__()
        kind = kind_of(capsule)
        if tuple(kind) != (BFLOAT, 16):
            raise
        kind[0] = UNSIGNED
        return np.from_dlpack(Exported(capsule, x.__dlpack_device__())).view(dtypes.bfloat16.dtype)
