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

// What a proxy in front of a busy relay says, and what the relay says itself.
const OVERLOADS = {
  'no body': { body: '' },
  'a page': { contentType: 'text/html', body: '<h1>503</h1>' },
  'nothing in JSON': { contentType: 'application/problem+json', body: 'null' },
  'the relay': { contentType: 'application/problem+json', body: '{"code":"overloaded","detail":"no time left"}' },
};
const BUSY = {
  'en-US': ['One moment, please', 'The relay is busy. This page tries again by itself.'],
  'zh-CN': ['请稍候', '服务器暂时繁忙，本页会自动重试。'],
};

for (const [name, answer] of Object.entries(OVERLOADS)) {
  const locale = name === 'the relay' ? 'zh-CN' : 'en-US';
  test(`an overloaded relay is waited for (503 with ${name}, ${locale})`, async () => {
    const relay = await startRelay();
    const posts = [];
    const page = await openPage(browser, 'about:blank', { locale });
    await page.route('**/whep/**', (route) => {
      posts.push(Date.now());
      if (posts.length > 2) return route.continue();
      return route.fulfill({ status: 503, headers: { 'Retry-After': '2' }, ...answer });
    });
    await page.goto(`${relay.url}/watch/busy`);
    await waitFor('the page to say so', async () => (await pageState(page)) === 'busy');
    assert.deepEqual([await page.textContent('#status'), await page.textContent('#hint')], BUSY[locale]);
    await waitFor('another attempt', () => posts.length > 1);
    assert.equal(await pageState(page), 'busy', 'while it tries again too');
    await waitFor('the session', async () => (await pageState(page)) === 'none');
    for (const i of [1, 2]) assert.ok(posts[i] - posts[i - 1] >= 2000, `asked again after ${posts[i] - posts[i - 1]} ms`);
    assert.deepEqual(page.complaints.filter((text) => !/status of 503/.test(text)), []);
    await page.context().close();
  });
}

test('a teacher waits for an overloaded relay', async () => {
  const relay = await startRelay();
  const teacher = await openPage(browser, 'about:blank');
  let posts = 0;
  await teacher.route('**/whip/**', (route) => (++posts > 2 ? route.continue() : route.fulfill({ status: 503 })));
  await teacher.goto(`${relay.url}/teach/busy`);
  await waitFor('camera and microphone', () => teacher.isEnabled('#start'));
  await teacher.click('#start');
  await waitFor('the page to say so', async () => (await pageState(teacher)) === 'busy');
  assert.match(await teacher.textContent('#status'), /^One moment, please/);
  await waitFor('the lesson', async () => (await pageState(teacher)) === 'live');
  assert.deepEqual(teacher.complaints.filter((text) => !/status of 503/.test(text)), []);
  await teacher.context().close();
});
