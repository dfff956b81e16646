"""Tests of assignment 1. The oracle is minitorch; no message says what the right number is."""

import math

import minitorch
from minitorch.coursework import same, task

HINTS = {
    "1.1": [
        "How much does a + b grow if a grows by a tiny h? And a · b?",
        "The slope of a product along one factor is the value of the other one: a plain number, not a Scalar.",
    ],
    "1.2": [
        "Write the school rules down first: the power rule, and the derivatives of exp and tanh.",
        "exp is its own derivative. That of tanh is one minus its square.",
    ],
    "1.3": [
        "`isinstance(x, Scalar)` tells the two cases apart.",
        "A difference is a sum with a product in it. A quotient is a product with a power in it.",
    ],
    "1.4": [
        "Put a Scalar on the list once all of its inputs are on it, then turn the list round.",
        "Keep pairs on the list of what is to be done: a Scalar, and whether its inputs have been dealt with.",
        "A Scalar that comes up for the second time, with its inputs dealt with, goes on the list.",
    ],
    "1.5": [
        "Keep what has arrived at each Scalar in a dictionary of this call, which starts with the result: 1.0.",
        "Go through order(result). When it is a Scalar's turn, its entry is complete: add it to grad, and pass "
        "entry times slope on to each input.",
    ],
    "1.6": [
        "Build the loss from Scalars with the operators, for all pairs, before you walk back once.",
        "Are the gradients of the last step still there? New Scalars for w and b start with grad 0.",
    ],
}


def slope_of(result, x):
    """The slope of a result along x, over all paths; for small graphs only."""
    return 1.0 if result is x else sum(slope * slope_of(inner, x) for inner, slope in result.inputs)


def reference(function, *values):
    """Value and slopes of a function of tensors, by minitorch."""
    inputs = [minitorch.tensor(v, dtype=minitorch.float64, requires_grad=True) for v in values]
    result = function(*inputs)
    result.backward()
    return result.item(), [x.grad.item() for x in inputs]


def inputs_of(result, *expected):
    """The slopes of a result along its inputs, after a look at the inputs themselves."""
    assert isinstance(result.inputs, list), "`inputs` should be a list of pairs"
    found = [pair[0] for pair in result.inputs]
    assert len(found) == len(expected), "there should be one pair for each input"
    assert all(x is y for x, y in zip(found, expected, strict=True)), (
        "each pair should begin with the very Scalar that went in"
    )
    slopes = [pair[1] for pair in result.inputs]
    assert all(isinstance(s, int | float) for s in slopes), "slopes are plain numbers, not Scalars"
    return slopes


@task("1.1", points=2)
def test_values_of_sum_and_product(submission):
    """add and multiply give the right values."""
    for x, y in [(2.25, -7.5), (-0.375, 11.125)]:
        a, b = submission.Scalar(x), submission.Scalar(y)
        for name, function in [("add", lambda p, q: p + q), ("multiply", lambda p, q: p * q)]:
            result = getattr(submission, name)(a, b)
            assert isinstance(result, submission.Scalar), f"{name} should return a Scalar"
            same(result.value, reference(function, x, y)[0], f"the value of {name} is not right")


@task("1.1", points=3)
def test_slopes_of_sum_and_product(submission):
    """add and multiply remember their inputs and slopes."""
    for x, y in [(2.25, -7.5), (-0.375, 11.125)]:
        a, b = submission.Scalar(x), submission.Scalar(y)
        for name, function in [("add", lambda p, q: p + q), ("multiply", lambda p, q: p * q)]:
            slopes = inputs_of(getattr(submission, name)(a, b), a, b)
            same(
                slopes,
                reference(function, x, y)[1],
                f"{name}: move one input a little; how does the result move?",
            )
    a = submission.Scalar(3.5)
    assert len(submission.multiply(a, a).inputs) == len("ab"), "a · a has two paths to a: keep both pairs"


@task("1.2", points=2)
def test_power(submission):
    """power: value and slope."""
    for x, n in [(1.7, 2), (2.3, 3), (0.6, -1.5)]:
        a = submission.Scalar(x)
        result = submission.power(a, n)
        value, slopes = reference(lambda p, n=n: p**n, x)
        same(result.value, value, "the value of a power is not right")
        same(
            inputs_of(result, a),
            slopes,
            "the value of the power is right, its slope is not for every exponent",
        )


@task("1.2", points=2)
def test_exp(submission):
    """exp: value and slope."""
    for x in (0.7, -1.3):
        a = submission.Scalar(x)
        result = submission.exp(a)
        value, slopes = reference(minitorch.exp, x)
        same(result.value, value, "the value of exp is not right")
        same(inputs_of(result, a), slopes, "the value of exp is right, its slope is not")


@task("1.2", points=2)
def test_tanh(submission):
    """tanh: value and slope."""
    for x in (0.7, -1.3):
        a = submission.Scalar(x)
        result = submission.tanh(a)
        value, slopes = reference(minitorch.tanh, x)
        same(result.value, value, "the value of tanh is not right")
        same(
            inputs_of(result, a),
            slopes,
            "the value of tanh is right, its slope is not: where is tanh steepest?",
        )


@task("1.3", points=1)
def test_lift(submission):
    """lift makes a Scalar of a number, and leaves a Scalar alone."""
    lifted = submission.lift(4.75)
    assert isinstance(lifted, submission.Scalar), "lift should make a Scalar of a plain number"
    same(lifted.value, 4.75, "the value should be that of the number")
    assert submission.lift(lifted) is lifted, "a Scalar should come back as the same object"


