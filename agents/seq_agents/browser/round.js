const percent = (share) => (share > 0.99 ? "over 99%" : `${Math.round(100 * share)}%`);

/* One episode, step by step: a human and the LSTM see one input at a time and answer. */
class Round {
  constructor(game, episode) {
    this.game = game;
    this.episode = episode;
    this.played = [];
  }

  /* The step to play, from 0. */
  get step() {
    return this.played.length;
  }

  get length() {
    return this.episode.inputs.length;
  }

  get over() {
    return this.step === this.length;
  }

  /* Whether the answer of this step counts. */
  get scored() {
    return !this.over && this.episode.targets[this.step] !== null;
  }

  inputText(at) {
    return this.game.symbols[this.episode.inputs[at]];
  }

  /* Play a step with the human's answer, or with null where no answer counts. Returns the past step. */
  play(answer) {
    const { lstm } = this.game;
    const before = this.played.at(-1);
    const observed = before && { answer: before.network.answer, right: before.network.answer === before.target };
    const state = lstmStep(lstm, this.episode.inputs[this.step], before?.state ?? lstmStart(lstm), observed);
    const past = { answer, network: bestAnswer(state.scores), state, target: this.episode.targets[this.step] };
    this.played.push(past);
    return past;
  }

  /* The right answers of "human" or "network" so far, and the number of questions. */
  score(who) {
    const asked = this.played.filter(({ target }) => target !== null);
    const answerOf = { human: (past) => past.answer, network: (past) => past.network.answer }[who];
    return { right: asked.filter((past) => answerOf(past) === past.target).length, of: asked.length };
  }

  /* What the last step had as answers; empty where there was no question. */
  verdict() {
    const { answer, network, target } = this.played.at(-1) ?? { target: null };
    if (target === null) return "";
    const { answers } = this.game;
    const graded = (given) => `${answers[given]}\u00a0${given === target ? "✓" : "✗"}`;
    return (
      `Step ${this.step}: the answer was ${answers[target]}. You: ${graded(answer)}, ` +
      `LSTM: ${graded(network.answer)} (${percent(network.sure)} sure).`
    );
  }

  outcome() {
    const [human, network] = [this.score("human"), this.score("network")];
    const difference = human.right - network.right;
    const won = difference > 0 ? "You win." : difference < 0 ? "The LSTM wins." : "A draw.";
    return `${won} You: ${human.right} of ${human.of}, LSTM: ${network.right} of ${network.of}.`;
  }
}
