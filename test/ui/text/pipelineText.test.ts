import assert from 'node:assert/strict';
import type { Pipeline } from '../../../src/core/model/pipeline';
import { pipelineLabel, pipelineSubject } from '../../../src/ui/text/pipelineText';

describe('The name of a pipeline', () => {
  const own = { id: 7, ref: 'main', sha: 'a', status: 'running' };
  const names: readonly (readonly [Partial<Pipeline>, string, string])[] = [
    [{}, 'Pipeline', '#7'],
    [{ source: 'push' }, 'Branch', '#7'],
    [{ source: 'schedule', ref: 'nightly' }, 'Schedule', 'nightly · #7'],
    [{ source: 'web' }, 'Manual run', '#7'],
    [{ source: 'parent_pipeline', sha: '' }, 'Child pipeline', '#7'],
    [{ source: 'some_new_source' }, 'Pipeline (some new source)', '#7'],
    [{ source: 'constructor' }, 'Pipeline (constructor)', '#7'],
    [{ ref: 'refs/merge-requests/3/head' }, 'Merge request !3', '#7'],
    [
      { ref: 'refs/merge-requests/3/merge', sha: 'b', mergeRequest: { iid: 3, title: 'Let\npeople in' } },
      'Merge request !3',
      'Let people in · merged result · #7',
    ],
  ];
  for (const [changes, label, subject] of names) {
    it(`is ${label}: ${subject}`, () => {
      const pipeline = { ...own, ...changes };
      assert.deepEqual(
        [pipelineLabel(pipeline), pipelineSubject(pipeline, { sha: 'a', ref: 'main' })],
        [label, subject],
      );
    });
  }
});
