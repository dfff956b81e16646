"""Attention layers and transformers: what masks hide, what stays out of evaluation, that users' modules train."""

import math

import numpy as np
import pytest

import minitorch
from minitorch import nn
from minitorch.errors import ArgumentError, ArgumentTypeError, BackendError, DtypeError, ShapeError
from minitorch.nn import functional as F
from minitorch.nn.attention import SDPBackend, sdpa_kernel

PADDING = minitorch.tensor([[False, False, True], [False, True, True]])


def near(a, b):
    return minitorch.allclose(a, b, atol=1e-6)


def causal(size):
    return nn.Transformer.generate_square_subsequent_mask(size)


def test_all_ways_to_hide_the_future_agree():
    layer = nn.MultiheadAttention(8, 2, batch_first=True)
    x, mask = minitorch.randn(2, 5, 8), causal(5)
    expected, weights = layer(x, x, x, attn_mask=mask)
    assert not minitorch.triu(weights, 1).any()
    for settings in (
        {"attn_mask": mask < 0},
        {"attn_mask": mask.expand(4, 5, 5), "need_weights": False},
        {"attn_mask": mask, "is_causal": True, "need_weights": False},
        {"attn_mask": mask, "is_causal": True},
        {
            "attn_mask": mask,
            "key_padding_mask": minitorch.zeros(2, 5),
            "is_causal": True,
            "need_weights": False,
        },
    ):
        assert near(layer(x, x, x, **settings)[0], expected)
    assert near(layer(x[:, :3], x[:, :3], x[:, :3], attn_mask=causal(3))[0], expected[:, :3])


def test_hidden_keys_do_not_count():
    layer = nn.MultiheadAttention(8, 2, batch_first=True)
    x = minitorch.randn(2, 3, 8)
    y, weights = layer(x, x, x, key_padding_mask=PADDING, average_attn_weights=False)
    assert weights.shape == (2, 2, 3, 3)
    assert not weights.transpose(1, 3)[PADDING].any()
    for i, n in enumerate((2, 1)):
        assert near(y[i], layer(x[i], x[i, :n], x[i, :n])[0])


def test_a_query_that_sees_nothing_gets_zeros_and_sends_no_gradient():
    q = minitorch.randn(2, 3, 4, requires_grad=True)
    mask = minitorch.ones(3, 3, dtype=minitorch.bool)
    mask[1] = False
    y = F.scaled_dot_product_attention(q, q.detach(), q.detach(), mask)
    assert not y[:, 1].any()
    y.sum().backward()
    assert not q.grad[:, 1].any()
    assert q.grad.isfinite().all()
    assert q.grad[:, 0].any()


def test_dropout_of_weights_is_for_training():
    minitorch.manual_seed(0)
    x = minitorch.ones(1, 4, 200, 2)
    y = F.scaled_dot_product_attention(x, x, x, dropout_p=0.5)
    assert abs(y.mean().item() - 1) < 0.02
    assert y.std().item() > 0.01
    layer, z = nn.MultiheadAttention(4, 2, dropout=0.5), minitorch.randn(6, 1, 4)
    assert not near(layer(z, z, z)[0], layer(z, z, z)[0])
    assert (layer(z, z, z)[1] == 0).any()
    layer.eval()
    assert near(layer(z, z, z)[0], layer(z, z, z, need_weights=False)[0])


def test_initial_values():
    minitorch.manual_seed(0)
    layer = nn.MultiheadAttention(300, 3, add_bias_kv=True)
    assert not layer.in_proj_bias.any()
    assert not layer.out_proj.bias.any()
    bound = math.sqrt(6 / (300 + 900))
    assert 0.99 * bound < layer.in_proj_weight.abs().max().item() <= bound
    assert abs(layer.bias_k.std().item() * math.sqrt(300) - 1) < 0.15
    model = nn.Transformer(8, 2, 1, 1, 300)
    assert model.encoder.layers[0].linear1.weight.abs().max().item() <= math.sqrt(6 / 308)
    first, second = nn.TransformerEncoder(nn.TransformerEncoderLayer(4, 2, 8), 2).layers
    assert minitorch.equal(first.linear1.weight, second.linear1.weight)
    assert first.linear1.weight is not second.linear1.weight


