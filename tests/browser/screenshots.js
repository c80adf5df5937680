// Pictures of every window and page, taken of a real lesson: screenshots.js LANGUAGE WIDTHxHEIGHT FOLDER, called by script/screenshots.
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { manySchools } from './status-data.js';
import { cleanUp, launchBrowser, openPage, pageState, Program, sleep, startRelay, waitFor } from './support.js';

const LECTURE = '/usr/share/forensics-samples/original-files/movie2/movie-hello.mp4';
const COLOURS = 96; // enough for these windows, and a third of the bytes
const SETTLED_MS = 4000; // what is still on its way is drawn
const ROOM = { zh: '五年级数学', en: 'Maths-5' };
const NAMES = {
  zh: { teacher: '厦门第一小学', classroom: '湖里希望小学', guest: '龙泉小学', page: '那勒寺小学' },
  en: { teacher: 'Xiamen No. 1 Primary School', classroom: 'Huli Hope School', guest: 'Longquan School', page: 'Nalesi School' },
};
const SLIDE = {
  zh: ['分数的加法', '把一个饼平均分成八份，吃了三份，又吃了两份。', '一共吃了几分之几？'],
  en: ['Adding fractions', 'A pie is cut into eight equal pieces. Three are eaten, then two more.', 'How much of it has been eaten?'],
};

const CHAT = {
  zh: { classroom: '老师，为什么分母不用加？', teacher: '好问题，请看下一页。' },
  en: { classroom: 'Why are the eighths not added?', teacher: 'Good question. See the next page.' },
};

const [language, size, folder] = process.argv.slice(2);
const [width, height] = size.split('x').map(Number);
const viewport = { width, height };
const locale = language === 'zh' ? 'zh-CN' : 'en-US';
const names = NAMES[language];
const room = ROOM[language];
const servers = [];
const slidesFile = join(folder, `slides-${language}.pdf`);
mkdirSync(folder, { recursive: true });

const path = (name) => `png8:${join(folder, `${name}-${language}.png`)}`;
const convert = (args, input) => execFileSync(args[0], [...args.slice(1)], { input, maxBuffer: 64 << 20 });

