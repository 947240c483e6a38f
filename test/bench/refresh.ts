import assert from 'node:assert/strict';
import { connect } from './connect';
import type { GitLabClient } from '../../src/core/gitlab/client';
import { Monitor } from '../../src/core/monitor';
import { buildsOf, type Target } from '../../src/core/snapshot';
import { manyBuilds } from '../gitlab/scenarios';
import { type RecordedRequest, startGitLab } from '../gitlab/server';
import { quietLog } from './quietLog';
import type { Measured } from './part';

const count = 100;

/** What the monitor's refreshes of a commit with 100 builds ask of GitLab: the first, and the next. */
export async function measureRefresh(): Promise<Measured> {
  const fake = await startGitLab();
  const { project, sha, token } = manyBuilds(fake.world, count);
  const instance = { url: fake.url, hosts: [], apiVersion: 'auto' } as const;
  const client = connect(instance, async () => token, quietLog, 'bench');
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
      ],
      numbers: { cold: cold.map(plain), warm: warm.map(plain) },
    };
  } finally {
    monitor.dispose();
    await fake.close();
  }
}

function monitorOf(client: GitLabClient, target: Target): Monitor {
  return new Monitor(
    {
      resolve: async () => ({ kind: 'target', target }),
      load: async ({ project, sha }, signal) => ({
        ...(await client.listing(project, { sha }, signal)),
        apiVersion: client.server?.api ?? 'v3',
        readOnly: client.readOnly,
      }),
      show: () => undefined,
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
