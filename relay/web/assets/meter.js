// A microphone's level, drawn as a bar: 0 at -60 dBFS, full at 0.
const FLOOR_DB = -60;
const SILENCE_DB = -55;
const SILENCE_MS = 5000;

export class Meter {
  #bar;
  #context = null;
  #source = null;
  #analyser = null;
  #heardAt = 0;
  #onSilence;

  /** @bar: element with role="meter". @onSilence(boolean): nothing was heard for a while, or again. */
  constructor(bar, onSilence) {
    this.#bar = bar;
    this.#onSilence = onSilence;
  }

  /** @track: a live audio track, or null. */
  show(track) {
    this.#source?.disconnect();
    this.#source = null;
    this.#heardAt = performance.now();
    this.#onSilence(false);
    if (!track) {
      this.#draw(FLOOR_DB);
      return;
    }
    this.#context ??= new AudioContext();
    this.#context.resume();
    this.#analyser ??= new AnalyserNode(this.#context, { fftSize: 1024 });
    this.#source = new MediaStreamAudioSourceNode(this.#context, { mediaStream: new MediaStream([track]) });
    this.#source.connect(this.#analyser);
    this.#tick(this.#source);
  }

  #tick(source) {
    if (source !== this.#source) return; // another track is shown now
    const samples = new Float32Array(this.#analyser.fftSize);
    this.#analyser.getFloatTimeDomainData(samples);
    const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
    const level = 10 * Math.log10(power + 1e-10);
    this.#draw(level);
    if (level > SILENCE_DB) this.#heardAt = performance.now();
    this.#onSilence(this.#context.state === 'running' && performance.now() - this.#heardAt > SILENCE_MS);
    setTimeout(() => this.#tick(source), 60);
  }

  #draw(level) {
    const share = Math.min(1, Math.max(0, 1 - level / FLOOR_DB));
    this.#bar.style.setProperty('--level', share.toFixed(3));
    this.#bar.setAttribute('aria-valuenow', Math.round(share * 100));
  }
}
