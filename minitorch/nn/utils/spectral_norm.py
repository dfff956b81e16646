"""Weights divided by their largest singular value, in the older form with a forward pre-hook: `spectral_norm`."""

from __future__ import annotations

from typing import Any

from minitorch import sampling
from minitorch.errors import ArgumentError
from minitorch.modes import no_grad
from minitorch.nn import functional as F
from minitorch.nn.conv import ConvTranspose1d, ConvTranspose2d, ConvTranspose3d
from minitorch.nn.module import Module
from minitorch.nn.parameter import Parameter


def default_dim(module: Module) -> int:
    """Which dim of a weight counts its outputs."""
    return int(isinstance(module, (ConvTranspose1d, ConvTranspose2d, ConvTranspose3d)))


def as_matrix(weight: Any, dim: int) -> Any:
    """A weight as a matrix with `dim` as its rows."""
    return weight.movedim(dim, 0).flatten(1)


def random_unit(weight: Any, size: int, eps: float) -> Any:
    """A random vector of length 1."""
    return F.normalize(sampling.randn(size, dtype=weight.dtype), dim=0, eps=eps)


class SpectralNorm:
    """The pre-hook that computes w / σ(w) before each forward.

    σ is estimated by power iteration: u and v approach the first singular vectors, and σ = uᵀ·w·v.
    """

    def __init__(
        self, name: str = "weight", n_power_iterations: int = 1, dim: int = 0, eps: float = 1e-12
    ) -> None:
        if n_power_iterations <= 0:
            raise ArgumentError(
                f"spectral_norm: n_power_iterations must be positive, got {n_power_iterations}"
            )
        self.name, self.n_power_iterations, self.dim, self.eps = name, n_power_iterations, dim, eps

    def compute_weight(self, module: Module, do_power_iteration: bool) -> Any:
        """w / σ(w), after improving u and v if asked to."""
        weight = getattr(module, self.name + "_orig")
        u, v = getattr(module, self.name + "_u"), getattr(module, self.name + "_v")
        matrix = as_matrix(weight, self.dim)
        if do_power_iteration:
            with no_grad():
                for _ in range(self.n_power_iterations):
                    v.copy_(F.normalize(matrix.T @ u, dim=0, eps=self.eps))
                    u.copy_(F.normalize(matrix @ v, dim=0, eps=self.eps))
                u, v = u.clone(), v.clone()  # the next forward changes the buffers
        return weight / (u @ (matrix @ v))

    def __call__(self, module: Module, inputs: Any) -> None:
        setattr(module, self.name, self.compute_weight(module, module.training))


class StateDictHook:
    """Notes the version of the format in the state dict's metadata."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, module: Module, state_dict: Any, prefix: str, metadata: dict[str, Any]) -> None:
        metadata.setdefault("spectral_norm", {})[self.name + ".version"] = 1


def spectral_norm(
    module: Module,
    name: str = "weight",
    n_power_iterations: int = 1,
    eps: float = 1e-12,
    dim: int | None = None,
) -> Module:
    """Divides a weight by (an estimate of) its largest singular value before each forward.

    The newer form is `nn.utils.parametrizations.spectral_norm`.

    Args:
        module: whose weight is meant.
        name: its name; the parameter is then called `weight_orig`, and `weight_u`, `weight_v` are buffers.
        n_power_iterations: how many steps improve the estimate in each forward of training.
        eps: the smallest length by which vectors are divided.
        dim: that counts the outputs; 1 for transposed convolutions, else 0.

    Returns:
        The module itself.

    Source: T. Miyato et al., "Spectral Normalization for Generative Adversarial Networks" (2018).

    >>> import minitorch
    >>> layer = minitorch.nn.utils.spectral_norm(minitorch.nn.Linear(20, 40))
    >>> layer.weight_u.shape
    minitorch.Size([40])
    """
    if any(
        isinstance(hook, SpectralNorm) and hook.name == name for hook in module._forward_pre_hooks.values()
    ):
        raise ArgumentError(f"spectral_norm: {name!r} of {type(module).__name__} has one already")
    hook = SpectralNorm(name, n_power_iterations, default_dim(module) if dim is None else dim, eps)
    weight = module._parameters[name]
    if weight is None:
        raise ArgumentError(f"spectral_norm: {name!r} of {type(module).__name__} is None")
    rows, columns = as_matrix(weight.detach(), hook.dim).shape
    delattr(module, name)
    module.register_parameter(name + "_orig", weight)
    setattr(module, name, weight.data)
    module.register_buffer(name + "_u", random_unit(weight, rows, eps))
    module.register_buffer(name + "_v", random_unit(weight, columns, eps))
    module.register_forward_pre_hook(hook)
    module._register_state_dict_hook(StateDictHook(name))
    return module


def remove_spectral_norm(module: Module, name: str = "weight") -> Module:
    """Makes the divided weight an ordinary parameter again; returns the module.

    >>> import minitorch
    >>> layer = minitorch.nn.utils.spectral_norm(minitorch.nn.Linear(20, 40))
    >>> [name for name, _ in minitorch.nn.utils.remove_spectral_norm(layer).named_parameters()]
    ['bias', 'weight']
    """
    for key, hook in module._forward_pre_hooks.items():
        if isinstance(hook, SpectralNorm) and hook.name == name:
            with no_grad():
                weight = hook.compute_weight(module, do_power_iteration=False)
            for suffix in ("", "_u", "_v", "_orig"):
                delattr(module, name + suffix)
            module.register_parameter(name, Parameter(weight.detach()))
            del module._forward_pre_hooks[key]
            break
    else:
        raise ArgumentError(f"remove_spectral_norm: {name!r} of {type(module).__name__} has none")
    for key, noted in list(module._state_dict_hooks.items()):
        if isinstance(noted, StateDictHook) and noted.name == name:
            del module._state_dict_hooks[key]
    return module
