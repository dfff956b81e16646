"""Tests of assignment 7. A message says what to look at; the oracles are NumPy, and the conformance suite."""

import tomllib
import types
from contextlib import contextmanager
from importlib.metadata import EntryPoint
from unittest.mock import patch

import numpy as np

import minitorch
from minitorch import nn, registry
from minitorch.backend import Backend, primitives
from minitorch.backend_optim import OptimizerKernels
from minitorch.coursework import same, task
from minitorch.testing import BudgetError, memory_budget, time_budget
from minitorch_numpy import NumpyBackend

HINTS = {
    "7.1": [
        "Write a function that takes a name and returns a method: a function of (self, *args, **settings).",
        "`setattr(Recorder, name, noting(name))` in a loop over `primitives()` puts the methods into the class.",
        "A method made in a loop sees the loop's variable as it is at the end. As the argument of a function of its "
        "own, the name stays what it was.",
    ],
    "7.2": [
        "Each element of the result is a sum of k products, and k is the last size of x.",
        "`np.size` also works on the number that a product of two vectors is. Count on the instance, not on the class.",
    ],
    "7.3": [
        "pad: make the new array first, filled with the constant. Then one assignment of a region of x to a region of "
        "it: where does the region begin if the width before is positive, and where if it is negative?",
        "index_add: NumPy's ufuncs have a method that adds without buffering, so that duplicates count: `np.add.at`.",
        "sliding_windows: as_strided takes a shape and strides in bytes. For each dim one stride for o (that of x, "
        "times s), and one for k (that of x, times d). First all o, then all k.",
    ],
    "7.4": [
        "The page on backends of the documentation shows one, under Publishing.",
        'The table is called `project.entry-points.` and the group in quotes; in it stands name = "module:Class".',
    ],
    "7.5": [
        "First make it right in place, without blocks: one scratch array for each parameter, and `out=scratch`.",
        "`x.reshape(-1)` of a contiguous array is a view, and so is each slice of it: what is written into a slice of "
        "65536 elements is written into x.",
        "1 − β₁ᵗ and √(1 − β₂ᵗ) are numbers: compute them once for each parameter.",
    ],
}


@contextmanager
def in_use(backend):
    """Registers a backend and chooses it; afterwards nothing of it is left."""
    before = dict(registry._instances)
    minitorch.register_backend(backend)
    try:
        with minitorch.use_backend(backend.name):
            yield backend
    finally:
        registry._instances.clear()
        registry._instances.update(before)


# 7.1 ----------------------------------------------------------------------------------------------------------

A = np.array([[0.3, 0.8, 0.4], [0.1, 0.6, 0.2]])
CALLS = {
    "exp": (A,), "negative": (A,), "tanh": (A,), "isnan": (A,), "erf": (A,), "add": (A, A), "divide": (A, 2.0),
    "maximum": (A, 0.35), "less": (A, 0.35), "where": (A > 0.3, A, 0.0), "matmul": (A, A.T), "reshape": (A, (3, 2)),
    "transpose": (A, (1, 0)), "concatenate": ([A, A], 0), "take_along_axis": (A, np.array([[1], [0]]), 1),
    "zeros": ((2, 3), np.float32), "eye": (2, 3, np.float64), "copy": (A,), "astype": (A, np.float32),
    "broadcast_to": (A, (4, 2, 3)), "asarray": (A,), "pad": (A, ((1, 0), (0, 2))), "inv": (A[:, :2],), "lgamma": (A,),
}  # fmt: skip


def recorded(submission):
    """A new recorder of the student."""
    backend = submission.recorder()
    assert isinstance(backend, Backend), (
        f"recorder() should return an instance of a backend, not {backend!r:.60}"
    )
    assert isinstance(getattr(backend, "record", None), list), "the backend should have a list `record`"
    assert callable(backend.calls.run), (
        "`calls` is an attribute of the interface (it runs every operation), and it is overwritten: take another name"
    )
    return backend


