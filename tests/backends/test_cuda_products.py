"""Products of matrices: what cuBLAS would be called with, carried out by NumPy as cuBLAS defines it."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

products = pytest.importorskip("minitorch_cupy.products")


def flat_memory(x):
    """The memory behind a view, and where in it the view begins."""
    base = x
    while base.base is not None:
        base = base.base
    return base.reshape(-1), (x.ctypes.data - base.ctypes.data) // x.itemsize


def column_major(memory, start, rows, columns, leading):
    """A matrix as cuBLAS reads it: element (i, j) stands at i + j·leading."""
    assert leading >= max(rows, 1)
    i, j = np.ogrid[:rows, :columns]
    return memory[start + i + j * leading]


def gemm(plan, x, y):
    """Each call as cuBLAS carries it out, with the second operand first, as `cublas.multiply` does."""
    z = np.full(plan.shape, np.nan).reshape(-1)
    (memory_x, start_x), (memory_y, start_y) = flat_memory(x), flat_memory(y)
    m, n, k = plan.columns, plan.rows, plan.inner
    i, j = np.ogrid[:m, :n]
    for call in plan.calls():
        for number in range(call.products):
            at_x = start_x + call.a + number * call.step_a
            at_y = start_y + call.b + number * call.step_b
            first = (k, m) if plan.b.transposed else (m, k)
            second = (n, k) if plan.a.transposed else (k, n)
            left = column_major(memory_y, at_y, *first, plan.b.leading)
            right = column_major(memory_x, at_x, *second, plan.a.leading)
            left = left.T if plan.b.transposed else left
            right = right.T if plan.a.transposed else right
            z[call.c + number * call.step_c + i + j * m] = left @ right
    return z.reshape(plan.shape)


def steps(x):
    return tuple(step // x.itemsize for step in x.strides)


def planned(x, y):
    return products.product(x.shape, steps(x), y.shape, steps(y))


sizes = st.integers(1, 4)


@st.composite
def operands(draw):
    """Two arrays that can be multiplied, each of them perhaps a view, with dims in front that broadcast."""
    n, k, m = draw(sizes), draw(sizes), draw(sizes)
    lead = draw(st.lists(sizes, max_size=3))
    arrays = []
    for rows, columns in ((n, k), (k, m)):
        own = [1 if draw(st.booleans()) else size for size in lead][draw(st.integers(0, len(lead))) :]
        shape = [*own, rows, columns]
        padding = draw(st.integers(0, 2))
        turned = draw(st.booleans())
        if turned:
            shape[-2:] = shape[:-3:-1]
        whole = np.arange(float(np.prod([*shape[:-1], shape[-1] + padding]))).reshape(
            *shape[:-1], shape[-1] + padding
        )
        x = whole[..., : shape[-1]]
        x = x.swapaxes(-1, -2) if turned else x
        if draw(st.booleans()) and len(own) > 1:
            x = x.swapaxes(0, 1).copy().swapaxes(0, 1)
        arrays.append(x)
    return arrays


@settings(max_examples=300, deadline=None)
@given(operands())
def test_calls_give_the_product(pair):
    x, y = pair
    plan = planned(x, y)
    if not isinstance(plan, products.Product):
        x, y = (np.ascontiguousarray(a) if copy else a for a, copy in zip(pair, plan, strict=True))
        plan = planned(x, y)
    np.testing.assert_array_equal(gemm(plan, x, y), pair[0] @ pair[1])


def test_transposed_views_are_not_copied():
    x, w = np.ones((5, 3)), np.ones((4, 3))
    plan = planned(x, w.T)
    assert plan.b == (True, 3)
    assert planned(x.T, x).a == (True, 3)


def test_what_is_neither_has_to_be_copied():
    x = np.ones((6, 8))
    assert planned(x[:, ::2], np.ones((4, 2))) == (True, False)
    assert planned(np.ones((2, 6)), x[:, ::2]) == (False, True)


def test_a_batch_at_equal_distances_is_one_call():
    q = np.ones((2, 5, 3, 4)).transpose(0, 2, 1, 3)  # (batch, heads, time, width), as attention has it
    calls = list(planned(q, np.ones((2, 3, 4, 6))).calls())
    assert [call.products for call in calls] == [3, 3]
    assert [call.products for call in planned(np.ones((2, 3, 5, 4)), np.ones((2, 3, 4, 6))).calls()] == [6]
    assert [call.products for call in planned(np.ones((5, 4)), np.ones((7, 4, 6))).calls()] == [7]
