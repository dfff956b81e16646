"""Tests of assignment 3. The oracles are NumPy and finite differences."""

import numpy as np

import minitorch
from minitorch.autograd import gradcheck, gradgradcheck
from minitorch.coursework import same, task

HINTS = {
    "3.1": [
        "For positive x take eˣ out of the bracket: log(1 + eˣ) = x + log(1 + e⁻ˣ). For negative x leave it "
        "as it is.",
        "In both cases `exp` gets −|x|, and what stands before it is the larger of x and 0. The backward "
        "needs x: save it.",
    ],
    "3.2": [
        "The bare array x has NumPy's methods: `x.max(axis=dim, keepdims=True)` keeps the dimension, so that "
        "it can be subtracted from x; `.squeeze(dim)` takes it out again.",
        "Save x and the result: `self.save(x=x, output=y)`. In the backward, both g and y need their "
        "dimension back.",
    ],
    "3.3": [
        "Begin the gradient with zeros in the shape of the table: as many rows as the table has (keep that "
        "number on ctx), as long as those of g.",
        "`index_add` wants the indices in one dimension, and one row for each of them: flatten the index, and "
        "reshape g to (number of indices, length of a row).",
    ],
    "3.4": [
        "`x.mean(-1, keepdim=True)` is the mean of each row, in a shape that can be subtracted from x.",
        "For w and b, sum over all dimensions but the last: `tuple(range(g.ndim - 1))`. There are four "
        "arguments, so `backward` returns four things; the last is None.",
    ],
    "3.5": [
        "Do not change the tensor that you were given. For each step make a flat copy of it, change one "
        "element of the copy, reshape it, and call the function with the copy in its place.",
        "Draw g once, after the first call, when you know the shape of y: `minitorch.randn` with "
        "dtype=minitorch.float64. Use the same g for the walk back and for the sums.",
    ],
    "3.6": [
        "`keep` is for constants. Which of the kept things depends on the input? Compute it again in the "
        "backward, with a function that takes arrays and tensors.",
        "For the product you need `minitorch.autograd.grad` twice; only the first one records. "
        "`x.detach().requires_grad_()` makes a leaf of your own.",
    ],
}


def result(call, name):
    """The tensor that a function of the student's returns; otherwise a message that helps."""
    y = call()
    assert y is not None, f"{name} returned None: is there a return at its end?"
    assert isinstance(y, minitorch.Tensor), f"{name} should return a tensor, and returned {type(y).__name__}."
    assert y.array.dtype != object, f"{name}: the forward returned no array. Is there a return at its end?"
    return y


def same_shape(y, shape, name):
    assert tuple(y.shape) == tuple(shape), (
        f"{name}: the result has the shape {tuple(y.shape)}, and should have {tuple(shape)}."
    )


def gradients(y, inputs, g, name):
    """The gradients along the inputs, as arrays, for the gradient g along y."""
    assert y.requires_grad, f"{name}: the result does not require grad. Does it go through apply?"
    assert tuple(y.shape) == np.shape(g), (
        f"{name}: the shape of the result is wrong. Repair the forward first."
    )
    try:
        found = minitorch.autograd.grad(y, inputs, minitorch.tensor(g))
    except AttributeError as error:
        if "'NoneType' object" in str(error):
            raise AssertionError(
                f"{name}: the backward reads what was saved, and the forward saved nothing."
            ) from None
        raise
    return [dx.numpy() for dx in found]


def explain(found, expected, what, slope, more=""):
    """Compares a gradient; if it is wrong, says in which way."""
    if np.allclose(found, -expected, rtol=1e-5, atol=1e-7):
        raise AssertionError(f"{what} has the opposite sign.")
    if np.allclose(found, slope, rtol=1e-5, atol=1e-7):
        raise AssertionError(f"{what} is the slope alone, without the chain rule: where is g?")
    same(found, expected, f"{what} differs from finite differences. {more}".rstrip())


def differences(function, x, g):
    """The gradient of Σ g · function(x) by central differences."""
    slopes = np.zeros_like(x)
    for place in np.ndindex(*x.shape):
        step = np.zeros_like(x)
        step[place] = 1e-5
        slopes[place] = ((function(x + step) - function(x - step)) * g).sum() / 2e-5
    return slopes


