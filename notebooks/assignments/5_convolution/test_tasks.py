"""Tests of assignment 5. The oracle is minitorch; kernels are run as plain Python where their writes are watched."""

import contextlib
import re
import time
import types
import warnings

import numba
import numpy as np

import minitorch
from minitorch.coursework import same, task
from minitorch.nn import functional as F

CASES = [(1, 1), (2, 0), (2, 1), (3, 2)]  # strides and paddings

HINTS = {
    "5.1": [
        "In the innermost loop the pixel stands in row r = i · stride + a − padding, and its column is found "
        "alike.",
        "Only where 0 ≤ r < height and 0 ≤ q < width is there a pixel to multiply with.",
    ],
    "5.2": [
        "Pad only the last two dimensions. The stride is a slice over I and J: `[:, :, ::stride, ::stride]`.",
        "Before the reshape, `transpose` has to bring (N, C, I, J, A, B) into the order (N, I, J, C, A, B). "
        "After the product it is (N, I, J, O), and has to become (N, O, I, J).",
    ],
    "5.3": [
        "It is your `conv_loop`, with the two outer loops made one.",
        "Sum up in a number of your own, `total`, and write it to y once. Then nobody else ever sees half a "
        "sum.",
    ],
    "5.4": [
        "Which indices has dx[n, c, r, q] in common with the loops? A turn that has n and c to itself shares "
        "no pixel with another one.",
        "Sharing o is a race: all filters add to the same pixels. Let each turn have one n and one c, put "
        "zeros there first, and scatter.",
    ],
    "5.5": [
        "Each turn should have some weights to itself: one o and one c, for example.",
        "For given o, c, a and b, sum over n, i and j in a number of your own, and write it to dw once.",
    ],
    "5.6": [
        "`ctx.save_for_backward` keeps tensors; stride and padding are numbers and may be attributes: "
        "`ctx.stride = stride`.",
        "There are four arguments, so backward returns four things: dx or None, dw or None, None, None.",
    ],
}


def compiling():
    """Whether Numba compiles at all."""
    return not numba.config.DISABLE_JIT


def words(stride, padding):
    return f"stride {stride} and padding {padding}"


def numbers(seed, *shapes):
    generator = np.random.default_rng(seed)
    return [generator.normal(size=shape) for shape in shapes]


def oracle(x, w, stride, padding):
    """The convolution."""
    return F.conv2d(minitorch.tensor(x), minitorch.tensor(w), stride=stride, padding=padding).numpy()


def oracle_gradients(x, w, stride, padding):
    """A gradient of the result, and with it those of x and w."""
    x, w = minitorch.tensor(x, requires_grad=True), minitorch.tensor(w, requires_grad=True)
    y = F.conv2d(x, w, stride=stride, padding=padding)
    g = np.random.default_rng(0).normal(size=y.shape)
    y.backward(minitorch.tensor(g))
    return g, x.grad.numpy(), w.grad.numpy()


def same_array(found, expected, message):
    assert found is not None, f"{message} (The result is None.)"
    assert np.shape(found) == np.shape(expected), f"{message} (The shape is {np.shape(found)}.)"
    same(found, expected, message)


class Turns:
    """Stands in for `prange`: runs the turns one after the other, and notes who writes where."""

    def __init__(self):
        self.loops, self.turn, self.clash = 0, None, None

    def prange(self, *bounds):
        if self.turn is not None:  # inside of another prange, where Numba has a plain loop
            yield from range(*bounds)
            return
        self.loops += 1
        for i in range(*bounds):
            self.turn = (self.loops, i)
            yield i
        self.turn = None

    def watched(self, array):
        found = array.view(Watched)
        found.turns, found.places = self, np.arange(array.size).reshape(array.shape)
        found.last = np.full((array.size, 2), -1)  # the loop and the turn that wrote there last
        return found

    def wrote(self, last, places):
        if self.turn is not None:
            before = last[places]
            if ((before[:, 0] == self.turn[0]) & (before[:, 1] != self.turn[1])).any():
                self.clash = True
            last[places] = self.turn


