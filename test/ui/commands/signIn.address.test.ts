import assert from 'node:assert/strict';
import { htmlPage } from '../../gitlab/faults';
import { developerToken } from '../../gitlab/seed';
import { appsInTests } from '../eachApp';
import { editor } from '../fake/editor';
import { until } from '../fake/until';
import { box, enter, stored, withToken } from '../signInBox';

const secret = 'glpat-aB3dE6hI9kLmN0pQrStU';

describe('The address in Sign In', () => {
  const apps = appsInTests();
  const asked = async (options: Parameters<typeof apps.start>[0] = {}) => {
    const app = await apps.start({ token: null, ...options });
    await app.shows('signedOut');
    const running = app.run('signIn');
    return { app, running, address: await box(false) };
  };

  it('is checked before a token is requested, and stays open if nothing responds', async () => {
    const { address, running } = await asked();
    await enter(address, 'http://127.0.0.1:9');
    assert.match(address.validationMessage ?? '', /^Can't reach 127\.0\.0\.1:9 /);
    assert.equal(editor().inputBoxes.length, 1);
    address.escape();
    await running;
  });

  it('stays open if something other than GitLab responds', async () => {
    const { app, address, running } = await asked({ gitlab: { root: '/git' } });
    await enter(address, new URL(app.gitlab.url).origin);
    assert.match(address.validationMessage ?? '', /responds, but it isn't GitLab\. Is the path missing from/);
    address.escape();
    await running;
  });

  it('may be that of a project, and the root above it is used to sign in', async () => {
    const { app, address, running } = await asked({ gitlab: { root: '/git', profile: '18.9' } });
    address.type(`${app.gitlab.url}/${app.small.project.path}/-/pipelines/12`);
    address.accept();
    await enter(await box(true), developerToken);
    await running;
    assert.deepEqual(editor().statusMessages, [`Signed in to ${app.gitlab.url} as dana`]);
  });

  it('is accepted with a second Enter if a page in front may hide a GitLab, and not with the first', async () => {
    const { app, address, running } = await asked();
    app.gitlab.faults = [htmlPage()];
    await enter(address, app.gitlab.url);
    assert.match(address.validationMessage ?? '', /behind a sign-in page or a proxy there, press Enter again\.$/);
    app.gitlab.faults = [{ ...htmlPage(), when: ({ path }) => path.endsWith('/version') }];
    address.accept();
    const token = await box(true);
    assert.deepEqual(withToken(app), []);
    token.escape();
    await running;
  });

  for (const [what, text] of [
    ['a token', secret],
    ['a token after the address', `https://git.example.com/${secret}`],
    ['a deploy token', 'gldt-aB3dE6hI9kLmN0pQrStU'],
    ['an old private token', 'aB3dE6hI9kLmN0pQrStU'],
    ['a token with an invisible character', '\u200baB3dE6hI9kLmN0pQrStU'],
    ['a token in quotation marks', '"aB3dE6hI9kLmN0pQrStU"'],
    ['a GitHub token', 'ghp_0123456789abcdefABCDEF0123456789abcd'],
  ] as const)
    it(`is not ${what}, which is masked, looked up nowhere, and refused`, async () => {
      const { app, address, running } = await asked();
      address.type(text);
      assert.equal(address.password, true);
      address.accept();
      await until('the answer', () => !address.busy);
      assert.match(String(address.validationMessage), /^That looks like a token\./);
      assert.deepEqual(app.gitlab.requests, []);
      assert.ok(!editor().log.some((line) => line.text.includes(text)));
      assert.equal(stored(app), '');
      address.type('https://git.example.com');
      assert.equal(address.password, false);
      address.escape();
      await running;
    });
});

describe('A token with a recognizable format', () => {
  const apps = appsInTests();

  for (const [token, sentence] of [
    ['gldt-aB3dE6hI9kLmN0pQrStU', /^This is a deploy token: it can't use the API\. Use a personal, project or group/],
    ['glcbt-64_aB3dE6hI9kLmN0pQrStU', /^This is a CI\/CD job token/],
    ['glrt-aB3dE6hI9kLmN0pQrStU', /^This is a runner token/],
    ['ghp_0123456789abcdefABCDEF0123456789abcd', /^This is a GitHub token/],
    ['acme-glptt-aB3dE6hI9kLmN0pQrStU', /^This is a pipeline trigger token/],
  ] as const)
    it(`is named and not sent: ${token}`, async () => {
      const app = await apps.start({ token: null, settings: (url) => ({ 'gitlabBuilds.instances': [{ url }] }) });
      await app.shows('signedOut');
      const running = app.run('signIn');
      const input = await box(true);
      await enter(input, token);
      assert.match(String(input.validationMessage), sentence);
      assert.deepEqual([withToken(app), stored(app)], [[], '']);
      input.escape();
      await running;
    });
});
