import assert from 'node:assert/strict';
import type { Instance } from '../../../src/core/model/instance';
import { isCommitId, pageLinksIn, toPageAddress } from '../../../src/core/model/gitlabPage';

const at = (url: string): Instance => ({ url, hosts: [], apiVersion: 'auto' });
const host = at('https://git.example.com');
const below = at('https://git.example.com/gitlab');
const port = at('http://localhost:8080/relative/root');
const instances = [host, below, port];
const sha = '0123456789abcdef0123456789abcdef01234567';

describe('The URL of a page', () => {
  const pages: readonly (readonly [string, string, string, object])[] = [
    ['https://git.example.com/g/p/-/jobs/12', host.url, 'g/p', { kind: 'build', id: 12 }],
    ['https://git.example.com/g/p/-/jobs/12/', host.url, 'g/p', { kind: 'build', id: 12 }],
    ['https://git.example.com/g/p/-/jobs/12/raw', host.url, 'g/p', { kind: 'build', id: 12 }],
    ['https://git.example.com/g/p/-/jobs/12#L34', host.url, 'g/p', { kind: 'build', id: 12 }],
    ['https://git.example.com/g/p/-/jobs/12/artifacts/browse/a/b', host.url, 'g/p', { kind: 'build', id: 12 }],
    ['https://git.example.com/g/p/jobs/12', host.url, 'g/p', { kind: 'build', id: 12 }],
    ['https://git.example.com/g/p/builds/12', host.url, 'g/p', { kind: 'build', id: 12 }],
    ['https://git.example.com/g/p/-/builds/12', host.url, 'g/p', { kind: 'build', id: 12 }],
    ['https://git.example.com/g/s/t/p/-/pipelines/7', host.url, 'g/s/t/p', { kind: 'pipeline', id: 7 }],
    ['https://git.example.com/g/p/-/pipelines/7/builds?tab=x', host.url, 'g/p', { kind: 'pipeline', id: 7 }],
    ['https://git.example.com/g/p/pipelines/7', host.url, 'g/p', { kind: 'pipeline', id: 7 }],
    [`https://git.example.com/g/p/-/commit/${sha}`, host.url, 'g/p', { kind: 'commit', sha }],
    [`https://git.example.com/g/p/commit/${sha}/pipelines`, host.url, 'g/p', { kind: 'commit', sha }],
    ['https://git.example.com/g/p/-/commit/ABCDEF01', host.url, 'g/p', { kind: 'commit', sha: 'abcdef01' }],
    [`https://git.example.com/g/p/-/commit/${sha}.patch`, host.url, 'g/p', { kind: 'commit', sha }],
    ['  https://GIT.example.com:443/g/p/-/jobs/12\n', host.url, 'g/p', { kind: 'build', id: 12 }],
    ['https://user:secret@git.example.com/g/p/-/jobs/12', host.url, 'g/p', { kind: 'build', id: 12 }],
    ['https://git.example.com/gitlab/g/p/-/jobs/12', below.url, 'g/p', { kind: 'build', id: 12 }],
    ['https://git.example.com/gitlab2/p/-/jobs/12', host.url, 'gitlab2/p', { kind: 'build', id: 12 }],
    ['http://localhost:8080/relative/root/g/p/builds/3', port.url, 'g/p', { kind: 'build', id: 3 }],
    // Groups and projects may be called like pages.
    ['https://git.example.com/jobs/builds/-/jobs/12', host.url, 'jobs/builds', { kind: 'build', id: 12 }],
    ['https://git.example.com/g/jobs/jobs/12', host.url, 'g/jobs', { kind: 'build', id: 12 }],
    ['https://git.example.com/g/jobs/12/-/pipelines/7', host.url, 'g/jobs/12', { kind: 'pipeline', id: 7 }],
  ];
  for (const [url, instance, project, page] of pages)
    it(`is read from ${url.trim()}`, () => {
      const address = toPageAddress(url, instances);
      assert.ok(address.kind === 'page');
      assert.deepEqual([address.instance.url, address.project, address.page], [instance, project, page]);
    });

  const others = [
    'https://git.example.com',
    'https://git.example.com/g/p',
    'https://git.example.com/g/p/-/jobs',
    'https://git.example.com/g/p/-/jobs/0',
    'https://git.example.com/g/p/-/jobs/12x',
    'https://git.example.com/g/p/-/jobs/99999999999999999999',
    'https://git.example.com/g/p/-/pipelines/latest',
    'https://git.example.com/g/p/-/pipelines/new?ref=main',
    'https://git.example.com/g/p/-/commit/abc',
    'https://git.example.com/g/p/-/commits/abcdef01',
    'https://git.example.com/g/p/-/merge_requests/5/pipelines',
    'https://git.example.com/p/-/jobs/12',
    'https://git.example.com/-/jobs/12',
    'https://git.example.com/g/a%2Fb/-/jobs/12',
    'https://git.example.com/g/a%20b/-/jobs/12',
  ];
  for (const url of others)
    it(`is another kind of page: ${url}`, () => assert.equal(toPageAddress(url, instances).kind, 'otherPage'));

  const unknown = [
    ['https://evil.example.com/g/p/-/jobs/12', 'https://evil.example.com'],
    ['https://git.example.com.evil.org/g/p/-/jobs/12', 'https://git.example.com.evil.org'],
    ['https://git.example.com@evil.org/g/p/-/jobs/12', 'https://evil.org'],
    ['http://git.example.com/g/p/-/jobs/12', 'http://git.example.com'],
    ['https://git.example.com:8443/g/p/-/jobs/12', 'https://git.example.com:8443'],
    ['http://localhost:8080/relative/rooted/p/-/jobs/12', 'http://localhost:8080'],
  ] as const;
  for (const [url, origin] of unknown)
    it(`belongs to no known instance: ${url}`, () =>
      assert.deepEqual(toPageAddress(url, instances), { kind: 'unknownHost', origin }));

  for (const text of [
    '',
    'main',
    'git@git.example.com:g/p.git',
    'javascript:alert(1)',
    'command:x',
    'file:///g/p/jobs/1',
  ])
    it(`is invalid: ${JSON.stringify(text)}`, () => assert.equal(toPageAddress(text, instances).kind, 'noUrl'));

  it('is invalid if it is longer than any URL', () =>
    assert.equal(toPageAddress(`https://git.example.com/g/p/-/jobs/12?${'a'.repeat(5000)}`, instances).kind, 'noUrl'));
});

