import assert from 'node:assert/strict';
import { nameAmong, sharedBeginnings } from '../../../src/ui/text/rowNames';
import { hostileTexts, someBuilds } from '../samples';

/** What the rows of builds with these names are called. */
function rowsOf(...names: readonly string[]): readonly string[] {
  const builds = someBuilds(...names.map((name) => ({ name })));
  const beginnings = sharedBeginnings(builds);
  return builds.map((build) => nameAmong(build, build.name, beginnings));
}

describe('The name of a row', () => {
  it('keeps what differs and only the first words of a long beginning that others share', () =>
    assert.deepEqual(rowsOf('unit tests of the component 1', 'unit tests of the component 12', 'lint'), [
      'unit…1',
      'unit…12',
      'lint',
    ]));

  it('keeps the whole last word where it is a name without it', () =>
    assert.deepEqual(rowsOf('unit tests of the component', 'unit tests of the component 2'), [
      'unit…component',
      'unit…component 2',
    ]));

  it('differs for each of several families that begin alike', () => {
    const names = ['a', 'b'].flatMap((part) => [1, 2].map((at) => `unit tests of the component ${part} ${at}`));
    assert.deepEqual(rowsOf(...names), ['unit…a 1', 'unit…a 2', 'unit…b 1', 'unit…b 2']);
  });

  it('is whole where it is short, alone, or shares only a short beginning', () => {
    for (const names of [
      ['rspec system pg16 1', 'rspec system pg16 2'],
      ['unit tests of the component 1'],
      ['unit tests of the component', 'unit tests in a browser of this year'],
      ['averyveryverylongname1ofabuild', 'averyveryverylongname2ofabuild'],
    ])
      assert.deepEqual(rowsOf(...names), names);
  });

  it('takes parallel builds for one, which their row already is', () => {
    const builds = someBuilds(...[1, 2].map((at) => ({ name: `rspec-ee system pg16 praefect ${at}/24` })));
    assert.equal(sharedBeginnings(builds).size, 0);
  });

  it('holds only names of the same pipeline against each other', () => {
    const names = ['unit tests of the component 1', 'unit tests of the component 2'];
    const builds = someBuilds(...names.map((name, pipeline) => ({ name, pipeline })));
    assert.equal(sharedBeginnings(builds).size, 0);
  });

  it('is shortened in the middle where what differs is long, too', () => {
    const [name = ''] = rowsOf(`trigger the child pipeline of ${'x'.repeat(99)}17`, 'trigger the child pipeline of 18');
    assert.match(name, /^trigger…x+…x+17$/);
    assert.ok(name.length <= 48);
  });

  it('stays different from others with odd characters', () => {
    for (const text of hostileTexts) {
      const rows = rowsOf(`${text} ${text} of the part a`, `${text} ${text} of the part b`);
      assert.notEqual(rows[0], rows[1]);
      assert.doesNotMatch(rows.join(''), /[\n\r\u2028\u0000]/);
    }
  });
});
