// What the m-lines of a session that watches carry (docs/protocol.md, Slots), as one stream a speaker.

export const GUESTS = 2;
export const GRID = 6;

/** {teacher, screen, guests: [], grid: []}: MediaStreams. @grid: who may teach sees small pictures too. */
export function addSlots(peer, { grid = false } = {}) {
  const add = (kind) => peer.addTransceiver(kind, { direction: 'recvonly' }).receiver.track;
  // Voice and face of the teacher first: most sessions get nothing else for most of the time.
  const voice = add('audio');
  const camera = add('video');
  const voices = Array.from({ length: GUESTS }, () => add('audio'));
  const screen = add('video');
  const guests = Array.from({ length: GUESTS }, () => add('video'));
  const small = Array.from({ length: grid ? GRID : 0 }, () => add('video'));
  return {
    teacher: new MediaStream([voice, camera]),
    screen: new MediaStream([screen]),
    guests: guests.map((track, i) => new MediaStream([voices[i], track])),
    grid: small.map((track) => new MediaStream([track])),
  };
}

/** Has @video show @stream, or nothing if that is null. */
export function show(video, stream) {
  if (video.srcObject === stream) return;
  video.srcObject = stream;
  if (stream) video.play().catch(() => {}); // it may have to wait for a click: that is asked for elsewhere
}

/**
 * Which pictures are large, which are small: slides and the screen before guests before the teacher. @there: names of
 * "slides", "screen", "guest-0", "guest-1", "teacher". @own: which of them is one's own: who speaks looks at the others.
 * @large: what somebody has chosen to see large, if it is there.
 */
export function arrange(there, { own = null, large = null } = {}) {
  const guests = ['guest-0', 'guest-1'].filter((name) => there.includes(name));
  const others = guests.filter((name) => name !== own);
  const board = ['slides', 'screen'].find((name) => there.includes(name));
  let first = board ? [board] : others.length > 0 ? others : there.includes('teacher') ? ['teacher'] : [];
  if (large && there.includes(large)) first = [large];
  return { large: first, small: ['teacher', 'slides', 'screen', ...guests].filter((name) => there.includes(name) && !first.includes(name)) };
}
