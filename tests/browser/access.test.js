// What the pages do with tokens, and with a relay that does not want what the browser has.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { cleanUp, launchBrowser, makeToken, openPage, pageState, startRelay, waitFor, waitForPictures } from './support.js';

const SECRET = 'a secret of more than sixteen bytes';
let browser;

before(async () => (browser = await launchBrowser()));
after(cleanUp);

test('tokens in the address open the room, and only that', async () => {
  const relay = await startRelay({ http: 0, udp: 0 }, '--set=auth.mode=token', `--set=auth.secrets=${SECRET}`);
  const token = (role, room) => makeToken(`--set=auth.secrets=${SECRET}`, `--room=${room}`, `--role=${role}`, '--expires=1h');
  const teacher = await openPage(browser, `${relay.url}/teach/math?token=${token('teacher', 'math')}`);
  await waitFor('camera and microphone', () => teacher.isEnabled('#start'));
  await teacher.click('#start');
  await waitFor('the lesson', async () => (await pageState(teacher)) === 'live');
  const pupil = await openPage(browser, `${relay.url}/watch/math?token=${token('classroom', 'math')}`);
  await waitForPictures(pupil, 5);
  await waitFor('the audience', async () => (await teacher.textContent('#audience-count')) === '1');

  for (const [query, why] of [['', 'a token is missing or has expired'], [`?token=${token('classroom', 'art')}`, 'this token is for another room or role']]) {
    const stranger = await openPage(browser, `${relay.url}/watch/math${query}`);
    await waitFor('the refusal', async () => (await pageState(stranger)) === 'refused');
    assert.equal(await stranger.textContent('#hint'), why);
    await stranger.context().close();
  }
  await teacher.context().close();
  await pupil.context().close();
});

test('a teacher whose video nobody takes is told so', async () => {
  const relay = await startRelay({ http: 0, udp: 0 }, '--open', '--set=relay.codecs=opus');
  const teacher = await openPage(browser, `${relay.url}/teach/voice`);
  await waitFor('camera and microphone', () => teacher.isEnabled('#start'));
  await teacher.click('#start');
  await waitFor('the lesson', async () => (await pageState(teacher)) === 'live');
  assert.match(await teacher.textContent('#status'), /sound only/);
  const pupil = await openPage(browser, `${relay.url}/watch/voice`);
  await waitFor('sound', async () => (await pageState(pupil)) === 'on');
  await teacher.context().close();
  await pupil.context().close();
});
