// From RTCPeerConnection.getStats() to the few numbers that people look at.

/** Turns successive reports into rates. */
export class Stats {
  #last = null;

  /** What happened since the last call; rates are 0 the first time. */
  read(report) {
    const now = collect(report);
    const seconds = this.#last ? (now.at - this.#last.at) / 1000 : 0;
    const rate = (field) => (seconds > 0 ? Math.max(0, now[field] - this.#last[field]) / seconds : 0);
    const lost = this.#last ? Math.max(0, now.lost - this.#last.lost) : 0;
    const arrived = this.#last ? Math.max(0, now.packets - this.#last.packets) : 0;
    const summary = {
      ...now,
      bitrate: rate('mediaBytes') * 8,
      fps: now.layerFps ?? Math.round(rate('frames')),
      loss: now.remoteLoss ?? (lost + arrived > 0 ? lost / (lost + arrived) : 0),
    };
    this.#last = now;
    return summary;
  }
}

function collect(report) {
  const sum = {
    at: performance.now(),
    mediaBytes: 0, // RTP payloads, both kinds
    transportBytes: 0, // everything that arrived over the transport
    packets: 0,
    lost: 0,
    remoteLoss: null, // a publisher's: what the other side says it lost
    rttMs: null,
    frames: 0,
    layerFps: null, // of the largest layer, where there are several
    width: 0,
    height: 0,
    codec: '',
    cipher: '',
    protocol: '',
  };
  for (const entry of report.values()) take(sum, entry, report);
  return sum;
}

function take(sum, entry, report) {
  switch (entry.type) {
    case 'inbound-rtp':
      sum.mediaBytes += entry.bytesReceived;
      sum.packets += entry.packetsReceived;
      sum.lost += Math.max(0, entry.packetsLost);
      takeVideo(sum, entry, entry.framesDecoded, report);
      break;
    case 'outbound-rtp':
      sum.mediaBytes += entry.bytesSent;
      takeVideo(sum, entry, entry.framesEncoded, report);
      break;
    case 'remote-inbound-rtp':
      sum.remoteLoss = Math.max(sum.remoteLoss ?? 0, entry.fractionLost ?? 0);
      break;
    case 'candidate-pair':
      if (entry.nominated && entry.currentRoundTripTime !== undefined) {
        sum.rttMs = entry.currentRoundTripTime * 1000;
        sum.protocol = report.get(entry.localCandidateId)?.protocol ?? '';
      }
      break;
    case 'transport':
      sum.transportBytes += entry.bytesReceived;
      sum.cipher = entry.srtpCipher ?? '';
      break;
  }
}

function takeVideo(sum, entry, frames, report) {
  if (entry.kind !== 'video') return;
  sum.codec = report.get(entry.codecId)?.mimeType.split('/')[1] ?? '';
  // One of several layers, or of several people's pictures: the largest that flows is what is looked at.
  if ((entry.frameWidth ?? 0) <= sum.width || (entry.rid && !entry.framesPerSecond)) return;
  if (entry.rid) sum.layerFps = Math.round(entry.framesPerSecond);
  sum.frames = frames ?? 0;
  sum.width = entry.frameWidth;
  sum.height = entry.frameHeight;
}
