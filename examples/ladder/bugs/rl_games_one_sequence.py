"""rl_games 1.6.5: a minibatch of one sequence does not reset the state where an episode starts.

`RnnWithDones.forward` looks for the steps at which an episode starts by `not_dones.squeeze()[1:] == 0.0` and then by
`any(dim=-1)`. With one sequence, `squeeze` drops its dimension too, and `any` runs over time steps. So a sequence is
read in another way alone than beside others. It is alone if `minibatch_size` is `seq_length`. Run it with

    python examples/ladder/bugs/rl_games_one_sequence.py
"""

import torch
from rl_games.common.layers.recurrent import LSTMWithDones

torch.manual_seed(0)
lstm, observations, zeros = LSTMWithDones(1, 2), torch.rand(6, 2, 1), torch.zeros(1, 2, 2)
starts = torch.tensor([1, 0, 0, 1, 0, 0]).view(6, 1, 1).expand(6, 2, 1)  # Two episodes of 3 steps in each sequence.
with torch.no_grad():
    for name, lanes in (("beside another", [0, 1]), ("alone", [0])):
        states = (zeros[:, lanes], zeros[:, lanes])
        read, _ = lstm(observations[:, lanes], states, starts[:, lanes])
        print(name, [round(value, 3) for value in read[:, 0, 0].tolist()])
