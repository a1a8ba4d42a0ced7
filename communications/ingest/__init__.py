"""The one writer of facts: whatever upstream told us becomes rows here, and nowhere else."""
