"""Why something cannot be captured, in words; the capture itself takes a GPU (test_cupy_gpu.py)."""

import pytest

pytest.importorskip("cupy", reason="CuPy is not installed")

from cupy.cuda.runtime import CUDARuntimeError

from minitorch.errors import BackendError
from minitorch_cupy.graphs import explained


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (
            RuntimeError("the current stream is capturing, so D2H transfers are disallowed"),
            "number was asked for",
        ),
        (
            RuntimeError("the current stream is capturing, so H2D transfers are disallowed"),
            "copied from the CPU",
        ),
        (
            RuntimeError("the current stream is capturing, so synchronous API calls are disallowed"),
            "waited for",
        ),
        (
            NotImplementedError("calling cuSOLVER API during stream capture is currently unsupported"),
            "a library",
        ),
        (CUDARuntimeError(900), "something waited for the GPU"),
        (CUDARuntimeError(904), "never came back"),
        (CUDARuntimeError(908), "cannot be captured"),
    ],
)
def test_errors_of_a_capture_say_why_and_what_to_do(error, reason):
    found = explained(error)
    assert isinstance(found, BackendError)
    assert reason in str(found)
    assert "item(), bool(), nonzero, boolean masks" in str(found)


@pytest.mark.parametrize(
    "error",
    [RuntimeError("out of luck"), CUDARuntimeError(2), KeyError("stream is capturing"), BackendError("why")],
)
def test_other_errors_stay_what_they_are(error):
    assert explained(error) is None
