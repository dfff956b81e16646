"""The functions behind the layers, by family: `nn.functional.relu(x)` is what `nn.ReLU()(x)` computes."""

from minitorch.ops.activation import (
    celu as celu,
)
from minitorch.ops.activation import (
    elu as elu,
)
from minitorch.ops.activation import (
    gelu as gelu,
)
from minitorch.ops.activation import (
    glu as glu,
)
from minitorch.ops.activation import (
    hardshrink as hardshrink,
)
from minitorch.ops.activation import (
    hardsigmoid as hardsigmoid,
)
from minitorch.ops.activation import (
    hardswish as hardswish,
)
from minitorch.ops.activation import (
    hardtanh as hardtanh,
)
from minitorch.ops.activation import (
    leaky_relu as leaky_relu,
)
from minitorch.ops.activation import (
    logsigmoid as logsigmoid,
)
from minitorch.ops.activation import (
    mish as mish,
)
from minitorch.ops.activation import (
    prelu as prelu,
)
from minitorch.ops.activation import (
    relu as relu,
)
from minitorch.ops.activation import (
    relu6 as relu6,
)
from minitorch.ops.activation import (
    selu as selu,
)
from minitorch.ops.activation import (
    sigmoid as sigmoid,
)
from minitorch.ops.activation import (
    silu as silu,
)
from minitorch.ops.activation import (
    softplus as softplus,
)
from minitorch.ops.activation import (
    softshrink as softshrink,
)
from minitorch.ops.activation import (
    softsign as softsign,
)
from minitorch.ops.activation import (
    tanhshrink as tanhshrink,
)
from minitorch.ops.activation import (
    threshold as threshold,
)
from minitorch.ops.adaptive_pool import (
    adaptive_avg_pool1d as adaptive_avg_pool1d,
)
from minitorch.ops.adaptive_pool import (
    adaptive_avg_pool2d as adaptive_avg_pool2d,
)
from minitorch.ops.adaptive_pool import (
    adaptive_max_pool1d as adaptive_max_pool1d,
)
from minitorch.ops.adaptive_pool import (
    adaptive_max_pool2d as adaptive_max_pool2d,
)
from minitorch.ops.conv import (
    conv1d as conv1d,
)
from minitorch.ops.conv import (
    conv2d as conv2d,
)
from minitorch.ops.conv import (
    conv3d as conv3d,
)
from minitorch.ops.conv import (
    conv_transpose1d as conv_transpose1d,
)
from minitorch.ops.conv import (
    conv_transpose2d as conv_transpose2d,
)
from minitorch.ops.conv import (
    conv_transpose3d as conv_transpose3d,
)
from minitorch.ops.cross_entropy import (
    cross_entropy as cross_entropy,
)
from minitorch.ops.cross_entropy import (
    nll_loss as nll_loss,
)
from minitorch.ops.dropout import (
    alpha_dropout as alpha_dropout,
)
from minitorch.ops.dropout import (
    dropout as dropout,
)
from minitorch.ops.dropout import (
    dropout1d as dropout1d,
)
from minitorch.ops.dropout import (
    dropout2d as dropout2d,
)
from minitorch.ops.dropout import (
    dropout3d as dropout3d,
)
from minitorch.ops.embedding import (
    embedding as embedding,
)
from minitorch.ops.linalg import (
    bilinear as bilinear,
)
from minitorch.ops.linalg import (
    linear as linear,
)
from minitorch.ops.loss import (
    binary_cross_entropy as binary_cross_entropy,
)
from minitorch.ops.loss import (
    binary_cross_entropy_with_logits as binary_cross_entropy_with_logits,
)
from minitorch.ops.loss import (
    huber_loss as huber_loss,
)
from minitorch.ops.loss import (
    kl_div as kl_div,
)
from minitorch.ops.loss import (
    l1_loss as l1_loss,
)
from minitorch.ops.loss import (
    mse_loss as mse_loss,
)
from minitorch.ops.loss import (
    smooth_l1_loss as smooth_l1_loss,
)
from minitorch.ops.normalize import (
    batch_norm as batch_norm,
)
from minitorch.ops.normalize import (
    group_norm as group_norm,
)
from minitorch.ops.normalize import (
    instance_norm as instance_norm,
)
from minitorch.ops.normalize import (
    layer_norm as layer_norm,
)
from minitorch.ops.normalize import (
    rms_norm as rms_norm,
)
from minitorch.ops.pointwise import tanh as tanh
from minitorch.ops.pool import (
    avg_pool1d as avg_pool1d,
)
from minitorch.ops.pool import (
    avg_pool2d as avg_pool2d,
)
from minitorch.ops.pool import (
    max_pool1d as max_pool1d,
)
from minitorch.ops.pool import (
    max_pool2d as max_pool2d,
)
from minitorch.ops.scatter import one_hot as one_hot
from minitorch.ops.shape import pad as pad
from minitorch.ops.softmax import (
    log_softmax as log_softmax,
)
from minitorch.ops.softmax import (
    softmax as softmax,
)
from minitorch.ops.softmax import (
    softmin as softmin,
)
from minitorch.ops.unfold import (
    fold as fold,
)
from minitorch.ops.unfold import (
    unfold as unfold,
)
from minitorch.ops.vectors import (
    cosine_similarity as cosine_similarity,
)
from minitorch.ops.vectors import (
    normalize as normalize,
)
from minitorch.ops.vectors import (
    pairwise_distance as pairwise_distance,
)
