"""Everyday runs do without Numba's compiler, which takes seconds for each kernel; the slow ones compile."""

import pytest


@pytest.fixture(autouse=True)
def interpreted(request, monkeypatch):
    """Kernels are plain Python in the tests of the assignment that is about kernels."""
    if "5_convolution" in request.node.name:
        numba = pytest.importorskip("numba")
        monkeypatch.setattr(numba.config, "DISABLE_JIT", True)
