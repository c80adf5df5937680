// The classroom's page: plays the lesson, waits for it, comes back after every interruption.
import { Chat, setUpChatDrawer } from './chat.js';
import { RoomEvents } from './events.js';
import { OwnHand } from './hands.js';
import { onLanguageChange, say, setUpLanguage, t } from './i18n.js';
import { Link } from './link.js';
import { byId, explain, explainLink, formatBitrate, formatLoss, formatMs, keepScreenOn, pageUrl, room, schoolName } from './page.js';
import { Slides, showSlides } from './slides.js';
import { addSlots, arrange, GUESTS, show as showStream } from './slots.js';
import { Talk } from './talk.js';

const IDLE_MS = 3000; // in full screen the controls leave after this long

const video = byId('video');
const stage = document.body;
const events = new RoomEvents(room);
const name = schoolName();
const headers = name ? { 'X-Classcast-Name': encodeURIComponent(name) } : {};
const link = new Link({
  endpoint: `/whep/${encodeURIComponent(room)}`,
  headers,
  prepare,
  mediaIsDue: () => events.lesson === 'on',
});
const hand = new OwnHand(events, link);
const talk = new Talk(room, events, link, headers);
const chat = new Chat(byId('chat'), events, link);
const toggleChat = setUpChatDrawer(chat, link);
const figures = new Map([...document.querySelectorAll('#pictures figure')].map((figure) => [figure.dataset.name, figure]));
let streams = null; // of the present session
let large = null; // what somebody has chosen to see large
const slides = new Slides(room, events, { client: link.client, ahead: true });
let pictureSeen = false; // of the present session
const updateWakeLock = keepScreenOn(() => stage.dataset.state === 'on');

function prepare(peer) {
  pictureSeen = false;
  streams = addSlots(peer);
  const { teacher, screen } = streams;
  // Only with the first packet: until then the last picture stays, and the page counts as loaded.
  for (const track of teacher.getTracks()) track.addEventListener('unmute', () => play(teacher));
  screen.getTracks()[0].addEventListener('unmute', () => showStream(byId('screen'), screen));
}

/** What there is to be seen, each in its place. */
function showPictures() {
  const there = ['teacher'];
  if (slides.url) there.push('slides');
  if (byId('screen').srcObject === streams?.screen && byId('screen').videoWidth > 0) there.push('screen');
  for (let i = 0; i < GUESTS; i++) {
    const guest = events.lesson === 'over' ? null : events.stage?.[i];
    if (guest) there.push(`guest-${i}`);
    showGuest(figures.get(`guest-${i}`), guest, i);
  }
  const place = events.stage?.findIndex((guest) => guest?.id === link.participant) ?? -1;
  const places = arrange(there, { own: place >= 0 ? `guest-${place}` : null, large });
  for (const [name, figure] of figures) {
    figure.hidden = !there.includes(name);
    figure.dataset.size = places.large.includes(name) ? 'large' : 'small';
  }
  byId('pictures').dataset.large = places.large.length;
}

function showGuest(figure, guest, place) {
  const picture = figure.querySelector('video');
  const own = guest?.id === link.participant;
  // The relay sends nobody its own picture; this is how it looks from here, without the sound.
  showStream(picture, !guest ? null : own ? talk.stream : (streams?.guests[place] ?? null));
  picture.muted = own || video.muted;
  const name = own ? t('watch.we') : (events.participants.get(guest?.id)?.name || t('teach.watcher-classroom'));
  figure.querySelector('figcaption').textContent = guest ? name : '';
  picture.setAttribute('aria-label', name);
}

const TALK_BUTTONS = { asking: 'talk.asking', connecting: 'talk.connecting', ready: 'talk.ready', live: 'talk.mute', muted: 'talk.muted' };

function showTalk() {
  const button = byId('talk');
  const now = talk.state;
  button.hidden = link.state !== 'connected' || !hand.isOffered || !navigator.mediaDevices;
  button.setAttribute('aria-pressed', String(!['off', 'no-device', 'refused'].includes(now)));
  button.dataset.state = now;
  say(byId('talk-text'), now === 'live' && talk.muted ? 'talk.unmute' : (TALK_BUTTONS[now] ?? 'talk.off'));
  byId('on-air').hidden = !talk.isOnStage && !['no-device', 'refused'].includes(now);
  byId('on-air').dataset.live = now === 'live' && !talk.muted;
  say(byId('on-air-text'), now === 'live' && talk.muted ? 'talk.self-muted' : `talk.say-${now}`);
}

