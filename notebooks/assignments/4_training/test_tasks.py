"""Tests of assignment 4."""

import itertools
import math

import numpy as np
from sklearn.datasets import load_digits

import minitorch
from minitorch import nn
from minitorch.coursework import same, task

HINTS = {
    "4.1": [
        "Write one inner function that gets a value and its name, and calls itself for what it finds inside.",
        "A set of `id(parameter)` remembers what was found already. A list is gone through with `enumerate`.",
    ],
    "4.2": [
        "`minitorch.randn` has the standard deviation 1; multiply it.",
        "Make the `nn.Parameter` at the very end: a parameter times a number is an ordinary tensor.",
    ],
    "4.3": [
        "`minitorch.rand_like(x)` compared with p is a mask of True and False. Which comparison is True with "
        "probability 1 − p?",
        "A tensor times a mask is a tensor. `self.training` says which mode it is. Treat p = 1 by itself.",
    ],
    "4.4": [
        "In training, compute the mean and the variance of the batch along dimension 0, with gradients. The "
        "last line is the same for both modes.",
        "Update the running ones under `minitorch.no_grad()`, or with `.detach()`. The variance of the batch "
        "times n / (n − 1) is the one that is divided by n − 1.",
    ],
    "4.5": [
        "Keep lists: the i-th entry of `self.b`, `self.m` and `self.v` belongs to the i-th parameter. They "
        "begin as zeros (`minitorch.zeros_like`).",
        "The count of steps grows by one in each call of `step`, not for each parameter. Loop over the "
        "parameters under `minitorch.no_grad()`.",
    ],
    "4.6": [
        "q is the share of the way from warmup to total that is behind you, and never more than 1.",
        "`minitorch.randperm(n).split(batch_size)` gives the row numbers of one epoch, batch by batch. The "
        "three calls are `zero_grad()`, `backward()` and `step()`.",
    ],
}


def result(call, name):
    """The tensor that a layer returns; otherwise a message that helps."""
    y = call()
    assert y is not None, f"{name} returned None: is there a return at its end?"
    assert isinstance(y, minitorch.Tensor), f"{name} should return a tensor, and returned {type(y).__name__}."
    return y


def same_shape(y, shape, name):
    assert tuple(y.shape) == tuple(shape), (
        f"{name}: the result has the shape {tuple(y.shape)}, and should have {tuple(shape)}."
    )


def close(found, expected, message, tolerance=1e-6):
    same(found, expected, message, tolerance)


def is_parameter(layer, name, shape, what):
    value = getattr(layer, name, None)
    assert value is not None, f"{what}: there is no attribute `{name}`."
    assert isinstance(value, nn.Parameter), (
        f"{what}: {name} should be an nn.Parameter, or nobody will learn it."
    )
    assert tuple(value.shape) == shape, (
        f"{what}: {name} has the shape {tuple(value.shape)}; look at the formula."
    )


def overwrite(parameter, values):
    with minitorch.no_grad():
        parameter.copy_(minitorch.tensor(values).to(parameter.dtype))


def differences(function, x, g):
    """The gradient of Σ g · function(x) by central differences."""
    slopes = np.zeros_like(x)
    for place in np.ndindex(*x.shape):
        step = np.zeros_like(x)
        step[place] = 1e-5
        slopes[place] = ((function(x + step) - function(x - step)) * g).sum() / 2e-5
    return slopes


def make(submission):
    """A network with everything in it that `named_parameters` should cope with."""

    class Layer(submission.Module):
        def __init__(self, size):
            self.size = size
            self.weight = nn.Parameter(minitorch.ones(size))
            self.buffer = minitorch.zeros(size)

    class Network(submission.Module):
        def __init__(self):
            self.scale = nn.Parameter(minitorch.ones(1))
            self.first = Layer(2)
            self.frozen = minitorch.ones(3, requires_grad=True)
            self.second = Layer(3)

    class Tower(submission.Module):
        def __init__(self):
            self.layers = [Layer(1), Layer(2), "a word", Layer(3)]
            self.head = Network()

    return Layer, Network, Tower


def names_of(module):
    found = module.named_parameters()
    assert found is not None, "named_parameters returned None: is there a return at its end?"
    return [name for name, _ in found]


