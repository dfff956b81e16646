"""Composites of the backend interface for layers: convolution, pooling, normalisation, optimizer steps."""

from __future__ import annotations


class LayerKernels:
    """Kernels for layers, each written once in terms of a backend's primitives."""
