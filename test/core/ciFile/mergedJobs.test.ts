import assert from 'node:assert/strict';
import { mergedJobs } from '../../../src/core/ciFile/mergedJobs';

describe('The jobs of a merged configuration', () => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ['---\ncompile:\n  script: a\n"a: b":\n  script: c\n', ['1 compile', '3 a: b']],
    ['---\n:compile:\n  :script: a\n:far job:\n  :script: b\n', ['1 compile', '3 far job']],
    ["---\n':a: b':\n  :script: a\n", ['1 a: b']],
    ['---\n{}\n', []],
  ];
  for (const [text, expected] of cases)
    it(`are ${expected.join(', ')}: ${JSON.stringify(text)}`, async () =>
      assert.deepEqual(
        (await mergedJobs(text)).map(({ name, line }) => `${line} ${name}`),
        expected,
      ));
});
