import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { App } from '../app';
import { appsInTests } from '../eachApp';
import { Uri } from '../fake/basics';
import { editor } from '../fake/editor';
import type { FakeRepository } from '../fake/git';
import { until } from '../fake/until';
import { RealRepository } from '../realRepository';

/** Repositories in one another, made by git itself, all of projects of the fake GitLab. */
describe('Nested repositories:', () => {
  const apps = appsInTests();
  let app: App;
  let real: RealRepository;
  beforeEach(async () => {
    app = await apps.ready();
    app.git.close(app.repository);
    real = new RealRepository();
  });
  afterEach(() => real.remove());

  const remote = (): string => `${app.gitlab.url}/${app.small.project.path}.git`;

  /** A commit that the remote has, with one build of that name. */
  function built(root: string, name: string): string {
    real.at(root, 'commit', '--quiet', '--allow-empty', `--message=${name}`);
    real.at(root, 'update-ref', 'refs/remotes/origin/main', 'HEAD');
    const sha = real.at(root, 'rev-parse', 'HEAD');
    app.gitlab.world.addCommit(app.small.project, { sha, title: name });
    app.gitlab.world.addBuild(app.small.project, { sha, name, status: 'success' });
    return sha;
  }

  async function opened(root: string, name: string): Promise<FakeRepository> {
    const repository = real.fake(root);
    app.git.open(repository);
    await until(`the builds of ${root}`, () => app.of({ repository })?.builds.some((build) => build.name === name));
    return repository;
  }

  it("a worktree has its own commit, and the main worktree's remotes", async () => {
    real.git('remote', 'set-url', 'origin', remote());
    const ofMain = built(real.root, 'of-main');
    const worktree = join(real.root, '..', 'worktree');
    real.git('worktree', 'add', '--quiet', '-b', 'topic', worktree);
    const ofTopic = built(worktree, 'of-topic');
    const main = await opened(real.root, 'of-main');
    const topic = await opened(worktree, 'of-topic');
    assert.deepEqual(
      [main, topic].map((repository) => app.of({ repository })?.commit),
      [
        { sha: ofMain, ref: 'main' },
        { sha: ofTopic, ref: 'topic' },
      ],
    );
  });

  it('a build ID is enough if all have the same project', async () => {
    real.git('remote', 'set-url', 'origin', remote());
    built(real.root, 'of-main');
    const worktree = join(real.root, '..', 'worktree');
    real.git('worktree', 'add', '--quiet', '-b', 'topic', worktree);
    built(worktree, 'of-topic');
    await opened(real.root, 'of-main');
    await opened(worktree, 'of-topic');
    const { deploy } = app.small.builds;
    await app.run('cancel', { build: deploy.id });
    assert.deepEqual(editor().messages, []);
    assert.equal(app.gitlab.world.build(deploy.id).status, 'canceled');
  });

  it('a submodule has its own project and commit, and the edited file determines which one is active', async () => {
    real.git('remote', 'set-url', 'origin', `${app.gitlab.url}/group/other.git`);
    real.commit();
    const library = new RealRepository();
    try {
      library.commit();
      real.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', library.root, 'lib');
      const root = join(real.root, 'lib');
      real.at(root, 'remote', 'set-url', 'origin', remote());
      real.at(root, 'config', 'user.name', 'Test');
      real.at(root, 'config', 'user.email', 'test@example.com');
      const sha = built(root, 'of-library');
      const around = real.fake();
      app.git.open(around);
      const repository = await opened(root, 'of-library');
      assert.equal(app.of({ repository })?.commit?.sha, sha);
      await until('the one around it', () => app.of({ repository: around })?.state === 'failed');
      assert.equal(app.of({ repository: around })?.project, 'group/other');
      editor().turnTo(Uri.file(join(root, 'a.ts')));
      assert.equal(editor().statusBarItems[0]?.text, '$(pass) CI passed');
      editor().turnTo(Uri.file(join(real.root, 'a.ts')));
      await until('the other', () => editor().statusBarItems[0]?.text === '$(warning) CI: unavailable');
    } finally {
      await library.remove();
    }
  });
});
