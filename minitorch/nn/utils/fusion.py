"""Batch norm in evaluation mode, folded into the layer before it."""

from __future__ import annotations

import copy
from typing import Any

from minitorch import like, ops
from minitorch.errors import ArgumentError
from minitorch.nn.module import Module
from minitorch.nn.parameter import Parameter


def fuse_conv_bn_eval(conv: Any, bn: Any, transpose: bool = False) -> Module:
    """A convolution that computes what `conv` and the batch norm `bn` compute one after the other.

    Args:
        conv: the convolution, in evaluation mode; it is left as it is.
        bn: the batch norm behind it, in evaluation mode.
        transpose: whether it is a transposed convolution.

    >>> import minitorch
    >>> from minitorch import nn
    >>> conv, bn = nn.Conv2d(2, 3, 3).eval(), nn.BatchNorm2d(3).eval()
    >>> x = minitorch.ones(1, 2, 4, 4)
    >>> minitorch.allclose(nn.utils.fuse_conv_bn_eval(conv, bn)(x), bn(conv(x)), atol=1e-6)
    True
    """
    check("fuse_conv_bn_eval", conv, bn)
    fused = copy.deepcopy(conv)
    fused.weight, fused.bias = fuse_conv_bn_weights(
        conv.weight, conv.bias, bn.running_mean, bn.running_var, bn.eps, bn.weight, bn.bias, transpose
    )
    return fused


def fuse_conv_bn_weights(
    conv_w: Any,
    conv_b: Any,
    bn_rm: Any,
    bn_rv: Any,
    bn_eps: float,
    bn_w: Any,
    bn_b: Any,
    transpose: bool = False,
) -> tuple[Parameter, Parameter]:
    """The weight w·s and the bias (b − μ)·s + β, where s = γ / √(σ² + ε); what is None counts as 1 or 0."""
    b = like.zeros_like(bn_rm) if conv_b is None else conv_b
    scale = ops.rsqrt(bn_rv + bn_eps) * (1.0 if bn_w is None else bn_w)
    shape = (1, -1) if transpose else (-1, 1)
    w = (conv_w * scale.reshape(*shape, *(1,) * (conv_w.ndim - 2))).to(conv_w.dtype)
    b = (b - bn_rm) * scale + (0.0 if bn_b is None else bn_b)
    b = b.to(conv_w.dtype if conv_b is None else conv_b.dtype)
    frozen = conv_b is None or not conv_b.requires_grad
    return Parameter(w.detach(), conv_w.requires_grad), Parameter(b.detach(), not frozen)


def fuse_linear_bn_eval(linear: Any, bn: Any) -> Module:
    """A linear layer that computes what `linear` and the batch norm `bn` compute one after the other.

    Args:
        linear: the linear layer, in evaluation mode; it is left as it is.
        bn: the batch norm behind it, in evaluation mode.

    >>> import minitorch
    >>> from minitorch import nn
    >>> linear, bn = nn.Linear(2, 3).eval(), nn.BatchNorm1d(3).eval()
    >>> x = minitorch.ones(4, 2)
    >>> minitorch.allclose(nn.utils.fuse_linear_bn_eval(linear, bn)(x), bn(linear(x)), atol=1e-6)
    True
    """
    check("fuse_linear_bn_eval", linear, bn)
    if bn.num_features not in (linear.out_features, 1):
        raise ArgumentError(
            f"fuse_linear_bn_eval: the batch norm has {bn.num_features} features, the layer {linear.out_features}"
        )
    fused = copy.deepcopy(linear)
    fused.weight, fused.bias = fuse_linear_bn_weights(
        linear.weight, linear.bias, bn.running_mean, bn.running_var, bn.eps, bn.weight, bn.bias
    )
    return fused


def fuse_linear_bn_weights(
    linear_w: Any, linear_b: Any, bn_rm: Any, bn_rv: Any, bn_eps: float, bn_w: Any, bn_b: Any
) -> tuple[Parameter, Parameter]:
    """As `fuse_conv_bn_weights`, for a matrix."""
    return fuse_conv_bn_weights(linear_w, linear_b, bn_rm, bn_rv, bn_eps, bn_w, bn_b)


def check(op_name: str, layer: Any, bn: Any) -> None:
    """Refuses training mode, and batch norm without running statistics."""
    if layer.training or bn.training:
        raise ArgumentError(f"{op_name}: both layers must be in evaluation mode; call eval()")
    if bn.running_mean is None or bn.running_var is None:
        raise ArgumentError(f"{op_name}: the batch norm keeps no running statistics")
