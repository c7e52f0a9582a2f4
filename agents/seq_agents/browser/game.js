/* The game: a human and the LSTM see one input at a time and answer. The past inputs stay hidden until the end. */

const element = (name, text = "", attributes = {}) => {
  const made = document.createElement(name);
  made.textContent = text;
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  return made;
};

const percent = (share) => (share > 0.99 ? "over 99%" : `${Math.round(100 * share)}%`);
const graded = (text, right) => `${text}\u00a0${right ? "✓" : "✗"}`;

/* A sign, and what it means for those who do not see it. */
const sign = (text, meaning) => [element("span", text, { "aria-hidden": "true" }), element("span", ` ${meaning}`, { class: "unseen" })];

function startGames(root) {
  const part = (name) => root.querySelector(`[data-part="${name}"]`);
  const games = JSON.parse(part("games").textContent);
  const rows = Object.fromEntries(["inputs", "human", "network", "truth", "state"].map((name) => [name, root.querySelector(`tr.${name}`)]));
  const heads = root.querySelector("thead tr");
  let game, episode, played, typed, total;

  const step = () => played.length;
  const over = () => step() === episode.inputs.length;
  const scored = () => !over() && episode.targets[step()] !== null;
  const inputText = (at) => game.symbols[episode.inputs[at]];

  function choose(name) {
    game = games[name];
    total = { episodes: 0, human: 0, network: 0, of: 0 };
    part("question").textContent = game.question;
    part("answers").replaceChildren(
      ...game.answers.map((text, answer) => {
        const button = element("button", text, { type: "button" });
        button.addEventListener("click", () => play(answer));
        return button;
      }),
    );
    const columns = Math.min(5, game.answers.length);
    root.style.setProperty("--columns", columns);
    root.style.setProperty("--answer-rows", Math.min(2, Math.ceil(game.answers.length / columns)));
    part("legend").textContent =
      `Each row is one of the ${game.lstm.order.length} cells of the LSTM, each column a step: ` +
      "what it remembers. The stronger the colour, the larger the number.";
    begin();
  }

  function begin() {
    const others = game.episodes.filter((other) => other !== episode);
    episode = others[Math.floor(Math.random() * others.length)] ?? game.episodes[0];
    played = [];
    typed = "";
    table();
    show("");
  }

  /* Empty cells for the whole episode, so that nothing moves while it is played. */
  function table() {
    root.style.setProperty("--steps", episode.inputs.length);
    root.style.setProperty("--units", game.lstm.order.length);
    for (const row of [heads, ...Object.values(rows)]) while (row.children.length > 1) row.lastChild.remove();
    episode.inputs.forEach((_, at) => {
      heads.append(element("th", at + 1, { scope: "col" }));
      for (const row of Object.values(rows)) row.append(element("td"));
    });
  }

  /* The human answers, or goes on where no answer counts: null. */
  function play(answer) {
    const at = step();
    const before = at ? played[at - 1].state : lstmStart(game.lstm);
    const state = lstmStep(game.lstm, episode.inputs[at], before);
    const network = bestAnswer(state.scores);
    const target = episode.targets[at];
    played.push({ answer, network, state, target });
    typed = "";
    fill(at);
    if (over()) count();
    show(verdict(at));
  }

  function fill(at) {
    const { answer, network, state, target } = played[at];
    const cell = (name) => rows[name].children[at + 1];
    cell("inputs").replaceChildren(...sign("•", "hidden until the end"));
    if (target === null) {
      for (const name of ["human", "network", "truth"]) cell(name).replaceChildren(...sign("·", "no question"));
    } else {
      mark(cell("human"), answer, target);
      mark(cell("network"), network.answer, target);
      cell("truth").textContent = game.answers[target];
    }
    const column = element("div", "", { "aria-hidden": "true" });
    for (const unit of game.lstm.order) {
      const value = Math.tanh(state.cell[unit] / game.lstm.scale);
      const square = element("i", "", { class: value < 0 ? "below" : "above", title: `cell ${unit + 1}: ${state.cell[unit].toFixed(2)}` });
      square.style.setProperty("--strength", `${Math.round(100 * Math.abs(value))}%`);
      column.append(square);
    }
    cell("state").append(column);
    part("numbers").textContent = `After step ${at + 1}: ${game.lstm.order.map((unit) => state.cell[unit].toFixed(2).replace("-", "−")).join("  ")}`;
  }

  function mark(cell, answer, target) {
    const right = answer === target;
    cell.replaceChildren(element("span", game.answers[answer]), ...sign(right ? "✓" : "✗", right ? "right" : "wrong"));
    cell.className = right ? "right" : "wrong";
  }

  function score(who) {
    const asked = played.filter(({ target }) => target !== null);
    const answerOf = { human: (past) => past.answer, network: (past) => past.network.answer }[who];
    return { right: asked.filter((past) => answerOf(past) === past.target).length, of: asked.length };
  }

  function verdict(at) {
    const { answer, network, target } = played[at];
    if (target === null) return "";
    const [yours, its] = [answer === target, network.answer === target];
    return (
      `Step ${at + 1}: the answer was ${game.answers[target]}. You: ${graded(game.answers[answer], yours)}, ` +
      `LSTM: ${graded(game.answers[network.answer], its)} (${percent(network.sure)} sure).`
    );
  }

  function count() {
    total.episodes += 1;
    total.human += score("human").right;
    total.network += score("network").right;
    total.of += score("human").of;
  }

  function outcome() {
    const [human, network] = [score("human"), score("network")];
    const difference = human.right - network.right;
    const won = difference > 0 ? "You win." : difference < 0 ? "The LSTM wins." : "A draw.";
    const all = `In ${total.episodes} episodes you: ${total.human}, LSTM: ${total.network} of ${total.of}.`;
    const now = `${won} You: ${human.right} of ${human.of}, LSTM: ${network.right} of ${network.of}.`;
    return total.episodes > 1 ? `${now} ${all}` : now;
  }

  function show(message) {
    const focused = document.activeElement;
    const at = step();
    root.classList.toggle("over", over());
    for (const who of ["human", "network"]) {
      const { right, of } = score(who);
      part(`${who}-score`).textContent = of ? `${right}/${of}` : "";
    }
    part("count").textContent = over() ? "The end" : `Step ${at + 1} of ${episode.inputs.length}`;
    part("prompt").textContent = over() ? outcome() : scored() ? "Your answer:" : "No question at this step: remember.";
    part("answers").hidden = !scored();
    part("next").hidden = scored();
    part("next").textContent = over() ? "Play again" : "Next";
    part("verdict").textContent = message;
    part("input").textContent = over() ? "" : inputText(at);
    if (!over()) {
      const now = part("input");
      now.classList.remove("fresh");
      void now.offsetWidth; // Starts the animation again, also where the input is the same as before.
      now.classList.add("fresh");
      rows.inputs.children[at + 1].textContent = inputText(at);
    } else {
      episode.inputs.forEach((_, past) => (rows.inputs.children[past + 1].textContent = inputText(past)));
    }
    for (const row of [heads, ...Object.values(rows)]) [...row.children].forEach((cell, place) => cell.classList.toggle("current", place === at + 1));
    part("spoken").textContent = `${message} ${over() ? outcome() : `Step ${at + 1}. Input: ${inputText(at)}.`}`;
    if (part("reply").contains(focused) && focused.closest("[hidden]")) (scored() ? part("answers").firstChild : part("next")).focus();
  }

  function press(event) {
    const inside = root.contains(event.target) || event.target === document.body;
    if (!inside || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "Enter" || event.key === " ") {
      if (typed && game.answers.includes(typed)) play(game.answers.indexOf(typed));
      else if (scored() || event.target.closest("button, input, summary, [tabindex]")) return;
      else onward();
      event.preventDefault();
    } else if (scored() && event.key.length === 1) {
      const text = game.answers.some((answer) => answer.startsWith(typed + event.key)) ? typed + event.key : event.key;
      const fitting = game.answers.filter((answer) => answer.startsWith(text));
      if (fitting.length === 0) return;
      if (fitting.length === 1 && fitting[0] === text) return play(game.answers.indexOf(text));
      typed = text;
      part("prompt").textContent = `Your answer: ${typed}… (Enter)`;
    }
  }

  const onward = () => (over() ? begin() : play(null));

  part("next").addEventListener("click", onward);
  part("choice").addEventListener("change", (event) => choose(event.target.value));
  document.addEventListener("keydown", press);
  choose(Object.keys(games)[0]);
  part("whole").hidden = false;
}

document.querySelectorAll(".seq-game").forEach(startGames);
