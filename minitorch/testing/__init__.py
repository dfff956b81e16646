"""Help for testing: `minitorch.testing.conformance` is what every backend has to pass."""
