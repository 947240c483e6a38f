import assert from 'node:assert/strict';
import type { CodeLens, TextDocument } from 'vscode';
import { clockTime } from '../../../src/ui/log/logTimes';
import type { App } from '../app';
import { appsInTests } from '../eachApp';
import { Selection, type FakeTextEditor } from '../fake/texts';
import { editor, messageTexts } from '../fake/editor';
import { until } from '../fake/until';
import { quickPolls } from '../quickPolls';

const line = (at: number): string => `line ${at} ${'x'.repeat(90)}`;
const lines = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, at) => line(from + at)).join('\n') + '\n';

describe('A long log', () => {
  quickPolls();
  const apps = appsInTests();
  let app: App;
  const ready = async (trace: string) => {
    app = await apps.ready({
      settings: () => ({ 'gitlabBuilds.refresh.activeSeconds': 2, 'gitlabBuilds.log.tailAbove': 0.1 }),
      prepare: ({ gitlab: { world }, small }) => {
        world.update(small.builds.rspec, { trace });
        world.update(small.builds.long, { trace });
      },
    });
  };
  const open = async (build: { readonly id: number } = app.small.builds.rspec): Promise<FakeTextEditor> => {
    await app.run('openLog', { build: build.id });
    return editor().texts.editors[0] ?? assert.fail('no editor');
  };
  const lens = ({ document }: FakeTextEditor, what: RegExp): CodeLens['command'] => {
    const provider = editor().texts.provider('lens') as { provideCodeLenses(document: TextDocument): CodeLens[] };
    const all = provider.provideCodeLenses(document as unknown as TextDocument);
    return all.map(({ command }) => command).find((command) => what.test(command?.title ?? ''));
  };

  it('is shown from the start of its last part, and its CodeLens loads more', async () => {
    await ready(lines(0, 5000));
    const shown = await open();
    const { document } = shown;
    const first = Number(/^line (\d+)/.exec(document.lineAt(0).text)?.[1]);
    assert.ok(first > 3900 && first < 4100, `${first}`);
    assert.equal(document.lineAt(document.lineCount - 1).text, line(4999));
    const { command, title, arguments: args } = lens(shown, /Load earlier/) ?? assert.fail('no lens');
    const [, more = '', of = ''] = /\((\d+) of (\d+) lines\)$/.exec(title) ?? [];
    assert.equal(Number(of), first);
    await app.run(command.replace('gitlabBuilds.', ''), ...((args ?? []) as readonly unknown[]));
    const now = first - Number(more);
    await until('the lines before', () => document.lineAt(0).text === line(now));
    assert.equal(document.lineAt(document.lineCount - 1).text, line(4999));
  });

  it('keeps its scroll position when earlier lines are loaded', async () => {
    await ready(lines(0, 5000));
    const shown = await open();
    editor().texts.scroll(shown, 500);
    shown.selection = new Selection(510, 3, 511, 5);
    const at = (one: number): string => shown.document.lineAt(one).text;
    const top = at(shown.visibleRanges[0]?.start.line ?? 0);
    const [cursor, count] = [at(510), shown.document.lineCount];
    await app.run('loadEarlier', shown.document.uri);
    await until('the lines before', () => shown.document.lineCount > count);
    assert.equal(at(shown.visibleRanges[0]?.start.line ?? 0), top);
    const { anchor, active } = shown.selection;
    assert.deepEqual(
      [at(anchor.line), anchor.character, active.line - anchor.line, active.character],
      [cursor, 3, 1, 5],
    );
  });

  it('is loaded from its editor too, without a prompt, until there is no more', async () => {
    await ready(lines(0, 1200));
    const shown = await open();
    editor().turnTo(shown.document.uri);
    await app.run('loadEarlier');
    await until('all of it', () => shown.document.lineAt(0).text === line(0));
    assert.equal(lens(shown, /Load earlier/), undefined);
    await app.run('loadEarlier');
    assert.deepEqual(messageTexts(), ['The whole log is already shown.']);
    editor().turnTo(undefined);
    await app.run('loadEarlier');
    assert.equal(messageTexts()[1], "Open a build's log first.");
  });

  it('is limited to what the editor accepts, and the rest can be saved', async () => {
    await ready('x\n'.repeat(320_000));
    const shown = await open();
    editor().turnTo(shown.document.uri);
    for (let turns = 0; turns < 20 && lens(shown, /Load earlier/) !== undefined; turns++) {
      const count = shown.document.lineCount;
      await app.run('loadEarlier');
      await until('more', () => shown.document.lineCount > count);
    }
    const { title, command } = lens(shown, /earlier lines/) ?? assert.fail('no lens');
    assert.equal(title, "$(save-as) 21000 earlier lines don't fit in the editor. Save the log to read them.");
    assert.equal(command, 'gitlabBuilds.saveLog');
    await app.run('loadEarlier');
    assert.match(messageTexts()[0] ?? '', /can't show more of this log\. Save it/);
  });

  it('that grows is cut again only when it is twice as long, and keeps its scroll position', async () => {
    await ready(lines(0, 1100));
    const shown = await open(app.small.builds.long);
    const first = shown.document.lineAt(0).text;
    const grow = async (from: number, to: number): Promise<void> => {
      app.gitlab.world.appendTrace(app.small.builds.long, lines(from, to));
      const { document } = shown;
      await until('the growth', () => document.lineAt(document.lineCount - 1).text === line(to - 1));
    };
    await grow(1100, 1600);
    assert.equal(shown.document.lineAt(0).text, first);
    const wanted = shown.document.getText().split('\n').indexOf(line(1400));
    editor().texts.scroll(shown, wanted + 20);
    await grow(1600, 2200);
    assert.ok(shown.document.lineCount < 1000);
    assert.equal(shown.document.lineAt(shown.visibleRanges[0]?.start.line ?? 0).text, line(1400));
  });
});

describe('The timestamps of a log', () => {
  const apps = appsInTests();
  const stamped = (at: number): string =>
    `2024-05-14T11:19:${String(at % 60).padStart(2, '0')}.899359Z 00O line ${at}\n`;
  let app: App;
  const open = async (trace: string): Promise<FakeTextEditor> => {
    app = await apps.ready({
      prepare: ({ gitlab: { world }, small }) => void world.update(small.builds.rspec, { trace }),
    });
    await app.run('openLog', { build: app.small.builds.rspec.id });
    const shown = editor().texts.editors[0] ?? assert.fail('no editor');
    editor().turnTo(shown.document.uri);
    return shown;
  };
  const times = (shown: FakeTextEditor): readonly (readonly [number, string | undefined])[] =>
    [...shown.decorations.values()]
      .flat()
      .flatMap(({ range, renderOptions }) =>
        renderOptions === undefined ? [] : [[range.start.line, renderOptions.before?.contentText] as const],
      );

  it('are drawn in front of its lines on request, and leave its text unchanged', async () => {
    const shown = await open(stamped(1) + stamped(2));
    const text = shown.document.getText();
    assert.deepEqual(times(shown), []);
    await app.run('toggleLogTimestamps');
    const expected = [1, 2].map((at) => clockTime(Date.parse(`2024-05-14T11:19:0${at}.899Z`)));
    assert.deepEqual(
      times(shown),
      expected.map((time, at) => [at, time]),
    );
    assert.match(expected[0] ?? '', /^\d\d:\d\d:01\.899$/);
    assert.equal(shown.document.getText(), text);
    await app.run('toggleLogTimestamps');
    assert.deepEqual(times(shown), []);
  });

  it('are drawn around what is on screen, however long the log', async () => {
    const shown = await open(Array.from({ length: 20_000 }, (_, at) => stamped(at)).join(''));
    await app.run('toggleLogTimestamps');
    editor().texts.scroll(shown, 15_000);
    const drawn = times(shown).map(([at]) => at);
    assert.ok(drawn.includes(15_000) && !drawn.includes(0) && drawn.length < 1000, `${drawn.length}`);
  });

  it('are offered if there are any, and stay shown in the next log', async () => {
    const shown = await open(stamped(1));
    assert.equal(editor().contextKeys.get('gitlabBuilds.logHasTimes'), true);
    await app.run('toggleLogTimestamps');
    await app.run('openLog', { build: app.small.builds.firstRspec.id });
    const [, other] = editor().texts.editors;
    editor().turnTo(other?.document.uri);
    assert.equal(editor().contextKeys.get('gitlabBuilds.logHasTimes'), false);
    assert.deepEqual(times(other ?? shown), []);
    editor().texts.close(shown);
    await app.run('openLog', { build: app.small.builds.rspec.id });
    assert.equal(times(editor().texts.editors.at(-1) ?? shown).length, 1);
  });
});
