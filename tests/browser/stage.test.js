// The stage in browsers: classrooms that may be called on, the teacher who calls, and a relay that restarts.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { cleanUp, launchBrowser, makeToken, openPage, outputDirectory, pageState, startRelay, waitFor } from './support.js';

let browser;

before(async () => {
  browser = await launchBrowser();
});

after(cleanUp);

const watch = (relay, name) => openPage(browser, `${relay.url}/watch/stage?name=${encodeURIComponent(name)}`);
const talkState = (page) => page.getAttribute('#talk', 'data-state');

/** A figure's picture: how wide it is, and for how long it has been playing; null while it is not shown. */
const picture = (page, name) =>
  page.evaluate((which) => {
    const figure = document.querySelector(`#pictures [data-name=${which}]`);
    const video = figure.querySelector('video');
    return figure.hidden || !video.srcObject ? null : { width: video.videoWidth, at: video.currentTime, size: figure.dataset.size };
  }, name);

const moves = async (page, name, size) => {
  const now = await picture(page, name);
  return now && now.width > 0 && now.at > 0 && now.size === size;
};

/** Packets of the nth voice that have come so far. */
const voicePackets = (page, place) =>
  page.evaluate(async (index) => {
    const track = document.querySelector(`#pictures [data-name=guest-${index}] video`).srcObject?.getAudioTracks()[0];
    for (const peer of globalThis.testPeers) {
      const receiver = peer.getReceivers().find((one) => one.track === track);
      if (!receiver) continue;
      for (const entry of (await receiver.getStats()).values()) if (entry.type === 'inbound-rtp') return entry.packetsReceived;
    }
    return 0;
  }, place);

async function offerToSpeak(page) {
  await waitFor('the button', () => page.isVisible('#talk'));
  await page.click('#talk');
  await waitFor('to be ready', async () => (await talkState(page)) === 'ready');
}

const tile = (teacher, name) => teacher.locator('.tile', { hasText: name });
const press = (teacher, name, which) => tile(teacher, name).locator('button').nth(which).click();

test('classrooms are called on, seen and heard by all but themselves, and thanked', async (t) => {
  let relay = await startRelay();
  const north = await watch(relay, '虎力希望小学');
  const south = await watch(relay, 'Longquan');
  const third = await watch(relay, 'Nanfang');
  const teacher = await openPage(browser, `${relay.url}/teach/stage`);
  await waitFor('camera and microphone', () => teacher.isEnabled('#start'));
  await teacher.click('#start');
  await waitFor('the lesson', async () => (await pageState(teacher)) === 'live');
  assert.equal(await teacher.isVisible('#stage-panel'), false);
  await offerToSpeak(north);
  await offerToSpeak(south);
  await waitFor('both to be offered', async () => (await teacher.textContent('#classrooms-count')) === '2');
  for (const page of [north, south, third]) await waitFor('the teacher', () => moves(page, 'teacher', 'large'));
  await waitFor('small pictures', () =>
    teacher.evaluate(() => [...document.querySelectorAll('.tile video')].every((video) => video.videoWidth > 0)));
  await teacher.screenshot({ path: join(outputDirectory, 'stage-grid.png'), fullPage: true });

  const calledAt = Date.now();
  await press(teacher, '虎力希望小学', 0);
  await waitFor('the guest', () => moves(third, 'guest-0', 'large'));
  t.diagnostic(`called on, seen by another classroom after ${Date.now() - calledAt} ms at most`);
  await waitFor('the guest', () => moves(south, 'guest-0', 'large'));
  await waitFor('its voice', async () => (await voicePackets(third, 0)) > 20);
  await waitFor('to know', async () => (await talkState(north)) === 'live');
  assert.equal(await voicePackets(north, 0), 0); // its own
  assert.equal((await picture(third, 'teacher')).size, 'small');
  await waitFor('itself', () => moves(north, 'guest-0', 'small')); // who speaks looks at the teacher
  assert.equal((await picture(north, 'teacher')).size, 'large');
  await waitFor('its voice at the teacher', () =>
    teacher.evaluate(() => document.querySelector('.tile[data-stage=true] video')?.muted === false));
  await third.screenshot({ path: join(outputDirectory, 'stage-guest.png') });
  await north.screenshot({ path: join(outputDirectory, 'stage-own.png') });

  await press(teacher, 'Longquan', 0);
  await waitFor('two guests', () => moves(third, 'guest-1', 'large'));
  await third.screenshot({ path: join(outputDirectory, 'stage-two.png') });
  await teacher.screenshot({ path: join(outputDirectory, 'stage-teacher.png'), fullPage: true });

  await press(teacher, '虎力希望小学', 1);
  await waitFor('to be muted', async () => (await talkState(north)) === 'muted');
  const heard = await voicePackets(third, 0);
  await waitFor('the other voice', async () => (await voicePackets(third, 1)) > 50);
  assert.ok((await voicePackets(third, 0)) <= heard + 25, 'the muted one is heard');

  await relay.stop('SIGKILL');
  await waitFor('the loss', async () => (await pageState(teacher)) !== 'live');
  relay = await startRelay(relay.ports);
  await waitFor('the lesson', async () => (await pageState(teacher)) === 'live');
  await waitFor('both guests again', async () => (await moves(third, 'guest-0', 'large')) && (await moves(third, 'guest-1', 'large')));
  await waitFor('the mute again', async () => (await talkState(north)) === 'muted');
  await waitFor('the voice again', async () => (await voicePackets(third, 1)) > 50);

  await press(teacher, 'Longquan', 0);
  await press(teacher, '虎力希望小学', 0);
  await waitFor('the teacher alone', async () => (await picture(third, 'guest-0')) === null && (await moves(third, 'teacher', 'large')));
  await waitFor('to be ready again', async () => (await talkState(north)) === 'ready');
  await north.click('#talk');
  await waitFor('to be off', async () => (await talkState(north)) === 'off');
  await waitFor('one to be left', async () => (await teacher.textContent('#classrooms-count')) === '1');
  for (const page of [north, south, third, teacher]) await page.context().close();
});

test('a link that is only for watching says so', async () => {
  const secret = 'a-secret-for-the-tests';
  const relay = await startRelay(undefined, '--set=auth.mode=token', `--set=auth.secrets=${secret}`);
  const token = (...args) => makeToken(`--set=auth.secrets=${secret}`, '--room=stage', '--role=classroom', ...args);
  const watching = await openPage(browser, `${relay.url}/watch/stage?token=${token()}`);
  const speaking = await openPage(browser, `${relay.url}/watch/stage?token=${token('--speak')}`);
  await offerToSpeak(speaking);
  await waitFor('the button', () => watching.isVisible('#talk'));
  await watching.keyboard.press('t');
  await waitFor('the refusal', async () => (await talkState(watching)) === 'refused');
  assert.match(await watching.textContent('#on-air-text'), /only for watching/);
  for (const page of [watching, speaking]) await page.context().close();
});
