import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { mapLimit } from '../src/core/util/mapLimit';
import { projectRoot, resultsFolder } from './vscode/project';
import { type SuiteResult, writeResult } from './vscode/runMocha';

/** One thing that `npm test` does: a program of ours with its arguments, or a tool of node_modules. */
interface Step {
  readonly name: string;
  readonly commands: readonly (readonly string[])[];
  /** Tools pass or fail as a whole; suites tell how many tests did. */
  readonly kind: 'tool' | 'suite';
  /** Name for `--only`. Default: its name. */
  readonly group?: string;
}

interface Outcome extends SuiteResult {
  readonly seconds: number;
}

const testFolder = join(projectRoot, 'out', 'test');
/** Browser tests wait more than they compute, so that their two halves take little more than half the time. */
const e2eParts = 2;
/** Steps that run side by side. */
const atOnce = Math.min(4, availableParallelism());
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
  ...Array.from({ length: e2eParts }, (_, part) => e2ePart(part)),
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

/** One part of the browser tests: their files are dealt out in turn. */
function e2ePart(part: number): Step {
  const files = testFiles(join(testFolder, 'e2e')).filter((_, index) => index % e2eParts === part);
  return { ...mochaSuite(`e2e-${part + 1}`, 120, files), group: 'e2e' };
}

function mochaSuite(name: string, secondsPerTest: number, files = testFiles(join(testFolder, name))): Step {
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

/** Runs all steps, even if some fail, and reports the results at the end. */
async function main(chosen: readonly Step[]): Promise<void> {
  const run = chosen.length === 1 ? runAlone : runBesideOthers;
  const outcomes = await mapLimit(chosen, atOnce, run);
  console.log(`\n${outcomes.map(summaryLine).join('\n')}\n`);
  const [passed, failed] = [sum(outcomes.map((o) => o.passed)), sum(outcomes.map((o) => o.failed))];
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}

function runAlone(step: Step): Promise<Outcome> {
  return runStep(step, (text) => process.stdout.write(text));
}

/** Prints what a step says when it has ended, so that the lines of two steps don't mix. */
async function runBesideOthers(step: Step): Promise<Outcome> {
  const said: string[] = [];
  console.log(`── ${step.name} begins`);
  const outcome = await runStep(step, (text) => said.push(text));
  console.log(`\n── ${step.name}\n${said.join('')}`);
  return outcome;
}

async function runStep({ name, kind, commands }: Step, print: (text: string) => void): Promise<Outcome> {
  const start = performance.now();
  const resultFile = join(resultsFolder, `${name}.json`);
  await rm(resultFile, { force: true });
  let succeeded = true;
  for (const command of commands) succeeded = (await runNode(command, print)) === 0 && succeeded;
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

async function runNode(args: readonly string[], print: (text: string) => void): Promise<number | null> {
  const child = spawn(process.execPath, args, { cwd: projectRoot, stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', print);
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

function groupOf({ name, group = name }: Step): string {
  return group;
}

/** `--only core,ui` leaves out all other steps. */
function chooseSteps(args: readonly string[]): readonly Step[] {
  const names = args[args.indexOf('--only') + 1]?.split(',') ?? [];
  if (!args.includes('--only')) return steps;
  const known = [...steps, ...stepsOfOldest];
  const groups = known.map(groupOf);
  if (names.length > 0 && names.every((name) => groups.includes(name)))
    return known.filter((step) => names.includes(groupOf(step)));
  throw new Error(`--only takes some of ${[...new Set(groups)].join(',')}`);
}

await main(chooseSteps(process.argv.slice(2)));
