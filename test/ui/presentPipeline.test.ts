import assert from 'node:assert/strict';
import type { Pipeline } from '../../src/core/pipeline';
import { pipelineLabel, pipelineSubject } from '../../src/ui/presentPipeline';

describe('The name of a pipeline', () => {
  const own = { id: 7, ref: 'main', sha: 'a', status: 'running' };
  const names: readonly (readonly [Partial<Pipeline>, string, string])[] = [
    [{}, 'Pipeline #7', 'main'],
    [{ source: 'push' }, 'Branch pipeline #7', 'main'],
    [{ source: 'schedule' }, 'Scheduled pipeline #7', 'main'],
    [{ source: 'web' }, 'Pipeline run by hand #7', 'main'],
    [{ source: 'parent_pipeline', sha: '' }, 'Child pipeline #7', 'main'],
    [{ source: 'some_new_source' }, 'Pipeline (some new source) #7', 'main'],
    [{ source: 'constructor' }, 'Pipeline (constructor) #7', 'main'],
    [{ ref: 'refs/merge-requests/3/head' }, 'Merge request pipeline #7', '!3'],
    [
      { ref: 'refs/merge-requests/3/merge', sha: 'b', mergeRequest: { iid: 3, title: 'Let\npeople in' } },
      'Merge request pipeline #7',
      '!3 Let people in · result of the merge',
    ],
  ];
  for (const [changes, label, subject] of names) {
    it(`is ${label}: ${subject}`, () => {
      const pipeline = { ...own, ...changes };
      assert.deepEqual([pipelineLabel(pipeline), pipelineSubject(pipeline, 'a')], [label, subject]);
    });
  }
});
