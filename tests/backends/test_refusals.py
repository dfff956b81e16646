"""A backend that computes in bfloat16, and whose library lacks it here and there, each function in its own way."""

import numpy as np
import pytest
import strict_device

import minitorch as mt

pytest.importorskip("ml_dtypes")


class CompileFailed(Exception):
    """Of a library that compiles its functions."""


class DeviceFailed(RuntimeError):
    """Of a device: whatever comes next would fail as well."""


class OutOfMemory(MemoryError):
    """Of a device."""


class Halves(strict_device.StrictBackend):
    """A device whose functions refuse bfloat16 if they are told to."""

    computes_bfloat16 = True
    refusals = (TypeError, NotImplementedError, RuntimeError, CompileFailed)

    def __init__(self):
        self.error, self.asked = None, []

    def refuse(self, name, x):
        self.asked.append((name, x.dtype.name))
        if self.error is not None and x.dtype.name == "bfloat16":
            raise self.error
        return getattr(strict_device.xp, name)(x)

    def sin(self, x):
        return self.refuse("sin", x)

    def cos(self, x):
        return self.refuse("cos", x)


@pytest.fixture
def device():
    backend = Halves()
    with strict_device.registered(backend):
        yield backend


def low(*values):
    return mt.tensor(values, dtype=mt.bfloat16).to("xpu")


def test_nothing_is_widened_that_is_not_refused(device):
    assert mt.sin(low(0.5)).dtype is mt.bfloat16
    assert device.asked == [("sin", "bfloat16")]


@pytest.mark.parametrize("error", Halves.refusals)
def test_what_is_refused_is_computed_in_float32(device, error):
    """Forward, and in the formulas of the walk back."""
    device.error = error("no bfloat16")
    x = low(0.5, 1.0).requires_grad_()
    y = mt.sin(x)
    y.sum().backward()
    assert y.dtype is x.grad.dtype is mt.bfloat16
    np.testing.assert_allclose(y.float().cpu().detach().numpy(), np.sin([0.5, 1.0]), rtol=4e-3)
    np.testing.assert_allclose(x.grad.float().cpu().numpy(), np.cos([0.5, 1.0]), rtol=4e-3)
    assert device.asked[:2] == [("sin", "bfloat16"), ("sin", "float32")]
    assert device.asked[-1] == ("cos", "float32")


@pytest.mark.parametrize("error", [DeviceFailed, OutOfMemory, KeyError])
def test_other_errors_are_told(device, error):
    device.error = error("the device")
    with pytest.raises(error):
        mt.sin(low(0.5))
    assert len(device.asked) == 1


def test_errors_that_are_not_about_bfloat16_are_told(device, monkeypatch):
    def fails(x):
        raise RuntimeError("something else")

    monkeypatch.setattr(device, "sin", fails)
    for x in (low(0.5), mt.ones(2, device="xpu")):
        with pytest.raises(RuntimeError, match="something else"):
            mt.sin(x)


def test_what_is_refused_in_place_is_still_done_in_place(device):
    device.error = NotImplementedError("no bfloat16")
    x = low(0.5, 1.0)
    view, array = x[:1], x.array
    x.sin_()
    assert x.array is array
    np.testing.assert_allclose(view.float().cpu().numpy(), np.sin([0.5]), rtol=4e-3)


def test_the_walk_back_tells_other_errors(device):
    x = low(0.5).requires_grad_()
    y = mt.sin(x)
    device.error = DeviceFailed("the device")
    with pytest.raises(DeviceFailed):
        y.backward()
