import assert from 'node:assert/strict';
import type { FakeOptions } from '../../gitlab/server';
import type { SmallProject } from '../../gitlab/scenarios';
import type { World } from '../../gitlab/world';
import type { FakeGitLab } from '../../gitlab/server';
import { minute, shaOf } from '../../gitlab/seed';
import { serverError } from '../../gitlab/faults';
import type { App } from '../app';
import { appsInTests } from '../eachApp';
import type { Uri } from '../fake/basics';
import { editor } from '../fake/editor';
import { drawn, rowsOf, type Row } from '../fake/views';
import { until } from '../fake/until';

const branchRow = 'Earlier pipelines of master';

/** Three earlier commits of `main`, each with a pipeline of two builds; the newest runs. */
function fill({ gitlab, small }: { readonly gitlab: FakeGitLab; readonly small: SmallProject }): void {
  for (const [at, status] of (['success', 'failed', 'running'] as const).entries())
    addPipeline(gitlab.world, small, at, status);
}

function addPipeline(world: World, { project, ref }: SmallProject, at: number, status: string): void {
  const sha = shaOf(`earlier ${at}`);
  const createdAt = world.now() - (50 - at) * minute;
  world.addCommit(project, { sha, title: `Commit ${at} [x](command:y)` });
  const pipeline = world.addPipeline(project, { sha, ref, createdAt });
  const ran = { sha, pipeline, createdAt, trace: 'ran\n' } as const;
  const end = { finishedAt: createdAt + 2 * minute } as const;
  world.addBuild(project, { ...ran, ...end, name: 'compile', stage: 'build', status: 'success' });
  world.addBuild(project, { ...ran, ...(status === 'running' ? {} : end), name: 'rspec', status });
}

function argumentsOf({ item }: Row): readonly unknown[] {
  return (item.command?.arguments ?? []) as readonly unknown[];
}

/** What is drawn from the row of the branch on, with what is below it. */
async function below(opens: (label: string) => boolean = () => true): Promise<readonly Row[]> {
  const [view] = editor().views;
  assert.ok(view !== undefined);
  const rows = await rowsOf(view, (item) => {
    const isKept = !/^(artifacts|build .*hasArtifacts)/.test(item.contextValue ?? '');
    return isKept && opens(item.label);
  });
  const at = rows.findIndex(({ item }) => item.label === branchRow);
  return at < 0 ? [] : rows.slice(at);
}

