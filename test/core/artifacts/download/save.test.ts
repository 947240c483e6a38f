import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { saveArtifacts, type SaveOptions } from '../../../../src/core/artifacts/download/save';
import type { Build } from '../../../../src/core/model/build';
import { DiskError } from '../../../../src/core/model/errors';
import { smallProject } from '../../../gitlab/scenarios';
import { startGitLab, type FakeGitLab } from '../../../gitlab/server';
import { buildWith, clientOf, unhurried } from '../../support';
import { Disk, hash } from '../disk';
import { HurriedClock, openOf } from '../opening';

const project = 'group/sub.project';
/** More than the kernel and Node hold in their buffers. */
const content = randomBytes(5_000_000);

describe('saveArtifacts', () => {
  let disk: Disk;
  let fake: FakeGitLab;
  let build: Build;
  const save = (changes: Partial<SaveOptions> = {}): Promise<string | undefined> => {
    const signal = changes.signal ?? unhurried();
    return saveArtifacts({
      root: disk.folder,
      directory: '.gitlab-builds',
      origin: { instance: fake.url, project },
      build,
      mayReplace: () => assert.fail('asked'),
      open: openOf(fake, project, build.id, signal),
      progress: () => {},
      signal,
      ...changes,
    });
  };
  const start = async (artifacts: 'direct' | 'redirect') => {
    fake = await startGitLab({ artifacts });
    const { sha, project: made } = smallProject(fake.world);
    const init = { sha, name: 'big', status: 'success', artifacts: { filename: 'big file.zip', content } };
    build = await clientOf(fake).build(project, fake.world.addBuild(made, init).id, unhurried());
  };

  beforeEach(async () => {
    disk = new Disk();
    await start('direct');
  });
  afterEach(async () => {
    disk.remove();
    await fake.close();
  });

  it('saves the complete file in a folder of the build, and nothing else', async () => {
    const path = (await save()) ?? '';
    assert.equal(path, disk.at('.gitlab-builds', `big-${build.id}`, 'big file.zip'));
    assert.equal(hash(readFileSync(path)), hash(content));
    assert.deepEqual(disk.list(), [
      '.gitlab-builds/',
      '.gitlab-builds/.gitignore',
      `.gitlab-builds/big-${build.id}/`,
      `.gitlab-builds/big-${build.id}/big file.zip`,
    ]);
  });

  it('saves a real archive as GitLab zipped it', async () => {
    build = await clientOf(fake).build(project, 4, unhurried());
    const saved = readFileSync((await save()) ?? '');
    const served = await fetch(
      `${fake.url}/api/v3/projects/1/builds/4/artifacts?private_token=developer-private-token`,
    );
    assert.equal(hash(saved), hash(Buffer.from(await served.arrayBuffer())));
    assert.equal(saved.length, build.artifacts?.size);
  });

  it('reports the bytes received, up to the size', async () => {
    const told: number[] = [];
    await save({ progress: ({ bytes }) => told.push(bytes) });
    assert.ok(told.length > 1);
    assert.deepEqual(
      told,
      [...told].sort((a, b) => a - b),
    );
    assert.equal(told.at(-1), content.length);
  });

  it('saves from the object storage, which never sees the token', async () => {
    await fake.close();
    await start('redirect');
    const path = (await save()) ?? '';
    assert.equal(hash(readFileSync(path)), hash(content));
    assert.equal(fake.storage.requests[0]?.headers['private-token'], undefined);
  });

  it('keeps two builds with the same name apart', async () => {
    const other = fake.world.retry({ id: build.id });
    fake.world.update(other, { artifacts: { filename: 'big file.zip', content: Buffer.from('other') } });
    const first = (await save()) ?? '';
    build = await clientOf(fake).build(project, other.id, unhurried());
    assert.notEqual(await save(), first);
    assert.equal(hash(readFileSync(first)), hash(content));
  });

  it('is never seen by git, not even during the download', async () => {
    const git = (...args: readonly string[]) =>
      execFileSync('git', args, {
        cwd: disk.folder,
        env: { ...process.env, GIT_CONFIG_GLOBAL: '', HOME: disk.folder },
      });
    git('init', '--quiet');
    const status = () => git('status', '--porcelain', '--untracked-files=all').toString();
    let during = '';
    await save({ progress: () => (during ||= status() || 'clean') });
    assert.deepEqual([during, status()], ['clean', '']);
    writeFileSync(disk.at('seen'), '');
    assert.equal(status(), '?? seen\n');
  });

  it('accepts a server that does not know the size', async () => {
    build = { ...build, artifacts: { filename: 'x.zip', size: 0 } };
    const body = (async function* () {
      yield Buffer.from('some');
      yield Buffer.from('thing');
    })();
    const path = await save({ open: async () => ({ size: undefined, body }) });
    assert.equal(readFileSync(path ?? '', 'utf8'), 'something');
  });

  const hostile: Readonly<Record<string, string>> = {
    '../../../evil': '-..-..-evil',
    '/etc/passwd': '-etc-passwd',
    '..\\evil': '-evil',
    'a\0b\nc': 'a b c',
    '.gitignore': 'gitignore',
    '..': 'unnamed',
  };
  for (const [filename, safe] of Object.entries(hostile)) {
    it(`saves a file called ${JSON.stringify(filename)} in its folder`, async () => {
      fake.world.update(build, { artifacts: { filename, content: Buffer.from('x') } });
      build = await clientOf(fake).build(project, build.id, unhurried());
      const path = (await save()) ?? '';
      assert.equal(relative(disk.at('.gitlab-builds', `big-${build.id}`), path), safe);
    });
  }

  it('saves a file without a name under a plain name', async () => {
    build = buildWith({ id: build.id, name: 'big' });
    assert.match((await save()) ?? '', /artifacts\.zip$/);
  });

  describe('if the file already exists', () => {
    let path: string;
    beforeEach(async () => {
      path = (await save()) ?? '';
      writeFileSync(path, 'mine');
      fake.requests.length = 0;
    });

    it('asks once, with its path', async () => {
      const asked: string[] = [];
      await save({ mayReplace: async (file) => asked.push(file) > 0 });
      assert.deepEqual(asked, [path]);
    });

    it('replaces it with permission', async () => {
      assert.equal(await save({ mayReplace: async () => true }), path);
      assert.equal(hash(readFileSync(path)), hash(content));
    });

    it('keeps it without permission, and downloads nothing', async () => {
      const before = disk.list();
      assert.equal(await save({ mayReplace: async () => false }), undefined);
      assert.equal(readFileSync(path, 'utf8'), 'mine');
      assert.deepEqual([disk.list(), fake.requests.length], [before, 0]);
    });

    it('keeps it until the new one is complete', async () => {
      const seen = new Set<string>();
      await save({ mayReplace: async () => true, progress: () => seen.add(readFileSync(path, 'utf8').slice(0, 4)) });
      assert.deepEqual([...seen], ['mine']);
    });

    it("keeps it when the new one doesn't arrive complete", async () => {
      const before = disk.list();
      fake.faults = [{ when: ({ path: asked }) => asked.endsWith('/artifacts'), reset: 'midBody' }];
      await assert.rejects(save({ mayReplace: async () => true, clock: new HurriedClock() }));
      assert.equal(readFileSync(path, 'utf8'), 'mine');
      const shown = disk.list().filter((name) => !/\/\.gitlab-builds-[^/]*$/.test(name));
      assert.deepEqual(shown, before);
    });

    it('puts the new one in place of a link, not where that leads', async () => {
      const target = disk.at('target');
      writeFileSync(target, 'mine');
      rmSync(path);
      symlinkSync(target, path);
      await save({ mayReplace: async () => true });
      assert.equal(readFileSync(target, 'utf8'), 'mine');
      assert.equal(hash(readFileSync(path)), hash(content));
    });

    it('refuses if it is a folder', async () => {
      rmSync(path);
      mkdirSync(path);
      await assert.rejects(save(), (error) => error instanceof DiskError && error.kind === 'exists');
      assert.equal(fake.requests.length, 0);
    });
  });
});
