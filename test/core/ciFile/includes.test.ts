import assert from 'node:assert/strict';
import { includedPath, includes } from '../../../src/core/ciFile/includes';

describe('An included path', () => {
  const cases: readonly (readonly [string, string, boolean])[] = [
    ['ci/a.yml', 'ci/a.yml', true],
    ['ci/a.yml', 'ci/b.yml', false],
    ['ci/*.yml', 'ci/a.yml', true],
    ['ci/*.yml', 'ci/a.yaml', false],
    ['ci/*.yml', 'ci/sub/a.yml', false],
    ['ci/**/*.yml', 'ci/a.yml', true],
    ['ci/**/*.yml', 'ci/b/c/a.yml', true],
    ['**/*.yml', 'a.yml', true],
    ['**.yml', 'a.yml', true],
    ['*/*/a*b*c.yml', 'x/y/abbc.yml', true],
    ['a*a.yml', 'a.yml', false],
    ['a.yml', 'a_yml', false],
    ['*', '', true],
  ];
  for (const [pattern, path, expected] of cases)
    it(`${expected ? 'matches' : "doesn't match"} ${pattern}: ${path}`, () =>
      assert.equal(includes(pattern, path), expected));
});

describe('The file that an include names', () => {
  it('is undefined if the path is too long', () => {
    assert.deepEqual([includedPath('a.yml'), includedPath(`${'**/'.repeat(400)}a.yml`)], ['a.yml', undefined]);
  });
});
