import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { cwd, execPath } from 'node:process';
import { build } from 'esbuild';
import type { Archive } from '../../../../src/core/artifacts/archive/archive';
import { extract } from '../../../../src/core/artifacts/extract/extract';
import { defaultLimits } from '../../../../src/core/artifacts/extract/extractLimits';
import { release, stagingFolder, sweepUnpacked } from '../../../../src/core/artifacts/download/stagingFolder';
import { systemClock } from '../../../../src/core/util/timer';
import { unhurried } from '../../support';
import { archiveOf, filesOf } from '../archives';
import { Disk } from '../disk';
import { rawZip } from '../rawZip';

/** Unpacks argv[2] as argv[3], says so when it is at the moment argv[4], and never goes on. */
const program = `
import { rename } from 'node:fs/promises';
import { extract } from './src/core/artifacts/extract/extract';
import { defaultLimits } from './src/core/artifacts/extract/extractLimits';
import { fileAccess, openZip } from './src/core/artifacts/archive/zip';

const [, , zip = '', target = '', moment = ''] = process.argv;
const stay = () => (process.stdout.write('there'), new Promise<never>(() => setInterval(() => {}, 1000)));

async function main(): Promise<void> {
  const { signal } = new AbortController();
  const archive = await openZip(await fileAccess(zip), signal);
  let moves = 0;
  await extract({
    archive: {
      ...archive,
      async *open(entry, until) {
        if (entry.path !== 'stays' || moment !== 'writing') return yield* archive.open(entry, until);
        yield Buffer.from('half');
        await stay();
      },
    },
    target,
    limits: defaultLimits,
    progress: () => {},
    signal,
    move: async (from, to) => {
      if (moment === 'move ' + moves++) await stay();
      await rename(from, to);
    },
  });
  await stay();
}

void main();
`;

describe('A process that is killed while it extracts', () => {
  let disk: Disk;
  const zip = rawZip([
    { name: 'a', content: 'a' },
    { name: 'b/c', content: 'c' },
    { name: 'stays', content: 'whole' },
  ]);
  const whole = { a: 'a', 'b/': undefined, 'b/c': 'c', stays: 'whole' };

  before(async () => {
    disk = new Disk();
    const stdin = { contents: program, resolveDir: cwd(), loader: 'ts' } as const;
    await build({ stdin, outfile: disk.at('program.cjs'), bundle: true, platform: 'node', format: 'cjs' });
    writeFileSync(disk.at('archive.zip'), zip);
  });
  after(() => disk.remove());

  const killAt = async (target: string, moment: string): Promise<void> => {
    const child = spawn(execPath, [disk.at('program.cjs'), disk.at('archive.zip'), target, moment]);
    const failures: Buffer[] = [];
    child.stderr.on('data', (data: Buffer) => failures.push(data));
    const said = await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
    assert.equal(String(said[0]), 'there', String(Buffer.concat(failures)));
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  };
  const unpack = (archive: Archive, target: string) =>
    extract({ archive, target, limits: defaultLimits, progress: () => {}, signal: unhurried() });
  const again = async (target: string) => unpack(await archiveOf(zip), target);
  /** Hidden folders of ours. */
  const leftIn = (folder: string) => readdirSync(folder).filter((name) => name.startsWith('.gitlab-builds-'));

  it('in the middle of a file leaves nothing under the name, and the next run removes what it left', async () => {
    const folder = disk.at('new');
    mkdirSync(folder);
    await killAt(join(folder, 'target'), 'writing');
    const left = leftIn(folder);
    assert.deepEqual(readdirSync(folder), left);
    assert.equal(left.length, 1);
    assert.equal(readFileSync(join(folder, left[0]!, 'stays'), 'utf8'), 'half');
    await again(join(folder, 'target'));
    assert.deepEqual(readdirSync(folder), ['target']);
    assert.deepEqual(filesOf(join(folder, 'target')), whole);
  });

  it('in the middle of a file leaves nothing once the next window has started', async () => {
    const [folder, outside] = [disk.at('start', '.gitlab-builds', 'rspec-1', 'below'), disk.at('outside')];
    for (const one of [folder, outside]) mkdirSync(one, { recursive: true });
    symlinkSync(outside, join(folder, 'link'));
    for (const one of [folder, outside]) await killAt(join(one, 'target'), 'writing');
    const running = stagingFolder(join(folder, 'target'), 'unpacking');
    mkdirSync(running);
    await sweepUnpacked(disk.at('start'), '.gitlab-builds', systemClock);
    assert.deepEqual(leftIn(folder), [basename(running)]);
    release(running);
    for (const directory of ['../outside', '.gitlab-builds/rspec-1/below/link', 'none'])
      await sweepUnpacked(disk.at('start'), directory, systemClock);
    assert.equal(leftIn(outside).length, 1);
  });

  it('in the middle of a file leaves the old folder unchanged', async () => {
    const folder = disk.at('old');
    mkdirSync(join(folder, 'target'), { recursive: true });
    writeFileSync(join(folder, 'target', 'a'), 'old');
    await killAt(join(folder, 'target'), 'writing');
    assert.deepEqual(filesOf(join(folder, 'target')), { a: 'old' });
    await again(join(folder, 'other'));
    assert.deepEqual(leftIn(folder), []);
    assert.deepEqual(filesOf(join(folder, 'target')), { a: 'old' });
  });

  it('between its two renames leaves no folder under the name, and the next run restores the old one', async () => {
    const folder = disk.at('between');
    mkdirSync(join(folder, 'target'), { recursive: true });
    writeFileSync(join(folder, 'target', 'a'), 'old');
    await killAt(join(folder, 'target'), 'move 1');
    assert.equal(leftIn(folder).length, 2);
    assert.deepEqual(readdirSync(folder).sort(), leftIn(folder).sort());
    const broken = await archiveOf(rawZip([{ name: 'a', content: 'a', crc: 1, local: { crc: 1 } }]));
    await assert.rejects(unpack(broken, join(folder, 'target')));
    assert.deepEqual(readdirSync(folder), ['target']);
    assert.deepEqual(filesOf(join(folder, 'target')), { a: 'old' });
  });

  it('after its last rename leaves everything new', async () => {
    const folder = disk.at('done');
    mkdirSync(folder);
    await killAt(join(folder, 'target'), 'end');
    assert.deepEqual(readdirSync(folder), ['target']);
    assert.deepEqual(filesOf(join(folder, 'target')), whole);
  });
});
