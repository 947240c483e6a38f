import assert from 'node:assert/strict';
import { connect, connectForWholeLists, instanceAt } from './connect';
import type { GitLabClient } from '../../src/core/gitlab/client';
import { Monitor } from '../../src/core/polling/monitor';
import { buildsOf, listingOf, type Snapshot, type Target } from '../../src/core/model/snapshot';
import { toTree } from '../../src/core/model/tree';
import { manyBuilds } from '../gitlab/scenarios';
import { type RecordedRequest, startGitLab } from '../gitlab/server';
import { Blocking } from './blocking';
import type { Measured, Options } from './part';
import { withProgram } from './processes';
import type { Served } from './server.bench';

const count = 100;
/** Of a commit so large that its refresh might be felt elsewhere in the editor. */
const large = 2000;
const largeRefreshes = 5;

/** What the monitor's refreshes of a commit with 100 builds ask of GitLab: the first, and the next. */
export async function measureRefresh({ programs }: Options): Promise<Measured> {
  const longestMs = await measureBlocking(programs);
  const fake = await startGitLab();
  const { project, sha, token } = manyBuilds(fake.world, count);
  const instance = instanceAt(fake.url);
  const client = connect(fake.url, token);
  const monitor = monitorOf(client, { instance, project: project.path, sha, pinned: false });
  try {
    const asked = async (): Promise<readonly RecordedRequest[]> => {
      const before = fake.requests.length;
      await monitor.refresh();
      assert.equal(buildsOf(monitor.current).length, count, 'the refresh did not bring all builds');
      return fake.requests.slice(before);
    };
    const [cold, warm] = [await asked(), await asked()];
    return {
      lines: [
        { what: `first refresh of ${count} builds`, measured: sumOf(cold) },
        { what: 'each further one', measured: `${sumOf(warm)}, ${statusesOf(warm)}`, aim: '1 request, 304, no body' },
        {
          what: `longest turn of a refresh of ${large} builds`,
          measured: `${longestMs.map((ms) => ms.toFixed(0)).join(', ')} ms, the first with its code`,
          aim: '50 ms',
        },
      ],
      numbers: { cold: cold.map(plain), warm: warm.map(plain), longestMs },
    };
  } finally {
    monitor.dispose();
    await fake.close();
  }
}

/** For how long refreshes keep others waiting, each read in full and put into its tree; GitLab is another process. */
async function measureBlocking(programs: string): Promise<readonly number[]> {
  return withProgram<Served, readonly number[]>(
    programs,
    ['server', String(large)],
    async ({ url, token, projects }) => {
      const [seed] = projects;
      assert.ok(seed !== undefined);
      const instance = instanceAt(url);
      const client = connectForWholeLists(url, token);
      const { project, sha } = seed;
      const monitor = monitorOf(client, { instance, project: project.path, sha, pinned: false }, (snapshot) => {
        toTree(listingOf(snapshot), 'stageAndStatus', []);
      });
      const longestMs: number[] = [];
      while (longestMs.length < largeRefreshes) {
        const blocking = new Blocking();
        await blocking.during(() => monitor.refresh());
        assert.equal(buildsOf(monitor.current).length, large, 'the refresh did not bring all builds');
        longestMs.push(blocking.longestMs);
      }
      monitor.dispose();
      client.dispose();
      return longestMs;
    },
  );
}

function monitorOf(
  client: GitLabClient,
  target: Target,
  show: (snapshot: Snapshot) => void = () => undefined,
): Monitor {
  return new Monitor(
    {
      resolve: async () => ({ kind: 'target', target }),
      load: async ({ project, sha }, signal) => ({
        ...(await client.listing(project, { sha }, signal)),
        apiVersion: client.server?.api ?? 'v3',
        readOnly: client.readOnly,
      }),
      show,
      remembered: () => undefined,
      remember: () => undefined,
      failed: (_failure, error) => {
        throw error;
      },
      // Unattended, so that no timer refreshes in between.
      attention: () => ({ visible: false, focused: false }),
      intervals: () => ({ activeSeconds: 5, idleSeconds: 60 }),
    },
    { now: Date.now, setTimeout, clearTimeout },
  );
}

export function sumOf(requests: readonly RecordedRequest[]): string {
  const bytes = requests.reduce((total, request) => total + request.bytes, 0);
  return `${requests.length} request${requests.length === 1 ? '' : 's'}, ${(bytes / 1000).toFixed(0)} kB of JSON`;
}

function statusesOf(requests: readonly RecordedRequest[]): string {
  return requests.map(({ status }) => status).join(' ');
}

export function plain({ method, path, status, bytes }: RecordedRequest): object {
  return { method, path, status, bytes };
}
