// What the browser tests share: relay, sender and receiver as real processes, Chromium, and waiting
// for something to become true.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

export const classcast = process.env.CLASSCAST ?? fileURLToPath(new URL('../../build/classcast', import.meta.url));
export const outputDirectory = process.env.CLASSCAST_TEST_OUTPUT ?? join(tmpdir(), 'classcast-browser');
mkdirSync(outputDirectory, { recursive: true });

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Polls @condition until it returns something truthy; throws with @what after @timeoutMs. */
export async function waitFor(what, condition, timeoutMs = 120000) {
  const deadline = Date.now() + timeoutMs;
  let last;
  while (Date.now() < deadline) {
    last = await condition();
    if (last) return last;
    await sleep(100);
  }
  throw new Error(`waited ${timeoutMs} ms in vain for ${what}; last: ${JSON.stringify(last)}`);
}

const programs = new Set();
const browsers = new Set();
process.on('exit', () => programs.forEach(({ child }) => child.kill('SIGKILL')));

/** For after(): whatever a test that failed has left behind. */
export async function cleanUp() {
  await Promise.all([...browsers].map((browser) => browser.close()));
  await Promise.all([...programs].map((program) => program.stop()));
}

// Nothing of this machine's own settings; a display would only be in the way.
const noConfiguration = join(tmpdir(), 'classcast-no-configuration'); // PulseAudio makes such a folder
const environment = { ...process.env, CLASSCAST_SYSTEM_CONFIG: '/dev/null', XDG_CONFIG_HOME: noConfiguration, LC_ALL: 'C.UTF-8' };
delete environment.DISPLAY;

export class Program {
  output = '';

  constructor(name, args, more = {}) {
    this.name = name;
    this.child = spawn(classcast, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...environment, ...more } });
    programs.add(this);
    this.child.on('exit', () => programs.delete(this));
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => (this.output += text));
    }
    this.exited = once(this.child, 'exit');
  }

  get running() {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  async says(pattern, timeoutMs) {
    return waitFor(`${this.name} to say ${pattern}; it said:\n${this.output}`, () => {
      if (!this.running && !pattern.test(this.output)) throw new Error(`${this.name} ended:\n${this.output}`);
      return pattern.exec(this.output);
    }, timeoutMs);
  }

  /** Ends it politely and returns its exit code; it is killed if that takes more than 30 s. */
  async stop(signal = 'SIGTERM') {
    if (this.running) {
      this.child.kill(signal);
      const killer = setTimeout(() => this.child.kill('SIGKILL'), 30000);
      await this.exited;
      clearTimeout(killer);
    }
    return this.child.exitCode ?? this.child.signalCode;
  }
}

/** @ports: of an earlier relay, to take its place. @args: instead of letting anybody in. */
export async function startRelay(ports = { http: 0, udp: 0 }, ...args) {
  const relay = new Program('relay', ['relay', '--http-address=127.0.0.1', '--udp-address=127.0.0.1',
    `--http-port=${ports.http}`, `--udp-port=${ports.udp}`, ...(args.length > 0 ? args : ['--open'])]);
  const [, http, udp] = await relay.says(/listening http=(\d+) udp=(\d+)/);
  relay.ports = { http: Number(http), udp: Number(udp) };
  relay.url = `http://127.0.0.1:${http}`;
  relay.rooms = async () => (await (await fetch(`${relay.url}/api/rooms`)).json()).rooms;
  relay.room = async (name) => (await relay.rooms()).find(({ room }) => room === name);
  return relay;
}

/** The output of `classcast token`. */
export function makeToken(...args) {
  return execFileSync(classcast, ['token', ...args], { encoding: 'utf8', env: environment }).trim();
}

export function startSend(relay, room, ...args) {
  return new Program('send', ['send', `--relay=${relay.url}`, '--no-preview', '--set=network.local-address=127.0.0.1', ...args, room]);
}

export function startRecv(relay, room, ...args) {
  return new Program('recv', ['recv', `--relay=${relay.url}`, '--headless', '--set=network.local-address=127.0.0.1', ...args, room]);
}

