import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { open, writeFile } from 'node:fs/promises';
import { platform } from 'node:process';
import { promisify } from 'node:util';
import { saveArtifacts, type SaveOptions } from '../../../../src/core/artifacts/download/save';
import type { FileResponse } from '../../../../src/core/artifacts/archive/remoteArchive';
import type { Build } from '../../../../src/core/model/build';
import { DiskError, toFailure, type DiskFailureKind, type FailureKind } from '../../../../src/core/model/errors';
import type { HttpLimits } from '../../../../src/core/gitlab/http/httpLimits';
import { badGateway, htmlPage, serverError, signInRedirect, type Fault } from '../../../gitlab/faults';
import { smallProject } from '../../../gitlab/scenarios';
import { startGitLab, type FakeGitLab } from '../../../gitlab/server';
import { buildWith, clientOf, errorOf as rejectionOf, unhurried } from '../../support';
import { Disk } from '../disk';
import { HurriedClock, openOf } from '../opening';
import { bundle } from '../program';

const project = 'group/sub.project';
const content = Buffer.alloc(3_000_000, 'content ');

/** A download that a test makes by hand. */
async function* chunks(...given: readonly (string | (() => Promise<void>))[]): AsyncGenerator<Uint8Array> {
  for (const chunk of given) {
    if (typeof chunk === 'string') yield Buffer.from(chunk);
    else await chunk();
  }
}

