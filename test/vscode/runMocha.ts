import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type Mocha from 'mocha';

export interface SuiteResult {
  readonly suite: string;
  readonly passed: number;
  readonly failed: number;
  /** Title and reason of each test that failed, so that they can be told once more at the end of thousands. */
  readonly failures?: readonly string[];
}

/** Runs what mocha has loaded, writes the result as JSON at the end and returns it. A test left out counts as failed. */
export function runMocha(mocha: Mocha, suite: string, resultFile: string): Promise<SuiteResult> {
  return new Promise((resolve) => {
    const failures: string[] = [];
    const cases: string[] = [];
    const runner = mocha.run(() => {
      const { passes = 0, failures: failed = 0, pending = 0 } = runner.stats ?? {};
      const result = { suite, passed: passes, failed: failed + pending, failures };
      writeResult(resultFile, result);
      writeFileSync(resultFile.replace(/\.json$/, '.xml'), junitOf(suite, cases));
      resolve(result);
    });
    runner.on('pass', (test) => cases.push(caseOf(test)));
    runner.on('fail', (test, error: unknown) => cases.push(caseOf(test, reasonOf(error))));
    runner.on('pending', (test) => cases.push(caseOf(test, 'was left out')));
    runner.on('fail', (test, error: unknown) => failures.push(`${suite}: ${test.fullTitle()}\n${reasonOf(error)}`));
    runner.on('pending', (test) => failures.push(`${suite}: ${test.fullTitle()}\n  was left out`));
  });
}

export function writeResult(file: string, result: SuiteResult): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(result)}\n`);
}

const maxLines = 12;

function reasonOf(error: unknown): string {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return text
    .split('\n')
    .slice(0, maxLines)
    .map((line) => `  ${line.slice(0, 300)}`)
    .join('\n');
}

/** A report as GitLab reads it. */
export function junitOf(suite: string, cases: readonly string[]): string {
  const lines = ['<?xml version="1.0" encoding="UTF-8"?>', `<testsuite name="${escaped(suite)}">`, ...cases];
  return `${lines.join('\n')}\n</testsuite>\n`;
}

export function caseOf(test: TestLike, reason?: string): string {
  const seconds = ((test.duration ?? 0) / 1000).toFixed(3);
  const names = `name="${escaped(test.title)}" classname="${escaped(test.parent?.fullTitle() ?? '')}"`;
  const inner = reason === undefined ? '' : `<failure>${escaped(reason)}</failure>`;
  return `<testcase ${names} time="${seconds}">${inner}</testcase>`;
}

interface TestLike {
  readonly title: string;
  readonly duration?: number | undefined;
  readonly parent?: { fullTitle(): string } | undefined;
}

/** Text for XML, without the control characters that it can't hold. */
function escaped(text: string): string {
  const kept = Array.from(text)
    .filter((char) => char >= ' ' || char === '\n' || char === '\t')
    .join('');
  return kept.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
