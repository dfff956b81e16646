"""Models and training programs as courses write them, run in both libraries from the same weights and data.

Every program gets the library and a `Start`, which deals out numbers and sets weights, and returns what a notebook
would show: losses, shapes, keys, printed modules. The two libraries must show the same.
"""

from __future__ import annotations

import collections
import io
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import minitorch
import minitorch.distributions
import minitorch.func
import minitorch.nn
import minitorch.optim
import minitorch.utils.data

torch = pytest.importorskip("torch")
pytestmark = [pytest.mark.oracle, pytest.mark.filterwarnings("ignore:`torch.jit:DeprecationWarning")]


class Start:
    """The same numbers for both libraries, in the order in which they are asked for."""

    def __init__(self, lib: Any) -> None:
        self.lib, self.rng = lib, np.random.default_rng(0)

    def randn(self, *shape: int) -> Any:
        return self.lib.from_numpy(self.rng.standard_normal(shape).astype(np.float32))

    def randint(self, high: int, *shape: int) -> Any:
        return self.lib.from_numpy(self.rng.integers(0, high, shape))

    def weights(self, *modules: Any) -> Any:
        """The modules with new weights, of the size that initialization gives them."""
        with self.lib.no_grad():
            for module in modules:
                for p in module.parameters():
                    p.copy_(self.randn(*p.shape) / math.sqrt(max(1, p.shape[-1] if p.dim() > 1 else 10)))
        return modules[0] if len(modules) == 1 else modules


