"""Kernels of convolution against its definition, computed in float64: windows and layouts of every kind."""

import os
import subprocess
import sys
import textwrap

import numpy as np
import pytest

pytest.importorskip("numba")

from minitorch.registry import get_backend
from minitorch.windows import Windows
from minitorch_numba import conv as kernels, jit, threads

NUMBA, NUMPY = get_backend("numba"), get_backend("numpy")
PRODUCTS = ("conv", "conv_transpose", "conv_weight")


@pytest.fixture(params=["serial", "parallel"])
def build(request, monkeypatch):
    """Every kernel, whatever the size, in one of its two builds."""
    monkeypatch.setattr(jit, "threshold", 0.0)
    monkeypatch.setattr(threads, "_limit", 2)
    monkeypatch.setattr(threads, "_count", 1 if request.param == "serial" else min(2, threads.available()))
    return request.param


@pytest.fixture
def points(monkeypatch):
    """Winograd's algorithm for every size."""
    monkeypatch.setattr(kernels, "CHANNELS", 1)
    monkeypatch.setattr(kernels, "TILES", 1)


def windows(size, kernel, stride=1, before=0, dilation=1, counts=None):
    """Windows, as a layer would lay them where `counts` does not say otherwise."""
    stride, before, dilation = (
        (v,) * len(size) if isinstance(v, int) else v for v in (stride, before, dilation)
    )
    sides = zip(size, kernel, stride, before, dilation, strict=True)
    full = tuple((n + 2 * p - d * (k - 1) - 1) // s + 1 for n, k, s, p, d in sides)
    return Windows(size, kernel, stride, before, dilation, counts or full)


def numbers(shape, dtype, seed):
    return np.random.default_rng((seed, *shape)).standard_normal(shape).astype(dtype)


def arrays(lies, inputs, outputs, groups=1, batch=2, dtype="float32"):
    """x, w, y, and a bias for each of y and x."""
    shapes = (
        (batch, inputs, *lies.size), (outputs, inputs // groups, *lies.kernel), (batch, outputs, *lies.counts),
        (outputs,), (inputs,),
    )  # fmt: skip
    return [numbers(shape, dtype, seed) for seed, shape in enumerate(shapes)]


def definition(wanted, lies, groups, x, w, y, b, c):
    """One of the three products: Σ x[n, c, i]·w[o, c, k]·y[n, o, j] over those i that stand at place k of window j.

    The sum runs over everything but the indices of the result.
    """
    dims = len(lies.size)
    i, k, j = ("pqr"[:dims], "stu"[:dims], "vyz"[:dims])
    stands = [
        np.equal.outer(np.add.outer(np.arange(m) * d, np.arange(n) * s) - before, np.arange(size)).astype(
            float
        )
        for size, m, s, before, d, n in zip(*lies, strict=True)
    ]
    split = {
        f"ngc{i}": x.reshape(len(x), groups, x.shape[1] // groups, *x.shape[2:]),
        f"goc{k}": w.reshape(groups, len(w) // groups, *w.shape[1:]),
        f"ngo{j}": y.reshape(len(y), groups, y.shape[1] // groups, *y.shape[2:]),
    }
    result = {"conv": f"ngo{j}", "conv_transpose": f"ngc{i}", "conv_weight": f"goc{k}"}[wanted]
    given = {indices: a.astype(float) for indices, a in split.items() if indices != result}
    tables = {k[dim] + j[dim] + i[dim]: table for dim, table in enumerate(stands)}
    terms = (
        {**given, **tables}
        if wanted == "conv_transpose"
        else {f"ngc{i}": given.pop(f"ngc{i}"), **tables, **given}
    )
    path = [(0, 1), *((0, last) for last in range(len(terms) - 2, 0, -1))]  # in this order
    total = np.einsum(",".join(terms) + "->" + result, *terms.values(), optimize=["einsum_path", *path])
    shift = {"conv": b, "conv_transpose": c, "conv_weight": None}[wanted]
    total = total.reshape({"conv": y, "conv_transpose": x, "conv_weight": w}[wanted].shape)
    return total if shift is None else total + shift.astype(float).reshape(-1, *[1] * dims)


def computed(backend, wanted, lies, groups, x, w, y, b, c):
    """The same by a backend."""
    if wanted == "conv":
        return backend.conv(x, w, b, lies, groups)
    if wanted == "conv_transpose":
        return backend.conv_transpose(y, w, c, lies, groups)
    return backend.conv_weight(x, y, lies, groups)


def error(got, expected):
    """The largest error, in parts of the largest result."""
    assert got.shape == expected.shape
    return np.abs(got - expected).max(initial=0) / np.abs(expected).max(initial=1e-30)


def agree(lies, groups, x, w, y, b, c):
    """Asserts that the three products are right."""
    tolerance = {"f": 1e-4, "d": 1e-10}[x.dtype.char]
    for wanted in PRODUCTS:
        got = computed(NUMBA, wanted, lies, groups, x, w, y, b, c)
        assert got.dtype == x.dtype
        assert error(got, definition(wanted, lies, groups, x, w, y, b, c)) < tolerance, wanted


# windows, inputs, outputs, groups
CASES = {
    "1-d": (windows((19,), (4,)), 3, 5, 1),
    "1-d, padding, stride, dilation": (windows((40,), (3,), 2, 3, 3), 4, 30, 2),
    "2-d": (windows((9, 8), (3, 3), 1, 1), 5, 7, 1),
    "2-d, stride 2": (windows((9, 8), (3, 3), 2, 1), 5, 7, 1),
    "2-d, stride 3": (windows((11, 13), (3, 3), 3, 1), 2, 14, 1),
    "strides larger than the kernel": (windows((11, 13), (2, 1), 3), 2, 14, 1),
    "3-d": (windows((5, 6, 7), (2, 3, 2), 1, 1), 2, 3, 1),
    "3-d, all at once": (windows((6, 9, 7), (2, 3, 1), (1, 2, 3), (2, 0, 1), (2, 1, 1)), 4, 6, 2),
    "groups": (windows((6, 7), (3, 3), 1, 1), 6, 9, 3),
    "groups of many": (windows((5, 5), (3, 3), 1, 1), 34, 30, 2),
    "dilation": (windows((9, 12), (3, 2), 1, 2, (2, 4)), 3, 4, 1),
    "dilation and stride with a common factor": (windows((15, 12), (3, 3), (4, 2), 3, (2, 4)), 3, 4, 1),
    "asymmetric": (windows((9, 12), (1, 5), (2, 1), (0, 3)), 3, 4, 1),
    "padding larger than the kernel": (windows((4, 5), (2, 2), 1, 5), 3, 4, 1),
    "windows in the padding alone": (windows((2, 3), (2, 2), 9, 7), 3, 4, 1),
    "nothing but padding": (windows((2, 3), (2, 2), 20, 7), 3, 4, 1),
    "nothing but padding, 3-d": (windows((2, 3, 2), (2, 2, 2), 20, 7), 3, 4, 1),
    "cut off": (windows((9, 11), (2, 2), 3), 3, 4, 1),
    "cut off by much": (windows((20, 21), (3, 3), 1, 1, 1, (4, 7)), 3, 4, 1),
    "padding behind alone": (windows((6, 6), (3, 3), 1, 0, 1, (8, 7)), 3, 4, 1),
    "padding in front alone": (windows((6, 6), (3, 3), 1, (2, 1), 1, (6, 5)), 3, 4, 1),
    "one window": (windows((3, 4), (3, 4)), 3, 20, 1),
    "points": (windows((5, 6), (1, 1)), 9, 4, 1),
    "points in groups": (windows((5, 6), (1, 1)), 9, 6, 3),
    "points apart": (windows((5, 6), (1, 1), 2), 9, 4, 1),
    "points apart, 1-d": (windows((11,), (1,), 3), 9, 4, 1),
    "points apart, 3-d": (windows((5, 6, 7), (1, 1, 1), (1, 2, 3)), 3, 4, 1),
    "points apart in groups": (windows((5, 6), (1, 1), 2), 9, 6, 3),
    "points apart, cut off": (windows((9, 11), (1, 1), 2, 0, 1, (3, 2)), 3, 4, 1),
    "points with padding behind": (windows((6, 6), (1, 1), 1, 0, 1, (8, 7)), 3, 4, 1),
    "points with padding": (windows((5, 6), (1, 1), 1, 2), 9, 4, 1),
    "one channel": (windows((8, 9), (3, 3), 1, 1), 1, 1, 1),
    "many channels": (windows((4, 3), (2, 3)), 150, 30, 1),
    "many windows": (windows((40, 50), (5, 5), 1, 2), 3, 16, 1),
    "depthwise": (windows((8, 9), (3, 3), 2, 1), 6, 6, 6),
    "depthwise, 3-d": (windows((4, 5, 6), (3, 3, 3), 1, 1), 3, 6, 3),
}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("case", CASES)
def test_products(case, dtype, build):
    lies, inputs, outputs, groups = CASES[case]
    for batch in (1, 5):
        x, w, y, b, c = arrays(lies, inputs, outputs, groups, batch, dtype)
        agree(lies, groups, x, w, y, b, c)
        agree(lies, groups, x, w, y, None, None)


@pytest.mark.parametrize("groups", [1, 2])
def test_an_empty_batch(groups, build):
    lies = windows((6, 5), (3, 3), 1, 1)
    x, w, y, b, c = arrays(lies, 4, 6, groups, 0)
    agree(lies, groups, x, w, y, b, c)
    assert not NUMBA.conv_weight(x, y, lies, groups).any()


def layouts(x):
    """The same numbers, laid out in several ways."""
    yield np.asfortranarray(x)
    yield x.swapaxes(0, 1).copy().swapaxes(0, 1)
    yield np.repeat(x, 2, -1)[..., ::2]
    yield x[:, ::-1].copy()[:, ::-1]
    yield x[..., ::-1].copy()[..., ::-1]


@pytest.mark.parametrize("groups", [1, 2])
@pytest.mark.parametrize("algorithm", ["direct", "by points"])
def test_layouts(algorithm, groups, build, request):
    if algorithm == "by points":
        request.getfixturevalue("points")
    for lies in (windows((6, 5), (3, 3), 1, 1), windows((6, 5), (1, 1)), windows((6, 5), (1, 1), 2)):
        x, w, y, b, c = arrays(lies, 4, 6, groups)
        for turned in zip(layouts(x), layouts(w), layouts(y), strict=True):
            agree(lies, groups, *turned, b, c)
        agree(lies, groups, x, w, y, np.repeat(b, 2)[::2], c[::-1].copy()[::-1])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    ("size", "before", "counts", "inputs", "outputs"),
    [
        ((8, 8), 1, (8, 8), 32, 32), ((7, 9), 1, (7, 9), 33, 20), ((5, 6), 0, (3, 4), 16, 70),
        ((13, 6), 2, (15, 8), 17, 16), ((20, 20), (0, 1), (11, 7), 1, 1), ((6, 6), (2, 0), (6, 9), 40, 3),
        ((1, 1), 1, (1, 1), 3, 2), ((2, 30), 1, (2, 30), 3, 14), ((3, 32), 1, (3, 32), 3, 14),
        ((6, 16), 1, (6, 16), 5, 20), ((3, 14), 1, (3, 14), 2, 3), ((20, 21), 1, (20, 21), 33, 20),
    ],
)  # fmt: skip
def test_by_points(size, before, counts, inputs, outputs, dtype, build, points):
    lies = windows(size, (3, 3), 1, before, 1, counts)
    for batch in (1, 5):
        x, w, y, b, c = arrays(lies, inputs, outputs, 1, batch, dtype)
        agree(lies, 1, x, w, y, b, c)
        if dtype == "float32":
            agree(lies, 1, x, w, y, None, None)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_by_points_into_every_second_place(dtype, build, points):
    lies = windows((13, 14), (6, 6), 2, 2)  # whose transposed form is four convolutions with kernels of 3 × 3
    agree(lies, 1, *arrays(lies, 5, 16, 1, 3, dtype))


def test_parts_of_the_outputs(monkeypatch):
    monkeypatch.setattr(threads, "_count", 4)
    assert [kernels.parts_of(strips, 64) for strips in (1, 2, 3, 4, 33)] == [4, 2, 4, 1, 1]
    assert kernels.parts_of(1, 3) == 1


def test_infinite_weights_where_no_window_looks(build):
    lies = windows((5, 6), (1, 1), 2)
    x, w, y, _, _ = arrays(lies, 3, 4)
    w[0] = np.inf
    with NUMPY.quiet():
        spread = computed(NUMBA, "conv_transpose", lies, 1, x, w, y, None, None)
    assert not spread[:, :, 1::2].any()
    assert not spread[:, :, :, 1::2].any()
    assert not np.isfinite(spread[:, :, ::2, ::2]).any()


def test_the_empty_input_of_a_transposed_convolution(build):
    lies = Windows((2,), (1,), (2,), (0,), (1,), (0,))
    x, w, y, _, c = arrays(lies, 3, 4)
    np.testing.assert_array_equal(
        NUMBA.conv_transpose(y, w, c, lies, 1), np.broadcast_to(c[:, None], x.shape)
    )


@pytest.mark.parametrize("wanted", PRODUCTS)
def test_error_of_many_channels(wanted):
    lies = windows((16, 16), (3, 3), 1, 1)
    given = arrays(lies, 256, 64, 1, 4)
    assert kernels.by_points(lies, given[0], 64)
    assert error(computed(NUMBA, wanted, lies, 1, *given), definition(wanted, lies, 1, *given)) < 2e-5


@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan])
@pytest.mark.parametrize("where", ["x", "w", "y", "b"])
@pytest.mark.parametrize("algorithm", ["direct", "by points"])
def test_numbers_that_are_not_finite(algorithm, where, value, build, request):
    if algorithm == "by points":
        request.getfixturevalue("points")
    for lies in (
        windows((10, 9), (3, 3), 1, 1), windows((10, 9), (3, 3), 2, 1), windows((13, 14), (6, 6), 2, 2)
    ):  # fmt: skip
        for place in (0, 40, -1):
            given = dict(zip("xwybc", arrays(lies, 3, 4), strict=True))
            given[where].reshape(-1)[place % given[where].size] = value
            for wanted in PRODUCTS:
                with NUMPY.quiet():
                    expected = computed(NUMPY, wanted, lies, 1, *given.values())
                    got = computed(NUMBA, wanted, lies, 1, *given.values())
                np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-4)


def test_results_do_not_depend_on_the_number_of_threads(monkeypatch):
    if threads.available() < 2:
        pytest.skip("there is one thread")
    monkeypatch.setattr(jit, "threshold", 0.0)
    monkeypatch.setattr(threads, "_limit", 2)
    cases = [
        CASES[name] for name in ("1-d", "2-d, stride 2", "3-d", "groups of many", "points", "many windows")
    ]
    for lies, inputs, outputs, groups in [*cases, (windows((20, 20), (3, 3), 1, 1), 40, 30, 1)]:
        given = arrays(lies, inputs, outputs, groups, 5)
        for wanted in PRODUCTS:
            results = []
            for count in (1, 2):
                monkeypatch.setattr(threads, "_count", count)
                results.append(computed(NUMBA, wanted, lies, groups, *given))
            np.testing.assert_array_equal(*results)


def test_without_compilation():
    script = """
        import numpy as np
        from minitorch.registry import get_backend
        from minitorch.windows import Windows
        from minitorch_numba import conv

        def check():
            for lies in (Windows((5, 4), (3, 3), (1, 1), (1, 1), (1, 1), (5, 4)),
                         Windows((12, 16), (3, 3), (1, 1), (1, 1), (1, 1), (12, 16)),
                         Windows((5, 4), (3, 2), (2, 1), (1, 0), (1, 2), (3, 2))):
                rng = np.random.default_rng(0)
                shapes = (3, 2, *lies.size), (3, 2, *lies.kernel), (3, 3, *lies.counts), (3,), (2,)
                x, w, y, b, c = (rng.standard_normal(shape).astype("float32") for shape in shapes)
                results = [
                    (v.conv(x, w, b, lies, 1), v.conv_transpose(y, w, c, lies, 1), v.conv_weight(x, y, lies, 1))
                    for v in (get_backend("numba"), get_backend("numpy"))
                ]
                for got, expected in zip(*results, strict=True):
                    np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-4)
            print("right")

        check()
        conv.CHANNELS = conv.TILES = 1
        check()
    """
    settings = {"NUMBA_DISABLE_JIT": "1", "MINITORCH_NUMBA_THRESHOLD": "0"}
    path = os.pathsep.join(sys.path)
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        env={**os.environ, **settings, "PYTHONPATH": path}, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.stdout == "right\nright\n", done.stderr
