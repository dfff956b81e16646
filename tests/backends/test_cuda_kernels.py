"""The CUDA kernels, compiled for the CPU: each against the composite that it replaces.

What is proven here is the arithmetic and the launch code; what needs a GPU is in test_cuda_gpu.py.
"""

import inspect
from itertools import chain

import numpy as np
import pytest

pytest.importorskip("minitorch_cupy.launch")
build = pytest.importorskip("cuda_on_cpu.build")

from minitorch.errors import BackendError  # noqa: E402
from minitorch.registry import get_backend  # noqa: E402
from minitorch.testing.conformance import test_composites as conformance  # noqa: E402
from minitorch.testing.conformance.fixtures import LAYOUTS, laid_out, numbers  # noqa: E402
from minitorch.windows import Windows  # noqa: E402
from minitorch_cupy import launch  # noqa: E402
from minitorch_cupy.variants import VARIANTS, kernels, names  # noqa: E402

pytestmark = pytest.mark.skipif(build.COMPILER is None, reason="no C++ compiler is installed")

from cuda_on_cpu.backend import CudaOnCpu, launched  # noqa: E402


def overridden() -> list[str]:
    """The composites for which there are kernels."""
    rooms = [room for room in CudaOnCpu.__mro__ if room.__module__.startswith("minitorch_cupy")]
    found = {name for room in rooms for name, value in vars(room).items() if inspect.isfunction(value)}
    return sorted(found & conformance.CALLS.keys())


BACKEND = CudaOnCpu()


@pytest.mark.parametrize(
    "layout", [pytest.param(how, marks=[pytest.mark.slow] * (how != "contiguous")) for how in LAYOUTS]
)
@pytest.mark.parametrize("name", overridden())
def test_a_kernel_and_its_definition(layout, name):
    conformance.test_a_composite_and_its_definition(
        BACKEND, lambda backend, a: laid_out(backend, a, layout), name
    )


HALVES = [dtype for dtype in VARIANTS if dtype.itemsize == 2]


def in_half(call, dtype):
    """A call with single-precision arrays, in half precision; None for others."""
    kinds = {
        a.dtype for a in call.handed_over(np.asarray) if isinstance(a, np.ndarray) and a.dtype.kind == "f"
    }
    for arg in call.args:
        if isinstance(arg, list):
            kinds |= {a.dtype for a in arg if isinstance(a, np.ndarray)}
    if kinds - {np.dtype("float32")} or not kinds:
        return None
    return call.handed_over(lambda a: a.astype(dtype) if a.dtype.kind == "f" else a.copy())


def in_single(value):
    """Half-precision arrays as single-precision ones."""
    return conformance.walk(value, lambda a: a.astype("float32") if a.dtype in HALVES else a.copy())


def close(got, expected, eps):
    """Asserts that numbers, or those in lists, agree."""
    if isinstance(expected, (list, tuple)):
        for one, other in zip(got, expected, strict=True):
            close(one, other, eps)
    elif isinstance(expected, np.ndarray):
        assert got.shape == expected.shape
        got, expected = np.asarray(got, "float64"), np.asarray(expected, "float64")
        finite = np.abs(expected[np.isfinite(expected)])
        np.testing.assert_allclose(got, expected, rtol=3 * eps, atol=3 * eps * max(finite.max(initial=0), 1))


@pytest.mark.parametrize("dtype", HALVES, ids=str)
@pytest.mark.parametrize("name", overridden())
def test_half_precision_computes_in_single(name, dtype):
    """Results are those of single precision, rounded once: not those of sums in half precision."""
    compute = conformance.AFTER_FORWARD.get(name) or (
        lambda backend, *args, **settings: getattr(backend, name)(*args, **settings)
    )
    eps = 2.0**-10 if dtype == np.float16 else 2.0**-7
    tried = 0
    for call in conformance.CALLS[name]():
        given = in_half(call, dtype)
        if given is None or tried == 8:
            continue
        tried += 1
        plain = [in_single(arg) for arg in given]
        with np.errstate(all="ignore"):
            expected = compute(conformance.Definitions(get_backend("numpy")), *plain, **call.settings)
            got = compute(BACKEND, *given, **call.settings)
        if name in conformance.KEEP:
            expected, got = expected[:-1], got[:-1]
        close(got, expected, eps)
        close(given, plain, eps)
    assert tried


