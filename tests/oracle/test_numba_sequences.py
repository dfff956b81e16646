"""Recurrent layers and attention of the numba backend beside PyTorch's."""

import numpy as np
import pytest

import minitorch
import minitorch.nn

torch = pytest.importorskip("torch")
jit = pytest.importorskip("minitorch_numba.jit")
pytestmark = pytest.mark.oracle


@pytest.fixture(autouse=True)
def numba(monkeypatch):
    """The numba backend, with kernels whatever the size."""
    monkeypatch.setattr(jit, "threshold", 0.0)
    with minitorch.use_backend("numba"):
        yield


def both(compute, arrays):
    """Results and gradients of `compute(library, *tensors)` in both libraries."""
    found = []
    for lib in (minitorch, torch):
        tensors = [lib.tensor(x) for x in arrays]
        for x in tensors:
            if x.dtype in (lib.float32, lib.float64):
                x.requires_grad_()
        ys, inputs = compute(lib, *tensors)
        weights = [
            lib.tensor(np.random.default_rng(i).standard_normal(tuple(y.shape)).astype(arrays[0].dtype))
            for i, y in enumerate(ys)
        ]
        sum((y * w).sum() for y, w in zip(ys, weights, strict=True)).backward()
        found.append([y.detach().numpy() for y in ys] + [x.grad.numpy() for x in inputs])
    tolerance = 1e-4 if arrays[0].dtype == np.float32 else 1e-10
    assert len(found[0]) == len(found[1])
    for got, expected in zip(*found, strict=True):
        np.testing.assert_allclose(got, expected, rtol=tolerance, atol=tolerance)


def several(dtype, *shapes):
    rng = np.random.default_rng(0)
    return [rng.standard_normal(shape).astype(dtype) for shape in shapes]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.filterwarnings("ignore:LSTM with projections")
@pytest.mark.parametrize("kind", ["LSTM", "GRU", "RNN"])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"batch_first": True, "num_layers": 2},
        {"bidirectional": True, "num_layers": 2},
        {"bias": False, "proj_size": 3},
        {"nonlinearity": "relu"},
    ],
    ids=str,
)
def test_recurrent_layers(kind, options, dtype):
    if ("proj_size" in options and kind != "LSTM") or ("nonlinearity" in options and kind != "RNN"):
        pytest.skip("no such option")
    torch.manual_seed(0)
    reference = getattr(torch.nn, kind)(5, 7, **options).to(getattr(torch, dtype))
    values = {name: value.numpy() for name, value in reference.state_dict().items()}

    def compute(lib, x):
        layer = getattr(lib.nn, kind)(5, 7, **options).to(getattr(lib, dtype))
        layer.load_state_dict({name: lib.tensor(value) for name, value in values.items()})
        y, last = layer(x)
        return [y, *(last if kind == "LSTM" else [last])], [x, *layer.parameters()]

    both(compute, several(dtype, (9, 11, 5)))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("mask", ["none", "boolean", "numbers", "one for all heads", "causal"])
@pytest.mark.parametrize(("queries", "keys"), [(1, 1), (1, 70), (90, 90), (70, 150), (150, 70)])
def test_attention(queries, keys, mask, dtype):
    q, k, v = several(dtype, (2, queries, 3, 5), (2, keys, 3, 5), (2, keys, 3, 4))
    shape = {"boolean": (2, 3), "numbers": (3,), "one for all heads": (2, 1)}.get(mask)
    numbers = () if shape is None else (several(dtype, (*shape, queries, keys))[0],)
    if mask == "boolean":
        numbers = (numbers[0] > -1,)
        numbers[0][..., 0] = True

    def compute(lib, q, k, v, *masks):
        y = lib.nn.functional.scaled_dot_product_attention(
            *(x.transpose(1, 2) for x in (q, k, v)), *masks, is_causal=mask == "causal", scale=0.3
        )
        return [y], [q, k, v, *(masks if mask != "boolean" else ())]

    both(compute, [q, k, v, *numbers])


def test_shared_heads():
    def compute(lib, q, k, v):
        y = lib.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=True)
        return [y], [q, k, v]

    both(compute, several("float32", (2, 6, 33, 8), (2, 2, 33, 8), (2, 2, 33, 8)))


def test_multihead_attention():
    torch.manual_seed(0)
    reference = torch.nn.MultiheadAttention(12, 3)
    values = {name: value.numpy() for name, value in reference.state_dict().items()}

    def compute(lib, x):
        layer = lib.nn.MultiheadAttention(12, 3)
        layer.load_state_dict({name: lib.tensor(value) for name, value in values.items()})
        return [layer(x, x, x, need_weights=False)[0]], [x, *layer.parameters()]

    both(compute, several("float32", (17, 4, 12)))
