"""Benchmarks: measured, printed, kept in `out/bench.json`; never asserted."""
