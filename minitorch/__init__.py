"""minitorch: an educational deep-learning framework with automatic differentiation.

Same name, same meaning as in PyTorch: a course written for PyTorch runs after `import minitorch as torch`.
"""

from importlib import import_module as _import_module
from typing import TYPE_CHECKING as _TYPE_CHECKING

from minitorch import autograd as autograd
from minitorch.creation import (
    arange as arange,
    as_tensor as as_tensor,
    bernoulli as bernoulli,
    complex as complex,
    empty as empty,
    empty_like as empty_like,
    eye as eye,
    from_dlpack as from_dlpack,
    from_numpy as from_numpy,
    full as full,
    full_like as full_like,
    linspace as linspace,
    logspace as logspace,
    multinomial as multinomial,
    normal as normal,
    ones as ones,
    ones_like as ones_like,
    rand as rand,
    rand_like as rand_like,
    randint as randint,
    randint_like as randint_like,
    randn as randn,
    randn_like as randn_like,
    randperm as randperm,
    tensor as tensor,
    zeros as zeros,
    zeros_like as zeros_like,
)
from minitorch.device import device as device
from minitorch.dtypes import bool_ as bool
from minitorch.dtypes import (
    can_cast as can_cast,
    cdouble as cdouble,
    cfloat as cfloat,
    complex64 as complex64,
    complex128 as complex128,
    double as double,
    dtype as dtype,
    finfo as finfo,
    float16 as float16,
    float32 as float32,
    float64 as float64,
    get_default_dtype as get_default_dtype,
    half as half,
    iinfo as iinfo,
    int8 as int8,
    int16 as int16,
    int32 as int32,
    int64 as int64,
    long as long,
    promote_types as promote_types,
    result_type as result_type,
    set_default_dtype as set_default_dtype,
    short as short,
    uint8 as uint8,
)
from minitorch.dtypes import float_ as float
from minitorch.dtypes import int_ as int
from minitorch.errors import (
    MinitorchError as MinitorchError,
)
from minitorch.modes import (
    enable_grad as enable_grad,
    inference_mode as inference_mode,
    is_grad_enabled as is_grad_enabled,
    is_inference_mode_enabled as is_inference_mode_enabled,
    no_grad as no_grad,
    set_grad_enabled as set_grad_enabled,
)
from minitorch.ops import (
    abs as abs,
    acos as acos,
    acosh as acosh,
    add as add,
    all as all,
    allclose as allclose,
    amax as amax,
    amin as amin,
    any as any,
    argmax as argmax,
    argmin as argmin,
    asin as asin,
    asinh as asinh,
    atan as atan,
    atan2 as atan2,
    atanh as atanh,
    atleast_1d as atleast_1d,
    atleast_2d as atleast_2d,
    bitwise_and as bitwise_and,
    bitwise_left_shift as bitwise_left_shift,
    bitwise_not as bitwise_not,
    bitwise_or as bitwise_or,
    bitwise_right_shift as bitwise_right_shift,
    bitwise_xor as bitwise_xor,
    bmm as bmm,
    broadcast_shapes as broadcast_shapes,
    broadcast_tensors as broadcast_tensors,
    broadcast_to as broadcast_to,
    cat as cat,
    ceil as ceil,
    chunk as chunk,
    clamp as clamp,
    clone as clone,
    conj as conj,
    cos as cos,
    cosh as cosh,
    cumsum as cumsum,
    detach as detach,
    div as div,
    dot as dot,
    eq as eq,
    equal as equal,
    erf as erf,
    exp as exp,
    exp2 as exp2,
    expm1 as expm1,
    flatten as flatten,
    flip as flip,
    floor as floor,
    floor_divide as floor_divide,
    fmod as fmod,
    frac as frac,
    ge as ge,
    gt as gt,
    imag as imag,
    index_select as index_select,
    isclose as isclose,
    isfinite as isfinite,
    isinf as isinf,
    isnan as isnan,
    le as le,
    log as log,
    log10 as log10,
    log1p as log1p,
    log2 as log2,
    logical_and as logical_and,
    logical_not as logical_not,
    logical_or as logical_or,
    logical_xor as logical_xor,
    logsumexp as logsumexp,
    lt as lt,
    masked_fill as masked_fill,
    matmul as matmul,
    max as max,
    maximum as maximum,
    mean as mean,
    min as min,
    minimum as minimum,
    mm as mm,
    movedim as movedim,
    mul as mul,
    mv as mv,
    narrow as narrow,
    ne as ne,
    neg as neg,
    norm as norm,
    outer as outer,
    permute as permute,
    pow as pow,
    prod as prod,
    ravel as ravel,
    real as real,
    reciprocal as reciprocal,
    remainder as remainder,
    repeat_interleave as repeat_interleave,
    reshape as reshape,
    roll as roll,
    round as round,
    rsqrt as rsqrt,
    select as select,
    sgn as sgn,
    sign as sign,
    sin as sin,
    sinh as sinh,
    split as split,
    sqrt as sqrt,
    square as square,
    squeeze as squeeze,
    stack as stack,
    std as std,
    std_mean as std_mean,
    sub as sub,
    sum as sum,
    t as t,
    take_along_dim as take_along_dim,
    tan as tan,
    tanh as tanh,
    tile as tile,
    transpose as transpose,
    trunc as trunc,
    unbind as unbind,
    unflatten as unflatten,
    unsqueeze as unsqueeze,
    var as var,
    var_mean as var_mean,
    where as where,
)
from minitorch.predicates import (
    is_complex as is_complex,
    is_floating_point as is_floating_point,
    is_inference as is_inference,
    is_nonzero as is_nonzero,
    is_same_size as is_same_size,
    is_signed as is_signed,
    is_tensor as is_tensor,
    numel as numel,
)
from minitorch.printing import set_printoptions as set_printoptions
from minitorch.random import (
    Generator as Generator,
    default_generator as default_generator,
    get_rng_state as get_rng_state,
    initial_seed as initial_seed,
    manual_seed as manual_seed,
    seed as seed,
    set_rng_state as set_rng_state,
)
from minitorch.registry import (
    available_backends as available_backends,
    current_backend as current_backend,
    register_backend as register_backend,
    use_backend as use_backend,
)
from minitorch.variable import (
    Size as Size,
    Tensor as Tensor,
    Variable as Variable,
)
from math import e as e
from math import inf as inf
from math import nan as nan
from math import pi as pi

__version__ = "0.1.0"

if _TYPE_CHECKING:
    from minitorch import nn as nn
    from minitorch import optim as optim
    from minitorch import utils as utils

_ROOMS = ("nn", "optim", "utils")  # packages that are imported when first used


def __getattr__(name: str) -> object:
    if name in _ROOMS:
        return _import_module(f"minitorch.{name}")
    raise AttributeError(f"module 'minitorch' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_ROOMS})
