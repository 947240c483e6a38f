import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Cost, FilesRun } from './files.shell';
import { spread, told } from './numbers';
import type { Line, Measured, Options } from './part';

/** From a failure to its file: the index of tracked files, the links of a log, and a report in the Testing view. */
export async function measureFiles({ programs, runs }: Options): Promise<Measured> {
  const all: FilesRun[] = [];
  for (let run = 0; run < runs; run += 1) all.push(await once(programs));
  const line = (what: string, aim: string, of: (run: FilesRun) => Cost): Line => {
    const [ms, longest, held] = [
      spread(all.map((run) => of(run).ms)),
      spread(all.map((run) => of(run).longestMs)),
      spread(all.map((run) => of(run).heldMB)),
    ];
    const measured = `${told(ms, 'ms')}, others wait for ${told(longest, 'ms')}, ${told(held, 'MB')}`;
    return { what, measured, aim };
  };
  return {
    lines: [
      line('index of 100,000 tracked files', '300 ms, 40 MB', ({ index }) => index),
      line('links of a log of 10 MB with 5,000 places', 'others wait for 16 ms', ({ links }) => links),
      line('report of 10,000 tests read and put into the Testing view', '', ({ tests }) => tests),
    ],
    numbers: all,
  };
}

/** The fake of VS Code is cleared between tests, of which there are none here. */
const withoutTests = 'data:text/javascript,globalThis.beforeEach=globalThis.afterEach=()=>{}';

/** In a process of its own, where nothing is warm. */
async function once(programs: string): Promise<FilesRun> {
  const node = ['--expose-gc', '--import', withoutTests, join(programs, 'files.shell.mjs')];
  const { stdout } = await promisify(execFile)(process.execPath, node);
  return JSON.parse(stdout) as FilesRun;
}
