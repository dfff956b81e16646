"""The CUDA kernels, compiled for the CPU, and a backend that computes with them."""
