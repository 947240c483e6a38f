import assert from 'node:assert/strict';
import { ageText } from '../../../src/ui/text/ageText';

describe('ageText', () => {
  const now = Date.UTC(2016, 2, 1);
  const cases: readonly (readonly [number, string | undefined])[] = [
    [now + 5000, 'just now'],
    [now - 59_999, 'just now'],
    [now - 60_000, '1 min ago'],
    [now - 3_599_999, '59 min ago'],
    [now - 3_600_000, '1 h ago'],
    [now - 86_400_000, '1 day ago'],
    [now - 3 * 86_400_000, '3 days ago'],
    [NaN, undefined],
  ];
  for (const [time, text] of cases)
    it(`is ${text} after ${(now - time) / 1000} s`, () => assert.equal(ageText(time, now), text));
});
