"""Networks from observations to answers, with a memory between."""
