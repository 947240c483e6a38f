import assert from 'node:assert/strict';
import { caseOf, junitOf } from './runMocha';

describe('The report for the CI system', () => {
  it('contains each test with its time, and why it failed, whatever characters it contains', () => {
    const parent = { fullTitle: () => 'A "b"' };
    const passed = caseOf({ title: 'is < c', duration: 1500, parent });
    const failed = caseOf({ title: 'd', parent }, 'x & \u001b[31my');
    assert.equal(
      junitOf('core', [passed, failed]),
      [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<testsuite name="core">',
        '<testcase name="is &lt; c" classname="A &quot;b&quot;" time="1.500"></testcase>',
        '<testcase name="d" classname="A &quot;b&quot;" time="0.000"><failure>x &amp; [31my</failure></testcase>',
        '</testsuite>',
        '',
      ].join('\n'),
    );
  });
});
