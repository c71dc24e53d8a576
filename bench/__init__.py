"""Figures and ratios against peers, all in one run: ``make bench`` writes docs/benchmarks.md."""