export async function temporaryDirectory(t) {
  const directory = mkdtempSync(join(tmpdir(), 'classcast-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** @trusted: an origin whose pages may use camera and microphone without HTTPS. */
export async function launchBrowser({ autoplay = 'no-user-gesture-required', trusted = null } = {}) {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync', `--autoplay-policy=${autoplay}`,
      '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream',
      ...(trusted ? [`--unsafely-treat-insecure-origin-as-secure=${trusted}`] : []),
    ],
  });
  browsers.add(browser);
  browser.on('disconnected', () => browsers.delete(browser));
  return browser;
}

// Every connection that a page makes is kept where the tests can ask it.
const keepPeers = () => {
  globalThis.testPeers = [];
  globalThis.testViolations = [];
  document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
    globalThis.testViolations.push(`${violatedDirective} ${blockedURI}`));
  globalThis.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...args) {
      super(...args);
      globalThis.testPeers.push(this);
    }
  };
};

/** A page that remembers whatever it complained about in page.complaints. */
export async function openPage(browser, url, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 720 }, locale: 'en-US', ...options });
  await context.addInitScript(keepPeers);
  const page = await context.newPage();
  page.complaints = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) page.complaints.push(message.text());
  });
  page.on('pageerror', (error) => page.complaints.push(String(error)));
  await page.goto(url);
  return page;
}

/** What the page said wrong, policy violations included. */
export async function complaints(page) {
  return [...page.complaints, ...(await page.evaluate(() => globalThis.testViolations))];
}

/** The entries of getStats() that matter, of the newest connection; null if there is none. */
export function stats(page) {
  return page.evaluate(async () => {
    // A page that teaches listens by a connection of its own beside the one that is meant.
    const sending = globalThis.testPeers.filter((one) => one.getTransceivers().some(({ direction }) => direction === 'sendonly'));
    const peers = sending.length > 0 ? sending : globalThis.testPeers;
    const peer = peers.at(-1);
    if (!peer || peer.connectionState === 'closed') return null;
    const all = [...(await peer.getStats()).values()];
    const find = (type, kind) => all.find((entry) => entry.type === type && (!kind || entry.kind === kind)) ?? null;
    const layers = all.filter((entry) => entry.type === 'outbound-rtp' && entry.kind === 'video');
    return {
      state: peer.connectionState,
      sessions: peers.length,
      video: find('inbound-rtp', 'video'),
      audio: find('inbound-rtp', 'audio'),
      sentVideo: layers.sort((a, b) => (b.framesEncoded ?? 0) - (a.framesEncoded ?? 0))[0] ?? null,
      sentLayers: Object.fromEntries(layers.map((entry) => [entry.rid, entry])),
      sentAudio: find('outbound-rtp', 'audio'),
      transport: find('transport'),
    };
  });
}

/** Waits until the page has decoded @n more pictures; returns the statistics before and after. */
export async function waitForPictures(page, n, timeoutMs = 120000) {
  const decoded = (s) => s?.video?.framesDecoded ?? 0;
  const before = await waitFor('a first picture', async () => {
    const s = await stats(page);
    return decoded(s) > 0 && s;
  }, timeoutMs);
  const after = await waitFor(`${n} more pictures`, async () => {
    const s = await stats(page);
    return decoded(s) >= decoded(before) + n && s;
  }, timeoutMs);
  return { before, after };
}

/** Sound heard so far; its statistics may begin later than those of the pictures. */
export const audioEnergy = (s) => s?.audio?.totalAudioEnergy ?? 0;

export const pageState = (page) => page.evaluate(() => document.body.dataset.state);

/** What plays in a Matroska file: {pictures, distinct, contrast, seconds, loudness}, see media.py. */
export function judgeRecording(path) {
  const support = fileURLToPath(new URL('../support', import.meta.url));
  const script = `
import json, sys
sys.path.insert(0, sys.argv[1])
import media
pictures, sound = media.Pictures(sys.argv[2]), media.Sound(sys.argv[2])
print(json.dumps({"pictures": len(pictures), "distinct": pictures.distinct(), "contrast": pictures.contrast(),
                  "seconds": sound.seconds(), "loudness": sound.loudness()}))`;
  return JSON.parse(execFileSync('python3', ['-B', '-c', script, support, path], { encoding: 'utf8' }));
}