@task("4.1", points=2)
def test_4_1_own_and_nested(submission):
    """The parameters of a module and of the modules inside are found, with their names."""
    _, network, _ = make(submission)
    names = names_of(network())
    assert "scale" in names, "named_parameters: a parameter of the module itself is not found."
    assert not any("buffer" in n or "frozen" in n for n in names), (
        "named_parameters: a plain tensor was taken for a parameter. Only an nn.Parameter is to be learned, even if "
        "another tensor requires grad."
    )
    assert len(names) == 3, (
        f"named_parameters: a network with a parameter of its own and two layers with one each should have three; "
        f"yours are {names}."
    )
    assert all("." in n for n in names[1:]), (
        f"named_parameters: the names of inner parameters should tell the way, with dots; yours are {names}."
    )
    assert sorted(names) == sorted(["scale", "first.weight", "second.weight"]), (
        f"named_parameters: the number is right, but the names are not; yours are {names}."
    )


@task("4.1", points=1)
def test_4_1_lists(submission):
    """Modules in a list are found, with their position as the name."""
    _, _, tower = make(submission)
    names = names_of(tower())
    assert any(n.startswith("layers") for n in names), (
        "named_parameters: the modules in a list are not found. A list is no Module: look through its elements."
    )
    assert [n for n in names if n.startswith("layers")] == [f"layers.{i}.weight" for i in (0, 1, 3)], (
        f"named_parameters: the names of what stands in a list are wrong; yours are {names}."
    )
    assert "head.first.weight" in names, "named_parameters: a module inside of a module inside is not found."


@task("4.1", points=1)
def test_4_1_sharing(submission):
    """A parameter that occurs twice is found once."""
    layer, network, _ = make(submission)
    shared = network()
    shared.second = shared.first
    assert len(names_of(shared)) == 2, (
        "named_parameters: two attributes are the same layer, so its weight should be found once. How do you "
        "remember what was found?"
    )
    equal = network()
    equal.second = layer(2)
    assert len(names_of(equal)) == 3, (
        "named_parameters: two different parameters hold equal numbers, and you took them for one. Compare with "
        "`is` or `id`."
    )


@task("4.1", points=1)
def test_4_1_modes(submission):
    """train() and eval() reach every module inside."""
    _, _, tower = make(submission)
    module = tower()
    inside = [module, module.layers[0], module.layers[3], module.head, module.head.second]
    assert module.eval() is module, "eval() should return the module, so that calls can be chained."
    assert not any(m.training for m in inside), (
        "eval(): some module is still in training mode. Are inner modules reached, in lists and two levels down?"
    )
    module.train()
    assert all(m.training for m in inside), "train(): some module is still in evaluation mode."
    assert tower().training, "train and eval should change one module, not the whole class."


@task("4.2", points=1)
def test_4_2_values(submission):
    """y = x · Wᵀ + b, for any number of dimensions in front."""
    generator = np.random.default_rng(1)
    layer = submission.Linear(5, 3)
    is_parameter(layer, "weight", (3, 5), "Linear(5, 3)")
    is_parameter(layer, "bias", (3,), "Linear(5, 3)")
    w, b = generator.normal(size=(3, 5)), generator.normal(size=3)
    overwrite(layer.weight, w)
    overwrite(layer.bias, b)
    for shape in ((5,), (4, 5), (2, 4, 5)):
        x = generator.normal(size=shape)
        y = result(lambda v=x: layer(minitorch.tensor(v).float()), f"Linear for an x of shape {shape}")
        same_shape(y, (*shape[:-1], 3), f"Linear(5, 3) for an x of shape {shape}")
        close(y, x @ w.T + b, f"Linear: the values for an x of shape {shape} are not x · Wᵀ + b.", 1e-4)


@task("4.2", points=1)
def test_4_2_beginning(submission):
    """The weights begin by the rule of He, and the bias as zeros."""
    minitorch.manual_seed(2)
    layer = submission.Linear(200, 800)
    is_parameter(layer, "weight", (800, 200), "Linear(200, 800)")
    is_parameter(layer, "bias", (800,), "Linear(200, 800)")
    w = layer.weight.detach().numpy()
    assert w.std() > 0, "Linear: all weights begin equal, so all units would stay equal for ever."
    assert abs(w.std() / math.sqrt(2 / 800) - 1) > 0.05, (
        "Linear: the spread of the weights follows from the number of inputs, not of outputs."
    )
    assert abs(w.std() / (2 / 200) - 1) > 0.05, (
        "Linear: 2 / inputs is the variance. The standard deviation is its root."
    )
    assert abs(w.std() / math.sqrt(2 / 200) - 1) < 0.05, (
        f"Linear: for 200 inputs the standard deviation of the weights is {w.std():.3f}; by He's rule it is another."
    )
    assert abs(w.mean()) < 0.003, "Linear: the mean of the weights should be 0."
    assert np.abs(w).max() > 3 * w.std(), "Linear: the weights should be drawn from the normal distribution."
    assert not layer.bias.detach().numpy().any(), "Linear: the bias should begin as zeros."


