"""How hard hypothesis looks: `pytest --hypothesis-profile=nightly` looks harder."""

from __future__ import annotations

from hypothesis import settings

# The machines of CI are slow and noisy: no deadlines. Derandomised, so that CI fails for a change and not for luck.
settings.register_profile("ci", deadline=None, max_examples=200, derandomize=True)
settings.register_profile("nightly", deadline=None, max_examples=2000)
settings.load_profile("ci")
