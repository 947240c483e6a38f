import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { App } from '../app';
import { appsInTests } from '../eachApp';
import { Uri } from '../fake/basics';
import { editor, messageTexts } from '../fake/editor';
import { until } from '../fake/until';

const lcov = ['a.js', 'b.js', 'gone.js']
  .map((name) => `SF:src/${name}\nDA:1,3\nDA:2,0\nBRDA:1,0,0,1\nBRDA:1,0,1,0\nend_of_record\n`)
  .join('');

describe('Show Coverage of Build', () => {
  const apps = appsInTests();

  /** An app whose build `compile` has left that file. */
  async function withReport(files: Readonly<Record<string, string>>): Promise<App> {
    const app = await apps.ready({
      prepare: ({ gitlab: { world }, small: { builds } }) => {
        world.update(builds.compile, { artifacts: { filename: 'artifacts.zip', files } });
      },
    });
    for (const name of ['src/a.js', 'src/b.js']) {
      await mkdir(dirname(join(app.folder.path, name)), { recursive: true });
      await writeFile(join(app.folder.path, name), '');
    }
    return app;
  }
  const shown = () => editor().testControllers.filter(({ disposed }) => !disposed);
  const painted = (app: App) =>
    shown().flatMap(({ runs }) =>
      runs.flatMap(({ coverage }) => coverage.map(({ uri }) => uri.path.slice(app.folder.path.length + 1))),
    );

  it('shows the coverage of existing files, with a profile whose tag no test has, and keeps the focus', async () => {
    const app = await withReport({ 'coverage/lcov.info': lcov });
    await app.run('showCoverage', { build: app.small.builds.compile.id });
    assert.match(messageTexts().join(), /^The coverage of compile #\d+ is shown in 2 files\.$/);
    assert.deepEqual(painted(app), ['src/a.js', 'src/b.js']);
    const [controller] = shown();
    const [run] = controller?.runs ?? [];
    assert.deepEqual([run?.ended, run?.persist, run?.request.preserveFocus], [true, false, true]);
    assert.deepEqual([controller?.items.size, controller?.profiles[0]?.tag?.id], [0, 'gitlabBuilds.coverage']);
    const details = await controller?.profiles[0]?.loadDetailedCoverage?.(run, run?.coverage[0], undefined);
    assert.deepEqual(details, run?.coverage[0]?.statements);
    const lines = run?.coverage[0]?.statements.map(({ executed, location, branches }) => [
      location.line,
      executed,
      branches.map((one) => one.executed),
    ]);
    assert.deepEqual(lines, [
      [0, 3, [true, false]],
      [1, 0, []],
    ]);
  });

  it('opens the list of files only with the button in its message', async () => {
    const app = await withReport({ 'coverage/lcov.info': lcov });
    await app.run('showCoverage', { build: app.small.builds.compile.id });
    const opened = () => editor().executed.filter(({ command }) => command === 'testing.openCoverage').length;
    assert.equal(opened(), 0);
    editor().messages.at(-1)?.press('Open Test Coverage');
    await until('the list', () => opened() === 1);
  });

  it('leaves out files with uncommitted changes', async () => {
    const app = await withReport({ 'coverage/lcov.info': lcov });
    app.repository.workingTreeChanges.push({ uri: Uri.file(join(app.folder.path, 'src/a.js')) });
    await app.run('showCoverage', { build: app.small.builds.compile.id });
    assert.deepEqual(painted(app), ['src/b.js']);
  });

  it('says if there is no report, and if another commit is checked out', async () => {
    const app = await withReport({ 'coverage/index.html': lcov });
    await app.run('showCoverage', { build: app.small.builds.compile.id });
    assert.match(messageTexts().at(-1) ?? '', /no lcov, Cobertura or JaCoCo report/);
    app.repository.moveHead({ name: 'other', commit: 'f'.repeat(40) });
    await app.run('showCoverage', { build: app.small.builds.compile.id });
    assert.match(messageTexts().at(-1) ?? '', /only shown for builds of the commit that is checked out/);
    assert.deepEqual(shown(), []);
  });
});
