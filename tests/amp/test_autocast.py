"""`autocast`: which operations cast, whose gradients come back how, and where its state holds."""

import threading

import pytest

import minitorch as mt
from minitorch.amp.autocast_mode import state
from minitorch.amp.lists import BANNED, FLOAT32, LOWER, POLICIES
from minitorch.errors import ArgumentTypeError, BackendError, DtypeError
from minitorch.nn import functional as F
from minitorch.utils.checkpoint import checkpoint

pytest.importorskip("ml_dtypes")


@pytest.fixture
def net():
    mt.manual_seed(0)
    return mt.nn.Sequential(mt.nn.Linear(3, 4), mt.nn.ReLU(), mt.nn.Linear(4, 2))


@pytest.mark.parametrize("lower", [mt.bfloat16, mt.float16])
def test_products_are_lower_losses_wide_and_gradients_those_of_the_parameters(net, lower):
    x = mt.randn(5, 3)
    with mt.autocast("cpu", dtype=lower):
        y = net(x)
        loss = F.mse_loss(y, mt.zeros(5, 2))
    loss.backward()
    assert (y.dtype, loss.dtype) == (lower, mt.float32)
    assert all(p.grad.dtype is mt.float32 for p in net.parameters())
    coarse = [p.grad.clone() for p in net.parameters()]
    net.zero_grad()
    F.mse_loss(net(x), mt.zeros(5, 2)).backward()
    assert all(
        mt.allclose(a, p.grad, rtol=0.05, atol=0.02) for a, p in zip(coarse, net.parameters(), strict=True)
    )


def test_the_result_is_that_of_rounded_inputs():
    x, w = mt.randn(4, 8), mt.randn(5, 8)
    with mt.autocast("cpu"):
        y = F.linear(x, w)
    exact = x.bfloat16().double() @ w.bfloat16().double().T
    assert mt.equal(y, exact.float().bfloat16())


def test_float64_is_left_alone_and_refused_beside_the_lower_precision():
    x = mt.ones(2, 2, dtype=mt.float64)
    with mt.autocast("cpu"):
        assert (x @ x).dtype is mt.float64
        with pytest.raises(DtypeError, match="float64"):
            F.linear(x, mt.ones(2, 2))


def test_operators_and_in_place_methods():
    x = mt.ones(2, 2)
    with mt.autocast("cpu"):
        assert (x @ x).dtype is mt.bfloat16
        assert (x + (x @ x)).dtype is mt.float32
        assert x.matmul(x).dtype is mt.bfloat16
        assert x.clone().addmm_(x, x).dtype is mt.float32


def test_blocks_nest_and_restore():
    x = mt.ones(2, 2)
    kinds = []
    with mt.autocast("cpu"):
        kinds.append((x @ x).dtype)
        with mt.autocast("cpu", enabled=False):
            kinds.append((x @ x).dtype)
            assert not mt.is_autocast_enabled("cpu")
        with mt.autocast("cpu", dtype=mt.float16):
            kinds.append((x @ x).dtype)
        assert mt.get_autocast_dtype("cpu") is mt.bfloat16
        kinds.append((x @ x).dtype)
    kinds.append((x @ x).dtype)
    assert kinds == [mt.bfloat16, mt.float32, mt.float16, mt.bfloat16, mt.float32]
    assert not mt.is_autocast_enabled("cpu")


def test_an_error_ends_the_block():
    with pytest.raises(ZeroDivisionError), mt.autocast("cpu"):
        raise ZeroDivisionError
    assert not mt.is_autocast_enabled("cpu")


def test_no_grad_set_within_a_block_outlives_it():
    with mt.autocast("cpu"):
        mt.set_grad_enabled(False)
    assert not mt.is_grad_enabled()
    mt.set_grad_enabled(True)


def test_decorator_can_call_itself():
    @mt.autocast("cpu")
    def f(depth):
        return f(depth - 1) if depth else (mt.ones(1, 1) @ mt.ones(1, 1)).dtype

    assert f(3) is mt.bfloat16
    assert not mt.is_autocast_enabled("cpu")


def test_other_threads_know_nothing_of_it():
    seen = []
    with mt.autocast("cpu"):
        thread = threading.Thread(target=lambda: seen.append(mt.is_autocast_enabled("cpu")))
        thread.start()
        thread.join()
    assert seen == [False]


def test_weights_are_cast_once_in_a_block(net):
    x = mt.ones(1, 3)
    with mt.autocast("cpu"):
        first, second = net(x), net(x)
        assert len(state().cache) == 4
        assert first.dtype is second.dtype is mt.bfloat16
    assert not state().cache
    (first.sum() + second.sum()).backward()
    doubled = net[0].weight.grad.clone()
    net.zero_grad()
    with mt.autocast("cpu", cache_enabled=False):
        y = net(x)
        assert not state().cache
    y.sum().backward()
    assert mt.allclose(doubled, 2 * net[0].weight.grad)


