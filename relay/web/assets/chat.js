// Chat: what is written in the room, writing into it, and who may. What others wrote is shown as text, never as markup.
import { onLanguageChange, say, t } from './i18n.js';
import { byId } from './page.js';

const NOTE_MS = 10000; // how long a message stays over the picture while the list is closed
const EVERYBODY = { on: true, muted: [] };

/** Who may write, as the teacher says it; a relay that has been away is told again. */
export class ChatRules {
  #events;
  #wanted = null;

  constructor(events, link) {
    this.#events = events;
    events.addEventListener('open', () => (this.#sync(), this.#remind()));
    events.addEventListener('change', () => this.#sync());
    // The room is there from now on; nobody can write before the lesson is on.
    link.addEventListener('participant', () => this.#remind());
  }

  get #now() {
    return this.#events.chatRules ?? this.#wanted ?? EVERYBODY;
  }

  get on() {
    return this.#now.on;
  }

  isMuted(id) {
    return this.#now.muted.includes(id);
  }

  setOn(on) {
    this.#say({ ...this.#now, on });
  }

  setMuted(id, muted) {
    const others = this.#now.muted.filter((one) => one !== id);
    this.#say({ ...this.#now, muted: muted ? [...others, id] : others });
  }

  #say(rules) {
    this.#wanted = rules;
    this.#events.sayChatRules(rules);
  }

  #remind() {
    if (this.#wanted && !this.#events.chatRules) this.#events.sayChatRules(this.#wanted);
  }

  #sync() {
    if (this.#events.lesson === 'over') this.#wanted = null;
    else if (this.#events.chatRules) this.#wanted = this.#events.chatRules;
    else if (this.#wanted && this.#events.lesson === 'on') this.#events.sayChatRules(this.#wanted);
  }
}

function make(name, id, attributes = {}) {
  const element = document.createElement(name);
  element.id = id;
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

/** The list and the form, in whose heading there is a "chat-title" already. */
function build(place) {
  const form = make('form', 'chat-form');
  form.append(
    make('input', 'chat-text', { maxlength: 200, autocomplete: 'off', enterkeyhint: 'send', 'data-i18n-label': 'chat.write' }),
    make('button', 'chat-send', { class: 'primary', 'data-i18n': 'chat.send' }));
  place.append(
    make('ol', 'messages', { class: 'messages', role: 'log', 'aria-labelledby': 'chat-title' }),
    make('p', 'chat-none', { class: 'hint', 'data-i18n': 'chat.none' }),
    make('p', 'chat-notice', { class: 'warning', role: 'alert', hidden: '' }), form);
}

/** Builds the list and the form, fills and works them. Fires "new" with the newest message of somebody else as detail. */
export class Chat extends EventTarget {
  #events;
  #link;
  #rules; // of the teacher; null: we are no teacher
  #list;
  #input;
  #onTheWay = []; // texts that the relay has not shown yet, the oldest first
  #newest = 0; // time of the newest message that was looked at

  constructor(place, events, link, rules = null) {
    super();
    build(place);
    this.#list = byId('messages');
    this.#input = byId('chat-text');
    this.#events = events;
    this.#link = link;
    this.#rules = rules;
    events.addEventListener('chat', () => this.#take());
    events.addEventListener('chat-refused', ({ detail }) => this.#giveBack(this.#onTheWay.shift(), `chat.refused-${detail}`));
    events.addEventListener('close', () => this.#giveBack(this.#onTheWay.splice(0).at(-1), 'chat.unsent'));
    for (const event of ['change', 'open', 'close']) events.addEventListener(event, () => this.show());
    byId('chat-form').addEventListener('submit', (event) => {
      event.preventDefault();
      this.#send();
    });
    onLanguageChange(() => this.show());
  }

  /** Why we may not write now, as a key of texts; null if we may. */
  get #hindrance() {
    const own = this.#events.participants.get(this.#link.participant);
    if (!this.#events.known || !own) return 'chat.unconnected';
    if (!['on', 'away'].includes(this.#events.lesson)) return 'chat.refused-no-lesson';
    if (this.#rules || own.role === 'teacher') return null;
    if (own.role !== 'classroom') return 'chat.refused-no-seat';
    const rules = this.#events.chatRules ?? EVERYBODY;
    if (!rules.on) return 'chat.refused-off';
    return rules.muted.includes(own.id) ? 'chat.refused-muted' : null;
  }

  show() {
    const hindrance = this.#hindrance;
    this.#input.disabled = byId('chat-send').disabled = hindrance !== null;
    this.#input.placeholder = t(hindrance ?? 'chat.write');
    this.#showMessages();
    byId('chat-none').hidden = this.#events.chat.length > 0;
  }

  #send() {
    const text = this.#input.value.trim();
    if (!text || this.#hindrance) return;
    this.#onTheWay.push(text);
    this.#input.value = '';
    byId('chat-notice').hidden = true;
    this.#events.sayChat(text);
  }

  /** What did not get through can be sent again as it is. */
  #giveBack(text, key) {
    if (text === undefined) return;
    if (!this.#input.value) this.#input.value = text;
    byId('chat-notice').hidden = false;
    say(byId('chat-notice'), key);
  }

  #take() {
    const fresh = this.#events.chat.filter(({ time_ms }) => time_ms > this.#newest);
    this.#newest = fresh.at(-1)?.time_ms ?? this.#newest;
    for (const { text } of fresh.filter(({ id }) => id === this.#link.participant)) {
      this.#onTheWay.shift();
      if (this.#input.value !== text) continue;
      this.#input.value = ''; // it was given back, and had got through all the same
      byId('chat-notice').hidden = true;
    }
    this.show();
    const other = fresh.findLast(({ id }) => id !== this.#link.participant);
    if (other) this.dispatchEvent(new CustomEvent('new', { detail: other }));
  }

  #showMessages() {
    const atEnd = this.#list.scrollHeight - this.#list.scrollTop - this.#list.clientHeight < 40;
    const known = new Map([...this.#list.children].map((item) => [item.dataset.time, item]));
    const items = this.#events.chat.map((message) => this.#fill(known.get(String(message.time_ms)) ?? this.#newItem(message), message));
    // What stands stays: a button that is being clicked must not go, and nobody wants to hear it read again.
    if (items.length === this.#list.children.length && items.every((item, i) => item === this.#list.children[i])) return;
    for (const item of [...this.#list.children]) if (!items.includes(item)) item.remove();
    for (const item of items) if (item.parentNode !== this.#list) this.#list.append(item);
    if (atEnd) this.#list.scrollTop = this.#list.scrollHeight;
  }

  #fill(item, message) {
    item.querySelector('.name').textContent = writer(message, this.#link);
    const mute = item.querySelector('button');
    if (!mute) return item;
    const muted = this.#rules.isMuted(message.id);
    mute.textContent = t(muted ? 'chat.unmute' : 'chat.mute');
    mute.setAttribute('aria-label', t(muted ? 'chat.unmute-whom' : 'chat.mute-whom', { who: writer(message, this.#link) }));
    return item;
  }

  #newItem(message) {
    const item = document.createElement('li');
    item.dataset.time = message.time_ms;
    item.dataset.role = message.role;
    const time = document.createElement('time');
    time.textContent = new Date(message.time_ms).toTimeString().slice(0, 5);
    const name = document.createElement('bdi');
    name.className = 'name';
    const text = document.createElement('bdi');
    text.className = 'text';
    text.textContent = message.text;
    item.append(time, ' ', name, ' ', text);
    if (this.#rules && message.role !== 'teacher') {
      const mute = Object.assign(document.createElement('button'), { type: 'button', className: 'quiet' });
      mute.addEventListener('click', () => this.#rules.setMuted(message.id, !this.#rules.isMuted(message.id)));
      item.append(' ', mute);
    }
    return item;
  }
}

export function writer({ id, role, name }, link) {
  if (id === link.participant) return t(role === 'teacher' ? 'chat.you' : 'watch.we');
  return name || t(role === 'teacher' ? 'chat.teacher' : 'teach.watcher-classroom');
}

/** The list over the picture, its button, and what is seen while it is closed. Returns a function that opens and closes it. */
export function setUpChatDrawer(chat, link) {
  let unread = 0;
  let timer;
  const drawer = byId('chat');
  const showUnread = () => {
    byId('chat-unread').hidden = unread === 0;
    byId('chat-unread').textContent = unread;
  };
  const toggle = () => {
    drawer.hidden = !drawer.hidden;
    byId('chat-button').setAttribute('aria-expanded', String(!drawer.hidden));
    byId('chat-note').hidden = true;
    unread = 0;
    showUnread();
    if (drawer.hidden) byId('chat-button').focus();
    else byId('chat-text').focus();
    byId('messages').scrollTop = byId('messages').scrollHeight;
  };
  byId('chat-button').addEventListener('click', toggle);
  document.addEventListener('keydown', ({ key, isComposing }) => {
    if (key === 'Escape' && !isComposing && !drawer.hidden) toggle();
  });
  chat.addEventListener('new', ({ detail }) => {
    if (!drawer.hidden) return;
    unread++;
    showUnread();
    byId('chat-note-name').textContent = writer(detail, link);
    byId('chat-note-text').textContent = detail.text;
    byId('chat-note').hidden = false;
    clearTimeout(timer);
    timer = setTimeout(() => (byId('chat-note').hidden = true), NOTE_MS);
  });
  return toggle;
}
