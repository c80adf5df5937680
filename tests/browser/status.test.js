// The page for those who look after the relay: with a real lesson, and with more schools than a machine can start.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { cleanUp, complaints, launchBrowser, makeToken, openPage, outputDirectory, startRecv, startRelay, startSend, waitFor } from './support.js';
import { FINDINGS, manySchools, RELAY_FINDINGS, roomHour, schoolHour } from './status-data.js';

const SIZES = { phone: [360, 740], small: [1024, 768], laptop: [1366, 768], large: [1920, 1080] };
const LOCALES = { en: 'en-US', zh: 'zh-CN' };
let browser;

before(async () => (browser = await launchBrowser()));
after(cleanUp);

const isOn = (page) => waitFor('the page', () => page.evaluate(() => document.body.dataset.state === 'on'));
const links = (page) => page.locator('#links .where').count();

/** What must hold on every page, however large. */
async function check(page, name) {
  await page.screenshot({ path: join(outputDirectory, `${name}.png`), fullPage: name.includes('phone') });
  assert.deepEqual(await complaints(page), [], 'the browser complains');
  const wrong = await page.evaluate(() => {
    const visible = [...document.querySelectorAll('body *')].filter((element) => element.checkVisibility() && !element.closest('svg'));
    const said = (element) => `${element.localName}.${element.className} ${element.textContent.slice(0, 40)}`;
    return {
      wide: document.documentElement.scrollWidth > innerWidth,
      cut: visible.filter((element) => element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0 &&
        getComputedStyle(element).overflowX !== 'visible').map(said),
      outside: visible.filter((element) => element.getBoundingClientRect().left + Math.max(element.offsetWidth, element.scrollWidth) > innerWidth + 1).map(said),
      nameless: visible.filter((element) => element.matches('button, a, input, select, summary'))
        .filter((element) => !(element.innerText?.trim() || element.ariaLabel || element.labels?.length)).map(said),
      raw: visible.filter((element) => element.childElementCount === 0 && /status\.|detail\.|\{\w+\}/.test(element.textContent)).map(said),
    };
  });
  assert.deepEqual(wrong, { wide: false, cut: [], outside: [], nameless: [], raw: [] });
}

/** A page whose relay says what we like, after the first real files. */
async function openFake(relay, world, options = {}) {
  const page = await openPage(browser, 'about:blank', options);
  page.questions = [];
  await page.route('**/api/status**', (route) => {
    const url = new URL(route.request().url());
    page.questions.push(url);
    const json = url.pathname === '/api/status' ? world.overview(url.searchParams) : world.hour(url.pathname, url.searchParams);
    return json ? route.fulfill({ json }) : route.fulfill({ status: 404, json: {} });
  });
  await page.goto(`${relay.url}/status`);
  await isOn(page);
  return page;
}

test('a lesson, a school that listens, and one that vanishes', async () => {
  const relay = await startRelay({ http: 0, udp: 0 }, '--open', '--set=relay.session-timeout-ms=2000', '--set=relay.resume-timeout-s=0');
  startSend(relay, 'math', '--test', '--name=厦门一中');
  const recv = startRecv(relay, 'math', '--name=东乡县龙泉小学');
  const page = await openPage(browser, `${relay.url}/status`);
  await isOn(page);
  await waitFor('the school to be well', async () => (await page.locator('#links a', { hasText: '东乡县龙泉小学' }).locator('.health').textContent().catch(() => '')) === 'Good');
  assert.match(await page.textContent('#rooms'), /math.*Good.*2 connected/s);
  assert.match(await page.textContent('#links'), /厦门一中.*math · teaches/s);
  assert.equal(await page.textContent('#links-count'), '2');

  await page.click('text=东乡县龙泉小学');
  await waitFor('plots', () => page.evaluate(() => document.querySelectorAll('#detail-plots .area .line-0').length === 4));
  assert.equal(await page.textContent('#detail-title'), '东乡县龙泉小学');
  const [rate] = await waitFor('a line', () => page.evaluate(() => {
    const paths = [...document.querySelectorAll('#detail-plots .area .line-0')].map((path) => path.getAttribute('d'));
    return paths[0].includes('L') && paths;
  }));
  assert.match(rate, /^M\d+ [\d.]+h\.5(L\d+ [\d.]+)+$/);
  assert.match(await page.textContent('#detail-plots'), /Rate.*Lost on the way.*Delay.*Height of the picture/s);
  await check(page, 'status-real-detail');

  await page.click('#detail-room');
  await waitFor('the room', () => page.evaluate(() => document.querySelectorAll('#room-plots .area .line-0').length === 5));
  assert.equal(await page.textContent('#room-title'), 'Room math');
  assert.match(await page.textContent('#room-plots'), /Connected, and who struggles.*Traffic.*Lost on the way.*Delay.*Came and went/s);
  assert.match(await page.textContent('#moves'), /厦门一中came/);
  assert.match(await page.textContent('#moves'), /东乡县龙泉小学came/);
  await check(page, 'status-real-room');
  await page.click('#room-links a:has-text("东乡县龙泉小学")');
  await waitFor('the school again', () => page.isVisible('#detail'));

  recv.child.kill('SIGKILL');
  await waitFor('the page to say so', async () => (await page.textContent('#detail-health')) === 'Trouble');
  assert.match(await page.textContent('#detail-findings'), /Nothing comes from this school any more.*Call it/s);
  await page.click('#back');
  assert.match(await page.textContent('#links li:first-child'), /东乡县龙泉小学.*Trouble.*Nothing comes/s);
  assert.match(await page.textContent('#rooms'), /math.*Trouble.*worst: 东乡县龙泉小学/s);
  await page.click('#rooms a');
  await waitFor('its going', async () => /东乡县龙泉小学lost/.test(await page.textContent('#moves li:first-child')));
  assert.match(await page.textContent('#room-findings'), /1 of 1 schools are weak or in trouble.*what to do/s);
  await page.context().close();
});

