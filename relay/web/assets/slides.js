// The slides of a lesson: fetches stills, the page that is shown first and then, ahead of time, its neighbours; and
// puts one on the page with the teacher's pointer on it.
import { authorization } from './page.js';

const STAYS_MS = 5000; // without word of a deck: after an outage it is told again
const RETRY_MS = 1500;
const KEPT = 80; // stills
const PIECE = 16384; // bytes of a request: what an outage costs at most, and what a narrow link takes in some seconds

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Pages from the nearest to the farthest, two ahead for each one back; as in client/deck/fetch-order.c. */
export function fetchOrder(current, n) {
  const rank = (page) => (page === current ? 0 : page > current
    ? page - current + Math.min(Math.floor((page - current - 1) / 2), current)
    : current - page + Math.min((current - page) * 2, n - 1 - current));
  return [...Array(n).keys()].sort((a, b) => rank(a) - rank(b));
}

/** Fires "change": another page, another pointer, or none any more. */
export class Slides extends EventTarget {
  deck = null; // as in the events; null: there is none
  url = null; // of the page that is to be seen, or of the last one while it is on its way; null: none
  #room;
  #client; // of a session whose link the relay spares; or null
  #ahead;
  #urls = new Map(); // hash → object URL, the newest last
  #pages = null; // [hash, bytes] of each, once the manifest has come; a page that is not drawn has no hash
  #begun = new Map(); // hash → pieces that have come
  #version = null; // of that manifest
  #busy = null; // {hash, abort}
  #leaving = null;

  /** @client: null if the page has no session that receives. @ahead: fetch pages before they are shown. */
  constructor(room, events, { client = null, ahead = false } = {}) {
    super();
    this.#room = room;
    this.#client = client;
    this.#ahead = ahead;
    events.addEventListener('deck', () => this.#follow(events.deck));
    events.addEventListener('open', () => this.#follow(events.deck));
  }

  /** @deck: undefined if nothing is known, null if there is none. */
  #follow(deck) {
    clearTimeout(this.#leaving);
    if (!deck) {
      if (this.deck) this.#leaving = setTimeout(() => this.#leave(), deck === null ? 0 : STAYS_MS);
      return;
    }
    if (deck.id !== this.deck?.id) this.#pages = this.#version = null;
    this.deck = deck;
    if (this.#busy && deck.ready && this.#busy.hash !== deck.hash && !this.#urls.has(deck.hash)) this.#busy.abort.abort();
    this.#show();
    this.#fetchNext();
  }

  #leave() {
    this.deck = null;
    this.#show();
  }

  #show() {
    const url = this.deck && !this.deck.blank ? this.#urls.get(this.deck.hash) ?? this.url : null;
    this.url = url;
    this.dispatchEvent(new Event('change'));
  }

  /** What is worth fetching now: [hash, bytes], [''] for the manifest, or null. */
  #next() {
    const { deck } = this;
    if (!deck) return null;
    if (deck.ready && deck.hash && !this.#urls.has(deck.hash)) return [deck.hash, deck.bytes];
    if (!this.#ahead) return null;
    if (this.#version !== deck.version) return [''];
    const near = fetchOrder(Math.min(deck.page, this.#pages.length - 1), this.#pages.length).slice(0, KEPT - 1);
    return near.map((page) => this.#pages[page]).find(([hash]) => hash && !this.#urls.has(hash)) ?? null;
  }

  async #fetchNext() {
    while (!this.#busy) {
      const next = this.#next();
      if (next === null) return;
      const [hash, bytes] = next;
      this.#busy = { hash, abort: new AbortController() };
      const fetching = hash ? this.#fetchPiece(hash, bytes, this.#busy.abort.signal) : this.#fetchManifest(this.#busy.abort.signal);
      const fetched = await fetching.then(() => true, (error) => error.name === 'AbortError');
      if (!fetched) await sleep(RETRY_MS);
      this.#busy = null;
    }
  }

  async #request(path, headers, signal) {
    const known = { ...authorization(), ...(this.#client ? { 'X-Classcast-Client': this.#client } : {}) };
    const answer = await fetch(`/rooms/${encodeURIComponent(this.#room)}/deck${path}`, { headers: { ...known, ...headers }, signal });
    if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
    return answer;
  }

  async #fetchManifest(signal) {
    const { version } = this.deck;
    const lines = (await (await this.#request('', {}, signal)).text()).trim().split('\n').slice(1);
    this.#pages = lines.map((line) => (line === '-' ? ['', 0] : [line.split(' ')[0], Number(line.split(' ')[1])]));
    this.#version = version;
  }

  async #fetchPiece(hash, bytes, signal) {
    const pieces = this.#begun.get(hash) ?? [];
    const from = pieces.reduce((sum, piece) => sum + piece.size, 0);
    const range = { Range: `bytes=${from}-${Math.min(from + PIECE, bytes) - 1}` };
    pieces.push(await (await this.#request(`/${hash}`, range, signal)).blob());
    this.#begun.set(hash, pieces);
    if (pieces.reduce((sum, piece) => sum + piece.size, 0) >= bytes) this.#keep(hash, new Blob(pieces, { type: 'image/webp' }));
  }

  #keep(hash, still) {
    this.#begun.delete(hash);
    this.#urls.set(hash, URL.createObjectURL(still));
    for (const [old, url] of this.#urls) {
      if (this.#urls.size <= KEPT) break;
      if (url === this.url) continue;
      URL.revokeObjectURL(url);
      this.#urls.delete(old);
    }
    if (hash === this.deck?.hash) this.#show();
  }
}

/** Where the picture itself lies in an <img> that keeps its shape ("object-fit: contain"). */
function pictureBox(image) {
  const scale = Math.min(image.clientWidth / image.naturalWidth, image.clientHeight / image.naturalHeight);
  const [width, height] = [image.naturalWidth * scale, image.naturalHeight * scale];
  return { left: (image.clientWidth - width) / 2, top: (image.clientHeight - height) / 2, width, height };
}

/** Keeps @image and @pointer as @slides says. */
export function showSlides(slides, image, pointer) {
  const place = () => {
    const at = slides.url && slides.deck?.pointer;
    pointer.hidden = !at || !image.naturalWidth;
    if (pointer.hidden) return;
    const box = pictureBox(image);
    pointer.style.left = `${box.left + (at[0] / 10000) * box.width}px`;
    pointer.style.top = `${box.top + (at[1] / 10000) * box.height}px`;
  };
  slides.addEventListener('change', () => {
    if (slides.url && image.src !== slides.url) image.src = slides.url;
    place();
  });
  image.addEventListener('load', place);
  new ResizeObserver(place).observe(image);
}

/** What a mouse or a finger on @image points at, 0 to 10000 each way; null beside the picture. */
export function placeOn(image, { clientX, clientY }) {
  const [frame, box] = [image.getBoundingClientRect(), pictureBox(image)];
  const x = (clientX - frame.left - box.left) / box.width;
  const y = (clientY - frame.top - box.top) / box.height;
  return x >= 0 && x <= 1 && y >= 0 && y <= 1 ? [Math.round(x * 10000), Math.round(y * 10000)] : null;
}
