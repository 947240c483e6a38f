import assert from 'node:assert/strict';
import { GitLabError, isOutOfRange } from '../../../../src/core/model/errors';
import type { Http, HttpRequest } from '../../../../src/core/gitlab/http/request';
import type { ByteRange } from '../../../../src/core/gitlab/http/ranges';
import { badGateway, statsRefresh, type Fault } from '../../../gitlab/faults';
import { smallProject } from '../../../gitlab/scenarios';
import { developerToken } from '../../../gitlab/seed';
import { startGitLab, type FakeGitLab } from '../../../gitlab/server';
import { bytesOf, errorOf, failureOf, httpWith, listen, unhurried } from '../../support';

const content = Buffer.from('0123456789'.repeat(100));
const zipped = { 'Content-Type': 'application/octet-stream' };

describe('Http: a part of a file', () => {
  const http: Http = httpWith();
  let fake: FakeGitLab;
  let id: number;
  const request = (more: Partial<HttpRequest> = {}): HttpRequest => ({
    method: 'GET',
    url: `${fake.url}/api/v3/projects/1/builds/${id}/artifacts`,
    instance: fake.url,
    token: developerToken,
    signal: unhurried(),
    ...more,
  });
  const part = (range: ByteRange, validator?: string) => http.stream(request({ range, validator }));

  beforeEach(async () => {
    fake = await startGitLab();
    const { project, sha } = smallProject(fake.world);
    const artifacts = { filename: 'artifacts.zip', content };
    id = fake.world.addBuild(project, { sha, name: 'some', status: 'success', artifacts }).id;
  });
  afterEach(() => fake.close());

  it('is requested by its start and end, by its start, and from the end', async () => {
    const cases: readonly (readonly [ByteRange, number, number])[] = [
      [{ start: 0, end: 1 }, 0, 1],
      [{ start: 7, end: 10 }, 7, 10],
      [{ start: 990 }, 990, 1000],
      [{ start: 990, end: 2000 }, 990, 1000],
      [{ last: 5 }, 995, 1000],
      [{ last: 5000 }, 0, 1000],
    ];
    for (const [range, start, end] of cases) {
      const answer = await part(range);
      assert.deepEqual([answer.range, answer.size], [{ start, end, total: 1000 }, end - start]);
      assert.deepEqual(await bytesOf(answer.body), content.subarray(start, end));
    }
    assert.ok(fake.requests.every(({ headers }) => headers['accept-encoding'] === 'identity'));
  });

  it('is not requested unless the caller says so', async () => {
    const answer = await http.stream(request());
    assert.deepEqual([answer.range, answer.size], [undefined, 1000]);
    await bytesOf(answer.body);
    assert.deepEqual([fake.requests[0]?.headers.range, fake.requests[0]?.headers['if-range']], [undefined, undefined]);
  });

  it('after the end is distinguished, and requested once', async () => {
    const error = await errorOf(part({ start: 1000 }));
    assert.ok(isOutOfRange(error) && error instanceof GitLabError);
    assert.deepEqual([error.failure.kind, error.failure.status, fake.requests.length], ['refused', 416, 1]);
    assert.equal(isOutOfRange(await errorOf(http.stream(request({ url: `${fake.url}/api/v3/x` })))), false);
  });

  it('of a file that has changed is the whole new file', async () => {
    const { validator } = await part({ last: 1 });
    assert.ok(validator !== undefined);
    assert.equal((await part({ start: 5, end: 6 }, validator)).range?.start, 5);
    const before = new Date(Date.parse(validator) - 60_000).toUTCString();
    const whole = await part({ start: 5, end: 6 }, before);
    assert.deepEqual([whole.range, (await bytesOf(whole.body)).length], [undefined, 1000]);
  });

  it('belongs to the file with a strong ETag, or else with that modification time', async () => {
    const time = 'Mon, 22 Feb 2016 00:00:00 GMT';
    const answering = async (headers: Readonly<Record<string, string>>) => {
      fake.faults = [{ answer: { status: 200, headers: { ...zipped, ...headers }, body: 'x' } }];
      return (await http.stream(request())).validator;
    };
    assert.equal(await answering({ ETag: '"a"', 'Last-Modified': time }), '"a"');
    assert.equal(await answering({ ETag: 'W/"a"', 'Last-Modified': time }), time);
    assert.equal(await answering({ ETag: 'W/"a"' }), undefined);
  });

  it('without a position is rejected', async () => {
    for (const place of [undefined, 'bytes 0-3/*', 'bytes */4', 'bytes 3-2/4', 'bytes 0-4/4', 'lines 0-3/4']) {
      const headers = { ...zipped, ...(place === undefined ? {} : { 'Content-Range': place }) };
      fake.faults = [{ answer: { status: 206, headers, body: '0123' } }];
      assert.equal((await failureOf(part({ start: 0, end: 4 }))).kind, 'invalidAnswer', place);
    }
  });

  it('is requested again after a temporary failure, with the same headers', async () => {
    fake.faults = [
      { ...badGateway(), times: 1 },
      { reset: 'beforeHeaders', times: 1 },
    ];
    const answer = await part({ start: 3, end: 6 });
    assert.equal((await bytesOf(answer.body)).toString(), '345');
    assert.deepEqual(new Set(fake.requests.map(({ headers }) => headers.range)), new Set(['bytes=3-5']));
    assert.equal(fake.requests.length, 3);
  });

  it('that breaks off is a lost connection, however much of it has arrived', async () => {
    fake.faults = [{ truncate: 400 }];
    const { body } = await part({ start: 0, end: 500 });
    let bytes = 0;
    const failure = await failureOf(
      (async () => {
        for await (const piece of body) bytes += piece.length;
      })(),
    );
    assert.deepEqual([failure.kind, bytes], ['offline', 400]);
  });
});

