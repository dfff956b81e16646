"""Statistics, sums and means of half precision are kept in single, as in PyTorch: they pass what float16 can hold."""

import numpy as np
import pytest

import minitorch as mt
from minitorch import nn

F = nn.functional
COUNT = 70_000  # more than the largest number of float16
CLASSES = np.arange(COUNT) % 5
CALLS = {
    "batch_norm": ((COUNT, 2), lambda x: F.batch_norm(x, None, None, training=True)),
    "instance_norm": ((2, 1, COUNT), F.instance_norm),
    "group_norm": ((1, 2, COUNT), lambda x: F.group_norm(x, 1)),
    "layer_norm": ((2, COUNT), lambda x: F.layer_norm(x, (COUNT,))),
    "rms_norm": ((2, COUNT), lambda x: F.rms_norm(x, (COUNT,), eps=1e-6)),
    "softmax": ((2, COUNT), lambda x: F.softmax(x, -1)),
    "log_softmax": ((2, COUNT), lambda x: F.log_softmax(x, -1)),
    "cross_entropy": ((COUNT, 5), lambda x: F.cross_entropy(x, mt.tensor(CLASSES)) * 1000),
    "nll_loss": ((COUNT, 5), lambda x: F.nll_loss(x, mt.tensor(CLASSES)) * 1000),
    "mse_loss": ((COUNT,), lambda x: F.mse_loss(x, x.detach() * 0.5) * 1000),
    "mean": ((COUNT,), lambda x: (x + 10).mean()),
    "var": ((COUNT,), lambda x: x.var()),
}


@pytest.mark.parametrize("name", CALLS)
def test_many_numbers(name):
    shape, function = CALLS[name]
    a, found = np.random.default_rng(0).standard_normal(shape) * 3 + 2, []
    for dtype in (mt.float16, mt.float64):
        x = mt.tensor(a).half().to(dtype).requires_grad_()
        y = function(x)
        g = mt.tensor(np.random.default_rng(1).choice([-1.0, 1.0, 2.0], y.shape), dtype=dtype)
        (dx,) = mt.autograd.grad(y, x, g)
        assert y.dtype is dx.dtype is dtype
        found.append((y.double().detach().numpy(), dx.double().numpy()))
    for half, exact in zip(*found, strict=True):
        np.testing.assert_allclose(half, exact, rtol=4e-3, atol=2e-3 * np.abs(exact).max())


@pytest.mark.parametrize("training", [True, False])
def test_batch_norm_of_half_precision_keeps_its_statistics_in_float32(training):
    """Far from zero: a mean rounded to half precision would be off by more than the numbers differ."""
    a = (1000 + np.random.default_rng(0).standard_normal((64, 3, 20))).astype("float16")
    layer, exact = (nn.BatchNorm1d(3).train(training) for _ in range(2))
    for net in (layer, exact):
        with mt.no_grad():
            net.weight.copy_(mt.tensor([1.0, 1.0 + 2**-13, 3.0]))
            net.running_mean.copy_(mt.tensor(a.astype("float32").mean((0, 2))))
            net.running_var.fill_(1e5)
    x = mt.tensor(a)
    y, z = layer(x), exact(x.float())
    assert y.dtype is mt.float16
    np.testing.assert_allclose(y.detach().numpy(), z.detach().numpy(), rtol=1e-3, atol=1e-3)
    y.float().square().sum().backward()
    z.square().sum().backward()
    for name in ("running_mean", "running_var"):
        assert getattr(layer, name).dtype is mt.float32
        np.testing.assert_allclose(getattr(layer, name).numpy(), getattr(exact, name).numpy(), rtol=1e-5)
    assert layer.weight.grad.dtype is mt.float32
    np.testing.assert_allclose(layer.weight.grad.numpy(), exact.weight.grad.numpy(), rtol=2e-2)


def test_second_derivatives_of_half_precision():
    x = mt.tensor([[1.0, 2.0, 4.0], [3.0, -1.0, 0.5]], dtype=mt.float16, requires_grad=True)
    w = mt.ones(3, requires_grad=True)
    (dx,) = mt.autograd.grad(F.layer_norm(x, (3,), w).square().mean(), x, create_graph=True)
    ddx, ddw = mt.autograd.grad(dx.sum() + (dx * x).sum(), (x, w))
    assert (ddx.dtype, ddw.dtype) == (mt.float16, mt.float32)