/** An X display of its own, whose number is returned as in DISPLAY. */
async function openDisplay() {
  const server = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', `${size}x24`, '-noreset', '-nolisten', 'tcp'],
    { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  servers.push(server);
  let number = '';
  server.stdio[3].setEncoding('utf8').on('data', (text) => (number += text));
  await waitFor('Xvfb', () => number.includes('\n'), 20000);
  return `:${number.trim()}`;
}

/** A program on a display, in our language. */
function startOn(display, name, ...args) {
  return new Program(name, [name, '--set=network.local-address=127.0.0.1', ...args], {
    DISPLAY: display, LANGUAGE: language === 'zh' ? 'zh_CN' : 'en', GDK_BACKEND: 'x11', GSETTINGS_BACKEND: 'memory',
  });
}

function xdotool(display, ...args) {
  return execFileSync('xdotool', args, { env: { ...process.env, DISPLAY: display }, encoding: 'utf8' }).trim();
}

/** Nobody manages windows here: it fills the display and gets its keys because we say so. */
async function fill(display) {
  const window = await waitFor('the window', () => {
    try {
      return xdotool(display, 'search', '--onlyvisible', '--class', 'classcast').split('\n')[0];
    } catch {
      return null; // it has not come yet
    }
  });
  xdotool(display, 'windowsize', '--sync', window, String(width), String(height));
  xdotool(display, 'windowfocus', '--sync', window);
}

const press = (display, key) => xdotool(display, 'key', key);
const shoot = (display, name) =>
  convert(['import', '-display', display, '-window', 'root', '-dither', 'None', '-colors', String(COLOURS), path(name)]);

async function shootPage(page, name) {
  const image = await page.screenshot({ fullPage: true }); // some are scrolled
  convert(['convert', 'png:-', '-dither', 'None', '-colors', String(COLOURS), path(name)], image);
}

/** A lesson of two slides. */
async function printSlides(browser) {
  const page = await (await browser.newContext()).newPage();
  const [title, ...lines] = SLIDE[language];
  const slide = (heading, text) => `<section><h1>${heading}</h1>${text.map((line) => `<p>${line}</p>`).join('')}</section>`;
  await page.setContent(`<style>@page { size: 1600px 900px; margin: 0 } body { margin: 0; font: 60px 'Noto Sans CJK SC' }
    section { width: 1600px; height: 900px; padding: 90px; box-sizing: border-box; break-after: page; background: #fffdf5; color: #17324d }
    h1 { font-size: 110px; margin: 0 0 80px }</style>${slide(title, lines)}${slide('3/8 + 2/8 = 5/8', [])}`);
  await page.pdf({ path: slidesFile, preferCSSPageSize: true, printBackground: true });
  await page.context().close();
}

/** A classroom writes, by a page, and the teacher answers in her window. */
async function chat(relay, browser, display) {
  const page = await openPage(browser, `${relay.url}/watch/${encodeURIComponent(room)}?name=${encodeURIComponent(names.page)}`, { viewport, locale });
  await waitFor('to be allowed to write', () => page.isEnabled('#chat-text'));
  await page.evaluate((text) => {
    document.getElementById('chat-text').value = text;
    document.getElementById('chat-form').requestSubmit();
  }, CHAT[language].classroom);
  await waitFor('the text', () => page.locator('#messages li').count());
  press(display, 'c');
  for (const letter of CHAT[language].teacher) // each that no key has changes the keyboard's map, which a window sees late
    xdotool(display, 'type', '--delay', '150', letter);
  press(display, 'Return');
  await waitFor('the answer', async () => (await page.locator('#messages li').count()) === 2);
  press(display, 'Escape');
  await page.context().close();
}

/** Windows: before the lesson, in it, and with a classroom called on. */
async function shootWindows(relay, browser) {
  const [teacher, classroom, waiting] = await Promise.all([openDisplay(), openDisplay(), openDisplay()]);
  const to = `--relay=${relay.url}`;
  startOn(waiting, 'recv', to, `--name=${names.classroom}`, '--fullscreen', `${room}-2`);
  await fill(waiting);
  await sleep(SETTLED_MS);
  shoot(waiting, 'window-waiting');

  const guest = startOn('', 'recv', to, `--name=${names.guest}`, '--headless', '--set=recv.speak=called',
    '--set=send.source=file', `--set=send.file=${LECTURE}`, '--set=send.loop=true', room);
  const recv = startOn(classroom, 'recv', to, `--name=${names.classroom}`, '--fullscreen', room);
  const send = startOn(teacher, 'send', to, `--name=${names.teacher}`, `--file=${LECTURE}`, '--loop', `--deck=${slidesFile}`, room);
  await Promise.all([fill(classroom), fill(teacher)]);
  await waitFor('pictures', async () => (await relay.room(room))?.receivers.filter(({ video_bps }) => video_bps > 0).length === 2);
  press(classroom, 'h');
  await recv.says(/hand raised=1/);
  await chat(relay, browser, teacher);
  await sleep(SETTLED_MS);
  shoot(classroom, 'window-classroom');
  shoot(teacher, 'window-teacher');

  const [, number] = await send.says(new RegExp(`(\\d) ${names.guest}`));
  press(teacher, number);
  await guest.says(/called=1 heard=1 seen=1/);
  await send.says(/picture slot=2/);
  await sleep(SETTLED_MS);
  shoot(classroom, 'window-classroom-guest');
  shoot(teacher, 'window-teacher-guest');
}

/** A room's page and a school's, with an hour that nobody has to wait for. */
async function shootStatusOfMany(page) {
  const world = manySchools(60);
  await page.route('**/api/status**', (route) => {
    const url = new URL(route.request().url());
    route.fulfill({ json: url.pathname === '/api/status' ? world.overview(url.searchParams) : world.hour(url.pathname, url.searchParams) });
  });
  for (const [name, place] of [['room', 'room=room-0'], ['school', 'link=2']]) {
    await page.goto(`${new URL(page.url()).origin}/status#${place}`);
    await page.reload();
    await waitFor('plots', () => page.locator(`#${name === 'room' ? 'room' : 'detail'}-plots .plot`).count());
    await shootPage(page, `page-status-${name}`);
  }
}

async function shootPages(relay, browser) {
  const options = { viewport, locale };
  const at = (name) => `${relay.url}/${name}/${encodeURIComponent(room)}?name=${encodeURIComponent(names.classroom)}`;
  const watch = await openPage(browser, at('watch'), options);
  await waitFor('the lesson', async () => (await pageState(watch)) === 'on');
  await sleep(SETTLED_MS);
  await shootPage(watch, 'page-watch');
  const status = await openPage(browser, `${relay.url}/status`, options);
  await waitFor('the schools', () => status.locator('#links .where').count());
  await sleep(SETTLED_MS);
  await shootPage(status, 'page-status');
  await shootStatusOfMany(status);
  const teach = await openPage(browser, `${relay.url}/teach/${encodeURIComponent(room)}-2?name=${encodeURIComponent(names.teacher)}`, options);
  await waitFor('camera and microphone', () => teach.isEnabled('#start'));
  await teach.click('#start');
  await waitFor('the lesson', async () => (await pageState(teach)) === 'live');
  await sleep(SETTLED_MS);
  await shootPage(teach, 'page-teach');
}

const browser = await launchBrowser();
try {
  const relay = await startRelay();
  await printSlides(browser);
  await shootWindows(relay, browser);
  await shootPages(relay, browser);
} finally {
  await cleanUp();
  servers.forEach((server) => server.kill());
  rmSync(slidesFile, { force: true });
}