@task("4.2", points=1)
def test_4_2_without_bias(submission):
    """With bias=False there is no bias."""
    layer = submission.Linear(4, 2, bias=False)
    is_parameter(layer, "weight", (2, 4), "Linear(4, 2, bias=False)")
    assert layer.bias is None, "Linear with bias=False: the attribute `bias` should be None."
    y = result(lambda: layer(minitorch.zeros(3, 4)), "Linear with bias=False")
    same_shape(y, (3, 2), "Linear with bias=False")
    assert not y.detach().numpy().any(), "Linear with bias=False: for x = 0 the result should be 0."
    again = submission.Linear(4, 2, bias=False).weight
    assert not np.array_equal(again.detach().numpy(), layer.weight.detach().numpy()), (
        "Linear: two layers begin with the same weights. Draw new ones for each."
    )


@task("4.2", points=1)
def test_4_2_gradients(submission):
    """The gradients arrive at weight and bias."""
    layer = submission.Linear(3, 2)
    is_parameter(layer, "weight", (2, 3), "Linear(3, 2)")
    x = np.random.default_rng(3).normal(size=(5, 3))
    y = result(lambda: layer(minitorch.tensor(x).float()), "Linear")
    same_shape(y, (5, 2), "Linear")
    assert y.requires_grad, "Linear: the result does not require grad. Are the parameters used themselves?"
    y.sum().backward()
    for name in ("weight", "bias"):
        assert getattr(layer, name).grad is not None, f"Linear: no gradient arrives at {name}."
    close(layer.weight.grad, np.tile(x.sum(0), (2, 1)), "Linear: the gradient of the weight is wrong.", 1e-4)
    close(layer.bias.grad, np.full(2, 5.0), "Linear: the gradient of the bias is wrong.", 1e-4)


def dropped(submission, p, x, what="Dropout"):
    layer = submission.Dropout(p)
    layer.training = True
    return result(lambda: layer(x), what)


@task("4.3", points=1)
def test_4_3_evaluation(submission):
    """In evaluation dropout does nothing."""
    layer = submission.Dropout(0.7)
    layer.training = False
    x = minitorch.randn(20, 30)
    y = result(lambda: layer(x), "Dropout in evaluation")
    assert np.array_equal(y.numpy(), x.numpy()), (
        "Dropout: in evaluation (training is False) the result should be x, neither scaled nor dropped."
    )


@task("4.3", points=1)
def test_4_3_share_and_scale(submission):
    """The right share is dropped, and the rest is scaled so that the mean stays."""
    minitorch.manual_seed(4)
    for p in (0.2, 0.75):
        y = dropped(submission, p, minitorch.ones(200, 200)).numpy()
        share, left = (y == 0).mean(), y[y != 0]
        assert share > 0, f"Dropout({p}): in training nothing is dropped."
        assert abs(share - (1 - p)) > 0.02, (
            f"Dropout({p}): {share:.0%} are dropped. p is the share to drop, not to keep."
        )
        assert abs(share - p) < 0.02, f"Dropout({p}): {share:.0%} of the numbers are dropped."
        assert abs(y.mean() - 1) < 0.05, (
            f"Dropout({p}): the mean of many ones is {y.mean():.2f} afterwards. By what are the others divided?"
        )
        assert np.allclose(left, left[0]), f"Dropout({p}): all numbers that are left should be scaled alike."
    y = dropped(submission, 1.0, minitorch.ones(4, 4), "Dropout(1.0)").numpy()
    assert not y.any(), "Dropout(1.0): everything should be 0, without NaN."


@task("4.3", points=1)
def test_4_3_gradient(submission):
    """The gradient goes through what was kept, with the same scale."""
    x = (minitorch.rand(30, 30) + 1).requires_grad_()
    y = dropped(submission, 0.4, x)
    assert y.requires_grad, "Dropout: the result does not require grad, though x does."
    y.sum().backward()
    scale = y.detach().numpy() / x.detach().numpy()
    assert (scale == 0).any(), "Dropout(0.4): in training nothing is dropped."
    close(x.grad, scale, "Dropout: the gradient does not go through the same mask as the value.", 1e-5)
    if (scale > 0).any():
        close(scale.max(), 1 / 0.6, "Dropout: what is kept is not divided by 1 − p.", 1e-5)


