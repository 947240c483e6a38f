import assert from 'node:assert/strict';
import type { Pipeline } from '../../../src/core/model/pipeline';
import { pipelineIcon, pipelineLabel, pipelineAriaLabel, pipelineSubject } from '../../../src/ui/text/pipelineText';
import { aBuild } from '../samples';

describe('The name of a pipeline', () => {
  const own = { id: 7, ref: 'main', sha: 'a', status: 'running' };
  const names: readonly (readonly [Partial<Pipeline>, string, string])[] = [
    [{}, 'main', '#7'],
    [{ ref: '' }, 'Pipeline', '#7'],
    [{ source: 'push' }, 'main', '#7'],
    [{ source: 'push', ref: 'v1.0' }, 'v1.0', '#7'],
    [{ source: 'push', ref: 'other', name: 'Nightly\nbuild' }, 'Nightly build', 'other · #7'],
    [{ source: 'schedule', ref: 'nightly' }, 'Schedule', 'nightly · #7'],
    [{ source: 'web' }, 'Manual run', '#7'],
    [{ source: 'parent_pipeline', sha: '' }, 'Child pipeline', '#7'],
    [{ source: 'some_new_source' }, 'Pipeline (some new source)', '#7'],
    [{ source: 'constructor' }, 'Pipeline (constructor)', '#7'],
    [{ ref: 'refs/merge-requests/3/head' }, '!3', '#7'],
    [
      { ref: 'refs/merge-requests/3/merge', sha: 'b', mergeRequest: { iid: 3, title: 'Let\npeople in' } },
      '!3 Let people in',
      'merged result · #7',
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

  const looks: readonly (readonly [Partial<Pipeline>, boolean, string, string])[] = [
    [{ source: 'push' }, false, 'git-branch', 'Branch main'],
    [{ source: 'push', ref: 'v1.0' }, true, 'tag', 'Tag v1.0'],
    [{ mergeRequest: { iid: 3, title: 'Let people in' } }, false, 'git-pull-request', 'Merge request !3 Let people in'],
    [{ source: 'schedule' }, false, 'calendar', 'Pipeline Schedule'],
    [{ source: 'web' }, false, 'rocket', 'Pipeline Manual run'],
  ];
  for (const [changes, tag, icon, spoken] of looks) {
    it(`has the icon ${icon}, in the color of its status, and is read out as ${spoken}`, () => {
      const [pipeline, builds] = [{ ...own, ...changes }, [aBuild({ tag })]];
      const { id, color } = pipelineIcon(pipeline, builds, 'failed', 'fresh');
      assert.deepEqual([id, color?.id, pipelineAriaLabel(pipeline, builds)], [icon, 'charts.red', spoken]);
    });
  }
});
