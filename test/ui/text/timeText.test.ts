import assert from 'node:assert/strict';
import {
  agoWords,
  formatDuration,
  formatMinutes,
  minutesInWords,
  localTime,
  durationInWords,
  timeOf,
} from '../../../src/ui/text/timeText';

describe('Durations', () => {
  const durations: readonly [number, string][] = [
    [0, '0:00'],
    [7.9, '0:07'],
    [59, '0:59'],
    [60, '1:00'],
    [190, '3:10'],
    [3599, '59:59'],
    [3600, '1:00:00'],
    [3723, '1:02:03'],
    [100 * 3600, '100:00:00'],
  ];
  for (const [seconds, text] of durations)
    it(`${seconds} s is ${text}`, () => assert.equal(formatDuration(seconds), text));

  it('are read out in words', () => {
    const spoken: readonly [number, string][] = [
      [0, '0 seconds'],
      [1.9, '1 second'],
      [42, '42 seconds'],
      [60, '1 minute'],
      [61, '1 minute 1 second'],
      [190, '3 minutes 10 seconds'],
      [3600, '1 hour'],
      [3723, '1 hour 2 minutes 3 seconds'],
      [7201, '2 hours 1 second'],
    ];
    for (const [seconds, words] of spoken) assert.equal(durationInWords(seconds), words);
  });
});

describe('Durations that stay right for a minute', () => {
  for (const [seconds, text, spoken] of [
    [0, 'under 1 min', 'under a minute'],
    [59.9, 'under 1 min', 'under a minute'],
    [60, '1 min', '1 minute'],
    [3599, '59 min', '59 minutes'],
    [3661, '1 h 1 min', '1 hour 1 minute'],
  ] as const)
    it(`${seconds} s are ${text}`, () =>
      assert.deepEqual([formatMinutes(seconds), minutesInWords(seconds)], [text, spoken]));
});

describe('Times', () => {
  const noon = new Date(2016, 2, 1, 12, 0).getTime();
  const short = { timeStyle: 'short' } as const;

  it('of today have no day', () => {
    const soon = noon + 5 * 60_000;
    assert.equal(timeOf(soon, noon), new Date(soon).toLocaleTimeString(undefined, short));
  });

  it('of another day have one', () => {
    const then = noon + 24 * 3600_000;
    assert.equal(timeOf(then, noon), new Date(then).toLocaleString(undefined, { dateStyle: 'short', ...short }));
  });

  it('that are invalid are not shown', () => {
    for (const text of [undefined, '', 'soon']) assert.equal(localTime(text), undefined);
  });
});

describe('The time since an event', () => {
  const now = Date.parse('2016-03-10T12:00:00.000Z');
  for (const [time, words] of [
    ['2016-03-10T12:00:00.000Z', 'just now'],
    ['2016-03-10T11:59:01.000Z', 'just now'],
    ['2016-03-10T11:56:59.000Z', '3 min ago'],
    ['2016-03-10T11:00:01.000Z', '59 min ago'],
    ['2016-03-10T09:00:00.000Z', '3 h ago'],
    ['2016-03-09T11:00:00.000Z', '1 day ago'],
    ['2016-03-01T12:00:00.000Z', '9 days ago'],
    ['2016-03-10T12:00:01.000Z', undefined],
    ['soon', undefined],
    [undefined, undefined],
  ] as const)
    it(`is ${String(words)} for ${String(time)}`, () => assert.equal(agoWords(time, now), words));
});
