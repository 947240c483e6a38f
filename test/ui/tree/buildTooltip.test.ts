import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Build } from '../../../src/core/model/build';
import { buildTooltip, type TooltipFacts } from '../../../src/ui/tree/buildTooltip';
import { escaped } from '../../../src/core/util/markdown';
import { failureSentence, oneLine } from '../../../src/ui/text/failures';
import { plainText } from '../../../src/core/util/plainText';
import { aBuild, hostileTexts, sha } from '../samples';

const now = Date.parse('2016-03-01T12:30:00.000Z');
const punctuation = /[!-/:-@[-`{-~]/;

/** What CommonMark makes of text in which every mark is escaped or an entity. */
function read(markdown: string): string {
  return markdown.replace(/\\([!-/:-@[-`{-~])/g, '$1').replaceAll('&#36;', '$');
}

/** Title, command and arguments of each link. */
function linksIn(markdown: string): readonly unknown[][] {
  return [...bare(markdown).matchAll(/\[([^\]]*)\]\(command:([\w.]+)\?([^)]*)\)/g)].map(
    ([, title, command, query = '']) => [title, command, JSON.parse(decodeURIComponent(query)) as unknown],
  );
}

/** Without what is escaped. */
function bare(markdown: string): string {
  return markdown.replace(/\\[!-/:-@[-`{-~]/g, '').replaceAll('&#36;', '');
}

describe('Markdown with outside text', () => {
  for (const text of hostileTexts)
    it(`keeps it as text: ${JSON.stringify(text)}`, () => assert.doesNotMatch(bare(escaped(text)), punctuation));

  it('keeps any text as text, and reads as it was written', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        assert.doesNotMatch(bare(escaped(text)), punctuation);
        assert.equal(read(escaped(text)), plainText(text));
      }),
    );
  });

  it('contains no $, since VS Code looks for icons in the rendered Markdown', () => {
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
    queuedDuration: 7.3,
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

  it('starts with name, ID and status', () => assert.match(textOf(full), /^\*\*rspec\*\* #42 failed\n/));

  for (const [what, line] of [
    ['the stage', '| Stage | test |'],
    ['the ref', '| Ref | master |'],
    ['the commit', '| Commit | 01234567 Fix the build |'],
    ['the author', '| Author | Dana Developer |'],
    ['the user', '| Started by | dana |'],
    ['the runner', '| Runner | docker-01 |'],
    ['when it was created', `| Created | 30 min ago (${new Date('2016-03-01T12:00:00.000Z').toLocaleString()}) |`],
    ['when it ended', `| Finished | 26 min ago (${new Date('2016-03-01T12:03:10.000Z').toLocaleString()}) |`],
    ['how long it was queued', '| Queued | 0:07 |'],
    ['the duration', '| Duration | 3:10 |'],
    ['the coverage', '| Coverage | 98.29 % |'],
    ['the artifacts', '| Artifacts | artifacts.zip, 1.2 kB |'],
    ['the tags that its runner must have', '| Runner tags | docker, linux |'],
  ] as const)
    it(`shows ${what}`, () => assert.ok(textOf(full).split('\n').includes(line), textOf(full)));

  it('distinguishes a tag from a branch', () =>
    assert.match(textOf({ ref: 'v1.0', tag: true }), /\| Ref \| tag v1\.0 \|/));

  it('says when a running build should end, and when it should have ended', () => {
    const running = { status: 'running', startedAt: '2016-03-01T12:00:00.000Z' };
    const end = new Date('2016-03-01T12:35:00.000Z').toLocaleTimeString(undefined, { timeStyle: 'short' });
    const text = textOf(running, { expected: { rspec: 35 * 60 } });
    assert.match(text, /\| Duration \| 30:00, usually 35:00 \|\n/);
    assert.ok(text.endsWith(`| Expected end | ${end} |`), text);
    assert.ok(textOf(running, { expected: { rspec: 60 } }).endsWith('| Duration | 30:00, usually 1:00 |'));
  });

  it('says how long a finished build usually takes', () =>
    assert.match(textOf(full, { expected: { rspec: 90 } }), /\| Duration \| 3:10, usually 1:30 \|/));

  it('starts with a sentence that says why the build failed', () => {
    const text = textOf({ ...full, failureReason: 'script_failure', exitCode: 137 });
    const sentence = 'Its script failed with exit code 137: it was probably out of memory.';
    assert.deepEqual(text.split('\n').slice(0, 4), ['**rspec** #42 failed', '', sentence, '']);
  });

  it('says when artifacts expire, and why earlier attempts failed', () => {
    const artifacts = { filename: 'a.zip', size: 1234, expireAt: '2016-03-05T12:30:00.000Z' };
    const attempts = [
      aBuild({ id: 41, status: 'failed', failureReason: 'runner_system_failure' }),
      ...[40, 39, 38].map((id) => aBuild({ id, status: 'canceled' })),
    ];
    const lines = textOf({ ...full, artifacts, attempts }).split('\n');
    const time = new Date(artifacts.expireAt).toLocaleString();
    assert.ok(lines.includes(`| Artifacts | a.zip, 1.2 kB, expires in 4 days (${time}) |`));
    assert.equal(lines.filter((line) => line.startsWith('| Artifacts')).length, 1, 'in one line');
    assert.ok(lines.includes('| Earlier attempts | #41 failed: runner died, #40 canceled, #39 canceled, … |'));
  });

  it('says that a build passed only after a retry', () => {
    const failed = aBuild({ id: 41, name: 'rspec', status: 'failed' });
    const result = '| Result | passed on retry |';
    assert.ok(
      textOf({ ...full, status: 'success', attempts: [failed] })
        .split('\n')
        .includes(result),
    );
    assert.ok(!textOf({ ...full, status: 'failed', attempts: [failed] }).includes('passed on retry'));
  });

  it('says what the build waits for', () =>
    assert.match(textOf({ status: 'waiting_for_resource' }), /\| State \| waiting for its resource group \|/));

  it('says how old outdated data is, and shows the state at that time', () => {
    const asOf = Date.parse('2016-03-01T12:10:00.000Z');
    const text = textOf({ status: 'running', startedAt: '2016-03-01T12:00:00.000Z' }, { asOf });
    const time = new Date(asOf).toLocaleTimeString(undefined, { timeStyle: 'short' });
    assert.match(text, /\| Duration \| 10:00 \|/);
    assert.ok(text.endsWith(`\n\nOut of date: as of ${time}`), text);
  });

  it('has no rows for unknown values', () => {
    const names = [...textOf({ createdAt: '' }).matchAll(/^\| (\w+)/gm)].map(([, name]) => name);
    assert.deepEqual(names, ['Stage', 'Ref']);
  });

  it('is neither trusted nor HTML, and draws no icons', () => {
    const { isTrusted, supportHtml, supportThemeIcons } = buildTooltip(aBuild(full), now);
    assert.deepEqual([isTrusted, supportHtml, supportThemeIcons], [undefined, undefined, false]);
  });

  describe('has links', () => {
    const root = 'file:///work/a%20(b)';
    const page = 'https://git.example.com/group/app/-/';
    const pipeline = {
      ...{ id: 7, ref: 'master', sha, status: 'failed', webUrl: `${page}pipelines/7` },
      mergeRequest: { iid: 3, title: 'Let people [sign](in)' },
    };

    it('to its log, its page, its merge request and its commit', () => {
      const webUrl = `${page}jobs/42`;
      const { value } = buildTooltip(aBuild({ ...full, webUrl }), now, { root, pipeline });
      const argument = { build: 42, repository: root };
      assert.deepEqual(linksIn(value), [
        ['Open Log', 'gitlabBuilds.openLog', [argument]],
        ['Open in Browser', 'gitlabBuilds.openInBrowser', [argument]],
        ['Merge Request', 'vscode.open', [`${page}merge_requests/3`]],
        ['Commit', 'vscode.open', [`${page}commit/${sha}`]],
      ]);
      assert.ok(read(value).includes('| Merge request | !3 Let people [sign](in) |'));
    });

    it('and names the merge request in place of the hashes of a merged result', () => {
      const [ref, title] = ['refs/merge-requests/3/merge', `Merge ${sha} into ${sha}`];
      const merged = aBuild({ ref, commit: { sha, title, author: 'Dana' } });
      const { value } = buildTooltip(merged, now, { root, pipeline });
      assert.ok(read(value).includes(`| Commit | ${sha.slice(0, 8)} Let people [sign](in) |`));
    });

    it('only to what exists', () => {
      const { value } = buildTooltip(aBuild({ status: 'pending' }), now, { root });
      assert.deepEqual(linksIn(value), []);
    });

    it('that may run these commands and no others', () => {
      const { isTrusted, supportHtml, supportThemeIcons } = buildTooltip(aBuild(full), now, { root, pipeline });
      const own = ['openLog', 'openInBrowser', 'goToConfigError'].map((name) => `gitlabBuilds.${name}`);
      const enabledCommands = [...own, 'vscode.open'];
      assert.deepEqual([isTrusted, supportHtml, supportThemeIcons], [{ enabledCommands }, undefined, false]);
    });

    for (const text of hostileTexts)
      it(`and no others with ${JSON.stringify(text)} everywhere`, () => {
        const hostile = { ...pipeline, name: text, ref: text, sha: text, mergeRequest: { iid: 3, title: text } };
        const build = aBuild({ ...full, name: text, stage: text, failureMessage: text, ref: text, user: text });
        const { value } = buildTooltip(build, now, { root, pipeline: hostile });
        assert.deepEqual(
          linksIn(value).map(([title]) => title),
          ['Open Log', 'Merge Request'],
        );
        assert.doesNotMatch(bare(value.slice(0, value.lastIndexOf('\n'))), /[[\]<>`]|\]\(/);
      });
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
        tags: [text],
        attempts: [aBuild({ id: 2, status: 'failed', failureReason: text })],
      };
      const lines = bare(buildTooltip(aBuild(hostile), now).value).split('\n');
      const [head = '', ...table] = lines;
      assert.match(head, /^\*\*[^*|[\]<>`]*\*\* 1 [^*|[\]<>`]*$/);
      for (const line of table) assert.match(line, /^(\| \| \||\|:--\|:--\||\| [\w ]+ \| [^|[\]<>`*_]* \|)?$/);
      assert.equal(lines.length, 4 + 9);
    });
});

describe('Messages with outside text', () => {
  for (const text of hostileTexts)
    it(`contain no link: ${JSON.stringify(text)}`, () => assert.doesNotMatch(oneLine(text), /\]\(|[\n\r\u2028]/));

  it('contain no link even after parts of it were removed', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(']', '(', ' ', '\n', '\u0000', '\u2028', '[', 'x') }), (text) => {
        assert.doesNotMatch(oneLine(text), /\]\(/);
      }),
    );
  });

  it('contain no link in the reason of a failure', () => {
    const failure = { kind: 'forbidden', host: 'git.example.com', reason: 'no [click](command:x)\nhere' } as const;
    assert.equal(failureSentence(failure), "git.example.com doesn't allow this: no [click]\u2060(command:x) here");
  });
});
