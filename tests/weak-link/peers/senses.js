// A worker that writes down the pictures and the sound of a track when they come, as ../witness.c does. Frames are seen
// as the track has them, before they are painted. Posts what labReport() of peer.js takes.
const PICTURE_EVERY_MS = 500; // that is kept with its pixels
const SOUND_PIECES = 10; // of 10 ms in one report
const BLOCKS = 16; // as in ../frame-code.c
const MARK = 0xa;
const BLACK_BELOW = 105;
const WHITE_ABOVE = 145;

const report = (...values) => postMessage(values);
const now = () => performance.timeOrigin + performance.now();
const codeRows = (height) => Math.floor(height / 20);

function meanOfMiddle(luma, width, from, until, rows) {
  const quarter = Math.floor((until - from) / 4);
  let sum = 0;
  let n = 0;
  for (let row = Math.floor(rows / 4); row < Math.max(Math.floor((rows * 3) / 4), Math.floor(rows / 4) + 1); row++) {
    for (let x = from + quarter; x < Math.max(until - quarter, from + quarter + 1); x++, n++) sum += luma[row * width + x];
  }
  return Math.floor(sum / n);
}

/** The number that make-clip burnt in; -1 if it is not legible. */
function readFrameCode(luma, width, height) {
  const rows = codeRows(height);
  let code = 0;
  if (rows === 0 || width < BLOCKS * 4) return -1;
  for (let block = 0; block < BLOCKS; block++) {
    const edge = (i) => Math.floor((width * i) / BLOCKS);
    const mean = meanOfMiddle(luma, width, edge(block), edge(block + 1), rows);
    if (mean >= BLACK_BELOW && mean <= WHITE_ABOVE) return -1;
    code = (code << 1) | (mean > WHITE_ABOVE);
  }
  if ((code & 0xf) !== MARK) return -1;
  let number = code >> 4;
  for (let shift = 1; shift < 12; shift *= 2) number ^= number >> shift;
  return number;
}

async function seePicture(frame, keep) {
  const time = now();
  const { x, y, width, height } = frame.visibleRect;
  const rows = keep ? height : 2 * Math.ceil(Math.max(codeRows(height), 1) / 2);
  const rect = { x, y, width, height: rows };
  const pixels = new Uint8Array(frame.allocationSize({ rect }));
  await frame.copyTo(pixels, { rect });
  frame.close();
  const luma = pixels.subarray(0, width * rows); // of I420 and of NV12
  report('picture', time, readFrameCode(luma, width, height), width, height, keep ? luma.toBase64() : null);
}

/** @keeps: pixels for comparison too. */
async function watchPictures(frames, keeps) {
  let keptAt = -Infinity;
  for (;;) {
    const { value: frame, done } = await frames.read();
    if (done) return;
    const keep = keeps && now() >= keptAt + PICTURE_EVERY_MS;
    if (keep) keptAt = now();
    await seePicture(frame, keep);
  }
}

function samplesOf(data) {
  const values = new Float32Array(data.numberOfFrames);
  data.copyTo(values, { planeIndex: 0, format: 'f32-planar' });
  return Int16Array.from(values, (value) => Math.max(-32768, Math.min(32767, Math.round(value * 32768))));
}

/** Sound has timestamps of when it was asked for to be played, on a clock of its own; they come here now and then late. */
class PlayedTimes {
  #originMs = Infinity;
  #lastMs = -Infinity;

  timeOf(timestampMs) {
    if (timestampMs < this.#lastMs) this.#originMs = Infinity;
    this.#lastMs = timestampMs;
    this.#originMs = Math.min(this.#originMs, now() - timestampMs);
    return this.#originMs + timestampMs;
  }
}

async function watchSound(pieces) {
  const played = new PlayedTimes();
  let batch = [];
  for (;;) {
    const { value: data, done } = await pieces.read();
    if (done) return;
    batch.push([played.timeOf(data.timestamp / 1000), samplesOf(data), data.sampleRate]);
    data.close();
    if (batch.length < SOUND_PIECES) continue;
    const bytes = new Uint8Array(await new Blob(batch.map(([, samples]) => samples)).arrayBuffer());
    report('sound', batch.map(([time, samples, rate]) => [time, samples.length, rate]), bytes.toBase64());
    batch = [];
  }
}

onmessage = ({ data: { kind, readable, keeps } }) =>
  kind === 'video' ? watchPictures(readable.getReader(), keeps) : watchSound(readable.getReader());

