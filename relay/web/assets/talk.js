// A classroom that may be called on: camera and microphone, sent by a session of its own. The voice goes out
// only on the stage; the relay sees to that too.
import { Link } from './link.js';

const VOICE = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
const CAMERA = { width: { ideal: 640 }, height: { ideal: 360 }, frameRate: { ideal: 15, max: 25 } };
// The small one for the teacher's grid; the larger one while everybody looks.
const LAYERS = [
  { rid: 'm', maxBitrate: 300_000, scaleResolutionDownBy: 1, active: false },
  { rid: 'l', maxBitrate: 80_000, scaleResolutionDownBy: 2, maxFramerate: 8 },
];

/** Fires "change". @state: "off", "asking", "no-device", "refused", "connecting", "ready", "live", "muted" (by the teacher). */
export class Talk extends EventTarget {
  muted = false; // by ourselves
  stream = null;
  #events;
  #watching;
  #link;
  #trouble = null;
  #asking = false;
  #sender = null;

  /** @watching: the link by which we watch; the relay knows us as the same client. */
  constructor(room, events, watching, headers) {
    super();
    this.#events = events;
    this.#watching = watching;
    this.#link = new Link({
      endpoint: `/speak/${encodeURIComponent(room)}`,
      client: watching.client,
      headers,
      prepare: (peer) => this.#prepare(peer),
      mediaIsDue: () => true,
    });
    this.#link.addEventListener('state', () => this.#update());
    events.addEventListener('change', () => this.#update());
    events.addEventListener('open', () => this.#link.check());
  }

  get state() {
    if (this.#asking) return 'asking';
    if (this.#trouble) return this.#trouble;
    if (this.#link.state === 'stopped') return 'off';
    if (this.#link.state !== 'connected') return 'connecting';
    const guest = this.#guest;
    if (!guest) return 'ready';
    return guest.muted ? 'muted' : 'live';
  }

  get isOnStage() {
    return this.state === 'live' || this.state === 'muted';
  }

  get #guest() {
    return this.#events.stage?.find((guest) => guest && guest.id === this.#watching.participant);
  }

  async turnOn() {
    if (this.stream || this.#asking) return;
    this.#asking = true;
    this.#trouble = null;
    this.#changed();
    try {
      this.stream = await openDevices();
      this.#link.start();
    } catch (error) {
      console.info('classcast: no media:', error.name, error.message);
      this.#trouble = 'no-device';
    }
    this.#asking = false;
    this.#update();
  }

  async turnOff() {
    this.#trouble = null;
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = null;
    const stopped = this.#link.stop();
    this.#changed();
    await stopped;
  }

  toggleMute() {
    this.muted = !this.muted;
    this.#update();
  }

  #prepare(peer) {
    const [audio] = this.stream.getAudioTracks();
    const [video] = this.stream.getVideoTracks();
    const streams = [this.stream];
    if (audio) peer.addTransceiver(audio, { direction: 'sendonly', streams });
    this.#sender = video ? peer.addTransceiver(video, { direction: 'sendonly', streams, sendEncodings: LAYERS }).sender : null;
    this.#apply();
  }

  #apply() {
    const live = this.state === 'live';
    for (const track of this.stream?.getAudioTracks() ?? []) track.enabled = live && !this.muted;
    const parameters = this.#sender?.getParameters();
    const large = parameters?.encodings.find(({ rid }) => rid === 'm');
    if (!large || large.active === this.isOnStage) return;
    large.active = this.isOnStage;
    this.#sender.setParameters(parameters).catch((error) => console.info('classcast: layers:', error.message));
  }

  #update() {
    if (this.#link.state === 'refused' && ['forbidden', 'unauthorized'].includes(this.#link.refusal.code)) {
      this.turnOff(); // asking again would not help
      this.#trouble = 'refused';
    }
    if (this.#events.lesson === 'over') this.muted = false;
    this.#apply();
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event('change'));
  }
}

/** A voice without a camera may be called on too. */
async function openDevices() {
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: VOICE, video: CAMERA });
  } catch (error) {
    if (error.name !== 'NotFoundError') throw error;
    return navigator.mediaDevices.getUserMedia({ audio: VOICE });
  }
}
