"""Recurrent ops: derivatives, fused against defined, NumPy's kernels against the interface's."""

import numpy as np
import pytest

import minitorch
from minitorch.autograd import gradcheck, gradgradcheck
from minitorch.backend_recurrent import RecurrentKernels
from minitorch.op import Op
from minitorch.ops import recurrent
from minitorch.ops.recurrent import gru_layer, lstm_layer, rnn_layer
from minitorch_numpy import NumpyBackend
from minitorch_numpy.recurrent import NumpyRecurrentKernels

T, B, H = 3, 2, 4

CALLS = {
    "tanh": (rnn_layer, [(T, B, H), (B, H), (H, H)], {}),
    "relu": (rnn_layer, [(T, B, H), (B, H), (H, H)], {"nonlinearity": "relu"}),
    "lstm": (lstm_layer, [(T, B, 4 * H), (B, H), (B, H), (4 * H, H)], {}),
    "gru": (gru_layer, [(T, B, 3 * H), (B, H), (3 * H, H), (3 * H,)], {}),
}
every_call = pytest.mark.parametrize("name", CALLS)
both_ways = pytest.mark.parametrize("reverse", [False, True], ids=["forward", "reverse"])


def prepared(name, dtype=np.float64):
    function, shapes, settings = CALLS[name]
    rng = np.random.default_rng(1)
    inputs = [minitorch.tensor(rng.normal(size=shape).astype(dtype)).requires_grad_() for shape in shapes]
    return function, inputs, settings


class Composite(NumpyBackend):
    """NumPy with the kernels of the interface."""

    name = "composite"
    locals().update({k: v for k, v in vars(RecurrentKernels).items() if k.endswith("ward")})


@every_call
@both_ways
def test_derivatives(name, reverse):
    function, inputs, settings = prepared(name)

    def f(*xs):
        return function(*xs, **settings, reverse=reverse)

    assert gradcheck(f, inputs)
    assert gradgradcheck(f, inputs, fast_mode=True)


def gradients(name, reverse, outputs=(0, 1)):
    function, inputs, settings = prepared(name)
    made = function(*inputs, **settings, reverse=reverse)
    made = made if isinstance(made, tuple) else (made,)
    total = sum((made[i] * (i + 1)).cos().sum() for i in outputs if i < len(made))
    return [y.detach().numpy() for y in made], [g.numpy() for g in minitorch.autograd.grad(total, inputs)]


@pytest.mark.parametrize(
    ("name", "outputs"),
    [("tanh", (0,)), ("relu", (0,)), ("gru", (0,)), ("lstm", (0,)), ("lstm", (1,)), ("lstm", (0, 1))],
)
@both_ways
def test_fused_gradients_are_those_of_the_definition(name, reverse, outputs, monkeypatch):
    _, fused = gradients(name, reverse, outputs)
    for kind in (recurrent.Rnn, recurrent.Lstm, recurrent.Gru):
        monkeypatch.setattr(kind, "fused_backward", Op.fused_backward)
    _, defined = gradients(name, reverse, outputs)
    for a, b in zip(fused, defined, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-12)


@every_call
@both_ways
def test_numpy_kernels_are_the_composites(name, reverse):
    own = gradients(name, reverse)
    minitorch.register_backend(Composite())
    with minitorch.use_backend("composite"):
        composite = gradients(name, reverse)
    for a, b in zip([*own[0], *own[1]], [*composite[0], *composite[1]], strict=True):
        np.testing.assert_allclose(a, b, atol=1e-12)


def test_every_kernel_is_overridden():
    kernels = {name for name in vars(RecurrentKernels) if name.endswith(("_forward", "_backward"))}
    assert kernels == {name for name in vars(NumpyRecurrentKernels) if not name.startswith("_")}


@every_call
@pytest.mark.parametrize("dtype", [np.float32, np.float16])
def test_dtypes_are_kept(name, dtype):
    function, inputs, settings = prepared(name, dtype)
    made = function(*inputs, **settings)
    y = made[0] if isinstance(made, tuple) else made
    y.sum().backward()
    assert y.dtype.dtype == dtype
    assert all(x.grad.dtype.dtype == dtype for x in inputs)


@every_call
def test_inputs_are_left_alone(name):
    function, inputs, settings = prepared(name)
    before = [x.detach().numpy().copy() for x in inputs]
    made = function(*inputs, **settings)
    (made[0] if isinstance(made, tuple) else made).sum().backward()
    for x, b in zip(inputs, before, strict=True):
        np.testing.assert_array_equal(x.detach().numpy(), b)


def test_a_changed_output_is_noticed():
    function, inputs, settings = prepared("lstm")
    h, c = function(*inputs, **settings)
    loss = (h * c).sum()
    with minitorch.no_grad():
        h += 1.0
    with pytest.raises(RuntimeError, match="changed in place"):
        loss.backward()
