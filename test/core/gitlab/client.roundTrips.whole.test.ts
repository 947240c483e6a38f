import assert from 'node:assert/strict';
import { GitLabClient } from '../../../src/core/gitlab/client';
import type { FactsKeeper, InstanceFacts } from '../../../src/core/gitlab/instanceFacts';
import type { Listing } from '../../../src/core/model/pipeline';
import { systemClock } from '../../../src/core/util/timer';
import { withGitLab } from '../../gitlab/each';
import type { ProfileName, VariantName } from '../../gitlab/profiles/profile';
import { profileNames } from '../../gitlab/profiles/profiles';
import { variants } from '../../gitlab/profiles/variants';
import { smallProject, type SmallProject } from '../../gitlab/scenarios';
import { shaOf } from '../../gitlab/seed';
import type { FakeGitLab } from '../../gitlab/server';
import { httpWith, Journal, unhurried } from '../support';
import { Rounds } from './rounds';

type World = FakeGitLab['world'];

const kinds = ['branch', 'tag', 'external', 'child', 'merge', 'all'] as const;

/** What a commit has besides a pipeline of its branch: one of a tag, external statuses, a child that runs, a merge result with a child. */
type Kind = (typeof kinds)[number];

function has(world: World, route: 'bridges' | 'mergeRequestPipelines'): boolean {
  const { v4 } = world.profile;
  return v4 !== 'absent' && v4.routes.includes(route);
}

/** The kinds that a release has. */
function kindsOf(world: World): readonly Kind[] {
  return kinds.filter(
    (kind) => (kind !== 'child' || has(world, 'bridges')) && (kind !== 'merge' || has(world, 'mergeRequestPipelines')),
  );
}

/** @param isMergedBefore whether the merge result has an earlier pipeline, with a child of its own */
function fill(world: World, kind: Kind, isMergedBefore = false): SmallProject {
  const small = smallProject(world);
  const { project, sha, ref } = small;
  const is = (one: Kind): boolean => (kind === one || kind === 'all') && kindsOf(world).includes(one);
  const branch = world.addPipeline(project, { sha, ref });
  const child = (parent: typeof branch): void => {
    const downstream = world.addPipeline(project, { sha: parent.sha, ref: parent.ref, source: 'parent_pipeline' });
    const bridge = { kind: 'bridge', name: 'more', status: 'running', downstream } as const;
    world.addBuild(project, { sha: parent.sha, pipeline: parent, ...bridge });
    world.addBuild(project, { sha: parent.sha, pipeline: downstream, name: 'inner', status: 'running' });
  };
  if (is('tag')) {
    const pipeline = world.addPipeline(project, { sha, ref: 'v1', tag: true });
    world.addBuild(project, { sha, pipeline, name: 'tagged' });
  }
  if (is('external')) world.addBuild(project, { sha, pipeline: branch, name: 'scan', kind: 'external' });
  if (is('merge')) {
    const mergeSha = shaOf(`${sha} merged`);
    world.addCommit(project, { sha: mergeSha, title: 'Merge', parents: [small.olderSha, sha] });
    const mergeRequest = world.addMergeRequest(project, { sourceBranch: ref, sha, title: 'Let people sign in' });
    const merged = `refs/merge-requests/${mergeRequest.iid}/merge`;
    const merge = { sha: mergeSha, ref: merged, source: 'merge_request_event', mergeRequest };
    if (isMergedBefore) child(world.addPipeline(project, merge));
    const pipeline = world.addPipeline(project, merge);
    world.addBuild(project, { sha: mergeSha, pipeline, name: 'merged' });
    if (kind === 'all' && has(world, 'bridges')) child(pipeline);
  }
  if (is('child')) child(branch);
  return small;
}

/** Windows with a client each, which remember for each other what the GitLab is. */
function windowsOf(fake: FakeGitLab, { project, sha, ref, token }: SmallProject) {
  let text: string | undefined;
  const facts: FactsKeeper = {
    get: () => (text === undefined ? undefined : (JSON.parse(text) as InstanceFacts)),
    keep: (told) => void (text = JSON.stringify(told)),
  };
  return () => {
    const rounds = new Rounds(httpWith());
    const instance = { url: fake.url, hosts: [], apiVersion: 'auto' } as const;
    const log = new Journal();
    const client = new GitLabClient(instance, rounds, async () => token, log, systemClock, facts);
    const list = () => client.listing(project.path, { sha, ref }, unhurried());
    return { rounds, client, list, count: () => rounds.during(list) };
  };
}

