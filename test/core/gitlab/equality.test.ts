import assert from 'node:assert/strict';
import { flatten } from '../../../src/core/arrange';
import type { GitLabClient } from '../../../src/core/gitlab/client';
import type { Listing } from '../../../src/core/pipeline';
import { withGitLab } from '../../gitlab/each';
import { isSince } from '../../gitlab/graphql/schema';
import { releasesWithGraphql } from '../../gitlab/profiles/variants';
import { everyPipeline, type EveryPipeline } from '../../gitlab/scenarios';
import type { FakeGitLab } from '../../gitlab/server';
import { clientOf, unhurried } from '../support';
import { idsOf, isGraphql } from './branch';

type Release = (typeof releasesWithGraphql)[number];

/** A field that REST and GraphQL tell differently, and why that may be. */
interface Difference {
  readonly field: string;
  readonly why: string;
  /** Releases before this one. Default: all. */
  readonly before?: string;
}

const ofBuilds: readonly Difference[] = [
  { field: 'user', why: 'GraphQL does not tell who started a build' },
  { field: 'commit', why: 'GraphQL is not asked for the words of the commit, only for its sha' },
  { field: 'scheduledAt', why: 'REST does not tell when a delayed build starts' },
  { field: 'denied', why: 'REST does not tell what the user may not do' },
];

const ofPipelines: readonly Difference[] = [{ field: 'stages', why: 'REST does not tell the order of stages' }];

function differing(differences: readonly Difference[], release: Release): ReadonlySet<string> {
  const those = differences.filter(({ before }) => before === undefined || !isSince(release, before));
  return new Set(those.map(({ field }) => field));
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

/** As JSON has it, without the fields of those names. */
function without(row: object, names: ReadonlySet<string>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(row).filter(([name, value]) => value !== undefined && !names.has(name)));
}

function byId<Row extends { readonly id: number }>(rows: readonly Row[]): readonly Row[] {
  return rows.toSorted((a, b) => a.id - b.id);
}

/** Attempts are rows of their own, and of each build the ids of its attempts. */
function rowsOf({ builds }: Listing): readonly object[] {
  return byId(flatten(builds)).map((build) => ({ ...build, attempts: idsOf(build.attempts) }));
}

for (const release of releasesWithGraphql) {
  describe(`One commit of GitLab ${release}, by REST and by GraphQL`, () => {
    const compared = async (use: (told: Both, fake: FakeGitLab) => void | Promise<void>): Promise<void> =>
      withGitLab({ profile: release, root: '/gitlab' }, async (fake) => use(await both(fake), fake));

    it('has the same builds', () =>
      compared(({ byGraphql, byRest }) => {
        const except = differing(ofBuilds, release);
        assert.deepEqual(
          rowsOf(byGraphql).map((row) => without(row, except)),
          rowsOf(byRest).map((row) => without(row, except)),
        );
      }));

    it('has the same pipelines', () =>
      compared(({ byGraphql, byRest }) => {
        const except = differing(ofPipelines, release);
        assert.deepEqual(
          byId(byGraphql.pipelines).map((row) => without(row, except)),
          byId(byRest.pipelines).map((row) => without(row, except)),
        );
      }));

    it('has all of them', () =>
      compared(({ byGraphql, byRest, made }, { world }) => {
        const { branch, child, nested, merge, mergeChild, mergeNested, detached, tag } = made;
        const wanted = [branch, child, nested, merge, mergeChild, mergeNested, detached, tag];
        for (const { pipelines, builds } of [byGraphql, byRest]) {
          assert.deepEqual(idsOf(byId(pipelines)), idsOf(byId(wanted)));
          assert.deepEqual(idsOf(byId(flatten(builds))), idsOf(byId(wanted.flatMap((each) => world.inPipeline(each)))));
        }
      }));

    it('is told by GraphQL the second time as the first time', () =>
      compared(async ({ byGraphql, client, made }) => {
        const { project, sha, ref } = made;
        const again = await client.listing(project.path, { sha, ref }, unhurried());
        assert.deepEqual(rowsOf(again), rowsOf(byGraphql));
        assert.deepEqual(byId(again.pipelines), byId(byGraphql.pipelines));
      }));
  });
}
