import assert from 'node:assert/strict';
import { Git, toRemotes } from '../../src/ui/git';
import { Uri } from './fake/basics';
import { editor } from './fake/editor';
import { FakeGit, FakeRepository } from './fake/git';
import { makeRepositoryFolder } from './folder';
import { sha } from './samples';

const otherSha = 'f'.repeat(40);

describe('The output of `git remote --verbose`', () => {
  it('is a remote for each line of fetching', () => {
    const output = [
      'origin\tgit@git.example.com:group/project.git (fetch)',
      'origin\tgit@git.example.com:group/push.git (push)',
      'my fork\thttps://git.example.com/a b/c.git (fetch)',
    ];
    assert.deepEqual(toRemotes(`${output.join('\n')}\n`), [
      { name: 'origin', url: 'git@git.example.com:group/project.git' },
      { name: 'my fork', url: 'https://git.example.com/a b/c.git' },
    ]);
  });

  it('may say of which filter a partial clone is', () =>
    assert.deepEqual(toRemotes('origin\thttps://x/y.git (fetch) [blob:none]\n'), [
      { name: 'origin', url: 'https://x/y.git' },
    ]));

  it('may be empty', () => assert.deepEqual(toRemotes(''), []));
});

describe('Git', () => {
  let api: FakeGit;
  let git: Git;
  let repository: FakeRepository;
  let told: number;

  beforeEach(async () => {
    api = new FakeGit();
    repository = new FakeRepository('/projects/one', { name: 'master', commit: sha });
    api.open(repository);
    editor().extensions.set('vscode.git', api);
    git = new Git();
    await git.start();
    told = 0;
    git.onDidChange(() => (told += 1));
  });
  afterEach(() => git.dispose());

  it('tells nothing while only the work tree changes', () => {
    for (let times = 0; times < 10; times++) repository.touch();
    assert.equal(told, 0);
  });

  for (const [what, change] of [
    ['the commit', () => repository.moveHead({ name: 'master', commit: otherSha })],
    ['the branch', () => repository.moveHead({ name: 'other', commit: sha })],
    ['the upstream', () => repository.moveHead({ name: 'master', commit: sha, upstream: { remote: 'x', name: 'y' } })],
    ['HEAD to detached', () => repository.moveHead({ commit: sha })],
    ['the remotes', () => repository.setRemotes([{ name: 'origin', fetchUrl: 'https://x/y' }])],
  ] as const)
    it(`tells once when the repository changes ${what}`, () => {
      change();
      repository.touch();
      assert.equal(told, 1);
    });

  it('chooses the repository of the active editor', () => {
    const second = new FakeRepository('/projects/two', undefined);
    api.open(second);
    assert.equal(git.repository, repository);
    editor().turnTo(Uri.file('/projects/two/src/a.ts'));
    assert.equal(git.repository, second);
    assert.equal(told, 1);
  });

  it('stays with the repository when the active editor is outside of any', () => {
    const second = new FakeRepository('/projects/two', undefined);
    api.open(second);
    editor().turnTo(Uri.file('/projects/two/a.ts'));
    editor().turnTo(Uri.file('/elsewhere/b.ts'));
    editor().turnTo(undefined);
    assert.equal(git.repository, second);
  });

  it('goes on to another repository when the one it showed is closed', () => {
    const second = new FakeRepository('/projects/two', undefined);
    api.open(second);
    api.close(repository);
    assert.deepEqual([git.repository, told], [second, 1]);
  });

  it('hears no more of a repository that was closed', () => {
    api.close(repository);
    assert.equal(repository.listenerCount, 0);
    assert.equal(git.repository, undefined);
  });

  it('hears of nothing once it is disposed', () => {
    git.dispose();
    repository.moveHead(undefined);
    assert.deepEqual([repository.listenerCount, told], [0, 0]);
  });

  it('is off while the setting git.enabled is', () => {
    api.turn(false);
    assert.deepEqual([git.state, git.repository], ['off', undefined]);
    api.turn(true);
    assert.deepEqual([git.state, git.repository], ['ready', repository]);
  });

  it('listens once to each repository, however often it was switched off and on', () => {
    for (const enabled of [false, true, false, true]) api.turn(enabled);
    assert.equal(repository.listenerCount, 1);
  });

  it('reads the remotes once, until it is told to forget them', async () => {
    const folder = await makeRepositoryFolder({ origin: 'https://one.example.com/a.git' });
    try {
      const real = new FakeRepository(folder.path, undefined);
      const first = await git.remotes(real);
      await folder.setRemotes({ origin: 'https://two.example.com/a.git' });
      assert.equal(await git.remotes(real), first);
      git.forgetRemotes();
      assert.deepEqual(await git.remotes(real), [{ name: 'origin', url: 'https://two.example.com/a.git' }]);
    } finally {
      await folder.remove();
    }
  });

  it('does not remember a failure to read the remotes', async () => {
    const folder = await makeRepositoryFolder({ origin: 'https://one.example.com/a.git' });
    try {
      const real = new FakeRepository(folder.path, undefined);
      api.git.path = '/no/such/git';
      await assert.rejects(git.remotes(real));
      api.git.path = 'git';
      assert.equal((await git.remotes(real)).length, 1);
    } finally {
      await folder.remove();
    }
  });
});

describe('Git at the start', () => {
  let git: Git;
  beforeEach(() => (git = new Git()));
  afterEach(() => git.dispose());

  it('is off where VS Code has no git extension', async () => {
    await git.start();
    assert.equal(git.state, 'off');
  });

  it('is off where the setting git.enabled is', async () => {
    const api = new FakeGit();
    api.enabled = false;
    editor().extensions.set('vscode.git', api);
    await git.start();
    assert.equal(git.state, 'off');
  });

  it('is there once VS Code has it: a folder that comes to be trusted switches it on', async () => {
    await git.start();
    const api = new FakeGit();
    api.open(new FakeRepository('/projects/one', undefined));
    editor().extensions.set('vscode.git', api);
    const changed = new Promise<void>((resolve) => git.onDidChange(() => resolve()));
    editor().onDidChangeExtensions.fire();
    await changed;
    assert.deepEqual([git.state, git.repository], ['ready', api.repositories[0]]);
  });

  it('is starting until git has looked at the folder', async () => {
    const api = new FakeGit();
    api.state = 'uninitialized';
    editor().extensions.set('vscode.git', api);
    await git.start();
    assert.equal(git.state, 'starting');
    api.initialize();
    assert.equal(git.state, 'ready');
  });
});
