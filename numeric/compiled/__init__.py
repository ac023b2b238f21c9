"""The generated kernels as Numba compiles them: ``from numeric.compiled import softmax_logistic``.

Each module offers the same functions as its namesake in `numeric.kernels`, with the same results to
within rounding. They are for many small calls, which NumPy spends most of its time on starting, and
are compiled at the first call with a format. They need Numba: ``pip install 'gradproof[numba]'``.
"""