describe('saveArtifacts, when it fails,', () => {
  let disk: Disk;
  let before: readonly string[];
  const options = (build: Build, changes: Partial<SaveOptions> = {}): SaveOptions => ({
    root: disk.at('root'),
    directory: '.gitlab-builds',
    origin: { instance: 'https://gitlab.example', project },
    build,
    clock: new HurriedClock(),
    mayReplace: () => assert.fail('asked'),
    open: () => assert.fail('opened'),
    progress: () => {},
    signal: unhurried(),
    ...changes,
  });

  beforeEach(() => {
    disk = new Disk();
    mkdirSync(disk.at('root'));
    before = disk.list();
  });
  afterEach(() => disk.remove());

  /** What it fails with, having left nothing behind. */
  const errorOf = async (saving: Promise<unknown>): Promise<unknown> => {
    const error = await rejectionOf(saving);
    assert.deepEqual(disk.list(), before);
    return error;
  };
  const kindOf = async (saving: Promise<unknown>): Promise<FailureKind> => toFailure(await errorOf(saving)).kind;

  describe('leaves nothing behind', () => {
    let fake: FakeGitLab;
    let build: Build;
    const save = (changes: Partial<SaveOptions> = {}, limits: Partial<HttpLimits> = {}) => {
      const signal = changes.signal ?? unhurried();
      const open = openOf(fake, project, build.id, signal, { limits });
      return saveArtifacts(options(build, { open, ...changes }));
    };

    beforeEach(async () => {
      fake = await startGitLab();
      const { sha, project: made } = smallProject(fake.world);
      const init = { sha, name: 'big', status: 'success', artifacts: { filename: 'big.zip', content } };
      build = await clientOf(fake).build(project, fake.world.addBuild(made, init).id, unhurried());
    });
    afterEach(() => fake.close());

    const faults: Readonly<Record<string, readonly [() => Fault, FailureKind]>> = {
      'a connection reset before the headers': [() => ({ reset: 'beforeHeaders' }), 'offline'],
      'a body that breaks off before it is worth keeping': [() => ({ truncate: 500 }), 'offline'],
      'a body that never starts': [() => ({ truncate: 0 }), 'offline'],
      'an HTML page in place of the file': [htmlPage, 'notGitLab'],
      'the sign-in page in place of the file': [() => signInRedirect(fake.url), 'notGitLab'],
      'a server error': [serverError, 'server'],
      'a proxy error': [badGateway, 'server'],
    };
    for (const [what, [fault, kind]] of Object.entries(faults)) {
      it(`after ${what}`, async () => {
        fake.faults = [{ ...fault(), when: ({ path }) => path.endsWith('/artifacts') }];
        assert.equal(await kindOf(save()), kind);
      });
    }

    it('if the artifacts are gone', async () => {
      fake.world.erase(build);
      assert.equal(await kindOf(save()), 'notFound');
    });

    it('if the user cancels before it, at its headers and in the middle', async () => {
      const reason = new Error('canceled');
      assert.equal(await errorOf(save({ signal: AbortSignal.abort(reason) })), reason);
      const atOnce = new AbortController();
      fake.faults = [{ when: ({ path }) => path.endsWith('/artifacts') && (atOnce.abort(reason), false) }];
      assert.equal(await errorOf(save({ signal: atOnce.signal })), reason);
      fake.faults = [];
      const amid = new AbortController();
      assert.equal(await errorOf(save({ signal: amid.signal, progress: () => amid.abort(reason) })), reason);
    });

    // Only Linux is sure to have a limit on the size of files, the next best to a small disk.
    if (platform === 'linux') {
      it('if the disk is full', async () => {
        const program = await bundle('test/core/artifacts/download.program.ts', disk.folder);
        const wanted = JSON.stringify({ url: fake.url, root: disk.at('root'), project, build: build.id });
        const limited = ['-c', 'ulimit -f 2000 && exec "$@"', 'bash', process.execPath, program, wanted];
        const error = await rejectionOf(promisify(execFile)('bash', limited));
        assert.match(String(error), /DiskError: disk EFBIG/);
        assert.deepEqual(disk.list(), ['program.mjs', ...before]);
      });
    }

    it("if the file's size differs from the announced one", async () => {
      for (const size of [content.length - 1, content.length + 1]) {
        build = { ...build, artifacts: { filename: 'big.zip', size } };
        const error = await errorOf(save());
        assert.ok(error instanceof DiskError);
        assert.deepEqual([error.kind, error.detail], ['incomplete', `${content.length}/${size}`]);
      }
    });
  });

  describe('says why:', () => {
    const build = buildWith({ name: 'rspec', id: 7, artifacts: { filename: 'x.zip', size: 0 } });
    const diskErrorOf = async (changes: Partial<SaveOptions>): Promise<DiskError> => {
      const error = await errorOf(saveArtifacts(options(build, changes)));
      assert.ok(error instanceof DiskError, String(error));
      return error;
    };
    const opening = (body: AsyncIterable<Uint8Array>, size?: number) => async (): Promise<FileResponse> => ({
      size,
      body,
    });

    it('fewer or more bytes arrived than Content-Length says', async () => {
      for (const size of [8, 10]) {
        const { kind, detail } = await diskErrorOf({ open: async () => ({ size, body: chunks('some', 'thing') }) });
        assert.deepEqual([kind, detail], ['incomplete', `9/${size}`]);
      }
    });

    it('the directory is outside of the workspace', async () => {
      const { kind, detail } = await diskErrorOf({ directory: '../outside' });
      assert.deepEqual([kind, detail], ['outsideWorkspace', '../outside']);
    });

    it('a file is in the way', async () => {
      writeFileSync(disk.at('root', 'file'), '');
      before = disk.list();
      assert.equal((await diskErrorOf({ directory: 'file' })).kind, 'exists');
      assert.equal((await diskErrorOf({ root: disk.at('root', 'file') })).kind, 'exists');
    });

    it('the workspace is gone', async () => {
      const { kind, detail } = await diskErrorOf({ root: disk.at('nowhere') });
      assert.deepEqual([kind, detail], ['disk', `ENOENT ${disk.at('nowhere')}`]);
    });

    // Only Linux has a disk that is always full.
    if (platform === 'linux') {
      it('the disk is full', async () => {
        const { kind } = await diskErrorOf({ open: opening(chunks('some', () => writeFile('/dev/full', 'thing'))) });
        assert.equal(kind, 'noSpace');
      });
    }

    const codes: Readonly<Record<string, DiskFailureKind>> = {
      ENOSPC: 'noSpace',
      EDQUOT: 'noSpace',
      EACCES: 'denied',
      EPERM: 'denied',
      EROFS: 'denied',
      EBUSY: 'inUse',
      EIO: 'disk',
      EMFILE: 'disk',
    };
    for (const [code, kind] of Object.entries(codes)) {
      it(`${code} of the file system is ${kind}`, async () => {
        const cause = Object.assign(new Error(code), { code, path: '/x', syscall: 'open' });
        const error = await diskErrorOf({ open: opening(chunks('some', () => Promise.reject(cause))) });
        assert.deepEqual([error.kind, error.cause], [kind, cause]);
      });
    }

    for (const code of ['EBUSY', 'EPERM', 'EACCES']) {
      it(`${code} when the file gets its name means that it is in use`, async () => {
        const cause = Object.assign(new Error(code), { code, path: '/x.part', dest: '/x.zip', syscall: 'rename' });
        const { kind, detail } = await diskErrorOf({ open: opening(chunks('some', () => Promise.reject(cause))) });
        assert.deepEqual([kind, detail], ['inUse', '/x.zip']);
      });
    }

    it("errors that aren't from the disk are passed through", async () => {
      const error = new RangeError('odd');
      assert.equal(await errorOf(saveArtifacts(options(build, { open: () => Promise.reject(error) }))), error);
    });

    it('a prompt that fails is passed through', async () => {
      mkdirSync(disk.at('root', '.gitlab-builds', 'rspec-7'), { recursive: true });
      writeFileSync(disk.at('root', '.gitlab-builds', '.gitignore'), '*\n');
      await (await open(disk.at('root', '.gitlab-builds', 'rspec-7', 'x.zip'), 'w')).close();
      before = disk.list();
      const error = new Error('the window is gone');
      assert.equal(await errorOf(saveArtifacts(options(build, { mayReplace: () => Promise.reject(error) }))), error);
    });
  });
});