@task("4.3", points=1)
def test_4_3_fresh_masks(submission):
    """Each call and each element is drawn by itself, and x stays as it is."""
    layer = submission.Dropout(0.5)
    layer.training = True
    x = minitorch.ones(40, 50)
    first = result(lambda: layer(x), "Dropout").numpy().copy()
    second = result(lambda: layer(x), "Dropout").numpy()
    assert np.array_equal(x.numpy(), np.ones((40, 50))), "Dropout: x itself was changed. Make a new tensor."
    assert not np.array_equal(first, second), (
        "Dropout: two calls dropped the same numbers. Draw a new mask each time."
    )
    assert not (first == first[0]).all(), (
        "Dropout: all rows have the same mask. Draw one number for each element."
    )
    assert not (first == first[:, :1]).all(), (
        "Dropout: whole rows are dropped. Draw one number for each element."
    )


def normalized(submission, x, training=True, layer=None):
    layer = layer or submission.BatchNorm(x.shape[1])
    layer.training = training
    return layer, result(lambda: layer(x), "BatchNorm")


def columns(seed, n=12, features=4):
    generator = np.random.default_rng(seed)
    return generator.normal(size=(n, features)) * np.arange(1, features + 1) + np.arange(features)


@task("4.4", points=1)
def test_4_4_training_values(submission):
    """In training each column gets the mean 0 and the variance 1, then scale and shift."""
    x = columns(5)
    layer, y = normalized(submission, minitorch.tensor(x))
    same_shape(y, x.shape, "BatchNorm")
    found = y.detach().numpy()
    assert not np.allclose(found, (x - x.mean()) / x.std(), atol=1e-2), (
        "BatchNorm: mean and variance are those of the whole table. Each column has its own: along which dimension?"
    )
    assert np.allclose(found.mean(0), 0, atol=1e-5), (
        "BatchNorm: in training the columns should have the mean 0."
    )
    n = len(x)
    assert not np.allclose(found.var(0), (n - 1) / n, rtol=1e-3), (
        "BatchNorm: for the values, divide the variance by n, and not by n − 1."
    )
    assert np.allclose(found.var(0), 1, atol=1e-3), (
        "BatchNorm: in training the columns should have the variance 1."
    )
    overwrite(layer.weight, np.array([1.0, 2.0, -1.0, 0.5]))
    overwrite(layer.bias, np.array([0.0, 1.0, 2.0, 3.0]))
    _, y = normalized(submission, minitorch.tensor(x), layer=layer)
    close(
        y,
        found * [1, 2, -1, 0.5] + [0, 1, 2, 3],
        "BatchNorm: scale (weight) and shift (bias) are not applied.",
        1e-4,
    )


@task("4.4", points=1)
def test_4_4_gradient(submission):
    """The gradient flows through the statistics of the batch, too."""
    values = columns(6, n=5, features=3)
    g = np.random.default_rng(7).normal(size=values.shape)
    x = minitorch.tensor(values, requires_grad=True)
    _, y = normalized(submission, x)
    same_shape(y, values.shape, "BatchNorm")
    y.backward(minitorch.tensor(g).to(y.dtype))
    assert x.grad is not None, "BatchNorm: no gradient arrives at x."
    found = x.grad.numpy()
    assert np.allclose(found.sum(0), 0, atol=1e-4), (
        "BatchNorm: raising a whole column changes nothing, so each column of the gradient should sum to 0. "
        "Was the mean of the batch detached, or computed under no_grad?"
    )
    assert np.allclose((found * values).sum(0), 0, atol=1e-2), (
        "BatchNorm: stretching a column changes nothing, so the gradient should have no part along it. "
        "Was the variance of the batch detached?"
    )
    slopes = differences(lambda v: (v - v.mean(0)) / np.sqrt(v.var(0) + 1e-5), values, g)
    close(found, slopes, "BatchNorm: the gradient of x differs from finite differences.", 1e-4)


