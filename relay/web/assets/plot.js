// Small plots of an hour: lines with gaps where nothing is known, bands, the time below. No colour says anything alone.
import { t } from './i18n.js';

const NAMESPACE = 'http://www.w3.org/2000/svg';
const HEIGHT = 100;
const HEADROOM = 1.02; // a line on the border would be cut in half
const TIMES = 4;

/** Points of a line as an SVG path; a null ends a piece. @values: numbers and nulls, one a step. */
export function linePath(values, top) {
  let path = '';
  let open = false;
  values.forEach((value, x) => {
    if (value === null) {
      open = false;
      return;
    }
    const y = Math.round((HEIGHT - (Math.min(value, top) / top) * HEIGHT) * 10) / 10;
    // A piece of one point would not be seen.
    path += open ? `L${x} ${y}` : `M${x} ${y}h.5`;
    open = true;
  });
  return path;
}

/** [{from, to, kind}] of steps in a row with the same kind; null is none. */
export function runs(kinds) {
  const found = [];
  kinds.forEach((kind, x) => {
    const last = found.at(-1);
    if (last && last.kind === kind && last.to === x) last.to = x + 1;
    else if (kind !== null) found.push({ from: x, to: x + 1, kind });
  });
  return found;
}

/** The next 1, 2 or 5 with zeros that is not less than @most. */
export function roundUp(most) {
  const power = 10 ** Math.floor(Math.log10(most));
  return [1, 2, 5, 10].map((n) => n * power).find((n) => n >= most * (1 - 1e-9));
}

function svgElement(name, attributes) {
  const element = document.createElementNS(NAMESPACE, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

function htmlElement(name, className, text = '') {
  const element = document.createElement(name);
  element.className = className;
  element.textContent = text;
  return element;
}

function stroke(path, className) {
  return svgElement('path', { d: path, class: className, fill: 'none', 'vector-effect': 'non-scaling-stroke' });
}

function drawing({ lines, bands, restart }, length, top) {
  const svg = svgElement('svg', { viewBox: `0 0 ${length} ${HEIGHT}`, preserveAspectRatio: 'none', 'aria-hidden': 'true' });
  for (const { from, to, kind } of bands ? runs(bands) : []) {
    svg.append(svgElement('rect', { x: from, y: 0, width: to - from, height: HEIGHT, class: `band band-${kind}` }));
  }
  svg.append(stroke(`M0 ${HEIGHT / 2}H${length}`, 'grid'));
  if (restart !== null) svg.append(stroke(`M${restart} 0V${HEIGHT}`, 'restart'));
  lines.forEach(({ values }, i) => svg.append(stroke(linePath(values, top), `line-${i}`)));
  return svg;
}

function sample(className, isBand) {
  const svg = svgElement('svg', { viewBox: '0 0 28 12', 'aria-hidden': 'true' });
  svg.append(isBand ? svgElement('rect', { width: 28, height: 12, class: className }) : stroke('M0 6H28', className));
  return svg;
}

function legend({ lines, bands, bandNames = {} }) {
  const list = htmlElement('p', 'legend');
  const add = (name, className, isBand) => {
    const entry = document.createElement('span');
    entry.append(sample(className, isBand), name);
    list.append(entry);
  };
  if (lines.length > 1) lines.forEach(({ name }, i) => add(name, `line-${i}`, false));
  const present = new Set(bands ?? []);
  for (const [kind, name] of Object.entries(bandNames)) if (present.has(kind)) add(name, `band band-${kind}`, true);
  return list.children.length > 0 ? list : null;
}

/**
 * One plot. @plot: {title, lines: [{name, values}], format(value), least: what the scale shows at least, bands, bandNames,
 * restart: a step or null}. @times: the first and the last moment.
 */
export function drawPlot(plot, [first, last]) {
  const known = plot.lines.flatMap(({ values }) => values).filter((value) => value !== null);
  const most = known.reduce((a, b) => Math.max(a, b), 0);
  const top = plot.most ?? roundUp(Math.max(most * HEADROOM, plot.least));
  const now = plot.lines[0].values.at(-1);
  const figure = htmlElement('div', 'plot');
  const title = htmlElement('h3', '', plot.title);
  const words = known.length === 0 ? t('status.plot-nothing')
    : t('status.plot-words', { now: now === null ? t('status.plot-unknown') : plot.format(now), most: plot.format(most) });
  const area = htmlElement('div', 'area');
  const scale = htmlElement('div', 'scale');
  scale.ariaHidden = 'true';
  for (const value of [top, top / 2, 0]) scale.append(htmlElement('span', '', plot.format(value)));
  const times = htmlElement('div', 'times');
  times.ariaHidden = 'true';
  const clock = new Intl.DateTimeFormat(document.documentElement.lang, { hour: '2-digit', minute: '2-digit', hour12: false });
  for (let i = 0; i < TIMES; i++) times.append(htmlElement('span', '', clock.format(first.getTime() + ((last - first) * i) / (TIMES - 1))));
  area.append(scale, drawing(plot, plot.lines[0].values.length, top), times);
  figure.append(title, htmlElement('p', 'now', words), area);
  const names = legend(plot);
  if (names) figure.append(names);
  return figure;
}
