// A relay with as many schools as one likes: what it would answer to /api/status (docs/protocol.md).
export const FINDINGS = ['unreachable', 'unconnected', 'silent', 'relay-busy', 'voice-only', 'stills', 'very-lossy', 'lossy',
  'narrow', 'queue', 'slow', 'unsteady', 'udp-blocked', 'smaller'];
export const RELAY_FINDINGS = ['sheds', 'full', 'busy', 'send-full', 'receive-full', 'refuses-tokens', 'unseen'];

const TICK = 500; // of an hour's 720: the relay began within it
const PIECE = 500;
const NUMBERS = ['contact', 'kbps', 'estimate_kbps', 'loss', 'rtt_ms', 'queue_ms', 'height', 'picture', 'tcp'];

const KINDS = [
  { health: 'good', findings: [], numbers: ['up', 1800, 4000, 0, 45, 0, 720, 'whole', 0] },
  { health: 'bad', findings: ['voice-only', 'very-lossy', 'unsteady'], numbers: ['up', 38, 90, 0.21, 640, 120, null, 'paused', 0] },
  { health: 'weak', findings: ['narrow', 'queue', 'udp-blocked'], numbers: ['up', 160, 190, 0.03, 380, 420, 180, 'reduced', 1] },
  { health: 'bad', findings: ['unreachable'], numbers: ['lost', 0, null, 0, null, 0, null, 'none', 0] },
  { health: 'good', findings: ['smaller'], numbers: ['up', 600, 800, 0.01, 80, 0, 360, 'reduced', 0] },
  { health: 'left', findings: [], numbers: ['up', 300, 500, 0, 90, 0, 360, 'whole', 0] },
];

/** What the page is to make of an hour below. */
export const schoolHour = {
  words: 'no connection 2 min, voice only 8 min',
  drawn: { pieces: 2, bands: ['lost', 'paused', 'reduced'], restarts: 4 },
};

/** From tick 101 on: well, away for 24 ticks, voice alone for 100, smaller since. */
function schoolMoment(tick) {
  if (tick <= 200) return ['up', 1200, 2000, 0.01, 80, 0, 720, 'whole', 0, null, 1];
  if (tick <= 224) return null;
  if (tick <= 324) return ['up', 40, 90, 0.2, 600, 200, null, 'paused', 0, 'rate', 1];
  return ['up', 300 + (tick % 7) * 20, 500, 0.02, 150 + (tick % 5) * 30, 20, 360, 'reduced', 0, 'rate', 1];
}

function relayMoment(tick) {
  return [30 + (tick % 11), tick % 90 < 5 ? 2 : 0, 70 + (tick % 13), 3000, 2100, 180000 + tick * 40, tick % 4, 0, tick % 30 === 0 ? 3 : 0];
}

const ROOM_COLUMNS = ['lesson', 'links', 'weak', 'bad', 'kbps', 'kbps_in', 'worst', 'loss', 'most_loss', 'teacher_loss', 'rtt_ms', 'most_rtt_ms',
  'teacher_rtt_ms', 'came', 'left', 'lost'];

/** What the page is to make of an hour below. */
export const roomHour = {
  words: 'Did worst, and for how long: 甘肃省临夏回族自治州东乡族自治县龙泉学区中心 学校 4 (8 min), 学校 7 (2 min)',
  came: '30', left: '1', lost: '2', bands: ['away'],
};

/** From tick 101 on: thirty come, the teacher is away for 24 ticks, two schools are lost at 300. */
function roomMoment(tick) {
  const came = tick < 131 ? 1 : 0;
  const here = Math.min(tick - 100, 30) - (tick >= 300 ? 2 : 0);
  const worst = tick < 300 ? null : tick < 400 ? 4 : tick < 424 ? 7 : null;
  return [tick > 200 && tick <= 224 ? 'away' : 'on', here, 3, worst ? 2 : 0, 24000 + (tick % 9) * 300, 1500, worst, 0.02, 0.04 + (tick % 20) / 100, 0,
    90, 400 + (tick % 12) * 20, 30, came, tick === 440 ? 1 : 0, tick === 300 ? 2 : 0];
}

