import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Build } from '../../../src/core/model/build';
import { buildTooltip, type TooltipFacts } from '../../../src/ui/tree/buildTooltip';
import { escaped } from '../../../src/ui/text/buildText';
import { failureSentence, oneLine } from '../../../src/ui/text/failures';
import { plainText } from '../../../src/core/util/plainText';
import { aBuild, hostileTexts, sha } from '../samples';

const now = Date.parse('2016-03-01T12:30:00.000Z');
const punctuation = /[!-/:-@[-`{-~]/;

/** What CommonMark makes of text in which every mark is escaped or an entity. */
function read(markdown: string): string {
  return markdown.replace(/\\([!-/:-@[-`{-~])/g, '$1').replaceAll('&#36;', '$');
}

/** Without what is escaped. */
function bare(markdown: string): string {
  return markdown.replace(/\\[!-/:-@[-`{-~]/g, '').replaceAll('&#36;', '');
}

describe('Outside text in Markdown', () => {
  for (const text of hostileTexts)
    it(`stays text: ${JSON.stringify(text)}`, () => assert.doesNotMatch(bare(escaped(text)), punctuation));

  it('stays text, whatever it is, and is read as it was written', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        assert.doesNotMatch(bare(escaped(text)), punctuation);
        assert.equal(read(escaped(text)), plainText(text));
      }),
    );
  });

  it('has no $ left, for VS Code looks for icons in what Markdown has become', () => {
    for (const text of hostileTexts) assert.ok(!escaped(text).includes('$'));
  });

  it('is one line', () => {
    for (const text of hostileTexts) assert.doesNotMatch(escaped(text), /[\n\r\u2028\u2029\p{Cc}]/u);
  });
});

describe('The tooltip of a build', () => {
  const full: Partial<Build> = {
    id: 42,
    name: 'rspec',
    status: 'failed',
    startedAt: '2016-03-01T12:00:00.000Z',
    finishedAt: '2016-03-01T12:03:10.000Z',
    coverage: 98.29,
    artifacts: { filename: 'artifacts.zip', size: 1234 },
    user: 'dana',
    runner: 'docker-01',
    tags: ['docker', 'linux'],
    commit: { sha, title: 'Fix the build', author: 'Dana Developer' },
  };
  const textOf = (changes: Partial<Build>, facts?: TooltipFacts): string =>
    read(buildTooltip(aBuild(changes), now, facts).value);

  it('has name, id and status above all', () => assert.match(textOf(full), /^\*\*rspec\*\* #42 failed\n/));

  for (const [what, line] of [
    ['the stage', '| Stage | test |'],
    ['the ref', '| Ref | master |'],
    ['the commit', '| Commit | 01234567 Fix the build |'],
    ['the author', '| Author | Dana Developer |'],
    ['the user', '| Started by | dana |'],
    ['the runner', '| Runner | docker-01 |'],
    ['when it was created', `| Created | ${new Date('2016-03-01T12:00:00.000Z').toLocaleString()} |`],
    ['when it ended', `| Finished | ${new Date('2016-03-01T12:03:10.000Z').toLocaleString()} |`],
    ['the duration', '| Duration | 3:10 |'],
    ['the coverage', '| Coverage | 98.29 % |'],
    ['the artifacts', '| Artifacts | artifacts.zip, 1.2 kB |'],
    ['the tags that its runner must have', '| Runner tags | docker, linux |'],
  ] as const)
    it(`tells ${what}`, () => assert.ok(textOf(full).split('\n').includes(line), textOf(full)));

  it('tells a tag from a branch', () => assert.match(textOf({ ref: 'v1.0', tag: true }), /\| Ref \| tag v1\.0 \|/));

  it('tells of a running build when it should end, and when it should have', () => {
    const running = { status: 'running', startedAt: '2016-03-01T12:00:00.000Z' };
    const end = new Date('2016-03-01T12:35:00.000Z').toLocaleTimeString(undefined, { timeStyle: 'short' });
    const text = textOf(running, { expected: { rspec: 35 * 60 } });
    assert.match(text, /\| Duration \| 30:00 \|\n\| Usual duration \| 35:00 \|\n/);
    assert.ok(text.endsWith(`| Expected end | ${end} |`), text);
    assert.ok(textOf(running, { expected: { rspec: 60 } }).endsWith('| Usual duration | 1:00 |'));
  });

  it('tells what it waits for', () =>
    assert.match(textOf({ status: 'waiting_for_resource' }), /\| State \| waiting for its resource group \|/));

  it('tells of what is not fresh as of when, and how it was then', () => {
    const asOf = Date.parse('2016-03-01T12:10:00.000Z');
    const text = textOf({ status: 'running', startedAt: '2016-03-01T12:00:00.000Z' }, { asOf });
    const time = new Date(asOf).toLocaleTimeString(undefined, { timeStyle: 'short' });
    assert.match(text, /\| Duration \| 10:00 \|/);
    assert.ok(text.endsWith(`\n\nOut of date: as of ${time}`), text);
  });

  it('has no rows for what is not known', () => {
    const names = [...textOf({ createdAt: '' }).matchAll(/^\| (\w+)/gm)].map(([, name]) => name);
    assert.deepEqual(names, ['Stage', 'Ref']);
  });

  it('is neither trusted nor HTML, and draws no icons', () => {
    const { isTrusted, supportHtml, supportThemeIcons } = buildTooltip(aBuild(full), now);
    assert.deepEqual([isTrusted, supportHtml, supportThemeIcons], [undefined, undefined, false]);
  });

  for (const text of hostileTexts)
    it(`keeps its shape with ${JSON.stringify(text)} everywhere`, () => {
      const hostile: Partial<Build> = {
        name: text,
        stage: text,
        status: text,
        ref: text,
        user: text,
        runner: text,
        createdAt: text,
        commit: { sha: text, title: text, author: text },
        artifacts: { filename: text, size: 1 },
      };
      const lines = bare(buildTooltip(aBuild(hostile), now).value).split('\n');
      const [head = '', ...table] = lines;
      assert.match(head, /^\*\*[^*|[\]<>`]*\*\* 1 [^*|[\]<>`]*$/);
      for (const line of table) assert.match(line, /^(\| \| \||\|:--\|:--\||\| [\w ]+ \| [^|[\]<>`*_]* \|)?$/);
      assert.equal(lines.length, 4 + 7);
    });
});

describe('Outside text in messages', () => {
  for (const text of hostileTexts)
    it(`is no link: ${JSON.stringify(text)}`, () => assert.doesNotMatch(oneLine(text), /\]\(|[\n\r\u2028]/));

  it('is no link even after what was taken out of it', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(']', '(', ' ', '\n', '\u0000', '\u2028', '[', 'x') }), (text) => {
        assert.doesNotMatch(oneLine(text), /\]\(/);
      }),
    );
  });

  it('is no link as the reason of a failure', () => {
    const failure = { kind: 'forbidden', host: 'git.example.com', reason: 'no [click](command:x)\nhere' } as const;
    assert.equal(failureSentence(failure), "git.example.com doesn't allow this: no [click]\u2060(command:x) here");
  });
});