class Watched(np.ndarray):
    """An array that tells Turns about what is written into it."""

    turns = places = last = None

    def __getitem__(self, index):
        found = super().__getitem__(index)
        if isinstance(found, Watched) and self.turns is not None:
            found.turns, found.places, found.last = self.turns, self.places[index], self.last
        return found

    def __setitem__(self, index, value):
        if self.turns is not None:
            self.turns.wrote(self.last, np.ravel(self.places[index]))
        super().__setitem__(index, value)

    def __array_ufunc__(self, ufunc, method, *inputs, out=(), **settings):
        for result in out:
            if isinstance(result, Watched) and result.turns is not None:
                result.turns.wrote(result.last, np.ravel(result.places))
        plain = [np.asarray(x) if isinstance(x, Watched) else x for x in inputs]
        if out:
            settings["out"] = tuple(np.asarray(x) for x in out)
        found = getattr(ufunc, method)(*plain, **settings)
        return out[0] if out else found


@contextlib.contextmanager
def standing_in(names, others):
    """Puts others in the places of some names of a submission, for a while."""
    before = {name: names[name] for name in others if name in names}
    names.update(others)
    try:
        yield
    finally:
        for name in others:
            del names[name]
        names.update(before)


def watch(kernel, *arguments):
    """Runs a kernel as plain Python, its last argument being watched; returns what was seen."""
    turns = Turns()
    plain = getattr(kernel, "py_func", kernel)
    library = types.SimpleNamespace(**vars(np))
    for name in ("zeros", "empty", "ones", "full", "zeros_like", "empty_like"):
        make = getattr(np, name)
        setattr(library, name, lambda *a, make=make, **k: turns.watched(make(*a, **k)))
    numba_library = types.SimpleNamespace(**{**vars(numba), "prange": turns.prange})
    others = {}
    for name, value in plain.__globals__.items():
        if value is numba.prange:
            others[name] = turns.prange
        elif value is numba:
            others[name] = numba_library
        elif value is np:
            others[name] = library
        elif hasattr(value, "py_func"):
            others[name] = value.py_func
    *inputs, result = arguments
    with standing_in(plain.__globals__, others):
        plain(*inputs, turns.watched(result))
    return turns


def overwrites(kernel, name, *arguments):
    """The last argument is what the kernel should fill in."""
    *inputs, expected = arguments
    before = [v.copy() for v in inputs if isinstance(v, np.ndarray)]
    result = np.full_like(expected, np.nan)
    watch(kernel, *inputs, result)
    assert not np.isnan(result).all(), (
        f"{name}: nothing was written, or all of it was added to what stood there before."
    )
    assert not np.isnan(result).any(), (
        f"{name}: some places still hold what stood there before, or were added to it. Each place must be written, not "
        "only added to."
    )
    same_array(result, expected, f"{name}: the values depend on what stood in the result before.")
    after = [v for v in inputs if isinstance(v, np.ndarray)]
    assert all(np.array_equal(v, old) for v, old in zip(after, before, strict=True)), (
        f"{name}: an input was changed. It belongs to somebody else."
    )


def no_race(kernel, name, *arguments):
    """The last argument is what the kernel should fill in."""
    *inputs, expected = arguments
    result = np.zeros_like(expected)
    turns = watch(kernel, *inputs, result)
    assert result.any(), f"{name}: nothing was written."
    assert turns.loops, f"{name}: no loop is shared among the cores. Which `range` can be a `prange`?"
    assert not turns.clash, (
        f"{name}: two turns of the prange loop write to the same place. On several cores that is a race: the result is "
        "wrong now and then. Give each place of the result to one turn."
    )


