"""Layers, losses, containers and initial values: what models are made of."""

from minitorch.nn import functional as functional
from minitorch.nn import init as init
from minitorch.nn import utils as utils
from minitorch.nn.activation import (
    CELU as CELU,
)
from minitorch.nn.activation import (
    ELU as ELU,
)
from minitorch.nn.activation import (
    GELU as GELU,
)
from minitorch.nn.activation import (
    GLU as GLU,
)
from minitorch.nn.activation import (
    SELU as SELU,
)
from minitorch.nn.activation import (
    Hardshrink as Hardshrink,
)
from minitorch.nn.activation import (
    Hardsigmoid as Hardsigmoid,
)
from minitorch.nn.activation import (
    Hardswish as Hardswish,
)
from minitorch.nn.activation import (
    Hardtanh as Hardtanh,
)
from minitorch.nn.activation import (
    LeakyReLU as LeakyReLU,
)
from minitorch.nn.activation import (
    LogSigmoid as LogSigmoid,
)
from minitorch.nn.activation import (
    LogSoftmax as LogSoftmax,
)
from minitorch.nn.activation import (
    Mish as Mish,
)
from minitorch.nn.activation import (
    PReLU as PReLU,
)
from minitorch.nn.activation import (
    ReLU as ReLU,
)
from minitorch.nn.activation import (
    ReLU6 as ReLU6,
)
from minitorch.nn.activation import (
    Sigmoid as Sigmoid,
)
from minitorch.nn.activation import (
    SiLU as SiLU,
)
from minitorch.nn.activation import (
    Softmax as Softmax,
)
from minitorch.nn.activation import (
    Softmax2d as Softmax2d,
)
from minitorch.nn.activation import (
    Softmin as Softmin,
)
from minitorch.nn.activation import (
    Softplus as Softplus,
)
from minitorch.nn.activation import (
    Softshrink as Softshrink,
)
from minitorch.nn.activation import (
    Softsign as Softsign,
)
from minitorch.nn.activation import (
    Tanh as Tanh,
)
from minitorch.nn.activation import (
    Tanhshrink as Tanhshrink,
)
from minitorch.nn.activation import (
    Threshold as Threshold,
)
from minitorch.nn.container import (
    ModuleDict as ModuleDict,
)
from minitorch.nn.container import (
    ModuleList as ModuleList,
)
from minitorch.nn.container import (
    Sequential as Sequential,
)
from minitorch.nn.conv import (
    Conv1d as Conv1d,
)
from minitorch.nn.conv import (
    Conv2d as Conv2d,
)
from minitorch.nn.conv import (
    Conv3d as Conv3d,
)
from minitorch.nn.conv import (
    ConvTranspose1d as ConvTranspose1d,
)
from minitorch.nn.conv import (
    ConvTranspose2d as ConvTranspose2d,
)
from minitorch.nn.conv import (
    ConvTranspose3d as ConvTranspose3d,
)
from minitorch.nn.distance import (
    CosineSimilarity as CosineSimilarity,
)
from minitorch.nn.distance import (
    PairwiseDistance as PairwiseDistance,
)
from minitorch.nn.dropout import (
    AlphaDropout as AlphaDropout,
)
from minitorch.nn.dropout import (
    Dropout as Dropout,
)
from minitorch.nn.dropout import (
    Dropout1d as Dropout1d,
)
from minitorch.nn.dropout import (
    Dropout2d as Dropout2d,
)
from minitorch.nn.dropout import (
    Dropout3d as Dropout3d,
)
from minitorch.nn.embedding import (
    Embedding as Embedding,
)
from minitorch.nn.flatten import (
    Flatten as Flatten,
)
from minitorch.nn.flatten import (
    Unflatten as Unflatten,
)
from minitorch.nn.layer_norm import (
    GroupNorm as GroupNorm,
)
from minitorch.nn.layer_norm import (
    LayerNorm as LayerNorm,
)
from minitorch.nn.layer_norm import (
    RMSNorm as RMSNorm,
)
from minitorch.nn.linear import (
    Bilinear as Bilinear,
)
from minitorch.nn.linear import (
    Identity as Identity,
)
from minitorch.nn.linear import (
    Linear as Linear,
)
from minitorch.nn.loss import (
    BCELoss as BCELoss,
)
from minitorch.nn.loss import (
    BCEWithLogitsLoss as BCEWithLogitsLoss,
)
from minitorch.nn.loss import (
    CrossEntropyLoss as CrossEntropyLoss,
)
from minitorch.nn.loss import (
    HuberLoss as HuberLoss,
)
from minitorch.nn.loss import (
    KLDivLoss as KLDivLoss,
)
from minitorch.nn.loss import (
    L1Loss as L1Loss,
)
from minitorch.nn.loss import (
    MSELoss as MSELoss,
)
from minitorch.nn.loss import (
    NLLLoss as NLLLoss,
)
from minitorch.nn.loss import (
    SmoothL1Loss as SmoothL1Loss,
)
from minitorch.nn.module import (
    Module as Module,
)
from minitorch.nn.norm import (
    BatchNorm1d as BatchNorm1d,
)
from minitorch.nn.norm import (
    BatchNorm2d as BatchNorm2d,
)
from minitorch.nn.norm import (
    BatchNorm3d as BatchNorm3d,
)
from minitorch.nn.norm import (
    InstanceNorm1d as InstanceNorm1d,
)
from minitorch.nn.norm import (
    InstanceNorm2d as InstanceNorm2d,
)
from minitorch.nn.norm import (
    InstanceNorm3d as InstanceNorm3d,
)
from minitorch.nn.pad import (
    CircularPad1d as CircularPad1d,
)
from minitorch.nn.pad import (
    CircularPad2d as CircularPad2d,
)
from minitorch.nn.pad import (
    CircularPad3d as CircularPad3d,
)
from minitorch.nn.pad import (
    ConstantPad1d as ConstantPad1d,
)
from minitorch.nn.pad import (
    ConstantPad2d as ConstantPad2d,
)
from minitorch.nn.pad import (
    ConstantPad3d as ConstantPad3d,
)
from minitorch.nn.pad import (
    ReflectionPad1d as ReflectionPad1d,
)
from minitorch.nn.pad import (
    ReflectionPad2d as ReflectionPad2d,
)
from minitorch.nn.pad import (
    ReflectionPad3d as ReflectionPad3d,
)
from minitorch.nn.pad import (
    ReplicationPad1d as ReplicationPad1d,
)
from minitorch.nn.pad import (
    ReplicationPad2d as ReplicationPad2d,
)
from minitorch.nn.pad import (
    ReplicationPad3d as ReplicationPad3d,
)
from minitorch.nn.pad import (
    ZeroPad1d as ZeroPad1d,
)
from minitorch.nn.pad import (
    ZeroPad2d as ZeroPad2d,
)
from minitorch.nn.pad import (
    ZeroPad3d as ZeroPad3d,
)
from minitorch.nn.parameter import (
    Buffer as Buffer,
)
from minitorch.nn.parameter import (
    Parameter as Parameter,
)
from minitorch.nn.parameter_container import (
    ParameterDict as ParameterDict,
)
from minitorch.nn.parameter_container import (
    ParameterList as ParameterList,
)
from minitorch.nn.pool import (
    AdaptiveAvgPool1d as AdaptiveAvgPool1d,
)
from minitorch.nn.pool import (
    AdaptiveAvgPool2d as AdaptiveAvgPool2d,
)
from minitorch.nn.pool import (
    AdaptiveMaxPool1d as AdaptiveMaxPool1d,
)
from minitorch.nn.pool import (
    AdaptiveMaxPool2d as AdaptiveMaxPool2d,
)
from minitorch.nn.pool import (
    AvgPool1d as AvgPool1d,
)
from minitorch.nn.pool import (
    AvgPool2d as AvgPool2d,
)
from minitorch.nn.pool import (
    MaxPool1d as MaxPool1d,
)
from minitorch.nn.pool import (
    MaxPool2d as MaxPool2d,
)
from minitorch.nn.recurrent import (
    GRU as GRU,
)
from minitorch.nn.recurrent import (
    LSTM as LSTM,
)
from minitorch.nn.recurrent import (
    RNN as RNN,
)
from minitorch.nn.recurrent import (
    RNNBase as RNNBase,
)
from minitorch.nn.recurrent_cell import (
    GRUCell as GRUCell,
)
from minitorch.nn.recurrent_cell import (
    LSTMCell as LSTMCell,
)
from minitorch.nn.recurrent_cell import (
    RNNCell as RNNCell,
)
