import assert from 'node:assert/strict';
import { connect } from './connect';
import type { ProfileName } from '../gitlab/profiles/profile';
import { profileNames } from '../gitlab/profiles/profiles';
import { type Seed, seedProject } from '../gitlab/seed';
import { type RecordedRequest, startGitLab } from '../gitlab/server';
import type { World } from '../gitlab/world';
import type { Line, Measured } from './part';
import { plain, sumOf } from './refresh';

const count = 40;
const stages = ['build', 'test', 'deploy', 'check'];

/** What refreshes of one commit ask of each GitLab. */
interface Asked {
  readonly profile: ProfileName;
  readonly graphql: boolean;
  readonly api: 'v3' | 'v4';
  readonly pipelines: number;
  /** By a client that knows nothing yet, then by the same one again. */
  readonly cold: readonly RecordedRequest[];
  readonly warm: readonly RecordedRequest[];
}

/** 40 builds of one commit: in two pipelines, where GitLab tells of pipelines. */
export async function measureVersions(): Promise<Measured> {
  const all: Asked[] = [];
  for (const profile of profileNames) all.push(await refreshTwice(profile));
  return {
    lines: all.map(line),
    numbers: all.map(({ cold, warm, ...rest }) => ({ ...rest, cold: cold.map(plain), warm: warm.map(plain) })),
  };
}

async function refreshTwice(profile: ProfileName): Promise<Asked> {
  const fake = await startGitLab({ profile });
  try {
    const pipelines = tellsPipelines(fake.world) ? 2 : 1;
    const { project, sha, ref, token } = fill(fake.world, pipelines);
    const client = connect(fake.url, token);
    const refresh = async (): Promise<readonly RecordedRequest[]> => {
      const before = fake.requests.length;
      const { builds } = await client.listing(project.path, { sha, ref }, new AbortController().signal);
      assert.equal(builds.length, count, `GitLab ${profile} did not give all builds`);
      return fake.requests.slice(before);
    };
    const [cold, warm] = [await refresh(), await refresh()];
    assert.ok(client.server);
    const graphql = fake.world.profile.graphql !== 'absent';
    return { profile, graphql, api: client.server.api, pipelines, cold, warm };
  } finally {
    await fake.close();
  }
}

function tellsPipelines({ profile: { v3, v4 } }: World): boolean {
  return [v3, v4].some((api) => typeof api !== 'string' && api.routes.includes('pipelines'));
}

function fill(world: World, pipelines: number): Seed {
  const seed = seedProject(world, { path: 'group/app' });
  const { project, sha, ref, username: user } = seed;
  const each = count / pipelines;
  for (const source of ['push', 'schedule'].slice(0, pipelines)) {
    const pipeline = world.addPipeline(project, { sha, ref, source, stages, user });
    for (let index = 0; index < each; index++) {
      const stage = stages[Math.floor((index * stages.length) / each)];
      const ended = { status: 'success', runner: 'docker-01', coverage: index };
      world.addBuild(project, { sha, pipeline, stage, name: `build ${index}`, user, ...ended });
    }
  }
  return seed;
}

function line({ profile, graphql, api, pipelines, cold, warm }: Asked): Line {
  const aim = api === 'v3' || graphql ? 'then 1' : `then ≤ ${1 + pipelines}`;
  const amount = `${count} builds${pipelines > 1 ? ` in ${pipelines} pipelines` : ''}`;
  return { what: `GitLab ${profile}, ${amount}, first refresh, then`, measured: `${sumOf(cold)}; ${sumOf(warm)}`, aim };
}
