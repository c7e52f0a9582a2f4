/* The page of the games: it shows a round, and plays it by the human's clicks and keys. */

class GamePage {
  constructor(root) {
    this.root = root;
    this.table = new Table(root);
    this.games = JSON.parse(this.part("games").textContent);
    this.part("next").addEventListener("click", () => this.onward());
    this.part("choice").addEventListener("change", (event) => this.choose(event.target.value));
    document.addEventListener("keydown", (event) => this.press(event));
    this.part("whole").hidden = false; // Before the first round: a hidden table has no widths.
    this.choose(Object.keys(this.games)[0]);
  }

  part(name) {
    return this.root.querySelector(`[data-part="${name}"]`);
  }

  choose(name) {
    this.game = this.games[name];
    this.total = { episodes: 0, human: 0, network: 0, of: 0 };
    this.showGame(this.game);
    this.begin();
  }

  /* What stays the same in all rounds of a game. */
  showGame({ question, answers, lstm, problem, steps_learned }) {
    this.part("question").textContent = question;
    this.part("answers").replaceChildren(
      ...answers.map((text, answer) => {
        const button = element("button", text, { type: "button" });
        button.addEventListener("click", () => this.play(answer));
        return button;
      }),
    );
    const many = answers.length > 20;
    const columns = Math.min(5, answers.length);
    this.root.classList.toggle("many", many); // They scroll, so that the table stays in sight.
    this.root.style.setProperty("--columns", columns);
    this.root.style.setProperty("--answer-rows", many ? 5 : Math.min(2, Math.ceil(answers.length / columns)));
    const [drawn, cells] = [lstm.order.length, lstmCells(lstm)];
    const row = drawn < cells ? `${drawn} cells of the LSTM that vary most, out of ${cells}` : `${cells} cells of the LSTM`;
    this.part("legend").textContent =
      `Each row is one of the ${row}, each column a step: what it remembers. The stronger the colour, the larger the number.`;
    const learned = steps_learned ? `The LSTM learned from ${steps_learned.toLocaleString("en")} time steps.` : "The LSTM is not trained.";
    const rewarded = lstm.actions ? " and whether that was right" : "whether its previous answer was right";
    const sees = `${lstm.actions ? "its previous answer" : ""}${lstm.reward ? rewarded : ""}`;
    const also = sees ? ` It also sees ${sees}.` : "";
    this.part("about").textContent = `${problem}. ${learned}${also}`;
  }

  begin() {
    const others = this.game.episodes.filter((other) => other !== this.round?.episode);
    const episode = others[Math.floor(Math.random() * others.length)] ?? this.game.episodes[0];
    this.round = new Round(this.game, episode);
    this.typed = "";
    this.table.clear(this.round);
    this.part("numbers").textContent = "Nothing yet.";
    this.show();
  }

  /* The human answers, or continues where no answer counts: null. */
  play(answer) {
    const { game, round } = this;
    const past = round.play(answer);
    const at = round.step - 1;
    this.typed = "";
    this.table.fill(game, at, past);
    const numbers = game.lstm.order.map((unit) => past.state.cell[unit].toFixed(2).replace("-", "−"));
    this.part("numbers").textContent = `After step ${at + 1}: ${numbers.join("  ")}`;
    if (round.over) this.count();
    this.show();
  }

  onward() {
    if (this.round.over) this.begin();
    else this.play(null);
  }

  count() {
    const [human, network] = [this.round.score("human"), this.round.score("network")];
    this.total.episodes += 1;
    this.total.human += human.right;
    this.total.network += network.right;
    this.total.of += human.of;
  }

  outcome() {
    const { episodes, human, network, of } = this.total;
    const all = episodes > 1 ? ` In ${episodes} episodes you: ${human}, LSTM: ${network} of ${of}.` : "";
    return this.round.outcome() + all;
  }

  show() {
    const { round } = this;
    const focused = document.activeElement;
    this.root.classList.toggle("over", round.over);
    for (const who of ["human", "network"]) {
      const { right, of } = round.score(who);
      this.part(`${who}-score`).textContent = of ? `${right}/${of}` : "";
    }
    this.part("count").textContent = round.over ? "The end" : `Step ${round.step + 1} of ${round.length}`;
    this.part("answers").hidden = !round.scored;
    this.part("next").hidden = round.scored;
    this.part("next").textContent = round.over ? "Play again" : "Next";
    this.part("verdict").textContent = round.verdict();
    this.showPrompt();
    this.showInput();
    this.table.point(round);
    if (this.part("reply").contains(focused) && focused.closest("[hidden]")) {
      (round.scored ? this.part("answers").firstChild : this.part("next")).focus();
    }
  }

  showPrompt() {
    const { round, typed } = this;
    const question = typed ? `Your answer: ${typed}… (Enter)` : "Your answer:";
    this.part("prompt").textContent = round.over ? this.outcome() : round.scored ? question : "No question at this step: remember.";
  }

  showInput() {
    const { round } = this;
    const text = round.over ? "" : round.inputText(round.step);
    const now = this.part("input");
    now.textContent = text;
    now.classList.remove("fresh");
    void now.offsetWidth; // Starts the animation again, also where the input is the same as before.
    now.classList.add("fresh");
    this.part("spoken").textContent = `${round.verdict()} ${round.over ? this.outcome() : `Step ${round.step + 1}. Input: ${text}.`}`;
  }

  press(event) {
    const inside = this.root.contains(event.target) || event.target === document.body;
    if (!inside || event.ctrlKey || event.altKey || event.metaKey) return;
    const acts = { Enter: this.enter, " ": this.enter, Backspace: this.forget, Escape: this.forget }[event.key];
    if (event.repeat) {
      if (acts) event.preventDefault(); // A held key plays one step. Without this, Enter clicks a button again and again.
    } else if (acts) {
      if (acts.call(this, event.target)) event.preventDefault();
    } else if (this.round.scored && event.key.length === 1) this.type(event.key);
  }

  /* Returns whether the key has done something, as `forget` does. */
  enter(target) {
    const answer = this.game.answers.indexOf(this.typed);
    if (answer >= 0) this.play(answer);
    else if (this.round.scored || target.closest("button, input, summary, [tabindex]")) return false;
    else this.onward();
    return true;
  }

  /* Drop what is typed. */
  forget() {
    if (!this.typed) return false;
    this.typed = "";
    this.showPrompt();
    return true;
  }

  /* Answer at once if no longer answer begins with what is typed. */
  type(key) {
    const beginning = (text) => this.game.answers.filter((answer) => answer.startsWith(text));
    const text = beginning(this.typed + key).length ? this.typed + key : key;
    const fitting = beginning(text);
    if (fitting.length === 0) return;
    if (fitting.length === 1 && fitting[0] === text) {
      this.play(this.game.answers.indexOf(text));
      return;
    }
    this.typed = text;
    this.showPrompt();
  }
}

document.querySelectorAll(".seq-game").forEach((root) => new GamePage(root));
