// What the relay has told of links, rooms and itself; asks for what has changed, and for no more.
import { authorization } from './page.js';

const HOUR_TICKS = 720;
const ANEW_TICKS = 12;
const RETRY_MS = 5000;
const TIMEOUT_MS = 10000;

/** Rows with their columns named, as objects. */
export function takeRows(columns, rows) {
  return rows.map((row) => row && Object.fromEntries(columns.map((column, i) => [column, row[i]])));
}

/** Relay's answers become errors with the status and what the relay says about waiting. */
async function ask(path) {
  const response = await fetch(path, { headers: authorization(), cache: 'no-store', signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (response.ok) return response.json();
  const error = new Error(`HTTP ${response.status}`);
  error.status = response.status;
  error.waitMs = Number(response.headers.get('Retry-After') ?? 0) * 1000;
  throw error;
}

/** An hour of one thing's moments, by tick. */
export class History {
  moments = new Map(); // tick: object; missing ones are gaps
  moves = []; // of a room: who came and went, the oldest first
  tick = 0; // the newest that is known
  #path;
  #boot = '';

  constructor(path) {
    this.#path = path;
  }

  /** Asks for what is missing. */
  async refresh() {
    const answer = await ask(`${this.#path}?boot=${this.#boot}&since=${this.tick}`);
    if (answer.boot !== this.#boot) {
      this.moments.clear();
      this.moves = [];
      this.tick = 0;
    }
    this.#boot = answer.boot;
    takeRows(answer.columns, answer.moments).forEach((moment, i) => moment && this.moments.set(answer.from + i, moment));
    // Who asked twice at a time is told twice.
    if (answer.moves) this.moves.push(...takeRows(answer.move_columns, answer.moves).filter(({ tick }) => tick > this.tick));
    this.tick = Math.max(this.tick, answer.tick);
    this.moves = this.moves.filter(({ tick }) => tick > this.tick - HOUR_TICKS);
    for (const tick of this.moments.keys()) if (tick <= this.tick - HOUR_TICKS) this.moments.delete(tick);
  }

  /** The last hour as {tick, moment}, moment being null in gaps. */
  hour() {
    const first = this.tick - HOUR_TICKS + 1;
    return Array.from({ length: HOUR_TICKS }, (_, i) => ({ tick: first + i, moment: this.moments.get(first + i) ?? null }));
  }
}

/** Fires "change" after each answer, "refused" if the token will not do, "stale" if the relay does not answer. */
export class StatusStore extends EventTarget {
  relay = null;
  rooms = new Map(); // by name
  links = new Map(); // by number
  boot = '';
  startedMs = 0;
  tick = 0;
  tickS = 5;
  restarted = false; // while this page was open
  #revision = 0;
  #anewTick = -ANEW_TICKS; // when all was asked for anew
  #wake = () => {};

  constructor() {
    super();
    document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && this.#wake());
    this.#run();
  }

  /** The moment in which @tick was, by the relay's clock. */
  timeOf(tick) {
    return new Date(this.startedMs + tick * this.tickS * 1000);
  }

  /** Returns whether there is more to ask for at once. */
  take(answer) {
    if (answer.boot !== this.boot) {
      this.restarted = this.boot !== '';
      this.rooms.clear();
      this.links.clear();
    }
    this.boot = answer.boot;
    this.startedMs = answer.started_ms;
    this.tick = answer.tick;
    this.tickS = answer.tick_s;
    this.relay = answer.relay;
    this.#revision = answer.revision;
    for (const room of takeRows(answer.room_columns, answer.rooms)) this.rooms.set(room.room, room);
    for (const link of takeRows(answer.link_columns, answer.links)) this.links.set(link.number, link);
    this.#forget();
    // The relay may have forgotten some earlier, for want of place.
    const differs = this.links.size !== answer.n_links || this.rooms.size !== answer.n_rooms;
    if (!answer.more && differs && this.tick - this.#anewTick >= ANEW_TICKS) {
      this.#anewTick = this.tick;
      this.#revision = 0;
      this.rooms.clear();
      this.links.clear();
      return true;
    }
    return answer.more;
  }

  /** Who left an hour ago is forgotten, as in the relay. */
  #forget() {
    for (const all of [this.rooms, this.links]) {
      for (const [key, one] of all) if (one.seen_tick !== null && this.tick - one.seen_tick >= HOUR_TICKS) all.delete(key);
    }
  }

  async #run() {
    for (;;) {
      const waitMs = await this.#refresh();
      if (waitMs === null) return;
      await new Promise((resolve) => {
        const timer = document.visibilityState === 'visible' ? setTimeout(resolve, waitMs) : 0;
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  /** Returns how long to wait until the next question; null: there is none. */
  async #refresh() {
    try {
      const more = this.take(await ask(`/api/status?boot=${this.boot}&since=${this.#revision}`));
      if (!more) this.dispatchEvent(new Event('change'));
      return more ? 0 : this.tickS * 1000;
    } catch (error) {
      if (error.status === 401 || error.status === 403) {
        this.dispatchEvent(new Event('refused'));
        return null;
      }
      this.dispatchEvent(new Event('stale'));
      return Math.max(RETRY_MS, error.waitMs ?? 0);
    }
  }
}
