import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../vscode/project';
import { firstError } from '../../../src/core/log/firstError';
import { end, read, start } from './support';
import {
  compositeScripts,
  failedScripts,
  furtherScripts,
  lateScripts,
  outputOf,
  unseenScripts,
  type FailedScript,
} from './corpus';

describe('The corpus of failed scripts', () => {
  it('contains at least 60 outputs of at least 25 tools, at most three each', () => {
    const counts = new Map<string, number>();
    for (const { tool } of failedScripts) counts.set(tool, (counts.get(tool) ?? 0) + 1);
    assert.ok(failedScripts.length >= 60 && counts.size >= 25, `${failedScripts.length} of ${counts.size}`);
    assert.ok(Math.max(...counts.values()) <= 3, [...counts].join());
  });

  it('has a file for each output, which contains the expected line', () => {
    const all = [...failedScripts, ...unseenScripts, ...lateScripts, ...furtherScripts, ...compositeScripts];
    const files = readdirSync(join(projectRoot, 'test', 'core', 'log', 'corpus'));
    assert.deepEqual(files.sort(), all.map(({ name }) => `${name}.txt`).sort());
    for (const script of all) assert.ok(outputOf(script).split('\n').length >= script.line, script.name);
  });

  it('is opened at that line, or within three lines of it, in at least 95 of 100 outputs', async () => {
    await measure(failedScripts, 0.95);
  });

  it('is also opened there in outputs that were held back', async () => {
    await measure(unseenScripts, 0.92);
  });

  it('is also opened there in outputs of tools that occur in neither set', async () => {
    await measure(lateScripts, 0.95);
  });

  it('is also opened there in outputs of thirteen more tools', async () => {
    await measure(furtherScripts, 0.95);
  });

  it('is also opened there in composite outputs', async () => {
    await measure(compositeScripts, 0.98);
  });
});

/** Prints the share of logs that open where they should; throws where it is less than `least`. */
async function measure(scripts: readonly FailedScript[], least: number): Promise<void> {
  const missed: string[] = [];
  for (const script of scripts) {
    const found = await lineOf(outputOf(script));
    if (Math.abs(found - script.line) > 3) missed.push(`${script.name}: ${found} for ${script.line}`);
  }
  const share = 1 - missed.length / scripts.length;
  console.log(`      ${(100 * share).toFixed(1)} % of ${scripts.length} ${missed.join(', ')}`);
  assert.ok(share >= least, missed.join('\n'));
}

/** 1-based line of the script at which its log opens, in a log as a runner writes it. */
async function lineOf(output: string): Promise<number> {
  const log = read(
    [
      `${start(1, 'get_sources')}Getting source\nerror: of the runner\n${end(2, 'get_sources')}`,
      `${start(2, 'step_script')}Executing "step_script" stage of the job script\n${output}${end(9, 'step_script')}`,
      `${start(9, 'cleanup_file_variables')}Cleaning up\n${end(9, 'cleanup_file_variables')}`,
      'ERROR: Job failed: exit code 1\n',
    ].join(''),
  );
  const script = log.sections.find(({ name }) => name === 'step_script');
  return ((await firstError(log)) ?? Infinity) - (script?.start ?? 0);
}
