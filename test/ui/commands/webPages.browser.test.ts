import assert from 'node:assert/strict';
import type { RepositoryBuilds } from '../../../src/ui/api';
import type { App } from '../app';
import { appsInTests } from '../eachApp';
import { editor } from '../fake/editor';
import { RealRepository } from '../realRepository';

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

  it('open the page of the build in an argument', async () => {
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

  it('copy the URLs of all selected builds, one per line', async () => {
    const rows = [await app.row('compile'), await app.row('rspec')];
    await app.run('copyUrl', rows[0], rows);
    assert.equal(editor().clipboard, `${pageOf('compile')}\n${pageOf('rspec')}`);
    assert.deepEqual(editor().statusMessages, ['2 URLs copied']);
  });

  it('copy the URL of the commit', async () => {
    await app.run('copyUrl');
    assert.equal(editor().clipboard, commit());
    assert.deepEqual(editor().statusMessages, ['URL copied']);
  });

  it('request nothing from a server that is known', async () => {
    app.asked();
    await app.run('copyUrl');
    await app.run('copyUrl', await app.row('rspec'));
    assert.deepEqual(app.asked(), []);
  });
});

describe('The URL of a page', () => {
  const apps = appsInTests();

  it('includes the relative URL root of its GitLab', async () => {
    const root = '/gitlab';
    const app = await apps.ready({ gitlab: { root } });
    await app.run('copyUrl');
    assert.equal(editor().clipboard, `${app.gitlab.url}/${app.small.project.path}/commit/${app.small.sha}`);
    assert.match(app.gitlab.url, /\/gitlab$/);
  });
});

describe('The page of a commit', () => {
  const apps = appsInTests();
  let app: App;
  let real: RealRepository;
  beforeEach(async () => {
    app = await apps.ready();
    real = new RealRepository();
    real.commit();
    real.git('remote', 'set-url', 'origin', `${app.gitlab.url}/${app.small.project.path}.git`);
    real.git('update-ref', 'refs/remotes/origin/main', 'HEAD');
    app.git.close(app.repository);
  });
  afterEach(() => real.remove());

  const opened = async (isIt: (shown: RepositoryBuilds) => boolean): Promise<void> => {
    app.git.open(real.fake());
    await app.shows('ready', isIt);
  };

  it("of its project's CI/CD settings is opened, where CI/CD is turned on", async () => {
    await opened(() => true);
    await app.run('openProjectSettings');
    assert.deepEqual(editor().opened, [`${app.gitlab.url}/${app.small.project.path}/edit`]);
  });

  it('that is not pushed does not exist, which is reported', async () => {
    const sha = real.commit('not pushed');
    await opened(() => true);
    await app.run('openInBrowser');
    assert.deepEqual(editor().opened, []);
    const sentence = `Commit ${sha.slice(0, 8)} hasn't been pushed, so it has no page on GitLab.`;
    assert.equal(editor().messages[0]?.text, sentence);
  });

  it('is that of the commit whose builds are shown', async () => {
    const sha = real.git('rev-parse', 'HEAD');
    app.gitlab.world.addCommit(app.small.project, { sha, title: 'pushed' });
    app.gitlab.world.addBuild(app.small.project, { sha, name: 'of-pushed', status: 'success' });
    real.commit('not pushed');
    await opened(({ builds }) => builds.length === 1);
    assert.deepEqual(app.api.repositories[0]?.ancestor, { sha, back: 1 });
    await app.run('copyUrl');
    assert.equal(editor().clipboard, `${app.gitlab.url}/${app.small.project.path}/commit/${sha}`);
  });
});
