"""Makes the backends known to the tests of this folder."""

from tests.kernels.backends import backend

__all__ = ["backend"]
