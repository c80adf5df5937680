// The teacher's panel: which page of the deck is on, buttons and keys that turn it, and a pointer.
import { say } from './i18n.js';
import { byId } from './page.js';
import { placeOn, showSlides } from './slides.js';

const POINT_MS = 60; // between two places that are told

/** Fills and works the panel as long as there is a deck. */
export function setUpSlideControl(slides, events) {
  const image = byId('slide');
  let pointedAt = 0;

  showSlides(slides, image, byId('pointer'));
  slides.addEventListener('change', () => show(slides));
  const turn = (by) => {
    const page = slides.deck && Math.min(Math.max(slides.deck.page + by, 0), slides.deck.pages - 1);
    if (slides.deck && (page !== slides.deck.page || slides.deck.blank)) events.turnPage(slides.deck.id, page, false);
  };
  byId('slide-back').addEventListener('click', () => turn(-1));
  byId('slide-next').addEventListener('click', () => turn(1));
  byId('slide-blank').addEventListener('click', () => events.turnPage(slides.deck.id, slides.deck.page, !slides.deck.blank));
  document.addEventListener('keydown', (event) => {
    if (event.target.closest('input, select') || event.ctrlKey || event.altKey || event.metaKey || !slides.deck) return;
    const by = { PageDown: 1, PageUp: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    turn(by);
  });
  image.addEventListener('pointermove', (event) => {
    if (performance.now() - pointedAt < POINT_MS) return;
    pointedAt = performance.now();
    events.point(placeOn(image, event));
  });
  image.addEventListener('pointerleave', () => events.point(null));
}

function show(slides) {
  const { deck } = slides;
  byId('slides-panel').hidden = !deck;
  if (!deck) return;
  say(byId('slides-page'), 'teach.slide-page', { n: deck.page + 1, of: deck.pages });
  byId('slides-title').textContent = deck.title;
  byId('slide-back').disabled = deck.page === 0;
  byId('slide-next').disabled = deck.page === deck.pages - 1;
  byId('slide-blank').setAttribute('aria-pressed', String(deck.blank));
  say(byId('slide-blank'), deck.blank ? 'teach.slide-show' : 'teach.slide-hide');
}
