import assert from 'node:assert/strict';
import { env } from 'vscode';
import { minute, shaOf } from '../../gitlab/seed';
import type { World } from '../../gitlab/world';
import type { SmallProject } from '../../gitlab/scenarios';
import type { App, AppOptions } from '../app';
import { appsInTests } from '../eachApp';
import { editor } from '../fake/editor';
import { until } from '../fake/until';
import { type Row, rowsOf } from '../fake/views';
import { texts } from '../notifying';

const [redSha, greenSha] = [shaOf('since red'), shaOf('since green')];
const [redTitle, greenTitle] = ['Break $(flame) [it](command:x)', 'Let it pass'];
const day = 24 * 60 * minute;

type Prepared = Parameters<NonNullable<AppOptions['prepare']>>[0];

function run({ project, ref }: SmallProject, world: World, sha: string, status: string, days = 0) {
  const createdAt = world.now() - days * day;
  return world.addBuild(project, { sha, ref, name: 'checks', status, createdAt, trace: 'x\n' });
}

/** A build that failed on HEAD and on the commit before, and passed on the one before that. */
function failing({ gitlab: { world }, small }: Prepared): void {
  world.addCommit(small.project, { sha: greenSha, title: greenTitle, authorName: 'Ada' });
  world.addCommit(small.project, { sha: redSha, title: redTitle, authorName: 'Bob' });
  run(small, world, greenSha, 'success', 3);
  run(small, world, redSha, 'failed', 2);
  run(small, world, small.sha, 'failed');
}

/** A build that never passed as far as anybody can see. */
function alwaysRed({ gitlab: { world }, small }: Prepared): void {
  world.addCommit(small.project, { sha: redSha, title: redTitle, authorName: 'Bob' });
  run(small, world, redSha, 'failed', 2);
  run(small, world, small.sha, 'failed');
}

async function shownList() {
  return until('the list', () => editor().quickPicks.find(({ visible }) => visible));
}

/** Rows of the history below the build, each with its depth below the build, label, description and context value. */
async function history(): Promise<readonly Row[]> {
  const [view] = editor().views;
  assert.ok(view !== undefined);
  const rows = await rowsOf(view);
  return rows.filter(({ item }) => /^(history|flaky)/.test(item.contextValue ?? ''));
}

async function told(): Promise<readonly (readonly string[])[]> {
  return (await history()).map(({ item }) => [item.label, item.description ?? '', item.contextValue ?? '']);
}

async function historyRow(app: App, label: string): Promise<Row> {
  const rows = await history();
  return rows.find(({ item }) => item.label === label) ?? assert.fail((await app.drawn()).join('\n'));
}

const short = (sha: string): string => sha.slice(0, 8);

