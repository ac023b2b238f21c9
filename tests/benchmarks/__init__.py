"""What must be fast, measured: ``python -m tests.benchmarks [PART ...]``; see docs/figures.md."""
