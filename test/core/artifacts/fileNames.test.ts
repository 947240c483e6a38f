import assert from 'node:assert/strict';
import fc from 'fast-check';
import { safeName } from '../../../src/core/artifacts/fileNames';

describe('safeName', () => {
  const names: Readonly<Record<string, string>> = {
    'artifacts.zip': 'artifacts.zip',
    'test reports (2).zip': 'test reports (2).zip',
    'prüfung 🦊.tar.gz': 'prüfung 🦊.tar.gz',
    '../../x': '-..-x',
    '..\\..\\x': '-..-x',
    '/etc/passwd': '-etc-passwd',
    'C:\\Windows\\x': 'C--Windows-x',
    'a/b:c*d?e"f<g>h|i': 'a-b-c-d-e-f-g-h-i',
    '.gitignore': 'gitignore',
    '.': 'unnamed',
    '..': 'unnamed',
    '': 'unnamed',
    '   ': 'unnamed',
    '\0\u0001\u007f\u0085': 'unnamed',
    'a\0b': 'ab',
    'a\nb\r\nc\td': 'abcd',
    'a\u2028b\u2029c': 'abc',
    'zip.\u202Eexe.tar': 'zip.exe.tar',
    'a\u200Bb\uFEFF': 'ab',
    '\uD800x\uDFFF': 'x',
    'x.zip...': 'x.zip',
    'x.zip. . ': 'x.zip',
    ' . x': 'x',
    CON: '_CON',
    'nul.zip': '_nul.zip',
    'com1.tar.gz': '_com1.tar.gz',
    'LPT¹': '_LPT¹',
    conin$: '_conin$',
    'CON.': '_CON',
    'console.log': 'console.log',
    'con-5': 'con-5',
    'u\u0308': 'ü',
  };
  for (const [name, safe] of Object.entries(names)) {
    it(`makes ${JSON.stringify(safe)} of ${JSON.stringify(name)}`, () => assert.equal(safeName(name), safe));
  }

  it('shortens a long name in the middle, so that ID and file type remain', () => {
    const [ascii, wide] = [safeName(`${'x'.repeat(400)}-4711`), safeName(`${'🦊'.repeat(400)}.tar.gz`)];
    assert.match(ascii, /^x+…x+-4711$/);
    assert.match(wide, /^🦊+…🦊+\.tar\.gz$/u);
    for (const name of [ascii, wide]) assert.ok(Buffer.byteLength(name) <= 200 && Buffer.byteLength(name) > 150);
  });

  it('turns any text into one plain file name for every system, and leaves the result unchanged', () => {
    const piece = fc.constantFrom(
      '.',
      '..',
      '/',
      '\\',
      ' ',
      'con',
      'NUL',
      'a',
      '\0',
      '\u202E',
      ':',
      '🦊',
      '…',
      '\n',
      '_',
    );
    const texts = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.string({ unit: 'grapheme', maxLength: 300 }),
      fc.array(piece, { maxLength: 120 }).map((pieces) => pieces.join('')),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const name = safeName(text);
        assert.doesNotMatch(name, /[/\\:*?"<>|\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
        assert.doesNotMatch(name, /^[\s.]|[\s.]$/u);
        assert.doesNotMatch(name, /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i);
        assert.ok(name.length > 0 && Buffer.byteLength(name) <= 210);
        assert.equal(safeName(name), name);
      }),
      { numRuns: 1000 },
    );
  });
});