describe('Earlier pipelines of the branch', () => {
  const apps = appsInTests();
  const start = (gitlab: FakeOptions): Promise<App> => apps.ready({ gitlab, prepare: fill });

  for (const profile of ['8.17', '10.8', '13.9', '18.9'] as const) {
    it(`are one collapsed row without a request, then rows that expand to the same tree, in GitLab ${profile}`, async () => {
      const app = await start({ profile });
      const last = (await app.rows()).at(-1);
      assert.deepEqual([last?.depth, last?.item.label, last?.item.contextValue], [0, branchRow, 'earlierPipelines']);
      app.asked();
      assert.equal((await below((label) => label === branchRow)).length, 6);
      assert.equal(app.asked().length, 1);
      const listed = (await below((label) => label === branchRow)).slice(1, 4);
      assert.deepEqual(app.asked(), []);
      const title = (at: number) =>
        profile === '18.9' ? `Commit ${at} [x]\u2060(command:y)` : shaOf(`earlier ${at}`).slice(0, 8);
      assert.deepEqual(
        listed.map(({ item }) => [item.label, item.contextValue, / (.*) ago/.test(String(item.description))]),
        [
          [title(2), 'pipeline hasActive', profile !== '10.8'],
          [title(1), 'pipeline hasFailed', profile !== '10.8'],
          [title(0), 'pipeline', profile !== '10.8'],
        ],
      );
      await below((label) => ![title(2), title(0)].includes(label));
      // Its own row tells more once its builds are known.
      const failed = await below((label) => ![title(2), title(0)].includes(label));
      assert.deepEqual(
        failed.slice(3, 7).map(({ depth, item }) => [depth, item.label, item.contextValue?.split(' ', 1)[0]]),
        [
          [2, 'build', 'stage'],
          [3, 'compile', 'build'],
          [2, 'test', 'stage'],
          [3, 'rspec', 'build'],
        ],
      );
      assert.match(String(failed[2]?.item.description), /^1 failed · 1 passed · .*2:00/);
    });
  }

  it('are missing if GitLab names no pipelines', async () => {
    const app = await apps.ready({ gitlab: { profile: '8.10' } });
    assert.ok(!(await app.drawn()).some((line) => line.includes('pipelines of')));
    await app.run('branchBuilds');
    assert.match(editor().messages.at(-1)?.text ?? '', /too old to list the pipelines of a branch/);
  });

  it("support the commands of HEAD's rows, with their own context values and log", async () => {
    const app = await start({ profile: '18.9' });
    await below((label) => label === branchRow);
    const rows = await below();
    const rspec = rows.find(({ item }) => item.label === 'rspec' && item.contextValue?.includes('failed'));
    assert.ok(rspec !== undefined);
    assert.equal(rspec.item.contextValue, 'build retryable erasable hasLog failed');
    assert.match(rspec.item.accessibilityInformation?.label ?? '', /^rspec, failed, stage test/);
    app.asked();
    await app.run('retry', rspec.element);
    await until('the retried build is shown', async () =>
      drawn(await below()).some((line) => /rspec .*attempt 2/.test(line)) ? true : undefined,
    );
    assert.ok(app.asked().some((line) => /^POST jobs\/\d+\/retry$/.test(line)));
  });

  it('open the log, the artifacts and the timeline of their builds', async () => {
    const app = await apps.ready({
      gitlab: { profile: '18.9' },
      prepare: (made) => {
        fill(made);
        const { world } = made.gitlab;
        const { project } = made.small;
        const pipeline = world.pipelines(project).find(({ sha }) => sha === shaOf('earlier 1')) ?? assert.fail();
        const artifacts = { filename: 'a.zip', files: { 'notes.txt': 'Earlier.\n' } };
        world.addBuild(project, { sha: pipeline.sha, pipeline, name: 'pages', status: 'success', artifacts });
      },
    });
    const [view] = editor().views;
    assert.ok(view !== undefined);
    const all = (): Promise<readonly Row[]> => rowsOf(view, ({ label }) => !['compile', 'spinach'].includes(label));
    await all();
    const rows = await all();
    const from = rows.slice(rows.findIndex(({ item }) => item.label === branchRow));
    const rowOf = (label: string | RegExp): Row => {
      const isIt = ({ item }: Row): boolean =>
        typeof label === 'string' ? item.label === label : label.test(item.label);
      return from.find(isIt) ?? assert.fail(drawn(from).join('\n'));
    };
    const [uri] = argumentsOf(rowOf('rspec')) as readonly [Uri];
    assert.match((await editor().texts.open(uri)).getText(), /^ran/);
    const [file] = argumentsOf(rowOf('notes.txt')) as readonly [Uri];
    const { provider } = editor().fileSystems.of(file.scheme) ?? assert.fail();
    assert.equal(Buffer.from(await provider.readFile(file as never)).toString(), 'Earlier.\n');
    await app.run('showTimeline', rowOf(/^Commit 1/).element);
    const timeline = await until('the timeline', () =>
      [...editor().texts.documents.values()].find((one) => one.uri.scheme === 'gitlab-builds-timeline'),
    );
    assert.match(timeline.getText(), / compile .*\n.* rspec /);
  });

  it("are retried by ID with the pipeline's root, and otherwise refused", async () => {
    const app = await start({ profile: '18.9' });
    await below();
    const id = app.gitlab.world.pipelines(app.small.project).find(({ sha }) => sha === shaOf('earlier 1'))?.id;
    await app.run('retryPipeline', { pipeline: id });
    assert.equal(editor().messages.at(-1)?.text, `Pipeline #${id} doesn't belong to the commit that is shown.`);
    app.asked();
    const repository = `${app.repository.rootUri.toString()}#pipeline=${id}&project=${encodeURIComponent(app.small.project.path)}`;
    await app.run('retryPipeline', { pipeline: id, repository });
    assert.ok(app.asked().includes(`POST pipelines/${id}/retry`));
  });

  it('include those of the merge request, and are named after it', async () => {
    const app = await apps.ready({
      gitlab: { profile: '18.9' },
      prepare: (made) => {
        fill(made);
        const { world } = made.gitlab;
        const { project, ref, sha } = made.small;
        const mergeRequest = world.addMergeRequest(project, { title: 'Let people in', sourceBranch: ref, sha });
        const of = { ref: `refs/merge-requests/${mergeRequest.iid}/head`, source: 'merge_request_event', mergeRequest };
        const earlier = world.addPipeline(project, { sha: shaOf('earlier 2'), ...of });
        world.addBuild(project, { sha: shaOf('earlier 2'), pipeline: earlier, name: 'check', status: 'failed' });
        const now = world.addPipeline(project, { sha, ...of });
        world.addBuild(project, { sha, pipeline: now, name: 'check', status: 'success' });
      },
    });
    await app.shows('ready', ({ pipelines }) => pipelines.some(({ mergeRequest }) => mergeRequest !== undefined));
    const listed = (await below((label) => label === branchRow)).slice(1);
    const told = listed.map(({ item }) => String(item.description));
    assert.equal(told.filter((one) => one.includes('!1')).length, 1, told.join('\n'));
  });

  it('say in place why they could not be loaded, and reload on a click', async () => {
    const app = await start({ profile: '13.9' });
    app.gitlab.faults = [serverError()];
    const [, notice] = await below((label) => label === branchRow);
    assert.equal(notice?.item.description, 'Retry');
    assert.match(notice.item.label, /server|500/i);
    app.asked();
    await below((label) => label === branchRow);
    assert.deepEqual(app.asked(), [], 'drawing alone does not ask again');
    app.gitlab.faults = [];
    await app.run('branchBuilds', ...argumentsOf(notice));
    assert.equal((await below((label) => label === branchRow)).length, 6);
  });

  it('are shown by the command', async () => {
    const app = await start({ profile: '18.9' });
    await app.run('branchBuilds');
    const [view] = editor().views;
    const revealed = view?.revealed.at(-1) as { readonly node: { readonly kind: string } } | undefined;
    assert.equal(revealed?.node.kind, 'earlierPipelines');
  });
});

