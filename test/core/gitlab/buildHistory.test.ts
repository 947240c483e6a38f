import type { Commit } from '../../../src/core/model/build';
import assert from 'node:assert/strict';
import { withGitLab } from '../../gitlab/each';
import type { ProfileName, VariantName } from '../../gitlab/profiles/profile';
import { seedProject, shaOf } from '../../gitlab/seed';
import type { World } from '../../gitlab/world';
import type { Project } from '../../gitlab/model';
import { clientOf, Journal, unhurried } from '../support';

interface Told {
  readonly failing: readonly string[];
  readonly green: string | undefined;
  readonly suspects: readonly string[];
  readonly flaky: { readonly failed: number; readonly runs: number } | undefined;
  readonly requests: number;
}

interface Scene {
  readonly world: World;
  readonly project: Project;
  /** A build of a commit, by the commit's name. */
  readonly run: (name: string, status: string, ref?: string) => { readonly id: number };
}

const toSha = (name: string): string => shaOf(`history ${name}`);

async function historyOn(
  profile: ProfileName | VariantName,
  chain: readonly string[],
  fill: (scene: Scene) => void,
  { knowsGit = true, graphqlLacks = [] as readonly string[] } = {},
): Promise<Told> {
  const names = new Map(chain.map((name) => [toSha(name), name]));
  const nameOf = (sha: string | undefined): string => names.get(sha ?? '') ?? sha ?? '';
  let told: Told | undefined;
  await withGitLab({ profile, graphqlLacks }, async (fake) => {
    const { world } = fake;
    const { project } = seedProject(world, {});
    for (const name of chain.toReversed()) world.addCommit(project, { sha: toSha(name), title: `Commit ${name}` });
    const run: Scene['run'] = (name, status, ref = 'main') =>
      world.addBuild(project, { sha: toSha(name), ref, name: 'rspec', status });
    fill({ world, project, run });
    const client = clientOf(fake, { apiVersion: 'auto', log: new Journal() });
    const [newest = ''] = chain;
    const sha = toSha(newest);
    const { builds } = await client.listing(project.path, { sha, ref: 'main' }, unhurried());
    const build = builds.find(({ name }) => name === 'rspec') ?? assert.fail('no build');
    const before = fake.requests.length;
    const ancestors: readonly Commit[] = chain.map((name) => ({ sha: toSha(name), title: '', author: '' }));
    const history = await client.builds.historyOf(project.path, build, knowsGit ? ancestors : [], unhurried());
    told = {
      failing: history.failing.map(({ commit }) => nameOf(commit.sha)),
      green: history.lastGreen && nameOf(history.lastGreen.commit.sha),
      suspects: history.suspects.map(({ commit }) => nameOf(commit.sha)),
      flaky: history.flaky,
      requests: fake.requests.length - before,
    };
  });
  return told ?? assert.fail();
}

const profiles = ['8.5', '10.8', '13.9', '14.9', '15.9', '17.2', '18.9'] as const;
const chain = ['new', 'second', 'quiet', 'first', 'old'];

/** Failed on three commits, one had no builds; it passed on the oldest. */
function usual({ run }: Scene): void {
  run('old', 'success');
  run('first', 'failed');
  run('second', 'failed');
  run('new', 'failed');
}

describe('The history of a build', () => {
  for (const profile of profiles) {
    it(`says on ${profile} since when it fails, and which commits may have caused it`, async () => {
      const { requests, ...told } = await historyOn(profile, chain, usual);
      assert.deepEqual(told, {
        failing: ['new', 'second', 'first'],
        green: 'old',
        suspects: ['first'],
        flaky: undefined,
      });
      assert.ok(requests >= 1 && requests <= 2, String(requests));
    });

    it(`follows the branch on ${profile} if git doesn't have the commit`, async () => {
      const told = await historyOn(profile, chain, usual, { knowsGit: false });
      assert.deepEqual([told.failing, told.green], [['new', 'second', 'first'], 'old']);
    });

    it(`includes ancestors on ${profile} that ran on another branch`, async () => {
      const told = await historyOn(profile, chain, ({ run }) => {
        run('old', 'success', 'release');
        run('first', 'failed', 'release');
        run('new', 'failed');
      });
      assert.deepEqual([told.failing, told.green, told.suspects], [['new', 'first'], 'old', ['first']]);
    });

    it(`takes eight requests to ${profile} at most, and then doesn't claim to know the first failure`, async () => {
      const long = Array.from({ length: 100 }, (_, at) => `commit ${at}`);
      const told = await historyOn(profile, long, ({ world, project, run }) => {
        run('commit 99', 'success', 'other');
        for (let index = 0; index < 900; index++)
          world.addBuild(project, { sha: toSha('commit 98'), ref: 'noise', name: `noise ${index}`, status: 'success' });
        run('commit 1', 'failed');
        run('commit 0', 'failed');
      });
      assert.deepEqual([told.failing, told.green, told.suspects], [['commit 0', 'commit 1'], undefined, []]);
      assert.ok(told.requests <= 8, String(told.requests));
    });
  }

  for (const profile of ['8.5', '10.8', '13.9'] as const)
    it(`says on ${profile}, whose lists include attempts, that the build is flaky`, async () => {
      const told = await historyOn(profile, ['new', 'old'], ({ world, run }) => {
        const failed = run('old', 'failed');
        world.setStatus(world.retry(failed), 'success');
        run('new', 'failed');
      });
      assert.deepEqual([told.flaky, told.green], [{ failed: 1, runs: 3 }, 'old']);
    });

  it('says that the build is flaky if it is so over several pipelines of a commit, even on different branches', async () => {
    const told = await historyOn('18.9', ['new', 'old'], ({ run }) => {
      run('old', 'failed');
      run('old', 'success', 'release');
      run('new', 'failed');
    });
    assert.deepEqual([told.failing, told.green, told.flaky], [['new'], 'old', { failed: 1, runs: 3 }]);
  });

  it('comes from REST lists if GraphQL refuses', async () => {
    const told = await historyOn('18.9', chain, usual, { graphqlLacks: ['Pipeline.job'] });
    assert.deepEqual([told.failing, told.green], [['new', 'second', 'first'], 'old']);
  });
});
