import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../vscode/project';
import { failedScripts, outputOf } from './corpus';

describe('The corpus of failed scripts', () => {
  it('is of at least 60 outputs of at least 25 tools, at most three each', () => {
    const counts = new Map<string, number>();
    for (const { tool } of failedScripts) counts.set(tool, (counts.get(tool) ?? 0) + 1);
    assert.ok(failedScripts.length >= 60 && counts.size >= 25, `${failedScripts.length} of ${counts.size}`);
    assert.ok(Math.max(...counts.values()) <= 3, [...counts].join());
  });

  it('has a file for each, which has the line', () => {
    const files = readdirSync(join(projectRoot, 'test', 'core', 'log', 'corpus'));
    assert.deepEqual(files.sort(), failedScripts.map(({ name }) => `${name}.txt`).sort());
    for (const script of failedScripts) assert.ok(outputOf(script).split('\n').length >= script.line, script.name);
  });
});
