// The page for those who look after the relay: the relay, its rooms and its schools, worst first, and the last hour of each.
import './texts-status.js';
import { onLanguageChange, say, setUpLanguage, t } from './i18n.js';
import { byId, formatBitrate, formatLoss, formatMs, token } from './page.js';
import { linkPlots, relayPlots, showPlots, troubleOf } from './status-detail.js';
import { element, healthOf, linkRow, PagedList, roomAddress, showFigures, showFindings, showHealth } from './status-elements.js';
import { RoomView } from './status-room.js';
import { History, StatusStore } from './status-store.js';
import { compareLinks, explainLink, explainRelay, nameOf, partOf, pictureOf, roomHealth, wellOf, WORDS } from './status-words.js';

const store = new StatusStore();
const rooms = new PagedList('rooms', 8, roomRow);
const links = new PagedList('links', 50, (link) => linkRow(link, store.relay));
const roomView = new RoomView(store);
const relayHistory = new History('/api/status/relay');
let shown = null; // {kind, key, history}: the link or the room whose hour is open

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

function roomRow(room) {
  const gone = room.seen_tick !== null;
  const link = element('a', { href: roomAddress(room.room) },
    element('b', { text: room.room }), healthOf(roomHealth(room)),
    element('span', { className: 'where', text: t(gone ? 'status.room-gone' : `lesson.${room.lesson}`) }));
  link.dataset.key = room.room;
  const worst = store.links.get(room.worst);
  const parts = [t('status.room-links', { n: room.links }), formatBitrate(room.kbps * 1000)];
  if (room.bad > 0) parts.push(t('status.room-bad', { n: room.bad }));
  if (room.weak > 0) parts.push(t('status.room-weak', { n: room.weak }));
  if (worst) parts.push(t('status.room-worst-now', { who: nameOf(worst) }));
  if (!gone) link.append(element('span', { className: 'why', text: parts.join(' · ') }));
  return element('li', {}, link);
}

function showRooms() {
  const all = [...store.rooms.values()].sort((a, b) =>
    (a.seen_tick !== null) - (b.seen_tick !== null) || b.bad - a.bad || b.weak - a.weak || a.room.localeCompare(b.room));
  byId('rooms-count').textContent = String(all.filter(({ seen_tick }) => seen_tick === null).length);
  rooms.show(all);
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
  links.show(found.sort(compareLinks));
}

function showDetail() {
  const link = store.links.get(shown.key);
  if (!link) return;
  const time = (tick) => store.timeOf(tick).toLocaleTimeString(document.documentElement.lang, { timeStyle: 'short' });
  byId('detail-title').textContent = nameOf(link);
  showHealth(byId('detail-health'), link.health);
  byId('detail-who').textContent = t(link.seen_tick === null ? 'status.here-since' : 'status.gone-since',
    { room: link.room, role: partOf(link), time: time(link.seen_tick ?? link.first_tick) });
  byId('detail-room').href = roomAddress(link.room);
  byId('detail-room').textContent = t('status.to-room', { room: link.room });
  showFindings(byId('detail-findings'), explainLink(link, store.relay), wellOf(link));
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

function showRoom() {
  const room = store.rooms.get(shown.key);
  if (room) roomView.show(room, shown.history);
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
  byId('detail').hidden = shown?.kind !== 'link';
  byId('room').hidden = shown?.kind !== 'room';
  if (shown?.kind === 'link') {
    showDetail();
  } else if (shown) {
    showRoom();
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

/** What the address names; null: the overview. */
function readPlace() {
  const [, kind, text] = /^#(link|room)=(.+)$/.exec(location.hash) ?? [];
  if (kind === 'link') return /^\d+$/.test(text) ? { kind, key: Number(text), path: `/api/status/link/${text}` } : null;
  try {
    const key = decodeURIComponent(text ?? '');
    return kind ? { kind, key, path: `/api/status/room/${encodeURIComponent(key)}` } : null;
  } catch {
    return null; // no UTF-8
  }
}

async function follow() {
  const place = readPlace();
  const was = shown;
  shown = place && { ...place, history: new History(place.path) };
  roomView.rewind();
  if (!store.relay) return;
  await refreshHistories();
  if (shown) {
    scrollTo(0, 0);
    byId(shown.kind === 'link' ? 'detail-title' : 'room-title').focus();
  } else if (was) {
    [...document.querySelectorAll(`#${was.kind}s [data-key]`)].find(({ dataset }) => dataset.key === String(was.key))?.focus();
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
byId('search').addEventListener('input', () => { links.rewind(); showLinks(); });
byId('trouble').addEventListener('change', () => { links.rewind(); showLinks(); });
byId('relay-history').addEventListener('toggle', refreshHistories);
addEventListener('hashchange', follow);
follow();