/** On the stage the button is for the microphone; else it lets us be called on, or no longer. */
function toggleTalk() {
  if (talk.isOnStage) talk.toggleMute();
  else if (['off', 'no-device', 'refused'].includes(talk.state)) talk.turnOn();
  else talk.turnOff();
}

/** With sound if the browser allows it; else in silence, with a button that nobody overlooks. */
async function play(stream) {
  if (video.srcObject !== stream) video.srcObject = stream;
  try {
    await video.play();
  } catch (error) {
    if (error.name !== 'NotAllowedError') return; // a newer session took over
    video.muted = true;
    await video.play().catch(() => {});
    byId('sound-on').hidden = false;
  }
  showSound();
}

function showSound() {
  const button = byId('mute');
  button.setAttribute('aria-pressed', String(video.muted));
  button.dataset.i18nLabel = video.muted ? 'watch.unmute' : 'watch.mute';
  button.setAttribute('aria-label', t(button.dataset.i18nLabel));
  button.title = t(button.dataset.i18nLabel);
  if (!video.muted) byId('sound-on').hidden = true;
}

function setMuted(muted) {
  video.muted = muted;
  showPictures();
  video.play().catch(() => {});
  showSound();
}

/** What is going on, as one word: the text on the cover follows from it. */
function state() {
  if (link.state === 'refused') return link.refusal.code === 'overloaded' ? 'busy' : 'refused';
  if (link.state === 'lost') return 'lost';
  if (link.state !== 'connected') return 'connecting';
  if (events.lesson === 'away' || events.lesson === 'over') return events.lesson;
  if (events.lesson === 'none') return 'none';
  if (pictureSeen || soundOnly()) return 'on';
  return events.lesson === 'on' ? 'starting' : 'connecting';
}

const soundOnly = () => link.stats !== null && link.stats.width === 0 && link.stats.bitrate > 0;

function show() {
  const now = state();
  stage.dataset.state = now;
  // Over a lesson that was interrupted, the last picture stays to be seen.
  stage.dataset.veil = pictureSeen && ['away', 'lost'].includes(now) ? 'thin' : 'full';
  if (now !== 'on') {
    say(byId('status'), `watch.${now}`);
    if (now === 'refused') {
      delete byId('hint').dataset.i18n;
      byId('hint').textContent = explain(link.refusal);
    } else {
      say(byId('hint'), `watch.${now}-hint`);
    }
  }
  document.title = `${room} · ${now === 'on' ? t('lesson.on') : t(`watch.${now}`)} · classcast`;
  showQuality();
  showHand();
  showTalk();
  showPictures();
  updateWakeLock();
}

function showHand() {
  const button = byId('hand');
  button.hidden = link.state !== 'connected' || !hand.isOffered;
  button.setAttribute('aria-pressed', String(hand.isRaised));
  say(byId('hand-text'), hand.isRaised ? 'watch.lower-hand' : 'watch.raise-hand');
}

/** Our own link, as the relay sees it. */
const ownLink = () => events.links.get(link.participant);

/** What we do without, and why. */
function showGivenUp() {
  const words = link.state === 'connected' ? explainLink(ownLink()) : null;
  byId('given-up').hidden = words === null;
  if (byId('given-up').textContent !== (words ?? '')) byId('given-up').textContent = words ?? '';
}

function showQuality() {
  const stats = link.stats;
  showGivenUp();
  const weak = ['rate', 'loss'].includes(ownLink()?.reason);
  const quality = !stats || link.state !== 'connected' ? null : weak || stats.loss > 0.1 ? 'poor' : stats.loss > 0.02 ? 'fair' : 'good';
  byId('link').dataset.quality = quality ?? (link.state === 'lost' ? 'poor' : 'none');
  const key = quality ? `watch.${quality}` : { lost: 'watch.lost', refused: `watch.${state()}` }[link.state] ?? 'watch.connecting';
  say(byId('link-text'), key);
}

