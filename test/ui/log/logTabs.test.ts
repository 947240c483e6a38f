import assert from 'node:assert/strict';
import { lenses } from '../lenses';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { FileDecoration } from 'vscode';
import type { Logs } from '../../../src/ui/log/logs';
import { serverError } from '../../gitlab/faults';
import type { App } from '../app';
import { appsInTests } from '../eachApp';
import { editor } from '../fake/editor';
import { TabInputText, TabInputTextDiff, type FakeLanguageStatus } from '../fake/tabs';
import type { FakeTextEditor } from '../fake/texts';
import { until } from '../fake/until';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

describe('The log of an editor', () => {
  const apps = appsInTests();
  let app: App;
  const ready = async () => {
    app = await apps.ready({ settings: () => ({ 'gitlabBuilds.refresh.activeSeconds': 2 }) });
  };
  const open = async (build = app.small.builds.firstRspec): Promise<FakeTextEditor> => {
    await app.run('openLog', { build: build.id });
    return editor().texts.editors.at(-1) ?? assert.fail('no editor');
  };
  const change = (trace: string) => app.gitlab.world.update(app.small.builds.firstRspec, { trace });

  it('offers no changes above it with a read-only token', async () => {
    const token = 'reading-token';
    app = await apps.ready({
      gitlab: { profile: '18.9' },
      token,
      prepare: ({ gitlab: { world }, small }) => {
        world.addToken({ token, user: small.username, scopes: ['read_api'] });
      },
    });
    await until('what its token may do', () => app.of(app)?.readOnly === true);
    const offered = lenses(await open()).map(({ command }) => command?.title);
    assert.ok(
      offered.some((title) => title?.endsWith('Problems')),
      String(offered),
    );
    assert.deepEqual(
      offered.filter((title) => /Retry|Cancel/.test(title ?? '')),
      [],
    );
  });

  it('offers a retry above it if the token allows it', async () => {
    await ready();
    assert.ok(lenses(await open()).some(({ command }) => command?.title.endsWith('Retry')));
  });

  it('is dropped with its last tab, even though VS Code keeps the document for a while', async () => {
    await ready();
    const shown = await open();
    const { uri } = shown.document;
    const split = editor().texts.openTab(new TabInputText(uri));
    const diff = editor().texts.openTab(new TabInputTextDiff(uri, uri));
    editor().texts.hide(shown);
    assert.notEqual(lenses(shown).length, 0);
    editor().texts.closeTab(split);
    assert.notEqual(lenses(shown).length, 0);
    editor().texts.closeTab(diff);
    assert.deepEqual(lenses(shown), []);
    assert.ok(editor().texts.documents.has(uri.toString()));
  });

  it('releases its memory then', async () => {
    await ready();
    const shown = await open();
    const { logs } = editor().texts.provider('lens') as { readonly logs: Logs };
    const log = new WeakRef(logs.of(shown.document.uri as never) ?? assert.fail('no log'));
    editor().texts.hide(shown);
    await until('the collection', () => {
      collectGarbage();
      return log.deref() === undefined;
    });
  });

  it('is no longer requested from then on', async () => {
    await ready();
    const shown = await open(app.small.builds.long);
    editor().texts.hide(shown);
    app.asked();
    app.gitlab.world.update(app.small.builds.long, { status: 'canceled' });
    await app.api.refresh();
    await open();
    const { firstRspec } = app.small.builds;
    assert.deepEqual(
      app.asked().filter((path) => path.endsWith('trace')),
      [`GET builds/${firstRspec.id}/trace`],
    );
  });

  it('is reloaded when it is opened again, even if VS Code still has the old document', async () => {
    await ready();
    editor().texts.hide(await open());
    change('quite another\n');
    assert.equal((await open()).document.getText(), 'quite another');
  });

  it('is reloaded if VS Code restores a tab with the document that it has kept', async () => {
    await ready();
    const shown = await open();
    editor().texts.hide(shown);
    change('quite another\n');
    editor().texts.openTab(new TabInputText(shown.document.uri));
    await until('the other log', () => shown.document.getText() === 'quite another');
    assert.notEqual(lenses(shown).length, 0);
  });

  it('is unchanged when its language mode is changed', async () => {
    await ready();
    const shown = await open();
    // VS Code says so of a change of the language too.
    editor().texts.onDidCloseDocument.fire(shown.document);
    assert.notEqual(lenses(shown).length, 0);
    const ofLogs = editor().texts.providers.filter(({ kind, selector }) => kind !== 'colors' && !isOfFiles(selector));
    assert.deepEqual(
      ofLogs.map(({ kind, selector }) => [kind, selector]),
      ['folding', 'symbols', 'hover', 'lens', 'links'].map((kind) => [kind, { scheme: 'gitlab-builds-log' }]),
    );
  });

  it('has no color squares before its numbers, and neither have compared logs and timelines', async () => {
    await ready();
    const colors = editor().texts.providers.filter(({ kind }) => kind === 'colors');
    const schemes = ['gitlab-builds-log', 'gitlab-builds-log-compared', 'gitlab-builds-timeline'];
    assert.deepEqual(
      colors.map(({ selector }) => selector),
      [schemes.map((scheme) => ({ scheme }))],
    );
  });

  describe('has a tab', () => {
    const opened = () => editor().executed.filter(({ command }) => command === 'vscode.open');
    const turnTo = ({ document }: FakeTextEditor) => editor().turnTo(document.uri);
    const labelOf = ({ document }: FakeTextEditor) => editor().texts.tabOf(document.uri)?.label;

    it('whose name says how its build ended, once it is in front', async () => {
      await ready();
      const { firstRspec } = app.small.builds;
      const shown = await open(firstRspec);
      assert.equal(labelOf(shown), `rspec #${firstRspec.id}.log`);
      turnTo(shown);
      assert.equal(labelOf(shown), `rspec #${firstRspec.id} · failed`);
      const [{ args } = assert.fail('not opened')] = opened();
      assert.deepEqual(args[1], { viewColumn: 1, preserveFocus: true, preview: true });
    });

    it('that is renamed when its build ends, or once it is in front again', async () => {
      await ready();
      const { long, lint } = app.small.builds;
      const { world } = app.gitlab;
      world.update(lint, { status: 'running', finishedAtMs: null });
      await app.api.refresh();
      const [front, back] = [await open(long), await open(lint)];
      turnTo(front);
      assert.deepEqual(opened(), []);
      for (const build of [long, lint]) world.update(build, { status: 'canceled', finishedAtMs: world.now() });
      await app.api.refresh();
      await until('the name', () => labelOf(front)?.endsWith(' · canceled'));
      assert.equal(labelOf(back), `lint #${lint.id}.log`);
      turnTo(back);
      assert.equal(labelOf(back), `lint #${lint.id} · canceled`);
    });

    it('that is renamed once, whatever VS Code makes of the name, and again after it was closed', async () => {
      await ready();
      const { firstRspec } = app.small.builds;
      const shown = await open(firstRspec);
      turnTo(shown);
      editor().texts.nameTab(shown.document.uri, 'of another mind');
      assert.equal(opened().length, 1);
      editor().texts.hide(shown);
      turnTo(await open(firstRspec));
      assert.equal(opened().length, 2);
    });

    it('that keeps its name if that already says so, or if it is not a log', async () => {
      await ready();
      const shown = await open(app.small.builds.firstRspec);
      editor().texts.nameTab(shown.document.uri, `rspec #${app.small.builds.firstRspec.id} · failed`);
      turnTo(shown);
      editor().turnTo(app.repository.rootUri);
      assert.deepEqual(opened(), []);
    });
  });

  describe('shows on its tab and in the status bar', () => {
    const status = (): FakeLanguageStatus => editor().texts.languageStatus[0] ?? assert.fail('no status');
    const badge = (shown: FakeTextEditor): FileDecoration => {
      const found = editor().texts.decorations?.provideFileDecoration(shown.document.uri as never, undefined as never);
      return (found ?? assert.fail('no decoration')) as FileDecoration;
    };

    it('whether its build runs, and how it ended', async () => {
      await ready();
      const { long } = app.small.builds;
      const shown = await open(long);
      editor().turnTo(shown.document.uri);
      assert.deepEqual([badge(shown).badge, status().busy], ['●', true]);
      assert.match(status().text, /^running · \d+:\d\d$/);
      editor().texts.redecorated.splice(0);
      const { world } = app.gitlab;
      world.update(long, { status: 'failed', finishedAtMs: world.now() });
      await app.api.refresh();
      await until('the end', () => !status().busy);
      assert.match(status().text, /^failed after \d+:\d\d$/);
      assert.equal(status().severity, 2);
      assert.equal(badge(shown).badge, '✗');
      assert.match(badge(shown).tooltip ?? '', /#\d+: failed after /);
      assert.ok(editor().texts.redecorated.includes(shown.document.uri.toString()));
    });

    it('no color if it passed', async () => {
      await ready();
      const { rspec, long } = app.small.builds;
      const passed = badge(await open(rspec));
      assert.deepEqual([passed.badge, passed.color], ['✓', undefined]);
      assert.notEqual(badge(await open(long)).color, undefined);
    });

    it('that it is outdated, and why', async () => {
      await ready();
      const { long } = app.small.builds;
      editor().turnTo((await open(long)).document.uri);
      app.gitlab.faults = [serverError()];
      await until('the word', () => status().detail.includes('log out of date: '));
      assert.deepEqual([status().busy, status().severity], [false, 1]);
      const { command } = status().command as { readonly command: string };
      assert.equal(command, 'gitlabBuilds.openLog');
    });

    it('nothing for other documents', async () => {
      await ready();
      const shown = await open();
      const file = app.repository.rootUri;
      editor().turnTo(file);
      assert.deepEqual([status().text, status().busy], ['GitLab build', false]);
      assert.equal(editor().texts.decorations?.provideFileDecoration(file as never, undefined as never), undefined);
      editor().turnTo(shown.document.uri);
      assert.match(status().text, /^failed/);
    });
  });
});

/** The providers of CI files are for files on disk. */
function isOfFiles(selector: unknown): boolean {
  return (selector as { readonly scheme?: string }).scheme === 'file';
}
