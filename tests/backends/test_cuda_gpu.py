"""What only a GPU shows of the kernels: products by cuBLAS, cuDNN beside our own kernels, all dtypes on all paths.

Kernels are compared with composites there by the conformance suite, which runs for every backend that is installed.
"""

import numpy as np
import pytest

import minitorch

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not minitorch.cuda.is_available(), reason="no GPU here"),
]

from minitorch import backends as switches  # noqa: E402
from minitorch.registry import get_backend  # noqa: E402
from minitorch.windows import Windows  # noqa: E402
from minitorch_cupy import plans  # noqa: E402

if minitorch.cuda.is_available():
    from minitorch_cupy import frontend

PRECISION = {"float32": 1e-5, "float64": 1e-12, "float16": 2e-3, "bfloat16": 1.6e-2}


@pytest.fixture
def gpu():
    return get_backend("cupy")


@pytest.fixture(params=["cudnn", "own kernels"])
def by(request, monkeypatch):
    """Who computes convolutions and attention."""
    if request.param == "cudnn":
        missing = frontend.loaded()[1]
        if missing:
            pytest.skip(
                f"cuDNN or its frontend (pip install nvidia-cudnn-frontend) cannot be loaded: {missing}"
            )
    monkeypatch.setattr(switches.cudnn, "enabled", request.param == "cudnn")
    monkeypatch.setattr(switches.cudnn, "allow_tf32", False)
    return request.param


def numbers(gpu, shape, dtype, seed=0):
    """Numbers of a dtype on the GPU, and the same ones in double precision on the CPU."""
    x = gpu.astype(gpu.asarray(np.random.default_rng(seed).standard_normal(shape)), dtype)
    return x, gpu.to_numpy(gpu.astype(x, "float64"))


def close(gpu, got, expected, dtype, factor=1):
    got = gpu.to_numpy(gpu.astype(got, "float64"))
    scale = max(abs(expected).max(), 1)
    np.testing.assert_allclose(got, expected, rtol=0, atol=factor * PRECISION[dtype] * scale)


def test_cublas_in_two_streams_and_threads(gpu):
    """Each stream has a workspace of its own, each thread a handle."""
    from concurrent.futures import ThreadPoolExecutor

    cuda = minitorch.cuda
    (x, x64), (y, y64) = numbers(gpu, (512, 512), "float32"), numbers(gpu, (512, 512), "float32", 1)
    cuda.synchronize()

    def work(_):
        with cuda.stream(cuda.Stream()):
            z = [gpu.matmul(x, y) for _ in range(20)]
            cuda.current_stream().synchronize()
        return z

    with ThreadPoolExecutor(4) as pool:
        for z in pool.map(work, range(8)):
            for one in z:
                close(gpu, one, x64 @ y64, "float32")
    for _ in range(20):  # more streams than workspaces are kept for
        close(gpu, work(0)[-1], x64 @ y64, "float32")


@pytest.mark.parametrize("dtype", ["complex64", "complex128"])
def test_products_of_complex_numbers(gpu, dtype):
    rng = np.random.default_rng(0)
    x, y = (rng.standard_normal((3, 5, 5)) + 1j * rng.standard_normal((3, 5, 5)) for _ in range(2))
    z = gpu.matmul(gpu.asarray(x.astype(dtype)), gpu.asarray(y.astype(dtype)).swapaxes(-1, -2))
    assert z.dtype == dtype
    np.testing.assert_allclose(gpu.to_numpy(z), x @ y.swapaxes(-1, -2), rtol=0, atol=1e-4)


def test_where_of_bfloat16(gpu):
    x, x64 = numbers(gpu, (4, 6), "bfloat16")
    z = gpu.where(x > 0, x, 0)
    assert z.dtype == x.dtype
    np.testing.assert_array_equal(gpu.to_numpy(gpu.astype(z, "float64")), np.where(x64 > 0, x64, 0))


