import { seedProject } from '../gitlab/seed';
import { startGitLab } from '../gitlab/server';
import { mark, trafficOf } from '../gitlab/traffic';

/** What the server tells once it listens. */
export interface Stored {
  readonly url: string;
  readonly token: string;
  readonly project: string;
  readonly build: number;
}

/** What it was asked for since it was asked for the same before; GitLab and its storage together. */
export interface Cost {
  readonly requests: number;
  readonly bytes: number;
}

/** A fake GitLab of today as a process, with a build whose artifacts are a file: `storage.bench.mjs FILE direct|redirect`. */
async function main(path: string, artifacts: 'direct' | 'redirect'): Promise<void> {
  const fake = await startGitLab({ profile: '18.9', artifacts });
  const { project, sha, ref, token, username: user } = seedProject(fake.world, { path: 'group/app' });
  const pipeline = fake.world.addPipeline(project, { sha, ref, source: 'push', stages: ['build'], user });
  const { id } = fake.world.addBuild(project, {
    ...{ sha, pipeline, stage: 'build', name: 'pack', user, status: 'success' },
    artifacts: { filename: 'artifacts.zip', path },
  });
  let from = mark(fake);
  process.on('message', () => {
    const { archive, storage } = trafficOf(fake, from);
    from = mark(fake);
    const [requests, bytes] = [archive.requests + storage.requests, archive.bytes + storage.bytes];
    process.send?.({ requests, bytes } satisfies Cost);
  });
  process.on('disconnect', () => process.exit());
  process.send?.({ url: fake.url, token, project: project.path, build: id } satisfies Stored);
}

const [path = '', artifacts] = process.argv.slice(2);
await main(path, artifacts === 'redirect' ? 'redirect' : 'direct');
