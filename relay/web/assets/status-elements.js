// What the parts of the status page are made of: words with a colour, findings, figures, long lists in pages.
import { t } from './i18n.js';
import { byId } from './page.js';
import { explainLink, nameOf, partOf, pictureOf } from './status-words.js';

export function element(name, { className = '', text = '', ...rest } = {}, ...children) {
  const made = Object.assign(document.createElement(name), rest);
  if (className) made.className = className;
  if (text) made.textContent = text;
  made.append(...children);
  return made;
}

export function showHealth(place, word) {
  place.dataset.word = word;
  place.textContent = t(`status.word-${word}`);
}

export function healthOf(word) {
  const place = element('span', { className: 'health' });
  showHealth(place, word);
  return place;
}

/** @well: what is said where nothing is wrong; or nothing. */
export function showFindings(place, findings, well = '') {
  const items = findings.map(({ what, todo }) => element('li', {}, element('b', { text: what }), todo));
  if (items.length === 0 && well) items.push(element('li', { className: 'well', text: well }));
  place.replaceChildren(...items);
}

export function showFigures(place, figures) {
  place.replaceChildren(...figures.map(([key, value]) => element('div', {}, element('dt', { text: t(key) }), element('dd', { text: value }))));
}

/** Rebuilding would take the focus away from whoever goes through @place by keyboard. */
function keepFocus(place, rebuild) {
  const focused = place.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  rebuild();
  if (focused) [...place.querySelectorAll('[data-key]')].find(({ dataset }) => dataset.key === focused)?.focus({ preventScroll: true });
}

/** A list of which one page is shown at a time, so that thousands of schools do not freeze a phone. */
export class PagedList {
  #name;
  #rows;
  #row;
  #all = [];
  #page = 0;

  /** @name: of the list's element; "-pager" and "-none" belong to it. @row: makes an item of one of those that are shown. */
  constructor(name, rows, row) {
    this.#name = name;
    this.#rows = rows;
    this.#row = row;
  }

  rewind() {
    this.#page = 0;
  }

  show(all) {
    const n = Math.max(1, Math.ceil(all.length / this.#rows));
    const list = byId(this.#name);
    const pager = byId(`${this.#name}-pager`);
    this.#all = all;
    this.#page = Math.min(this.#page, n - 1);
    const shown = all.slice(this.#page * this.#rows, (this.#page + 1) * this.#rows);
    keepFocus(list, () => list.replaceChildren(...shown.map(this.#row)));
    byId(`${this.#name}-none`).hidden = all.length > 0;
    pager.hidden = n === 1;
    const where = element('span', { text: t('status.page', { n: this.#page + 1, most: n }) });
    keepFocus(pager, () => pager.replaceChildren(this.#button(-1, n), where, this.#button(1, n)));
  }

  #button(by, n) {
    const to = this.#page + by;
    const button = element('button', { type: 'button', text: t(by < 0 ? 'status.previous' : 'status.next'), disabled: to < 0 || to >= n,
      onclick: () => { this.#page = to; this.show(this.#all); } });
    button.dataset.key = String(by);
    return button;
  }
}

export const roomAddress = (room) => `#room=${encodeURIComponent(room)}`;

/** A line about one school, which leads to its page. @where: what is said besides its name. */
export function linkRow(link, relay, where = `${link.room} · ${partOf(link)}`) {
  const [finding] = explainLink(link, relay);
  const row = element('a', { href: `#link=${link.number}` },
    element('b', { text: nameOf(link) }), healthOf(link.health), element('span', { className: 'where', text: where }));
  row.dataset.key = String(link.number);
  row.append(element('span', { className: 'why', text: finding ? finding.what : pictureOf(link) }));
  return element('li', {}, row);
}
