import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { manyBuilds } from '../gitlab/scenarios';
import { type FakeGitLab, type RecordedRequest, startGitLab } from '../gitlab/server';
import { copyExtension } from '../vscode/activation';
import { runInExtensionHost } from '../vscode/extensionHost';
import { projectRoot } from '../vscode/project';
import { temporaryFolder } from '../vscode/temporaryFolder';
import { createWorkspace, git, plainGit } from '../vscode/workspace';
import type { HostJob, HostTimes } from './host.bench';
import { spread, told } from './numbers';
import type { Line, Measured, Options } from './part';
import { plain, sumOf } from './refresh';

const count = 100;
const refreshes = 50;
export const mark = '/mark';
/** Each is a start of VS Code with two seconds of listening. */
const maxRuns = 3;

/** VS Code's extension host takes a CommonJS module only. */
export const shim =
  "exports.run = () => import(process.env.BENCH_PROGRAM).then(({ run }) => run(require('vscode')));\n";

interface Run {
  readonly times: HostTimes;
  readonly atStart: readonly RecordedRequest[];
  readonly later: readonly RecordedRequest[];
}

/** The whole extension in a real VS Code: what it does after it is activated, and what a refresh costs. */
export async function measureHost(options: Options): Promise<Measured> {
  const runs: Run[] = [];
  for (let run = 0; run < Math.min(options.runs, maxRuns); run++) runs.push(await runOnce(options));
  const line = (what: string, key: keyof HostTimes): Line => {
    return { what, measured: told(spread(runs.map(({ times }) => times[key])), 'ms') };
  };
  const [first] = runs;
  return {
    lines: [
      line('from asking until activated, in a repository', 'activated'),
      line('· until the deferred shell has started', 'shellStarted'),
      line(`· until ${count} builds are shown`, 'buildsShown'),
      line('· longest block of the extension host meanwhile', 'longestBlock'),
      line('· its CPU in that second, over idle', 'startCpu'),
      { what: '· requests', measured: sumOf(first?.atStart ?? []) },
      line(`refresh of ${count} builds when asked for, nothing changed`, 'refresh'),
      line('· CPU of the extension host', 'refreshCpu'),
      {
        what: '· requests per refresh',
        measured: told(spread(runs.map(({ later }) => later.length / refreshes)), ''),
        aim: '1 request',
      },
    ],
    numbers: runs.map(({ times, atStart, later }) => ({ times, atStart: atStart.map(plain), later: later.map(plain) })),
  };
}

async function runOnce(options: Options): Promise<Run> {
  const fake = await startGitLab();
  const workspace = await createWorkspace();
  try {
    const sha = await git(workspace.folder, 'rev-parse', 'HEAD');
    const { project, token } = manyBuilds(fake.world, count, { sha });
    await git(workspace.folder, 'remote', 'add', 'origin', `${fake.url}/${project.path}.git`);
    const times = await runHost(options, workspace.folder, { fake, token });
    const marked = fake.requests.findIndex(({ path }) => path === mark);
    return { times, atStart: fake.requests.slice(0, marked), later: fake.requests.slice(marked + 1) };
  } finally {
    await workspace.remove();
    await fake.close();
  }
}

interface GitLab {
  readonly fake: FakeGitLab;
  readonly token: string;
}

/** Runs `host.bench.ts` in the extension host of a VS Code of its own, and gives what it has measured. */
export async function runHost<Result = HostTimes>(
  { release, programs }: Options,
  workspace: string,
  gitlab: GitLab,
  changes: Partial<HostJob> = {},
): Promise<Result> {
  const { path: folder, remove } = temporaryFolder('host-');
  const lines: string[] = [];
  try {
    const extension = join(folder, 'extension');
    const id = await copyExtension(projectRoot, extension);
    await writeFile(join(folder, 'shim.js'), shim);
    const { url } = gitlab.fake;
    const own: HostJob = { id, file: join(folder, 'times.json'), count, refreshes, markUrl: `${url}${mark}` };
    const job: HostJob = { ...own, ...changes };
    const code = await runInExtensionHost({
      release,
      workspace,
      developmentPath: extension,
      testsPath: join(folder, 'shim.js'),
      env: {
        ...plainGit,
        GITLAB_HOST: url,
        GITLAB_TOKEN: gitlab.token,
        BENCH_PROGRAM: pathToFileURL(join(programs, 'host.bench.mjs')).href,
        BENCH_JOB: JSON.stringify(job),
      },
      log: (line) => lines.push(line),
    });
    if (code !== 0) throw new Error(`The extension host could not be measured:\n${lines.slice(-20).join('\n')}`);
    return JSON.parse(await readFile(job.file, 'utf8')) as Result;
  } finally {
    await remove();
  }
}
