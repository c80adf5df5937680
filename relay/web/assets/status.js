// The page for those who look after the relay: the relay, its rooms and its schools, worst first, and one's last hour.
import './texts-status.js';
import { onLanguageChange, say, setUpLanguage, t } from './i18n.js';
import { byId, formatBitrate, formatLoss, formatMs, token } from './page.js';
import { linkPlots, relayPlots, showPlots, troubleOf } from './status-detail.js';
import { History, StatusStore } from './status-store.js';
import { compareLinks, explainLink, explainRelay, nameOf, partOf, pictureOf, WORDS } from './status-words.js';

const PAGE_ROWS = { rooms: 8, links: 50 }; // so that thousands of schools do not freeze a phone

const store = new StatusStore();
const pages = { rooms: 0, links: 0 };
const relayHistory = new History('/api/status/relay');
let shown = null; // {number, history} of the link whose hour is open

function element(name, { className = '', text = '', ...rest } = {}, ...children) {
  const made = Object.assign(document.createElement(name), rest);
  if (className) made.className = className;
  if (text) made.textContent = text;
  made.append(...children);
  return made;
}

function showHealth(place, word) {
  place.dataset.word = word;
  place.textContent = t(`status.word-${word}`);
}

function healthOf(word) {
  const place = element('span', { className: 'health' });
  showHealth(place, word);
  return place;
}

function showFindings(place, findings) {
  place.replaceChildren(...findings.map(({ what, todo }) => element('li', {}, element('b', { text: what }), todo)));
}

function showFigures(place, figures) {
  place.replaceChildren(...figures.map(([key, value]) => element('div', {}, element('dt', { text: t(key) }), element('dd', { text: value }))));
}

/** "12 bad-token, 3 limit": what @counts has, the most first; null: nothing. */
function list(counts) {
  const entries = Object.entries(counts).sort((a, b) => b[1] - a[1]);
  return entries.length > 0 ? entries.map(([name, n]) => `${name} ${n}`).join(t('status.comma')) : null;
}

function showLine(place, key, value) {
  place.hidden = value === null;
  if (value !== null) place.textContent = t(key, { what: value });
}

function showRelay() {
  const { relay } = store;
  const busiest = Math.max(0, ...relay.workers.map(({ load }) => load));
  const shed = Math.max(0, ...relay.workers.map(({ shed_level }) => shed_level));
  const started = new Date(store.startedMs).toLocaleString(document.documentElement.lang, { dateStyle: 'short', timeStyle: 'short' });
  showHealth(byId('relay-health'), relay.health);
  byId('relay-started').textContent = t(store.restarted ? 'status.restarted' : 'status.started', { time: started });
  showFindings(byId('relay-findings'), explainRelay(relay));
  showFigures(byId('relay-figures'), [
    ['status.busiest', t('status.of', { n: t('unit.percent', { n: busiest }), most: t('unit.percent', { n: relay.max_load }) })],
    ['status.cpu', t('status.of', { n: t('unit.percent', { n: relay.cpu }), most: t('unit.percent', { n: relay.processors * 100 }) })],
    ['status.workers', String(relay.workers.length)],
    ['status.sessions', t('status.of', { n: relay.links, most: relay.max_sessions })],
    ['status.out', formatBitrate(relay.kbps_out * 1000)],
    ['status.in', formatBitrate(relay.kbps_in * 1000)],
    ['status.shed', shed === 0 ? t('status.nothing') : t('status.shed-level', { n: shed })],
    ['status.ports', relay.ports],
  ]);
  showLine(byId('relay-drops'), 'status.dropped', list(relay.dropped));
  showLine(byId('relay-refusals'), 'status.refused', list(relay.refused));
}

/** Rebuilding would take the focus away from whoever goes through @place by keyboard. */
function keepFocus(place, rebuild) {
  const focused = place.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  rebuild();
  if (focused) [...place.querySelectorAll('[data-key]')].find(({ dataset }) => dataset.key === focused)?.focus({ preventScroll: true });
}

