import assert from 'node:assert/strict';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { projectRoot } from './project';

type Texts = Readonly<Record<string, string>>;

interface Flaws {
  readonly flawsOf: (part: {
    readonly file: string;
    readonly english: Texts;
    readonly translated: Texts;
    readonly unchanged: readonly string[];
  }) => readonly string[];
  readonly renewed: (english: Texts, translated: Texts) => Texts;
}

const load = async () => (await import(pathToFileURL(join(projectRoot, 'l10n.flaws.mjs')).href)) as Flaws;

describe('A translation', () => {
  const english = { retry: 'Retry {0}', link: '[Open](command:open) or `api`', icon: '$(check) Done', log: 'Log' };
  const german = { retry: '{0} wiederholen', link: '[Öffnen](command:open) oder `api`', icon: '$(check) Fertig' };
  const whole: Texts = { ...german, log: 'Log' };
  const told = async (translated: Texts, unchanged = ['Log']) =>
    (await load()).flawsOf({ file: 'de.json', english, translated, unchanged });

  it('is complete with every text translated, or listed as the same word', async () => {
    assert.deepEqual(await told(whole), []);
  });

  for (const [flaw, texts, sentence] of [
    ['lacks a text', german, 'de.json: log is not translated.'],
    ['has an empty text', { ...whole, log: ' ' }, 'de.json: log is not translated.'],
    ['has a text that is no longer used', { ...whole, gone: 'Weg' }, 'de.json: gone is no longer used.'],
    ['loses a placeholder', { ...whole, retry: 'Wiederholen' }, 'de.json: retry must keep {0}.'],
    ['has a placeholder twice', { ...whole, retry: '{0} {0}' }, 'de.json: retry must keep {0}.'],
    [
      'changes a command',
      { ...whole, link: '[Öffnen](command:x) oder `api`' },
      'de.json: link must keep ](command:open).',
    ],
    ['changes a literal', { ...whole, link: '[Öffnen](command:open) oder `API`' }, 'de.json: link must keep `api`.'],
    ['loses an icon', { ...whole, icon: 'Fertig' }, 'de.json: icon must keep $(check).'],
    [
      'adds an icon',
      { ...whole, log: '$(output) Protokoll' },
      'de.json: log must keep the text free of links and icons.',
    ],
  ] as const)
    it(`is rejected if it ${flaw}`, async () => {
      assert.deepEqual(await told(texts), [sentence]);
    });

  it('is rejected if it equals the English text, unless that is listed', async () => {
    assert.deepEqual(await told(whole, []), [
      'de.json: log is the English text. If that is right, list it in l10n/unchanged.json.',
    ]);
  });

  it('may equal it if a text has no words', async () => {
    const { flawsOf } = await load();
    const texts = { size: '{0} · {1}' };
    assert.deepEqual(flawsOf({ file: 'de.json', english: texts, translated: texts, unchanged: [] }), []);
  });

  it('is updated without the removed texts, and with an empty one for each new text', async () => {
    const { renewed } = await load();
    assert.deepEqual(renewed(english, { gone: 'Weg', retry: '{0} wiederholen' }), {
      retry: '{0} wiederholen',
      link: '',
      icon: '',
      log: '',
    });
  });
});
