"""bfloat16, of which NumPy knows nothing; tests/oracle/test_bfloat16_rows.py compares every operation with PyTorch."""

import copy
import io
import pickle
import subprocess
import sys

import numpy as np
import pytest

import minitorch as mt
from minitorch.errors import DtypeError

ml_dtypes = pytest.importorskip("ml_dtypes")

MISSING = """
import sys
sys.modules["ml_dtypes"] = None
import minitorch
print(minitorch.bfloat16, minitorch.promote_types(minitorch.bfloat16, minitorch.float16))
try:
    minitorch.ones(2).bfloat16()
except ImportError as error:
    print(type(error).__name__, error)
"""


def run(program):
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout


def low(*values):
    return mt.tensor(values, dtype=mt.bfloat16)


def test_the_library_is_loaded_when_it_is_needed():
    program = (
        "import sys, minitorch; minitorch.bfloat16; minitorch.ones(2) + 1; print('ml_dtypes' in sys.modules)"
    )
    assert run(program) == "False\n"


def test_without_the_library_an_error_says_what_to_install():
    first, second = run(MISSING).splitlines()
    assert first == "minitorch.bfloat16 minitorch.float32"
    assert second.startswith(
        "MissingDependencyError bfloat16: needs the library ml_dtypes; install it with: pip"
    )


@pytest.mark.parametrize("name", [t.name for t in mt.dtypes.BY_NAME.values()])
def test_promotion(name):
    other = getattr(mt, name)
    expected = {"float16": "float32", "float32": "float32", "float64": "float64"}.get(name, "bfloat16")
    expected = name if other.is_complex else expected
    assert mt.promote_types(mt.bfloat16, other).name == mt.promote_types(other, mt.bfloat16).name == expected
    x = low(1.0, 2.0) + mt.ones(2, dtype=other)
    assert x.dtype.name == expected
    assert x.tolist() == [2.0, 3.0]


def test_numbers_and_0d_tensors_do_not_widen():
    x = low(1.0, 2.0)
    assert (x + 1.5).dtype is (1 - x).dtype is (x * mt.tensor(2.0)).dtype is (x**2).dtype is mt.bfloat16
    assert (x * 1j).dtype is mt.complex64
    assert (x > 1).tolist() == [False, True]


