import assert from 'node:assert/strict';
import { firstError, tailOf } from '../../../src/core/log/firstError';
import { normalised } from '../../../src/core/log/normalise';
import { assertLinear } from '../hostileText';
import { end, read, start } from './support';

const sentence = 'ERROR: Job failed: exit code 1';

function script(...lines: readonly string[]): string {
  const before = `${start(1, 'get_sources')}Getting source\nerror: this was mended\n${end(2, 'get_sources')}`;
  const body = `${start(2, 'step_script')}Executing "step_script"\n${lines.join('\n')}\n${end(9, 'step_script')}`;
  return `${before}${body}${start(9, 'cleanup_file_variables')}Cleaning up\n${end(9, 'cleanup_file_variables')}${sentence}\n`;
}

describe('the first error of a log', () => {
  const errors = [
    ...[
      'src/a.ts(1,2): error TS2322: x',
      'main.c:1:2: fatal error: a.h: No such file',
      'error[E0308]: mismatched',
      'npm ERR! code 1',
    ],
    ...[
      '[ERROR] Failed to execute goal',
      '--- FAIL: TestA (0.00s)',
      'FAIL src/a.test.ts',
      'E   assert 1 == 2',
      'not ok 3 - a',
    ],
    ...[
      'Traceback (most recent call last):',
      'Exception in thread "main" java.lang.NullPointerException: x',
      'panic: runtime error',
    ],
    ...[
      '  1) adds',
      '  ✕ adds (3 ms)',
      'AssertionError: no',
      'fatal: not a git repository',
      '/bin/sh: foo: not found',
      'make: *** [all] Error 2',
    ],
    ...[
      'bash: line 1: foo: command not found',
      'tests/test_a.py::test_b FAILED',
      "thread 'main' panicked at src/main.rs:2",
    ],
  ];
  for (const error of errors)
    it(`is ${error}`, async () =>
      assert.equal(await firstError(read(script('$ make', 'all is well', error, 'error: later'))), 5));

  it('is no line about errors that are none, and no command', async () => {
    const harmless = [
      '0 errors, 0 warnings',
      'Failures: 0, Errors: 0',
      'WARNING: error ahead',
      '$ grep error: a',
      'no errors found',
      'errors.ts',
    ];
    const log = read(script(...harmless, 'error: this'));
    assert.equal(log.lines[(await firstError(log)) ?? -1], 'error: this');
  });

  it('is one outside the script where the script has none, then what the runner says', async () => {
    const log = read(script('all is well'));
    assert.equal(log.lines[(await firstError(log)) ?? -1], 'error: this was mended');
    const silent = read(`a\nb\n${sentence}\n`);
    assert.equal(await firstError(silent), 2);
    assert.equal(await firstError(read('a\nb')), undefined);
    assert.equal(await firstError(read('')), undefined);
  });

  it('takes time in proportion to a long log', () =>
    assertLinear(
      40_000,
      (lines) => read('Compiling the not so failing module of the error free project\n'.repeat(lines)),
      async (log) => assert.equal(await firstError(log), undefined),
    ));
});

describe('the last lines of a failure', () => {
  it('are those of the script and what the runner says', () => {
    assert.deepEqual(tailOf(read(script('one', 'two', 'three', '')), 3), ['two', 'three', sentence]);
    assert.deepEqual(tailOf(read(script('one')), 9), ['Executing "step_script"', 'one', sentence]);
  });

  it('are the last of the log where there is no script', () => {
    assert.deepEqual(tailOf(read('a\nb\nc\n\n'), 2), ['b', 'c']);
    assert.deepEqual(tailOf(read(''), 2), []);
  });
});

describe('lines for comparing', () => {
  const pairs: readonly (readonly [string, string])[] = [
    ['2024-05-14T11:19:19.899359Z start', '2026-11-22T01:02:03Z start'],
    ['[11:19:19] 2024-05-14 11:19 x', '[01:02:03] 2025-01-02 09:09 x'],
    ['Tue May 14 11:19:19 UTC 2024', 'Sun Nov  2 01:02:03 UTC 2026'],
    ['Finished in 1.23 seconds (files took 0.4s to load)', 'Finished in 12 seconds (files took 11.09s to load)'],
    ['ok 3ms, 1m 20s', 'ok 120ms, 2m 3s'],
    [
      'Running on runner-abc-project-12-concurrent-0 via host',
      'Running on runner-xyz_9-project-13-concurrent-11 via host',
    ],
    ['Checking out 1a2b3c4d as detached', 'Checking out ffee0011 as detached'],
    ['id 01234567-89ab-cdef-0123-456789abcdef', 'id fedcba98-7654-3210-fedc-ba9876543210'],
    ['Job #123 pipeline 1234567', 'Job #4567 pipeline 89012'],
    ['/tmp/tmp.abc: x', '/tmp/tmp.xyz9: x'],
  ];
  for (const [one, other] of pairs)
    it(`are the same: ${one}`, () => {
      assert.equal(normalised(one), normalised(other));
      assert.notEqual(normalised(one), one);
    });

  it('keep what matters', () => {
    const lines = [
      'src/app.ts:12:30 error TS2322',
      '3 failed, 4 passed',
      'node v20.1.0',
      'defaced facade',
      '10 + 5',
      '',
      'Exit code 137',
    ];
    assert.deepEqual(lines.map(normalised), lines);
  });

  it('take little time, whatever they hold', () => {
    for (const part of ['1', 'a', '1a', '1:', '#1', '1.', '2024-', ' 1 s', '/tmp/', 'runner-', '1s'])
      assert.ok(normalised(part.repeat(500_000 / part.length)).length > 0);
  });
});
