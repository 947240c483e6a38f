import assert from 'node:assert/strict';
import fc from 'fast-check';
import { matchesPattern } from '../../../src/core/gitlab/inputPattern';

describe('The pattern of an input', () => {
  const cases: readonly (readonly [pattern: string, accepted: readonly string[], refused: readonly string[]])[] = [
    ['^[a-zA-Z0-9_]*$', ['abc_1'], ['a-b', 'a\nb']],
    [String.raw`^v\d+\.\d+(\.\d+)?$`, ['v1.2', 'v1.2.3'], ['1.2', 'v1', 'v1.2.']],
    ['^(?:staging|production)$', ['staging', 'production'], ['stag', 'staging ']],
    ['eu', ['europe', 'neu'], ['us']],
    ['^a{2,3}?b$', ['aab', 'aaab'], ['ab', 'aaaab']],
    ['^.{3}$', ['abc', 'a😀b'], ['ab', 'abcd', 'a\nb']],
    [String.raw`^[^\s/]+/[a-z.-]+$`, ['a/b-c.d'], ['a b/c', 'a/', 'a/B']],
    ['^(a|b|)+c$', ['c', 'abc'], ['d']],
    ['^(a*)*$', ['aaaa'], ['aab']],
  ];
  for (const [pattern, accepted, refused] of cases)
    it(`is read: ${pattern}`, () => {
      for (const text of accepted) assert.equal(matchesPattern(pattern, text), true, text);
      for (const text of refused) assert.equal(matchesPattern(pattern, text), false, text);
    });

  it("is left to GitLab if RE2 and JavaScript differ, or if one of them doesn't support it", () => {
    const others = [
      ...['(?<=a)b', '(?=a)', '(?!a)b', '(?i)abc', '(?P<name>a)', '(?<name>a)', String.raw`(a)\1`],
      ...[String.raw`\Aabc\z`, '[[:alpha:]]', String.raw`\p{L}`, String.raw`\bword\b`, String.raw`\u0041`],
      ...['a{,2}', 'a{2', 'a**', 'a++', '^*', '[]a]', '[]', '[z-a]', '(a', 'a)', 'a{2000}', 'a\\', '[a'],
    ];
    for (const pattern of others) assert.equal(matchesPattern(pattern, 'abc'), undefined, pattern);
  });

  it('does not judge an empty text, which GitLab releases treat differently', () =>
    assert.equal(matchesPattern('^a+$', ''), undefined));

  it('takes limited time, and is left to GitLab if that is not enough', () => {
    assert.equal(matchesPattern('^((((a*)*)*)*)*b$', 'a'.repeat(5000)), undefined);
    assert.equal(matchesPattern('a'.repeat(501), 'a'), undefined);
  });

  it('is judged as JavaScript does, whenever it is judged', () => {
    const atom = fc.constantFrom(
      'a',
      'b',
      '.',
      '[ab]',
      '[^a]',
      String.raw`\d`,
      String.raw`\w`,
      '(a|b)',
      '(?:ab)',
      '^',
      '$',
    );
    const part = fc.tuple(atom, fc.constantFrom('', '', '*', '+', '?', '{2}', '{1,2}', '{2,}'));
    const pattern = fc
      .array(part, { minLength: 1, maxLength: 5 })
      .map((parts) => parts.map((one) => one.join('')).join(''));
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '1', ' ', '\n'), minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(pattern, text, (source, value) => {
        const judged = matchesPattern(source, value);
        if (judged !== undefined) assert.equal(judged, new RegExp(source).test(value));
      }),
    );
  });
});
