import type { Listed, ListJob } from './lister.bench';
import type { Served } from './server.bench';
import { short, spread, told } from './numbers';
import type { Line, Measured, Options } from './part';
import { answerOf, withProgram } from './processes';

const latencies = [0, 20];
/** They hardly differ. */
const maxTurns = 5;
const sizes = [
  { count: 10_000, times: 5 },
  { count: 100, times: 11 },
];

/** Of one size at one latency, a number for each turn. */
interface Turns {
  readonly count: number;
  readonly latencyMs: number;
  readonly raw: Listed[];
  readonly client: Listed[];
}

/**
 * Listing through our client next to a raw loop, by turns, each turn in two processes of its own. The server has a
 * process of its own too: in ours, or in the lister's, it would take its time from what is measured.
 */
export async function measureList({ runs, programs }: Options): Promise<Measured> {
  const counts = sizes.map(({ count }) => String(count));
  return withProgram(programs, ['server', ...counts], async (served: Served, server) => {
    const all: Turns[] = [];
    for (const size of sizes) {
      for (const latencyMs of latencies) {
        const answer = answerOf(server);
        server.send({ latencyMs });
        await answer;
        all.push(await byTurns(programs, served, { ...size, latencyMs, turns: Math.min(runs, maxTurns) }));
      }
    }
    return { lines: all.flatMap(linesOf), numbers: all };
  });
}

interface Plan {
  readonly count: number;
  readonly times: number;
  readonly latencyMs: number;
  readonly turns: number;
}

async function byTurns(programs: string, { url, token, projects }: Served, plan: Plan): Promise<Turns> {
  const { count, times, latencyMs } = plan;
  const project = projects.find((one) => one.count === count);
  if (project === undefined) throw new Error(`The server has no commit with ${count} builds.`);
  const turns: Turns = { count, latencyMs, raw: [], client: [] };
  for (let turn = 0; turn < plan.turns; turn++) {
    for (const kind of ['raw', 'client'] as const) {
      const job = JSON.stringify({ kind, url, token, ...project, times } satisfies ListJob);
      turns[kind].push(await withProgram(programs, ['lister', job], async (listed: Listed) => listed));
    }
  }
  return turns;
}

function linesOf({ count, latencyMs, raw, client }: Turns): readonly Line[] {
  const what = `${count.toLocaleString('en')} builds, ${latencyMs} ms latency`;
  const againOf = ({ again }: Listed): number => spread(again).median;
  const aim = count > 1000 && latencyMs > 0 ? { aim: '≤ 1.3 ×' } : {};
  return [
    compared(`${what}, first list of a process`, raw, client, ({ first }) => first),
    { ...compared(`${what}, then`, raw, client, againOf), ...aim },
    ...(count > 1000 && latencyMs === 0
      ? [compared('peak memory of it, MB', raw, client, ({ peakMB }) => peakMB)]
      : []),
  ];
}

function compared(what: string, raw: readonly Listed[], client: readonly Listed[], of: (one: Listed) => number): Line {
  const [theirs, ours] = [spread(raw.map(of)), spread(client.map(of))];
  const ratio = (ours.median / theirs.median).toFixed(2);
  const byTurn = spread(client.map((one, turn) => of(one) / of(raw[turn] ?? one)));
  return {
    what,
    measured: `${told(ours, '')} : raw ${told(theirs, '')} = ${ratio} × (${short(byTurn.min)} … ${short(byTurn.max)})`,
  };
}