@pytest.mark.parametrize("dtype", HALVES, ids=str)
@pytest.mark.parametrize("name", ["batch_norm", "layer_norm", "rms_norm"])
def test_norms_of_half_precision_keep_single_beside_it(name, dtype):
    """Statistics, parameters and their gradients are float32, and as near to double precision as that allows."""
    x = (100 + numbers((60, 70), "float64", seed=1)).astype(dtype)
    w, b = (numbers((70,), "float32", seed=seed) for seed in (2, 3))
    g = numbers((60, 70), "float64", seed=4).astype(dtype)
    wide = [a.astype("float64") for a in (x, w, b, g)]

    def both(backend, x, w, b, g):
        vectors = (w,) if name == "rms_norm" else (w, b)
        y, *kept = getattr(backend, name)(x, *vectors, 1e-5)
        of_backward = kept[::2] if name == "batch_norm" else kept
        dx, *of_vectors = getattr(backend, f"{name}_backward")(x, w, *of_backward, g)
        return (y, dx), (*kept, *of_vectors)

    rounded, single = both(BACKEND, x, w, b, g)
    rounded_exact, single_exact = both(conformance.Definitions(get_backend("numpy")), *wide)
    for one, other in zip(rounded, rounded_exact, strict=True):
        assert one.dtype == dtype
        close(one, other, float(np.finfo(np.float16).eps) if dtype == np.float16 else 2.0**-8)
    for one, other in zip(single, single_exact, strict=True):
        assert one.dtype == np.float32
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-5 * np.abs(other).max())
    y = BACKEND.scale_channels(x, w, b)
    close(y, wide[0] * wide[1] + wide[2], 2.0**-10 if dtype == np.float16 else 2.0**-8)
    assert y.dtype == dtype


@pytest.mark.parametrize("dtype", HALVES, ids=str)
def test_gradients_of_the_mean_of_many_losses(dtype):
    """1/n comes in single precision: in float16 it would have lost its digits."""
    x, target = numbers((40, 5), "float64", seed=1).astype(dtype), np.arange(40) % 5
    scale = np.float32(300 / 70_001).reshape(())
    _, kept = BACKEND.cross_entropy(x, target)
    exact = np.exp(x.astype("float64"))
    exact = (exact / exact.sum(1, keepdims=True) - np.eye(5)[target]) * float(scale)
    got = BACKEND.cross_entropy_backward(x, kept, target, np.asarray(scale))
    np.testing.assert_allclose(got.astype("float64"), exact, rtol=1e-3 if dtype == np.float16 else 4e-3)


def test_nothing_is_launched_with_one_block_at_least():
    """CUDA refuses a grid without blocks."""
    assert launch.elements(0).blocks == launch.blocks(0) == launch.rows(0, 10).blocks == 1
    w = np.ones(3, "float32")
    for shape in ((0, 3), (0, 3, 2)):
        assert BACKEND.scale_channels(np.ones(shape, "float16"), w, w).dtype == np.float16
    for backward in (BACKEND.layer_norm, BACKEND.rms_norm):
        vectors = (w, w) if backward == BACKEND.layer_norm else (w,)
        y, *kept = backward(np.ones((0, 3), "float16"), *vectors, 1e-5)
        assert y.dtype == np.float16
        assert {k.shape for k in kept} == {(0, 1)}
    q, k = np.ones((2, 3, 4), "float32"), np.ones((2, 0, 4), "float32")
    y, kept = BACKEND.attention(q, k, k, None, 1.0, False)
    assert not y.any()
    dq, dk, _, _ = BACKEND.attention_backward(q, q, k, k, None, y, kept, 1.0, False, False)
    assert not dq.any()
    assert dk.shape == k.shape


@pytest.mark.parametrize("name", overridden())
def test_few_blocks_do_all_the_work(name, monkeypatch):
    """Kernels loop over what there are no blocks for: grids end somewhere, and sizes do not."""
    monkeypatch.setattr(build, "MOST_BLOCKS", 2)
    test_a_kernel_and_its_definition("contiguous", name)


# Attention ---------------------------------------------------------------------------------------------------


def looked_up(lead, rows, columns, e, d, mask, dtype="float64"):
    """Queries, keys, values, gradients and a mask; leading dims broadcast."""
    shapes = [(*lead, rows, e), (*lead[1:], columns, e), (*lead[1:], columns, d), (*lead, rows, d)]
    q, k, v, g = (numbers(shape, dtype, seed=i) for i, shape in enumerate(shapes))
    return q, k, v, g, None if mask is None else numbers((*mask, rows, columns), dtype, seed=9)


