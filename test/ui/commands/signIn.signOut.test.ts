import assert from 'node:assert/strict';
import { developerToken } from '../../gitlab/seed';
import { signIn } from '../app';
import { appsInTests } from '../eachApp';
import { editor } from '../fake/editor';
import { until } from '../fake/until';

describe('Sign Out', () => {
  const apps = appsInTests();

  it('removes the token, and the view says so', async () => {
    const app = await apps.ready({ settings: (url) => ({ 'gitlabBuilds.instances': [{ url }] }) });
    await app.run('signOut');
    await app.shows('signedOut');
    assert.ok(![...app.secrets.values.values()].join('\n').includes(developerToken));
    assert.deepEqual(editor().statusMessages, [`Signed out of ${app.gitlab.url}`]);
  });

  it('asks which one if there are several', async () => {
    const app = await apps.ready();
    await signIn(app.secrets, 'https://git.example.com', 'another');
    const running = app.run('signOut');
    const pick = await until('the list', () => editor().picks[0]);
    assert.deepEqual(pick.labels, [app.gitlab.url, 'https://git.example.com']);
    pick.choose('https://git.example.com');
    await running;
    const values = [...app.secrets.values.values()].join('\n');
    assert.deepEqual([values.includes('another'), values.includes(developerToken)], [false, true]);
  });

  it('removes nothing when the user dismisses the list', async () => {
    const app = await apps.ready();
    await signIn(app.secrets, 'https://git.example.com', 'another');
    const before = new Map(app.secrets.values);
    const running = app.run('signOut');
    (await until('the list', () => editor().picks[0])).escape();
    await running;
    assert.deepEqual(app.secrets.values, before);
  });

  it('says that there is nothing to sign out of', async () => {
    const app = await apps.start({ token: null });
    await app.run('signOut');
    assert.equal(editor().messages[0]?.text, "You aren't signed in to any GitLab.");
  });

  it('says that the token comes from the environment', async () => {
    const environment = (url: string) => ({ GITLAB_TOKEN: developerToken, GITLAB_HOST: url });
    const app = await apps.ready({ token: null, environment });
    await app.run('signOut');
    assert.match(editor().messages[0]?.text ?? '', /^The token comes from the environment variable GITLAB_TOKEN\./);
  });
});

describe('Tokens from the environment', () => {
  const apps = appsInTests();

  it('sign in to the instance that GITLAB_HOST names', async () => {
    const environment = (url: string) => ({ GITLAB_TOKEN: developerToken, GITLAB_HOST: url });
    const app = await apps.ready({ token: null, environment });
    assert.equal(app.gitlab.requests[0]?.headers['private-token'], developerToken);
  });

  it('are sent to no other instance, and without GITLAB_HOST belong to gitlab.com', async () => {
    const app = await apps.start({
      token: null,
      environment: () => ({ GITLAB_TOKEN: developerToken }),
      settings: (url) => ({ 'gitlabBuilds.instances': [{ url }] }),
    });
    await app.shows('signedOut');
    assert.deepEqual(app.gitlab.requests, []);
  });

  it('give way to a stored one', async () => {
    const environment = (url: string) => ({ GITLAB_TOKEN: 'of-the-environment', GITLAB_HOST: url });
    const app = await apps.ready({ environment });
    assert.equal(app.gitlab.requests[0]?.headers['private-token'], developerToken);
  });
});

describe('Two windows', () => {
  const apps = appsInTests();

  it('see the sign-in of the other', async () => {
    const app = await apps.start({ token: null });
    await app.shows('signedOut');
    await signIn(app.secrets, app.gitlab.url, developerToken);
    await app.shows('ready');
  });

  it('see the sign-out of the other', async () => {
    const app = await apps.ready();
    for (const key of [...app.secrets.values.keys()]) await app.secrets.delete(key);
    await app.shows('signedOut');
  });
});
