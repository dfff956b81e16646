"""Normalisation by the statistics of the batch: BatchNorm1d, 2d, 3d and InstanceNorm1d, 2d, 3d."""

from __future__ import annotations

from typing import Any, ClassVar

from minitorch import creation, dtypes, filled
from minitorch.errors import ArgumentError
from minitorch.nn import functional as F, init
from minitorch.nn.module import Module
from minitorch.nn.parameter import Parameter, empty_parameter
from minitorch.registry import backend_of
from minitorch.variable import Variable


class RunningNorm(Module):
    """What batch and instance norm share: scale, shift, and running statistics."""

    _version = 2  # counts batches
    ranks: ClassVar[tuple[int, ...]]
    layouts: ClassVar[str]
    weight: Parameter | None
    bias: Parameter | None
    running_mean: Variable | None
    running_var: Variable | None
    num_batches_tracked: Variable | None

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.affine, self.track_running_stats = affine, track_running_stats
        kind = {"device": device, "dtype": dtype}
        self.register_parameter("weight", empty_parameter(num_features, **kind) if affine else None)
        self.register_parameter("bias", empty_parameter(num_features, **kind) if affine and bias else None)
        tracked = track_running_stats
        self.register_buffer("running_mean", filled.zeros(num_features, **kind) if tracked else None)
        self.register_buffer("running_var", filled.ones(num_features, **kind) if tracked else None)
        self.register_buffer(
            "num_batches_tracked",
            creation.tensor(0, dtype=dtypes.int64, device=device) if tracked else None,
        )
        self.reset_parameters()

    def reset_running_stats(self) -> None:
        """Forgets the statistics seen so far."""
        if self.running_mean is not None:
            init.zeros_(self.running_mean)
        if self.running_var is not None:
            init.ones_(self.running_var)
        if self.num_batches_tracked is not None:
            init.zeros_(self.num_batches_tracked)

    def reset_parameters(self) -> None:
        """Forgets the statistics, and sets scale 1 and shift 0."""
        self.reset_running_stats()
        if self.weight is not None:
            init.ones_(self.weight)
        if self.bias is not None:
            init.zeros_(self.bias)

    def _load_from_state_dict(
        self, state_dict: Any, prefix: str, local_metadata: dict[str, Any], *rest: Any
    ) -> None:
        """As ever; a state of before batches were counted keeps the count."""
        key = prefix + "num_batches_tracked"
        if (local_metadata.get("version") or 0) < 2 and self.track_running_stats and key not in state_dict:
            state_dict[key] = self.num_batches_tracked
        super()._load_from_state_dict(state_dict, prefix, local_metadata, *rest)

    def _check(self, input: Variable) -> None:
        if input.ndim not in self.ranks:
            raise ArgumentError(
                f"{type(self).__name__}: expected an input of shape {self.layouts}, got {tuple(input.shape)}"
            )

    def extra_repr(self) -> str:
        return (
            f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, affine={self.affine}, "
            f"bias={self.bias is not None}, track_running_stats={self.track_running_stats}"
        )


class BatchNorm(RunningNorm):
    """Base of BatchNorm1d, 2d and 3d; see `BatchNorm2d`."""

    def forward(self, input: Variable) -> Variable:
        self._check(input)
        tracked = self.num_batches_tracked
        share = 0.0 if self.momentum is None else self.momentum
        if self.training and self.track_running_stats and tracked is not None:
            backend_of(tracked.array).add_into(tracked.array, 1)
            if self.momentum is None:  # the plain mean of all batches so far
                share = 1 / tracked.item()
        mean, var = self.running_mean, self.running_var
        by_batch = self.training or (mean is None and var is None)
        if self.training and not self.track_running_stats:
            mean = var = None
        return F.batch_norm(input, mean, var, self.weight, self.bias, by_batch, share, self.eps)


class BatchNorm1d(BatchNorm):
    """Batch normalisation of features, (N, C), or of sequences, (N, C, L); arguments as for `BatchNorm2d`.

    Shape: (N, C) or (N, C, L), unchanged.

    >>> import minitorch
    >>> norm = minitorch.nn.BatchNorm1d(2)
    >>> norm(minitorch.tensor([[0.0, 1.0], [2.0, 5.0]])).detach().round(decimals=3)
    tensor([[-1., -1.],
            [ 1.,  1.]])
    >>> norm.running_mean
    tensor([0.1000, 0.3000])
    """

    ranks, layouts = (2, 3), "(N, C) or (N, C, L)"


