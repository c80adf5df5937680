// What a page has seen and heard, in the form that ../witness.c describes.
import { closeSync, openSync, writeSync } from 'node:fs';

const RATE = 48000;
const FRAME_MS = 20; // of voice

// CLOCK_MONOTONIC and the wall clock; pages know only the latter.
const monotonicMs = Number(process.hrtime.bigint() / 1000n) / 1000;
const offsetMs = performance.timeOrigin + performance.now() - monotonicMs;
const toMonotonicUs = (wallMs) => Math.round((wallMs - offsetMs) * 1000);

export class WitnessFiles {
  #sizes = {};
  #files = {};
  #voiceStartMs = Infinity; // when the voice's time 0 was spoken: as early as any packet lets it be
  #said = new Set();

  constructor(prefix) {
    for (const suffix of ['events', 'pictures', 'sound', 'opus', 'statistics.jsonl']) {
      this.#files[suffix] = openSync(`${prefix}.${suffix}`, 'w');
      this.#sizes[suffix] = 0;
    }
  }

  /** Returns where it begins. */
  #append(suffix, bytes) {
    const position = this.#sizes[suffix];
    this.#sizes[suffix] += writeSync(this.#files[suffix], bytes);
    return position;
  }

  #event(...words) {
    this.#append('events', `${words.join(' ')}\n`);
  }

  /** Says @word on standard output, once. */
  #say(word) {
    if (this.#said.has(word)) return;
    this.#said.add(word);
    console.log(word);
  }

  picture(time, number, width, height, luma) {
    const position = luma ? this.#append('pictures', Buffer.from(luma, 'base64')) : -1;
    this.#event('picture', toMonotonicUs(time), number, width, height, position);
    if (number >= 0) this.#say('first-picture');
  }

  sound(pieces, samples) {
    const bytes = Buffer.from(samples, 'base64');
    let position = this.#append('sound', bytes) / 2;
    for (const [time, n, rate] of pieces) {
      if (rate !== RATE) throw new Error(`sound of ${rate} samples a second`);
      this.#event('sound', toMonotonicUs(time), position, n);
      position += n;
    }
    if (bytes.some((byte) => byte !== 0)) this.#say('first-audio');
  }

  voice(time, timestamp, data) {
    const ms = timestamp / (RATE / 1000);
    this.#voiceStartMs = Math.min(this.#voiceStartMs, time - FRAME_MS - ms);
    const bytes = Buffer.from(data, 'base64');
    const position = this.#append('opus', bytes);
    this.#event('voice', toMonotonicUs(this.#voiceStartMs + ms), position, bytes.length);
  }

  statistics(time, state, entries) {
    this.#append('statistics.jsonl', `${JSON.stringify({ now_us: toMonotonicUs(time), state, entries })}\n`);
  }

  close() {
    for (const file of Object.values(this.#files)) closeSync(file);
  }
}