@task("7.1", points=2)
def test_every_primitive_is_noted(submission):
    """every primitive is noted, and does its work"""
    backend, plain = recorded(submission), NumpyBackend()
    assert backend.record == [], "the record should be empty at first"
    for name, args in CALLS.items():
        del backend.record[:]
        result = getattr(backend, name)(*args)
        assert name in backend.record, f"a call of `{name}` is not noted"
        assert backend.record.count(name) == 1, (
            f"one call of `{name}` is noted {backend.record.count(name)} times"
        )
        expected = getattr(plain, name)(*args)
        assert type(result) is type(expected), (
            f"`{name}` should return what NumPy's backend gives; is `return` missing?"
        )
        for got, right in zip(
            *(r if isinstance(r, tuple) else (r,) for r in (result, expected)), strict=True
        ):
            assert np.array_equal(got, right, equal_nan=True), f"`{name}` gives something else than NumPy's"
            assert np.asarray(got).dtype == np.asarray(right).dtype, (
                f"`{name}` gives another dtype than NumPy's"
            )
    del backend.record[:]
    backend.sum(A, axis=1, keepdims=True)
    assert backend.record == ["sum"], (
        "a call with keywords, sum(x, axis=1, keepdims=True), is not noted as `sum`"
    )


@task("7.1", points=1)
def test_records_are_kept_apart(submission):
    """each backend has a record of its own"""
    one, two = recorded(submission), recorded(submission)
    one.exp(A)
    assert two.record == [], "two backends share one list: make it in __init__, on the instance"
    missing = [name for name in primitives() if getattr(type(one), name, None) is getattr(NumpyBackend, name)]
    assert missing == [], f"{len(missing)} primitives are NumPy's own still, such as {missing[:3]}"


@task("7.1", points=2)
def test_a_program_on_the_recorder(submission):
    """a program that runs on it"""
    x = minitorch.tensor(A).float()
    with in_use(recorded(submission)) as backend:
        assert backend.name == "recorder", f'the name should be "recorder", it is {backend.name!r}'
        w = minitorch.ones(3, 2, requires_grad=True)
        del backend.record[:]
        y = (x @ w).tanh().exp().sum()
        forward = [name for name in backend.record if name in ("matmul", "tanh", "exp", "sum")]
        assert forward == ["matmul", "tanh", "exp", "sum"], (
            f"of (x @ w).tanh().exp().sum() the record should hold four operations in their order, it holds {forward}"
        )
        del backend.record[:]
        y.backward()
        assert "matmul" in backend.record, (
            "the gradient of a product is a product, and it is not in the record"
        )
        del backend.record[:]
    (x @ w).exp()
    assert backend.record == [], "after the block another backend is in use, and yet something is noted"


# 7.2 ----------------------------------------------------------------------------------------------------------


def work(left, right):
    """Multiplications of a product, by counting."""
    rows = np.ones(left)[..., None] if len(left) > 1 else np.ones(left)[None, :, None]
    columns = np.ones(right)[..., None, :, :] if len(right) > 1 else np.ones(right)[:, None]
    return int((rows * columns).size)


SHAPES = [((4, 3), (3, 2)), ((7, 5), (5, 7)), ((1, 1), (1, 1))]
OTHERS = [
    ((5, 2, 3), (3, 4)), ((5, 2, 3), (5, 3, 4)), ((2, 1, 2, 3), (5, 3, 4)),
    ((3,), (3, 4)), ((4, 3), (3,)), ((3,), (3,)), ((6, 4, 3), (3,)),
]  # fmt: skip


def measure(submission, shapes):
    """Whether products of these shapes are right, and rightly counted."""
    meter = submission.Meter()
    for left, right in shapes:
        x, y = np.random.default_rng(1).random((2, 1000))
        x, y = x[: np.prod(left)].reshape(left), y[: np.prod(right)].reshape(right)
        before = meter.multiplications
        product = meter.matmul(x, y)
        assert product is not None, "matmul should return the product"
        assert np.allclose(product, x @ y), f"the product of {left} and {right} is not that of NumPy"
        counted = meter.multiplications - before
        assert counted == work(left, right), (
            f"of {left} @ {right} too {'many' if counted > work(left, right) else 'few'} multiplications are counted"
        )


@task("7.2", points=1)
def test_matrices(submission):
    """matrices"""
    measure(submission, SHAPES)
    assert submission.Meter().multiplications == 0, "a new meter should start at 0: count on the instance"


@task("7.2", points=2)
def test_stacks_and_vectors(submission):
    """stacks that broadcast, and vectors"""
    measure(submission, OTHERS)


