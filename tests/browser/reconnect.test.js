// Everything comes back by itself: the relay is killed and started again under running lessons.
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { cleanUp, launchBrowser, openPage, pageState, startRelay, startSend, stats, waitFor, waitForPictures } from './support.js';

afterEach(cleanUp);

test('watching and teaching survive a killed and restarted relay', async (t) => {
  let relay = await startRelay();
  const browser = await launchBrowser();
  startSend(relay, 'from-send', '--test');
  const watcher = await openPage(browser, `${relay.url}/watch/from-send`);
  const teacher = await openPage(browser, `${relay.url}/teach/from-browser`);
  await waitFor('camera and microphone', () => teacher.isEnabled('#start'));
  await teacher.click('#start');
  const pupil = await openPage(browser, `${relay.url}/watch/from-browser`);
  await waitForPictures(watcher, 10);
  await waitForPictures(pupil, 10);

  await relay.stop('SIGKILL');
  await waitFor('the page to notice', async () => (await pageState(watcher)) === 'lost');
  assert.equal(await watcher.getAttribute('body', 'data-veil'), 'thin', 'the last picture stays');
  const killed = Date.now();
  relay = await startRelay(relay.ports);
  for (const [name, page] of [['send to browser', watcher], ['browser to browser', pupil]]) {
    await waitFor(`${name} to play again`, async () => {
      const s = await stats(page);
      return s?.sessions > 1 && s.video?.framesDecoded > 5 && (await pageState(page)) === 'on';
    });
    t.diagnostic(`${name}: plays ${Date.now() - killed} ms after the restart`);
  }
  assert.equal(await pageState(teacher), 'live');
});

test('a session that the relay no longer knows is replaced at once, even while waiting', async () => {
  let relay = await startRelay();
  const browser = await launchBrowser();
  const page = await openPage(browser, `${relay.url}/watch/patient`);
  await waitFor('waiting', async () => (await pageState(page)) === 'none');
  let deleted = 0;
  page.on('request', (request) => (deleted += request.method() === 'DELETE'));
  await relay.stop('SIGKILL');
  relay = await startRelay(relay.ports);
  await waitFor('a new session', async () => (await relay.room('patient'))?.receivers.length === 1, 20000);
  await waitFor('waiting again', async () => (await pageState(page)) === 'none');
  assert.equal(deleted, 0, 'what the relay does not know needs no DELETE');
});
