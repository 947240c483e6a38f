import assert from 'node:assert/strict';
import { connectForWholeLists } from './connect';
import { timed } from './numbers';
import { rawList } from './rawList';

export interface ListJob {
  readonly kind: 'raw' | 'client';
  readonly url: string;
  readonly token: string;
  readonly project: { readonly id: number; readonly path: string };
  readonly sha: string;
  /** How many builds there must be. */
  readonly count: number;
  /** How often to list them. */
  readonly times: number;
}

export interface Listed {
  /** Milliseconds, the loading of code and, for the client, the look-up of the project included. */
  readonly first: number;
  /** Milliseconds of each further time. */
  readonly again: readonly number[];
  /** Resident memory at its highest until the end of the first time. */
  readonly peakMB: number;
}

/** Lists in a process of its own, and tells how long it took. */
async function main(job: ListJob): Promise<void> {
  const list = job.kind === 'raw' ? rawLister(job) : clientLister(job);
  const first = await timed(() => checked(list, job));
  const peakMB = process.resourceUsage().maxRSS / 1024;
  const again: number[] = [];
  while (again.length < job.times - 1) again.push(await timed(() => checked(list, job)));
  process.send?.({ first, again, peakMB } satisfies Listed);
}

type List = () => Promise<readonly { readonly id: number }[]>;

/** It knows the project's number, as no client can. */
function rawLister({ url, token, project, sha }: ListJob): List {
  const path = `${url}/api/v3/projects/${project.id}/repository/commits/${sha}/builds`;
  return () => rawList(path, token);
}

function clientLister({ url, token, project, sha }: ListJob): List {
  // As the raw one reads it.
  const client = connectForWholeLists(url, token);
  return async () => (await client.listing(project.path, { sha }, new AbortController().signal)).builds;
}

async function checked(list: List, { kind, count }: ListJob): Promise<void> {
  const ids = new Set((await list()).map(({ id }) => id));
  assert.equal(ids.size, count, `${kind} did not list every build`);
}

await main(JSON.parse(process.argv[2] ?? '') as ListJob);
