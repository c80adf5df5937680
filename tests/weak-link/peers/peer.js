// One end of a lesson in headless Chromium, for ../lab/peers.py:
//
//   node peer.js '{"role": ROLE, "prefix": PREFIX, …}'
//
//   watch-page    opens "url", a page of ours or of others
//   watch-janus   "janus": its URL, "room", "feed", "substream": of a simulcast, or null
//   teach-janus   "janus", "room", "camera": .y4m, "voice": .wav, "size", "encodings"; says "feed N"
//   teach-direct  the same; says "offer SDP", reads the answer
//   watch-direct  reads an offer, says "answer SDP"
//
// What is seen and heard goes to PREFIX.events and so on (witness-files.js). Says "first-audio", "first-picture" and
// "payload-types {…}". SDPs are JSON strings on one line. The end of standard input is its own.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Janus } from './janus.js';
import { WitnessFiles } from './witness-files.js';

const { chromium } = createRequire(new URL('../../browser/package.json', import.meta.url))('playwright-core');
const beside = (name) => new URL(name, import.meta.url);
const PAGE = 'http://localhost/lesson'; // never asked for: what it shows is ours
const options = JSON.parse(process.argv[2]);
const files = new WitnessFiles(options.prefix);
const input = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

const flags = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--disable-renderer-backgrounding',
  '--autoplay-policy=no-user-gesture-required', '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream',
  // Addresses that only multicast DNS knows help nobody across two namespaces.
  '--disable-features=WebRtcHideLocalIpsWithMdns',
];
if (options.camera) flags.push(`--use-file-for-fake-video-capture=${options.camera}`, `--use-file-for-fake-audio-capture=${options.voice}`);
if (options.url) flags.push(`--unsafely-treat-insecure-origin-as-secure=${new URL(options.url).origin}`);

function take(kind, ...values) {
  if (kind === 'payload-types') console.log(`payload-types ${JSON.stringify(values[0])}`);
  else if (kind === 'state') console.log(`state ${values.join(' ')}`);
  else files[kind](...values);
}

async function openPage(browser) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 720 }, bypassCSP: true });
  await context.grantPermissions(['camera', 'microphone']);
  await context.exposeFunction('labReport', take);
  await context.addInitScript(`globalThis.labSenses = ${JSON.stringify(await readFile(beside('senses.js'), 'utf8'))}`);
  await context.addInitScript({ path: fileURLToPath(beside('in-page.js')) });
  await context.route(PAGE, (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html><video width="640"></video>' }));
  const page = await context.newPage();
  page.on('console', (message) => console.log(`page ${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => console.log(`page error: ${error}`));
  await page.goto(options.url ?? PAGE, { timeout: 120000 });
  return page;
}

const roles = {
  async 'watch-page'() {},

  async 'watch-janus'(page) {
    const { room, feed, substream } = options;
    const janus = new Janus(options.janus);
    await janus.begin();
    const handle = await janus.attach();
    const { sdp } = await janus.negotiate(handle, { request: 'join', ptype: 'subscriber', room, streams: [{ feed }] });
    const answer = await page.evaluate((offer) => globalThis.lab.watch(offer), sdp);
    await janus.message(handle, { request: 'start', room }, { type: 'answer', sdp: answer });
    if (substream !== null) await janus.message(handle, { request: 'configure', streams: [{ mid: '1', substream, temporal: 2 }] });
  },

  async 'teach-janus'(page) {
    const { room } = options;
    const janus = new Janus(options.janus);
    await janus.begin();
    const handle = await janus.attach();
    await janus.message(handle, {
      request: 'create', room, publishers: 1, audiocodec: 'opus', videocodec: 'vp8', opus_fec: true, bitrate: 0,
    });
    const offer = await page.evaluate((how) => globalThis.lab.teach(how), options);
    const { sdp, data } = await janus.negotiate(handle, { request: 'joinandconfigure', ptype: 'publisher', room }, { type: 'offer', sdp: offer });
    await page.evaluate((answer) => globalThis.lab.accept(answer), sdp);
    console.log(`feed ${data.id}`);
  },

  async 'teach-direct'(page) {
    const offer = await page.evaluate((how) => globalThis.lab.teach(how), options);
    console.log(`offer ${JSON.stringify(offer)}`);
    const { value } = await input.next();
    await page.evaluate((answer) => globalThis.lab.accept(answer), JSON.parse(value));
  },

  async 'watch-direct'(page) {
    const { value } = await input.next();
    const answer = await page.evaluate((offer) => globalThis.lab.watch(offer), JSON.parse(value));
    console.log(`answer ${JSON.stringify(answer)}`);
  },
};

async function main() {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: flags });
  const end = async () => {
    await browser.close();
    files.close();
    process.exit(0);
  };
  process.on('SIGTERM', end);
  const page = await openPage(browser);
  await roles[options.role](page);
  console.log('ready');
  while (!(await input.next()).done);
  await end();
}

main().catch((error) => {
  console.log(`peer: ${error.stack}`);
  process.exit(1);
});
