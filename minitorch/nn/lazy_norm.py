"""Lazy batch and instance norms: the number of features comes from the first input."""

from __future__ import annotations

from typing import Any

from minitorch import creation, dtypes
from minitorch.nn.lazy import LazyModuleMixin, materialize
from minitorch.nn.norm import (
    BatchNorm1d,
    BatchNorm2d,
    BatchNorm3d,
    InstanceNorm1d,
    InstanceNorm2d,
    InstanceNorm3d,
    RunningNorm,
)
from minitorch.nn.parameter import UninitializedBuffer, UninitializedParameter
from minitorch.variable import Variable


class LazyNorm(LazyModuleMixin, RunningNorm):
    """Base of lazy batch and instance norms: `num_features` comes from dim 1 of the first input."""

    def __init__(
        self,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__(0, eps, momentum, False, False, bias=False)
        self.affine, self.track_running_stats = affine, track_running_stats
        kind = {"device": device, "dtype": dtype}
        if affine:
            self.weight = UninitializedParameter(**kind)
            if bias:
                self.bias = UninitializedParameter(**kind)
        if track_running_stats:  # in the place of the None that stands for each
            self._buffers["running_mean"] = UninitializedBuffer(**kind)
            self._buffers["running_var"] = UninitializedBuffer(**kind)
            self._buffers["num_batches_tracked"] = creation.tensor(0, dtype=dtypes.int64, device=device)

    def reset_parameters(self) -> None:
        """Sets the initial values anew, once there is something to set."""
        if not self.has_uninitialized_params() and self.num_features:
            super().reset_parameters()

    def initialize_parameters(self, input: Variable) -> None:
        """Takes `num_features` from dim 1 of the input."""
        self._check(input)
        lazy, self.num_features = self.has_uninitialized_params(), input.shape[1]
        for value in (self.weight, self.bias, self.running_mean, self.running_var):
            materialize(value, self.num_features)
        if lazy:
            self.reset_parameters()


class LazyBatchNorm1d(LazyNorm, BatchNorm1d):
    """A `BatchNorm1d` that takes `num_features` from its first input; its other arguments are the same.

    Shape: (N, C) or (N, C, L), unchanged.

    >>> import minitorch
    >>> norm = minitorch.nn.LazyBatchNorm1d()
    >>> norm(minitorch.zeros(4, 3)).shape, norm.num_features
    (minitorch.Size([4, 3]), 3)
    """

    cls_to_become = BatchNorm1d


class LazyBatchNorm2d(LazyNorm, BatchNorm2d):
    """A `BatchNorm2d` that takes `num_features` from its first input; its other arguments are the same.

    Shape: (N, C, H, W), unchanged.

    >>> import minitorch
    >>> norm = minitorch.nn.LazyBatchNorm2d(affine=False)
    >>> norm(minitorch.zeros(4, 3, 2, 2)).shape, norm.running_mean
    (minitorch.Size([4, 3, 2, 2]), tensor([0., 0., 0.]))
    """

    cls_to_become = BatchNorm2d


class LazyBatchNorm3d(LazyNorm, BatchNorm3d):
    """A `BatchNorm3d` that takes `num_features` from its first input; its other arguments are the same.

    Shape: (N, C, D, H, W), unchanged.

    >>> import minitorch
    >>> minitorch.nn.LazyBatchNorm3d()(minitorch.zeros(2, 3, 4, 5, 6)).shape
    minitorch.Size([2, 3, 4, 5, 6])
    """

    cls_to_become = BatchNorm3d


class LazyInstanceNorm1d(LazyNorm, InstanceNorm1d):
    """An `InstanceNorm1d` that takes `num_features` from its first input, which needs its batch dim.

    As in PyTorch, `affine` and `track_running_stats` are True by default here.

    Shape: (N, C, L), unchanged.

    >>> import minitorch
    >>> minitorch.nn.LazyInstanceNorm1d()(minitorch.zeros(2, 3, 8)).shape
    minitorch.Size([2, 3, 8])
    """

    cls_to_become = InstanceNorm1d


class LazyInstanceNorm2d(LazyNorm, InstanceNorm2d):
    """An `InstanceNorm2d` that takes `num_features` from its first input; see `LazyInstanceNorm1d`.

    Shape: (N, C, H, W), unchanged.

    >>> import minitorch
    >>> minitorch.nn.LazyInstanceNorm2d()(minitorch.zeros(2, 3, 4, 4)).shape
    minitorch.Size([2, 3, 4, 4])
    """

    cls_to_become = InstanceNorm2d


class LazyInstanceNorm3d(LazyNorm, InstanceNorm3d):
    """An `InstanceNorm3d` that takes `num_features` from its first input; see `LazyInstanceNorm1d`.

    Shape: (N, C, D, H, W), unchanged.

    >>> import minitorch
    >>> minitorch.nn.LazyInstanceNorm3d()(minitorch.zeros(2, 3, 4, 4, 4)).shape
    minitorch.Size([2, 3, 4, 4, 4])
    """

    cls_to_become = InstanceNorm3d
