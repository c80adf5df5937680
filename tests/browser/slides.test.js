// Slides in the browser: the classroom's page fetches them ahead and follows, with the pointer; the teacher's turns them.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { cleanUp, launchBrowser, openPage, outputDirectory, pageState, startRelay, startSend, waitFor } from './support.js';

const COLOURS = ['#c0392b', '#2980b9', '#27ae60'];
let browser;

before(async () => {
  browser = await launchBrowser();
});

after(cleanUp);

/** Pages of one colour each, with their number, as WebP. */
async function drawStills() {
  const page = await (await browser.newContext()).newPage();
  const stills = await page.evaluate((colours) => Promise.all(colours.map(async (colour, i) => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 1600, height: 900 });
    const drawing = canvas.getContext('2d');
    drawing.fillStyle = colour;
    drawing.fillRect(0, 0, 1600, 900);
    drawing.fillStyle = '#fff';
    drawing.font = '160px sans-serif';
    drawing.fillText(`Page ${i + 1}`, 200, 300);
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, 'image/webp', 1));
    return [...new Uint8Array(await blob.arrayBuffer())];
  })), COLOURS);
  await page.context().close();
  return stills.map((bytes) => Buffer.from(bytes));
}

async function bring(relay, stills) {
  const hashes = stills.map((still) => createHash('sha256').update(still).digest('hex').slice(0, 32));
  const manifest = `deck abc lesson.pdf\n${stills.map((still, i) => `${hashes[i]} ${still.length}\n`).join('')}`;
  const told = await fetch(`${relay.url}/rooms/slides/deck`, { method: 'PUT', body: manifest });
  assert.equal(told.status, 200);
  for (const [i, still] of stills.entries()) {
    const brought = await fetch(`${relay.url}/rooms/slides/deck/${hashes[i]}`, { method: 'PUT', body: still });
    assert.equal(brought.status, 204);
  }
}

/** The colour in the middle of what is shown; null if nothing is. */
const shown = (page) => page.evaluate(() => {
  const image = document.getElementById('slide');
  if (image.closest('[hidden]') || !image.complete || !image.naturalWidth) return null;
  const canvas = Object.assign(document.createElement('canvas'), { width: image.naturalWidth, height: image.naturalHeight });
  const drawing = canvas.getContext('2d');
  drawing.drawImage(image, 0, 0);
  const [r, g, b] = drawing.getImageData(800, 700, 1, 1).data;
  return [r, g, b];
});

async function waitForPage(page, n) {
  const wanted = [1, 3, 5].map((i) => parseInt(COLOURS[n - 1].slice(i, i + 2), 16));
  await waitFor(`page ${n}`, async () => {
    const found = await shown(page);
    return found?.every((value, i) => Math.abs(value - wanted[i]) < 12);
  });
}

test('a classroom sees the page that is on, with the pointer; the teacher turns it', async () => {
  const relay = await startRelay();
  const sender = startSend(relay, 'slides', '--test');
  const classroom = await openPage(browser, `${relay.url}/watch/slides`);
  await waitFor('the lesson', async () => (await pageState(classroom)) === 'on');
  assert.equal(await shown(classroom), null);
  const whole = await classroom.locator('#video').boundingBox();

  await bring(relay, await drawStills());
  await waitForPage(classroom, 1);
  const corner = await classroom.locator('#video').boundingBox();
  assert.ok(corner.width < whole.width / 3, 'the teacher stands in the corner');

  const teacher = await openPage(browser, `${relay.url}/teach/slides`);
  await waitForPage(teacher, 1);
  await teacher.click('#slide-next');
  await waitForPage(classroom, 2);
  await teacher.keyboard.press('PageDown');
  await waitForPage(classroom, 3);
  assert.equal(await teacher.isDisabled('#slide-next'), true);

  const box = await teacher.locator('#slide').boundingBox();
  await teacher.mouse.move(box.x + box.width / 4, box.y + box.height / 2);
  await waitFor('the pointer', () => classroom.isVisible('#pointer'));
  const [slide, pointer] = [await classroom.locator('#slide').boundingBox(), await classroom.locator('#pointer').boundingBox()];
  const shape = Math.min(slide.width / 1600, slide.height / 900);
  const left = slide.x + (slide.width - 1600 * shape) / 2;
  assert.ok(Math.abs((pointer.x + pointer.width / 2 - left) / (1600 * shape) - 0.25) < 0.05, 'a quarter from the left');
  await classroom.screenshot({ path: join(outputDirectory, 'slides-classroom.png') });
  await teacher.screenshot({ path: join(outputDirectory, 'slides-teacher.png'), fullPage: true });
  await teacher.mouse.move(0, 0);
  await waitFor('no pointer', async () => !(await classroom.isVisible('#pointer')));

  // All pages are here already: nothing is asked for.
  let asked = 0;
  classroom.on('request', (request) => (asked += request.url().includes('/deck') ? 1 : 0));
  await teacher.keyboard.press('PageUp');
  await waitForPage(classroom, 2);
  assert.equal(asked, 0);

  const late = await openPage(browser, `${relay.url}/watch/slides`);
  await waitForPage(late, 2);
  await teacher.click('#slide-blank');
  await waitFor('the teacher alone', async () => !(await classroom.isVisible('#slide')));
  await teacher.click('#slide-blank');
  await waitForPage(classroom, 2);
  await sender.stop();
  await waitFor('the end of the slides', async () => !(await classroom.isVisible('#slide')) && !(await teacher.isVisible('#slides-panel')));
});
