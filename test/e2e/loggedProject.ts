import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { FakeBuild } from '../gitlab/model';
import { minute, seedProject, type Seed, type SeedOptions } from '../gitlab/seed';
import type { World } from '../gitlab/world';
import { git } from '../vscode/workspace';

export interface Logged extends Seed {
  readonly builds: Readonly<Record<'unit' | 'live' | 'waiting' | 'erased', FakeBuild>>;
}

/** Where `unitLog` says that something is wrong. */
export const namedFile = 'src/app.c';

const escape = '\u001b';
const paint = (codes: string, text: string): string => `${escape}[${codes}m${text}${escape}[0;m`;
const start = (at: number, name: string, header: string, options = ''): string =>
  `section_start:${at}:${name}${options}\r${escape}[0K${escape}[0K${paint('36;1', header)}\n`;
const end = (at: number, name: string): string => `section_end:${at}:${name}\r${escape}[0K`;
const command = (text: string): string => `${paint('32;1', `$ ${text}`)}\n`;

/** As a runner with docker writes it, with what compilers and test runners paint. */
export const unitLog = [
  `${escape}[0KRunning with gitlab-runner 18.9.0 (91a27b2a)\n${escape}[0K  on docker-01 t1_Abc, system ID: s_12ab\n`,
  start(100, 'prepare_executor', 'Preparing the "docker" executor', '[collapsed=true]'),
  `Using Docker executor with image node:20 ...\nPulling docker image node:20 ...\n${end(165, 'prepare_executor')}`,
  start(165, 'get_sources', 'Getting source from Git repository'),
  `${paint('32;1', 'Fetching changes with git depth set to 20...')}\nChecking out 0a1b2c3d as detached HEAD ...\n`,
  end(168, 'get_sources'),
  start(168, 'step_script', 'Executing "step_script" stage of the job script'),
  `${command('npm ci')}added 200 packages in 3s\n`,
  `${end(168, 'none')}${start(171, 'unit', 'Unit tests', '[collapsed=true]')}`,
  ...['adds', 'subtracts', 'multiplies'].map((name) => `  ${paint('32', '✓')} ${paint('2', name)}\n`),
  `${end(190, 'unit')}${command('make')}`,
  `${paint('1', 'src/app.c:12:3: ')}${paint('1;31', 'error: ')}expected ${paint('1', "';'")} before ${paint('1', "'return'")}\n`,
  `   12 |   ${paint('1;31', 'return')} 0;\n      |   ${paint('1;31', '^~~~~~')}\n`,
  `/builds/group/sub.project/src/app.c:3:7: ${paint('33', 'warning: ')}'unused' is never read\n`,
  `src/generated.c:1:1: ${paint('31', 'error: ')}of a file that is not in the repository\n`,
  `${paint('30;41', ' FAIL ')} ${paint('1', 'bold')} ${paint('3', 'italic')} ${paint('4', 'underlined')} ${paint('9', 'struck')} ${paint('38;5;208', '256 colours')} ${paint('38;2;120;160;255', 'true colour')}\n`,
  `See https://docs.example.com/errors for more.\n${end(199, 'step_script')}`,
  `${paint('31;1', 'ERROR: Job failed: exit code 1')}\n`,
].join('');

/** A commit whose builds have logs of every kind. */
export function logged(world: World, commit: SeedOptions): Logged {
  const seed = seedProject(world, commit);
  const { project, sha, ref, username: user } = seed;
  const createdAt = world.now() - 10 * minute;
  const common = { sha, ref, user, stage: 'test', createdAt, runner: 'docker-01' };
  const ended = { ...common, status: 'failed', startedAt: createdAt, finishedAt: createdAt + 99_000 };
  const running = { ...common, status: 'running', startedAt: createdAt };
  return {
    ...seed,
    builds: {
      unit: world.addBuild(project, { ...ended, name: 'unit-tests', trace: unitLog }),
      erased: world.addBuild(project, { ...ended, name: 'erased', trace: '' }),
      live: world.addBuild(project, { ...running, name: 'live', trace: lines(1, 100) }),
      waiting: world.addBuild(project, { ...running, name: 'waiting', trace: '' }),
    },
  };
}

/** `from` to `to`, each as `line 7 of the log`. */
export function lines(from: number, to: number): string {
  return Array.from({ length: to - from + 1 }, (_, index) => `line ${from + index} of the log\n`).join('');
}

/** The file that the log names, as long as it says; git tracks it. */
export async function writeNamedFile(folder: string): Promise<void> {
  const path = join(folder, namedFile);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, Array.from({ length: 20 }, (_, index) => `int line${index + 1} = ${index + 1};\n`).join(''));
  await git(folder, 'add', '--', namedFile);
}
