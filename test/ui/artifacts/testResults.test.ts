import assert from 'node:assert/strict';
import { reportsIn } from '../../../src/core/artifacts/tests/testReports';
import { readResults } from '../../../src/core/artifacts/tests/testResults';
import { artifactItem } from '../../../src/ui/artifacts/artifactItems';
import { aBuild } from '../samples';
import { anArchive, FakeArchives } from '../fakeArchives';

const passed = (name: string) => `<testsuite><testcase name="${name}"/></testsuite>`;
const failed = (name: string) =>
  `<testsuite><testcase name="${name}"><failure message="${name}"/></testcase></testsuite>`;
const address = { root: 'file:///r', instance: 'https://git.example.com', project: 'g/p', build: 1, size: 1000 };

describe('The test reports of an archive', () => {
  let fake: FakeArchives;
  let build = 1;
  beforeEach(() => (fake = new FakeArchives()));
  afterEach(() => fake.archives.dispose());

  const results = async (files: Readonly<Record<string, string>>, limit?: number) => {
    fake.archive = anArchive(files);
    build += 1;
    const opened = await fake.archives.of({ ...address, build });
    return readResults(fake.archives, opened, await reportsIn(opened.tree), limit);
  };
  const words = (read: Awaited<ReturnType<typeof results>>) =>
    artifactItem({ kind: 'tests', id: 'x', build: aBuild(), state: 'read', results: read }).description;

  it('all count, even a failure in the last of very many', async () => {
    const many = Array.from({ length: 60 }, (_, at): readonly [string, string] => [`junit-${at}.xml`, passed(`${at}`)]);
    const others = Array.from({ length: 40 }, (_, at): readonly [string, string] => [
      `a/test-data-${at}.xml`,
      '<resources/>',
    ]);
    const read = await results({ ...Object.fromEntries([...others, ...many]), 'z/junit.xml': failed('last') });
    assert.deepEqual([read?.tests, read?.failures, read?.firstOf], [61, 1, undefined]);
    assert.deepEqual(
      read?.failed.map(({ test, report }) => `${test.name} ${report}`),
      ['last z/junit.xml'],
    );
  });

  it('that are more than can be read are never said to have passed', async () => {
    const files = { 'junit-1.xml': passed('a'), 'junit-2.xml': passed('b'), 'junit-3.xml': failed('c') };
    const size = passed('a').length;
    const read = await results(files, 2 * size + 1);
    assert.deepEqual([read?.tests, read?.failures, read?.firstOf], [2, 0, 2]);
    assert.equal(words(read), 'none of 2 failed · only the first 2 reports read');
    const all = await results(files, 2 * size + failed('c').length);
    assert.deepEqual([all?.firstOf, words(all)], [undefined, 'of 3']);
    const rest = await results({ 'junit-1.xml': failed('a'), 'junit-2.xml': failed('b') }, failed('a').length);
    assert.equal(words(rest), 'of 1 · only the first 1 reports read');
    assert.equal(words(await results(files, 1)), 'too large to read');
  });

  it('lose no room to other files, however large', async () => {
    const large = `<coverage>${'x'.repeat(1000)}</coverage>`;
    const files = { 'test-1.xml': large, 'test-2.xml': '<x/>', 'test-3.xml': large, 'junit.xml': failed('a') };
    const read = await results(files, failed('a').length);
    assert.deepEqual([read?.failures, read?.firstOf], [1, undefined]);
    assert.equal(await results({ 'test-1.xml': large, 'test-2.xml': large }, 10), undefined);
  });

  it('are aborted when the archive is closed', async () => {
    fake.archive = anArchive({ 'junit-1.xml': passed('a'), 'junit-2.xml': passed('b') });
    const opened = await fake.archives.of(address);
    fake.archives.clear();
    await assert.rejects(readResults(fake.archives, opened, opened.reports), { name: 'AbortError' });
  });
});
