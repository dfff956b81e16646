"""Memory of large arrays: lent again, never to two at once, and no more of it than was ever in use."""

import gc
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

pytest.importorskip("numba")

import minitorch
from minitorch.registry import get_backend
from minitorch_numba import buffers

if not buffers.LIMIT:
    pytest.skip("memory is not kept here", allow_module_level=True)


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    """Small arrays count as large, and nothing is kept yet."""
    gc.collect()
    monkeypatch.setattr(buffers, "LARGE", 1 << 16)
    monkeypatch.setattr(buffers, "LIMIT", 1 << 30)
    for name in ("_used", "_kept", "_most"):
        monkeypatch.setattr(buffers, name, 0)
    monkeypatch.setattr(buffers, "_free", [])


def address(x):
    return x.ctypes.data


def test_memory_is_lent_again_when_nobody_looks_at_it():
    x = buffers.empty((300, 300), "float32")
    assert x.shape == (300, 300)
    assert x.dtype == "float32"
    assert x.flags.writeable
    x[:] = 1
    place, view = address(x), x[5:].T
    del x
    other = buffers.empty((300, 300), "float32")
    assert address(other) != place
    other[:] = 2
    assert (view == 1).all()
    del view
    third = buffers.empty((300, 300), "float32")
    assert address(third) == place


def test_memory_serves_arrays_of_about_its_size():
    place = address(buffers.empty((1000, 100), "float64"))
    assert address(buffers.empty((900, 200), "float32")) == place
    assert address(buffers.empty((1000, 101), "float64")) != place


def test_no_more_is_kept_than_was_in_use():
    for n in (100, 200, 300, 400, 150):
        x = buffers.empty((n, 1000), "float64")
        del x
        assert buffers._used == 0
        assert buffers._kept <= buffers._most == max(n, buffers._most // 8000) * 8000


def test_small_arrays_are_numpys():
    assert buffers.empty((3,), "float32").base is None
    assert buffers.empty((0, 1 << 20), "float32").base is None


def test_lent_arrays_are_whole_and_views_of_them_are_not():
    backend = get_backend("numba")
    x = buffers.empty((300, 300), "float32")
    assert backend.is_whole(x)
    assert not backend.is_whole(x[1:])
    assert not backend.is_whole(x.reshape(-1))
    assert backend.memory_of(x[1:])[1] == 300


def test_threads_get_blocks_of_their_own():
    def fill(value):
        for _ in range(50):
            x = buffers.empty((200, 200), "float64")
            x[:] = value
            assert (x == value).all()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(fill, range(8)))
    assert buffers._used == 0


def test_gradients_live_in_memory_of_their_own():
    with minitorch.use_backend("numba"):
        x = minitorch.full((8, 4, 40, 40), 0.5, requires_grad=True)
        for _ in range(3):
            x.grad = None
            y = minitorch.nn.functional.relu6(x)
            y.sum().backward()
            kept = x.grad
            for _ in range(3):
                minitorch.nn.functional.relu6(x.detach() - 100)
            np.testing.assert_array_equal(kept.numpy(), 1)