def compiled(kernel, name, *arguments):
    """Compiles the kernel; the last argument is what it should fill in."""
    *inputs, expected = arguments
    result = np.full_like(expected, np.nan)
    getattr(kernel, "py_func", kernel)(*inputs, result)
    same_array(
        result, expected, f"{name}: for larger arrays the values are wrong. See the other tests first."
    )
    if not compiling():
        return
    parallel = getattr(kernel, "targetoptions", {}).get("parallel")
    assert parallel, f"{name}: it is not compiled for several cores. Put @njit(parallel=True) above it."
    result = np.full_like(expected, np.nan)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            kernel(*inputs, result)
        except (numba.core.errors.NumbaError, numba.core.errors.UnsupportedBytecodeError) as error:
            reason = re.sub("\x1b.*?m", "", str(error)).strip().splitlines()  # without colours
            raise AssertionError(f"{name}: Numba cannot compile it. {' '.join(reason[:2])}") from None
    same_array(
        result,
        expected,
        f"{name}: run by Python it is right, but compiled it gives wrong values. Is it a race?",
    )


def fastest(function):
    """Seconds of the fastest of five runs."""
    times = []
    for _ in range(5):
        began = time.perf_counter()
        function()
        times.append(time.perf_counter() - began)
    return min(times)


@contextlib.contextmanager
def right_kernels(submission):
    """Kernels that are surely right, in the place of the student's; notes which of them are called."""
    called = []

    def forward_kernel(x, w, stride, padding, y):
        called.append("forward_kernel")
        y[...] = oracle(x, w, stride, padding)

    def gradients(g, x, w, stride, padding):
        g, x, w = (minitorch.tensor(v, dtype=minitorch.float64) for v in (g, x, w))
        with minitorch.enable_grad():
            y = F.conv2d(x.requires_grad_(), w.requires_grad_(), stride=stride, padding=padding)
            y.backward(g)
        return x.grad.numpy(), w.grad.numpy()

    def input_kernel(g, w, stride, padding, dx):
        called.append("input_kernel")
        dx[...] = gradients(g, np.zeros_like(dx), w, stride, padding)[0]

    def weight_kernel(g, x, stride, padding, dw):
        called.append("weight_kernel")
        dw[...] = gradients(g, x, np.zeros_like(dw), stride, padding)[1]

    def output_size(size, kernel, stride, padding):
        return len(range(0, size + 2 * padding - kernel + 1, stride))

    own = {f.__name__: f for f in (forward_kernel, input_kernel, weight_kernel, output_size)}
    with standing_in(submission.Conv2d.forward.__globals__, own):
        yield called


@task("5.1", points=1)
def test_5_1_sizes(submission):
    """output_size counts the places of the window."""
    for size, kernel, stride, padding in [
        (28, 3, 1, 0),
        (28, 5, 1, 2),
        (31, 4, 3, 1),
        (40, 7, 2, 0),
        (33, 2, 5, 3),
    ]:
        expected = len(range(0, size + 2 * padding - kernel + 1, stride))
        same(
            submission.output_size(size, kernel, stride, padding),
            expected,
            "output_size: the number of places is wrong. Draw the picture with its padding as a row of squares, and "
            "move the window by the stride.",
        )


@task("5.1", points=1)
def test_5_1_loop(submission):
    """conv_loop is right without padding, with stride 1."""
    x, w = numbers(1, (2, 3, 6, 5), (4, 3, 3, 2))
    same_array(
        submission.conv_loop(x, w),
        oracle(x, w, 1, 0),
        "conv_loop: without padding and with stride 1 the values are wrong. Compare with the formula at the top: is it "
        "summed over c, a and b, and does each sum begin at 0?",
    )


@task("5.1", points=2)
def test_5_1_loop_stride_and_padding(submission):
    """conv_loop is right for other strides and paddings."""
    for stride, padding in CASES:
        x, w = numbers(2, (2, 2, 7, 6), (3, 2, 3, 2))
        same_array(
            submission.conv_loop(x, w, stride, padding),
            oracle(x, w, stride, padding),
            f"conv_loop: wrong for {words(stride, padding)}. Is the padding subtracted, and is a pixel outside of the "
            "picture left out on all four sides? (x[-1] is the last one.)",
        )


