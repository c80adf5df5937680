// The teacher's page: chooses what to show, sends it, and says how it arrives.
import { Chat, ChatRules } from './chat.js';
import { Classrooms } from './classrooms.js';
import { RoomEvents } from './events.js';
import { showHands } from './hands.js';
import { onLanguageChange, say, setUpLanguage, t } from './i18n.js';
import { Link } from './link.js';
import { Meter } from './meter.js';
import { byId, explain, formatBitrate, formatLoss, formatMs, keepScreenOn, pageUrl, room, summarizeLink } from './page.js';
import { setUpSlideControl } from './slide-control.js';
import { Slides } from './slides.js';
import { addSlots } from './slots.js';
import { Stage } from './stage.js';

const CAMERA = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 25, max: 30 } };
const SCREEN = { width: { max: 1920 }, height: { max: 1080 }, frameRate: { max: 15 } };
const VOICE = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
// Three sizes at once, each with temporal layers: the relay gives each classroom what its link takes.
const LAYERS = [
  { rid: 'h', maxBitrate: 2_500_000, scaleResolutionDownBy: 1, scalabilityMode: 'L1T3' },
  { rid: 'm', maxBitrate: 500_000, scaleResolutionDownBy: 2, scalabilityMode: 'L1T3' },
  { rid: 'l', maxBitrate: 120_000, scaleResolutionDownBy: 4, scalabilityMode: 'L1T3' },
];
const GHOST_MS = 10000; // after an outage the relay may take our own old session for a teacher

const page = document.body;
const preview = byId('preview');
const events = new RoomEvents(room);
const meter = new Meter(byId('level'), (silent) => (byId('silent').hidden = !silent || isMuted()));
const link = new Link({
  endpoint: `/whip/${encodeURIComponent(room)}`,
  prepare,
  mediaIsDue: () => true, // the relay reports on what it receives, all the time
});
// She sees and hears the classrooms by a session beside this one, as the same client.
const hearing = new Link({
  endpoint: `/whep/${encodeURIComponent(room)}`,
  client: link.client,
  prepare: (peer) => classrooms.use(addSlots(peer, { grid: true })),
  mediaIsDue: () => true,
});
const stage = new Stage(events);
const chatRules = new ChatRules(events, link);
const chat = new Chat(byId('chat-panel'), events, link, chatRules);
const classrooms = new Classrooms(byId('classrooms'), events, stage);
const updateWakeLock = keepScreenOn(() => isTeaching());
const tracks = { video: null, audio: null };
let startedAt = null; // of the lesson, once it is on
let liveAt = -Infinity; // when it last was
let muted = false;
let hasTaught = false;
let withVideo = true; // until the relay says that it has no codec for it
let choosing = 0; // counts choices: only the latest counts

const isTeaching = () => link.state !== 'stopped';
const isMuted = () => muted || !tracks.audio;
const source = () => document.querySelector('input[name=source]:checked').value;

// Choosing -----------------------------------------------------------------------------------

function explainMediaError(error) {
  if (!navigator.mediaDevices) return 'teach.no-media';
  if (error.name === 'NotAllowedError') return 'teach.no-permission';
  if (error.name === 'NotReadableError') return 'teach.device-busy';
  return 'teach.no-device';
}

function notice(key) {
  byId('notice').hidden = !key;
  byId('retry').hidden = !key || key === 'teach.need-permission' || key === 'teach.no-media';
  if (key) say(byId('notice'), key);
}

const device = (id) => (id ? { deviceId: { exact: id } } : {});

function openAudio() {
  const chosen = byId('microphone').value;
  if (chosen === 'none') return Promise.resolve(new MediaStream());
  return navigator.mediaDevices.getUserMedia({ audio: { ...VOICE, ...device(chosen) } });
}

async function openCameraAndMicrophone() {
  const video = { ...CAMERA, ...device(byId('camera').value) };
  const chosen = byId('microphone').value;
  const audio = chosen === 'none' ? false : { ...VOICE, ...device(chosen) };
  try {
    return await navigator.mediaDevices.getUserMedia({ video, audio }); // one question, not two
  } catch (error) {
    if (error.name !== 'NotFoundError' || !audio) throw error;
    // One of the two is missing: a camera without voice, or a voice without camera, still teaches.
    return navigator.mediaDevices.getUserMedia({ video }).catch(openAudio);
  }
}

async function openScreenAndMicrophone() {
  const screen = await navigator.mediaDevices.getDisplayMedia({ video: SCREEN, audio: false });
  const voice = await openAudio().catch(() => new MediaStream());
  voice.getAudioTracks().forEach((track) => screen.addTrack(track));
  return screen;
}

async function choose() {
  const choice = ++choosing;
  notice(navigator.mediaDevices ? 'teach.need-permission' : 'teach.no-media');
  if (!navigator.mediaDevices) return;
  try {
    const stream = await (source() === 'screen' ? openScreenAndMicrophone() : openCameraAndMicrophone());
    if (choice !== choosing) {
      stream.getTracks().forEach((track) => track.stop());
      return;
    }
    useTracks(stream);
    notice(null);
    await listDevices();
  } catch (error) {
    if (choice !== choosing) return;
    console.info('classcast: no media:', error.name, error.message);
    notice(explainMediaError(error));
    if (!isTeaching()) useTracks(new MediaStream());
  }
}

