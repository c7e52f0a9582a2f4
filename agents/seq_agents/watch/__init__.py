"""Watch policies play an episode: in the terminal, in a notebook, as a page or as an animation."""

from seq_agents.watch.watched import Watched as Watched
from seq_agents.watch.watched import play as play
