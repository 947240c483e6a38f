import assert from 'node:assert/strict';
import { parallelName } from '../../../src/core/model/parallel';

describe('The name of a parallel build', () => {
  const names: readonly (readonly [string, readonly [string, string] | undefined])[] = [
    ['rspec 17/24', ['rspec', '17/24']],
    ['rspec unit pg 1/2', ['rspec unit pg', '1/2']],
    ['deploy: [aws, eu]', ['deploy', '[aws, eu]']],
    ['test: [a: [b], c]', ['test', '[a: [b], c]']],
    ['rspec', undefined],
    ['rspec 1/', undefined],
    ['rspec 1/2/3', undefined],
    ['rspec a/2', undefined],
    ['1/2', undefined],
    [' 1/2', undefined],
    [': [a]', undefined],
    ['deploy [aws]', undefined],
    ['deploy: [aws] x', undefined],
    ['', undefined],
  ];
  for (const [name, parts] of names) {
    it(`is ${parts?.join(' and ') ?? 'none'} in ${JSON.stringify(name)}`, () => {
      const found = parallelName(name);
      assert.deepEqual(found && [found.name, found.label], parts);
    });
  }
});
