import assert from 'node:assert/strict';
import fc from 'fast-check';
import { plainText, withoutControls } from '../../../src/core/util/plainText';

describe('plainText', () => {
  const cases: readonly (readonly [what: string, text: string, shown: string])[] = [
    ['a name unchanged', 'rspec 1/2 [ruby, 3.4] — ä 漢字 ✓', 'rspec 1/2 [ruby, 3.4] — ä 漢字 ✓'],
    [
      'line breaks and control characters as spaces',
      'a\r\nb\u0000c\u001b[31md\u0085e\u009bf\u2028g',
      'a b c [31md e f g',
    ],
    ['no bidirectional control characters', 'a\u202eb\u2066c\u061cd\u200fe', 'abcde'],
    ['no zero-width characters', '\ufeffa\u200bb\u2060c\u2063d', 'abcd'],
    ['no text in tag characters', 'a\u{e0001}\u{e0068}\u{e0069}\u{e007f}b', 'ab'],
    [
      'flags',
      '\u{1f3f4}\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}',
      '\u{1f3f4}\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}',
    ],
    ['only one variation selector per character', 'a ✔\ufe0f\u{e0100}\u{e0155}\ufe00b', 'a ✔\ufe0fb'],
    [
      'no fillers, soft hyphens and annotations',
      'a\u3164b\u00adc\u115fd\ufff9e\ufffaf\ufffbg\u034fh\u180ei',
      'abcdefghi',
    ],
    ['a lone surrogate as a replacement character', 'a\ud800b\udc00', 'a\ufffdb\ufffd'],
    ['joiners within words and emoji', 'می\u200cخواهم 👩\u200d🚀 👩🏽\u200d🚀', 'می\u200cخواهم 👩\u200d🚀 👩🏽\u200d🚀'],
    ['no joiners elsewhere', '\u200da\u200d b\u200c-\u200dc\u200d', 'a b-c'],
    ['no surrounding space', '  a  ', 'a'],
  ];
  for (const [what, text, shown] of cases) it(`shows ${what}`, () => assert.equal(plainText(text), shown));

  it('shows a thousand characters, and never half of one', () => {
    assert.equal(plainText('a'.repeat(1000)), 'a'.repeat(1000));
    assert.equal(plainText('a'.repeat(1001)), `${'a'.repeat(999)}…`);
    assert.equal(plainText(`${'a'.repeat(998)}🚀🚀`), `${'a'.repeat(998)}…`);
    assert.equal(plainText('a'.repeat(5_000_000)).length, 1000);
    assert.equal(plainText('abcdef', 4), 'abc…');
  });

  it('returns for any input one well-formed line that it leaves unchanged the next time', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 3000 }), (text) => {
        const line = plainText(text);
        assert.ok(line.isWellFormed() && line.length <= 1000);
        assert.doesNotMatch(
          line,
          /[\p{Cc}\u2028\u2029\u061c\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069\u00ad\u3164\ufff9-\ufffb\u{e0000}-\u{e007f}]/u,
        );
        assert.equal(plainText(line), line);
      }),
    );
  });
});

describe('withoutControls', () => {
  it('keeps everything except what no request can contain', () => {
    assert.equal(withoutControls('a\u200bb\nc\ud800\u0007'), 'a\u200bb c\ufffd ');
  });
});
