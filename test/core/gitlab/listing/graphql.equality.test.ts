import assert from 'node:assert/strict';
import { flatten } from '../../../../src/core/model/arrange';
import type { Build } from '../../../../src/core/model/build';
import type { GitLabClient } from '../../../../src/core/gitlab/client';
import type { Listing } from '../../../../src/core/model/pipeline';
import { withGitLab } from '../../../gitlab/each';
import { isSince } from '../../../gitlab/graphql/schema';
import { releasesWithGraphql } from '../../../gitlab/profiles/variants';
import { everyPipeline, type EveryPipeline } from '../../../gitlab/scenarios';
import type { FakeGitLab } from '../../../gitlab/server';
import { clientOf, unhurried } from '../../support';
import { idsOf, isGraphql } from '../branch';

type Release = (typeof releasesWithGraphql)[number];

/** A field that REST and GraphQL tell differently, and why that may be. */
interface Difference {
  readonly field: string;
  /** Who does not tell it: what is told all the same is compared. `either`: not comparable. */
  readonly lackedBy: 'GraphQL' | 'REST' | 'either';
  readonly why: string;
  /** Releases before this one. Default: all. */
  readonly before?: string;
  /** Of these rows only. Default: all. */
  readonly kind?: Build['kind'];
}

const ofBuilds: readonly Difference[] = [
  { field: 'user', lackedBy: 'GraphQL', why: 'it does not tell who started a build' },
  { field: 'commit', lackedBy: 'either', why: 'GraphQL is asked for the sha only, REST does not tell it of statuses' },
  { field: 'scheduledAt', lackedBy: 'REST', why: 'it does not tell when a delayed build starts' },
  { field: 'denied', lackedBy: 'either', why: 'REST does not tell what the user may not do' },
  { field: 'tag', lackedBy: 'either', kind: 'external', why: 'REST does not tell it of statuses' },
  { field: 'pipeline', lackedBy: 'REST', kind: 'external', why: 'statuses do not name theirs', before: '15.9' },
  { field: 'runner', lackedBy: 'GraphQL', why: 'the build itself is read for it when it is looked at', before: '16.2' },
  { field: 'artifacts', lackedBy: 'either', why: 'GraphQL tells neither size nor expiry', before: '15.7' },
  {
    field: 'failureReason',
    lackedBy: 'GraphQL',
    why: 'it tells a sentence, by which most reasons are recognized',
  },
  { field: 'failureReason', lackedBy: 'REST', why: 'it has no field for it', before: '14.9' },
  { field: 'failureMessage', lackedBy: 'REST', why: 'it tells a word' },
  { field: 'exitCode', lackedBy: 'REST', why: 'it does not tell it' },
  { field: 'stuck', lackedBy: 'REST', why: 'it does not tell it' },
  { field: 'queuedDuration', lackedBy: 'REST', why: 'it has no field for it', before: '15.3' },
  { field: 'reports', lackedBy: 'either', why: 'GraphQL tells no size', before: '15.7' },
];

const ofPipelines: readonly Difference[] = [
  { field: 'stages', lackedBy: 'REST', why: 'it does not tell the order of stages' },
  { field: 'name', lackedBy: 'either', why: 'GraphQL tells it since 17.2, and lists of REST do since 16.3' },
  { field: 'failureReason', lackedBy: 'REST', why: 'it does not tell it' },
  { field: 'source', lackedBy: 'GraphQL', why: 'it has no field for it', before: '17.2' },
  { field: 'source', lackedBy: 'REST', why: 'it has no field for it', before: '14.9' },
];

/** These read the build itself for what GraphQL lacks. */
const read: readonly (keyof Build)[] = ['runner', 'artifacts', 'reports'];

type Plain = Readonly<Record<string, unknown>>;

/** Both without what may differ. */
function comparable(graphql: Plain, rest: Plain, differences: readonly Difference[], release: Release): Pair {
  const those = differences
    .filter(({ before }) => before === undefined || !isSince(release, before))
    .filter(({ kind }) => kind === undefined || kind === rest['kind']);
  const isLeftOut = (field: string): boolean =>
    those.some(
      (each) =>
        each.field === field &&
        (each.lackedBy === 'either' || (each.lackedBy === 'REST' ? rest : graphql)[field] === undefined),
    );
  const kept = (row: Plain): Plain =>
    Object.fromEntries(Object.entries(row).filter(([name, value]) => value !== undefined && !isLeftOut(name)));
  return { graphql: kept(graphql), rest: kept(rest) };
}

