import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { serverError } from '../../gitlab/faults';
import type { App, AppOptions } from '../app';
import { appsInTests } from '../eachApp';
import { Uri } from '../fake/basics';
import { editor } from '../fake/editor';
import type { FakeDocument } from '../fake/texts';
import { until } from '../fake/until';
import { texts } from '../notifying';

const broken = `stages: [build]
compile:
  scirpt: make
  script: make
rspec:
  script: rspec
  needs: [nothing]
`;
const unknownKey = 'jobs:compile config contains unknown keys: scirpt';

function uriOf(app: App, path: string): Uri {
  return Uri.file(join(app.repository.rootUri.fsPath, path));
}

async function write(app: App, path: string, content: string): Promise<Uri> {
  const uri = uriOf(app, path);
  await mkdir(dirname(uri.fsPath), { recursive: true });
  await writeFile(uri.fsPath, content);
  return uri;
}

/** `.gitlab-ci.yml:3:3 error …`, as editors count. */
function problems(): readonly string[] {
  const own = editor().problems.find(({ name }) => name === 'GitLab CI');
  return (own?.entries ?? []).flatMap(([uri, all]) =>
    all.map(({ range: { start }, severity, message }) => {
      const name = uri.path.split('/').at(-1);
      return `${name}:${start.line + 1}:${start.character + 1} ${severity === 0 ? 'error' : 'warning'} ${message}`;
    }),
  );
}

const opened = () =>
  editor()
    .executed.filter(({ command }) => command === 'vscode.open')
    .map(({ args: [uri, options] }) => {
      const { selection } = options as { selection: { start: { line: number } } };
      return `${(uri as Uri).path.split('/').at(-1)}:${selection.start.line + 1}`;
    });

/** Until the lint has been asked for that many times. */
async function linted(app: App, count = 1): Promise<void> {
  const asked = () => app.gitlab.requests.filter(({ path, status }) => path.endsWith('/ci/lint') && status > 0);
  await until(`${count} validations`, () => asked().length >= count);
}

