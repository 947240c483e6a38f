import assert from 'node:assert/strict';
import fc from 'fast-check';
import { trimCharacters, trimEndOf, trimStartOf, whitespace } from '../../../src/core/util/trim';

describe('Trimming', () => {
  it('removes the characters from the ends, and nothing from within', () => {
    assert.equal(trimCharacters('//a/b//', '/'), 'a/b');
    assert.equal(trimStartOf('//a//', '/'), 'a//');
    assert.equal(trimEndOf('//a//', '/'), '//a');
    assert.equal(trimCharacters('////', '/'), '');
  });

  it('with whitespace is the same as trim()', () => {
    const text = fc
      .array(fc.constantFrom(...Array.from(whitespace), 'a', '.'))
      .map((characters) => characters.join(''));
    fc.assert(fc.property(text, (one) => assert.equal(trimCharacters(one, whitespace), one.trim())));
  });
});
