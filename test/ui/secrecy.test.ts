import assert from 'node:assert/strict';
import { serverError } from '../gitlab/faults';
import { developerToken } from '../gitlab/seed';
import type { App } from './app';
import { appsInTests } from './eachApp';
import type { FakeInputBox } from './fake/boxes';
import { editor } from './fake/editor';
import { until } from './fake/until';

const wrongToken = 'wrong-private-token';

/** What a user does in a day: signs in at the second try, looks, acts, downloads, fails, asks for help, signs out. */
async function live(app: App): Promise<void> {
  await app.shows('signedOut');
  await signInAtSecondTry(app);
  await app.shows('ready');
  await hover(app);
  await app.run('retry', await app.row('rspec'));
  await answered(app.run('erase', await app.row('assets')), 'Erase');
  await app.run('downloadArtifacts', await app.row('compile'));
  await app.run('copyUrl');
  await app.run('openInBrowser', await app.row('compile'));
  await browseCommits(app);
  await fail(app);
  await app.run('copyDiagnostics');
  await app.run('showOutput');
  await app.run('signOut');
  await app.shows('signedOut');
}

async function signInAtSecondTry(app: App): Promise<void> {
  const running = app.run('signIn');
  const box = await until<FakeInputBox>('the box', () =>
    editor().inputBoxes.find((one) => one.password && one.enabled),
  );
  for (const token of [wrongToken, developerToken]) {
    box.type(token);
    box.accept();
    await until('the answer', () => !box.busy);
  }
  await running;
}

/** Draws every row with its tooltip. */
async function hover(app: App): Promise<void> {
  const [view] = editor().views;
  assert.ok(view);
  const { journal } = editor();
  for (const { item, element } of await app.rows())
    journal.note(item, await view.options.treeDataProvider.resolveTreeItem?.(item as never, element, {} as never));
}

async function answered(running: Promise<void>, button: string): Promise<void> {
  (await until('the question', () => editor().messages.find(({ open, modal }) => open && modal))).press(button);
  await running;
}

async function browseCommits(app: App): Promise<void> {
  const running = app.run('selectCommit');
  (await until('the list', () => editor().quickPicks.find(({ visible, busy }) => visible && !busy))).escape();
  await running;
}

async function fail(app: App): Promise<void> {
  app.gitlab.faults = [serverError()];
  await app.run('refresh');
  await app.run('cancel', await app.row('production'));
  app.gitlab.faults = [];
  app.gitlab.world.setUserState(app.small.username, 'blocked');
  await app.run('refresh');
  await app.run('cancel', await app.row('production'));
}

describe('The token', () => {
  const apps = appsInTests();
  let app: App;
  beforeEach(async () => {
    app = await apps.start({
      token: null,
      gitlab: { artifacts: 'redirect' },
      settings: (url) => ({ 'gitlabBuilds.instances': [{ url }] }),
    });
    await live(app);
  });

  it('is shown nowhere: in no row, message, list, log line, URL or clipboard', () => {
    const { texts } = editor().journal;
    const showing = texts.filter((text) => text.includes(developerToken) || text.includes(wrongToken));
    assert.deepEqual(showing, []);
    assert.ok(texts.length > 200, 'the journal has what was shown');
  });

  it('is sent with every request to its GitLab, only in the header', () => {
    const asking = app.gitlab.requests.filter(({ headers }) => !('private-token' in headers));
    // What answers at the address, and which kind of token it takes, is asked before there is one.
    assert.notEqual(asking.length, 0);
    for (const { path } of asking) assert.match(path, /^\/api\/v[34]\/(?:version|user)$/);
    for (const { headers, path } of app.gitlab.requests) {
      if ('private-token' in headers)
        assert.ok([developerToken, wrongToken].includes(String(headers['private-token'])));
      assert.doesNotMatch(path, /private-token/);
    }
  });

  it('is not sent along when artifacts are stored elsewhere', () => {
    assert.equal(app.gitlab.storage.requests.length, 1);
    for (const { headers, path } of app.gitlab.storage.requests)
      assert.doesNotMatch(JSON.stringify([headers, path]), /private-token/i);
  });

  it('is in no file in the workspace except the secret store', () => {
    const { configuration } = editor();
    const written = JSON.stringify([configuration.global, configuration.workspace, configuration.folders]);
    assert.ok(!written.includes(developerToken));
    assert.deepEqual([...app.secrets.values.values()].join(''), '[]');
  });

  it('is no signed URL in any log line either', () => {
    assert.deepEqual(
      editor().log.filter(({ text }) => text.includes('X-Amz-Signature')),
      [],
    );
  });
});

