import assert from 'node:assert/strict';
import type { SeedOptions } from '../gitlab/seed';
import { branchMergeRequestAndChild } from '../gitlab/scenarios';
import type { World } from '../gitlab/world';
import { contextMenu, modalDialog, notification, runCommand, treeRow } from '../vscode/workbench';
import { useStage } from './stage';
import { eventually, expandAll, offeredIn, pressInRow, unfold } from './view';

/** Its runner cleans up before it ends a canceled build. */
function withGracefulRunner(world: World, commit: SeedOptions) {
  world.addRunner({ description: 'docker-01', graceful: true });
  const scene = branchMergeRequestAndChild(world, commit);
  const { project, mergeSha: sha, merge: pipeline } = scene;
  const browsers = world.addBuild(project, { sha, pipeline, stage: 'test', name: 'browsers', status: 'canceled' });
  return { ...scene, browsers };
}

describe('acting on builds and pipelines of GitLab 18.9', () => {
  const stage = useStage({
    furnish: withGracefulRunner,
    branch: 'feature',
    gitlab: { profile: '18.9' },
    settings: { 'gitlabBuilds.groupBy': 'none', 'gitlabBuilds.refresh.activeSeconds': 2 },
  });

  /** What changed something on GitLab, in order: `jobs/9/cancel`. */
  const posts = () =>
    stage()
      .gitlab.requests.filter(({ method, path }) => method === 'POST' && !path.endsWith('/graphql'))
      .map(({ path }) => path.replace(/.*\/projects\/[^/]+\//, ''));

  it('cancels with a runner that is finishing: the row says so, and a second cancel asks to force it', async () => {
    const { page, project, picture } = stage();
    await treeRow(page, /^Branch /).waitFor();
    await expandAll(page);
    await unfold(treeRow(page, /^packages, /));
    const running = treeRow(page, /^install, running/);
    await pressInRow(page, running, 'Cancel Build');
    const canceling = treeRow(page, /^install, canceling/);
    await canceling.waitFor();
    await page
      .locator('.part.statusbar')
      .getByText(/is canceling: its runner is finishing/)
      .waitFor();
    await picture('cancel-1-canceling');
    assert.deepEqual(posts(), [`jobs/${project.builds.childTest.id}/cancel`]);
  });

  it('tells a Developer that only maintainers may force it', async () => {
    const { page, picture } = stage();
    await contextMenu(page, treeRow(page, /^install, canceling/), 'Cancel Build');
    await modalDialog(page).waitFor();
    await picture('cancel-2-force');
    assert.match(await modalDialog(page).innerText(), /Force build install #\d+ to cancel\?/);
    await modalDialog(page).getByRole('button', { name: 'Force' }).click();
    await notification(page, /Only maintainers can force install #\d+ to cancel: 403 Forbidden/).waitFor();
    await picture('cancel-3-refused');
    await treeRow(page, /^install, canceling/).waitFor();
  });

  it('forces it for a maintainer', async () => {
    const { page, gitlab, project, picture } = stage();
    gitlab.world.setRole(project.project, project.username, 'master');
    await contextMenu(page, treeRow(page, /^install, canceling/), 'Cancel Build');
    await modalDialog(page).getByRole('button', { name: 'Force' }).click();
    await treeRow(page, /^install, canceled/).waitFor();
    await picture('cancel-4-forced');
    assert.equal(gitlab.world.build(project.builds.childTest.id).status, 'canceled');
  });

  it('follows it to its end without force', async () => {
    const { page, gitlab, project } = stage();
    gitlab.world.start(project.builds.staging, 'docker-01');
    await contextMenu(page, treeRow(page, /^staging, running/), 'Cancel Build');
    await treeRow(page, /^staging, canceling/).waitFor();
    const before = posts();
    gitlab.world.setStatus(project.builds.staging, 'canceled');
    await treeRow(page, /^staging, canceled/).waitFor();
    assert.deepEqual(posts(), before);
  });

  it('keeps artifacts, which is offered as long as they expire', async () => {
    const { page, gitlab, project, picture } = stage();
    const row = treeRow(page, /^compile, passed.*has artifacts/);
    assert.ok((await offeredIn(page, row)).includes('Keep Artifacts'));
    await contextMenu(page, row, 'Keep Artifacts');
    await eventually(() => assert.equal(gitlab.world.build(project.builds.compile.id).artifactsExpireAtMs, null));
    await page
      .locator('.part.statusbar')
      .getByText(/Keeping the artifacts of compile #\d+/)
      .waitFor();
    await picture('kept');
    await eventually(async () => assert.ok(!(await offeredIn(page, row)).includes('Keep Artifacts')));
  });

  it('retries what failed in a pipeline with one request, and says what that takes along', async () => {
    const { page, project, picture } = stage();
    const before = posts().length;
    const said = notification(page, 'Retrying 2 builds: 1 failed, 1 canceled').waitFor();
    await contextMenu(page, treeRow(page, /^Merge request !1 /), 'Retry Pipeline');
    await said;
    await treeRow(page, /^rspec 1\/2, pending.*attempt 2$/).waitFor();
    await treeRow(page, /^browsers, pending.*attempt 2$/).waitFor();
    await picture('retry-pipeline');
    assert.deepEqual(posts().slice(before), [`pipelines/${project.merge.id}/retry`]);
  });

  it('retries what failed in the commit with one request for each pipeline', async () => {
    const { page, gitlab, project, picture } = stage();
    const failed = gitlab.world.inPipeline(project.merge).filter(({ status }) => status === 'pending');
    for (const build of failed) gitlab.world.setStatus(build, 'failed');
    gitlab.world.setStatus(project.builds.production, 'failed');
    gitlab.world.update(project.builds.production, { allowFailure: false });
    await treeRow(page, /^production, failed/).waitFor();
    const before = posts().length;
    // GitLab takes along what was canceled, and what has failed and may.
    const said = notification(page, 'Retrying 5 builds: 4 failed, 1 canceled').waitFor();
    await runCommand(page, 'GitLab Builds: Retry Failed Builds');
    await said;
    await treeRow(page, /^production, pending.*attempt 2$/).waitFor();
    await treeRow(page, /^browsers, pending.*attempt 3$/).waitFor();
    await picture('retry-commit');
    assert.deepEqual(
      posts().slice(before).sort(),
      [project.branch, project.merge].map(({ id }) => `pipelines/${id}/retry`),
    );
  });

  it('cancels what is active in a pipeline with one request', async () => {
    const { page, project } = stage();
    const before = posts().length;
    await contextMenu(page, treeRow(page, /^Merge request !1 /), 'Cancel Pipeline');
    await treeRow(page, /^browsers, canceled/).waitFor();
    assert.deepEqual(posts().slice(before), [`pipelines/${project.merge.id}/cancel`]);
  });
});
