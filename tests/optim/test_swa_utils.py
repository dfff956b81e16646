"""Averages of models against NumPy's, and what goes on after loading."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest

import minitorch
from minitorch import errors, nn
from minitorch.optim import swa_utils


def models(count: int) -> list[Any]:
    rng, result = np.random.default_rng(0), []
    for _ in range(count):
        model = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3)).double()
        for x in [*model.parameters(), model[1].running_mean]:
            x.data = minitorch.tensor(rng.standard_normal(tuple(x.shape)))
        result.append(model)
    return result


def weights(model: Any) -> Any:
    return model[0].weight.detach().numpy()


def test_mean_of_all_models() -> None:
    shown = models(4)
    for settings in (
        {},
        {"avg_fn": swa_utils.get_swa_avg_fn()},
        {"multi_avg_fn": swa_utils.get_swa_multi_avg_fn()},
    ):
        averaged = swa_utils.AveragedModel(shown[0], **settings)
        for model in shown:
            averaged.update_parameters(model)
        expected = np.mean([weights(m) for m in shown], 0)
        np.testing.assert_allclose(weights(averaged.module), expected, rtol=1e-12)
        assert averaged.n_averaged == 4
        last = shown[-1][1].running_mean
        assert minitorch.equal(averaged.module[1].running_mean, last)
        assert averaged.module[1].running_mean is not last


def test_exponential_average_with_buffers() -> None:
    shown = models(4)
    averaged = swa_utils.AveragedModel(shown[0], avg_fn=swa_utils.get_ema_avg_fn(0.7), use_buffers=True)
    expected, mean = weights(shown[0]), shown[0][1].running_mean.numpy()
    for k, model in enumerate(shown):
        averaged.update_parameters(model)
        if k:
            expected = 0.7 * expected + 0.3 * weights(model)
            mean = 0.7 * mean + 0.3 * model[1].running_mean.numpy()
    np.testing.assert_allclose(weights(averaged.module), expected, rtol=1e-12)
    np.testing.assert_allclose(averaged.module[1].running_mean.numpy(), mean, rtol=1e-12)


def test_goes_on_after_loading() -> None:
    shown = models(6)
    averaged = swa_utils.AveragedModel(shown[0])
    for model in shown[:3]:
        averaged.update_parameters(model)
    twin = swa_utils.AveragedModel(models(1)[0])
    twin.load_state_dict(copy.deepcopy(averaged.state_dict()))
    for model in shown[3:]:
        averaged.update_parameters(model)
        twin.update_parameters(model)
    assert np.array_equal(weights(averaged.module), weights(twin.module))


def test_the_model_that_is_shown_keeps_its_gradients_and_memory() -> None:
    model = models(1)[0]
    averaged = swa_utils.AveragedModel(model)
    averaged.update_parameters(model)
    assert averaged.module[0].weight.requires_grad
    model[0].weight.data.fill_(9.0)
    assert not np.any(weights(averaged.module) == 9.0)


def test_update_bn() -> None:
    rng = np.random.default_rng(0)
    batches = [minitorch.tensor(rng.standard_normal((5, 2)) + k) for k in range(3)]
    model = nn.Sequential(nn.BatchNorm1d(2).double()).eval()
    swa_utils.update_bn([(x, "label") for x in batches], model)
    means = [x.numpy().mean(0) for x in batches]
    variances = [x.numpy().var(0, ddof=1) for x in batches]
    np.testing.assert_allclose(model[0].running_mean.numpy(), np.mean(means, 0), rtol=1e-12)
    np.testing.assert_allclose(model[0].running_var.numpy(), np.mean(variances, 0), rtol=1e-12)
    assert not model.training
    assert model[0].momentum == 0.1
    swa_utils.update_bn(iter(()), nn.Linear(1, 1))  # nothing to do, and no pass over the data


def test_update_bn_that_fails_leaves_the_momentum() -> None:
    model = nn.BatchNorm1d(2).eval()
    with pytest.raises(errors.MinitorchError):
        swa_utils.update_bn([minitorch.ones(3, 4, 5, 6)], model)
    assert model.momentum == 0.1
    assert not model.training


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: swa_utils.get_ema_avg_fn(1.5), "decay"),
        (lambda: swa_utils.get_ema_multi_avg_fn(-0.1), "decay"),
        (
            lambda: swa_utils.AveragedModel(
                nn.Linear(1, 1), avg_fn=lambda a, b, n: a, multi_avg_fn=lambda a, b, n: None
            ),
            "not both",
        ),
    ],
)
def test_refused(make: Any, message: str) -> None:
    with pytest.raises(errors.ArgumentError, match=message):
        make()
