// One room: what is wrong in it and with whom, its last hour, who came and went, its schools, worst first.
import { t } from './i18n.js';
import { byId, formatBitrate } from './page.js';
import { formatDuration, roomPlots, showPlots, worstOf } from './status-detail.js';
import { element, linkRow, PagedList, showFigures, showFindings, showHealth } from './status-elements.js';
import { compareLinks, explainRoom, nameOf, partOf, roomHealth } from './status-words.js';

const WORST_NAMED = 3;

export class RoomView {
  #store;
  #moves;
  #links;

  constructor(store) {
    this.#store = store;
    this.#links = new PagedList('room-links', 30, (link) => linkRow(link, store.relay, partOf(link)));
    this.#moves = new PagedList('moves', 10, (move) => this.#moveRow(move));
  }

  #time(tick) {
    return this.#store.timeOf(tick).toLocaleTimeString(document.documentElement.lang, { timeStyle: 'short', hourCycle: 'h23' });
  }

  #nameOf(number) {
    const link = this.#store.links.get(number);
    return link ? nameOf(link) : t('status.forgotten');
  }

  #moveRow({ tick, number, move }) {
    const who = this.#store.links.has(number) ? element('a', { href: `#link=${number}`, text: this.#nameOf(number) }) : this.#nameOf(number);
    const row = element('li', {}, element('time', { text: this.#time(tick) }), element('span', {}, who), element('span', { text: t(`status.move-${move}`) }));
    row.dataset.move = move;
    return row;
  }

  #showFigures(room, hour) {
    const sum = (name) => String(hour.reduce((all, { moment }) => all + (moment ? moment[name] : 0), 0));
    const now = hour.at(-1).moment;
    showFigures(byId('room-figures'), [
      ['status.figure-here', String(room.links)],
      ['status.figure-bad', String(room.bad)],
      ['status.figure-weak', String(room.weak)],
      ['status.figure-out', formatBitrate(room.kbps * 1000)],
      ['status.figure-in', now ? formatBitrate(now.kbps_in * 1000) : t('detail.none')],
      ['status.figure-came', sum('came')],
      ['status.figure-left', sum('left')],
      ['status.figure-lost', sum('lost')],
      ['status.figure-worst', room.worst === null ? t('status.nobody') : this.#nameOf(room.worst)],
    ]);
  }

  /** Another room is going to be shown. */
  rewind() {
    this.#moves.rewind();
    this.#links.rewind();
  }

  /** @history: of this room. */
  show(room, history) {
    const store = this.#store;
    const hour = history.hour();
    const links = [...store.links.values()].filter((link) => link.room === room.room).sort(compareLinks);
    const gone = room.seen_tick !== null;
    byId('room-title').textContent = t('status.room-name', { room: room.room });
    showHealth(byId('room-health'), roomHealth(room));
    byId('room-who').textContent = gone ? t('status.room-gone-since', { time: this.#time(room.seen_tick) }) : t(`lesson.${room.lesson}`);
    const well = { left: 'status.room-gone', good: 'status.room-well' }[roomHealth(room)];
    showFindings(byId('room-findings'), gone ? [] : explainRoom(links, store.relay), well && t(well));
    this.#showFigures(room, hour);
    const worst = worstOf(hour).slice(0, WORST_NAMED).map(({ number, ticks }) =>
      t('status.worst-lasted', { what: this.#nameOf(number), time: formatDuration(ticks * store.tickS) }));
    byId('room-hour').textContent = worst.length > 0 ? t('status.room-worst', { what: worst.join(t('status.comma')) }) : t('status.room-no-worst');
    showPlots(byId('room-plots'), roomPlots(hour), store, hour);
    this.#moves.show([...history.moves].reverse());
    this.#links.show(links);
  }
}
