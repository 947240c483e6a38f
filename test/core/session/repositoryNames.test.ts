import assert from 'node:assert/strict';
import { namesOf } from '../../../src/core/session/repositoryNames';

describe('The names of repositories', () => {
  const cases: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ['are their folder names', ['/work/api', '/work/web'], ['api', 'web']],
    [
      'include the parent folder if folders have the same name',
      ['/work/a/api', '/work/b/api', '/work/web'],
      ['a/api', 'b/api', 'web'],
    ],
    ['include as many parent folders as necessary', ['/x/a/lib/api', '/x/b/lib/api'], ['a/lib/api', 'b/lib/api']],
    ['are whole paths if one path ends like the other', ['/api', '/work/api'], ['api', 'work/api']],
    ['support a root that is the whole disk', ['/'], ['']],
    ['support Windows paths', ['/c:/work/api', '/d:/work/api'], ['c:/work/api', 'd:/work/api']],
  ];
  for (const [what, paths, names] of cases) it(what, () => assert.deepEqual([...namesOf(paths).values()], names));
});
