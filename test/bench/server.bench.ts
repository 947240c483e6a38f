import { manyBuilds } from '../gitlab/scenarios';
import { startGitLab } from '../gitlab/server';

/** What the server tells once it listens. */
export interface Served {
  readonly url: string;
  readonly token: string;
  readonly projects: readonly {
    readonly count: number;
    readonly project: { readonly id: number; readonly path: string };
    readonly sha: string;
  }[];
}

/** A fake GitLab as a process: `server.bench.mjs COUNT…`, a project for each count. A message sets the latency. */
async function main(counts: readonly number[]): Promise<void> {
  const fake = await startGitLab();
  const seeds = counts.map((count) => ({
    count,
    seed: manyBuilds(fake.world, count, { path: `group/with.${count}` }),
  }));
  process.on('message', ({ latencyMs }: { readonly latencyMs: number }) => {
    fake.faults = latencyMs === 0 ? [] : [{ latencyMs }];
    process.send?.({ latencyMs });
  });
  process.on('disconnect', () => process.exit());
  const served: Served = {
    url: fake.url,
    token: seeds[0]?.seed.token ?? '',
    projects: seeds.map(({ count, seed: { project, sha } }) => ({ count, project, sha })),
  };
  process.send?.(served);
}

await main(process.argv.slice(2).map(Number));
