"""What must be fast, measured: ``python -m tests.benchmarks [PART ...] [OPTION ...]``."""
