import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import {
  appendFileSync,
  cpSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { array, assert as check, asyncProperty, boolean, integer, nat, record } from 'fast-check';
import { overlapBytes } from '../../../../src/core/artifacts/download/partialFile';
import { saveArtifacts, type SaveOptions } from '../../../../src/core/artifacts/download/save';
import type { FileResponse } from '../../../../src/core/artifacts/archive/remoteArchive';
import type { ResumePoint, StartDownload } from '../../../../src/core/artifacts/download/transfer';
import {
  DiskError,
  DownloadInterrupted,
  GitLabError,
  toFailure,
  type FailureKind,
} from '../../../../src/core/model/errors';
import { buildWith, errorOf, unhurried } from '../../support';
import { Disk, hash } from '../disk';
import { HurriedClock, piecewise, Scripted, serving } from '../opening';

const content = randomBytes(2_000_000);
/** As long as the first. */
const other = randomBytes(content.length);
const validator = '"v1"';
const offline = new GitLabError({ kind: 'offline', host: 'gitlab.example' });
const day = 24 * 60 * 60_000;

describe('A partial download', () => {
  let disk: Disk;
  let clock: HurriedClock;
  const build = buildWith({ id: 7, name: 'rspec', artifacts: { filename: 'x.zip', size: content.length } });
  const folder = () => disk.at('.gitlab-builds', 'rspec-7');
  const hidden = (ending: string) => readdirSync(folder()).filter((name) => new RegExp(`^\\..*${ending}$`).test(name));
  const pathOf = (ending: 'part' | 'json') => join(folder(), hidden(ending)[0] ?? '');
  const save = (open: StartDownload, changes: Partial<SaveOptions> = {}): Promise<string | undefined> =>
    saveArtifacts({
      root: disk.folder,
      directory: '.gitlab-builds',
      origin: { instance: 'https://gitlab.example', project: 'group/project' },
      build,
      mayReplace: () => assert.fail('asked'),
      open,
      progress: () => {},
      signal: unhurried(),
      clock,
      ...changes,
    });
  /** A run that breaks off after a million bytes. */
  const leave = async (changes: Partial<SaveOptions> = {}, said: Partial<FileResponse> = {}): Promise<unknown> => {
    const body = piecewise(content.subarray(0, 1_000_000), offline);
    const { open } = new Scripted([() => ({ size: content.length, validator, body, ...said }), () => offline]);
    return errorOf(save(open, changes));
  };
  /** What the next run asks for, having checked that it gets the file whole and leaves nothing else. */
  const goOn = async (changes: Partial<SaveOptions> = {}): Promise<readonly (ResumePoint | undefined)[]> => {
    const server = new Scripted([serving(content, validator)]);
    const path = (await save(server.open, changes)) ?? '';
    assert.equal(hash(readFileSync(path)), hash(content));
    return server.asked;
  };

  const sidecar = (): Record<string, unknown> =>
    JSON.parse(readFileSync(pathOf('json'), 'utf8')) as Record<string, unknown>;
  const claim = (changes: Record<string, unknown>) => () =>
    writeFileSync(pathOf('json'), JSON.stringify({ ...sidecar(), ...changes }));

  beforeEach(() => {
    disk = new Disk();
    clock = new HurriedClock();
  });
  afterEach(() => disk.remove());

  it('is resumed', async () => {
    assert.ok((await leave()) instanceof DownloadInterrupted);
    assert.deepEqual(await goOn(), [{ start: 1_000_000 - overlapBytes, validator }]);
    assert.deepEqual(readdirSync(folder()), ['x.zip']);
  });

  it('is not kept if the server does not send a validator', async () => {
    assert.equal(await leave({}, { validator: undefined }), offline);
    assert.deepEqual(disk.list(), []);
  });

  const others: Readonly<Record<string, Partial<SaveOptions>>> = {
    'another instance': { origin: { instance: 'https://other.example', project: 'group/project' } },
    'another project': { origin: { instance: 'https://gitlab.example', project: 'group/other' } },
  };
  for (const [what, changes] of Object.entries(others))
    it(`is never resumed by a download of ${what}`, async () => {
      await leave(changes);
      assert.deepEqual(await goOn(), [undefined]);
    });

  it('is never resumed by a download of another size', async () => {
    await leave({ build: { ...build, artifacts: { filename: 'x.zip', size: 0 } } }, { size: content.length + 1 });
    assert.deepEqual(await goOn(), [undefined]);
  });

  it('is resumed if GitLab does not know the size', async () => {
    const unsized = { ...build, artifacts: { filename: 'x.zip', size: 0 } };
    await leave({ build: unsized });
    assert.equal((await goOn({ build: unsized })).length, 1);
  });

  it('is useless if the server sends another validator', async () => {
    await leave();
    claim({ validator: '"v0"' })();
    assert.deepEqual(await goOn(), [{ start: 1_000_000 - overlapBytes, validator: '"v0"' }]);
  });

  it('is never resumed by a download of another build, whatever its folder', async () => {
    await leave();
    const other = { ...build, id: 8 };
    cpSync(folder(), disk.at('.gitlab-builds', 'rspec-8'), { recursive: true });
    assert.deepEqual(await goOn({ build: other }), [undefined]);
  });

  const damages: Readonly<Record<string, () => void>> = {
    'a missing sidecar': () => rmSync(pathOf('json')),
    'an empty sidecar': () => truncateSync(pathOf('json')),
    'half a sidecar': () => truncateSync(pathOf('json'), 40),
    'a sidecar that is not an object': () => writeFileSync(pathOf('json'), '[]'),
    'a null sidecar': () => writeFileSync(pathOf('json'), 'null'),
    'a huge sidecar': () => appendFileSync(pathOf('json'), ' '.repeat(100_000)),
    'a sidecar that is a folder': () => {
      const path = pathOf('json');
      rmSync(path);
      mkdirSync(path);
    },
    'a sidecar without a validator': claim({ validator: undefined }),
    'a sidecar with a validator that breaks the header': claim({ validator: 'x"\r\nHost: evil' }),
    'a sidecar of another instance': claim({ instance: 'https://evil.example' }),
    'a sidecar of another build': claim({ build: 8 }),
    'a sidecar of another size': claim({ total: 1_500_000 }),
    'a sidecar of another file on the disk': claim({ file: '1-1' }),
    'a sidecar that contains nonsense': claim({ total: 'much', pid: {} }),
    'a missing part': () => rmSync(pathOf('part')),
    'a part that is longer than the whole file': () => appendFileSync(pathOf('part'), Buffer.alloc(1_500_000)),
    'a part that is too short to be compared': () => truncateSync(pathOf('part'), 100),
    'a part that ends with zeros': () => {
      truncateSync(pathOf('part'), 990_000);
      truncateSync(pathOf('part'), 1_000_000);
    },
    'a part that came with a repository': () => {
      const path = pathOf('part');
      cpSync(path, `${path}.copy`);
      renameSync(`${path}.copy`, path);
    },
  };
  for (const [what, damage] of Object.entries(damages))
    it(`is started over if there is ${what}`, async () => {
      await leave();
      damage();
      assert.equal((await goOn()).at(-1), undefined);
      assert.deepEqual(
        readdirSync(folder()).filter((name) => !name.endsWith('.json')),
        ['x.zip'],
      );
    });

  const links: Readonly<Record<string, (target: string, path: string) => void>> = {
    symbolic: symlinkSync,
    hard: linkSync,
  };
  for (const [kind, link] of Object.entries(links))
    it(`is never written through a ${kind} link`, async () => {
      await leave();
      const target = disk.at('target');
      cpSync(pathOf('part'), target);
      const path = pathOf('part');
      rmSync(path);
      link(target, path);
      await goOn();
      assert.equal(hash(readFileSync(target)), hash(content.subarray(0, 1_000_000)));
    });

  it('is left alone while another download of the same file is running, and both finish complete', async () => {
    let both: Promise<unknown> | undefined;
    const first = new Scripted([serving(content, validator)]);
    const second = new Scripted([serving(content, validator)]);
    const progress = () => void (both ??= save(second.open, { mayReplace: async () => true }));
    const path = (await save(first.open, { progress })) ?? '';
    await both;
    assert.deepEqual([first.asked, second.asked], [[undefined], [undefined]]);
    assert.equal(hash(readFileSync(path)), hash(content));
    assert.deepEqual(readdirSync(folder()), ['x.zip']);
  });

  it('goes to only one of two downloads that want it', async () => {
    await leave();
    const servers = [new Scripted([serving(content, validator)]), new Scripted([serving(content, validator)])];
    const paths = await Promise.all(servers.map(({ open }) => save(open, { mayReplace: async () => true })));
    const starts = servers.flatMap(({ asked }) => asked.map((from) => from?.start ?? 0));
    assert.ok(starts.filter((start) => start > 0).length <= 1, String(starts));
    assert.equal(hash(readFileSync(paths[0] ?? '')), hash(content));
    assert.deepEqual(readdirSync(folder()), ['x.zip']);
  });

  it('is taken over if its process ID is in use by a process without the download', async () => {
    await leave();
    claim({ pid: process.pid })();
    const old = new Date(Date.now() - 3_600_000);
    for (const ending of ['part', 'json'] as const) utimesSync(pathOf(ending), old, old);
    assert.equal((await goOn())[0]?.start, 1_000_000 - overlapBytes);
  });

  it('is removed after seven days, as soon as something is downloaded into its folder, and no other file is', async () => {
    const other = { origin: { instance: 'https://other.example', project: 'group/project' } };
    await leave(other);
    const mine = join(folder(), '.gitlab-builds-mine.part');
    writeFileSync(mine, 'mine');
    const age = (ms: number) => {
      for (const name of readdirSync(folder())) {
        const at = new Date(Date.now() - ms);
        utimesSync(join(folder(), name), at, at);
      }
    };
    age(6 * day);
    await goOn();
    assert.equal(hidden('').length, 3);
    rmSync(join(folder(), 'x.zip'));
    age(8 * day);
    await goOn();
    assert.deepEqual(readdirSync(folder()), ['.gitlab-builds-mine.part', 'x.zip']);
  });

  const kinds: Readonly<Record<string, boolean>> = {
    offline: true,
    timeout: true,
    server: true,
    rateLimited: true,
    notGitLab: true,
    tls: true,
    storage: true,
    unauthorized: false,
    forbidden: false,
    notFound: false,
    refused: false,
  };
  for (const [kind, isKept] of Object.entries(kinds))
    it(`${isKept ? 'is' : 'is not'} kept when the download ends because of ${kind}`, async () => {
      const failure = new GitLabError({ kind: kind as FailureKind, host: 'gitlab.example' });
      const body = piecewise(content.subarray(0, 1_000_000), offline);
      const server = new Scripted([() => ({ size: content.length, validator, body }), () => failure]);
      const error = await errorOf(save(server.open));
      if (!isKept) assert.deepEqual([error, disk.list()], [failure, []]);
      else assert.ok(error instanceof DownloadInterrupted && error.cause === failure && error.bytes === 1_000_000);
    });

  it("becomes exactly the server's bytes, or no file, however the connections break", async () => {
    const connection = record({ bytes: integer({ min: 0, max: 700_000 }), breaks: boolean(), ranges: boolean() });
    const world = record({ runs: array(array(connection, { maxLength: 5 }), { maxLength: 3 }), changes: nat(3) });
    const holds = asyncProperty(world, async ({ runs, changes }) => {
      const own = new Disk();
      try {
        for (const [index, connections] of runs.entries()) {
          // At some time there is another file of the same size.
          const state = index >= changes ? 'new' : 'old';
          const bytes = state === 'new' ? other : content;
          const answers = connections.map(({ bytes: count, breaks, ranges }) => (from: ResumePoint | undefined) => {
            const whole = serving(bytes, `"${state}"`)(ranges ? from : undefined);
            const start = whole.range?.start ?? 0;
            return breaks ? { ...whole, body: piecewise(bytes.subarray(start, start + count), offline) } : whole;
          });
          const { open } = new Scripted([...answers, () => offline]);
          const options = { root: own.folder, mayReplace: async () => true };
          const path = await save(open, options).catch(() => undefined);
          if (path !== undefined) assert.ok(readFileSync(path).equals(bytes));
          const named = own.list().filter((name) => name.endsWith('x.zip')).length;
          assert.ok(named <= 1);
          for (const name of own.list().filter((one) => one.endsWith('x.zip')))
            assert.ok([content, other].some((one) => readFileSync(own.at(name)).equals(one)));
        }
      } finally {
        own.remove();
      }
    });
    await check(holds, { numRuns: 60 });
  });

  describe('compared with a server that responds oddly', () => {
    const range = { start: 1_000_000 - overlapBytes, end: content.length, total: content.length };
    const part = (changes: Partial<FileResponse>) => (): FileResponse => ({
      size: content.length - range.start,
      range,
      validator,
      body: piecewise(content.subarray(range.start)),
      ...changes,
    });
    const whole = serving(content, undefined);
    const odd: Readonly<Record<string, () => FileResponse | Error>> = {
      'a part from another position': part({ range: { ...range, start: range.start - 1 } }),
      'a part of a file of another size': part({ range: { ...range, total: content.length + 1 } }),
      'a part of another version of the file': part({ validator: '"v2"' }),
      'different bytes': part({ body: piecewise(randomBytes(content.length - range.start)) }),
      'a shorter file': () => new GitLabError({ kind: 'refused', status: 416 }),
    };
    for (const [what, answer] of Object.entries(odd))
      it(`is started over at ${what}`, async () => {
        await leave();
        const server = new Scripted([answer, whole]);
        assert.equal(hash(readFileSync((await save(server.open)) ?? '')), hash(content));
        assert.deepEqual(
          server.asked.map((from) => from?.start),
          [range.start, undefined],
        );
      });

    it('accepts a part without a validator', async () => {
      await leave();
      const server = new Scripted([part({ validator: undefined })]);
      assert.equal(hash(readFileSync((await save(server.open)) ?? '')), hash(content));
    });

    const refused: Readonly<Record<string, () => FileResponse>> = {
      'more than announced': part({ body: piecewise(Buffer.concat([content, content]).subarray(range.start)) }),
      'a part instead of the file': part({ validator: '"v2"' }),
    };
    for (const [what, answer] of Object.entries(refused))
      it(`refuses ${what}, and leaves nothing`, async () => {
        await leave();
        const error = await errorOf(save(new Scripted([answer]).open));
        assert.ok(error instanceof DiskError ? error.kind === 'incomplete' : toFailure(error).kind === 'invalidAnswer');
        assert.deepEqual(disk.list(), ['.gitlab-builds/', '.gitlab-builds/.gitignore']);
      });
  });
});