@task("7.2", points=1)
def test_work_of_a_network(submission):
    """forward and backward of a network"""
    x = minitorch.ones(16, 30)
    model = nn.Sequential(nn.Linear(30, 20), nn.Tanh(), nn.Linear(20, 10))
    with in_use(submission.Meter()) as meter:
        y = model(x).sum()
        forward = meter.multiplications
        y.backward()
        total = meter.multiplications
    first, second = work((16, 30), (30, 20)), work((16, 20), (20, 10))
    assert forward == first + second, (
        "forward of two linear layers is two products, and more or less is counted"
    )
    assert total == forward + first + 2 * second, (
        "backward should have three products: the gradients of both weights, and that of what is between the layers"
    )


# 7.3 ----------------------------------------------------------------------------------------------------------


def conforms(backend, test, name):
    """Runs a test of the conformance suite for all layouts in memory, and says for which of them it fails."""
    from minitorch.testing.conformance.fixtures import LAYOUTS, laid_out

    for how in LAYOUTS:
        try:
            test(backend, lambda backend, a, how=how: laid_out(backend, np.asarray(a), how))
        except AssertionError:
            raise AssertionError(
                f"the conformance suite's `{test.__name__}` fails for arrays that are {how} in memory: {name}"
            ) from None


@task("7.3", points=2)
def test_pad(submission):
    """pad"""
    from minitorch.testing.conformance.test_memory import test_padding

    backend = submission.Own()
    x = np.arange(6.0).reshape(2, 3) * 0.7 + 1
    got = backend.pad(x, ((1, 2), (0, 1)), 0.25)
    assert got is not None, "pad should return a new array"
    assert got.shape == (5, 4), f"(2, 3) with ((1, 2), (0, 1)) around it should be (5, 4), it is {got.shape}"
    assert np.array_equal(got[1:3, :3], x), "the array itself should stand in the middle, unchanged"
    assert np.count_nonzero(got == 0.25) == 14, "what is around it should be the constant"
    got = backend.pad(x, ((0, -1), (-1, 0)))
    assert got.shape == (1, 2), (
        f"(2, 3) with ((0, -1), (-1, 0)) should be (1, 2), it is {got.shape}: negative cuts off"
    )
    same(got, x[:1, 1:], "with ((0, -1), (-1, 0)) the last row and the first column should be cut off")
    got[...] = -1.0
    assert (x > 0).all(), "the result shares memory with the argument: it should be a new array"
    unchanged = backend.pad(x, ((0, 0), (0, 0)))
    assert not np.shares_memory(unchanged, x), "with widths of 0 the result should be a new array, too"
    conforms(backend, test_padding, "several widths, some of them negative, and a constant")


@task("7.3", points=2)
def test_index_add(submission):
    """index_add"""
    from minitorch.testing.conformance.test_memory import test_index_add as suite

    backend = submission.Own()
    x = np.zeros((3, 2))
    backend.index_add(x, np.array([2, 0, 2]), np.array([[0.3, 0.1], [0.2, 0.6], [0.4, 0.9]]))
    assert x.any(), "nothing is added: x itself should be changed, in its memory"
    same(x[0], [0.2, 0.6], "what stands once in the index should be added once")
    same(x[2], [0.7, 1.0], "what stands twice in the index should be added twice")
    conforms(backend, suite, "an index for one dim, and one for two")


@task("7.3", points=2)
def test_sliding_windows(submission):
    """sliding_windows"""
    from minitorch.testing.conformance.test_memory import test_sliding_windows as suite

    backend = submission.Own()
    x = np.random.default_rng(3).random((2, 9))
    got = backend.sliding_windows(x, (3,), (2,), (1,))
    assert got.shape == (2, 4, 3), (
        f"windows of 3 over 9 elements with stride 2 are 4: (2, 9) should become (2, 4, 3), not {got.shape}"
    )
    assert np.shares_memory(got, x), "windows should be a view on the array: no element is copied"
    part = x[:, ::2]
    assert np.shares_memory(backend.sliding_windows(part, (3,), (1,), (1,)), x), (
        "windows should be a view on arrays that are not contiguous, too: their strides are multiples of x.strides"
    )
    same(got[:, 1], x[:, 2:5], "with stride 2 the second window should begin two elements after the first")
    far = backend.sliding_windows(x, (3,), (1,), (3,))
    assert far.shape == (2, 3, 3), (
        f"with dilation 3 a window of 3 spans 7 elements: (2, 3, 3), not {far.shape}"
    )
    same(far[:, 0], x[:, 0:9:3], "with dilation 3 the elements of a window should be three apart")
    conforms(backend, suite, "two dims, strides and dilations that differ")


