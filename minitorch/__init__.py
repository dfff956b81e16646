"""minitorch: an educational deep-learning framework with automatic differentiation.

Same name, same meaning as in PyTorch: a course written for PyTorch runs after `import minitorch as torch`.
"""

from importlib import import_module as _import_module
from math import e as e
from math import inf as inf
from math import nan as nan
from math import pi as pi
from typing import TYPE_CHECKING as _TYPE_CHECKING

from minitorch import autograd as autograd
from minitorch.creation import (
    arange as arange,
)
from minitorch.creation import (
    as_tensor as as_tensor,
)
from minitorch.creation import (
    complex as complex,
)
from minitorch.creation import (
    empty as empty,
)
from minitorch.creation import (
    eye as eye,
)
from minitorch.creation import (
    from_dlpack as from_dlpack,
)
from minitorch.creation import (
    from_numpy as from_numpy,
)
from minitorch.creation import (
    full as full,
)
from minitorch.creation import (
    linspace as linspace,
)
from minitorch.creation import (
    logspace as logspace,
)
from minitorch.creation import (
    ones as ones,
)
from minitorch.creation import (
    tensor as tensor,
)
from minitorch.creation import (
    zeros as zeros,
)
from minitorch.device import device as device
from minitorch.dtypes import bool_ as bool
from minitorch.dtypes import (
    can_cast as can_cast,
)
from minitorch.dtypes import (
    cdouble as cdouble,
)
from minitorch.dtypes import (
    cfloat as cfloat,
)
from minitorch.dtypes import (
    complex64 as complex64,
)
from minitorch.dtypes import (
    complex128 as complex128,
)
from minitorch.dtypes import (
    double as double,
)
from minitorch.dtypes import (
    dtype as dtype,
)
from minitorch.dtypes import (
    finfo as finfo,
)
from minitorch.dtypes import (
    float16 as float16,
)
from minitorch.dtypes import (
    float32 as float32,
)
from minitorch.dtypes import (
    float64 as float64,
)
from minitorch.dtypes import float_ as float
from minitorch.dtypes import (
    get_default_dtype as get_default_dtype,
)
from minitorch.dtypes import (
    half as half,
)
from minitorch.dtypes import (
    iinfo as iinfo,
)
from minitorch.dtypes import (
    int8 as int8,
)
from minitorch.dtypes import (
    int16 as int16,
)
from minitorch.dtypes import (
    int32 as int32,
)
from minitorch.dtypes import (
    int64 as int64,
)
from minitorch.dtypes import int_ as int
from minitorch.dtypes import (
    long as long,
)
from minitorch.dtypes import (
    promote_types as promote_types,
)
from minitorch.dtypes import (
    result_type as result_type,
)
from minitorch.dtypes import (
    set_default_dtype as set_default_dtype,
)
from minitorch.dtypes import (
    short as short,
)
from minitorch.dtypes import (
    uint8 as uint8,
)
from minitorch.errors import (
    MinitorchError as MinitorchError,
)
from minitorch.like import (
    empty_like as empty_like,
)
from minitorch.like import (
    full_like as full_like,
)
from minitorch.like import (
    ones_like as ones_like,
)
from minitorch.like import (
    rand_like as rand_like,
)
from minitorch.like import (
    randint_like as randint_like,
)
from minitorch.like import (
    randn_like as randn_like,
)
from minitorch.like import (
    zeros_like as zeros_like,
)
from minitorch.modes import (
    enable_grad as enable_grad,
)
from minitorch.modes import (
    inference_mode as inference_mode,
)
from minitorch.modes import (
    is_grad_enabled as is_grad_enabled,
)
from minitorch.modes import (
    is_inference_mode_enabled as is_inference_mode_enabled,
)
from minitorch.modes import (
    no_grad as no_grad,
)
from minitorch.modes import (
    set_grad_enabled as set_grad_enabled,
)
from minitorch.ops import (
    abs as abs,
)
from minitorch.ops import (
    acos as acos,
)
from minitorch.ops import (
    acosh as acosh,
)
from minitorch.ops import (
    add as add,
)
from minitorch.ops import (
    all as all,
)
from minitorch.ops import (
    allclose as allclose,
)
from minitorch.ops import (
    amax as amax,
)
from minitorch.ops import (
    amin as amin,
)
from minitorch.ops import (
    any as any,
)
from minitorch.ops import (
    argmax as argmax,
)
from minitorch.ops import (
    argmin as argmin,
)
from minitorch.ops import (
    argsort as argsort,
)
from minitorch.ops import (
    argwhere as argwhere,
)
from minitorch.ops import (
    asin as asin,
)
from minitorch.ops import (
    asinh as asinh,
)
from minitorch.ops import (
    atan as atan,
)
from minitorch.ops import (
    atan2 as atan2,
)
from minitorch.ops import (
    atanh as atanh,
)
from minitorch.ops import (
    atleast_1d as atleast_1d,
)
from minitorch.ops import (
    atleast_2d as atleast_2d,
)
from minitorch.ops import (
    binary_cross_entropy_with_logits as binary_cross_entropy_with_logits,
)
from minitorch.ops import (
    bitwise_and as bitwise_and,
)
from minitorch.ops import (
    bitwise_left_shift as bitwise_left_shift,
)
from minitorch.ops import (
    bitwise_not as bitwise_not,
)
from minitorch.ops import (
    bitwise_or as bitwise_or,
)
from minitorch.ops import (
    bitwise_right_shift as bitwise_right_shift,
)
from minitorch.ops import (
    bitwise_xor as bitwise_xor,
)
from minitorch.ops import (
    bmm as bmm,
)
from minitorch.ops import (
    broadcast_shapes as broadcast_shapes,
)
from minitorch.ops import (
    broadcast_tensors as broadcast_tensors,
)
from minitorch.ops import (
    broadcast_to as broadcast_to,
)
from minitorch.ops import (
    cat as cat,
)
from minitorch.ops import (
    ceil as ceil,
)
from minitorch.ops import (
    celu as celu,
)
from minitorch.ops import (
    celu_ as celu_,
)
from minitorch.ops import (
    chunk as chunk,
)
from minitorch.ops import (
    clamp as clamp,
)
from minitorch.ops import (
    clone as clone,
)
from minitorch.ops import (
    conj as conj,
)
from minitorch.ops import (
    cos as cos,
)
from minitorch.ops import (
    cosh as cosh,
)
from minitorch.ops import (
    cosine_similarity as cosine_similarity,
)
from minitorch.ops import (
    cumsum as cumsum,
)
from minitorch.ops import (
    detach as detach,
)
from minitorch.ops import (
    diag as diag,
)
from minitorch.ops import (
    diag_embed as diag_embed,
)
from minitorch.ops import (
    diagonal as diagonal,
)
from minitorch.ops import (
    div as div,
)
from minitorch.ops import (
    dot as dot,
)
from minitorch.ops import (
    einsum as einsum,
)
from minitorch.ops import (
    eq as eq,
)
from minitorch.ops import (
    equal as equal,
)
from minitorch.ops import (
    erf as erf,
)
from minitorch.ops import (
    exp as exp,
)
from minitorch.ops import (
    exp2 as exp2,
)
from minitorch.ops import (
    expm1 as expm1,
)
from minitorch.ops import (
    flatten as flatten,
)
from minitorch.ops import (
    flip as flip,
)
from minitorch.ops import (
    floor as floor,
)
from minitorch.ops import (
    floor_divide as floor_divide,
)
from minitorch.ops import (
    fmod as fmod,
)
from minitorch.ops import (
    frac as frac,
)
from minitorch.ops import (
    gather as gather,
)
from minitorch.ops import (
    ge as ge,
)
from minitorch.ops import (
    gt as gt,
)
from minitorch.ops import (
    imag as imag,
)
from minitorch.ops import (
    index_add as index_add,
)
from minitorch.ops import (
    index_copy as index_copy,
)
from minitorch.ops import (
    index_fill as index_fill,
)
from minitorch.ops import (
    index_put as index_put,
    index_select as index_select,
)
from minitorch.ops import (
    isclose as isclose,
)
from minitorch.ops import (
    isfinite as isfinite,
)
from minitorch.ops import (
    isinf as isinf,
)
from minitorch.ops import (
    isnan as isnan,
)
from minitorch.ops import (
    kl_div as kl_div,
)
from minitorch.ops import (
    kthvalue as kthvalue,
)
from minitorch.ops import (
    le as le,
)
from minitorch.ops import (
    log as log,
)
from minitorch.ops import (
    log1p as log1p,
)
from minitorch.ops import (
    log2 as log2,
)
from minitorch.ops import (
    log10 as log10,
)
from minitorch.ops import (
    log_softmax as log_softmax,
)
from minitorch.ops import (
    logical_and as logical_and,
)
from minitorch.ops import (
    logical_not as logical_not,
)
from minitorch.ops import (
    logical_or as logical_or,
)
from minitorch.ops import (
    logical_xor as logical_xor,
)
from minitorch.ops import (
    logsumexp as logsumexp,
)
from minitorch.ops import (
    lt as lt,
)
from minitorch.ops import (
    masked_fill as masked_fill,
)
from minitorch.ops import (
    masked_scatter as masked_scatter,
)
from minitorch.ops import (
    masked_select as masked_select,
)
from minitorch.ops import (
    matmul as matmul,
)
from minitorch.ops import (
    max as max,
)
from minitorch.ops import (
    maximum as maximum,
)
from minitorch.ops import (
    mean as mean,
)
from minitorch.ops import (
    median as median,
)
from minitorch.ops import (
    min as min,
)
from minitorch.ops import (
    minimum as minimum,
)
from minitorch.ops import (
    mm as mm,
)
from minitorch.ops import (
    movedim as movedim,
)
from minitorch.ops import (
    mul as mul,
)
from minitorch.ops import (
    mv as mv,
)
from minitorch.ops import (
    narrow as narrow,
)
from minitorch.ops import (
    ne as ne,
)
from minitorch.ops import (
    neg as neg,
)
from minitorch.ops import (
    nonzero as nonzero,
)
from minitorch.ops import (
    norm as norm,
)
from minitorch.ops import (
    outer as outer,
)
from minitorch.ops import (
    pairwise_distance as pairwise_distance,
)
from minitorch.ops import (
    permute as permute,
)
from minitorch.ops import (
    pow as pow,
)
from minitorch.ops import (
    prelu as prelu,
)
from minitorch.ops import (
    prod as prod,
)
from minitorch.ops import (
    put as put,
)
from minitorch.ops import (
    ravel as ravel,
)
from minitorch.ops import (
    real as real,
)
from minitorch.ops import (
    reciprocal as reciprocal,
)
from minitorch.ops import (
    relu as relu,
)
from minitorch.ops import (
    relu_ as relu_,
)
from minitorch.ops import (
    remainder as remainder,
)
from minitorch.ops import (
    repeat_interleave as repeat_interleave,
)
from minitorch.ops import (
    reshape as reshape,
)
from minitorch.ops import (
    roll as roll,
)
from minitorch.ops import (
    round as round,
)
from minitorch.ops import (
    rsqrt as rsqrt,
)
from minitorch.ops import (
    scatter as scatter,
)
from minitorch.ops import (
    scatter_add as scatter_add,
)
from minitorch.ops import (
    select as select,
)
from minitorch.ops import (
    selu as selu,
)
from minitorch.ops import (
    selu_ as selu_,
)
from minitorch.ops import (
    sgn as sgn,
)
from minitorch.ops import (
    sigmoid as sigmoid,
)
from minitorch.ops import (
    sigmoid_ as sigmoid_,
)
from minitorch.ops import (
    sign as sign,
)
from minitorch.ops import (
    sin as sin,
)
from minitorch.ops import (
    sinh as sinh,
)
from minitorch.ops import (
    softmax as softmax,
)
from minitorch.ops import (
    sort as sort,
)
from minitorch.ops import (
    split as split,
)
from minitorch.ops import (
    sqrt as sqrt,
)
from minitorch.ops import (
    square as square,
)
from minitorch.ops import (
    squeeze as squeeze,
)
from minitorch.ops import (
    stack as stack,
)
from minitorch.ops import (
    std as std,
)
from minitorch.ops import (
    std_mean as std_mean,
)
from minitorch.ops import (
    sub as sub,
)
from minitorch.ops import (
    sum as sum,
)
from minitorch.ops import (
    t as t,
)
from minitorch.ops import (
    take as take,
)
from minitorch.ops import (
    take_along_dim as take_along_dim,
)
from minitorch.ops import (
    tan as tan,
)
from minitorch.ops import (
    tanh as tanh,
)
from minitorch.ops import (
    tensordot as tensordot,
)
from minitorch.ops import (
    threshold as threshold,
)
from minitorch.ops import (
    threshold_ as threshold_,
)
from minitorch.ops import (
    tile as tile,
)
from minitorch.ops import (
    topk as topk,
)
from minitorch.ops import (
    trace as trace,
)
from minitorch.ops import (
    transpose as transpose,
)
from minitorch.ops import (
    tril as tril,
)
from minitorch.ops import (
    triu as triu,
)
from minitorch.ops import (
    trunc as trunc,
)
from minitorch.ops import (
    unbind as unbind,
)
from minitorch.ops import (
    unflatten as unflatten,
)
from minitorch.ops import (
    unsqueeze as unsqueeze,
)
from minitorch.ops import (
    var as var,
)
from minitorch.ops import (
    var_mean as var_mean,
)
from minitorch.ops import (
    where as where,
)
from minitorch.predicates import (
    is_complex as is_complex,
)
from minitorch.predicates import (
    is_floating_point as is_floating_point,
)
from minitorch.predicates import (
    is_inference as is_inference,
)
from minitorch.predicates import (
    is_nonzero as is_nonzero,
)
from minitorch.predicates import (
    is_same_size as is_same_size,
)
from minitorch.predicates import (
    is_signed as is_signed,
)
from minitorch.predicates import (
    is_tensor as is_tensor,
)
from minitorch.predicates import (
    numel as numel,
)
from minitorch.printing import set_printoptions as set_printoptions
from minitorch.random import (
    Generator as Generator,
)
from minitorch.random import (
    default_generator as default_generator,
)
from minitorch.random import (
    get_rng_state as get_rng_state,
)
from minitorch.random import (
    initial_seed as initial_seed,
)
from minitorch.random import (
    manual_seed as manual_seed,
)
from minitorch.random import (
    seed as seed,
)
from minitorch.random import (
    set_rng_state as set_rng_state,
)
from minitorch.registry import (
    available_backends as available_backends,
)
from minitorch.registry import (
    current_backend as current_backend,
)
from minitorch.registry import (
    register_backend as register_backend,
)
from minitorch.registry import (
    use_backend as use_backend,
)
from minitorch.sampling import (
    bernoulli as bernoulli,
)
from minitorch.sampling import (
    multinomial as multinomial,
)
from minitorch.sampling import (
    normal as normal,
)
from minitorch.sampling import (
    rand as rand,
)
from minitorch.sampling import (
    randint as randint,
)
from minitorch.sampling import (
    randn as randn,
)
from minitorch.sampling import (
    randperm as randperm,
)
from minitorch.serialization import load as load
from minitorch.serialization import save as save
from minitorch.variable import (
    Size as Size,
)
from minitorch.variable import (
    Tensor as Tensor,
)
from minitorch.variable import (
    Variable as Variable,
)

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
