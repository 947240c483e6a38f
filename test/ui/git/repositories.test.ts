import assert from 'node:assert/strict';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { Repositories } from '../../../src/ui/git/repositories';
import { Uri } from '../fake/basics';
import { editor } from '../fake/editor';
import { FakeGit, FakeRepository } from '../fake/git';
import { makeRepositoryFolder } from '../folder';
import { sha } from '../samples';

const otherSha = 'f'.repeat(40);

describe('Git', () => {
  let api: FakeGit;
  let git: Repositories;
  let repository: FakeRepository;
  /** How often the set, or the active one, was told to be another. */
  let told: number;
  /** Which ones were told to be others than before. */
  let changed: string[];

  beforeEach(async () => {
    api = new FakeGit();
    repository = new FakeRepository('/projects/one', { name: 'master', commit: sha });
    api.open(repository);
    editor().extensions.set('vscode.git', api);
    git = new Repositories();
    await git.start();
    told = 0;
    changed = [];
    git.onDidChange(() => (told += 1));
    git.onDidChangeRepository(({ rootUri }) => changed.push(rootUri.path));
  });
  afterEach(() => git.dispose());

  const activePath = () => git.active?.rootUri.path;
  const paths = () => git.repositories.map(({ rootUri }) => rootUri.path);

  it('keeps the same object for a repository as long as that is open', () => {
    const [first] = git.repositories;
    api.open(new FakeRepository('/projects/two', undefined));
    editor().turnTo(Uri.file('/projects/one/a.ts'));
    assert.ok(first !== undefined && first === git.repositories[0] && first === git.active);
    api.close(repository);
    api.open(repository);
    assert.notEqual(git.active, first);
  });

  it('fires no event while only the working tree changes', () => {
    for (let times = 0; times < 10; times++) repository.touch();
    assert.deepEqual([told, changed], [0, []]);
  });

  const upstream = { remote: 'x', name: 'y' };
  for (const [what, change] of [
    ['the commit', () => repository.moveHead({ name: 'master', commit: otherSha })],
    ['the branch', () => repository.moveHead({ name: 'other', commit: sha })],
    ['the upstream', () => repository.moveHead({ name: 'master', commit: sha, upstream })],
    ['what is left to push', () => repository.moveHead({ name: 'master', commit: sha, ahead: 1 })],
    ['HEAD to detached', () => repository.moveHead({ commit: sha })],
    ['the remotes', () => repository.setRemotes([{ name: 'origin', fetchUrl: 'https://x/y' }])],
  ] as const)
    it(`fires one event when a repository changes ${what}`, () => {
      const second = new FakeRepository('/projects/two', { name: 'master', commit: sha });
      api.open(second);
      told = 0;
      change();
      repository.touch();
      assert.deepEqual([told, changed], [0, [repository.rootUri.path]]);
    });

  it('watches each repository separately, whichever is the active one', () => {
    const second = new FakeRepository('/projects/two', { name: 'master', commit: sha });
    api.open(second);
    second.moveHead({ name: 'master', commit: otherSha });
    repository.moveHead({ name: 'master', commit: otherSha });
    assert.deepEqual(changed, ['/projects/two', '/projects/one']);
    assert.deepEqual(paths(), ['/projects/one', '/projects/two']);
  });

  it('selects the repository of the active editor', () => {
    const second = new FakeRepository('/projects/two', undefined);
    api.open(second);
    assert.deepEqual([activePath(), told], ['/projects/one', 1]);
    editor().turnTo(Uri.file('/projects/two/src/a.ts'));
    assert.deepEqual([activePath(), told], ['/projects/two', 2]);
    editor().turnTo(Uri.file('/projects/two/src/b.ts'));
    assert.equal(told, 2);
  });

  it('keeps the repository when the active editor is outside of any', () => {
    const second = new FakeRepository('/projects/two', undefined);
    api.open(second);
    editor().turnTo(Uri.file('/projects/two/a.ts'));
    editor().turnTo(Uri.file('/elsewhere/b.ts'));
    editor().turnTo(undefined);
    assert.equal(activePath(), '/projects/two');
  });

  it('switches to another repository when the current one is closed', () => {
    const second = new FakeRepository('/projects/two', undefined);
    api.open(second);
    api.close(repository);
    assert.deepEqual([activePath(), told], ['/projects/two', 2]);
  });

  it('fires no more events for a closed repository', () => {
    api.close(repository);
    assert.equal(repository.listenerCount, 0);
    assert.equal(git.active, undefined);
  });

  it('fires no events once it is disposed', () => {
    git.dispose();
    repository.moveHead(undefined);
    assert.deepEqual([repository.listenerCount, told, changed], [0, 0, []]);
  });

  it('is off while the git.enabled setting is off', () => {
    api.turn(false);
    assert.deepEqual([git.state, git.active], ['off', undefined]);
    api.turn(true);
    assert.deepEqual([git.state, activePath()], ['ready', '/projects/one']);
  });

  it('listens once to each repository, however often it was turned off and on', () => {
    for (const enabled of [false, true, false, true]) api.turn(enabled);
    assert.equal(repository.listenerCount, 1);
  });

  it('reads the remotes once, until it is to read them anew, and reports the change', async () => {
    const folder = await makeRepositoryFolder({ origin: 'https://one.example.com/a.git' });
    try {
      const real = new FakeRepository(folder.path, undefined);
      api.open(real);
      const first = await git.remotes(real);
      await git.branchRemotes(real);
      let told = 0;
      git.onDidChangeRepository(() => told++);
      await git.readAnew();
      assert.deepEqual([(await git.remotes(real)) === first, told], [true, 0]);
      await folder.setRemotes({ origin: 'https://two.example.com/a.git' });
      assert.equal(await git.remotes(real), first);
      await git.readAnew();
      assert.deepEqual(await git.remotes(real), [{ name: 'origin', url: 'https://two.example.com/a.git' }]);
      assert.equal(told, 1);
    } finally {
      await folder.remove();
    }
  });

  it('does not remember a failure to read the remotes', async () => {
    const folder = await makeRepositoryFolder({ origin: 'https://one.example.com/a.git' });
    try {
      const real = new FakeRepository(folder.path, undefined);
      api.open(real);
      await rename(join(folder.path, '.git'), join(folder.path, 'away'));
      await assert.rejects(git.remotes(real));
      await rename(join(folder.path, 'away'), join(folder.path, '.git'));
      assert.equal((await git.remotes(real)).length, 1);
    } finally {
      await folder.remove();
    }
  });
});

describe('Git at startup', () => {
  let git: Repositories;
  beforeEach(() => (git = new Repositories()));
  afterEach(() => git.dispose());

  it('is off if VS Code has no git extension', async () => {
    await git.start();
    assert.equal(git.state, 'off');
  });

  it('is off if the git.enabled setting is off', async () => {
    const api = new FakeGit();
    api.enabled = false;
    editor().extensions.set('vscode.git', api);
    await git.start();
    assert.equal(git.state, 'off');
  });

  it('is available once VS Code has it, such as after a folder becomes trusted', async () => {
    await git.start();
    const api = new FakeGit();
    api.open(new FakeRepository('/projects/one', undefined));
    editor().extensions.set('vscode.git', api);
    const changed = new Promise<void>((resolve) => git.onDidChange(() => resolve()));
    editor().onDidChangeExtensions.fire();
    await changed;
    assert.deepEqual([git.state, git.active?.rootUri.path], ['ready', '/projects/one']);
  });

  it('is starting until git has scanned the folder', async () => {
    const api = new FakeGit();
    api.state = 'uninitialized';
    editor().extensions.set('vscode.git', api);
    await git.start();
    assert.equal(git.state, 'starting');
    api.initialize();
    assert.equal(git.state, 'ready');
  });
});
