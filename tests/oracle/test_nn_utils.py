"""Weight and spectral norm, parametrizations, pruning, fusion and clipping against PyTorch.

Each program runs in both libraries with the same numbers; what it returns must be the same.
"""

import warnings

import numpy as np
import pytest

import minitorch

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.oracle


def numbers(lib, *shape, seed=0):
    return lib.tensor(np.random.default_rng(seed).normal(size=shape))


def seeded(lib, module):
    """The module with the same parameters in both libraries."""
    with lib.no_grad():
        for i, (_, parameter) in enumerate(module.double().named_parameters()):
            parameter.copy_(numbers(lib, *parameter.shape, seed=i))
    return module


def aligned(lib, module):
    """The module with the same random buffers in both libraries."""
    with lib.no_grad():
        for i, (_, buffer) in enumerate(module.named_buffers()):
            if buffer.ndim:
                buffer.copy_(numbers(lib, *buffer.shape, seed=50 + i).abs())
    return module


def state(module):
    return {key: value.detach().numpy().copy() for key, value in module.state_dict().items()}


def after_a_step(lib, module, x):
    """Outputs, gradients by name, and the state."""
    y = module(x)
    (y * y).sum().backward()
    grads = {n: None if p.grad is None else p.grad.numpy() for n, p in module.named_parameters()}
    return y.detach().numpy(), grads, state(module)


def older_weight_norm(lib, dim):
    with warnings.catch_warnings(action="ignore"):
        module = lib.nn.utils.weight_norm(seeded(lib, lib.nn.Conv2d(2, 3, 2)), dim=dim)
    result = after_a_step(lib, module, numbers(lib, 1, 2, 3, 3))
    lib.nn.utils.remove_weight_norm(module)
    return result, state(module), len(module._forward_pre_hooks)


def older_spectral_norm(lib, kind):
    module = seeded(lib, getattr(lib.nn, kind)(2, 3, 2))
    module = aligned(lib, lib.nn.utils.spectral_norm(module, n_power_iterations=3))
    x = numbers(lib, 1, 2, 3, 3)
    result = after_a_step(lib, module, x)
    result = result, module.eval()(x).detach().numpy(), dict(module.state_dict()._metadata[""])
    lib.nn.utils.remove_spectral_norm(module)
    return result, state(module), len(module._state_dict_hooks)


def weight_norm(lib, dim):
    module = seeded(lib, lib.nn.Linear(3, 4))
    lib.nn.utils.parametrizations.weight_norm(module, dim=dim)
    result = after_a_step(lib, module, numbers(lib, 2, 3))
    older = {"weight_g": module.parametrizations.weight.original0 * 2,
             "weight_v": module.parametrizations.weight.original1, "bias": module.bias}  # fmt: skip
    keys = module.load_state_dict({key: value.detach() for key, value in older.items()})
    module.weight = numbers(lib, 4, 3, seed=9)
    assigned = state(module)
    lib.nn.utils.parametrize.remove_parametrizations(module, "weight")
    return result, list(keys.missing_keys), assigned, state(module), repr(module)


def spectral_norm(lib, n):
    module = seeded(lib, lib.nn.Linear(3, 4))
    lib.nn.utils.parametrizations.spectral_norm(module, n_power_iterations=n)
    aligned(lib, module)
    x = numbers(lib, 2, 3)
    return after_a_step(lib, module, x), module.eval()(x).detach().numpy(), repr(module)


def orthogonal(lib, choice):
    """Squares by each map, and tall and wide matrices without the random completion of a base."""
    name, shape, trivialization, dtype = choice
    layer = seeded(lib, lib.nn.Linear(*shape)).to(getattr(lib, dtype))
    utils = lib.nn.utils.parametrizations
    utils.orthogonal(layer, orthogonal_map=name, use_trivialization=trivialization)
    original = layer.parametrizations.weight.original
    with lib.no_grad():
        original.add_(numbers(lib, *original.shape, seed=3) * 0.3)
    y = layer(numbers(lib, 2, shape[0]).to(getattr(lib, dtype)))
    (y * y.conj()).real.sum().backward()
    result = y.detach().numpy(), original.grad.numpy(), state(layer)
    if trivialization or "householder" in str(layer.parametrizations.weight[0].orthogonal_map):
        layer.weight = layer.weight.detach().clone()
        result += (layer.weight.detach().numpy(),)
    return result


def stacked_parametrizations(lib, unsafe):
    class Double(lib.nn.Module):
        def forward(self, x):
            return x * 2

        def right_inverse(self, x):
            return x / 2

    class Positive(lib.nn.Module):
        def forward(self, x):
            return x.exp()

    parametrize = lib.nn.utils.parametrize
    module, x = seeded(lib, lib.nn.Linear(3, 3)), numbers(lib, 2, 3)
    original = module.weight
    parametrize.register_parametrization(module, "weight", Double())
    same = module.parametrizations.weight.original is original
    first = module(x).detach().numpy()
    parametrize.register_parametrization(module, "weight", Positive(), unsafe=unsafe)
    with parametrize.cached():
        cached = module.weight is module.weight
    uncached = module.weight is module.weight
    other = parametrize.transfer_parametrizations_and_params(module, seeded(lib, lib.nn.Linear(3, 3)))
    facts = (same, cached, uncached, parametrize.is_parametrized(module, "weight"),
             parametrize.is_parametrized(module, "bias"), type(module).__name__,
             parametrize.type_before_parametrizations(module).__name__)  # fmt: skip
    result = after_a_step(lib, module, x)
    parametrize.remove_parametrizations(module, "weight", leave_parametrized=unsafe)
    return first, facts, result, state(other), state(module), type(module).__name__


