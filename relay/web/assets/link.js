// A lasting WHIP or WHEP connection: one session after the other, for ever, until it is stopped.
//
// A session ends when ICE or DTLS fails, when nothing arrives for three seconds although something
// should, or when the relay no longer knows it. The next one starts after a short back-off.
import { Backoff } from './backoff.js';
import { authorization } from './page.js';
import { Stats } from './stats.js';

const CONNECT_MS = 10000; // for a way to the relay, and again for the handshake
const REQUEST_MS = 8000;
const GOODBYE_MS = 2000; // how long a connection stays open for the relay to hear that it ends
const WATCHDOG_MS = 3000;
const SAMPLE_MS = 500;
const STABLE_MS = 10000; // after this long the back-off starts from the beginning

/** The relay said no: {status, code, detail, retryAfterMs}. */
class Refusal extends Error {
  /** @problem: what the body says; null when it was none of the relay's (a proxy's page, nothing at all). */
  constructor(status, problem, retryAfterMs) {
    super(problem?.detail ?? `HTTP ${status}`);
    Object.assign(this, { status, code: problem?.code ?? codeOf(status), detail: this.message, retryAfterMs });
  }
}

/** What a server means that says no without a code. */
const codeOf = (status) => (status === 429 || status >= 500 ? 'overloaded' : undefined);

/** 128 bits in hexadecimal; randomUUID() is not there without https. */
const randomText = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Fires "state" with link.state in "connecting", "connected", "lost", "refused" (link.refusal says
 * why), "stopped"; "stats" with link.stats twice a second; "session" with the new link.peer;
 * "participant" with the new link.participant.
 */
export class Link extends EventTarget {
  state = 'stopped';
  refusal = null;
  stats = null;
  peer = null;
  participant = null; // our id in the room's events
  client; // by it the relay knows us when we come again, and in another session beside this one
  #options;
  #backoff = new Backoff();
  #iceServers = [];
  #resource = null; // of the session: its URL
  #etag = null;
  #deleted = Promise.resolve(); // once the last session has been given back
  #end = () => {}; // ends the running session

