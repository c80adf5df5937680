// A classroom in headless Chromium for tests in other languages:
//
//   node classroom.js URL
//
// opens a page /watch and tells on standard output, each time that it changes, what is to be seen:
//
//   state on · slide N · picture WIDTHxHEIGHT · guest-0 large · guest-0 moving · hand true · on-air true · chat TEXT
//
// (slides in the order in which they were first shown; what does not move is still). From standard input it takes lines:
// "click SELECTOR", "write TEXT"; the end of it is its own.
import { createInterface } from 'node:readline';
import { cleanUp, launchBrowser, openPage } from './support.js';

/** Runs in the page. */
function watch() {
  const STILL_MS = 1000; // without a new picture
  const told = new Map();
  const frames = new Map(); // by figure: {count, when}
  const tell = (what, value) => {
    if (told.get(what) === value) return;
    told.set(what, value);
    globalThis.tellTest(`${what} ${value}`);
  };
  const byId = (id) => document.getElementById(id);
  const slides = [];
  const look = () => {
    tell('state', document.body.dataset.state);
    tell('picture', `${byId('video').videoWidth}x${byId('video').videoHeight}`);
    tell('hand', byId('hand').getAttribute('aria-pressed'));
    tell('on-air', !byId('on-air').hidden && byId('on-air').dataset.live === 'true');
    tell('chat', [...document.querySelectorAll('#messages .text')].at(-1)?.textContent ?? '');
    const url = byId('slide').closest('figure').hidden ? '' : byId('slide').src;
    if (url && byId('slide').complete) {
      if (!slides.includes(url)) slides.push(url);
      tell('slide', slides.indexOf(url) + 1);
    }
    for (const name of ['guest-0', 'guest-1']) {
      const figure = document.querySelector(`figure[data-name=${name}]`);
      const video = figure.querySelector('video');
      const now = performance.now();
      const count = video.getVideoPlaybackQuality().totalVideoFrames;
      if (count !== frames.get(name)?.count) frames.set(name, { count, when: count > 0 ? now : -Infinity });
      const moves = !figure.hidden && now - frames.get(name)?.when < STILL_MS;
      tell(name, figure.hidden ? 'away' : `${figure.dataset.size} ${moves ? 'moving' : 'still'}`);
    }
  };
  addEventListener('DOMContentLoaded', () => {
    new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true });
    setInterval(look, 20); // pictures move without that
  });
}

const [, , url] = process.argv;
const browser = await launchBrowser({ trusted: new URL(url).origin });
const page = await openPage(browser, 'about:blank');
await page.context().grantPermissions(['camera', 'microphone'], { origin: new URL(url).origin });
await page.exposeFunction('tellTest', (line) => console.log(line));
await page.addInitScript(watch);
page.on('pageerror', (error) => console.log(`error ${error}`));
await page.goto(url);
for await (const line of createInterface({ input: process.stdin })) {
  const [, command, what] = /^(\w+) (.*)$/.exec(line) ?? [];
  if (command === 'click') await page.click(what);
  else if (command === 'write') {
    await page.fill('#chat-text', what);
    await page.press('#chat-text', 'Enter');
  } else console.log(`error no such command: ${line}`);
}
await cleanUp();
