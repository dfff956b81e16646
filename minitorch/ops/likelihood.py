"""Losses that are negative log-likelihoods of a distribution: Poisson, Gaussian."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from minitorch.autocasting import kernel
from minitorch.errors import ArgumentError, ShapeError
from minitorch.modes import no_grad
from minitorch.ops.common import looks_at, require_tensors
from minitorch.ops.loss import choose_reduction, finish
from minitorch.ops.pointwise import exp, log
from minitorch.ops.where import where
from minitorch.value import Value

if TYPE_CHECKING:
    from minitorch.variable import Variable


@kernel
def poisson_nll_loss(
    input: Any,
    target: Any,
    log_input: bool = True,
    full: bool = False,
    size_average: bool | None = None,
    eps: float = 1e-8,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Variable:
    """exp(x) − t·x, averaged: the negative log-likelihood of counts t if log λ = x, without log t!.

    Args:
        input: x, the logarithms of rates; the rates λ themselves without `log_input`: λ − t·log(λ + ε).
        target: the counts t.
        log_input: whether the input holds logarithms.
        full: add Stirling's approximation of log t!, t·log t − t + log(2πt)/2, where t > 1.
        size_average: the older spelling of `reduction`.
        eps: ε, which keeps the logarithm of a rate of 0 finite.
        reduce: the older spelling of `reduction`.
        reduction: `"mean"`, `"sum"` or `"none"`.

    >>> import minitorch
    >>> x, t = minitorch.tensor([0.0, 0.0]), minitorch.tensor([1.0, 3.0])
    >>> minitorch.nn.functional.poisson_nll_loss(x, t, full=True, reduction="none")
    tensor([1.0000, 2.7641])
    """
    reduction = choose_reduction("poisson_nll_loss", reduction, size_average, reduce)
    require_tensors("poisson_nll_loss", input=input, target=target)
    losses = exp(input) - target * input if log_input else input - target * log(input + eps)
    if full:
        many = target.array > 1
        t = where(many, target, 2.0)  # elsewhere the logarithm may not exist
        losses = losses + where(many, t * log(t) - t + log(t * (2 * math.pi)) * 0.5, 0.0)
    return finish("poisson_nll_loss", losses, reduction)


def gaussian_nll_loss(
    input: Any,
    target: Any,
    var: Any,
    full: bool = False,
    eps: float = 1e-6,
    reduction: str = "mean",
) -> Variable:
    """(log v + (x − t)² / v) / 2, averaged: the negative log-likelihood of t if it is normal around x.

    Args:
        input: the means x.
        target: t.
        var: the variances v: a number, or a tensor of the input's shape, without its last dim, or with one
            dim of size 1 in it.
        full: add log(2π)/2.
        eps: smaller variances count as this one; the gradient takes no notice of it.
        reduction: `"mean"`, `"sum"` or `"none"`.

    Raises:
        ArgumentError: for a negative variance.
        ShapeError: for variances of another shape.

    Source: D. Nix and A. Weigend, "Estimating the mean and variance of the target probability
    distribution" (1994).

    >>> import minitorch
    >>> x, t = minitorch.tensor([0.0, 0.0]), minitorch.tensor([0.0, 2.0])
    >>> minitorch.nn.functional.gaussian_nll_loss(x, t, minitorch.ones(2), reduction="none")
    tensor([0., 2.])
    """
    reduction = choose_reduction("gaussian_nll_loss", reduction, None, None)
    require_tensors("gaussian_nll_loss", input=input, target=target)
    v: Any = var if isinstance(var, Value) else input.new_full(tuple(input.shape), float(var))
    if v.array.size and looks_at(v) and bool((v.array < 0).any()):
        raise ArgumentError(f"gaussian_nll_loss: var must not be negative, got {float(v.array.min()):.6g}")
    shape, given = tuple(input.shape), tuple(v.shape)
    if given != shape:
        if given == shape[:-1]:
            v = v.unsqueeze(-1)
        elif len(given) != len(shape) or sum(n for m, n in zip(shape, given, strict=True) if m != n) != 1:
            raise ShapeError(
                f"gaussian_nll_loss: var of shape {given} does not fit an input of shape {shape}: expected the same "
                f"shape, the same without the last dim, or with one dim of size 1"
            )
    v = v.clone()
    with no_grad():
        v.clamp_(min=eps)
    losses = (log(v) + (input - target) ** 2 / v) * 0.5
    if full:
        losses = losses + 0.5 * math.log(2 * math.pi)
    return finish("gaussian_nll_loss", losses, reduction)
