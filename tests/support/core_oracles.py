"""One step of each memory core on one episode, written from the equations of its paper, with vectors alone.

Each function takes the core, an input (inputs,) and the state of one episode before the step, and returns the output
(outputs,) and the state after it. A state is whatever the equations need; None is the state before an episode.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import gelu, layer_norm, silu, softplus

Step = Callable[[Any, Tensor, Any], tuple[Tensor, Any]]


def read(step: Step, core: Any, inputs: Tensor, starts: Tensor) -> Tensor:
    """Every output (B, T, outputs) of episodes (B, T, inputs) that start at `starts` (B, T) and at step 0."""
    lanes = []
    for b in range(len(inputs)):
        outputs, state = [], None
        for t in range(inputs.shape[1]):
            output, state = step(core, inputs[b, t], None if starts[b, t] else state)
            outputs.append(output)
        lanes.append(torch.stack(outputs))
    return torch.stack(lanes)


def rnn(core: Any, x: Tensor, h: Any) -> tuple[Tensor, Any]:
    h = torch.zeros(core.outputs) if h is None else h
    net = core.rnn
    h = torch.tanh(net.weight_ih_l0 @ x + net.bias_ih_l0 + net.weight_hh_l0 @ h + net.bias_hh_l0)
    return h, h


def gru(core: Any, x: Tensor, h: Any) -> tuple[Tensor, Any]:
    h = torch.zeros(core.outputs) if h is None else h
    net = core.gru
    of_x = (net.weight_ih_l0 @ x + net.bias_ih_l0).chunk(3)
    of_h = (net.weight_hh_l0 @ h + net.bias_hh_l0).chunk(3)
    r, z = (of_x[0] + of_h[0]).sigmoid(), (of_x[1] + of_h[1]).sigmoid()
    n = torch.tanh(of_x[2] + r * of_h[2])
    h = (1 - z) * n + z * h
    return h, h


def lstm(core: Any, x: Tensor, state: Any) -> tuple[Tensor, Any]:
    h, c = (torch.zeros(core.outputs),) * 2 if state is None else state
    net = core.lstm
    i, f, g, o = (net.weight_ih_l0 @ x + net.bias_ih_l0 + net.weight_hh_l0 @ h + net.bias_hh_l0).chunk(4)
    c = f.sigmoid() * c + i.sigmoid() * torch.tanh(g)
    h = o.sigmoid() * torch.tanh(c)
    return h, (h, c)


def layered(mixer_step: Step) -> Step:
    """A step through residual layers that normalise their inputs."""

    def step(core: Any, x: Tensor, states: Any) -> tuple[Tensor, Any]:
        x = core.embed.weight @ x + core.embed.bias
        after = []
        for layer, mixer in enumerate(core.mixers):
            y, state = mixer_step(mixer, _norm(core.norms[layer], x), None if states is None else states[layer])
            after.append(state)
            x = x + y
            if core.feed_forwards:
                norm, up, _, down = core.feed_forwards[layer]
                x = x + down.weight @ gelu(up.weight @ _norm(norm, x) + up.bias) + down.bias
        return _norm(core.norm, x), after

    return step


def _norm(norm: Any, x: Tensor) -> Tensor:
    x = (x - x.mean()) / (x.var(correction=0) + norm.eps).sqrt()
    return x * norm.weight + norm.bias


def mingru(mixer: Any, x: Tensor, h: Any) -> tuple[Tensor, Any]:
    h = torch.zeros(mixer.hidden) if h is None else h
    z = (mixer.gate.weight @ x + mixer.gate.bias).sigmoid()
    h = (1 - z) * h + z * (mixer.candidate.weight @ x + mixer.candidate.bias)
    return h, h


def lru(mixer: Any, x: Tensor, h: Any) -> tuple[Tensor, Any]:
    h = torch.zeros(mixer.hidden, dtype=torch.complex128) if h is None else h
    eigenvalues = torch.exp(torch.complex(-mixer.log_decay.exp(), mixer.log_phase.exp()))
    b = torch.complex(mixer.read.weight[0::2], mixer.read.weight[1::2])
    c = torch.complex(mixer.write.weight[:, 0::2], -mixer.write.weight[:, 1::2])
    h = eigenvalues * h + mixer.log_scale.exp() * (b @ x.to(b.dtype))
    y = gelu((c @ h).real + mixer.skip * x)
    value, gate = (mixer.gated.weight @ y + mixer.gated.bias).chunk(2)
    return value * gate.sigmoid(), h


def _convolve(convolution: Any, x: Tensor, before: Any) -> tuple[Tensor, Any]:
    """The convolution's output, and its inputs so far, the latest first."""
    seen = [x, *(before or [])][: convolution.width]
    y = convolution.bias
    for weight, lagged in zip(convolution.weight, seen, strict=False):
        y = y + weight * lagged
    return y, seen


def mamba(mixer: Any, x: Tensor, state: Any) -> tuple[Tensor, Any]:
    before, h = (None, torch.zeros(mixer.hidden, mixer.states)) if state is None else state
    u, z = (mixer.read.weight @ x).chunk(2)
    u, before = _convolve(mixer.convolution, u, before)
    u = silu(u)
    d, b, c = (mixer.select.weight @ u).split(mixer.split)
    d = softplus(mixer.step_size.weight @ d + mixer.step_size.bias)
    y, after = [], []
    for k in range(mixer.hidden):
        h_k = torch.exp(-d[k] * mixer.log_decay[:, k].exp()) * h[k] + d[k] * b * u[k]
        after.append(h_k)
        y.append(c @ h_k + mixer.skip[k] * u[k])
    return mixer.write.weight @ (torch.stack(y) * silu(z)), (before, torch.stack(after))