test('the relay is started again', async () => {
  const relay = await startRelay();
  const page = await openPage(browser, `${relay.url}/status`);
  await isOn(page);
  assert.match(await page.textContent('#relay-started'), /^Started /);
  await relay.stop('SIGKILL');
  await waitFor('the page to notice', () => page.isVisible('.status-page[data-state=stale] #notice'));
  await startRelay(relay.ports);
  await waitFor('the new one', async () => /^It was started again/.test(await page.textContent('#relay-started')));
  assert.equal(await page.isVisible('#notice'), false);
  await page.context().close();
});

test('only a token for all rooms opens it', async () => {
  const secret = 'a secret of more than sixteen bytes';
  const relay = await startRelay({ http: 0, udp: 0 }, '--set=auth.mode=token', `--set=auth.secrets=${secret}`);
  const token = (room) => makeToken(`--set=auth.secrets=${secret}`, `--room=${room}`, '--role=viewer', '--expires=1h');
  const page = await openPage(browser, `${relay.url}/status?token=${token('math')}`, { viewport: { width: 360, height: 740 } });
  await waitFor('the refusal', () => page.isVisible('#token-form'));
  assert.match(await page.textContent('#notice'), /for one room alone/);
  page.complaints = page.complaints.filter((text) => !/status of 403/.test(text));
  await check(page, 'status-token-phone');
  await page.fill('#token', token('*'));
  await page.click('#token-form button');
  await isOn(page);
  await page.context().close();
});

test('three thousand schools do not freeze a phone', async () => {
  const relay = await startRelay();
  const world = manySchools(3000);
  const page = await openFake(relay, world, { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true });
  assert.equal(await page.textContent('#links-count'), '2999');
  assert.equal(await links(page), 50);
  assert.ok(page.questions.length >= 6, 'in pieces');
  const order = await page.evaluate(() => [...document.querySelectorAll('#links .health')].map(({ dataset }) => dataset.word));
  assert.ok(order.every((word) => word === 'bad'), 'worst first');

  await page.fill('#search', '学校 1234');
  await waitFor('one school', async () => (await links(page)) === 1);
  await page.fill('#search', '');
  await page.click('#links-pager button:last-child');
  assert.equal(await page.textContent('#links-pager span'), '2 of 60');
  await page.focus('#links-pager button:last-child');
  await page.keyboard.press('Enter');
  assert.equal(await page.textContent('#links-pager span'), '3 of 60');
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Next', 'the focus stays');

  // What has changed is all that is asked for again.
  const before = page.questions.length;
  world.pass();
  await waitFor('the next question', () => page.questions.length > before + 1);
  const sizes = page.questions.slice(before).map((url) => Number(url.searchParams.get('since')));
  assert.ok(sizes.every((since) => since >= 3000), `since ${sizes}`);
  const ms = await page.evaluate(() => {
    const begin = performance.now();
    document.getElementById('search').dispatchEvent(new Event('input'));
    return performance.now() - begin;
  });
  assert.ok(ms < 2000, `${ms} ms to draw the list`);
  await page.context().close();
});

