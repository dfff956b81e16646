"""The host code of cuDNN's plans: caches, and windows as cuDNN lays them."""

import threading

import pytest
from hypothesis import given, strategies as st

plans = pytest.importorskip("minitorch_cupy.plans")

from minitorch.windows import Windows  # noqa: E402


def test_a_plan_is_built_once():
    built = []
    cache = plans.Plans()
    for key in ("a", "b", "a"):
        cache.get(key, lambda key: built.append(key))
    assert built == ["a", "b"]  # the absence of a plan is remembered, too


def test_the_one_not_used_for_longest_goes_first():
    built = []
    cache = plans.Plans(most=2)
    for key in (1, 2, 1, 3, 1, 2):
        cache.get(key, built.append)
    assert built == [1, 2, 3, 2]
    assert len(cache) == 2


def test_an_error_is_not_kept():
    cache = plans.Plans()

    def fails(key):
        raise MemoryError

    with pytest.raises(MemoryError):
        cache.get(1, fails)
    assert cache.get(1, str) == "1"


def test_threads_share_a_plan():
    built, cache = [], plans.Plans()
    threads = [threading.Thread(target=cache.get, args=(1, built.append)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert built == [1]


@given(
    st.integers(1, 12),
    st.integers(1, 4),
    st.integers(1, 4),
    st.integers(-1, 3),
    st.integers(1, 3),
    st.integers(1, 6),
)
def test_cudnn_lays_the_same_windows(size, kernel, stride, before, dilation, count):
    """With the formula of cuDNN's documentation for the size of a convolution's result."""
    around = plans.padding(Windows((size,), (kernel,), (stride,), (before,), (dilation,), (count,)))
    if around is None:
        last = (count - 1) * stride + (kernel - 1) * dilation - before
        assert before < 0 or last + stride < size  # one more would fit
    else:
        (pre,), (post,) = around
        assert pre == before
        assert 1 + (size + pre + post - ((kernel - 1) * dilation + 1)) // stride == count