  /**
   * @endpoint: "/whip/{room}" or the like. @client: of another link that is ours too. @headers: more of them for the POST.
   * @prepare(peer): adds transceivers. @mediaIsDue(): whether silence means that something broke.
   */
  constructor({ endpoint, client = randomText(), headers = {}, prepare, mediaIsDue }) {
    super();
    this.client = client;
    this.#options = { endpoint, headers, prepare, mediaIsDue };
    addEventListener('online', () => this.#backoff.wake());
    addEventListener('pagehide', () => this.#delete());
    addEventListener('pageshow', (event) => event.persisted && this.#end('page restored'));
  }

  start() {
    if (this.state === 'stopped') this.#run();
  }

  async stop() {
    this.#setState('stopped');
    const deleted = this.#delete();
    this.#end('stopped');
    this.#backoff.wake();
    await deleted;
  }

  /** The relay was away for a moment: is the session still one of its own? */
  async check() {
    const resource = this.#resource;
    if (!resource || !this.#etag) return;
    const response = await this.#request('PATCH', resource, {
      headers: { 'Content-Type': 'application/trickle-ice-sdpfrag', 'If-Match': this.#etag },
      body: 'a=end-of-candidates\r\n',
    }).catch(() => null);
    if (response?.status !== 404 || resource !== this.#resource) return;
    this.#forget();
    this.#end('unknown to the relay');
  }

  #setState(state) {
    if (this.state === state) return;
    this.state = state;
    this.dispatchEvent(new Event('state'));
  }

  async #run() {
    let hasBeenConnected = false;
    this.refusal = null;
    this.#setState('connecting');
    while (this.state !== 'stopped') {
      const startedAt = performance.now();
      let refusal = null; // until then the one before holds: the page may ask for it at any time
      try {
        await this.#session();
      } catch (error) {
        if (error instanceof Refusal) {
          refusal = error;
        } else if (this.state !== 'stopped') {
          console.info('classcast: the session ended:', error.message);
        }
      }
      if (this.state === 'stopped') break;
      this.refusal = refusal;
      hasBeenConnected ||= this.state === 'connected';
      if (this.state === 'connected' && performance.now() - startedAt > STABLE_MS) this.#backoff.reset();
      this.#setState(this.refusal ? 'refused' : hasBeenConnected ? 'lost' : 'connecting');
      if (this.refusal) this.dispatchEvent(new Event('state')); // the reason may be a new one
      await this.#backoff.wait(refusal?.retryAfterMs);
    }
  }

  /** One session, from the offer to its end, which is always an error. */
  async #session() {
    const peer = new RTCPeerConnection({ bundlePolicy: 'max-bundle', iceServers: this.#iceServers });
    const ended = new Promise((_, reject) => {
      this.#end = (reason) => reject(new Error(reason));
    });
    ended.catch(() => {}); // it may end while nobody waits for it
    this.peer = peer;
    try {
      peer.addEventListener('connectionstatechange', () => {
        if (['failed', 'closed'].includes(peer.connectionState)) this.#end(`connection ${peer.connectionState}`);
      });
      this.#options.prepare(peer);
      this.dispatchEvent(new Event('session'));
      await peer.setLocalDescription(await peer.createOffer());
      // Candidates need not be waited for: an ICE-lite relay learns ours from our checks.
      await peer.setRemoteDescription({ type: 'answer', sdp: await this.#post(peer.localDescription.sdp) });
      await Promise.race([ended, pathFound(peer), timeout(CONNECT_MS, 'no way to the relay was found')]);
      await Promise.race([ended, connected(peer), timeout(CONNECT_MS, 'the relay does not finish the handshake')]);
      this.refusal = null;
      this.#setState('connected');
      await Promise.race([ended, this.#watch(peer)]);
    } finally {
      this.peer = null;
      this.stats = null;
      // In this order: to the relay a closed connection is a session that has ended, and a DELETE of it a mistake.
      const deleted = this.#delete();
      await Promise.race([deleted, sleep(GOODBYE_MS)]);
      peer.close();
      await deleted;
    }
  }

  async #post(offer) {
    const { endpoint, headers } = this.#options;
    const known = { 'X-Classcast-Client': this.client };
    const response = await this.#request('POST', new URL(endpoint, location.href), {
      headers: { 'Content-Type': 'application/sdp', ...known, ...headers },
      body: offer,
    });
    if (response.status !== 201) {
      const retryAfterMs = (Number(response.headers.get('Retry-After')) || 0) * 1000; // not a date: clocks differ
      throw new Refusal(response.status, await response.json().catch(() => null), retryAfterMs);
    }
    this.#resource = new URL(response.headers.get('Location'), response.url);
    this.#etag = response.headers.get('ETag');
    this.participant = response.headers.get('X-Classcast-Participant');
    this.dispatchEvent(new Event('participant'));
    this.#iceServers = iceServers(response.headers.get('Link') ?? ''); // of use from the next session on
    return response.text();
  }

  #request(method, url, options) {
    const signal = AbortSignal.timeout(REQUEST_MS);
    const headers = { ...authorization(), ...options.headers };
    return fetch(url, { method, signal, cache: 'no-store', ...options, headers });
  }

  /** What the relay does not know needs no DELETE. */
  #forget() {
    this.#resource = null;
    this.#etag = null;
  }

  /** Gives the session back, once, however many ask. */
  #delete() {
    const resource = this.#resource;
    this.#forget();
    // keepalive: must leave even while the page goes away
    if (resource) this.#deleted = this.#request('DELETE', resource, { keepalive: true }).catch(() => {});
    return this.#deleted;
  }

  /** Samples the statistics; throws when the transport has been silent for too long. */
  async #watch(peer) {
    const stats = new Stats();
    let bytes = -1;
    let silentMs = 0;
    let sampledAt = performance.now();
    while (peer.connectionState !== 'closed') {
      this.stats = stats.read(await peer.getStats());
      this.dispatchEvent(new Event('stats'));
      const now = performance.now();
      // Where the page itself stood still, what arrived meanwhile has not been counted yet.
      silentMs += Math.min(now - sampledAt, 2 * SAMPLE_MS);
      if (this.stats.transportBytes !== bytes || !this.#options.mediaIsDue()) silentMs = 0;
      bytes = this.stats.transportBytes;
      sampledAt = now;
      if (silentMs >= WATCHDOG_MS) throw new Error(`nothing has arrived for ${Math.round(silentMs)} ms`);
      await sleep(SAMPLE_MS);
    }
    throw new Error('the connection was closed');
  }
}

/** Resolves once @isSo(), which may be whenever @event is fired. */
function until(target, event, isSo) {
  return new Promise((resolve) => {
    const check = () => isSo() && resolve();
    target.addEventListener(event, check);
    check();
  });
}

const pathFound = (peer) =>
  until(peer, 'iceconnectionstatechange', () => ['connected', 'completed'].includes(peer.iceConnectionState));

const connected = (peer) => until(peer, 'connectionstatechange', () => peer.connectionState === 'connected');

async function timeout(ms, message) {
  await sleep(ms);
  throw new Error(message);
}

/** RFC 9725 section 4.6: <turn:host>; rel="ice-server"; username="…"; credential="…" */
function iceServers(link) {
  return [...link.matchAll(/<([^>]+)>((?:\s*;\s*[\w-]+="[^"]*")*)/g)]
    .map(([, urls, parameters]) => {
      const values = Object.fromEntries([...parameters.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, k, v]) => [k, v]));
      return values.rel === 'ice-server' ? { urls, username: values.username, credential: values.credential } : null;
    })
    .filter(Boolean);
}
