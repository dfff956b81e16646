"""Layers, losses, containers and initial values: what models are made of."""

from minitorch.nn import functional as functional
from minitorch.nn import init as init
from minitorch.nn import utils as utils
from minitorch.nn.container import (
    ModuleDict as ModuleDict,
    ModuleList as ModuleList,
    Sequential as Sequential,
)
from minitorch.nn.linear import (
    Bilinear as Bilinear,
    Identity as Identity,
    Linear as Linear,
)
from minitorch.nn.module import Module as Module
from minitorch.nn.parameter import (
    Buffer as Buffer,
    Parameter as Parameter,
)
from minitorch.nn.parameter_container import (
    ParameterDict as ParameterDict,
    ParameterList as ParameterList,
)