describe('The diagnostics', () => {
  const apps = appsInTests();

  it('are in the issue that VS Code is asked to report, as text', async () => {
    const app = await apps.ready();
    await app.run('copyDiagnostics');
    await app.run('reportIssue');
    const { command, args } = editor().executed.at(-1) ?? {};
    const quoted = editor().clipboard.replaceAll(/^/gm, '    ');
    assert.deepEqual(
      [command, args],
      [
        'workbench.action.openIssueReporter',
        [{ extensionId: 'gitlab-builds.gitlab-builds', issueBody: `\n\n${quoted}\n` }],
      ],
    );
  });

  it('contain what a supporter needs to know', async () => {
    const app = await apps.ready();
    await app.run('copyDiagnostics');
    const lines = editor().clipboard.split('\n');
    assert.deepEqual(
      lines.map((line) => line.split(': ')[0]),
      [
        'GitLab Builds',
        'VS Code',
        'Node',
        'Instances',
        'Refresh',
        'State',
        'Shown',
        'HEAD',
        'API',
        'Token',
        'Builds',
        'Failure',
      ],
    );
    for (const line of [
      'State: ready',
      `Instances: ${app.gitlab.url} (auto, token stored)`,
      `Shown: ${app.gitlab.url}, project ${app.small.project.path}, commit ${app.small.sha}`,
      'HEAD: not known',
      'API: v3',
      'Token: scopes not told',
      'Builds: 7',
      'Failure: none',
      'Refresh: 5 s active, 60 s idle',
    ])
      assert.ok(lines.includes(line), `${line} in\n${editor().clipboard}`);
    assert.deepEqual(editor().statusMessages, ['Diagnostics copied']);
  });

  it('contain the GitLab version, the API in use, and what the token can do', async () => {
    const app = await apps.start({
      gitlab: { profile: '18.9' },
      token: 'reading-token',
      prepare: ({ gitlab: { world }, small }) =>
        world.addToken({ token: 'reading-token', user: small.username, scopes: ['read_api'] }),
    });
    await app.shows('ready', ({ readOnly }) => readOnly === true);
    await app.run('copyDiagnostics');
    const lines = editor().clipboard.split('\n');
    assert.ok(lines.includes('API: v4 and GraphQL, GitLab 18.9.0-ee'), editor().clipboard);
    assert.ok(lines.includes('Token: read-only, scopes read_api'), editor().clipboard);
    assert.ok(!editor().clipboard.includes('reading-token'));
  });

  it('say what is wrong with a token', async () => {
    const app = await apps.start({
      gitlab: { profile: '18.9' },
      token: 'old-token',
      prepare: ({ gitlab: { world }, small }) =>
        world.addToken({ token: 'old-token', user: small.username, expiresAt: world.now() - 1000 }),
    });
    await app.shows('failed');
    await app.run('copyDiagnostics');
    assert.match(editor().clipboard, /^Failure: expired 401 Token is expired\./m);
    assert.match(editor().clipboard, /^API: not known$/m);
    assert.ok(!editor().clipboard.includes('old-token'));
  });

  it('are available before anything is shown', async () => {
    const app = await apps.start({ git: false, token: null });
    await app.run('copyDiagnostics');
    assert.match(editor().clipboard, /^Instances: none\n.*\nState: noGit\nShown: nothing$/m);
  });

  it('name the last failure', async () => {
    const app = await apps.start({ prepare: ({ gitlab }) => (gitlab.faults = [serverError()]) });
    await app.shows('failed');
    await app.run('copyDiagnostics');
    assert.match(editor().clipboard, /^Failure: server 500 500 Internal Server Error$/m);
  });

  it('distinguish an environment token from a stored one', async () => {
    const environment = (url: string) => ({ GITLAB_TOKEN: developerToken, GITLAB_HOST: url });
    const app = await apps.ready({ token: null, environment });
    await app.run('copyDiagnostics');
    assert.ok(editor().clipboard.includes(`${app.gitlab.url} (auto, token from the environment)`));
  });
});
