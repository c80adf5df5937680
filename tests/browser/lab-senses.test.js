// The weak-link laboratory's pages read the number of a frame as its other judges do.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';

const context = { performance, postMessage() {} };
runInNewContext(readFileSync(new URL('../weak-link/peers/senses.js', import.meta.url), 'utf8'), context);
const WIDTH = 320;
const HEIGHT = 180;

/** As tests/weak-link/frame-code.c writes it. */
function picture(number, [black, white] = [16, 235], mark = 0xa) {
  const code = ((number ^ (number >> 1)) << 4) | mark;
  return Uint8Array.from({ length: WIDTH * HEIGHT }, (_, at) => ((code >> (15 - Math.floor((at % WIDTH) / (WIDTH / 16)))) & 1 ? white : black));
}

test('numbers are read', () => {
  for (const number of [0, 1, 2, 100, 207, 2048, 4095]) assert.equal(context.readFrameCode(picture(number), WIDTH, HEIGHT), number);
});

test('so they are where contrast was lost', () => {
  assert.equal(context.readFrameCode(picture(1234, [90, 160]), WIDTH, HEIGHT), 1234);
});

test('what is no number is not read as one', () => {
  assert.equal(context.readFrameCode(picture(7, [110, 140]), WIDTH, HEIGHT), -1);
  assert.equal(context.readFrameCode(picture(7, undefined, 0x5), WIDTH, HEIGHT), -1);
  assert.equal(context.readFrameCode(new Uint8Array(16 * 10), 16, 10), -1);
});
