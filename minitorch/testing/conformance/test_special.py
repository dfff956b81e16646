"""Special functions at a few points each, where their values are known to 17 digits.

The values are the definitions of DLMF, chapters 5 to 10 and 25, evaluated in arithmetic of 40 digits.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from minitorch.backend import Array, Backend
from minitorch.backend_special import SpecialFunctions

Layout = Callable[[Backend, Any], Array]

ONE: dict[str, dict[float, float]] = {
    "erfc": {
        -1.5: 1.9661051464753107,
        0.25: 0.72367360983176307,
        3: 2.2090496998585441e-5,
        6: 2.1519736712498913e-17,
    },
    "erfcx": {
        -2: 108.94090438997797,
        0.5: 0.61569034419292587,
        5: 0.11070463773306863,
        50: 0.011281536265323773,
    },
    "erfinv": {
        -0.9375: -1.3171503349861307,
        0.125: 0.11123545184094996,
        0.5: 0.47693627620446987,
        0.984375: 1.7094723742995115,
    },
    "ndtri": {
        0.0625: -1.5341205443525463,
        0.5625: 0.1573106846101707,
        0.75: 0.67448975019608174,
        0.984375: 2.1538746940614562,
    },
    "log_ndtr": {
        -20: -203.91715537109726,
        -2: -3.7831843336820319,
        0.5: -0.36894641528865639,
        3: -0.0013508099647481938,
    },
    "lgamma": {
        -2.5: -0.056243716497674051,
        0.25: 1.2880225246980775,
        3.5: 1.2009736023470742,
        40: 106.63176026064346,
    },
    "digamma": {
        -1.5: 0.70315664064524319,
        0.25: -4.2274535333762654,
        4: 1.2561176684318005,
        50: 3.9019896734278922,
    },
    "bessel_j0": {
        -3: -0.26005195490193344,
        0.5: 0.9384698072408129,
        10: -0.24593576445134834,
        40: 0.0073668905842372896,
    },
    "bessel_j1": {
        -3: -0.33905895852593646,
        0.5: 0.24226845767487389,
        10: 0.043472746168861437,
        40: 0.126038318037585,
    },
    "bessel_y0": {
        0.25: -0.93157302493005869,
        2: 0.51037567264974512,
        10: 0.055671167283599391,
        40: 0.12593641705826093,
    },
    "bessel_y1": {
        0.25: -2.7041052293152824,
        3: 0.32467442479179998,
        10: 0.24901542420695388,
        40: -0.0057935058215496329,
    },
    "i0": {-3: 4.8807925858650241, 0.5: 1.0634833707413235, 10: 2815.7166284662545, 40: 14894774793419900.0},
    "i0e": {
        -3: 0.2430003541618254,
        0.5: 0.64503527044915007,
        10: 0.12783333716342861,
        40: 0.06327827987523533,
    },
    "i1": {
        -3: -3.9533702174026094,
        0.5: 0.25789430539089632,
        10: 2670.9883037012547,
        40: 14707396163259353.0,
    },
    "i1e": {
        -3: -0.19682671329730085,
        0.5: 0.1564208031848717,
        10: 0.12126268138445552,
        40: 0.062482229074442061,
    },
    "k0": {
        0.25: 1.5415067512483028,
        1.5: 0.21380556264752574,
        5: 0.0036910983340425943,
        40: 8.392861100099567e-19,
    },
    "k0e": {
        0.25: 1.9793338485985687,
        1.5: 0.9582100532948965,
        5: 0.54780756431351899,
        400: 0.062646151299578114,
    },
    "k1": {
        0.25: 3.7470259744407116,
        1.5: 0.27738780045684382,
        5: 0.0040446134454521642,
        40: 8.4971319548610387e-19,
    },
    "k1e": {
        0.25: 4.8112765881710253,
        1.5: 1.243165873552553,
        5: 0.60027385878831258,
        400: 0.062724410168277165,
    },
    "airy_ai": {
        -12: -0.066555175054373129,
        -3.25: -0.4190132668052308,
        0.5: 0.23169360648083349,
        6: 9.9476943602528896e-6,
    },
}
TWO: dict[str, dict[tuple[float, float], float]] = {
    "zeta": {
        (2, 1): 1.6449340668482264,
        (1.5, 0.25): 10.213055360466601,
        (4, 12): 0.00021834887184513766,
        (3, -0.5): 0.41439832211716,
    },
    "igamma": {
        (0.5, 0.25): 0.52049987781304654,
        (3, 1.5): 0.19115316946194187,
        (10, 14): 0.890600630357261,
        (150, 145): 0.34990482407502904,
    },
    "igammac": {
        (0.5, 0.25): 0.47950012218695346,
        (3, 1.5): 0.80884683053805813,
        (10, 14): 0.109399369642739,
        (150, 145): 0.65009517592497096,
    },
}


def test_every_special_function_is_known_here() -> None:
    """A new one needs its values."""
    assert set(SpecialFunctions.__annotations__) == {*ONE, *TWO}


@pytest.mark.parametrize("name", ONE)
def test_special_functions_of_one(backend: Backend, layout: Layout, name: str) -> None:
    """In double and in single precision; the dtype stays."""
    for kind, tolerance in (("float64", 1e-13), ("float32", 2e-6)):
        x = layout(backend, np.array([[*ONE[name]]], kind))
        y = backend.to_numpy(getattr(backend, name)(x))
        assert y.dtype == kind
        np.testing.assert_allclose(y, [[*ONE[name].values()]], rtol=tolerance)


@pytest.mark.parametrize("name", TWO)
def test_special_functions_of_two(backend: Backend, layout: Layout, name: str) -> None:
    """In double and in single precision, and broadcast."""
    first, second = zip(*TWO[name], strict=True)
    for kind, tolerance in (("float64", 1e-13), ("float32", 2e-6)):
        arrays = [layout(backend, np.array(values, kind)) for values in (first, second)]
        y = backend.to_numpy(getattr(backend, name)(*arrays))
        assert y.dtype == kind
        np.testing.assert_allclose(y, [*TWO[name].values()], rtol=tolerance)
        table = getattr(backend, name)(arrays[0].reshape(-1, 1), arrays[1].reshape(1, -1))
        np.testing.assert_array_equal(np.diagonal(backend.to_numpy(table)), y)


@pytest.mark.parametrize("name", ["erfcx", "lgamma", "i0", "bessel_y1"])
def test_special_functions_of_nothing(backend: Backend, name: str) -> None:
    """Empty arrays, and arrays without dims."""
    assert getattr(backend, name)(backend.zeros((0, 3), "float32")).shape == (0, 3)
    assert getattr(backend, name)(backend.asarray(0.5)).shape == ()
