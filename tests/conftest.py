"""How hard hypothesis looks (`pytest --hypothesis-profile=nightly` looks harder), and where SB3's loggers write."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

# A shell that starts pytest in the background leaves Ctrl-C ignored, in all its children too; tests send it to some.
signal.signal(signal.SIGINT, signal.default_int_handler)

# The machines of CI are slow and noisy: no deadlines. Derandomised, so that CI fails for a change and not for luck.
settings.register_profile("ci", deadline=None, max_examples=200, derandomize=True)
# More, and others each time: `python -m pytest --hypothesis-profile=nightly tests/envs/test_oracle.py`.
settings.register_profile("nightly", deadline=None, max_examples=2500, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("brief", settings.get_profile("ci"), max_examples=50)
settings.load_profile("ci")


@pytest.fixture(autouse=True, scope="session")
def _logs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """SB3 makes a folder with every `learn`, among the machine's temporary ones if it is not told where."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SB3_LOGDIR", str(tmp_path_factory.mktemp("logs")))
        yield
