import assert from 'node:assert/strict';
import { toRemotes } from '../../../src/core/git/gitRemotes';

describe('The output of `git remote --verbose`', () => {
  it('gives one URL if both directions share it, and none if git knows none', () =>
    assert.deepEqual(toRemotes('one\thttps://x/y.git (fetch)\none\thttps://x/y.git (push)\ntwo\t\n'), [
      { name: 'one', url: 'https://x/y.git' },
      { name: 'two', url: '' },
    ]));

  it('gives one remote for each fetch line', () => {
    const output = [
      'origin\tgit@git.example.com:group/project.git (fetch)',
      'origin\tgit@git.example.com:group/push.git (push)',
      'my fork\thttps://git.example.com/a b/c.git (fetch)',
    ];
    assert.deepEqual(toRemotes(`${output.join('\n')}\n`), [
      {
        name: 'origin',
        url: 'git@git.example.com:group/project.git',
        pushUrl: 'git@git.example.com:group/push.git',
      },
      { name: 'my fork', url: 'https://git.example.com/a b/c.git' },
    ]);
  });

  it('may name the filter of a partial clone', () =>
    assert.deepEqual(toRemotes('origin\thttps://x/y.git (fetch) [blob:none]\n'), [
      { name: 'origin', url: 'https://x/y.git' },
    ]));

  it('may be empty', () => assert.deepEqual(toRemotes(''), []));
});
