"""Handles of hooks, under PyTorch's path."""

from minitorch.hooks import RemovableHandle as RemovableHandle
