"""Dual numbers."""

import numpy as np
import pytest

import minitorch
import minitorch.autograd.forward_ad as fwAD


def test_tangents():
    x, t = minitorch.tensor([1.0, 2.0]), minitorch.tensor([1.0, 3.0])
    with fwAD.dual_level():
        dual = fwAD.make_dual(x, t)
        value, tangent = fwAD.unpack_dual(dual)
        assert tangent.tolist() == [1.0, 3.0]
        value, tangent = fwAD.unpack_dual(dual**3)
        assert value.tolist() == [1.0, 8.0]
        assert tangent.tolist() == [3.0, 36.0]
        assert not tangent.requires_grad
        both = dual * fwAD.make_dual(x, 2 * t)
        assert fwAD.unpack_dual(both).tangent.tolist() == [3.0, 18.0]
        assert fwAD.unpack_dual(x).tangent is None
    assert fwAD.unpack_dual(dual).tangent is None


def test_tangents_of_values_that_require_grad():
    x = minitorch.tensor([1.0, 2.0], requires_grad=True)
    with fwAD.dual_level():
        tangent = fwAD.unpack_dual(fwAD.make_dual(x, minitorch.ones(2)) ** 3).tangent
    tangent.sum().backward()
    np.testing.assert_allclose(x.grad.numpy(), [6.0, 12.0])


def test_errors():
    x = minitorch.ones(2)
    with pytest.raises(RuntimeError, match="dual_level"):
        fwAD.make_dual(x, x)
    with fwAD.dual_level():
        with pytest.raises(RuntimeError, match="shape"):
            fwAD.make_dual(x, minitorch.ones(3))
        with pytest.raises(RuntimeError, match="open already"):
            fwAD.enter_dual_level()
    with pytest.raises(RuntimeError, match="no level"):
        fwAD.exit_dual_level()
