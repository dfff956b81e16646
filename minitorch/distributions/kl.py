"""`kl_divergence`, and the table of the pairs of distributions for which it is known."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from minitorch.distributions.distribution import Distribution
from minitorch.errors import ArgumentTypeError, NotSupportedError

if TYPE_CHECKING:
    from minitorch.variable import Variable

Divergence = Callable[[Any, Any], Any]
REGISTRY: dict[tuple[type, type], Divergence] = {}


def register_kl(type_p: Any, type_q: Any) -> Callable[[Divergence], Divergence]:
    """Registers a function of p and q for `kl_divergence`, as a decorator; subclasses are served, too.

    Args:
        type_p: the class of p.
        type_q: the class of q.

    Raises:
        ArgumentTypeError: for what is no class of distributions.

    >>> import minitorch
    >>> from minitorch.distributions import Normal, kl_divergence, register_kl
    >>> class Point(Normal):
    ...     pass
    >>> @register_kl(Point, Point)
    ... def kl_points(p, q):
    ...     return abs(p.loc - q.loc)
    >>> kl_divergence(Point(1.0, 1.0), Point(3.0, 1.0))
    tensor(2.)
    """
    for kind in (type_p, type_q):
        if not (isinstance(kind, type) and issubclass(kind, Distribution)):
            raise ArgumentTypeError(f"register_kl: expected a class of distributions, got {kind!r}")

    def decorator(function: Divergence) -> Divergence:
        REGISTRY[type_p, type_q] = function
        return function

    return decorator


def find(type_p: Any, type_q: Any) -> Divergence | None:
    """The function for the closest classes, seen first from p; it should be the same seen first from q."""
    p_order, q_order = type_p.__mro__, type_q.__mro__
    known = [pair for pair in REGISTRY if pair[0] in p_order and pair[1] in q_order]
    if not known:
        return None
    by_p = min(known, key=lambda pair: (p_order.index(pair[0]), q_order.index(pair[1])))
    by_q = min(known, key=lambda pair: (q_order.index(pair[1]), p_order.index(pair[0])))
    if REGISTRY[by_p] is not REGISTRY[by_q]:
        warnings.warn(
            f"Ambiguous kl_divergence({type_p.__name__}, {type_q.__name__}). "
            f"Please register_kl({by_p[0].__name__}, {by_q[1].__name__})",
            RuntimeWarning,
            stacklevel=3,
        )
    return REGISTRY[by_p]


def kl_divergence(p: Distribution, q: Distribution) -> Variable:
    """KL(p‖q) = E log(p(x)/q(x)) over draws x of p: how many nats it costs to take q for p.

    Args:
        p: where draws come from.
        q: what is taken for it.

    Shape:
        the batch of the distributions.

    Raises:
        NotSupportedError: for pairs that are not registered.

    >>> import minitorch
    >>> from minitorch.distributions import Normal, kl_divergence
    >>> kl_divergence(Normal(0.0, 1.0), Normal(1.0, 1.0))
    tensor(0.5000)
    """
    function = find(type(p), type(q))
    if function is None:
        raise NotSupportedError(
            f"kl_divergence: none is registered for {type(p).__name__} and {type(q).__name__}; "
            f"see register_kl, or take the mean of p.log_prob(x) - q.log_prob(x) over draws x of p"
        )
    return function(p, q)
