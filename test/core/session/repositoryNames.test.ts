import assert from 'node:assert/strict';
import { namesOf } from '../../../src/core/session/repositoryNames';

describe('The names of repositories', () => {
  const cases: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ['are those of their folders', ['/work/api', '/work/web'], ['api', 'web']],
    ['say more where they are alike', ['/work/a/api', '/work/b/api', '/work/web'], ['a/api', 'b/api', 'web']],
    ['say as much more as it takes', ['/x/a/lib/api', '/x/b/lib/api'], ['a/lib/api', 'b/lib/api']],
    ['are whole where one ends like the other', ['/api', '/work/api'], ['api', 'work/api']],
    ['know a root that is the disk', ['/'], ['']],
    ['are as on Windows', ['/c:/work/api', '/d:/work/api'], ['c:/work/api', 'd:/work/api']],
  ];
  for (const [what, paths, names] of cases) it(what, () => assert.deepEqual([...namesOf(paths).values()], names));
});
