"""Thalweg's benchmarks: how they are run and what they mean is in docs/explanation/benchmarks.md."""
