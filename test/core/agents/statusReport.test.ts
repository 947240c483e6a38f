import assert from 'node:assert/strict';
import { statusSections, type StatusFacts } from '../../../src/core/agents/statusReport';
import type { Build } from '../../../src/core/model/build';
import { buildWith, pipelineWith } from '../support';

const facts: StatusFacts = { repository: 'shop', remarks: [], reasonOf: () => undefined };
const build = (id: number, status: string, more: Partial<Build> = {}): Build =>
  buildWith({ id, status, name: `build ${id}`, pipeline: 7, ...more });
const failed = build(1, 'failed', { attempts: [buildWith({ id: 9, status: 'failed' })] });
const listing = {
  pipelines: [
    pipelineWith({ id: 7, ref: 'main', status: 'failed', source: 'push' }),
    pipelineWith({ id: 8, ref: 'main', status: 'success', source: 'parent_pipeline' }),
  ],
  builds: [
    failed,
    build(2, 'failed', { allowFailure: true }),
    build(3, 'success', { attempts: [buildWith({ id: 4, status: 'failed' })] }),
    build(5, 'running'),
    build(6, 'success', { kind: 'bridge', downstream: 8 }),
    build(10, 'success', { pipeline: 8 }),
  ],
};

/** The lines below a heading. */
function below(given: Partial<StatusFacts>, heading: string): readonly string[] {
  return statusSections({ ...facts, ...given }).find(({ title }) => title.startsWith(heading))?.lines ?? [];
}

describe('The status report for an agent', () => {
  it('counts the builds, those of child pipelines once, and those allowed to fail separately', () => {
    const [, state] = statusSections({ ...facts, listing });
    assert.equal(state?.title, 'State: failed. 5 builds: 1 failed, 1 failed but allowed to, 2 success, 1 running.');
  });

  it('lists failures with their reason and attempt before everything else', () => {
    const reasonOf = ({ id }: Build) => (id === 1 ? 'It timed out.' : undefined);
    assert.deepEqual(below({ listing, reasonOf }, 'Failed builds:'), [
      '- `build 1` #1: stage `test`, pipeline 7, attempt 2. `It timed out.`',
    ]);
  });

  it('separately lists allowed failures, builds that passed on retry, and running ones', () => {
    assert.match(below({ listing }, 'Failed, but allowed to fail:').join(), /^- `build 2` #2/);
    assert.match(below({ listing }, 'Passed after a retry:').join(), /^- `build 3` #3.*attempt 2$/);
    assert.match(below({ listing }, 'Running:').join(), /^- `build 5` #5/);
  });

  it('says whose child pipelines they are', () => {
    assert.deepEqual(below({ listing }, 'Pipelines:'), [
      '- #7: `main`, failed, by `push`, 5 builds',
      '- #8: child of `main`, success, by `parent_pipeline`, 1 build',
    ]);
  });

  it('says what waits for a person', () => {
    const blocked = {
      pipelines: [pipelineWith({ id: 7, ref: 'main', status: 'manual' })],
      builds: [build(1, 'manual', { stage: 'approve' }), build(2, 'created', { stage: 'deploy' })],
    };
    assert.match(below({ listing: blocked }, 'A person must start').join(), /^- `build 1` #1: stage `approve`, manual/);
  });

  it('says why a pipeline has no builds', () => {
    const broken = {
      pipelines: [pipelineWith({ id: 7, status: 'failed', yamlErrors: 'jobs:rspec config should contain a script' })],
      builds: [],
    };
    assert.match(
      below({ listing: broken }, 'Failed builds:').join(),
      /Pipeline #7 failed before it had a build: `jobs:rspec/,
    );
  });

  it('says what is unusual, how old it is, and whether the commit is HEAD, with quoted names', () => {
    const commit = { sha: 'a'.repeat(40), ref: 'a`b', isHead: false };
    const [head] = statusSections({ ...facts, commit, project: 'g/p on x', remarks: ['It rains.'], age: 4.4 });
    assert.equal(
      head?.title,
      'Repository `shop`, commit aaaaaaaaaaaa of ``a`b`` (chosen by the user, not HEAD), project `g/p on x`',
    );
    assert.deepEqual(head.lines, ['- It rains.', '- GitLab was asked 4 s ago.']);
  });
});
