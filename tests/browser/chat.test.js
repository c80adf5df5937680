// Chat: a classroom's page, another one, the teacher's, and classcast send and recv, through a relay that restarts.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { cleanUp, complaints, launchBrowser, openPage, outputDirectory, pageState, startRecv, startRelay, startSend, waitFor } from './support.js';

const HOSTILE = '<img src=x onerror="document.title=1">&amp;';
let browser;

before(async () => {
  browser = await launchBrowser();
});

after(cleanUp);

const texts = (page) => page.locator('#messages .text').allTextContents();
const watch = (relay, room, name, options) => openPage(browser, `${relay.url}/watch/${room}?name=${encodeURIComponent(name)}`, options);
const mayWrite = (page) => waitFor('to be allowed to write', () => page.isEnabled('#chat-text'));

async function write(page, text) {
  await mayWrite(page);
  await page.fill('#chat-text', text);
  await page.press('#chat-text', 'Enter');
}

const reads = (page, ...expected) =>
  waitFor(`${expected} to be read`, async () => JSON.stringify(await texts(page)) === JSON.stringify(expected));

test('everybody reads what one writes, as text; the teacher says who may write, also to a relay that was away', async () => {
  let relay = await startRelay();
  const first = await watch(relay, 'chat', '湖里希望小学');
  const second = await watch(relay, 'chat', 'Longquan', { viewport: { width: 360, height: 740 } });
  const teacher = await openPage(browser, `${relay.url}/teach/chat`);
  await waitFor('camera and microphone', () => teacher.isEnabled('#start'));
  await first.click('#chat-button');
  assert.equal(await first.isEnabled('#chat-text'), false); // there is no lesson yet
  await teacher.click('#start');
  await waitFor('the lesson', async () => (await pageState(teacher)) === 'live');

  await mayWrite(first);
  await first.keyboard.press('Escape');
  assert.equal(await first.isVisible('#chat'), false);
  await first.keyboard.press('c'); // the key opens it, and is no letter of the text
  assert.equal(await first.inputValue('#chat-text'), '');
  await write(first, HOSTILE);
  await reads(teacher, HOSTILE);
  await reads(first, HOSTILE);
  await waitFor('the note', () => second.isVisible('#chat-note'));
  assert.equal(await second.textContent('#chat-note-text'), HOSTILE);
  assert.equal(await second.textContent('#chat-note-name'), '湖里希望小学');
  assert.equal(await second.textContent('#chat-unread'), '1');
  assert.equal(await first.locator('#messages img').count(), 0);
  await write(teacher, '同学们好');
  await reads(second, HOSTILE, '同学们好');
  await second.click('#chat-button');
  assert.equal(await second.isVisible('#chat-unread'), false);
  assert.equal(await second.evaluate(() => document.documentElement.scrollWidth > innerWidth), false, 'wider than the window');
  await second.screenshot({ path: join(outputDirectory, 'chat-phone.png') });
  await first.screenshot({ path: join(outputDirectory, 'chat-watch.png') });
  await teacher.screenshot({ path: join(outputDirectory, 'chat-teach.png'), fullPage: true });

  const late = await watch(relay, 'chat', 'late');
  await reads(late, HOSTILE, '同学们好'); // what was written before it came
  await late.context().close();

  await teacher.click('#chat-on');
  await waitFor('nobody to write', async () => !(await first.isEnabled('#chat-text')));
  await teacher.click('#chat-on');
  await mayWrite(first);
  await teacher.click('#messages button');
  await waitFor('one to be muted', async () => !(await first.isEnabled('#chat-text')));
  await write(second, 'we may');
  await reads(teacher, HOSTILE, '同学们好', 'we may');

  await relay.stop('SIGKILL');
  await waitFor('the loss', async () => (await pageState(teacher)) !== 'live');
  relay = await startRelay(relay.ports);
  await waitFor('the lesson again', async () => (await pageState(teacher)) === 'live');
  await write(second, 'again'); // what the relay has forgotten is still to be read
  await reads(first, HOSTILE, '同学们好', 'we may', 'again');
  await waitFor('the relay to be told who is muted', () => first.evaluate(() =>
    document.getElementById('chat-text').placeholder === 'The teacher lets you write no longer'));
  await teacher.click('#messages button');
  await mayWrite(first);

  await first.evaluate(() => {
    for (let i = 0; i < 12; i++) { // at once, however slow the machine is
      document.getElementById('chat-text').value = `n${i}`;
      document.getElementById('chat-form').requestSubmit();
    }
  });
  await waitFor('too much to be refused', () => first.isVisible('#chat-notice'));
  assert.match(await first.textContent('#chat-notice'), /Wait a moment/);
  assert.match(await first.inputValue('#chat-text'), /^n\d+$/); // it is given back
  await teacher.click('#stop');
  await waitFor('the end', async () => !(await second.isEnabled('#chat-text')));
  assert.deepEqual(await complaints(second).then((all) => all.filter((one) => !/WebSocket|ERR_CONNECTION|status of 404/.test(one))), []);
  for (const page of [first, second, teacher]) await page.context().close();
  await relay.stop();
});

test('every control of the list and the form is made once, with a name', async () => {
  const relay = await startRelay();
  for (const [path, locale, words] of [['watch', 'en-US', 'Write to everybody'], ['teach', 'zh-CN', '写给大家']]) {
    const page = await openPage(browser, `${relay.url}/${path}/chat`, { locale });
    await waitFor('the page', () => page.evaluate(() => document.getElementById('chat-text')?.ariaLabel));
    assert.deepEqual(await page.evaluate(() => ['messages', 'chat-none', 'chat-notice', 'chat-form', 'chat-text', 'chat-send', 'chat-title']
      .filter((id) => document.querySelectorAll(`[id="${id}"]`).length !== 1)), []);
    assert.equal(await page.getAttribute('#chat-text', 'aria-label'), words);
    await page.context().close();
  }
});

test('classcast send and recv show it', async () => {
  const relay = await startRelay();
  const send = startSend(relay, 'chat', '--test', '--name=厦门一中');
  const recv = startRecv(relay, 'chat', '--name=Longquan');
  const page = await watch(relay, 'chat', '湖里希望小学');
  await recv.says(/first-picture/);
  await page.click('#chat-button');
  await write(page, '老师好');
  await send.says(/湖里希望小学: 老师好\n/);
  await recv.says(/chat shown_lines=1/);
  await page.context().close();
});
