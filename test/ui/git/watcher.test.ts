import assert from 'node:assert/strict';
import { join } from 'node:path';
import { Repositories } from '../../../src/ui/git/repositories';
import { editor } from '../fake/editor';
import { FakeGit, type FakeRepository } from '../fake/git';
import { quiet, until } from '../fake/until';
import { RealRepository } from '../realRepository';

describe('Git, of a real repository,', () => {
  let real: RealRepository;
  let api: FakeGit;
  let git: Repositories;
  let repository: FakeRepository;
  let changed: number;

  beforeEach(async () => {
    real = new RealRepository();
    real.commit();
    real.git('push', '--quiet', '--set-upstream', 'origin', 'main');
    api = new FakeGit();
    repository = real.fake();
    api.open(repository);
    editor().extensions.set('vscode.git', api);
    git = new Repositories();
    await git.start();
    changed = 0;
    git.onDidChangeRepository(() => (changed += 1));
  });
  afterEach(async () => {
    git.dispose();
    await real.remove();
  });

  const watchers = () => [...editor().fileWatchers];
  const watched = () => until('the watchers', () => watchers().length === 2);
  const pushed = async () => (await git.head(repository, 'origin'))?.pushed;
  /** As when a file was written that is watched for. */
  const write = () => watchers()[1]?.change();

  it('reads HEAD once, until it moves', async () => {
    const first = git.head(repository, 'origin');
    assert.equal(await git.head(repository, 'origin'), await first);
    real.commit();
    await repository.status();
    assert.deepEqual([await pushed(), changed], [false, 1]);
  });

  it('asks vscode.git to look as soon as git has moved something, once for a burst', async () => {
    assert.equal(await pushed(), true);
    await watched();
    const commit = real.commit();
    for (let times = 0; times < 5; times++) write();
    await until('the change', () => changed === 1);
    assert.deepEqual([(await git.head(repository, 'origin'))?.sha, repository.looks], [commit, 1]);
  });

  it('does not wait for the end of a burst that goes on', async () => {
    await pushed();
    await watched();
    real.commit();
    const writing = setInterval(write, 20);
    try {
      await until('the change', () => changed > 0);
    } finally {
      clearInterval(writing);
    }
  });

  it('sees where HEAD is before vscode.git has looked, and tells it once', async () => {
    await pushed();
    await watched();
    // A large work tree, in which vscode.git looks for seconds.
    let look = (): void => undefined;
    const looked = new Promise<void>((resolve) => (look = resolve));
    const status = repository.status.bind(repository);
    repository.status = async () => {
      await looked;
      await status();
    };
    const commit = real.commit();
    write();
    await until('the change', () => changed === 1);
    assert.deepEqual([git.position(repository), repository.looks], [{ commit, name: 'main' }, 0]);
    assert.deepEqual([(await git.head(repository, 'origin'))?.sha, await pushed()], [commit, false]);
    look();
    await until('the look', () => repository.state.HEAD?.commit === commit);
    assert.deepEqual([git.position(repository), changed], [{ commit, name: 'main' }, 1]);
    real.git('checkout', '--quiet', '--detach', 'HEAD~1');
    write();
    await until('the next change', () => changed === 2);
    assert.deepEqual(git.position(repository), { commit: real.git('rev-parse', 'HEAD'), name: undefined });
  });

  it('does not go back to where HEAD was when vscode.git tells something else before it has looked', async () => {
    await pushed();
    await watched();
    const before = { ...repository.state.HEAD };
    repository.onStatus = undefined;
    const commit = real.commit();
    write();
    await until('the change', () => changed === 1);
    repository.moveHead({ ...before, upstream: { remote: 'fork', name: 'main' } });
    assert.deepEqual([git.position(repository), changed], [{ commit, name: 'main' }, 2]);
    repository.moveHead({ ...before, commit, upstream: { remote: 'fork', name: 'main' }, ahead: 1 });
    assert.deepEqual([git.position(repository), changed], [{ commit, name: 'main' }, 2]);
    const older = real.git('rev-parse', 'HEAD~1');
    repository.moveHead({ ...before, commit: older });
    assert.deepEqual([git.position(repository), changed], [{ commit: older, name: 'main' }, 3]);
  });

  it('notices a push, also to another remote than the upstream, of which vscode.git does not tell', async () => {
    real.git('remote', 'add', 'gitlab', real.server);
    real.git('fetch', '--quiet', 'gitlab');
    real.commit();
    await repository.status();
    const toGitLab = async () => (await git.head(repository, 'gitlab'))?.pushed;
    assert.deepEqual([await pushed(), await toGitLab()], [false, false]);
    await watched();
    changed = 0;
    real.git('push', '--quiet', 'gitlab', 'main');
    write();
    await until('the change', () => changed === 1);
    assert.deepEqual([await pushed(), await toGitLab()], [false, true]);
  });

  it('notices that a merge is under way, and that it is over', async () => {
    await pushed();
    await watched();
    real.git('checkout', '--quiet', '-b', 'side');
    real.commit();
    real.git('checkout', '--quiet', 'main');
    real.git('merge', '--quiet', '--no-ff', '--no-commit', 'side');
    write();
    await until('the merge', () => changed === 1);
    assert.equal((await git.head(repository, 'origin'))?.operation, 'merge');
    real.git('merge', '--abort');
    write();
    await until('the end of it', () => changed === 2);
    assert.equal((await git.head(repository, 'origin'))?.operation, undefined);
  });

  it('tells nothing where git wrote what does not matter', async () => {
    await pushed();
    await watched();
    const told: number[] = [];
    git.onDidChangeRepository(() => told.push(repository.looks));
    real.git('branch', 'another');
    write();
    await until('the look', () => repository.looks === 1);
    real.commit();
    write();
    await until('the change', () => told.includes(2));
    assert.deepEqual(told, [2]);
  });

  it('watches the folder of a worktree, and the one that has its branches', async () => {
    const root = join(real.root, '..', 'other');
    real.git('worktree', 'add', '--quiet', '-b', 'other', root);
    const other = real.fake(root);
    api.open(other);
    await git.head(other, 'origin');
    await watched();
    assert.deepEqual(
      watchers().map(({ pattern }) => pattern.baseUri.path),
      [join(real.root, '.git', 'worktrees', 'other'), join(real.root, '.git')],
    );
  });

  it('watches nothing of a repository whose HEAD nobody asked for', async () => {
    await git.remotes(repository);
    assert.equal(watchers().length, 0);
  });

  it('watches no more once it is closed, also where the folders were just being looked up', async () => {
    void git.head(repository, 'origin');
    api.close(repository);
    api.open(repository);
    await git.head(repository, 'origin');
    await watched();
    await quiet();
    assert.equal(watchers().length, 2);
    git.dispose();
    assert.equal(watchers().length, 0);
  });

  it('has no word about a repository that is not open', async () => {
    api.close(repository);
    assert.deepEqual([await git.head(repository), await git.remotes(repository)], [undefined, []]);
  });
});