def deltanet(mixer: Any, x: Tensor, state: Any) -> tuple[Tensor, Any]:
    heads, width = mixer.heads, mixer.width
    before, memories = (None, torch.zeros(heads, width, width)) if state is None else state
    convolved, before = _convolve(mixer.convolution, x, before)
    q, k, v = silu(mixer.project.weight @ convolved).reshape(3, heads, width)
    beta = (mixer.strength.weight @ x + mixer.strength.bias).sigmoid()
    outputs, after = [], []
    for head, s in enumerate(memories):
        query, key = q[head] / q[head].norm(), k[head] / k[head].norm()
        s = s + beta[head] * torch.outer(v[head] - s @ key, key)
        after.append(s)
        y = s @ query
        outputs.append(y / (y.pow(2).mean() + torch.finfo(y.dtype).eps).sqrt() * mixer.norm.weight)
    return mixer.write.weight @ torch.cat(outputs), (before, torch.stack(after))


def mlstm(mixer: Any, x: Tensor, state: Any) -> tuple[Tensor, Any]:
    """Without the stabiliser, which changes no output."""
    heads, width = mixer.heads, mixer.width
    empty = None, torch.zeros(heads, width, width), torch.zeros(heads, width)
    before, memories, sums = empty if state is None else state
    convolved, before = _convolve(mixer.convolution, x, before)
    q, k = (mixer.match.weight @ silu(convolved)).reshape(2, heads, width)
    v, o = (mixer.value.weight @ x).reshape(2, heads, width)
    i, f = (mixer.gates.weight @ x + mixer.gates.bias).reshape(2, heads)
    outputs, after_memories, after_sums = [], [], []
    for head in range(heads):
        key = k[head] / math.sqrt(width)
        c = f[head].sigmoid() * memories[head] + i[head].exp() * torch.outer(v[head], key)
        n = f[head].sigmoid() * sums[head] + i[head].exp() * key
        y = c @ q[head] / torch.clamp((n @ q[head]).abs(), min=1)
        outputs.append(_norm(mixer.norm, y) * o[head].sigmoid())
        after_memories.append(c)
        after_sums.append(n)
    return mixer.write.weight @ torch.cat(outputs), (before, torch.stack(after_memories), torch.stack(after_sums))


def ffm(core: Any, x: Tensor, s: Any) -> tuple[Tensor, Any]:
    traces, contexts = core.shape
    s = torch.zeros(traces, contexts, dtype=torch.complex128) if s is None else s
    value = (core.read.weight @ x + core.read.bias) * (core.read_gate.weight @ x + core.read_gate.bias).sigmoid()
    rows = []
    for m in range(traces):
        decay = torch.exp(torch.complex(-core.log_decay[m].exp().expand(contexts), core.frequency))
        rows.append(decay * s[m] + value[m])
    s = torch.stack(rows)
    z = core.mix.weight @ torch.stack([s.real, s.imag], dim=2).flatten() + core.mix.bias
    gate = (core.gate.weight @ x + core.gate.bias).sigmoid()
    return gate * layer_norm(z, z.shape) + (1 - gate) * (core.skip.weight @ x + core.skip.bias), s


def transformer(mixer: Any, x: Tensor, seen: Any) -> tuple[Tensor, Any]:
    """Attention to a sink and the last inputs of the layer; a rotation by the difference of positions, on the query."""
    seen = [x, *(seen or [])][: mixer.window]
    heads = mixer.heads
    q = (mixer.query.weight @ x + mixer.query.bias).reshape(heads, -1)
    width = q.shape[1]
    outputs = []
    for head in range(heads):
        scores, values = [torch.zeros(())], [mixer.sink.reshape(heads, width)[head]]
        for lag, earlier in enumerate(seen):
            k, v = (mixer.match.weight @ earlier + mixer.match.bias).reshape(2, heads, width)
            scores.append(_turned(q[head], lag) @ k[head] / math.sqrt(width))
            values.append(v[head])
        outputs.append(torch.stack(scores).softmax(dim=0) @ torch.stack(values))
    return mixer.write.weight @ torch.cat(outputs) + mixer.write.bias, seen


def _turned(q: Tensor, steps: int) -> Tensor:
    half = len(q) // 2
    turned = q.clone()
    for pair in range(half):
        angle = steps * 10_000.0 ** (-pair / half)
        first, second = q[pair], q[half + pair]
        turned[pair] = first * math.cos(angle) - second * math.sin(angle)
        turned[half + pair] = first * math.sin(angle) + second * math.cos(angle)
    return turned


STEPS: dict[str, Step] = {
    "lstm": lstm,
    "gru": gru,
    "rnn": rnn,
    "mingru": layered(mingru),
    "lru": layered(lru),
    "mamba": layered(mamba),
    "deltanet": layered(deltanet),
    "mlstm": layered(mlstm),
    "ffm": ffm,
    "transformer": layered(transformer),
}
