import assert from 'node:assert/strict';
import { message } from '../bundle';
import { randomBytes } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ProgressLocation } from 'vscode';
import { ask } from '../../gitlab/ask';
import type { App } from '../app';
import { appsInTests } from '../eachApp';
import { editor } from '../fake/editor';
import { until } from '../fake/until';

describe('Downloading artifacts', () => {
  const apps = appsInTests();
  let app: App;
  beforeEach(async () => (app = await apps.ready()));

  const directory = (): string => join(app.folder.path, '.gitlab-builds');
  const fileOf = (): string => join(directory(), `compile-${app.small.builds.compile.id}`, 'artifacts.zip');
  const original = async (): Promise<Buffer> =>
    (await ask(`${app.gitlab.url}/api/v3/projects/1/builds/${app.small.builds.compile.id}/artifacts`)).bytes;
  /** All names in the workspace but git's own. */
  const files = async (): Promise<readonly string[]> => {
    const names = await readdir(app.folder.path, { recursive: true });
    return names.filter((name) => !/^\.git(\/|$)/.test(name)).map((name) => basename(name));
  };
  const notifications = () =>
    editor().progress.filter(({ options }) => options.location === ProgressLocation.Notification);

  it('saves the file in the workspace, byte for byte', async () => {
    await app.run('downloadArtifacts', await app.row('compile'));
    assert.deepEqual(await readFile(fileOf()), await original());
  });

  it('shows its progress, and can be canceled', async () => {
    await app.run('downloadArtifacts', await app.row('compile'));
    const [shown] = notifications();
    assert.ok(shown);
    const { id, artifacts } = app.small.builds.compile;
    assert.deepEqual([shown.options.title, shown.options.cancellable], [`Artifacts of compile #${id}`, true]);
    assert.deepEqual(shown.reports.at(-1)?.message, `${artifacts?.size} B / ${artifacts?.size} B`);
    const percents = shown.reports.map(({ increment = 0 }) => increment);
    assert.equal(
      percents.reduce((sum, one) => sum + one, 0),
      100,
    );
  });

  it('ends before the user responds to its last message', async () => {
    await app.run('downloadArtifacts', await app.row('compile'));
    assert.equal((await message('Saved .gitlab-builds/compile-')).open, true);
  });

  for (const [button, command] of [
    ['Reveal', 'revealInExplorer'],
    ['Open', 'vscode.open'],
  ] as const)
    it(`offers to ${button.toLowerCase()} the file`, async () => {
      await app.run('downloadArtifacts', await app.row('compile'));
      (await message('Saved')).press(button);
      const executed = await until('the command', () => editor().executed[0]);
      assert.deepEqual([executed.command, String(executed.args[0])], [command, `file://${fileOf()}`]);
    });

  it('asks before it replaces a file, and replaces it', async () => {
    await app.run('downloadArtifacts', await app.row('compile'));
    await writeFile(fileOf(), 'mine');
    const running = app.run('downloadArtifacts', await app.row('compile'));
    const question = await message('Replace .gitlab-builds/');
    assert.deepEqual([question.modal, question.buttons], [true, ['Replace']]);
    question.press('Replace');
    await running;
    assert.deepEqual(await readFile(fileOf()), await original());
  });

  it('keeps the existing file when the user says so, and sends nothing', async () => {
    await app.run('downloadArtifacts', await app.row('compile'));
    await writeFile(fileOf(), 'mine');
    app.asked();
    const running = app.run('downloadArtifacts', await app.row('compile'));
    (await message('Replace')).close();
    await running;
    assert.deepEqual([await readFile(fileOf(), 'utf8'), app.asked()], ['mine', []]);
  });

  it('leaves nothing behind when it is canceled, and shows no message', async () => {
    app.gitlab.faults = [{ stall: 'midBody', when: ({ path }) => path.endsWith('/artifacts') }];
    const running = app.run('downloadArtifacts', await app.row('compile'));
    const shown = await until('the progress', () => notifications()[0]);
    await until('the first bytes', () => shown.reports.length > 0);
    shown.cancel();
    await running;
    assert.deepEqual([await files(), editor().messages], [[], []]);
  });

  it('resumes by itself if the connection breaks', async () => {
    app.gitlab.faults = [{ truncate: 20, times: 1, when: ({ path }) => path.endsWith('/artifacts') }];
    await app.run('downloadArtifacts', await app.row('compile'));
    assert.deepEqual(await readFile(fileOf()), await original());
    const folder = `compile-${app.small.builds.compile.id}`;
    assert.deepEqual([...(await files())].sort(), ['.gitignore', '.gitlab-builds', 'artifacts.zip', folder]);
  });

  it('keeps the received part if the connection breaks for good, says so once, and resumes there the next time', async () => {
    const content = randomBytes(400_000);
    app.gitlab.world.update(app.small.builds.compile, { artifacts: { filename: 'artifacts.zip', content } });
    await app.run('refresh');
    const row = await app.row('compile');
    const isDownload = ({ path }: { path: string }) => path.endsWith('/artifacts');
    app.gitlab.faults = [
      { truncate: 300_000, times: 1, when: isDownload },
      { answer: { status: 200, headers: { 'Content-Type': 'text/html' }, body: '<p>Sign in</p>' }, when: isDownload },
    ];
    await app.run('downloadArtifacts', row);
    const [told, ...others] = editor().messages;
    assert.match(told?.text ?? '', /\. \d+ kB of 400 kB were kept\. The next download continues from there\.$/);
    assert.deepEqual([told?.severity, others.length], ['error', 0]);
    assert.ok(!(await files()).includes('artifacts.zip'));
    app.gitlab.faults = [];
    const before = app.gitlab.requests.length;
    await app.run('downloadArtifacts', row);
    assert.deepEqual(await readFile(fileOf()), content);
    const [asked] = app.gitlab.requests.slice(before).filter(isDownload);
    assert.match(String(asked?.headers.range), /^bytes=[1-9]\d+-$/);
  });

  it('says that GitLab no longer has the artifacts', async () => {
    app.gitlab.world.erase(app.small.builds.compile);
    await app.run('downloadArtifacts', await app.row('compile'));
    const { id } = app.small.builds.compile;
    assert.equal(
      editor().messages[0]?.text,
      `The artifacts of compile #${id} were erased or have expired. Retry the build to create them again.`,
    );
    assert.deepEqual(await files(), []);
  });

  it('hides the row of artifacts that GitLab no longer has', async () => {
    app.gitlab.world.erase(app.small.builds.compile);
    await app.run('downloadArtifacts', await app.row('compile'));
    await app.shows('ready', ({ builds }) => builds.some(({ name, artifacts }) => name === 'compile' && !artifacts));
  });

  it('shows one progress for several builds, and offers the first', async () => {
    const rows = [await app.row('build'), await app.row('test')];
    await app.run('downloadArtifacts', rows[0], rows);
    const [shown, ...others] = notifications();
    assert.deepEqual([shown?.options.title, shown?.options.cancellable], ['Artifacts of 2 builds', true]);
    assert.equal(others.length, 0);
    const last = shown?.reports.at(-1)?.message ?? '';
    assert.match(last, /^2 of 2 · (\d+ B) \/ \1$/);
    const names = (await files()).filter((name) => name.endsWith('.zip'));
    assert.deepEqual([...names].sort(), ['artifacts.zip', 'test reports.zip']);
    assert.match((await message('Saved')).text, / and 1 more\.$/);
  });

  it('offers builds with artifacts in the Command Palette', async () => {
    const running = app.run('downloadArtifacts');
    const pick = await until('the quick pick', () => editor().picks[0]);
    assert.equal(pick.labels.length, 2);
    pick.escape();
    await running;
  });

  it("says that there are none in its menu's rows", async () => {
    await app.run('downloadArtifacts', await app.row('deploy'));
    const { id } = app.small.builds.deploy;
    const sentence = `production #${id} has no artifacts: it created none, or they were erased or have expired.`;
    assert.equal(editor().messages[0]?.text, sentence);
    await app.run('downloadArtifacts', await app.row(`#${app.small.builds.firstRspec.id}`), [
      await app.row('lint'),
      await app.row('rspec'),
    ]);
    assert.equal(editor().messages[1]?.text, 'No build has artifacts.');
  });

  it('says that the build in its argument has none', async () => {
    await app.run('downloadArtifacts', { build: app.small.builds.assets.id });
    assert.match(editor().messages[0]?.text ?? '', /^assets #\d+ has no artifacts: it created none, /);
  });

  it('says that there must be a folder to save into', async () => {
    editor().folders = [];
    await app.run('downloadArtifacts', await app.row('compile'));
    assert.equal(editor().messages[0]?.text, 'Artifacts are saved in the workspace folder. Open a folder first.');
  });

  it('never leaves the workspace folder, and its message contains no link', async () => {
    const { configuration } = editor();
    const hostile = '../[click](command:workbench.action.quit)';
    configuration.set(configuration.workspace, 'gitlabBuilds.artifacts.directory', hostile);
    await app.run('downloadArtifacts', await app.row('compile'));
    const [told] = editor().messages;
    assert.match(told?.text ?? '', /is outside the workspace folder/);
    assert.doesNotMatch(told?.text ?? '', /\]\(/);
    assert.deepEqual(told?.buttons, ['Open Settings']);
  });
});

describe('Downloading expired artifacts', () => {
  const apps = appsInTests();

  for (const profile of ['13.9', '18.9'] as const)
    it(`says on ${profile} when they expired`, async () => {
      let bundle = 0;
      const expiring = await apps.ready({
        gitlab: { profile },
        prepare: ({ gitlab: { world }, small: { project, sha } }) => {
          const artifacts = { filename: 'app.zip', files: { a: 'x' } };
          const made = { sha, stage: 'package', name: 'bundle', status: 'success', artifacts } as const;
          bundle = world.addBuild(project, { ...made, artifactsExpireAt: world.now() - 60_000 }).id;
        },
      });
      const row = await expiring.row('bundle');
      // GraphQL lists them for as long as they are there.
      expiring.gitlab.world.update({ id: bundle }, { artifacts: null });
      await expiring.run('downloadArtifacts', row);
      const sentence = /^The artifacts of bundle #\d+ expired on .+ and were removed\. Retry the build/;
      assert.match(editor().messages[0]?.text ?? '', sentence);
    });
});
