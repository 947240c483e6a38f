import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rawZip } from '../../core/artifacts/rawZip';
import type { AppOptions } from '../app';
import { Bundle, message } from '../bundle';
import { appsInTests } from '../eachApp';
import { Uri } from '../fake/basics';
import { editor, messageTexts } from '../fake/editor';
import { until } from '../fake/until';

describe('Downloading a file or folder of artifacts', () => {
  const apps = appsInTests();
  const start = (options?: AppOptions, content?: Buffer): Promise<Bundle> => Bundle.start(apps, options, content);

  it('gets one file with one part of the archive', async () => {
    const bundle = await start();
    const wanted = await bundle.row('notes.txt');
    const before = bundle.downloads.length;
    await bundle.app.run('downloadArtifact', wanted);
    assert.deepEqual(await bundle.saved(), ['notes.txt']);
    assert.equal(await readFile(join(bundle.folder, 'notes.txt'), 'utf8'), 'Notes.\n');
    assert.deepEqual(bundle.downloads.slice(before), ['part']);
    const saved = await message('Saved');
    assert.deepEqual(
      [saved.text, saved.buttons],
      [`Saved .gitlab-builds/bundle-${bundle.build.id}/notes.txt.`, ['Reveal', 'Open']],
    );
    saved.press('Open');
    const executed = await until('the command', () => editor().executed[0]);
    assert.deepEqual(
      [executed.command, String(executed.args[0])],
      ['vscode.open', `file://${bundle.folder}/notes.txt`],
    );
  });

  it('gets a folder with everything below it, or nothing', async () => {
    const bundle = await start();
    await bundle.app.run('downloadArtifact', await bundle.row('bin'));
    assert.deepEqual(await bundle.saved(), ['bin/app', 'bin/lib/a.so', 'bin/lib/b.so']);
    assert.deepEqual(new Set(bundle.downloads), new Set(['part']));
    assert.deepEqual((await message('Saved')).buttons, ['Reveal']);
  });

  it("leaves out of a folder what can't be written, and replaces a link to a file in the archive by that file", async () => {
    const link = { mode: 0o120777 };
    const entries = [{ name: 'tool/cli.js', content: 'run()' }, { name: 'bin/.git/config' }, { name: 'bin/text' }];
    const links = [
      { ...link, name: 'bin/tool', content: '../tool/cli.js' },
      { ...link, name: 'bin/up', content: '..' },
    ];
    const bundle = await start({}, rawZip([...entries, ...links]));
    await bundle.app.run('downloadArtifact', await bundle.row('bin'));
    assert.deepEqual(await bundle.saved(), ['bin/text', 'bin/tool']);
    assert.equal(await readFile(join(bundle.folder, 'bin', 'tool'), 'utf8'), 'run()');
    const { text, buttons } = await message('Saved');
    assert.match(text, /\/bin\. 2 entries left out: 1 \.git, 1 link\.$/);
    assert.deepEqual(buttons, ['Reveal', 'Show Log']);
  });

  it('gets everything that is selected, each item once', async () => {
    const bundle = await start();
    const rows = [await bundle.row('notes.txt'), await bundle.row('bin'), await bundle.row('app')];
    await bundle.app.run('downloadArtifact', rows[0], rows);
    assert.deepEqual(await bundle.saved(), ['bin/app', 'bin/lib/a.so', 'bin/lib/b.so', 'notes.txt']);
    const shown = editor().progress.find(({ options }) => options.cancellable);
    assert.equal(shown?.options.title, `2 artifacts of bundle #${bundle.build.id}`);
  });

  it('gets the files from the whole archive, fetched once, if that is cheaper', async () => {
    const bundle = await start();
    const wanted = await bundle.row('many');
    await bundle.app.run('downloadArtifact', wanted);
    assert.equal((await bundle.saved()).length, 60);
    assert.equal(bundle.downloads.filter((one) => one === 'whole').length, 1);
    const before = bundle.downloads.length;
    const running = bundle.app.run('downloadArtifact', wanted);
    (await message('Replace')).press('Replace');
    await running;
    assert.deepEqual(bundle.downloads.slice(before), []);
    assert.equal((await bundle.saved()).length, 60);
  });

  it('uses parts anyway if the archive may not be kept in the cache', async () => {
    const bundle = await start({ settings: () => ({ 'gitlabBuilds.artifacts.cacheMegabytes': 0 }) });
    await bundle.app.run('downloadArtifact', await bundle.row('many'));
    assert.equal((await bundle.saved()).length, 60);
    assert.ok(!bundle.downloads.includes('whole'));
  });

  it("applies to the active editor's file, whatever displays it", async () => {
    const bundle = await start();
    const { node } = (await bundle.row('notes.txt')) as { node: { uri: string } };
    const uri = Uri.parse(node.uri);
    editor().turnTo(uri);
    await bundle.app.run('downloadArtifact');
    assert.deepEqual(await bundle.saved(), ['notes.txt']);
    const running = bundle.app.run('downloadArtifact', uri);
    (await message('Replace')).press('Replace');
    await running;
  });

  it('accepts an argument, also for a folder', async () => {
    const bundle = await start();
    await bundle.app.run('downloadArtifact', { build: bundle.build.id, path: 'bin/lib' });
    assert.deepEqual(await bundle.saved(), ['bin/lib/a.so', 'bin/lib/b.so']);
    await bundle.app.run('downloadArtifact', { build: bundle.build.id, path: 'none/such' });
    assert.match(messageTexts().at(-1) ?? '', /^"none\/such" isn't in the archive\./);
  });

  it('is offered in the Command Palette, first the build, then the file', async () => {
    const bundle = await start();
    const running = bundle.app.run('downloadArtifact');
    (await until('the builds', () => editor().picks[0])).choose('bundle');
    const pick = await until('the files', () => editor().picks[1]);
    assert.ok(pick.labels.includes('$(folder) bin/lib') && pick.labels.includes('$(file) notes.txt'));
    pick.choose('notes.txt');
    await running;
    assert.deepEqual(await bundle.saved(), ['notes.txt']);
  });

  it('asks before it replaces existing files', async () => {
    const bundle = await start();
    const wanted = await bundle.row('notes.txt');
    await bundle.app.run('downloadArtifact', wanted);
    await writeFile(join(bundle.folder, 'notes.txt'), 'mine');
    const running = bundle.app.run('downloadArtifact', wanted);
    const question = await message('Replace');
    assert.equal(question.detail, 'The file exists. Any changes to it will be lost.');
    question.close();
    await running;
    assert.equal(await readFile(join(bundle.folder, 'notes.txt'), 'utf8'), 'mine');
  });

  it('says "folder" in the prompt if it is one', async () => {
    const bundle = await start();
    const wanted = await bundle.row('lib');
    await bundle.app.run('downloadArtifact', wanted);
    const running = bundle.app.run('downloadArtifact', wanted);
    const question = await message('Replace');
    assert.match(question.text, /\/bin\/lib\?$/);
    assert.equal(question.detail, 'The folder exists. Everything in it will be lost.');
    question.close();
    await running;
  });

  it('never leaves its folder because of a name, and then writes nothing', async () => {
    const bundle = await start(
      {},
      rawZip([
        { name: 'ok', content: 'x' },
        { name: '../../evil', content: 'x' },
      ]),
    );
    await bundle.app.run('downloadArtifact', await bundle.row('../../evil'));
    assert.match(messageTexts()[0] ?? '', /^"\.\.\/\.\.\/evil" points outside the target folder/);
    assert.deepEqual(await readdir(bundle.app.folder.path), ['.git']);
  });

  it('never goes through a link that came with the repository', async () => {
    const bundle = await start();
    const outside = join(bundle.app.folder.storage, 'outside');
    await mkdir(outside, { recursive: true });
    await mkdir(bundle.folder, { recursive: true });
    await symlink(outside, join(bundle.folder, 'bin'));
    for (const label of ['bin', 'app', 'lib']) await bundle.app.run('downloadArtifact', await bundle.row(label));
    assert.deepEqual(await readdir(outside), []);
    assert.equal(messageTexts().length, 3);
  });

  it('leaves nothing when it is canceled, and shows no message', async () => {
    const bundle = await start();
    const wanted = await bundle.row('big.bin');
    bundle.app.gitlab.faults = [{ stall: 'midBody', when: ({ path }) => path.endsWith('/artifacts') }];
    const running = bundle.app.run('downloadArtifact', wanted);
    const shown = await until('the progress', () => editor().progress.find(({ options }) => options.cancellable));
    await until('a request', () => bundle.downloads.length > 1);
    shown.cancel();
    await running;
    assert.deepEqual([await bundle.saved(), messageTexts()], [[], []]);
  });

  for (const [profile, via] of [
    ['8.5', 'storage'],
    ['10.8', 'direct'],
  ] as const)
    it(`works on ${profile} (${via})`, async () => {
      const bundle = await start({ gitlab: { profile, ...(via === 'storage' ? { artifacts: 'redirect' } : {}) } });
      await bundle.app.run('downloadArtifact', await bundle.row('notes.txt'));
      assert.deepEqual(await bundle.saved(), ['notes.txt']);
    });
});
