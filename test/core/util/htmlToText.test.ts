import assert from 'node:assert/strict';
import { htmlToText } from '../../../src/core/util/htmlToText';
import { assertLinear } from '../hostileText';

describe('The text of a little HTML', () => {
  for (const [html, text] of [
    ['The job failed', 'The job failed'],
    ['Artifacts are <b>gone</b>.<br/>', 'Artifacts are gone.'],
    ['Artifacts are gone. <a href="/help" class="x">How do I fix it?</a>', 'Artifacts are gone.'],
    ['See <A HREF="/help">here</A> &amp; there', 'See  & there'],
    ['1 &lt; 2 &quot;x&quot; &#39;y&#39; &unknown; &amp;lt;', '1 < 2 "x" \'y\' &unknown; &lt;'],
    ['a < b, c > d', 'a < b, c > d'],
    ['unfinished <b', 'unfinished'],
    ['<abbr title="x">CI</abbr>', 'CI'],
    ['', ''],
  ] as const)
    it(`is ${JSON.stringify(text)} of ${JSON.stringify(html)}`, () => assert.equal(htmlToText(html), text));

  for (const unit of ['<', '< ', '<a', '<a>', '&', '&am', '<b>x</b>'])
    it(`costs linear time with many ${JSON.stringify(unit)}`, () =>
      assertLinear(60_000, (units) => `${unit.repeat(units)}>`, htmlToText));
});