def pruned_weights(lib, method):
    prune = pytest.importorskip(lib.__name__ + ".nn.utils.prune")
    module = seeded(lib, lib.nn.Conv1d(4, 6, 3))
    scores = numbers(lib, 6, 4, 3, seed=5)
    steps = {
        "l1": lambda: prune.l1_unstructured(module, "weight", amount=0.3),
        "l1 scores": lambda: prune.l1_unstructured(module, "weight", 10, importance_scores=scores),
        "ln": lambda: prune.ln_structured(module, "weight", amount=2, n=2, dim=0),
        "ln last": lambda: prune.ln_structured(module, "weight", 0.5, n=1, dim=-1, importance_scores=scores),
        "mask": lambda: prune.custom_from_mask(module, "weight", scores > 0),
        "identity": lambda: prune.identity(module, "bias"),
        "twice": lambda: prune.ln_structured(prune.l1_unstructured(module, "weight", 0.5), "weight", 2, 2, 0),
        "thrice": lambda: prune.l1_unstructured(
            prune.l1_unstructured(prune.ln_structured(module, "weight", 1, 2, 1), "weight", 4), "weight", 0.2
        ),
    }
    steps[method]()
    result = after_a_step(lib, module, numbers(lib, 2, 4, 5))
    facts = prune.is_pruned(module), len(module._forward_pre_hooks)
    facts += tuple(type(hook).__name__ for hook in module._forward_pre_hooks.values())
    prune.remove(module, "bias" if method == "identity" else "weight")
    return result, facts, state(module), prune.is_pruned(module)


def pruned_globally(lib, amount):
    prune = pytest.importorskip(lib.__name__ + ".nn.utils.prune")
    net = seeded(lib, lib.nn.Sequential(lib.nn.Linear(3, 4), lib.nn.ReLU(), lib.nn.Linear(4, 2)))
    prune.l1_unstructured(net[0], "weight", 2)
    pairs = [(net[0], "weight"), (net[2], "weight"), (net[2], "bias")]
    prune.global_unstructured(pairs, pruning_method=prune.L1Unstructured, amount=amount)
    return after_a_step(lib, net, numbers(lib, 2, 3)), prune.is_pruned(net)


def fused(lib, transpose):
    kind = lib.nn.ConvTranspose2d if transpose else lib.nn.Conv2d
    conv = seeded(lib, kind(2, 3, 2, bias=not transpose)).eval()
    norm = aligned(lib, seeded(lib, lib.nn.BatchNorm2d(3))).eval()
    both = lib.nn.utils.fuse_conv_bn_eval(conv, norm, transpose)
    linear = seeded(lib, lib.nn.Linear(2, 3)).eval()
    flat = lib.nn.utils.fuse_linear_bn_eval(linear, aligned(lib, seeded(lib, lib.nn.BatchNorm1d(3))).eval())
    return state(both), state(flat), both.bias.requires_grad, both(numbers(lib, 1, 2, 3, 3)).detach().numpy()


def clipped(lib, norm_type):
    utils = lib.nn.utils
    net = seeded(lib, lib.nn.Linear(3, 2))
    for p in net.parameters():
        p.grad = p.detach().clone()
    total = utils.get_total_norm([p.grad for p in net.parameters()], norm_type)
    utils.clip_grads_with_norm_(net.parameters(), 1.0, total)
    first = [p.grad.numpy().copy() for p in net.parameters()]
    second = utils.clip_grad_norm_(net.parameters(), 0.5, norm_type, error_if_nonfinite=True)
    utils.clip_grad_value_(net.weight, 0.05)
    vector = utils.parameters_to_vector(net.parameters())
    utils.vector_to_parameters(vector * 2, net.parameters())
    return total.numpy(), first, second.numpy(), [p.grad.numpy() for p in net.parameters()], state(net)


def called_with_other_tensors(lib, tie):
    net = seeded(lib, lib.nn.Sequential(lib.nn.Linear(3, 3), lib.nn.BatchNorm1d(3), lib.nn.Linear(3, 3)))
    net[2].weight = net[0].weight
    weight, mean = numbers(lib, 3, 3, seed=7).requires_grad_(), numbers(lib, 3, seed=8)
    given = {"0.weight": weight, "1.running_mean": mean}
    with warnings.catch_warnings(action="ignore"):
        y = lib.nn.utils.stateless.functional_call(net, given, numbers(lib, 4, 3), tie_weights=tie)
    y.square().sum().backward()
    return y.detach().numpy(), weight.grad.numpy(), mean.numpy(), state(net)


