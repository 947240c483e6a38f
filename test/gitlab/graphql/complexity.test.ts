import assert from 'node:assert/strict';
import { profiles } from '../profiles/profiles';
import { variants } from '../profiles/variants';
import { weightOf } from './complexity';

const newest = profiles['18.9'];

/** 22 fields in all, those below other fields included. */
const jobFields = `
  id name status allowFailure refName createdByTag coverage createdAt startedAt finishedAt scheduledAt retryable
  canPlayJob tags stage { name } runner { description } userPermissions { updateBuild cancelBuild }
  detailedStatus { detailsPath } downstreamPipeline { id source path }
  artifacts { nodes { name fileType size expireAt expired } }`;

const pipelineFields = `
  id iid sha ref status source stages { nodes { name } }
  jobs(first: 100) { nodes { ${jobFields} } pageInfo { hasNextPage endCursor } }`;

const own = `pipelines(sha: "x", first: 10) { nodes { ${pipelineFields} } }`;
const byIds = `pipelines(ids: ["gid://gitlab/Ci::Pipeline/1"], first: 20) { nodes { ${pipelineFields} } }`;
const mergeRequests = `mergeRequests(sourceBranches: ["x"], first: 3) {
  nodes { iid title diffHeadSha pipelines(first: 5) { nodes { id sha ref source } } } }`;

/** Without the project around it. */
function weigh(inner: string): number {
  return weightOf(newest, `{ project(fullPath: "a/b") { ${inner} } }`).complexity - 1;
}

describe('The complexity of a query', () => {
  it("equals GitLab 18.9's for lists of pipelines with their jobs", () => {
    assert.equal(weigh(own), 111);
    assert.equal(weigh(byIds), 118);
  });

  it("equals gitlab.com's for a whole query", () => {
    assert.equal(weigh(`id userPermissions { adminProject } ${own} ${mergeRequests}`) + 1, 129);
  });

  it('counts another field of a job twice in a page of a hundred, and a tenth more below ten pipelines', () => {
    const jobs = (fields: string): number => weigh(`pipeline { jobs(first: 100) { nodes { ${fields} } } }`);
    assert.equal(jobs('id name') - jobs('id'), 2);
    const ten = (fields: string): number =>
      weigh(`pipelines(first: 10) { nodes { jobs(first: 100) { nodes { ${fields} } } } }`);
    const [five, ten5] = [
      'id name status coverage tags',
      'id name status coverage tags stuck playable active refName kind',
    ];
    assert.equal(ten(ten5) - ten(five), 11);
  });

  it('uses the smaller of the requested page and 100, and 100 by default', () => {
    const jobs = (args: string): number => weigh(`pipeline { jobs${args} { nodes { id } } }`) - 2;
    assert.deepEqual(['', '(first: 500)', '(last: 50)', '(first: 20, last: 30)'].map(jobs), [6, 6, 4, 3]);
  });

  it('does not multiply lists without a resolver', () => {
    const artifacts = weigh('pipeline { job(name: "x") { artifacts(first: 100) { nodes { name } } } }');
    assert.equal(artifacts, 2 + 1 + 3);
  });

  it('reads pages from variables', () => {
    const query = 'query ($n: Int) { project(fullPath: "a/b") { pipelines(first: $n) { nodes { id } } } }';
    assert.equal(weightOf(newest, query, { n: 50 }).complexity, 1 + 6);
    assert.equal(weightOf(newest, query).complexity, 1 + 8);
  });

  it('adds for sha, ref, sort and Gitaly, and subtracts ten for a pipeline that an argument names', () => {
    const list = (args: string): number => weigh(`pipelines(${args}first: 1) { nodes { id } }`);
    assert.equal(list('sha: "x", ') - list(''), 2);
    assert.equal(list('sha: "x", ref: "y", ') - list(''), 4);
    assert.equal(weigh('pipeline(iid: "1") { id }') - weigh('pipeline { id }'), -10);
    const old = (inner: string): number =>
      weightOf(variants['16.3'], `{ project(fullPath: "a/b") { ${inner} } }`).complexity;
    assert.equal(old('pipeline(iid: "1") { id }'), old('pipeline { id }'));
  });

  it('names a field that is in one branch three times, but for nodes', () => {
    const twice = 'pipeline { jobs { nodes { stage { jobs { nodes { id } } } } } }';
    const thrice = 'pipeline { jobs { nodes { stage { jobs { nodes { stage { jobs { nodes { id } } } } } } } } }';
    const recursion = (inner: string) => weightOf(newest, `{ project(fullPath: "a/b") { ${inner} } }`).recursion;
    assert.deepEqual([recursion(twice), recursion(thrice)], [undefined, 'jobs']);
  });
});