def twice(function, x, values, y, name):
    """Checks the second derivative, after the values and the first derivative."""
    same_shape(y, np.shape(values), name)
    same(y, values, f"{name}: the values are wrong. Repair the forward first, then look at derivatives.")
    gradients(y, (x,), np.ones_like(values), name)
    assert gradcheck(lambda _: function(), x, raise_exception=False), (
        f"{name}: the first derivative is wrong, so the second one is not looked at. Call gradcheck yourself: "
        "it names the place."
    )
    try:
        right = gradgradcheck(lambda _: function(), x, raise_exception=False)
    except Exception as error:
        raise AssertionError(
            f"{name}: the gradient cannot be differentiated ({type(error).__name__}: {error}). Does the backward "
            "use functions that take arrays and tensors?"
        ) from error
    assert right, (
        f"{name}: the gradient is right, but its derivative is not. Was something kept in between that depends on "
        "x? It comes back as a constant. Compute it again in the backward."
    )


@task("3.1", points=1)
def test_3_1_values(submission):
    """Softplus has the right values between −6 and 6."""
    points = np.random.default_rng(1).uniform(-6, 6, (4, 5))
    y = result(lambda: submission.softplus(minitorch.tensor(points)), "softplus")
    same_shape(y, (4, 5), "softplus")
    same(
        y,
        np.log(1 + np.exp(points)),
        "softplus: the values are wrong. Compute log(1 + eˣ) for one number by hand, and print what your forward "
        "makes of it.",
    )


@task("3.1", points=1)
def test_3_1_extremes(submission):
    """Softplus is right where eˣ is too large or too small for a computer."""
    points = np.array([987.5, 51.25, -51.25, -987.5])
    y = result(lambda: submission.softplus(minitorch.tensor(points)), "softplus").numpy()
    assert np.isfinite(y).all(), (
        "softplus: for some large x, positive or negative, the result is not a finite number. Does exp get a positive "
        "number somewhere?"
    )
    same(
        y[:2],
        points[:2],
        "softplus: for large positive x the value is wrong. What is log(1 + eˣ), if eˣ is huge?",
    )
    assert y[2] > 0, (
        "softplus: far to the left it is exactly 0, but eˣ is not. 1 + small is rounded to 1: use log1p."
    )
    same(y[2:] * 1e22, np.exp(points[2:]) * 1e22, "softplus: for large negative x the value is not accurate.")


@task("3.1", points=1)
def test_3_1_gradient(submission):
    """The gradient of softplus agrees with finite differences."""
    values = np.array([-5.0, -1.1, -0.3, 0.4, 1.7, 6.0])
    x = minitorch.tensor(values, requires_grad=True)
    y = result(lambda: submission.softplus(x), "softplus")
    g = np.array([1.0, -2.0, 0.5, 3.0, 10.0, -1.0])
    dx = gradients(y, (x,), g, "softplus")[0]
    slope = (np.logaddexp(0, values + 1e-6) - np.logaddexp(0, values - 1e-6)) / 2e-6
    explain(dx, slope * g, "softplus: the gradient of x", slope)
    x = minitorch.tensor([800.0, -800.0], dtype=minitorch.float64, requires_grad=True)
    dx = gradients(result(lambda: submission.softplus(x), "softplus"), (x,), np.ones(2), "softplus")[0]
    assert np.isfinite(dx).all(), "softplus: the gradient is not finite at large x: exp of a large number?"


@task("3.1", points=1)
def test_3_1_second_derivative(submission):
    """The gradient of softplus can be differentiated once more."""
    x = minitorch.tensor([-2.0, -0.4, 0.3, 1.9], dtype=minitorch.float64, requires_grad=True)
    y = result(lambda: submission.softplus(x), "softplus")
    twice(lambda: submission.softplus(x), x, np.logaddexp(0, x.detach().numpy()), y, "softplus")


def reference(x, dim):
    return np.logaddexp.reduce(x, axis=dim)


@task("3.2", points=1)
def test_3_2_values(submission):
    """Log-sum-exp has the right shape and values along every dimension."""
    values = np.random.default_rng(2).normal(size=(3, 4, 5))
    for dim in (0, 1, 2, -1, -2):
        y = result(lambda d=dim: submission.log_sum_exp(minitorch.tensor(values), d), "log_sum_exp")
        same_shape(y, reference(values, dim).shape, f"log_sum_exp of a (3, 4, 5) along dim {dim}")
        same(
            y,
            reference(values, dim),
            f"log_sum_exp: the values along dim {dim} are wrong. Is the maximum added again at the end?",
        )


