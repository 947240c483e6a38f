import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { ESLint } from 'eslint';

/** Patterns that are not proved to be linear, by file, with the reason for each. */
const suppressed: readonly string[] = [];

const reason = 'applied to text that this function has cut to at most 1,000 characters';

function sources(): readonly (readonly [file: string, text: string])[] {
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  return files.map((file) => [file, readFileSync(`src/${file}`, 'utf8')]);
}

describe('Every regular expression of src/', () => {
  it('is proved to be linear, except for those listed here with their reason', () => {
    const lines = sources().flatMap(([file, text]) =>
      text
        .split('\n')
        .filter((line) => line.includes('patterns/linear') || /eslint-disable(?!-next-line)/.test(line))
        .map((line) => `${file}: ${line.trim()}`),
    );
    assert.deepEqual(lines, suppressed);
    assert.ok(lines.every((line) => line.includes(reason)));
  });

  it('is in the list of proved ones while it is used, and no longer', () => {
    const text = sources()
      .map(([, source]) => source)
      .join('\n');
    const proved = JSON.parse(readFileSync('eslint.patterns.json', 'utf8')) as readonly string[];
    assert.deepEqual(
      proved.filter((pattern) => !text.includes(pattern)),
      [],
      'run `npm run patterns`',
    );
  });

  it('is rejected by lint if it is not linear, or is created at run time', async () => {
    const eslint = new ESLint();
    const refused = async (code: string) => {
      const [result] = await eslint.lintText(code, { filePath: 'src/core/model/instance.ts' });
      return result?.messages.filter(({ ruleId }) => ruleId === 'patterns/linear').length;
    };
    assert.equal(await refused('export const pattern = /^[ab]+$/;\n'), 0);
    for (const pattern of ['/ +$/', '/^(a+)+$/', '/(?<!b)b+$/', "new RegExp('a')"])
      assert.equal(await refused(`export const pattern = ${pattern};\n`), 1, pattern);
  });
});
