import assert from 'node:assert/strict';
import { appsInTests } from '../eachApp';
import type { AppOptions } from '../app';
import { editor } from '../fake/editor';
import { until } from '../fake/until';
import { texts } from '../notifying';

const minute = 60_000;

/** A pipeline of three stages that has ended, beside the one of the small project. */
function nightly({ gitlab: { world }, small }: Parameters<NonNullable<AppOptions['prepare']>>[0]): void {
  const { project, sha } = small;
  const start = Math.floor(world.now() / 1000) * 1000 - 30 * minute;
  const at = (minutes: number): number => start + minutes * minute;
  const pipeline = world.addPipeline(project, { sha, ref: 'nightly', source: 'schedule', createdAt: start });
  const add = (stage: string, name: string, from: number, to: number, needs?: readonly string[]) =>
    world.addBuild(project, {
      ...{ sha, pipeline, stage, name, status: 'success', createdAt: start, needs },
      ...{ startedAt: at(from), finishedAt: at(to) },
    });
  add('build', 'compile', 1, 4);
  add('test', 'unit 1/2', 4, 5);
  add('test', 'unit 2/2', 4, 11);
  add('test', 'docs', 1, 3, []);
  add('deploy', 'release', 12, 15);
}

describe('Show Timeline', () => {
  const apps = appsInTests();

  /** The text of the only timeline that is open. */
  async function shown(): Promise<string> {
    const document = await until('a timeline', () =>
      [...editor().texts.documents.values()].find(({ uri }) => uri.scheme === 'gitlab-builds-timeline'),
    );
    return document.getText();
  }

  it('draws a bar for each build, and marks the critical path', async () => {
    const app = await apps.ready({ gitlab: { profile: '18.9' }, prepare: nightly });
    await app.run('showTimeline', await app.row('Schedule'));
    const text = await shown();
    assert.match(text, /^Timeline of Schedule #\d+: passed\n/);
    assert.match(text, /\nCritical path: compile → unit 2\/2 → release: 13:00 of 15:00\n/);
    const lines = text.split('\n');
    const line = (name: string): string => lines.find((one) => one.includes(`  ${name}  `)) ?? assert.fail(text);
    assert.match(line('unit 2/2'), /^\* +4:00 +0:00 +7:00 {2}unit 2\/2 +test +passed +█+$/);
    assert.match(line('release'), /^\* +12:00 +1:00 +3:00 {2}release +deploy +passed +░+█+$/);
    assert.match(line('docs'), /^ +1:00 +1:00 +2:00 /);
  });

  for (const profile of ['10.8', '13.9'] as const)
    it(`says on ${profile} that the path is estimated if a build didn't wait for its stages`, async () => {
      const app = await apps.ready({ gitlab: { profile }, prepare: nightly });
      const builds = app.api.repositories.flatMap((each) => each.builds);
      const build = builds.find(({ name }) => name === 'docs')?.id;
      await app.run('showTimeline', { build });
      const text = await shown();
      assert.match(text, /release: 13:00 of 15:00 \(estimated\)\n/);
      assert.match(text, /GitLab doesn't say which builds/);
    });

  it('shows all builds of the commit on 8.5, which has no pipelines', async () => {
    const app = await apps.ready({ gitlab: { profile: '8.5' } });
    await app.run('showTimeline');
    const text = await shown();
    assert.ok(text.startsWith(`Timeline of ${app.small.sha.slice(0, 8)}\n`), text);
    assert.match(text, /\nNot started: lint, production \(1 pending · 1 canceled\)\n/);
    assert.match(text, /rspec \(attempt 2\)/);
  });

  it('asks which one, if the commit has several', async () => {
    const app = await apps.ready({ gitlab: { profile: '18.9' }, prepare: nightly });
    const running = app.run('showTimeline');
    const pick = await until('the list', () => editor().picks.find(({ open }) => open));
    pick.choose('Schedule');
    await running;
    assert.match(await shown(), /^Timeline of Schedule/);
  });

  it('follows the builds, and can be reloaded', async () => {
    const app = await apps.ready({ gitlab: { profile: '18.9' } });
    await app.run('showTimeline');
    assert.match(await shown(), /Not started: lint, production/);
    app.gitlab.world.setStatus(app.small.builds.deploy, 'success');
    await app.api.refresh();
    await until('the new text', async () => (await shown()).includes('Not started: lint ('));
  });

  it('requests needs from GitLab only when it is opened', async () => {
    const app = await apps.ready({ gitlab: { profile: '18.9' }, prepare: nightly });
    let sent = 0;
    const count = ({ body }: { readonly body: string }): boolean => {
      if (body.includes('schedulingType')) sent += 1;
      return false;
    };
    app.gitlab.faults.push({ when: count });
    const asked = (): number => sent;
    await app.api.refresh();
    assert.equal(asked(), 0);
    await app.run('showTimeline', await app.row('Schedule'));
    assert.equal(asked(), 1);
    assert.deepEqual(texts(), []);
  });
});
