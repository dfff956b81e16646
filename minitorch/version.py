"""Which version this is, and of which other programs: none, minitorch is Python."""

from minitorch import __version__ as __version__

cuda: str | None = None
hip: str | None = None
xpu: str | None = None
debug = False