describe('The ID of a commit', () => {
  for (const text of ['0123abc', sha, sha.toUpperCase(), 'a'.repeat(64)])
    it(`is ${text}`, () => assert.ok(isCommitId(text)));
  for (const text of ['', 'abc123', 'main', `${sha}0`, 'a'.repeat(65), '0123abg', ' 0123abc'])
    it(`is not ${JSON.stringify(text)}`, () => assert.ok(!isCommitId(text)));
});

describe('Links to builds and pipelines in a line', () => {
  const found = (line: string) =>
    pageLinksIn(line, instances).map(({ start, length }) => line.slice(start, start + length));
  const build = 'https://git.example.com/g/p/-/jobs/12';
  const pipeline = 'https://git.example.com/gitlab/g/p/-/pipelines/7';

  const lines: readonly (readonly [string, readonly string[]])[] = [
    [`remote:   ${pipeline}`, [pipeline]],
    [`See ${build}.`, [build]],
    [`(${build}), "${pipeline}"`, [build, pipeline]],
    [`[log](${build})`, [build]],
    [`<${build}>\u001b[0m`, [build]],
    [`${build}\u001b[0m`, [build]],
    [`${build}#L12`, [`${build}#L12`]],
    [`http ${build}`, [build]],
    ['HTTPS://GIT.example.com/g/p/-/jobs/12', ['HTTPS://GIT.example.com/g/p/-/jobs/12']],
    [`見て${build}。`, [build]],
    [`${build}…`, [build]],
    [`«${build}»`, [build]],
    [`${build}?!`, [build]],
    [`${pipeline}?tab=jobs, ${build}`, [`${pipeline}?tab=jobs`, build]],
    ['http://localhost:8080/relative/root/g/p/builds/3:', ['http://localhost:8080/relative/root/g/p/builds/3']],
    [`İ ${build}`, [build]],
    ['https://git.example.com/g/p/-/merge_requests/new?merge_request%5Bsource_branch%5D=a', []],
    [`https://git.example.com/g/p/-/commit/${sha}`, []],
    ['https://other.example.com/g/p/-/jobs/12', []],
    ['nothing', []],
    [`${' '.repeat(20_000)}${build}`, []],
  ];
  for (const [line, expected] of lines)
    it(`are ${expected.length} in ${line.trim().slice(0, 80)}`, () => assert.deepEqual(found(line), expected));
});
