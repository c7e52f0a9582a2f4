"""Look into a trained agent: its state along an episode, what can be read from it, and credit to past inputs."""

from seq_agents.inspection.credit import Credit as Credit
from seq_agents.inspection.inspected import Inspection as Inspection
from seq_agents.inspection.inspected import inspect as inspect
from seq_agents.inspection.probe import Probe as Probe
from seq_agents.inspection.state_map import Panel as Panel