/** Shows one page of @all, and the way to the others. */
function showPage(name, all, row) {
  const n = Math.max(1, Math.ceil(all.length / PAGE_ROWS[name]));
  const page = (pages[name] = Math.min(pages[name], n - 1));
  const pager = byId(`${name}-pager`);
  const go = (by) => element('button', {
    type: 'button', text: t(by < 0 ? 'status.previous' : 'status.next'), disabled: page + by < 0 || page + by >= n,
    onclick: () => { pages[name] += by; showAll(); },
  });
  keepFocus(byId(name), () => byId(name).replaceChildren(...all.slice(page * PAGE_ROWS[name], (page + 1) * PAGE_ROWS[name]).map(row)));
  byId(`${name}-none`).hidden = all.length > 0;
  pager.hidden = n === 1;
  const buttons = [go(-1), go(1)];
  buttons.forEach((button, i) => (button.dataset.key = String(i)));
  keepFocus(pager, () => pager.replaceChildren(buttons[0], element('span', { text: t('status.page', { n: page + 1, most: n }) }), buttons[1]));
}

function roomRow(room) {
  const gone = room.seen_tick !== null;
  const word = gone ? 'left' : room.bad > 0 ? 'bad' : room.weak > 0 ? 'weak' : 'good';
  const link = element('a', { href: '#' },
    element('b', { text: room.room }), healthOf(word),
    element('span', { className: 'where', text: t(gone ? 'status.room-gone' : `lesson.${room.lesson}`) }));
  link.dataset.key = room.room;
  link.onclick = (event) => {
    event.preventDefault();
    byId('search').value = room.room;
    pages.links = 0;
    showLinks();
    byId('links-title').scrollIntoView();
    byId('search').focus({ preventScroll: true });
  };
  const parts = [t('status.room-links', { n: room.links }), formatBitrate(room.kbps * 1000)];
  if (room.bad > 0) parts.push(t('status.room-bad', { n: room.bad }));
  if (room.weak > 0) parts.push(t('status.room-weak', { n: room.weak }));
  if (!gone) link.append(element('span', { className: 'why', text: parts.join(' · ') }));
  return element('li', {}, link);
}

function showRooms() {
  const rooms = [...store.rooms.values()].sort((a, b) =>
    (a.seen_tick !== null) - (b.seen_tick !== null) || b.bad - a.bad || b.weak - a.weak || a.room.localeCompare(b.room));
  byId('rooms-count').textContent = String(rooms.filter(({ seen_tick }) => seen_tick === null).length);
  showPage('rooms', rooms, roomRow);
}

function linkRow(link) {
  const [finding] = explainLink(link, store.relay);
  const row = element('a', { href: `#link=${link.number}` },
    element('b', { text: nameOf(link) }), healthOf(link.health),
    element('span', { className: 'where', text: `${link.room} · ${partOf(link)}` }));
  row.dataset.key = String(link.number);
  row.append(element('span', { className: 'why', text: finding ? finding.what : pictureOf(link) }));
  return element('li', {}, row);
}

function showLinks() {
  const wanted = byId('search').value.trim().toLocaleLowerCase();
  const all = [...store.links.values()];
  const found = all.filter((link) =>
    (!byId('trouble').checked || ['bad', 'weak'].includes(link.health)) &&
    (!wanted || nameOf(link).toLocaleLowerCase().includes(wanted) || link.room.toLocaleLowerCase().includes(wanted)));
  byId('links-count').textContent = String(all.filter(({ seen_tick }) => seen_tick === null).length);
  byId('words').replaceChildren(...WORDS.flatMap((word) => {
    const n = all.filter(({ health }) => health === word).length;
    const place = healthOf(word);
    place.textContent = t('status.tally', { n, word: place.textContent });
    return n > 0 ? [place] : [];
  }));
  showPage('links', found.sort(compareLinks), linkRow);
}

