import assert from 'node:assert/strict';
import { lenses } from '../lenses';
import type { App } from '../app';
import { appsInTests } from '../eachApp';
import { editor } from '../fake/editor';
import type { FakeTextEditor } from '../fake/texts';
import { until } from '../fake/until';

describe('A log as a file', () => {
  const apps = appsInTests();
  let app: App;
  beforeEach(async () => {
    app = await apps.ready({ settings: () => ({ 'gitlabBuilds.refresh.activeSeconds': 2 }) });
  });
  const open = async (build: { readonly id: number } = app.small.builds.firstRspec): Promise<FakeTextEditor> => {
    await app.run('openLog', { build: build.id });
    return editor().texts.editors.at(-1) ?? assert.fail('no editor');
  };
  const comesBack = (shown: FakeTextEditor) => until('the line of actions', () => lenses(shown).length > 0);
  const isDrawn = (shown: FakeTextEditor) =>
    shown.document
      .getText()
      .split('\n')
      .some((_, line) => shown.drawnOn(line).length > 0);

  it("can't be changed, and is UTF-8 whatever encoding the user has set", async () => {
    app.gitlab.world.update(app.small.builds.firstRspec, { trace: 'naïve\n' });
    const { uri } = (await open()).document;
    const { provider, options } = editor().fileSystems.of(uri.scheme) ?? assert.fail('no file system');
    assert.deepEqual(options, { isReadonly: true, isCaseSensitive: true });
    const bytes = await provider.readFile(uri as never);
    assert.equal(Buffer.from(bytes).toString(), '\uFEFFnaïve');
    assert.throws(() => provider.writeFile(uri as never, bytes, { create: true, overwrite: true }), /read-only/);
    await assert.rejects(async () => provider.readDirectory(uri as never), { code: 'FileNotADirectory' });
  });

  it('has a new version for VS Code after each change, even within a millisecond', async () => {
    const shown = await open(app.small.builds.long);
    const { provider } = editor().fileSystems.of(shown.document.uri.scheme) ?? assert.fail('no file system');
    const times = new Set<number>();
    provider.onDidChangeFile(async () => times.add((await provider.stat(shown.document.uri as never)).mtime));
    for (const part of ['one', 'two', 'three']) {
      app.gitlab.world.appendTrace(app.small.builds.long, `${part}\n`);
      await app.run('openLog', { build: app.small.builds.long.id });
      assert.ok(shown.document.getText().endsWith(part), part);
    }
    assert.ok(times.size >= 3, String(times.size));
  });

  it('is loaded for an editor that VS Code restores with the window', async () => {
    const shown = await open();
    const text = shown.document.getText();
    editor().texts.close(shown);
    await app.restart();
    const document = await editor().texts.open(shown.document.uri);
    assert.equal(document.getText(), text);
    assert.notEqual(lenses(shown).length, 0);
  });

  describe('whose editor outlives the extension host', () => {
    it('is restored with its CodeLens line and its colors', async () => {
      app.gitlab.world.update(app.small.builds.firstRspec, { trace: '\u001b[31mred\u001b[0m\n' });
      const shown = await open();
      assert.ok(isDrawn(shown));
      shown.decorations.clear();
      await app.restart();
      assert.deepEqual(lenses(shown), []);
      await comesBack(shown);
      assert.equal(shown.document.getText(), 'red');
      await until('the colors', () => isDrawn(shown));
    });

    it('keeps following while its build runs', async () => {
      const shown = await open(app.small.builds.long);
      await app.restart();
      await comesBack(shown);
      app.gitlab.world.appendTrace(app.small.builds.long, 'written after the restart\n');
      await until('the new line', () => shown.document.getText().includes('written after the restart'));
    });

    it('is restored even behind others, and if it said why there is no log', async () => {
      const { firstRspec, long } = app.small.builds;
      app.gitlab.world.update(firstRspec, { trace: '' });
      const shown = await open();
      assert.match(shown.document.getText(), /has no log/);
      // Its tab stays.
      editor().texts.editors.splice(0);
      await open(long);
      app.gitlab.world.update(firstRspec, { trace: 'it is back\n' });
      await app.restart();
      await comesBack(shown);
      await until('its text', () => shown.document.getText() === 'it is back');
    });

    it("doesn't scroll", async () => {
      const trace = Array.from({ length: 300 }, (_, line) => `line ${line}`).join('\n');
      app.gitlab.world.update(app.small.builds.firstRspec, { trace });
      const shown = await open();
      const { revealed } = shown;
      editor().texts.scroll(shown, 100);
      shown.selection = { start: { line: 100, character: 3 } } as never;
      const before = [shown.selection, revealed.length];
      app.gitlab.world.update(app.small.builds.firstRspec, { trace: `${trace}\nERROR: Job failed\n` });
      await app.restart();
      await until('the new text', () => shown.document.getText().endsWith('ERROR: Job failed'));
      editor().texts.onDidChangeVisibleEditors.fire(editor().texts.editors);
      assert.deepEqual([shown.selection, revealed.length], before);
    });
  });
});
