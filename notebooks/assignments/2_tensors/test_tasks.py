"""Tests of assignment 2. The oracles are NumPy and minitorch; no message says what the right number is."""

import itertools

import numpy as np

import minitorch
from minitorch.coursework import same, task

HINTS = {
    "2.1": [
        "How many numbers lie between one step of a dimension and the next? As many as those right of it hold.",
        "The place is the offset plus the sum of index times stride. Turn negative integers into others first.",
    ],
    "2.2": [
        "A swap changes shape and strides in the same way, and nothing else.",
        "A part starts further behind in memory: by start steps of this dimension.",
    ],
    "2.3": [
        "Fill the shorter shape up with ones on the left. Then go through both at once.",
        "If one size is 1, take the other one, even if that is 0.",
        "Going one step along a stretched dimension must not move at all.",
    ],
    "2.4": [
        "Which dimensions of g were not there before? Which had the size 1?",
        "Sum over all of them at once with keepdims=True, then reshape.",
    ],
    "2.5": [
        "The gradient of a sum is g for both; that of a product is g times the other one. Then undo the broadcasting.",
        "For matmul, compare shapes: only one product of g and the other matrix has the shape that is needed.",
        "Each of the n numbers in a mean gets the n-th part of g.",
    ],
    "2.6": [
        "Keep what is on its way in a dictionary from Tensor to array, which starts with the result.",
        "`max(arrived, key=...)` finds the newest. Take it out of the dictionary when its turn has come.",
        "Write `a = a + b` for arrays that may be shared, never `a += b`.",
    ],
}


