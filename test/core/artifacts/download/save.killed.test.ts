import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { overlapBytes } from '../../../../src/core/artifacts/download/partialFile';
import { saveArtifacts, type SaveOptions } from '../../../../src/core/artifacts/download/save';
import { systemClock, type Clock } from '../../../../src/core/util/timer';
import type { Build } from '../../../../src/core/model/build';
import { DownloadInterrupted } from '../../../../src/core/model/errors';
import { smallProject } from '../../../gitlab/scenarios';
import { startGitLab, type FakeGitLab } from '../../../gitlab/server';
import { clientOf, errorOf, unhurried } from '../../support';
import { Disk, hash } from '../disk';
import { HurriedClock, openOf } from '../opening';
import { bundle } from '../program';
import { until } from '../../../until';

const project = 'group/sub.project';
const content = randomBytes(3_000_000);
const started = Date.now();

describe('saveArtifacts, when something is killed,', () => {
  let disk: Disk;
  let fake: FakeGitLab;
  let build: Build;
  const signal = unhurried();
  const options = (changes: Partial<SaveOptions> = {}): SaveOptions => ({
    root: disk.at('root'),
    directory: '.gitlab-builds',
    origin: { instance: fake.url, project },
    build,
    mayReplace: () => assert.fail('asked'),
    open: openOf(fake, project, build.id, signal),
    progress: () => {},
    signal,
    clock: new HurriedClock(),
    ...changes,
  });
  /** The same GitLab each time, as far as its artifacts can tell. */
  const start = async (port?: number): Promise<void> => {
    fake = await startGitLab({ now: () => started, ...(port === undefined ? {} : { port }) });
    const { sha, project: made } = smallProject(fake.world);
    const init = { sha, name: 'big', status: 'success', artifacts: { filename: 'big.zip', content } };
    build = await clientOf(fake).build(project, fake.world.addBuild(made, init).id, signal);
  };
  const folder = () => disk.at('root', '.gitlab-builds', `big-${build.id}`);
  const partBytes = (): number => {
    const name = disk.list().find((one) => one.endsWith('.part'));
    return name === undefined ? 0 : (statSync(disk.at(name), { throwIfNoEntry: false })?.size ?? 0);
  };
  const ranges = () =>
    fake.requests.flatMap(({ path, headers }) => (path.endsWith('/artifacts') ? [headers.range] : []));

  beforeEach(async () => {
    disk = new Disk();
    mkdirSync(disk.at('root'));
    await start();
  });
  afterEach(async () => {
    disk.remove();
    await fake.close();
  });

  it('the extension host: shows nothing under the final name, and the next one resumes', async () => {
    fake.faults = [{ stall: 'midBody', times: 1, when: ({ path }) => path.endsWith('/artifacts') }];
    const program = await bundle('test/core/artifacts/download.program.ts', disk.folder);
    const wanted = { url: fake.url, root: disk.at('root'), project, build: build.id };
    const child = spawn(process.execPath, [program, JSON.stringify(wanted)], { stdio: 'inherit' });
    await until('a megabyte', () => {
      assert.equal(child.exitCode, null);
      return partBytes() >= 1_000_000;
    });
    child.kill('SIGKILL');
    await once(child, 'exit');
    const left = partBytes();
    assert.deepEqual(
      readdirSync(folder()).filter((name) => !name.startsWith('.')),
      [],
    );
    fake.requests.length = 0;
    const path = (await saveArtifacts(options())) ?? '';
    assert.equal(hash(readFileSync(path)), hash(content));
    assert.deepEqual(ranges(), [`bytes=${left - overlapBytes}-`]);
    assert.deepEqual(readdirSync(folder()), ['big.zip']);
  });

  it('the server: shows nothing under the final name, and resumes when it is back', async () => {
    fake.faults = [{ stall: 'midBody', times: 1, when: ({ path }) => path.endsWith('/artifacts') }];
    const saving = errorOf(saveArtifacts(options()));
    await until('a megabyte', () => partBytes() >= 1_000_000);
    await fake.close();
    const error = await saving;
    assert.ok(error instanceof DownloadInterrupted);
    assert.deepEqual(
      readdirSync(folder()).filter((name) => !name.startsWith('.')),
      [],
    );
    await start(Number(new URL(fake.url).port));
    const path = (await saveArtifacts(options())) ?? '';
    assert.equal(hash(readFileSync(path)), hash(content));
    assert.deepEqual(ranges(), [`bytes=${error.bytes - overlapBytes}-`]);
    assert.deepEqual(readdirSync(folder()), ['big.zip']);
  });

  it('the server, which is back before the download gives up: resumes in the same run', async () => {
    fake.faults = [{ stall: 'midBody', times: 1, when: ({ path }) => path.endsWith('/artifacts') }];
    // It comes back while the download waits to try again.
    const clock: Clock = {
      ...systemClock,
      setTimeout: (action) => {
        void start(Number(new URL(fake.url).port)).then(action);
        return setTimeout(() => {}, 0);
      },
    };
    const saving = saveArtifacts(options({ clock }));
    await until('a megabyte', () => partBytes() >= 1_000_000);
    await fake.close();
    const path = (await saving) ?? '';
    assert.equal(hash(readFileSync(path)), hash(content));
    assert.equal(ranges().length, 1);
    assert.match(ranges()[0] ?? '', /^bytes=1\d{6}-$/);
    assert.deepEqual(readdirSync(folder()), ['big.zip']);
  });
});
