"""Pictures: of the recorded graph, step by step, and of what models learn and look at."""

from minitorch.viz.picture import Picture as Picture, graph as graph, step as step
from minitorch.viz.watching import watch as watch
