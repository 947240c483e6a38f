import assert from 'node:assert/strict';
import { logLines, logMatches } from '../../../src/core/agents/logReport';
import type { Log } from '../../../src/core/log/log';

const log = (...lines: readonly string[]): Log => ({ ...({} as Log), lines });
const many = log(...Array.from({ length: 12_000 }, (_, at) => `line ${at + 1}`), '', '');

describe('Log lines for an agent', () => {
  it('are the last 200 non-empty ones if no range is given', () => {
    const [section] = logLines(many, undefined);
    assert.equal(section?.title, 'Lines 11801 to 12000 of 12002:');
    assert.deepEqual([section.lines[0], section.lines.at(-1)], ['11801: line 11801', '12000: line 12000']);
    assert.equal(section.isQuoted, true);
  });

  it('are those in the range, within the log and the limits', () => {
    assert.equal(logLines(many, { from: 11_999, to: Infinity })[0]?.title, 'Lines 11999 to 12002 of 12002:');
    assert.equal(logLines(many, { from: 1, to: 12_000 })[0]?.lines.length, 5_000);
    assert.equal(logLines(many, { from: 50, to: 40 })[0]?.title, 'Lines 40 to 40 of 12002:');
    assert.equal(logLines(many, { from: 90_000, to: 90_001 })[0]?.title, 'Lines 12002 to 12002 of 12002:');
    assert.equal(logLines(log(), undefined)[0]?.title, 'The log has no lines.');
  });

  it('are at most 200 that contain a text, with a total count', async () => {
    const [section] = await logMatches(many, 'LINE 1');
    assert.match(section?.title ?? '', /^3112 of 12002 lines contain that text:$/);
    assert.equal(section?.lines.length, 200);
    assert.equal(section.around?.after, 2_912);
  });
});