def test_the_outermost_block_forgets_casts_also_after_a_setting(net):
    mt.set_autocast_dtype("cpu", mt.bfloat16)  # leaves a state behind that outlives blocks
    with mt.autocast("cpu"):
        with mt.autocast("cpu"):
            net(mt.ones(1, 3))
        assert len(state().cache) == 4
    assert not state().cache


def test_a_weight_that_changed_is_cast_again(net):
    x = mt.ones(1, 3)
    with mt.autocast("cpu"):
        before = net(x)
        with mt.no_grad():
            for p in net.parameters():
                p.mul_(2)
        assert not mt.equal(before, net(x))


def test_a_weight_cast_without_recording_is_cast_again_with_it(net):
    x = mt.ones(1, 3)
    with mt.autocast("cpu"):
        with mt.no_grad():
            net(x)
        net(x).sum().backward()
    assert net[0].weight.grad is not None


def test_walks_and_second_derivatives():
    x = mt.tensor([[1.5, -0.5]], requires_grad=True)
    w = mt.tensor([[1.0], [2.0]], requires_grad=True)
    with mt.autocast("cpu"):
        y = ((x @ w) ** 3).sum()
        (g,) = mt.autograd.grad(y, x, create_graph=True)
        g.sum().backward()
    assert (g.dtype, x.grad.dtype) == (mt.float32, mt.float32)
    s = 1.5 - 1.0
    assert mt.allclose(g, mt.tensor([[3 * s * s, 6 * s * s]]), rtol=0.02)
    assert mt.allclose(x.grad, mt.tensor([[18 * s, 36 * s]]), rtol=0.02)


@pytest.mark.parametrize("reentrant", [True, False])
def test_a_checkpoint_computes_again_as_it_did(net, reentrant):
    x = mt.ones(2, 3, requires_grad=True)
    kinds = []

    def run(x):
        y = net(x)
        kinds.append(y.dtype)
        return y

    with mt.autocast("cpu"):
        y = checkpoint(run, x, use_reentrant=reentrant, **({} if reentrant else {"early_stop": False}))
    y.float().sum().backward()
    again = x.grad.clone()
    assert kinds == [mt.bfloat16, mt.bfloat16]
    x.grad = None
    with mt.autocast("cpu"):
        y = net(x)
    y.float().sum().backward()
    assert mt.equal(again, x.grad)


def test_vmap():
    w = mt.ones(2, 3)
    with mt.autocast("cpu"):
        y = mt.vmap(lambda x: F.linear(x, w))(mt.ones(4, 3))
    assert y.dtype is mt.bfloat16
    assert y.tolist() == [[3.0, 3.0]] * 4


def test_switches():
    mt.set_autocast_enabled("cpu", True)
    mt.set_autocast_dtype("cpu", mt.float16)
    try:
        assert (mt.ones(1, 1) @ mt.ones(1, 1)).dtype is mt.float16
        with mt.autocast("cpu"):
            assert mt.get_autocast_dtype("cpu") is mt.float16
    finally:
        mt.set_autocast_dtype("cpu", mt.bfloat16)
        mt.set_autocast_enabled("cpu", False)
    assert (mt.ones(1, 1) @ mt.ones(1, 1)).dtype is mt.float32


def test_where_it_is_off_dtypes_that_differ_are_refused():
    x, low = mt.ones(2, 2), mt.ones(2, 2).bfloat16()
    with mt.autocast("cpu", enabled=False):
        for product in (mt.matmul, F.linear):
            with pytest.raises(DtypeError, match="differ"):
                product(x, low)
        with pytest.raises(DtypeError, match="the input is"):
            mt.nn.LSTM(2, 2)(low)


def test_warnings_name_the_line_of_the_user():
    for enabled in (False, True):
        with mt.autocast("cpu", enabled=enabled), pytest.warns(UserWarning, match="broadcast") as caught:
            F.mse_loss(mt.ones(3, 1), mt.ones(3))
        assert caught[0].filename == __file__


def test_refusals():
    with pytest.raises(BackendError, match="there are cpu, cuda"):
        mt.autocast("tpu")
    with pytest.raises(ArgumentTypeError, match="must be a string"):
        mt.autocast(3)
    with pytest.raises(ArgumentTypeError, match="expected a function"):
        mt.autocast("cpu")(3)
    with pytest.warns(UserWarning, match="bfloat16 or float16"):
        assert not mt.autocast("cpu", dtype=mt.float64)._enabled


@pytest.mark.skipif(mt.cuda.is_available(), reason="there is a GPU")
def test_without_a_gpu_its_autocast_is_off():
    with pytest.warns(UserWarning, match="no CUDA device"), mt.autocast("cuda"):
        assert not mt.is_autocast_enabled()


def test_older_names_say_so():
    with pytest.warns(FutureWarning, match="amp.autocast"):
        block = mt.cpu.amp.autocast(dtype=mt.float16)
    with block:
        assert (mt.ones(1, 1) @ mt.ones(1, 1)).dtype is mt.float16
    with pytest.warns(FutureWarning, match="amp.GradScaler"):
        assert mt.cpu.amp.GradScaler(init_scale=4.0).get_scale() == 4.0


