// A browser watches what `classcast send` teaches.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { measureOffset } from './av-offset.js';
import { audioEnergy, cleanUp, complaints, launchBrowser, openPage, pageState, startRelay, startSend, stats, waitFor, waitForPictures } from './support.js';

const LECTURE = '/usr/share/forensics-samples/original-files/movie2/movie-hello.mp4';
const ENOUGH_PAIRS = 7; // of a flash and a beep
const HEARD_LATER_MS = 20; // the way from Chromium's mixer to its output, which its account leaves out: 10 to 40
let relay, browser;

before(async () => {
  relay = await startRelay();
  browser = await launchBrowser();
});

after(cleanUp);

async function watchCodec(t, codec, ...source) {
  const room = `watch-${codec}`;
  const send = startSend(relay, room, `--codec=${codec}`, ...source);
  const page = await openPage(browser, `${relay.url}/watch/${room}`);
  try {
    const { before: first, after: last } = await waitForPictures(page, 75);
    const energy = audioEnergy(last) - audioEnergy(first);
    t.diagnostic(`${codec}: ${last.video.framesDecoded} decoded, ${last.video.framesDropped} dropped, ` +
      `${last.video.freezeCount} freezes, ${last.video.frameWidth}x${last.video.frameHeight}, ${last.transport.srtpCipher}`);
    assert.ok(energy > 0, `audio energy grew by ${energy}`);
    assert.equal(last.transport.srtpCipher, 'SRTP_AEAD_AES_128_GCM');
    assert.equal(last.transport.dtlsState, 'connected');
    // With a third of a core Chromium drops one in three.
    assert.ok(last.video.framesDropped <= last.video.framesDecoded / 2, `${last.video.framesDropped} dropped`);
    assert.equal(await pageState(page), 'on');
    assert.deepEqual(await complaints(page), []);
    return await page.evaluate(() => document.querySelector('video').videoWidth);
  } finally {
    await page.context().close();
    await send.stop();
  }
}

test('a browser watches the test pattern in VP8', async (t) => {
  assert.equal(await watchCodec(t, 'vp8', '--test'), 1280);
});

test('a browser watches the test pattern in H.264', async (t) => {
  assert.equal(await watchCodec(t, 'h264', '--test'), 1280);
});

test('a browser watches a real lecture', { skip: !existsSync(LECTURE) && 'forensics-samples-files is not installed' }, async (t) => {
  assert.equal(await watchCodec(t, 'vp8', `--file=${LECTURE}`, '--loop'), 1280);
});

test('lips and voice agree within 45 ms in the browser, but for what it knows of itself', async (t) => {
  const send = startSend(relay, 'lips', '--test');
  const page = await openPage(browser, `${relay.url}/watch/lips`, { bypassCSP: true }); // for the audio worklet
  await waitForPictures(page, 50);
  // Chromium moves picture and sound together step by step, and apart again whenever its jitter buffers change, as they
  // do where the machine is busy. What it believes them to be apart by is its own affair; whether that is true is ours.
  // Judged is where it has left them alone for a moment, and less than half a second apart: beeps come each second.
  const pairs = [];
  let told = 0;
  for (let rounds = 0; pairs.length < ENOUGH_PAIRS && rounds < 10; rounds++) {
    const found = await measureOffset(page, 6000);
    t.diagnostic(`A/V offset (by the browser's own account): ${found.map(({ offset, account, moved }) => `${offset.toFixed(0)} (${account}, ${moved} around)`).join(', ')} ms`);
    told += found.length;
    pairs.push(...found.filter(({ account, moved }) => Math.abs(account) < 250 && moved < 80));
  }
  const untold = pairs.map(({ offset, account }) => offset - account + HEARD_LATER_MS).sort((a, b) => a - b);
  const median = untold[Math.floor(untold.length / 2)];
  assert.ok(told > 0, 'sender reports place picture and sound');
  if (untold.length < ENOUGH_PAIRS) t.skip('the browser does not keep up on this machine');
  else assert.ok(Math.abs(median) <= 45, `${median} ms of ${untold.map((ms) => ms.toFixed(0))}`);
  await page.context().close();
  await send.stop();
});

test('the page waits for a lesson, follows it and says when it is over', async () => {
  const page = await openPage(browser, `${relay.url}/watch/waiting`);
  await waitFor('waiting', async () => (await pageState(page)) === 'none');
  const send = startSend(relay, 'waiting', '--test');
  await waitForPictures(page, 10);
  assert.equal((await stats(page)).sessions, 1, 'the lesson began within the session that waited');
  await waitFor('the lesson', async () => (await pageState(page)) === 'on');
  await send.stop();
  await waitFor('its end', async () => (await pageState(page)) === 'over');
  await page.context().close();
});

test('a second lesson plays in the page that stayed', async () => {
  const page = await openPage(browser, `${relay.url}/watch/again`);
  for (const round of [1, 2]) {
    const send = startSend(relay, 'again', '--test');
    await waitFor(`lesson ${round} to play`, async () => (await pageState(page)) === 'on');
    await waitForPictures(page, 10);
    await send.stop();
    await waitFor(`the end of lesson ${round}`, async () => (await pageState(page)) === 'over');
  }
  await page.context().close();
});

test('sound that the browser refuses is one click away', async () => {
  const strict = await launchBrowser({ autoplay: 'document-user-activation-required' });
  startSend(relay, 'sound', '--test');
  const page = await openPage(strict, `${relay.url}/watch/sound`);
  // Playwright's own evaluate() counts as a click of the user, a bare protocol session does not.
  const session = await page.context().newCDPSession(page);
  const ask = async (expression) => (await session.send('Runtime.evaluate', { expression })).result.value;
  await waitFor('the button', () => ask('!document.getElementById("sound-on").hidden'));
  await waitFor('the picture', () => ask('document.querySelector("video").currentTime > 0.5'));
  assert.equal(await ask('document.querySelector("video").muted'), true);
  await page.click('#sound-on');
  assert.equal(await ask('document.querySelector("video").muted'), false);
  assert.equal(await ask('document.querySelector("video").paused'), false);
  assert.equal(await ask('document.getElementById("sound-on").hidden'), true);
});

test('closing the page ends its session at once', async () => {
  const page = await openPage(browser, `${relay.url}/watch/leaving`);
  await waitFor('the receiver', async () => (await relay.room('leaving'))?.receivers.length === 1);
  await page.goto('about:blank');
  await waitFor('the room to be empty', async () => !(await relay.room('leaving'))?.receivers.length, 10000);
  await page.context().close();
});
