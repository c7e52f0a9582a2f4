"""TorchRL 0.12.0: LSTMModule loses the last state of an episode that is shorter than another. Mended in 0.13.1.

A rollout of 5 steps has two episodes, of 3 and 2 steps. The state after the second must be the same whether the rollout
is read in one piece or the second episode is read alone. Run it with

    python examples/ladder/bugs/torchrl_state_after_padding.py

See https://github.com/pytorch/rl/issues/3711.
"""

from __future__ import annotations

import torch
from tensordict import TensorDict
from torchrl.modules import LSTMModule, set_recurrent_mode

torch.manual_seed(0)
lstm = LSTMModule(input_size=2, hidden_size=4, in_key="observation", out_key="features")
observations, starts = torch.rand(1, 5, 2), torch.zeros(1, 5, 1, dtype=torch.bool)
starts[0, [0, 3]] = True
with torch.no_grad(), set_recurrent_mode(True):
    whole = lstm(TensorDict({"observation": observations, "is_init": starts}, [1, 5]))
    alone = lstm(TensorDict({"observation": observations[:, 3:], "is_init": starts[:, 3:]}, [1, 2]))
for name, read in (("in one piece", whole), ("second episode alone", alone)):
    print(f"{name}: {read['next', 'recurrent_state_h'][0, -1, 0].tolist()}")
