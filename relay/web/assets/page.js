// What all pages share: the address's parts, HTTP with the token, and words for numbers.
import { t } from './i18n.js';

const query = new URLSearchParams(location.search);

export const token = query.get('token');

/** The room of /watch/{room} and /teach/{room}. */
export const room = decodeURIComponent(location.pathname.split('/')[2] ?? '');

/** As the relay sees it: letters and digits of any script. */
export const isRoomName = (name) => /^(?![.\p{M}])[\p{L}\p{N}\p{M}._-]{1,64}$/u.test(name);

export function byId(id) {
  return document.getElementById(id);
}

export function authorization() {
  return token ? { Authorization: `Bearer ${token}` } : {};
}

/** The same page's query, so that the token and language travel along. */
export function pageUrl(path) {
  return path + location.search;
}

const NAME_KEY = 'classcast.name';

export function schoolName() {
  try {
    return query.get('name') ?? localStorage.getItem(NAME_KEY) ?? '';
  } catch {
    return query.get('name') ?? '';
  }
}

export function rememberSchoolName(name) {
  try {
    localStorage.setItem(NAME_KEY, name);
  } catch {
    // then it must be typed again next time
  }
}

export function formatBitrate(bps) {
  return bps >= 1e6
    ? t('unit.mbps', { n: (bps / 1e6).toFixed(1) })
    : t('unit.kbps', { n: Math.round(bps / 1000) });
}

export function formatLoss(fraction) {
  const percent = fraction * 100;
  return t('unit.percent', { n: percent > 0 && percent < 10 ? percent.toFixed(1) : Math.round(percent) });
}

export function formatMs(ms) {
  return ms === null ? t('detail.none') : t('unit.ms', { n: Math.round(ms) });
}

/** What was given up and why, in a sentence; null if nothing was. @link: as in the events. */
export function explainLink(link) {
  if (!link?.reason || !['reduced', 'stills', 'paused'].includes(link.picture)) return null;
  // What flows says nothing of what the link carries: in a lesson's first moment that is next to nothing.
  const reason = link.reason === 'rate' && !link.estimate_kbps ? 'unknown' : link.reason;
  const why = t(`link.because-${reason}`, { n: link.estimate_kbps, loss: formatLoss(link.loss) });
  return t(`link.${link.picture}`, { why });
}

/** The same in few words, for the teacher's list; also of a link that is in trouble. */
export function summarizeLink(link) {
  if (!link) return null;
  if (link.reason && ['reduced', 'stills', 'paused'].includes(link.picture)) {
    const what = t(`link.short-${link.picture}`);
    return link.reason === 'rate' && link.estimate_kbps ? t('link.short-rate', { what, n: link.estimate_kbps }) : what;
  }
  if (link.loss >= 0.05) return t('link.short-loss', { loss: formatLoss(link.loss) });
  return t('link.short-good', { rate: formatBitrate(link.kbps * 1000) });
}

/** Words for a refusal, from the code of application/problem+json. */
export function explain({ code, detail }) {
  if (code === 'unauthorized' || code === 'forbidden' || code === 'bad-room') return t(`problem.${code}`);
  if (String(code).startsWith('limit-')) return t('problem.limit');
  return t('problem.other', { detail });
}

/** Keeps the screen lit while @wanted() says so; the lock falls whenever the page is hidden. */
export function keepScreenOn(wanted) {
  let lock = null;
  const update = async () => {
    if (document.visibilityState !== 'visible' || !('wakeLock' in navigator)) return;
    if (wanted() && !lock) {
      lock = await navigator.wakeLock.request('screen').catch(() => null);
      lock?.addEventListener('release', () => (lock = null));
    } else if (!wanted() && lock) {
      await lock.release();
    }
  };
  document.addEventListener('visibilitychange', update);
  return update;
}
