import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import { ask, type Row, rowOf, rowsOf } from './ask';
import { branchMergeRequestAndChild, type BranchMergeRequestAndChild } from './scenarios';
import { type FakeGitLab, startGitLab } from './server';

const folder = resolve(process.cwd(), '..', 'shared', 'gitlab-data', 'schemas');

/** The schemas that GitLab's own specs assert its replies by, where they lie next to the checkout. */
describe('GitLab 18.9 validated against its own schemas', () => {
  if (!existsSync(folder)) {
    console.log(`    (no ${folder}: not compared with GitLab's schemas)`);
    return;
  }
  const ajv = schemas();
  let fake: FakeGitLab;
  let scene: BranchMergeRequestAndChild;

  beforeEach(async () => {
    fake = await startGitLab({ profile: '18.9' });
    scene = branchMergeRequestAndChild(fake.world);
  });
  afterEach(() => fake.close());

  const rows = async (path: string): Promise<readonly Row[]> =>
    rowsOf(await ask(`${fake.url}/api/v4/projects/1/${path}`));

  it('lists and shows jobs', async () => {
    const valid = validator(ajv, 'job.json');
    const jobs = await rows('jobs?per_page=100');
    assert.ok(jobs.length > 8);
    // The schema forbids a key that it does not know, and does not know this one.
    for (const job of jobs)
      assertValid(valid, Object.fromEntries(Object.entries(job).filter(([key]) => key !== 'failure_reason')));
    for (const job of await rows(`pipelines/${scene.branch.id}/jobs?include_retried=true`)) {
      const { failure_reason: reason, ...rest } = job;
      assert.equal(reason === undefined, job.status !== 'failed');
      assertValid(valid, rest);
    }
    assertValid(valid, rowOf(await ask(`${fake.url}/api/v4/projects/1/jobs/${scene.builds.compile.id}`)));
  });

  it('rejects an invalid job, so that the validation is effective', async () => {
    const [job] = await rows('jobs');
    assert.equal(validator(ajv, 'job.json')({ ...job, surprise: 1 }), false);
    assert.equal(validator(ajv, 'job.json')({ ...job, web_url: null }), false);
  });

  it('lists and shows pipelines', async () => {
    assertValid(validator(ajv, 'pipelines.json'), await rows('pipelines'));
    const detail = rowOf(await ask(`${fake.url}/api/v4/projects/1/pipelines/${scene.branch.id}`));
    assertValid(validator(ajv, 'pipeline/detail.json'), detail);
    assert.equal(typeof detail['coverage'], 'string');
  });
});

function validator(ajv: Ajv, id: string): ValidateFunction {
  const found = ajv.getSchema(`gitlab:/${id}`);
  if (!found) throw new Error(`no schema ${id}`);
  return found;
}

function assertValid(valid: ValidateFunction, value: unknown): void {
  assert.ok(valid(value), JSON.stringify(valid.errors));
}

/** Those that are there, and anything for those that they refer to and that are not. */
function schemas(): Ajv {
  const ajv = new Ajv({ strict: false, validateFormats: false });
  const present = {
    'artifact.json': 'artifact',
    'artifact_file.json': 'artifact_file',
    'job.json': 'job',
    'pipelines.json': 'pipelines',
    'pipeline/basic.json': 'pipeline_basic',
    'pipeline/detail.json': 'pipeline_detail',
  };
  for (const [id, name] of Object.entries(present)) {
    const schema = JSON.parse(readFileSync(join(folder, `v4_18.9_${name}.json`), 'utf8')) as object;
    ajv.addSchema({ ...schema, $id: `gitlab:/${id}` });
  }
  const missing = ['commit/basic.json', 'runner.json', 'runner_manager.json', 'status/ci_detailed_status.json'];
  for (const id of missing) ajv.addSchema({ $id: `gitlab:/${id}`, type: 'object' });
  ajv.addSchema({
    $id: 'gitlab:/user/basic.json',
    type: ['object', 'null'],
    required: ['id', 'username', 'name', 'web_url'],
  });
  return ajv;
}
