"""Initial values of parameters, in place: `nn.init.kaiming_uniform_(w)`."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

from minitorch import random
from minitorch.absent import refuser as _refuser
from minitorch.errors import ArgumentError, ShapeError
from minitorch.modes import no_grad
from minitorch.registry import backend_of
from minitorch.value import wrap
from minitorch.variable import Variable

GAINS = {
    "linear": 1.0,
    "conv1d": 1.0,
    "conv2d": 1.0,
    "conv3d": 1.0,
    "conv_transpose1d": 1.0,
    "conv_transpose2d": 1.0,
    "conv_transpose3d": 1.0,
    "sigmoid": 1.0,
    "tanh": 5.0 / 3,
    "relu": math.sqrt(2.0),
    "selu": 0.75,
}


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """The factor by which weights are scaled so that signals keep their variance through a nonlinearity.

    Args:
        nonlinearity: `"linear"`, `"conv2d"`, `"sigmoid"`, `"tanh"`, `"relu"`, `"leaky_relu"`, `"selu"`.
        param: the negative slope of leaky ReLU, 0.01 by default.

    >>> calculate_gain("tanh")
    1.6666666666666667
    """
    if nonlinearity == "leaky_relu":
        if param is not None and (isinstance(param, bool) or not isinstance(param, (int, float))):
            raise ArgumentError(f"calculate_gain: {param!r} is not a valid negative slope")
        return math.sqrt(2.0 / (1 + (0.01 if param is None else param) ** 2))
    if nonlinearity not in GAINS:
        names = ", ".join([*GAINS, "leaky_relu"])
        raise ArgumentError(f"calculate_gain: unknown nonlinearity {nonlinearity!r}; expected one of {names}")
    return GAINS[nonlinearity]


def fans(op_name: str, tensor: Variable) -> tuple[int, int]:
    """How many inputs an output depends on, and how many outputs an input goes to.

    >>> import minitorch
    >>> minitorch.nn.init.fans("example", minitorch.zeros(16, 3, 5, 5))
    (75, 400)
    """
    shape = tensor.array.shape
    if len(shape) < 2:
        raise ShapeError(
            f"{op_name}: a tensor of shape {tuple(shape)} has no fan-in and fan-out; "
            f"it needs at least 2 dimensions. For biases use zeros_ or uniform_"
        )
    field = math.prod(shape[2:])
    return shape[1] * field, shape[0] * field


def draw(method: str, tensor: Variable, generator: Any) -> Any:
    """Random numbers in the shape and dtype of `tensor`."""
    return random.draw(method, tensor.array.shape, dtype=tensor.dtype, generator=generator, like=tensor.array)


def store(tensor: Variable, array: Any) -> Variable:
    """Puts an array (or a number) into the tensor, outside of any graph."""
    with no_grad():
        backend = backend_of(tensor.array)
        return tensor.copy_(wrap(backend.asarray(array, tensor.array.dtype)))


def uniform_(tensor: Variable, a: float = 0.0, b: float = 1.0, generator: Any = None) -> Variable:
    """Fills the tensor from the uniform distribution on [a, b); returns it.

    >>> import minitorch
    >>> w = minitorch.nn.init.uniform_(minitorch.empty(100), 2.0, 3.0)
    >>> bool(((w >= 2) & (w < 3)).all())
    True
    """
    if b < a:
        raise ArgumentError(f"uniform_: the upper bound {b} lies below the lower bound {a}")
    return store(tensor, draw("uniform", tensor, generator) * (b - a) + a)


def normal_(tensor: Variable, mean: float = 0.0, std: float = 1.0, generator: Any = None) -> Variable:
    """Fills the tensor from the normal distribution; returns it.

    >>> import minitorch
    >>> w = minitorch.nn.init.normal_(minitorch.empty(10000), mean=5.0)
    >>> abs(w.mean().item() - 5) < 0.1
    True
    """
    if std < 0:
        raise ArgumentError(f"normal_: std must not be negative, got {std}")
    return store(tensor, draw("normal", tensor, generator) * std + mean)


def trunc_normal_(
    tensor: Variable,
    mean: float = 0.0,
    std: float = 1.0,
    a: float = -2.0,
    b: float = 2.0,
    generator: Any = None,
) -> Variable:
    """Fills the tensor from the normal distribution, drawing again outside of [a, b]; returns it.

    >>> import minitorch
    >>> w = minitorch.nn.init.trunc_normal_(minitorch.empty(1000), std=2.0, a=-1.0, b=1.0)
    >>> w.abs().max().item() <= 1
    True
    """
    if not a < b or std <= 0:
        raise ArgumentError(f"trunc_normal_: needs a < b and std > 0, got a={a}, b={b}, std={std}")

    def below(x: float) -> float:
        return (1 + math.erf((x - mean) / (std * math.sqrt(2)))) / 2

    low, high = below(a), below(b)
    if high - low < 1e-3:
        raise ArgumentError(
            f"trunc_normal_: [{a}, {b}] holds almost nothing of a normal distribution with mean {mean} "
            f"and std {std}"
        )
    backend, shape = backend_of(tensor.array), tensor.array.shape
    values = draw("normal", tensor, generator) * std + mean
    outside = backend.logical_or(values < a, values > b)
    while outside.any():
        again = draw("normal", tensor, generator) * std + mean
        values = backend.where(outside, again, values)
        outside = backend.logical_or(values < a, values > b)
    return store(tensor, values.reshape(shape))


def constant_(tensor: Variable, val: float) -> Variable:
    """Fills the tensor with one value; returns it.

    >>> import minitorch
    >>> minitorch.nn.init.constant_(minitorch.empty(3), 0.5)
    tensor([0.5000, 0.5000, 0.5000])
    """
    return store(tensor, val)


def ones_(tensor: Variable) -> Variable:
    """Fills the tensor with ones; returns it.

    >>> import minitorch
    >>> minitorch.nn.init.ones_(minitorch.empty(3))
    tensor([1., 1., 1.])
    """
    return store(tensor, 1)


def zeros_(tensor: Variable) -> Variable:
    """Fills the tensor with zeros; returns it.

    >>> import minitorch
    >>> minitorch.nn.init.zeros_(minitorch.empty(3))
    tensor([0., 0., 0.])
    """
    return store(tensor, 0)


def eye_(tensor: Variable) -> Variable:
    """Makes a matrix the identity; returns it.

    >>> import minitorch
    >>> minitorch.nn.init.eye_(minitorch.empty(2, 3))
    tensor([[1., 0., 0.],
            [0., 1., 0.]])
    """
    if tensor.ndim != 2:
        raise ShapeError(f"eye_: expected a matrix, got shape {tuple(tensor.shape)}")
    return store(tensor, backend_of(tensor.array).eye(*tensor.array.shape, tensor.array.dtype))


def dirac_(tensor: Variable, groups: int = 1) -> Variable:
    """Makes a convolution weight pass its input channels on unchanged; returns it.

    Shape: (out channels, in channels / groups, one to three kernel sizes).

    >>> import minitorch
    >>> minitorch.nn.init.dirac_(minitorch.empty(2, 2, 3))[1]
    tensor([[0., 0., 0.],
            [0., 1., 0.]])
    """
    shape = tensor.array.shape
    if len(shape) not in (3, 4, 5):
        raise ShapeError(f"dirac_: expected 3, 4 or 5 dimensions, got shape {tuple(shape)}")
    if shape[0] % groups:
        raise ArgumentError(f"dirac_: {shape[0]} output channels cannot be split into {groups} groups")
    per_group = shape[0] // groups
    array = backend_of(tensor.array).zeros(shape, tensor.array.dtype)
    center = tuple(n // 2 for n in shape[2:])
    for g in range(groups):
        for d in range(min(per_group, shape[1])):
            array[(g * per_group + d, d, *center)] = 1
    return store(tensor, array)


def xavier_uniform_(tensor: Variable, gain: float = 1.0, generator: Any = None) -> Variable:
    """Uniform on ±gain·√(6 / (fan_in + fan_out)); returns the tensor.

    Source: Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural
    networks", 2010.

    >>> import minitorch
    >>> w = minitorch.nn.init.xavier_uniform_(minitorch.empty(3, 3))
    >>> w.abs().max().item() <= 1
    True
    """
    bound = gain * math.sqrt(6.0 / sum(fans("xavier_uniform_", tensor)))
    return uniform_(tensor, -bound, bound, generator)


def xavier_normal_(tensor: Variable, gain: float = 1.0, generator: Any = None) -> Variable:
    """Normal with std gain·√(2 / (fan_in + fan_out)); returns the tensor.

    Source: Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural
    networks", 2010.

    >>> import minitorch
    >>> w = minitorch.nn.init.xavier_normal_(minitorch.empty(100, 300))
    >>> round(w.std().item(), 2)
    0.07
    """
    std = gain * math.sqrt(2.0 / sum(fans("xavier_normal_", tensor)))
    return normal_(tensor, 0.0, std, generator)


def correct_fan(op_name: str, tensor: Variable, mode: str) -> int:
    """One of both fans, by name."""
    if mode.lower() not in ("fan_in", "fan_out"):
        raise ArgumentError(f"{op_name}: mode must be 'fan_in' or 'fan_out', got {mode!r}")
    return fans(op_name, tensor)[mode.lower() == "fan_out"]


def kaiming_std(op_name: str, tensor: Variable, a: float, mode: str, nonlinearity: str) -> float:
    """gain / √fan, by which the variance of signals is kept forward or backward."""
    fan = correct_fan(op_name, tensor, mode)
    return calculate_gain(nonlinearity, a) / math.sqrt(fan) if fan else 0.0


def kaiming_uniform_(
    tensor: Variable,
    a: float = 0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Any = None,
) -> Variable:
    """Uniform on ±gain·√(3 / fan); returns the tensor.

    Args:
        tensor: the weight.
        a: the negative slope of leaky ReLU.
        mode: `"fan_in"` keeps the variance of the forward pass, `"fan_out"` of the backward pass.
        nonlinearity: what follows; see `calculate_gain`.
        generator: the source of randomness.

    Source: He et al., "Delving deep into rectifiers", 2015.

    >>> import minitorch
    >>> w = minitorch.nn.init.kaiming_uniform_(minitorch.empty(4, 6), nonlinearity="relu")
    >>> w.abs().max().item() <= 1
    True
    """
    bound = math.sqrt(3.0) * kaiming_std("kaiming_uniform_", tensor, a, mode, nonlinearity)
    return uniform_(tensor, -bound, bound, generator)


def kaiming_normal_(
    tensor: Variable,
    a: float = 0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Any = None,
) -> Variable:
    """Normal with std gain / √fan; returns the tensor.  Arguments as for `kaiming_uniform_`.

    Source: He et al., "Delving deep into rectifiers", 2015.

    >>> import minitorch
    >>> w = minitorch.nn.init.kaiming_normal_(minitorch.empty(100, 200), nonlinearity="relu")
    >>> round(w.std().item(), 2)
    0.1
    """
    std = kaiming_std("kaiming_normal_", tensor, a, mode, nonlinearity)
    return normal_(tensor, 0.0, std, generator)


def orthogonal_(tensor: Variable, gain: float = 1, generator: Any = None) -> Variable:
    """Makes the tensor, seen as a matrix, a random (semi-)orthogonal one times `gain`; returns it.

    Columns of random numbers are made orthogonal one by one (Gram–Schmidt, done twice for accuracy).

    Source: Saxe et al., "Exact solutions to the nonlinear dynamics of learning in deep linear neural
    networks", 2013.

    >>> import minitorch
    >>> w = minitorch.nn.init.orthogonal_(minitorch.empty(3, 3))
    >>> minitorch.allclose(w @ w.T, minitorch.eye(3), atol=1e-5)
    True
    """
    shape = tensor.array.shape
    if len(shape) < 2:
        raise ShapeError(f"orthogonal_: expected at least 2 dimensions, got shape {tuple(shape)}")
    if not tensor.numel():
        return tensor
    backend = backend_of(tensor.array)
    rows, columns = shape[0], math.prod(shape[1:])
    short, long = sorted((rows, columns))
    q = random.draw("normal", (short, long), dtype=tensor.dtype, generator=generator, like=tensor.array)
    for i in range(short):
        v = q[i]
        for _ in range(2):
            v = v - backend.matmul(backend.matmul(q[:i], v), q[:i])
        q[i] = v / backend.sqrt((v * v).sum())
    return store(tensor, (q if rows == short else q.T).reshape(shape) * gain)


def sparse_(tensor: Variable, sparsity: float, std: float = 0.01, generator: Any = None) -> Variable:
    """Normal numbers, of which a share `sparsity` in each column is zero; returns the tensor.

    Source: Martens, "Deep learning via Hessian-free optimization", 2010.

    >>> import minitorch
    >>> w = minitorch.nn.init.sparse_(minitorch.empty(10, 4), sparsity=0.3)
    >>> (w == 0).sum(0)
    tensor([3, 3, 3, 3])
    """
    if tensor.ndim != 2:
        raise ShapeError(f"sparse_: expected a matrix, got shape {tuple(tensor.shape)}")
    rows, columns = tensor.array.shape
    normal_(tensor, 0, std, generator)
    array = backend_of(tensor.array).copy(tensor.array)
    for column in range(columns):
        order = random.draw("permutation", rows, dtype="int64", generator=generator, like=tensor.array)
        array[order[: math.ceil(sparsity * rows)], column] = 0
    return store(tensor, array)


__getattr__ = _refuser("nn.init")


# Older names ----------------------------------------------------------------------------------------


def _calculate_fan_in_and_fan_out(tensor: Variable) -> tuple[int, int]:
    """How many inputs an output depends on, and how many outputs an input goes to; see `fans`."""
    return fans("_calculate_fan_in_and_fan_out", tensor)


def _calculate_correct_fan(tensor: Variable, mode: str) -> int:
    """One of both, by name."""
    return correct_fan("_calculate_correct_fan", tensor, mode)


def older(function: Callable[..., Variable]) -> Callable[..., Variable]:
    """The function under its older name, without the underscore."""
    name = function.__name__.removesuffix("_")

    def call(*args: Any, **kwargs: Any) -> Variable:
        warnings.warn(f"nn.init.{name} is deprecated; use nn.init.{name}_", FutureWarning, stacklevel=2)
        return function(*args, **kwargs)

    call.__name__ = call.__qualname__ = name
    call.__doc__ = f"The older name of `{name}_`."
    return call


uniform = older(uniform_)
normal = older(normal_)
constant = older(constant_)
eye = older(eye_)
dirac = older(dirac_)
xavier_uniform = older(xavier_uniform_)
xavier_normal = older(xavier_normal_)
kaiming_uniform = older(kaiming_uniform_)
kaiming_normal = older(kaiming_normal_)
orthogonal = older(orthogonal_)
sparse = older(sparse_)
