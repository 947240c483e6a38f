import assert from 'node:assert/strict';
import { message } from '../bundle';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rawZip } from '../../core/artifacts/rawZip';
import type { App } from '../app';
import { appsInTests } from '../eachApp';
import { editor } from '../fake/editor';
import { until } from '../fake/until';

describe('Extracting artifacts', () => {
  const apps = appsInTests();
  let app: App;
  beforeEach(async () => (app = await apps.ready()));

  const around = (): string => join(app.folder.path, '.gitlab-builds', `compile-${app.small.builds.compile.id}`);
  const below = async (): Promise<readonly string[]> => {
    const found = await readdir(around(), { recursive: true, withFileTypes: true });
    const paths = found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    return paths.map((path) => path.slice(around().length + 1)).sort();
  };
  const switchOn = (): void => {
    const { configuration } = editor();
    configuration.set(configuration.workspace, 'gitlabBuilds.artifacts.extract', true);
  };
  const contain = async (content: Buffer, filename = 'artifacts.zip'): Promise<void> => {
    app.gitlab.world.update(app.small.builds.compile, { artifacts: { filename, content } });
    await app.run('refresh');
  };
  const whole = ['artifacts.zip', 'artifacts/bin/app', 'artifacts/doc/notes.txt'];

  it('does not happen by itself', async () => {
    await app.run('downloadArtifacts', await app.row('compile'));
    assert.deepEqual(await below(), ['artifacts.zip']);
  });

  it('follows the download if the setting says so', async () => {
    switchOn();
    await app.run('downloadArtifacts', await app.row('compile'));
    assert.deepEqual(await below(), whole);
    assert.equal(await readFile(join(around(), 'artifacts/bin/app'), 'utf8'), 'an executable\n');
    const { text, buttons } = await message('Saved and extracted');
    assert.match(text, /^Saved and extracted \.gitlab-builds\/compile-\d+\/artifacts: 2 files, 21 B\.$/);
    assert.deepEqual(buttons, ['Reveal']);
  });

  it('follows the download that asks for it, whatever the setting', async () => {
    await app.run('extractArtifacts', await app.row('compile'));
    assert.deepEqual(await below(), whole);
  });

  it('handles several builds, and leads to the folder of the first', async () => {
    const rows = [await app.row('build'), await app.row('test')];
    await app.run('extractArtifacts', rows[0], rows);
    const told = await message('Saved and extracted');
    assert.match(told.text, / and 1 more\.$/);
    told.press('Reveal');
    const { command, args } = await until('the command', () => editor().executed[0]);
    assert.equal(command, 'revealInExplorer');
    assert.match(String(args[0]), /^file:\/\/.*\/\.gitlab-builds\/[^/]+\/(artifacts|test%20reports)$/);
  });

  it('is offered after a download', async () => {
    await app.run('downloadArtifacts', await app.row('compile'));
    app.asked();
    (await message('Saved')).press('Extract');
    await message('Saved and extracted');
    assert.deepEqual([await below(), app.asked()], [whole, []]);
  });

  it('uses the archive that was just downloaded, without a prompt or a request', async () => {
    await app.run('downloadArtifacts', await app.row('compile'));
    app.asked();
    await app.run('extractArtifacts', await app.row('compile'));
    assert.deepEqual([await below(), app.asked()], [whole, []]);
    assert.deepEqual(
      editor().messages.filter(({ modal }) => modal),
      [],
    );
  });

  it('asks before it replaces an archive that was changed since', async () => {
    await app.run('downloadArtifacts', await app.row('compile'));
    await writeFile(join(around(), 'artifacts.zip'), 'mine');
    const running = app.run('extractArtifacts', await app.row('compile'));
    (await message('artifacts.zip?')).press('Replace');
    await running;
    assert.deepEqual(await below(), whole);
  });

  it('drops the executable permission', async () => {
    await contain(rawZip([{ name: 'run.sh', content: '#!/bin/sh\n', mode: 0o100755 }]));
    await app.run('extractArtifacts', await app.row('compile'));
    assert.equal((await stat(join(around(), 'artifacts/run.sh'))).mode & 0o111, 0);
  });

  it('asks before it replaces a folder, including files that were added to it', async () => {
    await app.run('extractArtifacts', await app.row('compile'));
    await writeFile(join(around(), 'artifacts/mine.txt'), 'mine');
    const running = app.run('extractArtifacts', await app.row('compile'));
    const question = await message('/artifacts?');
    assert.match(question.detail, /The folder exists. Everything in it will be lost/);
    question.press('Replace');
    await running;
    assert.deepEqual(await below(), whole);
  });

  it('keeps the existing folder when the user says so', async () => {
    await app.run('extractArtifacts', await app.row('compile'));
    await writeFile(join(around(), 'artifacts/mine.txt'), 'mine');
    const running = app.run('extractArtifacts', await app.row('compile'));
    (await message('/artifacts?')).close();
    await running;
    assert.ok((await below()).includes('artifacts/mine.txt'));
    assert.match((await message('Saved .gitlab')).text, /artifacts\.zip\.$/);
  });

  for (const [what, entries, sentence] of [
    [
      'points outside the target folder',
      [
        { name: 'ok.txt', content: 'x' },
        { name: '../evil.txt', content: 'x' },
      ],
      /"\.\.\/evil\.txt" points outside/,
    ],
    [
      'lies behind a symbolic link',
      [
        { name: 'link', content: '/etc', mode: 0o120777 },
        { name: 'link/passwd', content: 'x' },
      ],
      /"link\/passwd" would be written through the symbolic link "link"/,
    ],
  ] as const)
    it(`refuses the whole archive if an entry ${what}, and keeps the archive`, async () => {
      await contain(rawZip(entries));
      await app.run('extractArtifacts', await app.row('compile'));
      const told = await message("but didn't extract it");
      assert.deepEqual([told.severity, told.buttons], ['warning', ['Reveal']]);
      assert.match(told.text, /^Saved \.gitlab-builds\/compile-\d+\/artifacts\.zip, but didn't extract it\. /);
      assert.match(told.text, sentence);
      assert.deepEqual([await below(), editor().messages.length], [['artifacts.zip'], 1]);
      assert.deepEqual((await readdir(app.folder.path)).sort(), ['.git', '.gitlab-builds']);
    });

  it("leaves out what can't be written, says how much and of what kind, and lists it in the log", async () => {
    const links = ['one', 'two'].map((name) => ({ name, content: '/etc/passwd', mode: 0o120777 }));
    const archive = [{ name: '.git/config', content: 'x' }, ...links, { name: 'ok.txt', content: 'x' }];
    await contain(rawZip(archive));
    await app.run('extractArtifacts', await app.row('compile'));
    const told = await message('Saved and extracted');
    assert.match(told.text, /artifacts: 1 file, 1 B\. 3 entries left out: 1 \.git, 2 links\.$/);
    assert.deepEqual([told.severity, told.buttons], ['information', ['Reveal', 'Show Log']]);
    assert.deepEqual(await below(), ['artifacts.zip', 'artifacts/ok.txt']);
    const lines = editor()
      .log.map(({ text }) => text)
      .filter((text) => text.startsWith('Left out'));
    assert.deepEqual(lines, ['Left out: gitFolder .git', 'Left out: symlink one', 'Left out: symlink two']);
    told.press('Show Log');
    await until('the log', () => editor().logShown === 1);
  });

  it("respects the user's limits, and leads to them; a workspace can't raise them", async () => {
    const { configuration } = editor();
    configuration.set(configuration.global, 'gitlabBuilds.artifacts.maxEntries', 2);
    configuration.set(configuration.workspace, 'gitlabBuilds.artifacts.maxEntries', 1_000_000);
    await app.run('extractArtifacts', await app.row('compile'));
    const told = await message("but didn't extract it");
    assert.match(told.text, /The archive has \d entries \(limit: 2\)\./);
    told.press('Open Settings');
    const executed = await until('the settings', () => editor().executed[0]);
    assert.deepEqual(executed.args, ['gitlabBuilds.artifacts.maxEntries']);
  });

  it('reports one among several that was refused', async () => {
    await contain(rawZip([{ name: '/abs', content: 'x' }]));
    const rows = [await app.row('build'), await app.row('test')];
    await app.run('extractArtifacts', rows[0], rows);
    const told = await message("didn't extract 1 of them");
    assert.match(
      told.text,
      /^Saved 2 archives, but didn't extract 1 of them\. .*artifacts\.zip: "\/abs" is an absolute path/,
    );
  });

  it("doesn't depend on the archive's file extension", async () => {
    await contain(rawZip([{ name: 'a', content: 'x' }]), 'reports');
    await app.run('extractArtifacts', await app.row('compile'));
    assert.deepEqual(await below(), ['reports', 'reports-files/a']);
  });

  it('never follows a link that came with the repository', async () => {
    const outside = join(app.folder.storage, 'outside');
    await mkdir(outside, { recursive: true });
    await mkdir(around(), { recursive: true });
    const { symlink } = await import('node:fs/promises');
    await symlink(outside, join(around(), 'artifacts'));
    await app.run('extractArtifacts', await app.row('compile'));
    await message("but didn't extract it");
    assert.deepEqual(await readdir(outside), []);
  });

  it('is canceled with its download, and leaves the archive or nothing', async () => {
    app.gitlab.faults = [{ stall: 'midBody', when: ({ path }) => path.endsWith('/artifacts') }];
    const running = app.run('extractArtifacts', await app.row('compile'));
    const shown = await until('the progress', () => editor().progress.find(({ options }) => options.cancellable));
    await until('the first bytes', () => shown.reports.length > 0);
    shown.cancel();
    await running;
    assert.deepEqual([await readdir(app.folder.path), editor().messages], [['.git'], []]);
  });
});
