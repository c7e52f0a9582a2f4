"use strict";
/* torch's LSTM with a linear head, one time step at a time. The weights are those of `LstmWeights`. */

const sigmoid = (x) => 1 / (1 + Math.exp(-x));

const product = (row, vector) => row.reduce((sum, weight, place) => sum + weight * vector[place], 0);

/* The number of cells, H. The page may draw fewer. */
const lstmCells = (lstm) => lstm.recurrent[0].length;

/* The state before the first step: hidden and cell, (H,) each. */
function lstmStart(lstm) {
  const zeros = Array(lstmCells(lstm)).fill(0);
  return { hidden: zeros, cell: zeros };
}

/* What the LSTM reads, (4H,): a symbol and, if it observes them, its previous answer and whether that was right. `past`
   is undefined at the first step. */
function lstmInput(lstm, symbol, past) {
  const parts = [lstm.inputs[symbol]];
  if (past && lstm.actions) parts.push(lstm.actions[past.answer]);
  if (past?.right && lstm.reward) parts.push(lstm.reward);
  return parts[0].map((_, place) => parts.reduce((sum, part) => sum + part[place], 0));
}

/* Read a symbol. Returns the new hidden and cell, (H,) each, and the scores (n,) of the answers. */
function lstmStep(lstm, symbol, state, past) {
  const units = lstmCells(lstm);
  const inputs = lstmInput(lstm, symbol, past);
  const gates = lstm.recurrent.map((row, place) => inputs[place] + product(row, state.hidden));
  const [input, forget, candidate, output] = [0, 1, 2, 3].map((gate) => gates.slice(gate * units, (gate + 1) * units));
  const cell = state.cell.map(
    (old, unit) => sigmoid(forget[unit]) * old + sigmoid(input[unit]) * Math.tanh(candidate[unit]),
  );
  const hidden = cell.map((value, unit) => sigmoid(output[unit]) * Math.tanh(value));
  const scores = lstm.head.map((row, answer) => lstm.head_bias[answer] + product(row, hidden));
  return { hidden, cell, scores };
}

/* The answer with the highest score, and its probability. */
function bestAnswer(scores) {
  const highest = Math.max(...scores);
  return { answer: scores.indexOf(highest), sure: 1 / scores.reduce((sum, score) => sum + Math.exp(score - highest), 0) };
}
