import type { Commit } from '../../../src/core/model/build';
import assert from 'node:assert/strict';
import { historyOf, type Run } from '../../../src/core/model/history';
import { historyItem, historyNodes, historyTooltip } from '../../../src/ui/tree/historyItems';
import type { TreeItem } from '../fake/basics';
import { aBuild, hostileTexts, ready } from '../samples';

const place = { root: 'file:///work/project', snapshot: ready([]) };
const now = Date.parse('2016-03-05T12:00:00.000Z');
const [newest, second, quiet, first, green]: readonly Commit[] = ['newest', 'second', 'quiet', 'first', 'green'].map(
  (title, at) => ({ sha: String(at).repeat(40), title, author: 'Ada' }),
);

function run(commit: Commit | undefined, status: string, id: number): Run {
  return { id, status, createdAt: `2016-03-0${id}T12:00:00.000Z`, commit: commit ?? assert.fail() };
}

function chain(): readonly Commit[] {
  return [newest, second, first, quiet, green].flatMap((commit) => commit ?? []);
}

function drawn(runs: readonly Run[], commits = chain()): readonly string[] {
  const build = aBuild({ status: 'failed', id: 4 });
  const nodes = historyNodes(build, 'build:1', historyOf(commits, runs));
  return nodes
    .flatMap((node) => [node, ...node.children])
    .map((node) => {
      const { label, description } = historyItem(node, place, now) as unknown as TreeItem;
      return [label, description].filter(Boolean).join('  ');
    });
}

describe('The rows that show since when a build fails', () => {
  it('are the commits that may be the cause, the last one that passed, and the others that failed', () => {
    const runs = [
      run(newest, 'failed', 4),
      run(second, 'failed', 3),
      run(first, 'failed', 2),
      run(green, 'success', 1),
    ];
    assert.deepEqual(drawn(runs), [
      'Failing for 3 commits  since 33333333 · 3 days ago',
      'first  first failed · 33333333 · Ada · 3 days ago',
      'quiet  no run seen · 22222222 · Ada',
      'green  last passed · 44444444 · Ada · 4 days ago',
      'newest  failed · 00000000 · Ada · 1 day ago',
      'second  failed · 11111111 · Ada · 2 days ago',
    ]);
  });

  it('never call a commit the first that failed if none was seen to pass', () => {
    assert.deepEqual(drawn([run(newest, 'failed', 4)]), [
      'Failing for at least 1 commit  since before 00000000 · 1 day ago',
      'newest  failed · 00000000 · Ada · 1 day ago',
    ]);
  });

  it('say that the build passed after a retry, and that it is flaky', () => {
    assert.deepEqual(drawn([run(newest, 'success', 5), run(newest, 'failed', 4)]), [
      'It passed when it was run again on 00000000.',
      'newest  last passed · 00000000 · Ada · just now',
      'Flaky: 1 of the last 2 runs failed on commits where it also passed.',
    ]);
  });

  it("have IDs of their own below the build's ID", () => {
    const runs = [run(newest, 'failed', 4), run(green, 'success', 1)];
    const nodes = historyNodes(aBuild(), 'stage:test/build:1', historyOf(chain(), runs));
    const ids = nodes.flatMap((node) => [node, ...node.children]).map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length);
    for (const id of ids) assert.ok(id.startsWith('stage:test/build:1/history'), id);
  });

  it('show titles and authors from outside in one line of plain text', () => {
    for (const title of hostileTexts) {
      const commit = { sha: 'a'.repeat(40), title, author: title };
      const [node] = historyNodes(aBuild(), 'b', historyOf([commit], [run(commit, 'failed', 4)]));
      const [row] = node?.kind === 'history' ? node.children : [];
      assert.ok(row !== undefined);
      const { label, description, accessibilityInformation } = historyItem(row, place, now) as unknown as TreeItem;
      for (const text of [label, description, accessibilityInformation?.label]) {
        assert.equal(typeof text, 'string');
        assert.doesNotMatch(String(text), /[\n\r\u2028\u0000\u001b]|\]\(/);
      }
      assert.equal(typeof historyTooltip(row, place), 'string');
    }
  });
});