@task("7.3", points=1, hidden=True)
def test_three_dims(submission):
    """programs on the backend, and three dims"""
    from minitorch.nn import functional as F

    backend, plain = submission.Own(), NumpyBackend()
    x = np.random.default_rng(4).random((1, 5, 6, 7))
    windows = (2, 3, 1), (2, 1, 3), (1, 2, 1)
    same(
        backend.sliding_windows(x, *windows),
        plain.sliding_windows(x, *windows),
        "windows over three dims are wrong",
    )
    table = np.random.default_rng(5).random((6, 3))

    def program():
        w = minitorch.tensor(table, requires_grad=True)
        y = F.pad(w[minitorch.tensor([1, 4, 4, 0])], (-1, 2, 1, 0), value=0.5).unfold(0, 3, 1)
        (y * y).sum().backward()
        return w.grad

    expected = program()
    with in_use(backend):
        same(program(), expected, "a gradient is wrong on your backend: of indices, padding and windows")


# 7.4 ----------------------------------------------------------------------------------------------------------


def announced(submission, *names):
    """The pyproject.toml, read."""
    text = submission.pyproject(*names)
    assert isinstance(text, str), "pyproject should return a text"
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise AssertionError(f"the text is not TOML: {error}") from None


@task("7.4", points=1)
def test_project(submission):
    """name and version"""
    project = announced(submission, "torchy-fpga", "fpga", "torchy.fpga:Backend").get("project", {})
    assert project.get("name") == "torchy-fpga", "[project] should have the package's name"
    assert project.get("version") == "0.1.0", "[project] should have the version"


@task("7.4", points=2)
def test_entry_point(submission):
    """the entry point"""
    import sys

    found = announced(submission, "minitorch-echo", "echo", "echo_of_tests:Echo").get("project", {})
    groups = found.get("entry-points", {})
    assert groups, "there is no table of entry points in [project]"
    assert "minitorch.backends" in groups, (
        f"minitorch looks into the group minitorch.backends; there is {list(groups)}. A dot in a key needs quotes"
    )
    assert list(groups["minitorch.backends"]) == ["echo"], (
        "the group should hold one entry, called like the backend"
    )
    module = types.ModuleType("echo_of_tests")
    module.Echo = type("Echo", (NumpyBackend,), {"name": "echo"})
    sys.modules["echo_of_tests"] = module
    try:
        entry = EntryPoint("echo", groups["minitorch.backends"]["echo"], "minitorch.backends")
        try:
            loaded = entry.load()
        except Exception as error:
            raise AssertionError(
                f"the entry does not lead to the class: {type(error).__name__}: {error}"
            ) from None
        assert loaded is module.Echo, "the entry does not lead to the class"
    finally:
        del sys.modules["echo_of_tests"]


# 7.5 ----------------------------------------------------------------------------------------------------------

PLAIN = {"lr": 0.01, "beta1": 0.9, "beta2": 0.99, "eps": 1e-3, "decoupled": False, "maximize": False}
PLAIN["weight_decay"] = 0.0


class Definition(NumpyBackend):
    """Adam as the interface says it."""

    adam_step = OptimizerKernels.adam_step


def arrays(*shapes, dtype="float32", seed=0):
    """Parameters, gradients, means and squares."""
    random = np.random.default_rng(seed)
    lists = [[np.asarray(random.standard_normal(shape), dtype) for shape in shapes] for _ in range(4)]
    lists[3] = [np.asarray(np.abs(v)) for v in lists[3]]
    return lists


def refused(*args, **settings):
    """Stands for NumPy's kernel."""
    raise AssertionError("the kernel of NumPy's backend is called: write one of your own")


