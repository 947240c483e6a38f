import assert from 'node:assert/strict';
import type { CodeLens, CodeLensProvider, TextDocument } from 'vscode';
import type { App } from '../app';
import { appsInTests } from '../eachApp';
import { Uri } from '../fake/basics';
import { editor, messageTexts } from '../fake/editor';
import { until } from '../fake/until';
import { writeTracked } from '../folder';

const escape = '\u001b';
const trace = [
  '$ make',
  `${escape}[31msrc/app.ts:12:3: error: no such thing${escape}[0m`,
  'src/app.ts:12:3: error: no such thing',
  '/builds/group/sub.project/src/app.ts:7: warning: unused',
  'src/gone.ts:1:1: error: not here',
  'error[E0308]: mismatched types',
  '  --> src/main.rs:4:5',
  'Error: thrown',
  '    at run (/usr/lib/node/run.js:1:1)',
  '    at main (src/app.ts:3:4)',
  '    at src/app.ts:9:9',
  'ERROR: Job failed: exit code 1',
  '',
].join('\n');

describe('Show Log Errors in Problems', () => {
  const apps = appsInTests();
  let app: App;
  const start = async (text = trace) => {
    app = await apps.ready({
      prepare: ({ gitlab: { world }, small }) => {
        for (const build of [small.builds.firstRspec, small.builds.odd]) world.update(build, { trace: text });
      },
    });
    await writeTracked(app.folder.path, { 'src/app.ts': 3000, 'src/main.rs': 4 });
  };
  const reference = (build: 'firstRspec' | 'odd' | 'rspec' = 'firstRspec') => ({ build: app.small.builds[build].id });
  const show = (build?: 'firstRspec' | 'odd' | 'rspec') => app.run('showProblems', reference(build));
  const entries = () => editor().problems.flatMap((one) => one.entries);
  /** `file:line:column severity message`, counted as VS Code does. */
  const shown = () =>
    entries().flatMap(([uri, all]) =>
      all.map(({ range: { start }, severity, message }) => {
        const file = uri.path.slice(app.folder.path.length + 1);
        return `${file}:${start.line}:${start.character} ${severity} ${message}`;
      }),
    );
  const hasProblems = () => editor().contextKeys.get('gitlabBuilds.hasProblems');

  it("adds each location in an existing file to the problems, once, with the log's message", async () => {
    await start();
    await show();
    assert.deepEqual(shown(), [
      'src/app.ts:11:2 0 error: no such thing',
      'src/app.ts:6:0 1 warning: unused',
      'src/app.ts:2:3 0 Error: thrown',
      'src/main.rs:3:4 0 error[E0308]: mismatched types',
    ]);
    const { id } = app.small.builds.firstRspec;
    assert.deepEqual(editor().statusMessages.slice(-1), [`4 problems in the log of rspec #${id}`]);
    assert.deepEqual(
      editor()
        .executed.map(({ command }) => command)
        .slice(-1),
      ['workbench.actions.view.problems'],
    );
    assert.equal(hasProblems(), true);
    assert.deepEqual(editor().messages, []);
  });

  it('says for each which build it comes from, where that is in GitLab, and which line of the log names it', async () => {
    await start();
    await show();
    const [first] = entries()[0]?.[1] ?? [];
    const { id } = app.small.builds.firstRspec;
    assert.equal(first?.source, `rspec #${id}`);
    assert.deepEqual(
      [first.code?.value, first.code?.target.toString()],
      ['in GitLab', `${app.gitlab.url}/${app.small.project.path}/builds/${id}`],
    );
    const [line] = first.relatedInformation ?? [];
    assert.ok(line);
    assert.equal(line.location.uri.toString(), editor().texts.editors[0]?.document.uri.toString());
    assert.equal(line.location.range.start.line, 1);
  });

  it("opens the log in an editor that the file of a problem doesn't replace", async () => {
    await start();
    await app.run('openLog', reference());
    assert.equal(editor().texts.editors[0]?.isPreview, true);
    await show();
    assert.deepEqual(
      editor().texts.editors.map(({ isPreview }) => isPreview),
      [false],
    );
  });

  it('works on the log in the editor, without asking', async () => {
    await start();
    await app.run('openLog', reference());
    editor().turnTo(editor().texts.editors[0]?.document.uri);
    await app.run('showProblems');
    assert.equal(shown().length, 4);
    assert.deepEqual(editor().picks, []);
  });

  it('is offered above the log of a failed build, and nowhere else', async () => {
    await start();
    const offered = async (build: 'firstRspec' | 'rspec') => {
      await app.run('openLog', reference(build));
      const provider = editor().texts.provider('lens') as CodeLensProvider;
      const document = editor().texts.editors.at(-1)?.document as unknown as TextDocument;
      const lenses = provider.provideCodeLenses(document, {} as never) as readonly CodeLens[];
      return lenses.filter(({ command }) => command?.command === 'gitlabBuilds.showProblems');
    };
    const [lens, ...others] = await offered('firstRspec');
    assert.deepEqual([lens?.command?.title, others.length], ['$(warning) Problems', 0]);
    await app.run('showProblems', ...((lens?.command?.arguments ?? []) as readonly unknown[]));
    assert.equal(shown().length, 4);
    assert.deepEqual(await offered('rspec'), []);
  });

  it('says that the log names no location, or none that exists here', async () => {
    await start();
    await show();
    app.gitlab.world.update(app.small.builds.firstRspec, { trace: 'nothing of note\n' });
    await show();
    const { id } = app.small.builds.firstRspec;
    const none = `The log of rspec #${id} names no file and line, so there are no problems to show.`;
    assert.deepEqual(messageTexts(), [none]);
    for (const [log, words] of [
      ['src/gone.ts:1: error: x\n', "one file and line, but the file isn't in this repository."],
      [
        'src/gone.ts:1: error: x\nlib/gone.ts:2: error: y\n',
        '2 files and lines, but none of the files are in this repository.',
      ],
    ] as const) {
      app.gitlab.world.update(app.small.builds.firstRspec, { trace: log });
      await show();
      assert.equal(messageTexts().at(-1), `The log of rspec #${id} names ${words}`);
    }
    assert.deepEqual([entries(), hasProblems()], [[], false]);
    // Once, when there were some: an empty list is not brought to the front.
    assert.equal(editor().executed.filter(({ command }) => command.includes('problems')).length, 1);
  });

  it('is refused for a build that has not failed', async () => {
    await start();
    await show('rspec');
    assert.match(messageTexts()[0] ?? '', /^rspec #\d+ hasn't failed, so its log has no problems to show\.$/);
    assert.deepEqual(editor().texts.editors, []);
  });

  it('shows the first thousand, and says that there are more', async () => {
    const lines = Array.from({ length: 3000 }, (_, index) => `src/app.ts:${index + 1}: error: x\n`);
    await start(lines.join(''));
    await show();
    assert.equal(shown().length, 1000);
    assert.match(
      editor().statusMessages.at(-1) ?? '',
      /^Showing the first 1000 problems of rspec #\d+. Its log has more.$/,
    );
  });

  it('reads the whole log even if the editor shows only the end', async () => {
    await start(`src/app.ts:1: error: early\n${`${'x'.repeat(99)}\n`.repeat(80_000)}src/app.ts:2: error: late\n`);
    await show();
    assert.deepEqual(shown(), ['src/app.ts:0:0 0 error: early', 'src/app.ts:1:0 0 error: late']);
    // The number of a line in the log is not that in the editor.
    assert.deepEqual(
      entries().flatMap(([, all]) => all.map(({ relatedInformation }) => relatedInformation)),
      [undefined, undefined],
    );
  });

  describe('keeps them until', () => {
    const isCleared = () => until('the end of them', () => entries().length === 0 && hasProblems() === false);

    it('the editor of the log is closed', async () => {
      await start();
      await show();
      await show('odd');
      const { id } = app.small.builds.odd;
      const isOfOdd = ({ document }: { document: { uri: Uri } }) => document.uri.path.endsWith(`#${id}.log`);
      const [odd] = editor().texts.editors.filter(isOfOdd);
      assert.ok(odd);
      editor().texts.hide(odd);
      await until('half of them', () => shown().length === 4);
      assert.equal(hasProblems(), true);
      for (const each of [...editor().texts.editors]) editor().texts.hide(each);
      await isCleared();
    });

    it('another run of the build is requested', async () => {
      await start();
      await show();
      const { project, builds, sha, ref } = app.small;
      const again = app.gitlab.world.addBuild(project, {
        sha,
        ref,
        name: 'rspec',
        status: 'failed',
        trace: 'src/app.ts:5: x\n',
      });
      await app.run('showProblems', { build: again.id });
      assert.deepEqual(shown(), ['src/app.ts:4:0 0 x']);
      await show('odd');
      assert.equal(shown().length, 5);
      assert.notEqual(again.id, builds.firstRspec.id);
    });

    it('the build is retried, here or there', async () => {
      await start();
      await show('odd');
      assert.equal(shown().length, 4);
      await app.run('retry', reference('odd'));
      await isCleared();
    });

    it('its log is erased', async () => {
      await start();
      await show('odd');
      const erasing = app.run('erase', reference('odd'));
      (await until('the question', () => editor().messages.find(({ open, modal }) => open && modal))).press('Erase');
      await erasing;
      await isCleared();
    });

    it('the user clears them', async () => {
      await start();
      await show();
      // That another run has taken its place since long does not matter.
      app.gitlab.world.setStatus(app.small.builds.long, 'success');
      await app.api.refresh();
      assert.equal(shown().length, 4);
      await app.run('clearProblems');
      assert.deepEqual([entries(), hasProblems()], [[], false]);
    });
  });
});
