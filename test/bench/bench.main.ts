import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { resultsFolder } from '../vscode/project';
import versions from '../vscode/versions.json';
import { measureActivation } from './activation';
import { measureArtifacts } from './artifacts';
import { measureBundle } from './bundle';
import { measureFiles } from './files';
import { measureHost } from './host';
import { measureHostSoak } from './hostSoak';
import { measureList } from './list';
import { measureLog } from './log';
import type { Line, Measure, Options } from './part';
import { measurePure } from './pure';
import { measureRefresh } from './refresh';
import { measureRequests } from './requests';
import { measureSoak } from './soak';
import { measureVersions } from './versions';
import { measureWire } from './wire';
import type { WireCase } from './part';
import { profileNames } from '../gitlab/profiles/profiles';

const parts: Readonly<Record<string, Measure>> = {
  bundle: measureBundle,
  refresh: measureRefresh,
  versions: measureVersions,
  requests: measureRequests,
  pure: measurePure,
  soak: measureSoak,
  list: measureList,
  log: measureLog,
  files: measureFiles,
  artifacts: measureArtifacts,
  activation: measureActivation,
  host: measureHost,
  hostSoak: measureHostSoak,
  wire: measureWire,
};

/** Those that take minutes of their own run only when they are asked for. */
const byDefault = Object.keys(parts).filter((name) => name !== 'hostSoak' && name !== 'wire');

/** Measures, prints, and writes all numbers into out/results/bench.json. It judges nothing: machines differ. */
async function main(): Promise<void> {
  const { names, options } = readArguments();
  const machine = machineOf(options);
  console.log(`${Object.values(machine).join(', ')}\nmedian (least … most) of ${options.runs} turns\n`);
  console.log('| what | measured | aim |\n|---|---|---|');
  const numbers: Record<string, unknown> = {};
  for (const name of names) {
    const part = await parts[name]?.(options);
    if (part === undefined) throw new Error(`There is no part ${name}.`);
    numbers[name] = part.numbers;
    console.log(part.lines.map(row).join('\n'));
  }
  await mkdir(resultsFolder, { recursive: true });
  await writeFile(join(resultsFolder, 'bench.json'), JSON.stringify({ machine, ...numbers }, undefined, 2));
}

function readArguments(): { readonly names: readonly string[]; readonly options: Options } {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', default: byDefault.join(',') },
      runs: { type: 'string', default: '7' },
      oldest: { type: 'boolean', default: false },
      gitlab: { type: 'string', default: '8.5,13.9,18.9' },
      latency: { type: 'string', default: '20,80' },
      builds: { type: 'string', default: '100' },
      repositories: { type: 'string', default: '1' },
      rest: { type: 'string', default: '0' },
      soak: { type: 'string', default: '300' },
    },
  });
  const names = values.only.split(',');
  const runs = Number(values.runs);
  if (!names.every((name) => name in parts)) throw new Error(`--only takes some of ${Object.keys(parts).join(',')}`);
  if (!Number.isSafeInteger(runs) || runs < 1) throw new Error('--runs takes a number.');
  const soakMs = Number(values.soak) * 1000;
  if (!(soakMs > 0)) throw new Error('--soak takes seconds.');
  // Here and nowhere else: only an entry's own code is sure to lie in the entry's bundle.
  const programs = dirname(fileURLToPath(import.meta.url));
  const release = values.oldest ? 'oldest' : 'newest';
  return { names, options: { runs, release, programs, soakMs, wire: wireCases(values) } };
}

/** Every GitLab of `--gitlab` at every latency of `--latency` with all numbers of builds; `--rest` is in seconds. */
function wireCases(
  values: Readonly<Record<'gitlab' | 'latency' | 'builds' | 'repositories' | 'rest', string>>,
): WireCase[] {
  const [repositories, restMs] = [Number(values.repositories), Number(values.rest) * 1000];
  return values.gitlab.split(',').flatMap((name) => {
    const profile = profileNames.find((known) => known === name);
    if (profile === undefined) throw new Error(`--gitlab takes some of ${profileNames.join(',')}`);
    return values.latency
      .split(',')
      .flatMap((ms) =>
        values.builds
          .split(',')
          .map((builds) => ({ profile, latencyMs: Number(ms), builds: Number(builds), repositories, restMs })),
      );
  });
}

function machineOf({ release }: Options): Readonly<Record<string, string>> {
  const [first] = cpus();
  return {
    cpu: `${cpus().length} × ${first?.model.trim() ?? 'unknown CPU'}`,
    load: `load ${loadavg()
      .map((load) => load.toFixed(1))
      .join(' ')}`,
    platform: `${process.platform} ${process.arch}`,
    node: `Node ${process.versions.node}`,
    vscode: `VS Code ${versions[release].version}`,
  };
}

function row({ what, measured, aim = '' }: Line): string {
  return `| ${what} | ${measured} | ${aim} |`;
}

await main();
