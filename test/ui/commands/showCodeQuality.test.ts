import assert from 'node:assert/strict';
import type { App } from '../app';
import { appsInTests } from '../eachApp';
import { editor, messageTexts } from '../fake/editor';
import { writeTracked } from '../folder';

const finding = (path: string, line: number, severity = 'major') => ({
  description: `Odd line ${line}`,
  check_name: 'odd',
  severity,
  location: { path, lines: { begin: line } },
});

describe('Show Code Quality in Problems', () => {
  const apps = appsInTests();

  async function withReport(files: Readonly<Record<string, string>>): Promise<App> {
    const app = await apps.ready({
      prepare: ({ gitlab: { world }, small: { builds } }) => {
        world.update(builds.compile, { artifacts: { filename: 'artifacts.zip', files } });
      },
    });
    await writeTracked(app.folder.path, { 'src/a.js': 30, 'web/src/a.js': 30, 'web/src/b.js': 30 });
    return app;
  }
  const show = (app: App) => app.run('showCodeQuality', { build: app.small.builds.compile.id });
  const shown = (app: App) =>
    editor().problems.flatMap((one) =>
      one.entries.flatMap(([uri, all]) =>
        all.map(({ range: { start }, severity, message }) => {
          const file = uri.path.slice(app.folder.path.length + 1);
          return `${file}:${start.line} ${severity} ${message}`;
        }),
      ),
    );

  it('shows findings in tracked files, by the path from the root or else in the only file whose path ends like it', async () => {
    const app = await withReport({
      'gl-code-quality-report.json': JSON.stringify([
        finding('src/a.js', 2),
        finding('./src/a.js', 3, 'blocker'),
        finding('src/b.js', 4, 'info'),
        finding('/builds/other/place/gone.js', 5),
        finding('../../etc/passwd', 1),
        finding('src/a.js', 31_000),
        finding('src/a.js', 2),
      ]),
    });
    await show(app);
    assert.deepEqual(messageTexts(), []);
    assert.deepEqual(shown(app), ['src/a.js:1 1 Odd line 2', 'src/a.js:2 0 Odd line 3', 'web/src/b.js:3 2 Odd line 4']);
    assert.equal(editor().contextKeys.get('gitlabBuilds.hasProblems'), true);
    await app.run('clearProblems');
    assert.deepEqual(shown(app), []);
  });

  it('removes them when the build runs again', async () => {
    const app = await withReport({ 'codequality.json': JSON.stringify([finding('src/a.js', 2)]) });
    await show(app);
    assert.equal(shown(app).length, 1);
    app.gitlab.world.retry(app.small.builds.compile, app.small.builds.compile.user);
    await app.api.refresh();
    assert.deepEqual(shown(app), []);
  });

  const nowhere = JSON.stringify([finding('gone.js', 1), finding('gone.js', 2)]);
  const cases: readonly (readonly [Readonly<Record<string, string>>, RegExp])[] = [
    [{ 'report.json': '[]' }, /contain no code quality report/],
    [{ 'codequality.json': '{}' }, /"codequality.json" isn't a code quality report/],
    [{ 'codequality.json': ' '.repeat(5_000_000) }, /too large to show in Problems \(.+; at most .+\)/],
    [{ 'codequality.json': '[]' }, /has no findings/],
    [{ 'codequality.json': nowhere }, /has 2 findings, but none in a tracked file/],
  ];
  for (const [files, sentence] of cases)
    it(`says ${sentence.source}`, async () => {
      const app = await withReport(files);
      await show(app);
      assert.match(messageTexts().at(-1) ?? '', sentence);
      assert.deepEqual(shown(app), []);
    });
});
