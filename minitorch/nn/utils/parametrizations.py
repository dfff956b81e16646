"""Ready-made parametrizations: `weight_norm`, `spectral_norm`, `orthogonal`."""

from __future__ import annotations

from typing import Any

from minitorch import ops
from minitorch.dtypes import finfo
from minitorch.errors import ArgumentError, IndexRangeError, NotSupportedError
from minitorch.filled import eye
from minitorch.modes import no_grad
from minitorch.nn import functional as F
from minitorch.nn.module import Module
from minitorch.nn.utils.parametrize import register_parametrization
from minitorch.nn.utils.spectral_norm import as_matrix, default_dim, random_unit
from minitorch.nn.utils.weight_norm import norm_except_dim
from minitorch.sampling import randn
from minitorch.value import Value


class _WeightNorm(Module):
    """w = g · v / ‖v‖."""

    def __init__(self, dim: int | None = 0) -> None:
        super().__init__()
        self.dim = -1 if dim is None else dim

    def forward(self, weight_g: Any, weight_v: Any) -> Any:
        return weight_v * (weight_g / norm_except_dim(weight_v, self.dim))

    def right_inverse(self, weight: Any) -> tuple[Any, Any]:
        """g = ‖w‖ and v = w."""
        return norm_except_dim(weight, self.dim), weight


def weight_norm(module: Module, name: str = "weight", dim: int | None = 0) -> Module:
    """Parametrizes a weight w by its lengths g and its directions v: w = g · v / ‖v‖; returns the module.

    Args:
        module: whose weight is meant.
        name: its name; `parametrizations.weight.original0` is g, `original1` v.
        dim: along which each slice has a length of its own; None: one length for all.

    Source: T. Salimans and D. Kingma, "Weight Normalization" (2016).

    >>> import minitorch
    >>> layer = minitorch.nn.utils.parametrizations.weight_norm(minitorch.nn.Linear(20, 40))
    >>> layer.parametrizations.weight.original0.shape, layer.parametrizations.weight.original1.shape
    (minitorch.Size([40, 1]), minitorch.Size([40, 20]))
    """
    register_parametrization(module, name, _WeightNorm(dim), unsafe=True)
    module._register_load_state_dict_pre_hook(OlderKeys(name))
    return module


