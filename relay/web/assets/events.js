// A room's events: a WebSocket that comes back by itself, and what it said so far.
import { Backoff } from './backoff.js';
import { token } from './page.js';

const SILENCE_MS = 5000; // how long opening may take
const CHAT_KEPT = 200; // messages

/** @ms: for how long the hand has been raised; null or undefined if it is not. */
function withHand(participant, ms) {
  participant.handSince = ms == null ? null : performance.now() - ms;
  return participant;
}

/**
 * Fires "change" after every message, "open" when the relay answers (again), "close" when not; "links"
 * when somebody's link is doing better or worse; "deck" when another page is shown, or pointed at; "chat" when
 * something has been written; "chat-refused" with a reason as detail when we may not.
 */
export class RoomEvents extends EventTarget {
  lesson = null; // "none", "on", "away", "over"; null: not known
  participants = new Map(); // by id: {id, role, name, connected, ready, handSince}
  stage = null; // by place {id, muted} or null; null: nobody has said
  grid = []; // ids or null, for who may teach
  links = new Map(); // by participant: {kbps, estimate_kbps, loss, rtt_ms, protocol, picture, reason}
  deck = undefined; // {id, title, version, pages, page, blank, hash, bytes, ready, pointer}; null: there is none
  chat = []; // {time_ms, id, role, name, text} of this lesson, the oldest first
  chatRules = null; // {on, muted}; null: nobody has said
  known = false;
  #followed = null;
  #client = null;
  #room;
  #backoff = new Backoff();
  #stopped = false;
  #socket = null;

  constructor(room) {
    super();
    this.#room = room;
    addEventListener('online', () => this.#backoff.wake());
    this.#run();
  }

  /** Asks how a participant's link is doing, or everybody's ("*"). */
  follow(of) {
    this.#followed = of;
    if (of) this.#say({ type: 'links', of });
  }

  /** Says by what the relay knows us, so that a hand is ours. */
  introduce(client) {
    this.#client = client;
    if (this.known && client) this.#say({ type: 'hello', client });
  }

  /** Raises our hand, which has been waiting for so long, or lowers it. */
  sayHand(raised, waitingMs) {
    this.#say({ type: 'hand', raised, waiting_ms: Math.round(waitingMs) });
  }

  /** The teacher lowers somebody's. */
  lowerHand(of) {
    this.#say({ type: 'hand', of, raised: false });
  }

  /** The teacher says who is on the stage: all of it. */
  sayStage(guests) {
    this.#say({ type: 'stage', guests });
  }

  /** The teacher turns to a page of the deck. */
  turnPage(deck, page, blank) {
    this.#say({ type: 'page', deck, page, blank });
  }

  /** She points: [x, y], 0 to 10000 each way; null: no longer. */
  point(place) {
    this.#say(place ? { type: 'pointer', x: place[0], y: place[1] } : { type: 'pointer' });
  }

  /** Writes into the room. */
  sayChat(text) {
    this.#say({ type: 'chat', text });
  }

  /** The teacher says who may write: all of it. */
  sayChatRules({ on, muted }) {
    this.#say({ type: 'chat-rules', on, muted });
  }

  #say(message) {
    if (this.known) this.#socket.send(JSON.stringify(message));
  }

  close() {
    this.#stopped = true;
    this.#socket?.close();
    this.#backoff.wake();
  }

  async #run() {
    while (!this.#stopped) {
      await this.#attempt();
      this.known = false;
      this.dispatchEvent(new Event('close'));
      if (!this.#stopped) await this.#backoff.wait();
    }
  }

  #attempt() {
    const url = new URL(`/rooms/${encodeURIComponent(this.#room)}/events`, location.href);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    if (token) url.searchParams.set('token', token);
    return new Promise((resolve) => {
      const socket = new WebSocket(url);
      const timer = setTimeout(() => socket.close(), SILENCE_MS);
      this.#socket = socket;
      socket.onmessage = ({ data }) => {
        clearTimeout(timer);
        this.#take(JSON.parse(data));
      };
      socket.onclose = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #addChat(messages) {
    const newest = this.chat.at(-1)?.time_ms ?? 0;
    this.chat = [...this.chat, ...messages.filter(({ time_ms }) => time_ms > newest)].slice(-CHAT_KEPT);
  }

  #take(message) {
    switch (message.type) {
      case 'state':
        this.lesson = message.lesson;
        this.stage = message.stage?.guests ?? null;
        this.chatRules = message.chat ?? null;
        this.grid = [];
        this.deck = undefined; // where there is one it is told next
        this.participants = new Map(message.participants.map((who) => [who.id, withHand(who, who.hand_ms)]));
        this.#backoff.reset();
        this.known = true;
        this.links.clear();
        this.follow(this.#followed);
        this.introduce(this.#client);
        this.#say({ type: 'chat-history', after_ms: this.chat.at(-1)?.time_ms ?? 0 });
        this.dispatchEvent(new Event('open'));
        break;
      case 'lesson':
        if (this.lesson === 'over') this.chat = []; // it was of the lesson before
        this.lesson = message.lesson;
        if (message.lesson === 'over') this.stage = this.chatRules = null;
        break;
      case 'stage':
        this.stage = message.guests;
        break;
      case 'grid':
        this.grid = message.ids;
        break;
      case 'ready':
        if (this.participants.has(message.id)) this.participants.get(message.id).ready = message.ready;
        break;
      case 'joined':
        this.participants.set(message.participant.id, withHand(message.participant, message.participant.hand_ms));
        break;
      case 'left':
        this.participants.delete(message.id);
        this.links.delete(message.id);
        break;
      case 'hand':
        if (this.participants.has(message.id)) withHand(this.participants.get(message.id), message.hand_ms);
        break;
      case 'links':
        for (const link of message.links) this.links.set(link.id, link);
        this.dispatchEvent(new Event('links'));
        return;
      case 'chat':
      case 'chat-history':
        this.#addChat(message.messages ?? [message.message]);
        this.dispatchEvent(new Event('chat'));
        return;
      case 'chat-refused':
        this.dispatchEvent(new CustomEvent('chat-refused', { detail: message.reason }));
        return;
      case 'chat-rules':
        this.chatRules = { on: message.on, muted: message.muted };
        break;
      case 'deck':
        this.deck = message.deck;
        this.dispatchEvent(new Event('deck'));
        return;
      case 'pointer':
        if (this.deck) this.deck.pointer = message.pointer;
        this.dispatchEvent(new Event('deck'));
        return;
      default: // "bye": the close follows
        return;
    }
    this.dispatchEvent(new Event('change'));
  }
}
