"""The methods of a Variable, by family: each is the function of `ops`, written in the class body."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minitorch import creation, dtypes, filled, inplace, ops, resize
from minitorch.function_methods import FunctionMethods
from minitorch.inspection_methods import AbsentMethods, InspectionMethods
from minitorch.matrix_methods import MatrixMethods, ProductMethods
from minitorch.random_methods import RandomMethods
from minitorch.rooms import later

if TYPE_CHECKING:
    from minitorch.variable import Variable

_in_place = inplace.method

TYPE_NAMES = {
    "bool": "BoolTensor", "uint8": "ByteTensor", "int8": "CharTensor", "int16": "ShortTensor",
    "int32": "IntTensor", "int64": "LongTensor", "float16": "HalfTensor", "bfloat16": "BFloat16Tensor",
    "float32": "FloatTensor", "float64": "DoubleTensor",
    "complex64": "ComplexFloatTensor", "complex128": "ComplexDoubleTensor",
}  # fmt: skip


class ArithmeticMethods:
    """Two values."""

    add, sub, mul, div = ops.add, ops.sub, ops.mul, ops.div
    subtract, multiply, divide, true_divide = ops.sub, ops.mul, ops.div, ops.div
    pow, remainder, fmod, floor_divide = ops.pow, ops.remainder, ops.fmod, ops.floor_divide
    atan2, maximum, minimum = ops.atan2, ops.maximum, ops.minimum

    add_, sub_ = _in_place(ops.add, "add_"), _in_place(ops.sub, "sub_")
    mul_, div_ = _in_place(ops.mul, "mul_"), _in_place(ops.div, "div_")
    pow_, remainder_ = _in_place(ops.pow, "pow_"), _in_place(ops.remainder, "remainder_")
    floor_divide_, fmod_ = _in_place(ops.floor_divide, "floor_divide_"), _in_place(ops.fmod, "fmod_")
    atan2_ = arctan2_ = _in_place(ops.atan2, "atan2_")
    subtract_, multiply_, divide_, true_divide_ = sub_, mul_, div_, div_
    arctan2 = ops.atan2


class PointwiseMethods:
    """One value, elementwise."""

    neg, abs, sign, sgn, round = ops.neg, ops.abs, ops.sign, ops.sgn, ops.round
    negative, absolute = ops.neg, ops.abs
    floor, ceil, trunc, fix, frac = ops.floor, ops.ceil, ops.trunc, ops.trunc, ops.frac
    exp, exp2, expm1, log, log2, log10, log1p = (
        ops.exp, ops.exp2, ops.expm1, ops.log, ops.log2, ops.log10, ops.log1p,
    )  # fmt: skip
    sqrt, rsqrt, square, reciprocal, erf = ops.sqrt, ops.rsqrt, ops.square, ops.reciprocal, ops.erf
    sin, cos, tan, asin, acos, atan = ops.sin, ops.cos, ops.tan, ops.asin, ops.acos, ops.atan
    arcsin, arccos, arctan = ops.asin, ops.acos, ops.atan
    arcsinh, arccosh, arctanh = ops.asinh, ops.acosh, ops.atanh
    sinh, cosh, tanh, asinh, acosh, atanh = (
        ops.sinh, ops.cosh, ops.tanh, ops.asinh, ops.acosh, ops.atanh,
    )  # fmt: skip
    clamp = clip = ops.clamp
    conj = ops.conj

    @property
    def real(self) -> Variable:
        """The real part, a view; a real tensor as it is."""
        return ops.real(self)  # type: ignore[arg-type]

    @property
    def imag(self) -> Variable:
        """The imaginary part of a complex tensor, a view."""
        return ops.imag(self)  # type: ignore[arg-type]

    neg_ = negative_ = _in_place(ops.neg, "neg_")
    abs_ = absolute_ = _in_place(ops.abs, "abs_")
    sign_, sgn_, round_ = (
        _in_place(ops.sign, "sign_"),
        _in_place(ops.sgn, "sgn_"),
        _in_place(ops.round, "round_"),
    )
    floor_, ceil_ = _in_place(ops.floor, "floor_"), _in_place(ops.ceil, "ceil_")
    trunc_, frac_ = _in_place(ops.trunc, "trunc_"), _in_place(ops.frac, "frac_")
    fix_ = trunc_
    exp_, exp2_, expm1_ = (
        _in_place(ops.exp, "exp_"),
        _in_place(ops.exp2, "exp2_"),
        _in_place(ops.expm1, "expm1_"),
    )
    log_, log2_ = _in_place(ops.log, "log_"), _in_place(ops.log2, "log2_")
    log10_, log1p_ = _in_place(ops.log10, "log10_"), _in_place(ops.log1p, "log1p_")
    sqrt_, rsqrt_, square_ = (
        _in_place(ops.sqrt, "sqrt_"), _in_place(ops.rsqrt, "rsqrt_"), _in_place(ops.square, "square_"),
    )  # fmt: skip
    reciprocal_, erf_ = _in_place(ops.reciprocal, "reciprocal_"), _in_place(ops.erf, "erf_")
    sin_, cos_, tan_ = _in_place(ops.sin, "sin_"), _in_place(ops.cos, "cos_"), _in_place(ops.tan, "tan_")
    asin_ = arcsin_ = _in_place(ops.asin, "asin_")
    acos_ = arccos_ = _in_place(ops.acos, "acos_")
    atan_ = arctan_ = _in_place(ops.atan, "atan_")
    sinh_, cosh_, tanh_ = (
        _in_place(ops.sinh, "sinh_"),
        _in_place(ops.cosh, "cosh_"),
        _in_place(ops.tanh, "tanh_"),
    )
    asinh_ = arcsinh_ = _in_place(ops.asinh, "asinh_")
    acosh_ = arccosh_ = _in_place(ops.acosh, "acosh_")
    atanh_ = arctanh_ = _in_place(ops.atanh, "atanh_")
    clamp_ = clip_ = _in_place(ops.clamp, "clamp_")


class ActivationMethods:
    """Activations that PyTorch has as methods, too."""

    relu, relu_, sigmoid, sigmoid_ = ops.relu, ops.relu_, ops.sigmoid, ops.sigmoid_
    softmax, log_softmax, prelu, hardshrink = ops.softmax, ops.log_softmax, ops.prelu, ops.hardshrink


class ComparisonMethods:
    """Questions, answered by booleans."""

    eq, ne, lt, le, gt, ge = ops.eq, ops.ne, ops.lt, ops.le, ops.gt, ops.ge
    equal, isclose, allclose = ops.equal, ops.isclose, ops.allclose
    isnan, isinf, isfinite = ops.isnan, ops.isinf, ops.isfinite
    logical_and, logical_or = ops.logical_and, ops.logical_or
    logical_xor, logical_not = ops.logical_xor, ops.logical_not
    bitwise_and, bitwise_or = ops.bitwise_and, ops.bitwise_or
    bitwise_xor, bitwise_not = ops.bitwise_xor, ops.bitwise_not
    bitwise_left_shift, bitwise_right_shift = ops.bitwise_left_shift, ops.bitwise_right_shift
    not_equal, less, less_equal = ops.ne, ops.lt, ops.le
    greater, greater_equal = ops.gt, ops.ge

    eq_, ne_ = _in_place(ops.eq, "eq_"), _in_place(ops.ne, "ne_")
    lt_, le_ = _in_place(ops.lt, "lt_"), _in_place(ops.le, "le_")
    gt_, ge_ = _in_place(ops.gt, "gt_"), _in_place(ops.ge, "ge_")
    greater_, greater_equal_, less_, less_equal_, not_equal_ = gt_, ge_, lt_, le_, ne_
    logical_and_, logical_or_ = (
        _in_place(ops.logical_and, "logical_and_"),
        _in_place(ops.logical_or, "logical_or_"),
    )
    logical_xor_, logical_not_ = (
        _in_place(ops.logical_xor, "logical_xor_"), _in_place(ops.logical_not, "logical_not_"),
    )  # fmt: skip
    bitwise_and_, bitwise_or_ = (
        _in_place(ops.bitwise_and, "bitwise_and_"),
        _in_place(ops.bitwise_or, "bitwise_or_"),
    )
    bitwise_xor_, bitwise_not_ = (
        _in_place(ops.bitwise_xor, "bitwise_xor_"), _in_place(ops.bitwise_not, "bitwise_not_"),
    )  # fmt: skip
    bitwise_left_shift_ = _in_place(ops.bitwise_left_shift, "bitwise_left_shift_")
    bitwise_right_shift_ = _in_place(ops.bitwise_right_shift, "bitwise_right_shift_")


class ReductionMethods:
    """Fewer dimensions."""

    sum, mean, prod, var, std = ops.sum, ops.mean, ops.prod, ops.var, ops.std
    sum_to_size = ops.sum_to_size
    max, min, amax, amin, argmax, argmin = (
        ops.max,
        ops.min,
        ops.amax,
        ops.amin,
        ops.argmax,
        ops.argmin,
    )
    all, any, norm, logsumexp = ops.all, ops.any, ops.norm, ops.logsumexp
    aminmax, count_nonzero, nansum, nanmean = (
        later("aminmax"),
        later("count_nonzero"),
        later("nansum"),
        later("nanmean"),
    )
    diff = later("diff")


class CumulativeMethods:
    """Running results."""

    cumsum, cumprod, logcumsumexp = later("cumsum"), later("cumprod"), later("logcumsumexp")
    cummax, cummin = later("cummax"), later("cummin")
    cumsum_, cumprod_ = _in_place(later("cumsum"), "cumsum_"), _in_place(later("cumprod"), "cumprod_")


class ShapeMethods:
    """The same elements, arranged otherwise."""

    reshape, view, view_as, reshape_as = ops.reshape, ops.view, ops.view_as, ops.reshape_as
    flatten, unflatten, ravel = ops.flatten, ops.unflatten, ops.ravel
    permute, transpose, swapaxes, swapdims, t = (
        ops.permute, ops.transpose, ops.transpose, ops.transpose, ops.t,
    )  # fmt: skip
    movedim, moveaxis = ops.movedim, ops.movedim
    squeeze, unsqueeze = ops.squeeze, ops.unsqueeze
    expand, expand_as, broadcast_to = ops.expand, ops.expand_as, ops.broadcast_to
    repeat, tile, repeat_interleave = ops.repeat, ops.tile, ops.repeat_interleave
    narrow, select, split, chunk, unbind = ops.narrow, ops.select, ops.split, ops.chunk, ops.unbind
    split_with_sizes, tensor_split = ops.split_with_sizes, ops.tensor_split
    unsafe_split, unsafe_chunk, unsafe_split_with_sizes = ops.split, ops.chunk, ops.split_with_sizes
    hsplit, vsplit, dsplit = ops.hsplit, ops.vsplit, ops.dsplit
    flip, fliplr, flipud, roll, rot90 = ops.flip, ops.fliplr, ops.flipud, ops.roll, ops.rot90
    as_strided, unfold, narrow_copy = ops.as_strided, ops.unfold_along, ops.narrow_copy

    @property
    def T(self) -> Variable:
        """All dims in reverse order, a view."""
        return ops.permute(self, *range(self.ndim - 1, -1, -1))  # type: ignore[attr-defined]

    @property
    def mT(self) -> Variable:
        """The last two dims exchanged, a view."""
        return ops.transpose(self, -2, -1)

    @property
    def H(self) -> Variable:
        """The conjugate transpose of a matrix."""
        return ops.conj(ops.t(self))

    @property
    def mH(self) -> Variable:
        """The last two dims exchanged, and conjugated."""
        return ops.adjoint(self)

    adjoint = ops.adjoint

    squeeze_, unsqueeze_ = (
        inplace.reshaping(ops.squeeze, "squeeze_"),
        inplace.reshaping(ops.unsqueeze, "unsqueeze_"),
    )
    transpose_ = swapaxes_ = swapdims_ = inplace.reshaping(ops.transpose, "transpose_")
    t_ = inplace.reshaping(ops.t, "t_")
    as_strided_ = inplace.reshaping(ops.as_strided, "as_strided_")


class IndexMethods:
    """Selections by index tensors and masks."""

    index_select, take_along_dim = ops.index_select, ops.take_along_dim
    gather, scatter, scatter_add = ops.gather, ops.scatter, ops.scatter_add
    index_add, index_copy, index_fill = ops.index_add, ops.index_copy, ops.index_fill
    scatter_reduce, index_reduce = ops.scatter_reduce, ops.index_reduce
    select_scatter, slice_scatter = ops.select_scatter, ops.slice_scatter
    diagonal_scatter, as_strided_scatter = ops.diagonal_scatter, ops.as_strided_scatter
    masked_fill, masked_select, masked_scatter = ops.masked_fill, ops.masked_select, ops.masked_scatter
    take, put, nonzero, argwhere = ops.take, ops.put, ops.nonzero, ops.argwhere
    nonzero_static = ops.nonzero_static

    scatter_, scatter_add_ = _in_place(ops.scatter, "scatter_"), _in_place(ops.scatter_add, "scatter_add_")
    index_add_, index_copy_ = _in_place(ops.index_add, "index_add_"), _in_place(ops.index_copy, "index_copy_")
    scatter_reduce_ = _in_place(ops.scatter_reduce, "scatter_reduce_")
    index_reduce_ = _in_place(ops.index_reduce, "index_reduce_")
    index_fill_, put_ = _in_place(ops.index_fill, "index_fill_"), _in_place(ops.put, "put_")
    masked_fill_ = _in_place(ops.masked_fill, "masked_fill_")
    index_put, index_put_ = ops.index_put, ops.index_put_
    masked_scatter_ = _in_place(ops.masked_scatter, "masked_scatter_")

    def where(self, condition: Any, other: Any) -> Variable:
        """This tensor where `condition` holds, else `other`."""
        return ops.where(condition, self, other)


class OrderMethods:
    """Elements in order."""

    sort, argsort, msort, topk, kthvalue = ops.sort, ops.argsort, ops.msort, ops.topk, ops.kthvalue
    median, nanmedian, quantile, nanquantile, mode = (
        later("median"), later("nanmedian"), later("quantile"), later("nanquantile"), later("mode"),
    )  # fmt: skip


class CountingMethods:
    """Different elements, and how often they occur."""

    unique, unique_consecutive = later("unique"), later("unique_consecutive")
    bincount, histc, histogram = later("bincount"), later("histc"), later("histogram")


class DiagonalMethods:
    """Diagonals and triangles of matrices."""

    diagonal, diag, diag_embed, trace, tril, triu = (
        ops.diagonal, ops.diag, ops.diag_embed, ops.trace, ops.tril, ops.triu,
    )  # fmt: skip
    diagflat = ops.diagflat
    tril_, triu_ = _in_place(ops.tril, "tril_"), _in_place(ops.triu, "triu_")


class MemoryMethods:
    """Copies, casts, and changes in place."""

    clone, contiguous, to, type_as = ops.clone, ops.contiguous, ops.to, ops.type_as
    float, double, half, bfloat16 = ops.float_, ops.double, ops.half, ops.bfloat16
    long, int, short = ops.long, ops.int_, ops.short
    char, byte, bool = ops.char, ops.byte, ops.bool_
    cfloat, cdouble = ops.cfloat, ops.cdouble
    copy_, fill_, zero_ = inplace.copy_, inplace.fill_, inplace.zero_
    fill_diagonal_ = inplace.fill_diagonal_
    resize_, resize_as_ = resize.resize_, resize.resize_as_

    def type(self, dtype: Any = None) -> Any:
        """The tensor in another dtype; without one, the name of its type."""
        if dtype is None:
            return f"minitorch.{TYPE_NAMES[self.dtype.name]}"  # type: ignore[attr-defined]
        if isinstance(dtype, str):
            names = {long: short for short, long in TYPE_NAMES.items()}
            dtype = dtypes.BY_NAME.get(names.get(dtype.split(".")[-1], ""), dtype)
        elif isinstance(getattr(dtype, "dtype", None), dtypes.dtype):  # FloatTensor and its like
            dtype = dtype.dtype
        return ops.to(self, dtype=dtype)  # type: ignore[arg-type]

    def new_tensor(self, data: Any, **kwargs: Any) -> Variable:
        """A new tensor of `data`, in this one's dtype unless another is given."""
        return creation.tensor(data, **{"dtype": self.dtype, "device": self.device, **kwargs})  # type: ignore[attr-defined]

    def new(self, *data: Any) -> Variable:
        """A new tensor in this one's dtype: of data, or of given sizes, with arbitrary elements; old code only."""
        if len(data) == 1 and not isinstance(data[0], int):
            return self.new_tensor(data[0])
        return self.new_empty(*data or (0,))

    def new_zeros(self, *size: Any, **kwargs: Any) -> Variable:
        """A new tensor of zeros, in this one's dtype unless another is given."""
        return filled.zeros(*size, **{"dtype": self.dtype, "device": self.device, **kwargs})  # type: ignore[attr-defined]

    def new_ones(self, *size: Any, **kwargs: Any) -> Variable:
        """A new tensor of ones, in this one's dtype unless another is given."""
        return filled.ones(*size, **{"dtype": self.dtype, "device": self.device, **kwargs})  # type: ignore[attr-defined]

    def new_empty(self, *size: Any, **kwargs: Any) -> Variable:
        """A new tensor with arbitrary elements, in this one's dtype unless another is given."""
        return filled.empty(*size, **{"dtype": self.dtype, "device": self.device, **kwargs})  # type: ignore[attr-defined]

    def new_empty_strided(self, size: Any, stride: Any, **kwargs: Any) -> Variable:
        """A new tensor with arbitrary elements and the given strides, in this one's dtype unless another is given."""
        return filled.empty_strided(size, stride, **{"dtype": self.dtype, "device": self.device, **kwargs})  # type: ignore[attr-defined]

    def new_full(self, size: Any, fill_value: Any, **kwargs: Any) -> Variable:
        """A new tensor of one value, in this one's dtype unless another is given."""
        return filled.full(size, fill_value, **{"dtype": self.dtype, "device": self.device, **kwargs})  # type: ignore[attr-defined]


class Methods(
    RandomMethods,
    ArithmeticMethods,
    PointwiseMethods,
    FunctionMethods,
    ActivationMethods,
    ComparisonMethods,
    ReductionMethods,
    CumulativeMethods,
    ShapeMethods,
    IndexMethods,
    OrderMethods,
    CountingMethods,
    DiagonalMethods,
    ProductMethods,
    MatrixMethods,
    MemoryMethods,
    InspectionMethods,
    AbsentMethods,
):
    """All families."""
