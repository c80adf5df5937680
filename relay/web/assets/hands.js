// Raised hands: a classroom's own, and the queue of them that the teacher sees.
import { t } from './i18n.js';

/** What the relay knows is what is shown. It is asked again where it does not know, as after a restart of its own. */
export class OwnHand {
  #events;
  #link;
  #wantedAt = null; // since when we want to be called on
  #isKnown = false; // the relay has seen it raised

  constructor(events, link) {
    this.#events = events;
    this.#link = link;
    link.addEventListener('participant', () => {
      this.#isKnown = false; // it may be another relay
      events.introduce(link.client);
      this.#ask();
    });
    events.addEventListener('open', () => this.#ask());
    events.addEventListener('change', () => this.#sync());
  }

  get #own() {
    return this.#events.participants.get(this.#link.participant);
  }

  /** Only a classroom that the room knows may ask. */
  get isOffered() {
    return this.#own?.role === 'classroom' && this.#events.lesson !== 'over';
  }

  get isRaised() {
    return this.#own?.handSince != null;
  }

  #ask() {
    if (this.#wantedAt === null || this.#isKnown || this.isRaised) return;
    this.#events.sayHand(true, performance.now() - this.#wantedAt);
  }

  toggle() {
    if (!this.isOffered) return;
    this.#wantedAt = this.isRaised ? null : performance.now();
    this.#isKnown = false;
    this.#events.sayHand(this.#wantedAt !== null, 0);
  }

  #sync() {
    if (!this.#own) return;
    if (this.isRaised) {
      this.#wantedAt ??= this.#own.handSince;
      this.#isKnown = true;
    } else if (this.#isKnown || this.#events.lesson === 'over') {
      this.#wantedAt = null; // the teacher has lowered it
    }
  }
}

const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`;

/** Fills @list with those who wait, the one who has waited longest first. Returns how many there are. */
export function showHands(list, events) {
  const waiting = [...events.participants.values()]
    .filter((who) => who.handSince != null)
    .sort((a, b) => a.handSince - b.handSince);
  const known = new Map([...list.children].map((item) => [item.dataset.id, item]));
  const items = waiting.map((who) => {
    const item = known.get(who.id) ?? newItem(who, events);
    item.querySelector('.name').textContent = who.name || t('teach.watcher-classroom');
    item.querySelector('.waiting').textContent = clock((performance.now() - who.handSince) / 1000);
    const lower = item.querySelector('button');
    lower.textContent = t('teach.lower-hand');
    lower.setAttribute('aria-label', t('teach.lower-hand-of', { who: who.name || t('teach.watcher-classroom') }));
    return item;
  });
  // Left as they are where nobody has come or gone: a button that is being clicked must stay.
  if (items.length !== list.children.length || items.some((item, i) => item !== list.children[i])) list.replaceChildren(...items);
  return items.length;
}

function newItem({ id }, events) {
  const item = document.createElement('li');
  item.dataset.id = id;
  for (const name of ['name', 'waiting']) {
    const element = document.createElement('span');
    element.className = name;
    item.append(element);
  }
  const lower = document.createElement('button');
  lower.type = 'button';
  lower.className = 'quiet';
  lower.addEventListener('click', () => events.lowerHand(id));
  item.append(lower);
  return item;
}