@task("5.1", points=1)
def test_5_1_loop_leaves_inputs(submission):
    """conv_loop leaves its inputs alone, and keeps the dtype."""
    x, w = numbers(3, (1, 2, 4, 4), (2, 2, 3, 3))
    x, w = x.astype(np.float32), w.astype(np.float32)
    before = x.copy(), w.copy()
    y = submission.conv_loop(x, w, 1, 1)
    assert y is not None, "conv_loop returned None: is there a return at its end?"
    for now, old in zip((x, w), before, strict=True):
        assert np.array_equal(now, old), "conv_loop: x or w was changed. They belong to somebody else."
    assert y.dtype == np.float32, "conv_loop: for float32 inputs the result should be float32."


@task("5.2", points=2)
def test_5_2_windows(submission):
    """windows_of makes a row of each window."""
    for stride, padding in [(1, 0), *CASES]:
        (x,) = numbers(4, (2, 3, 6, 5))
        found = submission.windows_of(x, (3, 2), stride, padding)
        framed = np.zeros((2, 3, 6 + 2 * padding, 5 + 2 * padding))
        framed[:, :, padding : padding + 6, padding : padding + 5] = x
        expected = [
            framed[n, :, i : i + 3, j : j + 2].ravel()
            for n in range(2)
            for i in range(0, framed.shape[2] - 2, stride)
            for j in range(0, framed.shape[3] - 1, stride)
        ]
        assert found is not None, "windows_of returned None: is there a return at its end?"
        assert np.ndim(found) == 2, "windows_of: the result should be a table, with two dimensions."
        assert len(found) == len(expected), (
            f"windows_of: for {words(stride, padding)} there are too many or too few rows. One for each place."
        )
        same_array(
            np.sort(found, axis=1),
            np.sort(expected, axis=1),
            f"windows_of: for {words(stride, padding)} some row does not hold the numbers of its window. Are the "
            "places in the order n, i, j? Transpose before you reshape.",
        )
        same_array(
            found,
            np.array(expected),
            "windows_of: each row holds the right numbers, in the wrong order. It should be c, a, b.",
        )


@task("5.2", points=2)
def test_5_2_im2col(submission):
    """conv_im2col gives the convolution."""
    for stride, padding in [(1, 0), *CASES]:
        x, w = numbers(5, (2, 3, 6, 5), (4, 3, 3, 2))
        y = submission.conv_im2col(x, w, stride, padding)
        expected = oracle(x, w, stride, padding)
        assert y is not None, "conv_im2col returned None: is there a return at its end?"
        assert np.shape(y) == expected.shape, (
            f"conv_im2col: the result has the shape {np.shape(y)} for {words(stride, padding)}; expected: (N, O, I, J)."
        )
        same_array(
            y,
            expected,
            f"conv_im2col: the shape is right, the values are not, for {words(stride, padding)}. A reshape alone does "
            "not exchange dimensions: reshape to (N, I, J, O) first, then transpose.",
        )


@task("5.3", points=2)
def test_5_3_forward_kernel(submission):
    """forward_kernel fills y with the right values, run as plain Python."""
    for stride, padding in [(1, 0), *CASES]:
        x, w = numbers(6, (2, 2, 6, 5), (3, 2, 3, 2))
        expected = oracle(x, w, stride, padding)
        y = np.zeros(expected.shape)
        watch(submission.forward_kernel, x, w, stride, padding, y)
        assert y.any(), "forward_kernel: y is still empty. Write to y[n, o, i, j]; do not make a new array."
        same_array(
            y,
            expected,
            f"forward_kernel: wrong for {words(stride, padding)}. Does your conv_loop pass its tests?",
        )


