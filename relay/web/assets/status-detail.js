// One link's or the relay's last hour as plots.
import { t } from './i18n.js';
import { formatBitrate, formatLoss, formatMs } from './page.js';
import { drawPlot } from './plot.js';

const MINUTE_TICKS = 12;
const number = (n) => String(Math.round(n * 10) / 10);
const percent = (n) => t('unit.percent', { n: number(n) });
const lines = (n) => (n > 0 ? t('status.lines', { n: Math.round(n) }) : '0');

/** What a moment lacks, as a band; null: nothing. Before the first moment nothing is said. */
export function bandOf(moment) {
  if (!moment || moment.contact === 'lost' || moment.contact === 'connecting') return 'lost';
  return ['reduced', 'stills', 'paused'].includes(moment.picture) ? moment.picture : null;
}

function bandsOf(hour) {
  const first = hour.findIndex(({ moment }) => moment);
  return hour.map(({ moment }, i) => (i < first || first < 0 ? null : bandOf(moment)));
}

const up = (value) => ({ moment }) => (moment && moment.contact === 'up' ? value(moment) : null);

/** What follows from an hour of a link, for drawPlot(). */
export function linkPlots(link, hour) {
  const bands = bandsOf(hour);
  const rates = [{ name: t('status.plot-flows'), values: hour.map(up(({ kbps }) => kbps)) }];
  if (!link.sends) rates.push({ name: t('status.plot-carries'), values: hour.map(up((m) => m.estimate_kbps)) });
  const bandNames = Object.fromEntries(['reduced', 'stills', 'paused', 'lost'].map((kind) => [kind, t(`status.band-${kind}`)]));
  return [
    { title: t('status.plot-rate'), lines: rates, format: (kbps) => formatBitrate(kbps * 1000), least: 50 },
    { title: t('status.plot-loss'), lines: [{ values: hour.map(up(({ loss }) => loss)) }], format: formatLoss, least: 0.1 },
    { title: t('status.plot-delay'), format: formatMs, least: 200,
      lines: [{ name: t('status.plot-rtt'), values: hour.map(up((m) => m.rtt_ms)) }, { name: t('status.plot-queue'), values: hour.map(up((m) => m.queue_ms)) }] },
    { title: t('status.plot-picture'), lines: [{ values: hour.map(up(({ height }) => height ?? 0)) }], format: lines, least: 200, bands, bandNames },
  ];
}

/** How long each band lasted, in a sentence; null if nothing was amiss. */
export function troubleOf(hour, tickS) {
  const counts = new Map();
  for (const band of bandsOf(hour)) if (band && band !== 'reduced') counts.set(band, (counts.get(band) ?? 0) + 1);
  const parts = ['lost', 'paused', 'stills'].filter((kind) => counts.has(kind)).map((kind) =>
    t('status.lasted', { what: t(`status.band-${kind}`), time: formatDuration(counts.get(kind) * tickS) }));
  return parts.length > 0 ? parts.join(t('status.comma')) : null;
}

export function formatDuration(seconds) {
  return seconds < 60 ? t('status.seconds', { n: Math.round(seconds) }) : t('status.minutes', { n: Math.round(seconds / 60) });
}

/** Of each moment what came about in its whole minute: single ones would hardly be seen. */
function byMinute(hour, name) {
  const sums = new Map();
  const minute = (tick) => Math.floor(tick / MINUTE_TICKS);
  for (const { tick, moment } of hour) if (moment) sums.set(minute(tick), (sums.get(minute(tick)) ?? 0) + moment[name]);
  return hour.map(({ tick }) => sums.get(minute(tick)) ?? null);
}

const lessonBand = ({ moment }) => (!moment || moment.lesson === 'on' ? null : moment.lesson === 'away' ? 'away' : 'idle');

export function roomPlots(hour) {
  const of = (name) => hour.map(({ moment }) => (moment ? moment[name] : null));
  const three = (most, mean, teacher) => [
    { name: t('status.plot-worst'), values: of(most) }, { name: t('status.plot-mean'), values: of(mean) },
    { name: t('status.plot-teacher'), values: of(teacher) },
  ];
  return [
    { title: t('status.plot-people'), format: number, least: 10, bands: hour.map(lessonBand),
      bandNames: { away: t('status.band-away'), idle: t('status.band-idle') },
      lines: [{ name: t('status.plot-here'), values: of('links') }, { name: t('status.plot-weak'), values: of('weak') },
        { name: t('status.plot-bad'), values: of('bad') }] },
    { title: t('status.plot-traffic'), format: (kbps) => formatBitrate(kbps * 1000), least: 100,
      lines: [{ name: t('status.plot-out'), values: of('kbps') }, { name: t('status.plot-in'), values: of('kbps_in') }] },
    { title: t('status.plot-loss'), format: formatLoss, least: 0.1, lines: three('most_loss', 'loss', 'teacher_loss') },
    { title: t('status.plot-delay'), format: formatMs, least: 200, lines: three('most_rtt_ms', 'rtt_ms', 'teacher_rtt_ms') },
    { title: t('status.plot-moves'), format: number, least: 4,
      lines: ['came', 'left', 'lost'].map((move) => ({ name: t(`status.plot-${move}`), values: byMinute(hour, move) })) },
  ];
}

/** Who did worst, and for how long: [{number, ticks}], the longest first. */
export function worstOf(hour) {
  const ticks = new Map();
  for (const { moment } of hour) if (moment?.worst) ticks.set(moment.worst, (ticks.get(moment.worst) ?? 0) + 1);
  return [...ticks].map(([number, n]) => ({ number, ticks: n })).sort((a, b) => b.ticks - a.ticks);
}

export function relayPlots(hour) {
  const of = (name) => hour.map(({ moment }) => (moment ? moment[name] : null));
  return [
    { title: t('status.plot-load'), format: percent, most: 100, least: 100,
      lines: [{ name: t('status.plot-worker'), values: of('load') }] },
    { title: t('status.plot-traffic'), format: (kbps) => formatBitrate(kbps * 1000), least: 100,
      lines: [{ name: t('status.plot-out'), values: of('kbps_out') }, { name: t('status.plot-in'), values: of('kbps_in') }] },
    { title: t('status.plot-links'), format: number, least: 10, lines: [{ values: of('links') }] },
    { title: t('status.plot-trouble'), format: number, least: 10,
      lines: [{ name: t('status.plot-refused'), values: of('refused') }, { name: t('status.plot-dropped'), values: of('dropped') }, { name: t('status.plot-overflows'), values: of('overflows') }] },
  ];
}

/** Puts the plots into @place, with the line at which the relay began. */
export function showPlots(place, plots, store, hour) {
  const begun = -hour[0].tick; // tick 0 is the relay's start
  const restart = begun > 0 && begun < hour.length ? begun : null;
  const times = [store.timeOf(hour[0].tick), store.timeOf(hour.at(-1).tick)];
  place.replaceChildren(...plots.map((plot) => drawPlot({ ...plot, restart }, times)));
}
