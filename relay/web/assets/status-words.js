// What is wrong with a link or the relay, and what to do, in words. The judgement is the relay's; this knows the texts.
import { formatBitrate, formatLoss, formatMs } from './page.js';
import { t } from './i18n.js';

export const WORDS = ['bad', 'weak', 'coming', 'good', 'left']; // worst first

/** Of whom one would say something else when the teacher is meant. */
const OF_TEACHERS = new Set(['unreachable', 'lossy', 'very-lossy', 'slow', 'unsteady', 'udp-blocked', 'unconnected']);

export const teaches = (link) => link.sends === 1 && link.role === 'teacher';

/** What it is there for, in a word. */
export function partOf(link) {
  if (teaches(link)) return t('status.teacher');
  return t(link.sends ? 'status.speaks' : `status.role-${link.role}`);
}

export function nameOf(link) {
  if (link.name) return link.name;
  return t(teaches(link) ? 'status.nameless-teacher' : `status.nameless-${link.role}`, { id: link.id });
}

/** @link: as the relay has it; @relay: for its ports. [{what, todo}], the most telling first. */
export function explainLink(link, relay) {
  const values = {
    rate: link.estimate_kbps === null ? t('status.rate-unknown') : formatBitrate(link.estimate_kbps * 1000),
    loss: formatLoss(link.loss),
    rtt: formatMs(link.rtt_ms),
    queue: formatMs(link.queue_ms),
    n: link.outages,
    ports: relay.ports,
  };
  return link.findings.map((finding) => {
    const key = `status.link-${finding}${teaches(link) && OF_TEACHERS.has(finding) ? '-send' : ''}`;
    return { what: t(key, values), todo: t(`${key}-todo`, values) };
  });
}

const isTroubled = ({ health }) => ['weak', 'bad'].includes(health);

/** The same where there is nothing to explain; empty where there should be. */
export const wellOf = (link) => (isTroubled(link) ? '' : t(`status.link-well-${link.health}`));

const MANY = 4; // schools: of fewer one cannot say that it is all of them

/** What a room is to be told, and of whom: the teacher first, for everybody hears her. @links: those in it. */
export function explainRoom(links, relay) {
  const said = links.filter((link) => teaches(link) && isTroubled(link)).flatMap((link) => explainLink(link, relay).slice(0, 1));
  const schools = links.filter((link) => !link.sends && link.role !== 'teacher' && link.health !== 'left'); // she hears, too
  const troubled = schools.filter(isTroubled);
  const values = { n: troubled.length, most: schools.length };
  const kind = schools.length >= MANY && troubled.length * 2 > schools.length ? 'most' : 'some';
  if (troubled.length > 0) said.push({ what: t(`status.room-${kind}`, values), todo: t(`status.room-${kind}-todo`, values) });
  return said;
}

export function roomHealth(room) {
  if (room.seen_tick !== null) return 'left';
  return room.bad > 0 ? 'bad' : room.weak > 0 ? 'weak' : 'good';
}

export function explainRelay(relay) {
  const refused = Object.values(relay.refused).reduce((sum, n) => sum + n, 0);
  const values = { load: Math.max(0, ...relay.workers.map(({ load }) => load)), max: relay.max_load, n: relay.unseen, refused };
  return relay.findings.map((finding) => ({
    what: t(`status.relay-${finding}`, values), todo: t(`status.relay-${finding}-todo`, values),
  }));
}

/** What a school sees and hears, in few words. */
export function pictureOf(link) {
  if (link.seen_tick !== null) return t('status.picture-away');
  if (link.contact !== 'up') return t(`status.contact-${link.contact}`);
  if (link.sends) return link.height ? t('status.lines', { n: link.height }) : t('status.picture-none');
  const words = t(`status.picture-${link.picture}`);
  return link.height && ['whole', 'reduced'].includes(link.picture) ? t('status.picture-lines', { words, n: link.height }) : words;
}

/** Sorts worst first, then by name. */
export function compareLinks(a, b) {
  return WORDS.indexOf(a.health) - WORDS.indexOf(b.health) || b.sends - a.sends || nameOf(a).localeCompare(nameOf(b)) || a.number - b.number;
}
