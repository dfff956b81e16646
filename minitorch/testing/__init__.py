"""Help for testing: `minitorch.testing.conformance` is what every backend has to pass."""

from minitorch.absent import refuser as _refuser
from minitorch.testing.close import assert_close as assert_close

__getattr__ = _refuser("testing")
