"""clip_grad_norm_, clip_grad_value_, parameters as a vector, padded sequences."""

import math

import numpy as np
import pytest

import minitorch
from minitorch import nn
from minitorch.errors import ArgumentError, ArgumentTypeError, GradientError, ShapeError
from minitorch.nn import utils


def parameters(*gradients):
    made = []
    for g in gradients:
        p = nn.Parameter(minitorch.zeros(len(g)))
        p.grad = minitorch.tensor(g)
        made.append(p)
    return made


@pytest.mark.parametrize("norm_type", [1.0, 2, 3.0, math.inf])
def test_gradients_are_scaled_together(norm_type):
    made = [*parameters([3.0, -4.0], [12.0]), nn.Parameter(minitorch.zeros(2))]
    expected = np.linalg.norm([3.0, -4.0, 12.0], norm_type)
    norm = utils.clip_grad_norm_(made, 2.0, norm_type)
    np.testing.assert_allclose(norm.item(), expected, rtol=1e-6)
    clipped = np.concatenate([p.grad.numpy() for p in made[:2]])
    np.testing.assert_allclose(clipped, np.array([3, -4, 12]) * 2 / expected, rtol=1e-5)
    assert made[2].grad is None
    utils.clip_grad_norm_(iter(made), 100.0, norm_type)
    np.testing.assert_array_equal(np.concatenate([p.grad.numpy() for p in made[:2]]), clipped)


def test_one_tensor_and_no_gradients():
    (p,) = parameters([3.0, 4.0])
    assert utils.clip_grad_norm_(p, 1.0).item() == 5.0
    assert utils.clip_grad_norm_([], 1.0).item() == 0.0
    assert utils.get_total_norm([minitorch.tensor([3.0, 4.0])]).item() == 5.0


def test_nonfinite_norms():
    made = parameters([math.inf, 1.0])
    with pytest.raises(GradientError, match="the norm of the gradients is inf"):
        utils.clip_grad_norm_(made, 1.0, error_if_nonfinite=True)
    assert made[0].grad.tolist() == [math.inf, 1.0]
    with pytest.raises(GradientError, match="get_total_norm: the norm is inf"):
        utils.get_total_norm([made[0].grad], error_if_nonfinite=True)
    assert utils.clip_grad_norm_(made, 1.0).item() == math.inf
    assert math.isnan(made[0].grad[0].item())
    with pytest.raises(ArgumentError, match="norm_type must be positive, got 0"):
        utils.clip_grad_norm_(made, 1.0, 0)


def test_values_are_limited():
    made = parameters([3.0, -4.0, 0.5])
    assert utils.clip_grad_value_(made, 1) is None
    assert made[0].grad.tolist() == [1.0, -1.0, 0.5]


def test_vectors():
    net = nn.Linear(2, 3)
    vector = utils.parameters_to_vector(net.parameters())
    assert vector.requires_grad
    np.testing.assert_array_equal(
        vector.detach().numpy(), np.concatenate([p.detach().numpy().ravel() for p in net.parameters()])
    )
    weight = net.weight
    utils.vector_to_parameters(minitorch.arange(9.0), net.parameters())
    assert net.weight is weight
    assert weight.tolist() == [[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]]
    assert net.bias.tolist() == [6.0, 7.0, 8.0]
    with pytest.raises(ShapeError, match="the vector has 8 elements, the parameters have 9"):
        utils.vector_to_parameters(minitorch.zeros(8), net.parameters())
    with pytest.raises(ArgumentTypeError, match="expected a Tensor, got list"):
        utils.vector_to_parameters([1.0], net.parameters())
    assert net.bias.tolist() == [6.0, 7.0, 8.0]


def test_padded_sequences():
    a, b = minitorch.ones(2, 3), minitorch.ones(1, 3)
    padded = utils.rnn.pad_sequence([a, b], padding_value=-1.0)
    assert padded.shape == (2, 2, 3)
    assert padded[1, 1].tolist() == [-1.0] * 3
    left = utils.rnn.pad_sequence([a, b], batch_first=True, padding_side="left")
    assert left[1].tolist() == [[0.0] * 3, [1.0] * 3]
    first, second = utils.rnn.unpad_sequence(padded, minitorch.tensor([2, 1]))
    assert minitorch.equal(first, a)
    assert minitorch.equal(second, b)
    with pytest.raises(ArgumentError, match="padding_side must be 'left' or 'right'"):
        utils.rnn.pad_sequence([a], padding_side="up")
    with pytest.raises(ArgumentError, match="empty list"):
        utils.rnn.pad_sequence([])