describe('Validate CI Configuration', () => {
  const apps = appsInTests();
  const start = (options: AppOptions = {}) => apps.ready({ gitlab: { profile: '18.9' }, ...options });

  it('shows an error at its key, and opens it', async () => {
    const app = await start();
    await write(app, '.gitlab-ci.yml', broken);
    await app.run('validateCiConfig');
    assert.deepEqual(problems(), [`.gitlab-ci.yml:3:3 error ${unknownKey}`]);
    assert.deepEqual([opened(), texts()], [['.gitlab-ci.yml:3'], []]);
    assert.equal(editor().executed.at(-1)?.command, 'workbench.actions.view.problems');
  });

  for (const profile of ['8.13', '10.8', '13.9', '15.9'] as const)
    it(`does so on ${profile}`, async () => {
      const app = await start({ gitlab: { profile } });
      await write(app, '.gitlab-ci.yml', broken);
      await app.run('validateCiConfig');
      assert.deepEqual(problems(), [`.gitlab-ci.yml:3:3 error ${unknownKey}`]);
    });

  it("says on 8.5 that this GitLab doesn't support it", async () => {
    const app = await start({ gitlab: { profile: '8.5' } });
    await write(app, '.gitlab-ci.yml', broken);
    await app.run('validateCiConfig');
    assert.match(texts().join(), /^This version of .* doesn't support this\.$/);
  });

  it("sends the file's text in the editor, and clears the problems once it is valid", async () => {
    const app = await start();
    const uri = await write(app, '.gitlab-ci.yml', 'a:\n  script: a\n');
    editor().texts.edit(uri, broken);
    await app.run('validateCiConfig', uri, { groupId: 0 });
    assert.equal(problems().length, 1);
    editor().texts.edit(uri, 'a:\n  script: a\n');
    await app.run('validateCiConfig');
    assert.deepEqual([problems(), texts()], [[], ['.gitlab-ci.yml is valid.']]);
  });

  it('clears the problems of a file that is edited, but not of one that is saved', async () => {
    const app = await start();
    const uri = await write(app, '.gitlab-ci.yml', broken);
    await app.run('validateCiConfig');
    const document = { uri } as FakeDocument;
    editor().texts.onDidChangeDocument.fire({ document, contentChanges: [] });
    assert.equal(problems().length, 1);
    editor().texts.edit(uri, `${broken}#`);
    assert.deepEqual(problems(), []);
  });

  it('drops a result about a text that changed during validation', async () => {
    const app = await start();
    const uri = await write(app, '.gitlab-ci.yml', broken);
    app.gitlab.faults.push({
      when: ({ path }) => {
        if (path.endsWith('/ci/lint')) editor().texts.edit(uri, 'a:\n  script: a\n');
        return false;
      },
    });
    await app.run('validateCiConfig');
    assert.deepEqual([problems(), texts()], [[], ['.gitlab-ci.yml changed during validation. Validate it again.']]);
  });

  it('shows warnings of a valid file, and says that it is valid', async () => {
    const app = await start();
    await write(app, '.gitlab-ci.yml', 'a:\n  script: a\n  rules:\n    - when: always\n');
    await app.run('validateCiConfig');
    assert.match(problems().join('\n'), /^\.gitlab-ci\.yml:4:7 warning jobs:a may allow multiple pipelines[^\n]*$/);
    assert.deepEqual([texts(), opened()], [['.gitlab-ci.yml is valid, with 1 warning.'], []]);
  });

  it('shows an error of an included file in that file, or says that it is in one', async () => {
    const app = await start({
      prepare: ({ gitlab: { world }, small: { project, sha } }) => {
        world.commitFiles(project, sha, { 'ci/a.yml': 'near:\n  scirpt: a\n  script: b\n' });
        world.publishInclude('git.example.com/a/b@1', 'far:\n  tgas: a\n  script: b\n');
      },
    });
    await write(app, 'ci/a.yml', '# local\nnear:\n  scirpt: a\n  script: b\n');
    const component = '  - component: git.example.com/a/b@1\n';
    await write(app, '.gitlab-ci.yml', `# comment\ninclude:\n  - local: ci/a.yml\n${component}own:\n  script: a\n`);
    await app.run('validateCiConfig');
    assert.deepEqual(problems(), [
      'a.yml:3:3 error jobs:near config contains unknown keys: scirpt',
      '.gitlab-ci.yml:2:1 error In an included file: jobs:far config contains unknown keys: tgas',
    ]);
  });

  it('says where GitLab got the included files, once valid', async () => {
    const app = await start({
      prepare: ({ gitlab: { world }, small: { project, sha } }) =>
        world.commitFiles(project, sha, { 'ci/a.yml': 'near:\n  script: b\n' }),
    });
    await write(app, '.gitlab-ci.yml', 'include: ci/a.yml\n');
    await app.run('validateCiConfig');
    assert.match(texts().join(), /is valid\. GitLab read the files that it includes from the default branch\.$/);
  });

  it('names the scope that a read-only token lacks, and sends nothing with it', async () => {
    const app = await start({
      token: 'reading',
      prepare: ({ gitlab: { world } }) => void world.addToken({ token: 'reading', user: 'dana', scopes: ['read_api'] }),
    });
    await app.knowsAll();
    await write(app, '.gitlab-ci.yml', broken);
    await app.run('validateCiConfig');
    assert.match(texts().join(), /scope api/);
    assert.equal(app.gitlab.requests.filter(({ path }) => path.endsWith('/ci/lint')).length, 0);
  });

  it('shows hostile text as plain text, and an error without a line number on the first line', async () => {
    const app = await start({
      prepare: ({ gitlab: { world } }) => {
        world.toldByLint = { errors: [`[x](command:a)\u202e\n$(flame) ${'y'.repeat(9000)}`], warnings: [] };
      },
    });
    await write(app, '.gitlab-ci.yml', broken);
    await app.run('validateCiConfig');
    const [problem = ''] = problems();
    assert.match(problem, /^\.gitlab-ci\.yml:1:1 error \[x\]\(command:a\) \$\(flame\) y+…$/);
    assert.ok(problem.length < 2100);
  });

  it('says if there is no such file', async () => {
    const app = await start();
    await app.run('validateCiConfig');
    assert.deepEqual(texts(), ['This repository has no .gitlab-ci.yml.']);
  });

  it('clears the problems of a repository that is signed out', async () => {
    const app = await start();
    await write(app, '.gitlab-ci.yml', broken);
    await app.run('validateCiConfig');
    await app.run('signOut', { instance: app.gitlab.url });
    await app.shows('signedOut');
    assert.deepEqual(problems(), []);
  });
});

describe('Saving .gitlab-ci.yml', () => {
  const apps = appsInTests();
  const setting = 'gitlabBuilds.ciFile.validateOnSave';
  const asked = (app: App) => app.gitlab.requests.filter(({ path }) => path.endsWith('/ci/lint')).length;

  async function save(app: App, path: string, content: string): Promise<void> {
    const uri = await write(app, path, content);
    editor().texts.onDidSaveDocument.fire({ uri } as FakeDocument);
  }

  it('sends nothing by default, or because of a workspace setting', async () => {
    const app = await apps.ready({
      gitlab: { profile: '18.9' },
      workspaceSettings: () => ({ [setting]: true }),
    });
    await save(app, '.gitlab-ci.yml', broken);
    await app.api.refresh();
    assert.equal(asked(app), 0);
  });

  it("validates it and its includes if the user's setting says so", async () => {
    const app = await apps.ready({ gitlab: { profile: '18.9' }, settings: () => ({ [setting]: true }) });
    await save(app, '.gitlab-ci.yml', broken);
    await until('the problem', () => problems().length === 1);
    await save(app, '.gitlab-ci.yml', 'include: ci/a.yml\na:\n  script: a\n');
    await linted(app, 2);
    await until(
      'what is missing',
      () => problems().join() === '.gitlab-ci.yml:1:10 error Local file `ci/a.yml` does not exist!',
    );
    await save(app, 'other.yml', broken);
    await save(app, 'ci/a.yml', 'b:\n  script: a\n');
    await linted(app, 3);
    assert.deepEqual([asked(app), texts(), opened()], [3, [], []]);
  });

  it('reports a failure only in the log', async () => {
    const app = await apps.ready({ gitlab: { profile: '18.9' }, settings: () => ({ [setting]: true }) });
    app.gitlab.faults.push({ ...serverError(), when: ({ path }) => path.endsWith('/ci/lint') });
    await save(app, '.gitlab-ci.yml', broken);
    await until('the log', () => editor().log.some(({ text }) => text.startsWith('validate on save: ')));
    assert.deepEqual(texts(), []);
  });
});

describe('The message of a pipeline with an invalid configuration', () => {
  const apps = appsInTests();
  const invalid = (options: AppOptions = {}) =>
    apps.ready({
      gitlab: { profile: '18.9' },
      prepare: ({ gitlab: { world }, small: { project, sha } }) =>
        void world.addPipeline(project, { sha, ref: 'other', yamlErrors: unknownKey }),
      ...options,
    });

  for (const profile of ['10.8', '13.9', '18.9'] as const)
    it(`leads to the line that it names, from its row, a click and the Command Palette on ${profile}`, async () => {
      const app = await invalid({ gitlab: { profile } });
      await write(app, '.gitlab-ci.yml', broken);
      const row = (await app.rows()).find(({ item }) => item.command?.command === 'gitlabBuilds.goToConfigError');
      assert.ok(row, (await app.drawn()).join('\n'));
      await app.run('goToConfigError', row.element);
      await app.run('goToConfigError', row.item.command?.arguments?.[0]);
      await app.run('goToConfigError');
      assert.deepEqual([opened(), texts()], [Array(3).fill('.gitlab-ci.yml:3'), []]);
    });

  it('says if the file is missing, or if there is no such message', async () => {
    const app = await invalid();
    await app.run('goToConfigError');
    assert.match(texts().join(), /has an error, but there is no \.gitlab-ci\.yml here\.$/);
  });

  it('is reported as missing if GitLab reports none', async () => {
    const app = await apps.ready({ gitlab: { profile: '18.9' } });
    await app.run('goToConfigError');
    assert.match(texts().join(), /^GitLab reports no configuration error/);
  });
});
