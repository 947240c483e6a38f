import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Head } from '../../../src/core/model/head';
import { readHead } from '../../../src/core/git/readHead';
import { RealRepository } from '../realRepository';

/** Read with real git from real repositories: pushes, clones, rebases. */
describe('HEAD as git reports it', () => {
  let repository: RealRepository;
  let shas: string[];
  beforeEach(() => {
    repository = new RealRepository();
    shas = [repository.commit('one'), repository.commit('two')];
    repository.git('push', '--quiet', '--set-upstream', 'origin', 'main');
  });
  afterEach(() => repository.remove());

  async function head(root = repository.root, remote: string | undefined = 'origin'): Promise<Head> {
    const sha = repository.at(root, 'rev-parse', 'HEAD');
    let branch: string | undefined;
    try {
      branch = repository.at(root, 'symbolic-ref', '--short', '--quiet', 'HEAD');
    } catch {
      branch = undefined;
    }
    const read = await readHead({ git: { program: 'git' }, root, sha, branch, remote });
    assert.ok(read);
    return read;
  }

  /** Commits that stay here, on the branch that is checked out. */
  const unpushed = (count: number) => {
    for (let index = 0; index < count; index++) shas.push(repository.commit());
  };

  it('is pushed, with the commits before it', async () =>
    assert.deepEqual(await head(), {
      sha: shas[1],
      branch: 'main',
      tag: undefined,
      shallow: false,
      operation: undefined,
      pushed: true,
      ancestors: [{ sha: shas[0], back: 1 }],
    }));

  it('is not pushed, with the commits before it', async () => {
    unpushed(2);
    const { pushed, ancestors } = await head();
    assert.equal(pushed, false);
    assert.deepEqual(ancestors, [
      { sha: shas[1], back: 2 },
      { sha: shas[0], back: 3 },
    ]);
  });

  it('is pushed once it was pushed under any name', async () => {
    unpushed(1);
    repository.git('push', '--quiet', 'origin', 'HEAD:refs/heads/other/name');
    assert.equal((await head()).pushed, true);
  });

  it('is not pushed on a new branch with its own commit, and pushed on one without', async () => {
    repository.git('checkout', '--quiet', '-b', 'topic');
    assert.equal((await head()).pushed, true);
    unpushed(1);
    assert.equal((await head()).pushed, false);
  });

  it('is compared with the relevant remote', async () => {
    unpushed(1);
    repository.git('remote', 'add', 'fork', join(repository.root, '..', 'fork.git'));
    repository.git('init', '--quiet', '--bare', join(repository.root, '..', 'fork.git'));
    repository.git('push', '--quiet', 'fork', 'main');
    const { pushed, pushedElsewhere } = await head();
    assert.deepEqual([pushed, pushedElsewhere], [false, true]);
    assert.equal((await head(repository.root, 'fork')).pushed, true);
    assert.equal(
      (await readHead({ git: { program: 'git' }, root: repository.root, sha: shas[2] ?? '' }))?.pushed,
      true,
    );
  });

  it('has its first parents as ancestors', async () => {
    repository.git('checkout', '--quiet', '-b', 'side');
    repository.commit('on the side');
    repository.git('checkout', '--quiet', 'main');
    repository.commit('three');
    repository.git('merge', '--quiet', '--no-ff', '--no-edit', 'side');
    repository.git('push', '--quiet', 'origin', 'main');
    const three = repository.git('rev-parse', 'HEAD^1');
    assert.deepEqual(
      (await head()).ancestors.map(({ sha }) => sha),
      [three, shas[1], shas[0]],
    );
  });

  it('has 20 ancestors at most, and none after too many unpushed ones', async () => {
    unpushed(40);
    const { pushed, ancestors } = await head();
    assert.deepEqual([pushed, ancestors.map(({ back }) => back)], [false, [40, 41]]);
    repository.git('push', '--quiet', 'origin', 'main');
    assert.equal((await head()).ancestors.length, 20);
    unpushed(51);
    assert.deepEqual((await head()).ancestors, []);
  });

  it('is a tag if no branch is checked out', async () => {
    repository.git('tag', 'v1.0');
    assert.equal((await head()).tag, undefined);
    repository.git('checkout', '--quiet', '--detach');
    const { branch, tag, pushed } = await head();
    assert.deepEqual([branch, tag, pushed], [undefined, 'v1.0', true]);
  });

  describe('may or may not be pushed if there is no way to know:', () => {
    it('detached at a commit that no branch of the remote has', async () => {
      repository.git('checkout', '--quiet', '--detach');
      unpushed(1);
      assert.equal((await head()).pushed, undefined);
    });

    it('in a clone of only another branch, where a push leaves no trace', async () => {
      const clone = repository.clone('narrow', '--single-branch', '--branch=main');
      const own = ['-c', 'user.name=T', '-c', 'user.email=t@example.com'];
      repository.at(clone, 'checkout', '--quiet', '-b', 'topic');
      repository.at(clone, ...own, 'commit', '--quiet', '--allow-empty', '--message=x');
      repository.at(clone, 'push', '--quiet', '--set-upstream', 'origin', 'topic');
      assert.equal((await head(clone)).pushed, undefined);
      repository.at(clone, 'checkout', '--quiet', 'main');
      repository.at(clone, ...own, 'commit', '--quiet', '--allow-empty', '--message=y');
      assert.equal((await head(clone)).pushed, false);
    });

    it('in a worktree of a bare clone, with all its ancestors', async () => {
      const bare = repository.clone('bare.git', '--bare');
      repository.at(bare, 'worktree', 'add', '--quiet', '-b', 'topic', `${bare}-topic`);
      const { pushed, ancestors } = await head(`${bare}-topic`);
      assert.deepEqual([pushed, ancestors], [undefined, [{ sha: shas[0], back: 1 }]]);
    });

    it('if its branch was removed on the server, as after a merge', async () => {
      repository.git('checkout', '--quiet', '-b', 'topic');
      unpushed(1);
      repository.git('push', '--quiet', '--set-upstream', 'origin', 'topic');
      repository.git('push', '--quiet', 'origin', '--delete', 'topic');
      assert.equal((await head()).pushed, undefined);
    });

    it('if nothing was ever fetched from the remote', async () => {
      repository.git('remote', 'add', 'gitlab', repository.server);
      assert.equal((await head(repository.root, 'gitlab')).pushed, undefined);
    });

    it('if there is no relevant remote', async () => {
      unpushed(1);
      const read = await readHead({
        git: { program: 'git' },
        root: repository.root,
        sha: shas[2] ?? '',
        branch: 'main',
      });
      assert.equal(read?.pushed, undefined);
    });
  });

  it('has no further ancestors in a shallow clone', async () => {
    const clone = repository.clone('shallow', '--depth=1');
    const { shallow, ancestors, pushed } = await head(clone);
    assert.deepEqual([shallow, ancestors, pushed], [true, [], true]);
  });

  describe('comes with the operation in progress:', () => {
    /** Two branches that change one file differently; `main` is checked out. */
    async function conflict(): Promise<void> {
      const write = (text: string) => writeFile(join(repository.root, 'file'), text);
      const save = (title: string) => {
        repository.git('add', '.');
        repository.git('commit', '--quiet', `--message=${title}`);
      };
      repository.git('checkout', '--quiet', '-b', 'topic');
      await write('topic');
      save('topic');
      repository.git('checkout', '--quiet', 'main');
      await write('main');
      save('main');
    }

    it('a rebase, during which commits are known to be unpushed', async () => {
      await conflict();
      repository.git('push', '--quiet', 'origin', 'main');
      repository.git('checkout', '--quiet', 'topic');
      repository.try('rebase', 'main');
      assert.deepEqual([(await head()).operation, (await head()).pushed], ['rebase', true]);
      await writeFile(join(repository.root, 'file'), 'both');
      repository.git('add', '.');
      repository.git('commit', '--quiet', '--message=both');
      assert.equal((await head()).pushed, false);
    });

    it('a merge', async () => {
      await conflict();
      repository.try('merge', 'topic');
      assert.equal((await head()).operation, 'merge');
    });

    it('a cherry-pick', async () => {
      await conflict();
      repository.try('cherry-pick', 'topic');
      assert.equal((await head()).operation, 'cherryPick');
    });

    it('a revert', async () => {
      await conflict();
      repository.git('commit', '--quiet', '--allow-empty', '--message=x');
      await writeFile(join(repository.root, 'file'), 'again');
      repository.git('commit', '--quiet', '--all', '--message=again');
      repository.try('revert', 'HEAD~2');
      assert.equal((await head()).operation, 'revert');
    });

    it('a bisection', async () => {
      repository.git('bisect', 'start', 'HEAD', shas[0] ?? '');
      assert.equal((await head()).operation, 'bisect');
    });

    it("in a linked worktree its own operation, and not the other's", async () => {
      await conflict();
      repository.try('merge', 'topic');
      const other = join(repository.root, '..', 'other');
      repository.git('worktree', 'add', '--quiet', '-b', 'second', other, 'topic');
      assert.equal((await head(other)).operation, undefined);
      repository.at(other, 'bisect', 'start');
      assert.equal((await head(other)).operation, 'bisect');
      assert.equal((await head()).operation, 'merge');
    });
  });

  it("is the submodule's own in a submodule", async () => {
    const inner = repository.clone('inner');
    repository.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', inner, 'sub');
    const { sha, pushed } = await head(join(repository.root, 'sub'));
    assert.deepEqual([sha, pushed], [shas[1], true]);
  });

  it("is undefined if git can't be run, if it has no such commit, or if there is no repository", async () => {
    const { root } = repository;
    const sha = shas[1] ?? '';
    assert.equal(await readHead({ git: { program: '/no/such/git' }, root, sha }), undefined);
    assert.equal(await readHead({ git: { program: 'git' }, root, sha: 'f'.repeat(40) }), undefined);
    const empty = join(root, '..', 'empty');
    await mkdir(empty);
    assert.equal(await readHead({ git: { program: 'git' }, root: empty, sha }), undefined);
  });
});