/** Round trips one after another of a first listing, a further one, and a first one in another window. */
async function measure(fake: FakeGitLab, kind: Kind) {
  const open = windowsOf(fake, fill(fake.world, kind));
  const first = open();
  const [cold, warm] = [await first.count(), await first.count()];
  const other = open();
  const [remembered, again] = [await other.count(), await other.count()];
  return { cold, remembered, warm: Math.max(warm, again), asked: [first.rounds.asked, other.rounds.asked] };
}

/** `cold/remembered` of each kind; a further listing always takes one. */
type Counts = Readonly<Partial<Record<Kind, string>>>;

const v3: Counts = { branch: '3/1', tag: '3/1', external: '3/1', all: '3/1' };
/** Pipelines must be listed before their jobs. */
const rest: Counts = { branch: '3/2', tag: '3/2', external: '3/2' };
/** The pipeline of a merge result is in the list of its merge request. */
const merged: Counts = { ...rest, merge: '4/2', all: '4/2' };
/** The newest jobs name children and merge results. */
const bridged: Counts = { ...rest, child: '3/2', merge: '3/2', all: '3/2' };
const graphql: Counts = { branch: '2/1', tag: '2/1', external: '2/1', merge: '3/2' };
/** Children are requested by the id that their bridge reports. */
const byNumber: Counts = { ...graphql, child: '3/2', all: '4/2' };
/** Children are requested by their commit. */
const byCommit: Counts = { ...graphql, child: '3/1', all: '4/2' };

const table: Readonly<Record<ProfileName | VariantName, Counts>> = {
  ...{ '8.4': v3, '8.5': v3, '8.9': v3, '8.10': v3, '8.13': v3, '8.17': v3 },
  '9.0': { ...rest, all: '3/2' },
  ...{ '10.8': merged, '11.0': merged },
  ...{ '13.4': bridged, '13.9': bridged, '14.0': bridged },
  ...{ '14.9': byNumber, '15.3': byNumber, '15.8': byNumber, '15.9': byNumber, '16.3': byNumber },
  ...{ '17.2': byCommit, '18.9': byCommit, '18.10': byCommit, '19.2': byCommit },
};

describe('Sequential round trips for a commit with several pipelines', () => {
  for (const [profile, counts] of Object.entries(table) as readonly (readonly [ProfileName, Counts])[])
    for (const [kind, expected] of Object.entries(counts) as readonly (readonly [Kind, string])[])
      it(`are ${expected} on ${profile} with ${kind}, with nothing cached and with the GitLab instance cached, and one when all is known`, () =>
        withGitLab({ profile }, async (fake) => {
          const { cold, remembered, warm, asked } = await measure(fake, kind);
          assert.deepEqual([`${cold}/${remembered}`, warm], [expected, 1], JSON.stringify(asked));
        }));

  for (const profile of ['14.9', '16.3'] as const) {
    it(`give the same with the GitLab instance cached on ${profile}, without what an earlier merge started`, () =>
      withGitLab({ profile }, async (fake) => {
        const open = windowsOf(fake, fill(fake.world, 'all', true));
        const listings: Listing[] = [];
        // The second one opens when the first has left what it knows.
        for (const openNext of [open, open]) {
          const { rounds, list } = openNext();
          await rounds.during(async () => listings.push(await list()));
        }
        assert.deepEqual(listings[1], listings[0]);
        const merged = listings[0]?.pipelines.filter((pipeline) => pipeline.sha !== listings[0]?.pipelines.at(-1)?.sha);
        assert.equal(merged?.length, 2);
      }));

    it(`increase by at most one if the newest jobs are unavailable on ${profile}`, () =>
      withGitLab({ profile }, async (fake) => {
        const open = windowsOf(fake, fill(fake.world, 'all'));
        await open().count();
        const isNewest = ({ path }: { readonly path: string }): boolean => /projects\/\d+\/jobs\b/.test(path);
        fake.faults = [{ when: isNewest, answer: { status: 500, headers: {}, body: '' } }];
        const { count, client } = open();
        assert.deepEqual([await count(), client.usesGraphql], [3, true]);
      }));
  }

  for (const profile of [...profileNames, ...(Object.keys(variants) as VariantName[])])
    it(`are tested for everything that ${profile} supports`, () =>
      withGitLab({ profile }, async (fake) => {
        assert.deepEqual(Object.keys(table[profile]).sort(), [...kindsOf(fake.world)].sort());
      }));
});
