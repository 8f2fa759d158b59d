"""The parts of ``benchmarks/real.py``: a real model on real data."""
