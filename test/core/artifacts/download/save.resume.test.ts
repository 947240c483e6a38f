import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { overlapBytes } from '../../../../src/core/artifacts/download/partialFile';
import { saveArtifacts, type SaveOptions } from '../../../../src/core/artifacts/download/save';
import type { Build } from '../../../../src/core/model/build';
import { DownloadInterrupted, GitLabError, toFailure } from '../../../../src/core/model/errors';
import type { Fault } from '../../../gitlab/faults';
import { smallProject } from '../../../gitlab/scenarios';
import { startGitLab, type FakeGitLab, type FakeOptions } from '../../../gitlab/server';
import { developerToken } from '../../../gitlab/seed';
import { clientOf, errorOf, unhurried, type Access } from '../../support';
import { Disk, hash } from '../disk';
import { HurriedClock, openOf } from '../opening';

const project = 'group/sub.project';
const content = randomBytes(3_000_000);

for (const artifacts of ['direct', 'redirect'] as const) {
  describe(`saveArtifacts, when the connection breaks (${artifacts}),`, () => {
    let disk: Disk;
    let fake: FakeGitLab;
    let build: Build;
    let clock: HurriedClock;
    let time = Date.now();
    const signal = unhurried();
    const save = (changes: Partial<SaveOptions> = {}, access: Access = {}): Promise<string | undefined> =>
      saveArtifacts({
        root: disk.folder,
        directory: '.gitlab-builds',
        origin: { instance: fake.url, project },
        build,
        mayReplace: () => assert.fail('asked'),
        open: openOf(fake, project, build.id, signal, access),
        progress: () => {},
        signal,
        clock,
        ...changes,
      });
    const start = async (options: FakeOptions = {}): Promise<void> => {
      fake = await startGitLab({ artifacts, now: () => time, ...options });
      const { sha, project: made } = smallProject(fake.world);
      const init = { sha, name: 'big', status: 'success', artifacts: { filename: 'big.zip', content } };
      build = await clientOf(fake).build(project, fake.world.addBuild(made, init).id, signal);
    };
    const isArchive = ({ path }: { readonly path: string }): boolean => path.includes('/artifacts');
    /** Befalls whoever sends the bytes. */
    const befall = (...faults: readonly Fault[]): void => {
      const all = faults.map((fault) => ({ when: isArchive, ...fault }));
      if (artifacts === 'redirect') fake.storage.faults = all;
      else fake.faults = all;
    };
    const asked = () =>
      (artifacts === 'redirect' ? fake.storage : fake).requests
        .filter(isArchive)
        .map(({ headers }) => [headers.range, headers['if-range']] as const);
    const folder = () => disk.at('.gitlab-builds', `big-${build.id}`);
    const hidden = () => readdirSync(folder()).filter((name) => name.startsWith('.'));
    /** How far it got before it broke off; of what is sent last, some may be lost on the way. */
    const broken = async (saving: Promise<unknown>, sent: number): Promise<number> => {
      const error = await errorOf(saving);
      assert.ok(error instanceof DownloadInterrupted, String(error));
      assert.equal(error.total, content.length);
      assert.ok(error.bytes > overlapBytes && error.bytes <= sent, String(error.bytes));
      return error.bytes;
    };
    const brokenAt = async (sent: number): Promise<number> => {
      befall({ truncate: sent, times: 1 }, { reset: 'beforeHeaders' });
      const bytes = await broken(save(), sent);
      befall();
      fake.requests.length = fake.storage.requests.length = 0;
      return bytes;
    };
    const startsOf = (ranges: readonly (string | undefined)[]) =>
      ranges.map((range) => (range === undefined ? 0 : Number(/^bytes=(\d+)-$/.exec(range)?.[1])));

    beforeEach(async () => {
      disk = new Disk();
      clock = new HurriedClock();
      await start();
    });
    afterEach(async () => {
      disk.remove();
      await fake.close();
    });

    it('resumes at the same position if the file is unchanged', async () => {
      befall({ truncate: 1_000_000, times: 2 });
      const path = (await save()) ?? '';
      assert.equal(hash(readFileSync(path)), hash(content));
      const [first = -1, second = -1, third = -1, ...more] = startsOf(asked().map(([range]) => range));
      assert.deepEqual([first, more], [0, []]);
      assert.ok(second > 500_000 && second <= 1_000_000 && third > second + 500_000, `${second} ${third}`);
      const [none, validator, again] = asked().map(([, ifRange]) => ifRange);
      assert.equal(none, undefined);
      assert.ok(validator !== undefined && validator === again);
      assert.deepEqual(readdirSync(folder()), ['big.zip']);
    });

    it('resumes after a body that stalls', async () => {
      befall({ stall: 'midBody', times: 1 });
      const path = (await save({}, { limits: { idleMs: 50 } })) ?? '';
      assert.equal(hash(readFileSync(path)), hash(content));
      assert.match(asked()[1]?.[0] ?? '', /^bytes=1[0-9]{6}-$/);
    });

    it('gives up on a server that sends only a little each time', async () => {
      befall({ truncate: 1_000_000, times: 1 }, { truncate: 500 });
      await broken(save(), 1_003_000);
      assert.equal(asked().length, 6);
    });

    it('waits longer each time, until bytes arrive again', async () => {
      befall({ truncate: 1_000_000, times: 1 }, { truncate: 0, times: 2 }, { truncate: 1_000_000, times: 1 });
      await save();
      assert.deepEqual(clock.waits, [500, 1000, 2000, 500]);
    });

    it('counts the bytes of all connections', async () => {
      befall({ truncate: 1_000_000, times: 1 });
      const told: number[] = [];
      await save({ progress: ({ bytes, total }) => told.push(bytes, total ?? 0) });
      assert.deepEqual(told.slice(-2), [content.length, content.length]);
      assert.ok(told.every((bytes) => bytes <= content.length));
    });

    it('starts over if the file has changed', async () => {
      const other = randomBytes(content.length);
      befall({ truncate: 1_000_000, times: 1 });
      const change = (): void => {
        time += 60_000;
        fake.world.update(build, { artifacts: { filename: 'big.zip', content: other } });
      };
      const open = openOf(fake, project, build.id, signal);
      const opening: SaveOptions['open'] = async (from) => {
        if (from !== undefined) change();
        return open(from);
      };
      const path = (await save({ open: opening })) ?? '';
      assert.equal(hash(readFileSync(path)), hash(other));
      assert.equal(asked().length, 2);
    });

    it('gives up if nothing more arrives, says how far it got, and shows nothing under the final name', async () => {
      befall({ truncate: 1_000_000, times: 1 }, { reset: 'beforeHeaders' });
      const error = await errorOf(save());
      assert.ok(error instanceof DownloadInterrupted);
      assert.equal(error.total, content.length);
      assert.ok(error.cause instanceof GitLabError);
      assert.equal(toFailure(error).kind, 'offline');
      assert.deepEqual(clock.waits, [500, 1000, 2000, 4000, 8000]);
      assert.equal(hidden().length, 2);
      assert.deepEqual(readdirSync(folder()), hidden());
    });

    it('keeps neither the token nor a signed URL next to the partial file', async () => {
      await brokenAt(1_000_000);
      const sidecar = readFileSync(`${folder()}/${hidden().find((name) => name.endsWith('.json')) ?? ''}`, 'utf8');
      assert.doesNotMatch(sidecar, /signature|expires|amz/i);
      assert.ok(!sidecar.includes(developerToken) && !sidecar.includes(fake.storage.url));
    });

    it("resumes an earlier run's partial file after comparing its end with the server's", async () => {
      const bytes = await brokenAt(1_000_000);
      const path = (await save()) ?? '';
      assert.equal(hash(readFileSync(path)), hash(content));
      assert.deepEqual(startsOf(asked().map(([range]) => range)), [bytes - overlapBytes]);
      assert.deepEqual(readdirSync(folder()), ['big.zip']);
    });

    it('resumes over as many runs as necessary', async () => {
      let before = 0;
      for (const sent of [500_000, 1_000_000, 1_500_000]) {
        befall({ truncate: sent - before + overlapBytes, times: 1 }, { reset: 'beforeHeaders' });
        const bytes = await broken(save(), sent + overlapBytes);
        assert.ok(bytes > before);
        before = bytes;
      }
      befall();
      assert.equal(hash(readFileSync((await save()) ?? '')), hash(content));
    });

    it('resumes if everything had arrived except the confirmation', async () => {
      await brokenAt(content.length - 1);
      assert.equal(hash(readFileSync((await save()) ?? '')), hash(content));
    });

    it('starts over in a later run if the file has changed', async () => {
      await brokenAt(1_000_000);
      const other = randomBytes(content.length);
      fake.world.update(build, { artifacts: { filename: 'big.zip', content: other } });
      assert.equal(hash(readFileSync((await save()) ?? '')), hash(other));
      assert.deepEqual(readdirSync(folder()), ['big.zip']);
    });

    it('leaves nothing of an earlier run when it is aborted', async () => {
      await brokenAt(1_000_000);
      const controller = new AbortController();
      const reason = new Error('canceled');
      const open = openOf(fake, project, build.id, controller.signal);
      const progress = (): void => controller.abort(reason);
      assert.equal(await errorOf(save({ open, progress, signal: controller.signal })), reason);
      assert.deepEqual(disk.list(), ['.gitlab-builds/', '.gitlab-builds/.gitignore']);
    });

    it('leaves nothing of an earlier run when the artifacts are gone', async () => {
      await brokenAt(1_000_000);
      fake.world.erase(build);
      assert.equal(toFailure(await errorOf(save())).kind, 'notFound');
      assert.deepEqual(disk.list(), ['.gitlab-builds/', '.gitlab-builds/.gitignore']);
    });

    it("keeps the partial file when the server can't be reached at all", async () => {
      const bytes = await brokenAt(1_000_000);
      befall({ reset: 'beforeHeaders' });
      assert.equal(await broken(save(), 1_000_000), bytes);
      befall();
      assert.equal(hash(readFileSync((await save()) ?? '')), hash(content));
    });

    describe("with a proxy that doesn't support ranges", () => {
      beforeEach(async () => {
        await fake.close();
        await start({ ranges: 'dropped' });
      });

      it('starts over', async () => {
        befall({ truncate: 1_000_000, times: 1 });
        assert.equal(hash(readFileSync((await save()) ?? '')), hash(content));
      });

      it('gives up when it never gets further', async () => {
        befall({ truncate: 1_000_000 });
        await broken(save(), 1_000_000);
        assert.equal(asked().length, 6);
      });

      it('starts over in a later run', async () => {
        await brokenAt(1_000_000);
        assert.equal(hash(readFileSync((await save()) ?? '')), hash(content));
        assert.deepEqual(readdirSync(folder()), ['big.zip']);
      });
    });
  });
}