def view_of(submission, array):
    """The student's View of an array's memory, which lies behind other numbers."""
    base = array if array.base is None else array.base
    offset = (array.__array_interface__["data"][0] - base.__array_interface__["data"][0]) // array.itemsize
    strides = [s // array.itemsize for s in array.strides]
    return submission.View([-77.5] * 3 + base.ravel().tolist(), array.shape, strides, offset + 3)


def numbers_of(view):
    """All numbers of a view, without the student's functions."""
    places = [
        view.offset + sum(i * s for i, s in zip(index, view.strides, strict=True))
        for index in itertools.product(*map(range, view.shape))
    ]
    assert all(0 <= p < len(view.storage) for p in places), (
        "the view reads outside of its storage: are its strides right?"
    )
    return [view.storage[p] for p in places]


def cube():
    return np.arange(60.0).reshape(3, 4, 5) * 1.25 + 100


def shares(view, original):
    assert view.storage is original.storage, (
        "the new view should have the very storage of the old one, not a copy"
    )


def raises(error, function, *arguments):
    try:
        function(*arguments)
    except error:
        return True
    return False


@task("2.1", points=2)
def test_strides_of(submission):
    """strides_of: tables with one, two, three and four dimensions."""
    for shape in [(7,), (3, 4), (6, 5, 7), (3, 1, 4, 5), ()]:
        strides = submission.strides_of(shape)
        assert isinstance(strides, tuple), "the strides should be a tuple"
        expected = [s // 8 for s in np.empty(shape).strides]
        same(strides, expected, "the strides of a shape are not right", given=shape)


@task("2.1", points=2)
def test_place(submission):
    """place: offsets, strides, negative integers, and what is out of range."""
    for array in (cube(), cube().transpose(2, 0, 1), cube()[1:, ::2, 2:]):
        view = view_of(submission, array)
        for index in itertools.product(*map(range, array.shape)):
            found = submission.place(view, index)
            assert isinstance(found, int), "a place should be an integer"
            assert found == view.offset + sum(i * s for i, s in zip(index, view.strides, strict=True)), (
                "the place is not right: does it count the offset, and the strides of the view?"
            )
        same(
            view.storage[submission.place(view, (-1, 0, -2))],
            array[-1, 0, -2],
            "negative integers count from the end",
        )
    view = view_of(submission, cube())
    for index in [(3, 0, 0), (0, -5, 0), (0, 0), (0, 0, 0, 0)]:
        assert raises(IndexError, submission.place, view, index), (
            "an index that does not fit should raise IndexError"
        )


@task("2.2", points=2)
def test_swap(submission):
    """swap: numbers, and the same memory."""
    for array in (cube(), cube()[1:, ::2]):
        for i, j in [(0, 1), (2, 0), (1, 1)]:
            view = view_of(submission, array)
            swapped = submission.swap(view, i, j)
            shares(swapped, view)
            same(swapped.shape, array.swapaxes(i, j).shape, "the shape after a swap is not right")
            same(
                numbers_of(swapped),
                array.swapaxes(i, j).ravel(),
                "the shape is right, the numbers are in another order",
            )
            same(view.shape, array.shape, "the old view should stay as it was")


@task("2.2", points=2)
def test_take(submission):
    """take: numbers, and the same memory."""
    for array in (cube(), cube().transpose(2, 0, 1)[1:]):
        for dim, start, stop in [(0, 1, 3), (1, 0, 2), (2, 2, 3), (1, 1, 1)]:
            view = view_of(submission, array)
            part = submission.take(view, dim, start, stop)
            shares(part, view)
            expected = array.take(range(start, stop), axis=dim)
            same(part.shape, expected.shape, "the shape of the part is not right")
            same(
                numbers_of(part),
                expected.ravel(),
                "the shape is right, the numbers are not: where does the part begin?",
            )
            same(view.shape, array.shape, "the old view should stay as it was")


@task("2.3", points=3)
def test_broadcast_shapes(submission):
    """broadcast_shapes: shapes that fit, and shapes that do not."""
    for a, b in [
        ((3, 4), (3, 4)),
        ((3, 1), (4,)),
        ((), (5, 6)),
        ((7, 1, 5), (6, 1)),
        ((0,), (1,)),
        ((1, 3), (0, 1)),
    ]:
        for first, second in [(a, b), (b, a)]:
            shape = submission.broadcast_shapes(first, second)
            assert isinstance(shape, tuple), "the common shape should be a tuple"
            same(shape, np.broadcast_shapes(a, b), "the common shape is not right", given=(first, second))
    for a, b in [((3,), (4,)), ((3, 4), (3,)), ((2, 5), (3, 5)), ((0,), (4,))]:
        assert raises(ValueError, submission.broadcast_shapes, a, b), (
            f"{a} and {b} do not fit: raise ValueError"
        )


@task("2.3", points=3)
def test_expand(submission):
    """expand: numbers, and the same memory."""
    row, column = cube()[0, 0], cube()[:, :1, 1:2]
    for array, shape in [(row, (4, 5)), (column, (3, 4, 6)), (column, (7, 3, 1, 4)), (cube(), (3, 4, 5))]:
        view = view_of(submission, array)
        stretched = submission.expand(view, shape)
        shares(stretched, view)
        same(stretched.shape, shape, "the shape of the stretched view is not right")
        assert len(stretched.strides) == len(shape), "there should be one stride for each dimension"
        same(
            numbers_of(stretched),
            np.broadcast_to(array, shape).ravel(),
            "the shape is right, the numbers are not",
        )


def arrays(*shapes):
    random = np.random.default_rng(5)
    return [random.normal(size=shape).round(3) * 10 for shape in shapes]


def unbroadcast_case(submission, stretched, shape, advice):
    (g,) = arrays(stretched)
    before = g.copy()
    source = minitorch.zeros(shape, dtype=minitorch.float64, requires_grad=True)
    source.expand(*stretched).backward(minitorch.tensor(g))
    answer = submission.unbroadcast(g, shape)
    same(answer, source.grad, f"unbroadcast: {advice}", given=(stretched, shape))
    same(g, before, "g should stay as it was")


@task("2.4", points=2)
def test_unbroadcast_added_dimensions(submission):
    """unbroadcast: dimensions that were added on the left."""
    unbroadcast_case(
        submission, (4, 5), (5,), "the dimension that was not there should be summed over, and be gone"
    )
    unbroadcast_case(submission, (3, 4, 5), (5,), "both dimensions that were not there should be gone")
    unbroadcast_case(submission, (3, 4), (3, 4), "nothing was stretched")


@task("2.4", points=2)
def test_unbroadcast_size_one(submission):
    """unbroadcast: dimensions of size 1."""
    unbroadcast_case(submission, (4, 5), (4, 1), "a dimension of size 1 should be summed over, and stay")
    unbroadcast_case(submission, (3, 4, 5), (1, 5), "both kinds occur together")
    unbroadcast_case(submission, (3, 4), (1, 1), "everything is summed, and both dimensions stay")
    unbroadcast_case(submission, (1, 4), (1, 1), "the first dimension has the size 1 before and after")


def gradients(submission, name, reference, *shapes):
    """Compares one operation's value and gradients with minitorch's."""
    data = arrays(*shapes)
    tensors = [submission.Tensor(x) for x in data]
    result = getattr(submission, name)(*tensors)
    inputs = [minitorch.tensor(x, requires_grad=True) for x in data]
    expected = reference(*inputs)
    same(result.data, expected.detach(), f"the value of {name} is not right", given=shapes)
    found = [pair[0] for pair in result.inputs]
    assert len(found) == len(tensors), f"{name}: there should be one pair for each input"
    assert all(x is y for x, y in zip(found, tensors, strict=True)), (
        f"{name}: each pair begins with the Tensor that went in"
    )
    (g,) = arrays(result.data.shape)
    before = g.copy()
    expected.backward(minitorch.tensor(g))
    for which, (x, (_, function)) in enumerate(zip(inputs, result.inputs, strict=True)):
        order = ("first", "second")[which]
        answer = function(g)
        same(
            np.shape(answer),
            tuple(x.shape),
            f"{name}: a gradient has the shape of its input; that of the {order} has not",
        )
        same(answer, x.grad, f"{name}: value and shapes are right, the gradient of the {order} input is not")
    same(g, before, f"{name}: the gradient that comes in should stay as it was")


@task("2.5", points=2)
def test_equal_shapes(submission):
    """add and multiply: equal shapes."""
    gradients(submission, "add", lambda a, b: a + b, (3, 4), (3, 4))
    gradients(submission, "multiply", lambda a, b: a * b, (3, 4), (3, 4))


@task("2.5", points=2)
def test_broadcast_gradients(submission):
    """add and multiply: shapes that are stretched."""
    for shapes in [((3, 4), (4,)), ((3, 1), (1, 4)), ((), (3, 4))]:
        gradients(submission, "add", lambda a, b: a + b, *shapes)
        gradients(submission, "multiply", lambda a, b: a * b, *shapes)


@task("2.5", points=3)
def test_matmul(submission):
    """matmul: value and gradients."""
    gradients(submission, "matmul", lambda a, b: a @ b, (5, 3), (3, 4))
    gradients(submission, "matmul", lambda a, b: a @ b, (4, 4), (4, 4))


@task("2.5", points=1)
def test_mean(submission):
    """mean: value and gradient."""
    gradients(submission, "mean", lambda a: a.mean(), (3, 4))


def chain(submission):
    """Tensors with several paths between them, made without the student's operations."""
    Tensor = submission.Tensor
    a = Tensor([1.5, -2.25])
    b = Tensor([0.5, 4.0], [(a, lambda g: g)])  # the gradient is handed on as it is
    c = Tensor([3.0, 3.0], [(b, lambda g: 2.5 * g), (a, lambda g: g)])
    d = Tensor([1.0, 7.0], [(b, lambda g: g), (c, lambda g: g), (a, lambda g: np.array([0.5, 3.0]) * g)])
    e = Tensor(2.0, [(d, lambda g: np.array([1.25, -0.75]) * g)])
    return a, b, c, d, e


def gradient_along(result, x, g):
    """The gradient that reaches x, over all paths."""
    return (
        g if result is x else sum(gradient_along(inner, x, function(g)) for inner, function in result.inputs)
    )


def counted(function, calls):
    def call(g):
        calls.append(function)
        return function(g)

    return call


@task("2.6", points=2)
def test_backward(submission):
    """backward: several paths, and two calls."""
    nodes = chain(submission)
    expected = np.array([gradient_along(nodes[-1], node, np.ones(())) for node in nodes[:4]])
    calls = []
    for node in nodes:
        node.inputs = [(x, counted(function, calls)) for x, function in node.inputs]
    submission.backward(nodes[-1])
    pairs = sum(len(node.inputs) for node in nodes)
    assert len(calls) <= pairs, (
        "some gradient was handed on more than once: it was not complete the first time"
    )
    assert all(node.grad is not None for node in nodes), "some Tensor behind the result has no grad"
    same(nodes[-1].grad, np.ones(()), "the gradient of the result along itself is one, in its shape")
    same(
        [node.grad for node in nodes[:4]],
        expected,
        "some gradients are not right: is a Tensor's turn too early, or is an array changed that belongs to another?",
    )
    submission.backward(nodes[-1])
    same([node.grad for node in nodes[:4]], 2 * expected, "a second call should add as much again")


@task("2.6", points=2)
def test_a_layer(submission):
    """backward: the gradients of a layer and its loss."""
    data = arrays((6, 3), (3, 2), (2,), (2,), (6, 2))
    X, W, s, b, Y = (submission.Tensor(x) for x in data)
    result = submission.add(submission.multiply(submission.matmul(X, W), s), b)
    error = submission.add(result, submission.multiply(submission.Tensor(-1.0), Y))
    submission.backward(submission.mean(submission.multiply(error, error)))
    tensors = [minitorch.tensor(x, requires_grad=True) for x in data]
    x, w, scale, bias, y = tensors
    ((x @ w * scale + bias - y) ** 2).mean().backward()
    for name, mine, other in zip("XWsbY", (X, W, s, b, Y), tensors, strict=True):
        same(mine.grad, other.grad, f"the gradient of {name} is not right; are all tasks before this one?")
