"""The differentiable functions: `ops.exp(x)`, which is also `x.exp()` and `minitorch.exp(x)`."""

from minitorch.ops import common as common
from minitorch.ops.activation import (
    celu as celu,
    celu_ as celu_,
    elu as elu,
    elu_ as elu_,
    gelu as gelu,
    glu as glu,
    leaky_relu as leaky_relu,
    leaky_relu_ as leaky_relu_,
    logsigmoid as logsigmoid,
    mish as mish,
    mish_ as mish_,
    prelu as prelu,
    relu as relu,
    relu_ as relu_,
    selu as selu,
    selu_ as selu_,
    sigmoid as sigmoid,
    sigmoid_ as sigmoid_,
    silu as silu,
    silu_ as silu_,
    softplus as softplus,
    softsign as softsign,
    tanhshrink as tanhshrink,
)
from minitorch.ops.adaptive_pool import (
    adaptive_avg_pool1d as adaptive_avg_pool1d,
    adaptive_avg_pool2d as adaptive_avg_pool2d,
    adaptive_avg_pool3d as adaptive_avg_pool3d,
    adaptive_max_pool1d as adaptive_max_pool1d,
    adaptive_max_pool2d as adaptive_max_pool2d,
    adaptive_max_pool3d as adaptive_max_pool3d,
)
from minitorch.ops.arithmetic import (
    add as add,
    atan2 as atan2,
    div as div,
    floor_divide as floor_divide,
    fmod as fmod,
    mul as mul,
    pow as pow,
    rdiv as rdiv,
    remainder as remainder,
    rfloor_divide as rfloor_divide,
    rpow as rpow,
    rremainder as rremainder,
    rsub as rsub,
    sub as sub,
)
from minitorch.ops.compare import (
    allclose as allclose,
    bitwise_and as bitwise_and,
    bitwise_left_shift as bitwise_left_shift,
    bitwise_not as bitwise_not,
    bitwise_or as bitwise_or,
    bitwise_right_shift as bitwise_right_shift,
    bitwise_xor as bitwise_xor,
    eq as eq,
    equal as equal,
    ge as ge,
    gt as gt,
    isclose as isclose,
    le as le,
    logical_and as logical_and,
    logical_not as logical_not,
    logical_or as logical_or,
    logical_xor as logical_xor,
    lt as lt,
    ne as ne,
)
from minitorch.ops.conv import (
    conv1d as conv1d,
    conv2d as conv2d,
    conv3d as conv3d,
    conv_transpose1d as conv_transpose1d,
    conv_transpose2d as conv_transpose2d,
    conv_transpose3d as conv_transpose3d,
)
from minitorch.ops.cross_entropy import (
    cross_entropy as cross_entropy,
    nll_loss as nll_loss,
)
from minitorch.ops.cumulative import (
    cummax as cummax,
    cummin as cummin,
    cumprod as cumprod,
    cumsum as cumsum,
    logcumsumexp as logcumsumexp,
)
from minitorch.ops.diagonal import (
    diag as diag,
    diag_embed as diag_embed,
    diagflat as diagflat,
    diagonal as diagonal,
    trace as trace,
    tril as tril,
    triu as triu,
)
from minitorch.ops.distances import (
    cdist as cdist,
    corrcoef as corrcoef,
    cov as cov,
    dist as dist,
    renorm as renorm,
)
from minitorch.ops.dropout import (
    alpha_dropout as alpha_dropout,
    dropout as dropout,
    dropout1d as dropout1d,
    dropout2d as dropout2d,
    dropout3d as dropout3d,
    feature_alpha_dropout as feature_alpha_dropout,
)
from minitorch.ops.einsum import (
    einsum as einsum,
    tensordot as tensordot,
)
from minitorch.ops.embedding import (
    embedding as embedding,
)
from minitorch.ops.extremes import (
    amax as amax,
    amin as amin,
    argmax as argmax,
    argmin as argmin,
    max as max,
    min as min,
)
from minitorch.ops.extremum import (
    clamp as clamp,
    maximum as maximum,
    minimum as minimum,
)
from minitorch.ops.index import (
    getitem as getitem,
    index_put as index_put,
    index_put_ as index_put_,
    index_select as index_select,
    masked_fill as masked_fill,
    setitem as setitem,
    take_along_dim as take_along_dim,
)
from minitorch.ops.join import (
    cat as cat,
    chunk as chunk,
    narrow as narrow,
    repeat as repeat,
    repeat_interleave as repeat_interleave,
    select as select,
    split as split,
    split_with_sizes as split_with_sizes,
    stack as stack,
    tile as tile,
    unbind as unbind,
)
from minitorch.ops.linalg import (
    bmm as bmm,
    dot as dot,
    linear as linear,
    matmul as matmul,
    mm as mm,
    mv as mv,
    outer as outer,
    rmatmul as rmatmul,
)
from minitorch.ops.loss import (
    binary_cross_entropy as binary_cross_entropy,
    binary_cross_entropy_with_logits as binary_cross_entropy_with_logits,
    huber_loss as huber_loss,
    kl_div as kl_div,
    l1_loss as l1_loss,
    mse_loss as mse_loss,
    smooth_l1_loss as smooth_l1_loss,
)
from minitorch.ops.memory import (
    bool_ as bool_,
    byte as byte,
    cdouble as cdouble,
    cfloat as cfloat,
    char as char,
    clone as clone,
    contiguous as contiguous,
    detach as detach,
    double as double,
    fill as fill,
    float_ as float_,
    half as half,
    int_ as int_,
    long as long,
    short as short,
    to as to,
    type_as as type_as,
)
from minitorch.ops.norm import (
    norm as norm,
)
from minitorch.ops.normalize import (
    batch_norm as batch_norm,
    group_norm as group_norm,
    instance_norm as instance_norm,
    layer_norm as layer_norm,
    rms_norm as rms_norm,
)
from minitorch.ops.pad import (
    constant_pad_nd as constant_pad_nd,
    pad as pad,
)
from minitorch.ops.piecewise import (
    hardshrink as hardshrink,
    hardsigmoid as hardsigmoid,
    hardsigmoid_ as hardsigmoid_,
    hardswish as hardswish,
    hardswish_ as hardswish_,
    hardtanh as hardtanh,
    hardtanh_ as hardtanh_,
    relu6 as relu6,
    rrelu as rrelu,
    rrelu_ as rrelu_,
    softshrink as softshrink,
    threshold as threshold,
    threshold_ as threshold_,
)
from minitorch.ops.places import (
    argwhere as argwhere,
    masked_scatter as masked_scatter,
    masked_select as masked_select,
    nonzero as nonzero,
    nonzero_static as nonzero_static,
    one_hot as one_hot,
    put as put,
    take as take,
    unravel_index as unravel_index,
)
from minitorch.ops.pointwise import (
    abs as abs,
    conj as conj,
    erf as erf,
    exp as exp,
    exp2 as exp2,
    expm1 as expm1,
    imag as imag,
    isfinite as isfinite,
    isinf as isinf,
    isnan as isnan,
    log as log,
    log1p as log1p,
    log2 as log2,
    log10 as log10,
    neg as neg,
    real as real,
    reciprocal as reciprocal,
    rsqrt as rsqrt,
    sgn as sgn,
    sqrt as sqrt,
    square as square,
)
from minitorch.ops.pool import (
    avg_pool1d as avg_pool1d,
    avg_pool2d as avg_pool2d,
    avg_pool3d as avg_pool3d,
    max_pool1d as max_pool1d,
    max_pool2d as max_pool2d,
    max_pool3d as max_pool3d,
)
from minitorch.ops.products import (
    addbmm as addbmm,
    addmm as addmm,
    addmv as addmv,
    addr as addr,
    baddbmm as baddbmm,
    block_diag as block_diag,
    chain_matmul as chain_matmul,
    cross as cross,
    inner as inner,
    kron as kron,
    matrix_power as matrix_power,
    multi_dot as multi_dot,
    vander as vander,
    vdot as vdot,
    vecdot as vecdot,
)
from minitorch.ops.reduce import (
    all as all,
    any as any,
    logsumexp as logsumexp,
    mean as mean,
    prod as prod,
    std as std,
    std_mean as std_mean,
    sum as sum,
    var as var,
    var_mean as var_mean,
)
from minitorch.ops.rounding import (
    ceil as ceil,
    floor as floor,
    frac as frac,
    round as round,
    sign as sign,
    trunc as trunc,
)
from minitorch.ops.scatter import (
    gather as gather,
    index_add as index_add,
    index_copy as index_copy,
    index_fill as index_fill,
    scatter as scatter,
    scatter_add as scatter_add,
)
from minitorch.ops.scatter_reduce import (
    index_reduce as index_reduce,
    scatter_reduce as scatter_reduce,
)
from minitorch.ops.select import (
    where as where,
)
from minitorch.ops.shape import (
    atleast_1d as atleast_1d,
    atleast_2d as atleast_2d,
    atleast_3d as atleast_3d,
    broadcast_shapes as broadcast_shapes,
    broadcast_tensors as broadcast_tensors,
    broadcast_to as broadcast_to,
    expand as expand,
    expand_as as expand_as,
    flatten as flatten,
    flip as flip,
    movedim as movedim,
    permute as permute,
    ravel as ravel,
    reshape as reshape,
    reshape_as as reshape_as,
    roll as roll,
    squeeze as squeeze,
    t as t,
    transpose as transpose,
    unflatten as unflatten,
    unsqueeze as unsqueeze,
    view as view,
    view_as as view_as,
)
from minitorch.ops.slices import (
    alias_copy as alias_copy,
    as_strided_copy as as_strided_copy,
    diagonal_copy as diagonal_copy,
    diagonal_scatter as diagonal_scatter,
    expand_copy as expand_copy,
    narrow_copy as narrow_copy,
    permute_copy as permute_copy,
    select_copy as select_copy,
    select_scatter as select_scatter,
    slice_copy as slice_copy,
    slice_scatter as slice_scatter,
    split_copy as split_copy,
    split_with_sizes_copy as split_with_sizes_copy,
    squeeze_copy as squeeze_copy,
    t_copy as t_copy,
    transpose_copy as transpose_copy,
    unbind_copy as unbind_copy,
    unfold_copy as unfold_copy,
    unsqueeze_copy as unsqueeze_copy,
    view_copy as view_copy,
)
from minitorch.ops.softmax import (
    log_softmax as log_softmax,
    softmax as softmax,
    softmin as softmin,
)
from minitorch.ops.sort import (
    argsort as argsort,
    kthvalue as kthvalue,
    median as median,
    sort as sort,
    topk as topk,
)
from minitorch.ops.stacks import (
    cartesian_prod as cartesian_prod,
    column_stack as column_stack,
    combinations as combinations,
    dsplit as dsplit,
    dstack as dstack,
    fliplr as fliplr,
    flipud as flipud,
    hsplit as hsplit,
    hstack as hstack,
    meshgrid as meshgrid,
    rot90 as rot90,
    tensor_split as tensor_split,
    vsplit as vsplit,
    vstack as vstack,
)
from minitorch.ops.strided import (
    as_strided as as_strided,
    as_strided_scatter as as_strided_scatter,
    unfold_along as unfold_along,
)
from minitorch.ops.trigonometric import (
    acos as acos,
    acosh as acosh,
    asin as asin,
    asinh as asinh,
    atan as atan,
    atanh as atanh,
    cos as cos,
    cosh as cosh,
    sin as sin,
    sinh as sinh,
    tan as tan,
    tanh as tanh,
)
from minitorch.ops.unfold import (
    fold as fold,
    unfold as unfold,
)
from minitorch.ops.vectors import (
    cosine_similarity as cosine_similarity,
    normalize as normalize,
    pairwise_distance as pairwise_distance,
    pdist as pdist,
)