CASES = [
    *[(older_weight_norm, dim) for dim in (0, 1, None)],
    *[(older_spectral_norm, kind) for kind in ("Conv2d", "ConvTranspose2d")],
    *[(weight_norm, dim) for dim in (0, 1, None)],
    *[(spectral_norm, n) for n in (1, 4)],
    *[
        (orthogonal, (name, shape, trivialization, dtype))
        for name in (None, "matrix_exp", "cayley", "householder")
        for shape in ((3, 3), (4, 3), (3, 4))
        for trivialization in (True, False)
        for dtype in ("float64", "complex128")
        if not (trivialization and shape[0] != shape[1])
        and not (name == "householder" and dtype == "complex128")
    ],
    *[(stacked_parametrizations, unsafe) for unsafe in (True, False)],
    *[
        (pruned_weights, method)
        for method in ("l1", "l1 scores", "ln", "ln last", "mask", "identity", "twice", "thrice")
    ],
    *[(pruned_globally, amount) for amount in (0.4, 3)],
    *[(fused, transpose) for transpose in (False, True)],
    *[(clipped, norm_type) for norm_type in (2.0, 1.0, np.inf)],
    *[(called_with_other_tensors, tie) for tie in (True, False)],
]


def assert_same(ours, theirs):
    assert type(ours) is type(theirs)
    if isinstance(theirs, dict):
        assert list(ours) == list(theirs)
        ours, theirs = list(ours.values()), list(theirs.values())
    if isinstance(theirs, (list, tuple)):
        assert len(ours) == len(theirs)
        for a, b in zip(ours, theirs, strict=True):
            assert_same(a, b)
    elif isinstance(theirs, np.ndarray):
        assert ours.dtype == theirs.dtype
        np.testing.assert_allclose(ours, theirs, rtol=1e-10, atol=1e-12)
    else:
        assert ours == theirs


@pytest.mark.filterwarnings("ignore:Complex modules")
@pytest.mark.parametrize(
    ("program", "choice"), CASES, ids=[f"{program.__name__}-{choice}" for program, choice in CASES]
)
def test_the_same_as_in_pytorch(program, choice):
    assert_same(program(minitorch, choice), program(torch, choice))


def refused(lib, what):
    prune, parametrize = (
        pytest.importorskip(f"{lib.__name__}.nn.utils.{name}") for name in ("prune", "parametrize")
    )
    utils, layer = lib.nn.utils, lib.nn.Linear(3, 2)

    class Wider(lib.nn.Module):
        def forward(self, x):
            return lib.cat([x, x])

    calls = {
        "amount above 1": lambda: prune.l1_unstructured(layer, "weight", 1.5),
        "negative amount": lambda: prune.l1_unstructured(layer, "weight", -1),
        "amount is a string": lambda: prune.l1_unstructured(layer, "weight", "all"),
        "more than there is": lambda: prune.l1_unstructured(layer, "weight", 7),
        "slices of a vector": lambda: prune.ln_structured(layer, "bias", 1, 2, 0),
        "no such dim": lambda: prune.ln_structured(layer, "weight", 1, 2, 2),
        "structured globally": lambda: prune.global_unstructured(
            [(layer, "weight")], prune.LnStructured, amount=1, n=2
        ),
        "not pruned": lambda: prune.remove(layer, "weight"),
        "another shape": lambda: parametrize.register_parametrization(layer, "weight", Wider()),
        "no such tensor": lambda: parametrize.register_parametrization(layer, "kernel", lib.nn.Identity()),
        "not parametrized": lambda: parametrize.remove_parametrizations(layer, "weight"),
        "no weight norm": lambda: utils.remove_weight_norm(layer),
        "no spectral norm": lambda: utils.remove_spectral_norm(layer),
        "no iterations": lambda: utils.parametrizations.spectral_norm(layer, n_power_iterations=0),
        "orthogonal vector": lambda: utils.parametrizations.orthogonal(layer, "bias"),
        "unknown map": lambda: utils.parametrizations.orthogonal(layer, orthogonal_map="qr"),
        "fused in training": lambda: utils.fuse_linear_bn_eval(layer, lib.nn.BatchNorm1d(2)),
        "no module": lambda: utils.skip_init(int),
        "no device": lambda: utils.skip_init(lib.nn.ReLU),
        "nonfinite": lambda: utils.get_total_norm([lib.tensor([float("inf")])], error_if_nonfinite=True),
    }  # fmt: skip
    return calls[what] if what else list(calls)


@pytest.mark.parametrize("what", refused(torch, None))
def test_what_pytorch_refuses_is_refused(what):
    with pytest.raises((ValueError, RuntimeError, TypeError, IndexError, AssertionError)) as theirs:
        refused(torch, what)()
    kinds = tuple(k for k in (ValueError, RuntimeError, TypeError, IndexError) if isinstance(theirs.value, k))
    with pytest.raises(kinds or minitorch.errors.MinitorchError) as ours:
        refused(minitorch, what)()
    assert isinstance(ours.value, minitorch.errors.MinitorchError)
