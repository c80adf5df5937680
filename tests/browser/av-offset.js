// Measures lips against voice in a page that watches `send --test`: its picture flashes white and its
// sound beeps at each whole second. The page needs a context with bypassCSP: true.

/** Watches for @ms and returns {pairs, medianMs, offsets}: positive if the picture is late. */
export function measureOffset(page, ms) {
  return page.evaluate(measureInPage, ms);
}

async function measureInPage(ms) {
  const video = document.querySelector('video');
  const context = new AudioContext({ latencyHint: 'interactive' });
  await context.resume();
  const flashes = [];
  const beeps = [];

  // The flash region is the lower right quarter's inner half; its middle is enough.
  const canvas = new OffscreenCanvas(1, 1);
  const pen = canvas.getContext('2d', { willReadFrequently: true });
  let wasWhite = true;
  const onFrame = (now, { expectedDisplayTime }) => {
    pen.drawImage(video, video.videoWidth * 0.75, video.videoHeight * 0.75, 1, 1, 0, 0, 1, 1);
    const white = pen.getImageData(0, 0, 1, 1).data[1] > 128;
    if (white && !wasWhite) flashes.push(expectedDisplayTime);
    wasWhite = white;
    video.requestVideoFrameCallback(onFrame);
  };
  video.requestVideoFrameCallback(onFrame);

  // In the audio thread, where a busy page loses no samples.
  const code = `registerProcessor('ear', class extends AudioWorkletProcessor {
    quietUntil = 0;
    process([[samples]]) {
      const first = samples?.findIndex((sample) => Math.abs(sample) > 0.05) ?? -1;
      if (first >= 0) {
        const at = currentTime + first / sampleRate;
        if (at > this.quietUntil) this.port.postMessage(at);
        this.quietUntil = at + 0.3;
      }
      return true;
    }
  });`;
  await context.audioWorklet.addModule(URL.createObjectURL(new Blob([code], { type: 'text/javascript' })));
  const ear = new AudioWorkletNode(context, 'ear');
  ear.port.onmessage = ({ data }) => {
    const { performanceTime, contextTime } = context.getOutputTimestamp();
    beeps.push(performanceTime + (data - contextTime) * 1000);
  };
  context.createMediaStreamSource(new MediaStream(video.srcObject.getAudioTracks())).connect(ear);
  ear.connect(context.destination);

  await new Promise((resolve) => setTimeout(resolve, ms));
  await context.close();
  const offsets = flashes
    .map((flash) => flash - beeps.reduce((best, beep) => (Math.abs(beep - flash) < Math.abs(best - flash) ? beep : best), Infinity))
    .filter((offset) => Math.abs(offset) < 400)
    .sort((a, b) => a - b);
  return { pairs: offsets.length, medianMs: offsets[Math.floor(offsets.length / 2)], offsets };
}
