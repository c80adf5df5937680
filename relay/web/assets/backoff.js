// Waiting between attempts: soon at first, never longer than five seconds unless the relay asks for more, cut short
// by news.
const FIRST_MS = 250;
const LONGEST_MS = 5000;
const LONGEST_ASKED_MS = 60000;

export class Backoff {
  #attempts = 0;
  #wake = () => {};

  reset() {
    this.#attempts = 0;
  }

  /** @atLeast: milliseconds that the relay asked for. */
  async wait(atLeast = 0) {
    const longest = Math.min(LONGEST_MS, FIRST_MS * 2 ** this.#attempts++);
    // A whole school that was asked to wait must not come back in the same moment.
    const asked = Math.min(LONGEST_ASKED_MS, atLeast) * (1 + Math.random() / 4);
    const delay = Math.max(asked, longest * (0.75 + Math.random() / 4));
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
