import assert from 'node:assert/strict';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { readJUnit } from '../../src/core/artifacts/tests/junit';
import { toFolders } from '../../src/core/artifacts/archive/archiveTree';
import { ArchiveError } from '../../src/core/artifacts/archiveErrors';
import { GitLabError } from '../../src/core/model/errors';
import { failureOfAnswer, failureOfStorage } from '../../src/core/gitlab/http/httpFailures';
import { GitLabClient } from '../../src/core/gitlab/client';
import type { Http, HttpRequest, JsonAnswer } from '../../src/core/gitlab/http/request';
import { firstError, tailOf } from '../../src/core/log/firstError';
import { locationsOf } from '../../src/core/log/locations';
import { normalized } from '../../src/core/log/normalize';
import { problemsIn } from '../../src/core/log/logProblems';
import { smallProject } from '../gitlab/scenarios';
import { developerToken } from '../gitlab/seed';
import { startGitLab } from '../gitlab/server';
import { archiveOf } from './artifacts/archives';
import { rawZip } from './artifacts/rawZip';
import * as reports from './artifacts/reports';
import { seededRandom } from './hostileText';
import { docker, kubernetes, outputs, shell } from './log/realLogs';
import { read } from './log/support';
import { stepCount } from './steps';
import { bytesOf, httpWith, Journal, unhurried } from './support';

const seed = 20_261_130;
const counts = { lists: 1500, refusals: 3500, logs: 5000, reports: 5000, archives: 5000 };
/** Steps per byte of broken inputs, in those of good ones. */
const maxTimes = 3;
const maxHeapGrowth = 200_000_000;
const random = seededRandom(seed);

function pick<T>(items: readonly T[]): T {
  const item = items[random(items.length)];
  assert.ok(item !== undefined);
  return item;
}

/** What parsers stumble over. */
const nasty = [
  ...['<', '>', '&', '"', "'", ']]>', '<![CDATA[', '<!--', '<!DOCTYPE [', '</b>', '&#xFFFFFFFF;', '{', '[', '}', ','],
  ...['\0', '\r', '\n', '\x1b[', '\x1b]8;;', 'section_start:1:a\r\x1b[0K', 'section_end:2:a\r\x1b[0K', '\ud800', '￿'],
  ...['a.'.repeat(300), ' '.repeat(300), '('.repeat(300), '-1', '1e999', 'null', 'PK\x01\x02', 'PK\x05\x06', '\u0300'],
];

/** Some bytes changed, left out, doubled, moved, or something nasty put in. */
function broken(good: Buffer): Buffer {
  let bytes = good;
  for (let change = 0; change <= random(4); change += 1) {
    const [one, two] = [random(bytes.length + 1), random(bytes.length + 1)];
    const [from, to] = [Math.min(one, two), Math.max(one, two, 1)];
    const near = Math.min(to, from + 1 + random(40));
    const some = bytes.subarray(from, near);
    const by = [
      () => [bytes.subarray(0, from), bytes.subarray(near)],
      () => [bytes.subarray(0, from), Buffer.from(pick(nasty)), bytes.subarray(from)],
      () => [
        bytes.subarray(0, near),
        Buffer.concat(Array.from({ length: random(50) }, () => some)),
        bytes.subarray(near),
      ],
      () => [bytes.subarray(0, from), Buffer.from(some).reverse(), bytes.subarray(near)],
      () => [bytes.subarray(0, from), Buffer.from([random(256)]), bytes.subarray(from + 1)],
      () => [bytes.subarray(0, Math.max(1, from))],
    ];
    bytes = Buffer.concat(pick(by)());
  }
  return bytes;
}

interface Kind {
  readonly name: keyof typeof counts;
  readonly good: readonly Buffer[];
  /** Throws what is allowed to go wrong, and nothing else reaches the test. */
  readonly work: (bytes: Buffer) => Promise<void>;
}

/** Steps per byte; one byte at least. */
async function costOf(inputs: readonly Buffer[], work: Kind['work']): Promise<number> {
  const [before, bytes] = [stepCount(), inputs.reduce((sum, { length }) => sum + length, 0)];
  for (const input of inputs) {
    await work(input);
    // So that the longest turn is one of the work.
    await nextTurn();
  }
  return (stepCount() - before) / Math.max(1, bytes);
}

