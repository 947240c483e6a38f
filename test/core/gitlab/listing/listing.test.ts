import assert from 'node:assert/strict';
import { toTree, type TreeNode } from '../../../../src/core/model/tree';
import type { Fault } from '../../../gitlab/faults';
import type { ProfileName } from '../../../gitlab/profiles/profile';
import { shaOf } from '../../../gitlab/seed';
import { Branch, idsOf, isGraphql as isGraphqlAsked, named, pipelineIn } from '../branch';

const isGraphql = (profile: ProfileName) => profile === '15.9' || profile === '18.9';
const json = { 'Content-Type': 'application/json' };
/** So that REST is what is asked. */
const withoutGraphql: Fault = { when: isGraphqlAsked, answer: { status: 404, headers: json, body: '{}' } };

type Outline = readonly (string | readonly [string, Outline])[];
function outline(nodes: readonly TreeNode[]): Outline {
  return nodes.map((node) => {
    const title = 'build' in node ? node.build.name : node.kind === 'pipeline' ? node.pipeline.id : node.id;
    const below: readonly TreeNode[] = node.children.filter(({ kind }) => kind !== 'artifacts');
    return below.length === 0 ? String(title) : ([String(title), outline(below)] as const);
  });
}

for (const profile of ['13.4', '13.9', '15.9', '18.9'] as const) {
  describe(`The listing of a branch on ${profile}`, () => {
    let at: Branch;
    beforeEach(async () => (at = await Branch.start(profile)));
    afterEach(() => at.fake.close());

    it('is a tree of pipelines, with those that a bridge started below it', async () => {
      const { branch, merge } = at.made;
      const tree = toTree(await at.listing(), 'none', []);
      const packages = ['packages', ['package', 'install']] as const;
      const external = (id: string): Outline => [[id, ['jenkins/acceptance']]];
      // Whose a status is GitLab tells later.
      const ofBranch = isGraphql(profile) ? external(`pipeline:${branch.id}/external`) : [];
      const rows = ['compile', ['rspec 1/2', ['rspec 1/2']], 'lint', packages, 'staging', 'production'] as const;
      assert.deepEqual(outline(tree), [
        [String(merge.id), ['rspec 1/2', 'compile']],
        [String(branch.id), [...rows, ...ofBranch]],
        ...(isGraphql(profile) ? [] : external('other/external')),
      ]);
    });

    it('has every build once, with its attempts', async () => {
      const { builds } = await at.listing();
      const ids = builds.flatMap(({ id, attempts }) => [id, ...idsOf(attempts)]);
      assert.deepEqual(
        ids.sort((a, b) => a - b),
        idsOf(Object.values(at.made.builds)).toSorted((a, b) => a - b),
      );
      const rspec = builds.filter(({ name }) => name === 'rspec 1/2').map(({ attempts }) => attempts.length);
      assert.deepEqual(rspec.sort(), [0, 1]);
    });

    it('describes each pipeline, with its page', async () => {
      const { branch, merge, child, mergeSha, mergeRequest, sha, ref } = at.made;
      const listing = await at.listing();
      assert.deepEqual(
        idsOf(listing.pipelines),
        idsOf([branch, child, merge]).toSorted((a, b) => b - a),
      );
      const found = pipelineIn(listing, merge);
      assert.deepEqual([found.sha, found.ref], [mergeSha, 'refs/merge-requests/1/merge']);
      assert.deepEqual(found.mergeRequest, { iid: mergeRequest.iid, title: 'Let people sign in' });
      assert.equal(found.source, isGraphql(profile) ? 'merge_request_event' : undefined);
      assert.equal(pipelineIn(listing, child).source, 'parent_pipeline');
      const own = pipelineIn(listing, branch);
      assert.deepEqual([own.sha, own.ref, own.mergeRequest], [sha, ref, undefined]);
      for (const { id, webUrl } of listing.pipelines) {
        assert.equal(webUrl, `${at.fake.url}/group/app/-/pipelines/${id}`);
      }
      const stages = ['build', 'test', 'deploy', 'external'];
      assert.deepEqual(own.stages, isGraphql(profile) ? stages : undefined);
      assert.deepEqual(found.stages, isGraphql(profile) ? stages.slice(0, 2) : undefined);
    });

    it('leads from a bridge to what it started, with its page', async () => {
      const bridge = named(await at.listing(), 'packages');
      const { child } = at.made;
      assert.deepEqual([bridge.kind, bridge.downstream], ['bridge', child.id]);
      assert.equal(bridge.webUrl, `${at.fake.url}/group/app/-/pipelines/${child.id}`);
    });

    it('has what another CI system reports, with its link', async () => {
      const listing = await at.listing();
      const { kind, status, stage, webUrl } = named(listing, 'jenkins/acceptance');
      assert.deepEqual([kind, status, stage], ['external', 'success', 'external']);
      assert.equal(webUrl, 'https://jenkins.example.com/job/acceptance/7/');
    });

    for (const targetUrl of [
      'javascript:alert(1)',
      'command:workbench.action.quit',
      'file:///etc/passwd',
      '/relative',
      'x',
    ]) {
      it(`has no link if another CI system reports ${targetUrl}`, async () => {
        at.fake.world.update(at.made.builds.external, { targetUrl });
        assert.equal(named(await at.listing(), 'jenkins/acceptance').webUrl, undefined);
      });
    }

    it('takes fewer requests once it knows the pipelines', async () => {
      await at.listing();
      const asked = await at.asked(() => at.listing());
      // Side by side: the commit, the merge of it, and the children.
      if (isGraphql(profile)) assert.deepEqual(asked, ['graphql', 'graphql', 'graphql']);
      else {
        // The pipelines of the commit, the jobs of three pipelines, and the bridges of the one that has some.
        const ends = asked.map((path) => path.replace(/^v4\/projects\/1\//, '')).sort();
        const { branch, child, merge } = at.made;
        const jobs = [branch, child, merge].map(({ id }) => `pipelines/${id}/jobs`);
        assert.deepEqual(ends, ['pipelines', `pipelines/${branch.id}/bridges`, ...jobs].sort());
      }
    });

    it('has no merge request pipelines if HEAD is on no branch, or on another one', async () => {
      for (const listing of [await at.detached(), await at.listing('elsewhere')]) {
        const { branch, child } = at.made;
        assert.deepEqual([...idsOf(listing.pipelines)].sort(), [...idsOf([branch, child])].sort());
        assert.equal(listing.builds.length, 9);
      }
    });

    it('leaves out the merge result of an earlier head of the branch, and one that git has lost', async () => {
      const { world } = at.fake;
      const { project, merge, mergeRequest } = at.made;
      const [earlier, lost] = [shaOf('merge of the earlier head'), shaOf('lost merge')];
      world.addCommit(project, { sha: earlier, parents: [shaOf('main'), shaOf('earlier head')] });
      for (const sha of [earlier, lost]) {
        const init = { source: 'merge_request_event', ref: merge.ref, mergeRequest } as const;
        const pipeline = world.addPipeline(project, { ...init, sha });
        world.addBuild(project, { sha, pipeline, name: 'outdated' });
        at.fresh();
        const { pipelines, builds } = await at.listing();
        assert.ok(!idsOf(pipelines).includes(pipeline.id));
        assert.ok(builds.some(({ name }) => name === 'install') && !builds.some(({ name }) => name === 'outdated'));
        assert.equal(at.client.usesGraphql, isGraphql(profile));
      }
    });

    it('leaves out the pipelines of a merge request whose branch has moved on', async () => {
      const { project, mergeRequest, branch, child } = at.made;
      at.fake.world.pushToMergeRequest(project, mergeRequest.iid, shaOf('the next head'));
      const { pipelines } = await at.listing();
      assert.deepEqual([...idsOf(pipelines)].sort(), [...idsOf([branch, child])].sort());
    });

    it('has a pipeline of the merge request on the commit itself, marked', async () => {
      const { world } = at.fake;
      const { project, sha, mergeRequest } = at.made;
      const init = { source: 'merge_request_event', ref: 'refs/merge-requests/1/head', mergeRequest } as const;
      const pipeline = world.addPipeline(project, { ...init, sha });
      world.addBuild(project, { sha, pipeline, name: 'detached' });
      const listing = await at.listing();
      assert.equal(pipelineIn(listing, pipeline).mergeRequest?.iid, 1);
      assert.equal(named(listing, 'detached').pipeline, pipeline.id);
    });

    it("nests what a bridge in the merge request's pipeline started", async () => {
      const { world } = at.fake;
      const { project, merge } = at.made;
      const init = { source: 'parent_pipeline', ref: merge.ref, sha: merge.sha } as const;
      const downstream = world.addPipeline(project, init);
      world.addBuild(project, { sha: merge.sha, pipeline: downstream, name: 'below' });
      world.addBuild(project, { sha: merge.sha, pipeline: merge, kind: 'bridge', name: 'more', downstream });
      const listing = await at.listing();
      assert.equal(named(listing, 'more').downstream, downstream.id);
      assert.equal(named(listing, 'below').pipeline, downstream.id);
    });

    it('nests child below child, to any depth', async () => {
      const { world } = at.fake;
      const { project, sha, ref } = at.made;
      let parent = at.made.child;
      for (const name of ['one', 'two', 'three']) {
        const downstream = world.addPipeline(project, { source: 'parent_pipeline', ref, sha });
        world.addBuild(project, { sha, pipeline: downstream, name });
        world.addBuild(project, { sha, pipeline: parent, kind: 'bridge', name: `to ${name}`, downstream });
        parent = downstream;
      }
      const listing = await at.listing();
      assert.equal(named(listing, 'three').pipeline, parent.id);
      const warm = await at.asked(() => at.listing());
      // Side by side: the commit, the merge of it, and all children at once, or two by two where they have no list.
      const children = profile === '15.9' ? 2 : 1;
      if (isGraphql(profile))
        assert.deepEqual(
          warm,
          Array.from({ length: 2 + children }, () => 'graphql'),
        );
    });

    it("does not take another project's pipeline for a child, but has its page", async () => {
      const { world } = at.fake;
      const { project, branch, sha } = at.made;
      const other = world.addProject({ path: 'group/other', members: { dana: 'developer' } });
      const downstream = world.addPipeline(other, { sha: shaOf('other'), source: 'pipeline' });
      world.addBuild(project, { sha, pipeline: branch, kind: 'bridge', name: 'elsewhere', downstream });
      const listing = await at.listing();
      const bridge = named(listing, 'elsewhere');
      assert.deepEqual([bridge.kind, bridge.downstream], ['bridge', undefined]);
      assert.equal(bridge.webUrl, `${at.fake.url}/group/other/-/pipelines/${downstream.id}`);
      assert.ok(!idsOf(listing.pipelines).includes(downstream.id));
    });

    it('shows the newest ten of many pipelines, and the children of those', async () => {
      const { world } = at.fake;
      const { project, sha, branch, child } = at.made;
      const nightly = Array.from({ length: 12 }, (_, index) => {
        const pipeline = world.addPipeline(project, { sha, ref: 'main', source: 'schedule' });
        world.addBuild(project, { sha, pipeline, name: `night ${index}` });
        return pipeline;
      });
      for (const faults of [[], [withoutGraphql]]) {
        at.fake.faults = faults;
        at.fresh();
        const { pipelines, builds } = await at.detached();
        assert.deepEqual(idsOf(pipelines), idsOf(nightly.slice(2)).toReversed());
        assert.equal(builds.filter(({ name }) => name.startsWith('night')).length, 10);
        assert.ok(!idsOf(pipelines).includes(branch.id) && !idsOf(pipelines).includes(child.id));
      }
    });

    const refused = { status: 403, headers: json, body: '{"message":"403 Forbidden"}' };
    for (const what of ['merge_requests', 'statuses', 'bridges']) {
      it(`keeps the builds if ${what} are refused`, async () => {
        at.fake.faults = [{ when: ({ path }) => path.includes(`/${what}`), answer: refused }, withoutGraphql];
        const { builds } = await at.listing();
        assert.ok(builds.some(({ name }) => name === 'compile'));
        assert.equal(
          builds.some(({ kind }) => kind === 'external'),
          what !== 'statuses',
        );
      });
    }
  });
}
