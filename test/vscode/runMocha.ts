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
    const runner = mocha.run(() => {
      const { passes = 0, failures: failed = 0, pending = 0 } = runner.stats ?? {};
      const result = { suite, passed: passes, failed: failed + pending, failures };
      writeResult(resultFile, result);
      resolve(result);
    });
    runner.on('fail', (test, error: unknown) => failures.push(`${suite}: ${test.fullTitle()}\n${reasonOf(error)}`));
    runner.on('pending', (test) => failures.push(`${suite}: ${test.fullTitle()}\n  was left out`));
  });
}

export function writeResult(file: string, result: SuiteResult): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(result)}\n`);
}

const mostLines = 12;

function reasonOf(error: unknown): string {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return text
    .split('\n')
    .slice(0, mostLines)
    .map((line) => `  ${line.slice(0, 300)}`)
    .join('\n');
}
