"""Rows of the op table: special functions."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np
import scipy.special as reference
from op_samples import call, elementwise, row, x

row("erfc", reference.erfc, elementwise(), integers="float")
row("erfcx", reference.erfcx, elementwise(), integers="float", half=False)
row("erfinv", reference.erfinv, elementwise(-0.9, 0.9))
row("ndtr", reference.ndtr, elementwise(), integers="float", half=False)
row("log_ndtr", reference.log_ndtr, elementwise(-4.0, 2.0), integers="float", half=False)
row("ndtri", reference.ndtri, elementwise(0.05, 0.95), half=False)
row("entr", reference.entr, elementwise(0.2, 2.0), half=False)
row(
    "logit",
    lambda a, eps=None: reference.logit(a if eps is None else np.clip(a, eps, 1 - eps)),
    lambda: [
        *elementwise(0.1, 0.9)(),
        call(x(2, 3, low=0.2, high=0.8), eps=0.1),
        call(np.array([0.0, 0.1, 1.0]), 0.3),
    ],
    half=False,
)
row(
    "xlog1py",
    reference.xlog1py,
    lambda: [call(x(2, 3), x(3, low=-0.5)), call(2.5, x(2, low=0.1)), call(x(2), 0.5)],
)
row("sinc", np.sinc, elementwise(0.2, 2.0), complex=True, integers="float")

row("lgamma", reference.gammaln, elementwise(0.3, 4.0), half=False)
row("digamma", reference.psi, elementwise(0.5, 4.0), half=False)
row(
    "polygamma",
    reference.polygamma,
    lambda: [call(n, x(2, 3, low=0.5, high=3.0)) for n in (0, 1, 2, 3)] + [call(1, x()), call(2, x(0, 2))],
    half=False,
)
row(
    "mvlgamma",
    reference.multigammaln,
    lambda: [call(x(2, 3, low=1.5, high=4.0), p) for p in (1, 2, 3)],
    half=False,
)
row(
    "zeta", reference.zeta, lambda: [call(s, x(2, 3, low=0.5, high=3.0)) for s in (1.5, 2.0, 4.0)], half=False
)


def at(order: float, name: str) -> Any:
    """igamma or igammac of a constant order, in either library."""

    def call(v: Any) -> Any:
        module = importlib.import_module(type(v).__module__.split(".")[0])
        return getattr(module, name)(module.full_like(v, order), v)

    return call


for name, function in (("igamma", reference.gammainc), ("igammac", reference.gammaincc)):
    row(
        name,
        lambda v, f=function: f(1.7, v),
        elementwise(0.3, 4.0),
        function=at(1.7, name),
        torch=at(1.7, name),
        half=False,
    )

for name, function in (
    ("i0", reference.i0), ("i0e", reference.i0e), ("i1", reference.i1), ("i1e", reference.i1e),
    ("modified_bessel_i0", reference.i0), ("modified_bessel_i1", reference.i1),
    ("bessel_j0", reference.j0), ("bessel_j1", reference.j1),
):  # fmt: skip
    ours_alone = name.startswith(("bessel", "modified"))
    row(
        name,
        function,
        elementwise(0.3, 4.0),
        half=False,
        integers="float",
        torch_differentiates=not ours_alone,
    )
for name, function in (
    ("modified_bessel_k0", reference.k0), ("modified_bessel_k1", reference.k1),
    ("scaled_modified_bessel_k0", reference.k0e), ("scaled_modified_bessel_k1", reference.k1e),
    ("bessel_y0", reference.y0), ("bessel_y1", reference.y1),
):  # fmt: skip
    row(name, function, elementwise(0.7, 4.0), half=False, torch_differentiates=False)
row(
    "spherical_bessel_j0",
    lambda a: reference.spherical_jn(0, a),
    elementwise(0.3, 4.0),
    half=False,
    torch_differentiates=False,
)

# Orthogonal polynomials


def third(n: Any, v: Any) -> Any:
    """Chebyshev's polynomials of the third kind, from those of the second."""
    return reference.eval_chebyu(n, v) - reference.eval_chebyu(n - 1, v)


def fourth(n: Any, v: Any) -> Any:
    """Chebyshev's polynomials of the fourth kind, from those of the second."""
    return reference.eval_chebyu(n, v) + reference.eval_chebyu(n - 1, v)


POLYNOMIALS: dict[str, Any] = {
    "chebyshev_polynomial_t": reference.eval_chebyt,
    "chebyshev_polynomial_u": reference.eval_chebyu,
    "chebyshev_polynomial_v": third,
    "chebyshev_polynomial_w": fourth,
    "shifted_chebyshev_polynomial_t": reference.eval_sh_chebyt,
    "shifted_chebyshev_polynomial_u": reference.eval_sh_chebyu,
    "shifted_chebyshev_polynomial_v": lambda n, v: third(n, 2 * v - 1),
    "shifted_chebyshev_polynomial_w": lambda n, v: fourth(n, 2 * v - 1),
    "hermite_polynomial_h": reference.eval_hermite,
    "hermite_polynomial_he": reference.eval_hermitenorm,
    "laguerre_polynomial_l": reference.eval_laguerre,
    "legendre_polynomial_p": reference.eval_legendre,
}
for name, function in POLYNOMIALS.items():
    row(
        name,
        lambda v, n, f=function: f(n, v),
        lambda: [
            call(x(3, low=0.1, high=0.9), np.array([0, 1, 5])),
            call(x(2, 1, low=0.1, high=0.9), np.array([3, 4])),
            call(x(low=0.1, high=0.9), 3),
            call(x(0, 2, low=0.1, high=0.9), 2),
        ],
        half=False,
        torch_differentiates=False,
    )