@task("4.4", points=1)
def test_4_4_running_statistics(submission):
    """Running mean and variance move by `momentum` towards those of each batch."""
    layer = submission.BatchNorm(3, momentum=0.3)
    mean, var = np.zeros(3), np.ones(3)
    biased = np.ones(3)
    for seed in range(3):
        x = columns(10 + seed, n=6, features=3)
        normalized(submission, minitorch.tensor(x).float(), layer=layer)
        mean = 0.7 * mean + 0.3 * x.mean(0)
        var = 0.7 * var + 0.3 * x.var(0, ddof=1)
        biased = 0.7 * biased + 0.3 * x.var(0)
        if seed == 0:
            once = layer.running_mean.numpy()
            assert once.any(), "BatchNorm: in training the running mean should move."
            assert not np.allclose(once, 0.7 * x.mean(0), atol=1e-4), (
                "BatchNorm: momentum is the share of the new batch, not of the old value."
            )
    close(layer.running_mean, mean, "BatchNorm: the running mean is wrong after three batches.", 1e-4)
    assert not np.allclose(layer.running_var.numpy(), biased, atol=1e-4), (
        "BatchNorm: for the running variance the variance of the batch is divided by n − 1."
    )
    close(layer.running_var, var, "BatchNorm: the running variance is wrong after three batches.", 1e-4)


@task("4.4", points=1)
def test_4_4_evaluation(submission):
    """In evaluation the running statistics are used, and stay as they are."""
    layer = submission.BatchNorm(4)
    layer.running_mean = minitorch.tensor([1.0, 2.0, -1.0, 0.0])
    layer.running_var = minitorch.tensor([4.0, 1.0, 9.0, 0.25])
    x = columns(8)
    _, y = normalized(submission, minitorch.tensor(x).float(), training=False, layer=layer)
    expected = (x - [1, 2, -1, 0]) / np.sqrt(np.array([4.0, 1.0, 9.0, 0.25]) + 1e-5)
    close(
        y,
        expected,
        "BatchNorm: in evaluation running_mean and running_var should take the place of the batch's.",
        1e-4,
    )
    assert np.allclose(layer.running_mean.numpy(), [1, 2, -1, 0]), (
        "BatchNorm: in evaluation the running statistics should stay as they are."
    )
    _, alone = normalized(submission, minitorch.tensor(x[:1]).float(), training=False, layer=layer)
    close(alone, expected[:1], "BatchNorm: in evaluation a row should not depend on the other rows.", 1e-4)


@task("4.4", points=1)
def test_4_4_no_part_of_the_graph(submission):
    """Running statistics are plain tensors, outside of the graph."""
    x = minitorch.tensor(columns(9)).float().requires_grad_()
    layer, first = normalized(submission, x)
    for name in ("running_mean", "running_var"):
        value = getattr(layer, name)
        assert isinstance(value, minitorch.Tensor), f"BatchNorm: {name} should stay a tensor."
        assert not isinstance(value, nn.Parameter), (
            f"BatchNorm: {name} is not learned, so it is no nn.Parameter."
        )
        assert not value.requires_grad, (
            f"BatchNorm: {name} requires grad after a batch, so it drags the graph of all batches along. "
            "Update it under no_grad, or with detach()."
        )
        assert tuple(value.shape) == (4,), f"BatchNorm: {name} should have one number for each column."
    assert layer.running_mean.numpy().any(), "BatchNorm: in training the running mean should move."
    _, second = normalized(submission, x, layer=layer)
    (first.sum() + (second**2).sum()).backward()


def sgd_by_hand(places, grads, lrs, momentum):
    b = [np.zeros_like(p) for p in places]
    for lr, gs in zip(lrs, grads, strict=True):
        for i, g in enumerate(gs):
            b[i] = momentum * b[i] + g
            places[i] = places[i] - lr * b[i]
    return places


def adam_by_hand(places, grads, lrs, betas=(0.9, 0.999), eps=1e-8):
    m, v = [np.zeros_like(p) for p in places], [np.zeros_like(p) for p in places]
    for t, (lr, gs) in enumerate(zip(lrs, grads, strict=True), 1):
        for i, g in enumerate(gs):
            m[i] = betas[0] * m[i] + (1 - betas[0]) * g
            v[i] = betas[1] * v[i] + (1 - betas[1]) * g * g
            corrected = np.sqrt(v[i] / (1 - betas[1] ** t)) + eps
            places[i] = places[i] - lr * m[i] / (1 - betas[0] ** t) / corrected
    return places


