// The stage as the teacher holds it: who is on it, and telling a relay that has been away.
import { GUESTS } from './slots.js';

export class Stage extends EventTarget {
  #events;
  #wanted = null; // what was said last: {id, muted} or null by place

  constructor(events) {
    super();
    this.#events = events;
    events.addEventListener('open', () => this.#retell());
    events.addEventListener('change', () => this.#sync());
  }

  /** By place: {id, muted} or null. */
  get guests() {
    return this.#events.stage ?? this.#wanted ?? Array(GUESTS).fill(null);
  }

  placeOf(id) {
    return this.guests.findIndex((guest) => guest?.id === id);
  }

  /** In a free place, else in that of who was called before the other. */
  call(id) {
    if (this.placeOf(id) >= 0) return;
    const guests = [...this.guests];
    const free = guests.indexOf(null);
    if (free < 0) guests.push(...guests.splice(0, 1)); // the second one moves up
    guests[free < 0 ? GUESTS - 1 : free] = { id, muted: false };
    this.#say(guests);
    const who = this.#events.participants.get(id);
    if (who?.handSince != null) this.#events.lowerHand(id);
  }

  thank(id) {
    this.#say(this.guests.map((guest) => (guest?.id === id ? null : guest)));
  }

  mute(id, muted) {
    this.#say(this.guests.map((guest) => (guest?.id === id ? { id, muted } : guest)));
  }

  muteAll() {
    this.#say(this.guests.map((guest) => guest && { ...guest, muted: true }));
  }

  #say(guests) {
    this.#wanted = guests;
    this.#events.sayStage(guests);
  }

  /** A relay that has been away knows nothing of a stage, and of the room only once somebody is there. */
  #retell() {
    if (this.#events.stage === null && this.#wanted?.some(Boolean) && this.#events.lesson === 'on') this.#events.sayStage(this.#wanted);
  }

  #sync() {
    if (this.#events.lesson === 'over') this.#wanted = null;
    else if (this.#events.stage) this.#wanted = this.#events.stage;
    else this.#retell();
  }
}
