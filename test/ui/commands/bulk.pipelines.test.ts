import assert from 'node:assert/strict';
import { reporterToken } from '../../gitlab/seed';
import type { FakeBuild, Pipeline } from '../../gitlab/model';
import type { ProfileName } from '../../gitlab/profiles/profile';
import type { App, AppOptions } from '../app';
import { appsInTests } from '../eachApp';
import { editor, messageTexts } from '../fake/editor';
import { until } from '../fake/until';

/** The small project's commit with a newer pipeline of its branch, and one of a tag. */
interface Started {
  readonly app: App;
  /** The small project's own: run again since, so that it no longer stands. */
  readonly old: Pipeline;
  readonly newest: Pipeline;
  readonly tag: Pipeline;
  readonly builds: Readonly<Record<'failed' | 'canceled' | 'allowed' | 'running' | 'manual' | 'tagFailed', FakeBuild>>;
}

describe('Retrying failed builds and canceling active ones, by pipeline,', () => {
  const apps = appsInTests();
  const start = async (profile: ProfileName, more: AppOptions = {}): Promise<Started> => {
    const made: Omit<Started, 'app'>[] = [];
    const app = await apps.ready({
      ...more,
      gitlab: { profile },
      prepare: (parts) => {
        const { world } = parts.gitlab;
        const { project, sha, ref, builds } = parts.small;
        const newest = world.addPipeline(project, { sha, ref });
        const tag = world.addPipeline(project, { sha, ref: 'v2.0', tag: true });
        const add = (pipeline: Pipeline, name: string, status: string, rest: object = {}): FakeBuild =>
          world.addBuild(project, { sha, pipeline, stage: 'test', name, status, ...rest });
        made.push({
          old: world.pipeline(builds.rspec.pipelineId),
          newest,
          tag,
          builds: {
            failed: add(newest, 'failed', 'failed'),
            canceled: add(newest, 'canceled', 'canceled'),
            allowed: add(newest, 'allowed', 'failed', { allowFailure: true }),
            running: add(newest, 'running', 'running'),
            manual: add(newest, 'manual', world.profile.rules.manualStatus, { when: 'manual' }),
            tagFailed: add(tag, 'tag failed', 'failed'),
          },
        });
        more.prepare?.(parts);
      },
    });
    app.asked();
    return { app, ...made[0]! };
  };
  const posts = (app: App): readonly string[] =>
    app.asked().filter((request) => /^POST (?!\/api\/graphql)/.test(request));
  const titles = (): readonly (string | undefined)[] =>
    editor()
      .progress.map(({ options }) => options.title)
      .filter(Boolean);
  const isPipeline = ({ description = '' }: { readonly description?: unknown }, id: number): boolean =>
    String(description).endsWith(` #${id}`);
  const pipelineRow = async (app: App, { id }: Pipeline): Promise<unknown> => {
    const row = (await app.rows()).find(({ item }) => isPipeline(item, id));
    assert.ok(row, `no row of pipeline ${id}`);
    return row.element;
  };
  const noPipelineRoute = {
    status: 404,
    headers: { 'Content-Type': 'application/json' },
    body: '{"error":"404 Not Found"}',
  };

  for (const profile of ['8.13', '13.9', '18.9'] as const) {
    it(`retries each pipeline that decides the commit's status in one request on ${profile}`, async () => {
      const { app, newest, tag } = await start(profile);
      await app.run('retryFailed');
      const expected = [newest, tag].map(({ id }) => `POST pipelines/${id}/retry`);
      assert.deepEqual([[...posts(app)].sort(), messageTexts()], [expected.sort(), []]);
    });

    it(`cancels the pipelines with active builds on ${profile}`, async () => {
      const { app, newest, builds } = await start(profile);
      await app.run('cancelActive');
      assert.deepEqual(posts(app), [`POST pipelines/${newest.id}/cancel`]);
      assert.equal(app.gitlab.world.build(builds.running.id).status, 'canceled');
      assert.ok(editor().statusMessages.includes(`Canceled pipeline #${newest.id}`));
    });
  }

  it('says that retrying a pipeline includes canceled builds', async () => {
    const { app, builds } = await start('18.9');
    await app.run('retryFailed');
    assert.deepEqual(titles(), ['Retrying 4 builds: 3 failed, 1 canceled']);
    const { world } = app.gitlab;
    const retried = Object.values(builds).filter(({ id }) => world.build(id).retried);
    assert.equal(retried.length, 4);
  });

  it('says that canceling a pipeline includes builds that wait for a person', async () => {
    const { app } = await start('18.9');
    await app.run('cancelActive');
    assert.deepEqual(titles(), ['Canceling 2 builds: 1 active, 1 waiting']);
  });

  it('skips a pipeline in which builds only wait for a person', async () => {
    const { app, builds } = await start('18.9');
    app.gitlab.world.setStatus(builds.running, 'success');
    await app.api.refresh();
    app.asked();
    await app.run('cancelActive');
    assert.deepEqual([messageTexts(), app.asked()], [['No active builds.'], []]);
  });

  it('skips a pipeline in which all builds were only canceled', async () => {
    const { app, newest, builds } = await start('18.9');
    app.gitlab.world.setStatus(builds.tagFailed, 'canceled');
    await app.api.refresh();
    app.asked();
    await app.run('retryFailed');
    assert.deepEqual(posts(app), [`POST pipelines/${newest.id}/retry`]);
  });

  it('is limited to the pipeline of its row, even one that was run again since', async () => {
    const { app, old } = await start('18.9');
    await app.run('retryFailed', await pipelineRow(app, old));
    assert.deepEqual(posts(app), [`POST pipelines/${old.id}/retry`]);
    assert.deepEqual(titles(), ['Retrying 2 builds: 1 failed, 1 canceled']);
  });

  it('uses the state that its row has now, not when the menu was opened', async () => {
    const { app, old } = await start('18.9');
    const row = await pipelineRow(app, old);
    app.gitlab.world.setStatus(app.small.builds.long, 'failed');
    await app.api.refresh();
    await app.run('retryFailed', row);
    assert.deepEqual(titles(), ['Retrying 3 builds: 2 failed, 1 canceled']);
  });

  it('works on all selected pipelines', async () => {
    const { app, old, tag } = await start('18.9');
    const rows = [await pipelineRow(app, old), await pipelineRow(app, tag)];
    await app.run('retryFailed', rows[0], rows);
    assert.deepEqual([...posts(app)].sort(), [old, tag].map(({ id }) => `POST pipelines/${id}/retry`).sort());
  });

  it('works on the whole pipeline even if a filter shows only a part, and says so', async () => {
    const { app, newest } = await start('18.9');
    const running = app.run('filter');
    (await until('the quick pick', () => editor().picks[0])).choose('failed');
    await running;
    await app.run('retryFailed', await pipelineRow(app, newest));
    assert.deepEqual(titles(), ['Retrying 3 builds: 2 failed, 1 canceled']);
  });

  it('works build by build for a stage and for a status', async () => {
    const { app, builds } = await start('18.9');
    const rows = await app.rows();
    const below = rows.slice(rows.findIndex(({ item }) => isPipeline(item, builds.failed.pipelineId)));
    const stage = below.find(({ item }) => item.label === 'test');
    await app.run('retryFailed', stage?.element);
    assert.deepEqual([posts(app), titles()], [[`POST jobs/${builds.failed.id}/retry`], ['Retrying 1 failed build']]);
  });

  it('works build by build if GitLab names no pipelines', async () => {
    const { app, builds } = await start('8.10');
    await app.run('retryFailed');
    const expected = [builds.failed, builds.allowed, builds.tagFailed, app.small.builds.odd];
    assert.deepEqual([...posts(app)].sort(), expected.map(({ id }) => `POST builds/${id}/retry`).sort());
  });

  for (const [what, answer] of [
    ['GitLab’s 404', noPipelineRoute],
    ['a web page', { status: 404, headers: { 'Content-Type': 'text/html' }, body: '<html>' }],
  ] as const)
    it(`works build by build if the endpoint is missing: ${what}`, async () => {
      const { app, builds } = await start('13.9');
      app.gitlab.faults = [{ answer, when: ({ path }) => /\/pipelines\/\d+\/retry$/.test(path) }];
      await app.run('retryFailed');
      const retries = posts(app).filter((request) => request.startsWith('POST jobs/'));
      const expected = [builds.failed, builds.canceled, builds.allowed, builds.tagFailed];
      assert.deepEqual([...retries].sort(), expected.map(({ id }) => `POST jobs/${id}/retry`).sort());
      assert.deepEqual(messageTexts(), []);
    });

  it('tries every pipeline, and reports the refused ones in one message', async () => {
    const { app, newest, tag } = await start('18.9');
    const canned = {
      status: 403,
      headers: { 'Content-Type': 'application/json' },
      body: '{"message":"403 Forbidden"}',
    };
    app.gitlab.faults = [{ answer: canned, when: ({ path }) => path.endsWith(`/pipelines/${newest.id}/retry`) }];
    await app.run('retryFailed');
    assert.equal(posts(app).length, 2);
    assert.equal(messageTexts().length, 1);
    const host = new URL(app.gitlab.url).host;
    const example = `Pipeline #${newest.id}: ${host} doesn't allow this: 403 Forbidden`;
    assert.equal(messageTexts()[0], `1 of 2 requests were refused. ${example}`);
    assert.ok(editor().statusMessages.includes(`Retrying failed builds in pipeline #${tag.id}`));
    assert.ok(
      editor().log.some(({ level, text }) => level === 'warn' && text.startsWith(`retry of pipeline ${newest.id}:`)),
    );
  });

  it('reloads the list once, at the end', async () => {
    const { app } = await start('18.9');
    await app.run('retryFailed');
    const asked = app.asked();
    assert.deepEqual([asked.length, asked.at(-1)], [3, 'POST /api/graphql']);
  });

  it("says that a Reporter isn't allowed to, if GitLab provides that", async () => {
    const { app } = await start('18.9', { token: reporterToken });
    await app.run('retryFailed');
    assert.match(messageTexts()[0] ?? '', /^GitLab doesn't allow this for .*, because of your role in the project/);
    assert.deepEqual(app.asked(), []);
  });

  it('includes the downstream pipelines of the newest one', async () => {
    const children: Pipeline[] = [];
    const { app, newest, tag } = await start('18.9', {
      prepare: ({ gitlab: { world }, small: { project, sha, ref } }) => {
        const downstream = world.addPipeline(project, { sha, ref, source: 'parent_pipeline' });
        const parent = world.pipelines(project).find(({ id }) => id === downstream.id - 2);
        world.addBuild(project, { sha, pipeline: parent, kind: 'bridge', name: 'b', status: 'failed', downstream });
        world.addBuild(project, { sha, pipeline: downstream, name: 'in the child', status: 'failed' });
        children.push(downstream);
      },
    });
    await app.run('retryFailed');
    const expected = [newest, tag, ...children].map(({ id }) => `POST pipelines/${id}/retry`);
    assert.deepEqual([...posts(app)].sort(), expected.sort());
    assert.deepEqual(titles(), ['Retrying 5 builds: 4 failed, 1 canceled']);
  });

  it('retries a build that could not start its pipeline separately, since retrying the pipeline leaves it out', async () => {
    const bridges: FakeBuild[] = [];
    const { app, newest } = await start('18.9', {
      prepare: ({ gitlab: { world }, small: { project, sha } }) => {
        const pipeline = world.pipelines(project).at(-2)!;
        bridges.push(world.addBuild(project, { sha, pipeline, kind: 'bridge', name: 'packages', status: 'failed' }));
      },
    });
    app.gitlab.faults = [
      {
        answer: { status: 201, headers: { 'Content-Type': 'application/json' }, body: '{}' },
        when: ({ path }) => path.endsWith(`/pipelines/${newest.id}/retry`),
      },
    ];
    await app.run('retryFailed');
    assert.ok(posts(app).includes(`POST jobs/${bridges[0]!.id}/retry`));
  });
});
