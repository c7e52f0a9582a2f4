/* The table of an episode: a column for each step. The past inputs stay hidden until the end. */

const element = (name, text = "", attributes = {}) => {
  const made = document.createElement(name);
  made.textContent = text;
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  return made;
};

/* A sign, and its meaning for a screen reader. */
const sign = (text, meaning) => [element("span", text, { "aria-hidden": "true" }), element("span", ` ${meaning}`, { class: "unseen" })];

class Table {
  constructor(root) {
    this.room = root.querySelector(".scroll");
    this.heads = root.querySelector("thead tr");
    this.rows = Object.fromEntries(["inputs", "human", "network", "truth", "state"].map((name) => [name, root.querySelector(`tr.${name}`)]));
  }

  cell(name, at) {
    return this.rows[name].children[at + 1];
  }

  /* Empty cells for the whole round, so that nothing moves while it is played. */
  clear({ game, length }) {
    const { style } = this.room;
    style.setProperty("--steps", length);
    style.setProperty("--units", game.lstm.order.length);
    style.setProperty("--characters", Math.max(...[...game.answers, ...game.symbols].map((text) => text.length)));
    style.setProperty("--digits", String(length).length);
    for (const row of [this.heads, ...Object.values(this.rows)]) while (row.children.length > 1) row.lastChild.remove();
    for (let at = 0; at < length; at++) {
      this.heads.append(element("th", at + 1, { scope: "col" }));
      for (const row of Object.values(this.rows)) row.append(element("td"));
    }
  }

  /* The past step `at` of a game. */
  fill(game, at, { answer, network, state, target }) {
    this.cell("inputs", at).replaceChildren(...sign("•", "hidden until the end"));
    if (target === null) {
      for (const name of ["human", "network", "truth"]) this.cell(name, at).replaceChildren(...sign("·", "no question"));
    } else {
      this.mark(this.cell("human", at), game.answers[answer], answer === target);
      this.mark(this.cell("network", at), game.answers[network.answer], network.answer === target);
      this.cell("truth", at).textContent = game.answers[target];
    }
    this.cell("state", at).append(this.memory(game.lstm, state));
  }

  mark(cell, text, right) {
    cell.replaceChildren(element("span", text), ...sign(right ? "✓" : "✗", right ? "right" : "wrong"));
    cell.className = right ? "right" : "wrong";
  }

  /* A square for each cell of the LSTM. */
  memory(lstm, state) {
    const column = element("div", "", { "aria-hidden": "true" });
    for (const unit of lstm.order) {
      const value = Math.tanh(state.cell[unit] / lstm.scale);
      const square = element("i", "", { class: value < 0 ? "below" : "above", title: `cell ${unit + 1}: ${state.cell[unit].toFixed(2)}` });
      square.style.setProperty("--strength", `${Math.round(100 * Math.abs(value))}%`);
      column.append(square);
    }
    return column;
  }

  /* Mark the column of the step to play, and show its input; at the end, show all inputs. */
  point(round) {
    const shown = round.over ? round.played.keys() : [round.step];
    for (const at of shown) this.cell("inputs", at).textContent = round.inputText(at);
    for (const row of [this.heads, ...Object.values(this.rows)]) {
      [...row.children].forEach((cell, place) => cell.classList.toggle("current", place === round.step + 1));
    }
    if (!round.over) this.reveal(this.heads.children[round.step + 1]);
  }

  /* Scroll sideways only if the column is out of sight, and then to the middle, so that the table rarely moves. */
  reveal(head) {
    const [column, room] = [head.getBoundingClientRect(), this.room.getBoundingClientRect()];
    const left = this.heads.firstChild.getBoundingClientRect().right; // The names of the rows stay at the left.
    if (column.left < left || column.right > room.right) this.room.scrollLeft += column.left - (left + room.right) / 2;
  }
}
