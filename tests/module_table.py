"""The module table: one row or more per public layer, from which its tests are generated.

A row says how the layer is made and what it is called with:

    row("Linear", lambda nn, t: nn.Linear(4, 3), x(2, 4))

    name        the class in `nn`
    build       makes the module; called with minitorch's `nn` and with PyTorch's, and with a function that
                turns an array into a tensor
    inputs      what it is called with: floating-point arrays are tensors to differentiate, others constants;
                tuples of arrays stay tuples
    random      its training mode draws random numbers: only evaluation mode can be compared
    kink        its gradient is not its derivative here, so finite differences say nothing
    second      finite differences check second derivatives, too

`tests/nn/test_module_table.py` and `tests/oracle/test_module_table.py` do the rest, and fail for a public
module without a row.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from op_samples import flat, is_float, walk

_rng = np.random.default_rng(0)


def x(*shape: int, low: float = -2.0, high: float = 2.0) -> np.ndarray:
    """A tensor to differentiate."""
    return _rng.uniform(low, high, shape)


def ints(*shape: int, high: int) -> np.ndarray:
    """A tensor of random integers below `high`."""
    return _rng.integers(0, high, shape)


def shares(*shape: int) -> np.ndarray:
    """Probabilities that add up to 1 along the last dim, as a constant."""
    p = _rng.uniform(0.1, 1.0, shape)
    return p / p.sum(-1, keepdims=True)


@dataclass(frozen=True)
class Constant:
    """Floating-point numbers that are not differentiated, such as targets."""

    array: np.ndarray


@dataclass(frozen=True)
class Row:
    """One way to make and to call a module."""

    name: str
    build: Callable[[Any, Any], Any]
    inputs: tuple[Any, ...]
    random: bool = False
    kink: bool = False
    second: bool = True

    def tensors(self, to_tensor: Callable[[np.ndarray], Any]) -> tuple[Any, list[Any]]:
        """The inputs as tensors of a library, and those of them that are differentiated."""
        leaves: list[Any] = []

        def change(array: np.ndarray) -> Any:
            tensor = to_tensor(array)
            if is_float(array):
                leaves.append(tensor.requires_grad_())
            return tensor

        made = [
            to_tensor(value.array) if isinstance(value, Constant) else walk(value, change)
            for value in self.inputs
        ]
        return tuple(made), leaves


ROWS: list[Row] = []


def row(name: str, build: Callable[[Any, Any], Any], *inputs: Any, **flags: bool) -> None:
    """Adds a row."""
    ROWS.append(Row(name, build, inputs, **flags))


def outputs_of(result: Any) -> list[Any]:
    """The tensors in what a module returned."""
    return [y for y in flat(result) if y is not None and y.ndim is not None]


# Affine --------------------------------------------------------------------------------------------

row("Identity", lambda nn, t: nn.Identity(3, unused=True), x(2, 3))
row("Linear", lambda nn, t: nn.Linear(4, 3), x(2, 4))
row("Linear", lambda nn, t: nn.Linear(4, 3, bias=False), x(2, 3, 4))
row("Bilinear", lambda nn, t: nn.Bilinear(3, 2, 4), x(5, 3), x(5, 2))
row("Bilinear", lambda nn, t: nn.Bilinear(3, 2, 1, bias=False), x(2, 2, 3), x(2, 2, 2))
row("Flatten", lambda nn, t: nn.Flatten(), x(2, 3, 2))
row("Flatten", lambda nn, t: nn.Flatten(0, 1), x(2, 3, 2))
row("Unflatten", lambda nn, t: nn.Unflatten(1, (2, 3)), x(2, 6))
row("Embedding", lambda nn, t: nn.Embedding(5, 3), ints(2, 4, high=5))
row("Embedding", lambda nn, t: nn.Embedding(5, 3, padding_idx=-1), np.array([4, 0, 4, 2]), kink=True)
row("Embedding", lambda nn, t: nn.Embedding(5, 3, scale_grad_by_freq=True), np.array([1, 0, 1]), kink=True)
row(
    "Embedding", lambda nn, t: nn.Embedding(5, 3, max_norm=0.5, norm_type=1.0), np.array([1, 0, 1]), kink=True
)
row(
    "Embedding",
    lambda nn, t: nn.Embedding.from_pretrained(t(np.arange(6.0).reshape(3, 2)), freeze=False),
    np.array([2, 0]),
)

row("EmbeddingBag", lambda nn, t: nn.EmbeddingBag(5, 3), ints(2, 4, high=5))
row("EmbeddingBag", lambda nn, t: nn.EmbeddingBag(5, 3, mode="max"), ints(7, high=5), np.array([0, 3, 3]))
row(
    "EmbeddingBag",
    lambda nn, t: nn.EmbeddingBag(5, 3, mode="sum", padding_idx=-2, include_last_offset=True),
    np.array([0, 3, 4, 3, 1]),
    np.array([0, 2, 4, 5]),
    x(5),
)
row("EmbeddingBag", lambda nn, t: nn.EmbeddingBag(5, 3, max_norm=0.5), ints(2, 4, high=5), kink=True)
row(
    "EmbeddingBag",
    lambda nn, t: nn.EmbeddingBag.from_pretrained(t(np.arange(6.0).reshape(3, 2)), freeze=False),
    np.array([[2, 0]]),
)

# Convolution and pools -----------------------------------------------------------------------------

row("Conv1d", lambda nn, t: nn.Conv1d(2, 3, 3), x(2, 2, 6))
row("Conv1d", lambda nn, t: nn.Conv1d(2, 4, 3, padding="same", groups=2, dilation=2), x(2, 2, 6))
row("Conv2d", lambda nn, t: nn.Conv2d(2, 3, 3, padding=1), x(2, 2, 4, 5))
row("Conv2d", lambda nn, t: nn.Conv2d(2, 3, (3, 2), stride=(2, 1), bias=False), x(2, 5, 4))
row("Conv2d", lambda nn, t: nn.Conv2d(1, 2, 3, padding=(1, 2), padding_mode="reflect"), x(1, 1, 4, 4))
row("Conv2d", lambda nn, t: nn.Conv2d(1, 2, 3, padding=1, padding_mode="circular"), x(1, 1, 3, 4))
row(
    "Conv2d",
    lambda nn, t: nn.Conv2d(1, 2, 2, padding="same", padding_mode="replicate"),
    x(1, 1, 3, 4),
)
row("Conv2d", lambda nn, t: nn.Conv2d(1, 2, 3, padding="valid"), x(1, 1, 3, 4))
row("Conv3d", lambda nn, t: nn.Conv3d(1, 2, 2), x(1, 1, 3, 2, 3))
row("ConvTranspose1d", lambda nn, t: nn.ConvTranspose1d(2, 3, 3, stride=2), x(2, 2, 4))
row(
    "ConvTranspose2d",
    lambda nn, t: nn.ConvTranspose2d(2, 4, 3, 2, padding=1, output_padding=1, groups=2, dilation=2),
    x(1, 2, 3, 3),
)
row("ConvTranspose2d", lambda nn, t: nn.ConvTranspose2d(2, 1, 2, bias=False), x(2, 2, 2))
row("ConvTranspose3d", lambda nn, t: nn.ConvTranspose3d(1, 2, 2), x(1, 1, 2, 2, 2))
row("MaxPool1d", lambda nn, t: nn.MaxPool1d(2), x(2, 3, 6))
row("MaxPool2d", lambda nn, t: nn.MaxPool2d(2), x(2, 2, 4, 5))
row("MaxPool2d", lambda nn, t: nn.MaxPool2d((3, 2), 1, 1, ceil_mode=True), x(1, 2, 4, 5))
row("MaxPool2d", lambda nn, t: nn.MaxPool2d(2, return_indices=True), x(1, 2, 4, 5))
row("AvgPool1d", lambda nn, t: nn.AvgPool1d(3, 2, 1), x(2, 3, 6))
row("AvgPool2d", lambda nn, t: nn.AvgPool2d(2), x(2, 2, 4, 5))
row("AvgPool2d", lambda nn, t: nn.AvgPool2d(3, 2, 1, count_include_pad=False), x(2, 2, 4, 5))
row("AvgPool2d", lambda nn, t: nn.AvgPool2d(2, divisor_override=3), x(2, 2, 4, 5))
row("AdaptiveAvgPool1d", lambda nn, t: nn.AdaptiveAvgPool1d(3), x(2, 2, 7))
row("AdaptiveAvgPool2d", lambda nn, t: nn.AdaptiveAvgPool2d((2, None)), x(2, 2, 5, 3))
row("AdaptiveMaxPool1d", lambda nn, t: nn.AdaptiveMaxPool1d(3), x(2, 2, 7))
row("AdaptiveMaxPool2d", lambda nn, t: nn.AdaptiveMaxPool2d(1), x(2, 2, 3, 3))

row("MaxPool3d", lambda nn, t: nn.MaxPool3d(2), x(1, 2, 4, 4, 5))
row("MaxPool3d", lambda nn, t: nn.MaxPool3d(2, 1, return_indices=True), x(1, 2, 3, 3))
row("AvgPool3d", lambda nn, t: nn.AvgPool3d(2, (1, 2, 1)), x(1, 2, 3, 4, 3))
row("AvgPool3d", lambda nn, t: nn.AvgPool3d(3, 2, 1, True, False), x(1, 4, 3, 4))
row("AdaptiveAvgPool3d", lambda nn, t: nn.AdaptiveAvgPool3d((2, None, 1)), x(1, 2, 3, 2, 4))
row("AdaptiveMaxPool3d", lambda nn, t: nn.AdaptiveMaxPool3d(2), x(1, 3, 2, 4))
row("LPPool1d", lambda nn, t: nn.LPPool1d(2, 3, stride=2), x(2, 2, 7))
row("LPPool2d", lambda nn, t: nn.LPPool2d(1.5, (2, 3), ceil_mode=True), x(1, 2, 3, 5, low=0.2))
row("LPPool3d", lambda nn, t: nn.LPPool3d(3, 2), x(1, 2, 2, 4, 2, low=0.2))
for _dims in (2, 3):
    row(
        f"FractionalMaxPool{_dims}d",
        lambda nn, t, d=_dims: getattr(nn, f"FractionalMaxPool{d}d")(
            2,
            output_ratio=0.6,
            return_indices=True,
            _random_samples=t(np.linspace(0.1, 0.9, 2 * d).reshape(1, 2, d)),
        ),
        x(1, 2, *(5,) * _dims),
    )
for _dims in (1, 2, 3):
    row(
        f"MaxUnpool{_dims}d",
        lambda nn, t, d=_dims: getattr(nn, f"MaxUnpool{d}d")(2),
        x(1, 2, *(2,) * _dims),
        np.stack([_rng.permutation(4**_dims)[: 2**_dims] for _ in range(2)]).reshape(1, 2, *(2,) * _dims),
    )

# Images at another size, pixels in other places ------------------------------------------------------

row("Upsample", lambda nn, t: nn.Upsample(scale_factor=2), x(1, 2, 3))
row("Upsample", lambda nn, t: nn.Upsample((3, 5), mode="bicubic", align_corners=True), x(1, 1, 2, 4))
row("Upsample", lambda nn, t: nn.Upsample(scale_factor=(2.0, 1.5, 1.0), mode="trilinear"), x(1, 1, 2, 2, 3))
row("UpsamplingNearest2d", lambda nn, t: nn.UpsamplingNearest2d(scale_factor=2), x(1, 2, 3, 2))
row("UpsamplingBilinear2d", lambda nn, t: nn.UpsamplingBilinear2d((5, 3)), x(1, 2, 3, 2))
row("PixelShuffle", lambda nn, t: nn.PixelShuffle(2), x(1, 8, 2, 3))
row("PixelUnshuffle", lambda nn, t: nn.PixelUnshuffle(2), x(1, 2, 4, 6))
row("ChannelShuffle", lambda nn, t: nn.ChannelShuffle(2), x(1, 6, 2, 1))
row("Unfold", lambda nn, t: nn.Unfold((2, 3), padding=1, stride=(1, 2)), x(1, 2, 4, 5))
row("Fold", lambda nn, t: nn.Fold((4, 5), (2, 3), dilation=1), x(1, 12, 9))

for _name, _shape, _value in [("1d", (2, 2, 4), 1), ("2d", (2, 2, 3, 4), 1), ("3d", (1, 2, 2, 3, 2), 1)]:
    _size = 2 * int(_name[0])
    row(f"ZeroPad{_name}", lambda nn, t, n=_name: getattr(nn, f"ZeroPad{n}")(1), x(*_shape))
    row(
        f"ConstantPad{_name}",
        lambda nn, t, n=_name, s=_size: getattr(nn, f"ConstantPad{n}")((1, 2) * (s // 2), 3.5),
        x(*_shape),
    )
    for _mode in ("Reflection", "Replication", "Circular"):
        row(
            f"{_mode}Pad{_name}",
            lambda nn, t, n=_name, m=_mode: getattr(nn, f"{m}Pad{n}")(1),
            x(*_shape),
        )

# Normalisation and dropout -------------------------------------------------------------------------

row("BatchNorm1d", lambda nn, t: nn.BatchNorm1d(3), x(4, 3))
row("BatchNorm1d", lambda nn, t: nn.BatchNorm1d(3, momentum=None), x(4, 3, 2))
row("BatchNorm1d", lambda nn, t: nn.BatchNorm1d(3, affine=False, track_running_stats=False), x(4, 3))
row("BatchNorm2d", lambda nn, t: nn.BatchNorm2d(2, eps=1e-3, momentum=0.3), x(3, 2, 2, 2))
row("BatchNorm2d", lambda nn, t: nn.BatchNorm2d(2, bias=False), x(3, 2, 2, 2))
row("BatchNorm3d", lambda nn, t: nn.BatchNorm3d(2), x(2, 2, 2, 1, 2))
row("InstanceNorm1d", lambda nn, t: nn.InstanceNorm1d(2), x(2, 2, 4))
row("InstanceNorm2d", lambda nn, t: nn.InstanceNorm2d(2, affine=True), x(2, 2, 2, 3))
row("InstanceNorm2d", lambda nn, t: nn.InstanceNorm2d(2, track_running_stats=True), x(2, 2, 2, 3))
row("InstanceNorm2d", lambda nn, t: nn.InstanceNorm2d(2), x(2, 2, 3))
row("InstanceNorm3d", lambda nn, t: nn.InstanceNorm3d(2), x(1, 2, 2, 2, 2))
row("LocalResponseNorm", lambda nn, t: nn.LocalResponseNorm(3, alpha=0.5), x(2, 4, 3))
row("LocalResponseNorm", lambda nn, t: nn.LocalResponseNorm(2, 1.0, 0.5, 2.0), x(1, 3, 2, 2))
row("LayerNorm", lambda nn, t: nn.LayerNorm(4), x(2, 4))
row("LayerNorm", lambda nn, t: nn.LayerNorm((2, 3), bias=False), x(2, 2, 3))
row("LayerNorm", lambda nn, t: nn.LayerNorm(3, elementwise_affine=False), x(2, 3))
row("GroupNorm", lambda nn, t: nn.GroupNorm(2, 4), x(2, 4, 3))
row("GroupNorm", lambda nn, t: nn.GroupNorm(2, 4, affine=False), x(2, 4, 3))
row("RMSNorm", lambda nn, t: nn.RMSNorm(4), x(2, 4))
row("RMSNorm", lambda nn, t: nn.RMSNorm((2, 2), eps=0.1, elementwise_affine=False), x(3, 2, 2))
row("Dropout", lambda nn, t: nn.Dropout(), x(3, 4), random=True)
row("Dropout", lambda nn, t: nn.Dropout(0.0), x(3, 4))
row("Dropout1d", lambda nn, t: nn.Dropout1d(0.2), x(2, 3, 4), random=True)
row("Dropout2d", lambda nn, t: nn.Dropout2d(0.2), x(2, 3, 2, 2), random=True)
row("Dropout3d", lambda nn, t: nn.Dropout3d(0.2), x(1, 3, 2, 2, 1), random=True)
row("AlphaDropout", lambda nn, t: nn.AlphaDropout(0.2), x(2, 3), random=True)
row("FeatureAlphaDropout", lambda nn, t: nn.FeatureAlphaDropout(0.2), x(2, 3, 2), random=True)

# Activations ---------------------------------------------------------------------------------------

for _name in (
    *("CELU", "ELU", "GELU", "Hardshrink", "Hardsigmoid", "Hardswish", "Hardtanh", "LeakyReLU"),
    *("LogSigmoid", "Mish", "PReLU", "ReLU", "ReLU6", "SELU", "SiLU", "Sigmoid", "Softplus"),
    *("Softshrink", "Softsign", "Tanh", "Tanhshrink"),
):
    row(_name, lambda nn, t, n=_name: getattr(nn, n)(), x(3, 4, low=-5.0, high=8.0))
row("RReLU", lambda nn, t: nn.RReLU(0.1, 0.4), x(3, 4), random=True)
row("CELU", lambda nn, t: nn.CELU(0.5), x(3, 4))
row("ELU", lambda nn, t: nn.ELU(0.5), x(3, 4))
row("GELU", lambda nn, t: nn.GELU("tanh"), x(3, 4))
row("GLU", lambda nn, t: nn.GLU(1), x(3, 4))
row("Hardshrink", lambda nn, t: nn.Hardshrink(0.2), x(3, 4))
row("Hardtanh", lambda nn, t: nn.Hardtanh(-0.5, 1.5), x(3, 4))
row("LeakyReLU", lambda nn, t: nn.LeakyReLU(0.2), x(3, 4))
row("PReLU", lambda nn, t: nn.PReLU(4, init=0.1), x(3, 4))
row("Softplus", lambda nn, t: nn.Softplus(2.0, 3.0), x(3, 4))
row("Softshrink", lambda nn, t: nn.Softshrink(0.2), x(3, 4))
row("Threshold", lambda nn, t: nn.Threshold(0.3, -2.0), x(3, 4))
row("Softmax", lambda nn, t: nn.Softmax(dim=1), x(3, 4))
row("Softmin", lambda nn, t: nn.Softmin(dim=0), x(3, 4))
row("LogSoftmax", lambda nn, t: nn.LogSoftmax(dim=-1), x(3, 4))
row("Softmax2d", lambda nn, t: nn.Softmax2d(), x(2, 3, 2, 2))
row("CosineSimilarity", lambda nn, t: nn.CosineSimilarity(), x(3, 4), x(3, 4))
row("PairwiseDistance", lambda nn, t: nn.PairwiseDistance(keepdim=True), x(3, 4), x(3, 4))

# Losses --------------------------------------------------------------------------------------------

row("L1Loss", lambda nn, t: nn.L1Loss(), x(3, 4), x(3, 4))
row("MSELoss", lambda nn, t: nn.MSELoss(), x(3, 4), x(3, 4))
row("MSELoss", lambda nn, t: nn.MSELoss(reduction="none"), x(3, 4), x(3, 4))
row("SmoothL1Loss", lambda nn, t: nn.SmoothL1Loss(beta=0.5), x(3, 4), x(3, 4))
row("HuberLoss", lambda nn, t: nn.HuberLoss("sum", 0.7), x(3, 4), x(3, 4))
row("NLLLoss", lambda nn, t: nn.NLLLoss(t(np.array([1.0, 2.0, 0.5]))), x(4, 3), ints(4, high=3))
row("CrossEntropyLoss", lambda nn, t: nn.CrossEntropyLoss(), x(4, 3), ints(4, high=3))
row(
    "CrossEntropyLoss",
    lambda nn, t: nn.CrossEntropyLoss(t(np.array([1.0, 2.0, 0.5])), ignore_index=1, label_smoothing=0.1),
    x(4, 3),
    np.array([0, 1, 2, 2]),
)
row("CrossEntropyLoss", lambda nn, t: nn.CrossEntropyLoss(reduction="sum"), x(4, 3), Constant(shares(4, 3)))
row("BCELoss", lambda nn, t: nn.BCELoss(), x(3, 2, low=0.1, high=0.9), Constant(shares(3, 2)))
row(
    "BCEWithLogitsLoss",
    lambda nn, t: nn.BCEWithLogitsLoss(pos_weight=t(np.array([3.0, 0.5]))),
    x(3, 2),
    Constant(shares(3, 2)),
)
row("KLDivLoss", lambda nn, t: nn.KLDivLoss(reduction="batchmean"), x(3, 4), Constant(shares(3, 4)))
row("KLDivLoss", lambda nn, t: nn.KLDivLoss(reduction="sum", log_target=True), x(3, 4), Constant(x(3, 4)))

row("DataParallel", lambda nn, t: nn.DataParallel(nn.Linear(3, 2)), x(4, 3))

# Losses with a margin, of likelihoods and of paths ---------------------------------------------------

SIGNS = np.array([1, -1, 1])
row("MarginRankingLoss", lambda nn, t: nn.MarginRankingLoss(0.3), x(3), x(3), SIGNS)
row("HingeEmbeddingLoss", lambda nn, t: nn.HingeEmbeddingLoss(0.7), x(2, 3), SIGNS)
row("CosineEmbeddingLoss", lambda nn, t: nn.CosineEmbeddingLoss(-0.5), x(3, 4), x(3, 4), SIGNS)
row("TripletMarginLoss", lambda nn, t: nn.TripletMarginLoss(3.0, swap=True), x(4, 3), x(4, 3), x(4, 3))
row(
    "TripletMarginWithDistanceLoss",
    lambda nn, t: nn.TripletMarginWithDistanceLoss(distance_function=nn.PairwiseDistance(3), margin=2.0),
    x(4, 3),
    x(4, 3),
    x(4, 3),
)
row("SoftMarginLoss", lambda nn, t: nn.SoftMarginLoss(), x(2, 3), SIGNS)
row(
    "MultiMarginLoss",
    lambda nn, t: nn.MultiMarginLoss(2, 0.8, t(np.array([0.5, 1.0, 2.0]))),
    x(4, 3),
    ints(4, high=3),
)
row(
    "MultiLabelMarginLoss",
    lambda nn, t: nn.MultiLabelMarginLoss(reduction="sum"),
    x(2, 3),
    np.array([[2, 0, -1]] * 2),
)
row(
    "MultiLabelSoftMarginLoss",
    lambda nn, t: nn.MultiLabelSoftMarginLoss(t(np.array([0.5, 1.0, 2.0]))),
    x(4, 3),
    ints(4, 3, high=2),
)
row("PoissonNLLLoss", lambda nn, t: nn.PoissonNLLLoss(full=True), x(4), x(4, low=0.1, high=4.0))
row("GaussianNLLLoss", lambda nn, t: nn.GaussianNLLLoss(full=True), x(4, 3), x(4, 3), x(4, 3, low=0.3))
row(
    "LinearCrossEntropyLoss",
    lambda nn, t: nn.LinearCrossEntropyLoss(3, 4, out_features=(2,), bias=True, reduction="sum"),
    x(5, 3),
    ints(5, 2, high=4),
)
row(
    "AdaptiveLogSoftmaxWithLoss",
    lambda nn, t: nn.AdaptiveLogSoftmaxWithLoss(8, 9, [2, 4], div_value=2.0, head_bias=True),
    x(5, 8),
    np.array([0, 8, 3, 1, 4]),
)
row(  # behind no log-softmax its gradient is PyTorch's, not the derivative
    "CTCLoss",
    lambda nn, t: nn.CTCLoss(zero_infinity=True),
    np.log(shares(5, 3, 4)),
    np.array([[1, 1], [3, 2], [2, 0]]),
    np.array([5, 4, 1]),
    np.array([2, 2, 2]),
    kink=True,
)

# Recurrence ----------------------------------------------------------------------------------------

row("RNN", lambda nn, t: nn.RNN(3, 2), x(4, 2, 3))
row("RNN", lambda nn, t: nn.RNN(3, 2, 2, "relu", bias=False, batch_first=True), x(2, 4, 3), x(2, 2, 2))
row("RNN", lambda nn, t: nn.RNN(3, 2, bidirectional=True), x(4, 3), x(2, 2))
row("LSTM", lambda nn, t: nn.LSTM(3, 2), x(4, 2, 3))
row(
    "LSTM",
    lambda nn, t: nn.LSTM(3, 2, num_layers=2, batch_first=True, bidirectional=True),
    x(2, 3, 3),
    (x(4, 2, 2), x(4, 2, 2)),
    second=False,
)
row("LSTM", lambda nn, t: nn.LSTM(3, 2, bias=False), x(4, 3), (x(1, 2), x(1, 2)))
row("GRU", lambda nn, t: nn.GRU(3, 2), x(4, 2, 3))
row(
    "GRU", lambda nn, t: nn.GRU(3, 2, 2, bidirectional=True, bias=False), x(3, 2, 3), x(4, 2, 2), second=False
)
row("GRU", lambda nn, t: nn.GRU(3, 2, num_layers=2, dropout=0.3), x(4, 2, 3), random=True)
row("RNNCell", lambda nn, t: nn.RNNCell(3, 2), x(2, 3))
row("RNNCell", lambda nn, t: nn.RNNCell(3, 2, nonlinearity="relu"), x(3), x(2))
row("LSTMCell", lambda nn, t: nn.LSTMCell(3, 2), x(2, 3), (x(2, 2), x(2, 2)))
row("LSTMCell", lambda nn, t: nn.LSTMCell(3, 2, bias=False), x(3))
row("GRUCell", lambda nn, t: nn.GRUCell(3, 2), x(2, 3), x(2, 2))
row("GRUCell", lambda nn, t: nn.GRUCell(3, 2, bias=False), x(2, 3))
row("LSTM", lambda nn, t: nn.LSTM(3, 4, proj_size=2, bidirectional=True), x(4, 2, 3), second=False)
row(
    "LSTM",
    lambda nn, t: nn.LSTM(3, 4, 2, proj_size=3, batch_first=True),
    x(2, 4, 3),
    (x(2, 2, 3), x(2, 2, 4)),
    second=False,
)

# Attention -----------------------------------------------------------------------------------------

CAUSAL = np.triu(np.ones((3, 3), bool), 1)
PADDING = np.array([[False, False, True], [False, True, True]])
HIDING = np.where(PADDING, -np.inf, 0.0)

row("MultiheadAttention", lambda nn, t: nn.MultiheadAttention(4, 2), x(3, 2, 4), x(5, 2, 4), x(5, 2, 4))
row(
    "MultiheadAttention",
    lambda nn, t: nn.MultiheadAttention(4, 2, dropout=0.5, batch_first=True),
    x(2, 3, 4), x(2, 3, 4), x(2, 3, 4), PADDING, True, CAUSAL, False,
    random=True,
)  # fmt: skip
row(
    "MultiheadAttention",
    lambda nn, t: nn.MultiheadAttention(4, 2, bias=False, batch_first=True),
    x(2, 3, 4), x(2, 3, 4), x(2, 3, 4), PADDING, False, CAUSAL,
)  # fmt: skip
row(
    "MultiheadAttention",
    lambda nn, t: nn.MultiheadAttention(4, 2, add_bias_kv=True, add_zero_attn=True, kdim=3, vdim=2),
    x(3, 2, 4), x(3, 2, 3), x(3, 2, 2), Constant(HIDING), True, x(4, 3, 3),
)  # fmt: skip
row(
    "MultiheadAttention",
    lambda nn, t: nn.MultiheadAttention(4, 1),
    x(3, 4), x(3, 4), x(3, 4), None, False, CAUSAL, True, True,
)  # fmt: skip

small = {"dim_feedforward": 3, "dropout": 0.0}
row("TransformerEncoderLayer", lambda nn, t: nn.TransformerEncoderLayer(4, 2, 3), x(3, 2, 4), random=True)
row(
    "TransformerEncoderLayer",
    lambda nn, t: nn.TransformerEncoderLayer(
        4, 2, **small, activation="gelu", norm_first=True, batch_first=True, bias=False
    ),
    x(2, 3, 4), CAUSAL, PADDING,
)  # fmt: skip
row(
    "TransformerEncoderLayer",
    lambda nn, t: nn.TransformerEncoderLayer(4, 2, **small, activation=nn.Tanh(), layer_norm_eps=0.1),
    x(3, 4),
)
row(
    "TransformerDecoderLayer",
    lambda nn, t: nn.TransformerDecoderLayer(4, 2, **small, activation="gelu"),
    x(3, 2, 4), x(5, 2, 4), CAUSAL, None, PADDING, None, False,
)  # fmt: skip
row(
    "TransformerDecoderLayer",
    lambda nn, t: nn.TransformerDecoderLayer(4, 2, **small, norm_first=True, batch_first=True, bias=False),
    x(2, 3, 4), x(2, 3, 4), CAUSAL, CAUSAL, None, None, True, True,
)  # fmt: skip
row(
    "TransformerEncoder",
    lambda nn, t: nn.TransformerEncoder(
        nn.TransformerEncoderLayer(4, 2, **small, activation="gelu"), 2, nn.LayerNorm(4), False
    ),
    x(3, 2, 4), CAUSAL, PADDING,
)  # fmt: skip
row(
    "TransformerEncoder",
    lambda nn, t: nn.TransformerEncoder(
        nn.TransformerEncoderLayer(4, 2, **small, batch_first=True), 1, mask_check=False
    ),
    x(2, 3, 4), None, PADDING,
    kink=True,
)  # fmt: skip
row(
    "TransformerDecoder",
    lambda nn, t: nn.TransformerDecoder(
        nn.TransformerDecoderLayer(4, 2, **small, activation="gelu"), 2, nn.LayerNorm(4)
    ),
    x(3, 2, 4), x(5, 2, 4), CAUSAL,
)  # fmt: skip
row(
    "Transformer",
    lambda nn, t: nn.Transformer(4, 2, 1, 1, **small, activation="gelu", batch_first=True),
    x(2, 3, 4), x(2, 3, 4), None, CAUSAL, None, PADDING, PADDING, PADDING,
    second=False,
)  # fmt: skip
row(
    "Transformer", lambda nn, t: nn.Transformer(4, 2, 1, 2, 3, norm_first=True), x(3, 4), x(2, 4), random=True
)