def two_parameters(seed, steps):
    """Two parameters, and gradients for each step."""
    generator = np.random.default_rng(seed)
    places = [generator.normal(size=(2, 3)), generator.normal(size=4)]
    return places, [[generator.normal(size=p.shape) for p in places] for _ in range(steps)]


def walk(optimizer, parameters, grads, lrs):
    for lr, gs in zip(lrs, grads, strict=True):
        optimizer.lr = lr
        for p, g in zip(parameters, gs, strict=True):
            p.grad = minitorch.tensor(g)
        optimizer.step()
    return [p.detach().numpy() for p in parameters]


def as_parameters(places):
    return [nn.Parameter(minitorch.tensor(p)) for p in places]


@task("4.5", points=1)
def test_4_5_sgd(submission):
    """SGD without momentum, and with it, takes the right steps."""
    for momentum in (0.0, 0.9):
        places, grads = two_parameters(11, 1)
        ours = as_parameters(places)
        found = walk(submission.SGD(ours, 0.1, momentum=momentum), ours, grads, [0.1])
        assert not np.allclose(found[0], places[0] + 0.1 * grads[0][0]), "SGD: it goes uphill. Is it minus?"
        assert not np.array_equal(found[0], places[0]), (
            "SGD: nothing moved. `p = p − …` only makes a new tensor: change p in place."
        )
        close(
            found[0], places[0] - 0.1 * grads[0][0], f"SGD with momentum {momentum}: the first step is wrong."
        )
        places, grads = two_parameters(12, 6)
        ours = as_parameters(places)
        found = walk(submission.SGD(ours, 0.1, momentum=momentum), ours, grads, [0.1] * 6)
        for mine, expected in zip(found, sgd_by_hand(places, grads, [0.1] * 6, momentum), strict=True):
            close(
                mine,
                expected,
                f"SGD with momentum {momentum}: the first step is right, a later one is not. Is b kept from step to "
                "step, and does each parameter have its own?",
            )


@task("4.5", points=1)
def test_4_5_adam_first_step(submission):
    """Adam's first step has the length lr, whatever the size of the gradient."""
    for size in (1e-3, 1.0, 1e3):
        p = as_parameters([np.array([1.0, -2.0])])
        g = np.array([size, -size])
        (found,) = walk(submission.Adam(p, 0.01), p, [[g]], [0.01])
        moved = found - [1.0, -2.0]
        assert moved.any(), "Adam: nothing moved. Is the parameter changed in place?"
        assert (np.sign(moved) == -np.sign(g)).all(), "Adam: it goes uphill. Is it minus?"
        assert np.allclose(np.abs(moved), 0.01, rtol=1e-3), (
            f"Adam: for a gradient of size {size} the first step has the length {np.abs(moved[0]):.2g} with lr = 0.01. "
            "Are m and v both corrected, with t = 1 in the first step?"
        )


@task("4.5", points=1)
def test_4_5_adam_path(submission):
    """Adam takes the right path, for two parameters, with other betas, too."""
    for betas, which in (((0.9, 0.999), "the usual betas"), ((0.5, 0.8), "other betas than usual")):
        places, grads = two_parameters(13, 8)
        ours = as_parameters(places)
        found = walk(submission.Adam(ours, 0.05, betas=betas), ours, grads, [0.05] * 8)
        expected = adam_by_hand(places, grads, [0.05] * 8, betas)
        close(
            found[0], expected[0], f"Adam, with {which}: the path is wrong. Does t grow by one in each step?"
        )
        close(
            found[1],
            expected[1],
            f"Adam, with {which}: the first parameter is right, the second is not. Does each have its own m and v, and "
            "does t grow once in each step?",
        )


@task("4.5", points=1)
def test_4_5_adam_epsilon(submission):
    """ε stands outside of the root, as in the paper."""
    for eps in (1e-8, 0.1):
        places, grads = [np.array([1.0, -1.0])], [[np.array([1e-4, 2e-3])]] * 3
        p = as_parameters(places)
        (found,) = walk(submission.Adam(p, 0.1, eps=eps), p, grads, [0.1] * 3)
        (expected,) = adam_by_hand(places, grads, [0.1] * 3, eps=eps)
        close(
            found,
            expected,
            f"Adam with eps={eps}: for small gradients the path is wrong. Is it √v̂ + ε, and not √(v̂ + ε)? Is eps used?",
        )


