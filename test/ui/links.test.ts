import assert from 'node:assert/strict';
import type { App } from './app';
import { appsInTests } from './eachApp';
import { editor } from './fake/editor';

describe('Open in Browser and Copy URL', () => {
  const apps = appsInTests();
  let app: App;
  beforeEach(async () => (app = await apps.ready()));

  const project = (): string => `${app.gitlab.url}/${app.small.project.path}`;
  const commit = (): string => `${project()}/commit/${app.small.sha}`;
  const pageOf = (build: 'rspec' | 'firstRspec' | 'compile'): string =>
    `${project()}/builds/${app.small.builds[build].id}`;

  it('open the page of a build', async () => {
    await app.run('openInBrowser', await app.row('rspec'));
    assert.deepEqual(editor().opened, [pageOf('rspec')]);
  });

  it('open the page of an attempt', async () => {
    await app.run('openInBrowser', await app.row(`#${app.small.builds.firstRspec.id}`));
    assert.deepEqual(editor().opened, [pageOf('firstRspec')]);
  });

  it('open the page of the build of an argument', async () => {
    await app.run('openInBrowser', { build: app.small.builds.rspec.id });
    assert.deepEqual(editor().opened, [pageOf('rspec')]);
  });

  it('open the page of the commit for a stage', async () => {
    await app.run('openInBrowser', await app.row('test'));
    assert.deepEqual(editor().opened, [commit()]);
  });

  it('open the page of the commit from the palette', async () => {
    await app.run('openInBrowser');
    assert.deepEqual(editor().opened, [commit()]);
  });

  it('copy the addresses of all selected builds, a line each', async () => {
    const rows = [await app.row('compile'), await app.row('rspec')];
    await app.run('copyUrl', rows[0], rows);
    assert.equal(editor().clipboard, `${pageOf('compile')}\n${pageOf('rspec')}`);
    assert.deepEqual(editor().statusMessages, ['2 URLs copied']);
  });

  it('copy the address of the commit', async () => {
    await app.run('copyUrl');
    assert.equal(editor().clipboard, commit());
    assert.deepEqual(editor().statusMessages, ['URL copied']);
  });

  it('ask nothing of the server that is known', async () => {
    app.asked();
    await app.run('copyUrl');
    await app.run('copyUrl', await app.row('rspec'));
    assert.deepEqual(app.asked(), []);
  });
});

describe('The address of a page', () => {
  const apps = appsInTests();

  it('has the relative root of its GitLab', async () => {
    const root = '/gitlab';
    const app = await apps.ready({ gitlab: { root } });
    await app.run('copyUrl');
    assert.equal(editor().clipboard, `${app.gitlab.url}/${app.small.project.path}/commit/${app.small.sha}`);
    assert.match(app.gitlab.url, /\/gitlab$/);
  });
});
