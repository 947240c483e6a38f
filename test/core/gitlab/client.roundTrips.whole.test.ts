import assert from 'node:assert/strict';
import { GitLabClient } from '../../../src/core/gitlab/client';
import type { FactsKeeper, InstanceFacts } from '../../../src/core/gitlab/instanceFacts';
import { systemClock } from '../../../src/core/util/timer';
import { withGitLab } from '../../gitlab/each';
import type { ProfileName, VariantName } from '../../gitlab/profiles/profile';
import { smallProject, type SmallProject } from '../../gitlab/scenarios';
import type { FakeGitLab } from '../../gitlab/server';
import { httpWith, Journal, unhurried } from '../support';
import { Rounds } from './rounds';

/** At most so many round trips one after another. */
interface Most {
  /** Nothing is known of the GitLab. */
  readonly cold: number;
  /** Another window has found out what the GitLab is and where the project is. */
  readonly remembered: number;
}

const v3: Most = { cold: 3, remembered: 1 };
/** Pipelines must be listed before their jobs. */
const rest: Most = { cold: 3, remembered: 2 };
/** The jobs of a child are asked for once its bridge is known. */
const graphql: Most = { cold: 3, remembered: 2 };
const table: Readonly<Partial<Record<ProfileName | VariantName, Most>>> = {
  '8.4': v3,
  '8.5': v3,
  '8.17': v3,
  // A pipeline of a tag is in no list there: a build names it.
  '9.0': { cold: 4, remembered: 3 },
  '10.8': rest,
  // The bridges of a pipeline tell of its child.
  '13.4': { cold: 4, remembered: 3 },
  '13.9': { cold: 4, remembered: 3 },
  '14.9': graphql,
  '15.8': graphql,
  '15.9': graphql,
  '16.3': graphql,
  // It lacks a field that its documentation has.
  '17.2': { cold: 4, remembered: 3 },
  '18.9': graphql,
};

/** A branch and a tag pipeline, an external status and, where there is such a thing, a child that runs. */
function fill(world: FakeGitLab['world']): SmallProject {
  const { v4 } = world.profile;
  const small = smallProject(world);
  const { project, sha, ref } = small;
  const add = (init: Parameters<typeof world.addPipeline>[1]) => world.addPipeline(project, { ...init, sha });
  const [branch, tag] = [add({ sha, ref }), add({ sha, ref: 'v1', tag: true })];
  world.addBuild(project, { sha, pipeline: tag, name: 'tagged' });
  world.addBuild(project, { sha, pipeline: branch, name: 'scan', kind: 'external' });
  if (v4 === 'absent' || !v4.routes.includes('bridges')) return small;
  const child = add({ sha, ref, source: 'parent_pipeline' });
  world.addBuild(project, {
    sha,
    pipeline: branch,
    name: 'more',
    kind: 'bridge',
    status: 'running',
    downstream: child,
  });
  world.addBuild(project, { sha, pipeline: child, name: 'inner', status: 'running' });
  return small;
}

describe('Round trips one after another, of a commit with several pipelines', () => {
  for (const [name, most] of Object.entries(table) as readonly (readonly [ProfileName, Most])[])
    it(`are as few as there can be on ${name}: one when all is known`, () =>
      withGitLab({ profile: name }, async (fake) => {
        const { project, sha, ref, token } = fill(fake.world);
        let text: string | undefined;
        const facts: FactsKeeper = {
          get: () => (text === undefined ? undefined : (JSON.parse(text) as InstanceFacts)),
          keep: (told) => void (text = JSON.stringify(told)),
        };
        const open = () => {
          const rounds = new Rounds(httpWith());
          const instance = { url: fake.url, hosts: [], apiVersion: 'auto' } as const;
          const log = new Journal();
          const client = new GitLabClient(instance, rounds, async () => token, log, systemClock, facts);
          return { rounds, count: () => rounds.during(() => client.listing(project.path, { sha, ref }, unhurried())) };
        };
        const first = open();
        const [cold, warm] = [await first.count(), await first.count()];
        const second = open();
        const remembered = await second.count();
        const counts = JSON.stringify({ cold, warm, remembered });
        const isWithin = cold <= most.cold && warm === 1 && remembered <= most.remembered;
        assert.ok(isWithin, `${counts} ${JSON.stringify([first.rounds.asked, second.rounds.asked])}`);
      }));
});