function showDetails() {
  const stats = link.stats;
  const set = (id, text) => (byId(id).textContent = stats ? text() : t('detail.none'));
  set('detail-picture', () => (stats.width ? t('detail.picture-value', stats) : t('watch.audio-only')));
  set('detail-bitrate', () => formatBitrate(stats.bitrate));
  set('detail-loss', () => formatLoss(stats.loss));
  set('detail-rtt', () => formatMs(stats.rttMs));
  const carries = ownLink()?.estimate_kbps;
  byId('detail-carries').textContent = carries ? formatBitrate(carries * 1000) : t('detail.none');
  set('detail-way', () => t(stats.protocol === 'tcp' ? 'detail.way-tcp' : 'detail.way-udp'));
  set('detail-security', () => stats.cipher || t('detail.none'));
}

function setUpControls() {
  byId('room').textContent = room;
  byId('home').href = pageUrl('/');
  byId('sound-on').addEventListener('click', () => setMuted(false));
  byId('mute').addEventListener('click', () => setMuted(!video.muted));
  byId('hand').addEventListener('click', () => hand.toggle());
  byId('talk').addEventListener('click', toggleTalk);
  for (const [name, figure] of figures) {
    figure.addEventListener('click', () => {
      if (figure.dataset.size === 'small') large = name;
      showPictures();
    });
  }
  byId('details-button').addEventListener('click', ({ currentTarget }) => {
    const hidden = (byId('details').hidden = !byId('details').hidden);
    currentTarget.setAttribute('aria-expanded', String(!hidden));
  });
  const toggle = () => (document.fullscreenElement ? document.exitFullscreen() : stage.requestFullscreen?.())?.catch(() => {});
  byId('fullscreen').addEventListener('click', toggle);
  byId('fullscreen').hidden = !document.fullscreenEnabled;
  byId('pictures').addEventListener('dblclick', toggle);
  document.addEventListener('fullscreenchange', () => {
    const label = document.fullscreenElement ? 'watch.fullscreen-exit' : 'watch.fullscreen';
    byId('fullscreen').dataset.i18nLabel = label;
    byId('fullscreen').setAttribute('aria-label', t(label));
    byId('fullscreen').title = t(label);
  });
  document.addEventListener('keydown', (event) => {
    if (event.target.closest('input') || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === 'f') toggle();
    if (event.key === 'm') setMuted(!video.muted);
    if (event.key === 'h') hand.toggle();
    if (event.key === 't') toggleTalk();
    if (event.key === 'l') nextLarge();
    if (event.key === 'c') {
      event.preventDefault(); // else the letter would stand in the field
      toggleChat();
    }
  });
}

/** What has been small so far, one after the other; then what matters most again. */
function nextLarge() {
  const there = [...figures].filter(([, figure]) => !figure.hidden).map(([name]) => name);
  const next = there[there.indexOf(large) + 1] ?? null;
  large = there.length > 1 ? next : null;
  showPictures();
}

function hideControlsWhenIdle() {
  let timer;
  const stir = () => {
    clearTimeout(timer);
    stage.classList.remove('idle');
    if (document.fullscreenElement) timer = setTimeout(() => stage.classList.add('idle'), IDLE_MS);
  };
  for (const event of ['pointermove', 'pointerdown', 'keydown', 'fullscreenchange']) document.addEventListener(event, stir);
}

setUpLanguage();
onLanguageChange(() => (show(), showDetails(), showSound()));
setUpControls();
hideControlsWhenIdle();
video.addEventListener('resize', () => {
  if (video.videoWidth > 0) pictureSeen = true;
  show();
});
showSlides(slides, byId('slide'), byId('pointer'));
slides.addEventListener('change', showPictures);
link.addEventListener('state', show);
link.addEventListener('participant', () => (events.follow(link.participant), chat.show()));
events.addEventListener('links', () => (show(), showDetails()));
link.addEventListener('stats', () => (show(), showDetails()));
events.addEventListener('change', () => {
  if (!events.stage?.some(Boolean)) large = null; // what was chosen then was chosen among guests
  show();
});
talk.addEventListener('change', show);
byId('screen').addEventListener('resize', show);
events.addEventListener('open', () => link.check());
show();
link.start();