function showDetail() {
  const link = shown && store.links.get(shown.number);
  if (!link) return;
  const time = (tick) => store.timeOf(tick).toLocaleTimeString(document.documentElement.lang, { timeStyle: 'short' });
  byId('detail-title').textContent = nameOf(link);
  showHealth(byId('detail-health'), link.health);
  byId('detail-who').textContent = t(link.seen_tick === null ? 'status.here-since' : 'status.gone-since',
    { room: link.room, role: partOf(link), time: time(link.seen_tick ?? link.first_tick) });
  showFindings(byId('detail-findings'), explainLink(link, store.relay));
  const way = link.contact === 'up' ? t(link.tcp ? 'detail.way-tcp' : 'detail.way-udp') : t('detail.none');
  showFigures(byId('detail-figures'), [
    ['detail.picture', pictureOf(link)],
    [link.sends ? 'status.sends' : 'status.gets', formatBitrate(link.kbps * 1000)],
    ...(link.sends ? [] : [['detail.carries', link.estimate_kbps === null ? t('detail.none') : formatBitrate(link.estimate_kbps * 1000)]]),
    ['detail.loss', formatLoss(link.loss)],
    ['detail.rtt', formatMs(link.rtt_ms)],
    ['status.outages', String(link.outages)],
    ['detail.way', way],
  ]);
  const hour = shown.history.hour();
  const trouble = troubleOf(hour, store.tickS);
  byId('detail-hour').textContent = trouble ?? t('status.no-trouble');
  showPlots(byId('detail-plots'), linkPlots(link, hour), store, hour);
}

function showRelayHour() {
  const hour = relayHistory.hour();
  showPlots(byId('relay-plots'), relayPlots(hour), store, hour);
}

function showAll() {
  if (!store.relay) return;
  document.title = `${t('status.title')} · classcast`;
  byId('notice').hidden = true;
  byId('board').hidden = false;
  byId('token-form').hidden = true;
  document.body.dataset.state = 'on';
  byId('overview').hidden = shown !== null;
  byId('detail').hidden = shown === null;
  if (shown) {
    showDetail();
  } else {
    showRelay();
    showRooms();
    showLinks();
    if (byId('relay-history').open) showRelayHour();
  }
}

/** What is open beside the overview is brought up to date with it. */
async function refreshHistories() {
  try {
    if (shown) await shown.history.refresh();
    else if (byId('relay-history').open) await relayHistory.refresh();
  } catch (error) {
    if (error.status === 404) location.hash = ''; // forgotten
  }
  showAll();
}

async function follow() {
  const number = Number(/^#link=(\d+)$/.exec(location.hash)?.[1] ?? 0);
  const was = shown;
  shown = number > 0 ? { number, history: new History(`/api/status/link/${number}`) } : null;
  if (!store.relay) return;
  await refreshHistories();
  if (shown) {
    scrollTo(0, 0);
    byId('detail-title').focus();
  } else if (was) {
    document.querySelector(`#links [data-key="${was.number}"]`)?.focus();
  }
}

function showNotice(state, key) {
  document.body.dataset.state = state;
  byId('notice').hidden = false;
  say(byId('notice'), key);
}

setUpLanguage();
onLanguageChange(showAll);
store.addEventListener('change', () => refreshHistories());
store.addEventListener('stale', () => showNotice('stale', 'status.unreachable'));
store.addEventListener('refused', () => {
  showNotice('refused', token ? 'status.wrong-token' : 'status.no-token');
  byId('board').hidden = true;
  byId('token-form').hidden = false;
});
byId('token-form').addEventListener('submit', (event) => {
  event.preventDefault();
  const query = new URLSearchParams(location.search);
  query.set('token', byId('token').value.trim());
  location.search = query;
});
byId('search').addEventListener('input', () => { pages.links = 0; showLinks(); });
byId('trouble').addEventListener('change', () => { pages.links = 0; showLinks(); });
byId('relay-history').addEventListener('toggle', refreshHistories);
addEventListener('hashchange', follow);
follow();
