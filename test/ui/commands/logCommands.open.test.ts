import assert from 'node:assert/strict';
import type { CodeLens, DocumentSymbol, FoldingRange, Hover, HoverProvider, TextDocument } from 'vscode';
import manifest from '../../../package.json';
import { serverError } from '../../gitlab/faults';
import type { App } from '../app';
import { appsInTests } from '../eachApp';
import { editor } from '../fake/editor';
import type { FakeTextEditor } from '../fake/texts';
import { until } from '../fake/until';
import { Uri } from '../fake/basics';
import { quickPolls } from '../quickPolls';
import { evaluate } from '../when';

const escape = '\u001b';
const section = (kind: 'start' | 'end', at: number, name: string, options = ''): string =>
  `section_${kind}:${at}:${name}${options}\r${escape}[0K`;
const colored = [
  `${section('start', 10, 'prepare', '[collapsed=true]')}Preparing the runner\n`,
  'Using Docker\n',
  section('end', 75, 'prepare'),
  `${section('start', 75, 'step_script')}Executing\n`,
  `$ make ${escape}[31;1mred${escape}[0m plain\n`,
  `${escape}[0;31mERROR: Job failed: exit code 1\n${escape}[0;m`,
  section('end', 80, 'step_script'),
].join('');

function provided(kind: string, method: string, shown: FakeTextEditor): unknown {
  const provider = editor().texts.provider(kind) as Record<string, (document: TextDocument) => unknown>;
  return provider[method]?.(shown.document as unknown as TextDocument);
}

const lenses = (shown: FakeTextEditor): readonly (string | undefined)[] =>
  (provided('lens', 'provideCodeLenses', shown) as CodeLens[]).map(({ command }) => command?.title);

