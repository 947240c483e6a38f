import { writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type * as vscode from 'vscode';
import type { Exports } from '../../src/ui/api';
import { until } from '../until';

/** Settings under which the extension refreshes some times. */
export interface WireStep {
  readonly name: string;
  readonly proxySupport: 'override' | 'on' | 'fallback' | 'off';
  /** Of the setting `http.proxy`; empty: VS Code takes the environment's. */
  readonly proxy: string;
  /** Of the setting `http.noProxy`: hosts that are reached without one. */
  readonly noProxy?: readonly string[];
  readonly refreshes: number;
  /** Pause between two refreshes, in ms. */
  readonly pauseMs: number;
}

/** What to do in the extension host; it comes as JSON in the environment variable WIRE_JOB. */
export interface WireTestJob {
  readonly id: string;
  readonly file: string;
  /** Ends all connections and begins a new count (`/begin/NAME`), or ends the count (`/end/NAME`). */
  readonly control: string;
  readonly steps: readonly WireStep[];
}

/** What the API says of the repository after each step. */
export type WireTestResult = Readonly<Record<string, string>>;

/** Runs in the extension host in place of tests. */
export async function run(code: typeof vscode): Promise<void> {
  const job = JSON.parse(process.env['WIRE_JOB'] ?? '') as WireTestJob;
  const extension = code.extensions.getExtension<Exports>(job.id);
  if (extension === undefined) throw new Error('VS Code does not know the extension.');
  const api = (await extension.activate()).getAPI(1);
  await until('what is shown', () => api.repositories.some(({ state }) => state !== 'loading'), 60_000);
  const results: Record<string, string> = {};
  for (const { name, proxySupport, proxy, noProxy = [], refreshes, pauseMs } of job.steps) {
    await setHttp(code, { proxySupport, proxy, noProxy });
    await fetch(`${job.control}/begin/${name}`);
    for (let count = 0; count < refreshes; count++) {
      if (count > 0) await delay(pauseMs);
      await api.refresh();
    }
    await fetch(`${job.control}/end/${name}`);
    results[name] = api.repositories.map(({ state, stale, error }) => error ?? stale ?? state).join();
  }
  await writeFile(job.file, JSON.stringify(results));
}

async function setHttp(
  code: typeof vscode,
  values: Readonly<Record<string, string | readonly string[]>>,
): Promise<void> {
  for (const [name, value] of Object.entries(values)) {
    await code.workspace.getConfiguration('http').update(name, value, code.ConfigurationTarget.Global);
    if (JSON.stringify(code.workspace.getConfiguration('http').get(name)) !== JSON.stringify(value))
      throw new Error(`http.${name} is not ${JSON.stringify(value)}.`);
  }
}