def test_it_is_the_upper_half_of_float32():
    x = mt.randn(1000) * 10.0 ** mt.arange(-20, 20).repeat(25)
    bits = x.view(mt.int32)
    nearest = (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16 << 16
    assert mt.equal(x.bfloat16().float(), nearest.view(mt.float32))


def test_limits():
    ours, theirs = mt.finfo(mt.bfloat16), ml_dtypes.finfo(ml_dtypes.bfloat16)
    for name in ("bits", "eps", "max", "min", "tiny", "smallest_normal", "resolution"):
        assert getattr(ours, name) == pytest.approx(float(getattr(theirs, name)), rel=2e-3)
    assert ours.dtype == "bfloat16"


def test_sums_and_products_are_rounded_once():
    assert mt.ones(1000, dtype=mt.bfloat16).sum().item() == 1000
    x, y = mt.randn(8, 300).bfloat16(), mt.randn(300, 5).bfloat16()
    assert mt.equal(x @ y, (x.double() @ y.double()).float().bfloat16())
    assert mt.full((100,), 0.01, dtype=mt.bfloat16).mean() == low(0.01)[0]


@pytest.mark.parametrize("backend", ["numpy", pytest.param("numba", marks=pytest.mark.slow)])
def test_training(backend):
    if backend == "numba":
        pytest.importorskip("numba")
    with mt.use_backend(backend):
        mt.manual_seed(0)
        net = mt.nn.Sequential(
            mt.nn.Conv2d(1, 4, 3), mt.nn.BatchNorm2d(4), mt.nn.ReLU(), mt.nn.Flatten(), mt.nn.Linear(64, 3)
        ).bfloat16()
        optimizer = mt.optim.AdamW(net.parameters(), lr=0.01)
        x, target = mt.randn(6, 1, 6, 6).bfloat16(), mt.tensor([0, 1, 2, 0, 1, 2])
        losses = []
        for _ in range(10):
            optimizer.zero_grad()
            loss = mt.nn.functional.cross_entropy(net(x), target)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        kinds = {p.dtype for p in net.parameters()} | {p.grad.dtype for p in net.parameters()} | {loss.dtype}
    assert kinds == {mt.bfloat16}
    assert losses[-1] < 0.3 * losses[0]


def test_views_and_changes_in_place():
    x = mt.zeros(2, 3, dtype=mt.bfloat16)
    row = x[0]
    row += 1
    x[:, 1] = 5
    x[mt.tensor([1, 1]), mt.tensor([0, 2])] = low(7.0, 8.0)
    x.mul_(0.5)
    assert x.tolist() == [[0.5, 2.5, 0.5], [3.5, 2.5, 4.0]]
    assert row.data_ptr() == x.data_ptr()


def test_gradients_through_changes_in_place():
    x = low(1.0, 2.0, 3.0).requires_grad_()
    y = x * 2
    y[0] = y[1] * 3
    y[1:].mul_(2)
    y.sum().backward()
    assert x.grad.tolist() == [0.0, 10.0, 4.0]
    assert x.grad.dtype is mt.bfloat16


def test_second_derivatives():
    x = low(1.0, 2.0).requires_grad_()
    (g,) = mt.autograd.grad((x**3).sum(), x, create_graph=True)
    (h,) = mt.autograd.grad(g.sum(), x)
    assert (g.dtype, h.dtype, g.tolist(), h.tolist()) == (mt.bfloat16, mt.bfloat16, [3.0, 12.0], [6.0, 12.0])


def test_vmap():
    assert mt.vmap(lambda x: x.exp() + 1.5)(mt.zeros(2, 3, dtype=mt.bfloat16)).dtype is mt.bfloat16


def test_the_default_dtype():
    mt.set_default_dtype(mt.bfloat16)
    try:
        assert repr(mt.tensor([1.0])) == "tensor([1.])"
        assert mt.nn.Linear(2, 2)(mt.randn(1, 2)).dtype is mt.bfloat16
        assert (mt.arange(3) / 2).dtype is mt.bfloat16
    finally:
        mt.set_default_dtype(mt.float32)


def test_names():
    x = low(1.0, 2.5)
    assert repr(x) == "tensor([1.0000, 2.5000], dtype=minitorch.bfloat16)"
    assert x.type() == "minitorch.BFloat16Tensor"
    assert isinstance(x, mt.BFloat16Tensor)
    assert mt.BFloat16Tensor([1, 2]).dtype is mt.ones(2).type("torch.BFloat16Tensor").dtype is mt.bfloat16
    assert mt.dtypes.as_dtype("bfloat16") is mt.dtypes.as_dtype(ml_dtypes.bfloat16) is mt.bfloat16
    assert pickle.loads(pickle.dumps(mt.bfloat16)) is mt.bfloat16


def test_numpy_does_not_have_it():
    x = low(1.0)
    for export in (x.numpy, lambda: np.asarray(x), lambda: np.save(io.BytesIO(), x)):
        with pytest.raises(DtypeError, match=r"x.float\(\)"):
            export()
    assert x.view(mt.int16).numpy() == 0x3F80


def test_arrays_of_the_library():
    array = np.array([1.5, -2.0], ml_dtypes.bfloat16)
    x = mt.from_numpy(array)
    x[0] = 3.0
    assert x.dtype is mt.bfloat16
    assert array[0] == 3
    assert mt.utils.data.default_collate([array, array]).dtype is mt.bfloat16


def test_dlpack_shares_memory():
    x = low(1.0, 2.0, 3.0)
    y = mt.from_dlpack(x[1:])
    y[0] = 7.0
    assert y.dtype is mt.bfloat16
    assert x.tolist() == [1.0, 7.0, 3.0]
    with pytest.raises((TypeError, AttributeError)):
        mt.from_dlpack("no array")


@pytest.mark.parametrize("way", ["torch", "safetensors", "pickle", "deepcopy"])
def test_copies_and_files(way):
    x = mt.nn.Parameter(low(1.5, -3e38, 1e-40, mt.inf))
    if way == "pickle":
        y = pickle.loads(pickle.dumps(x))
    elif way == "deepcopy":
        y = copy.deepcopy(x)
    else:
        file = io.BytesIO()
        mt.save({"x": x, "empty": x[:0], "part": x[1:3]}, file, format=way)
        file.seek(0)
        loaded = mt.load(file)
        y = loaded["x"]
        assert (loaded["empty"].shape, loaded["part"].dtype) == ((0,), mt.bfloat16)
    assert mt.equal(x.detach(), y.detach())
    assert (y.dtype, y.requires_grad, type(y)) == (mt.bfloat16, True, mt.nn.Parameter)


def test_random_numbers():
    mt.manual_seed(0)
    x = mt.randn(2000, dtype=mt.bfloat16)
    assert x.dtype is mt.rand(2, dtype=mt.bfloat16).dtype is x.clone().uniform_().dtype is mt.bfloat16
    assert abs(x.float().mean().item()) < 0.1
    assert abs(x.float().std().item() - 1) < 0.1