@task("3.2", points=1)
def test_3_2_extremes(submission):
    """Log-sum-exp is right for large numbers, of either sign."""
    base = np.random.default_rng(3).normal(size=(2, 6))
    for shift in (1000.0, -1000.0):
        y = result(lambda s=shift: submission.log_sum_exp(minitorch.tensor(base + s), 1), "log_sum_exp")
        assert np.isfinite(y.numpy()).all(), (
            "log_sum_exp: not finite for numbers far from 0. Take the largest one away before exp."
        )
        same(
            y.numpy() - shift,
            reference(base, 1),
            "log_sum_exp: if all numbers are raised by c, so should be the result.",
        )
    mixed = np.array([[1003.5, 0.25], [-1003.5, -1004.75]])
    y = result(lambda: submission.log_sum_exp(minitorch.tensor(mixed), 1), "log_sum_exp").numpy()
    same(
        y,
        reference(mixed, 1),
        "log_sum_exp: one row holds very large numbers and another one very small ones, and the result is wrong. Each "
        "row needs a maximum of its own.",
    )


@task("3.2", points=2)
def test_3_2_gradient(submission):
    """The gradient of log-sum-exp agrees with finite differences, for square tables, too."""
    generator = np.random.default_rng(4)
    for shape, dim in [((3, 5), 1), ((4, 4), 1), ((4, 4), 0), ((2, 3, 2), -2)]:
        values = generator.normal(size=shape)
        x = minitorch.tensor(values, requires_grad=True)
        y = result(lambda x=x, d=dim: submission.log_sum_exp(x, d), "log_sum_exp")
        g = generator.normal(size=reference(values, dim).shape)
        dx = gradients(y, (x,), g, f"log_sum_exp of shape {shape} along dim {dim}")[0]
        slope = np.exp(values - np.expand_dims(reference(values, dim), dim))
        explain(
            dx,
            slope * np.expand_dims(g, dim),
            f"log_sum_exp of shape {shape} along dim {dim}: the gradient of x",
            slope,
            "Do g and y get their dimension back at the place where it was summed away?",
        )


@task("3.2", points=1)
def test_3_2_second_derivative(submission):
    """The gradient of log-sum-exp can be differentiated once more."""
    values = np.random.default_rng(5).normal(size=(2, 4))
    x = minitorch.tensor(values, requires_grad=True)
    y = result(lambda: submission.log_sum_exp(x, 1), "log_sum_exp")
    twice(lambda: submission.log_sum_exp(x, 1), x, reference(values, 1), y, "log_sum_exp")


@task("3.3", points=1)
def test_3_3_forward(submission):
    """An embedding picks the right rows, for an index of any shape."""
    table = np.random.default_rng(6).normal(size=(7, 5))
    for picked in (np.array([6, 0, 3]), np.array([[1, 1, 4], [5, 2, 1]])):
        y = result(
            lambda i=picked: submission.embedding(minitorch.tensor(table), minitorch.tensor(i)), "embedding"
        )
        same_shape(y, (*picked.shape, 5), f"embedding with an index of shape {picked.shape}")
        same(y, table[picked], "embedding: these are not the rows that the index names.")


@task("3.3", points=1)
def test_3_3_gradient_of_different_rows(submission):
    """The gradient arrives in the rows that were picked, and is 0 elsewhere."""
    generator = np.random.default_rng(7)
    table = minitorch.tensor(generator.normal(size=(6, 3)), requires_grad=True)
    y = result(lambda: submission.embedding(table, minitorch.tensor([4, 0, 5])), "embedding")
    g = generator.normal(size=(3, 3))
    found = gradients(y, (table,), g, "embedding")[0]
    assert np.allclose(found[[1, 2, 3]], 0), (
        "embedding: a row that was not picked got a gradient. Begin with zeros, as many as the table has rows."
    )
    same(
        found[[4, 0, 5]],
        g,
        "embedding: each row was picked once, so row index[i] should get exactly g[i]; it did not.",
    )


