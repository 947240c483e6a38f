import assert from 'node:assert/strict';
import { goneSentence, isExpired, noneSentence } from '../../../src/ui/text/goneArtifacts';
import { aBuild } from '../samples';

const expireAt = '2020-02-02T12:00:00.000Z';
const [before, after] = [Date.parse(expireAt) - 1, Date.parse(expireAt)];
const build = aBuild({ id: 7, name: 'compile [x](command:y)', artifacts: { filename: 'a.zip', size: 5, expireAt } });

describe('Artifacts that are gone', () => {
  it('have expired from the time that GitLab named', () =>
    assert.deepEqual([isExpired(build, before), isExpired(build, after)], [false, true]));

  it('have not expired if GitLab names no time, or something that is not a time', () => {
    for (const other of [undefined, 'soon'])
      assert.equal(isExpired(aBuild({ artifacts: { filename: 'a.zip', size: 5, expireAt: other } }), after), false);
    assert.equal(isExpired(aBuild(), after), false);
  });

  it('say when they expired, and what helps', () =>
    assert.match(
      goneSentence(build, after),
      /^The artifacts of compile \[x\]\u2060\(command:y\) #7 expired on .*2020.* and were removed\. Retry the build to create them again\.$/,
    ));

  it('otherwise say that they were erased or have expired', () =>
    assert.match(
      goneSentence(build, before),
      /^The artifacts of compile .* #7 were erased or have expired\. Retry the build/,
    ));

  it('are known to have expired at an unknown time if GitLab no longer shows the archive', () => {
    const gone = aBuild({ id: 7, name: 'compile', artifactsExpiredAt: expireAt });
    assert.deepEqual([isExpired(gone, before), isExpired(gone, after)], [false, true]);
    assert.match(noneSentence(gone, after), /^The artifacts of compile #7 expired on .*2020.* and were removed\./);
    assert.match(noneSentence(gone, before), /^compile #7 has no artifacts: it created none, or they were erased/);
    assert.match(noneSentence({ ...gone, kind: 'bridge' }, after), /^compile #7 triggers a downstream pipeline\. /);
  });

  it('are reported as missing, rather than gone, if there are only reports', () =>
    assert.match(
      noneSentence(aBuild({ id: 7, name: 'lint', reports: [{ type: 'sast', filename: 'a', size: 1 }] }), after),
      /^lint #7 has reports on GitLab's pages, but no archive to open or download\.$/,
    ));
});
