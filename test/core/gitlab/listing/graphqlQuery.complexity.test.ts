import assert from 'node:assert/strict';
import { withGitLab } from '../../../gitlab/each';
import { weightOf } from '../../../gitlab/graphql/complexity';
import { releasesWithGraphql } from '../../../gitlab/profiles/variants';
import { everyPipeline } from '../../../gitlab/scenarios';
import type { FakeGitLab } from '../../../gitlab/server';
import { clientOf, unhurried } from '../../support';
import { isGraphql } from '../branch';

/** Of the 250 that GitLab gives a user, so that further fields fit, and all that it gives those who are not signed in. */
const limit = 200;
/** GitLab takes no longer query, in characters. */
const maxLength = 10_000;

interface Sent {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Every query that reaches GitLab from now on. */
function listen(fake: FakeGitLab): readonly Sent[] {
  const sent: Sent[] = [];
  fake.faults = [
    {
      when: (request) => {
        if (isGraphql(request)) sent.push(JSON.parse(request.body) as Sent);
        return false;
      },
    },
  ];
  return sent;
}

function assertLight({ world }: FakeGitLab, sent: readonly Sent[]): void {
  for (const { query, variables } of sent) {
    const { complexity, depth, recursion } = weightOf(world.profile, query, variables);
    assert.ok(complexity <= limit, `${complexity}: ${query}`);
    assert.ok(depth <= 15, `${depth}: ${query}`);
    assert.equal(recursion, undefined);
    assert.ok(query.length <= maxLength, `${query.length} characters`);
  }
}

describe("The client's queries", () => {
  for (const release of releasesWithGraphql) {
    it(`have a complexity of at most ${limit} on ${release}, and are not too long`, () =>
      withGitLab({ profile: release }, async (fake) => {
        const { project, sha, ref, branch, child } = everyPipeline(fake.world);
        for (let index = 0; index < 230; index++) {
          const pipeline = index % 2 === 0 ? branch : child;
          fake.world.addBuild(project, { sha, pipeline, name: `job ${index}`, status: 'success' });
        }
        const sent = listen(fake);
        const client = clientOf(fake, { apiVersion: 'auto' });
        for (let round = 0; round < 3; round++) await client.listing(project.path, { sha, ref }, unhurried());
        await client.listing(project.path, { sha }, unhurried());
        assertLight(fake, sent);
        // 14.0 doesn't say what a bridge has started, so REST lists there.
        const isUsed = release !== '14.0';
        assert.equal(client.usesGraphql, isUsed);
        assert.equal(
          sent.some(({ query }) => query.includes('jobs(')),
          isUsed,
        );
        // The pages after the first, too.
        assert.equal(
          sent.some(({ query }) => query.includes('after:')),
          isUsed,
        );
      }));

    it(`for what a build waits for, its tests and its history are no more complex on ${release}`, () =>
      withGitLab({ profile: release }, async (fake) => {
        const { project, sha, ref, branch } = everyPipeline(fake.world);
        const client = clientOf(fake, { apiVersion: 'auto' });
        const { builds } = await client.listing(project.path, { sha, ref }, unhurried());
        const build = builds.find(({ pipeline }) => pipeline === branch.id) ?? assert.fail('no build');
        const sent = listen(fake);
        const ancestors = Array.from({ length: 100 }, (_, at) => ({
          sha: String(at).padStart(40, '0'),
          title: '',
          author: '',
        }));
        await client.pipelines.needsOf(project.path, { id: branch.id, sha }, unhurried());
        await client.builds.testsOf(project.path, build, '', unhurried());
        await client.builds.historyOf(project.path, build, ancestors, unhurried());
        await client.pipelines.ofBranch(project.path, [ref], unhurried());
        assertLight(fake, sent);
        assert.ok(sent.length > 0);
      }));
  }
});