function useTracks(stream) {
  const [video] = stream.getVideoTracks();
  const [audio] = stream.getAudioTracks();
  const old = [tracks.video, tracks.audio];
  tracks.video = video ?? null;
  tracks.audio = audio ?? null;
  for (const track of old) if (track && !stream.getTracks().includes(track)) track.stop();
  if (video) {
    video.contentHint = source() === 'screen' ? 'detail' : 'motion';
    video.addEventListener('ended', () => {
      if (tracks.video === video) notice(source() === 'screen' ? 'teach.screen-stopped' : 'teach.no-device');
    });
  }
  if (audio) audio.enabled = !muted;
  preview.srcObject = video ? new MediaStream([video]) : null;
  preview.classList.toggle('mirrored', source() === 'camera');
  meter.show(audio ?? null);
  for (const { sender, receiver } of link.peer?.getTransceivers() ?? []) sender.replaceTrack(tracks[receiver.track.kind]);
  show();
}

async function listDevices() {
  const devices = await navigator.mediaDevices.enumerateDevices();
  const fill = (select, kind, current) => {
    const options = devices
      .filter((entry) => entry.kind === kind && entry.deviceId)
      .map((entry, i) => new Option(entry.label || t('teach.device-unnamed', { n: i + 1 }), entry.deviceId));
    if (kind === 'audioinput') options.push(new Option(t('teach.microphone-none'), 'none'));
    const wanted = current?.getSettings().deviceId ?? select.value;
    select.replaceChildren(...options);
    if (options.some((option) => option.value === wanted)) select.value = wanted;
  };
  fill(byId('camera'), 'videoinput', source() === 'camera' ? tracks.video : null);
  const silent = byId('microphone').value === 'none';
  fill(byId('microphone'), 'audioinput', tracks.audio);
  if (silent && !tracks.audio) byId('microphone').value = 'none';
}

// Teaching -----------------------------------------------------------------------------------

function prepare(peer) {
  const streams = [new MediaStream()];
  // Both m-lines always: what is missing now may be chosen in the middle of the lesson.
  peer.addTransceiver(tracks.audio ?? 'audio', { direction: 'sendonly', streams });
  if (!withVideo) return;
  const video = peer.addTransceiver(tracks.video ?? 'video', {
    direction: 'sendonly',
    streams,
    sendEncodings: LAYERS,
  });
  preferCodec(video, byId('codec').value);
}

function preferCodec(transceiver, wanted) {
  const codecs = RTCRtpSender.getCapabilities('video')?.codecs ?? [];
  const isWanted = ({ mimeType, sdpFmtpLine = '' }) =>
    mimeType.toLowerCase() === `video/${wanted.toLowerCase()}` &&
    !/packetization-mode=0|profile-id=[1-9]/.test(sdpFmtpLine);
  if (wanted && codecs.some(isWanted)) {
    transceiver.setCodecPreferences([...codecs.filter(isWanted), ...codecs.filter((codec) => !isWanted(codec))]);
  }
}

function start() {
  hasTaught = true;
  withVideo = true;
  link.start();
  show();
}

async function stop() {
  startedAt = null;
  const stopped = Promise.all([link.stop(), hearing.stop()]);
  classrooms.use(null);
  show();
  await stopped;
}

function toggleMute() {
  muted = !muted;
  if (tracks.audio) tracks.audio.enabled = !muted;
  show();
}

// Showing ------------------------------------------------------------------------------------

function state() {
  if (link.state === 'stopped') return hasTaught ? 'ended' : 'ready';
  if (link.state === 'refused') {
    if (link.refusal.code === 'overloaded') return 'busy';
    if (link.refusal.code !== 'teacher-present') return 'refused';
    return performance.now() - liveAt < GHOST_MS ? 'lost' : 'occupied';
  }
  return link.state === 'connected' ? 'live' : link.state;
}

/** Relay and browser have no video codec in common: the lesson is sound alone. */
function videoIsRefused() {
  const isSent = ({ receiver, currentDirection }) => receiver.track.kind === 'video' && currentDirection === 'sendonly';
  return tracks.video !== null && link.peer !== null && !link.peer.getTransceivers().some(isSent);
}

function show() {
  const now = state();
  if (now === 'live') startedAt ??= Date.now();
  page.dataset.state = now;
  byId('start').hidden = isTeaching();
  byId('start').disabled = !tracks.video && !tracks.audio;
  byId('stop').hidden = !isTeaching();
  byId('live-panel').hidden = !isTeaching();
  byId('chat-panel').hidden = !isTeaching();
  byId('codec').disabled = isTeaching();
  byId('mute').disabled = !tracks.audio;
  byId('mute').setAttribute('aria-pressed', String(muted));
  say(byId('mute'), muted ? 'teach.unmute' : 'teach.mute');
  const key = now !== 'live' ? `teach.${now}` : videoIsRefused() ? 'teach.video-refused' : muted ? 'teach.muted' : 'teach.live';
  say(byId('status'), key, now === 'refused' ? { why: explain(link.refusal) } : {});
  document.title = `${room} · ${t('teach.title')} · classcast`;
  updateWakeLock();
}