describe('A bridge to another project', () => {
  const apps = appsInTests();
  const elsewhere = 'group/deployments';

  /** HEAD's pipeline has a bridge to a running pipeline of another project. */
  function bridge({ gitlab: { world }, small }: { readonly gitlab: FakeGitLab; readonly small: SmallProject }): void {
    const other = world.addProject({
      path: elsewhere,
      visibility: 'private',
      defaultBranch: 'main',
      members: { dana: 'developer' },
    });
    const sha = shaOf('deployments');
    world.addCommit(other, { sha, title: 'Deploy' });
    const downstream = world.addPipeline(other, { sha, ref: 'main', source: 'pipeline' });
    world.addBuild(other, { sha, pipeline: downstream, name: 'roll out', status: 'failed', trace: 'ran\n' });
    const pipeline = world.pipelines(small.project).findLast((one) => one.sha === small.sha) ?? assert.fail();
    world.addBuild(small.project, {
      sha: small.sha,
      pipeline,
      kind: 'bridge',
      name: 'to deploy',
      status: 'success',
      downstream,
    });
  }

  const inBridge = async (): Promise<readonly Row[]> => {
    const [view] = editor().views;
    assert.ok(view !== undefined);
    const rows = await rowsOf(
      view,
      ({ label, contextValue = '' }) => /^(stage|status|group)/.test(contextValue) || label === 'to deploy',
    );
    const at = rows.findIndex(({ item }) => item.label === 'to deploy');
    const from = rows.slice(at);
    const end = from.findIndex(({ depth }, index) => index > 0 && depth <= (from[0]?.depth ?? 0));
    return end < 0 ? from : from.slice(0, end);
  };

  for (const profile of ['13.9', '18.9'] as const) {
    it(`opens in place, and actions on its builds go to their project, in GitLab ${profile}`, async () => {
      const app = await apps.ready({ gitlab: { profile }, prepare: bridge });
      const rows = await inBridge();
      assert.deepEqual(
        rows.map(({ item }) => item.label),
        ['to deploy', 'test', 'roll out'],
      );
      const before = app.gitlab.requests.length;
      await app.run('retry', rows[2]?.element);
      const other = app.gitlab.world.findProject(elsewhere) ?? assert.fail();
      const sent = app.gitlab.requests
        .slice(before)
        .filter(({ method, path }) => method === 'POST' && path.endsWith('/retry'));
      assert.deepEqual(
        sent.map(({ path }) => path.includes(`/projects/${other.id}/`)),
        [true],
      );
      const lines = drawn(await inBridge()).map((line) => line.trim());
      assert.ok(
        lines.some((line) => /roll out .*attempt 2/.test(line)),
        lines.join('\n'),
      );
    });
  }

  it("says that the token can't read it, and offers its page", async () => {
    const app = await apps.ready({
      gitlab: { profile: '13.9' },
      prepare: (made) => {
        bridge(made);
        const other = made.gitlab.world.findProject(elsewhere) ?? assert.fail();
        made.gitlab.world.setRole(other, 'dana', undefined);
      },
    });
    const notice = (await inBridge())[1];
    assert.match(String(notice?.item.label), /^Your token can't read pipeline #\d+ of group\/deployments\.$/);
    assert.equal(notice?.item.command?.command, 'gitlabBuilds.openInBrowser');
    await app.run('openInBrowser', ...argumentsOf(notice));
    assert.match(editor().opened.at(-1) ?? '', /group\/deployments\/.*pipelines\/\d+$/);
  });
});