async function readLog(bytes: Buffer): Promise<void> {
  const log = read(bytes);
  const { lines } = log;
  const found = await firstError(log);
  assert.ok(found === undefined || found < lines.length);
  tailOf(log, 30);
  for (const problem of [...problemsIn(lines, locationsOf(lines))].flat()) assert.ok(problem.at < lines.length);
  for (const [at, line] of lines.entries()) {
    assert.doesNotMatch(line, /[\0-\x08\n-\x1f]/);
    normalized(line);
    assert.ok(log.spans(at).every(({ start, end }) => start < end && end <= line.length));
  }
}

async function readReport(bytes: Buffer): Promise<void> {
  async function* whole() {
    yield bytes;
  }
  const report = await readJUnit(whole());
  if (report !== undefined) assert.ok(report.tests >= report.failures && report.failures >= report.failed.length);
}

async function readArchive(bytes: Buffer): Promise<void> {
  try {
    const archive = await archiveOf(bytes);
    await toFolders(archive.entries);
    for (const entry of archive.entries)
      if (entry.kind === 'file') {
        const content = await bytesOf(archive.open(entry, unhurried()));
        assert.equal(content.length, entry.size);
      }
  } catch (error) {
    if (!(error instanceof ArchiveError)) throw error;
  }
}

const statuses = [302, 400, 401, 403, 404, 405, 409, 413, 422, 429, 500, 502, 503];
const refusals = [
  '{"message":"403 Forbidden"}',
  '{"message":{"base":["is not allowed"],"name":["is too long"]}}',
  '{"error":"insufficient_scope","error_description":"The request requires higher privileges","scope":"api"}',
  '{"error":"invalid_token","error_description":"Token was revoked. You have to re-authorize from the user."}',
  '{"errors":[{"message":"Field \'x\' doesn\'t exist on type \'Y\'"}]}',
  '<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>',
  'Retry later\n',
  `{"a":${'['.repeat(500)}${']'.repeat(500)}}`,
];

async function readRefusal(bytes: Buffer): Promise<void> {
  const body = bytes.toString();
  const headers = new Headers({ 'content-type': pick(['application/json', 'text/html', 'text/plain', 'x']) });
  headers.set('retry-after', pick(['1', '-1', '9'.repeat(400), 'Tue, 01 Dec 2026 00:00:00 GMT', 'x']));
  headers.set('ratelimit-reset', pick(['1', '-1', '1e999', 'x', '']));
  for (const failureOf of [failureOfAnswer, failureOfStorage]) {
    const failure = failureOf({ status: pick(statuses), headers, host: 'a', body, now: 0 });
    assert.ok(failure.kind !== 'unexpected' && failure.kind !== 'offline', failure.kind);
    assert.ok((failure.reason ?? '').length <= 1000);
  }
}

/** A GitLab whose answers were recorded, each of them `change`d. */
class Recording implements Pick<Http, 'json'> {
  readonly answers = new Map<string, { readonly body: string; readonly headers: JsonAnswer['headers'] }>();

  async record(http: Http, request: HttpRequest): Promise<JsonAnswer> {
    const answer = await http.json(request);
    this.answers.set(keyOf(request), { body: JSON.stringify(answer.body), headers: answer.headers });
    return answer;
  }

  change: (body: string) => string = (body) => body;

  async json(request: HttpRequest): Promise<JsonAnswer> {
    const { body, headers } = this.answers.get(keyOf(request)) ?? { body: '[]', headers: new Headers() };
    try {
      return { body: JSON.parse(this.change(body)) as unknown, headers: oddHeaders(headers), isUnchanged: false };
    } catch {
      throw new GitLabError({ kind: 'invalidAnswer', host: 'a' });
    }
  }
}

function keyOf({ method, url, body }: HttpRequest): string {
  return `${method} ${url} ${JSON.stringify(body)}`;
}

function oddHeaders(headers: JsonAnswer['headers']): JsonAnswer['headers'] {
  if (random(4) > 0) return headers;
  const odd = pick(['', '-1', '0', '1', '2', '3', '1e3', 'x', 'NaN', '2.5']);
  return { get: (name) => (name.toLowerCase().startsWith('x-') ? odd : headers.get(name)) };
}

