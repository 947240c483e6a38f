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
import { measureHost } from './host';
import { measureHostSoak } from './hostSoak';
import { measureList } from './list';
import { measureLog } from './log';
import type { Line, Measure, Options } from './part';
import { measurePure } from './pure';
import { measureRefresh } from './refresh';
import { measureSoak } from './soak';
import { measureVersions } from './versions';

const parts: Readonly<Record<string, Measure>> = {
  bundle: measureBundle,
  refresh: measureRefresh,
  versions: measureVersions,
  pure: measurePure,
  soak: measureSoak,
  list: measureList,
  log: measureLog,
  artifacts: measureArtifacts,
  activation: measureActivation,
  host: measureHost,
  hostSoak: measureHostSoak,
};

/** The soak takes five minutes of its own: only when it is asked for. */
const byDefault = Object.keys(parts).filter((name) => name !== 'hostSoak');

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
    },
  });
  const names = values.only.split(',');
  const runs = Number(values.runs);
  if (!names.every((name) => name in parts)) throw new Error(`--only takes some of ${Object.keys(parts).join(',')}`);
  if (!Number.isSafeInteger(runs) || runs < 1) throw new Error('--runs takes a number.');
  // Here and nowhere else: only an entry's own code is sure to lie in the entry's bundle.
  const programs = dirname(fileURLToPath(import.meta.url));
  return { names, options: { runs, release: values.oldest ? 'oldest' : 'newest', programs } };
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
