import assert from 'node:assert/strict';
import { globalAgent } from 'node:https';
import { tmpdir } from 'node:os';
import { createCertificate } from '../../vscode/certificate';
import { Scripts } from '../../core/credentials/scripts';
import type { App, AppOptions } from '../app';
import { appsInTests } from '../eachApp';
import type { FakePick } from '../fake/boxes';
import { editor } from '../fake/editor';
import { until } from '../fake/until';
import { box, stored } from '../signInBox';

const today = { profile: '18.9' } as const;
const gitlabExtension = {
  activate: () => Promise.resolve(),
  packageJSON: { contributes: { authentication: [{ id: 'gitlab', label: 'GitLab' }] } },
};

/** What GitLab was asked with, each once. */
function headersSent({ gitlab }: App): readonly unknown[] {
  return [...new Set(gitlab.requests.map(({ headers }) => headers['private-token'] ?? headers.authorization))];
}

const addToken = ({ gitlab, small }: Pick<App, 'gitlab' | 'small'>, token: string, oauth = true): void =>
  void gitlab.world.addToken({ token, user: small.username, oauth });

describe('Signing in with existing credentials:', () => {
  const apps = appsInTests();
  let scripts: Scripts;
  beforeEach(() => (scripts = new Scripts()));
  afterEach(() => scripts.remove());

  const signedOut = async (options: AppOptions = {}): Promise<App> => {
    const app = await apps.start({
      token: null,
      gitlab: today,
      settings: (url) => ({ 'gitlabBuilds.instances': [{ url }] }),
      ...options,
    });
    await app.shows('signedOut');
    return app;
  };
  const offered = async (app: App): Promise<{ pick: FakePick; running: Promise<void> }> => {
    const running = app.run('signIn');
    return { pick: await until('the offers', () => editor().picks[0]), running };
  };
  const glabPath = (): string => `${scripts.folder}:${process.env['PATH'] ?? ''}`;

  describe("an account from GitLab's extension", () => {
    const withAccount = async (): Promise<App> => {
      const app = await signedOut();
      addToken(app, 'of-the-account');
      editor().extensions.set('gitlab.gitlab-workflow', gitlabExtension);
      editor().accounts.all.push({
        id: `${app.gitlab.url}|7`,
        label: `${app.gitlab.url} (dana)`,
        token: 'of-the-account',
      });
      return app;
    };

    it('is offered, asked for its token on a click, and stored only as a source', async () => {
      const app = await withAccount();
      const { pick, running } = await offered(app);
      assert.deepEqual(pick.labels, [`$(account) Use the account ${app.gitlab.url} (dana)`, '$(key) Enter a token…']);
      assert.deepEqual([editor().accounts.asked, headersSent(app).filter((header) => header !== undefined)], [[], []]);
      pick.choose('Use the account');
      await running;
      await app.shows('ready');
      assert.deepEqual(editor().statusMessages, [`Signed in to ${app.gitlab.url} as dana`]);
      assert.deepEqual(editor().accounts.asked, ['create']);
      assert.deepEqual(headersSent(app), ['Bearer of-the-account']);
      for (const kept of [stored(app), ...app.memento.values.values(), ...app.globalState.values.values()])
        assert.ok(!kept.includes('of-the-account'));
      assert.ok(!JSON.stringify(editor().log).includes('of-the-account'));
    });

    it('is used without a prompt in the next window', async () => {
      const app = await withAccount();
      const { pick, running } = await offered(app);
      pick.choose('Use the account');
      await running;
      await app.restart();
      await app.shows('ready');
      assert.deepEqual(editor().accounts.asked, ['create', 'silent']);
    });

    it('is asked again when GitLab refuses its token', async () => {
      const app = await withAccount();
      const { pick, running } = await offered(app);
      pick.choose('Use the account');
      await running;
      await app.shows('ready');
      addToken(app, 'the-next');
      app.gitlab.world.revokeToken('of-the-account');
      for (const account of editor().accounts.all) account.token = 'the-next';
      await app.run('refresh');
      const { stale } = await app.shows('ready');
      assert.deepEqual([stale, headersSent(app)], [undefined, ['Bearer of-the-account', 'Bearer the-next']]);
    });

    it('disappears from the view as soon as the extension no longer has it', async () => {
      const app = await withAccount();
      const { pick, running } = await offered(app);
      pick.choose('Use the account');
      await running;
      await app.shows('ready');
      editor().accounts.all.splice(0);
      editor().accounts.change();
      await app.shows('signedOut');
    });

    it('is not used without the user’s consent', async () => {
      const app = await withAccount();
      editor().accounts.consent = false;
      const { pick, running } = await offered(app);
      pick.choose('Use the account');
      await running;
      assert.match(editor().messages[0]?.text ?? '', /^GitLab's extension didn't grant access to its account\./);
      assert.equal(stored(app), '');
    });

    it('is removed by Sign Out', async () => {
      const app = await withAccount();
      const { pick, running } = await offered(app);
      pick.choose('Use the account');
      await running;
      await app.shows('ready');
      await app.run('signOut');
      await app.shows('signedOut');
      assert.ok(!stored(app).includes('account'));
      assert.deepEqual(editor().accounts.asked, ['create']);
    });

    for (const [what, id] of [
      ['on another server', 'https://gitlab.com|7'],
      ['on another port', 'http://127.0.0.1:1|7'],
    ] as const)
      it(`is not offered if it is ${what}`, async () => {
        const app = await withAccount();
        editor().accounts.all.splice(0, 1, { id, label: 'dana', token: 'of-the-account' });
        const running = app.run('signIn');
        (await box(true)).escape();
        await running;
        assert.deepEqual([editor().picks, editor().accounts.asked], [[], []]);
      });
  });

  describe('glab', () => {
    const withGlab = async (answer: (url: string) => object): Promise<App> => {
      const app = await signedOut({
        environment: () => ({ PATH: glabPath() }),
        prepare: (parts) => addToken(parts, 'of-glab'),
      });
      scripts.add('glab', 'echo "$*" >>"$journal"', `cat <<'END'\n${JSON.stringify(answer(app.gitlab.url))}\nEND`);
      return app;
    };
    const says = (token: object) => (url: string) => ({ type: 'success', instance_url: url, token });

    it('is offered if it is installed, run on a click, and stored only as a source', async () => {
      const app = await withGlab(says({ type: 'oauth2', token: 'of-glab' }));
      const { pick, running } = await offered(app);
      assert.deepEqual(pick.labels, ["$(terminal) Use glab's sign-in", '$(key) Enter a token…']);
      assert.equal(scripts.written, '');
      pick.choose('glab');
      await running;
      await app.shows('ready');
      assert.deepEqual(headersSent(app), ['Bearer of-glab']);
      assert.ok(!stored(app).includes('of-glab'));
      await app.restart({ PATH: glabPath() });
      await app.shows('ready');
      assert.equal(scripts.written, 'auth credential-helper\n'.repeat(2));
    });

    for (const [what, answer, sentence] of [
      [
        'responds for another server',
        () => ({ type: 'success', instance_url: 'https://gitlab.com', token: { type: 'pat', token: 'of-glab' } }),
        /^The token is for a server other than 127\.0\.0\.1:\d+, so it isn't used\./,
      ],
      [
        'is not signed in',
        () => ({ type: 'error', message: 'no' }),
        /^glab isn't signed in to 127\.0\.0\.1:\d+, or it/,
      ],
      ['has a job token', says({ type: 'job-token', token: 'of-glab' }), /^This is a CI\/CD job token/],
      ['has a token that GitLab refuses', says({ type: 'pat', token: 'wrong' }), /rejected this token\./],
    ] as const)
      it(`is reported and not stored if it ${what}`, async () => {
        const app = await withGlab(answer);
        const { pick, running } = await offered(app);
        pick.choose('glab');
        await running;
        assert.match(editor().messages[0]?.text ?? '', sentence);
        assert.deepEqual([editor().messages[0]?.buttons, stored(app)], [['Sign In Again'], '']);
        assert.ok(!headersSent(app).some((header) => String(header).includes('of-glab')));
      });

    it('leaves the user to enter a token', async () => {
      const app = await withGlab(says({ type: 'oauth2', token: 'of-glab' }));
      const { pick, running } = await offered(app);
      pick.choose('Enter a token');
      (await box(true)).escape();
      await running;
      assert.equal(scripts.written, '');
    });
  });

  describe("git's credentials", () => {
    afterEach(() => (globalAgent.options.ca = undefined));
    const cloned = async (username: string, password: string): Promise<App> => {
      const tls = await createCertificate(scripts.folder, '127.0.0.1');
      globalAgent.options.ca = tls.cert;
      const helper = scripts.add(
        'helper',
        'echo "$1" >>"$journal"',
        `echo username=${username}; echo password=${password}`,
      );
      const configuration = scripts.file('gitconfig', `[credential]\n\thelper = ${helper}\n`);
      return signedOut({
        gitlab: { ...today, tls },
        environment: () => ({ GIT_CONFIG_GLOBAL: configuration, TMPDIR: tmpdir() }),
        prepare: (parts) => addToken(parts, 'of-git'),
      });
    };

    it('are offered for an https remote, requested on a click, and stored only as a source', async () => {
      const app = await cloned('oauth2', 'of-git');
      const { pick, running } = await offered(app);
      assert.deepEqual(pick.labels, ["$(git-branch) Use git's credentials", '$(key) Enter a token…']);
      assert.equal(scripts.written, '');
      pick.choose('git');
      await running;
      await app.shows('ready');
      assert.deepEqual([headersSent(app), scripts.written], [['Bearer of-git'], 'get\n']);
      assert.ok(!stored(app).includes('of-git'));
    });

    it('are reported as a password if they are one, which is sent nowhere', async () => {
      const app = await cloned('dana', 'correct-horse');
      const { pick, running } = await offered(app);
      pick.choose('git');
      await running;
      assert.match(
        editor().messages[0]?.text ?? '',
        /^git has a password for 127\.0\.0\.1:\d+, which GitLab's API doesn't/,
      );
      assert.deepEqual([headersSent(app).filter((header) => header !== undefined), scripts.written], [[], 'get\n']);
    });
  });
});
