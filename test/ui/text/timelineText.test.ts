import assert from 'node:assert/strict';
import { timelineOf } from '../../../src/core/model/timeline';
import { timelineText } from '../../../src/ui/text/timelineText';
import { buildWith } from '../../core/support';

describe('The text of a timeline', () => {
  it('has aligned columns, even with characters that take two columns', () => {
    const time = (second: number) => new Date(Date.UTC(2024, 1, 1, 12, 0, second)).toISOString();
    const names = ['compile', '编译', 'ビルド', 'e\u0301tape', '🚀'];
    const builds = names.map((name, at) =>
      buildWith({
        ...{ id: at + 1, stage: 'build', name, status: 'success' },
        ...{ createdAt: time(0), startedAt: time(1), finishedAt: time(11) },
      }),
    );
    const timeline = timelineOf(builds, undefined, Date.UTC(2024, 1, 1, 13)) ?? assert.fail('no timeline');
    const lines = timelineText('#1', timeline)
      .split('\n')
      .filter((line) => line.includes('  build  '));
    const rows = names.map((name) => lines.find((line) => line.includes(name)) ?? assert.fail(`no row of ${name}`));
    const spaces = rows.map((row, at) => / +/.exec(row.slice(row.indexOf(names[at] ?? '?')))?.[0].length ?? 0);
    // Columns that the names take: characters of East Asia and emoji take two each, a combining accent none.
    const columns = [7, 4, 6, 5, 2];
    assert.deepEqual(
      spaces.map((count, at) => count + (columns[at] ?? 0)),
      names.map(() => 9),
    );
  });
});
