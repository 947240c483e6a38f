import assert from 'node:assert/strict';
import { env, l10n } from 'vscode';
import { plural } from '../../../src/ui/text/plural';

/** The counts of 0, 1, 2, 5 and 21 that take the form for one. */
const singular: Readonly<Record<string, readonly number[]>> = {
  en: [1],
  de: [1],
  es: [1],
  fr: [0, 1],
  ja: [],
  'pt-br': [0, 1],
  'zh-cn': [],
};

describe('plural', () => {
  const editor = { env, l10n } as unknown as { env: { language: string }; l10n: { bundle: object | undefined } };
  afterEach(() => {
    editor.env.language = 'en';
    editor.l10n.bundle = undefined;
  });

  for (const [language, ones] of Object.entries(singular)) {
    it(`uses the form that ${language} has for each count`, () => {
      editor.env.language = language;
      editor.l10n.bundle = {};
      const counts = [0, 1, 2, 5, 21];
      assert.deepEqual(
        counts.filter((count) => plural(count, 'one', 'other') === 'one'),
        ones,
      );
    });
  }

  it('uses the English form if the display language has no translation', () => {
    editor.env.language = 'ru';
    assert.equal(plural(21, 'one', 'other'), 'other');
  });
});
