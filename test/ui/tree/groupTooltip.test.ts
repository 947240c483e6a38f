import assert from 'node:assert/strict';
import type { Build } from '../../../src/core/model/build';
import type { Pipeline } from '../../../src/core/model/pipeline';
import { pipelineTooltip, stageTooltip, type GroupFacts } from '../../../src/ui/tree/groupTooltip';
import { aBuild, hostileTexts, sha, someBuilds } from '../samples';

const now = Date.parse('2016-03-01T12:30:00.000Z');
const at = (minute: number, second = 0) => new Date(Date.UTC(2016, 2, 1, 12, minute, second)).toISOString();
const page = 'https://git.example.com/group/app/-/';
const pipeline = { id: 20, ref: 'master', sha, status: 'failed', source: 'push', webUrl: `${page}pipelines/20` };
const noBlockers: GroupFacts = { now, blockers: new Map(), verdict: { bridgesOfFailed: new Set() } };

const builds: readonly Build[] = someBuilds(
  { stage: 'build', startedAt: at(0), finishedAt: at(2) },
  { stage: 'test', status: 'failed', startedAt: at(2), finishedAt: at(12), failureReason: 'job_execution_timeout' },
  { stage: 'test', status: 'failed', allowFailure: true, startedAt: at(2), finishedAt: at(3) },
  { stage: 'test', kind: 'bridge', startedAt: at(2), finishedAt: at(29) },
  { stage: 'deploy', status: 'created', pipeline: 20 },
);