describe('Since When?', () => {
  const apps = appsInTests();

  for (const profile of ['8.5', '10.8', '13.9', '18.9'] as const)
    it(`shows on ${profile} below the build since which commit it fails, and sends requests only then`, async () => {
      const app = await apps.ready({ gitlab: { profile }, prepare: failing });
      assert.deepEqual(await told(), []);
      app.asked();
      await app.run('sinceWhen', await app.row('checks'));
      const requests = app.asked().length;
      assert.ok(requests >= 1 && requests <= 8, String(requests));
      assert.deepEqual(await told(), [
        ['Failing for 2 commits', `since ${short(redSha)} · 2 days ago`, 'history'],
        [
          'Break $(flame) [it]\u2060(command:x)',
          `first failed · ${short(redSha)} · Bob · 2 days ago`,
          'historyCommit hasLog',
        ],
        [greenTitle, `last passed · ${short(greenSha)} · Ada · 3 days ago`, 'historyCommit hasLog'],
        [
          'Test the CI integration.',
          `failed · ${short(app.small.sha)} · Administrator · just now`,
          'historyCommit hasLog',
        ],
      ]);
      const [heading, first] = await history();
      assert.equal(first?.depth, (heading?.depth ?? 0) + 1);
      assert.deepEqual(editor().views[0]?.revealed.at(-1), heading?.element);
      assert.deepEqual([texts(), app.asked()], [[], []]);
    });

  it('claims no first failure if it saw no commit that passed', async () => {
    const app = await apps.ready({ gitlab: { profile: '18.9' }, prepare: alwaysRed });
    await app.run('sinceWhen', await app.row('checks'));
    assert.deepEqual(
      (await told()).map(([label, description]) => [label, description?.split(' · ')[0]]),
      [
        ['Failing for at least 2 commits', `since before ${short(redSha)}`],
        ['Test the CI integration.', 'failed'],
        ['Break $(flame) [it]\u2060(command:x)', 'failed'],
      ],
    );
  });

  it('shows in a separate row that the build is flaky', async () => {
    const app = await apps.ready({
      gitlab: { profile: '13.9' },
      prepare: (made) => {
        const { world } = made.gitlab;
        failing(made);
        world.setStatus(world.retry(run(made.small, world, redSha, 'failed', 2)), 'success');
        run(made.small, world, redSha, 'failed', 1);
      },
    });
    await app.run('sinceWhen', await app.row('checks'));
    const label = (await told()).find(([, , words]) => words === 'flaky')?.[0] ?? '';
    assert.match(label, /^Flaky: \d+ of the last \d+ runs failed on commits where it also passed\.$/);
  });

  it('opens the log, the changes and the page of a commit from its row', async () => {
    const app = await apps.ready({ gitlab: { profile: '18.9' }, prepare: failing });
    await app.run('sinceWhen', await app.row('checks'));
    const row = await historyRow(app, greenTitle);
    const ran = app.gitlab.world.buildIdsOfCommit(app.small.project, greenSha)?.at(-1) ?? assert.fail();
    assert.equal(row.item.command?.command, 'vscode.open');
    assert.match(String((row.item.command.arguments as readonly unknown[])[0]), new RegExp(`checks%20%23${ran}\\.log`));
    await app.run('openLog', row.element);
    await until('the log', () =>
      [...editor().texts.documents.values()].some(({ uri }) => uri.path.includes(String(ran))),
    );
    await app.run('openChanges', row.element);
    assert.match(editor().opened.at(-1) ?? '', new RegExp(`/commit/${greenSha}$`));
    await app.run('openInBrowser', row.element);
    assert.match(editor().opened.at(-1) ?? '', new RegExp(`/jobs/${ran}$`));
    await app.run('copyUrl', row.element);
    assert.match(await env.clipboard.readText(), new RegExp(`/jobs/${ran}$`));
  });

  it('works for a retried build, too', async () => {
    const app = await apps.ready({
      gitlab: { profile: '18.9' },
      prepare: (made) => {
        const { world } = made.gitlab;
        failing(made);
        const id = world.buildIdsOfCommit(made.small.project, made.small.sha)?.at(-1) ?? assert.fail();
        world.setStatus(world.retry(world.build(id)), 'failed');
      },
    });
    await app.run('sinceWhen', await app.row('checks'));
    assert.equal((await told())[0]?.[0], 'Failing for 2 commits');
    assert.deepEqual(editor().quickPicks, []);
  });

  it("is kept until the build's data changes", async () => {
    const app = await apps.ready({ gitlab: { profile: '18.9' }, prepare: failing });
    await app.run('sinceWhen', await app.row('checks'));
    await app.run('refresh');
    assert.notDeepEqual(await told(), []);
    await app.run('retry', await app.row('checks'));
    await until('the retry', async () => (await app.drawn()).some((line) => /checks .*attempt 2/.test(line)));
    const kept = (await history()).map(({ item }) => item.id ?? '');
    assert.ok(
      kept.every((id) => id.includes('attempt:')),
      'only the attempt that failed still tells it',
    );
  });

  it('is removed with the commit, and with the token', async () => {
    const app = await apps.ready({ gitlab: { profile: '18.9' }, prepare: failing });
    await app.run('sinceWhen', await app.row('checks'));
    app.repository.moveHead({ name: app.small.ref, commit: redSha });
    await app.shows('ready', ({ commit }) => commit?.sha === redSha);
    assert.deepEqual(await told(), []);
    await app.run('sinceWhen', await app.row('checks'));
    assert.equal((await told())[0]?.[0], 'Failing for 1 commit');
    await app.run('signOut', { instance: app.gitlab.url });
    assert.deepEqual(await told(), []);
  });

  it('is included when the failure is copied, once it is known', async () => {
    const app = await apps.ready({ gitlab: { profile: '18.9' }, prepare: failing });
    const row = await app.row('checks');
    await app.run('copyFailure', row);
    assert.doesNotMatch(await env.clipboard.readText(), /Since when/);
    await app.run('sinceWhen', row);
    app.asked();
    await app.run('copyFailure', row);
    const text = await env.clipboard.readText();
    assert.match(text, /Since when:\n- `Failing for 2 commits, since [0-9a-f]{8}\. Last passed on [0-9a-f]{8}\.`/);
    assert.match(text, /May have caused it: [0-9a-f]{8} Break .* \(Bob\)/);
    assert.ok(!app.asked().some((line) => /graphql|jobs$/.test(line)));
  });

  it('shows it in place for a build of an earlier pipeline', async () => {
    const app = await apps.ready({ gitlab: { profile: '18.9' }, prepare: failing });
    const [view] = editor().views;
    assert.ok(view !== undefined);
    await app.run('branchBuilds');
    const all = (): Promise<readonly Row[]> =>
      rowsOf(view, ({ contextValue }) => contextValue?.includes('hasArtifacts') !== true);
    await all();
    const rows = await all();
    const branch = rows.findIndex(({ item }) => item.contextValue === 'earlierPipelines');
    const earlier = rows
      .slice(branch)
      .find(({ item }) => item.label === 'checks' && item.contextValue?.includes('failed'));
    await app.run('sinceWhen', earlier?.element);
    const later = (await all()).slice(branch).map(({ item }) => item.label);
    assert.ok(later.includes('Failing for 1 commit'), later.join('\n'));
  });

  it('shows a list if the build has no row', async () => {
    const app = await apps.ready({ gitlab: { profile: '18.9' }, prepare: failing });
    const row = (await app.row('checks')) as { readonly node: { readonly build: { readonly id: number } } };
    const filtering = app.run('filter');
    (await until('the statuses', () => editor().picks[0])).choose('passed');
    await filtering;
    const { id } = row.node.build;
    const running = app.run('sinceWhen', { build: id });
    const list = await shownList();
    assert.equal(list.title, 'When did checks start failing?');
    assert.equal(list.placeholder, `Failing for 2 commits, since ${short(redSha)}. Last passed on ${short(greenSha)}.`);
    assert.deepEqual(
      list.items.map(({ label, description = '' }) => [label, description]),
      [
        ['May have caused it', ''],
        ['$(error) Break $\u2060(flame) [it]\u2060(command:x)', `${short(redSha)} · Bob · failed`],
        ['Failed', ''],
        ['$(error) Test the CI integration.', `${short(app.small.sha)} · Administrator · failed`],
        ['Last passed', ''],
        ['$(pass) Let it pass', `${short(greenSha)} · Ada · passed`],
      ],
    );
    list.pressOn('$(pass) Let it pass', 'Open Changes in Browser');
    await until('the page', () => editor().opened.some((url) => url.endsWith(`/commit/${greenSha}`)));
    list.choose('Let it pass');
    await running;
    await until('the log', () =>
      [...editor().texts.documents.values()].some(({ uri }) => uri.scheme === 'gitlab-builds-log'),
    );
  });

  it('refuses a build that has not failed', async () => {
    const app = await apps.ready({ gitlab: { profile: '18.9' }, prepare: failing });
    await app.run('sinceWhen', await app.row('compile'));
    assert.deepEqual(texts(), ['No failed builds.']);
  });
});
