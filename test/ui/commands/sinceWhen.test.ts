import assert from 'node:assert/strict';
import { shaOf } from '../../gitlab/seed';
import type { AppOptions } from '../app';
import { appsInTests } from '../eachApp';
import { editor } from '../fake/editor';
import { until } from '../fake/until';
import { texts } from '../notifying';

const [redSha, greenSha] = [shaOf('since red'), shaOf('since green')];
const [redTitle, greenTitle] = ['Break $(flame) [it](command:x)', 'Let it pass'];

/** A build that failed on HEAD and on the commit before, and passed on the one before that. */
function failing({ gitlab: { world }, small }: Parameters<NonNullable<AppOptions['prepare']>>[0]): void {
  const { project, ref, sha } = small;
  world.addCommit(project, { sha: greenSha, title: greenTitle, authorName: 'Ada' });
  world.addCommit(project, { sha: redSha, title: redTitle, authorName: 'Bob' });
  const run = (of: string, status: string) => world.addBuild(project, { sha: of, ref, name: 'checks', status });
  run(greenSha, 'success');
  run(redSha, 'failed');
  run(sha, 'failed');
}

async function shownList() {
  return until('the list', () => editor().quickPicks.find(({ visible }) => visible));
}

describe('Since When?', () => {
  const apps = appsInTests();

  for (const profile of ['8.5', '10.8', '13.9', '18.9'] as const)
    it(`shows on ${profile} since which commit a build fails, and asks only then`, async () => {
      const app = await apps.ready({ gitlab: { profile }, prepare: failing });
      app.asked();
      const running = app.run('sinceWhen', await app.row('checks'));
      const list = await shownList();
      assert.equal(list.title, 'Since when has checks been failing?');
      const short = (sha: string): string => sha.slice(0, 8);
      assert.equal(
        list.placeholder,
        `Failing for 2 commits, since ${short(redSha)}. Last passed on ${short(greenSha)}.`,
      );
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
      assert.ok(app.asked().length <= 8);
      list.escape();
      await running;
      assert.deepEqual(texts(), []);
    });

  it('leads to the changes, the page and the log of a commit', async () => {
    const app = await apps.ready({ gitlab: { profile: '18.9' }, prepare: failing });
    const running = app.run('sinceWhen', await app.row('checks'));
    const list = await shownList();
    const label = '$(pass) Let it pass';
    list.pressOn(label, 'Open Changes in Browser');
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
