"""The layers under the paths that they have in PyTorch: `nn.modules.conv.Conv2d` is `nn.Conv2d`.

The rooms in here are made of one table. They hold no code: each looks a name up in `nn`, or, for the base
classes that programs test against (`isinstance(m, nn.modules.batchnorm._BatchNorm)`), where it is written.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import Any

from minitorch.nn.modules import utils as utils

ROOMS = {
    "activation": "CELU ELU GELU GLU Hardshrink Hardsigmoid Hardswish Hardtanh LeakyReLU LogSigmoid LogSoftmax Mish "
    "MultiheadAttention PReLU ReLU ReLU6 RReLU SELU Sigmoid SiLU Softmax Softmax2d Softmin Softplus Softshrink "
    "Softsign Tanh Tanhshrink Threshold",
    "adaptive": "AdaptiveLogSoftmaxWithLoss",
    "batchnorm": "BatchNorm1d BatchNorm2d BatchNorm3d LazyBatchNorm1d LazyBatchNorm2d LazyBatchNorm3d",
    "channelshuffle": "ChannelShuffle",
    "container": "ModuleDict ModuleList ParameterDict ParameterList Sequential",
    "conv": "Conv1d Conv2d Conv3d ConvTranspose1d ConvTranspose2d ConvTranspose3d LazyConv1d LazyConv2d LazyConv3d "
    "LazyConvTranspose1d LazyConvTranspose2d LazyConvTranspose3d",
    "distance": "CosineSimilarity PairwiseDistance",
    "dropout": "AlphaDropout Dropout Dropout1d Dropout2d Dropout3d FeatureAlphaDropout",
    "flatten": "Flatten Unflatten",
    "fold": "Fold Unfold",
    "instancenorm": "InstanceNorm1d InstanceNorm2d InstanceNorm3d LazyInstanceNorm1d LazyInstanceNorm2d "
    "LazyInstanceNorm3d",
    "lazy": "",
    "linear": "Bilinear Identity LazyLinear Linear",
    "linear_cross_entropy_options": "LinearCrossEntropyOptions",
    "loss": "BCELoss BCEWithLogitsLoss CosineEmbeddingLoss CrossEntropyLoss CTCLoss GaussianNLLLoss "
    "HingeEmbeddingLoss HuberLoss KLDivLoss L1Loss LinearCrossEntropyLoss MarginRankingLoss MSELoss "
    "MultiLabelMarginLoss MultiLabelSoftMarginLoss MultiMarginLoss NLLLoss NLLLoss2d PoissonNLLLoss SmoothL1Loss "
    "SoftMarginLoss TripletMarginLoss TripletMarginWithDistanceLoss",
    "module": "Module",
    "normalization": "GroupNorm LayerNorm LocalResponseNorm RMSNorm",
    "padding": "CircularPad1d CircularPad2d CircularPad3d ConstantPad1d ConstantPad2d ConstantPad3d "
    "ReflectionPad1d ReflectionPad2d ReflectionPad3d ReplicationPad1d ReplicationPad2d ReplicationPad3d ZeroPad1d "
    "ZeroPad2d ZeroPad3d",
    "pixelshuffle": "PixelShuffle PixelUnshuffle",
    "pooling": "AdaptiveAvgPool1d AdaptiveAvgPool2d AdaptiveAvgPool3d AdaptiveMaxPool1d AdaptiveMaxPool2d "
    "AdaptiveMaxPool3d AvgPool1d AvgPool2d AvgPool3d FractionalMaxPool2d FractionalMaxPool3d LPPool1d LPPool2d "
    "LPPool3d MaxPool1d MaxPool2d MaxPool3d MaxUnpool1d MaxUnpool2d MaxUnpool3d",
    "rnn": "GRU GRUCell LSTM LSTMCell RNN RNNBase RNNCell RNNCellBase",
    "sparse": "Embedding EmbeddingBag",
    "transformer": "Transformer TransformerDecoder TransformerDecoderLayer TransformerEncoder "
    "TransformerEncoderLayer",
    "upsampling": "Upsample UpsamplingBilinear2d UpsamplingNearest2d",
}

BASES = {  # name in PyTorch: the file of nn, and the name there
    "_BatchNorm": ("norm", "BatchNorm"),
    "_ConvNd": ("conv", "ConvNd"),
    "_ConvTransposeNd": ("conv", "ConvTranspose"),
    "_DropoutNd": ("dropout", "DropoutBase"),
    "_IncompatibleKeys": ("state", "IncompatibleKeys"),
    "_InstanceNorm": ("norm", "InstanceNorm"),
    "_Loss": ("loss", "Loss"),
    "_NormBase": ("norm", "RunningNorm"),
    "_WeightedLoss": ("loss", "WeightedLoss"),
    "LazyModuleMixin": ("lazy", "LazyModuleMixin"),
    **{
        f"register_module_{kind}_hook": ("hooks", f"register_module_{kind}_hook")
        for kind in (
            *("forward_pre", "forward", "backward", "full_backward_pre", "full_backward"),
            *("parameter_registration", "buffer_registration", "module_registration"),
        )
    },
}


def find(name: str) -> Any:
    """A layer of `nn`, or one of the base classes."""
    if name in BASES:
        file, own = BASES[name]
        return getattr(import_module(f"minitorch.nn.{file}"), own)
    return getattr(import_module("minitorch.nn"), name)


def room(name: str, layers: str) -> ModuleType:
    """A module with the layers that PyTorch has there."""
    made = ModuleType(f"{__name__}.{name}", f"Layers that PyTorch has in `nn.modules.{name}`.")
    made.__dict__.update(__all__=layers.split(), __getattr__=find)
    sys.modules[made.__name__] = made
    return made


globals().update({name: room(name, layers) for name, layers in ROOMS.items()})
__all__ = sorted(  # pyright: ignore[reportUnsupportedDunderAll]
    {layer for layers in ROOMS.values() for layer in layers.split()}
)


def __getattr__(name: str) -> Any:
    if name in __all__:
        return find(name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
