"""The benchmark: agents x problems x seeds, the figures of it, and pages that show them."""
