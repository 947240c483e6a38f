import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { ask, post, type Reply } from './ask';
import { smallProject, type SmallProject } from './scenarios';
import { type FakeGitLab, startGitLab } from './server';

describe('ETags of the fake GitLab', () => {
  let fake: FakeGitLab;
  let small: SmallProject;
  const list = (etag?: string): Promise<Reply> =>
    ask(`${fake.url}/api/v3/projects/1/builds`, { headers: etag === undefined ? {} : { 'If-None-Match': etag } });

  beforeEach(async () => {
    fake = await startGitLab();
    small = smallProject(fake.world);
  });
  afterEach(() => fake.close());

  it('are the weak MD5 of the body', async () => {
    const { headers, bytes } = await list();
    assert.equal(headers.etag, `W/"${createHash('md5').update(bytes).digest('hex')}"`);
    assert.equal(headers['cache-control'], 'max-age=0, private, must-revalidate');
  });

  it('give 304 without body and type, but with the pagination headers, until something changes', async () => {
    const { headers } = await list();
    const etag = String(headers.etag);
    const same = await list(etag);
    assert.deepEqual([same.status, same.bytes.length, same.headers['content-type']], [304, 0, undefined]);
    assert.equal(same.headers['x-total'], headers['x-total']);
    assert.equal(same.headers.etag, etag);
    fake.world.setStatus(small.builds.long, 'success');
    assert.equal((await list(etag)).status, 200);
  });

  it('are compared exactly: no lists, no star, no strong form', async () => {
    const etag = String((await list()).headers.etag);
    for (const other of [`${etag}, "x"`, '*', etag.slice(2)]) assert.equal((await list(other)).status, 200);
  });

  it('come with a log, and with the 201 of an action', async () => {
    const url = `${fake.url}/api/v3/projects/1/builds/${small.builds.compile.id}`;
    const etag = String((await ask(`${url}/trace`)).headers.etag);
    assert.equal((await ask(`${url}/trace`, { headers: { 'If-None-Match': etag } })).status, 304);
    const action = await post(`${url}/cancel`);
    assert.match(String(action.headers.etag), /^W\/"[0-9a-f]{32}"$/);
    const again = await post(`${url}/cancel`, { headers: { 'If-None-Match': String(action.headers.etag) } });
    assert.equal(again.status, 201);
  });

  it('do not come with errors', async () => {
    const { headers } = await ask(`${fake.url}/api/v3/projects/99`);
    assert.equal(headers.etag, undefined);
    assert.equal(headers['cache-control'], 'no-cache');
  });
});