describe('Open Log', () => {
  const apps = appsInTests();
  let app: App;
  const shown = (): FakeTextEditor => editor().texts.editors.at(-1) ?? assert.fail('no editor');
  const lines = (): readonly string[] => shown().document.getText().split('\n');
  const lineOfCursor = (): string => shown().document.lineAt(shown().selection.start.line).text;
  const ready = async (trace?: string) => {
    app = await apps.ready({
      settings: () => ({ 'gitlabBuilds.refresh.activeSeconds': 2 }),
      prepare: ({ gitlab: { world }, small }) => {
        if (trace === undefined) return;
        world.update(small.builds.firstRspec, { trace });
        world.update(small.builds.rspec, { trace });
      },
    });
    app.asked();
  };
  const openFailed = () => app.run('openLog', { build: app.small.builds.firstRspec.id });

  it('shows the log of a row as text, named after its build', async () => {
    await ready(colored);
    await app.run('openLog', await app.row('rspec'));
    const { id } = app.small.builds.rspec;
    assert.equal(shown().document.uri.path, `/rspec #${id}.log`);
    assert.equal(shown().document.uri.scheme, 'gitlab-builds-log');
    assert.deepEqual(lines().slice(0, 3), ['Preparing the runner', 'Using Docker', 'Executing']);
    assert.ok(!shown().document.getText().includes(escape));
    assert.deepEqual(app.asked(), [`GET builds/${id}/trace`]);
    assert.deepEqual(editor().messages, []);
  });

  it('asks in the Command Palette for a build, among those that have started', async () => {
    await ready();
    const running = app.run('openLog');
    const pick = await until('the pick', () => editor().picks[0]);
    assert.equal(pick.options.placeHolder, 'Select a build to open its log');
    assert.ok(!pick.labels.some((label) => label.includes('lint')));
    pick.choose('assets');
    await running;
    assert.match(shown().document.uri.path, /^\/assets #/);
  });

  it('puts the cursor on the first error of a failed build, and at the top of a passed one', async () => {
    await ready(colored.replace(' plain', ' plain\nerror: no rule\nover'));
    await openFailed();
    assert.equal(lineOfCursor(), 'error: no rule');
    await app.run('openLog', await app.row('rspec'));
    assert.equal(shown().selection.start.line, 0);
  });

  it('puts the cursor on the last lines of a script without an error, and folds none of it', async () => {
    const verdict = 'ERROR: Job failed: exit code 1';
    const clean = section('start', 80, 'cleanup_file_variables') + 'Cleaning up\nfiles\n';
    const after = `${clean}${section('end', 81, 'cleanup_file_variables')}${verdict}\n`;
    await ready(`${colored.replace(verdict, 'done, but not well')}${after}`);
    await openFailed();
    assert.equal(lineOfCursor(), 'done, but not well');
    const folds = editor().executed.filter(({ command }) => command === 'editor.fold');
    const folded = folds.map(({ args }) => (args[0] as { selectionLines: number[] }).selectionLines);
    assert.deepEqual(folded, [[0, lines().indexOf('Cleaning up')]]);
  });

  it('keeps the script of a failed build unfolded, even if the cursor is elsewhere', async () => {
    const broken = 'ERROR: Job failed (system failure): pod was evicted';
    await ready(`${colored.replace('ERROR: Job failed: exit code 1', 'half done')}${broken}\n`);
    await openFailed();
    assert.equal(lineOfCursor(), broken);
    const folds = editor().executed.filter(({ command }) => command === 'editor.fold');
    assert.deepEqual(
      folds.map(({ args }) => args),
      [[{ levels: 1, direction: 'down', selectionLines: [0] }]],
    );
  });

  it('draws colors at the columns of the plain text', async () => {
    await ready(colored);
    await openFailed();
    const drawn = shown()
      .drawnOn(3)
      .map(([options, ...columns]) => [JSON.stringify(options), ...columns]);
    assert.deepEqual(drawn, [['{"color":{"id":"gitlabBuilds.log.ansiRed"},"fontWeight":"bold"}', 7, 10]]);
  });

  it('draws only what is on screen and around it, however long the log', async () => {
    await ready(`${escape}[32mgreen${escape}[0m\n`.repeat(100_000));
    await app.run('openLog', await app.row('rspec'));
    const count = () => [...shown().decorations.values()].reduce((sum, ranges) => sum + ranges.length, 0);
    assert.ok(count() > 20 && count() < 1000, `${count()}`);
    editor().texts.scroll(shown(), 60_000);
    assert.equal(shown().drawnOn(60_000).length, 1);
    assert.equal(shown().drawnOn(0).length, 0);
    assert.ok(count() < 1000);
  });

  it('has its sections as folds and in the outline, with their durations', async () => {
    await ready(colored);
    await openFailed();
    const folds = provided('folding', 'provideFoldingRanges', shown()) as FoldingRange[];
    assert.deepEqual(folds.map(({ start, end }) => [start, end]).slice(0, 1), [[0, 1]]);
    const symbols = (await provided('symbols', 'provideDocumentSymbols', shown())) as DocumentSymbol[];
    assert.deepEqual(
      symbols.map(({ name, detail }) => [name, detail]),
      [
        ['Preparing the runner', '1:05'],
        ['Executing', 'failed · 0:05'],
      ],
    );
    const drawn = [...shown().decorations.values()].flat().map(({ range, renderOptions }) => {
      const text = renderOptions?.after?.contentText;
      return text === undefined ? undefined : [range.start.line, range.start.character, text];
    });
    const width = (line: number): number => lines()[line]?.length ?? 0;
    assert.deepEqual(
      drawn.filter((each) => each !== undefined),
      folds.slice(0, 2).map(({ start }, index) => [start, width(start), ['1:05', '0:05'][index]]),
    );
  });

  it('shows in its outline what runs, and nothing for a passed build', async () => {
    const outline = async () =>
      ((await provided('symbols', 'provideDocumentSymbols', shown())) as DocumentSymbol[]).map(({ detail }) => detail);
    await ready(colored);
    await app.run('openLog', await app.row('rspec'));
    assert.deepEqual(await outline(), ['1:05', '0:05']);
    const { long } = app.small.builds;
    app.gitlab.world.update(long, { trace: colored.replace(section('end', 80, 'step_script'), '') });
    await app.run('openLog', { build: long.id });
    assert.deepEqual(await outline(), ['1:05', 'running']);
  });

  it('folds what the runner marks as collapsed, except around the error', async () => {
    await ready(colored.replace('step_script', 'step_script[collapsed=true]'));
    await openFailed();
    const folded = editor().executed.filter(({ command }) => command === 'editor.fold');
    assert.deepEqual(
      folded.map(({ args }) => args),
      [[{ levels: 1, direction: 'down', selectionLines: [0] }]],
    );
  });

  it('folds all finished sections of a failed build, except around the error', async () => {
    await ready(colored.replace('[collapsed=true]', ''));
    await app.run('openLog', await app.row('rspec'));
    const folds = () =>
      editor()
        .executed.filter(({ command }) => command === 'editor.fold')
        .map(({ args }) => args);
    assert.deepEqual(folds(), []);
    await openFailed();
    assert.deepEqual(folds(), [[{ levels: 1, direction: 'down', selectionLines: [0] }]]);
  });

  it('shows the status of the build above the log, and offers actions', async () => {
    await ready();
    await app.run('openLog', await app.row('compile'));
    assert.deepEqual(lenses(shown()).slice(0, 4), [
      '$(pass) passed',
      '$(debug-restart) Retry',
      '$(cloud-download) Artifacts',
      '$(link-external) Browser',
    ]);
  });

  it("leads to the commit's next failed build", async () => {
    await ready();
    await app.run('openLog', await app.row('compile'));
    const lens = (provided('lens', 'provideCodeLenses', shown()) as CodeLens[]).at(-1)?.command;
    assert.match(lens?.title ?? '', /^\$\(arrow-right\) Next failed: spinach/);
    assert.ok(!lens?.title.slice(2).includes('$('));
    await app.run('openLog', lens?.arguments?.[0]);
    assert.match(shown().document.uri.path, new RegExp(`#${app.small.builds.odd.id}\\.log$`));
  });

  it('does not lead to a build that is allowed to fail', async () => {
    const mayFail = (small: App['small'], { world }: App['gitlab']) =>
      void world.update(small.builds.odd, { allowFailure: true });
    // Not told by v3.
    app = await apps.ready({ gitlab: { profile: '18.9' }, prepare: ({ gitlab, small }) => mayFail(small, gitlab) });
    await app.run('openLog', { build: app.small.builds.compile.id });
    assert.ok(
      lenses(shown()).length > 1 && !lenses(shown()).some((title) => title?.includes('Next failed')),
      lenses(shown()).join(),
    );
  });

  it('shows when a line was written, if the runner provides it', async () => {
    await ready('2024-05-14T11:19:19.899359Z 00O Hello\n2024-05-14T11:19:20.000000Z 01E World\n');
    await openFailed();
    const hover = editor().texts.provider('hover') as HoverProvider;
    const said = (line: number): string => {
      const document = shown().document as unknown as TextDocument;
      const found = hover.provideHover(document, { line } as never, {} as never) as Hover | undefined;
      return (found?.contents as unknown as { value: string }).value;
    };
    assert.equal(lines()[0], 'Hello');
    assert.match(said(0), /2024/);
    assert.match(said(1), /standard error$/);
  });

  it('notices that the log was erased from here', async () => {
    await ready();
    await app.run('openLog', await app.row('assets'));
    assert.notEqual(shown().document.getText(), '');
    const erasing = app.run('erase', await app.row('assets'));
    (await until('the question', () => editor().messages.find(({ open, modal }) => open && modal))).press('Erase');
    await erasing;
    await until('the word', () => lenses(shown())[0]?.endsWith('log erased'));
    assert.match(shown().document.getText(), /^The log of assets #\d+ was erased\.\nRetry the build for a new one\.$/);
  });

  it("restores an editor of an earlier session, and requests nothing from a GitLab that isn't signed in", async () => {
    await ready();
    await openFailed();
    const { uri } = shown().document;
    editor().texts.close(shown());
    assert.match((await editor().texts.open(uri)).getText(), /1 failure/);
    const address = { root: '', instance: 'https://evil.example.com', project: 'a/b', build: 1 };
    const query = Buffer.from(JSON.stringify(address)).toString('base64url');
    app.asked();
    for (const own of [query, 'nonsense']) {
      const document = await editor().texts.open(Uri.parse(`gitlab-builds-log:/x.log?${own}`));
      assert.match(document.getText(), /^You aren't signed in to the GitLab that has this log\./);
    }
    assert.deepEqual(app.asked(), []);
  });

  it('requests nothing from a project that the workspace has not shown, whoever wrote its address', async () => {
    await ready();
    await openFailed();
    const { query } = shown().document.uri;
    const address = JSON.parse(Buffer.from(query, 'base64url').toString()) as Readonly<Record<string, unknown>>;
    app.asked();
    for (const project of ['group/other', '1', `${String(address['project'])}/`, 'GROUP/sub.project']) {
      const foreign = Buffer.from(JSON.stringify({ ...address, project })).toString('base64url');
      const document = await editor().texts.open(Uri.parse(`gitlab-builds-log:/x.log?${foreign}`));
      assert.match(document.getText(), /^This workspace hasn't shown the project of this log\./);
    }
    assert.deepEqual(app.asked(), []);
  });

  it('opens one document if it is run twice at once, and keeps reading it', async () => {
    await ready();
    await Promise.all([openFailed(), openFailed()]);
    assert.deepEqual([editor().texts.editors.length, editor().texts.documents.size], [1, 1]);
    assert.deepEqual(editor().messages, []);
  });

  describe('for a running build', () => {
    quickPolls();
    const grows = (text: string) => app.gitlab.world.appendTrace(app.small.builds.long, text);
    const openRunning = () => app.run('openLog', { build: app.small.builds.long.id });
    const shows = (what: RegExp) => until(String(what), () => what.test(shown().document.getText()));

    it('starts at its end, grows with it, and ends with it', async () => {
      await ready();
      await openRunning();
      assert.match(String(lenses(shown())[0]), /running · live$/);
      grows('one more line\n');
      await shows(/one more line/);
      app.gitlab.world.update(app.small.builds.long, { status: 'success', finishedAtMs: app.gitlab.world.now() });
      grows('the last line\n');
      await app.api.refresh();
      await shows(/the last line/);
      await until('the end', () => lenses(shown())[0] === '$(pass) passed');
    });

    it('offers to cancel it, and once it has failed, to copy the error and to show its problems', async () => {
      await ready();
      await openRunning();
      editor().turnTo(shown().document.uri);
      const { long } = app.small.builds;
      const cancel = (provided('lens', 'provideCodeLenses', shown()) as CodeLens[]).map(({ command }) => command)[1];
      assert.deepEqual([cancel?.title, cancel?.command], ['$(debug-stop) Cancel', 'gitlabBuilds.cancel']);
      assert.equal((cancel?.arguments?.[0] as { build: number }).build, long.id);
      const offered = () => {
        const keys = { resourceScheme: 'gitlab-builds-log', ...Object.fromEntries(editor().contextKeys) };
        const items = manifest.contributes.menus['editor/title'].filter(({ when }) => evaluate(when, keys));
        return items.map(({ command }) => command.replace('gitlabBuilds.', ''));
      };
      assert.deepEqual(offered(), ['saveLog', 'row.compareLog']);
      app.gitlab.world.update(long, { status: 'failed', finishedAtMs: app.gitlab.world.now() });
      await app.api.refresh();
      await until('the end', () => offered().length > 2);
      assert.deepEqual(offered(), [
        'saveLog',
        'row.compareLog',
        'row.copyFailure',
        'row.fixWithChat',
        'row.showProblems',
      ]);
      assert.ok(lenses(shown()).includes('$(warning) Problems') && !lenses(shown()).includes('$(debug-stop) Cancel'));
    });

    it('sends the ETag, so that known data is not sent again', async () => {
      await ready();
      await openRunning();
      await until('the next', () =>
        app.gitlab.requests.some(({ path, status }) => path.endsWith('trace') && status === 304),
      );
    });

    it('follows the end until the user scrolls away', async () => {
      await ready();
      grows('line\n'.repeat(200));
      await openRunning();
      const before = shown().revealed.length;
      grows('near the end\n');
      await shows(/near the end/);
      assert.ok(shown().revealed.length > before);
      editor().texts.scroll(shown(), 50);
      const after = shown().revealed.length;
      grows('far from the end\n');
      await shows(/far from the end/);
      assert.equal(shown().revealed.length, after);
    });

    it('reloads the log if it was replaced, and says if it was erased', async () => {
      await ready();
      await openRunning();
      app.gitlab.world.update(app.small.builds.long, { trace: 'quite another log\n' });
      await shows(/^quite another log/);
      app.gitlab.world.update(app.small.builds.long, { trace: '' });
      await until('the word', () => lenses(shown())[0]?.endsWith('running · log erased'));
      assert.match(shown().document.getText(), /was erased\.\nNew output appears here\.$/);
    });

    it('keeps what it has while GitLab fails, and says so above it', async () => {
      await ready();
      await openRunning();
      const text = shown().document.getText();
      app.gitlab.faults = [serverError()];
      await until('the word', () => /log out of date: .*a server error/.test(String(lenses(shown())[0])));
      assert.equal(shown().document.getText(), text);
    });

    it('sends no more requests once its editor is closed', async () => {
      await ready();
      const { small } = app;
      const { world } = app.gitlab;
      const other = world.addBuild(small.project, { sha: small.sha, ref: small.ref, name: 'other', status: 'running' });
      const readings = (id: number): number =>
        app.gitlab.requests.filter(({ path }) => path.endsWith(`/${id}/trace`)).length;
      await openRunning();
      await until('a second', () => readings(small.builds.long.id) > 1);
      const closed = shown();
      await app.api.refresh();
      await app.run('openLog', { build: other.id });
      editor().texts.close(closed);
      const [before, ofOther] = [readings(small.builds.long.id), readings(other.id)];
      // Both would be read equally often.
      await until('the other twice', () => readings(other.id) > ofOther + 1);
      assert.equal(readings(small.builds.long.id), before);
    });
  });
});
