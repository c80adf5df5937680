// The list of lessons, and the way into a room.
import { onLanguageChange, say, setUpLanguage, t } from './i18n.js';
import { authorization, byId, isRoomName, pageUrl, rememberSchoolName, schoolName } from './page.js';

const REFRESH_MS = 3000;
let rooms = [];

function roomItem({ room, lesson, receivers }) {
  const link = document.createElement('a');
  link.href = pageUrl(`/watch/${encodeURIComponent(room)}`);
  link.dataset.lesson = lesson;
  const dot = document.createElement('i');
  dot.className = 'dot';
  const what = document.createElement('span');
  what.className = 'what';
  const name = document.createElement('b');
  name.textContent = room;
  const state = document.createElement('span');
  state.className = 'hint';
  const watchers = receivers.length > 0 ? ` · ${t('index.watchers', { n: receivers.length })}` : '';
  state.textContent = t(`lesson.${lesson}`) + watchers;
  what.append(name, state);
  const go = document.createElement('span');
  go.className = 'go';
  go.textContent = t('index.watch');
  link.append(dot, what, go);
  const item = document.createElement('li');
  item.append(link);
  return item;
}

function showRooms() {
  const list = byId('rooms');
  // Rebuilding would take the focus away from whoever tabs through the list.
  const focused = list.contains(document.activeElement) ? document.activeElement.getAttribute('href') : null;
  list.replaceChildren(...rooms.map(roomItem));
  [...list.querySelectorAll('a')].find((link) => link.getAttribute('href') === focused)?.focus();
  list.hidden = rooms.length === 0;
  byId('notice').hidden = rooms.length > 0;
}

async function refresh() {
  let notice = 'index.none';
  try {
    const response = await fetch('/api/rooms', { headers: authorization(), cache: 'no-store', signal: AbortSignal.timeout(5000) });
    if (response.status === 401 || response.status === 403) notice = 'index.locked';
    else if (!response.ok) notice = 'index.unreachable';
    const order = ['on', 'away', 'none', 'over'];
    rooms = response.ok
      ? (await response.json()).rooms.sort((a, b) => order.indexOf(a.lesson) - order.indexOf(b.lesson) || a.room.localeCompare(b.room))
      : [];
  } catch {
    notice = 'index.unreachable';
    rooms = [];
  }
  say(byId('notice-text'), notice);
  byId('notice-hint').hidden = notice !== 'index.none';
  showRooms();
  setTimeout(refresh, REFRESH_MS);
}

function enter(event) {
  event.preventDefault();
  const field = byId('room');
  const room = field.value.trim();
  const valid = isRoomName(room);
  byId('room-error').hidden = valid;
  field.setAttribute('aria-invalid', String(!valid));
  if (!valid) {
    say(byId('room-error'), 'index.bad-room');
    field.focus();
    return;
  }
  rememberSchoolName(byId('name').value.trim());
  location.href = pageUrl(`/${event.submitter?.value === 'teach' ? 'teach' : 'watch'}/${encodeURIComponent(room)}`);
}

setUpLanguage();
onLanguageChange(showRooms);
byId('name').value = schoolName();
byId('enter').addEventListener('submit', enter);
refresh();