def compare_steps(submission, lists, steps, peaks=False, **changed):
    """One step by both, from the same numbers."""
    theirs, ours = ([[np.array(a, order="K") for a in part] for part in lists] for _ in range(2))
    top = [[np.abs(v) for v in part[3]] if peaks else None for part in (theirs, ours)]
    with np.errstate(all="ignore"), patch.object(NumpyBackend, "adam_step", refused):
        result = submission.Fused().adam_step(*theirs, top[0], steps, **(PLAIN | changed))
        Definition().adam_step(*ours, top[1], steps, **(PLAIN | changed))
    assert result is None, "adam_step changes its arguments and returns nothing"
    shapes = ", ".join(str(a.shape) for a in lists[0])
    for i, name in ((2, "means m"), (3, "squares v"), (0, "parameters x")):
        for got, right, old in zip(theirs[i], ours[i], lists[i], strict=True):
            case = f"shapes {shapes}, {right.dtype}" + (f", {', '.join(changed)}" if changed else "")
            assert not np.array_equal(got, old) or not right.size, (
                f"the {name} did not change ({case}): write into their memory, as in x -= …, not x = x - …"
            )
            assert np.allclose(got, right, rtol=1e-4, atol=1e-5), (
                f"the {name} are wrong after a step ({case})"
            )
    for got, old in zip(theirs[1], lists[1], strict=True):
        assert np.array_equal(got, old), "the gradients are changed: they belong to the caller"


@task("7.5", points=2)
def test_adam(submission):
    """the same as the composite"""
    compare_steps(submission, arrays((3, 4)), [1.0])
    compare_steps(submission, arrays((5,), (2, 3), (), dtype="float64"), [1.0, 7.0, 30.0])
    compare_steps(submission, arrays((300, 701), (0, 3), seed=2), [3.0, 3.0])


@task("7.5", points=1)
def test_adam_with_everything(submission):
    """options, and arrays that are not contiguous"""
    for changed in ({"weight_decay": 0.1}, {"weight_decay": 0.1, "decoupled": True}, {"maximize": True}):
        compare_steps(submission, arrays((4, 5)), [2.0], **changed)
    compare_steps(submission, arrays((4, 5)), [2.0], peaks=True)
    turned = [[np.asfortranarray(a) for a in part] for part in arrays((40, 50))]
    compare_steps(submission, turned, [2.0])
    compare_steps(
        submission, [[np.repeat(a, 2, 1)[:, ::2] for a in part] for part in arrays((40, 50))], [2.0]
    )


@task("7.5", points=1)
def test_adam_in_training(submission):
    """a training run"""
    random = np.random.default_rng(6)
    x, y = (minitorch.tensor(random.standard_normal(shape)).float() for shape in ((32, 8), (32, 2)))

    def run():
        minitorch.manual_seed(0)
        model = nn.Sequential(nn.Linear(8, 16), nn.Tanh(), nn.Linear(16, 2))
        optimizer = minitorch.optim.Adam(model.parameters(), lr=0.01)
        for _ in range(20):
            optimizer.zero_grad()
            loss = ((model(x) - y) ** 2).mean()
            loss.backward()
            optimizer.step()
        return loss.item()

    expected = run()
    with in_use(submission.Fused()):
        same(
            run(),
            expected,
            "after 20 updates of a small network the loss is another one than by the composite",
            1e-4,
        )


def steps_to_measure(submission, size=1_000_000):
    """A step of a million numbers: the student's, and the composite."""
    own, definition = submission.Fused(), Definition()
    lists = arrays((size // 1000, 1000))
    return (
        lambda: own.adam_step(*lists, None, [5.0], **PLAIN),
        lambda: definition.adam_step(*lists, None, [5.0], **PLAIN),
    )


@task("7.5", points=2)
def test_adam_is_faster(submission):
    """at most 0.8 times the time"""
    compare_steps(submission, arrays((300, 701)), [5.0])
    own, composite = steps_to_measure(submission)
    try:
        time_budget(own, composite, 0.8, repeats=9)
    except BudgetError as error:
        raise AssertionError(
            f"a step of a million numbers takes {error.ratio:.2f} times as long as the composite. Which operations "
            f"make a new array? Which of them could write into one that is there?"
        ) from None


@task("7.5", points=1)
def test_adam_is_frugal(submission):
    """at most half of the memory"""
    compare_steps(submission, arrays((300, 701)), [5.0])
    own, composite = steps_to_measure(submission)
    try:
        memory_budget(own, composite, 0.5)
    except BudgetError as error:
        raise AssertionError(
            f"a step of a million numbers needs {error.ratio:.2f} times the memory of the composite: in blocks, "
            f"scratch is as large as one block"
        ) from None
