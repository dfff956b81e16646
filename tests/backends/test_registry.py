"""Other people's backends: how they register, which arrays they serve, and what they must bring."""

from contextvars import ContextVar

import numpy as np
import pytest

import minitorch
from minitorch import registry
from minitorch.backend import primitives
from minitorch.errors import BackendError
from minitorch.op import Op
from minitorch.value import wrap
from minitorch_numpy import NumpyBackend


class Tagged(np.ndarray):
    """An array of a class of its own, as another library's would be."""


class TaggedBackend(NumpyBackend):
    """Serves `Tagged` arrays only, which live on a device of their own."""

    name = "tagged"
    device_type = "xpu"
    array_type = Tagged
    calls_of_conv = 0

    @staticmethod
    def asarray(value, dtype=None):
        return np.asarray(value, dtype).view(Tagged)

    def conv(self, x, w, b, windows, groups):
        type(self).calls_of_conv += 1
        return super().conv(x, w, b, windows, groups).view(Tagged)


cell = ContextVar(
    "cell", default="none"
)  # notebooks send what is printed to the cell that such a variable names


class CountingBackend(NumpyBackend):
    """Serves NumPy's arrays in the place of NumPy's backend."""

    name = "counting"
    seen = 0
    seen_in = ""

    def exp(self, x):
        type(self).seen += 1
        type(self).seen_in = cell.get()
        return np.exp(x)


class Inverse(Op):
    """1 / x, by somebody else."""

    seen_in = ""

    def forward(self, x):
        type(self).seen_in = cell.get()
        return minitorch.ones(1).array / x

    def backward(self, g):
        raise NotImplementedError


@pytest.fixture
def register():
    """`register_backend`, undone after the test."""
    instances, types = dict(registry._instances), dict(registry._by_array_type)
    yield registry.register_backend
    registry._instances.clear()
    registry._instances.update(instances)
    registry._by_array_type.clear()
    registry._by_array_type.update(types)


def test_arrays_find_the_backend_that_owns_their_class(register):
    backend = TaggedBackend()
    register(backend)
    x = wrap(backend.asarray(np.ones((1, 1, 3, 3), "float32"))).requires_grad_()
    w = wrap(backend.asarray(np.ones((1, 1, 2, 2), "float32")))
    assert registry.backend_of(x.array) is backend
    y = minitorch.nn.functional.conv2d(x, w)
    assert TaggedBackend.calls_of_conv == 1
    assert isinstance(y.array, Tagged)
    y.sum().backward()
    np.testing.assert_array_equal(x.grad.array, [[[[1, 2, 1], [2, 4, 2], [1, 2, 1]]]])


def test_arrays_of_two_backends_do_not_mix(register):
    backend = TaggedBackend()
    register(backend)
    with pytest.raises(
        BackendError,
        match=r"add: got tensors on xpu and cpu, .* one device; .*\.to\('xpu'\)",
    ):
        wrap(backend.asarray([1.0])) + minitorch.tensor([1.0], dtype=minitorch.float64)


def test_a_backend_for_the_cpu_is_chosen_by_name(register):
    register(CountingBackend())
    assert "counting" in minitorch.available_backends()
    x = minitorch.zeros(2)
    with minitorch.use_backend("counting") as chosen:
        assert minitorch.current_backend() is chosen
        assert x.exp().tolist() == [1.0, 1.0]
    assert CountingBackend.seen == 1
    x.exp()
    assert CountingBackend.seen == 1


def test_a_backend_of_a_device_is_not_chosen_by_name(register):
    register(TaggedBackend())
    with pytest.raises(
        BackendError, match=r"'tagged' serves the device 'xpu'; move tensors there with \.to\('xpu'\)"
    ):
        minitorch.use_backend("tagged")


def test_missing_primitives_are_named(register):
    class Incomplete(NumpyBackend):
        name = "incomplete"
        matmul = property()
        erf = property()

    with pytest.raises(BackendError, match=r"backend 'incomplete' lacks the primitives erf, matmul"):
        register(Incomplete())
    assert "incomplete" not in minitorch.available_backends()


def test_an_empty_backend_lacks_everything(register):
    class Empty(minitorch.backend.Backend):
        name = "empty"

    with pytest.raises(BackendError) as caught:
        register(Empty())
    assert all(name in str(caught.value) for name in primitives())


def test_an_unknown_name_is_answered_with_those_that_there_are():
    with pytest.raises(BackendError, match=r"no backend 'abacus'; installed: .*numpy"):
        minitorch.use_backend("abacus")


def test_arrays_that_nobody_serves():
    class Foreign:
        dtype = np.dtype("float32")

    with pytest.raises(BackendError, match=r"no backend serves arrays of type Foreign"):
        registry.backend_of(Foreign())


def test_what_others_write_runs_in_the_context_of_its_caller(register):
    register(CountingBackend())
    with minitorch.use_backend("counting"):
        for name in ("first", "second"):
            cell.set(name)
            assert minitorch.zeros(2).exp().tolist() == [1, 1]
            assert CountingBackend.seen_in == name


@pytest.mark.filterwarnings("error")
def test_an_op_that_others_write_runs_in_the_context_of_its_caller_and_may_apply_others():
    for name in ("first", "second"):
        cell.set(name)
        x = minitorch.zeros(1, requires_grad=True)
        assert Inverse.apply(x).tolist() == [float("inf")]  # and NumPy does not warn
        assert Inverse.seen_in == name
