import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProfileName } from '../../gitlab/profiles/profile';
import { shaOf } from '../../gitlab/seed';
import type { App } from '../app';
import { appsInTests } from '../eachApp';
import { editor, messageTexts } from '../fake/editor';
import type { FakeQuickPick } from '../fake/boxes';
import { until } from '../fake/until';

const older = { filename: 'old.zip', files: { 'bin/app': 'the older one\n' } };
const newer = { filename: 'new.zip', files: { 'bin/app': 'the newer one\n' } };

describe('Download Latest Artifacts of…', () => {
  const apps = appsInTests();
  let app: App;
  const start = async (profile: ProfileName = '18.9', artifacts: 'direct' | 'redirect' = 'direct'): Promise<void> => {
    app = await apps.ready({
      gitlab: { profile, artifacts },
      prepare: ({ gitlab: { world }, small: { project } }) => {
        for (const [at, archive] of [older, newer].entries()) {
          const sha = shaOf(`release ${at}`);
          world.addCommit(project, { sha, title: 'A release', createdAt: '2016-01-01T12:00:00.000Z' });
          const made = { sha, ref: 'release/2', stage: 'package', status: 'success' } as const;
          world.addBuild(project, { ...made, name: 'bundle', artifacts: archive });
          world.addBuild(project, { ...made, name: 'lint' });
        }
      },
    });
    app.asked();
  };
  const saved = (name: string): Promise<string> =>
    readFile(join(app.folder.path, '.gitlab-builds', ...name.split('/')), 'utf8');
  const pickAt = (at: number): Promise<FakeQuickPick> => until(`list ${at}`, () => editor().quickPicks[at]);
  const extract = (): void =>
    editor().configuration.set(editor().configuration.workspace, 'gitlabBuilds.artifacts.extract', true);

  for (const [profile, via] of [
    ['8.10', 'direct'],
    ['10.8', 'redirect'],
    ['18.9', 'direct'],
    ['18.9', 'redirect'],
  ] as const)
    it(`gets those of the newest passed pipeline, on ${profile} (${via})`, async () => {
      await start(profile, via);
      extract();
      await app.run('latestArtifacts', { ref: 'release/2', name: 'bundle' });
      assert.equal(await saved('bundle-latest-release-2/artifacts/bin/app'), 'the newer one\n');
      assert.match(
        messageTexts()[0] ?? '',
        /^Saved and extracted \.gitlab-builds\/bundle-latest-release-2\/artifacts: 1 file, /,
      );
    });

  it('asks for the branch, then for the build; it offers known ones and accepts any text', async () => {
    await start();
    const running = app.run('latestArtifacts');
    const refs = await pickAt(0);
    assert.equal(refs.labels[0], 'master');
    refs.type('release/2');
    assert.equal(refs.labels.at(-1), '$(git-branch) release/2');
    refs.choose('release/2');
    const names = await pickAt(1);
    assert.equal(names.labels[0], 'compile');
    assert.ok(names.labels.includes('rspec') && new Set(names.labels).size === names.labels.length);
    names.type('bundle');
    names.choose('bundle');
    await running;
    assert.deepEqual(await readdir(join(app.folder.path, '.gitlab-builds', 'bundle-latest-release-2')), [
      'artifacts.zip',
    ]);
    assert.match(messageTexts()[0] ?? '', /^Saved \.gitlab-builds\/bundle-latest-release-2\/artifacts\.zip\.$/);
  });

  it('does nothing when the user dismisses either list', async () => {
    await start();
    for (const lists of [1, 2]) {
      const at = editor().quickPicks.length;
      const running = app.run('latestArtifacts');
      if (lists === 2) (await pickAt(at)).choose('master');
      (await pickAt(at + lists - 1)).escape();
      await running;
    }
    assert.deepEqual([messageTexts(), app.asked().filter((each) => each.includes('artifacts'))], [[], []]);
  });

  it("explains GitLab's 404", async () => {
    await start();
    await app.run('latestArtifacts', { ref: 'release/2', name: 'lint' });
    assert.deepEqual(messageTexts(), [
      'No artifacts found: no pipeline of release/2 has passed, or the latest successful one has no build named lint with artifacts. Check both names.',
    ]);
    assert.deepEqual(await readdir(app.folder.path), ['.git']);
  });

  it('says on 8.5 that this GitLab is too old for it', async () => {
    await start('8.5');
    await app.run('latestArtifacts', { ref: 'release/2', name: 'bundle' });
    assert.match(messageTexts()[0] ?? '', /doesn't support this\.$/);
  });

  it('asks before it replaces an earlier download', async () => {
    await start();
    const wanted = { ref: 'release/2', name: 'bundle' };
    await app.run('latestArtifacts', wanted);
    const running = app.run('latestArtifacts', wanted);
    const question = await until('the question', () => editor().messages.find(({ modal }) => modal));
    assert.equal(question.text, 'Replace .gitlab-builds/bundle-latest-release-2/artifacts.zip?');
    question.close();
    await running;
  });

  it('says if a repository is not open', async () => {
    await start();
    await app.run('latestArtifacts', { ref: 'x', name: 'y', repository: 'file:///elsewhere' });
    assert.deepEqual(messageTexts(), ["The repository file:///elsewhere isn't open."]);
  });
});

describe('Clear Artifacts Cache', () => {
  const apps = appsInTests();

  it('says how much was freed, or that there was nothing', async () => {
    const app = await apps.ready({ gitlab: { profile: '18.9' } });
    await app.run('clearArtifactsCache');
    const folder = join(app.folder.storage, 'artifacts');
    await app.run('downloadArtifact', { build: app.small.builds.compile.id, path: 'bin' });
    await app.run('openArtifact', { build: app.small.builds.compile.id, path: 'bin/app' });
    const opened = editor().executed.find(({ command }) => command === 'vscode.open');
    await editor()
      .fileSystems.of('gitlab-artifacts')
      ?.provider.readFile(opened?.args[0] as never);
    const kept = await readdir(folder);
    assert.ok(kept.length > 0);
    await app.run('clearArtifactsCache');
    assert.deepEqual(await readdir(folder), []);
    assert.equal(editor().statusMessages[0], 'The artifacts cache was already empty');
    assert.match(editor().statusMessages.at(-1) ?? '', /^Artifacts cache cleared: (1 file|\d files), \d+ B$/);
  });
});