@task("4.5", points=1)
def test_4_5_rates_change(submission):
    """A learning rate that is changed between steps is used."""
    rates = [0.1, 0.1, 0.02, 0.3]
    for name, by_hand in (("SGD", lambda *a: sgd_by_hand(*a, 0.0)), ("Adam", adam_by_hand)):
        places, grads = two_parameters(14, 4)
        ours = as_parameters(places)
        found = walk(getattr(submission, name)(ours, 0.1), ours, grads, rates)
        for mine, expected in zip(found, by_hand(places, grads, rates), strict=True):
            close(mine, expected, f"{name}: when `lr` is changed between two steps, the next step is wrong.")


@task("4.5", points=1)
def test_4_5_tidy(submission):
    """Parameters stay the same tensors, gradients stay as they are, and None is left alone."""
    for name in ("SGD", "Adam"):
        p, unused = as_parameters([np.array([1.0, 2.0]), np.array([5.0])])
        settings = {"momentum": 0.9} if name == "SGD" else {}
        optimizer = getattr(submission, name)([p, unused], 0.1, **settings)
        for g in ([1.0, 1.0], [0.5, -2.0]):
            p.grad = minitorch.tensor(g, dtype=minitorch.float64)
            optimizer.step()
            assert np.array_equal(p.grad.numpy(), g), (
                f"{name}: a step should not change p.grad. Was it changed in place?"
            )
        assert unused.item() == 5.0, f"{name}: a parameter without a gradient should stay as it is."
        assert p.is_leaf, f"{name}: after a step a parameter should still be a leaf. Step under no_grad."
        assert not np.array_equal(p.detach().numpy(), [1.0, 2.0]), (
            f"{name}: the network's own tensor did not move. Change it in place."
        )


class Recorder(nn.Module):
    """A linear model that notes what it sees: the first column of x counts the rows."""

    def __init__(self, classes):
        super().__init__()
        self.weight = nn.Parameter(minitorch.zeros(classes, 2, dtype=minitorch.float64))
        self.batches, self.modes = [], []

    def forward(self, x):
        self.batches.append(x[:, 0].detach().int().tolist())
        self.modes.append(self.training)
        return x[:, 1:] @ self.weight.t()


class Frozen:
    """An optimizer that notes gradients and learning rates, and changes nothing."""

    def __init__(self, parameters):
        self.parameters, self.lr = list(parameters), -1.0
        self.grads, self.rates = [], []

    def zero_grad(self, set_to_none=True):
        for p in self.parameters:
            p.grad = None

    def step(self):
        grad = self.parameters[0].grad
        self.grads.append(None if grad is None else grad.numpy().copy())
        self.rates.append(self.lr)


def recorded(submission, n, epochs, batch_size, rate=lambda step: 0.1 * step):
    generator = np.random.default_rng(15)
    x = minitorch.tensor(np.column_stack([np.arange(n), generator.normal(size=(n, 2))]))
    y = minitorch.tensor(np.arange(n) % 3)
    model = Recorder(3)
    model.eval()
    optimizer = Frozen(model.parameters())
    minitorch.manual_seed(16)
    history = submission.train(model, optimizer, x, y, epochs, batch_size, rate)
    assert history is not None, "train returned None: is there a return at its end?"
    assert len(history) == epochs, f"train: for {epochs} epochs there should be {epochs} numbers."
    assert all(isinstance(h, float) for h in history), (
        "train: the losses should be plain numbers. A tensor would hold the whole graph: use loss.item()."
    )
    return model, optimizer, history


@task("4.6", points=2)
def test_4_6_schedule(submission):
    """The learning rate rises in a straight line, and falls along a cosine."""
    rates = [submission.warmup_cosine(s, 10, 110, 0.4, 0.04) for s in range(130)]
    assert None not in rates, "warmup_cosine returned None: is there a return in every case?"
    rates = [float(r) for r in rates]
    assert rates[0] > 0, "warmup_cosine: in step 0 the rate is 0, so nothing would be learned in it."
    close(
        rates[0], 0.04, "warmup_cosine: in step 0 of a warmup of 10 steps, the rate is one tenth of the peak."
    )
    close(rates[9], 0.4, "warmup_cosine: in the last step of the warmup the rate should be the peak.")
    close(
        rates[10], 0.4, "warmup_cosine: at step = warmup the cosine should begin at the peak. Is q = 0 there?"
    )
    close(rates[60], 0.22, "warmup_cosine: halfway down, the rate lies in the middle between peak and floor.")
    close(rates[110], 0.04, "warmup_cosine: at step = total the rate should be the floor. Is q = 1 there?")
    close(rates[129], 0.04, "warmup_cosine: after step = total the rate should stay at the floor.")
    assert all(a >= b - 1e-12 for a, b in itertools.pairwise(rates[10:])), (
        "warmup_cosine: after the warmup it should only fall."
    )
    down = [0.04 + 0.36 * (1 + math.cos(math.pi * i / 100)) / 2 for i in range(100)]
    close(
        rates[10:110],
        down,
        "warmup_cosine: beginning, middle and end are right, but it is no half cosine in between.",
    )
    close(
        submission.warmup_cosine(0, 0, 8, 0.3),
        0.3,
        "warmup_cosine: without a warmup it should begin at the peak.",
    )