for (const [language, locale] of Object.entries(LOCALES)) {
  for (const [size, [width, height]] of Object.entries(SIZES)) {
    test(`everything is readable, ${size}, ${language}`, async () => {
      const relay = await startRelay();
      const page = await openFake(relay, manySchools(60), { viewport: { width, height }, locale, colorScheme: size === 'laptop' ? 'light' : 'dark' });
      await page.click('#relay-history summary');
      await waitFor('the relay’s plots', async () => (await page.locator('#relay-plots .plot').count()) === 4);
      await check(page, `status-${size}-${language}`);
      await page.click('#links a >> nth=0');
      await waitFor('plots', async () => (await page.locator('#detail-plots .plot').count()) === 4);
      await check(page, `status-detail-${size}-${language}`);
      await page.click('#detail-room');
      await waitFor('the room’s plots', async () => (await page.locator('#room-plots .plot').count()) === 5);
      await check(page, `status-room-${size}-${language}`);
      await page.keyboard.press('Tab');
      await page.context().close();
    });
  }
}

test('there are words for all that may be found, in both languages', async () => {
  const relay = await startRelay();
  for (const locale of Object.values(LOCALES)) {
    const page = await openPage(browser, `${relay.url}/status`, { locale });
    await isOn(page);
    const said = await page.evaluate(async ([findings, relayFindings]) => {
      const { explainLink, explainRelay, explainRoom, wellOf } = await import('/assets/status-words.js');
      const relay = { ports: '8189', refused: { unauthorized: 9 }, workers: [{ load: 90 }], max_load: 85, unseen: 1, findings: relayFindings };
      const link = { findings, estimate_kbps: 90, loss: 0.08, rtt_ms: 700, queue_ms: 400, outages: 3 };
      return [...explainLink({ ...link, sends: 0 }, relay), ...explainLink({ ...link, sends: 1, role: 'teacher' }, relay), ...explainLink({ ...link, sends: 1, role: 'classroom' }, relay), ...explainRelay(relay),
        ...[1, 5].flatMap((n) => explainRoom(Array.from({ length: n }, () => ({ ...link, sends: 0, health: 'bad' })), relay))]
        .flatMap(({ what, todo }) => [what, todo]).concat(['good', 'coming', 'left'].map((health) => wellOf({ health })));
    }, [FINDINGS, RELAY_FINDINGS]);
    assert.deepEqual(said.filter((text) => /status\.|\{\w+\}|undefined|NaN/.test(text)), []);
    assert.deepEqual(await page.evaluate(async () => {
      const { wellOf } = await import('/assets/status-words.js');
      return ['weak', 'bad'].map((health) => wellOf({ health }));
    }), ['', ''], 'such a link is not well');
    assert.equal(said.every((text) => /\p{Script=Han}/u.test(text)), locale === 'zh-CN');
    if (locale === 'en-US') {
      assert.ok(said.includes('The link takes 90 kbit/s: too little for a picture. The voice goes on.'));
      assert.ok(said.includes('Open UDP port 8189 in that school’s firewall.'));
      assert.ok(said.includes('The teacher’s uplink loses 8.0\u00a0%: all schools suffer.'));
    }
    await page.context().close();
  }
});

test('lines have gaps, bands and a scale', async () => {
  const relay = await startRelay();
  const page = await openPage(browser, `${relay.url}/status`);
  const drawn = await page.evaluate(async () => {
    const { linePath, roundUp, runs } = await import('/assets/plot.js');
    return { path: linePath([1, 2, null, null, 4, null], 4), empty: linePath([null], 1), runs: runs([null, 'a', 'a', null, 'a', 'b']),
      tops: [50, 51, 0.1, 0.11, 7, 990, 1].map(roundUp) };
  });
  assert.deepEqual(drawn, { path: 'M0 75h.5L1 50M4 0h.5', empty: '',
    runs: [{ from: 1, to: 3, kind: 'a' }, { from: 4, to: 5, kind: 'a' }, { from: 5, to: 6, kind: 'b' }],
    tops: [50, 100, 0.1, 0.2, 10, 1000, 1] });
  await page.context().close();
});

