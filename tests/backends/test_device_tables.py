"""The op table and the module table on another device: the same values and gradients as on the CPU.

On `cuda` they need a GPU. On the device of `strict_device`, which is none, they show wherever there is no GPU that no
op brings arrays of the CPU to another device.
"""

import zlib

import numpy as np
import pytest
import strict_device
from module_table import ROWS as MODULES, outputs_of
from op_samples import Sample, flat, is_float
from op_table import ROWS

import minitorch
from minitorch import nn

PLACES = ["xpu", pytest.param("cuda", marks=pytest.mark.gpu)]
CALLS = [
    pytest.param(row, sample, id=f"{row.name}({sample!r})") for row in ROWS.values() for sample in row.samples
]


@pytest.fixture(params=PLACES)
def place(request):
    if request.param == "cuda":
        if not minitorch.cuda.is_available():
            pytest.skip("no GPU here")
        yield "cuda"
    else:
        with strict_device.registered():
            yield request.param


def on(place, sample: Sample):
    """The call with tensors there, and those that are differentiated."""
    leaves = []

    def change(leaf):
        if not isinstance(leaf, np.ndarray):
            return leaf
        x = minitorch.tensor(leaf).to(place)
        if is_float(leaf):
            leaves.append(x.requires_grad_())
        return x

    return sample.map(change), leaves


def starts_for(outputs):
    """Gradients to start a walk with, the same on every device."""
    rng = np.random.default_rng(11)
    return [minitorch.tensor(rng.uniform(0.5, 1.5, y.shape)).to(y.dtype).to(y.device) for y in outputs]


def computed(function, args, kwargs, leaves):
    """Results and gradients, as arrays of the CPU."""
    results = [y for y in flat(function(*args, **kwargs)) if hasattr(y, "numpy")]
    recorded = [y for y in results if y.requires_grad]
    found = [None] * len(leaves)
    if recorded and leaves:
        found = minitorch.autograd.grad(recorded, leaves, starts_for(recorded), allow_unused=True)
    devices = {y.device.type for y in results} | {g.device.type for g in found if g is not None}
    return [None if y is None else y.numpy(force=True) for y in (*results, *found)], devices


def assert_same(got, expected):
    assert len(got) == len(expected)
    for a, b in zip(got, expected, strict=True):
        assert (a is None) == (b is None)
        if a is not None:
            assert a.shape == b.shape
            assert a.dtype == b.dtype
            precise = a.dtype in ("float64", "complex128")
            np.testing.assert_allclose(a, b, rtol=1e-9 if precise else 1e-3, atol=1e-9 if precise else 1e-4)


@pytest.mark.parametrize(("row", "sample"), CALLS)
def test_an_op_gives_the_same_on_every_device(place, row, sample):
    (here, leaves), (there, moved) = on("cpu", sample), on(place, sample)
    expected, _ = computed(row, here.args, here.kwargs, leaves)
    got, devices = computed(row, there.args, there.kwargs, moved)
    if row.random and place == "cuda":
        assert [y is None or y.shape for y in got] == [y is None or y.shape for y in expected]
    else:
        assert_same(got, expected)
    assert devices <= {place}


@pytest.mark.parametrize("row", MODULES, ids=[f"{row.name}-{i}" for i, row in enumerate(MODULES)])
def test_a_module_gives_the_same_on_every_device(place, row):
    def run(where):
        minitorch.manual_seed(zlib.crc32(row.name.encode()))
        module = row.build(nn, minitorch.tensor).double().to(where)
        inputs, leaves = row.tensors(lambda a: minitorch.tensor(a).to(where))
        leaves = [*leaves, *module.parameters()]
        leaves = [x for x in leaves if x.requires_grad]
        minitorch.manual_seed(0)
        if row.random:
            module.eval()
        return computed(lambda *xs: outputs_of(module(*xs)), inputs, {}, leaves)

    (expected, _), (got, devices) = run("cpu"), run(place)
    assert_same(got, expected)
    assert devices <= {place}
