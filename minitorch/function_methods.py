"""The methods of a Variable for functions beyond arithmetic: of two values, of complex numbers, special ones."""

from __future__ import annotations

from typing import Any

from minitorch import inplace, ops
from minitorch.errors import DtypeError
from minitorch.rooms import find, later

_in_place = inplace.method


def _float_power_(input: Any, exponent: Any) -> Any:
    """`float_power`, whose result must fit without loss into the tensor itself."""
    result = ops.float_power(input, exponent)
    if result.dtype is not input.dtype:
        raise DtypeError(
            f"float_power_: the result is {result.dtype}, the tensor {input.dtype}; use float_power()"
        )
    return result


class BinaryMethods:
    """Two values or three."""

    addcmul, addcdiv, lerp, hypot, copysign = ops.addcmul, ops.addcdiv, ops.lerp, ops.hypot, ops.copysign
    nextafter, ldexp, frexp, float_power = ops.nextafter, ops.ldexp, ops.frexp, ops.float_power
    logaddexp, logaddexp2, xlogy, heaviside = ops.logaddexp, ops.logaddexp2, ops.xlogy, ops.heaviside
    gcd, lcm, fmax, fmin = ops.gcd, ops.lcm, ops.fmax, ops.fmin
    clamp_min, clamp_max = ops.clamp_min, ops.clamp_max

    addcmul_, addcdiv_ = _in_place(ops.addcmul, "addcmul_"), _in_place(ops.addcdiv, "addcdiv_")
    lerp_, hypot_ = _in_place(ops.lerp, "lerp_"), _in_place(ops.hypot, "hypot_")
    copysign_, nextafter_ = _in_place(ops.copysign, "copysign_"), _in_place(ops.nextafter, "nextafter_")
    ldexp_, float_power_ = _in_place(ops.ldexp, "ldexp_"), _in_place(_float_power_, "float_power_")
    xlogy_, heaviside_ = _in_place(ops.xlogy, "xlogy_"), _in_place(ops.heaviside, "heaviside_")
    gcd_, lcm_ = _in_place(ops.gcd, "gcd_"), _in_place(ops.lcm, "lcm_")
    clamp_min_, clamp_max_ = _in_place(ops.clamp_min, "clamp_min_"), _in_place(ops.clamp_max, "clamp_max_")


class UnaryMethods:
    """One value: what is asked of it, and other units of it."""

    positive, nan_to_num, rad2deg, deg2rad = ops.positive, ops.nan_to_num, ops.rad2deg, ops.deg2rad
    signbit, isposinf, isneginf, isreal = ops.signbit, ops.isposinf, ops.isneginf, ops.isreal

    nan_to_num_ = _in_place(ops.nan_to_num, "nan_to_num_")
    rad2deg_, deg2rad_ = _in_place(ops.rad2deg, "rad2deg_"), _in_place(ops.deg2rad, "deg2rad_")


class ComplexMethods:
    """Complex numbers."""

    angle, conj_physical = ops.angle, ops.conj_physical
    resolve_conj, resolve_neg = ops.resolve_conj, ops.resolve_neg

    conj_physical_ = _in_place(ops.conj_physical, "conj_physical_")


class SpecialMethods:
    """Special functions, which are loaded when first used."""

    erfc, erfinv, sinc, logit, i0 = map(later, ("erfc", "erfinv", "sinc", "logit", "i0"))
    lgamma, digamma, mvlgamma = map(later, ("lgamma", "digamma", "mvlgamma"))
    igamma, igammac = map(later, ("igamma", "igammac"))

    erfc_, erfinv_ = _in_place(erfc, "erfc_"), _in_place(erfinv, "erfinv_")
    sinc_, logit_, i0_ = _in_place(sinc, "sinc_"), _in_place(logit, "logit_"), _in_place(i0, "i0_")
    lgamma_, digamma_ = _in_place(lgamma, "lgamma_"), _in_place(digamma, "digamma_")
    mvlgamma_ = _in_place(mvlgamma, "mvlgamma_")

    def polygamma(self, n: int) -> Any:
        """The `n`-th derivative of the digamma function."""
        return find("polygamma")(n, self)

    polygamma_ = _in_place(polygamma, "polygamma_")
    igamma_, igammac_ = _in_place(igamma, "igamma_"), _in_place(igammac, "igammac_")


class FunctionMethods(BinaryMethods, UnaryMethods, ComplexMethods, SpecialMethods):
    """All of these families."""
