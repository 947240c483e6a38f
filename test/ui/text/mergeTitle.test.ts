import assert from 'node:assert/strict';
import { commitTitle } from '../../../src/ui/text/mergeTitle';
import { buildAriaLabel, buildDescription } from '../../../src/ui/text/buildText';
import { aBuild, sha } from '../samples';

describe('The title of a commit', () => {
  const ref = 'refs/merge-requests/7/merge';
  const title = `Merge ${sha} into ${sha}`;
  const pipeline = { id: 1, ref, sha, status: 'success', mergeRequest: { iid: 7, title: 'Let people sign in' } };

  it("is the merge request's if GitLab merged it, and otherwise the commit's own", () => {
    assert.deepEqual(
      [commitTitle(ref, title, [pipeline]), commitTitle(ref, title, []), commitTitle('main', title, [pipeline])],
      ['Let people sign in', 'Merge request !7', title],
    );
    assert.equal(commitTitle(ref, 'Fix it', [pipeline]), 'Fix it');
  });
});

describe('A build that passed', () => {
  const attempt = (status: string) => aBuild({ id: 1, name: 'rspec', status });
  const passed = (status: string) => ({ ...aBuild({ id: 2, name: 'rspec' }), attempts: [attempt(status)] });

  it('is marked if it had failed on the same commit before', () => {
    assert.match(buildDescription(passed('failed'), 'main', 0), /passed on retry$/);
    assert.match(buildAriaLabel(passed('failed'), 0), /, passed on retry$/);
    assert.match(buildDescription(passed('canceled'), 'main', 0), /attempt 2$/);
  });
});