@task("1.3", points=3)
def test_difference_and_quotient(submission):
    """subtract and divide: values, and slopes along both inputs."""
    for name, function in [("subtract", lambda p, q: p - q), ("divide", lambda p, q: p / q)]:
        a, b = submission.Scalar(5.3), submission.Scalar(-1.6)
        result = getattr(submission, name)(a, b)
        value, slopes = reference(function, 5.3, -1.6)
        same(result.value, value, f"the value of {name} is not right")
        same(
            [slope_of(result, a), slope_of(result, b)],
            slopes,
            f"the value of {name} is right, its slopes are not; if 1.1 and 1.2 are right, look at the paths to a and b",
        )


def graph(submission):
    """A graph of six, with known slopes, made without the student's operations."""
    Scalar = submission.Scalar
    a, b = Scalar(1.5), Scalar(-2.0)
    c = Scalar(0.5, [(a, 1.25), (b, -0.75)])
    d = Scalar(2.5, [(c, 3.0), (a, 0.625)])
    e = Scalar(4.0, [(c, 2.125), (d, -1.75), (d, 0.5)])
    return [a, b, c, d, e]


@task("1.4", points=3)
def test_order(submission):
    """order: everything once, and after all that was computed from it."""
    nodes = graph(submission)
    result = submission.order(nodes[-1])
    assert isinstance(result, list), "order should return a list"
    assert all(isinstance(node, submission.Scalar) for node in result), (
        "there should be only Scalars in the list"
    )
    places = {id(node): place for place, node in enumerate(result)}
    assert len(places) == len(result), "a Scalar is there more than once"
    assert set(places) == {id(node) for node in nodes}, (
        "each Scalar behind the result should be there, and no other"
    )
    assert result[0] is nodes[-1], "the result itself comes first"
    for node in nodes:
        for x, _ in node.inputs:
            assert places[id(node)] < places[id(x)], (
                "a Scalar comes before something that was computed from it"
            )


@task("1.4", points=2)
def test_order_of_a_long_chain(submission):
    """order: a chain of 20000 steps, and one with 2 paths at every step."""
    node = submission.Scalar(1.0)
    for _ in range(20_000):
        node = submission.Scalar(1.0, [(node, 1.0)])
    assert len(submission.order(node)) == 20_001, "some of the chain is missing"
    for _ in range(60):
        node = submission.Scalar(1.0, [(node, 0.5), (node, 0.5)])
    assert len(submission.order(node)) == 20_061, "some of the chain is missing"


@task("1.5", points=3)
def test_backward(submission):
    """backward: the slope of the result along each number."""
    nodes = graph(submission)
    expected = [slope_of(nodes[-1], node) for node in nodes]
    submission.backward(nodes[-1])
    same(nodes[-1].grad, 1.0, "the slope of the result along itself is not right")
    same(
        [node.grad for node in nodes],
        expected,
        "some gradients are not right: multiply along a path, add where paths meet",
    )


@task("1.5", points=3)
def test_gradients_add_up(submission):
    """backward: gradients of several results add up."""
    nodes = graph(submission)
    first = [slope_of(nodes[-1], node) for node in nodes[:-1]]
    second = [slope_of(nodes[3], node) for node in nodes[:-1]]
    submission.backward(nodes[-1])
    submission.backward(nodes[3])
    same(
        [node.grad for node in nodes[:-1]],
        [x + y for x, y in zip(first, second, strict=True)],
        "a second result should add its gradients to those that are there",
    )
    nodes = graph(submission)
    submission.backward(nodes[-1])
    submission.backward(nodes[-1])
    same(
        [node.grad for node in nodes[:-1]],
        [2 * x for x in first],
        "the same result twice should give twice the gradients: what an earlier call left behind must not travel on",
    )


def reference_fit(xs, ys, rate, steps):
    x, y = minitorch.tensor(xs, dtype=minitorch.float64), minitorch.tensor(ys, dtype=minitorch.float64)
    w = minitorch.zeros((), dtype=minitorch.float64, requires_grad=True)
    b = minitorch.zeros((), dtype=minitorch.float64, requires_grad=True)
    losses = []
    for _ in range(steps):
        loss = ((minitorch.tanh(w * x + b) - y) ** 2).mean()
        losses.append(loss.item())
        slopes = minitorch.autograd.grad(loss, [w, b])
        w, b = [(p - rate * g).detach().requires_grad_() for p, g in zip((w, b), slopes, strict=True)]
    return w.item(), b.item(), losses


XS = [-2.0, -1.1, -0.4, 0.3, 0.9, 1.7]
YS = [math.tanh(1.4 * x - 0.35) for x in XS]


@task("1.6", points=2)
def test_steps_of_a_fit(submission):
    """fit: one step, then a few."""
    for steps in (1, 2, 5):
        w, b, losses = submission.fit(XS, YS, 0.3, steps)
        expected = reference_fit(XS, YS, 0.3, steps)
        assert len(losses) == steps, "there should be one loss for each step"
        same(
            losses[0],
            expected[2][0],
            "the first loss is not right: it is the mean of squares, with w = b = 0",
        )
        which = "the first step" if steps == 1 else "the first step is right, a later one"
        same([w, b], expected[:2], f"{which} does not lead to the right w and b")
        same(losses, expected[2], "w and b are right, the losses are not")


@task("1.6", points=2)
def test_fit(submission):
    """fit: it finds the numbers that the data were made with."""
    w, b, losses = submission.fit(XS, YS, 1.0, 300)
    assert losses[-1] < losses[0], "the loss did not fall"
    same([w, b], [1.4, -0.35], "after many steps w and b are not those that made the data", tolerance=0.01)
