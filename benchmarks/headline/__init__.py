"""The headline benchmark: ``python benchmarks/headline``, described in `headline.cli`."""