def test_evaluation_leaves_padding_out():
    encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(4, 2, 8, batch_first=True), 2).eval()
    x = minitorch.randn(2, 3, 4)
    full = encoder(x, src_key_padding_mask=PADDING)
    with minitorch.no_grad():
        cut = encoder(x, src_key_padding_mask=PADDING)
        floats = encoder(x, src_key_padding_mask=minitorch.zeros(2, 3).masked_fill(PADDING, -math.inf))
        ragged = encoder(x, src_key_padding_mask=PADDING.flip(1))
    assert full[PADDING].all()
    assert not cut[PADDING].any()
    assert near(cut[~PADDING], full[~PADDING])
    assert near(floats, cut)
    assert ragged.all()
    encoder.use_nested_tensor = False
    with minitorch.no_grad():
        assert near(encoder(x, src_key_padding_mask=PADDING), full)


def test_only_plain_layers_leave_padding_out():
    def made(enable=True, **settings):
        return nn.TransformerEncoder(nn.TransformerEncoderLayer(4, 2, 8, **settings), 1, None, enable)

    assert made(batch_first=True).use_nested_tensor
    assert not made(False, batch_first=True).use_nested_tensor
    for settings in ({}, {"norm_first": True}, {"bias": False}, {"activation": nn.Tanh()}):
        assert not made(**{"batch_first": bool(settings), **settings}).use_nested_tensor


def test_causal_masks_are_recognised():
    encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(4, 2, 8, dropout=0.0), 1)
    seen = []
    encoder.layers[0].register_forward_pre_hook(
        lambda module, args, kwargs: seen.append(kwargs["is_causal"]), with_kwargs=True
    )
    x = minitorch.randn(3, 2, 4)
    results = [encoder(x, mask) for mask in (causal(3), causal(3) < 0, causal(3) * 1.0 + 0.5, causal(3).T)]
    assert seen == [True, True, False, False]
    assert near(results[0], results[1])
    encoder(x, causal(3), is_causal=False)
    encoder(x)
    assert seen[4:] == [False, False]


def test_a_transformer_ignores_the_future_and_the_padding():
    model = nn.Transformer(8, 2, 2, 2, 16, batch_first=True, custom_encoder=None).eval()
    source, target = minitorch.randn(2, 3, 8), minitorch.randn(2, 4, 8)
    masks = {"tgt_mask": causal(4), "src_key_padding_mask": PADDING, "memory_key_padding_mask": PADDING}
    y = model(source, target, **masks)
    other_target, other_source = target.clone(), source.clone()
    other_target[:, 2:] = 5.0
    other_source[PADDING] = 5.0
    z = model(other_source, other_target, **masks)
    assert near(y[:, :2], z[:, :2])
    assert not near(y[:, 2:], z[:, 2:])
    own = nn.Transformer(8, 2, custom_encoder=nn.Identity(), num_decoder_layers=1)
    assert isinstance(own.encoder, nn.Identity)


class Tagger(nn.Module):
    """What a student writes: attention with masks, a way around it, and a head."""

    def __init__(self, words, size, tags):
        super().__init__()
        self.embed = nn.Embedding(words, size, padding_idx=0)
        self.places = nn.Parameter(minitorch.randn(1, 20, size) * 0.3)
        self.attention = nn.MultiheadAttention(size, num_heads=2, batch_first=True)
        self.norm = nn.LayerNorm(size)
        self.head = nn.Linear(size, tags)

    def forward(self, words):
        x = self.embed(words) + self.places[:, : words.shape[1]]
        mask = minitorch.triu(minitorch.ones(words.shape[1], words.shape[1]), 1).bool()
        y, self.weights = self.attention(x, x, x, key_padding_mask=words == 0, attn_mask=mask)
        return self.head(self.norm(x + y))


def test_a_module_with_masked_attention_trains():
    minitorch.manual_seed(0)
    words = minitorch.randint(1, 5, (32, 6))
    words[:8, 4:] = 0
    before = minitorch.cat([minitorch.zeros(32, 1, dtype=minitorch.int64), words[:, :-1]], 1)
    before = before.masked_fill(words == 0, -100)  # say which word came before
    model = Tagger(5, 16, 5)
    optimizer = minitorch.optim.Adam(model.parameters(), lr=0.02)
    losses = []
    for _ in range(80):
        loss = F.cross_entropy(model(words).transpose(1, 2), before)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.1 * losses[0]
    assert all(p.grad is not None and p.grad.isfinite().all() for p in model.parameters())
    assert not model.weights[:8, :, 4:].any()
    twin = Tagger(5, 16, 5)
    twin.load_state_dict(model.state_dict())
    assert near(twin(words), model(words))


