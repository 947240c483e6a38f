import assert from 'node:assert/strict';
import { htmlPage, serverError } from '../../gitlab/faults';
import type { ProfileName } from '../../gitlab/profiles/profile';
import { developerToken } from '../../gitlab/seed';
import type { App } from '../app';
import { appsInTests } from '../eachApp';
import type { FakeInputBox } from '../fake/boxes';
import { editor } from '../fake/editor';
import { until } from '../fake/until';
import { box, click, enter, stored, withToken } from '../signInBox';

describe('The kind of token that Sign In asks for', () => {
  const apps = appsInTests();
  const opened = async (profile: ProfileName): Promise<{ app: App; token: FakeInputBox; running: Promise<void> }> => {
    const app = await apps.start({
      token: null,
      gitlab: { profile },
      settings: (url) => ({ 'gitlabBuilds.instances': [{ url }] }),
    });
    await app.shows('signedOut');
    const running = app.run('signIn');
    return { app, token: await box(true), running };
  };
  const make = 'Create Access Token';

  for (const [profile, prompt, words, page] of [
    ['8.5', /^Your private token for http\S+\. Find it on/, 'Open Private Token Page', 'profile/account'],
    ['8.13', /^Your private token for /, 'Open Private Token Page', 'profile/account'],
    [
      '10.8',
      /^A personal access token for \S+ with the scope "api", or up to GitLab 10\.1/,
      make,
      'profile/personal_access_tokens',
    ],
    [
      '13.4',
      /^A personal, project or group access token for \S+ with the scope "api"\. With "read_api"/,
      make,
      '-/profile/personal_access_tokens?name=GitLab+Builds&scopes=api',
    ],
    [
      '18.9',
      /^A personal, project or group access token for /,
      make,
      '-/user_settings/personal_access_tokens?name=GitLab+Builds&scopes=api',
    ],
  ] as const)
    it(`is the one of ${profile}, and its text leads to the page for it`, async () => {
      const { app, token, running } = await opened(profile);
      await until('the prompt', () => prompt.test(token.prompt ?? ''));
      await click(token, words);
      await until('the page', () => editor().opened.length > 0);
      assert.deepEqual(editor().opened, [`${app.gitlab.url}/${page}`]);
      assert.deepEqual(withToken(app), []);
      token.escape();
      await running;
    });

  it("is left open if the server can't be asked, and requested again on a click", async () => {
    const app = await apps.start({
      token: null,
      settings: (url) => ({ 'gitlabBuilds.instances': [{ url }] }),
      prepare: ({ gitlab }) => (gitlab.faults = [serverError()]),
    });
    await app.shows('signedOut');
    const running = app.run('signIn');
    const token = await box(true);
    await until('the answer', () => editor().log.some(({ text }) => text === 'token page: server'));
    assert.match(token.prompt ?? '', /^A personal access token for .*, or in GitLab 8\.x your private token\. \[/);
    app.gitlab.faults = [];
    await click(token, make);
    await until('the page', () => editor().opened.length > 0);
    assert.deepEqual(editor().opened, [`${app.gitlab.url}/profile/account`]);
    token.escape();
    await running;
    assert.deepEqual(editor().messages, []);
  });

  for (const [what, fault] of Object.entries({
    'a single sign-on page': htmlPage(),
    'Cloudflare’s 403': {
      answer: { status: 403, headers: { 'Content-Type': 'text/html' }, body: '<html>Blocked</html>' },
    },
    'a proxy that wants a name and a password': {
      answer: { status: 401, headers: { 'Content-Type': 'text/plain', 'WWW-Authenticate': 'Basic' }, body: 'Log in' },
    },
    'a redirect to another server': {
      answer: { status: 302, headers: { Location: 'https://sso.example.com/' }, body: '' },
    },
  }))
    it(`is not guessed, and neither is its page, if ${what} hides the server`, async () => {
      const app = await apps.start({
        token: null,
        settings: (url) => ({ 'gitlabBuilds.instances': [{ url }] }),
        prepare: ({ gitlab }) => (gitlab.faults = [fault]),
      });
      await app.shows('signedOut');
      const running = app.run('signIn');
      const token = await box(true);
      await until('what is known', () => token.prompt?.includes("but not as GitLab's API") === true);
      await click(token, make);
      assert.deepEqual(editor().opened, []);
      assert.match(editor().messages[0]?.text ?? '', /responds, but not as GitLab's API/);
      token.escape();
      await running;
    });

  it('does not change what the user has typed meanwhile', async () => {
    const { token, running } = await opened('18.9');
    token.type('half a tok');
    await until('the prompt', () => token.prompt?.startsWith('A personal, project') === true);
    assert.deepEqual([token.value, token.password], ['half a tok', true]);
    token.escape();
    await running;
  });
});

describe('A token that Sign In tries', () => {
  const apps = appsInTests();
  const tried = async (scopes: readonly string[], state: 'good' | 'expired' | 'revoked' = 'good') => {
    const app = await apps.start({
      token: null,
      gitlab: { profile: '18.9' },
      settings: (url) => ({ 'gitlabBuilds.instances': [{ url }] }),
      prepare: ({ gitlab: { world }, small }) =>
        world.addToken({
          token: 'of-today',
          user: small.username,
          scopes,
          expiresAt: state === 'expired' ? world.now() - 1000 : null,
          revoked: state === 'revoked',
        }),
    });
    await app.shows('signedOut');
    const running = app.run('signIn');
    const token = await box(true);
    await enter(token, 'of-today');
    return { app, token, running, host: new URL(app.gitlab.url).host };
  };

  for (const state of ['expired', 'revoked'] as const)
    it(`and that is ${state} is reported as that, and not stored`, async () => {
      const { app, token, running, host } = await tried(['api'], state);
      const said = { expired: 'has expired', revoked: 'was revoked' }[state];
      assert.equal(token.validationMessage, `${host} reports that this token ${said}. Create a new one.`);
      assert.equal(stored(app), '');
      token.escape();
      await running;
    });

  for (const scope of ['read_user', 'read_repository'])
    it(`and that has only ${scope} is reported to lack the scope, and not stored`, async () => {
      const { app, token, running, host } = await tried([scope]);
      assert.equal(
        token.validationMessage,
        `This token can't use the API of ${host}. Create one with the scope "api".`,
      );
      assert.equal(stored(app), '');
      token.escape();
      await running;
    });

  it("and that is read-only is stored, with a note on what it can't do", async () => {
    const { app, running } = await tried(['read_api']);
    await running;
    await app.shows('ready');
    assert.deepEqual(editor().statusMessages, [
      `Signed in to ${app.gitlab.url} as dana. This token is read-only: it can't retry, cancel or play builds.`,
    ]);
  });

  it('and that has full access is stored without a note', async () => {
    const { app, running } = await tried(['read_user', 'api']);
    await running;
    assert.deepEqual(editor().statusMessages, [`Signed in to ${app.gitlab.url} as dana`]);
  });

  it('at a wrong base URL is not stored, and the box names the address', async () => {
    const app = await apps.start({ token: null, git: false, gitlab: { root: '/git' } });
    const { origin } = new URL(app.gitlab.url);
    const running = app.run('signIn', { instance: origin });
    const token = await box(true);
    await enter(token, developerToken);
    assert.match(
      token.validationMessage ?? '',
      new RegExp(`responds, but it isn't GitLab\. Is the path missing from ${origin}\\?`),
    );
    assert.equal(stored(app), '');
    token.escape();
    await running;
  });
});
