import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { App } from '../app';
import { appsInTests } from '../eachApp';
import { editor } from '../fake/editor';
import type { Message } from '../fake/message';
import { until } from '../fake/until';

describe('Previously downloaded artifacts', () => {
  const apps = appsInTests();
  let app: App;
  let paths: readonly string[];
  beforeEach(async () => {
    app = await apps.ready({
      prepare: ({ gitlab: { world }, small: { project, sha } }) => {
        const artifacts = { filename: 'app.zip', files: { 'bin/app': 'an executable\n' } };
        const package_ = { sha, stage: 'package', status: 'success', artifacts } as const;
        for (const name of ['one', 'two', 'three', 'four']) world.addBuild(project, { ...package_, name });
      },
    });
    await app.run('downloadArtifacts', await app.row('package'));
    const folder = join(app.folder.path, '.gitlab-builds');
    paths = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.zip')).sort();
    paths = paths.map((name) => join(folder, name));
    for (const path of paths) await writeFile(path, 'mine');
    editor().messages.splice(0);
  });

  const mine = async (): Promise<number> => {
    const texts = await Promise.all(paths.map((path) => readFile(path, 'utf8')));
    return texts.filter((text) => text === 'mine').length;
  };
  const questions = (): readonly Message[] => editor().messages.filter(({ modal }) => modal);
  const answered = async (count: number, button: string | undefined): Promise<void> => {
    const question = await until('the question', () => questions()[count]);
    if (button === undefined) question.close();
    else question.press(button);
  };

  it('are asked about one at a time, with an option to apply the choice to all', async () => {
    const running = app.run('downloadArtifacts', await app.row('package'));
    const question = await until('the question', () => questions()[0]);
    assert.match(question.text, /^Replace \.gitlab-builds\/(one|two|three|four)-\d+\/app\.zip\?$/);
    assert.deepEqual(question.buttons, ['Replace', 'Replace All', 'Keep', 'Keep All']);
    assert.equal(questions().length, 1);
    question.press('Replace All');
    await running;
    assert.deepEqual([questions().length, await mine()], [1, 0]);
  });

  it('are all kept after Keep All, and nothing is requested from GitLab', async () => {
    app.asked();
    const running = app.run('downloadArtifacts', await app.row('package'));
    await answered(0, 'Keep All');
    await running;
    assert.deepEqual([questions().length, await mine(), app.asked()], [1, 4, []]);
    assert.deepEqual(editor().messages.length, 1);
  });

  it('all stay when the prompt is dismissed', async () => {
    const running = app.run('downloadArtifacts', await app.row('package'));
    await answered(0, undefined);
    await running;
    assert.deepEqual([questions().length, await mine()], [1, 4]);
  });

  it('are replaced or kept one by one', async () => {
    const running = app.run('downloadArtifacts', await app.row('package'));
    for (const [at, button] of ['Replace', 'Keep', 'Replace', 'Keep'].entries()) await answered(at, button);
    await running;
    assert.deepEqual([questions().length, await mine()], [4, 2]);
  });

  it('are asked about again in the next run', async () => {
    for (const at of [0, 1]) {
      const running = app.run('downloadArtifacts', await app.row('package'));
      await answered(at, 'Replace All');
      await running;
    }
    assert.equal(questions().length, 2);
  });

  it('have two choices if there is one file', async () => {
    const running = app.run('downloadArtifacts', await app.row('one'));
    const question = await until('the question', () => questions()[0]);
    assert.deepEqual(question.buttons, ['Replace']);
    question.press('Replace');
    await running;
    assert.equal(await mine(), 3);
  });
});
