import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { CodeLens } from 'vscode';
import type { App, AppOptions } from '../app';
import { appsInTests } from '../eachApp';
import { Uri } from '../fake/basics';
import { editor } from '../fake/editor';
import { FakeDocument } from '../fake/texts';
import { until } from '../fake/until';
import { texts } from '../notifying';

const text = `include: ci/included.yml
.hidden:
  script: a
compile:
  script: a
rspec:
  parallel: 2
production:
  script: a
lint: { script: a }
unknown:
  script: a
`;

async function write(app: App, path: string, content: string): Promise<FakeDocument> {
  const file = join(app.repository.rootUri.fsPath, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
  return new FakeDocument(Uri.file(file), content);
}

async function lenses(document: FakeDocument): Promise<readonly string[]> {
  const all = editor().texts.providers.filter(({ kind }) => kind === 'lens');
  const provider = all.find(({ selector }) => JSON.stringify(selector).includes('yaml'))?.provider;
  const found = await (provider as { provideCodeLenses(of: FakeDocument): Promise<CodeLens[]> }).provideCodeLenses(
    document,
  );
  return found.map(({ range, command }) => `${range.start.line} ${command?.title} ${command?.command.slice(13)}`);
}

describe('CodeLenses above the jobs in .gitlab-ci.yml', () => {
  const apps = appsInTests();
  const start = (options: AppOptions = {}) => apps.ready({ gitlab: { profile: '18.9' }, ...options });

  it('show the status, the duration, and what can be done', async () => {
    const app = await start();
    const document = await write(app, '.gitlab-ci.yml', text);
    assert.deepEqual(await lenses(document), [
      '3 $(pass) passed · 2:00 · usually 2:00 nextFailed',
      '3 $(output) Log openLog',
      '3 $(debug-restart) Retry retry',
      '5 $(pass) passed · 4:00 · usually 0:00 nextFailed',
      '5 $(output) Log openLog',
      '5 $(debug-restart) Retry retry',
      '7 $(watch) pending nextFailed',
      '9 $(circle-slash) canceled nextFailed',
      '9 $(debug-restart) Retry retry',
    ]);
  });

  it('combine all builds of a parallel job', async () => {
    const app = await start({
      prepare: ({ gitlab: { world }, small: { project, sha, ref } }) => {
        world.addBuild(project, { sha, ref, name: 'unknown 1/2', status: 'success' });
        world.addBuild(project, { sha, ref, name: 'unknown 2/2', status: 'failed' });
      },
    });
    const found = await lenses(await write(app, '.gitlab-ci.yml', text));
    assert.ok(found.includes('10 $(error) failed · 1 of 2: unknown 2/2 · usually 0:00 nextFailed'), found.join('\n'));
  });

  it('offer to play a manual build', async () => {
    const app = await start({
      prepare: ({ gitlab: { world }, small: { project, sha, ref } }) =>
        void world.addBuild(project, { sha, ref, name: 'unknown', status: 'manual', when: 'manual' }),
    });
    const found = await lenses(await write(app, '.gitlab-ci.yml', text));
    assert.ok(found.includes('10 $(play) Play play'), found.join('\n'));
  });

  it('appear in included local files, and in no other file', async () => {
    const app = await start();
    await write(app, '.gitlab-ci.yml', 'include: [ci/first.yml]\n');
    await write(app, 'ci/first.yml', 'include: /ci/parts/*.yml\n');
    const content = 'compile:\n  script: a\n';
    assert.equal((await lenses(await write(app, 'ci/parts/a.yml', content))).length, 3);
    assert.deepEqual(await lenses(await write(app, 'other.yml', content)), []);
    assert.deepEqual(await lenses(new FakeDocument(Uri.file('/elsewhere/.gitlab-ci.yml'), content)), []);
  });

  it('are missing with the setting off, and while signed out', async () => {
    const app = await start();
    const document = await write(app, '.gitlab-ci.yml', text);
    editor().configuration.set(editor().configuration.global, 'gitlabBuilds.ciFile.codeLens', false);
    assert.deepEqual(await lenses(document), []);
    editor().configuration.set(editor().configuration.global, 'gitlabBuilds.ciFile.codeLens', true);
    assert.notDeepEqual(await lenses(document), []);
    await app.run('signOut', { instance: app.gitlab.url });
    await app.shows('signedOut');
    assert.deepEqual(await lenses(document), []);
  });

  it('request nothing from GitLab', async () => {
    const app = await start();
    app.asked();
    await lenses(await write(app, '.gitlab-ci.yml', text));
    assert.deepEqual(app.asked(), []);
  });
});

describe('Go to Job in .gitlab-ci.yml', () => {
  const apps = appsInTests();
  const opened = () =>
    editor()
      .executed.filter(({ command }) => command === 'vscode.open')
      .map(({ args: [uri, options] }) => {
        const { selection } = options as { selection: { start: { line: number } } };
        return `${(uri as Uri).path.split('/').at(-1)}:${selection.start.line}`;
      });

  it('opens the job of a build, through included files', async () => {
    const app = await apps.ready();
    await write(app, '.gitlab-ci.yml', text);
    await write(app, 'ci/included.yml', 'include: ci/more.yml\nassets:\n  script: a\n');
    await write(app, 'ci/more.yml', '\n\nother:\n  script: a\n');
    await app.run('goToJob', { build: app.small.builds.compile.id });
    await app.run('goToJob', { build: app.small.builds.assets.id });
    assert.deepEqual(opened(), ['.gitlab-ci.yml:3', 'included.yml:1']);
  });

  it('says before 13.6 that there is no such job in the files', async () => {
    const app = await apps.ready();
    await app.run('goToJob', { build: app.small.builds.compile.id });
    assert.match(editor().messages[0]?.text ?? '', /^The job of compile isn't in .* since 13\.6\.$/);
    assert.deepEqual(opened(), []);
  });

  describe("shows a component's job in the merged configuration", () => {
    const component = 'git.example.com/group/compile@1.0';
    const committed = { '.gitlab-ci.yml': `include:\n  - component: ${component}\nassets:\n  script: a\n` };
    const start = (options: AppOptions = {}) =>
      apps.ready({
        gitlab: { profile: '18.9' },
        prepare: ({ gitlab: { world }, small: { project, sha } }) => {
          world.publishInclude(
            component,
            'compile:\n  script: a\n  stage: build\nrspec:\n  script: b\n  parallel: 2\n',
          );
          world.commitFiles(project, sha, committed);
        },
        ...options,
      });
    const mergedUri = () => editor().executed.find(({ command }) => command === 'vscode.open')?.args[0] as Uri;
    const lints = (app: App) => app.gitlab.requests.filter(({ path }) => path.includes('/ci/lint'));

    for (const profile of ['13.9', '15.9', '18.9'] as const)
      it(`at its line on ${profile}, with one request to GitLab`, async () => {
        const app = await start({ gitlab: { profile } });
        await write(app, '.gitlab-ci.yml', committed['.gitlab-ci.yml']);
        await app.run('goToJob', { build: app.small.builds.rspec.id });
        await app.run('goToJob', { build: app.small.builds.compile.id });
        assert.deepEqual(
          opened().map((one) => one.split(':')[1]),
          ['4', '1'],
        );
        const document = await editor().texts.open(mergedUri());
        assert.match(document.getText(), /^---\n:?compile:\n/);
        assert.match(mergedUri().path, /\.gitlab-ci\.yml$/);
        assert.deepEqual([lints(app).length, texts()], [1, []]);
      });

    it('of the commit that is shown, by its ID', async () => {
      const app = await start();
      await app.run('goToJob', { build: app.small.builds.compile.id });
      assert.match(lints(app)[0]?.path ?? '', new RegExp(`content_ref=${app.small.sha}$`));
    });

    it('unless GitLab has no job with that name', async () => {
      const app = await start();
      await app.run('goToJob', { build: app.small.builds.lint.id });
      assert.match(texts().join(), /^The job of lint isn't in \.gitlab-ci\.yml, nor in what it includes\./);
    });

    it("unless GitLab can't merge it, and says why", async () => {
      const app = await start({ prepare: () => undefined });
      await app.run('goToJob', { build: app.small.builds.compile.id });
      assert.match(texts().join(), /couldn't merge the configuration .*: Please provide content of \.gitlab-ci\.yml$/);
    });

    it('unless the user cancels', async () => {
      const app = await start();
      app.gitlab.faults.push({ when: ({ path }) => path.includes('/ci/lint'), stall: 'beforeHeaders' });
      const running = app.run('goToJob', { build: app.small.builds.compile.id });
      const progress = await until('the progress', () =>
        editor().progress.find(({ options }) => options.title === 'Loading the merged configuration'),
      );
      progress.cancel();
      await running;
      assert.deepEqual([opened(), texts()], [[], []]);
    });

    it('again after a restart, and only for a signed-in user', async () => {
      const app = await start();
      await app.run('goToJob', { build: app.small.builds.compile.id });
      const uri = mergedUri();
      await app.restart();
      await app.shows('ready');
      assert.match((await editor().texts.open(uri)).getText(), /compile:/);
      editor().texts.documents.clear();
      await app.run('signOut', { instance: app.gitlab.url });
      await app.shows('signedOut');
      assert.match((await editor().texts.open(uri)).getText(), /^# You aren't signed in/);
    });

    it('as a read-only document', async () => {
      const app = await start();
      await app.run('goToJob', { build: app.small.builds.compile.id });
      const { provider, options } = editor().fileSystems.of('gitlab-builds-ci') ?? assert.fail();
      assert.equal(options.isReadonly, true);
      assert.throws(() =>
        provider.writeFile(mergedUri() as never, new Uint8Array(), { create: true, overwrite: true }),
      );
    });
  });
});