/** Without the marks that escape. */
function read(markdown: string): readonly string[] {
  return markdown.replace(/\\([!-/:-@[-`{-~])/g, '$1').split('\n');
}

function ofPipeline(changes: Partial<Pipeline>, those = builds, facts = noBlockers) {
  return pipelineTooltip({ pipeline: { ...pipeline, ...changes }, status: 'failed', builds: those }, facts);
}

function ofStage(stage: string, those: readonly Build[], facts: GroupFacts = noBlockers) {
  return stageTooltip({ stage, isExternal: false, status: 'failed', builds: those }, facts);
}

describe('The tooltip of a pipeline', () => {
  it('links to its configuration error, if it has one', () => {
    const link = 'command:gitlabBuilds.goToConfigError?';
    const invalid = ofPipeline({ yamlErrors: 'jobs:a config' }, [], { ...noBlockers, root: 'file:///a' }).value;
    const query = /goToConfigError\?([^)]*)/.exec(invalid)?.[1] ?? '';
    assert.deepEqual(JSON.parse(decodeURIComponent(query)), [{ pipeline: 20, repository: 'file:///a' }]);
    assert.ok(!ofPipeline({}, []).value.includes(link));
    assert.ok(!ofPipeline({ yamlErrors: 'jobs:a config' }).value.includes(link));
  });

  it('counts its builds by status, worst first', () =>
    assert.ok(read(ofPipeline({}).value).includes('| Builds | 1 failed · 1 created · 1 allowed to fail · 2 passed |')));

  it('names the merge request in place of the hashes of a merged result', () => {
    const [ref, title] = ['refs/merge-requests/3/merge', `Merge ${sha} into ${sha}`];
    const merged = [aBuild({ commit: { sha, title, author: 'Dana' } })];
    const { value } = ofPipeline({ ref, mergeRequest: { iid: 3, title: 'Let people in' } }, merged);
    assert.ok(read(value).includes(`| Commit | ${sha.slice(0, 8)} Let people in |`));
  });

  it('shows the status of each stage', () => {
    const lines = read(ofPipeline({}).value);
    assert.ok(lines.includes('| build | 1 passed |'));
    assert.ok(lines.includes('| test | 1 failed · 1 allowed to fail · 1 passed |'));
  });

  it('says which builds failed, and why', () =>
    assert.ok(read(ofPipeline({}).value).includes('| Failed | build-2 (timed out) |')));

  it('says that a child failed whose bridge passed, as the row of the stage does', () => {
    const facts = { ...noBlockers, verdict: { bridgesOfFailed: new Set(builds.filter(({ kind }) => kind)) } };
    const standing = '1 failed · 1 allowed to fail · 1 passed · child failed |';
    const lines = read(ofPipeline({}, builds, facts).value);
    assert.ok(lines.includes(`| test | ${standing}`), lines.join('\n'));
    assert.ok(lines.includes('| build | 1 passed |'));
    const those = builds.filter(({ stage }) => stage === 'test');
    assert.ok(read(ofStage('test', those, facts).value).includes(`| Builds | ${standing}`));
  });

  it('shows its duration, and that of the longest build, ignoring bridges', () => {
    const lines = read(ofPipeline({}).value);
    assert.ok(lines.includes('| Duration | 29:00 |'), lines.join('\n'));
    assert.ok(lines.includes('| Slowest | build-2, 10:00 |'));
  });

  it('counts running builds up to now', () => {
    const running = aBuild({ status: 'running', startedAt: at(10) });
    assert.ok(read(ofPipeline({}, [...builds, running]).value).includes('| Duration | 30:00 |'));
  });

  it('shows its critical path, with the running time and the total time', () => {
    const own = someBuilds(
      { stage: 'build', startedAt: at(1), finishedAt: at(3) },
      { stage: 'test', startedAt: at(4), finishedAt: at(12) },
      { stage: 'test', startedAt: at(4), finishedAt: at(5) },
    );
    const line = '| Critical path | build-1 → build-2: 10:00 of 12:00 |';
    assert.ok(read(ofPipeline({}, own).value).includes(line), ofPipeline({}, own).value);
    assert.ok(!ofPipeline({}, own.slice(0, 1)).value.includes('Critical path'));
  });

  it('says what the pipeline waits for', () => {
    const facts = { ...noBlockers, blockers: new Map([[20, [aBuild({ name: 'approve' })]]]) };
    assert.ok(read(ofPipeline({}, builds, facts).value).includes('| Waits for | approve |'));
  });

  it("shows GitLab's configuration error if it has no builds", () => {
    const lines = read(ofPipeline({ yamlErrors: 'jobs:x is odd', name: 'Nightly' }, []).value);
    assert.deepEqual(lines.slice(0, 3), ['**Nightly** #20 failed', '', 'jobs:x is odd']);
    assert.ok(lines.includes('| Name | Nightly |'));
  });

  it('links to its page and its commit, by commands only', () => {
    const { value, isTrusted } = ofPipeline({});
    const links = decodeURIComponent(value.split('\n').at(-1) ?? '');
    assert.equal(
      links,
      `[Open in Browser](command:vscode.open?["${page}pipelines/20"]) · [Commit](command:vscode.open?["${page}commit/${sha}"])`,
    );
    assert.equal(typeof isTrusted, 'object');
  });

  it('says how old it is if it is out of date', () =>
    assert.match(
      ofPipeline({}, builds, { ...noBlockers, asOf: now - 60_000 }).value,
      /\nOut of date\\: as of [^\n]+$/,
    ));
});

describe('The tooltip of a stage', () => {
  const inTest = builds.filter(({ stage }) => stage === 'test');

  it('says which builds failed, and why', () => {
    const lines = read(ofStage('test', inTest).value);
    assert.equal(lines[0], '**test** failed');
    assert.ok(lines.includes('| Failed | build-2 (timed out) |'));
    assert.ok(lines.includes('| Builds | 1 failed · 1 allowed to fail · 1 passed |'));
  });

  it('says what builds that have not started wait for', () => {
    const facts = { ...noBlockers, blockers: new Map([[20, [aBuild({ name: 'approve' })]]]) };
    const waiting = builds.filter(({ stage }) => stage === 'deploy');
    assert.ok(read(ofStage('deploy', waiting, facts).value).includes('| Waits for | approve |'));
    assert.ok(!ofStage('test', inTest, facts).value.includes('approve'));
  });
});

for (const text of hostileTexts)
  describe(`The tooltip of a group with ${JSON.stringify(text)} everywhere`, () => {
    const hostile = [
      aBuild({ name: text, stage: text, status: 'failed', failureMessage: text, startedAt: at(0), finishedAt: at(1) }),
      aBuild({ id: 2, name: text, stage: text, status: text, startedAt: at(0), finishedAt: at(1) }),
    ];
    const bare = (markdown: string): string => markdown.replace(/\\[!-/:-@[-`{-~]/g, '').replaceAll('&#36;', '');

    it('keeps its shape', () => {
      const ofAll = ofPipeline({ name: text, ref: text, sha: text, source: text, yamlErrors: text }, hostile);
      const ofNone = ofPipeline({ name: text, ref: text, sha: text, source: text, yamlErrors: text }, []);
      for (const { value } of [ofAll, ofNone]) {
        const [links = '', , ...others] = value.split('\n').reverse();
        assert.match(
          links,
          /^(\[Go to Error in \\\.gitlab\\-ci\\\.yml\]\(command:gitlabBuilds\.goToConfigError\?[\w%.-]+\) · )?\[Open in Browser\]\(command:vscode\.open\?[\w%.-]+\)$/,
        );
        for (const line of others) assert.doesNotMatch(bare(line), /[[\]<>`]/);
      }
      for (const line of bare(ofStage(text, hostile).value).split('\n')) assert.doesNotMatch(line, /[[\]<>`]/);
    });
  });