function roomMoves(since, tick) {
  const all = Array.from({ length: 30 }, (_, i) => [101 + i, i + 1, 'came']);
  all.push([300, 4, 'lost'], [300, 7, 'lost'], [440, 7, 'left']);
  return all.filter(([at]) => at > since && at <= tick);
}

/** @n: schools, of which the fourth in each room has just been lost and one is gone for good. */
export function manySchools(n) {
  const links = Array.from({ length: n }, (_, i) => {
    const kind = KINDS[i === n - 1 ? 5 : i % 5];
    const sends = i % 30 === 0 ? 1 : 0;
    return [i + 1, `room-${Math.floor(i / 30)}`, `p${i + 1}`, sends ? 'teacher' : 'classroom',
      i % 30 === 7 ? '' : `${i % 10 === 3 ? '甘肃省临夏回族自治州东乡族自治县龙泉学区中心 ' : ''}学校 ${i + 1}`, sends,
      kind.health, kind.findings, ...kind.numbers, kind.findings.includes('unsteady') ? 4 : 0, 101, i === n - 1 ? 480 : null];
  });
  const rooms = Array.from({ length: Math.ceil(n / 30) }, (_, i) => [`room-${i}`, 'on', 30, 6, 12, 24000, i * 30 + 4, null]);
  let tick = TICK;
  let boot = 'b1';
  const head = () => ({ boot, started_ms: Date.now() - tick * 5000, tick, tick_s: 5 });
  return {
    pass: () => (tick += 1),
    /** The relay is another one, which has been there until tick @at. */
    restart(at) {
      boot = 'b2';
      tick = at;
    },
    overview(query) {
      const since = query.get('boot') === boot ? Number(query.get('since')) : 0;
      const last = Math.min(since + PIECE, n);
      return {
        ...head(), revision: Math.max(last, since), more: last < n, n_rooms: rooms.length, n_links: n,
        relay: {
          health: 'bad', findings: ['sheds', 'full'], ports: '8189-8190', max_load: 85, max_sessions: 10000, cpu: 134, processors: 2,
          links: n, unseen: 0, kbps_in: 2100, kbps_out: 212000, workers: [{ load: 88, shed_level: 2 }, { load: 71, shed_level: 0 }],
          dropped: { 'shed-layer': 1820, 'rtp-duplicate': 14 }, refused: { overloaded: 7, unauthorized: 2 }, receive_overflows: 0, send_overflows: 0,
        },
        room_columns: ['room', 'lesson', 'links', 'weak', 'bad', 'kbps', 'worst', 'seen_tick'], rooms: since === 0 ? rooms : [],
        link_columns: ['number', 'room', 'id', 'role', 'name', 'sends', 'health', 'findings', ...NUMBERS, 'outages', 'first_tick', 'seen_tick'],
        links: links.slice(since, last),
      };
    },
    hour(path, query) {
      const since = query.get('boot') === boot ? Number(query.get('since')) : 0;
      const relay = path === '/api/status/relay';
      const room = path.startsWith('/api/status/room/');
      const from = Math.max(since + 1, relay ? 1 : 101);
      const moment = relay ? relayMoment : room ? roomMoment : schoolMoment;
      const columns = room ? ROOM_COLUMNS : relay ? ['load', 'shed_level', 'cpu', 'links', 'kbps_in', 'kbps_out', 'dropped', 'overflows', 'refused'] : [...NUMBERS, 'reason', 'voice'];
      const moves = room ? { move_columns: ['tick', 'number', 'move'], moves: roomMoves(since, tick) } : {};
      return { ...head(), ...moves, from, columns, moments: Array.from({ length: Math.max(0, tick - from + 1) }, (_, i) => moment(from + i)) };
    },
  };
}