@task("5.3", points=1)
def test_5_3_forward_overwrites(submission):
    """forward_kernel overwrites whatever stands in y, and leaves x and w alone."""
    x, w = numbers(7, (2, 2, 4, 4), (3, 2, 2, 2))
    overwrites(submission.forward_kernel, "forward_kernel", x, w, 1, 1, oracle(x, w, 1, 1))


@task("5.3", points=1)
def test_5_3_forward_has_no_race(submission):
    """The work is shared with prange, and no two turns write to the same place."""
    x, w = numbers(8, (2, 2, 4, 4), (3, 2, 2, 2))
    no_race(submission.forward_kernel, "forward_kernel", x, w, 1, 1, oracle(x, w, 1, 1))


@task("5.3", points=2)
def test_5_3_forward_is_fast(submission):
    """Compiled, forward_kernel is right and at least thirty times faster than conv_loop."""
    kernel = submission.forward_kernel
    x, w = numbers(9, (3, 4, 9, 8), (4, 4, 3, 3))
    compiled(kernel, "forward_kernel", x, w, 1, 1, oracle(x, w, 1, 1))
    if not compiling():
        return
    x, w = numbers(20, (8, 8, 32, 32), (16, 8, 3, 3))
    y = np.empty((8, 16, 32, 32))
    fast = fastest(lambda: kernel(x, w, 1, 1, y)) / (y.size * w[0].size)
    small, few = x[:1, :2, :8, :8].copy(), w[:2, :2].copy()
    slow = fastest(lambda: submission.conv_loop(small, few, 1, 1)) / (2 * 64 * 18)
    assert slow > 30 * fast, (
        f"forward_kernel: compiled it is only {slow / fast:.0f} times faster than conv_loop, for each multiplication. "
        "Are there slices or new arrays in the inner loops?"
    )


@task("5.4", points=2)
def test_5_4_input_kernel(submission):
    """input_kernel fills dx with the right gradient, run as plain Python."""
    for stride, padding in [(1, 0), *CASES]:
        x, w = numbers(10, (2, 2, 6, 5), (3, 2, 3, 2))
        g, dx, _ = oracle_gradients(x, w, stride, padding)
        found = np.zeros_like(x)
        watch(submission.input_kernel, g, w, stride, padding, found)
        assert found.any(), (
            "input_kernel: dx is still empty. Write to dx[n, c, r, q]; do not make a new array."
        )
        assert not np.allclose(found, -dx), "input_kernel: the gradient has the opposite sign."
        same_array(
            found,
            dx,
            f"input_kernel: wrong for {words(stride, padding)}. Take a single pixel and list by hand which places of y "
            "it goes into. Is the padding subtracted, as in the forward?",
        )


@task("5.4", points=1)
def test_5_4_input_overwrites(submission):
    """input_kernel overwrites whatever stands in dx, where no window comes, too."""
    x, w = numbers(11, (2, 2, 6, 6), (3, 2, 2, 2))
    g, dx, _ = oracle_gradients(x, w, 3, 0)
    overwrites(submission.input_kernel, "input_kernel", g, w, 3, 0, dx)


@task("5.4", points=2)
def test_5_4_input_has_no_race(submission):
    """The work is shared with prange, no two turns write to the same place, and it compiles."""
    x, w = numbers(12, (2, 2, 4, 4), (3, 2, 2, 2))
    g, dx, _ = oracle_gradients(x, w, 1, 1)
    no_race(submission.input_kernel, "input_kernel", g, w, 1, 1, dx)
    x, w = numbers(13, (3, 4, 9, 8), (4, 4, 3, 3))
    g, dx, _ = oracle_gradients(x, w, 1, 1)
    compiled(submission.input_kernel, "input_kernel", g, w, 1, 1, dx)