class OlderKeys:
    """Loads the state of the older form, `weight_g` and `weight_v`."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, state_dict: Any, prefix: str, *_: Any) -> None:
        older = f"{prefix}{self.name}_g", f"{prefix}{self.name}_v"
        if all(key in state_dict for key in older):
            for i, key in enumerate(older):
                state_dict[f"{prefix}parametrizations.{self.name}.original{i}"] = state_dict.pop(key)


class _SpectralNorm(Module):
    """w / σ(w), with σ estimated by power iteration."""

    _u: Any
    _v: Any

    def __init__(self, weight: Any, n_power_iterations: int = 1, dim: int = 0, eps: float = 1e-12) -> None:
        super().__init__()
        if not -weight.ndim <= dim < weight.ndim:
            raise IndexRangeError(
                f"spectral_norm: dim {dim} is out of range for a weight of {weight.ndim} dims"
            )
        if n_power_iterations <= 0:
            raise ArgumentError(
                f"spectral_norm: n_power_iterations must be positive, got {n_power_iterations}"
            )
        self.dim, self.eps, self.n_power_iterations = dim % weight.ndim, eps, n_power_iterations
        if weight.ndim > 1:  # the singular value of a vector is its length
            matrix = as_matrix(weight.detach(), self.dim)
            self.register_buffer("_u", random_unit(weight, matrix.shape[0], eps))
            self.register_buffer("_v", random_unit(weight, matrix.shape[1], eps))
            self._power_method(matrix, 15)

    def _power_method(self, matrix: Any, steps: int) -> None:
        """Improves u and v."""
        with no_grad():
            for _ in range(steps):
                self._u.copy_(F.normalize(matrix @ self._v, dim=0, eps=self.eps))
                self._v.copy_(F.normalize(ops.conj(matrix.T) @ self._u, dim=0, eps=self.eps))

    def forward(self, weight: Any) -> Any:
        if weight.ndim == 1:
            return F.normalize(weight, dim=0, eps=self.eps)
        matrix = as_matrix(weight, self.dim)
        if self.training:
            self._power_method(matrix, self.n_power_iterations)
        u, v = self._u.clone(), self._v.clone()  # the next forward changes the buffers
        return weight / (ops.conj(u) @ (matrix @ v))

    def right_inverse(self, value: Any) -> Any:
        """The value itself."""
        return value


def tensor_of(op_name: str, module: Module, name: str) -> Any:
    """The tensor of a module that shall be parametrized."""
    weight = getattr(module, name, None)
    if not isinstance(weight, Value):
        raise ArgumentError(f"{op_name}: {type(module).__name__} has no parameter or buffer {name!r}")
    return weight


def spectral_norm(
    module: Module,
    name: str = "weight",
    n_power_iterations: int = 1,
    eps: float = 1e-12,
    dim: int | None = None,
) -> Module:
    """Parametrizes a weight by division by (an estimate of) its largest singular value; returns the module.

    Args:
        module: whose weight is meant.
        name: its name.
        n_power_iterations: how many steps improve the estimate in each use in training.
        eps: the smallest length by which vectors are divided.
        dim: that counts the outputs; 1 for transposed convolutions, else 0.

    Source: T. Miyato et al., "Spectral Normalization for Generative Adversarial Networks" (2018).

    >>> import minitorch
    >>> layer = minitorch.nn.utils.parametrizations.spectral_norm(minitorch.nn.Linear(20, 40))
    >>> [name for name, _ in layer.named_buffers()]
    ['parametrizations.weight.0._u', 'parametrizations.weight.0._v']
    """
    weight = tensor_of("spectral_norm", module, name)
    rows = default_dim(module) if dim is None else dim
    return register_parametrization(module, name, _SpectralNorm(weight, n_power_iterations, rows, eps))


class _Orthogonal(Module):
    """A matrix with orthonormal columns (or rows, if it is wide), as a function of any matrix.

    Args:
        weight: the matrix, whose shape is kept.
        orthogonal_map: `"matrix_exp"`, `"cayley"` or `"householder"`.
        use_trivialization: multiply by a fixed orthogonal matrix, so that any one can be assigned.
    """

    base: Any

    def __init__(self, weight: Any, orthogonal_map: str, *, use_trivialization: bool = True) -> None:
        super().__init__()
        if weight.is_complex() and orthogonal_map == "householder":
            raise ArgumentError("orthogonal: the householder map does not serve complex matrices")
        self.shape, self.orthogonal_map = weight.shape, orthogonal_map
        if use_trivialization:
            self.register_buffer("base", None)

    def forward(self, x: Any) -> Any:
        wide = x.shape[-2] < x.shape[-1]
        q = self._tall(x.mT if wide else x)
        if hasattr(self, "base"):
            q = self.base @ q
        return q.mT if wide else q

    def _tall(self, x: Any) -> Any:
        """Orthonormal columns from the part of x below its diagonal."""
        from minitorch import linalg

        n, k = x.shape[-2:]
        if self.orthogonal_map == "householder":
            a = x.tril(-1)
            q = linalg.householder_product(a, 2.0 / (1.0 + (a * a).sum(-2)))
            return q * x.detach().diagonal(0, -2, -1).trunc().unsqueeze(-2)
        x = x.tril()
        if n != k:  # embedded in a square matrix
            x = ops.cat([x, x.new_zeros(*x.shape[:-1], n - k)], -1)
        a = x - ops.conj(x.mT)  # skew-symmetric
        if self.orthogonal_map == "matrix_exp":
            q = linalg.matrix_exp(a)
        else:
            identity = unit_matrix(a)
            q = linalg.solve(identity - a * 0.5, identity + a * 0.5)
        return q[..., :k]

    def right_inverse(self, q: Any) -> Any:
        """A matrix that `forward` maps to (the orthogonal matrix closest in direction to) q."""
        from minitorch.linalg.qr import geqrf

        with no_grad():
            if tuple(q.shape) != tuple(self.shape):
                raise ArgumentError(f"orthogonal: expected shape {tuple(self.shape)}, got {tuple(q.shape)}")
            start = q
            wide = q.shape[-2] < q.shape[-1]
            q = q.mT if wide else q
            n, k = q.shape[-2:]
            if hasattr(self, "base"):
                if n != k:
                    q = ops.cat([q, randn(*q.shape[:-1], n - k, dtype=q.dtype)], -1)
                if n != k or not is_orthogonal(q):
                    q = orthonormal(q)
                self.base = q.clone()
                return -unit_matrix(start)
            if self.orthogonal_map != "householder":
                raise NotSupportedError(
                    f"orthogonal: a matrix cannot be assigned to the {self.orthogonal_map} map without trivialization"
                )
            a, tau = geqrf(q)
            signs = a.diagonal(0, -2, -1).sign()
            signs = ops.where(tau == 0.0, -signs, signs)
            a = ops.diagonal_scatter(a, signs, 0, -2, -1)
            return a.mT if wide else a


def orthogonal(
    module: Module,
    name: str = "weight",
    orthogonal_map: str | None = None,
    *,
    use_trivialization: bool = True,
) -> Module:
    """Parametrizes a matrix such that its columns (its rows, if it is wide) stay orthonormal; returns the module.

    Args:
        module: whose matrix is meant.
        name: its name.
        orthogonal_map: `"matrix_exp"` (the default for square and complex matrices), `"cayley"`, or
            `"householder"` (the default for others).
        use_trivialization: multiply by a fixed orthogonal matrix, so that any one can be assigned.

    Source: M. Lezcano-Casado, "Trivializations for gradient-based optimization on manifolds" (2019).

    >>> import minitorch
    >>> layer = minitorch.nn.utils.parametrizations.orthogonal(minitorch.nn.Linear(3, 3))
    >>> minitorch.allclose(layer.weight.T @ layer.weight, minitorch.eye(3), atol=1e-5)
    True
    """
    weight = tensor_of("orthogonal", module, name)
    if weight.ndim < 2:
        raise ArgumentError(f"orthogonal: expected a matrix or a batch of them, got {weight.ndim} dims")
    if orthogonal_map is None:
        square = weight.shape[-2] == weight.shape[-1]
        orthogonal_map = "matrix_exp" if square or weight.is_complex() else "householder"
    if orthogonal_map not in ("matrix_exp", "cayley", "householder"):
        raise ArgumentError(
            f"orthogonal: orthogonal_map must be 'matrix_exp', 'cayley' or 'householder', got {orthogonal_map!r}"
        )
    function = _Orthogonal(weight, orthogonal_map, use_trivialization=use_trivialization)
    return register_parametrization(module, name, function, unsafe=True)


def unit_matrix(like: Any) -> Any:
    """Ones on the diagonal of each matrix, in the shape and dtype of another tensor."""
    n, k = like.shape[-2:]
    return eye(n, k, dtype=like.dtype).expand(like.shape)


def is_orthogonal(q: Any) -> bool:
    """Whether columns are orthonormal, up to rounding."""
    identity = eye(q.shape[-1], dtype=q.dtype)
    return bool(ops.allclose(ops.conj(q.mT) @ q, identity, atol=10.0 * q.shape[-2] * finfo(q.dtype).eps))


def orthonormal(a: Any) -> Any:
    """The orthonormal columns of a QR decomposition with a positive diagonal."""
    from minitorch import linalg

    q, r = linalg.qr(a)
    return q * r.diagonal(0, -2, -1).sgn().unsqueeze(-2)
