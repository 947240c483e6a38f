import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type Mocha from 'mocha';

export interface SuiteResult {
  readonly suite: string;
  readonly passed: number;
  readonly failed: number;
}

/** Runs what mocha has loaded, writes the result as JSON at the end and returns it. A test left out counts as failed. */
export function runMocha(mocha: Mocha, suite: string, resultFile: string): Promise<SuiteResult> {
  return new Promise((resolve) => {
    const runner = mocha.run(() => {
      const { passes = 0, failures = 0, pending = 0 } = runner.stats ?? {};
      const result = { suite, passed: passes, failed: failures + pending };
      writeResult(resultFile, result);
      resolve(result);
    });
  });
}

export function writeResult(file: string, result: SuiteResult): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(result)}\n`);
}
