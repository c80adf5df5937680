// A browser teaches: `classcast recv` and another browser watch.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { audioEnergy, cleanUp, complaints, judgeRecording, launchBrowser, openPage, outputDirectory, pageState, sleep, startRecv, startRelay, stats, temporaryDirectory, waitFor, waitForPictures } from './support.js';

let relay, browser;

before(async () => {
  relay = await startRelay();
  browser = await launchBrowser();
});

after(cleanUp);

/** Opens the page, waits for camera and microphone, begins, and waits until the lesson is on. */
async function teach(room, { codec = '', query = '' } = {}) {
  const page = await openPage(browser, `${relay.url}/teach/${room}${query}`);
  await waitFor('camera and microphone', () => page.isEnabled('#start'));
  await page.selectOption('#codec', codec);
  await page.click('#start');
  await waitFor('the lesson', async () => (await pageState(page)) === 'live');
  return page;
}

for (const codec of ['VP8', 'H264']) {
  test(`a browser teaches a recv in ${codec}`, async (t) => {
    const record = join(await temporaryDirectory(t), 'lesson.mkv');
    const room = `teach-${codec}`;
    const recv = startRecv(relay, room, `--record=${record}`);
    const page = await teach(room, { codec });
    await waitFor('the receiver', async () => (await relay.room(room))?.receivers.some(({ video_bps }) => video_bps > 0));
    const sent = await waitFor('100 pictures', async () => {
      const s = await stats(page);
      return s?.sentVideo?.framesEncoded > 100 && s;
    });
    assert.equal(sent.transport.srtpCipher, 'SRTP_AEAD_AES_128_GCM');
    assert.deepEqual((await relay.room(room)).publisher.codecs, ['opus', codec]);
    assert.deepEqual(await complaints(page), []);
    await page.context().close();
    assert.equal(await recv.stop(), 0, recv.output);

    const judged = judgeRecording(record);
    t.diagnostic(`${codec}: sent ${sent.sentVideo.framesEncoded} pictures, recorded ${JSON.stringify(judged)}`);
    assert.ok(judged.pictures > 30, 'pictures');
    assert.ok(judged.distinct > 15, 'moving pictures');
    assert.ok(judged.contrast > 10, 'a real picture');
    assert.ok(judged.loudness > 100, 'audible sound'); // the fake microphone beeps
  });
}

test('a browser teaches a browser', async (t) => {
  const watcher = await openPage(browser, `${relay.url}/watch/both?name=${encodeURIComponent('龙泉小学')}`);
  const teacher = await teach('both');
  const { before: first, after: last } = await waitForPictures(watcher, 40);
  t.diagnostic(`${last.video.framesDecoded} decoded, ${last.video.framesDropped} dropped, ${last.transport.srtpCipher}`);
  await waitFor('audio energy', async () => audioEnergy(await stats(watcher)) > audioEnergy(first));
  assert.equal(last.transport.srtpCipher, 'SRTP_AEAD_AES_128_GCM');

  await waitFor('the audience', async () => (await teacher.textContent('#audience')).includes('龙泉小学'));
  assert.equal(await teacher.textContent('#audience-count'), '1');
  await waitFor('figures', async () => /bit\/s/.test(await teacher.textContent('#figure-bitrate')));
  await teacher.screenshot({ path: join(outputDirectory, 'teaching-desktop-en.png') });
  await waitFor('the microphone meter to move', async () => Number(await teacher.getAttribute('#level', 'aria-valuenow')) > 10);

  await teacher.click('#stop');
  await waitFor('the end', async () => (await pageState(watcher)) === 'over');
  assert.equal(await pageState(teacher), 'ended');
  assert.equal(await teacher.isVisible('#start'), true);
  assert.deepEqual([...(await complaints(teacher)), ...(await complaints(watcher))], []);
  await teacher.context().close();
  await watcher.context().close();
});

test('a page says that it leaves before it closes the connection, however long that takes', async () => {
  const watcher = await openPage(browser, `${relay.url}/watch/slow`);
  const teacher = await teach('slow');
  await waitForPictures(watcher, 5);
  await teacher.route('**/session/**', async (route) => {
    await sleep(1000); // on its way, or for want of a processor
    await route.continue();
  });
  const answered = teacher.waitForResponse((response) => response.request().method() === 'DELETE');
  await teacher.click('#stop');
  assert.equal((await answered).status(), 200);
  assert.deepEqual(await complaints(teacher), []);
  await teacher.context().close();
  await watcher.context().close();
});

test('a browser teaches in three sizes at once, and a browser watches the largest that arrives', async (t) => {
  const watcher = await openPage(browser, `${relay.url}/watch/layers`);
  const teacher = await teach('layers');
  const layers = await waitFor('two layers', async () => {
    const sent = (await stats(teacher))?.sentLayers ?? {};
    return Object.values(sent).filter(({ framesEncoded }) => framesEncoded > 20).length >= 2 && sent;
  });
  assert.deepEqual(Object.keys(layers).sort(), ['h', 'l', 'm']);
  const { after: last } = await waitForPictures(watcher, 60);
  const sizes = Object.values(layers).map(({ rid, frameWidth, framesEncoded }) => `${rid} ${frameWidth}: ${framesEncoded}`);
  t.diagnostic(`sent ${sizes.join(', ')}; watched ${last.video.frameWidth}x${last.video.frameHeight}, ` +
    `${last.video.framesDecoded} decoded, ${last.video.framesDropped} dropped, ${last.video.freezeCount} freezes`);
  const startedAt = Date.now();
  await waitFor('the largest', async () => (await stats(watcher)).video.frameWidth > 640, 120000);
  t.diagnostic(`the largest after ${Date.now() - startedAt} ms more`);
  assert.deepEqual([...(await complaints(teacher)), ...(await complaints(watcher))], []);
  await teacher.context().close();
  await watcher.context().close();
});

test('a muted microphone is silent, and says so', async () => {
  const watcher = await openPage(browser, `${relay.url}/watch/muted`);
  const teacher = await teach('muted');
  await waitForPictures(watcher, 5);
  await teacher.click('#mute');
  assert.match(await teacher.textContent('#status'), /muted/);
  const energy = async () => audioEnergy(await stats(watcher));
  let before; // the fake microphone beeps once a second; what was on its way may still be heard at first
  await waitFor('silence', async () => {
    before = await energy();
    await sleep(2500);
    return (await energy()) - before < 1e-4;
  });
  await teacher.click('#mute');
  await waitFor('sound', async () => (await energy()) - before > 1e-3);
  await teacher.context().close();
  await watcher.context().close();
});

test('the source can change in the middle of a lesson', async () => {
  const watcher = await openPage(browser, `${relay.url}/watch/screen`);
  const teacher = await teach('screen');
  await waitForPictures(watcher, 5);
  await teacher.selectOption('#microphone', 'none');
  await waitFor('a lesson without microphone', () => teacher.isDisabled('#mute'));
  await waitForPictures(watcher, 10);
  assert.equal((await stats(teacher)).sessions, 1, 'nothing was negotiated again');
  await teacher.context().close();
  await watcher.context().close();
});

test('a second teacher waits until the room is free', async () => {
  const first = await teach('busy');
  const second = await openPage(browser, `${relay.url}/teach/busy`);
  await waitFor('camera and microphone', () => second.isEnabled('#start'));
  await second.click('#start');
  await waitFor('the refusal', async () => (await pageState(second)) === 'occupied');
  await first.goto('about:blank');
  await waitFor('her turn', async () => (await pageState(second)) === 'live');
  await first.context().close();
  await second.context().close();
});
