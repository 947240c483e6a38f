import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Head } from '../../../src/core/model/head';
import { OpenRepository } from '../../../src/core/git/openRepository';
import { RealRepository } from '../../ui/realRepository';

const url = 'https://git.example.com/group/project.git';

/** Everything that git is asked, with real git, in a repository of each kind. */
describe('A repository', () => {
  let repository: RealRepository;
  let opened: OpenRepository[];
  beforeEach(() => {
    opened = [];
    repository = new RealRepository();
    writeFileSync(join(repository.root, 'file.txt'), 'text');
    repository.git('add', '.');
    repository.commit('one');
    repository.commit('two');
    repository.git('push', '--quiet', '--set-upstream', 'origin', 'main');
  });
  afterEach(() => {
    for (const one of opened) one.dispose();
    return repository.remove();
  });

  const notWatched = { dispose: () => undefined };
  const open = (root: string): OpenRepository => {
    const one = new OpenRepository(repository.fake(root), { program: 'git', watch: () => notWatched }, () => undefined);
    opened.push(one);
    return one;
  };
  const beside = (name: string) => join(dirname(repository.root), name);
  const head = async (root: string): Promise<Head> => {
    const read = await open(root).head('origin');
    assert.ok(read, 'git said nothing of HEAD');
    return read;
  };
  const commitAt = (root: string) => {
    const who = ['-c', 'user.name=T', '-c', 'user.email=t@example.com'];
    repository.at(root, ...who, 'commit', '--quiet', '--allow-empty', '--message=here');
  };

  /** How each kind is made; gives its folder. All have HEAD pushed, and "one" and "two" in their history. */
  const kinds: Readonly<Record<string, () => string>> = {
    'in a folder with blanks, umlauts and an emoji': () => repository.clone('mein Ordner – prüfen 🦊'),
    'in a folder that looks like an option or a pattern': () => repository.clone('-c [a] *'),
    'behind a symbolic link': () => {
      symlinkSync(repository.root, beside('link'));
      return beside('link');
    },
    'a linked worktree': () => {
      repository.git('worktree', 'add', '--quiet', '-b', 'side', beside('worktree'));
      return beside('worktree');
    },
    'a linked worktree with its own configuration': () => {
      repository.git('worktree', 'add', '--quiet', '-b', 'side', beside('worktree'));
      repository.git('config', 'extensions.worktreeConfig', 'true');
      repository.at(beside('worktree'), 'config', '--worktree', 'core.bigFileThreshold', '1m');
      return beside('worktree');
    },
    'a worktree of a bare clone that fetches branches': () => {
      const bare = repository.clone('bare.git', '--bare');
      repository.at(bare, 'config', 'remote.origin.fetch', '+refs/heads/*:refs/remotes/origin/*');
      repository.at(bare, 'fetch', '--quiet');
      repository.at(bare, 'worktree', 'add', '--quiet', '-b', 'side', beside('worktree'));
      return beside('worktree');
    },
    'one with its git folder elsewhere and a .git file': () =>
      repository.clone('apart', `--separate-git-dir=${beside('apart.git')}`),
    'a submodule': () => {
      repository.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', repository.server, 'sub');
      return join(repository.root, 'sub');
    },
    "a clone that borrows another repository's objects": () =>
      repository.clone('sharing', '--reference', repository.root),
    'a clone without blobs': () => {
      repository.at(repository.server, 'config', 'uploadpack.allowFilter', 'true');
      return repository.clone('partial', '--filter=blob:none');
    },
    'a clone without trees': () => {
      repository.at(repository.server, 'config', 'uploadpack.allowFilter', 'true');
      return repository.clone('treeless', '--filter=tree:0');
    },
    'one with packed refs': () => {
      repository.git('pack-refs', '--all');
      return repository.root;
    },
    'one without an index and with a sparse working tree': () =>
      repository.clone('sparse', '--sparse', '--no-checkout'),
  };

  for (const [kind, make] of Object.entries(kinds))
    it(`that is ${kind} has its remote, HEAD, history and files read`, async () => {
      const root = make();
      repository.at(root, 'remote', 'set-url', 'origin', url);
      const one = open(root);
      assert.deepEqual(await one.remotes(), [{ name: 'origin', url }]);
      const read = await one.head('origin');
      assert.deepEqual([read?.pushed, read?.ancestors.length], [true, 1]);
      const history = await one.firstParents(read?.sha ?? '');
      assert.deepEqual(
        history.map(({ title }) => title),
        ['two', 'one'],
      );
      assert.equal(typeof (await one.trackedFiles())?.count, 'number');
      commitAt(root);
      const ahead = await head(root);
      assert.deepEqual([ahead.pushed, ahead.ancestors.map(({ back }) => back)], [false, [1, 2]]);
    });

  it('with 50,000 refs is read in time', async () => {
    const sha = repository.git('rev-parse', 'HEAD');
    const lines = Array.from({ length: 50_000 }, (_, at) => `${sha} refs/remotes/origin/branch-${at}\n`).sort();
    const tags = Array.from({ length: 1000 }, (_, at) => `${sha} refs/tags/v${at}\n`).sort();
    writeFileSync(
      join(repository.root, '.git', 'packed-refs'),
      `# pack-refs with: sorted \n${[...lines, ...tags].join('')}`,
    );
    commitAt(repository.root);
    const { pushed, ancestors } = await head(repository.root);
    assert.deepEqual([pushed, ancestors[0]], [false, { sha, back: 1 }]);
    repository.git('checkout', '--quiet', '--detach', sha);
    assert.match((await head(repository.root)).tag ?? '', /^v\d/);
  });

  it('with SHA-256 has commits of 64 digits', async () => {
    const root = beside('sha256');
    mkdirSync(root);
    repository.at(root, 'init', '--quiet', '--object-format=sha256', '--initial-branch=main');
    repository.at(root, 'remote', 'add', 'origin', url);
    commitAt(root);
    repository.at(root, 'update-ref', 'refs/remotes/origin/main', 'HEAD');
    const { sha, pushed } = await head(root);
    assert.deepEqual([sha.length, pushed], [64, true]);
    assert.deepEqual(
      (await open(root).firstParents(sha)).map((one) => one.sha),
      [sha],
    );
  });

  it('with a reftable is read like any other, and so are its worktrees', async () => {
    const root = beside('reftable');
    mkdirSync(root);
    try {
      repository.at(root, 'init', '--quiet', '--ref-format=reftable', '--initial-branch=main');
    } catch {
      console.log('      (this git has no reftable)');
      return;
    }
    repository.at(root, 'remote', 'add', 'origin', url);
    commitAt(root);
    repository.at(root, 'update-ref', 'refs/remotes/origin/main', 'HEAD');
    assert.deepEqual([(await head(root)).pushed, (await head(root)).operation], [true, undefined]);
    const worktree = beside('reftable-worktree');
    repository.at(root, 'worktree', 'add', '--quiet', '-b', 'other', worktree);
    commitAt(worktree);
    for (const [mark, operation] of [
      ['CHERRY_PICK_HEAD', 'cherryPick'],
      ['REVERT_HEAD', 'revert'],
    ] as const) {
      repository.at(worktree, 'update-ref', mark, 'HEAD');
      const { branch, pushed, operation: found } = await head(worktree);
      assert.deepEqual([branch, pushed, found], ['other', false, operation]);
      repository.at(worktree, 'update-ref', '-d', mark);
    }
    assert.equal((await head(worktree)).operation, undefined);
  });

  it('with a reftable is in the middle of a cherry-pick or revert if git has a ref for it, even without a file', async () => {
    mkdirSync(join(repository.root, '.git', 'reftable'));
    assert.equal((await head(repository.root)).operation, undefined);
    // A ref that git finds by this name, as in a reftable, without a file in the git folder, in every version of git.
    repository.git('update-ref', 'refs/REVERT_HEAD', 'HEAD');
    assert.equal((await head(repository.root)).operation, 'revert');
    repository.git('update-ref', 'refs/CHERRY_PICK_HEAD', 'HEAD');
    assert.equal((await head(repository.root)).operation, 'cherryPick');
  });

  it('without commits has no HEAD, but has its remotes', async () => {
    const root = beside('unborn');
    mkdirSync(root);
    repository.at(root, 'init', '--quiet', '--initial-branch=main');
    repository.at(root, 'remote', 'add', 'origin', url);
    const one = open(root);
    assert.deepEqual(one.position, { commit: undefined, name: 'main' });
    assert.equal(await one.head('origin'), undefined);
    assert.deepEqual(await one.remotes(), [{ name: 'origin', url }]);
  });

  it('is used whatever other repository the environment names', async () => {
    const other = repository.clone('other');
    commitAt(other);
    const before = { ...process.env };
    Object.assign(process.env, { GIT_DIR: join(other, '.git'), GIT_WORK_TREE: other, GIT_INDEX_FILE: '/nowhere' });
    try {
      const { sha, pushed } = await head(repository.root);
      assert.deepEqual([sha, pushed], [repository.git('rev-parse', 'HEAD'), true]);
    } finally {
      for (const name of ['GIT_DIR', 'GIT_WORK_TREE', 'GIT_INDEX_FILE'])
        if (before[name] === undefined) Reflect.deleteProperty(process.env, name);
        else process.env[name] = before[name];
    }
  });

  it('has its original history, as GitLab does, and not that of replaced commits', async () => {
    const [one, two] = repository.git('rev-list', '--reverse', 'HEAD').split('\n');
    const tree = repository.git('rev-parse', 'HEAD^{tree}');
    repository.git('replace', two ?? '', repository.git('commit-tree', '-m', 'another', tree));
    assert.deepEqual((await head(repository.root)).ancestors, [{ sha: one, back: 1 }]);
  });

  describe('has remotes', () => {
    const remotes = (text: string) => {
      repository.git('remote', 'remove', 'origin');
      appendFileSync(join(repository.root, '.git', 'config'), text);
      return open(repository.root).remotes();
    };

    it('with the longest matching insteadOf rule applied', async () => {
      const rules =
        '[url "https://git.example.com/"]\n\tinsteadOf = work:\n[url "https://long.example.com/"]\n\tinsteadOf = work:long/\n';
      assert.deepEqual(await remotes(`${rules}[remote "a"]\n\turl = work:x/y\n[remote "b"]\n\turl = work:long/y\n`), [
        { name: 'a', url: 'https://git.example.com/x/y' },
        { name: 'b', url: 'https://long.example.com/y' },
      ]);
    });

    it('with pushInsteadOf applied to pushing only', async () => {
      const rule = '[url "git@git.example.com:"]\n\tpushInsteadOf = https://mirror.example.com/\n';
      assert.deepEqual(await remotes(`${rule}[remote "a"]\n\turl = https://mirror.example.com/x/y\n`), [
        { name: 'a', url: 'https://mirror.example.com/x/y', pushUrl: 'git@git.example.com:x/y' },
      ]);
    });

    it('without a URL, with several URLs, and in local folders', async () => {
      const read = await remotes(
        '[remote "none"]\n\tfetch = +refs/heads/*:refs/remotes/none/*\n' +
          '[remote "two"]\n\turl = https://a.example.com/x\n\turl = https://b.example.com/x\n' +
          '[remote "local"]\n\turl = /srv/mein Ordner (fetch)/x.git\n[remote "file"]\n\turl = file:///srv/x.git\n',
      );
      const urls = Object.fromEntries(read.map((remote) => [remote.name, remote.url]));
      assert.deepEqual(
        [urls['two'], urls['local'], urls['file']],
        ['https://a.example.com/x', '/srv/mein Ordner (fetch)/x.git', 'file:///srv/x.git'],
      );
      // Some versions of git name such a remote by itself.
      assert.ok(['', 'none'].includes(urls['none'] ?? 'missing'));
    });
  });

  it("with a broken configuration is reported in git's own words", async () => {
    const one = open(repository.root);
    appendFileSync(join(repository.root, '.git', 'config'), '[broken\n');
    await assert.rejects(one.remotes(), { kind: 'git', reason: /bad config/ });
    assert.equal(await one.head('origin'), undefined);
  });
});
