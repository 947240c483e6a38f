import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rawZip } from '../../core/artifacts/rawZip';
import type { AppOptions } from '../app';
import { Bundle } from '../bundle';
import { appsInTests } from '../eachApp';
import { Uri } from '../fake/basics';
import { editor, messageTexts } from '../fake/editor';
import { until } from '../fake/until';
import { rowsOf } from '../fake/views';

const forbidden = {
  answer: { status: 403, headers: { 'Content-Type': 'application/json' }, body: '{"message":"403 Forbidden"}' },
};

describe('An artifact file', () => {
  const apps = appsInTests();
  const start = (options?: AppOptions, content?: Buffer): Promise<Bundle> => Bundle.start(apps, options, content);

  it("doesn't stand for its build in commands on builds", async () => {
    const bundle = await start();
    const rows = [await bundle.app.row('rspec'), await bundle.row('notes.txt')];
    bundle.app.asked();
    await bundle.app.run('retry', rows[0], rows);
    assert.deepEqual(
      bundle.app.asked().filter((each) => each.startsWith('POST jobs')),
      [`POST jobs/${bundle.app.small.builds.rspec.id}/retry`],
    );
    await bundle.app.run('downloadArtifacts', rows[1]);
    assert.deepEqual(messageTexts(), ['No build has artifacts.']);
  });

  it('is requested again on a click if it could not be listed', async () => {
    const bundle = await start();
    bundle.app.gitlab.faults = [{ ...forbidden, when: ({ path }) => path.includes('/artifacts') }];
    const [view] = editor().views;
    assert.ok(view);
    const opens = ({ contextValue = '' }: { contextValue?: string }) =>
      /^(artifacts|build|stage|status)\b/.test(contextValue);
    const failed = (await rowsOf(view, opens)).find(({ item }) => item.command?.title === 'Try Again');
    bundle.app.gitlab.faults = [];
    const changed: unknown[] = [];
    view.options.treeDataProvider.onDidChangeTreeData?.((rows) => changed.push(rows));
    await bundle.app.run('openArtifact', ...((failed?.item.command?.arguments ?? []) as unknown[]));
    assert.equal(changed.length, 1);
    assert.ok(await bundle.row('notes.txt'));
  });

  describe('when it is opened', () => {
    it("is an editor's file", async () => {
      const bundle = await start();
      await bundle.app.run('openArtifact', await bundle.row('notes.txt'));
      const [executed] = editor().executed;
      assert.equal(executed?.command, 'vscode.open');
      assert.match(String(executed.args[0]), /^gitlab-artifacts:\/\/\/bundle%20%23\d+\/notes\.txt\?/);
    });

    it('is selected in the Command Palette among files', async () => {
      const bundle = await start();
      const running = bundle.app.run('openArtifact');
      (await until('the builds', () => editor().picks[0])).choose('bundle');
      const pick = await until('the files', () => editor().picks[1]);
      assert.ok(!pick.labels.some((label) => label.includes('$(folder)')));
      pick.choose('notes.txt');
      await running;
      assert.equal(editor().executed[0]?.command, 'vscode.open');
    });

    it('is refused if it is a folder, or has no URI', async () => {
      const bundle = await start(
        {},
        rawZip([
          { name: 'ok/x', content: 'x' },
          { name: 'a/../b', content: 'x' },
        ]),
      );
      await bundle.app.run('openArtifact', { build: bundle.build.id, path: 'ok' });
      await bundle.app.run('openArtifact', await bundle.row('a/../b'));
      assert.deepEqual(messageTexts(), [
        'ok is a folder. Select a file in it.',
        '"a/../b" can\'t be opened here because of its name. Download the archive to see it.',
      ]);
    });

    it('reports that GitLab no longer has it', async () => {
      const bundle = await start();
      await bundle.app.run('openArtifact', { build: bundle.app.small.builds.compile.id, path: 'bin/app' });
      assert.deepEqual(messageTexts(), []);
      bundle.app.gitlab.world.erase(bundle.app.small.builds.odd);
      await bundle.app.run('openArtifact', { build: bundle.app.small.builds.odd.id, path: 'report.xml' });
      assert.match(messageTexts()[0] ?? '', /^The artifacts of spinach.* were erased or have expired\./);
    });

    it('reports that a build has none', async () => {
      const bundle = await start();
      await bundle.app.run('openArtifact', { build: bundle.app.small.builds.assets.id });
      assert.match(messageTexts()[0] ?? '', /^assets #\d+ has no artifacts: it created none, /);
    });
  });

  describe('when it is compared with the workspace', () => {
    const diff = (): readonly string[] => {
      assert.deepEqual(
        messageTexts().filter((text) => !text.startsWith('Saved')),
        [],
      );
      const [executed] = editor().executed;
      assert.equal(executed?.command, 'vscode.diff');
      return executed.args.map(String);
    };
    const put = async (bundle: Bundle, path: string): Promise<void> => {
      await mkdir(join(bundle.app.folder.path, path, '..'), { recursive: true });
      await writeFile(join(bundle.app.folder.path, path), 'of the workspace\n');
    };

    it('is next to the workspace file with the same path', async () => {
      const bundle = await start();
      await put(bundle, 'bin/app');
      await put(bundle, 'other/app');
      await bundle.app.run('compareArtifact', await bundle.row('app'));
      const [left, right, title] = diff();
      assert.match(left ?? '', /^gitlab-artifacts:.*\/bin\/app\?/);
      assert.equal(right, `file://${bundle.app.folder.path}/bin/app`);
      assert.equal(title, `app (bundle #${bundle.build.id}) and bin/app`);
    });

    it('is next to the only file with its name', async () => {
      const bundle = await start();
      await put(bundle, 'src/notes.txt');
      await bundle.app.run('compareArtifact', await bundle.row('notes.txt'));
      assert.equal(diff()[1], `file://${bundle.app.folder.path}/src/notes.txt`);
    });

    it('leaves the choice among several, and does not offer downloaded ones', async () => {
      const bundle = await start();
      await bundle.app.run('downloadArtifact', await bundle.row('notes.txt'));
      await put(bundle, 'src/notes.txt');
      await put(bundle, 'doc/old/notes.txt');
      const running = bundle.app.run('compareArtifact', await bundle.row('notes.txt'));
      const pick = await until('the files', () => editor().picks[0]);
      assert.deepEqual(pick.labels, ['src/notes.txt', 'doc/old/notes.txt']);
      pick.choose('doc/old');
      await running;
      assert.equal(diff()[1], `file://${bundle.app.folder.path}/doc/old/notes.txt`);
    });

    it('says that the workspace has no file with its name', async () => {
      const bundle = await start();
      await bundle.app.run('compareArtifact', await bundle.row('app'));
      assert.deepEqual(messageTexts(), ['The workspace has no bin/app and no other file named app.']);
    });

    it('is the one in the row whose menu was opened', async () => {
      const bundle = await start();
      await put(bundle, 'notes.txt');
      const rows = [await bundle.row('notes.txt'), await bundle.row('app')];
      await bundle.app.run('compareArtifact', rows[0], rows);
      assert.equal(diff()[1], `file://${bundle.app.folder.path}/notes.txt`);
    });

    it('is the one in the editor whose menu was opened', async () => {
      const bundle = await start();
      await put(bundle, 'notes.txt');
      const { node } = (await bundle.row('notes.txt')) as { node: { uri: string } };
      await bundle.app.run('compareArtifact', Uri.parse(node.uri));
      assert.equal(diff()[1], `file://${bundle.app.folder.path}/notes.txt`);
    });
  });
});