interface Pair {
  readonly graphql: Plain;
  readonly rest: Plain;
}

function assertSame(
  graphql: readonly Plain[],
  rest: readonly Plain[],
  differences: readonly Difference[],
  release: Release,
): void {
  assert.deepEqual(
    graphql.map(({ id }) => id),
    rest.map(({ id }) => id),
  );
  const pairs = rest.map((row, index) => comparable(graphql[index] ?? {}, row, differences, release));
  assert.deepEqual(
    pairs.map((pair) => pair.graphql),
    pairs.map((pair) => pair.rest),
  );
}

interface Both {
  readonly byGraphql: Listing;
  readonly byRest: Listing;
  readonly client: GitLabClient;
  readonly made: EveryPipeline;
}

async function both(fake: FakeGitLab): Promise<Both> {
  const made = everyPipeline(fake.world);
  const { project, sha, ref } = made;
  const list = (client: GitLabClient) => client.listing(project.path, { sha, ref }, unhurried());
  const client = clientOf(fake, { apiVersion: 'auto' });
  const byGraphql = await list(client);
  const headers = { 'Content-Type': 'application/json' };
  fake.faults = [{ when: isGraphql, answer: { status: 404, headers, body: '{"error":"404 Not Found"}' } }];
  const byRest = await list(clientOf(fake, { apiVersion: 'auto' }));
  fake.faults = [];
  return { byGraphql, byRest, client, made };
}

function byId<Row extends { readonly id: number }>(rows: readonly Row[]): readonly Row[] {
  return rows.toSorted((a, b) => a.id - b.id);
}

/** Attempts are rows of their own, and of each build the ids of its attempts. */
function rowsOf({ builds }: Listing): readonly Plain[] {
  return byId(flatten(builds)).map((build) => ({ ...build, attempts: idsOf(build.attempts) }));
}

function pipelinesOf({ pipelines }: Listing): readonly Plain[] {
  return byId(pipelines).map((pipeline) => ({ ...pipeline }));
}

for (const release of releasesWithGraphql) {
  describe(`One commit of GitLab ${release}, by REST and by GraphQL`, () => {
    const compared = async (use: (told: Both, fake: FakeGitLab) => void | Promise<void>): Promise<void> =>
      withGitLab({ profile: release, root: '/gitlab' }, async (fake) => use(await both(fake), fake));

    it('has the same builds', () =>
      compared(({ byGraphql, byRest }) => assertSame(rowsOf(byGraphql), rowsOf(byRest), ofBuilds, release)));

    it('has the same pipelines', () =>
      compared(({ byGraphql, byRest }) =>
        assertSame(pipelinesOf(byGraphql), pipelinesOf(byRest), ofPipelines, release),
      ));

    it('has in the build itself what its list row lacks', () =>
      compared(async ({ byRest, client, made }) => {
        const builds = flatten(byRest.builds).filter(({ kind }) => kind === undefined);
        assert.ok(builds.some(({ runner, artifacts, reports }) => runner && artifacts?.expireAt && reports));
        for (const build of builds) {
          const one = await client.build(made.project.path, build.id, unhurried());
          for (const field of read) assert.deepEqual([build.id, one[field]], [build.id, build[field]]);
        }
      }));

    it('has all of the builds and pipelines', () =>
      compared(({ byGraphql, byRest, made }, { world }) => {
        const { branch, child, nested, merge, mergeChild, mergeNested, detached, tag, broken } = made;
        const wanted = [branch, child, nested, merge, mergeChild, mergeNested, detached, tag, broken];
        for (const { pipelines, builds } of [byGraphql, byRest]) {
          assert.deepEqual(idsOf(byId(pipelines)), idsOf(byId(wanted)));
          assert.deepEqual(idsOf(byId(flatten(builds))), idsOf(byId(wanted.flatMap((each) => world.inPipeline(each)))));
        }
      }));

    it('has the same the second time, by GraphQL', () =>
      compared(async ({ byRest, client, made }, { requests }) => {
        const { project, sha, ref } = made;
        const since = requests.length;
        const again = await client.listing(project.path, { sha, ref }, unhurried());
        assertSame(rowsOf(again), rowsOf(byRest), ofBuilds, release);
        assertSame(pipelinesOf(again), pipelinesOf(byRest), ofPipelines, release);
        // 14.0 tells too little of what a bridge has started.
        if (!isSince(release, '14.9')) return;
        assert.equal(client.usesGraphql, true);
        assert.ok(requests.slice(since).some(isGraphql));
      }));
  });
}