@pytest.mark.parametrize(
    ("lead", "mask"), [((), None), ((3,), ()), ((2, 3), (3,)), ((2, 3), (2, 1)), ((2, 1, 2), (2, 1, 1))]
)
@pytest.mark.parametrize(
    ("rows", "columns", "e", "d", "causal"),
    [(37, 50, 5, 7, False), (50, 37, 5, 7, True), (9, 33, 100, 66, True), (1, 1, 128, 1, False)],
)
def test_attention_in_tiles(lead, mask, rows, columns, e, d, causal):
    q, k, v, g, m = looked_up(lead, rows, columns, e, d, mask)
    numpy = get_backend("numpy")
    expected, p = numpy.attention(q, k, v, m, 0.3, causal)
    for _ in range(3):  # the threads of each launch run in another order
        got, kept = BACKEND.attention(q, k, v, m, 0.3, causal)
        np.testing.assert_allclose(got, expected, rtol=1e-10, atol=1e-12)
    assert kept.size == q[..., 0].size
    np.testing.assert_allclose(got, expected, rtol=1e-10, atol=1e-12)
    expected = numpy.attention_backward(g, q, k, v, m, expected, p, 0.3, causal, False)
    got = BACKEND.attention_backward(g, q, k, v, m, got, kept, 0.3, causal, False)
    for one, other in zip(got[:3], expected[:3], strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-11)


def test_wide_heads_are_left_to_the_composite():
    q, k, v, _, _ = looked_up((2,), 3, 4, 129, 2, None)
    before = set(launched)
    launched.clear()
    y, _ = BACKEND.attention(q, k, v, None, 0.1, False)
    assert not {kernel for file, kernel in launched if file == "attention"}
    launched.update(before)
    np.testing.assert_allclose(y, get_backend("numpy").attention(q, k, v, None, 0.1, False)[0])


# Sizes at which many warps work together ------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(3, 1000), (300, 70)])
@pytest.mark.parametrize(
    "name", ["layer_norm", "rms_norm", "softmax", "log_softmax", "cross_entropy", "attention_along"]
)
def test_wide_and_many_rows(name, shape, monkeypatch):
    """Forward and backward, three times: the threads of each launch run in another order."""
    monkeypatch.setattr(build, "MOST_BLOCKS", 2)
    numpy = conformance.Definitions(get_backend("numpy"))
    x, g, w = (numbers(s, "float64", seed=i) for i, s in enumerate((shape, shape, shape[1:])))
    target = np.arange(shape[0]) % 50

    def both(backend):
        if name == "layer_norm":
            y, *kept = backend.layer_norm(x, w, w, 1e-5)
            return y, *backend.layer_norm_backward(x, w, *kept, g)
        if name == "rms_norm":
            y, *kept = backend.rms_norm(x, w, 1e-5)
            return y, *backend.rms_norm_backward(x, w, *kept, g)
        if name == "cross_entropy":
            loss, kept = backend.cross_entropy(x, target)
            return loss, backend.cross_entropy_backward(x, kept, target, g[:, 0])
        y = getattr(backend, name)(x, 1)
        return y, getattr(backend, f"{name}_backward")(y, g, 1)

    if name == "attention_along":
        along = np.empty((shape[0], 1))
        size = launch.rows(*shape)
        for _ in range(3):
            build.run("attention", name, x.dtype, size, x, g, shape[0], shape[1], along)
            np.testing.assert_allclose(along[:, 0], (x * g).sum(1), rtol=1e-9, atol=1e-9)
        return
    expected = both(numpy)
    for _ in range(3):
        for one, other in zip(both(BACKEND), expected, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-9)


# Numbers that are none, and sizes that are large ---------------------------------------------------------------


ODD = np.array(
    [[np.nan, 1, 2], [np.inf, 1, 2], [-np.inf, -np.inf, -np.inf], [-np.inf, 0, np.inf], [0, -0.0, 1]]
)


@pytest.mark.parametrize("dtype", VARIANTS, ids=str)
@pytest.mark.parametrize(
    "name", ["softmax", "log_softmax", "relu", "sigmoid", "softplus", "gelu", "silu", "cross_entropy"]
)
def test_nan_and_infinity(name, dtype):
    settings = {
        "softmax": (1,),
        "log_softmax": (1,),
        "gelu": (False,),
        "cross_entropy": (np.zeros(5, int),),
    }.get(name, ())
    with np.errstate(all="ignore"):
        x = ODD.astype(dtype)
        got = getattr(BACKEND, name)(x, *settings)
        expected = getattr(conformance.Definitions(get_backend("numpy")), name)(ODD, *settings)
    got, expected = (y[0] if isinstance(y, tuple) else y for y in (got, expected))
    np.testing.assert_allclose(got.astype("float64"), expected, rtol=0.01, atol=1e-2)


