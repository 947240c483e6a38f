import assert from 'node:assert/strict';
import { htmlPage } from '../../gitlab/faults';
import { developerToken, reporterToken } from '../../gitlab/seed';
import type { App } from '../app';
import { appsInTests } from '../eachApp';
import { editor } from '../fake/editor';
import { until } from '../fake/until';
import { box, enter, linksIn, stored, withToken } from '../signInBox';

describe('Sign In', () => {
  const apps = appsInTests();
  const signedOut = async (): Promise<App> => {
    const app = await apps.start({ token: null, settings: (url) => ({ 'gitlabBuilds.instances': [{ url }] }) });
    await app.shows('signedOut');
    return app;
  };

  it('asks only for the token of the instance that is shown', async () => {
    const app = await signedOut();
    app.gitlab.faults = [{ latencyMs: 100 }];
    const running = app.run('signIn');
    const token = await box(true);
    assert.match(token.prompt ?? '', new RegExp(`^A personal access token for ${app.gitlab.url} `));
    assert.equal(token.title, 'Sign in to GitLab');
    assert.deepEqual(
      linksIn(token.prompt).map(({ words }) => words),
      ['Create Access Token'],
    );
    token.escape();
    await running;
    assert.equal(editor().inputBoxes.length, 1);
  });

  it('keeps a token that the server accepts, names the user, and shows the builds', async () => {
    const app = await signedOut();
    const running = app.run('signIn');
    await enter(await box(true), ` ${developerToken}\n`);
    await running;
    await app.shows('ready');
    assert.deepEqual(editor().statusMessages, [`Signed in to ${app.gitlab.url} as dana`]);
  });

  it('stores nothing before the server has accepted the token', async () => {
    const app = await signedOut();
    app.gitlab.faults = [{ latencyMs: 30 }];
    const running = app.run('signIn');
    const token = await box(true);
    token.type(developerToken);
    token.accept();
    await until('the request', () => withToken(app).length > 0);
    assert.deepEqual([token.busy, token.enabled, stored(app)], [true, false, '']);
    await running;
    assert.match(stored(app), new RegExp(developerToken));
  });

  it('keeps the box open for a wrong token, says so in it, and stores nothing', async () => {
    const app = await signedOut();
    const running = app.run('signIn');
    const token = await box(true);
    await enter(token, 'not-a-token-of-theirs');
    const { host } = new URL(app.gitlab.url);
    assert.equal(token.validationMessage, `${host} rejected this token. Check that it is complete and hasn't expired.`);
    assert.deepEqual([token.visible, stored(app), editor().messages], [true, '', []]);
    token.escape();
    await running;
  });

  it('accepts a second try in the same box', async () => {
    const app = await signedOut();
    const running = app.run('signIn');
    const token = await box(true);
    await enter(token, 'wrong');
    token.type(developerToken);
    assert.equal(token.validationMessage, undefined);
    token.accept();
    await running;
    assert.match(stored(app), new RegExp(developerToken));
  });

  for (const [what, text, sentence] of [
    ['nothing', '  ', 'Paste a token, or press Escape.'],
    ['two words', 'a b', "That doesn't look like a token: it contains invalid characters."],
    ['characters that no header allows', 'tökén', "That doesn't look like a token: it contains invalid characters."],
  ] as const)
    it(`sends nothing when the user enters ${what}`, async () => {
      const app = await signedOut();
      const running = app.run('signIn');
      const token = await box(true);
      await enter(token, text);
      assert.deepEqual([token.validationMessage, withToken(app)], [sentence, []]);
      token.escape();
      await running;
    });

  it('stores nothing for a server that responds with an HTML page', async () => {
    const app = await signedOut();
    app.gitlab.faults = [htmlPage()];
    const running = app.run('signIn');
    const token = await box(true);
    await enter(token, developerToken);
    assert.match(token.validationMessage ?? '', /responds, but not as GitLab's API/);
    assert.equal(stored(app), '');
    token.escape();
    await running;
  });

  it('replaces the token of the instance', async () => {
    const app = await apps.ready();
    const running = app.run('signIn');
    (await until('the list', () => editor().picks[0])).choose(app.gitlab.url);
    await enter(await box(true), reporterToken);
    await running;
    assert.match(stored(app), new RegExp(reporterToken));
    assert.doesNotMatch(stored(app), new RegExp(developerToken));
  });

  it('uses the instance in its argument', async () => {
    const app = await apps.start({ token: null, git: false });
    const running = app.run('signIn', { instance: `${app.gitlab.url}/` });
    await enter(await box(true), developerToken);
    await running;
    assert.deepEqual(editor().statusMessages, [`Signed in to ${app.gitlab.url} as dana`]);
  });

  for (const instance of [7, '', 'ssh://git.example.com', null])
    it(`says what its argument must be when the instance is ${JSON.stringify(instance)}`, async () => {
      const app = await apps.start({ token: null, git: false });
      await app.run('signIn', { instance });
      assert.match(editor().messages[0]?.text ?? '', /^The argument must be \{ "instance": "https:\/\//);
    });
});

describe('Sign In to a host without an instance yet', () => {
  const apps = appsInTests();

  it('asks for its address first, filled in from the remote', async () => {
    const app = await apps.start({ token: null });
    await app.shows('signedOut');
    const running = app.run('signIn');
    const address = await box(false);
    assert.equal(address.value, app.gitlab.url);
    assert.ok(address.prompt?.startsWith(`The remote of this repository is on ${new URL(app.gitlab.url).host}. `));
    address.accept();
    await enter(await box(true), developerToken);
    await running;
    await app.shows('ready');
  });

  it('sends nothing before the address is confirmed, and no token before that is entered', async () => {
    const app = await apps.start({ token: null });
    await app.shows('signedOut');
    const running = app.run('signIn');
    const address = await box(false);
    assert.deepEqual(app.gitlab.requests, []);
    address.accept();
    const token = await box(true);
    await until('what kind of token it takes', () => token.prompt?.includes('private token for') === true);
    const paths = app.gitlab.requests.map(({ path }) => path);
    assert.deepEqual([...new Set(paths)], ['/api/v4/version', '/api/v3/user', '/api/v3/version']);
    assert.deepEqual(withToken(app), []);
    token.escape();
    await running;
  });

  it('numbers its steps, and goes back from the token to the address that was entered', async () => {
    const app = await apps.start({ token: null });
    await app.shows('signedOut');
    const running = app.run('signIn');
    const address = await box(false);
    assert.equal(address.title, 'Sign in to GitLab (1/2)');
    address.type(`${app.gitlab.url}/`);
    address.accept();
    const token = await box(true);
    assert.equal(token.title, 'Sign in to GitLab (2/2)');
    token.press('Back');
    const again = await box(false);
    assert.deepEqual([again === address, again.value], [false, app.gitlab.url]);
    again.accept();
    await enter(await box(true), developerToken);
    await running;
    assert.deepEqual(editor().statusMessages, [`Signed in to ${app.gitlab.url} as dana`]);
  });

  it('asks for nothing more when the user goes back and then cancels', async () => {
    const app = await apps.start({ token: null });
    await app.shows('signedOut');
    const running = app.run('signIn');
    (await box(false)).accept();
    (await box(true)).press('Back');
    (await box(false)).escape();
    await running;
    assert.deepEqual([editor().inputBoxes.length, stored(app)], [3, '']);
  });

  it('accepts an address with a relative URL root, and then finds the project', async () => {
    const app = await apps.start({ token: null, gitlab: { root: '/gitlab' } });
    await app.shows('signedOut');
    const running = app.run('signIn');
    const address = await box(false);
    assert.equal(address.value, new URL(app.gitlab.url).origin);
    address.type(`${app.gitlab.url}/`);
    address.accept();
    await enter(await box(true), developerToken);
    await running;
    const { instance, project } = await app.shows('ready');
    assert.deepEqual([instance, project], [app.gitlab.url, app.small.project.path]);
  });

  it('says that the text is not an address, and stays open', async () => {
    const app = await apps.start({ token: null });
    await app.shows('signedOut');
    const running = app.run('signIn');
    const address = await box(false);
    await enter(address, 'ssh://git.example.com');
    assert.equal(address.validationMessage, 'Enter a URL such as https://git.example.com');
    address.escape();
    await running;
    assert.equal(editor().inputBoxes.length, 1);
  });

  for (const [url, warns] of [
    ['http://git.example.com', true],
    ['http://127.0.0.1.example.com', true],
    ['https://git.example.com', false],
    ['http://127.0.0.1:8080', false],
    ['http://localhost', false],
  ] as const)
    it(`${warns ? 'warns' : 'does not warn'} that the token would travel unencrypted to ${url}`, async () => {
      const app = await apps.start({ token: null, git: false });
      const running = app.run('signIn', { instance: url });
      const token = await box(true);
      assert.equal((token.prompt ?? '').includes('It is sent unencrypted'), warns);
      token.escape();
      await running;
    });
});
