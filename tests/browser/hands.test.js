// Raised hands: a classroom's page, another one, and the teacher's, through a relay that restarts.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { cleanUp, launchBrowser, openPage, outputDirectory, pageState, sleep, startRelay, waitFor } from './support.js';

let browser;

before(async () => {
  browser = await launchBrowser();
});

after(cleanUp);

const names = (page) => page.locator('#hands .name').allTextContents();
const isPressed = async (page) => (await page.getAttribute('#hand', 'aria-pressed')) === 'true';
const watch = (relay, name) => openPage(browser, `${relay.url}/watch/hands?name=${encodeURIComponent(name)}`);

test('hands are raised, seen in the order of waiting, survive the relay, and are lowered', async (t) => {
  let relay = await startRelay();
  const first = await watch(relay, '虎力希望小学');
  const second = await watch(relay, 'Longquan');
  const teacher = await openPage(browser, `${relay.url}/teach/hands`);
  await waitFor('camera and microphone', () => teacher.isEnabled('#start'));
  await teacher.click('#start');
  await waitFor('the lesson', async () => (await pageState(teacher)) === 'live');
  await waitFor('both classrooms', async () => (await teacher.textContent('#audience-count')) === '2');
  assert.equal(await teacher.isVisible('#hands-panel'), false);

  await waitFor('the button', () => second.isVisible('#hand'));
  await second.keyboard.press('h');
  const raisedAt = Date.now();
  await waitFor('the hand', async () => (await names(teacher)).length === 1);
  t.diagnostic(`seen by the teacher after ${Date.now() - raisedAt} ms at most`);
  await waitFor('the button', () => first.isVisible('#hand'));
  await first.click('#hand');
  await waitFor('both hands', async () => (await names(teacher)).length === 2);
  assert.deepEqual(await names(teacher), ['Longquan', '虎力希望小学']);
  await waitFor('the pressed button', () => isPressed(first));
  await teacher.screenshot({ path: join(outputDirectory, 'hands-teacher.png') });
  await first.screenshot({ path: join(outputDirectory, 'hands-classroom.png') });

  await sleep(2000);
  await relay.stop('SIGKILL');
  await waitFor('the loss', async () => (await pageState(teacher)) !== 'live');
  relay = await startRelay(relay.ports);
  const raised = async () => (await relay.room('hands'))?.receivers.filter(({ hand_ms }) => hand_ms > 0).length;
  await waitFor('the relay to be told', async () => (await raised()) === 2); // pages may still show what the one before said
  await waitFor('both hands again', async () => (await names(teacher)).length === 2 && (await pageState(teacher)) === 'live');
  assert.deepEqual(await names(teacher), ['Longquan', '虎力希望小学']); // by when they were raised, not by who came back first
  const waited = await teacher.locator('#hands .waiting').allTextContents();
  assert.ok(waited.every((text) => /^\d+:\d\d$/.test(text) && text !== '0:00'), waited.join());

  await teacher.locator('#hands button').first().click();
  await waitFor('one hand less', async () => (await names(teacher)).join() === '虎力希望小学');
  await waitFor('the released button', async () => !(await isPressed(second)));
  assert.equal(await isPressed(first), true);
  await first.click('#hand');
  await waitFor('no hands', async () => !(await teacher.isVisible('#hands-panel')));

  await second.click('#hand');
  await waitFor('the hand', async () => (await names(teacher)).join() === 'Longquan');
  await teacher.click('#stop');
  await waitFor('the end', async () => !(await second.isVisible('#hand')));
  for (const page of [first, second, teacher]) await page.context().close();
});
