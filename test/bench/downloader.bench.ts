import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { saveArtifacts } from '../../src/core/artifacts/download/save';
import { connect } from './connect';
import { timed } from './numbers';
import type { Stored } from './storage.bench';

export interface Downloaded {
  readonly ms: number;
  readonly bytes: number;
  /** Resident memory: before the first byte, and at its highest. */
  readonly beforeMB: number;
  readonly peakMB: number;
}

/** Downloads a build's artifacts in a process of its own, as the command does; once told, it may be ended. */
async function main(stored: Stored): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'gitlab-builds-bench-'));
  let downloaded: Downloaded;
  try {
    downloaded = await download(stored, root);
  } finally {
    await rm(root, { recursive: true });
  }
  process.send?.(downloaded);
}

async function download({ url, token, project, build: id }: Stored, root: string): Promise<Downloaded> {
  const { signal } = new AbortController();
  const client = connect(url, token);
  const build = await client.build(project, id, signal);
  const beforeMB = process.resourceUsage().maxRSS / 1024;
  let path: string | undefined;
  const ms = await timed(async () => {
    path = await saveArtifacts({
      ...{ root, directory: '.gitlab-builds', build, signal },
      origin: { instance: url, project },
      mayReplace: async () => true,
      open: (from) => client.artifacts.archive(project, id, signal, from && { range: { start: from.start }, ...from }),
      progress: () => undefined,
    });
  });
  const { size } = await stat(path ?? root);
  const peakMB = process.resourceUsage().maxRSS / 1024;
  return { ms, bytes: size, beforeMB, peakMB };
}

await main(JSON.parse(process.argv[2] ?? '') as Stored);
