import { manyBuilds } from '../gitlab/scenarios';
import { type RecordedRequest, startGitLab } from '../gitlab/server';
import { createWorkspace, git } from '../vscode/workspace';
import type { HostSoak } from './host.bench';
import { mark, runHost } from './host';
import { spread, told } from './numbers';
import type { Measured, Options } from './part';
import { plain, sumOf } from './refresh';

const count = 100;
const active = 12;
/** Each is two windows that are left alone for minutes, side by side. */
const maxRuns = 5;

interface Run {
  readonly measured: HostSoak;
  readonly requests: readonly RecordedRequest[];
}

/**
 * Some minutes of a real VS Code that is left alone with its view in front, while builds run; and of the same window
 * without the extension, side by side, so that a busy machine hits both alike. The difference is what the extension
 * costs.
 */
export async function measureHostSoak(options: Options): Promise<Measured> {
  const runs: { readonly ours: Run; readonly without: Run }[] = [];
  for (let run = 0; run < Math.min(options.runs, maxRuns); run++) {
    const [ours, without] = await Promise.all([runOnce(options, false), runOnce(options, true)]);
    runs.push({ ours, without });
  }
  const seconds = ({ measured }: Run): number => measured.cpuMs / 1000;
  const over = (values: readonly number[], unit: string): string => told(spread(values), unit);
  const ours = runs.map((run) => run.ours);
  return {
    lines: [
      {
        what: `${options.soakMs / 1000} s in VS Code, ${count} builds, ${active} of them active, ${runs.length} runs: CPU of the extension host`,
        measured: over(ours.map(seconds), 's'),
      },
      {
        what: '· of the same window without the extension',
        measured: over(
          runs.map(({ without }) => seconds(without)),
          's',
        ),
      },
      {
        what: '· the difference, pair by pair',
        measured: over(
          runs.map((run) => seconds(run.ours) - seconds(run.without)),
          's',
        ),
      },
      {
        what: '· heap at start and end',
        measured: [
          over(
            ours.map(({ measured }) => measured.heapAtStart / 1e6),
            'MB',
          ),
          over(
            ours.map(({ measured }) => measured.heapAtEnd / 1e6),
            'MB',
          ),
        ].join(', '),
      },
      {
        what: '· longest block of it',
        measured: over(
          ours.map(({ measured }) => measured.longestBlock),
          'ms',
        ),
      },
      { what: '· requests in the first run', measured: sumOf(ours[0]?.requests ?? []) },
    ],
    numbers: runs.map(({ ours, without }) => ({
      ours: ours.measured,
      without: without.measured,
      requests: ours.requests.map(plain),
    })),
  };
}

async function runOnce(options: Options, asleep: boolean): Promise<Run> {
  const fake = await startGitLab({ profile: '18.9' });
  const workspace = await createWorkspace();
  try {
    const sha = await git(workspace.folder, 'rev-parse', 'HEAD');
    const { project, token } = manyBuilds(fake.world, count, { sha });
    const ids = fake.world.buildIds(project);
    for (const id of ids.filter((one) => fake.world.build(one).status === 'running').slice(1)) {
      fake.world.setStatus({ id }, 'success');
    }
    for (const id of ids.slice(-active + 1)) fake.world.setStatus({ id }, 'running');
    await git(workspace.folder, 'remote', 'add', 'origin', `${fake.url}/${project.path}.git`);
    const job = { soakMs: options.soakMs, asleep };
    const measured = await runHost<HostSoak>(options, workspace.folder, { fake, token }, job);
    return { measured, requests: fake.requests.slice(fake.requests.findIndex(({ path }) => path === mark) + 1) };
  } finally {
    await workspace.remove();
    await fake.close();
  }
}
