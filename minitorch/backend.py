"""`Backend`: what an array library must offer so that minitorch can compute with its arrays.

The interface has two parts.  *Primitives* are what every backend supplies, under NumPy's (Array API) names.
*Composites* are written here once, in terms of primitives, and overridden where a backend has something
faster: a new backend is correct as soon as its primitives are there, and fast one kernel at a time.
The conformance suite in `minitorch.testing.conformance` checks both.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, ClassVar

from minitorch.backend_activation import ActivationKernels
from minitorch.backend_amp import ScalingKernels
from minitorch.backend_attention import AttentionKernels
from minitorch.backend_device import Devices
from minitorch.backend_ldl import IndefiniteKernels
from minitorch.backend_linalg import LinalgKernels
from minitorch.backend_nn import LayerKernels
from minitorch.backend_optim import OptimizerKernels
from minitorch.backend_order import OrderKernels
from minitorch.backend_recurrent import RecurrentKernels
from minitorch.backend_special import SpecialFunctions
from minitorch.errors import BackendError

Array = Any
Elementwise = Callable[..., Array]


def is_foreign(cls: type) -> bool:
    """Whether a class, an op or a backend, was written outside of minitorch."""
    return not cls.__module__.startswith("minitorch")


class Calls:
    """Calls functions with an array library's floating-point warnings off: infinities are values here."""

    def run(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """Calls `function`."""
        return function(*args, **kwargs)

    def run_foreign(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """The same for a function that is not of this library: it sees the context variables of its caller."""
        return self.run(function, *args, **kwargs)


class Backend(
    ActivationKernels,
    AttentionKernels,
    Devices,
    IndefiniteKernels,
    LinalgKernels,
    LayerKernels,
    OptimizerKernels,
    OrderKernels,
    RecurrentKernels,
    ScalingKernels,
    SpecialFunctions,
):
    """The interface between ops and an array library.

    Arrays of every backend have NumPy's operators, indexing, `shape, dtype, ndim, size, sum(axis, keepdims=),
    reshape, swapaxes, astype, conj, real`; formulas use these directly.

    Attributes:
        name: as in `use_backend(name)`.
        device_type: `"cpu"`, or the device that its arrays live on.
        array_type: the class of its arrays.
        scalar_types: what its arithmetic gives for arrays without dims, if not arrays.
        checks_values: whether ops look at elements to refuse wrong ones, such as an index that is out of range;
            a GPU would have to be waited for.
        computes_bfloat16: whether its primitives take bfloat16, and its kernels compute half precision in float32; if
            not, ops do, and round.
        refusals: the classes of errors by which its library says that a function lacks bfloat16, where others have it;
            the op is then computed in float32.
        calls: runs the forward of every op, without the library's floating-point warnings.
    """

    name: ClassVar[str]
    device_type: ClassVar[str] = "cpu"
    batched: ClassVar[bool] = False  # whether its arrays are batches of others, as in vmap
    array_type: ClassVar[type]
    scalar_types: ClassVar[tuple[type, ...]] = ()
    checks_values: ClassVar[bool] = True
    computes_bfloat16: ClassVar[bool] = False
    refusals: ClassVar[tuple[type[Exception], ...]] = (TypeError,)
    calls: ClassVar[Any] = Calls()

    # Elementwise, one array -----------------------------------------------------------------------
    negative: Elementwise
    abs: Elementwise
    sign: Elementwise
    rint: Elementwise
    floor: Elementwise
    ceil: Elementwise
    trunc: Elementwise
    exp: Elementwise
    exp2: Elementwise
    expm1: Elementwise
    log: Elementwise
    log2: Elementwise
    log10: Elementwise
    log1p: Elementwise
    sqrt: Elementwise
    square: Elementwise
    sin: Elementwise
    cos: Elementwise
    tan: Elementwise
    asin: Elementwise
    acos: Elementwise
    atan: Elementwise
    sinh: Elementwise
    cosh: Elementwise
    tanh: Elementwise
    asinh: Elementwise
    acosh: Elementwise
    atanh: Elementwise
    erf: Elementwise
    conj: Elementwise
    isnan: Elementwise
    isinf: Elementwise
    isfinite: Elementwise
    signbit: Elementwise
    frexp: Elementwise  # (x) → mantissa, exponent
    logical_not: Elementwise
    bitwise_not: Elementwise

    # Elementwise, two arrays ----------------------------------------------------------------------
    add: Elementwise
    subtract: Elementwise
    multiply: Elementwise
    divide: Elementwise
    floor_divide: Elementwise
    remainder: Elementwise
    fmod: Elementwise
    power: Elementwise
    maximum: Elementwise
    minimum: Elementwise
    atan2: Elementwise
    hypot: Elementwise
    copysign: Elementwise
    nextafter: Elementwise
    logaddexp: Elementwise
    logaddexp2: Elementwise
    gcd: Elementwise
    lcm: Elementwise
    equal: Elementwise
    not_equal: Elementwise
    less: Elementwise
    less_equal: Elementwise
    greater: Elementwise
    greater_equal: Elementwise
    logical_and: Elementwise
    logical_or: Elementwise
    logical_xor: Elementwise
    bitwise_and: Elementwise
    bitwise_or: Elementwise
    bitwise_xor: Elementwise
    left_shift: Elementwise
    right_shift: Elementwise
    where: Elementwise  # (condition, x, y)

    # Reductions: (x, axis=…, keepdims=False); the axis is always given, None for all ----------------------
    sum: Elementwise
    prod: Elementwise
    max: Elementwise
    min: Elementwise
    all: Elementwise
    any: Elementwise
    argmax: Elementwise
    argmin: Elementwise
    cumsum: Elementwise  # (x, axis)
    cumprod: Elementwise  # (x, axis)
    sort: Elementwise  # (x, axis): stable
    argsort: Elementwise  # (x, axis): stable

    # Products ---------------------------------------------------------------------------------------
    matmul: Elementwise

    # Linear algebra, of batches of matrices; see backend_linalg.py -----------------------------------
    inv: Elementwise  # (x) → inverse, info
    solve: Elementwise  # (a, b) → x, info
    cholesky: Elementwise  # (x) → lower factor, info
    det: Elementwise
    slogdet: Elementwise  # (x) → sign, log |det|
    qr: Elementwise  # (x, complete) → q, r
    geqrf: Elementwise  # (x) → reflectors, their factors
    svd: Elementwise  # (x, full) → u, s, vh
    svdvals: Elementwise
    eig: Elementwise  # (x) → values, vectors
    eigvals: Elementwise
    eigh: Elementwise  # (x) → values, vectors, of the lower triangle
    eigvalsh: Elementwise

    # Fourier transforms; norm says what is divided by n, as in NumPy -----------------------------------
    fft: Elementwise  # (x, axes, inverse, norm): complex
    rfft: Elementwise  # (x, axis, norm)
    irfft: Elementwise  # (x, n, axis, norm)

    # Creation and memory ------------------------------------------------------------------------------
    empty: Elementwise  # (shape, dtype)
    zeros: Elementwise  # (shape, dtype)
    full: Elementwise  # (shape, value, dtype)
    arange: Elementwise  # (start, stop, step, dtype)
    linspace: Elementwise  # (start, stop, count, dtype)
    eye: Elementwise  # (n, m, dtype)
    asarray: Elementwise  # (value, dtype=None): without a copy where possible
    copy: Elementwise  # (x): contiguous
    astype: Elementwise  # (x, dtype): always a copy
    copyto: Elementwise  # (destination, source): broadcasts, casts
    to_numpy: Elementwise
    from_dlpack: Elementwise  # shares memory
    from_buffer: Elementwise  # (buffer, dtype, count, offset): shares memory

    # Shape: views wherever NumPy gives views -----------------------------------------------------------
    reshape: Elementwise
    transpose: Elementwise  # (x, axes)
    broadcast_to: Elementwise
    expand_dims: Elementwise
    squeeze: Elementwise
    flip: Elementwise
    roll: Elementwise
    concatenate: Elementwise  # (arrays, axis)
    stack: Elementwise  # (arrays, axis)
    pad: Elementwise  # (x, ((before, after), …), value)
    repeat: Elementwise  # (x, counts, axis)
    sliding_windows: Elementwise  # (x, sizes, strides, dilations): see NumpyBackend
    as_strided: Elementwise  # (x, shape, strides in elements, offset=0): a view from x's first element on
    memory_of: Elementwise  # (x): all the memory behind a view as a vector, and where in it x begins

    # Indices ---------------------------------------------------------------------------------------------
    nonzero: Elementwise
    isin: Elementwise  # (x, among)
    take_along_axis: Elementwise
    put_along_axis: Elementwise  # (x, indices, values, axis): in place
    add_along_axis: Elementwise  # (x, indices, values, axis): in place, duplicates add up
    index_add: Elementwise  # (x, index, values): x[index] += values in place, duplicates add up

    # Random numbers: an object with the methods of minitorch_numpy.random.Generator -----------------------
    random_generator: Elementwise  # (seed)

    def quiet(self) -> AbstractContextManager[Any]:
        """A context without the library's floating-point warnings."""
        return nullcontext()

    def get_num_threads(self) -> int:
        """How many threads one operation is shared among."""
        return 1

    def set_num_threads(self, count: int) -> None:
        """Sets it, where that can be chosen."""

    def warmup(self, dtype: Any) -> None:
        """Builds now what would be built when it is first needed, for real numbers of a dtype."""

    def describe(self) -> dict[str, str]:
        """What it computes with, for `python -m minitorch.info`: names and what to say about them."""
        return {}

    def hints(self) -> list[str]:
        """What would make it faster here."""
        return []

    def check_complete(self) -> None:
        """Raises a BackendError that names the primitives which are missing."""
        missing = [name for name in primitives() if not hasattr(self, name)]
        if missing:
            raise BackendError(
                f"backend {getattr(self, 'name', type(self).__name__)!r} lacks the primitives "
                f"{', '.join(missing)}; see minitorch.backend.Backend"
            )

    # In place -----------------------------------------------------------------------------------------------

    def add_into(self, x: Array, y: Array) -> None:
        """x += y, in x's memory."""
        self.copyto(x, self.add(x, y))

    def is_whole(self, x: Array) -> bool:
        """Whether `x` owns its memory, and may be written to."""
        return x.base is None

    def to_dlpack(self, x: Array, **kwargs: Any) -> Any:
        """A capsule of DLPack, with which another library can share the memory of `x`."""
        return x.__dlpack__(**kwargs)

    # Composites ------------------------------------------------------------------------------------------------

    def clip(self, x: Array, low: Any, high: Any) -> Array:
        """min(max(x, low), high); either bound may be None."""
        if low is not None:
            x = self.maximum(x, low)
        return x if high is None else self.minimum(x, high)

    def mean(self, x: Array, axis: Any = None, keepdims: bool = False) -> Array:
        """The sum over `axis` divided by the number of elements."""
        total = self.sum(x, axis=axis, keepdims=keepdims)
        return total * (total.size / x.size) if x.size else total / 0.0

    def logsumexp(self, x: Array, axis: Any, keepdims: bool = False) -> Array:
        """log Σ exp(x) along `axis`, shifted by the maximum so that it does not overflow."""
        top = self.zeros((), x.dtype)
        if x.size:
            largest = self.max(x.real, axis=axis, keepdims=True)
            top = self.where(self.isfinite(largest), largest, top)
        total = self.log(self.sum(self.exp(x - top), axis=axis, keepdims=True)) + top
        return total if keepdims else self.squeeze(total, axis)

    def diagonal(self, x: Array, offset: int, axis1: int, axis2: int) -> Array:
        """The elements x[…, i, i + offset, …] over two axes, along the last axis of the result; a view."""
        return x.diagonal(offset, axis1, axis2)

    def linear(self, x: Array, w: Array, b: Array | None) -> Array:
        """x @ wᵀ + b."""
        y = self.matmul(x, w.T)
        return y if b is None else y + b

    def linear_relu(self, x: Array, w: Array, b: Array | None) -> Array:
        """max(x @ wᵀ + b, 0)."""
        return self.relu(self.linear(x, w, b))

    def linear_gelu(
        self, x: Array, w: Array, b: Array | None, tanh: bool
    ) -> tuple[Array, Array, Array | None]:
        """gelu(z) with z = x @ wᵀ + b, and what is kept for `gelu_backward` alone: z, and what `gelu` gives."""
        z = self.linear(x, w, b)
        y, cdf = self.gelu(z, tanh)
        return y, z, cdf

    def norm_of_all(self, arrays: Sequence[Array]) -> Array:
        """√ Σ x² over all arrays, as an array without dims, in single precision or better: nothing waits for it."""
        wide = [self.abs(x.astype("float32") if x.itemsize < 4 else x) for x in arrays if x.size]
        if not wide:
            return self.zeros((), "float32")
        return self.sqrt(self.sum(self.stack([self.sum(self.square(x), axis=None) for x in wide]), axis=None))

    def global_norm(self, arrays: Sequence[Array]) -> float:
        """√ Σ x² over all arrays."""
        return float(sum(float(self.sum(self.square(self.abs(x)), axis=None)) for x in arrays)) ** 0.5


def primitives() -> list[str]:
    """The names that every backend must supply, in the order of this file."""
    annotations = {**Backend.__annotations__, **SpecialFunctions.__annotations__}
    return [name for name, kind in annotations.items() if kind == "Elementwise"]
