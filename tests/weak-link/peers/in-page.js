// What runs in Chromium's pages: sees and hears what arrives, as ../witness.c does in classcast's programs, and, on
// the laboratory's own page, teaches and watches. What it finds goes to labReport(), a function of peer.js.
(() => {
  const report = (...values) => globalThis.labReport(...values).catch(() => {});
  const now = () => performance.timeOrigin + performance.now();

  /** Seen and heard in a thread of its own: a busy page must not make anything late. @keeps: pixels too. */
  function witness(track, keeps) {
    const { readable } = new MediaStreamTrackProcessor({ track, maxBufferSize: track.kind === 'video' ? 10 : 200 });
    const worker = new Worker(URL.createObjectURL(new Blob([globalThis.labSenses], { type: 'text/javascript' })));
    worker.onmessage = ({ data }) => report(...data);
    worker.postMessage({ kind: track.kind, readable, keeps }, [readable]);
  }

  /** Payload types of what comes in or goes out, by what the laboratory calls them. */
  function payloadTypes(sdp) {
    const types = { voice: [], video: [], repair: [] };
    let media = '';
    for (const line of sdp.split('\r\n')) {
      media = /^m=(\w+)/.exec(line)?.[1] ?? media;
      const [, number, codec] = /^a=rtpmap:(\d+) ([\w-]+)/.exec(line) ?? [];
      if (!codec || codec === 'telephone-event' || codec === 'CN') continue;
      const repairs = media === 'video' && /rtx|fec/i.test(codec); // red: pictures, and perhaps their fec
      types[media === 'audio' ? 'voice' : repairs ? 'repair' : 'video'].push(Number(number));
    }
    return types;
  }

  const WANTED = ['inbound-rtp', 'outbound-rtp', 'remote-inbound-rtp', 'transport', 'candidate-pair'];
  async function reportStatistics(peer) {
    const all = [...(await peer.getStats()).values()];
    report('statistics', now(), peer.connectionState, all.filter(({ type }) => WANTED.includes(type)));
  }

  // Every connection that a page makes is watched, whoever wrote the page.
  globalThis.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...args) {
      super(...args);
      this.addEventListener('track', ({ track }) => witness(track, true));
      this.addEventListener('connectionstatechange', () => {
        report('state', now(), this.connectionState);
        if (this.connectionState === 'connected') report('payload-types', payloadTypes(this.localDescription.sdp));
      });
      const timer = setInterval(() => (this.connectionState === 'closed' ? clearInterval(timer) : reportStatistics(this)), 1000);
    }
  };

  // Encoded voice on its way out, for the judge: what it sounds like where nothing is lost.
  const ENCODED = `onrtctransform = ({ transformer }) => transformer.readable.pipeThrough(new TransformStream({
    transform(frame, controller) {
      postMessage([performance.timeOrigin + performance.now(), frame.getMetadata().rtpTimestamp ?? frame.timestamp, frame.data.slice(0)]);
      controller.enqueue(frame);
    } })).pipeTo(transformer.writable);`;

  function watchVoice(sender) {
    const worker = new Worker(URL.createObjectURL(new Blob([ENCODED], { type: 'text/javascript' })));
    worker.onmessage = ({ data: [time, timestamp, data] }) => report('voice', time, timestamp, new Uint8Array(data).toBase64());
    sender.transform = new RTCRtpScriptTransform(worker);
  }

  let peer; // of the laboratory's own page

  async function describe(description) {
    await peer.setLocalDescription(description);
    while (peer.iceGatheringState !== 'complete') {
      await new Promise((resolve) => peer.addEventListener('icegatheringstatechange', resolve, { once: true }));
    }
    return peer.localDescription.sdp;
  }

  const camera = ({ width, height }) => ({
    video: { width: { exact: width }, height: { exact: height }, frameRate: { exact: 25 } },
    audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false, channelCount: 1 },
  });

  globalThis.lab = {
    /** Returns an offer. @encodings: of the picture, as RTCRtpEncodingParameters; @size: the clip's. */
    async teach({ encodings, size }) {
      const stream = await navigator.mediaDevices.getUserMedia(camera(size));
      peer = new RTCPeerConnection();
      const [voice, picture] = [stream.getAudioTracks()[0], stream.getVideoTracks()[0]];
      witness(picture, false);
      watchVoice(peer.addTransceiver(voice, { direction: 'sendonly', streams: [stream] }).sender);
      peer.addTransceiver(picture, { direction: 'sendonly', streams: [stream], sendEncodings: encodings });
      return describe(await peer.createOffer());
    },

    accept: (sdp) => peer.setRemoteDescription({ type: 'answer', sdp }),

    /** Returns the answer to an offer. */
    async watch(sdp) {
      peer = new RTCPeerConnection();
      // Only what is played is decoded.
      const stream = new MediaStream();
      peer.addEventListener('track', ({ track }) => {
        stream.addTrack(track);
        const video = document.querySelector('video');
        if (!video.srcObject) video.srcObject = stream;
        video.play().catch(() => {}); // the next track begins it anew
      });
      await peer.setRemoteDescription({ type: 'offer', sdp });
      return describe(await peer.createAnswer());
    },
  };
})();
