"""Pictures: of the recorded graph, step by step, and of what models learn and look at."""

from minitorch.viz.confusion import confusion_matrix as confusion_matrix
from minitorch.viz.curves import learning_curves as learning_curves
from minitorch.viz.layers import (
    activation_histograms as activation_histograms,
    feature_maps as feature_maps,
    filters as filters,
    gradient_histograms as gradient_histograms,
)
from minitorch.viz.looking import (
    attention as attention,
    grad_cam as grad_cam,
    grad_cam_maps as grad_cam_maps,
    saliency as saliency,
    saliency_maps as saliency_maps,
)
from minitorch.viz.picture import Picture as Picture, graph as graph, step as step
from minitorch.viz.surfaces import trajectories as trajectories
from minitorch.viz.watching import watch as watch
