import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import type * as vscode from 'vscode';
import type { FakeOptions } from '../../gitlab/server';
import { pytest } from '../../core/artifacts/reports';
import type { App } from '../app';
import { appsInTests } from '../eachApp';
import { editor } from '../fake/editor';
import { until } from '../fake/until';
import { drawn, type Row, rowsOf } from '../fake/views';

const report = '<testsuite><testcase name="a"><failure message="m"/></testcase></testsuite>';

async function openRows(): Promise<readonly Row[]> {
  const [view] = editor().views;
  assert.ok(view);
  return rowsOf(view, ({ label, contextValue = '' }) => !contextValue.startsWith('artifacts') || label === 'Artifacts');
}

/** Those below the first build of that name. */
async function below(name: string): Promise<readonly string[]> {
  const rows = await openRows();
  const from = rows.findIndex(({ item }) => item.label === name);
  const depth = rows[from]?.depth ?? 0;
  const to = rows.findIndex((row, index) => index > from && row.depth <= depth);
  return drawn(rows.slice(from + 1, to < 0 ? undefined : to)).map((line) => line.slice(2 * depth + 2));
}

async function open(label: string): Promise<string> {
  const row = (await openRows()).find(({ item }) => item.label === label);
  const [uri] = (row?.item.command?.arguments ?? []) as [vscode.Uri];
  const files = editor().fileSystems.of('gitlab-artifacts');
  assert.ok(files);
  assert.equal((await files.provider.stat(uri)).type, 1);
  return Buffer.from(await files.provider.readFile(uri)).toString();
}

function requestsFor({ gitlab }: App): readonly string[] {
  const all = [...gitlab.requests, ...gitlab.storage.requests].filter(({ path }) => path.includes('/artifacts'));
  return all.map(({ method, path }) => `${method} ${path.replace(/\?.*$/, '').replace(/^.*\/(?=artifacts)/, '')}`);
}

describe('Artifacts on GitLab', () => {
  const apps = appsInTests();

  for (const profile of ['8.5', '10.8', '18.9'] as const)
    for (const more of [
      {},
      { artifacts: 'redirect' },
      { ranges: 'dropped' },
      { artifacts: 'redirect', ranges: 'dropped' },
    ] as const satisfies readonly FakeOptions[])
      it(`${profile} are listed and opened: ${JSON.stringify(more)}`, async () => {
        await apps.ready({ gitlab: { profile, ...more } });
        const size = (await openRows()).find(({ item }) => item.label === 'Artifacts')?.item.description;
        assert.deepEqual(await below('compile'), [
          `▸ Artifacts  ${size}`,
          '  ▸ bin  14 B',
          '    · app  14 B',
          '  ▸ doc  7 B',
          '    · notes.txt  7 B',
        ]);
        assert.equal(await open('app'), 'an executable\n');
        assert.deepEqual(editor().messages, []);
      });

  it('that were loaded whole are downloaded again if the cache was emptied meanwhile', async () => {
    const large = { filename: 'a.zip', files: { 'one.bin': randomBytes(300_000), 'two.txt': 'two' } };
    const app = await apps.ready({
      gitlab: { profile: '8.5', ranges: 'dropped' },
      prepare: ({ gitlab: { world }, small: { builds } }) => world.update(builds.compile, { artifacts: large }),
    });
    await below('compile');
    const before = requestsFor(app).length;
    await rm(app.folder.storage, { recursive: true });
    assert.equal(await open('two.txt'), 'two');
    assert.equal(requestsFor(app).length, before + 1);
    assert.notEqual(await open('one.bin'), '');
    assert.equal(requestsFor(app).length, before + 1);
  });

  it('take one request if they are small, however often they are viewed', async () => {
    const app = await apps.ready({ gitlab: { profile: '18.9' } });
    await below('compile');
    await below('compile');
    assert.equal(await open('app'), 'an executable\n');
    assert.equal(await open('app'), 'an executable\n');
    // Those of `odd`, which is open too, come whole with the other.
    assert.deepEqual(requestsFor(app), ['GET artifacts', 'GET artifacts']);
  });

  it('show which tests failed', async () => {
    await apps.ready({
      gitlab: { profile: '18.9' },
      prepare: ({ gitlab: { world }, small: { builds } }) =>
        world.update(builds.compile, {
          artifacts: { filename: 'a.zip', files: { 'junit.xml': pytest, 'b/TEST-c.xml': report } },
        }),
    });
    await until('the tests', async () => (await below('compile')).some((line) => line.includes('Failed tests (3)')));
    const lines = await below('compile');
    assert.deepEqual(lines.slice(1, 5), [
      '  ▸ Failed tests (3)  of 5 · 1 skipped',
      '    · test_sum  assert 3 == 4',
      '    · test_db  failed on setup with "KeyError: \'db\'"',
      '    · a  m',
    ]);
  });

  it('are one row with the reason if they are gone, which can be requested again', async () => {
    const app = await apps.ready({ gitlab: { profile: '18.9' } });
    const notFound = {
      status: 404,
      headers: { 'Content-Type': 'application/json' },
      body: '{"message":"404 Not Found"}',
    };
    app.gitlab.faults = [{ when: ({ path }) => path.includes('/artifacts'), answer: notFound }];
    const [, told] = await below('compile');
    assert.match(told ?? '', /^ {2}· The artifacts of compile #\d+ were erased or have expired/);
    const row = (await openRows()).find(({ item }) => item.command?.command === 'gitlabBuilds.openArtifact');
    const asked: unknown[] = [];
    const [view] = editor().views;
    view?.options.treeDataProvider.onDidChangeTreeData?.((changed) => asked.push(changed));
    app.gitlab.faults = [];
    await app.run('openArtifact', ...((row?.item.command?.arguments ?? []) as unknown[]));
    assert.equal(asked.length, 1);
    assert.equal((await below('compile'))[1], '  ▸ bin  14 B');
  });

  it('are no longer visible once the user has signed out', async () => {
    const app = await apps.ready({ gitlab: { profile: '18.9' } });
    await below('compile');
    const row = (await openRows()).find(({ item }) => item.label === 'app');
    const [uri] = (row?.item.command?.arguments ?? []) as [vscode.Uri];
    const files = editor().fileSystems.of('gitlab-artifacts')?.provider;
    assert.equal((await files?.stat(uri))?.size, 14);
    await app.run('signOut');
    await assert.rejects(Promise.resolve(files?.stat(uri)), /n't signed in/);
  });
});
