"""The formats of other programs that `minitorch.load` reads, and PyTorch's, which `minitorch.save` writes."""
