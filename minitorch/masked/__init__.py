"""Reductions and normalisations of the elements that a mask lets through.

`mask` is a boolean tensor that broadcasts to the input: True for elements that count. Those that do not count stand
for the value that changes nothing: 0 in a sum, 1 in a product, −∞ among what a maximum is taken of.
"""

from minitorch.absent import refuser as _refuser
from minitorch.masked.normalisations import (
    log_softmax as log_softmax,
    normalize as normalize,
    softmax as softmax,
    softmin as softmin,
)
from minitorch.masked.reductions import (
    amax as amax,
    amin as amin,
    argmax as argmax,
    argmin as argmin,
    cumprod as cumprod,
    cumsum as cumsum,
    logaddexp as logaddexp,
    logsumexp as logsumexp,
    mean as mean,
    median as median,
    norm as norm,
    prod as prod,
    std as std,
    sum as sum,
    var as var,
)

__getattr__ = _refuser("masked")
