"""Finding cuBLAS and what its errors say; it computes on a GPU only."""

import ctypes
from types import SimpleNamespace

import pytest

pytest.importorskip("cupy", reason="CuPy is not installed")

from minitorch.errors import BackendError, MissingDependencyError
from minitorch_cupy import cublas
from minitorch_cupy.matmul import SIGNATURES


def test_a_status_says_what_went_wrong_and_what_to_do():
    cublas.check("cublasGemmEx", 0)
    with pytest.raises(BackendError, match=r"cublasGemmEx .*ALLOC_FAILED.*empty_cache\(\).*\(1, 2\)"):
        cublas.check("cublasGemmEx", 3, (1, 2))
    with pytest.raises(BackendError, match="status 99"):
        cublas.check("cublasCreate", 99)


@pytest.mark.parametrize("found", [None, "/nowhere/libcublas.so.12"])
def test_without_cublas_the_install_line_is_given(monkeypatch, found):
    monkeypatch.setattr(cublas, "place", lambda version: found)
    monkeypatch.setattr(cublas, "file_names", lambda version: ["libcublas-that-is-not-there.so"])
    with pytest.raises(MissingDependencyError, match=r"minitorch-edu\[cuda13\]"):
        cublas.load(13000)


def test_cublas_is_found_by_its_name_where_nvidias_search_finds_nothing(monkeypatch):
    names = [
        *SIGNATURES, "cublasCreate_v2", "cublasSetMathMode", "cublasSetStream_v2", "cublasSetWorkspace_v2",
    ]  # fmt: skip
    asked = []

    def loads(name):
        asked.append(name)
        if len(asked) == 1:
            raise OSError(name)
        return SimpleNamespace(**{name: SimpleNamespace() for name in names})

    monkeypatch.setattr(cublas, "place", lambda version: None)
    monkeypatch.setattr(cublas.sys, "platform", "linux")
    monkeypatch.setattr(ctypes, "CDLL", loads)
    library = cublas.load(12090)
    assert asked == ["libcublas.so.12", "libcublas.so"]
    assert len(library.cublasGemmEx.argtypes) == 19
    assert len(library.cublasGemmStridedBatchedEx.argtypes) == 23


def test_a_search_in_vain_is_none():
    place = cublas.place(12000)
    assert place is None or "cublas" in place


def test_partial_sums_stay_in_single_precision(monkeypatch):
    """A handle says so to cuBLAS once, before it computes; 16 is the number in cublas_api.h."""
    said = []

    def sets(_, mode):
        said.append(mode)
        return 7 if len(said) > 1 else 0

    library = SimpleNamespace(cublasCreate_v2=lambda _: 0, cublasSetMathMode=sets)
    monkeypatch.setattr(cublas, "library", lambda: library)
    cublas.Handle()
    assert said == [16]
    with pytest.raises(BackendError, match="cublasSetMathMode .*INVALID_VALUE"):
        cublas.Handle()
