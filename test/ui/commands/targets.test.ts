import assert from 'node:assert/strict';
import type { App, Opened } from '../app';
import { appsInTests } from '../eachApp';
import { Uri } from '../fake/basics';
import { editor, messageTexts } from '../fake/editor';
import { until } from '../fake/until';

/** What commands act on where two repositories are open, on servers of their own. */
describe('Among several repositories, a command', () => {
  const apps = appsInTests();
  let app: App;
  let second: Opened;
  beforeEach(async () => {
    app = await apps.ready();
    second = await app.open({
      gitlab: { profile: '18.9' },
      // Numbers that the other project does not have.
      prepare: ({ gitlab: { world }, small: { project, sha } }) => {
        for (let index = 0; index < 3; index++)
          world.addBuild(project, { sha, stage: 'deploy', name: `more-${index}`, status: 'pending' });
      },
    });
    await until('its builds', () => app.of(second)?.builds.length === 10);
    app.asked();
  });

  const rootOf = ({ repository }: Opened): string => repository.rootUri.toString();
  const nameOf = ({ folder }: Opened): string => folder.path.split('/').at(-1) ?? '';
  const statusOf = ({ gitlab, small }: Opened): string => gitlab.world.build(small.builds.deploy.id).status;
  const turnTo = ({ folder }: Opened): void => editor().turnTo(Uri.file(`${folder.path}/a.ts`));
  const repositoryRow = async (one: Opened): Promise<unknown> => app.row(nameOf(one), one);
  /** A build that the second alone has. */
  const ownOfSecond = (): number => app.of(second)?.builds.at(-1)?.id ?? 0;
  const writes = (one: Opened, from = 0): readonly string[] =>
    one.gitlab.requests
      .slice(from)
      .flatMap(({ method, path }) => (method === 'POST' && !path.endsWith('graphql') ? path : []));

  it('acts in the repository of its row', async () => {
    await app.run('cancel', await app.row('production', second));
    assert.deepEqual([statusOf(app), statusOf(second)], ['pending', 'canceled']);
  });

  it('acts in each repository in the selection', async () => {
    const rows = [await app.row('production'), await app.row('production', second)];
    await app.run('cancel', rows[0], rows);
    assert.deepEqual([statusOf(app), statusOf(second)], ['canceled', 'canceled']);
    assert.deepEqual([app.of(app)?.builds.at(-1)?.status, messageTexts()], ['canceled', []]);
  });

  it('continues in one when the other refuses, and reports that in one message', async () => {
    second.gitlab.world.setUserState(second.small.username, 'blocked');
    const rows = [await app.row('production'), await app.row('production', second)];
    await app.run('cancel', rows[0], rows);
    assert.equal(statusOf(app), 'canceled');
    assert.equal(messageTexts().length, 1);
    assert.match(messageTexts()[0] ?? '', /^1 of 2 builds were refused\. production #\d+: /);
  });

  it("from the Command Palette acts in the active editor's repository, and names it", async () => {
    turnTo(second);
    const running = app.run('cancel');
    const pick = await until('the list', () => editor().picks[0]);
    assert.equal(pick.options.placeHolder, `Select builds to cancel (${nameOf(second)})`);
    pick.escape();
    await running;
  });

  it("from the Command Palette acts in the one with a project if the active editor's has none", async () => {
    const third = await app.open({ remote: () => 'https://github.com/a/b.git' });
    app.git.close(second.repository);
    turnTo(third);
    await until('the third', () => app.of(third)?.state === 'noProject');
    await app.run('copyUrl');
    assert.equal(editor().clipboard, `${app.gitlab.url}/${app.small.project.path}/commit/${app.small.sha}`);
  });

  it('acts in the repository that its argument names', async () => {
    await app.run('cancel', { build: second.small.builds.deploy.id, repository: rootOf(second) });
    assert.deepEqual([statusOf(app), statusOf(second)], ['pending', 'canceled']);
  });

  it('finds the only repository that has the build in its argument', async () => {
    await app.run('cancel', { build: ownOfSecond() });
    assert.deepEqual(messageTexts(), []);
    assert.equal(writes(second).length, 1);
  });

  it('asks for the repository if two have such a build, and sends nothing', async () => {
    await app.run('cancel', { build: app.small.builds.deploy.id });
    const example = JSON.stringify({ build: app.small.builds.deploy.id, repository: rootOf(app) });
    assert.deepEqual(messageTexts(), [`Several repositories are open. Specify which one the build is in: ${example}`]);
    assert.deepEqual([writes(app), writes(second)], [[], []]);
  });

  it('asks for the repository if none has such a build, and sends nothing', async () => {
    const before = second.gitlab.requests.length;
    await app.run('cancel', { build: 4711 });
    assert.match(messageTexts()[0] ?? '', /^Several repositories are open\./);
    assert.deepEqual([app.asked(), second.gitlab.requests.length], [[], before]);
  });

  it('says that a repository is not open', async () => {
    await app.run('cancel', { build: 1, repository: 'file:///else/where' });
    assert.deepEqual(messageTexts(), ["The repository file:///else/where isn't open."]);
  });

  it('for the whole commit acts only in the repository of its row', async () => {
    await app.run('cancelActive', await repositoryRow(second));
    assert.deepEqual([statusOf(app), statusOf(second)], ['pending', 'canceled']);
  });

  it('for the whole commit acts in both if both are selected', async () => {
    const rows = [await repositoryRow(app), await repositoryRow(second)];
    await app.run('cancelActive', rows[0], rows);
    assert.deepEqual([statusOf(app), statusOf(second)], ['canceled', 'canceled']);
  });

  it('for the whole commit also acts on what the filter hides', async () => {
    const running = app.run('filter');
    (await until('the list', () => editor().picks[0])).choose('$(pass) passed');
    await running;
    await app.run('cancelActive', await repositoryRow(second));
    assert.equal(statusOf(second), 'canceled');
  });

  it('opens and copies the pages of the commits for their rows', async () => {
    const rows = [await repositoryRow(app), await repositoryRow(second)];
    await app.run('copyUrl', rows[0], rows);
    const [first, other] = editor().clipboard.split('\n');
    assert.equal(first, `${app.gitlab.url}/${app.small.project.path}/commit/${app.small.sha}`);
    assert.match(other ?? '', new RegExp(`^${second.gitlab.url}/.*/commit/${second.small.sha}$`));
  });

  it('downloads into the folder of the repository', async () => {
    editor().folders = [app, second].map(({ folder }) => Uri.file(folder.path));
    await app.run('downloadArtifacts', await app.row('compile', second));
    const message = await until('the message', () => editor().messages[0]);
    message.press('Reveal');
    const [{ args } = { args: [] }] = await until('the file', () => editor().executed.length > 0 && editor().executed);
    assert.ok(String(args[0]).includes(second.folder.path), String(args[0]));
  });

  it("selects the commit for its row's repository", async () => {
    const running = app.run('selectCommit', await repositoryRow(second));
    (await until('the list', () => editor().quickPicks.find(({ busy }) => !busy))).choose('Release 1.0');
    await running;
    assert.deepEqual([app.of(app)?.commit?.sha, app.of(second)?.commit?.sha], [app.small.sha, second.small.olderSha]);
    await app.run('followHead', await repositoryRow(second));
    assert.equal(app.of(second)?.commit?.sha, second.small.sha);
  });

  it('is refused for the one with a read-only token, and not for the other', async () => {
    const token = 'reading-token';
    const third = await app.open({
      gitlab: { profile: '18.9' },
      token,
      prepare: ({ gitlab: { world }, small }) => {
        world.addToken({ token, user: small.username, scopes: ['read_api'] });
      },
    });
    await until('what its token may do', () => app.of(third)?.readOnly === true);
    await app.run('cancel', await app.row('production', third));
    assert.match(messageTexts()[0] ?? '', new RegExp(`^Your token for ${new URL(third.gitlab.url).host} is read-only`));
    await app.run('cancel', await app.row('production', second));
    assert.deepEqual([messageTexts().length, statusOf(second), writes(third)], [1, 'canceled', []]);
  });

  it('signs in to the GitLab of its row', async () => {
    const third = await app.open({ gitlab: { profile: '18.9' }, token: null });
    await until('the third', () => app.of(third)?.state === 'signedOut');
    void app.run('signIn', await repositoryRow(third));
    const box = await until('the box', () => editor().inputBoxes[0]);
    assert.equal(box.value, third.gitlab.url);
  });

  it('offers the statuses of all of them in the filter', async () => {
    const running = app.run('filter');
    const pick = await until('the list', () => editor().picks[0]);
    const item = pick.items.find((one) => typeof one !== 'string' && one.label === '$(watch) pending');
    assert.equal(typeof item === 'object' ? item.description : '', '5');
    pick.escape();
    await running;
  });
});