def test_the_choice_of_an_implementation_is_accepted():
    x = minitorch.randn(1, 2, 3, 4)
    expected = F.scaled_dot_product_attention(x, x, x)
    for choice in (SDPBackend.MATH, [SDPBackend.FLASH_ATTENTION, SDPBackend.CUDNN_ATTENTION]):
        with sdpa_kernel(choice, set_priority=True):
            assert minitorch.equal(F.scaled_dot_product_attention(x, x, x), expected)
    with pytest.raises(ArgumentTypeError, match="expected an SDPBackend or a list of them, got str"):
        sdpa_kernel("MATH").__enter__()
    with pytest.raises(BackendError, match="no implementation of attention is left"):
        sdpa_kernel([SDPBackend.ERROR]).__enter__()


X = minitorch.zeros(2, 3, 4)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda f: f(X[0, 0], X, X), ShapeError, "each needs at least 2 dims"),
        (lambda f: f(X, X.double(), X), DtypeError, "must have one dtype"),
        (lambda f: f(X.long(), X.long(), X.long()), DtypeError, "floating-point"),
        (lambda f: f(X, X[..., :2], X), ShapeError, "query and key must agree in their last size"),
        (lambda f: f(X, X[:, :2], X), ShapeError, "key and value must have the same length"),
        (lambda f: f(minitorch.zeros(3, 3, 4), X, X), ShapeError, "leading dims must broadcast"),
        (lambda f: f(X, X, X, minitorch.zeros(4, 3)), ShapeError, r"attn_mask \(4, 3\): .* \(…, 3, 3\)"),
        (lambda f: f(X[:, :1], X, X, minitorch.zeros(3, 3)), ShapeError, r"and the mask to \(…, 1, 3\)"),
        (lambda f: f(X, X, X, minitorch.zeros(3, 3).int()), DtypeError, "attn_mask must hold booleans or"),
        (lambda f: f(X, X, X, 0.5), ArgumentTypeError, "attn_mask must be a Tensor, got float"),
        (lambda f: f(X, X, X, minitorch.zeros(3, 3), is_causal=True), ArgumentError, "not both"),
        (lambda f: f(X, X, X, dropout_p=1.5), ArgumentError, "probability"),
        (lambda f: f(minitorch.zeros(3, 3, 4), X, X, enable_gqa=True), ShapeError, "2 heads of key or value"),
    ],
)
def test_what_attention_refuses(call, error, message):
    with pytest.raises(error, match=message) as caught:
        call(F.scaled_dot_product_attention)
    assert str(caught.value).startswith("scaled_dot_product_attention: ")


LAYER = nn.MultiheadAttention(4, 2, batch_first=True)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda f: f(X[0, 0], X, X), ShapeError, r"the query must be \(L, N, E\), or \(L, E\)"),
        (lambda f: f(X, X[0], X), ShapeError, "must all have a batch dim or none"),
        (lambda f: f(X, X, X, PADDING[0]), ShapeError, r"key_padding_mask must be \(N, S\) here"),
        (
            lambda f: f(X, X, X, PADDING[:1]),
            ShapeError,
            r"key_padding_mask has shape \(1, 3\), expected \(2, 3\)",
        ),
        (lambda f: f(X, X, X, PADDING.int()), DtypeError, "key_padding_mask must hold booleans"),
        (lambda f: f(X, X, X, attn_mask=causal(2)), ShapeError, r"shape \(2, 2\), expected \(3, 3\)"),
        (lambda f: f(X, X, X, attn_mask=causal(3)[None]), ShapeError, r"expected \(4, 3, 3\)"),
        (lambda f: f(X, X, X, attn_mask=causal(3)[0]), ShapeError, "attn_mask must be"),
        (lambda f: f(X, X, X, is_causal=True), ArgumentError, "give the mask, too"),
        (lambda f: f(X[..., :2], X, X), ShapeError, "the query's size is 2, expected embed_dim 4"),
        (lambda f: f(X, X[:, :2], X), ShapeError, "differ in shape"),
        (lambda f: f(X.double(), X.double(), X.double()), DtypeError, "float64"),
    ],
)
def test_what_multihead_attention_refuses(call, error, message):
    with pytest.raises(error, match=message):
        call(LAYER)


