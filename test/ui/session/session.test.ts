import assert from 'node:assert/strict';
import { developerToken } from '../../gitlab/seed';
import { appsInTests } from '../eachApp';
import { editor } from '../fake/editor';
import { quiet, until } from '../fake/until';

const state = (): unknown => editor().contextKeys.get('gitlabBuilds.state');
const inState = (word: string) => until(`the state ${word}`, () => state() === word);

describe('The displayed state', () => {
  const apps = appsInTests();

  it('changes to another commit when HEAD moves', async () => {
    const app = await apps.ready();
    app.repository.moveHead({ name: 'release', commit: app.small.olderSha });
    const { commit, builds } = await app.shows('ready', (one) => one.commit?.sha === app.small.olderSha);
    assert.deepEqual(commit, { sha: app.small.olderSha, ref: 'release' });
    assert.equal(builds.length, 2);
  });

  it("is the newest commit's when HEAD moves while another's builds are loading", async () => {
    const app = await apps.start({ prepare: ({ gitlab }) => (gitlab.faults = [{ latencyMs: 40, times: 2 }]) });
    await app.shows('loading');
    const seen: (string | undefined)[] = [];
    app.api.onDidChange(() => {
      const [shown] = app.api.repositories;
      if (shown?.state === 'ready') seen.push(shown.commit?.sha);
    });
    app.repository.moveHead({ name: 'release', commit: app.small.olderSha });
    await app.shows('ready');
    assert.deepEqual(seen, [app.small.olderSha]);
  });

  it('causes no request while only files change', async () => {
    const app = await apps.ready();
    app.asked();
    for (let times = 0; times < 20; times++) app.repository.touch();
    await quiet();
    assert.deepEqual(app.asked(), []);
  });

  it('names a new branch although its commit is the same', async () => {
    const app = await apps.ready();
    app.repository.moveHead({ name: 'other', commit: app.small.sha });
    const { commit } = await app.shows('ready', (one) => one.commit?.ref === 'other');
    assert.equal(commit?.sha, app.small.sha);
  });

  it('is empty on a branch without commits', async () => {
    const app = await apps.ready();
    app.repository.moveHead({ name: 'new' });
    await inState('noCommit');
    assert.deepEqual(await app.drawn(), []);
  });

  it('says that git is off', async () => {
    const app = await apps.ready();
    app.git.turn(false);
    await inState('noGit');
    app.git.turn(true);
    await app.shows('ready');
  });

  it('says that there is no repository once it is closed', async () => {
    const app = await apps.ready();
    app.git.close(app.repository);
    await inState('noRepository');
    assert.deepEqual(app.api.repositories, []);
  });

  it('follows the project setting', async () => {
    const app = await apps.ready();
    const { configuration } = editor();
    configuration.set(configuration.workspace, 'gitlabBuilds.project', String(app.small.project.id));
    const { project } = await app.shows('ready', (one) => one.project === '1');
    assert.equal(project, '1');
  });

  it("follows the branch's upstream", async () => {
    const app = await apps.ready();
    await app.folder.setRemotes({ origin: 'https://github.com/a/b.git', mine: `${app.gitlab.url}/group/other.git` });
    app.repository.moveHead({ name: 'x', commit: app.small.sha, upstream: { remote: 'mine', name: 'x' } });
    const shown = await app.shows('failed');
    assert.equal(shown.project, 'group/other');
  });
});

describe('A hostile workspace', () => {
  const apps = appsInTests();

  it('receives nothing through its remote, whose host is named', async () => {
    const app = await apps.start({ token: null });
    await inState('unknownHost');
    await app.run('refresh');
    assert.deepEqual(app.gitlab.requests, []);
    assert.ok(String(editor().views[0]?.message).startsWith(`Is ${new URL(app.gitlab.url).host} a GitLab server?`));
  });

  it('receives nothing through a remote with another port on the same host', async () => {
    const app = await apps.start({ remote: (url) => `${url.replace(/\d+$/, '1')}/group/sub.project.git` });
    await inState('unknownHost');
    assert.deepEqual(app.gitlab.requests, []);
  });

  it("can't make itself an instance", async () => {
    const app = await apps.start({
      token: null,
      workspaceSettings: (url) => ({ 'gitlabBuilds.instances': [{ url }] }),
      environment: () => ({ GITLAB_TOKEN: developerToken }),
    });
    await inState('unknownHost');
    assert.deepEqual(app.gitlab.requests, []);
  });

  it("can't lead to another instance with its project", async () => {
    const app = await apps.start({
      workspaceSettings: () => ({ 'gitlabBuilds.project': 'https://evil.example.com/../../user?x=' }),
    });
    await app.shows('failed');
    assert.ok(app.gitlab.requests.every(({ path }) => path.startsWith('/api/v')));
    const project = 'projects/https%3A%2F%2Fevil.example.com%2F..%2F..%2Fuser%3Fx%3D';
    const asked = app.gitlab.requests.map(({ path }) => path);
    assert.deepEqual(
      asked.filter((path) => !path.endsWith('/version')),
      [`/api/v4/${project}`, `/api/v3/${project}`],
    );
  });

  it("doesn't get the token in its remote shown", async () => {
    const app = await apps.start({
      token: null,
      remote: (url) => url.replace('//', '//oauth2:glpat-remote@') + '/a/b',
    });
    await inState('unknownHost');
    await app.run('copyDiagnostics');
    assert.deepEqual(
      editor().journal.texts.filter((text) => text.includes('glpat-remote')),
      [],
    );
  });
});