describe('Http: a file', () => {
  it('may be an HTML page if it is to be saved, and otherwise not', async () => {
    const disposition = ['attachment; filename="index.html"', 'ATTACHMENT', 'inline', 'attachments'];
    const server = await listen(({ url = '' }, response) => {
      const headers = { 'Content-Type': 'text/html', 'Content-Disposition': disposition[Number(url.slice(1))] };
      response.writeHead(200, headers).end('<html>');
    });
    const file = (index: number) =>
      httpWith().stream({
        method: 'GET',
        url: `${server.url}/${index}`,
        instance: server.url,
        signal: unhurried(),
      });
    try {
      for (const index of [0, 1]) assert.equal((await bytesOf((await file(index)).body)).toString(), '<html>');
      for (const index of [2, 3]) assert.equal((await failureOf(file(index))).kind, 'notGitLab');
    } finally {
      await server.close();
    }
  });
});

describe('Http: a DELETE', () => {
  const http = httpWith();
  let fake: FakeGitLab;
  const remove = () => {
    const url = `${fake.url}/api/v4/projects/1/jobs/4/artifacts`;
    return http.json({ method: 'DELETE', url, instance: fake.url, token: developerToken, signal: unhurried() });
  };
  const failing = async (fault: Fault) => {
    fake.faults = [fault];
    fake.requests.length = 0;
    const { kind, status, reason } = await failureOf(remove());
    return [kind, status, reason, fake.requests.length];
  };

  beforeEach(async () => {
    fake = await startGitLab({ profile: '18.9' });
    const { project } = smallProject(fake.world);
    fake.world.setRole(project, 'dana', 'master');
  });
  afterEach(() => fake.close());

  it('has an empty response', async () => {
    assert.equal((await remove()).body, undefined);
    assert.equal(fake.requests[0]?.status, 204);
    fake.faults = [{ answer: { status: 202, headers: { 'Content-Type': 'application/json' }, body: '{}' } }];
    assert.deepEqual((await remove()).body, {});
  });

  it('is never sent twice, or to another place', async () => {
    assert.deepEqual(await failing(badGateway()), ['server', 502, undefined, 1]);
    assert.deepEqual((await failing({ reset: 'beforeHeaders' })).slice(0, 1), ['offline']);
    assert.equal(fake.requests.length, 1);
    const elsewhere = { answer: { status: 307, headers: { Location: `${fake.url}/x` } } };
    assert.deepEqual((await failing(elsewhere)).at(-1), 1);
  });

  it('that is refused says why', async () => {
    const [kind, status, reason] = await failing(statsRefresh());
    assert.deepEqual([kind, status], ['refused', 409]);
    assert.match(String(reason), /stats refresh/);
  });
});