def resnet(lib: Any, start: Start) -> list[Any]:
    """Lazy convolutions and norms, a block with a shortcut, `apply`, momentum and weight decay."""
    nn, F = lib.nn, lib.nn.functional

    class Residual(nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self, channels: int, use_1x1conv: bool = False, strides: int = 1) -> None:
            super().__init__()
            self.conv1 = nn.LazyConv2d(channels, kernel_size=3, padding=1, stride=strides)
            self.conv2 = nn.LazyConv2d(channels, kernel_size=3, padding=1)
            self.conv3 = nn.LazyConv2d(channels, kernel_size=1, stride=strides) if use_1x1conv else None
            self.bn1, self.bn2 = nn.LazyBatchNorm2d(), nn.LazyBatchNorm2d()

        def forward(self, X: Any) -> Any:
            Y = F.relu(self.bn1(self.conv1(X)))
            Y = self.bn2(self.conv2(Y))
            if self.conv3:
                X = self.conv3(X)
            Y += X
            return F.relu(Y)

    net = nn.Sequential(nn.LazyConv2d(4, kernel_size=7, stride=2, padding=3), nn.MaxPool2d(3, 2, 1))
    net.add_module("b2", nn.Sequential(Residual(4), Residual(8, use_1x1conv=True, strides=2)))
    net.add_module("last", nn.Sequential(nn.AdaptiveAvgPool2d((1, 1)), nn.Flatten(), nn.LazyLinear(10)))
    seen: list[Any] = [repr(net)]
    x, y = start.randn(4, 1, 24, 24), start.randint(10, 4)
    net(x)
    net.apply(lambda m: m.reset_running_stats() if type(m) is nn.BatchNorm2d else None)
    start.weights(net)
    optimizer = lib.optim.SGD(net.parameters(), lr=0.05, momentum=0.9, weight_decay=1e-3)
    for _ in range(3):
        loss = F.cross_entropy(net(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        seen.append(loss.item())
    net.eval()
    return [*seen, repr(net), list(net.state_dict()), net(x), [tuple(p.shape) for p in net.parameters()]]


def seq2seq(lib: Any, start: Start) -> list[Any]:
    """Additive attention over a GRU's outputs, masks written by index, a loss that knows lengths."""
    nn = lib.nn

    def sequence_mask(x: Any, valid_len: Any, value: float = 0) -> Any:
        mask = lib.arange(x.size(1), dtype=lib.float32, device=x.device)[None, :] < valid_len[:, None]
        x[~mask] = value
        return x

    class Attention(nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self, hidden: int) -> None:
            super().__init__()
            self.W_k, self.W_q = nn.Linear(hidden, hidden, bias=False), nn.Linear(hidden, hidden, bias=False)
            self.w_v = nn.Linear(hidden, 1, bias=False)

        def forward(self, query: Any, keys: Any, values: Any, lens: Any) -> Any:
            features = lib.tanh(self.W_q(query).unsqueeze(2) + self.W_k(keys).unsqueeze(1))
            scores = self.w_v(features).squeeze(-1)
            lens = lib.repeat_interleave(lens, scores.shape[1])
            masked = sequence_mask(scores.reshape(-1, scores.shape[-1]), lens, value=-1e6)
            self.weights = nn.functional.softmax(masked.reshape(scores.shape), dim=-1)
            return lib.bmm(self.weights, values)

    class MaskedLoss(nn.CrossEntropyLoss):  # type: ignore[misc, name-defined]
        def forward(self, pred: Any, label: Any, valid_len: Any) -> Any:
            weights = sequence_mask(lib.ones_like(label), valid_len)
            self.reduction = "none"
            return (super().forward(pred.permute(0, 2, 1), label) * weights).mean(dim=1)

    def xavier(m: Any) -> None:
        if type(m) is nn.GRU:
            for name in m._flat_weights_names:
                if "bias" in name:
                    nn.init.zeros_(m._parameters[name])

    embedding, encoder = nn.Embedding(9, 6), nn.GRU(6, 8, 2)
    attention, decoder, dense = Attention(8), nn.GRU(14, 8, 2), nn.Linear(8, 9)
    model = nn.ModuleList([embedding, encoder, attention, decoder, dense])
    start.weights(model)
    model.apply(xavier)
    x, lens = start.randint(9, 3, 5), lib.tensor([5, 2, 3])
    y = x.flip(1)
    optimizer, loss = lib.optim.Adam(model.parameters(), lr=0.01), MaskedLoss()
    seen: list[Any] = [repr(model)]
    for _ in range(3):
        optimizer.zero_grad()
        outputs, state = encoder(embedding(x.t().type(lib.int64)))
        keys, steps = outputs.permute(1, 0, 2), []
        for step in embedding(y).permute(1, 0, 2):
            context = attention(lib.unsqueeze(state[-1], dim=1), keys, keys, lens)
            inputs = lib.cat((context, lib.unsqueeze(step, dim=1)), dim=-1)
            out, state = decoder(inputs.permute(1, 0, 2), state)
            steps.append(out)
        each = loss(dense(lib.cat(steps, dim=0)).permute(1, 0, 2), y, lens)
        each.sum().backward()
        seen += [each, nn.utils.clip_grad_norm_(model.parameters(), 1.0), attention.weights[0]]
        optimizer.step()
    return seen


def packed_text(lib: Any, start: Start) -> list[Any]:
    """A bidirectional LSTM over packed sentences from a loader that pads; an EmbeddingBag with offsets."""
    nn, rnn = lib.nn, lib.nn.utils.rnn
    sentences = [(i % 3, list(range(1 + i % 4, 4 + i % 7))) for i in range(10)]

    def collate(batch: Any) -> Any:
        labels, words = zip(*batch, strict=True)
        words = [lib.LongTensor(w) for w in words]
        lens = lib.as_tensor([len(w) for w in words], dtype=lib.int64)
        return rnn.pad_sequence(words, batch_first=True, padding_value=0), lib.tensor(labels), lens

    kept = [s for s in sentences if s[1]]
    loader = lib.utils.data.DataLoader(kept, batch_size=4, shuffle=False, collate_fn=collate)
    embedding, fc = nn.Embedding(12, 5, padding_idx=0), nn.Linear(12, 3)
    lstm = nn.LSTM(5, 6, num_layers=2, bidirectional=True, batch_first=True)
    bag = nn.EmbeddingBag(12, 3, mode="mean")
    model = start.weights(nn.ModuleList([embedding, lstm, fc, bag]))
    optimizer = lib.optim.NAdam(model.parameters(), lr=1e-2)
    scheduler = lib.optim.lr_scheduler.StepLR(optimizer, 1.0, gamma=0.1)
    criterion = nn.CrossEntropyLoss(weight=lib.tensor([1.0, 2.0, 0.5]), label_smoothing=0.1)
    seen: list[Any] = [repr(model), len(loader)]
    for words, labels, lens in loader:
        packed = rnn.pack_padded_sequence(embedding(words), lens, batch_first=True, enforce_sorted=False)
        outputs, (h, _) = lstm(packed)
        outputs, sizes = rnn.pad_packed_sequence(outputs, batch_first=True)
        text = lib.cat([w[:n] for w, n in zip(words, lens, strict=True)])
        offsets = lib.cat([lib.zeros(1).long(), lens.cumsum(dim=0)[:-1]])
        logits = fc(lib.cat((h[-2, :, :], h[-1, :, :]), dim=1)) + bag(text, offsets)
        loss = criterion(logits, labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        seen += [loss, tuple(outputs.shape), sizes, (logits.argmax(1) == labels).sum().item()]
    scheduler.step()
    return [*seen, scheduler.get_last_lr(), embedding.weight.grad[0]]


def gpt(lib: Any, start: Start) -> list[Any]:
    """A GPT with tied weights and groups for weight decay; sampling by top-k, and with a cache of keys."""
    nn, F = lib.nn, lib.nn.functional

    class Block(nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self, d: int, heads: int, size: int) -> None:
            super().__init__()
            self.ln_1, self.ln_2 = nn.LayerNorm(d), nn.LayerNorm(d, bias=False)
            self.c_attn, self.c_proj = nn.Linear(d, 3 * d), nn.Linear(d, d)
            self.mlp = nn.Sequential(nn.Linear(d, 4 * d), nn.GELU(approximate="tanh"), nn.Linear(4 * d, d))
            self.register_buffer("bias", lib.tril(lib.ones(size, size)).view(1, 1, size, size))
            self.heads = heads

        def forward(self, x: Any, flash: bool) -> Any:
            B, T, C = x.size()
            q, k, v = (
                t.view(B, T, self.heads, C // self.heads).transpose(1, 2)
                for t in self.c_attn(self.ln_1(x)).split(C, dim=2)
            )
            if flash:
                y = F.scaled_dot_product_attention(q, k, v, attn_mask=None, dropout_p=0, is_causal=True)
            else:
                scores = (q @ k.transpose(-2, -1)) * (1.0 / math.sqrt(k.size(-1)))
                scores = scores.masked_fill(self.bias[:, :, :T, :T] == 0, float("-inf"))
                y = F.softmax(scores, dim=-1) @ v
            x = x + self.c_proj(y.transpose(1, 2).contiguous().view(B, T, C))
            return x + self.mlp(self.ln_2(x))

    class GPT(nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self, vocabulary: int, d: int, size: int) -> None:
            super().__init__()
            self.transformer = nn.ModuleDict(
                {
                    "wte": nn.Embedding(vocabulary, d),
                    "wpe": nn.Embedding(size, d),
                    "h": nn.ModuleList([Block(d, 2, size) for _ in range(2)]),
                    "ln_f": nn.LayerNorm(d),
                }
            )
            self.lm_head = nn.Linear(d, vocabulary, bias=False)
            self.transformer.wte.weight = self.lm_head.weight

        def forward(self, idx: Any, targets: Any = None, flash: bool = True) -> Any:
            pos = lib.arange(0, idx.size(1), dtype=lib.long, device=idx.device)
            x = self.transformer.wte(idx) + self.transformer.wpe(pos)
            for block in self.transformer.h:
                x = block(x, flash)
            x = self.transformer.ln_f(x)
            if targets is None:
                return self.lm_head(x[:, [-1], :]), None
            logits = self.lm_head(x)
            return logits, F.cross_entropy(
                logits.view(-1, logits.size(-1)), targets.view(-1), ignore_index=-1
            )

    model = start.weights(GPT(11, 8, 6))
    named = {n: p for n, p in model.named_parameters() if p.requires_grad}
    groups = [
        {"params": [p for p in named.values() if p.dim() >= 2], "weight_decay": 0.1},
        {"params": [p for p in named.values() if p.dim() < 2], "weight_decay": 0.0},
    ]
    optimizer = lib.optim.AdamW(groups, lr=1e-2, betas=(0.9, 0.95))
    scheduler = lib.optim.lr_scheduler.LambdaLR(optimizer, lambda it: min(1.0, (it + 1) / 3))
    data, seen = start.randint(11, 60), [repr(model), repr(optimizer), list(model.state_dict())]
    for flash in (True, False, True):
        for i in (3, 30):  # two small batches for each step
            x, y = (lib.stack([data[j + k : j + k + 6] for j in (i, i + 9)]) for k in (0, 1))
            _, loss = model(x, y, flash)
            (loss / 2).backward()
        seen.append(nn.utils.clip_grad_norm_(model.parameters(), 1.0))
        optimizer.step()
        scheduler.step()
        optimizer.zero_grad(set_to_none=True)
        seen += [loss.item(), scheduler.get_last_lr()]
    model.eval()
    idx = lib.zeros((2, 1), dtype=lib.long)
    with lib.no_grad():
        for _ in range(8):
            logits = model(idx[:, -6:])[0][:, -1, :] / 0.8
            v, _ = lib.topk(logits, 1)
            logits[logits < v[:, [-1]]] = -float("Inf")
            idx = lib.cat((idx, lib.multinomial(F.softmax(logits, dim=-1), num_samples=1)), dim=1)
    return [*seen, idx, model.lm_head.weight is model.transformer.wte.weight]


def manual_batchnorm(lib: Any, start: Start) -> list[Any]:
    """An MLP over letters in plain tensors: its batch norm written out, updates on `.data`, gradients kept."""
    F = lib.nn.functional
    words = ["emma", "olivia", "ava", "mia", "luna"]
    itos = [".", *sorted(set("".join(words)))]
    counts, xs, ys = lib.zeros((len(itos), len(itos)), dtype=lib.int32), [], []
    for word in words:
        context = [0] * 3
        for letter in [*word, "."]:
            ix = itos.index(letter)
            counts[context[-1], ix] += 1
            xs.append(context)
            ys.append(ix)
            context = [*context[1:], ix]
    p = (counts + 1).float()
    p /= p.sum(1, keepdims=True)
    x, y, V = lib.tensor(xs), lib.tensor(ys), len(itos)
    seen: list[Any] = [counts[0], str(counts.dtype), p[0].sum(), x.shape]
    C, W1, W2 = start.randn(V, 4), start.randn(12, 10) * (5 / 3) / 12**0.5, start.randn(10, V) * 0.1
    gain, shift, mean_running = lib.ones((1, 10)), lib.zeros((1, 10)), lib.zeros((1, 10))
    parameters = [C, W1, W2, gain, shift]
    for parameter in parameters:
        parameter.requires_grad = True
    for _ in range(4):
        before = C[x].view(x.shape[0], -1) @ W1
        mean, deviation = before.mean(0, keepdim=True), before.std(0, keepdim=True)
        with lib.no_grad():
            mean_running = 0.9 * mean_running + 0.1 * mean
        h = lib.tanh(gain * (before - mean) / deviation + shift)
        logits = h @ W2
        loss = F.cross_entropy(logits, y)
        h.retain_grad()
        for parameter in parameters:
            parameter.grad = None
        loss.backward()
        for parameter in parameters:
            parameter.data += -0.5 * parameter.grad
        seen += [loss.log10().item(), h.grad.abs().mean(), (h.abs() > 0.99).float().mean().item()]
    dlogits = F.softmax(logits, 1)
    dlogits[range(len(ys)), y] -= 1
    dlogits /= len(ys)
    return [*seen, mean_running, lib.allclose(h.T @ dlogits, W2.grad, atol=1e-6), dlogits[0]]


def wgan_gp(lib: Any, start: Start) -> list[Any]:
    """A critic with instance norms and a gradient penalty, whose gradient is a second derivative."""
    nn, grad = lib.nn, lib.autograd.grad
    generator = nn.Sequential(
        nn.ConvTranspose2d(5, 4, 4, 1, 0, bias=False), nn.BatchNorm2d(4), nn.ReLU(True),
        nn.ConvTranspose2d(4, 3, 4, 2, 1, bias=False), nn.Tanh(),
    )  # fmt: skip
    critic = nn.Sequential(
        nn.Conv2d(3, 4, 4, 2, 1), nn.LeakyReLU(0.2, inplace=True),
        nn.Conv2d(4, 6, 3, 1, 1), nn.InstanceNorm2d(6, affine=True), nn.LeakyReLU(0.2, inplace=True),
        nn.Conv2d(6, 1, 4, 1, 0),
    )  # fmt: skip
    start.weights(generator, critic)
    steps = [lib.optim.Adam(net.parameters(), lr=1e-3, betas=(0.0, 0.9)) for net in (critic, generator)]
    real, seen = start.randn(3, 3, 8, 8), [repr(generator), repr(critic)]
    for _ in range(2):
        for p in critic.parameters():
            p.requires_grad = True
        fake = generator(start.randn(3, 5, 1, 1)).data
        alpha = lib.abs(start.randn(3, 1, 1, 1)).clamp(max=1).expand_as(real)
        mixed = lib.autograd.Variable(alpha * real + (1 - alpha) * fake, requires_grad=True)
        out = critic(mixed)
        g = grad(
            outputs=out, inputs=mixed, grad_outputs=lib.ones(out.size()), create_graph=True,
            retain_graph=True, only_inputs=True,
        )[0].view(3, -1)  # fmt: skip
        penalty = ((g.norm(2, dim=1) - 1) ** 2).mean() * 10
        loss = critic(fake).mean() - critic(real).mean() + penalty
        steps[0].zero_grad()
        loss.backward()
        steps[0].step()
        for p in critic.parameters():
            p.requires_grad = False
        generator_loss = -critic(generator(start.randn(3, 5, 1, 1))).mean()
        steps[1].zero_grad()
        generator_loss.backward()
        steps[1].step()
        seen += [penalty, loss.item(), generator_loss.item()]
    return seen


def physics_and_flows(lib: Any, start: Start) -> list[Any]:
    """Third derivatives in a loss, LBFGS with a line search, and a coupling flow over a distribution."""
    nn, grad, D = lib.nn, lib.autograd.grad, lib.distributions
    net = start.weights(
        nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 8), nn.Tanh(), nn.Linear(8, 1))
    )
    x = lib.from_numpy(np.linspace(-1, 1, 12)[:, None]).float().requires_grad_()
    t = start.randn(12, 1).requires_grad_()

    def loss_of() -> Any:
        u = net(lib.cat([x, t], dim=1))
        u_t = grad(u, t, grad_outputs=lib.ones_like(u), create_graph=True)[0]
        u_x = grad(u.sum(), x, create_graph=True)[0]
        u_xx = grad(u_x, x, lib.ones_like(u_x), create_graph=True)[0]
        u_xxx = grad(u_xx.sum(), x, create_graph=True)[0]
        return (u_t + u * u_x - 0.1 * u_xx + 0.01 * u_xxx).pow(2).mean() + (u - x.sin()).square().mean()

    optimizer = lib.optim.LBFGS(net.parameters(), max_iter=6, line_search_fn="strong_wolfe")

    def closure() -> Any:
        optimizer.zero_grad()
        loss = loss_of()
        loss.backward()
        return loss

    seen: list[Any] = [optimizer.step(closure), closure(), closure().item()]
    prior = D.MultivariateNormal(lib.zeros(2), lib.eye(2))
    masks = lib.from_numpy(np.array([[0, 1], [1, 0]]).astype(np.float32))
    nets = [nn.Sequential(nn.Linear(2, 6), nn.LeakyReLU(), nn.Linear(6, 4), nn.Tanh()) for _ in masks]
    flow, points = start.weights(nn.ModuleList(nets)), start.randn(20, 2) * lib.tensor([2.0, 0.5]) + 1
    adam = lib.optim.Adam(flow.parameters(), lr=1e-2)
    for _ in range(3):
        z, log_det = points, points.new_zeros(points.shape[0])
        for mask, part in zip(masks, flow, strict=True):
            s, shift = part(z * mask).chunk(2, dim=-1)
            s, shift = s * (1 - mask), shift * (1 - mask)
            z = z * mask + (1 - mask) * (z - shift) * lib.exp(-s)
            log_det -= s.sum(dim=1)
        loss = -(prior.log_prob(z) + log_det).mean()
        adam.zero_grad()
        loss.backward()
        adam.step()
        seen.append(loss)
    return [*seen, repr(prior), repr(D.Independent(D.Normal(lib.zeros(2), 1.0), 1))]


def reinforcement(lib: Any, start: Start) -> list[Any]:
    """Actor and critic over returns in a deque, then a Q-network with replay and a target that follows."""
    nn, F, Categorical = lib.nn, lib.nn.functional, lib.distributions.Categorical
    actor, value, body = nn.Linear(6, 2), nn.Linear(6, 1), nn.Linear(4, 6)
    model = start.weights(nn.ModuleList([actor, value, body]))
    optimizer, seen = lib.optim.Adam(model.parameters(), lr=3e-2), []
    for _ in range(2):
        saved, rewards, returns = [], [], collections.deque()
        for step in range(5):
            h = F.relu(body(start.randn(4)))
            m, action = Categorical(F.softmax(actor(h), dim=-1)), lib.tensor(step % 2)
            saved.append((m.log_prob(action), value(h)))
            rewards.append(float(step % 3))
        R = 0.0
        for r in rewards[::-1]:
            R = r + 0.9 * R
            returns.appendleft(R)
        targets = lib.tensor(returns)
        targets = (targets - targets.mean()) / (targets.std() + np.finfo(np.float32).eps.item())
        policy = [-lp * (R - v.item()) for (lp, v), R in zip(saved, targets, strict=True)]
        values = [F.smooth_l1_loss(v, lib.tensor([R])) for (_, v), R in zip(saved, targets, strict=True)]
        loss = lib.stack(policy).sum() + lib.stack(values).sum() - 0.01 * m.entropy()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        seen += [loss, targets, repr(m)]
    q_net, target = (nn.Sequential(nn.Linear(4, 6), nn.ReLU(), nn.Linear(6, 2)) for _ in range(2))
    target.load_state_dict(start.weights(q_net).state_dict())
    optimizer = lib.optim.AdamW(q_net.parameters(), lr=1e-2, amsgrad=True)
    for _ in range(3):
        states, following = start.randn(5, 4), start.randn(3, 4)
        actions, mask = start.randint(2, 5, 1), lib.tensor((True, False, True, True, False), dtype=lib.bool)
        q, best = q_net(states).gather(1, actions), lib.zeros(5)
        with lib.no_grad():
            best[mask] = target(following).max(1).values
        loss = nn.SmoothL1Loss()(q, (best * 0.99 + 1).unsqueeze(1))
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_value_(q_net.parameters(), 0.1)
        optimizer.step()
        old, new = target.state_dict(), q_net.state_dict()
        target.load_state_dict({key: 0.1 * new[key] + 0.9 * old[key] for key in new})
        seen += [loss.item(), target[2].bias]
    return seen


def resume(lib: Any, start: Start) -> list[Any]:
    """A Dataset with one-hot targets; a checkpoint in memory, from which the same losses follow; freezing."""
    nn, optim = lib.nn, lib.optim

    class Pictures(lib.utils.data.Dataset):  # type: ignore[misc, name-defined]
        def __len__(self) -> int:
            return 6

        def __getitem__(self, i: int) -> Any:
            x = lib.from_numpy(np.full((2, 2), i, dtype=np.uint8)).float().div(6).unsqueeze(0)
            return x, lib.zeros(3, dtype=lib.float).scatter_(0, lib.tensor(i % 3), value=1)

    loader = lib.utils.data.DataLoader(Pictures(), batch_size=4)

    def fresh() -> tuple[Any, Any, Any]:
        layers = [nn.Flatten(), nn.Linear(4, 5), nn.BatchNorm1d(5), nn.Hardswish(), nn.Linear(5, 3)]
        model = start.weights(nn.Sequential(*layers))
        optimizer = optim.Adam(model.parameters(), lr=1e-2)
        return model, optimizer, optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.1, total_steps=12)

    def epoch(model: Any, optimizer: Any, scheduler: Any) -> list[float]:
        losses = []
        for x, y in loader:
            loss = nn.functional.cross_entropy(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            scheduler.step()
            losses.append(loss.item())
        return losses

    model, optimizer, scheduler = fresh()
    seen: list[Any] = [repr(optimizer), epoch(model, optimizer, scheduler)]
    parts, file = {"model": model, "optimizer": optimizer, "scheduler": scheduler}, io.BytesIO()
    lib.save({"epoch": 1, **{name: part.state_dict() for name, part in parts.items()}}, file)
    went_on = epoch(model, optimizer, scheduler)
    file.seek(0)
    checkpoint, others = lib.load(file, weights_only=True), dict(zip(parts, fresh(), strict=True))
    for name, part in others.items():
        part.load_state_dict(checkpoint[name])
    assert epoch(*others.values()) == went_on
    seen += [went_on, repr(model.load_state_dict({"w": lib.zeros(1)}, strict=False))]
    model.requires_grad_(False)
    model[4] = start.weights(nn.Linear(model[4].in_features, 2))
    tuned = optim.SGD(filter(lambda p: p.requires_grad, model.parameters()), lr=0.1)
    tuned.add_param_group({"params": model[1].parameters(), "lr": 1e-3})
    features: dict[str, Any] = {}
    handle = model[3].register_forward_hook(lambda module, inputs, out: features.update(h=out.detach()))
    model(next(iter(loader))[0]).sum().backward()
    handle.remove()
    tuned.step()
    return [*seen, features["h"], model[1].weight.grad, model[4].weight, repr(tuned)]


def per_sample(lib: Any, start: Start) -> list[Any]:
    """Gradients of each sample, Hessians, an inner loop that is differentiated through, a custom Function."""
    nn, F, func = lib.nn, lib.nn.functional, lib.func

    class Leaky(lib.autograd.Function):  # type: ignore[misc, name-defined]
        @staticmethod
        def forward(ctx: Any, x: Any, slope: float = 0.1) -> Any:
            ctx.save_for_backward(x)
            ctx.slope = slope
            return lib.where(x > 0, x, x * slope)

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            (x,) = ctx.saved_tensors
            g = g.clone()
            g[x < 0] *= ctx.slope
            return g, None

    net = start.weights(nn.Sequential(nn.Linear(4, 5), nn.Tanh(), nn.Linear(5, 3)))
    x, y = start.randn(6, 4), start.randint(3, 6)
    params = {k: v.detach() for k, v in net.named_parameters()}

    def loss_of(params: Any, sample: Any, target: Any) -> Any:
        logits = func.functional_call(net, params, (sample.unsqueeze(0),))
        return F.cross_entropy(logits, target.unsqueeze(0))

    each = func.vmap(func.grad(loss_of), in_dims=(None, 0, 0))(params, x, y)
    seen: list[Any] = [each["0.weight"], each["2.bias"]]
    point = lib.tensor([1.0, 2.0, 3.0])
    seen += [func.hessian(lambda v: (v**3).sum() + v.prod())(point), func.jacrev(lib.sin)(point)]
    meta = lib.optim.Adam(net.parameters(), 1e-2)
    for _ in range(2):
        weights = dict(net.named_parameters())
        for _ in range(2):
            inner = F.cross_entropy(func.functional_call(net, weights, x), y)
            grads = lib.autograd.grad(inner, tuple(weights.values()), create_graph=True)
            weights = {k: w - 0.1 * g for (k, w), g in zip(weights.items(), grads, strict=True)}
        outer = F.cross_entropy(func.functional_call(net, weights, (x,)), y)
        meta.zero_grad()
        outer.backward()
        meta.step()
        seen.append(outer)
    z = lib.tensor([-2.0, 3.0], requires_grad=True)
    out = Leaky.apply(z, 0.5)
    (out * lib.tensor([1.0, 2.0])).sum().backward()
    return [*seen, out, z.grad]


PROGRAMS: list[Callable[[Any, Start], list[Any]]] = [
    resnet, seq2seq, packed_text, gpt, manual_batchnorm, wgan_gp, physics_and_flows, reinforcement, resume,
    per_sample,
]  # fmt: skip


def shown(value: Any) -> Any:
    """Tensors as arrays; texts without the library's name."""
    if hasattr(value, "detach"):
        return value.detach().numpy()
    return value.replace("minitorch.", "torch.") if isinstance(value, str) else value


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p.__name__)
def test_programs_of_courses(program: Callable[[Any, Start], list[Any]]) -> None:
    theirs = list(map(shown, program(torch, Start(torch))))
    ours = list(map(shown, program(minitorch, Start(minitorch))))
    assert len(ours) == len(theirs)
    for i, (mine, wanted) in enumerate(zip(ours, theirs, strict=True)):
        if isinstance(wanted, (float, np.ndarray)) or (
            wanted and isinstance(wanted, list) and type(wanted[0]) is float
        ):
            np.testing.assert_allclose(mine, wanted, rtol=2e-3, atol=2e-4, err_msg=f"value {i}")
            assert np.asarray(mine).dtype == np.asarray(wanted).dtype
        else:
            assert mine == wanted, f"value {i}"