def test_contradicting_projections_are_refused():
    x, w = minitorch.zeros(3, 1, 4), minitorch.zeros(12, 4)

    def attend(weight, bias_k=None, **settings):
        return F.multi_head_attention_forward(
            x, x, x, 4, 2, weight, None, bias_k, None, False, 0.0, w[:4], None, **settings
        )

    with pytest.raises(ArgumentError, match="use_separate_proj_weight=False needs in_proj_weight"):
        attend(None)
    with pytest.raises(ArgumentError, match="needs q_proj_weight, k_proj_weight and v_proj_weight"):
        attend(None, use_separate_proj_weight=True)
    with pytest.raises(ArgumentError, match="bias_k and bias_v go together"):
        attend(w, minitorch.zeros(1, 1, 4))
    with pytest.raises(ShapeError, match=r"static_k must be .* = \(2, S, 2\), got \(3, 3, 2\)"):
        attend(w, static_k=minitorch.zeros(3, 3, 2))
    with pytest.raises(ArgumentError, match="3 heads do not divide embed_dim 4"):
        F.multi_head_attention_forward(x, x, x, 4, 3, w, None, None, None, False, 0.0, w[:4], None)


def test_refused_settings():
    with pytest.raises(ArgumentError, match="3 heads do not divide embed_dim 4"):
        nn.MultiheadAttention(4, 3)
    with pytest.raises(ArgumentError, match="must be positive, got 4 and 0"):
        nn.MultiheadAttention(4, 0)
    with pytest.raises(ArgumentError, match="activation must be 'relu', 'gelu' or a function, got 'tanh'"):
        nn.TransformerDecoderLayer(4, 2, activation="tanh")
    model = nn.Transformer(4, 2, 1, 1, 8)
    with pytest.raises(ShapeError, match="have different batch sizes, dim 1"):
        model(minitorch.zeros(3, 2, 4), minitorch.zeros(3, 1, 4))
    with pytest.raises(ShapeError, match="must be d_model = 4"):
        model(minitorch.zeros(3, 2, 5), minitorch.zeros(3, 2, 5))


def test_second_derivatives_with_hidden_rows():
    rng = np.random.default_rng(0)
    q, k, v = (minitorch.tensor(rng.normal(size=(2, 3, 4)), requires_grad=True) for _ in range(3))
    mask = minitorch.zeros(3, 3, dtype=minitorch.float64)
    mask[1] = -math.inf

    def function(q, k, v):
        return F.scaled_dot_product_attention(q, k, v, mask)

    assert minitorch.autograd.gradcheck(function, (q, k, v))
    assert minitorch.autograd.gradgradcheck(function, (q, k, v))


@pytest.mark.parametrize("activation", ["relu", "gelu"])
def test_the_feed_forward_layer_is_one_op_until_somebody_watches_it(activation):
    layer = nn.TransformerEncoderLayer(4, 2, 8, dropout=0.0, activation=activation, norm_first=True)
    x = minitorch.randn(3, 2, 4)

    def names(node):
        found, left = set(), [node]
        while left:
            node = left.pop()
            found.add(node.name())
            left += [edge for edge, _ in node.next_functions if edge is not None]
        return found

    alone = layer(x)
    assert any(name.startswith(f"Linear{activation.capitalize()}") for name in names(alone.grad_fn))
    seen = []
    layer.linear1.register_forward_hook(lambda module, args, output: seen.append(output.shape))
    watched = layer(x)
    assert seen == [(3, 2, 8)]
    minitorch.testing.assert_close(alone, watched)
    for parameters in zip(
        minitorch.autograd.grad(alone.square().sum(), list(layer.parameters())),
        minitorch.autograd.grad(watched.square().sum(), list(layer.parameters())),
        strict=True,
    ):
        minitorch.testing.assert_close(*parameters)