test('an hour of a room shows who struggled, who came and who went', async () => {
  const relay = await startRelay();
  const page = await openFake(relay, manySchools(60));
  await page.click('#rooms a >> nth=0');
  await waitFor('plots', async () => (await page.locator('#room-plots .plot').count()) === 5);
  assert.equal(await page.textContent('#room-hour'), roomHour.words);
  const figures = await page.evaluate(() => Object.fromEntries([...document.querySelectorAll('#room-figures div')].map((div) =>
    [div.querySelector('dt').textContent, div.querySelector('dd').textContent])));
  assert.equal(figures['Does worst now'], '甘肃省临夏回族自治州东乡族自治县龙泉学区中心 学校 4');
  assert.deepEqual([figures['Came in the hour'], figures.Left, figures['Connection lost']], [roomHour.came, roomHour.left, roomHour.lost]);
  assert.deepEqual(await page.evaluate(() => [...document.querySelectorAll('#room-plots .band')].filter((band) => band.closest('.area'))
    .map((band) => band.getAttribute('class').replace('band band-', ''))), roomHour.bands);
  // Half of them at once: that is not their own links.
  assert.match(await page.textContent('#room-findings'), /of \d+ schools are weak or in trouble at the same time.*the teacher’s link first/s);
  // The newest first, and the way to a school and back.
  assert.match(await page.textContent('#moves li:first-child'), /学校 7left/);
  assert.equal(await page.textContent('#moves-pager span'), '1 of 4');
  await page.click('#moves-pager button:last-child');
  assert.equal(await page.textContent('#moves-pager span'), '2 of 4');
  assert.equal(await page.locator('#room-links a').count(), 30);
  await page.click('#moves a >> nth=0');
  await waitFor('a school', () => page.isVisible('#detail'));
  await page.click('#detail-room');
  await waitFor('its room', () => page.isVisible('#room'));
  assert.equal(await page.evaluate(() => document.activeElement.id), 'room-title');
  // What came since is all that is asked for again, and nothing is told twice.
  const asked = () => page.questions.filter(({ pathname }) => pathname.endsWith('/room/room-0'));
  const before = asked().length;
  await waitFor('what came since', () => asked().length > before);
  assert.ok(Number(asked().at(-1).searchParams.get('since')) > 0);
  assert.equal(await page.textContent('#moves-pager span'), '1 of 4');
  await page.context().close();
});

test('the teacher is none of the schools, though she hears them', async () => {
  const relay = await startRelay();
  const world = manySchools(3);
  const { overview } = world;
  // What she hears by is in trouble, and all else is well.
  world.overview = (query) => {
    const answer = overview(query);
    for (const link of answer.links) if (link[0] === 2) link[3] = 'teacher';
    return answer;
  };
  const page = await openFake(relay, world);
  await page.click('#rooms a >> nth=0');
  await waitFor('the room', () => page.isVisible('#room'));
  await waitFor('its links', async () => (await page.locator('#room-links a').count()) === 3);
  assert.equal(await page.textContent('#room-health'), 'Trouble');
  assert.equal(await page.textContent('#room-findings'), '', 'no school is in trouble, and not all is well');
  assert.match(await page.textContent('#room-links li:first-child'), /学校 2.*watches, as a teacher/s);
  const said = await page.evaluate(async () => {
    const { explainRoom } = await import('/assets/status-words.js');
    const links = ['classroom', 'classroom', 'teacher'].map((role, i) => ({ sends: 0, role, health: i === 0 ? 'good' : 'bad', findings: [] }));
    return explainRoom(links, {}).map(({ what }) => what);
  });
  assert.deepEqual(said, ['1 of 2 schools are weak or in trouble; the others do well.']);
  await page.context().close();
});

test('a room’s moves are listed once, however often they are asked for at a time', async () => {
  const relay = await startRelay();
  const world = manySchools(60);
  const page = await openFake(relay, world);
  const refresh = () => page.evaluate(async () => {
    const { History } = await import('/assets/status-store.js');
    window.known ??= new History('/api/status/room/room-0');
    await Promise.all([window.known.refresh(), window.known.refresh()]);
    return [window.known.tick, window.known.moves.length];
  });
  assert.deepEqual(await refresh(), [500, 33]);
  assert.deepEqual(await refresh(), [500, 33]);
  world.restart(300);
  assert.deepEqual(await refresh(), [300, 32], 'ticks begin anew with the relay');
  await page.context().close();
});

test('an hour shows outages, voice alone and the relay’s start', async () => {
  const relay = await startRelay();
  const page = await openFake(relay, manySchools(10));
  await page.goto(`${relay.url}/status#link=3`);
  await page.reload();
  await waitFor('plots', async () => (await page.locator('#detail-plots .plot').count()) === 4);
  assert.equal(await page.textContent('#detail-hour'), schoolHour.words);
  const drawn = await page.evaluate(() => ({
    pieces: document.querySelector('#detail-plots .area .line-0').getAttribute('d').match(/M/g).length,
    bands: [...document.querySelectorAll('#detail-plots .area .band')].map((band) => band.getAttribute('class').replace('band band-', '')),
    restarts: document.querySelectorAll('#detail-plots .restart').length,
  }));
  assert.deepEqual(drawn, schoolHour.drawn);
  const asked = page.questions.filter(({ pathname }) => pathname.endsWith('/link/3'));
  await waitFor('what came since', () => page.questions.filter(({ pathname }) => pathname.endsWith('/link/3')).length > asked.length);
  assert.ok(Number(page.questions.findLast(({ pathname }) => pathname.endsWith('/link/3')).searchParams.get('since')) > 0);
  await page.context().close();
});