class BatchNorm2d(BatchNorm):
    """y = (x − mean) / √(var + eps) · weight + bias, with mean and variance of each channel over the batch.

    In evaluation mode the running statistics take the place of the batch's:
    running = (1 − momentum) · running + momentum · batch, with the unbiased variance.

    Args:
        num_features: the number of channels C.
        eps: added to the variance.
        momentum: the weight of the newest batch; None for the plain mean of all batches.
        affine: learn weight and bias.
        track_running_stats: keep running statistics; without them the batch's are used always.
        device, dtype: of the parameters and statistics.
        bias: learn a bias, where affine.

    Shape: (N, C, H, W), unchanged.

    Source: Ioffe and Szegedy, "Batch normalization", 2015.

    >>> import minitorch
    >>> norm = minitorch.nn.BatchNorm2d(3)
    >>> norm(minitorch.randn(8, 3, 4, 4)).mean((0, 2, 3)).abs().max().item() < 1e-5
    True
    """

    ranks, layouts = (4,), "(N, C, H, W)"


class BatchNorm3d(BatchNorm):
    """Batch normalisation of volumes, (N, C, D, H, W); arguments as for `BatchNorm2d`.

    Shape: (N, C, D, H, W), unchanged.

    >>> import minitorch
    >>> minitorch.nn.BatchNorm3d(3)(minitorch.zeros(2, 3, 4, 5, 6)).shape
    minitorch.Size([2, 3, 4, 5, 6])
    """

    ranks, layouts = (5,), "(N, C, D, H, W)"


class InstanceNorm(RunningNorm):
    """Base of InstanceNorm1d, 2d and 3d; see `InstanceNorm2d`."""

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float = 0.1,
        affine: bool = False,
        track_running_stats: bool = False,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__(num_features, eps, momentum, affine, track_running_stats, device, dtype, bias=bias)

    def forward(self, input: Variable) -> Variable:
        self._check(input)
        single = input.ndim == self.ranks[0]
        y = F.instance_norm(
            input.unsqueeze(0) if single else input,
            self.running_mean,
            self.running_var,
            self.weight,
            self.bias,
            self.training or not self.track_running_stats,
            0.0 if self.momentum is None else self.momentum,
            self.eps,
        )
        return y.squeeze(0) if single else y


class InstanceNorm1d(InstanceNorm):
    """Instance normalisation of sequences; arguments as for `InstanceNorm2d`.

    Shape: (N, C, L) or (C, L), unchanged.

    >>> import minitorch
    >>> y = minitorch.nn.InstanceNorm1d(3)(minitorch.randn(2, 3, 8))
    >>> y.mean(-1).abs().max().item() < 1e-5
    True
    """

    ranks, layouts = (2, 3), "(C, L) or (N, C, L)"


class InstanceNorm2d(InstanceNorm):
    """As `BatchNorm2d`, with mean and variance of each channel of each single image.

    Args:
        num_features: the number of channels C.
        eps: added to the variance.
        momentum: the weight of the newest batch in running statistics.
        affine: learn weight and bias.
        track_running_stats: keep running statistics, and use them for evaluation.
        device, dtype: of the parameters and statistics.
        bias: learn a bias, where affine.

    Shape: (N, C, H, W) or (C, H, W), unchanged.

    Source: Ulyanov et al., "Instance normalization", 2016.

    >>> import minitorch
    >>> y = minitorch.nn.InstanceNorm2d(3)(minitorch.randn(8, 3, 4, 4))
    >>> y.mean((2, 3)).abs().max().item() < 1e-5
    True
    """

    ranks, layouts = (3, 4), "(C, H, W) or (N, C, H, W)"


class InstanceNorm3d(InstanceNorm):
    """Instance normalisation of volumes; arguments as for `InstanceNorm2d`.

    Shape: (N, C, D, H, W) or (C, D, H, W), unchanged.

    >>> import minitorch
    >>> minitorch.nn.InstanceNorm3d(3)(minitorch.zeros(2, 3, 4, 5, 6)).shape
    minitorch.Size([2, 3, 4, 5, 6])
    """

    ranks, layouts = (4, 5), "(C, D, H, W) or (N, C, D, H, W)"