function showFigures() {
  const stats = link.stats;
  byId('figure-bitrate').textContent = stats ? formatBitrate(stats.bitrate) : t('detail.none');
  byId('figure-loss').textContent = stats ? formatLoss(stats.remoteLoss ?? 0) : t('detail.none');
  byId('figure-rtt').textContent = stats ? formatMs(stats.rttMs) : t('detail.none');
  byId('figure-picture').textContent = stats?.width ? `${stats.width}×${stats.height}, ${stats.fps}/s` : t('detail.none');
}

function showAudience() {
  const unnamed = new Map();
  const items = [];
  const item = (text, connected, link) => {
    const element = document.createElement('li');
    element.textContent = text;
    element.dataset.connected = connected;
    const words = summarizeLink(link);
    if (words) {
      const state = document.createElement('span');
      state.className = 'link-state';
      state.dataset.trouble = Boolean(link.reason) || link.loss >= 0.05;
      state.textContent = words;
      element.append(' ', state);
    }
    items.push(element);
  };
  const watchers = [...events.participants.values()].filter((who) => who.role !== 'teacher');
  for (const who of watchers) {
    if (who.name) item(who.name, who.connected, events.links.get(who.id));
    else unnamed.set(who.role, (unnamed.get(who.role) ?? 0) + 1);
  }
  // The ones without a name cannot be told apart, except those that are in trouble.
  for (const who of watchers) {
    const link = events.links.get(who.id);
    if (who.name || !link?.reason) continue;
    item(t(who.role === 'classroom' ? 'teach.watcher-classroom' : 'teach.watcher-viewer'), true, link);
    unnamed.set(who.role, unnamed.get(who.role) - 1);
  }
  for (const [role, n] of unnamed) {
    if (n === 0) continue;
    const who = t(role === 'classroom' ? 'teach.watcher-classroom' : 'teach.watcher-viewer');
    item(n > 1 ? t('teach.watcher-many', { who, n }) : who, true);
  }
  byId('audience').replaceChildren(...items);
  byId('audience-count').textContent = watchers.length;
  byId('audience-none').hidden = watchers.length > 0;
  say(byId('audience-none'), events.known ? 'teach.audience-none' : 'teach.audience-unknown');
}

function showClassrooms() {
  const n = classrooms.update();
  byId('stage-panel').hidden = n === 0 || !isTeaching();
  byId('classrooms-count').textContent = n;
  byId('mute-all').hidden = !stage.guests.some((guest) => guest && !guest.muted);
}

function showChatRules() {
  byId('chat-on').setAttribute('aria-pressed', String(chatRules.on));
  say(byId('chat-on'), chatRules.on ? 'chat.on' : 'chat.off');
}

function showWaiting() {
  const n = showHands(byId('hands'), events);
  byId('hands-panel').hidden = n === 0;
  byId('hands-count').textContent = n;
}

function showClock() {
  const seconds = startedAt ? Math.floor((Date.now() - startedAt) / 1000) : 0;
  const two = (n) => String(n).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  byId('clock').textContent = (hours ? `${hours}:${two(minutes)}` : minutes) + `:${two(seconds % 60)}`;
}

setUpLanguage();
onLanguageChange(() => (show(), showFigures(), showAudience(), showWaiting(), showClassrooms(), listDevices()));
byId('room').textContent = room;
byId('home').href = pageUrl('/');
byId('start').addEventListener('click', start);
byId('stop').addEventListener('click', stop);
byId('mute').addEventListener('click', toggleMute);
byId('mute-all').addEventListener('click', () => stage.muteAll());
byId('chat-on').addEventListener('click', () => chatRules.setOn(!chatRules.on));
byId('retry').addEventListener('click', choose);
byId('camera').addEventListener('change', choose);
byId('microphone').addEventListener('change', choose);
document.querySelectorAll('input[name=source]').forEach((radio) => radio.addEventListener('change', () => {
  byId('camera').hidden = byId('camera-label').hidden = source() === 'screen';
  choose();
}));
navigator.mediaDevices?.addEventListener('devicechange', listDevices);
link.addEventListener('state', () => {
  if (link.state === 'connected') hearing.start(); // by then the relay knows whose it is
  if (link.refusal?.code === 'no-codec') withVideo = false; // a voice without a face still teaches
  show();
});
link.addEventListener('participant', () => (events.introduce(link.client), chat.show()));
link.addEventListener('stats', () => {
  liveAt = performance.now();
  showFigures();
  showClock();
  showWaiting();
});
setUpSlideControl(new Slides(room, events), events);
events.follow('*');
for (const event of ['change', 'open', 'close', 'links']) events.addEventListener(event, () => (showAudience(), showWaiting(), showClassrooms(), showChatRules()));
events.addEventListener('open', () => (link.check(), hearing.check()));
show();
showAudience();
choose();
