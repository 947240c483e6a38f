import { manyBuilds } from '../gitlab/scenarios';
import { startGitLab } from '../gitlab/server';
import { createWorkspace, git } from '../vscode/workspace';
import type { HostSoak } from './host.bench';
import { mark, runHost } from './host';
import type { Measured, Options } from './part';
import { plain, sumOf } from './refresh';

const count = 100;
const active = 12;
const soakMs = 5 * 60_000;

/** Five minutes of a real VS Code that is left alone with its view in front, while builds run. */
export async function measureHostSoak(options: Options): Promise<Measured> {
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
    const measured = await runHost<HostSoak>(options, workspace.folder, { fake, token }, { soakMs });
    const since = fake.requests.slice(fake.requests.findIndex(({ path }) => path === mark) + 1);
    const running = fake.world.buildIds(project).filter((id) => fake.world.build(id).status === 'running').length;
    const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
    return {
      lines: [
        {
          what: `five minutes in VS Code, ${count} builds, ${running} of them active: CPU of the extension host`,
          measured: `${(measured.cpuMs / 1000).toFixed(1)} s`,
        },
        {
          what: '· its heap at their start and end',
          measured: `${megabytes(measured.heapAtStart)}, ${megabytes(measured.heapAtEnd)}`,
        },
        { what: '· longest block of it', measured: `${measured.longestBlock.toFixed(0)} ms` },
        { what: '· requests', measured: sumOf(since) },
      ],
      numbers: { measured, requests: since.map(plain) },
    };
  } finally {
    await workspace.remove();
    await fake.close();
  }
}
