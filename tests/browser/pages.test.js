// The pages themselves: what they say, in both languages, on a phone and on a desktop, without a
// complaint of the browser and without a request to anybody else.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { cleanUp, complaints, launchBrowser, openPage, outputDirectory, pageState, startRelay, startSend, waitFor, waitForPictures } from './support.js';

const sizes = { phone: { width: 360, height: 740 }, desktop: { width: 1280, height: 720 } };
const locales = { en: 'en-US', zh: 'zh-CN' };
let relay, browser;

before(async () => {
  relay = await startRelay();
  startSend(relay, 'math', '--test', '--name=厦门一中');
  browser = await launchBrowser();
  await waitFor('the lesson', async () => (await relay.room('math'))?.lesson === 'on');
});

after(cleanUp);

/** What must hold on every page. */
async function check(page, name, requests, locale) {
  await page.screenshot({ path: join(outputDirectory, `${name}.png`) });
  assert.deepEqual(await complaints(page), [], 'the browser complains');
  assert.deepEqual(requests.filter((url) => !url.startsWith(relay.url) && !url.startsWith(relay.url.replace('http', 'ws'))), []);
  assert.equal(await page.evaluate(() => document.documentElement.lang), locale);
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false, 'wider than the window');
  const nameless = await page.evaluate(() =>
    [...document.querySelectorAll('button, a, input, select, [role=meter]')]
      .filter((element) => element.checkVisibility())
      .filter((element) => !(element.innerText?.trim() || element.ariaLabel || element.labels?.length || element.getAttribute('aria-labelledby')))
      .map((element) => element.outerHTML));
  assert.deepEqual(nameless, [], 'controls without a name');
}

for (const [size, viewport] of Object.entries(sizes)) {
  for (const [language, locale] of Object.entries(locales)) {
    test(`pages on a ${size} in ${language}`, async () => {
      const lang = language === 'zh' ? 'zh-CN' : 'en';
      for (const [name, path, ready] of [
        ['index', '/', (page) => page.isVisible('#rooms a[href="/watch/math"]')],
        ['watch', '/watch/math', async (page) => (await pageState(page)) === 'on'],
        ['waiting', '/watch/physics', async (page) => (await pageState(page)) === 'none'],
        ['teach', '/teach/physics', (page) => page.isEnabled('#start')],
      ]) {
        const requests = [];
        const page = await openPage(browser, 'about:blank', { viewport, locale });
        page.on('request', (request) => requests.push(request.url()));
        page.on('websocket', (socket) => requests.push(socket.url()));
        await page.goto(relay.url + path);
        await waitFor(`${name} to be ready`, () => ready(page));
        if (name === 'watch') await waitForPictures(page, 5);
        await check(page, `${name}-${size}-${language}`, requests, lang);
        await page.context().close();
      }
    });
  }
}

for (const locale of Object.values(locales)) {
  test(`nothing of the bar lies outside a projector's window, ${locale}`, async () => {
    const page = await openPage(browser, `${relay.url}/watch/math`, { viewport: { width: 1024, height: 768 }, locale });
    await waitFor('the lesson', async () => (await pageState(page)) === 'on');
    const outside = await page.evaluate(() => {
      for (const id of ['hand', 'talk', 'chat-unread']) document.getElementById(id).hidden = false;
      document.getElementById('chat-unread').textContent = '50';
      document.getElementById('room').textContent = 'A lesson with a long name';
      return [...document.querySelectorAll('.bar > *')].filter((element) => element.getBoundingClientRect().right > innerWidth).map((element) => element.id);
    });
    assert.deepEqual(outside, []);
    assert.ok((await page.locator('.bar').boundingBox()).height < 70, 'in one row');
    await page.screenshot({ path: join(outputDirectory, `watch-bar-${locale}.png`) });
    await page.context().close();
  });
}

test('the language can be switched, and stays', async () => {
  const page = await openPage(browser, `${relay.url}/watch/physics`);
  await waitFor('waiting', async () => (await pageState(page)) === 'none');
  assert.equal(await page.textContent('#status'), 'The lesson has not begun yet');
  await page.click('#language');
  assert.equal(await page.textContent('#status'), '还没有上课');
  await page.goto(`${relay.url}/`);
  assert.equal(await page.evaluate(() => document.documentElement.lang), 'zh-CN');
  assert.equal(await page.textContent('h1'), '正在上课');
  await page.context().close();
});

test('one enters a room by its name', async () => {
  const page = await openPage(browser, `${relay.url}/`);
  await page.fill('#room', 'no/room');
  await page.click('button[value=watch]');
  assert.match(await page.textContent('#room-error'), /1 to 64/);
  assert.equal(await page.getAttribute('#room', 'aria-invalid'), 'true');
  await page.fill('#room', '三年级.数学');
  await page.click('button[value=watch]');
  await page.waitForURL(`**/watch/${encodeURIComponent('三年级.数学')}`);
  await page.goto(`${relay.url}/`);
  await page.fill('#room', 'math');
  await page.fill('#name', '东乡县龙泉小学');
  await page.click('button[value=watch]');
  await page.waitForURL('**/watch/math');
  const name = await waitFor('the name to be known', async () => (await relay.room('math')).receivers[0]?.name);
  assert.equal(name, '东乡县龙泉小学');
  await page.context().close();
});

test('every room is a link, and says what is going on', async () => {
  const page = await openPage(browser, `${relay.url}/`);
  await page.click('#rooms a');
  await page.waitForURL('**/watch/math');
  await page.context().close();
});

test('what a link carries is not named before it is known', async () => {
  const page = await openPage(browser, `${relay.url}/`, { locale: 'en-US' });
  const words = await page.evaluate(async () => {
    const { explainLink, summarizeLink } = await import('/assets/page.js');
    return [null, 200].flatMap((estimate_kbps) => {
      const link = { picture: 'reduced', reason: 'rate', kbps: 3, estimate_kbps, loss: 0 };
      return [explainLink(link), summarizeLink(link)];
    });
  });
  assert.deepEqual(words, [
    'Smaller picture: what the link carries is not known yet.', 'smaller picture',
    'Smaller picture: the link carries only 200 kbit/s.', 'smaller picture, 200 kbit/s',
  ]);
  await page.context().close();
});

test('a page about an impossible room is refused', async () => {
  assert.equal((await fetch(`${relay.url}/watch/a%20b`)).status, 400);
  assert.equal((await fetch(`${relay.url}/assets/nothing.js`)).status, 404);
});
