// The classrooms that can be called on, as the teacher sees them: their pictures, hands, and the buttons.
import { t } from './i18n.js';
import { show } from './slots.js';

/** Keeps @list in step: one tile a classroom, those on the stage first, then raised hands, then by name. */
export class Classrooms {
  #list;
  #events;
  #stage;
  #streams = null;

  constructor(list, events, stage) {
    this.#list = list;
    this.#events = events;
    this.#stage = stage;
  }

  /** @streams: of the present session, by addSlots(); or null. */
  use(streams) {
    this.#streams = streams;
    this.update();
  }

  /** Returns how many there are. */
  update() {
    const known = new Map([...this.#list.children].map((tile) => [tile.dataset.id, tile]));
    const order = (who) => [this.#stage.placeOf(who.id) < 0, who.handSince == null, who.handSince ?? 0];
    const classrooms = [...this.#events.participants.values()]
      .filter((who) => who.ready)
      .sort((a, b) => compare(order(a), order(b)) || a.name.localeCompare(b.name));
    const tiles = classrooms.map((who) => this.#fill(known.get(who.id) ?? this.#newTile(who.id), who));
    // What stands where it stood stays: moving a video stops it, and a button that is being clicked must not go.
    if (tiles.length !== this.#list.children.length || tiles.some((tile, i) => tile !== this.#list.children[i])) {
      this.#list.replaceChildren(...tiles);
      tiles.forEach((tile) => tile.querySelector('video').play().catch(() => {}));
    }
    return tiles.length;
  }

  #streamOf(id) {
    const place = this.#stage.placeOf(id);
    if (place >= 0) return this.#streams?.guests[place] ?? null;
    const small = this.#events.grid.indexOf(id);
    return small >= 0 ? (this.#streams?.grid[small] ?? null) : null;
  }

  #fill(tile, who) {
    const place = this.#stage.placeOf(who.id);
    const guest = this.#stage.guests[place];
    const name = who.name || t('teach.watcher-classroom');
    const video = tile.querySelector('video');
    const [call, mute] = tile.querySelectorAll('button');
    tile.dataset.stage = place >= 0;
    tile.dataset.hand = who.handSince != null;
    tile.querySelector('.name').textContent = name;
    tile.querySelector('.on-stage').textContent = place < 0 ? '' : t(guest.muted ? 'teach.on-stage-muted' : 'teach.on-stage');
    tile.querySelector('.asks').textContent = who.handSince != null ? t('teach.asks') : '';
    video.muted = place < 0; // only who is on the stage is heard
    video.setAttribute('aria-label', name);
    show(video, this.#streamOf(who.id));
    call.textContent = t(place >= 0 ? 'teach.thank' : 'teach.call');
    call.className = place >= 0 ? '' : 'primary';
    call.setAttribute('aria-label', t(place >= 0 ? 'teach.thank-whom' : 'teach.call-whom', { who: name }));
    mute.hidden = place < 0;
    mute.textContent = t(guest?.muted ? 'teach.unmute-guest' : 'teach.mute-guest');
    mute.setAttribute('aria-label', t(guest?.muted ? 'teach.unmute-whom' : 'teach.mute-whom', { who: name }));
    return tile;
  }

  #newTile(id) {
    const tile = document.createElement('li');
    tile.className = 'tile';
    tile.dataset.id = id;
    const video = Object.assign(document.createElement('video'), { playsInline: true, autoplay: true, muted: true });
    const words = document.createElement('p');
    for (const name of ['name', 'on-stage', 'asks']) {
      const element = document.createElement('span');
      element.className = name;
      words.append(element, ' ');
    }
    const actions = document.createElement('div');
    const button = (act) => {
      const element = Object.assign(document.createElement('button'), { type: 'button' });
      element.addEventListener('click', act);
      actions.append(element);
    };
    button(() => (this.#stage.placeOf(id) >= 0 ? this.#stage.thank(id) : this.#stage.call(id)));
    button(() => this.#stage.mute(id, !this.#stage.guests[this.#stage.placeOf(id)]?.muted));
    tile.append(video, words, actions);
    return tile;
  }
}

function compare(a, b) {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return a[i] < b[i] ? -1 : 1;
  return 0;
}
