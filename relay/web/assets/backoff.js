// Waiting between attempts: soon at first, never longer than five seconds, cut short by news.
const FIRST_MS = 250;
const LONGEST_MS = 5000;

export class Backoff {
  #attempts = 0;
  #wake = () => {};

  reset() {
    this.#attempts = 0;
  }

  /** @atLeast: milliseconds that the relay asked for. */
  async wait(atLeast = 0) {
    const longest = Math.min(LONGEST_MS, FIRST_MS * 2 ** this.#attempts++);
    const delay = Math.min(LONGEST_MS, Math.max(atLeast, longest * (0.75 + Math.random() / 4)));
    await new Promise((resolve) => {
      const timer = setTimeout(resolve, delay);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** The network is back, or somebody asked: try now. */
  wake() {
    this.#wake();
  }
}