@pytest.mark.parametrize("dtype", PRECISION)
@pytest.mark.parametrize(
    ("a", "b"),
    [
        ((5, 7), (7, 3)),
        ((4, 5, 7), (4, 7, 3)),
        ((4, 1, 5, 7), (3, 7, 2)),
        ((6, 5, 7), (7, 3)),
        ((7,), (7, 3)),
        ((2, 5, 7), (7,)),
        ((7,), (7,)),
        ((300, 500), (500, 200)),
    ],
)
def test_products(gpu, dtype, a, b):
    (x, x64), (y, y64) = numbers(gpu, a, dtype), numbers(gpu, b, dtype, 1)
    expected = x64 @ y64
    z = gpu.matmul(x, y)
    assert z.dtype == x.dtype
    assert z.shape == expected.shape
    close(gpu, z, expected, dtype)
    if len(a) > 1 and len(b) > 1:  # the same, with transposed views
        x, y = (gpu.copy(side.swapaxes(-1, -2)).swapaxes(-1, -2) for side in (x, y))
        close(gpu, gpu.matmul(x, y), expected, dtype)
        close(gpu, gpu.matmul(x[..., ::2, :], y[..., ::2]), expected[..., ::2, ::2], dtype)


def test_sums_of_half_precision_are_kept_in_single(gpu):
    x = gpu.full((1, 4096), 1, "float16")
    assert float(gpu.matmul(x, x.T)[0, 0]) == 4096
    x = gpu.full((1, 4097), 1, "bfloat16")
    assert float(gpu.matmul(x, x.T)[0, 0]) == 4096
    x = gpu.full((1, 1 << 16), 8, "float16")  # each half of the sum is infinite in float16
    signs = gpu.full((1 << 16, 1), 1, "float16")
    signs[1 << 15 :] = -1
    assert float(gpu.matmul(x, signs)[0, 0]) == 0


def test_tf32_is_a_choice(gpu, monkeypatch):
    (x, x64), (y, y64) = numbers(gpu, (256, 512), "float32"), numbers(gpu, (512, 256), "float32", 1)
    close(gpu, gpu.matmul(x, y), x64 @ y64, "float32")
    monkeypatch.setattr(switches.cuda.matmul, "allow_tf32", True)
    close(gpu, gpu.matmul(x, y), x64 @ y64, "float16")


LAYERS = [  # size, kernel, stride, padding, dilation, groups, channels, outputs
    ((14, 14), (3, 3), (1, 1), (1, 1), (1, 1), 1, 16, 32),
    ((15, 14), (3, 3), (2, 2), (1, 1), (1, 1), 1, 16, 32),
    ((14, 14), (1, 1), (2, 2), (0, 0), (1, 1), 1, 16, 32),
    ((14, 14), (3, 3), (1, 1), (2, 2), (2, 2), 4, 16, 32),
    ((14, 14), (3, 3), (1, 1), (1, 1), (1, 1), 16, 16, 32),
    ((30,), (5,), (2,), (2,), (1,), 1, 8, 8),
    ((6, 7, 8), (3, 3, 3), (1, 1, 1), (1, 1, 1), (1, 1, 1), 1, 8, 8),
]