@task("3.3", points=2)
def test_3_3_gradient_of_equal_rows(submission):
    """A row that is picked several times gets the sum of its gradients."""
    generator = np.random.default_rng(8)
    for picked in (np.array([2, 0, 2, 2]), np.array([[1, 1, 4], [4, 2, 1]])):
        table = minitorch.tensor(generator.normal(size=(5, 3)), requires_grad=True)
        y = result(lambda t=table, i=picked: submission.embedding(t, minitorch.tensor(i)), "embedding")
        g = generator.normal(size=(*picked.shape, 3))
        found = gradients(y, (table,), g, f"embedding with an index of shape {picked.shape}")[0]
        flat, rows = picked.ravel(), g.reshape(-1, 3)
        for k in range(5):
            times = int((flat == k).sum())
            if times > 1:
                last = rows[flat == k][-1]
                assert not np.allclose(found[k], last), (
                    f"embedding: row {k} was picked {times} times, but its gradient holds the last of them "
                    "only. The others were overwritten: which operation adds up instead?"
                )
            same(
                found[k],
                rows[flat == k].sum(0),
                f"embedding: row {k} was picked {times} times, and its gradient is not the sum of these rows of g.",
            )


def parts(shape, seed):
    generator = np.random.default_rng(seed)
    x = generator.normal(size=shape) * 2 + 0.5
    return x, generator.normal(size=shape[-1]), generator.normal(size=shape[-1])


def by_definition(x, w, b, eps):
    return (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + eps) * w + b


@task("3.4", points=1)
def test_3_4_values(submission):
    """Layer norm has the right values, for two and for three dimensions."""
    for shape in ((4, 6), (2, 3, 5)):
        x, w, b = parts(shape, 9)
        y = result(lambda a=(x, w, b): submission.layer_norm(*map(minitorch.tensor, a)), "layer_norm")
        same_shape(y, shape, "layer_norm")
        plain = (y.numpy() - b) / w
        assert np.allclose(plain.mean(-1), 0, atol=1e-9), (
            "layer_norm: (y − b) / w should have the mean 0 in each row. Are means taken along the last "
            "dimension, and kept (keepdim=True)?"
        )
        n = shape[-1]
        assert not np.allclose(plain.var(-1), (n - 1) / n, rtol=1e-4), (
            "layer_norm: the variance of each row should be Σ (x − μ)² / n. Yours divides by n − 1."
        )
        same(
            y,
            by_definition(x, w, b, 1e-5),
            "layer_norm: the mean is right, the values are not. Is it √(σ² + ε), with ε under the root?",
        )


@task("3.4", points=1)
def test_3_4_epsilon(submission):
    """ε stands under the root, and a row of equal numbers is no trouble."""
    x, w, b = parts((3, 4), 10)
    y = result(lambda: submission.layer_norm(*map(minitorch.tensor, (x, w, b)), eps=0.5), "layer_norm")
    same(
        y,
        by_definition(x, w, b, 0.5),
        "layer_norm: with eps=0.5 the values are wrong. Is eps used, and under the root?",
    )
    y = result(lambda: submission.layer_norm(*map(minitorch.tensor, (np.ones((3, 4)), w, b))), "layer_norm")
    same(y, np.tile(b, (3, 1)), "layer_norm: in a row of equal numbers x̂ is 0, so only the shift b is left.")


@task("3.4", points=1)
def test_3_4_gradient_of_x(submission):
    """The gradient of x agrees with finite differences."""
    for shape in ((4, 6), (2, 3, 5)):
        arrays = parts(shape, 11)
        x, w, b = (minitorch.tensor(a, requires_grad=True) for a in arrays)
        g = np.random.default_rng(12).normal(size=shape)
        y = result(lambda a=(x, w, b): submission.layer_norm(*a), "layer_norm")
        dx = gradients(y, (x, w, b), g, "layer_norm")[0]
        assert np.allclose(dx.sum(-1), 0, atol=1e-8), (
            "layer_norm: raising a whole row changes nothing, so each row of dx should sum to 0. "
            "Is mean(h) taken away, and is h = g · w?"
        )
        same(
            dx,
            differences(lambda v, rest=arrays[1:]: by_definition(v, *rest, 1e-5), arrays[0], g),
            "layer_norm: the gradient of x differs from finite differences, though its rows sum to 0. Look at the last "
            "term of the formula, and at the division by the root.",
        )