@task("4.6", points=1)
def test_4_6_epochs(submission):
    """Each row is used once in an epoch, in another order each time, in training mode."""
    model, _, _ = recorded(submission, 25, 3, 8)
    sizes = [len(b) for b in model.batches]
    assert len(sizes) == 12, (
        f"train: 25 rows in batches of 8 are 4 batches an epoch; in 3 epochs there were {len(sizes)}."
    )
    assert sizes == [8, 8, 8, 1] * 3, (
        "train: the sizes of the batches are wrong. The last one may be smaller."
    )
    epochs = [list(itertools.chain(*model.batches[i : i + 4])) for i in (0, 4, 8)]
    for rows in epochs:
        assert sorted(rows) == list(range(25)), "train: in an epoch each row should be used exactly once."
    assert epochs[0] != list(range(25)), "train: the rows are not shuffled."
    assert epochs[0] != epochs[1], "train: all epochs have the same order. Shuffle again for each."
    assert all(model.modes), "train: the model was in evaluation mode. Call model.train() first."


@task("4.6", points=1)
def test_4_6_steps(submission):
    """Each step has the right learning rate, and the gradient of its batch alone."""
    _, optimizer, history = recorded(submission, 12, 4, 12)
    assert len(optimizer.grads) == 4, "train: optimizer.step() should be called once for each batch."
    assert all(g is not None for g in optimizer.grads), (
        "train: at optimizer.step() there was no gradient. Which call comes before it, and is zero_grad in between?"
    )
    assert optimizer.grads[0].any(), "train: the first gradient is 0."
    for grad in optimizer.grads[1:]:
        close(
            grad,
            optimizer.grads[0],
            "train: here every batch holds all rows and nothing is learned, so all gradients should be equal. "
            "They are not: do gradients of earlier steps pile up?",
        )
    close(
        history,
        [math.log(3)] * 4,
        "train: with all weights 0 and three classes, the loss of each epoch is known, and it is not this.",
    )
    _, optimizer, _ = recorded(submission, 25, 3, 8)
    assert optimizer.rates[0] != -1.0, "train: optimizer.lr was never set to rate(step)."
    close(
        optimizer.rates,
        [0.1 * s for s in range(12)],
        "train: the rates are not rate(0), rate(1), …, counted through all epochs.",
    )


@task("4.6", points=2)
def test_4_6_digits(submission):
    """A network trained with it reads more than 95 % of digits that it has not seen."""
    digits = load_digits()
    order = np.random.default_rng(17).permutation(len(digits.target))
    x = minitorch.tensor(digits.data[order] / 16).float()
    y = minitorch.tensor(digits.target[order])
    minitorch.manual_seed(18)
    model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))

    class Momentum(Frozen):
        def step(self):
            assert all(p.grad is not None for p in self.parameters), (
                "train: at optimizer.step() there was no gradient. Which call comes before it?"
            )
            with minitorch.no_grad():
                before = self.grads or [0] * len(self.parameters)
                self.grads = [0.9 * b + p.grad for b, p in zip(before, self.parameters, strict=True)]
                for p, b in zip(self.parameters, self.grads, strict=True):
                    p -= self.lr * b

    history = submission.train(
        model, Momentum(model.parameters()), x[:1300], y[:1300], 12, 64, lambda step: 0.1
    )
    model.eval()
    with minitorch.no_grad():
        share = (model(x[1300:]).argmax(1) == y[1300:]).float().mean().item()
    assert history is not None, "train returned None: is there a return at its end?"
    assert history[-1] < 0.5 * history[0], "train: the loss does not fall on the digits."
    assert share > 0.95, (
        f"train: the loss falls, but only {share:.0%} of new digits are read. Do the rows of x and y belong together?"
    )
