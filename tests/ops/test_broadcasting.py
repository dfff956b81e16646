"""Broadcasting and its gradient, for shapes that hypothesis makes up."""

import hypothesis.extra.numpy as npst
import numpy as np
import pytest
from hypothesis import assume, given, settings, strategies as st

import minitorch
from minitorch.errors import ShapeError

quick = settings(max_examples=80, deadline=None, derandomize=True)
shapes_that_fit = npst.mutually_broadcastable_shapes(num_shapes=2, max_dims=4, min_side=0, max_side=4)
shapes = npst.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4)
numbers = st.integers(0, 2**32 - 1)


def values(shape, seed, start=0.5):
    return np.random.default_rng(seed).uniform(start, 2.0, shape)


def leaf(array):
    return minitorch.tensor(array, requires_grad=True)


def undone(g, shape):
    """The gradient of a broadcast input, summed element by element."""
    total = np.zeros(shape)
    places = np.broadcast_to(np.arange(total.size).reshape(shape), g.shape)
    for place, value in zip(places.ravel(), g.ravel(), strict=True):
        total.reshape(-1)[place] += value
    return total


OPERATIONS = {
    "add": (lambda x, y: x + y, lambda x, y: (1.0, 1.0)),
    "sub": (lambda x, y: x - y, lambda x, y: (1.0, -1.0)),
    "mul": (lambda x, y: x * y, lambda x, y: (y, x)),
    "div": (lambda x, y: x / y, lambda x, y: (1 / y, -x / y**2)),
    "pow": (lambda x, y: x**y, lambda x, y: (y * x ** (y - 1), x**y * np.log(x))),
}


@pytest.mark.parametrize("name", OPERATIONS)
@given(fitting=shapes_that_fit, seed=numbers)
@quick
def test_values_and_gradients_of_broadcast_operations(name, fitting, seed):
    function, slopes = OPERATIONS[name]
    a, b = (values(shape, seed + i) for i, shape in enumerate(fitting.input_shapes))
    x, y = leaf(a), leaf(b)
    z = function(x, y)
    assert z.shape == fitting.result_shape
    np.testing.assert_allclose(z.detach().numpy(), function(a, b))
    g = values(fitting.result_shape, seed + 2, -1.0)
    z.backward(minitorch.tensor(g))
    for tensor, array, slope in zip((x, y), (a, b), slopes(a, b), strict=True):
        assert tensor.grad.shape == array.shape
        np.testing.assert_allclose(tensor.grad.numpy(), undone(g * slope, array.shape), atol=1e-12)


@given(first=shapes, second=shapes)
@quick
def test_shapes_that_do_not_fit_are_refused(first, second):
    x, y = minitorch.zeros(first), minitorch.zeros(second)
    try:
        expected = np.broadcast_shapes(first, second)
    except ValueError:
        for function in (lambda: x + y, lambda: minitorch.broadcast_tensors(x, y), lambda: x == y):
            with pytest.raises(ShapeError, match="do not broadcast") as caught:
                function()
            assert str(first) in str(caught.value)
            assert str(second) in str(caught.value)
    else:
        assert (x + y).shape == expected
        assert minitorch.broadcast_shapes(first, second) == expected
        assert [t.shape for t in minitorch.broadcast_tensors(x, y)] == [expected] * 2


@given(fitting=shapes_that_fit, seed=numbers)
@quick
def test_expand_is_a_view_whose_gradient_is_summed(fitting, seed):
    a = values(fitting.input_shapes[0], seed)
    x = leaf(a)
    y = x.expand(fitting.result_shape)
    np.testing.assert_array_equal(y.detach().numpy(), np.broadcast_to(a, fitting.result_shape))
    assert a.size == 0 or np.shares_memory(y.detach().numpy(), x.detach().numpy()) or 0 in y.shape
    g = values(y.shape, seed + 1)
    y.backward(minitorch.tensor(g))
    np.testing.assert_allclose(x.grad.numpy(), undone(g, a.shape))


@given(
    fitting=npst.mutually_broadcastable_shapes(num_shapes=3, max_dims=3, min_side=0, max_side=3),
    seed=numbers,
)
@quick
def test_where_broadcasts_all_three(fitting, seed):
    condition, first, second = fitting.input_shapes
    c = values(condition, seed) > 1.2
    a, b = values(first, seed + 1), values(second, seed + 2)
    x, y = leaf(a), leaf(b)
    z = minitorch.where(minitorch.tensor(c), x, y)
    np.testing.assert_array_equal(z.detach().numpy(), np.where(c, a, b))
    g = values(z.shape, seed + 3)
    z.backward(minitorch.tensor(g))
    np.testing.assert_allclose(x.grad.numpy(), undone(np.where(c, g, 0), a.shape))
    np.testing.assert_allclose(y.grad.numpy(), undone(np.where(c, 0, g), b.shape))


@given(
    batch=npst.mutually_broadcastable_shapes(num_shapes=2, max_dims=2, min_side=1, max_side=3),
    sizes=st.tuples(*[st.integers(0, 4)] * 3),
    seed=numbers,
)
@quick
def test_matmul_broadcasts_stacks(batch, sizes, seed):
    n, k, m = sizes
    a = values((*batch.input_shapes[0], n, k), seed)
    b = values((*batch.input_shapes[1], k, m), seed + 1)
    x, y = leaf(a), leaf(b)
    z = x @ y
    np.testing.assert_allclose(z.detach().numpy(), a @ b)
    g = values(z.shape, seed + 2)
    z.backward(minitorch.tensor(g))
    np.testing.assert_allclose(x.grad.numpy(), undone(g @ b.swapaxes(-1, -2), a.shape))
    np.testing.assert_allclose(y.grad.numpy(), undone(a.swapaxes(-1, -2) @ g, b.shape))


@given(shape=shapes, data=st.data(), seed=numbers)
@quick
def test_reductions_over_any_dims(shape, data, seed):
    assume(shape)
    dims = data.draw(st.sets(st.integers(-len(shape), len(shape) - 1), min_size=1))
    assume(len({d % len(shape) for d in dims}) == len(dims))
    keepdim = data.draw(st.booleans())
    a = values(shape, seed)
    x = leaf(a)
    y = x.sum(tuple(dims), keepdim)
    np.testing.assert_allclose(y.detach().numpy(), a.sum(tuple(dims), keepdims=keepdim))
    g = values(y.shape, seed + 1)
    y.backward(minitorch.tensor(g))
    kept = [1 if i in {d % len(shape) for d in dims} else n for i, n in enumerate(shape)]
    np.testing.assert_allclose(x.grad.numpy(), np.broadcast_to(g.reshape(kept), shape))