@task("3.4", points=1)
def test_3_4_gradients_of_w_and_b(submission):
    """The gradients of w and b are sums over all rows."""
    for shape in ((4, 6), (2, 3, 5)):
        arrays = parts(shape, 13)
        x, w, b = (minitorch.tensor(a, requires_grad=True) for a in arrays)
        g = np.random.default_rng(14).normal(size=shape)
        y = result(lambda a=(x, w, b): submission.layer_norm(*a), "layer_norm")
        _, dw, db = gradients(y, (x, w, b), g, "layer_norm")
        rows = tuple(range(len(shape) - 1))
        same(db, g.sum(rows), "layer_norm: the gradient of b is not the sum of g over all rows.")
        normal = by_definition(arrays[0], 1, 0, 1e-5)
        same(
            dw,
            (g * normal).sum(rows),
            "layer_norm: the gradient of w is not the sum of g · x̂ over all rows. Is it x̂, and not x?",
        )


@task("3.4", points=1)
def test_3_4_second_derivative(submission):
    """The gradient of layer norm can be differentiated once more."""
    arrays = parts((2, 4), 15)
    x, w, b = (minitorch.tensor(a, requires_grad=True) for a in arrays)
    y = result(lambda: submission.layer_norm(x, w, b), "layer_norm")
    twice(lambda: submission.layer_norm(x, w, b), x, by_definition(*arrays, 1e-5), y, "layer_norm")


class Wrong(minitorch.autograd.Function):
    """y = a² · b, whose backward can be made wrong in several ways."""

    @staticmethod
    def forward(ctx, a, b, mistake):
        ctx.save_for_backward(a, b)
        ctx.mistake = mistake
        return a * a * b

    @staticmethod
    def backward(ctx, g):
        a, b = ctx.saved_tensors
        da, db = 2 * a * b * g, a * a * g
        if ctx.mistake == "sign":
            da = -da
        elif ctx.mistake == "order":
            da = 2 * a * b * g.flip(0)
        elif ctx.mistake == "sum":
            da = 2 * a * b * (g.sum() / g.numel())
        elif ctx.mistake == "second":
            db = db * 1.5
        elif ctx.mistake == "one element":
            da = da.clone()
            da[1, 2] = da[1, 2] + 0.01
        return da, db, None


def errors_of(submission, mistake, seed=16):
    generator = np.random.default_rng(seed)
    a = minitorch.tensor(generator.uniform(0.5, 2, (2, 3)), requires_grad=True)
    b = minitorch.tensor(generator.uniform(0.5, 2, (2, 3)), requires_grad=True)
    minitorch.manual_seed(seed)
    found = submission.gradient_errors(lambda u, v: Wrong.apply(u, v, mistake), (a, b))
    assert found is not None, "gradient_errors returned None: is there a return at its end?"
    assert len(found) == 2, "gradient_errors: for two inputs there should be two numbers."
    return [float(e) for e in found]


@task("3.5", points=1)
def test_3_5_right_gradients_pass(submission):
    """Where the gradient is right, the errors are small."""
    assert max(errors_of(submission, None)) < 1e-6, (
        "gradient_errors: y = a² · b has a right backward here, but the error is large. Is the step taken to "
        "both sides, and divided by 2 · eps? Does the walk back start with the same g?"
    )
    values = [[0.3, -1.2], [2.0, 0.7]]
    x = minitorch.tensor(values, dtype=minitorch.float64, requires_grad=True)
    (found,) = submission.gradient_errors(lambda v: v.exp().sum(0), (x,))
    assert float(found) < 1e-6, (
        "gradient_errors: a function whose result has another shape than its input seems to be wrong, "
        "and is right. g should have the shape of y."
    )
    x = minitorch.tensor(values, dtype=minitorch.float64, requires_grad=True)
    (found,) = submission.gradient_errors(lambda v: v**3, (x,), 1e-2)
    assert 1e-6 < float(found) < 1e-2, (
        "gradient_errors: with eps=0.01 a check of x³ should be a little off, as differences are. "
        "Is eps used, and are both sides?"
    )


@task("3.5", points=1)
def test_3_5_wrong_gradients_are_found(submission):
    """A wrong sign, and a single wrong element, are found."""
    for mistake in ("sign", "one element"):
        first, second = errors_of(submission, mistake)
        assert first > 1e-3, (
            f"gradient_errors: here the backward of the first input is wrong ({mistake}), and you did not "
            "notice. Do you look at every element, and take the largest difference?"
        )
        assert second < 1e-6, "gradient_errors: the first input is wrong, but you blamed the second one."