@pytest.mark.parametrize("dtype", PRECISION)
@pytest.mark.parametrize("layer", LAYERS, ids=str)
def test_convolutions(gpu, dtype, layer, by):
    """By cuDNN where it has a plan, and by products of matrices."""
    size, kernel, stride, before, dilation, groups, channels, outputs = layer
    counts = tuple(
        (n + 2 * p - d * (k - 1) - 1) // s + 1
        for n, k, s, p, d in zip(size, kernel, stride, before, dilation, strict=True)
    )
    lies = Windows(size, kernel, stride, before, dilation, counts)
    x, x64 = numbers(gpu, (4, channels, *size), dtype)
    w, w64 = numbers(gpu, (outputs, channels // groups, *kernel), dtype, 1)
    g, g64 = numbers(gpu, (4, outputs, *counts), dtype, 2)
    b, b64 = numbers(gpu, (outputs,), dtype, 3)
    numpy = get_backend("numpy")
    close(gpu, gpu.conv(x, w, b, lies, groups), numpy.conv(x64, w64, b64, lies, groups), dtype)
    expected = numpy.conv_transpose(g64, w64, None, lies, groups)
    close(gpu, gpu.conv_transpose(g, w, None, lies, groups), expected, dtype)
    close(gpu, gpu.conv_weight(x, g, lies, groups), numpy.conv_weight(x64, g64, lies, groups), dtype)


@pytest.mark.parametrize("dtype", PRECISION)
@pytest.mark.parametrize("causal", [True, False])
@pytest.mark.parametrize(("rows", "columns", "width"), [(100, 100, 64), (33, 70, 128), (5, 9, 20)])
def test_attention(gpu, dtype, causal, rows, columns, width, by):
    lead = (2, 3)
    (q, q64), (g, g64) = (numbers(gpu, (*lead, rows, width), dtype, seed) for seed in (0, 3))
    (k, k64), (v, v64) = (numbers(gpu, (*lead, columns, width), dtype, seed) for seed in (1, 2))
    numpy, scale = get_backend("numpy"), width**-0.5
    expected, p = numpy.attention(q64, k64, v64, None, scale, causal)
    y, kept = gpu.attention(q, k, v, None, scale, causal)
    close(gpu, y, expected, dtype)
    wanted = numpy.attention_backward(g64, q64, k64, v64, None, expected, p, scale, causal, False)
    got = gpu.attention_backward(g, q, k, v, None, y, kept, scale, causal, False)
    for one, other in zip(got[:3], wanted[:3], strict=True):
        close(gpu, one, other, dtype, factor=4)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_cudnn_has_plans_for_what_is_common(gpu, monkeypatch, dtype, by):
    """Elsewhere our own kernels step in without a word."""
    if by != "cudnn":
        pytest.skip("this asks cuDNN alone")
    monkeypatch.setattr(frontend, "plans", plans.Plans())
    x, w = (numbers(gpu, shape, dtype)[0] for shape in ((4, 16, 14, 14), (32, 16, 3, 3)))
    q = numbers(gpu, (2, 3, 128, 64), dtype)[0]
    gpu.conv(x, w, None, Windows((14, 14), (3, 3), (1, 1), (1, 1), (1, 1), (14, 14)), 1)
    y, kept = gpu.attention(q, q, q, None, 0.1, True)
    gpu.attention_backward(y, q, q, q, None, y, kept, 0.1, True, False)
    assert len(frontend.plans) == 3
    assert all(plan is not None for plan in frontend.plans._found.values())


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
@pytest.mark.parametrize("name", ["softmax", "log_softmax", "gelu", "silu", "layer_norm", "rms_norm"])
def test_half_precision(gpu, dtype, name):
    settings = {"softmax": (1,), "log_softmax": (1,), "gelu": (True,), "layer_norm": (None, None, 1e-5)}
    more = settings.get(name, (None, 1e-5) if name == "rms_norm" else ())
    x, x64 = numbers(gpu, (37, 129), dtype)
    got, expected = getattr(gpu, name)(x, *more), getattr(get_backend("numpy"), name)(x64, *more)
    got, expected = (y[0] if isinstance(y, tuple) else y for y in (got, expected))
    assert got.dtype == x.dtype
    close(gpu, got, expected, dtype)


def test_arrays_of_more_than_two_billion_numbers(gpu):
    free, _ = minitorch.cuda.mem_get_info()
    if free < 20 << 30:
        pytest.skip("needs 20 GiB of the GPU's memory")
    n = 2**31 + 1000
    y = gpu.relu(gpu.full((n,), -1, "float16"))
    assert float(y[-1]) == 0
    x = gpu.full((n,), 2, "float16")
    assert float(gpu.silu(x)[0][-1]) == float(gpu.silu(x[:1])[0][0])
