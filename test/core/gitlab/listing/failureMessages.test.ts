import assert from 'node:assert/strict';
import { flatten } from '../../../../src/core/model/arrange';
import { sealed, unsealed } from '../../../../src/core/model/storedCommit';
import { withGitLab } from '../../../gitlab/each';
import { explainedReasons } from '../../../gitlab/graphql/failureMessages';
import { isSince } from '../../../gitlab/graphql/schema';
import { releasesWithGraphql } from '../../../gitlab/profiles/variants';
import { everyPipeline, smallProject } from '../../../gitlab/scenarios';
import { yamlErrors } from '../../../gitlab/everyPipeline';
import { clientOf, unhurried } from '../../support';
import { isGraphql, named } from '../branch';

const auto = { apiVersion: 'auto' } as const;

describe('The reason why a build failed', () => {
  for (const release of releasesWithGraphql.filter((each) => isSince(each, '16.3')))
    it(`is recognized on ${release} from GitLab's sentence, as the same word that REST uses`, () =>
      withGitLab({ profile: release }, async (fake) => {
        const { project, sha, ref } = smallProject(fake.world);
        for (const failureReason of [...explainedReasons, 'script_failure'])
          fake.world.addBuild(project, { sha, ref, name: failureReason, status: 'failed', failureReason });
        const listing = await clientOf(fake, auto).listing(project.path, { sha, ref }, unhurried());
        for (const reason of [...explainedReasons, 'script_failure']) {
          const { failureReason, failureMessage } = named(listing, reason);
          assert.equal(failureReason, reason);
          assert.equal(failureMessage === undefined, reason === 'script_failure');
        }
        assert.equal(named(listing, 'missing_dependency_failure').failureMessage?.includes('<'), false);
      }));

  for (const release of releasesWithGraphql.filter((each) => isSince(each, '14.9') && !isSince(each, '16.2')))
    it(`is recognized on ${release} from the tooltip on GitLab's own pages, as the same word that REST uses`, () =>
      withGitLab({ profile: release }, async (fake) => {
        const { project, sha, ref } = smallProject(fake.world);
        for (const failureReason of [...explainedReasons, 'script_failure'])
          for (const allowFailure of [false, true])
            fake.world.addBuild(project, {
              ...{ sha, ref, status: 'failed', failureReason, allowFailure },
              name: `${failureReason} ${allowFailure}`,
            });
        const listing = await clientOf(fake, auto).listing(project.path, { sha, ref }, unhurried());
        assert.ok(fake.requests.some(isGraphql));
        for (const reason of [...explainedReasons, 'script_failure'])
          for (const allowFailure of [false, true])
            assert.equal(named(listing, `${reason} ${allowFailure}`).failureReason, reason);
      }));

  it('is an unknown sentence itself, as plain text', () =>
    withGitLab({ profile: '18.9' }, async (fake) => {
      const { project, sha } = smallProject(fake.world);
      fake.world.addBuild(project, { sha, name: 'new', status: 'failed', failureReason: 'moon_in_the_way' });
      const build = named(await clientOf(fake, auto).listing(project.path, { sha }, unhurried()), 'new');
      assert.deepEqual([build.failureReason, build.failureMessage], [undefined, 'The job failed: moon in the way']);
    }));

  it('includes an exit code, and says if the build is stuck, provided that GraphQL does', () =>
    withGitLab({ profile: '18.9' }, async (fake) => {
      const { project, sha, ref } = everyPipeline(fake.world);
      const listing = await clientOf(fake, auto).listing(project.path, { sha, ref }, unhurried());
      assert.equal(named(listing, 'fuzz').exitCode, 137);
      assert.equal(named(listing, 'fuzz').queuedDuration, 7);
      assert.equal(named(listing, 'emulate').stuck, true);
      assert.equal(named(listing, 'emulate').queuedDuration, undefined);
      assert.equal(
        flatten(listing.builds).some(({ status, exitCode }) => status !== 'failed' && exitCode),
        false,
      );
    }));

  it('is stored with the commit', () =>
    withGitLab({ profile: '18.9' }, async (fake) => {
      const { project, sha, ref } = everyPipeline(fake.world);
      const listing = await clientOf(fake, auto).listing(project.path, { sha, ref }, unhurried());
      const facts = { instance: fake.url, project: project.path, sha, asOf: 1, readOnly: false };
      const whole = sealed({ ...facts, apiVersion: 'v4', ...listing });
      const stored = unsealed(JSON.parse(JSON.stringify(whole))) ?? assert.fail('damaged');
      assert.equal(named(stored, 'fuzz').exitCode, 137);
      const damaged = stored.pipelines.map((pipeline) => ({ ...pipeline, yamlErrors: 1 }));
      assert.equal(unsealed({ ...whole, pipelines: damaged }), undefined);
    }));
});

describe('The configuration error of a pipeline', () => {
  for (const release of ['10.8', '13.9', '15.9', '16.3', '18.9'] as const)
    it(`is loaded on ${release} with at most one more request, once`, () =>
      withGitLab({ profile: release }, async (fake) => {
        const { project, sha, ref } = smallProject(fake.world);
        const broken = fake.world.addPipeline(project, { sha, ref: 'experiment', yamlErrors });
        const client = clientOf(fake, auto);
        const list = () => client.listing(project.path, { sha, ref }, unhurried());
        for (const { pipelines } of [await list(), await list()])
          assert.deepEqual(
            pipelines.filter((each) => each.yamlErrors !== undefined).map((each) => [each.id, each.yamlErrors]),
            [[broken.id, yamlErrors]],
          );
        const asked = fake.requests.filter(({ path }) => path.endsWith(`/pipelines/${broken.id}`));
        assert.equal(asked.length, isSince(release, '17.2') ? 0 : 1);
      }));

  it("is not requested if the failed pipeline has builds, or if a pipeline without builds didn't fail", () =>
    withGitLab({ profile: '13.9' }, async (fake) => {
      const { project, sha, ref } = smallProject(fake.world);
      fake.world.addBuild(project, { sha, ref: 'v1', name: 'x', status: 'failed' });
      fake.world.addPipeline(project, { sha, ref: 'empty' });
      await clientOf(fake, auto).listing(project.path, { sha, ref }, unhurried());
      assert.ok(!fake.requests.some((request) => isGraphql(request) || /pipelines\/\d+$/.test(request.path)));
    }));
});