def test_the_largest_of_windows_with_nan():
    x = np.array([np.nan, 1, 1, np.nan, np.nan, 0, -np.inf, -np.inf], "float32").reshape(1, 1, 8)
    lies = Windows((8,), (2,), (2,), (0,), (1,), (4,))
    y = BACKEND.max_pool(x, lies)
    np.testing.assert_array_equal(y[0, 0], [np.nan, np.nan, np.nan, -np.inf])
    assert BACKEND.max_pool_indices(x, y, lies)[0, 0].tolist() == [0, 3, 4, 6]


def test_indices_outside_of_a_table():
    w = np.arange(6, dtype="float32").reshape(3, 2)
    y = BACKEND.take_rows(w, np.array([-1, 2, 3, -4]))
    np.testing.assert_array_equal(y, [[4, 5], [4, 5], [np.nan] * 2, [np.nan] * 2])
    np.testing.assert_array_equal(BACKEND.add_rows(y, np.array([-1, 0, 3, -4]), 3), [[4, 5], [0, 0], [4, 5]])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_statistics_of_numbers_far_from_zero(dtype):
    x = (1000 + np.random.default_rng(0).standard_normal((64, 2, 300))).astype(dtype)
    y, mean, var, _ = BACKEND.batch_norm(x, None, None, 1e-5)
    np.testing.assert_allclose(var.reshape(-1), x.astype("float64").var((0, 2)), rtol=1e-4)
    np.testing.assert_allclose(mean.reshape(-1), x.astype("float64").mean((0, 2)), rtol=1e-6)
    assert abs(float(y.std()) - 1) < 1e-3


def test_convolutions_in_several_parts(monkeypatch):
    """As when the columns of all images need too much memory at a time."""
    monkeypatch.setattr("minitorch_cupy.conv.SCRATCH", 1 << 12)
    for name in ("conv", "conv_transpose", "conv_weight"):
        test_a_kernel_and_its_definition("contiguous", name)


# Optimizers -----------------------------------------------------------------------------------------------------


ADAM = {
    "lr": 0.1,
    "beta1": 0.9,
    "beta2": 0.99,
    "eps": 1e-3,
    "weight_decay": 0.1,
    "decoupled": True,
    "maximize": False,
}


def parameters(count, seed):
    return [numbers((i % 7, 700), "float64", 0.1, 2, seed=seed + i) for i in range(count)]


def test_more_tensors_than_one_launch_takes():
    mine, theirs = ([parameters(120, seed) for seed in (0, 1, 2, 3)] for _ in range(2))
    steps = [float(i + 1) for i in range(120)]
    BACKEND.adam_step(*mine, None, steps, **ADAM)
    get_backend("numpy").adam_step(*theirs, None, steps, **ADAM)
    for one, other in zip(chain(*mine), chain(*theirs), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-15)
    assert BACKEND.global_norm(mine[0]) == pytest.approx(get_backend("numpy").global_norm(mine[0]))


def test_replays_of_a_graph_number_their_steps(monkeypatch):
    mine, theirs = ([parameters(3, seed) for seed in (0, 1, 2, 3)] for _ in range(2))
    monkeypatch.setattr(CudaOnCpu, "replays", lambda self: np.array(4))
    BACKEND.adam_step(*mine, None, [1.0, 2.0, 3.0], **ADAM)
    get_backend("numpy").adam_step(*theirs, None, [5.0, 6.0, 7.0], **ADAM)
    for one, other in zip(mine[0], theirs[0], strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12)
    settings = {
        "lr": 0.1,
        "momentum": 0.9,
        "dampening": 0,
        "weight_decay": 0,
        "nesterov": False,
        "maximize": False,
    }
    with pytest.raises(BackendError, match="SGD: a graph of the first step"):
        BACKEND.sgd_step(mine[0], mine[1], [None] * 3, **settings)
    gaps = [[np.zeros((4, 6))[:, ::2]] for _ in range(4)]
    before = gaps[0][0].copy()
    with pytest.raises(BackendError, match="Adam: a graph repeats its steps only if"):
        BACKEND.adam_step(*gaps, None, [1.0], **ADAM)
    with pytest.raises(BackendError, match="SGD: a graph repeats its steps only if"):
        BACKEND.sgd_step(gaps[0], gaps[1], [None], **settings)
    np.testing.assert_array_equal(gaps[0][0], before)


