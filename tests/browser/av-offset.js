// Measures lips against voice in a page that watches `send --test`: its picture flashes white and its
// sound beeps at each whole second. The page needs a context with bypassCSP: true.

/**
 * Watches for @ms. Returns an {offset, account, moved} for each flash with its beep, all in ms and positive if the picture
 * is late: as it was seen and heard, as the browser itself said then, and by how much that changed around that moment. The
 * account comes from the sender reports and from where the players are, which need not be together; once they stand still,
 * an offset that differs from it is an error of the reports.
 */
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

  const accounts = [];
  const ask = async () => {
    const playout = {};
    for (const { type, kind, estimatedPlayoutTimestamp } of (await globalThis.testPeers.at(-1).getStats()).values()) {
      if (type === 'inbound-rtp') playout[kind] = estimatedPlayoutTimestamp;
    }
    if (playout.audio && playout.video) accounts.push({ at: performance.now(), ms: playout.audio - playout.video });
  };
  for (const end = performance.now() + ms; performance.now() < end; ) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    await ask();
  }
  await context.close();
  const nearest = (list, time, at) => list.reduce((best, one) => (Math.abs(at(one) - time) < Math.abs(at(best) - time) ? one : best), list[0]);
  return flashes
    .map((flash) => {
      const around = accounts.filter(({ at }) => Math.abs(at - flash) < 1000).map(({ ms: account }) => account);
      return {
        offset: flash - nearest(beeps, flash, (beep) => beep),
        account: nearest(accounts, flash, ({ at }) => at)?.ms,
        moved: Math.max(...around) - Math.min(...around),
      };
    })
    .filter(({ offset, account }) => Math.abs(offset) < 450 && account !== undefined);
}