@task("3.5", points=1)
def test_3_5_mixed_up_gradients_are_found(submission):
    """A backward that sends the right numbers to the wrong places is found."""
    for mistake in ("order", "sum"):
        assert errors_of(submission, mistake)[0] > 1e-3, (
            f"gradient_errors: here the backward mixes up the elements of g ({mistake}), and you did not "
            "notice. With equal numbers in g nobody can: choose different ones."
        )


@task("3.5", points=1)
def test_3_5_second_input_is_checked(submission):
    """Every input is checked, not only the first."""
    first, second = errors_of(submission, "second")
    assert second > 1e-3, (
        "gradient_errors: the gradient of the second input was wrong, and you did not notice."
    )
    assert first < 1e-6, "gradient_errors: the second input is wrong, but you blamed the first one."


@task("3.5", points=1)
def test_3_5_no_traces_are_left(submission):
    """The inputs and their .grad are as they were before."""
    values = np.array([[0.1, 0.7], [1e-9, 3.3]])
    x = minitorch.tensor(values, requires_grad=True)
    x.grad = minitorch.full((2, 2), 7.0, dtype=minitorch.float64)
    submission.gradient_errors(lambda v: v.exp(), (x,))
    assert np.array_equal(x.detach().numpy(), values), (
        "gradient_errors: an input was changed. (x + eps) − eps is not exactly x: work on a copy."
    )
    assert x.grad is not None, "gradient_errors: it took away what was in .grad."
    assert np.array_equal(x.grad.numpy(), np.full((2, 2), 7.0)), (
        "gradient_errors: it left something in .grad. Use minitorch.autograd.grad instead of backward()."
    )
    assert x.requires_grad, "gradient_errors: the input required grad before, and does not afterwards."


@task("3.6", points=2)
def test_3_6_ripple(submission):
    """Ripple is right in its values, its first and its second derivative."""
    values = np.array([-1.4, -0.3, 0.2, 0.9, 1.8])
    x = minitorch.tensor(values, requires_grad=True)
    y = result(lambda: submission.ripple(x), "ripple")
    assert np.allclose(y.detach().numpy(), values * np.exp(-(values**2))), (
        "ripple: the values were right before the repair, and are wrong now."
    )
    dx = gradients(y, (x,), np.ones(5), "ripple")[0]
    assert np.allclose(dx, np.exp(-(values**2)) * (1 - 2 * values**2)), (
        "ripple: the gradient was right before the repair, and is wrong now."
    )
    twice(lambda: submission.ripple(x), x, values * np.exp(-(values**2)), submission.ripple(x), "ripple")


@task("3.6", points=2)
def test_3_6_hessian_times(submission):
    """H · v is right for functions whose Hessian is known."""
    generator = np.random.default_rng(17)
    table, at, v = generator.normal(size=(4, 4)), generator.normal(size=4), generator.normal(size=4)
    matrix, x, direction = minitorch.tensor(table), minitorch.tensor(at), minitorch.tensor(v)
    found = result(lambda: submission.hessian_times(lambda u: u @ matrix @ u, x, direction), "hessian_times")
    same_shape(found, (4,), "hessian_times")
    found = found.detach().numpy()
    assert not np.allclose(found, np.diag(table + table.T) * v), (
        "hessian_times: only the diagonal of the Hessian is in it. The product with v and the sum come "
        "between the two gradients."
    )
    assert not np.allclose(found, (table + table.T).sum(1)), (
        "hessian_times: this is H · (1, 1, …, 1). Where is v?"
    )
    same(
        found,
        (table + table.T) @ v,
        "hessian_times: for f(x) = xᵀ · A · x the Hessian is A + Aᵀ, and your product with v is another one.",
    )
    grid = minitorch.tensor(generator.normal(size=(2, 3)))
    arrow = minitorch.tensor(generator.normal(size=(2, 3)))
    found = result(lambda: submission.hessian_times(lambda u: (u**4).sum(), grid, arrow), "hessian_times")
    same_shape(found, (2, 3), "hessian_times for x of shape (2, 3)")
    same(
        found,
        12 * grid.numpy() ** 2 * arrow.numpy(),
        "hessian_times: for f(x) = Σ x⁴ the Hessian is diagonal, and your product with v is wrong.",
    )
