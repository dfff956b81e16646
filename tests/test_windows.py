from itertools import product

import numpy as np
from hypothesis import given, strategies as st

from minitorch.windows import Windows


@st.composite
def windows(draw):
    """Windows over one or two dims, of which the last ones may reach beyond the input."""
    dims = draw(st.integers(1, 2))
    size = tuple(draw(st.integers(0, 6)) for _ in range(dims))
    numbers = [tuple(draw(st.integers(low, 3)) for _ in range(dims)) for low in (1, 1, 0, 1, 1)]
    return Windows(size, *numbers)


@given(windows())
def test_places_lists_each_element_of_each_window_once(lies):
    seen = []
    numbered = np.arange(np.prod(lies.size)).reshape(lies.size)
    for place, inputs, outputs in lies.places():
        which = np.indices(lies.counts)[(slice(None), *outputs)].reshape(len(lies.size), -1).T
        elements = numbered[inputs].reshape(-1)
        assert len(which) == len(elements) > 0
        seen += [(place, tuple(w.tolist()), int(e)) for w, e in zip(which, elements, strict=True)]

    expected = []
    for place in product(*map(range, lies.kernel)):
        for window in product(*map(range, lies.counts)):
            at = [
                j * s + k * d - b
                for j, s, k, d, b in zip(window, lies.stride, place, lies.dilation, lies.before, strict=True)
            ]
            if all(0 <= i < n for i, n in zip(at, lies.size, strict=True)):
                expected.append((place, window, int(numbered[tuple(at)])))
    assert sorted(seen) == sorted(expected)


@given(windows())
def test_disjoint_windows_share_no_element(lies):
    count = np.zeros(lies.size, int)
    for _, inputs, _ in lies.places():
        count[inputs] += 1
    if lies.disjoint:
        assert count.max(initial=0) <= 1


@given(windows())
def test_padding_makes_room_for_exactly_the_windows(lies):
    for n, (before, after), extent in zip(lies.size, lies.padding, lies.extent, strict=True):
        assert before + n + after == extent
