"""Exponential, logarithm and their relatives as formulas without branches: loops over them become SIMD code.

A processor adds and multiplies 8 or 16 numbers at a time, but it has no instruction for eˣ, and a call of the C
library's `exp` for every element brings the numbers back to one at a time. So the functions here are polynomials. Each
exists for float32 and for float64; the name without a number takes either.

Errors in units in the last place, over all results but denormal ones, which are within one step:

| function | float32        | float64 |
|----------|----------------|---------|
| exp      | 1.5            | 1.5     |
| expm1    | 2              | 2       |   for x ≤ 0
| log      | 1.5            | 1.5     |
| tanh     | 3              | 3       |
| sigmoid  | 3              | 3       |
| softplus | 3              | 3       |
| erf      | 2.5            | 2.5     |

NaN, infinities and signed zeros are as in NumPy.

Source: the reductions are those of W. Cody, W. Waite, "Software Manual for the Elementary Functions" (1980), and,
for log, of FreeBSD's e_log.c; the coefficients are minimax fits (Remez) made for this file.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minitorch_numba.jit import inlined

Number = Any
F, INT = np.float32, np.int32

# Adding 1.5·2²³ (1.5·2⁵²) to a small number rounds it to an integer, which then stands in the lowest bits.
ROUND32, ROUND64 = F(12582912.0), 6755399441055744.0
ROUND32_BITS, ROUND64_BITS = 0x4B400000, 0x4338000000000000
SIGN32, REST32 = -0x80000000, 0x7FFFFFFF
SIGN64, REST64 = -0x8000000000000000, 0x7FFFFFFFFFFFFFFF
SQRT_HALF32, SQRT_HALF64 = 0x3F3504F3, 0x3FE6A09E667F3BCD  # bits of √½


# Bits ---------------------------------------------------------------------------------------------------------


@inlined
def bits32(x: Number) -> Number:
    """The 32 bits of a float32 as an integer."""
    return F(x).view(INT)


@inlined
def bits64(x: Number) -> Number:
    """The 64 bits of a float64 as an integer."""
    return np.float64(x).view(np.int64)


@inlined
def power_of_two32(n: Number) -> Number:
    """2ⁿ for −126 ≤ n ≤ 127: the number n + 127 in the bits of the exponent."""
    return INT((n + 127) << 23).view(F)


@inlined
def power_of_two64(n: Number) -> Number:
    """2ⁿ for −1022 ≤ n ≤ 1023."""
    return np.int64((n + 1023) << 52).view(np.float64)


@inlined
def with_sign32(y: Number, x: Number) -> Number:
    """|y| with the sign of x, also that of a zero."""
    return INT((bits32(y) & REST32) | (bits32(x) & SIGN32)).view(F)


@inlined
def with_sign64(y: Number, x: Number) -> Number:
    """|y| with the sign of x, also that of a zero."""
    return np.int64((bits64(y) & REST64) | (bits64(x) & SIGN64)).view(np.float64)


@inlined
def order32(x: Number) -> Number:
    """An integer for each number, ordered as they are: the bits, and of negative ones the lower bits flipped."""
    bits = bits32(x)
    return INT(bits ^ ((bits >> 31) & REST32))


@inlined
def order64(x: Number) -> Number:
    """An integer for each number, ordered as they are."""
    bits = bits64(x)
    return np.int64(bits ^ ((bits >> 63) & REST64))


@inlined
def from_order32(bits: Number) -> Number:
    """The number that `order32` made the integer of."""
    return INT(bits ^ ((bits >> 31) & REST32)).view(F)


@inlined
def from_order64(bits: Number) -> Number:
    """The number that `order64` made the integer of."""
    return np.int64(bits ^ ((bits >> 63) & REST64)).view(np.float64)


# exp: x = n·ln 2 + r with |r| ≤ ln(2)/2, and eˣ = 2ⁿ·eʳ ------------------------------------------------------------


@inlined
def exp_of_rest32(r: Number) -> Number:
    """eʳ − 1."""
    p = F(1.9918363e-4)
    p = p * r + F(1.3945911e-3)
    p = p * r + F(8.333265e-3)
    p = p * r + F(4.1666273e-2)
    p = p * r + F(1.6666667e-1)
    p = p * r + F(0.5)
    return p * (r * r) + r


@inlined
def exp_of_rest64(r: Number) -> Number:
    """eʳ − 1."""
    p = 2.092688773488947e-09
    p = p * r + 2.5112147843289403e-08
    p = p * r + 2.755723365151492e-07
    p = p * r + 2.7557234585362565e-06
    p = p * r + 2.4801587373192204e-05
    p = p * r + 1.9841269896596497e-04
    p = p * r + 1.3888888888858905e-03
    p = p * r + 8.33333333331699e-03
    p = p * r + 4.166666666666672e-02
    p = p * r + 1.6666666666666682e-01
    p = p * r + 0.5
    return p * (r * r) + r


@inlined
def exp32(x: Number) -> Number:
    """eˣ."""
    x = F(89.0) if x > F(89.0) else x  # a NaN is not greater, and stays
    x = F(-104.5) if x < F(-104.5) else x
    t = x * F(1.44269504) + ROUND32
    n = t - ROUND32
    r = x - n * F(0.693359375)
    r = r - n * F(-2.12194440e-4)
    y = exp_of_rest32(r) + F(1.0)
    bits = bits32(t) - ROUND32_BITS
    half = bits >> 1  # 2ⁿ in two steps, since n may be too large or too small for one
    return y * power_of_two32(half) * power_of_two32(bits - half)


@inlined
def exp64(x: Number) -> Number:
    """eˣ."""
    x = 710.0 if x > 710.0 else x
    x = -746.0 if x < -746.0 else x
    t = x * 1.4426950408889634 + ROUND64
    n = t - ROUND64
    r = x - n * 0.6931471803691238
    r = r - n * 1.9082149292705877e-10
    y = exp_of_rest64(r) + 1.0
    bits = bits64(t) - ROUND64_BITS
    half = bits >> 1
    return y * power_of_two64(half) * power_of_two64(bits - half)


@inlined
def expm1_32(x: Number) -> Number:
    """eˣ − 1 = (2ⁿ − 1) + 2ⁿ·(eʳ − 1) for x ≤ 0."""
    x = F(-20.0) if x < F(-20.0) else x
    t = x * F(1.44269504) + ROUND32
    n = t - ROUND32
    r = x - n * F(0.693359375)
    r = r - n * F(-2.12194440e-4)
    scale = power_of_two32(bits32(t) - ROUND32_BITS)
    return exp_of_rest32(r) * scale + (scale - F(1.0))


@inlined
def expm1_64(x: Number) -> Number:
    """eˣ − 1 = (2ⁿ − 1) + 2ⁿ·(eʳ − 1) for x ≤ 0."""
    x = -40.0 if x < -40.0 else x
    t = x * 1.4426950408889634 + ROUND64
    n = t - ROUND64
    r = x - n * 0.6931471803691238
    r = r - n * 1.9082149292705877e-10
    scale = power_of_two64(bits64(t) - ROUND64_BITS)
    return exp_of_rest64(r) * scale + (scale - 1.0)


# log: x = 2ᵉ·m with √½ ≤ m < √2, and log x = e·ln 2 + 2·artanh(s) with s = (m − 1)/(m + 1) ---------------------------


@inlined
def log32(x: Number) -> Number:
    """The natural logarithm."""
    denormal = x < F(1.17549435e-38)
    bits = bits32(x * F(33554432.0) if denormal else x)
    e = (bits - SQRT_HALF32) >> 23
    f = INT(bits - (e << 23)).view(F) - F(1.0)
    k: Number = F(e - 25 if denormal else e)
    s = f / (f + F(2.0))
    z = s * s
    p = F(2.3593286e-1)
    p = p * z + F(2.853679e-1)
    p = p * z + F(4.0000343e-1)
    p = p * z + F(6.666666e-1)
    half_square = F(0.5) * f * f
    y = k * F(0.693359375) - ((half_square - (s * (half_square + z * p) + k * F(-2.12194440e-4))) - f)
    y = x if x == F(np.inf) else y
    y = F(-np.inf) if x == F(0.0) else y
    return F(np.nan) if x < F(0.0) or x != x else y


@inlined
def log64(x: Number) -> Number:
    """The natural logarithm."""
    denormal = x < 2.2250738585072014e-308
    bits = bits64(x * 18014398509481984.0 if denormal else x)
    e = (bits - SQRT_HALF64) >> 52
    f = np.int64(bits - (e << 52)).view(np.float64) - 1.0
    k: Number = np.float64(e - 54 if denormal else e)
    s = f / (f + 2.0)
    z = s * s
    p = 1.3262903860106903e-01
    p = p * z + 1.3248902499216791e-01
    p = p * z + 1.5387141460929948e-01
    p = p * z + 1.8181774601588968e-01
    p = p * z + 2.2222222658466917e-01
    p = p * z + 2.8571428569023943e-01
    p = p * z + 4.0000000000006364e-01
    p = p * z + 6.666666666666666e-01
    half_square = 0.5 * f * f
    y = k * 0.6931471803691238 - (
        (half_square - (s * (half_square + z * p) + k * 1.9082149292705877e-10)) - f
    )
    y = x if x == np.inf else y
    y = -np.inf if x == 0.0 else y
    return np.nan if x < 0.0 or x != x else y


# What is made of them -------------------------------------------------------------------------------------------


@inlined
def tanh32(x: Number) -> Number:
    """−e/(2 + e) with e = exp(−2·|x|) − 1, and the sign of x."""
    e = expm1_32(F(-2.0) * abs(x))
    return with_sign32(e / (e + F(2.0)), x) if x == x else x


@inlined
def tanh64(x: Number) -> Number:
    """−e/(2 + e) with e = exp(−2·|x|) − 1, and the sign of x."""
    e = expm1_64(-2.0 * abs(x))
    return with_sign64(e / (e + 2.0), x) if x == x else x


@inlined
def sigmoid32(x: Number) -> Number:
    """1 / (1 + e⁻ˣ)."""
    return F(1.0) / (exp32(-x) + F(1.0))


@inlined
def sigmoid64(x: Number) -> Number:
    """1 / (1 + e⁻ˣ)."""
    return 1.0 / (exp64(-x) + 1.0)


@inlined
def softplus32(x: Number) -> Number:
    """max(x, 0) + log(1 + e) with e = exp(−|x|); what 1 + e loses of e is made up for."""
    e = exp32(-abs(x))
    u = e + F(1.0)
    return (x if x > F(0.0) else F(0.0)) + (log32(u) + (e - (u - F(1.0))) / u)


@inlined
def softplus64(x: Number) -> Number:
    """max(x, 0) + log(1 + e) with e = exp(−|x|); what 1 + e loses of e is made up for."""
    e = exp64(-abs(x))
    u = e + 1.0
    return (x if x > 0.0 else 0.0) + (log64(u) + (e - (u - 1.0)) / u)


@inlined
def erf32(x: Number) -> Number:
    """x·P(x²) for |x| ≤ 1; 1 − exp(−Q(|x|)) up to 4, where it is 1."""
    a = abs(x)
    z = x * x
    p = F(7.88912e-05)
    p = p * z + F(-8.0208416e-04)
    p = p * z + F(5.189535e-03)
    p = p * z + F(-2.6854444e-02)
    p = p * z + F(1.12836e-01)
    p = p * z + F(-3.7612626e-01)
    p = p * z + F(1.1283791)
    u = F(4.0) if a > F(4.0) else a
    q = F(-1.8557104e-04)
    q = q * u + F(2.939579e-03)
    q = q * u + F(-2.1805208e-02)
    q = q * u + F(1.0303715e-01)
    q = q * u + F(6.382259e-01)
    q = q * u + F(1.1270399)
    q = q * u + F(3.537538e-04)
    far = with_sign32(F(1.0) - exp32(-q), x)
    return far if a > F(1.0) else x * p


@inlined
def erf64(x: Number) -> Number:
    """x·P(x²) for |x| ≤ 1; 1 − exp(−Q(|x|)) up to 6, where it is 1."""
    a = abs(x)
    z = x * x
    p = -7.801190384553536e-10
    p = p * z + 1.3722976042030932e-08
    p = p * z + -1.6209175573543467e-07
    p = p * z + 1.644751758884308e-06
    p = p * z + -1.4924744651760684e-05
    p = p * z + 1.2055295319620248e-04
    p = p * z + -8.548325989656709e-04
    p = p * z + 5.2239776074223645e-03
    p = p * z + -2.6866170643276045e-02
    p = p * z + 1.1283791670945252e-01
    p = p * z + -3.761263890318355e-01
    p = p * z + 1.1283791670955126
    u = 6.0 if a > 6.0 else a
    q = -1.0390269467187596e-12
    q = q * u + 4.7516309464716844e-11
    q = q * u + -1.0170356334479061e-09
    q = q * u + 1.3522120803479397e-08
    q = q * u + -1.2483016573788987e-07
    q = q * u + 8.451896156487914e-07
    q = q * u + -4.301766893082576e-06
    q = q * u + 1.6421434144371468e-05
    q = q * u + -4.4769756972938614e-05
    q = q * u + 6.97499901245147e-05
    q = q * u + 4.5956942756095614e-05
    q = q * u + -6.428353563673363e-04
    q = q * u + 1.7709274851046574e-03
    q = q * u + -2.8223053645690756e-04
    q = q * u + -1.907695411442194e-02
    q = q * u + 1.0274664205143527e-01
    q = q * u + 6.366287038951542e-01
    q = q * u + 1.1283772823667788
    q = q * u + 1.8438785014972396e-07
    far = with_sign64(1.0 - exp64(-q), x)
    return far if a > 1.0 else x * p


# Either dtype; which branch is taken is known when a kernel is compiled --------------------------------------------


@inlined
def exp(x: Number) -> Number:
    """eˣ."""
    return exp32(x) if isinstance(x, F) else exp64(x)


@inlined
def expm1(x: Number) -> Number:
    """eˣ − 1 for x ≤ 0."""
    return expm1_32(x) if isinstance(x, F) else expm1_64(x)


@inlined
def log(x: Number) -> Number:
    """The natural logarithm."""
    return log32(x) if isinstance(x, F) else log64(x)


@inlined
def tanh(x: Number) -> Number:
    """The hyperbolic tangent."""
    return tanh32(x) if isinstance(x, F) else tanh64(x)


@inlined
def sigmoid(x: Number) -> Number:
    """1 / (1 + e⁻ˣ)."""
    return sigmoid32(x) if isinstance(x, F) else sigmoid64(x)


@inlined
def softplus(x: Number) -> Number:
    """log(1 + eˣ)."""
    return softplus32(x) if isinstance(x, F) else softplus64(x)


@inlined
def erf(x: Number) -> Number:
    """The error function."""
    return erf32(x) if isinstance(x, F) else erf64(x)


@inlined
def order(x: Number) -> Number:
    """An integer for each number, ordered as they are; NaN stands beyond the infinity of its sign."""
    return order32(x) if isinstance(x, F) else order64(x)


@inlined
def from_order(bits: Number, like: Number) -> Number:
    """The number, of the dtype of `like`, that `order` made the integer of."""
    return from_order32(bits) if isinstance(like, F) else from_order64(bits)