@task("5.5", points=2)
def test_5_5_weight_kernel(submission):
    """weight_kernel fills dw with the right gradient, run as plain Python."""
    for stride, padding in [(1, 0), *CASES]:
        x, w = numbers(14, (2, 2, 6, 5), (3, 2, 3, 2))
        g, _, dw = oracle_gradients(x, w, stride, padding)
        found = np.zeros_like(w)
        watch(submission.weight_kernel, g, x, stride, padding, found)
        assert found.any(), (
            "weight_kernel: dw is still empty. Write to dw[o, c, a, b]; do not make a new array."
        )
        assert not np.allclose(found, -dw), "weight_kernel: the gradient has the opposite sign."
        same_array(
            found,
            dw,
            f"weight_kernel: wrong for {words(stride, padding)}. Is it summed over all pictures and all places, and "
            "does each weight meet the pixel that it met in the forward?",
        )


@task("5.5", points=1)
def test_5_5_weight_overwrites(submission):
    """weight_kernel overwrites whatever stands in dw, and leaves g and x alone."""
    x, w = numbers(15, (2, 2, 4, 4), (3, 2, 2, 2))
    g, _, dw = oracle_gradients(x, w, 1, 1)
    overwrites(submission.weight_kernel, "weight_kernel", g, x, 1, 1, dw)


@task("5.5", points=2)
def test_5_5_weight_has_no_race(submission):
    """The work is shared with prange, no two turns write to the same place, and it compiles."""
    x, w = numbers(16, (2, 2, 4, 4), (3, 2, 2, 2))
    g, _, dw = oracle_gradients(x, w, 1, 1)
    no_race(submission.weight_kernel, "weight_kernel", g, x, 1, 1, dw)
    x, w = numbers(17, (3, 4, 9, 8), (4, 4, 3, 3))
    g, _, dw = oracle_gradients(x, w, 1, 1)
    compiled(submission.weight_kernel, "weight_kernel", g, x, 1, 1, dw)


@task("5.6", points=2)
def test_5_6_operation(submission):
    """Conv2d has the right values and gradients, for several strides and paddings."""
    with right_kernels(submission):
        for stride, padding in [(1, 0), *CASES]:
            arrays = numbers(18, (2, 2, 6, 5), (3, 2, 3, 2))
            x, w = (minitorch.tensor(v, requires_grad=True) for v in arrays)
            y = submission.Conv2d.apply(x, w, stride, padding)
            g, dx, dw = oracle_gradients(*arrays, stride, padding)
            same_array(
                y.detach().numpy(),
                oracle(*arrays, stride, padding),
                f"Conv2d: wrong values for {words(stride, padding)}. (Right kernels stand in for yours here.) "
                "Do stride and padding reach the kernel, and is its result returned?",
            )
            y.backward(minitorch.tensor(g))
            for name, tensor, wanted in (("x", x, dx), ("w", w, dw)):
                assert tensor.grad is not None, f"Conv2d: no gradient arrives at {name}."
                same_array(
                    tensor.grad.numpy(),
                    wanted,
                    f"Conv2d: the gradient of {name} is wrong for {words(stride, padding)}. (Right kernels stand in "
                    "for yours here.) Does each kernel get what it needs, and is the order of the results right?",
                )


@task("5.6", points=1)
def test_5_6_only_what_is_wanted(submission):
    """Gradients that nobody wants are not computed."""
    for wanted, (needs_x, needs_w) in (("input", (True, False)), ("weight", (False, True))):
        with right_kernels(submission) as called:
            x, w = (minitorch.tensor(v) for v in numbers(19, (1, 2, 4, 4), (2, 2, 3, 3)))
            x.requires_grad_(needs_x)
            w.requires_grad_(needs_w)
            submission.Conv2d.apply(x, w, 1, 1).sum().backward()
            assert f"{wanted}_kernel" in called, (
                f"Conv2d: {wanted}_kernel was not called, though its gradient was wanted."
            )
            other = {"input": "weight", "weight": "input"}[wanted]
            assert f"{other}_kernel" not in called, (
                f"Conv2d: {other}_kernel was called, though nobody wants that gradient. Ask ctx.needs_input_grad."
            )