# The lists of GPUs, on the CPU -----------------------------------------------------------------------------


@pytest.fixture
def lists_of_cuda(monkeypatch):
    monkeypatch.setitem(POLICIES, "cpu", POLICIES["cuda"])


X = mt.full((2, 2), 0.5)
CUDA = [
    (mt.matmul, (X, X), LOWER),
    (mt.mv, (X, X[0]), LOWER),
    (mt.addmm, (X, X, X), LOWER),
    (F.prelu, (X, mt.ones(1)), LOWER),
    (F.scaled_dot_product_attention, (X, X, X), LOWER),
    (mt.exp, (X,), FLOAT32),
    (mt.pow, (X, 2), FLOAT32),
    (mt.rsqrt, (X,), FLOAT32),
    (mt.reciprocal, (X,), FLOAT32),
    (mt.sum, (X,), FLOAT32),
    (mt.cumsum, (X, 0), FLOAT32),
    (F.softmax, (X, 0), FLOAT32),
    (F.layer_norm, (X, (2,), mt.ones(2), mt.zeros(2)), FLOAT32),
    (F.group_norm, (X, 1, mt.ones(2), mt.zeros(2)), FLOAT32),
    (F.mse_loss, (X, X), FLOAT32),
    (F.cross_entropy, (X, mt.tensor([0, 1])), FLOAT32),
    (mt.norm, (X,), FLOAT32),
    (mt.relu, (X,), None),
    (F.gelu, (X,), None),
    (F.mish, (X,), None),
    (F.logsigmoid, (X,), None),
    (mt.tanh, (X,), None),
    (mt.mean, (X,), None),
    (mt.var, (X,), None),
    (mt.add, (X, X), None),
]


@pytest.mark.parametrize(("function", "args", "policy"), CUDA, ids=[f.__name__ for f, _, _ in CUDA])
def test_lists_of_cuda(lists_of_cuda, function, args, policy):
    low = [a.bfloat16() if isinstance(a, mt.Tensor) and a.is_floating_point() else a for a in args]
    with mt.autocast("cpu"):
        kinds = function(*args).dtype, function(*low).dtype
    expected = {
        LOWER: (mt.bfloat16, mt.bfloat16),
        FLOAT32: (mt.float32, mt.float32),
        None: (mt.float32, mt.bfloat16),
    }[policy]
    assert kinds == expected


def test_a_dtype_that_is_given_counts(lists_of_cuda):
    with mt.autocast("cpu"):
        assert X.bfloat16().sum(dtype=mt.float16).dtype is mt.float16


def test_mixtures_are_promoted(lists_of_cuda):
    with mt.autocast("cpu"):
        assert mt.dot(X[0].bfloat16(), X[0]).dtype is mt.float32
        assert mt.dot(X[0].bfloat16(), X[0].bfloat16()).dtype is mt.bfloat16


def test_binary_cross_entropy_is_banned(lists_of_cuda):
    assert POLICIES["cuda"]["binary_cross_entropy"] == BANNED
    with mt.autocast("cpu"):
        with pytest.raises(DtypeError, match="binary_cross_entropy_with_logits"):
            F.binary_cross_entropy(X, X)
        assert F.binary_cross_entropy_with_logits(X.bfloat16(), X).dtype is mt.float32


# Functions of the user's own -------------------------------------------------------------------------------


def test_custom_functions_walk_back_as_they_ran():
    seen = []

    class Product(mt.autograd.Function):
        @staticmethod
        @mt.amp.custom_fwd(device_type="cpu")
        def forward(ctx, a, b):
            ctx.save_for_backward(a, b)
            return a @ b

        @staticmethod
        @mt.amp.custom_bwd(device_type="cpu")
        def backward(ctx, g):
            a, b = ctx.saved_tensors
            seen.append(mt.is_autocast_enabled("cpu"))
            return g @ b.T, a.T @ g

    x = mt.ones(2, 2, requires_grad=True)
    with mt.autocast("cpu"):
        y = Product.apply(x, mt.ones(2, 2))
    y.sum().backward()
    Product.apply(x, mt.ones(2, 2)).sum().backward()
    assert (y.dtype, x.grad.dtype, seen) == (mt.bfloat16, mt.float32, [True, False])


def test_custom_functions_with_cast_inputs_run_without_autocast():
    class Product(mt.autograd.Function):
        @staticmethod
        @mt.amp.custom_fwd(device_type="cpu", cast_inputs=mt.float32)
        def forward(ctx, a, others):
            assert not mt.is_autocast_enabled("cpu")
            return a @ others["b"]

    low = mt.ones(2, 2).bfloat16()
    with mt.autocast("cpu"):
        assert Product.apply(low, {"b": low}).dtype is mt.float32
    assert Product.apply(low, {"b": low}).dtype is mt.bfloat16
