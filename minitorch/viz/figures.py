"""Figures of matplotlib that show themselves in notebooks and in live cells, and nowhere else."""

from __future__ import annotations

import base64
import io
from functools import cache
from typing import Any

from minitorch.errors import MissingDependencyError


def import_matplotlib(name: str) -> None:
    """Makes sure that matplotlib is there.

    Raises:
        MissingDependencyError: if it is not.
    """
    try:
        import matplotlib  # noqa: F401
    except ImportError as error:
        raise MissingDependencyError(
            f"{name}: it draws with matplotlib, which is not installed: pip install 'minitorch-edu[viz]'"
        ) from error


@cache
def figure_class() -> Any:
    """The class of all figures here: pyplot does not know them, so nothing is shown twice or stays open."""
    from matplotlib.figure import Figure

    class Picture(Figure):
        """A figure that is an image wherever HTML is shown."""

        def _repr_html_(self) -> str:
            file = io.BytesIO()
            self.savefig(file, format="png", bbox_inches="tight", dpi=100)
            data = base64.b64encode(file.getvalue()).decode()
            title = self.get_label() or "figure"
            return f'<img alt="{title}" style="max-width:100%" src="data:image/png;base64,{data}">'

    return Picture


def figure(name: str, width: float, height: float) -> Any:
    """A new, empty figure, of a size in inches.

    Raises:
        MissingDependencyError: without matplotlib.
    """
    import_matplotlib(name)
    return figure_class()(figsize=(width, height), layout="constrained", label=name.removeprefix("viz."))