NUMBERS = {"lr": 0.1, "weight_decay": 0.01, "maximize": False}
OF_ADAM = {**NUMBERS, "beta1": 0.9, "beta2": 0.99, "eps": 1e-8}
RULES = {
    "sgd": (0, {**NUMBERS, "momentum": 0.9, "dampening": 0.1, "nesterov": False}, []),
    "adam": (2, {**OF_ADAM, "decoupled": True}, [None, [3.0] * 2]),
    "adagrad": (1, {**NUMBERS, "lr_decay": 0.1, "eps": 1e-10}, [[3.0] * 2]),
    "rmsprop": (1, {**NUMBERS, "alpha": 0.9, "eps": 1e-8, "momentum": 0.0}, [None, None]),
    "adadelta": (2, {**NUMBERS, "rho": 0.9, "eps": 1e-6}, []),
    "adamax": (2, OF_ADAM, [[3.0] * 2]),
    "nadam": (2, {**OF_ADAM, "decoupled": True}, [[3.0] * 2, [0.1] * 2, [0.2] * 2]),
    "radam": (2, {**OF_ADAM, "decoupled": True}, [[3.0] * 2, [0.7] * 2]),
}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("rule", RULES)
def test_a_learning_rate_in_memory_is_read(rule, dtype):
    """So a graph follows it, and nothing waits for it."""
    count, settings, more = RULES[rule]
    mine, theirs = ([parameters(2, seed) for seed in range(2 + count)] for _ in range(2))
    arrays = mine if rule != "sgd" else [*mine, [x.copy() for x in mine[0]]]
    expected = theirs if rule != "sgd" else [*theirs, [x.copy() for x in theirs[0]]]
    rate = np.full((), 0.1, dtype)
    getattr(BACKEND, f"{rule}_step")(*arrays, *more, **{**settings, "lr": rate})
    getattr(BACKEND, f"{rule}_step")(*expected, *more, **{**settings, "lr": float(rate)})
    for one, other in zip(mine[0], theirs[0], strict=True):
        np.testing.assert_array_equal(one, other)
    assert not np.array_equal(mine[0][1], parameters(2, 0)[1])


# Random numbers ---------------------------------------------------------------------------------------------------


def uniform(n, seed, offset, base=None):
    y = np.empty(n, "float32")
    place = np.uint64(n), np.uint64(seed), np.uint64(offset)
    build.run("random", "uniform_float", None, launch.elements(n), y, *place, base)
    return y


def test_philox_is_philox():
    """The first numbers of seed 0 and place 0, from the authors' file of known answers (Random123, kat_vectors)."""
    words = np.array([0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8], "uint32")
    np.testing.assert_array_equal(uniform(4, 0, 0), (words >> 8) * np.float32(2.0**-24))


def test_random_numbers_depend_on_their_place_alone():
    long = uniform(1000, 7, 3)
    np.testing.assert_array_equal(uniform(400, 7, 3), long[:400])
    np.testing.assert_array_equal(uniform(400, 7, 13), long[40:440])
    np.testing.assert_array_equal(uniform(400, 1, 10, np.array([7, 3], "uint64")), long[40:440])
    assert abs(long.mean() - 0.5) < 0.05


# ---------------------------------------------------------------------------------------------------------------------


def test_every_kernel_is_run():
    """A kernel that no composite reaches is dead, or a composite lacks rows."""
    for name in overridden():
        test_a_kernel_and_its_definition("contiguous", name)
    test_attention_in_tiles((2,), None, 3, 4, 100, 2, False)
    every = {(file, kernel) for file in names() for kernel in kernels(file) if file != "random"}
    assert every - launched == set()


def test_no_mixin_hides_what_another_has():
    """They all become one class."""
    rooms = [room for room in CudaOnCpu.__mro__ if room.__module__.startswith("minitorch_cupy")]
    rooms.remove(launch.Launches)
    names = [name for room in rooms for name in vars(room) if not name.startswith("__")]
    assert len(names) == len(set(names))


def test_threads_that_wait_for_ever_are_found():
    """What plays the GPU ends such a program, where a GPU would hang."""
    source = """
#include "cuda_on_cpu.h"
extern "C" __global__ void stuck() { if (threadIdx.x == 0) __syncthreads(); else while (true) cpu::yield(); }
int main() { cpu::launch(stuck, 1, 2, nullptr); }
"""
    done = build.run_program(source)
    assert done.returncode != 0
    assert "wait for one another" in done.stderr
