import assert from 'node:assert/strict';
import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { HeadPosition } from '../../../src/core/git/openRepository';
import { Repositories } from '../../../src/ui/git/repositories';
import { editor } from '../fake/editor';
import { FakeGit, type FakeRepository } from '../fake/git';
import { quiet, until } from '../fake/until';
import { git as gitOf } from '../../vscode/workspace';
import { RealRepository } from '../realRepository';

/** What git tells of remotes and of HEAD, the URLs only where they matter. */
interface Seen {
  readonly names: readonly string[];
  readonly urls?: readonly string[];
  readonly ofBranch: readonly string[];
  readonly pushed: boolean;
}

describe('Git, with a real repository,', () => {
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

  it('asks vscode.git to refresh as soon as git has changed something, once per burst', async () => {
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

  it('knows HEAD before vscode.git has refreshed, and reports it once', async () => {
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

  it('does not return to the old HEAD when vscode.git reports something else before it has refreshed', async () => {
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
    real.git('reset', '--quiet', '--hard', 'HEAD~1');
    const older = real.git('rev-parse', 'HEAD');
    repository.moveHead({ ...before, commit: older });
    await until('the next change', () => changed === 3);
    assert.deepEqual(git.position(repository), { commit: older, name: 'main' });
  });

  /** The positions of HEAD that are told from now on. */
  const positionsTold = (): readonly HeadPosition[] => {
    const told: HeadPosition[] = [];
    git.onDidChangeRepository(() => told.push(git.position(repository)));
    return told;
  };

  it('ignores vscode.git when it is late and reports a past HEAD', async () => {
    await pushed();
    await watched();
    repository.onStatus = undefined;
    const told = positionsTold();
    const main = { commit: real.git('rev-parse', 'HEAD'), name: 'main' };
    real.git('checkout', '--quiet', '-b', 'side');
    const side = { commit: real.commit(), name: 'side' };
    write();
    await until('the change', () => told.length === 1);
    real.git('checkout', '--quiet', 'main');
    write();
    await until('the change back', () => told.length === 2);
    // Looks of vscode.git that began before.
    for (const late of [side, main, side]) repository.moveHead({ ...repository.state.HEAD, ...late });
    const last = { commit: real.commit(), name: 'main' };
    write();
    await until('the last change', () => told.length > 2);
    assert.deepEqual(told, [side, main, last]);
  });

  it('notices a push while vscode.git notices only the commit before it', async () => {
    await pushed();
    await watched();
    repository.onStatus = undefined;
    real.commit();
    write();
    await until('the change', () => changed === 1);
    assert.equal(await pushed(), false);
    const upstream = repository.state.HEAD?.upstream;
    real.git('push', '--quiet');
    const commit = real.git('rev-parse', 'HEAD');
    repository.onStatus = () =>
      repository.moveHead({ name: 'main', commit, ahead: 0, ...(upstream === undefined ? {} : { upstream }) });
    write();
    await until('the push', () => changed === 2);
    assert.equal(await pushed(), true);
  });

  it('keeps what it knows if git fails for a moment', async () => {
    const [program, broken, log] = ['git', 'broken', 'log'].map((name) => join(real.root, '..', name));
    assert.ok(program !== undefined && broken !== undefined && log !== undefined);
    writeFileSync(program, `#!/bin/sh\n[ -e '${broken}' ] && echo x >> '${log}' && exit 1\nexec git "$@"\n`);
    chmodSync(program, 0o755);
    api.close(repository);
    api.git.path = program;
    api.open(repository);
    assert.equal(await pushed(), true);
    await watched();
    const heads: unknown[] = [];
    git.onDidChangeRepository(() => void git.head(repository, 'origin').then((head) => heads.push(head?.sha)));
    writeFileSync(broken, '');
    write();
    const failures = () => (existsSync(log) ? readFileSync(log, 'utf8').length / 2 : 0);
    await until('git to fail', () => failures() >= 4);
    rmSync(broken);
    const commit = real.commit();
    write();
    await until('the change', () => heads.length > 0);
    assert.deepEqual(heads, [commit]);
  });

  const moves: readonly (readonly [what: string, moves: () => void, name: string | undefined])[] = [
    ['a branch is renamed', () => real.git('branch', '--move', 'main', 'trunk'), 'trunk'],
    ['HEAD is detached', () => real.git('checkout', '--quiet', '--detach'), undefined],
    [
      'HEAD is detached, and a branch has its name',
      () => {
        real.git('update-ref', 'refs/heads/HEAD', 'HEAD');
        real.git('checkout', '--quiet', '--detach', 'refs/heads/main');
      },
      undefined,
    ],
    [
      'a branch has the name of HEAD',
      () => {
        real.git('update-ref', 'refs/heads/HEAD', 'HEAD');
        real.git('update-ref', 'refs/heads/other', 'refs/heads/main');
        real.git('symbolic-ref', 'HEAD', 'refs/heads/other');
      },
      'other',
    ],
  ];
  for (const [what, move, name] of moves)
    it(`reports HEAD when ${what}, before vscode.git does`, async () => {
      await pushed();
      await watched();
      repository.onStatus = undefined;
      move();
      write();
      await until('the change', () => changed === 1);
      assert.deepEqual(git.position(repository), { commit: real.git('rev-parse', '--verify', 'HEAD'), name });
    });

  const triangular: Readonly<Record<string, readonly [() => void, readonly string[]]>> = {
    'has its upstream on another remote': [() => real.git('branch', '--set-upstream-to=fork/main', 'side'), ['fork']],
    'is pushed to another remote': [() => real.git('config', 'branch.side.pushRemote', 'fork'), ['fork']],
    'is pushed where all branches are': [() => real.git('config', 'remote.pushDefault', 'fork'), ['fork']],
    'has its upstream on one remote and is pushed to another': [
      () => {
        real.git('branch', '--set-upstream-to=origin/main', 'side');
        real.git('config', 'branch.side.pushRemote', 'fork');
      },
      ['origin', 'fork'],
    ],
    'has an upstream that the remote no longer has': [
      () => {
        real.git('branch', '--set-upstream-to=fork/main', 'side');
        real.git('update-ref', '-d', 'refs/remotes/fork/main');
      },
      ['fork'],
    ],
    'has its upstream on a remote from which only one branch is fetched': [
      () => {
        real.git('config', 'remote.fork.fetch', '+refs/heads/main:refs/remotes/fork/main');
        real.git('config', 'branch.side.remote', 'fork');
        real.git('config', 'branch.side.merge', 'refs/heads/side');
      },
      ['fork'],
    ],
    'has neither': [() => undefined, []],
  };
  for (const [what, [configure, expected]] of Object.entries(triangular))
    it(`knows the remotes of a branch that ${what} as soon as HEAD is on it, before vscode.git does`, async () => {
      real.git('remote', 'add', 'fork', real.server);
      real.git('fetch', '--quiet', 'fork');
      real.git('branch', '--no-track', 'side');
      configure();
      await pushed();
      assert.equal((await git.branchRemotes(repository))[0], 'origin');
      await watched();
      repository.onStatus = undefined;
      const told: Promise<readonly string[]>[] = [];
      git.onDidChangeRepository(() => told.push(git.branchRemotes(repository)));
      real.git('checkout', '--quiet', 'side');
      write();
      await until('the change', () => told.length === 1);
      assert.deepEqual([...new Set(await told[0])], expected);
    });

  const configured: Readonly<Record<string, readonly [() => void, Seen]>> = {
    'a remote is renamed': [
      () => real.git('remote', 'rename', 'origin', 'gitlab'),
      { names: ['gitlab'], ofBranch: ['gitlab'], pushed: true },
    ],
    'a remote is removed': [() => real.git('remote', 'remove', 'origin'), { names: [], ofBranch: [], pushed: false }],
    'a remote is removed and added again with another URL': [
      () => {
        real.git('remote', 'remove', 'origin');
        real.git('remote', 'add', 'origin', 'https://git.example.com/group/other.git');
      },
      { names: ['origin'], urls: ['https://git.example.com/group/other.git'], ofBranch: [], pushed: false },
    ],
    'a remote gets another URL': [
      () => real.git('remote', 'set-url', 'origin', 'https://git.example.com/group/other.git'),
      {
        names: ['origin'],
        urls: ['https://git.example.com/group/other.git'],
        ofBranch: ['origin'],
        pushed: true,
      },
    ],
    'the upstream is unset': [
      () => real.git('branch', '--unset-upstream'),
      { names: ['origin'], ofBranch: [], pushed: true },
    ],
  };
  for (const [what, [configure, expected]] of Object.entries(configured))
    it(`notices that ${what}`, async () => {
      await pushed();
      assert.deepEqual(
        (await git.remotes(repository)).map(({ name }) => name),
        ['origin'],
      );
      assert.equal((await git.branchRemotes(repository))[0], 'origin');
      await watched();
      configure();
      write();
      await until('the change', () => changed > 0);
      await quiet();
      const remotes = await git.remotes(repository);
      const [first = 'origin'] = remotes.map(({ name }) => name);
      const seen = {
        names: remotes.map(({ name }) => name),
        ...(expected.urls === undefined ? {} : { urls: remotes.map(({ url }) => url) }),
        ofBranch: [...new Set(await git.branchRemotes(repository))],
        pushed: (await git.head(repository, first))?.pushed ?? false,
      };
      assert.deepEqual(seen, expected);
    });

  it('watches the configuration, too', async () => {
    await pushed();
    await watched();
    const patterns = watchers().map(({ pattern }) => pattern.pattern.slice(1, -1).split(','));
    assert.deepEqual([patterns[0]?.includes('config.worktree'), patterns[1]?.includes('config')], [true, true]);
  });

  it('sees what was fetched while it was looking', async () => {
    real.commit();
    await repository.status();
    // Pushed by somebody else; the commit is fetched below.
    real.git('push', '--quiet', real.server, 'main');
    const first = git.head(repository, 'origin');
    await watched();
    real.git('fetch', '--quiet');
    write();
    await first;
    const answers: unknown[] = [];
    await until('the fetched commit', () => {
      void pushed().then((answer) => answers.push(answer));
      return answers.at(-1) === true;
    });
  });

  it('notices that the upstream was removed on the server', async () => {
    real.git('checkout', '--quiet', '-b', 'topic');
    real.commit();
    real.git('push', '--quiet', '--set-upstream', 'origin', 'topic');
    await repository.status();
    assert.equal(await pushed(), true);
    await watched();
    changed = 0;
    real.at(real.server, 'update-ref', '-d', 'refs/heads/topic');
    real.git('fetch', '--quiet', '--prune');
    write();
    await until('the change', () => changed > 0);
    // No evidence either way: GitLab may still have it.
    assert.deepEqual([await pushed(), await git.branchRemotes(repository)], [undefined, ['origin', 'origin']]);
  });

  it('follows a rebase of 30 commits, and reports no commit that HEAD never was at', async () => {
    real.git('checkout', '--quiet', '-b', 'topic');
    for (let at = 0; at < 30; at += 1) real.commit(`Commit ${at}`);
    real.git('checkout', '--quiet', 'main');
    real.commit('Meanwhile');
    real.git('checkout', '--quiet', 'topic');
    await repository.status();
    await pushed();
    await watched();
    const told = positionsTold();
    const writing = setInterval(write, 20);
    try {
      await gitOf(real.root, 'rebase', '--quiet', '--empty=keep', 'main');
    } finally {
      clearInterval(writing);
    }
    write();
    const last = { commit: real.git('rev-parse', 'HEAD'), name: 'topic' };
    const ends: unknown[] = [];
    const look = async () => {
      const head = await git.head(repository, 'origin');
      ends.push({ commit: head?.sha, name: head?.branch, operation: head?.operation });
    };
    await until('the end', () => {
      void look();
      return isDeepStrictEqual(ends.at(-1), { ...last, operation: undefined });
    });
    assert.deepEqual(git.position(repository), last);
    const been = new Set(real.git('log', '--walk-reflogs', '--format=%H', 'HEAD').split('\n'));
    const commits = told.map(({ commit }) => commit ?? '');
    assert.ok(
      commits.every((commit) => been.has(commit)),
      commits.join(' '),
    );
  });

  it('follows a bisection to its end', async () => {
    for (let at = 0; at < 8; at += 1) real.commit(`Commit ${at}`);
    const main = { commit: real.git('rev-parse', 'HEAD'), name: 'main' };
    await repository.status();
    await pushed();
    await watched();
    const step = async (...args: readonly string[]) => {
      const before = changed;
      real.git('bisect', ...args);
      write();
      await until(`bisect ${args.join(' ')}`, () => changed > before);
      await quiet();
      const { commit, name } = git.position(repository);
      assert.equal(commit, real.git('rev-parse', 'HEAD'));
      return [name, (await git.head(repository, 'origin'))?.operation];
    };
    assert.deepEqual(await step('start'), ['main', 'bisect']);
    real.git('bisect', 'bad');
    assert.deepEqual(await step('good', 'HEAD~8'), [undefined, 'bisect']);
    assert.deepEqual(await step('good'), [undefined, 'bisect']);
    assert.deepEqual(await step('reset'), ['main', undefined]);
    assert.deepEqual(git.position(repository), main);
  });

  it('follows the HEAD of a submodule that the checkout around it moves', async () => {
    const update = ['-c', 'protocol.file.allow=always', 'submodule', '--quiet'];
    real.git(...update, 'add', real.server, 'sub');
    real.git('commit', '--quiet', '--message=With a submodule');
    real.git('checkout', '--quiet', '-b', 'side');
    const sub = join(real.root, 'sub');
    real.at(
      sub,
      '-c',
      'user.name=T',
      '-c',
      'user.email=t@example.com',
      'commit',
      '--quiet',
      '--allow-empty',
      '--message=x',
    );
    const there = real.at(sub, 'rev-parse', 'HEAD');
    real.git('commit', '--quiet', '--all', '--message=Another commit of it');
    real.git('checkout', '--quiet', '--recurse-submodules', 'main');
    const inner = real.fake(sub);
    api.open(inner);
    assert.notEqual((await git.head(inner, 'origin'))?.sha, there);
    await watched();
    assert.equal(watchers()[0]?.pattern.baseUri.path, join(real.root, '.git', 'modules', 'sub'));
    inner.onStatus = undefined;
    real.git('checkout', '--quiet', '--recurse-submodules', 'side');
    watchers()[0]?.change();
    await until('the change', () => git.position(inner).commit === there);
    assert.deepEqual(git.position(inner), { commit: there, name: undefined });
    assert.equal((await git.head(inner, 'origin'))?.sha, there);
  });

  it('knows no remotes of a branch where HEAD is detached', async () => {
    await pushed();
    await watched();
    repository.onStatus = undefined;
    real.git('checkout', '--quiet', '--detach');
    write();
    await until('the change', () => changed === 1);
    assert.deepEqual(await git.branchRemotes(repository), []);
  });

  it("notices a push that vscode.git doesn't report, even to a remote other than the upstream", async () => {
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

  it('notices that a merge is in progress, and that it has ended', async () => {
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

  it('fires no event if git wrote something irrelevant', async () => {
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

  it("watches a worktree's folder, and the one that contains its branches", async () => {
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

  it('watches nothing in a repository whose HEAD nobody asked for', async () => {
    await git.remotes(repository);
    assert.equal(watchers().length, 0);
  });

  it('stops watching once it is closed, even while the folders are being looked up', async () => {
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

  it('reports nothing for a repository that is not open', async () => {
    api.close(repository);
    assert.deepEqual([await git.head(repository), await git.remotes(repository)], [undefined, []]);
  });
});
