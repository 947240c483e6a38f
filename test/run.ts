import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { projectRoot, resultsFolder } from './vscode/project';
import { type SuiteResult, writeResult } from './vscode/runMocha';

/** One thing that `npm test` does: a program of ours with its arguments, or a tool of node_modules. */
interface Step {
  readonly name: string;
  readonly commands: readonly (readonly string[])[];
  /** Tools pass or fail as a whole; suites tell how many tests did. */
  readonly kind: 'tool' | 'suite';
}

interface Outcome extends SuiteResult {
  readonly seconds: number;
}

const testFolder = join(projectRoot, 'out', 'test');
const steps: readonly Step[] = [
  tool('types', ['typescript/bin/tsc', '-p', '.']),
  tool('lint', ['eslint/bin/eslint.js', '.'], ['prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.']),
  { name: 'languages', kind: 'tool', commands: [[join(projectRoot, 'l10n.mjs')]] },
  mochaSuite('core', 30),
  mochaSuite('ui', 30),
  mochaSuite('gitlab', 10),
  mochaSuite('vscode', 30),
  integration('newest'),
  mochaSuite('wire', 120),
  ...(existsSync(join(testFolder, 'e2e')) ? [mochaSuite('e2e', 120)] : []),
];
/** Steps in the oldest supported VS Code, which run when they are named. */
const stepsOfOldest: readonly Step[] = [integration('oldest'), mochaSuite('wire-oldest', 120)];

function tool(name: string, ...commands: readonly (readonly [string, ...string[]])[]): Step {
  const inProject = commands.map(([script, ...args]) => [join(projectRoot, 'node_modules', script), ...args]);
  return { name, kind: 'tool', commands: inProject };
}

function integration(release: 'newest' | 'oldest'): Step {
  const program = join(testFolder, 'vscode', 'integration.main.mjs');
  return { name: `integration-${release}`, kind: 'suite', commands: [[program, release]] };
}

function mochaSuite(name: string, secondsPerTest: number): Step {
  const files = testFiles(join(testFolder, name));
  const program = join(testFolder, 'vscode', 'mocha.main.mjs');
  return { name, kind: 'suite', commands: [['--enable-source-maps', program, name, String(secondsPerTest), ...files]] };
}

function testFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => name.endsWith('.test.mjs'))
    .sort()
    .map((name) => join(folder, name));
}

/** Runs the steps one after the other, whatever fails, and says at the end how they went. */
async function main(chosen: readonly Step[]): Promise<void> {
  const outcomes: Outcome[] = [];
  for (const step of chosen) outcomes.push(await runStep(step));
  console.log(`\n${outcomes.map(summaryLine).join('\n')}\n`);
  const [passed, failed] = [sum(outcomes.map((o) => o.passed)), sum(outcomes.map((o) => o.failed))];
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}

async function runStep({ name, kind, commands }: Step): Promise<Outcome> {
  console.log(`\n── ${name}`);
  const start = performance.now();
  const resultFile = join(resultsFolder, `${name}.json`);
  await rm(resultFile, { force: true });
  let succeeded = true;
  for (const command of commands) succeeded = (await runNode(command)) === 0 && succeeded;
  const counted = kind === 'suite' ? await readResult(resultFile, name) : { suite: name, passed: 0, failed: 0 };
  const result = { ...counted, failed: succeeded ? counted.failed : Math.max(1, counted.failed) };
  writeResult(resultFile, result);
  return { ...result, seconds: (performance.now() - start) / 1000 };
}

/** A suite that ended without a result (it crashed, or something called process.exit) is one failure. */
async function readResult(file: string, suite: string): Promise<SuiteResult> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  return text === undefined ? { suite, passed: 0, failed: 1 } : (JSON.parse(text) as SuiteResult);
}

async function runNode(args: readonly string[]): Promise<number | null> {
  const child = spawn(process.execPath, args, { cwd: projectRoot, stdio: ['ignore', 'inherit', 'inherit'] });
  const [code] = (await once(child, 'close')) as [number | null];
  return code;
}

function summaryLine({ suite, passed, failed, seconds }: Outcome): string {
  const counts = passed + failed === 0 ? 'ok' : `${passed} passed, ${failed} failed`;
  return `${failed === 0 ? '✔' : '✘'} ${suite.padEnd(20)} ${counts.padEnd(24)} ${seconds.toFixed(1)} s`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** `--only core,ui` leaves out all other steps. */
function chooseSteps(args: readonly string[]): readonly Step[] {
  const names = args[args.indexOf('--only') + 1]?.split(',') ?? [];
  if (!args.includes('--only')) return steps;
  const known = [...steps, ...stepsOfOldest];
  const unknown = names.filter((name) => !known.some((step) => step.name === name));
  if (names.length > 0 && unknown.length === 0) return known.filter(({ name }) => names.includes(name));
  throw new Error(`--only takes some of ${known.map(({ name }) => name).join(',')}`);
}

await main(chooseSteps(process.argv.slice(2)));
