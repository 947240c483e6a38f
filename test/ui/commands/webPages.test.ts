import assert from 'node:assert/strict';
import { appsInTests } from '../eachApp';
import { editor } from '../fake/editor';
import { until } from '../fake/until';

describe('Open Pipeline in Browser and Open Merge Request', () => {
  const apps = appsInTests();
  const start = () =>
    apps.ready({
      gitlab: { profile: '18.9' },
      prepare: ({ gitlab: { world }, small: { project, sha, ref } }) => {
        const mergeRequest = world.addMergeRequest(project, { sourceBranch: ref, sha, title: 'Let people in' });
        const source = 'merge_request_event';
        const pipeline = world.addPipeline(project, { sha, ref: 'refs/merge-requests/1/head', source, mergeRequest });
        world.addBuild(project, { sha, pipeline, stage: 'test', name: 'merged', status: 'success' });
      },
    });

  it('refuse if GitLab lists none', async () => {
    const app = await apps.ready();
    await app.run('openPipeline');
    await app.run('openMergeRequest');
    assert.deepEqual(
      editor().messages.map(({ text }) => text),
      ['No pipeline with a web page was found.', 'No merge request was found for this commit.'],
    );
  });

  it('open the pipeline of a build', async () => {
    const app = await start();
    await app.run('openPipeline', await app.row('compile'));
    const { pipelineId } = app.small.builds.compile;
    assert.deepEqual(editor().opened, [`${app.gitlab.url}/${app.small.project.path}/-/pipelines/${pipelineId}`]);
  });

  it('ask which pipeline if there are several', async () => {
    const app = await start();
    const running = app.run('openPipeline');
    const pick = await until('the quick pick', () => editor().picks.find(({ open }) => open));
    pick.choose('!1 Let people in');
    await running;
    assert.match(editor().opened[0] ?? '', /\/-\/pipelines\/\d+$/);
  });

  it("open the merge request, even if the branch's pipeline does not name it", async () => {
    const app = await start();
    await app.run('openMergeRequest', { build: app.small.builds.compile.id });
    assert.deepEqual(editor().opened, [`${app.gitlab.url}/${app.small.project.path}/-/merge_requests/1`]);
  });
});