async function listsOf(profile: '8.5' | '9.0' | '13.9' | '18.9'): Promise<Kind> {
  const fake = await startGitLab({ profile });
  const small = smallProject(fake.world, { path: 'group/project' });
  const instance = { url: fake.url, hosts: [], apiVersion: 'auto' } as const;
  const recording = new Recording();
  const client = (json: Http['json']) =>
    new GitLabClient(
      instance,
      { json, stream: (request) => httpWith().stream(request) },
      async () => developerToken,
      new Journal(),
    );
  const list = async (json: Http['json']) => {
    const one = client(json);
    try {
      return await one.listing('group/project', { sha: small.sha }, unhurried());
    } finally {
      one.dispose();
    }
  };
  const http = httpWith();
  const { builds: all } = await list((request) => recording.record(http, request));
  assert.ok(all.length > 0 && recording.answers.size > 0);
  await fake.close();
  const good = [Buffer.from([...recording.answers.values()].map(({ body }) => body).join(''))];
  return {
    name: 'lists',
    good,
    work: async (bytes) => {
      // The input says which of the answers is broken.
      let left = bytes.equals(good[0] ?? bytes) ? Infinity : random(recording.answers.size);
      recording.change = (body) => (left-- === 0 ? broken(Buffer.from(body)).toString() : body);
      try {
        const { builds } = await list((request) => recording.json(request));
        assert.ok(builds.every(({ id, name }) => Number.isSafeInteger(id) && typeof name === 'string'));
      } catch (error) {
        assert.ok(error instanceof GitLabError, String(error));
        assert.notEqual(error.failure.kind, 'unexpected');
      }
    },
  };
}

describe(`Inputs broken at random (seed ${seed})`, () => {
  let done = 0;
  const run = async ({ name, good, work }: Kind, count: number): Promise<void> => {
    const inputs = Array.from({ length: count }, () => broken(pick(good)));
    const calm = Array.from({ length: Math.max(20, count / 20) }, () => pick(good));
    const baseline = await costOf(calm, work);
    const before = process.memoryUsage().heapUsed;
    const turns = monitorEventLoopDelay({ resolution: 1 });
    turns.enable();
    const cost = await costOf(inputs, work);
    turns.disable();
    const grown = process.memoryUsage().heapUsed - before;
    done += count;
    const longest = (turns.max / 1e6).toFixed(0);
    console.log(
      `        ${count} ${name}: ${cost.toFixed(2)} steps a byte, ${baseline.toFixed(2)} of good ones; longest turn ${longest} ms`,
    );
    assert.ok(cost <= maxTimes * baseline, `${(cost / baseline).toFixed(1)} times the work per byte`);
    assert.ok(grown < maxHeapGrowth, `${grown} bytes more`);
  };

  for (const profile of ['8.5', '9.0', '13.9', '18.9'] as const)
    it(`lists of GitLab ${profile} are read, or correctly refused`, async () =>
      run(await listsOf(profile), counts.lists / 4));

  it('refusals are correctly reported', () =>
    run({ name: 'refusals', good: refusals.map((body) => Buffer.from(body)), work: readRefusal }, counts.refusals));

  it('logs are read', () => {
    const good = [shell, docker, kubernetes, ...outputs.map(({ log }) => log)].map((log) => Buffer.from(log));
    return run({ name: 'logs', good, work: readLog }, counts.logs);
  });

  it('reports are read, or yield nothing', () => {
    const all = Object.values(reports).filter((report) => typeof report === 'string');
    return run({ name: 'reports', good: all.map((report) => Buffer.from(report)), work: readReport }, counts.reports);
  });

  it('archives are read, or correctly refused', () => {
    const content = 'some text '.repeat(30);
    const entries = ['a.txt', 'b/c.txt', 'b/d/', 'ü.xml'].map((name) => ({
      name,
      content: name.endsWith('/') ? '' : content,
    }));
    const good = [rawZip([]), rawZip(entries), rawZip(entries.slice(0, 1), { comment: 'a comment' })];
    return run({ name: 'archives', good, work: readArchive }, counts.archives);
  });

  it('are 20,000 in all', () => {
    console.log(`        ${done} inputs`);
    assert.equal(done, 20_000);
  });
});
